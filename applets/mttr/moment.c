/* Reading a time by its shape: a date, a time of day, an offset; each may be missing. */
#include "applets/mttr/moment.h"

#include "core/base/utf8.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define S SB_NS_PER_S
#define DAY (86400 * S)
#define HALF_DAY (DAY / 2)
enum { TEXT_MOST = 100, YEAR_LEAST = 1970, YEAR_MOST = 2261 };

struct reader {
    struct sb_str text, rest;
    const struct sb_zone *zone;
    int64_t now;
    bool future;
    struct sb_error *e;
};

static int refuse(const struct reader *r, const char *why)
{
    struct sb_buf shown SB_CLEANUP(sb_buf_done) = SB_BUF_INIT(300);
    sb_escape(&shown, (struct sb_str){r->text.p, SB_MIN(r->text.len, (size_t)TEXT_MOST)});
    sb_fail(r->e, SB_EINPUT, "\"%s\": %s", shown.data ? shown.data : "", why);
    return sb_hint(r->e, "times are: 14:33, 14:33:20, \"yesterday 23:10\", \"5m ago\", "
                         "\"2026-11-23 14:33\", 2026-11-23T14:33:20+01:00");
}

/* ---- small pieces ---- */

static bool word(struct sb_str *s, const char *w)
{
    struct sb_str want = sb_str(w);
    if (s->len < want.len || !sb_str_eq_nocase((struct sb_str){s->p, want.len}, want))
        return false;
    *s = (struct sb_str){s->p + want.len, s->len - want.len};
    return true;
}

static void blanks(struct sb_str *s)
{
    while (s->len && *s->p == ' ')
        *s = (struct sb_str){s->p + 1, s->len - 1};
}

/* least to most digits; false leaves s as it is. */
static bool digits(struct sb_str *s, size_t least, size_t most, int *ret)
{
    size_t n = 0;
    int value = 0;
    while (n < s->len && n < most && s->p[n] >= '0' && s->p[n] <= '9')
        value = value * 10 + (s->p[n++] - '0');
    if (n < least || (n < s->len && s->p[n] >= '0' && s->p[n] <= '9'))
        return false;
    *ret = value;
    *s = (struct sb_str){s->p + n, s->len - n};
    return true;
}

static bool mark(struct sb_str *s, char c)
{
    if (!s->len || *s->p != c)
        return false;
    *s = (struct sb_str){s->p + 1, s->len - 1};
    return true;
}

static int month_days(int64_t year, int month)
{
    return (int)(sb_days_from_civil(month == 12 ? year + 1 : year, month % 12 + 1, 1) -
                 sb_days_from_civil(year, month, 1));
}

static int read_date(struct reader *r, struct sb_civil *c, bool *ret_there)
{
    struct sb_str s = r->rest;
    int year;
    *ret_there = false;
    if (!digits(&s, 4, 4, &year) || !mark(&s, '-'))
        return 0;
    if (!digits(&s, 2, 2, &c->month) || !mark(&s, '-') || !digits(&s, 2, 2, &c->day))
        return refuse(r, "a date is YYYY-MM-DD");
    if (year < YEAR_LEAST || year > YEAR_MOST)
        return refuse(r, "only years from 1970 to 2261 are taken");
    if (c->month < 1 || c->month > 12 || c->day < 1 || c->day > month_days(year, c->month))
        return refuse(r, "there is no such day");
    c->year = year;
    r->rest = s;
    *ret_there = true;
    return 0;
}

/* .123456789: any digits, nine of them count. */
static bool fraction(struct sb_str *s, struct sb_civil *c)
{
    int64_t unit = S / 10;
    if (!mark(s, '.') || !s->len || *s->p < '0' || *s->p > '9')
        return false;
    for (; s->len && *s->p >= '0' && *s->p <= '9'; *s = (struct sb_str){s->p + 1, s->len - 1}) {
        c->nanosecond += (int)((*s->p - '0') * unit);
        unit /= 10;
    }
    return true;
}

