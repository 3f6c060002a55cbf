/* Instants: the clock, and RFC 3339 (section 5.6; the suffixes of RFC 9557). */
#include "core/base/time.h"

#include <stdlib.h>
#include <time.h>

int64_t sb_time_now(void)
{
    const char *fixed = getenv("SREBOX_NOW");
    struct sb_error ignored;
    struct timespec ts;
    int64_t ns = 0;
    if (fixed && sb_time_parse(sb_str(fixed), &ns, &ignored) == 0)
        return ns;
    clock_gettime(CLOCK_REALTIME, &ts);
    return (int64_t)ts.tv_sec * SB_NS_PER_S + ts.tv_nsec;
}

/* What is read so far; each step returns NULL, or why it cannot. */
struct reader {
    const char *p, *end;
    int year, month, day, hour, minute, second, nanosecond, offset_s;
};

static bool take(struct reader *r, char c)
{
    if (r->p == r->end || *r->p != c)
        return false;
    r->p++;
    return true;
}

/* Exactly count digits. */
static bool take_digits(struct reader *r, int count, int *ret)
{
    int value = 0;
    if (r->end - r->p < count)
        return false;
    for (int i = 0; i < count; i++) {
        char c = r->p[i];
        if (c < '0' || c > '9')
            return false;
        value = value * 10 + (c - '0');
    }
    r->p += count;
    *ret = value;
    return true;
}

static int days_in_month(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return days[month - 1] + (month == 2 && leap);
}

static const char *read_date(struct reader *r)
{
    if (!take_digits(r, 4, &r->year) || !take(r, '-') || !take_digits(r, 2, &r->month) ||
        !take(r, '-') || !take_digits(r, 2, &r->day))
        return "it must start with a date, YYYY-MM-DD";
    if (r->month < 1 || r->month > 12)
        return "the month must be 01 to 12";
    if (r->day < 1 || r->day > days_in_month(r->year, r->month))
        return "that month has no such day";
    return NULL;
}

/* Any number of digits; what is beyond nanoseconds is cut off. */
static const char *read_fraction(struct reader *r)
{
    int digits = 0;
    while (r->p < r->end && *r->p >= '0' && *r->p <= '9') {
        if (digits < 9)
            r->nanosecond = r->nanosecond * 10 + (*r->p - '0');
        digits++;
        r->p++;
    }
    for (int i = digits; i < 9; i++)
        r->nanosecond *= 10;
    return digits ? NULL : "digits must follow the point";
}

static const char *read_clock(struct reader *r)
{
    if (!take(r, 'T') && !take(r, 't') && !take(r, ' '))
        return "a T and the time of day must follow the date";
    if (!take_digits(r, 2, &r->hour) || !take(r, ':') || !take_digits(r, 2, &r->minute) ||
        !take(r, ':') || !take_digits(r, 2, &r->second))
        return "the time of day must be HH:MM:SS";
    if (r->hour > 23)
        return "the hour must be 00 to 23";
    if (r->minute > 59)
        return "the minute must be 00 to 59";
    if (r->second > 60)
        return "the second must be 00 to 59";
    return take(r, '.') ? read_fraction(r) : NULL;
}

static const char *read_offset(struct reader *r)
{
    int hours, minutes, sign;
    if (take(r, 'Z') || take(r, 'z'))
        return NULL;
    if (take(r, '+'))
        sign = 1;
    else if (take(r, '-'))
        sign = -1;
    else
        return "it must end with Z or an offset such as +02:00";
    if (!take_digits(r, 2, &hours) || !take(r, ':') || !take_digits(r, 2, &minutes))
        return "the offset must be +HH:MM or -HH:MM";
    if (hours > 23 || minutes > 59)
        return "the offset must be between -23:59 and +23:59";
    r->offset_s = sign * (hours * 3600 + minutes * 60);
    return NULL;
}

static const char *skip_suffixes(struct reader *r)
{
    while (take(r, '[')) {
        const char *first = r->p;
        if (take(r, '!'))
            return "a suffix with ! demands that it is understood, and no suffix is here";
        while (r->p<r->end && * r->p> ' ' && *r->p < 0x7F && *r->p != ']' && *r->p != '[')
            r->p++;
        if (r->p == first || !take(r, ']'))
            return "the suffix in brackets is not well-formed";
    }
    return r->p == r->end ? NULL : "something follows its end";
}

/* Instants outside these years do not all fit. */
enum { FIRST_YEAR = 1678, LAST_YEAR = 2261 };

static const char *to_instant(const struct reader *r, int64_t *ret)
{
    int64_t local = sb_days_from_civil(r->year, r->month, r->day) * 86400 + r->hour * 3600 +
                    r->minute * 60 + r->second;
    int64_t utc = local - r->offset_s;
    /* With second 60 the sum already stands at the next minute: midnight, if it is a leap second. */
    if (r->second == 60 && utc % 86400 != 0)
        return "a second 60 exists only at 23:59 UTC";
    if (utc < sb_days_from_civil(FIRST_YEAR, 1, 1) * 86400 ||
        utc >= sb_days_from_civil(LAST_YEAR + 1, 1, 1) * 86400)
        return "the year must be 1678 to 2261";
    *ret = utc * SB_NS_PER_S + r->nanosecond;
    return NULL;
}

int sb_time_parse(struct sb_str s, int64_t *ret_ns, struct sb_error *e)
{
    struct reader r = {.p = s.p, .end = s.p + s.len};
    int64_t ns = 0;
    const char *reason = read_date(&r);
    if (!reason)
        reason = read_clock(&r);
    if (!reason)
        reason = read_offset(&r);
    if (!reason)
        reason = skip_suffixes(&r);
    if (!reason)
        reason = to_instant(&r, &ns);
    if (reason) {
        sb_fail(e, SB_EINPUT, "\"%.*s\" is no RFC 3339 time: %s", (int)SB_MIN(s.len, (size_t)80),
                s.len ? s.p : "", reason);
        return sb_hint(e, "write it like 2024-01-15T10:00:00Z");
    }
    *ret_ns = ns;
    return 0;
}

void sb_time_print(struct sb_buf *b, int64_t ns)
{
    struct sb_civil c;
    sb_civil_from(ns, 0, &c);
    sb_buf_printf(b, "%04d-%02d-%02dT%02d:%02d:%02d", (int)c.year, c.month, c.day, c.hour, c.minute,
                  c.second);
    if (c.nanosecond) {
        int digits = 9, fraction = c.nanosecond;
        for (; fraction % 10 == 0; fraction /= 10)
            digits--;
        sb_buf_printf(b, ".%0*d", digits, fraction);
    }
    sb_buf_putc(b, 'Z');
}
