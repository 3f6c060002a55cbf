/* What a comparison says: to people in two sentences before the figures, and as JSON. */
#include "applets/mttr/compare.h"
#include "applets/mttr/moment.h"
#include "applets/mttr/prose.h"
#include "applets/mttr/report.h"
#include "core/ui/table.h"

#include <inttypes.h>
#include <math.h>

static const char *const verdicts[] = {"faster", "slower", "not_distinguishable", "hangs_on_open"};
static const char *const ways[] = {"left_out", "so_far", "outlast"};

/* A factor as people say it: "32 % shorter", "2.4 times as long". */
static void put_change(struct sb_buf *b, double ratio)
{
    if (ratio >= 2)
        sb_buf_printf(b, "%.2g times as long", ratio);
    else if (ratio >= 1)
        sb_buf_printf(b, "%.0f %% longer", (ratio - 1) * 100);
    else
        sb_buf_printf(b, "%.0f %% shorter", (1 - ratio) * 100);
}

static void put_range(struct sb_buf *b, const struct sb_interval *i)
{
    if (i->has_low)
        put_change(b, i->low);
    else
        sb_buf_puts(b, "any shorter");
    sb_buf_puts(b, " to ");
    if (i->has_high)
        put_change(b, i->high);
    else
        sb_buf_puts(b, "any longer");
}

static void put_p(struct sb_buf *b, double p)
{
    if (p < 1e-4)
        sb_buf_puts(b, "p < 0.0001");
    else
        sb_buf_printf(b, "p = %.2g", p);
}

static void say_seen(const struct mttr_compared *c, int width, struct sb_buf *out)
{
    const struct mttr_comparison *r = &c->result;
    struct sb_buf change = SB_BUF_INIT(100), range = SB_BUF_INIT(200), p = SB_BUF_INIT(40);
    put_change(&change, r->ratio);
    put_range(&range, &r->ratio_interval);
    put_p(&p, r->ranks.p);
    mttr_say(out, 0, width,
             "%s after than before: incidents took about %s (with 95 %% confidence, %s). Chance "
             "alone seldom makes such a difference (%s).",
             r->verdict == MTTR_FASTER ? "Faster" : "Slower", change.data, range.data, p.data);
    sb_buf_done(&change);
    sb_buf_done(&range);
    sb_buf_done(&p);
}

static void say_alike(const struct mttr_compared *c, int width, struct sb_buf *out)
{
    const struct mttr_comparison *r = &c->result;
    struct sb_buf change = SB_BUF_INIT(100), range = SB_BUF_INIT(200);
    const double more = mttr_more_needed(c);
    put_change(&change, r->ratio);
    put_range(&range, &r->ratio_interval);
    if (r->ratio_interval.has_low || r->ratio_interval.has_high)
        mttr_say(out, 0, width,
                 "Not distinguishable. The data fits anything from %s, so also no change at all; "
                 "the %s that is seen may be chance.",
                 range.data, change.data);
    else
        mttr_say(out, 0, width,
                 "Not distinguishable: %zu and %zu incidents are too few to tell anything.",
                 c->before.sample.n, c->after.sample.n);
    if (more < 1e7)
        mttr_say(out, 0, width,
                 "About %.0f more incidents in each period are needed to show a difference like "
                 "the one seen, if there is one.",
                 more);
    else
        mttr_say(out, 0, width, "More incidents of this kind would show no difference either.");
    if (r->least_cut < 1)
        mttr_say(out, 0, width,
                 "These %zu and %zu can show a cut of %.0f %% or more, in four of five cases.",
                 c->before.sample.n, c->after.sample.n, ceil(r->least_cut * 100));
    sb_buf_done(&change);
    sb_buf_done(&range);
}

static void say_open(const struct mttr_compared *c, int width, struct sb_buf *out)
{
    const struct mttr_comparison *r = &c->result;
    mttr_say(out, 0, width,
             "It cannot be told yet: the answer hangs on the %zu incidents that are not over.",
             c->before.sample.open + c->after.sample.open);
    mttr_say(out, 0, width,
             "Without them p = %.2g; if they ended now, %.2g; if they outlasted all others, %.2g.",
             r->open_p[MTTR_OPEN_LEFT_OUT], r->open_p[MTTR_OPEN_SO_FAR],
             r->open_p[MTTR_OPEN_OUTLAST]);
}

