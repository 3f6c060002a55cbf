/* Sending beats to one monitor, for as long as it takes. Each target has a coroutine of its own, so that
 * one that hangs delays no other. Of the beats that it could not send in time only the newest waits.
 *
 * Messages (stderr) say when a target is lost and when it is back, not each beat. A beat is tried up to
 * 4 times; while the target is lost once, at a random moment of the interval's first half, so that a
 * monitor that comes back is not met by all its nodes at once. */
#ifndef HEARTBEAT_TARGET_H
#define HEARTBEAT_TARGET_H

#include "applets/heartbeat/link.h"

/* Awaitable: runs until it is closed and the last beat is out: rc 0, or -SB_EUNSURE when one of the
 * beats did not arrive. */
#define heartbeat_target_SAVED(F) F(uint64_t, arrived) F(uint64_t, missed) F(int64_t, lost_at)
#define heartbeat_target_LIVE(F)        \
    F(struct heartbeat_link, link)      \
    F(int64_t, interval)                \
    F(struct heartbeat_report, next)    \
    F(struct heartbeat_report, current) \
    F(bool, has_next)                   \
    F(bool, closed)                     \
    F(bool, lost)                       \
    F(struct sb_co_ready, wake)         \
    F(struct sb_co_sleep, sleep) F(struct heartbeat_post, post)
#define heartbeat_target_POINTS(P) P(idle) P(waiting) P(sending)
CO_FRAME(heartbeat_target);
/* The link passes to the target, which is to be done with heartbeat_target_done. */
void heartbeat_target_init(struct heartbeat_target *t, struct heartbeat_link link,
                           int64_t interval);
void heartbeat_target_done(struct heartbeat_target *t);
/* Hands it the newest beat. */
void heartbeat_target_beat(struct heartbeat_target *t, const struct heartbeat_report *report);
/* No more beats will come. */
void heartbeat_target_close(struct heartbeat_target *t);

/* Awaitable: says goodbye to n targets that are done, all at once, within `timeout` ns. rc 0 also when
 * somebody did not hear it: a message says so. */
#define heartbeat_goodbye_SAVED(F)
#define heartbeat_goodbye_LIVE(F)              \
    F(struct heartbeat_target *, targets)      \
    F(size_t, n)                               \
    F(int64_t, timeout)                        \
    F(const struct heartbeat_report *, report) \
    F(const char *, reason)                    \
    F(struct sb_co **, members) F(struct sb_co_group, all)
#define heartbeat_goodbye_POINTS(P) P(leaving)
CO_FRAME(heartbeat_goodbye);
void heartbeat_goodbye_init(struct heartbeat_goodbye *g, struct heartbeat_target *targets, size_t n,
                            const struct heartbeat_report *report, const char *reason,
                            int64_t timeout);

#endif
