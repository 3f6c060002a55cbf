/* Cron expressions: five fields, in a time zone, as Debian's cron runs them.
 *
 *   minute 0-59 | hour 0-23 | day of month 1-31 | month 1-12, JAN-DEC | day of week 0-7, SUN-SAT
 *
 * Each field is * or a list of numbers, names, ranges a-b and steps (every n-th of * or of a range;
 * "5/15" counts from 5 to the field's end). Beyond Debian, as users of hosted dead man's switches know
 * it: L is the last day of the month, LW its last weekday (Monday to Friday), 5L its last Friday,
 * FRI#2 its second Friday. @hourly @daily @midnight @weekly @monthly @yearly @annually stand for
 * their fields. Seconds are not cron's: OnCalendar has them.
 *
 * Day of month and day of week: if either field begins with a star both must match, otherwise one is
 * enough.
 *
 * Daylight saving. An expression whose minute or hour begins with a star follows the clock on the
 * wall: it fires at each instant whose local time matches. Any other names times of the day: one
 * that the clock skips fires as soon as the clock goes on, one that comes twice fires the first time
 * only; those that fall on one instant are one.
 *
 * The value is plain, of fixed size and immutable after parsing; zones are the caller's. */
#ifndef HEARTBEAT_CRON_H
#define HEARTBEAT_CRON_H

#include "core/base/zone.h"

struct heartbeat_cron {
    uint64_t minutes;             /* bit n: minute n */
    uint32_t hours, days, months; /* bits 0-23, 1-31, 1-12 */
    uint32_t weekdays;            /* bits 0-6, 0 = Sunday */
    uint8_t nth[7];               /* a weekday's bits 1-5: the n-th of the month; 6: its last */
    bool last_day, last_weekday;  /* L and LW */
    bool both_days;               /* day of month and day of week must both match */
    bool wall;                    /* follows the clock on the wall */
};

/* -SB_EINPUT with the field, the reason and a hint; that no date ever matches (30 February) is such
 * a reason. */
int heartbeat_cron_parse(struct sb_str text, struct heartbeat_cron *ret, struct sb_error *e);

/* The first instant after `after` at which it fires; false when there is none before the year 2262. */
bool heartbeat_cron_next(const struct heartbeat_cron *c, const struct sb_zone *z, int64_t after,
                         int64_t *ret_ns);

#endif