/* HH:MM[:SS[.fff]] [am|pm] */
static int read_clock(struct reader *r, struct sb_civil *c, int64_t *ret_precision, bool *ret_there)
{
    struct sb_str s = r->rest;
    *ret_there = false;
    if (!digits(&s, 1, 2, &c->hour) || !mark(&s, ':'))
        return 0;
    if (!digits(&s, 2, 2, &c->minute))
        return refuse(r, "a time of day is HH:MM or HH:MM:SS");
    *ret_precision = 60 * S;
    if (mark(&s, ':')) {
        if (!digits(&s, 2, 2, &c->second))
            return refuse(r, "a time of day is HH:MM or HH:MM:SS");
        *ret_precision = S;
    }
    if (*ret_precision == S && s.len && *s.p == '.') {
        if (!fraction(&s, c))
            return refuse(r, "digits belong behind the point");
        *ret_precision = 0;
    }
    blanks(&s);
    bool pm = word(&s, "pm"), am = !pm && word(&s, "am");
    if ((pm || am) && (c->hour < 1 || c->hour > 12))
        return refuse(r, "there is no such hour before or after noon");
    if (pm || am)
        c->hour = c->hour % 12 + (pm ? 12 : 0);
    if (c->hour > 23 || c->minute > 59 || c->second > 59)
        return refuse(r, "there is no such time of day");
    r->rest = s;
    *ret_there = true;
    return 0;
}

/* ---- a local time as an instant ---- */

static void say(struct mttr_moment *m, const struct reader *r, const char *why)
{
    struct sb_buf at SB_CLEANUP(sb_buf_done) = SB_BUF_INIT(64);
    sb_zone_print(r->zone, m->at, &at);
    snprintf(m->reading, sizeof m->reading, "taken as %s, %s", at.data, why);
}

static int gap(const struct reader *r, const struct sb_zone_local *local)
{
    struct sb_buf before SB_CLEANUP(sb_buf_done) = SB_BUF_INIT(64);
    struct sb_buf after SB_CLEANUP(sb_buf_done) = SB_BUF_INIT(64);
    sb_zone_print(r->zone, local->change - S, &before);
    sb_zone_print(r->zone, local->change, &after);
    refuse(r, "clocks were put forward and never showed this time");
    return sb_hint(r->e, "clocks of %s went from %s to %s: give the time with its offset",
                   sb_zone_name(r->zone), before.data, after.data);
}

static int fit(const struct reader *r, const struct sb_civil *c, struct mttr_moment *m)
{
    struct sb_zone_local local;
    sb_zone_local(r->zone, c, &local);
    if (local.fit == SB_ZONE_GAP)
        return gap(r, &local);
    m->at = local.last;
    if (local.fit == SB_ZONE_OVERLAP) {
        bool later = r->future || local.last <= r->now;
        m->at = later ? local.last : local.first;
        say(m, r,
            later ? "the later of two: clocks were put back"
                  : "the earlier of two: the later is to come");
    }
    return 0;
}

static void date_of(const struct reader *r, int days, struct sb_civil *c)
{
    struct sb_civil day;
    sb_zone_civil(r->zone, r->now, &day);
    /* noon, so that a day that is shorter or longer is still that day */
    int64_t noon = (sb_days_from_civil(day.year, day.month, day.day) + days) * DAY + HALF_DAY;
    sb_civil_from(noon, 0, &day);
    c->year = day.year;
    c->month = day.month;
    c->day = day.day;
}

/* A time of day alone: today's, unless people just after midnight mean the evening before. */
static int of_today(const struct reader *r, struct sb_civil *c, struct mttr_moment *m)
{
    date_of(r, 0, c);
    int code = fit(r, c, m);
    if (code || r->future || m->at <= r->now || m->at - r->now <= HALF_DAY)
        return code;
    date_of(r, -1, c);
    m->reading[0] = '\0';
    code = fit(r, c, m);
    if (!code && !m->reading[0])
        say(m, r, "yesterday's");
    return code;
}

