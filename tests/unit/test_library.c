/* core/base/library: what is found, what is missing, and many threads at once. libc stands for
 * any library. */
#include "core/base/library.h"
#include "core/net/libraries.h"
#include "tests/unit/unit.h"

#include <pthread.h>
#include <stdint.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *const good[] = {"abs", "strlen"};
static const char *const bad[] = {"abs", "sb_there_is_no_such_function"};

struct calls {
    int (*abs)(int);
    size_t (*strlen)(const char *);
};

static struct sb_library library_of(const char *soname, const char *const names[2], struct calls *c)
{
    return (struct sb_library){
        .soname = soname, .package = "some-package", .names = names, .calls = c, .n = 2};
}

#ifdef __GLIBC__
#define SOME_LIBRARY "libc.so.6"
#else
#define SOME_LIBRARY "libc.so"
#endif

START_TEST(calls_go_to_the_library)
{
    struct sb_error e;
    struct calls c = {NULL, NULL};
    struct sb_library l = library_of(SOME_LIBRARY, good, &c);
    ck_assert_int_eq(sb_library_load(&l, &e), 0);
    ck_assert_int_eq(c.abs(-5), 5);
    ck_assert_uint_eq(c.strlen("four"), 4);
    ck_assert(l.loaded);
    l.soname = "not asked again";
    ck_assert_int_eq(sb_library_load(&l, &e), 0);
    sb_library_demand(&l);
}
END_TEST

START_TEST(a_missing_library_is_named_with_its_package)
{
    struct sb_error e;
    struct calls c = {NULL, NULL};
    struct sb_library l = library_of("libsrebox-missing.so.7", good, &c);
    for (int i = 0; i < 2; i++) {
        ck_assert_int_eq(sb_library_load(&l, &e), -SB_ENOTFOUND);
        ck_assert_ptr_nonnull(strstr(e.text, "libsrebox-missing.so.7 cannot be loaded: "));
        ck_assert_str_eq(e.hint, "install it; Debian has it in the package some-package");
        ck_assert(!l.loaded);
    }
    l.soname = SOME_LIBRARY; /* installed meanwhile */
    ck_assert_int_eq(sb_library_load(&l, &e), 0);
}
END_TEST

START_TEST(a_missing_function_is_named)
{
    struct sb_error e;
    struct calls c = {NULL, NULL};
    struct sb_library l = library_of(SOME_LIBRARY, bad, &c);
    ck_assert_int_eq(sb_library_load(&l, &e), -SB_EUNSUPPORTED);
    ck_assert_ptr_nonnull(strstr(e.text, SOME_LIBRARY " has no sb_there_is_no_such_function"));
    ck_assert_ptr_nonnull(strstr(e.hint, "some-package"));
    ck_assert(!l.loaded);
}
END_TEST

static int ask[2]; /* a pipe in the place of stderr */

static void demand_in_vain(void)
{
    struct calls c = {NULL, NULL};
    struct sb_library l = library_of("libsrebox-missing.so.7", good, &c);
    dup2(ask[1], STDERR_FILENO);
    sb_library_demand(&l);
    _exit(0);
}

START_TEST(a_call_that_cannot_be_made_ends_the_program)
{
    char text[1024] = "";
    int status;
    ck_assert_int_eq(pipe(ask), 0);
    pid_t child = fork();
    if (child == 0)
        demand_in_vain();
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert(WIFEXITED(status));
    ck_assert_int_eq(WEXITSTATUS(status), 2);
    ck_assert_int_gt(read(ask[0], text, sizeof text - 1), 0);
    ck_assert_ptr_nonnull(strstr(text, "libsrebox-missing.so.7 cannot be loaded: "));
    ck_assert_ptr_nonnull(strstr(text, "hint: install it; Debian has it in the package "));
}
END_TEST

enum { THREADS = 8 };

static struct calls shared_calls;
static struct sb_library shared;
static pthread_barrier_t together;

static void *load_and_call(void *ctx)
{
    (void)ctx;
    pthread_barrier_wait(&together);
    sb_library_need(&shared);
    return (void *)(intptr_t)shared_calls.abs(-7);
}

START_TEST(threads_load_it_once)
{
    pthread_t threads[THREADS];
    shared = library_of(SOME_LIBRARY, good, &shared_calls);
    pthread_barrier_init(&together, NULL, THREADS);
    for (int i = 0; i < THREADS; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, load_and_call, NULL), 0);
    for (int i = 0; i < THREADS; i++) {
        void *got;
        pthread_join(threads[i], &got);
        ck_assert_int_eq((intptr_t)got, 7);
    }
    pthread_barrier_destroy(&together);
}
END_TEST

START_TEST(all_of_this_build_are_there)
{
    struct sb_error e = {0};
    int (*const loads[])(struct sb_error *) = {
        sb_curl_load,
        sb_mhd_load,
        sb_crypto_load,
        sb_ssl_load,
#if HAVE_GNUTLS
        sb_gnutls_load,
#endif
    };
    for (size_t i = 0; i < sizeof loads / sizeof loads[0]; i++)
        ck_assert_msg(loads[i](&e) == 0, "%s", e.text);
}
END_TEST

UNIT_MAIN("library", calls_go_to_the_library, a_missing_library_is_named_with_its_package,
          a_missing_function_is_named, a_call_that_cannot_be_made_ends_the_program,
          threads_load_it_once, all_of_this_build_are_there)
