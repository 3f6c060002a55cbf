/* The loop: libuv's, with the timers of core/co on it.
 *
 * One loop belongs to one thread, and all coroutines that use it run there. Sleepers and deadlines cost
 * no libuv handle: one uv_timer is armed for the earliest of them. Leaves (poll.h, process.h, ...) turn
 * libuv's callbacks into wake-ups; nothing above them sees a callback.
 *
 * SIGPIPE is ignored from the first loop on, unless the program handles it: writing to a peer that has
 * gone is an error to be reported, not a reason to die. Children that process.h starts have the default
 * back. */
#ifndef SB_CO_LOOP_H
#define SB_CO_LOOP_H

#include "core/base/error.h"
#include "core/co/co.h"
#include "core/co/timer.h"

struct uv_loop_s;
struct sb_loop;

/* -SB_EIO when the system refuses (descriptors). */
int sb_loop_new(struct sb_loop **ret_loop, struct sb_error *e);
/* All coroutines on it must be done; what was closed is waited for. NULL is fine. */
void sb_loop_free(struct sb_loop *l);

/* Starts root if it is new, runs the loop until root is done, and returns root's rc. Other coroutines
 * may still be in flight then: a later call goes on with them. Not from inside itself. A root that
 * nothing can wake any more is a bug and aborts. */
int32_t sb_loop_run(struct sb_loop *l, struct sb_co *root);

/* CLOCK_MONOTONIC in ns, at or shortly after the moment when the current events were collected: the
 * same for all that one iteration handles. */
int64_t sb_loop_now(struct sb_loop *l);
/* Looks at the clock again, for what follows long work inside one iteration. */
int64_t sb_loop_refresh(struct sb_loop *l);

/* For sb_co_sleep_init, sb_co_deadline_set and sb_co_alarm_set, with instants of sb_loop_now. Timers
 * fire at their instant or up to about a millisecond later, never before. */
struct sb_co_timers *sb_loop_timers(struct sb_loop *l);

/* For leaves only. */
struct uv_loop_s *sb_loop_uv(struct sb_loop *l);

/* The loop's own health; all in ns. */
struct sb_loop_lag {
    int64_t late, worst_late; /* how long after its instant the last timer fired; the worst */
    int64_t busy,
        worst_busy; /* how long the last iteration worked without collecting events; the worst */
    uint64_t iterations;
};
void sb_loop_lag(const struct sb_loop *l, struct sb_loop_lag *ret_lag);
/* Forgets the worst, so that it is of the time from here on. */
void sb_loop_lag_reset(struct sb_loop *l);

#endif
