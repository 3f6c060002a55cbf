/* The built-in formats: each is read into parts. */
#include "core/base/stamp_private.h"

static bool take_blanks(struct sb_stamp_parts *s)
{
    const char *first = s->p;
    while (s->p < s->end && *s->p == ' ' && s->p - first < 8)
        s->p++;
    return s->p != first;
}

/* After a date, an optional clock: hours of 1 or 2 digits when loose. */
struct clock_style {
    bool loose;     /* one digit for the hour; AM and PM; colon_too */
    bool colon_too; /* ":123" as a fraction */
    bool short_too; /* the seconds may be missing */
};

static bool take_clock(struct sb_stamp_parts *s, struct clock_style style)
{
    if (!sb_stamp_take_number(s, style.loose ? 1 : 2, 2, &s->hour) || !sb_stamp_take(s, ':') ||
        !sb_stamp_take_number(s, 2, 2, &s->minute))
        return false;
    s->has_clock = true;
    if (s->p == s->end || *s->p != ':' || s->end - s->p < 2 || !sb_stamp_digit(s->p[1]))
        return style.short_too;
    s->p++;
    s->seconds = s->p;
    if (!sb_stamp_take_number(s, 2, 2, &s->second))
        return false;
    bool more = s->end - s->p > 1 && sb_stamp_digit(s->p[1]);
    if (more && (*s->p == '.' || *s->p == ',')) {
        s->p++;
        sb_stamp_take_fraction(s, &s->nanosecond);
    } else if (more && (style.loose || style.colon_too) && *s->p == ':') {
        s->p++;
        sb_stamp_take_fraction(s, &s->nanosecond);
        s->seconds = NULL;
    }
    s->fraction_end = s->p;
    return true;
}

/* An offset right here, or behind one blank (and then never +HH: that could be a number). */
static void take_zone(struct sb_stamp_parts *s)
{
    if (sb_stamp_take_offset(s, true))
        return;
    const char *first = s->p;
    if (!take_blanks(s) || !sb_stamp_take_offset(s, false))
        s->p = first;
}

static void take_ampm(struct sb_stamp_parts *s)
{
    const char *first = s->p;
    take_blanks(s);
    if (!sb_stamp_take_ampm(s))
        s->p = first;
}

static bool is_date_separator(char c)
{
    return c == '-' || c == '/' || c == '.';
}

/* Two separators that are alike; numbers of a to b digits. */
static bool take_triple(struct sb_stamp_parts *s, const int digits[3][2], int *ret)
{
    char separator = 0;
    for (int i = 0; i < 3; i++) {
        if (i > 0) {
            if (s->p == s->end || !is_date_separator(*s->p) || (separator && *s->p != separator))
                return false;
            separator = *s->p++;
        }
        if (!sb_stamp_take_number(s, digits[i][0], digits[i][1], &ret[i]))
            return false;
    }
    return s->p == s->end || !sb_stamp_digit(*s->p);
}

/* T, a blank or _ and the clock behind a date, or nothing where a date alone will do. */
static bool take_rest(struct sb_stamp_parts *s, struct clock_style style, bool date_only)
{
    const char *date_end = s->p;
    bool joined = sb_stamp_take(s, 'T') || sb_stamp_take(s, 't') || sb_stamp_take(s, '_');
    if (!joined && style.loose)
        sb_stamp_take(s, ',');
    if ((joined || take_blanks(s)) && take_clock(s, style)) {
        if (style.loose)
            take_ampm(s);
        take_zone(s);
        return true;
    }
    s->p = date_end;
    s->seconds = NULL;
    s->has_clock = false;
    s->hour = s->minute = s->second = s->nanosecond = 0;
    return date_only && !joined;
}

static bool take_iso(struct sb_stamp_parts *s, bool date_only)
{
    static const int digits[3][2] = {{4, 4}, {2, 2}, {2, 2}};
    int n[3];
    if (!take_triple(s, digits, n))
        return false;
    s->has_year = true;
    s->year = n[0];
    s->month = n[1];
    s->day = n[2];
    return take_rest(s, (struct clock_style){.short_too = true}, date_only);
}

