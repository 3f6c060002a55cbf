/* systemd's calendar events (OnCalendar=, systemd.time(7)).
 *
 *   Mon..Fri *-*-* 09:00:00 Europe/Berlin     [weekdays] [date] [time] [zone]
 *
 * Dates are year-month-day, month-day, or with ~ before the day counted from the month's end (~01 is
 * the last); times are hour:minute or hour:minute:second with up to six digits of fraction (rounded).
 * A part is * or a list of values a, ranges a..b, and repetitions a/n, a..b/n. Shorthands: minutely
 * hourly daily weekly monthly quarterly semiannually yearly and their other names; @seconds is one
 * instant. Years are 1970 to 2199.
 *
 * Daylight saving as systemd has it: a local time that the clock skips does not elapse that day; one
 * that comes twice elapses the first time only, and so does whatever repeats within that hour.
 *
 * The value is plain, of fixed size and immutable after parsing; it owns no zone. */
#ifndef HEARTBEAT_CALENDAR_H
#define HEARTBEAT_CALENDAR_H

#include "core/base/zone.h"

enum {
    HEARTBEAT_CALENDAR_FIRST_YEAR = 1970,
    HEARTBEAT_CALENDAR_LAST_YEAR = 2199,
    HEARTBEAT_CALENDAR_SECONDS_MAX = 64, /* entries of the list of seconds */
};

/* Microseconds of a minute: start, start + repeat ... up to stop. repeat 0 is start alone. */
struct heartbeat_calendar_seconds {
    int32_t start, stop, repeat;
};
struct heartbeat_calendar {
    uint64_t years[4]; /* bit n: year 1970 + n */
    uint64_t minutes;
    uint32_t months, days, hours; /* bits 1-12, 1-31, 0-23 */
    uint32_t weekdays;            /* bits 0-6, 0 = Sunday */
    bool from_end;                /* days count from the month's end: bit 1 is the last */
    uint32_t n_seconds;
    struct heartbeat_calendar_seconds seconds[HEARTBEAT_CALENDAR_SECONDS_MAX];
};

/* ret_zone: the zone's name at the end of text, borrowed from it, len 0 when there is none. Whether
 * such a zone exists is not looked at. -SB_EINPUT with a reason and a hint; that no date ever matches
 * (30 February, a weekday that a date never is) is such a reason. */
int heartbeat_calendar_parse(struct sb_str text, struct heartbeat_calendar *ret,
                             struct sb_str *ret_zone, struct sb_error *e);

/* The first instant after `after` at which it elapses; false when there is none any more. */
bool heartbeat_calendar_next(const struct heartbeat_calendar *c, const struct sb_zone *z,
                             int64_t after, int64_t *ret_ns);

#endif
