/* Reading systemd's calendar events: [weekdays] [date] [time] [zone], systemd.time(7). */
#include "applets/heartbeat/calendar_read.h"

#include "applets/heartbeat/calendar.h"

enum { MAX_TEXT = 1024, MAX_PARTS = HEARTBEAT_CALENDAR_SECONDS_MAX, US = 1000000 };

/* One entry of a list; stop -1: none. Seconds are in microseconds. */
struct part {
    int32_t start, stop, repeat;
};
struct list {
    struct part parts[MAX_PARTS];
    int n; /* 0: a star */
};
/* Each step returns NULL, or why it cannot. */
struct reader {
    const char *p, *end;
    struct heartbeat_calendar *c;
};

static const struct {
    const char *name, *expression;
} shorthands[] = {
    {"minutely", "*-*-* *:*:00"},
    {"hourly", "*-*-* *:00:00"},
    {"daily", "*-*-* 00:00:00"},
    {"monthly", "*-*-01 00:00:00"},
    {"weekly", "Mon *-*-* 00:00:00"},
    {"yearly", "*-01-01 00:00:00"},
    {"annually", "*-01-01 00:00:00"},
    {"quarterly", "*-01,04,07,10-01 00:00:00"},
    {"semiannually", "*-01,07-01 00:00:00"},
    {"semi-annually", "*-01,07-01 00:00:00"},
    {"biannually", "*-01,07-01 00:00:00"},
    {"bi-annually", "*-01,07-01 00:00:00"},
};
static const char *const weekdays[] = {"monday", "tuesday",  "wednesday", "thursday",
                                       "friday", "saturday", "sunday"};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static char peek(const struct reader *r)
{
    return (char)(r->p < r->end ? *r->p : '\0');
}

static bool take(struct reader *r, char c)
{
    if (r->p == r->end || *r->p != c)
        return false;
    r->p++;
    return true;
}

static bool take_range(struct reader *r)
{
    if (r->end - r->p < 2 || r->p[0] != '.' || r->p[1] != '.')
        return false;
    r->p += 2;
    return true;
}

/* Between parts of an expression: at least one blank, or the end. */
static bool take_blanks(struct reader *r)
{
    const char *first = r->p;
    while (take(r, ' ') || take(r, '\t'))
        continue;
    return r->p != first || r->p == r->end;
}

/* --- weekdays --- */

/* A weekday by its full name or its first three letters; -1, nothing taken, when there is none. */
static int take_weekday(struct reader *r)
{
    const char *first = r->p, *p = first;
    while (p < r->end && (*p | 0x20) >= 'a' && (*p | 0x20) <= 'z')
        p++;
    struct sb_str word = {first, (size_t)(p - first)};
    for (int i = 0; i < 7; i++) {
        struct sb_str full = sb_str(weekdays[i]), brief = {weekdays[i], 3};
        if (sb_str_eq_nocase(word, full) || sb_str_eq_nocase(word, brief)) {
            r->p = p;
            return i;
        }
    }
    return -1;
}

/* Monday is 0 here, as ranges see it; the bits count from Sunday. */
static const char *read_weekdays(struct reader *r)
{
    uint32_t bits = 0;
    int day = take_weekday(r);
    if (day < 0) {
        r->c->weekdays = 0x7F;
        return NULL;
    }
    while (day >= 0) {
        int last = day;
        if (take_range(r) || take(r, '-')) {
            last = take_weekday(r);
            if (last < 0)
                return "a range of weekdays has no end";
            if (last < day)
                return "a range of weekdays runs backwards (the week begins on Monday)";
        }
        for (; day <= last; day++)
            bits |= 1U << ((day + 1) % 7);
        bool comma = take(r, ',');
        day = comma ? take_weekday(r) : -1;
        if (comma && day < 0 && peek(r) != ' ' && r->p != r->end)
            return "a weekday is missing after a comma";
    }
    r->c->weekdays = bits;
    return take_blanks(r) ? NULL : "a blank must follow the weekdays";
}

