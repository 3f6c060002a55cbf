/* When a node or job is expected to be heard of, and from when on it is late.
 *
 * A schedule is a period, a cron expression or a systemd calendar event, with a time zone, and a grace
 * time. All answers are instants (UTC), so that grace is added to an instant and never to a local
 * time: an hour of grace is an hour, also over a change of the clocks.
 *
 * Immutable after parsing; may be shared. Pure: the time is always an argument. */
#ifndef HEARTBEAT_SCHEDULE_H
#define HEARTBEAT_SCHEDULE_H

#include "core/base/zone.h"

enum heartbeat_schedule_kind {
    HEARTBEAT_PERIOD,
    HEARTBEAT_CRON,
    HEARTBEAT_CALENDAR,
};

/* What people wrote. Texts are borrowed for the call only. */
struct heartbeat_schedule_spec {
    enum heartbeat_schedule_kind kind;
    int64_t period;     /* ns, > 0: of HEARTBEAT_PERIOD */
    struct sb_str text; /* the expression: of the others */
    struct sb_str zone; /* empty: UTC. A zone within a calendar event outranks it */
    int64_t grace;      /* ns, >= 0 */
};

struct heartbeat_schedule;

/* What a text must be, as the two notations cannot be mistaken: five words or @word is cron, anything
 * else a calendar event. */
enum heartbeat_schedule_kind heartbeat_schedule_kind_of(struct sb_str text);

/* -SB_EINPUT, -SB_ENOTFOUND (zone) with a hint. The caller frees *ret. */
int heartbeat_schedule_new(const struct heartbeat_schedule_spec *spec,
                           struct heartbeat_schedule **ret, struct sb_error *e);
void heartbeat_schedule_free(struct heartbeat_schedule *s); /* NULL is fine */

enum heartbeat_schedule_kind heartbeat_schedule_kind(const struct heartbeat_schedule *s);
int64_t heartbeat_schedule_grace(const struct heartbeat_schedule *s);
/* NULL: a period has none. */
const struct sb_zone *heartbeat_schedule_zone(const struct heartbeat_schedule *s);
/* "every 5m, grace 1m", "cron 0 9 * * 1-5, Europe/Berlin, grace 1h": for people. */
void heartbeat_schedule_print(const struct heartbeat_schedule *s, struct sb_buf *b);

/* The first scheduled instant after `after`, the last one before `before`; false when there is none.
 * A period counts from the instant itself. */
bool heartbeat_schedule_next(const struct heartbeat_schedule *s, int64_t after, int64_t *ret_ns);
bool heartbeat_schedule_previous(const struct heartbeat_schedule *s, int64_t before,
                                 int64_t *ret_ns);

/* Instants that are not known are HEARTBEAT_NEVER. */
#define HEARTBEAT_NEVER INT64_MIN
struct heartbeat_history {
    int64_t since;     /* registered, resumed, or the monitor's fresh window: counts until a ping */
    int64_t last_ping; /* the last success, or NEVER */
    int64_t last_start; /* of a run that has not ended, or NEVER */
};
struct heartbeat_due {
    int64_t expected; /* the next ping, or the end of the run that was started */
    int64_t down;     /* expected + grace: silent longer than this is down; INT64_MAX = never */
};
/* expected: the period, or the next match, after the last ping (or `since`, whichever is later); a
 * started run that is earlier than that is what is waited for. A ping before a scheduled instant
 * does not count for it. */
void heartbeat_schedule_due(const struct heartbeat_schedule *s, const struct heartbeat_history *h,
                            struct heartbeat_due *ret);

/* What the last pings (oldest first, at most the last 16 are looked at) say about the schedule. */
enum heartbeat_fit {
    HEARTBEAT_FITS,
    HEARTBEAT_EARLY,      /* the last ping came before its time and will not count */
    HEARTBEAT_WRONG_ZONE, /* each is off by the same number of hours or half hours */
};
struct heartbeat_diagnosis {
    enum heartbeat_fit fit;
    int64_t early;   /* ns before the instant it was meant for, of the last ping; < 0 = after it */
    int32_t seems_s; /* WRONG_ZONE: the offset from UTC in which the pings fit, seconds */
};
/* The period has no clock: always fits. With one ping a wrong zone can only be suspected: EARLY. */
void heartbeat_schedule_diagnose(const struct heartbeat_schedule *s, const int64_t *pings, size_t n,
                                 struct heartbeat_diagnosis *ret);
/* One sentence for people, empty when it fits: "the ping came 3h56m early and does not count: is
 * Europe/Berlin the job's time zone?" */
void heartbeat_diagnosis_print(const struct heartbeat_schedule *s,
                               const struct heartbeat_diagnosis *d, struct sb_buf *b);

#endif
