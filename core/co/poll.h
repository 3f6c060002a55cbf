/* Waiting until a descriptor can be read or written.
 *
 * A struct sb_watch stands for one descriptor on one loop; at most one coroutine waits on it to read and
 * one to write at a time, and at most one watch exists for a descriptor. Waiting again and again costs no
 * system call, as long as somebody is there when the event comes. */
#ifndef SB_CO_POLL_H
#define SB_CO_POLL_H

#include "core/co/loop.h"

struct sb_watch;

enum sb_poll {
    SB_POLL_READ = 1, /* also when the peer has gone or there is an error: reading will say so */
    SB_POLL_WRITE = 2,
};

/* Watches fd (a socket, pipe, or whatever epoll takes; it becomes non-blocking). The fd stays the
 * caller's. -SB_EIO when it cannot be watched. */
int sb_watch_new(struct sb_watch **ret_watch, struct sb_loop *l, int fd, struct sb_error *e);
/* Nobody may be waiting. The fd may be closed right after. NULL is fine. */
void sb_watch_free(struct sb_watch *w);

/* Awaitable: waits for one of `events` (enum sb_poll); `ready` says which came. rc 0, or as cancelled. */
#define sb_co_poll_SAVED(F)
#define sb_co_poll_LIVE(F) F(struct sb_watch *, watch) F(uint8_t, events) F(uint8_t, ready)
#define sb_co_poll_POINTS(P) P(watching)
CO_FRAME(sb_co_poll);
void sb_co_poll_init(struct sb_co_poll *p, struct sb_watch *w, unsigned events);

#endif