static bool take_basic(struct sb_stamp_parts *s, bool date_only)
{
    int year;
    if (!sb_stamp_take_number(s, 4, 4, &year) || !sb_stamp_take_number(s, 2, 2, &s->month) ||
        !sb_stamp_take_number(s, 2, 2, &s->day))
        return false;
    s->has_year = true;
    s->year = year;
    const char *date_end = s->p;
    bool parted = sb_stamp_take(s, 'T') || sb_stamp_take(s, 't') || sb_stamp_take(s, '_') ||
                  sb_stamp_take(s, '-') || sb_stamp_take(s, ' ');
    const char *clock = s->p;
    if (parted && take_clock(s, (struct clock_style){.colon_too = true})) { /* 20261123 09:15:02 */
        take_zone(s);
        return true;
    }
    s->p = clock;
    s->seconds = NULL;
    if (!sb_stamp_take_number(s, 2, 2, &s->hour) || !sb_stamp_take_number(s, 2, 2, &s->minute)) {
        s->p = date_end;
        return date_only && !parted;
    }
    s->has_clock = true;
    s->seconds = s->p;
    if (!sb_stamp_take_number(s, 2, 2, &s->second))
        return false;
    if (s->end - s->p > 1 && (*s->p == '.' || *s->p == ',') && sb_stamp_digit(s->p[1])) {
        s->p++;
        sb_stamp_take_fraction(s, &s->nanosecond);
    }
    s->fraction_end = s->p;
    take_zone(s);
    return true;
}

/* "Nov 23 09:15:02", "Nov 23 2026 09:15:02" (Cisco), "Nov 23, 2026 9:15:02 AM" (Java). */
static bool take_rfc3164(struct sb_stamp_parts *s)
{
    int year = 0;
    if (!sb_stamp_take_month(s, &s->month) || !take_blanks(s) ||
        !sb_stamp_take_number(s, 1, 2, &s->day))
        return false;
    sb_stamp_take(s, ',');
    if (!take_blanks(s))
        return false;
    const char *p = s->p;
    s->has_year = sb_stamp_take_number(s, 4, 4, &year);
    if (s->has_year) {
        s->year = year;
        sb_stamp_take(s, ',');
        if (!take_blanks(s))
            return false;
    } else {
        s->p = p;
    }
    if (!take_clock(s, (struct clock_style){.loose = s->has_year}))
        return false;
    if (s->has_year)
        take_ampm(s);
    sb_stamp_take_offset(s, true);
    return true;
}

static bool take_clf(struct sb_stamp_parts *s)
{
    int year;
    if (!sb_stamp_take_number(s, 2, 2, &s->day) || !sb_stamp_take(s, '/') ||
        !sb_stamp_take_month(s, &s->month) || !sb_stamp_take(s, '/') ||
        !sb_stamp_take_number(s, 4, 4, &year) || !sb_stamp_take(s, ':') ||
        !take_clock(s, (struct clock_style){.loose = false}))
        return false;
    s->has_year = true;
    s->year = year;
    take_zone(s);
    return true;
}

/* I1123 09:15:02.123456; newer glog writes the year, too. */
static bool take_klog(struct sb_stamp_parts *s)
{
    if (s->p == s->end || !memchr("IWEFD", *s->p, 5))
        return false;
    const char *p = ++s->p;
    int n = 0;
    while (p < s->end && sb_stamp_digit(*p) && n < 9) {
        p++;
        n++;
    }
    int year = 0;
    if (n == 8) {
        sb_stamp_take_number(s, 4, 4, &year);
        s->has_year = true;
        s->year = year;
    }
    return (n == 8 || n == 4) && sb_stamp_take_number(s, 2, 2, &s->month) &&
           sb_stamp_take_number(s, 2, 2, &s->day) && take_blanks(s) &&
           take_clock(s, (struct clock_style){.loose = false});
}