/* --- lists of numbers --- */
static const char *read_fraction(struct reader *r, int32_t *us)
{
    int32_t unit = US / 10;
    const char *first = r->p;
    for (; r->p < r->end && is_digit(*r->p); r->p++) {
        if (r->p - first == 6)
            *us += *r->p >= '5'; /* rounded to microseconds */
        *us += unit * (*r->p - '0');
        unit /= 10;
    }
    return r->p > first ? NULL : "digits must follow the point";
}

static const char *read_number(struct reader *r, bool seconds, int32_t *ret)
{
    int32_t value = 0;
    if (r->p == r->end || !is_digit(*r->p))
        return "a number is missing";
    for (; r->p < r->end && is_digit(*r->p); r->p++) {
        value = value * 10 + (*r->p - '0');
        if (value > 9999)
            return "a number is too large";
    }
    if (seconds && value > 60)
        return "a number of seconds is too large";
    if (seconds)
        value *= US;
    bool point =
        seconds && r->end - r->p >= 1 && r->p[0] == '.' && (r->end - r->p < 2 || r->p[1] != '.');
    if (point) {
        r->p++;
        const char *reason = read_fraction(r, &value);
        if (reason)
            return reason;
    }
    *ret = value;
    return NULL;
}

static const char *read_part(struct reader *r, bool seconds, struct part *ret)
{
    struct part part = {0, -1, 0};
    const char *reason = read_number(r, seconds, &part.start);
    if (!reason && take_range(r)) {
        part.repeat = seconds ? US : 1;
        reason = read_number(r, seconds, &part.stop);
        if (!reason && part.stop < part.start)
            reason = "a range runs backwards";
    }
    if (!reason && take(r, '/')) {
        reason = read_number(r, seconds, &part.repeat);
        if (!reason && part.repeat == 0)
            reason = "a repetition must not be 0";
    }
    *ret = part;
    return reason;
}

static const char *read_list(struct reader *r, bool seconds, struct list *ret)
{
    ret->n = 0;
    if (take(r, '*'))
        return NULL;
    do {
        if (ret->n == MAX_PARTS)
            return "a list is too long";
        const char *reason = read_part(r, seconds, &ret->parts[ret->n]);
        if (reason)
            return reason;
        ret->n++;
    } while (take(r, ','));
    return NULL;
}

/* Brings a part into min..max and gives it its last value. From the month's end, days count down and
 * repetitions go on until the month's last day. */
static const char *close_part(struct part *p, int32_t min, int32_t max, bool down)
{
    if (p->start < min || p->start > max || p->stop > max)
        return "a number is out of range";
    if (p->stop >= 0)
        return NULL;
    if (p->repeat > max - min || (down ? p->start - p->repeat < min : p->start + p->repeat > max))
        return "a repetition never comes about";
    if (down && p->repeat > 0) {
        p->stop = p->start;
        p->start = min + (p->start - min) % p->repeat;
        return NULL;
    }
    p->stop = p->repeat > 0 ? max : p->start;
    return NULL;
}

/* The bits of a list, in words of 64: the first one is `base`. */
static const char *set_bits(const struct list *l, int32_t min, int32_t max, bool down, int32_t base,
                            uint64_t *words)
{
    struct part all = {min, max, 1};
    for (int i = 0; i < SB_MAX(l->n, 1); i++) {
        struct part p = l->n ? l->parts[i] : all;
        const char *reason = close_part(&p, min, max, down);
        if (reason)
            return reason;
        for (int32_t v = p.start; v <= p.stop; v += SB_MAX(p.repeat, 1))
            words[(v - base) / 64] |= UINT64_C(1) << ((v - base) % 64);
    }
    return NULL;
}

/* "12" is 2012 and "89" is 1989, as systemd has it. */
static int32_t full_year(int32_t year)
{
    if (year < 0 || year >= 100)
        return year;
    return year + (year < 70 ? 2000 : 1900);
}

