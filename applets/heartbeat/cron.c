/* Cron expressions: reading them, and the search for the next instant, day by day in local time. */
#include "applets/heartbeat/cron.h"

#include "applets/heartbeat/days.h"

enum { MAX_TEXT = 1024, MAX_FIELD = 256, LAST_OF_MONTH = 6, MINUTES_A_DAY = 1440 };

/* --- reading --- */
struct field {
    const char *title;
    int min, max;
    const char *const *names; /* of 3 capital letters, for min, min + 1 ..., or NULL */
};

static const char *const month_names[] = {"JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL",
                                          "AUG", "SEP", "OCT", "NOV", "DEC", NULL};
static const char *const day_names[] = {"SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT", NULL};
static const struct field fields[] = {{"minute", 0, 59, NULL},
                                      {"hour", 0, 23, NULL},
                                      {"day of month", 1, 31, NULL},
                                      {"month", 1, 12, month_names},
                                      {"day of week", 0, 7, day_names}};
enum { MINUTE, HOUR, DAY, MONTH, WEEKDAY, FIELDS };

static const struct {
    const char *name, *expression;
} shorthands[] = {
    {"@hourly", "0 * * * *"},   {"@daily", "0 0 * * *"},   {"@midnight", "0 0 * * *"},
    {"@weekly", "0 0 * * 0"},   {"@monthly", "0 0 1 * *"}, {"@yearly", "0 0 1 1 *"},
    {"@annually", "0 0 1 1 *"},
};

/* One field being read: each step returns NULL, or why it cannot. */
struct reader {
    const struct field *field;
    const char *p, *end;
    struct heartbeat_cron *cron;
    uint64_t bits;
};

static bool take(struct reader *r, char c)
{
    if (r->p == r->end || *r->p != c)
        return false;
    r->p++;
    return true;
}

static const char *read_number(struct reader *r, int max, int *ret)
{
    const char *first = r->p;
    int value = 0;
    while (r->p < r->end && *r->p >= '0' && *r->p <= '9') {
        value = SB_MIN(value * 10 + (*r->p - '0'), 10000);
        r->p++;
    }
    if (r->p == first)
        return "a number is missing";
    if (value > max)
        return "a number is too large";
    *ret = value;
    return NULL;
}

/* A number in the field's range, or one of its names. */
static const char *read_value(struct reader *r, int *ret)
{
    for (int i = 0; r->field->names && r->field->names[i]; i++) {
        if (r->end - r->p >= 3 && memcmp(r->p, r->field->names[i], 3) == 0) {
            r->p += 3;
            *ret = r->field->min + i;
            return NULL;
        }
    }
    const char *reason = read_number(r, r->field->max, ret);
    if (!reason && *ret < r->field->min)
        reason = "a number is too small";
    return reason;
}

/* What may follow a weekday: #n or L. True when it was one, with a reason when it is not right. */
static bool read_nth(struct reader *r, int weekday, const char **ret_reason)
{
    int nth = LAST_OF_MONTH;
    *ret_reason = NULL;
    if (take(r, '#')) {
        *ret_reason = read_number(r, 5, &nth);
        if (!*ret_reason && nth < 1)
            *ret_reason = "after # must come 1 to 5";
    } else if (!take(r, 'L')) {
        return false;
    }
    if (!*ret_reason)
        r->cron->nth[weekday % 7] |= (uint8_t)(1U << nth);
    return true;
}

static bool read_last(struct reader *r)
{
    if (!take(r, 'L'))
        return false;
    if (take(r, 'W'))
        r->cron->last_weekday = true;
    else
        r->cron->last_day = true;
    return true;
}

static const char *read_item(struct reader *r)
{
    const struct field *f = r->field;
    int first = f->min, last = f->max, step = 1;
    const char *reason = NULL;
    bool star = take(r, '*'), range = false;
    if (take(r, '?'))
        return "? is not cron's: write *";
    if (f == &fields[DAY] && read_last(r))
        return NULL;
    if (!star) {
        reason = read_value(r, &first);
        if (reason || (f == &fields[WEEKDAY] && read_nth(r, first, &reason)))
            return reason;
        last = first;
        range = take(r, '-');
        if (range)
            reason = read_value(r, &last);
    }
    if (!reason && last < first)
        reason = "a range runs backwards";
    if (!reason && take(r, '/')) {
        reason = read_number(r, 9999, &step);
        if (!reason && step == 0)
            reason = "a step must not be 0";
        if (!star && !range)
            last = f->max;
    }
    for (int i = first; !reason && i <= last; i += step)
        r->bits |= UINT64_C(1) << i;
    return reason;
}