static int no_future(const struct reader *r, const struct mttr_moment *m)
{
    if (r->future || m->at <= r->now)
        return 0;
    struct sb_buf by SB_CLEANUP(sb_buf_done) = SB_BUF_INIT(64);
    struct sb_buf now SB_CLEANUP(sb_buf_done) = SB_BUF_INIT(64);
    mttr_span_print(&by, m->at - r->now);
    sb_zone_print(r->zone, r->now, &now);
    refuse(r, "that is still to come");
    return sb_hint(r->e,
                   "it is %s ahead: now is %s (--tz names the zone of times that do not say "
                   "theirs; \"yesterday 14:33\" is yesterday's)",
                   by.data, now.data);
}

/* ---- the shapes ---- */

/* The size of the smallest unit in "1h30m". */
static int64_t smallest_unit(struct sb_str duration)
{
    const char last = duration.p[duration.len - 1];
    const char before = duration.len > 1 ? duration.p[duration.len - 2] : ' ';
    if (last == 's' || last == 'S')
        return before >= '0' && before <= '9' ? S : 0; /* s; ms us ns are exact enough */
    return last == 'm' || last == 'M' ? 60 * S : last == 'h' || last == 'H' ? 3600 * S : DAY;
}

static int read_ago(struct reader *r, struct mttr_moment *m)
{
    struct sb_buf compact SB_CLEANUP(sb_buf_done) = SB_BUF_INIT(TEXT_MOST + 1);
    int64_t ns;
    for (size_t i = 0; i < r->text.len - strlen("ago"); i++)
        if (r->text.p[i] != ' ')
            sb_buf_putc(&compact, r->text.p[i]);
    struct sb_str duration = {compact.data, compact.len};
    if (!compact.len || sb_duration_parse(duration, false, &ns, r->e) || ns > r->now)
        return refuse(r, "before \"ago\" stands a duration: 5m, 1h30m, 2d");
    m->at = r->now - ns;
    m->precision = SB_MIN(smallest_unit(duration), ns);
    return 0;
}

static int read_epoch(struct reader *r, struct mttr_moment *m)
{
    int64_t seconds = 0;
    struct sb_str s = {r->text.p + 1, r->text.len - 1};
    if (!s.len || s.len > 10)
        return refuse(r, "behind @ stand the seconds since 1970");
    for (size_t i = 0; i < s.len; i++) {
        if (s.p[i] < '0' || s.p[i] > '9')
            return refuse(r, "behind @ stand the seconds since 1970");
        seconds = seconds * 10 + (s.p[i] - '0');
    }
    if (seconds > INT64_MAX / S)
        return refuse(r, "only years from 1970 to 2261 are taken");
    m->at = seconds * S;
    m->precision = S;
    return 0;
}

/* With its own offset. */
static int read_absolute(struct reader *r, int64_t precision, struct mttr_moment *m)
{
    if (sb_time_parse(r->text, &m->at, r->e)) {
        char why[sizeof r->e->text];
        snprintf(why, sizeof why, "%s", r->e->text);
        return refuse(r, why);
    }
    m->precision = precision;
    return 0;
}

static int read_local(struct reader *r, struct mttr_moment *m)
{
    struct sb_civil c = {.year = 0};
    bool dated = false, timed = false, named = true;
    int code = 0;
    if (word(&r->rest, "today"))
        date_of(r, 0, &c);
    else if (word(&r->rest, "yesterday"))
        date_of(r, -1, &c);
    else
        named = false;
    if (!named && (code = read_date(r, &c, &dated)))
        return code;
    if (dated && r->rest.len && (*r->rest.p == 'T' || *r->rest.p == 't'))
        mark(&r->rest, *r->rest.p);
    blanks(&r->rest);
    m->precision = DAY;
    if ((code = read_clock(r, &c, &m->precision, &timed)))
        return code;
    if (dated && timed && r->rest.len)
        return read_absolute(r, m->precision, m);
    if (r->rest.len || (!dated && !named && !timed))
        return refuse(r, "is no time");
    return dated || named ? fit(r, &c, m) : of_today(r, &c, m);
}