static const char *set_years(struct heartbeat_calendar *c, struct list *l)
{
    for (int i = 0; i < l->n; i++) {
        l->parts[i].start = full_year(l->parts[i].start);
        l->parts[i].stop = full_year(l->parts[i].stop);
        if (l->parts[i].stop >= 0 && l->parts[i].stop < l->parts[i].start)
            return "a range of years runs backwards";
    }
    return set_bits(l, HEARTBEAT_CALENDAR_FIRST_YEAR, HEARTBEAT_CALENDAR_LAST_YEAR, false,
                    HEARTBEAT_CALENDAR_FIRST_YEAR, c->years);
}

static const char *set_small(const struct list *l, int32_t min, int32_t max, bool down,
                             uint32_t *ret)
{
    uint64_t word = 0;
    const char *reason = set_bits(l, min, max, down, 0, &word);
    *ret = (uint32_t)word;
    return reason;
}

static const char *set_seconds(struct heartbeat_calendar *c, const struct list *l)
{
    c->seconds[0] = (struct heartbeat_calendar_seconds){0, 60 * US - 1, US};
    c->n_seconds = 1;
    for (int i = 0; i < l->n; i++) {
        struct part p = l->parts[i];
        const char *reason = close_part(&p, 0, 60 * US - 1, false);
        if (reason)
            return reason;
        c->seconds[i] = (struct heartbeat_calendar_seconds){p.start, p.stop, p.repeat};
        c->n_seconds = (uint32_t)i + 1;
    }
    return NULL;
}

/* --- date and time --- */
static const char *set_date(struct heartbeat_calendar *c, struct list *year,
                            const struct list *month, const struct list *day)
{
    const char *reason = set_years(c, year);
    c->from_end = c->from_end && day->n > 0;
    if (!reason)
        reason = set_small(month, 1, 12, false, &c->months);
    if (!reason) /* at most the 28th day from the end: every month has it */
        reason = set_small(day, 1, c->from_end ? 28 : 31, c->from_end, &c->days);
    return reason;
}

/* False when there is none: what is there is a time of the day, or nothing. */
static bool read_date(struct reader *r, const char **ret_reason)
{
    static const struct list star = {.n = 0};
    struct list first = star, second = star, third = star, any = star;
    const char *start = r->p;
    *ret_reason = r->p < r->end ? read_list(r, false, &first) : NULL;
    if (*ret_reason)
        return true;
    if (r->p == r->end || peek(r) == ':') {
        r->p = start;
        *ret_reason = set_date(r->c, &any, &star, &star);
        return false;
    }
    r->c->from_end = take(r, '~');
    if (!r->c->from_end && !take(r, '-'))
        *ret_reason = "a date is year-month-day or month-day, a time is hour:minute";
    else
        *ret_reason = read_list(r, false, &second);
    if (*ret_reason)
        return true;
    if (!r->c->from_end && (peek(r) == '-' || peek(r) == '~')) {
        r->c->from_end = *r->p++ == '~';
        *ret_reason = read_list(r, false, &third);
        if (!*ret_reason)
            *ret_reason = set_date(r->c, &first, &second, &third);
    } else {
        *ret_reason = set_date(r->c, &any, &first, &second);
    }
    if (!*ret_reason && !take_blanks(r))
        *ret_reason = "a blank must follow the date";
    return true;
}

static const char *read_time(struct reader *r)
{
    struct list hour = {.n = 1}, minute = {.n = 1}, second = {.n = 1};
    const char *reason = NULL;
    uint64_t minutes = 0;
    hour.parts[0] = minute.parts[0] = second.parts[0] = (struct part){0, -1, 0};
    if (r->p < r->end) {
        reason = read_list(r, false, &hour);
        if (!reason && !take(r, ':'))
            reason = "a time is hour:minute or hour:minute:second";
        if (!reason)
            reason = read_list(r, false, &minute);
        if (!reason && take(r, ':'))
            reason = read_list(r, true, &second);
        if (!reason && r->p != r->end)
            reason = "something follows the time";
    }
    if (!reason)
        reason = set_small(&hour, 0, 23, false, &r->c->hours);
    if (!reason)
        reason = set_bits(&minute, 0, 59, false, 0, &minutes);
    r->c->minutes = minutes;
    return reason ? reason : set_seconds(r->c, &second);
}

