/* The report as JSON, srebox.mttr/1. Keys stay; figures that cannot be told are null, never left
 * out. */
#include "applets/mttr/prose.h"
#include "applets/mttr/report.h"
#include "core/doc/json_write.h"

#include <math.h>

static void put_sums(struct sb_json_writer *w, const struct mttr_report *r,
                     const struct mttr_summary *s)
{
    mttr_json_number(w, "mean_s", s->sums.mean);
    mttr_json_number(w, "sum_s", s->sums.sum);
    mttr_json_number(w, "sd_s", s->sums.sd);
    mttr_json_number(w, "geo_mean_s", s->sums.geo_mean);
    mttr_json_number(w, "min_s", s->sums.min);
    mttr_json_number(w, "q1_s", s->q1);
    mttr_json_number(w, "q3_s", s->q3);
    mttr_json_number(w, "p90_s", s->p90.value);
    mttr_json_interval(w, "p90_ci_s", &s->p90.interval);
    mttr_json_number(w, "p95_s", s->p95.value);
    mttr_json_interval(w, "p95_ci_s", &s->p95.interval);
    mttr_json_number(w, "max_s", s->sums.max);
    mttr_json_number(w, "largest_share", s->sums.largest_share);
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
        mttr_json_number(w, "factor_30d", s->trend);
        mttr_json_interval(w, "factor_30d_ci", &s->trend_interval);
        sb_json_close_map(w);
    } else {
        sb_json_null(w);
    }
    sb_json_key(w, "control_limits");
    if (s->has_limits) {
        sb_json_open_map(w);
        mttr_json_number(w, "low_s", s->low_limit);
        mttr_json_number(w, "centre_s", s->centre);
        mttr_json_number(w, "high_s", s->high_limit);
        mttr_json_count(w, "outside", s->outside);
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
        mttr_json_number(w, "from_s", mttr_bin_start(k));
        mttr_json_count(w, "n", s->histogram[k]);
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
    mttr_json_count(w, "n", s->n);
    mttr_json_count(w, "open", s->open);
    mttr_json_count(w, "missing", s->missing);
    mttr_json_count(w, "negative", s->negative);
    mttr_json_count(w, "derived", s->derived);
    sb_json_key(w, "lacks");
    sb_json_text(w, s->missing ? sb_event_kind_name(s->lacks) : NULL);
    mttr_json_number(w, "median_s", s->median.value);
    mttr_json_interval(w, "median_ci_s", &s->median.interval);
    mttr_json_number(w, "median_ci_covers",
                     s->median.interval.has_low ? s->median.interval.coverage : (double)NAN);
    mttr_json_number(w, "median_with_open_s", s->open ? s->until_now : (double)NAN);
    mttr_json_interval(w, "median_with_open_ci_s", &s->until_interval);
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
    mttr_json_number(w, "share", a->share);
    mttr_json_time(w, "from", a->from);
    mttr_json_time(w, "to", a->to);
    mttr_json_number(w, "impact_s", (double)a->impact / 1e9);
    mttr_json_number(w, "impact_weighted_s", a->down);
    mttr_json_number(w, "left_out_s", (double)a->left_out / 1e9);
    mttr_json_count(w, "incidents", a->incidents);
    mttr_json_count(w, "open", a->open);
    mttr_json_count(w, "lower_bound", a->lower);
    mttr_json_count(w, "unknown", a->unknown);
    mttr_json_number(w, "slo", r->impact.slo);
    mttr_json_number(w, "budget_s", a->budget);
    mttr_json_number(w, "budget_left_s", a->left);
    mttr_json_number(w, "burn_rate", a->burn);
    sb_json_close_map(w);
}

static void put_figures(struct sb_json_writer *w, const struct mttr_report *r,
                        const struct mttr_figures *f)
{
    mttr_json_count(w, "incidents", f->incidents);
    mttr_json_count(w, "open", f->open);
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
        mttr_json_count(w, "percent", o->percent);
        mttr_json_number(w, "most_s", o->most);
        mttr_json_count(w, "n", o->n);
        mttr_json_count(w, "within", o->within);
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
    mttr_json_time(&w, "at", r->filter.now);
    mttr_json_time(&w, "since", r->filter.since);
    mttr_json_time(&w, "until", r->filter.until);
    sb_json_key(&w, "attribute");
    sb_json_text(&w, mttr_attribute_names[r->filter.attribute]);
    sb_json_key(&w, "zone");
    sb_json_text(&w, sb_zone_name(r->filter.zone));
    mttr_json_number(&w, "confidence", MTTR_CONFIDENCE);
    put_figures(&w, r, &r->total);
    put_objectives(&w, r);
    if (r->by != MTTR_GROUP_NONE)
        put_groups(&w, r);
    sb_json_close_map(&w);
    sb_buf_putc(out, '\n');
}
