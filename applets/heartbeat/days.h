/* What cron expressions and calendar events share: walking the days of the calendar, and from a local
 * time to instants. Days and local seconds count from 1970-01-01 as if local time were UTC. */
#ifndef HEARTBEAT_DAYS_H
#define HEARTBEAT_DAYS_H

#include "core/base/zone.h"

/* Searches stay between 1700-01-01 and 2261-12-31: all in the range of instants with a day to spare, and
 * longer than the 400 years after which the calendar repeats. */
enum { HEARTBEAT_FIRST_DAY = -98615, HEARTBEAT_LAST_DAY = 106650 };
#define HEARTBEAT_FIRST_NS (HEARTBEAT_FIRST_DAY * INT64_C(86400) * SB_NS_PER_S)
#define HEARTBEAT_LAST_NS (HEARTBEAT_LAST_DAY * INT64_C(86400) * SB_NS_PER_S)

static inline int64_t heartbeat_floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

static inline int64_t heartbeat_ceil_div(int64_t a, int64_t b)
{
    return a / b + (a % b > 0);
}

struct heartbeat_day {
    int64_t number;                               /* since the epoch */
    int year, month, day, weekday, days_in_month; /* weekday 0 = Sunday */
};
void heartbeat_day_from(int64_t number, struct heartbeat_day *ret);
void heartbeat_day_next(struct heartbeat_day *d);
void heartbeat_day_next_month(struct heartbeat_day *d); /* its first day */

/* sb_zone_local() of a local second and nanosecond. */
void heartbeat_local_instants(const struct sb_zone *z, int64_t second, int nanosecond,
                              struct sb_zone_local *ret);

#endif
