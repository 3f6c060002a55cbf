/* co-bench: which differences it calls one, and that every chunk's own check passes. */
#include "applets/co-bench/bench.h"
#include "tests/unit/unit.h"

#include <math.h>

static struct co_bench_result result(enum co_bench_technique technique, double ns, double spread)
{
    return (struct co_bench_result){
        .technique = technique, .ns = ns, .spread = spread, .bytes = (double)NAN, .ratio = ns};
}

static void verdict_is(double base, double base_spread, double ns, double spread,
                       const char *wanted)
{
    struct co_bench_result results[] = {result(CO_BENCH_SREBOX, base, base_spread),
                                        result(CO_BENCH_CXX, ns, spread)};
    struct co_bench_report r = {.base = CO_BENCH_SREBOX};
    struct sb_buf b = SB_BUF_INIT(256);
    results[1].ratio = ns / base;
    r.results.items = results;
    r.results.len = 2;
    co_bench_verdict(&r, &results[1], &b);
    ck_assert_str_eq(b.data, wanted);
    sb_buf_done(&b);
}

START_TEST(a_difference_within_the_spreads_is_none)
{
    verdict_is(10, 1, 12.1, 1, "1.21x");
    verdict_is(10, 1, 12, 1, "same");
    verdict_is(10, 2.5, 12, 0, "same");
    verdict_is(10, 0, 12, 2.5, "same");
    verdict_is(10, 0, 7, 2.9, "0.70x");
    verdict_is(10, 0, 7, 3.1, "same");
    verdict_is(10, 0, 10.1, 0, "1.01x");
    verdict_is(10, 0, 4460, 100, "446x");
}
END_TEST

START_TEST(without_a_base_there_is_no_verdict)
{
    struct co_bench_result only = result(CO_BENCH_CXX, 3, 0);
    struct co_bench_report r = {.base = CO_BENCH_SREBOX};
    struct sb_buf b = SB_BUF_INIT(256);
    r.results.items = &only;
    r.results.len = 1;
    co_bench_verdict(&r, &only, &b);
    ck_assert_str_eq(b.data, "-");
    r.base = CO_BENCH_CXX;
    sb_buf_reset(&b);
    co_bench_verdict(&r, &only, &b);
    ck_assert_str_eq(b.data, "1 (base)");
    sb_buf_done(&b);
}
END_TEST

/* Every technique's chunk checks its own outcome; here, that the checks pass for odd counts too. */
START_TEST(each_chunk_finds_its_outcome_right)
{
    co_bench_chunk *const *const all[] = {co_bench_srebox, co_bench_iso, co_bench_call,
                                          co_bench_ucontext};
    for (size_t t = 0; t < SB_LEN(all); t++)
        for (size_t what = 0; what < CO_BENCH_SHORT; what++)
            for (uint64_t n = 1; all[t][what] && n <= 100; n += 33)
                ck_assert_int_ge(all[t][what](n), 0);
}
END_TEST

UNIT_MAIN("co-bench", a_difference_within_the_spreads_is_none, without_a_base_there_is_no_verdict,
          each_chunk_finds_its_outcome_right)
