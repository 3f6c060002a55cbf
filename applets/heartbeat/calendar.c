/* systemd's calendar events: the search for the next instant. Reading them is in calendar_read.c.
 *
 * Local time is counted in microseconds here, as systemd does. */
#include "applets/heartbeat/calendar.h"

#include "applets/heartbeat/calendar_read.h"
#include "applets/heartbeat/days.h"

#define US_PER_S INT64_C(1000000)
#define US_PER_MINUTE (60 * US_PER_S)
#define US_PER_DAY (86400 * US_PER_S)

static bool has_year(const struct heartbeat_calendar *c, int year)
{
    int n = year - HEARTBEAT_CALENDAR_FIRST_YEAR;
    return n >= 0 && n <= HEARTBEAT_CALENDAR_LAST_YEAR - HEARTBEAT_CALENDAR_FIRST_YEAR &&
           (c->years[n / 64] >> (n % 64) & 1);
}

static bool matches_day(const struct heartbeat_calendar *c, const struct heartbeat_day *d)
{
    int day = c->from_end ? d->days_in_month - d->day + 1 : d->day;
    return (c->days >> day & 1) && (c->weekdays >> d->weekday & 1);
}

/* The first day from `day` (since the epoch) on that matches. */
static bool next_day(const struct heartbeat_calendar *c, int64_t day, int64_t *ret)
{
    struct heartbeat_day d;
    heartbeat_day_from(day, &d);
    while (d.year <= HEARTBEAT_CALENDAR_LAST_YEAR) {
        bool month_fits = (c->months >> d.month & 1) && has_year(c, d.year);
        if (month_fits && matches_day(c, &d)) {
            *ret = d.number;
            return true;
        }
        if (month_fits)
            heartbeat_day_next(&d);
        else
            heartbeat_day_next_month(&d);
    }
    return false;
}

bool heartbeat_calendar_possible(const struct heartbeat_calendar *c)
{
    int64_t ignored;
    return next_day(c, 0, &ignored);
}

/* The first microsecond of the minute from `us` on; -1 when there is none. */
static int64_t next_in_minute(const struct heartbeat_calendar *c, int64_t us)
{
    int64_t best = -1;
    for (uint32_t i = 0; i < c->n_seconds; i++) {
        const struct heartbeat_calendar_seconds *s = &c->seconds[i];
        int64_t at = s->start;
        if (at < us && s->repeat > 0)
            at += heartbeat_ceil_div(us - at, s->repeat) * s->repeat;
        if (at >= us && at <= s->stop && (best < 0 || at < best))
            best = at;
    }
    return best;
}

/* The first minute of the day from `minute` on; -1 when there is none. */
static int next_minute(const struct heartbeat_calendar *c, int minute)
{
    int hour = minute / 60;
    if (minute >= 1440)
        return -1;
    if (c->hours >> hour & 1) {
        uint64_t rest = c->minutes >> (minute % 60);
        if (rest)
            return minute + __builtin_ctzll(rest);
    }
    uint32_t rest = hour < 23 ? c->hours >> (hour + 1) : 0;
    return rest ? (hour + 1 + __builtin_ctz(rest)) * 60 + __builtin_ctzll(c->minutes) : -1;
}

/* The first microsecond of the day from `us` on; -1 when there is none. */
static int64_t next_in_day(const struct heartbeat_calendar *c, int64_t us)
{
    int from = (int)(us / US_PER_MINUTE), minute = next_minute(c, from);
    int64_t in_minute =
        minute < 0 ? -1 : next_in_minute(c, minute == from ? us % US_PER_MINUTE : 0);
    if (minute >= 0 && in_minute < 0) { /* past the minute's last second */
        minute = next_minute(c, minute + 1);
        in_minute = next_in_minute(c, 0);
    }
    return minute < 0 ? -1 : minute * US_PER_MINUTE + in_minute;
}

static bool next_local(const struct heartbeat_calendar *c, int64_t us, int64_t *ret)
{
    int64_t day = heartbeat_floor_div(us, US_PER_DAY), found;
    if (!next_day(c, day, &found))
        return false;
    int64_t in_day = next_in_day(c, found == day ? us - day * US_PER_DAY : 0);
    if (in_day < 0) {
        if (!next_day(c, found + 1, &found))
            return false;
        in_day = next_in_day(c, 0);
    }
    *ret = found * US_PER_DAY + in_day;
    return true;
}

bool heartbeat_calendar_next(const struct heartbeat_calendar *c, const struct sb_zone *z,
                             int64_t after, int64_t *ret_ns)
{
    struct sb_zone_local at;
    after = SB_MAX(after, -2 * US_PER_DAY * 1000); /* two days before what its years can mean */
    if (after >= HEARTBEAT_LAST_NS)
        return false;
    int64_t local = heartbeat_floor_div(after, 1000) + 1;
    local += sb_zone_offset(z, after, NULL, NULL) * US_PER_S;
    while (next_local(c, local, &local)) {
        heartbeat_local_instants(
            z, heartbeat_floor_div(local, US_PER_S),
            (int)(local - heartbeat_floor_div(local, US_PER_S) * US_PER_S) * 1000, &at);
        if (at.fit != SB_ZONE_GAP && at.first > after) {
            *ret_ns = at.first;
            return true;
        }
        /* Skipped, or its first time has passed: on behind the change of the clocks. */
        int64_t base = at.fit == SB_ZONE_GAP ? at.change : at.change - 1;
        int64_t behind = at.change / 1000 + sb_zone_offset(z, base, NULL, NULL) * US_PER_S;
        local = at.fit == SB_ZONE_UNIQUE ? local + 1 : SB_MAX(local + 1, behind);
    }
    return false;
}
