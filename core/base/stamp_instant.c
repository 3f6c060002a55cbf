/* From the parts of a stamp to an instant: ranges, years and zones that are not written. */
#include "core/base/stamp_private.h"

enum { FIRST_YEAR = 1678, LAST_YEAR = 2261, YEARS_BACK = 9 /* always one leap year */ };

#define DAY_NS (86400 * SB_NS_PER_S)
#define HALF_YEAR_NS (183 * DAY_NS)
#define MINUTE_NS (60 * SB_NS_PER_S)

static bool is_leap(int32_t year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static int days_in_month(int32_t year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return days[month - 1] + (month == 2 && is_leap(year));
}

static bool refuse(struct sb_stamp_parts *s, const char *reason)
{
    s->reason = reason;
    return false;
}

static bool check_ranges(struct sb_stamp_parts *s)
{
    if (s->yearday == 0 && (s->month < 1 || s->month > 12))
        return refuse(s, "the month must be 1 to 12");
    if (s->yearday == 0 && (s->day < 1 || s->day > days_in_month(2000, s->month)))
        return refuse(s, "that month has no such day");
    if (s->pm_known) {
        if (s->hour < 1 || s->hour > 12)
            return refuse(s, "the hour must be 1 to 12 with AM or PM");
        s->hour = s->hour % 12 + (s->pm ? 12 : 0);
        s->pm_known = false; /* done */
    }
    if (s->hour > 23)
        return refuse(s, "the hour must be 0 to 23");
    if (s->minute > 59)
        return refuse(s, "the minute must be 0 to 59");
    if (s->second > 60)
        return refuse(s, "the second must be 0 to 59");
    return true;
}

/* Day of the year to month and day. */
static bool spread_yearday(struct sb_stamp_parts *s)
{
    int rest = s->yearday;
    if (rest < 1 || rest > 365 + is_leap(s->year))
        return refuse(s, "that year has no such day");
    for (s->month = 1; rest > days_in_month(s->year, s->month); s->month++)
        rest -= days_in_month(s->year, s->month);
    s->day = rest;
    s->yearday = 0;
    return true;
}

static bool same_abbreviation(const struct sb_zone *z, int64_t ns, struct sb_str text)
{
    const char *abbreviation = "";
    sb_zone_offset(z, ns, &abbreviation, NULL);
    return sb_str_is(text, abbreviation);
}

/* By the reader's zone: what the header says of gaps and overlaps. An abbreviation decides. */
static int64_t by_zone(const struct sb_stamp_reader *r, const struct sb_stamp_parts *s,
                       const struct sb_civil *c, bool *ret_named)
{
    struct sb_zone_local local;
    sb_zone_local(r->rules.zone, c, &local);
    *ret_named = false;
    if (s->abbreviation.len > 0) {
        *ret_named = true;
        if (same_abbreviation(r->rules.zone, local.first, s->abbreviation))
            return local.first;
        if (same_abbreviation(r->rules.zone, local.last, s->abbreviation))
            return local.last;
        *ret_named = false;
    }
    if (local.fit == SB_ZONE_GAP)
        return local.last;
    bool again = local.fit == SB_ZONE_OVERLAP && r->has_last && local.first < r->last - MINUTE_NS &&
                 local.last >= r->last - MINUTE_NS;
    return again ? local.last : local.first;
}

/* The instant in a given year, which must have the day. */
static bool in_year(const struct sb_stamp_reader *r, struct sb_stamp_parts *s, int32_t year,
                    int64_t *ret)
{
    bool leap_second = s->second == 60;
    struct sb_civil c = {.year = year,
                         .month = s->month,
                         .day = s->day,
                         .hour = s->hour,
                         .minute = s->minute,
                         .second = s->second - leap_second,
                         .nanosecond = s->nanosecond};
    int64_t ns = 0;
    bool named = false;
    if (year < FIRST_YEAR || year > LAST_YEAR)
        return refuse(s, "the year must be 1678 to 2261");
    if (s->day > days_in_month(year, s->month))
        return refuse(s,
                      s->day == 29 ? "that year has no 29 February" : "that month has no such day");
    if (r->rules.zone && (!s->has_offset || s->abbreviation.len > 0))
        ns = by_zone(r, s, &c, &named);
    if (s->abbreviation.len > 0 && !named && !s->has_offset)
        return refuse(s, "several zones are abbreviated like that, and not the one it is read in");
    if (!named && (s->has_offset || !r->rules.zone)) {
        int64_t seconds = sb_days_from_civil(year, c.month, c.day) * 86400 + c.hour * 3600 +
                          c.minute * 60 + c.second - s->offset_s;
        ns = seconds * SB_NS_PER_S + c.nanosecond;
    }
    if (leap_second) {
        ns += SB_NS_PER_S;
        if ((ns - c.nanosecond) % DAY_NS != 0)
            return refuse(s, "a second 60 exists only at 23:59 UTC");
    }
    *ret = ns;
    return true;
}

/* The year's turn is where a stamp would lie half a year off the one before. */
static bool follow_year(struct sb_stamp_reader *r, struct sb_stamp_parts *s, int64_t *ret)
{
    int64_t ns = 0;
    if (!r->has_last)
        r->year = r->rules.year;
    int32_t year = r->year;
    bool fits = in_year(r, s, year, &ns);
    if (fits && r->has_last && ns < r->last - HALF_YEAR_NS)
        fits = in_year(r, s, ++year, &ns);
    else if (fits && r->has_last && ns > r->last + HALF_YEAR_NS && year > r->rules.year)
        fits = in_year(r, s, --year, &ns);
    if (!fits)
        return false;
    r->year = year;
    *ret = ns;
    return true;
}

static bool latest_year(const struct sb_stamp_reader *r, struct sb_stamp_parts *s, int64_t *ret)
{
    struct sb_civil latest;
    sb_civil_from(r->rules.latest, 0, &latest);
    int32_t newest = (int32_t)latest.year + 1;
    for (int32_t year = newest; year >= newest - YEARS_BACK; year--) {
        int64_t ns = 0;
        if (in_year(r, s, year, &ns) && ns <= r->rules.latest) {
            *ret = ns;
            s->reason = NULL;
            return true;
        }
    }
    return s->reason ? false : refuse(s, "no year fits it");
}

/* May stamps of one minute be in different years? Its start lies `before` the latest: by less than a
 * minute, or by that and about a year. */
static bool near_latest(int64_t before)
{
    return before < MINUTE_NS || (before > 364 * DAY_NS && before < 368 * DAY_NS);
}

/* Clocks may be put on or back within a minute only in times long gone, but then they may. */
static bool is_steady(const struct sb_stamp_reader *r, const struct sb_stamp_parts *s, int64_t ns)
{
    int64_t start = ns - s->second * SB_NS_PER_S - s->nanosecond;
    bool latest = !s->has_year && r->rules.year == 0;
    if (s->second > 59 || (latest && near_latest(r->rules.latest - start)))
        return false;
    if (!r->rules.zone || (s->has_offset && s->abbreviation.len == 0))
        return true;
    struct sb_civil c;
    struct sb_zone_local local;
    sb_zone_civil(r->rules.zone, ns, &c);
    sb_zone_local(r->rules.zone, &c, &local);
    int64_t change = 0;
    bool changes = sb_zone_next_change(r->rules.zone, start - MINUTE_NS, &change);
    return local.fit == SB_ZONE_UNIQUE && !(changes && change < start + 2 * MINUTE_NS);
}

bool sb_stamp_instant(struct sb_stamp_reader *r, struct sb_stamp_parts *s, int64_t *ret,
                      bool *ret_steady)
{
    int64_t ns = 0;
    *ret_steady = false;
    if (s->reason)
        return false;
    if (s->is_epoch) {
        *ret = s->instant;
        return true;
    }
    if (!check_ranges(s) || (s->yearday > 0 && !spread_yearday(s)))
        return false;
    bool fits = s->has_year          ? in_year(r, s, s->year, &ns)
                : r->rules.year != 0 ? follow_year(r, s, &ns)
                                     : latest_year(r, s, &ns);
    if (!fits)
        return false;
    *ret_steady = s->seconds && is_steady(r, s, ns);
    *ret = ns;
    return true;
}