int mttr_moment_read(struct sb_str text, const struct sb_zone *zone, int64_t now, bool future,
                     struct mttr_moment *ret, struct sb_error *e)
{
    struct mttr_moment m = {.at = now};
    while (text.len && text.p[text.len - 1] == ' ')
        text.len--;
    blanks(&text);
    struct reader r = {text, text, zone, now, future, e};
    int code;
    if (!text.len || text.len > TEXT_MOST)
        return refuse(&r, "is no time");
    if (sb_str_eq_nocase(text, SB_STR("now")))
        code = 0;
    else if (text.len > 3 &&
             sb_str_eq_nocase((struct sb_str){text.p + text.len - 3, 3}, SB_STR("ago")))
        code = read_ago(&r, &m);
    else if (*text.p == '@')
        code = read_epoch(&r, &m);
    else
        code = read_local(&r, &m);
    if (!code && m.at < 0) /* in a zone east of Greenwich, or by its offset */
        code = refuse(&r, "only years from 1970 to 2261 are taken");
    if (!code)
        code = no_future(&r, &m);
    if (!code)
        *ret = m;
    return code;
}

/* ---- zones, printing ---- */

int mttr_zone(const char *tz, struct sb_zone **ret, struct sb_error *e)
{
    int code = sb_zone_load(sb_str(tz ? tz : "local"), ret, e);
    return code ? sb_wrap(e, tz ? "--tz" : "the machine's time zone") : 0;
}

void mttr_moment_print(struct sb_buf *b, const struct sb_zone *zone, int64_t at)
{
    struct sb_civil c;
    sb_zone_civil(zone, at, &c);
    sb_buf_printf(b, "%04" PRId64 "-%02d-%02d %02d:%02d:%02d", c.year, c.month, c.day, c.hour,
                  c.minute, c.second);
}

void mttr_zone_print(struct sb_buf *b, const struct sb_zone *zone, int64_t at)
{
    const char *abbr = NULL;
    int32_t minutes = sb_zone_offset(zone, at, &abbr, NULL) / 60;
    if (strcmp(sb_zone_name(zone), "local") != 0)
        sb_buf_puts(b, sb_zone_name(zone));
    else
        sb_buf_printf(b, "%s (%c%02d:%02d)", abbr ? abbr : "local", minutes < 0 ? '-' : '+',
                      abs(minutes) / 60, abs(minutes) % 60);
}

void mttr_span_print(struct sb_buf *b, int64_t ns)
{
    const uint64_t size = ns < 0 ? 0 - (uint64_t)ns : (uint64_t)ns;
    const uint64_t ms = size / 1000000, s = ms / 1000;
    if (ns < 0)
        sb_buf_putc(b, '-');
    if (ms % 1000 && s == 0)
        sb_buf_printf(b, "%" PRIu64 "ms", ms);
    else if (s < 60 && ms % 1000 >= 100)
        sb_buf_printf(b, "%" PRIu64 ".%" PRIu64 "s", s, ms % 1000 / 100);
    else if (s < 60)
        sb_buf_printf(b, "%" PRIu64 "s", s);
    else if (s < 3600)
        sb_buf_printf(b, s % 60 ? "%" PRIu64 "m %" PRIu64 "s" : "%" PRIu64 "m", s / 60, s % 60);
    else if (s < 86400)
        sb_buf_printf(b, s / 60 % 60 ? "%" PRIu64 "h %" PRIu64 "m" : "%" PRIu64 "h", s / 3600,
                      s / 60 % 60);
    else
        sb_buf_printf(b, s / 3600 % 24 ? "%" PRIu64 "d %" PRIu64 "h" : "%" PRIu64 "d", s / 86400,
                      s / 3600 % 24);
}
