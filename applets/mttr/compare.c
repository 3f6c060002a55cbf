/* mttr compare: options to the comparison of two periods. */
#include "applets/mttr/compare.h"

#include "applets/mttr/durations.h"
#include "applets/mttr/mttr.h"
#include "core/base/mem.h"

#include <math.h>

/* --- ranges --- */

/* Where the two ends part; NULL: it is one period. */
static const char *parting(const char *text, size_t *ret_len)
{
    const char *dots = strstr(text, ".."), *slash = strchr(text, '/');
    *ret_len = dots ? 2 : 1;
    return dots ? dots : slash;
}

static int read_ends(const char *text, const struct sb_zone *zone, int64_t now, int64_t *ret_from,
                     int64_t *ret_to, struct sb_error *e)
{
    size_t len;
    int64_t other;
    const char *at = parting(text, &len);
    if (!at)
        return mttr_period_read(sb_str(text), zone, now, ret_from, ret_to, e);
    const struct sb_str left = {text, (size_t)(at - text)}, right = sb_str(at + len);
    *ret_from = *ret_to = MTTR_NO_TIME;
    if (!left.len && !right.len)
        return sb_fail(e, SB_EUSAGE, "it says neither from when nor to when");
    int code = left.len ? mttr_period_read(left, zone, now, ret_from, &other, e) : 0;
    if (code || !right.len)
        return code;
    return len == 2 ? mttr_period_read(right, zone, now, &other, ret_to, e)
                    : mttr_period_read(right, zone, now, ret_to, &other, e);
}

int mttr_range_read(const char *option, const char *text, const struct sb_zone *zone, int64_t now,
                    int64_t *ret_from, int64_t *ret_to, struct sb_error *e)
{
    int64_t from, to;
    int code = read_ends(text, zone, now, &from, &to, e);
    if (!code && from != MTTR_NO_TIME && to != MTTR_NO_TIME && from >= to) {
        code = sb_fail(e, SB_EUSAGE, "\"%.100s\" ends before it begins, or as it begins", text);
        sb_hint(e, "such as 2026-01..2026-03, 2026-01-01/2026-04-01, 2026-Q1, ..2026-03-14 or 90d");
    }
    if (code)
        return sb_wrap(e, "--%s", option);
    *ret_from = from;
    *ret_to = to;
    return 0;
}

static int read_periods(const struct mttr_options *o, struct mttr_compared *c, struct sb_error *e)
{
    struct mttr_period *a = &c->before, *b = &c->after;
    if (!o->before || !o->after) {
        sb_fail(e, SB_EUSAGE, "which periods: --%s is missing", o->before ? "after" : "before");
        return sb_hint(e, "such as --before 2026-Q1 --after 2026-Q2, or, around the day of a "
                          "change, --before ..2026-03-14 --after 2026-03-15..");
    }
    int code =
        mttr_range_read("before", o->before, c->filter.zone, c->filter.now, &a->from, &a->to, e);
    if (!code)
        code =
            mttr_range_read("after", o->after, c->filter.zone, c->filter.now, &b->from, &b->to, e);
    const int64_t a_to = a->to == MTTR_NO_TIME ? INT64_MAX : a->to;
    if (!code && a_to > b->from) { /* no begin is the least of all times */
        sb_fail(e, SB_EUSAGE, "--before %.100s does not end before --after %.100s begins",
                o->before, o->after);
        return sb_hint(e, "incidents of both would count twice");
    }
    return code;
}

/* --- the comparison --- */

static int take(struct mttr_compared *c, struct mttr_period *p, const char *name,
                struct sb_error *e)
{
    c->filter.since = p->from;
    c->filter.until = p->to;
    mttr_filter_select(&c->filter, &c->set, &p->sel);
    mttr_sample_take(c->defs, c->metric, &p->sel, c->filter.now, &p->sample);
    if (p->sample.n)
        return 0;
    const char *metric = mttr_metric_names[c->metric];
    if (!p->sel.n)
        return sb_fail(e, SB_EUNSURE, "there are no incidents in the period %s", name);
    sb_fail(e, SB_EUNSURE, "none of the %zu incidents of the period %s has a %s time (%s)",
            p->sel.n, name, metric, mttr_metric_definition(c->defs, c->metric));
    if (p->sample.missing)
        return sb_hint(e, "%zu have no event \"%s\"; --metric takes another time",
                       p->sample.missing, sb_event_kind_name(p->sample.lacks));
    return sb_hint(e, "--metric takes another time");
}

double mttr_more_needed(const struct mttr_compared *c)
{
    return fmax(c->result.needed - (double)SB_MIN(c->before.sample.n, c->after.sample.n), 1);
}

static void compare(struct mttr_compared *c)
{
    const struct mttr_sample *a = &c->before.sample, *b = &c->after.sample;
    struct mttr_times before = {a->seconds, a->n, a->lasted, a->open};
    struct mttr_times after = {b->seconds, b->n, b->lasted, b->open};
    mttr_compare(&before, &after, c->draws, c->seed, &c->result);
}

/* 1: it got worse, which is what one looks for; 2: it hangs on what is not over. */
static int status(enum mttr_verdict verdict)
{
    switch (verdict) {
    case MTTR_SLOWER: return SB_EXIT_FOUND;
    case MTTR_HANGS_ON_OPEN: return SB_EXIT_UNSURE;
    default: return SB_EXIT_OK;
    }
}

static void done(struct mttr_compared *c)
{
    struct mttr_period *periods[] = {&c->before, &c->after};
    for (size_t k = 0; k < SB_LEN(periods); k++) {
        mttr_sample_done(&periods[k]->sample);
        mttr_selection_done(&periods[k]->sel);
    }
    mttr_incidents_done(&c->set);
    mttr_filter_done(&c->filter);
}

static int run_it(struct sb_run *run, struct mttr_compared *c, struct sb_error *e)
{
    const struct mttr_options *o = run->options;
    int code = mttr_metric_find(c->defs, sb_str(o->metric), &c->metric, e);
    if (!code)
        code = mttr_filter_read(o, sb_time_now(), &c->filter, e);
    if (!code)
        code = read_periods(o, c, e);
    if (!code)
        code = mttr_gather_all(o, false, &c->set, e);
    if (!code)
        code = take(c, &c->before, "before", e);
    if (!code)
        code = take(c, &c->after, "after", e);
    if (code)
        return code;
    compare(c);
    if (run->format == SB_FORMAT_JSON)
        mttr_compare_json(c, run->out);
    else
        mttr_compare_text(c, run->width, run->out);
    return status(c->result.verdict);
}

int mttr_compare_verb(struct sb_run *run, struct sb_error *e)
{
    const struct mttr_options *o = run->options;
    struct mttr_compared c = {
        .defs = (enum mttr_defs)o->defs, .draws = (uint64_t)o->draws, .seed = (uint64_t)o->seed};
    int code = run_it(run, &c, e);
    done(&c);
    return code;
}
