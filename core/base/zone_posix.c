/* POSIX TZ strings with their rules (POSIX.1-2017, 8.3; RFC 8536, 3.3: hours up to 167, all-year
 * daylight saving): "CET-1CEST,M3.5.0,M10.5.0/3". Their offsets are west of Greenwich. */
#include "core/base/zone_private.h"

enum rule_kind { RULE_JULIAN, RULE_DAY, RULE_MONTH };

struct rule {
    enum rule_kind kind;
    int day, week, month; /* day: 1-365 (J), 0-365, or a weekday from Sunday = 0 */
    int32_t time;         /* seconds of local time, may be negative or beyond a day */
};
struct posix {
    const char *p, *end;
    struct sb_str std_abbr, dst_abbr;
    int32_t std_offset, dst_offset; /* east of Greenwich */
    bool has_dst;
    struct rule start, stop;
};

static bool take(struct posix *r, char c)
{
    if (r->p == r->end || *r->p != c)
        return false;
    r->p++;
    return true;
}

static bool take_number(struct posix *r, int max, int *ret)
{
    const char *first = r->p;
    int value = 0;
    while (r->p < r->end && *r->p >= '0' && *r->p <= '9' && value <= max)
        value = value * 10 + (*r->p++ - '0');
    if (r->p == first || value > max)
        return false;
    *ret = value;
    return true;
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* At least three letters, or anything between < and >; which signs are fine is seen by the zone. */
static bool take_abbr(struct posix *r, struct sb_str *ret)
{
    bool quoted = take(r, '<');
    const char *first = r->p;
    while (r->p < r->end && (quoted ? *r->p != '>' : is_letter(*r->p)))
        r->p++;
    *ret = (struct sb_str){first, (size_t)(r->p - first)};
    return ret->len >= 3 && (!quoted || take(r, '>'));
}

/* [+-]hh[:mm[:ss]] in seconds. */
static bool take_time(struct posix *r, int max_hours, int32_t *ret)
{
    int sign = 1, hours = 0, minutes = 0, seconds = 0;
    if (take(r, '-'))
        sign = -1;
    else
        take(r, '+');
    if (!take_number(r, max_hours, &hours))
        return false;
    if (take(r, ':')) {
        if (!take_number(r, 59, &minutes) || (take(r, ':') && !take_number(r, 59, &seconds)))
            return false;
    }
    *ret = sign * (hours * 3600 + minutes * 60 + seconds);
    return true;
}

static bool take_date(struct posix *r, struct rule *ret)
{
    if (take(r, 'J')) {
        ret->kind = RULE_JULIAN;
        return take_number(r, 365, &ret->day) && ret->day >= 1;
    }
    if (take(r, 'M')) {
        ret->kind = RULE_MONTH;
        return take_number(r, 12, &ret->month) && ret->month >= 1 && take(r, '.') &&
               take_number(r, 5, &ret->week) && ret->week >= 1 && take(r, '.') &&
               take_number(r, 6, &ret->day);
    }
    ret->kind = RULE_DAY;
    return take_number(r, 365, &ret->day);
}

static bool take_rule(struct posix *r, struct rule *ret)
{
    ret->time = 2 * 3600;
    return take(r, ',') && take_date(r, ret) && (!take(r, '/') || take_time(r, 167, &ret->time));
}

static const char *parse(struct posix *r)
{
    int32_t west;
    if (!take_abbr(r, &r->std_abbr))
        return "it must begin with an abbreviation of three letters or more";
    if (!take_time(r, 24, &west))
        return "an offset from UTC must follow the abbreviation";
    r->std_offset = -west;
    if (r->p == r->end)
        return NULL;
    r->has_dst = true;
    if (!take_abbr(r, &r->dst_abbr))
        return "after the offset, only an abbreviation for daylight saving may follow";
    r->dst_offset = r->std_offset + 3600;
    if (r->p < r->end && *r->p != ',') {
        if (!take_time(r, 24, &west))
            return "the offset of daylight saving is not well-formed";
        r->dst_offset = -west;
    }
    if (r->p == r->end)
        return "it says when daylight saving begins and ends nowhere";
    if (!take_rule(r, &r->start) || !take_rule(r, &r->stop))
        return "the rules must be two of Mm.w.d, Jn or n, each with an optional /time";
    return r->p == r->end ? NULL : "something follows its end";
}

static bool is_leap(int64_t year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

/* Day number since the epoch of a rule in a year. */
static int64_t rule_date(const struct rule *r, int64_t year)
{
    int64_t first = sb_days_from_civil(year, 1, 1);
    if (r->kind == RULE_DAY)
        return first + r->day;
    if (r->kind == RULE_JULIAN)
        return first + r->day - 1 + (r->day >= 60 && is_leap(year));
    int64_t month = sb_days_from_civil(year, r->month, 1);
    int64_t next = r->month == 12 ? sb_days_from_civil(year + 1, 1, 1)
                                  : sb_days_from_civil(year, r->month + 1, 1);
    int64_t weekday = ((month + 4) % 7 + 7) % 7; /* 1970-01-01 was a Thursday */
    int64_t day = month + (r->day - weekday + 7) % 7 + (r->week - 1) * 7;
    return day < next ? day : day - 7; /* week 5 is the last */
}

static void add_span(struct sb_zone *z, int64_t after, int64_t start, int64_t stop, uint16_t dst,
                     uint16_t std)
{
    if (start > after)
        zone_add_change(z, start, dst);
    if (stop > after)
        zone_add_change(z, stop, std);
}

/* Daylight saving is a union of spans, one a year; spans that meet are one (all-year DST). */
static void add_rules(struct sb_zone *z, const struct posix *r, int64_t after, uint16_t std,
                      uint16_t dst)
{
    int64_t start = 0, stop = INT64_MIN;
    for (int64_t year = SB_ZONE_FIRST_YEAR - 2; year <= SB_ZONE_LAST_YEAR + 1; year++) {
        int64_t from = rule_date(&r->start, year) * 86400 + r->start.time - r->std_offset;
        int64_t until = rule_date(&r->stop, year) * 86400 + r->stop.time - r->dst_offset;
        if (until <= from) /* south of the equator it ends in the next year */
            until = rule_date(&r->stop, year + 1) * 86400 + r->stop.time - r->dst_offset;
        if (until <= from || until <= stop)
            continue;
        if (from <= stop) {
            stop = until;
            continue;
        }
        if (stop != INT64_MIN)
            add_span(z, after, start, stop, dst, std);
        start = from;
        stop = until;
    }
    if (stop != INT64_MIN)
        add_span(z, after, start, stop, dst, std);
}

const char *zone_add_posix(struct sb_zone *z, struct sb_str text, int64_t after)
{
    static const char bad_type[] = "its abbreviations may have up to 15 letters, digits, + and -, "
                                   "and its offsets must be less than 26 hours";
    struct posix r = {.p = text.p, .end = text.p + text.len};
    uint16_t std, dst = 0;
    const char *reason = text.len > SB_ZONE_POSIX_MAX ? "it is too long" : parse(&r);
    if (reason)
        return reason;
    if (!zone_add_type(z, r.std_offset, false, r.std_abbr, &std))
        return bad_type;
    if (r.has_dst && !zone_add_type(z, r.dst_offset, true, r.dst_abbr, &dst))
        return bad_type;
    if (after == INT64_MIN)
        z->before = std;
    if (r.has_dst)
        add_rules(z, &r, after, std, dst);
    return NULL;
}
