/* One main for every unit test: UNIT_MAIN("base", test_a, test_b) runs Check and speaks TAP. */
#ifndef SB_TESTS_UNIT_H
#define SB_TESTS_UNIT_H

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ck_assert_msg for loops of many thousands: Check notes every assertion, this only a failed one. */
#define unit_require(ok, ...)          \
    do {                               \
        if (!(ok))                     \
            ck_abort_msg(__VA_ARGS__); \
    } while (0)

static inline int unit_run(const char *name, const TTest *const *tests, size_t n)
{
    Suite *s = suite_create(name);
    TCase *t = tcase_create(name);
    tcase_set_timeout(t, 300); /* a hang guard for sanitizer builds, not a speed check */
    for (size_t i = 0; i < n; i++)
        tcase_add_test(t, tests[i]);
    suite_add_tcase(s, t);
    SRunner *sr = srunner_create(s);
    srunner_set_tap(sr, "-");
    srunner_run_all(sr, CK_SILENT);
    int failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

#define UNIT_MAIN(name, ...)                                          \
    int main(void)                                                    \
    {                                                                 \
        const TTest *const tests[] = {__VA_ARGS__};                   \
        return unit_run(name, tests, sizeof tests / sizeof tests[0]); \
    }

#endif