static const char *read_field(struct reader *r)
{
    const char *reason;
    do
        reason = read_item(r);
    while (!reason && take(r, ','));
    if (!reason && r->p != r->end)
        reason = "something is there that cron does not have";
    return reason;
}

/* The next run of characters that are no blanks; len 0 at the end. */
static struct sb_str next_word(struct sb_str *rest)
{
    while (rest->len > 0 && (rest->p[0] == ' ' || rest->p[0] == '\t')) {
        rest->p++;
        rest->len--;
    }
    struct sb_str word = {rest->p, 0};
    while (rest->len > 0 && rest->p[0] != ' ' && rest->p[0] != '\t') {
        rest->p++;
        rest->len--;
        word.len++;
    }
    return word;
}

static int fail(struct sb_str text, const char *where, const char *reason, struct sb_error *e)
{
    sb_fail(e, SB_EINPUT, "cron expression \"%.*s\": %s%s%s", (int)SB_MIN(text.len, (size_t)100),
            text.len ? text.p : "", where, *where ? ": " : "", reason);
    return sb_hint(e, "five fields are wanted, minute hour day-of-month month day-of-week, such as "
                      "\"30 2 * * MON-FRI\"");
}

static int read_fields(struct sb_str text, struct heartbeat_cron *c, uint64_t *bits,
                       struct sb_error *e)
{
    struct sb_str rest = text;
    bool star[FIELDS];
    for (int i = 0; i < FIELDS; i++) {
        char copy[MAX_FIELD];
        struct sb_str word = next_word(&rest);
        if (word.len == 0)
            return fail(text, "", "it has fewer than five fields", e);
        if (word.len > sizeof copy)
            return fail(text, fields[i].title, "it is too long", e);
        for (size_t j = 0; j < word.len; j++)
            copy[j] = (char)(word.p[j] >= 'a' && word.p[j] <= 'z' ? word.p[j] - 32 : word.p[j]);
        struct reader r = {&fields[i], copy, copy + word.len, c, 0};
        const char *reason = read_field(&r);
        if (reason)
            return fail(text, fields[i].title, reason, e);
        bits[i] = r.bits;
        star[i] = copy[0] == '*';
    }
    if (next_word(&rest).len > 0)
        return fail(text, "",
                    "it has more than five fields; for seconds use OnCalendar's notation, "
                    "such as \"*:*:0/15\"",
                    e);
    c->wall = star[MINUTE] || star[HOUR];
    c->both_days = star[DAY] || star[WEEKDAY];
    return 0;
}

/* --- days --- */
static bool matches_day(const struct heartbeat_cron *c, int day, int weekday, int last)
{
    /* The last weekday: the last day, or the Friday before a weekend at the month's end. */
    bool weekday_end =
        weekday >= 1 && weekday <= 5 && (day == last || (weekday == 5 && day + 2 >= last));
    bool of_month =
        (c->days >> day & 1) || (c->last_day && day == last) || (c->last_weekday && weekday_end);
    bool of_week = (c->weekdays >> weekday & 1) || (c->nth[weekday] >> ((day + 6) / 7) & 1) ||
                   ((c->nth[weekday] >> LAST_OF_MONTH & 1) && day + 7 > last);
    return c->both_days ? of_month && of_week : of_month || of_week;
}

