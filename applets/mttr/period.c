/* Stretches of the calendar as people type them: 2026, 2026-Q1, 2026-02, 2026-W07, today, 90d. */
#include "applets/mttr/filter.h"
#include "applets/mttr/moment.h"

#define DAY_NS (INT64_C(86400) * SB_NS_PER_S)

/* Midnight of a day of the calendar in the zone; the first instant of the day where clocks jump
 * over it. */
static int64_t midnight(const struct sb_zone *zone, int64_t days)
{
    struct sb_civil day;
    struct sb_zone_local local;
    sb_civil_from(days * DAY_NS, 0, &day);
    sb_zone_local(zone, &day, &local);
    return local.fit == SB_ZONE_GAP ? local.change : local.first;
}

struct stretch {
    int64_t from, to; /* days since the epoch */
};

static bool digits(const char **at, const char *end, int count, int *ret)
{
    int value = 0;
    for (int i = 0; i < count; i++, (*at)++) {
        if (*at == end || **at < '0' || **at > '9')
            return false;
        value = value * 10 + (**at - '0');
    }
    *ret = value;
    return true;
}

static int64_t month_start(int64_t year, int month) /* month: 1 to 24 */
{
    return sb_days_from_civil(year + (month - 1) / 12, (month - 1) % 12 + 1, 1);
}

/* ISO 8601: the week of 4 January is the first; weeks begin on Mondays. */
static int64_t week_start(int64_t year, int week)
{
    int64_t fourth = sb_days_from_civil(year, 1, 4);
    int64_t weekday = ((fourth + 3) % 7 + 7) % 7; /* 0 = Monday; 1970-01-01 was a Thursday */
    return fourth - weekday + INT64_C(7) * (week - 1);
}

static bool read_letter(char letter, const char *at, const char *end, int year, struct stretch *ret)
{
    int value;
    if (letter == 'Q') {
        if (!digits(&at, end, 1, &value) || at != end || value < 1 || value > 4)
            return false;
        *ret = (struct stretch){month_start(year, value * 3 - 2), month_start(year, value * 3 + 1)};
        return true;
    }
    if (!digits(&at, end, 2, &value) || at != end || value < 1)
        return false;
    *ret = (struct stretch){week_start(year, value), week_start(year, value + 1)};
    return ret->from < week_start(year + 1, 1);
}

static bool read_date(struct sb_str s, struct stretch *ret)
{
    const char *at = s.p, *end = s.p + s.len;
    int year, month, day;
    if (!digits(&at, end, 4, &year) || year < 1700 || year > 2200)
        return false;
    if (at == end) {
        *ret = (struct stretch){month_start(year, 1), month_start(year, 13)};
        return true;
    }
    if (*at++ != '-' || at == end)
        return false;
    if (*at == 'Q' || *at == 'W')
        return read_letter(*at, at + 1, end, year, ret);
    if (!digits(&at, end, 2, &month) || month < 1 || month > 12)
        return false;
    if (at == end) {
        *ret = (struct stretch){month_start(year, month), month_start(year, month + 1)};
        return true;
    }
    if (*at++ != '-' || !digits(&at, end, 2, &day) || at != end || day < 1)
        return false;
    ret->from = month_start(year, month) + day - 1;
    ret->to = ret->from + 1;
    return ret->from < month_start(year, month + 1);
}

static bool read_word(struct sb_str s, const struct sb_zone *zone, int64_t now, struct stretch *ret)
{
    struct sb_civil c;
    if (!sb_str_is(s, "today") && !sb_str_is(s, "yesterday"))
        return false;
    sb_zone_civil(zone, now, &c);
    ret->from = sb_days_from_civil(c.year, c.month, c.day) - (s.p[0] == 'y');
    ret->to = ret->from + 1;
    return true;
}

/* 90d, last 90d: what is not a duration is left to others. */
static bool read_ago(struct sb_str s, int64_t now, int64_t *ret_from)
{
    struct sb_error ignored;
    int64_t span;
    bool last = sb_str_starts(s, SB_STR("last "));
    if (last)
        s = (struct sb_str){s.p + 5, s.len - 5};
    if (sb_duration_parse(s, false, &span, &ignored) || span <= 0 || now < INT64_MIN + span)
        return false;
    *ret_from = now - span;
    return true;
}

int mttr_period_read(struct sb_str s, const struct sb_zone *zone, int64_t now, int64_t *ret_from,
                     int64_t *ret_to, struct sb_error *e)
{
    struct stretch days;
    struct mttr_moment moment;
    if (read_date(s, &days) || read_word(s, zone, now, &days)) {
        *ret_from = midnight(zone, days.from);
        *ret_to = midnight(zone, days.to);
        return 0;
    }
    if (read_ago(s, now, ret_from)) {
        *ret_to = now;
        return 0;
    }
    if (mttr_moment_read(s, zone, now, true, &moment, e)) {
        sb_fail(e, SB_EUSAGE, "\"%.*s\" is no time", (int)SB_MIN(s.len, (size_t)100), s.p);
        return sb_hint(e, "such as 2026, 2026-Q1, 2026-01, 2026-W07, 2026-01-15, yesterday, 90d, "
                          "\"2026-01-15 14:00\" or 2026-01-15T14:00:00Z");
    }
    *ret_from = *ret_to = moment.at;
    return 0;
}
