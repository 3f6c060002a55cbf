/* The parent's ends of a child's standard streams, each served by a coroutine of its own. Private to the
 * process leaf. Both are closed without waiting. */
#ifndef SB_CO_PROCESS_PIPE_H
#define SB_CO_PROCESS_PIPE_H

#include "core/co/poll.h"
#include "core/co/process.h"

/* Writes `rest` to the child's stdin and closes it; a child that does not want it is no error. */
#define sb_process_feed_SAVED(F)
#define sb_process_feed_LIVE(F) \
    F(struct sb_watch *, watch) \
    F(int, fd)                  \
    F(struct sb_str, rest)      \
    F(struct sb_co_poll, poll)
#define sb_process_feed_POINTS(P) P(feeding)
CO_FRAME(sb_process_feed);
void sb_process_feed_init(struct sb_process_feed *f);
/* Makes the pipe; *ret_theirs is the child's end. */
int sb_process_feed_open(struct sb_process_feed *f, struct sb_loop *l, struct sb_str input,
                         int *ret_theirs, struct sb_error *e);
void sb_process_feed_close(struct sb_process_feed *f);

struct sb_process_chunk {
    char bytes[16384];
};
typedef void sb_process_ended(void *ctx);

/* Reads an output into its tail until the end, copying it on the way when asked to: then it reads no
 * faster than the copy is taken. */
#define sb_process_drain_SAVED(F) F(uint64_t, total) F(uint64_t, limit)
#define sb_process_drain_LIVE(F)  \
    F(struct sb_loop *, loop)     \
    F(struct sb_watch *, watch)   \
    F(struct sb_tail *, tail)     \
    F(int, fd)                    \
    F(int, copy_to)               \
    F(bool, copy_own)             \
    F(bool, copy_socket)          \
    F(bool *, copy_failed)        \
    F(size_t, held)               \
    F(size_t, copied)             \
    F(bool, empty)                \
    F(sb_process_ended *, on_end) \
    F(void *, ctx)                \
    F(struct sb_co_poll, poll)    \
    F(struct sb_co_sleep, nap)    \
    F(struct sb_process_chunk, chunk)
#define sb_process_drain_POINTS(P) P(draining) P(full)
CO_FRAME(sb_process_drain);
/* When it comes to an end it calls on_end(ctx). */
void sb_process_drain_init(struct sb_process_drain *d, sb_process_ended *on_end, void *ctx);
int sb_process_drain_open(struct sb_process_drain *d, struct sb_loop *l, struct sb_tail *tail,
                          int *ret_theirs, struct sb_error *e);
/* Copies to descriptor `fd` of this process; *failed becomes true when that cannot be written to. */
void sb_process_drain_copy(struct sb_process_drain *d, int fd, bool *failed);
/* The child has exited: what it wrote before is at most what a pipe holds. */
void sb_process_drain_exited(struct sb_process_drain *d);
/* It has read all that was there then. */
bool sb_process_drain_idle(const struct sb_process_drain *d);
/* Takes what is still in the pipe, without waiting, and closes it. */
void sb_process_drain_close(struct sb_process_drain *d);

#endif
