/* Timers for coroutines: one heap for any number of sleepers and deadlines, on a clock of the caller's.
 *
 * Instants are int64_t nanoseconds of whatever clock the caller passes to sb_co_timers_fire; they never
 * need to be compared with any other. Timers at the same instant fire in the order they were set. A
 * timer lies in its owner's frame and must be out of the heap before that memory goes: sleepers see to
 * it in finally:, owners of deadlines by sb_co_deadline_drop. Setting, dropping, firing: O(log n). */
#ifndef SB_CO_TIMER_H
#define SB_CO_TIMER_H

#include "core/co/co.h"

struct sb_co_timer {
    int64_t at;
    uint64_t order;   /* of setting */
    struct sb_co *co; /* to be run, or expired */
    uint32_t place;   /* in the heap, from 1; 0 = not set */
    bool expires;
};

struct sb_co_timers {
    struct sb_co_timer *
        *heap; /* [0] is the earliest; none is later than its children at 4i+1..4i+4 */
    size_t len, cap;
    uint64_t order;
    int64_t now; /* while firing */
    bool firing;
};

/* {0} initialises. Frees the heap, which must be empty. */
void sb_co_timers_done(struct sb_co_timers *t);

/* True when a timer is set: the earliest one's instant. */
bool sb_co_timers_next(const struct sb_co_timers *t, int64_t *ret_at);

/* Fires all that are due at `now` (less than INT64_MAX), earliest first: sleepers go on, deadlines
 * expire. What they set for an instant that is past counts as one nanosecond from now, so that this
 * call ends. Not from inside itself. */
void sb_co_timers_fire(struct sb_co_timers *t, int64_t now);

/* Cancels co with SB_CO_TIMED_OUT at that instant, unless dropped before. {0} initialises d. */
void sb_co_deadline_set(struct sb_co_timers *t, struct sb_co_timer *d, struct sb_co *co,
                        int64_t at);
/* Runs co, which is parked then, at that instant, unless dropped before: for a coroutine that waits for
 * an event or a time, whichever comes first. Dropped by sb_co_deadline_drop. */
void sb_co_alarm_set(struct sb_co_timers *t, struct sb_co_timer *a, struct sb_co *co, int64_t at);
/* Not set: nothing happens. */
void sb_co_deadline_drop(struct sb_co_timers *t, struct sb_co_timer *d);

/* Awaitable: sleeps until that instant. rc 0, or as cancelled. */
#define sb_co_sleep_SAVED(F)
#define sb_co_sleep_LIVE(F) F(struct sb_co_timers *, timers) F(struct sb_co_timer, timer)
#define sb_co_sleep_POINTS(P) P(asleep)
CO_FRAME(sb_co_sleep);
void sb_co_sleep_init(struct sb_co_sleep *s, struct sb_co_timers *t, int64_t until);

#endif