/* --- figures --- */

/* "from 2026-01-01 before 2026-04-01" */
static void put_when(const struct mttr_compared *c, const struct mttr_period *p, struct sb_buf *b)
{
    if (p->from != MTTR_NO_TIME) {
        sb_buf_puts(b, " from ");
        mttr_day_print(b, c->filter.zone, p->from);
    }
    if (p->to != MTTR_NO_TIME) {
        sb_buf_puts(b, " before ");
        mttr_day_print(b, c->filter.zone, p->to);
    }
}

static void say_what(const struct mttr_compared *c, int width, struct sb_buf *out)
{
    struct sb_buf before = SB_BUF_INIT(200), after = SB_BUF_INIT(200);
    put_when(c, &c->before, &before);
    put_when(c, &c->after, &after);
    mttr_say(out, 0, width, "%s, %s (definitions: %s), of incidents that %s%s, and%s (%s).",
             mttr_metric_names[c->metric], mttr_metric_definition(c->defs, c->metric),
             mttr_defs_names[c->defs], c->filter.attribute == MTTR_BY_END ? "were over" : "began",
             before.data, after.data, sb_zone_name(c->filter.zone));
    sb_buf_done(&before);
    sb_buf_done(&after);
}

static void put_seconds(struct sb_table *t, double seconds)
{
    struct sb_buf b = SB_BUF_INIT(64);
    mttr_seconds_print(&b, seconds);
    sb_table_text(t, b.data);
    sb_buf_done(&b);
}

static double mean_of(const struct mttr_sample *s)
{
    struct sb_summary sums;
    sb_summarize(s->seconds, s->n, &sums);
    return sums.mean;
}

/* A column each: what they are called, when, how many, how long. */
static void put_table(const struct mttr_compared *c, int width, struct sb_buf *out)
{
    static const struct sb_table_column columns[] = {{"", false, 0},
                                                     {"n", true, 0},
                                                     {"open", true, 0},
                                                     {"median", true, 0},
                                                     {"95 % interval", false, 0},
                                                     {"mean", true, 0}};
    const struct mttr_period *periods[] = {&c->before, &c->after};
    const struct sb_interval *intervals[] = {&c->result.before, &c->result.after};
    const double medians[] = {c->result.median_before, c->result.median_after};
    struct sb_buf b = SB_BUF_INIT(128);
    struct sb_table t;
    sb_table_init(&t, columns, SB_LEN(columns));
    for (size_t k = 0; k < 2; k++) {
        sb_table_text(&t, k ? "after" : "before");
        sb_table_int(&t, (int64_t)periods[k]->sample.n);
        sb_table_int(&t, (int64_t)periods[k]->sample.open);
        put_seconds(&t, medians[k]);
        sb_buf_reset(&b);
        mttr_interval_print(&b, intervals[k]);
        sb_table_text(&t, b.len ? b.data : "n too small");
        put_seconds(&t, mean_of(&periods[k]->sample));
    }
    sb_table_print(&t, out, 0, (size_t)width);
    sb_table_done(&t);
    sb_buf_done(&b);
}

static void say_tests(const struct mttr_compared *c, int width, struct sb_buf *out)
{
    const struct mttr_comparison *r = &c->result;
    struct sb_buf p = SB_BUF_INIT(40), q = SB_BUF_INIT(40), shift = SB_BUF_INIT(64);
    put_p(&p, r->ranks.p);
    put_p(&q, r->medians.p);
    mttr_seconds_print(&shift, r->shift);
    mttr_say(out, 0, width,
             "In %.0f of 100 pairs the incident after lasted longer than the one before (Mann and "
             "Whitney, %s, %s). Shift of all (Hodges and Lehmann) %s. Medians by permutation: %s, "
             "%s.",
             r->ranks.chance * 100, p.data, r->ranks.exact ? "exact" : "normal, corrected",
             shift.data, q.data, r->medians.exact ? "exact" : "drawn");
    if (c->before.sample.missing + c->after.sample.missing)
        mttr_say(out, 0, width, "Left out for missing events: %zu before, %zu after.",
                 c->before.sample.missing, c->after.sample.missing);
    if (c->before.sample.negative + c->after.sample.negative)
        mttr_say(out, 0, width,
                 "Left out because they end before they begin: %zu before, %zu after.",
                 c->before.sample.negative, c->after.sample.negative);
    if (c->before.sample.open + c->after.sample.open && r->verdict != MTTR_HANGS_ON_OPEN)
        mttr_say(out, 0, width,
                 "Open incidents are left out of the figures; the answer is the same if they end "
                 "now, and if they outlast all others.");
    sb_buf_done(&p);
    sb_buf_done(&q);
    sb_buf_done(&shift);
}

