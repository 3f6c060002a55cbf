/* Schedules: what is expected when, on top of cron.h and calendar.h. Diagnosis is in diagnose.c. */
#include "applets/heartbeat/schedule.h"

#include "applets/heartbeat/calendar.h"
#include "applets/heartbeat/cron.h"
#include "core/base/mem.h"

#include <stdlib.h>

struct heartbeat_schedule {
    enum heartbeat_schedule_kind kind;
    int64_t period, grace;
    char *text;
    struct sb_zone *zone; /* NULL: of a period */
    union {
        struct heartbeat_cron cron;
        struct heartbeat_calendar calendar;
    };
};

enum heartbeat_schedule_kind heartbeat_schedule_kind_of(struct sb_str text)
{
    int words = 0;
    bool inside = false, at_word = false;
    for (size_t i = 0; i < text.len; i++) {
        bool blank = text.p[i] == ' ' || text.p[i] == '\t';
        if (!blank && !inside && words++ == 0 && text.p[i] == '@')
            at_word = i + 1 < text.len && (text.p[i + 1] < '0' || text.p[i + 1] > '9');
        inside = !blank;
    }
    return words >= 5 || at_word ? HEARTBEAT_CRON : HEARTBEAT_CALENDAR;
}

static int load_zone(struct heartbeat_schedule *s, struct sb_str name, struct sb_error *e)
{
    return sb_zone_load(name.len > 0 ? name : SB_STR("UTC"), &s->zone, e);
}

static int read_schedule(struct heartbeat_schedule *s, const struct heartbeat_schedule_spec *spec,
                         struct sb_error *e)
{
    struct sb_str zone = {0};
    int rc = 0;
    if (spec->grace < 0)
        return sb_fail(e, SB_EINPUT, "the grace time must not be negative");
    switch (spec->kind) {
    case HEARTBEAT_PERIOD:
        return spec->period > 0 ? 0 : sb_fail(e, SB_EINPUT, "the period must be more than 0");
    case HEARTBEAT_CRON: rc = heartbeat_cron_parse(spec->text, &s->cron, e); break;
    case HEARTBEAT_CALENDAR:
        rc = heartbeat_calendar_parse(spec->text, &s->calendar, &zone, e);
        break;
    }
    return rc < 0 ? rc : load_zone(s, zone.len > 0 ? zone : spec->zone, e);
}

int heartbeat_schedule_new(const struct heartbeat_schedule_spec *spec,
                           struct heartbeat_schedule **ret, struct sb_error *e)
{
    struct heartbeat_schedule *s = sb_xcalloc(1, sizeof *s);
    s->kind = spec->kind;
    s->period = spec->period;
    s->grace = spec->grace;
    s->text = spec->text.len > 0 ? sb_xmemdup0(spec->text.p, spec->text.len) : sb_xstrdup("");
    int rc = read_schedule(s, spec, e);
    if (rc < 0) {
        heartbeat_schedule_free(s);
        return rc;
    }
    *ret = s;
    return 0;
}

void heartbeat_schedule_free(struct heartbeat_schedule *s)
{
    if (!s)
        return;
    sb_zone_free(s->zone);
    free(s->text);
    free(s);
}

enum heartbeat_schedule_kind heartbeat_schedule_kind(const struct heartbeat_schedule *s)
{
    return s->kind;
}

int64_t heartbeat_schedule_grace(const struct heartbeat_schedule *s)
{
    return s->grace;
}

const struct sb_zone *heartbeat_schedule_zone(const struct heartbeat_schedule *s)
{
    return s->zone;
}

void heartbeat_schedule_print(const struct heartbeat_schedule *s, struct sb_buf *b)
{
    if (s->kind == HEARTBEAT_PERIOD) {
        sb_buf_puts(b, "every ");
        sb_duration_print(b, s->period);
    } else {
        sb_buf_printf(b, "%s \"%s\", %s", s->kind == HEARTBEAT_CRON ? "cron" : "calendar", s->text,
                      sb_zone_name(s->zone));
    }
    sb_buf_puts(b, ", grace ");
    sb_duration_print(b, s->grace);
}

static int64_t add(int64_t a, int64_t b)
{
    int64_t sum;
    if (__builtin_add_overflow(a, b, &sum))
        return b < 0 ? INT64_MIN : INT64_MAX;
    return sum;
}

bool heartbeat_schedule_next(const struct heartbeat_schedule *s, int64_t after, int64_t *ret_ns)
{
    int64_t next = 0;
    switch (s->kind) {
    case HEARTBEAT_PERIOD:
        next = add(after, s->period);
        if (next == INT64_MAX)
            return false;
        break;
    case HEARTBEAT_CRON:
        if (!heartbeat_cron_next(&s->cron, s->zone, after, &next))
            return false;
        break;
    case HEARTBEAT_CALENDAR:
        if (!heartbeat_calendar_next(&s->calendar, s->zone, after, &next))
            return false;
        break;
    }
    *ret_ns = next;
    return true;
}

static bool has_next_before(const struct heartbeat_schedule *s, int64_t after, int64_t before)
{
    int64_t next;
    return heartbeat_schedule_next(s, after, &next) && next < before;
}

/* next() never falls as its argument rises, so the last instant is found by halves: after `low`
 * comes one before `before`, after `high` none. */
bool heartbeat_schedule_previous(const struct heartbeat_schedule *s, int64_t before,
                                 int64_t *ret_ns)
{
    int64_t back = 3600 * SB_NS_PER_S, low, high = before;
    if (s->kind == HEARTBEAT_PERIOD) {
        *ret_ns = add(before, -s->period);
        return *ret_ns != INT64_MIN;
    }
    for (low = add(before, -back); !has_next_before(s, low, before); low = add(before, -back)) {
        if (back == INT64_MAX || low == INT64_MIN)
            return false;
        high = low;
        back = back > INT64_MAX / 2 ? INT64_MAX : back * 2;
    }
    while (high - low > 1) {
        int64_t middle = low + (high - low) / 2;
        if (has_next_before(s, middle, before))
            low = middle;
        else
            high = middle;
    }
    return heartbeat_schedule_next(s, low, ret_ns);
}

void heartbeat_schedule_due(const struct heartbeat_schedule *s, const struct heartbeat_history *h,
                            struct heartbeat_due *ret)
{
    int64_t expected;
    if (!heartbeat_schedule_next(s, SB_MAX(h->since, h->last_ping), &expected))
        expected = INT64_MAX;
    if (h->last_start != HEARTBEAT_NEVER)
        expected = SB_MIN(expected, h->last_start);
    *ret = (struct heartbeat_due){expected, add(expected, s->grace)};
}
