/* Channels: items handed from coroutine to coroutine, first in, first out, never more than `cap` kept.
 *
 * Items are copied bytes of one size. Senders wait while it is full, receivers while it is empty, each
 * in order of coming; whoever waits is served directly, so that nobody overtakes. A result of 0 says
 * that the item changed hands, even for one that was cancelled in that moment: nothing is lost or
 * doubled. Invariants: receivers wait only when len is 0, senders only when len is cap. */
#ifndef SB_CO_CHANNEL_H
#define SB_CO_CHANNEL_H

#include "core/co/co.h"

struct sb_co_waiter {
    struct sb_co_waiter *next, *prev;
    struct sb_co_ready ready;
    struct sb_co *co;
    unsigned char *item;
    bool waits, served;
};
struct sb_co_waiters {
    struct sb_co_waiter *first, *last;
};

struct sb_co_channel {
    unsigned char *ring;
    size_t item_size, cap, head, len;
    struct sb_co_waiters senders, receivers;
    bool closed;
};

enum {
    SB_CO_CLOSED = -1003
}; /* rc: nothing can be sent any more, and nothing is left to receive */

/* item_size and cap from 1. */
void sb_co_channel_init(struct sb_co_channel *c, size_t item_size, size_t cap);
/* Nobody may be waiting. Items left are dropped. */
void sb_co_channel_done(struct sb_co_channel *c);
/* From now on sending fails, for those waiting too; what is in it can still be received. */
void sb_co_channel_close(struct sb_co_channel *c);

/* Awaitables. `item` points to item_size bytes that stay where they are until the end. rc 0,
 * SB_CO_CLOSED, or as cancelled. */
#define sb_co_send_SAVED(F)
#define sb_co_send_LIVE(F) F(struct sb_co_channel *, channel) F(struct sb_co_waiter, waiter)
#define sb_co_send_POINTS(P) P(full)
CO_FRAME(sb_co_send);
void sb_co_send_init(struct sb_co_send *s, struct sb_co_channel *c, void *item);

#define sb_co_receive_SAVED(F)
#define sb_co_receive_LIVE(F) F(struct sb_co_channel *, channel) F(struct sb_co_waiter, waiter)
#define sb_co_receive_POINTS(P) P(empty)
CO_FRAME(sb_co_receive);
void sb_co_receive_init(struct sb_co_receive *r, struct sb_co_channel *c, void *ret_item);

#endif
