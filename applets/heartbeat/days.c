/* Walking the days of the calendar: the weekday and the month's length go along. */
#include "applets/heartbeat/days.h"

static int days_in_month(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return days[month - 1] + (month == 2 && leap);
}

void heartbeat_day_from(int64_t number, struct heartbeat_day *ret)
{
    struct sb_civil c;
    number = SB_MIN(number, (int64_t)HEARTBEAT_LAST_DAY + 1);
    sb_civil_from(number * 86400 * SB_NS_PER_S, 0, &c);
    *ret = (struct heartbeat_day){number, (int)c.year, c.month,
                                  c.day,  c.weekday,   days_in_month((int)c.year, c.month)};
}

void heartbeat_day_next_month(struct heartbeat_day *d)
{
    int left = d->days_in_month - d->day + 1;
    d->number += left;
    d->weekday = (d->weekday + left) % 7;
    d->day = 1;
    d->year += d->month == 12;
    d->month = d->month % 12 + 1;
    d->days_in_month = days_in_month(d->year, d->month);
}

void heartbeat_day_next(struct heartbeat_day *d)
{
    if (d->day == d->days_in_month) {
        heartbeat_day_next_month(d);
        return;
    }
    d->number++;
    d->day++;
    d->weekday = (d->weekday + 1) % 7;
}

void heartbeat_local_instants(const struct sb_zone *z, int64_t second, int nanosecond,
                              struct sb_zone_local *ret)
{
    struct sb_civil local;
    sb_civil_from(second * SB_NS_PER_S, 0, &local);
    local.nanosecond = nanosecond;
    sb_zone_local(z, &local, ret);
}
