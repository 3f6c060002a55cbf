/* Large cases in a process of their own, which hands its figures back through a pipe. */
#include "applets/co-bench/bench.h"

#include <errno.h>
#include <malloc.h>
#include <sys/wait.h>
#include <unistd.h>

size_t co_bench_heap(void)
{
#if defined(__GLIBC__)
    struct mallinfo2 info = mallinfo2();
    return info.uordblks + info.hblkhd;
#else
    return 0; /* not known: then only the count of finally: tells */
#endif
}

int co_bench_apart(void (*crowd)(uint64_t n, struct co_bench_crowd *ret), uint64_t n,
                   struct co_bench_crowd *ret, struct sb_error *e)
{
    struct co_bench_crowd got = {.sound = false};
    int ends[2], status = 0;
    if (pipe(ends) != 0)
        return sb_fail_errno(e, "cannot make a pipe");
    pid_t pid = fork();
    if (pid == 0) {
        crowd(n, &got);
        _exit(write(ends[1], &got, sizeof got) == (ssize_t)sizeof got ? 0 : 1);
    }
    close(ends[1]);
    ssize_t len = pid > 0 ? read(ends[0], &got, sizeof got) : -1;
    close(ends[0]);
    if (pid < 0)
        return sb_fail_errno(e, "cannot start a process");
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    if (len != (ssize_t)sizeof got)
        return sb_fail(e, SB_EUNSURE, "the process of %llu continuations died: not enough memory?",
                       (unsigned long long)n);
    if (!got.sound)
        return sb_fail(e, SB_EUNSURE,
                       "of %llu continuations some left their memory behind, or "
                       "did not pass their end once",
                       (unsigned long long)n);
    *ret = got;
    return 0;
}
