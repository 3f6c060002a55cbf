/* The report as CSV: one record for each metric of all incidents and then of each group. Times
 * in seconds; a field is empty where nothing can be told. */
#include "applets/mttr/report.h"
#include "core/doc/number.h"
#include "core/ui/csv.h"

#include <math.h>

static const char *const columns[] = {"by",
                                      "group",
                                      "defs",
                                      "metric",
                                      "definition",
                                      "incidents",
                                      "n",
                                      "open",
                                      "missing",
                                      "negative",
                                      "derived",
                                      "median_s",
                                      "median_low_s",
                                      "median_high_s",
                                      "mean_s",
                                      "geo_mean_s",
                                      "sd_s",
                                      "min_s",
                                      "q1_s",
                                      "q3_s",
                                      "p90_s",
                                      "p90_low_s",
                                      "p90_high_s",
                                      "p95_s",
                                      "p95_low_s",
                                      "p95_high_s",
                                      "max_s",
                                      "largest",
                                      "largest_share",
                                      "median_with_open_s",
                                      "trend_30d",
                                      "trend_30d_low",
                                      "trend_30d_high",
                                      "availability",
                                      "impact_s",
                                      "window_s",
                                      NULL};

static void put_double(struct sb_csv *w, double value)
{
    struct sb_buf b = SB_BUF_INIT(64);
    if (isfinite(value))
        sb_number_print_double(&b, value);
    sb_csv_str(w, (struct sb_str){b.len ? b.data : "", b.len});
    sb_buf_done(&b);
}

static void put_interval(struct sb_csv *w, const struct sb_interval *i)
{
    put_double(w, i->has_low ? i->low : (double)NAN);
    put_double(w, i->has_high ? i->high : (double)NAN);
}

static void put_metric(struct sb_csv *w, const struct mttr_report *r, const struct mttr_summary *s)
{
    const size_t counts[] = {s->n, s->open, s->missing, s->negative, s->derived};
    for (size_t k = 0; k < SB_LEN(counts); k++)
        sb_csv_int(w, (int64_t)counts[k]);
    put_double(w, s->median.value);
    put_interval(w, &s->median.interval);
    put_double(w, s->sums.mean);
    put_double(w, s->sums.geo_mean);
    put_double(w, s->sums.sd);
    put_double(w, s->sums.min);
    put_double(w, s->q1);
    put_double(w, s->q3);
    put_double(w, s->p90.value);
    put_interval(w, &s->p90.interval);
    put_double(w, s->p95.value);
    put_interval(w, &s->p95.interval);
    put_double(w, s->sums.max);
    sb_csv_str(w, s->n ? mttr_report_id(r, s->largest) : SB_STR(""));
    put_double(w, s->sums.largest_share);
    put_double(w, s->open ? s->until_now : (double)NAN);
    put_double(w, s->has_trend ? s->trend : (double)NAN);
    put_interval(w, &s->trend_interval);
}

static void put_figures(struct sb_csv *w, const struct mttr_report *r, const struct mttr_figures *f)
{
    for (int m = 0; m < MTTR_METRIC_COUNT; m++) {
        const char *definition = mttr_metric_definition(r->defs, (enum mttr_metric)m);
        if (!*definition)
            continue;
        sb_csv_text(w, f == &r->total ? "" : mttr_grouping_names[r->by]);
        sb_csv_str(w, f->name);
        sb_csv_text(w, mttr_defs_names[r->defs]);
        sb_csv_text(w, mttr_metric_names[m]);
        sb_csv_text(w, definition);
        sb_csv_int(w, (int64_t)f->incidents);
        put_metric(w, r, &f->metrics[m]);
        put_double(w, f->has_up ? f->up.share : (double)NAN);
        put_double(w, f->has_up ? f->up.down : (double)NAN);
        put_double(w, f->has_up ? (double)(f->up.to - f->up.from - f->up.left_out) / 1e9
                                : (double)NAN);
        sb_csv_end(w);
    }
}

void mttr_report_csv(const struct mttr_report *r, struct sb_buf *out)
{
    struct sb_csv w;
    sb_csv_init(&w, out);
    for (size_t k = 0; columns[k]; k++)
        sb_csv_text(&w, columns[k]);
    sb_csv_end(&w);
    put_figures(&w, r, &r->total);
    for (size_t k = 0; k < r->parts.len; k++)
        put_figures(&w, r, &r->parts.items[k]);
}
