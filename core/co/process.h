/* Running other programs: argv, never a shell.
 *
 * The child leads a session of its own, so that it and what it starts can be signalled together. Its
 * output is read as it comes; of each stream the last bytes are kept, and how many were dropped is said.
 * A child of the child that inherited the output and outlives it does not hold this up: `linger` after
 * the exit the pipes are closed. Cancelling (and a deadline) sends SIGTERM to the session's process
 * group, then SIGKILL after `grace`, and waits for the end. */
#ifndef SB_CO_PROCESS_H
#define SB_CO_PROCESS_H

#include "core/base/str.h"
#include "core/co/loop.h"

struct sb_process; /* the handles */

/* The last bytes of a stream. */
struct sb_tail {
    char *data;
    size_t len, size, cap;
    uint64_t dropped; /* bytes before data */
};
/* What is kept; not NUL-terminated. */
static inline struct sb_str sb_tail_text(const struct sb_tail *t)
{
    return (struct sb_str){t->data ? t->data : "", t->len};
}

/* What to run; all of it borrowed until the end. {.argv = ...} will do. */
struct sb_process_options {
    const char *const *argv;    /* NULL at the end; argv[0] without a slash is looked for on PATH */
    const char *const *env;     /* "NAME=value", NULL at the end; NULL: this process's own */
    const char *const *env_set; /* added to it, or in place of the same name; NULL: none */
    const char *cwd;            /* NULL: this process's own */
    struct sb_str input;        /* what the child reads from its stdin, then end of file */
    size_t output_cap;          /* bytes kept of stdout, and of stderr; 0 = SB_PROCESS_OUTPUT */
    bool inherit_input;         /* the child reads this process's stdin; `input` must be empty */
    bool pass_through; /* write the output to this process's own stdout and stderr as well */
    int64_t grace;     /* ns from SIGTERM to SIGKILL; 0 = SB_PROCESS_GRACE */
    int64_t linger; /* ns from the exit to closing pipes that others hold; 0 = SB_PROCESS_LINGER */
};
#define SB_PROCESS_OUTPUT ((size_t)64 << 10)
#define SB_PROCESS_GRACE (5 * INT64_C(1000000000))
#define SB_PROCESS_LINGER (INT64_C(500000000))

enum sb_process_end {
    SB_PROCESS_NOT_STARTED,
    SB_PROCESS_EXITED,
    SB_PROCESS_KILLED, /* by `signo` */
    SB_PROCESS_LOST,   /* SIGKILL was sent and nothing came back (stuck in the kernel) */
};

/* Awaitable. rc 0: it ran and ended, see `end`, `status`, `signo`; -SB_ENOTFOUND or -SB_EIO: it could
 * not be started (no such program, not executable, no processes left, cwd), with `error`; or as
 * cancelled, and `end` and the output are there all the same. */
#define sb_co_process_SAVED(F)
#define sb_co_process_LIVE(F)             \
    F(struct sb_loop *, loop)             \
    F(struct sb_process *, process)       \
    F(struct sb_process_options, options) \
    F(enum sb_process_end, end)           \
    F(int, status)                        \
    F(int, signo)                         \
    F(int64_t, pid)                       \
    F(struct sb_tail, out)                \
    F(struct sb_tail, err)                \
    F(bool, copy_failed)                  \
    F(struct sb_error, error)
#define sb_co_process_POINTS(P) P(running) P(stopping)
CO_FRAME(sb_co_process);
void sb_co_process_init(struct sb_co_process *p, struct sb_loop *l,
                        const struct sb_process_options *options);
/* Frees the output; for frames that are done, or were never run. */
void sb_co_process_free(struct sb_co_process *p);

#endif