/* @seconds: one instant, in UTC. */
static const char *read_timestamp(struct reader *r, struct sb_str *ret_zone)
{
    struct sb_civil at;
    int64_t seconds = 0;
    const char *first = r->p;
    for (; r->p < r->end && is_digit(*r->p) && seconds < INT64_C(10000000000); r->p++)
        seconds = seconds * 10 + (*r->p - '0');
    if (r->p == first || r->p != r->end)
        return "after @ must come seconds since 1970";
    if (seconds >= INT64_C(7258118400)) /* 2200-01-01 */
        return "the year must be 1970 to 2199";
    sb_civil_from(seconds * SB_NS_PER_S, 0, &at);
    int n = (int)at.year - HEARTBEAT_CALENDAR_FIRST_YEAR;
    *r->c = (struct heartbeat_calendar){.minutes = UINT64_C(1) << at.minute,
                                        .months = 1U << at.month,
                                        .days = 1U << at.day,
                                        .hours = 1U << at.hour,
                                        .weekdays = 0x7F,
                                        .n_seconds = 1};
    r->c->years[n / 64] = UINT64_C(1) << (n % 64);
    r->c->seconds[0] = (struct heartbeat_calendar_seconds){at.second * US, at.second * US, 0};
    *ret_zone = SB_STR("UTC");
    return NULL;
}

static const char *read_all(struct reader *r, struct sb_str *ret_zone)
{
    for (size_t i = 0; i < SB_LEN(shorthands); i++) {
        struct sb_str text = {r->p, (size_t)(r->end - r->p)};
        if (!sb_str_eq_nocase(text, sb_str(shorthands[i].name)))
            continue;
        r->p = shorthands[i].expression;
        r->end = r->p + strlen(r->p);
        break;
    }
    if (r->p == r->end)
        return "it is empty";
    if (take(r, '@'))
        return read_timestamp(r, ret_zone);
    const char *reason = read_weekdays(r);
    if (!reason)
        read_date(r, &reason);
    if (!reason)
        reason = read_time(r);
    if (!reason && !heartbeat_calendar_possible(r->c))
        reason = "no date ever matches it";
    return reason;
}

/* The last word, when it begins as a zone's name or offset does; it is taken off the text. */
static struct sb_str take_zone(struct reader *r)
{
    const char *p = r->end;
    while (p > r->p && p[-1] != ' ' && p[-1] != '\t')
        p--;
    bool begins =
        p < r->end && (((*p | 0x20) >= 'a' && (*p | 0x20) <= 'z') || *p == '+' || *p == '-');
    struct reader word = {p, r->end, NULL};
    if (p == r->p || !begins || take_weekday(&word) >= 0)
        return (struct sb_str){p, 0};
    struct sb_str zone = {p, (size_t)(r->end - p)};
    r->end = p;
    while (r->end > r->p && (r->end[-1] == ' ' || r->end[-1] == '\t'))
        r->end--;
    return zone;
}

int heartbeat_calendar_parse(struct sb_str text, struct heartbeat_calendar *ret,
                             struct sb_str *ret_zone, struct sb_error *e)
{
    struct heartbeat_calendar c = {0};
    struct reader r = {.p = text.p, .end = text.p + text.len, .c = &c};
    while (r.p < r.end && (*r.p == ' ' || *r.p == '\t'))
        r.p++;
    while (r.end > r.p && (r.end[-1] == ' ' || r.end[-1] == '\t'))
        r.end--;
    struct sb_str zone = take_zone(&r);
    const char *reason = text.len > MAX_TEXT ? "it is too long" : read_all(&r, &zone);
    if (reason) {
        sb_fail(e, SB_EINPUT, "calendar event \"%.*s\": %s", (int)SB_MIN(text.len, (size_t)100),
                text.len ? text.p : "", reason);
        return sb_hint(e, "write it as OnCalendar= of systemd, such as \"Mon..Fri *-*-* 09:00\" or "
                          "\"*:0/15\"");
    }
    *ret = c;
    *ret_zone = zone;
    return 0;
}
