/* The report as JSON, srebox.mttr/1. Keys stay; figures that cannot be told are null, never left
 * out. */
#include "applets/mttr/report.h"
#include "core/doc/json_write.h"

#include <math.h>

static void put_time(struct sb_json_writer *w, const char *key, int64_t at)
{
    struct sb_buf b = SB_BUF_INIT(64);
    sb_json_key(w, key);
    if (at == MTTR_NO_TIME) {
        sb_json_null(w);
        return;
    }
    sb_time_print(&b, at);
    sb_json_str(w, (struct sb_str){b.data, b.len});
    sb_buf_done(&b);
}

static void put_int(struct sb_json_writer *w, const char *key, size_t value)
{
    sb_json_key(w, key);
    sb_json_int(w, (int64_t)value);
}

static void put_double(struct sb_json_writer *w, const char *key, double value)
{
    sb_json_key(w, key);
    sb_json_double(w, value);
}

/* [low, high], null for a side without a limit; null for none at all. */
static void put_interval(struct sb_json_writer *w, const char *key, const struct sb_interval *i)
{
    sb_json_key(w, key);
    if (!i->has_low && !i->has_high) {
        sb_json_null(w);
        return;
    }
    sb_json_open_list(w);
    sb_json_double(w, i->has_low ? i->low : (double)NAN);
    sb_json_double(w, i->has_high ? i->high : (double)NAN);
    sb_json_close_list(w);
}

static void put_sums(struct sb_json_writer *w, const struct mttr_report *r,
                     const struct mttr_summary *s)
{
    put_double(w, "mean_s", s->sums.mean);
    put_double(w, "sum_s", s->sums.sum);
    put_double(w, "sd_s", s->sums.sd);
    put_double(w, "geo_mean_s", s->sums.geo_mean);
    put_double(w, "min_s", s->sums.min);
    put_double(w, "q1_s", s->q1);
    put_double(w, "q3_s", s->q3);
    put_double(w, "p90_s", s->p90.value);
    put_interval(w, "p90_ci_s", &s->p90.interval);
    put_double(w, "p95_s", s->p95.value);
    put_interval(w, "p95_ci_s", &s->p95.interval);
    put_double(w, "max_s", s->sums.max);
    put_double(w, "largest_share", s->sums.largest_share);
    sb_json_key(w, "largest");
    if (s->n)
        sb_json_str(w, mttr_report_id(r, s->largest));
    else
        sb_json_null(w);
}

static void put_over_time(struct sb_json_writer *w, const struct mttr_summary *s)
{
    sb_json_key(w, "trend");
    if (s->has_trend) {
        sb_json_open_map(w);
        put_double(w, "factor_30d", s->trend);
        put_interval(w, "factor_30d_ci", &s->trend_interval);
        sb_json_close_map(w);
    } else {
        sb_json_null(w);
    }
    sb_json_key(w, "control_limits");
    if (s->has_limits) {
        sb_json_open_map(w);
        put_double(w, "low_s", s->low_limit);
        put_double(w, "centre_s", s->centre);
        put_double(w, "high_s", s->high_limit);
        put_int(w, "outside", s->outside);
        sb_json_close_map(w);
    } else {
        sb_json_null(w);
    }
}

static void put_histogram(struct sb_json_writer *w, const struct mttr_summary *s)
{
    sb_json_key(w, "histogram");
    sb_json_open_list(w);
    for (size_t k = 0; k < MTTR_BINS; k++) {
        if (!s->histogram[k])
            continue;
        sb_json_open_map(w);
        put_double(w, "from_s", mttr_bin_start(k));
        put_int(w, "n", s->histogram[k]);
        sb_json_close_map(w);
    }
    sb_json_close_list(w);
}

static void put_metric(struct sb_json_writer *w, const struct mttr_report *r,
                       const struct mttr_summary *s)
{
    const char *note = mttr_metric_note(r->defs, s->metric);
    sb_json_open_map(w);
    sb_json_key(w, "definition");
    sb_json_text(w, mttr_metric_definition(r->defs, s->metric));
    sb_json_key(w, "note");
    sb_json_text(w, note);
    put_int(w, "n", s->n);
    put_int(w, "open", s->open);
    put_int(w, "missing", s->missing);
    put_int(w, "negative", s->negative);
    put_int(w, "derived", s->derived);
    sb_json_key(w, "lacks");
    sb_json_text(w, s->missing ? sb_event_kind_name(s->lacks) : NULL);
    put_double(w, "median_s", s->median.value);
    put_interval(w, "median_ci_s", &s->median.interval);
    put_double(w, "median_ci_covers",
               s->median.interval.has_low ? s->median.interval.coverage : (double)NAN);
    put_double(w, "median_with_open_s", s->open ? s->until_now : (double)NAN);
    put_interval(w, "median_with_open_ci_s", &s->until_interval);
    put_sums(w, r, s);
    put_over_time(w, s);
    put_histogram(w, s);
    sb_json_close_map(w);
}