void mttr_compare_text(const struct mttr_compared *c, int width, struct sb_buf *out)
{
    switch (c->result.verdict) {
    case MTTR_ALIKE: say_alike(c, width, out); break;
    case MTTR_HANGS_ON_OPEN: say_open(c, width, out); break;
    default: say_seen(c, width, out); break;
    }
    sb_buf_putc(out, '\n');
    say_what(c, width, out);
    put_table(c, width, out);
    sb_buf_putc(out, '\n');
    say_tests(c, width, out);
}

/* --- JSON --- */

static void put_period(struct sb_json_writer *w, const char *key, const struct mttr_period *p,
                       double median, const struct sb_interval *interval)
{
    sb_json_key(w, key);
    sb_json_open_map(w);
    mttr_json_time(w, "from", p->from);
    mttr_json_time(w, "to", p->to);
    mttr_json_count(w, "incidents", p->sel.n);
    mttr_json_count(w, "n", p->sample.n);
    mttr_json_count(w, "open", p->sample.open);
    mttr_json_count(w, "missing", p->sample.missing);
    mttr_json_count(w, "negative", p->sample.negative);
    mttr_json_number(w, "median_s", median);
    mttr_json_interval(w, "median_ci_s", interval);
    mttr_json_number(w, "mean_s", mean_of(&p->sample));
    sb_json_close_map(w);
}

static void put_tests(struct sb_json_writer *w, const struct mttr_compared *c)
{
    const struct mttr_comparison *r = &c->result;
    sb_json_key(w, "mann_whitney");
    sb_json_open_map(w);
    mttr_json_number(w, "u", r->ranks.u);
    mttr_json_number(w, "p", r->ranks.p);
    mttr_json_flag(w, "exact", r->ranks.exact);
    mttr_json_number(w, "chance", r->ranks.chance);
    sb_json_key(w, "p_with_open");
    sb_json_open_map(w);
    for (size_t k = 0; k < MTTR_OPEN_WAYS; k++)
        mttr_json_number(w, ways[k], r->open_p[k]);
    sb_json_close_map(w);
    sb_json_close_map(w);
    sb_json_key(w, "permutation_of_medians");
    sb_json_open_map(w);
    mttr_json_number(w, "difference_s", r->medians.difference);
    mttr_json_number(w, "p", r->medians.p);
    mttr_json_flag(w, "exact", r->medians.exact);
    mttr_json_count(w, "draws", r->medians.draws);
    mttr_json_count(w, "seed", c->seed);
    sb_json_close_map(w);
}

void mttr_compare_json(const struct mttr_compared *c, struct sb_buf *out)
{
    const struct mttr_comparison *r = &c->result;
    struct sb_json_writer w;
    mttr_json_begin(&w, out, "compare");
    mttr_json_name(&w, "metric", mttr_metric_names[c->metric]);
    mttr_json_name(&w, "definition", mttr_metric_definition(c->defs, c->metric));
    mttr_json_name(&w, "defs", mttr_defs_names[c->defs]);
    mttr_json_name(&w, "verdict", verdicts[r->verdict]);
    put_period(&w, "before", &c->before, r->median_before, &r->before);
    put_period(&w, "after", &c->after, r->median_after, &r->after);
    mttr_json_number(&w, "ratio", r->ratio);
    mttr_json_interval(&w, "ratio_ci", &r->ratio_interval);
    mttr_json_number(&w, "shift_s", r->shift);
    put_tests(&w, c);
    mttr_json_number(&w, "needed_per_period", r->needed);
    mttr_json_number(&w, "more_needed_per_period",
                     r->verdict == MTTR_ALIKE ? mttr_more_needed(c) : (double)NAN);
    mttr_json_number(&w, "sigma_log", r->sigma);
    mttr_json_number(&w, "least_cut", r->least_cut);
    mttr_json_end(&w);
}