/* "Mon, 23 Nov 2026 09:15:02 +0100", "23-Nov-2026 09:15:02.123", "23 Nov 09:15:02" (older Redis). */
static bool take_mail(struct sb_stamp_parts *s)
{
    int year = 0;
    if (sb_stamp_take_weekday(s)) {
        sb_stamp_take(s, ',');
        if (!take_blanks(s))
            return false;
    }
    if (!sb_stamp_take_number(s, 1, 2, &s->day))
        return false;
    char separator = (char)(s->p < s->end ? *s->p : 0);
    if ((separator != ' ' && separator != '-' && separator != '/') ||
        !sb_stamp_take(s, separator) || !sb_stamp_take_month(s, &s->month))
        return false;
    bool parted = sb_stamp_take(s, separator);
    const char *p = s->p;
    s->has_year = parted && sb_stamp_take_number(s, 4, 4, &year);
    if (s->has_year) {
        s->year = year;
        sb_stamp_take(s, ',');
        if (!take_blanks(s))
            return false;
    } else {
        s->p = p;
        if (separator != ' ')
            return false;
    }
    if (!take_clock(s, (struct clock_style){.short_too = s->has_year}))
        return false;
    take_zone(s);
    return true;
}

/* "Mon Nov 23 09:15:02.123 2026", and with a zone before the year as date(1) prints it. */
static bool take_ctime(struct sb_stamp_parts *s)
{
    int year;
    if (!sb_stamp_take_weekday(s) || !take_blanks(s) || !sb_stamp_take_month(s, &s->month) ||
        !take_blanks(s) || !sb_stamp_take_number(s, 1, 2, &s->day) || !take_blanks(s) ||
        !take_clock(s, (struct clock_style){.loose = false}) || !take_blanks(s))
        return false;
    if (sb_stamp_take_offset(s, true) && !take_blanks(s))
        return false;
    if (!sb_stamp_take_number(s, 4, 4, &year))
        return false;
    s->has_year = true;
    s->year = year;
    return true;
}

/* Two digits are 1969 to 2068, as POSIX has it. */
static int32_t full_year(int n, bool two_digits)
{
    if (!two_digits)
        return n;
    return n + (n < 69 ? 2000 : 1900);
}

/* day and month: at which of the three numbers they stand. */
static bool take_ordered(struct sb_stamp_parts *s, int year, int month, int day, bool date_only)
{
    static const int four[3][2] = {{1, 2}, {1, 2}, {4, 4}}, two[3][2] = {{1, 2}, {1, 2}, {2, 2}},
                     first[3][2] = {{2, 2}, {2, 2}, {2, 2}};
    const char *start = s->p;
    int n[3];
    bool two_digits = year == 0 || !take_triple(s, four, n);
    if (two_digits) {
        s->p = start;
        if (!take_triple(s, year == 0 ? first : two, n))
            return false;
    }
    s->has_year = true;
    s->year = full_year(n[year], two_digits);
    s->month = n[month];
    s->day = n[day];
    return take_rest(s, (struct clock_style){.loose = true, .short_too = true}, date_only);
}

static bool take_by_format(struct sb_stamp_parts *s, enum sb_stamp_format f, bool date_only)
{
    switch (f) {
    case SB_STAMP_ISO: return take_iso(s, date_only);
    case SB_STAMP_BASIC: return take_basic(s, date_only);
    case SB_STAMP_RFC3164: return take_rfc3164(s);
    case SB_STAMP_CLF: return take_clf(s);
    case SB_STAMP_KLOG: return take_klog(s);
    case SB_STAMP_EPOCH: return sb_stamp_take_epoch(s);
    case SB_STAMP_MAIL: return take_mail(s);
    case SB_STAMP_CTIME: return take_ctime(s);
    case SB_STAMP_DMY: return take_ordered(s, 2, 1, 0, date_only);
    case SB_STAMP_MDY: return take_ordered(s, 2, 0, 1, date_only);
    case SB_STAMP_YMD: return take_ordered(s, 0, 1, 2, date_only);
    default: return false;
    }
}

bool sb_stamp_take_format(struct sb_stamp_parts *s, enum sb_stamp_format f, bool date_only)
{
    if (!take_by_format(s, f, date_only))
        return false;
    return s->p == s->end || (!sb_stamp_digit(*s->p) && !sb_stamp_letter(*s->p));
}