static void put_up(struct sb_json_writer *w, const struct mttr_report *r,
                   const struct mttr_figures *f)
{
    const struct mttr_availability *a = &f->up;
    sb_json_key(w, "availability");
    if (!f->has_up) {
        sb_json_null(w);
        return;
    }
    sb_json_open_map(w);
    put_double(w, "share", a->share);
    put_time(w, "from", a->from);
    put_time(w, "to", a->to);
    put_double(w, "impact_s", (double)a->impact / 1e9);
    put_double(w, "impact_weighted_s", a->down);
    put_double(w, "left_out_s", (double)a->left_out / 1e9);
    put_int(w, "incidents", a->incidents);
    put_int(w, "open", a->open);
    put_int(w, "lower_bound", a->lower);
    put_int(w, "unknown", a->unknown);
    put_double(w, "slo", r->impact.slo);
    put_double(w, "budget_s", a->budget);
    put_double(w, "budget_left_s", a->left);
    put_double(w, "burn_rate", a->burn);
    sb_json_close_map(w);
}

static void put_figures(struct sb_json_writer *w, const struct mttr_report *r,
                        const struct mttr_figures *f)
{
    put_int(w, "incidents", f->incidents);
    put_int(w, "open", f->open);
    sb_json_key(w, "metrics");
    sb_json_open_map(w);
    for (int m = 0; m < MTTR_METRIC_COUNT; m++)
        if (*mttr_metric_definition(r->defs, (enum mttr_metric)m)) {
            sb_json_key(w, mttr_metric_names[m]);
            put_metric(w, r, &f->metrics[m]);
        }
    sb_json_close_map(w);
    put_up(w, r, f);
}

static void put_groups(struct sb_json_writer *w, const struct mttr_report *r)
{
    sb_json_key(w, "by");
    sb_json_text(w, mttr_grouping_names[r->by]);
    sb_json_key(w, "groups");
    sb_json_open_list(w);
    for (size_t k = 0; k < r->parts.len; k++) {
        sb_json_open_map(w);
        sb_json_key(w, "name");
        sb_json_str(w, r->parts.items[k].name);
        put_figures(w, r, &r->parts.items[k]);
        sb_json_close_map(w);
    }
    sb_json_close_list(w);
}

static void put_objectives(struct sb_json_writer *w, const struct mttr_report *r)
{
    static const char *const verdicts[] = {"kept", "missed", "unknown"};
    sb_json_key(w, "objectives");
    sb_json_open_list(w);
    for (size_t k = 0; k < r->n_objectives; k++) {
        const struct mttr_objective *o = &r->objectives[k];
        sb_json_open_map(w);
        sb_json_key(w, "metric");
        sb_json_text(w, mttr_metric_names[o->metric]);
        put_int(w, "percent", o->percent);
        put_double(w, "most_s", o->most);
        put_int(w, "n", o->n);
        put_int(w, "within", o->within);
        sb_json_key(w, "verdict");
        sb_json_text(w, verdicts[o->kept]);
        sb_json_close_map(w);
    }
    sb_json_close_list(w);
}

void mttr_report_json(const struct mttr_report *r, struct sb_buf *out)
{
    struct sb_json_writer w;
    sb_json_writer_init(&w, out, 2);
    sb_json_open_map(&w);
    sb_json_key(&w, "schema");
    sb_json_text(&w, "srebox.mttr/1");
    sb_json_key(&w, "defs");
    sb_json_text(&w, mttr_defs_names[r->defs]);
    put_time(&w, "at", r->filter.now);
    put_time(&w, "since", r->filter.since);
    put_time(&w, "until", r->filter.until);
    sb_json_key(&w, "attribute");
    sb_json_text(&w, mttr_attribute_names[r->filter.attribute]);
    sb_json_key(&w, "zone");
    sb_json_text(&w, sb_zone_name(r->filter.zone));
    put_double(&w, "confidence", MTTR_CONFIDENCE);
    put_figures(&w, r, &r->total);
    put_objectives(&w, r);
    if (r->by != MTTR_GROUP_NONE)
        put_groups(&w, r);
    sb_json_close_map(&w);
    sb_buf_putc(out, '\n');
}