/* The first day from `day` (since the epoch) on that matches; false past the end of time. */
static bool next_day(const struct heartbeat_cron *c, int64_t day, int64_t *ret)
{
    struct heartbeat_day d;
    heartbeat_day_from(day, &d);
    while (d.number <= HEARTBEAT_LAST_DAY) {
        bool month_fits = c->months >> d.month & 1;
        if (month_fits && matches_day(c, d.day, d.weekday, d.days_in_month)) {
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

int heartbeat_cron_parse(struct sb_str text, struct heartbeat_cron *ret, struct sb_error *e)
{
    struct heartbeat_cron c = {0};
    struct sb_str rest = text, word = next_word(&rest);
    struct sb_str expression = text;
    uint64_t bits[FIELDS];
    int64_t ignored;
    if (text.len > MAX_TEXT)
        return fail(text, "", "it is too long", e);
    if (word.len > 0 && word.p[0] == '@' && next_word(&rest).len == 0) {
        for (size_t i = 0; i < SB_LEN(shorthands); i++) {
            if (sb_str_eq_nocase(word, sb_str(shorthands[i].name)))
                expression = sb_str(shorthands[i].expression);
        }
        if (expression.p == text.p)
            return fail(text, "", "this shorthand names no schedule", e);
    }
    int rc = read_fields(expression, &c, bits, e);
    if (rc < 0)
        return rc;
    c.minutes = bits[MINUTE];
    c.hours = (uint32_t)bits[HOUR];
    c.days = (uint32_t)bits[DAY];
    c.months = (uint32_t)bits[MONTH];
    c.weekdays = (uint32_t)((bits[WEEKDAY] | bits[WEEKDAY] >> 7) & 0x7F); /* 7 is Sunday too */
    if (!next_day(&c, HEARTBEAT_FIRST_DAY, &ignored))
        return fail(text, "", "no date ever matches it", e);
    *ret = c;
    return 0;
}

/* --- instants --- */

/* The first minute of the day from `minute` on; -1 when the day has none. */
static int next_in_day(const struct heartbeat_cron *c, int minute)
{
    int hour = minute / 60;
    if (c->hours >> hour & 1) {
        uint64_t rest = c->minutes >> (minute % 60);
        if (rest)
            return minute + __builtin_ctzll(rest);
    }
    uint32_t rest = hour < 23 ? c->hours >> (hour + 1) : 0;
    return rest ? (hour + 1 + __builtin_ctz(rest)) * 60 + __builtin_ctzll(c->minutes) : -1;
}

/* The first local minute (since the epoch) from `minute` on that matches. */
static bool next_local(const struct heartbeat_cron *c, int64_t minute, int64_t *ret)
{
    int64_t day = heartbeat_floor_div(minute, MINUTES_A_DAY), found;
    if (!next_day(c, SB_MAX(day, (int64_t)HEARTBEAT_FIRST_DAY), &found))
        return false;
    int in_day = next_in_day(c, found == day ? (int)(minute - day * MINUTES_A_DAY) : 0);
    if (in_day < 0) {
        if (!next_day(c, found + 1, &found))
            return false;
        in_day = next_in_day(c, 0);
    }
    *ret = found * MINUTES_A_DAY + in_day;
    return true;
}

/* When a named time of the day fires: see the header on daylight saving. Seconds since the epoch. */
static int64_t named_instant(const struct sb_zone *z, int64_t minute)
{
    struct sb_zone_local at;
    heartbeat_local_instants(z, minute * 60, 0, &at);
    if (at.fit != SB_ZONE_GAP)
        return heartbeat_floor_div(at.first, SB_NS_PER_S);
    int64_t change = at.change / SB_NS_PER_S;
    int32_t offset = sb_zone_offset(z, at.change, NULL, NULL);
    return heartbeat_ceil_div(change + offset, 60) * 60 - offset; /* the next whole minute there */
}

static bool next_named(const struct heartbeat_cron *c, const struct sb_zone *z, int64_t after,
                       int64_t *ret)
{
    int64_t second = heartbeat_floor_div(after, SB_NS_PER_S);
    int64_t minute = heartbeat_floor_div(second + sb_zone_offset(z, after, NULL, NULL), 60);
    while (next_local(c, minute, &minute)) {
        int64_t at = named_instant(z, minute);
        if (at > second) {
            *ret = at;
            return true;
        }
        minute++; /* only within an hour that comes twice, or was skipped: bounded by its length */
    }
    return false;
}

/* From one change of the clocks to the next: in between, local time runs as UTC does. */
static bool next_on_wall(const struct heartbeat_cron *c, const struct sb_zone *z, int64_t after,
                         int64_t *ret)
{
    int64_t second = heartbeat_floor_div(after, SB_NS_PER_S) + 1, searched = 0, found = -1;
    while (second <= HEARTBEAT_LAST_DAY * INT64_C(86400)) {
        int64_t change, offset = sb_zone_offset(z, second * SB_NS_PER_S, NULL, NULL);
        int64_t minute = heartbeat_ceil_div(second + offset, 60);
        bool known = found >= 0 && minute >= searched && minute <= found;
        if (!known && !next_local(c, minute, &found))
            return false;
        if (!known)
            searched = minute;
        bool more = sb_zone_next_change(z, second * SB_NS_PER_S, &change);
        if (!more || found * 60 - offset < change / SB_NS_PER_S) {
            *ret = found * 60 - offset;
            return true;
        }
        second = change / SB_NS_PER_S;
    }
    return false;
}

bool heartbeat_cron_next(const struct heartbeat_cron *c, const struct sb_zone *z, int64_t after,
                         int64_t *ret_ns)
{
    int64_t second;
    after = SB_MAX(after, (int64_t)HEARTBEAT_FIRST_NS);
    if (after >= HEARTBEAT_LAST_NS)
        return false;
    if (!(c->wall ? next_on_wall : next_named)(c, z, after, &second))
        return false;
    *ret_ns = second * SB_NS_PER_S;
    return true;
}
