/* The report in Prometheus' text format 0.0.4, for node_exporter's textfile collector or a push.
 * All incidents, and with --by those of each group under a label of the grouping's name. What
 * cannot be told has no sample. */
#include "applets/mttr/report.h"
#include "core/base/utf8.h"
#include "core/doc/number.h"

#include <math.h>

struct exposition {
    const struct mttr_report *r;
    struct sb_buf *out;
};

static void put_label(struct sb_buf *out, const char *name, struct sb_str s)
{
    sb_buf_printf(out, "%s=", name);
    sb_escape_label(out, s);
}

/* metric: NULL for none; name, text: one label more, or NULL. */
static void put_sample(const struct exposition *x, const struct mttr_figures *f, const char *family,
                       const char *metric, const char *name, const char *text, double value)
{
    if (!isfinite(value))
        return;
    sb_buf_printf(x->out, "srebox_mttr_%s{defs=\"%s\"", family, mttr_defs_names[x->r->defs]);
    if (metric)
        sb_buf_printf(x->out, ",metric=\"%s\"", metric);
    if (name)
        sb_buf_printf(x->out, ",%s=\"%s\"", name, text);
    if (f != &x->r->total) {
        sb_buf_putc(x->out, ',');
        /* an empty label would be none, as in the sample of all incidents */
        put_label(x->out, mttr_grouping_names[x->r->by], f->name.len ? f->name : SB_STR("(none)"));
    }
    sb_buf_puts(x->out, "} ");
    sb_number_print_double(x->out, value);
    sb_buf_putc(x->out, '\n');
}

static void put_head(const struct exposition *x, const char *family, const char *help)
{
    sb_buf_printf(x->out, "# HELP srebox_mttr_%s %s\n# TYPE srebox_mttr_%s gauge\n", family, help,
                  family);
}

/* --- what a family says of one metric --- */

static double low(const struct sb_interval *i)
{
    return i->has_low ? i->low : (double)NAN;
}

static double high(const struct sb_interval *i)
{
    return i->has_high ? i->high : (double)NAN;
}

static void put_median(const struct exposition *x, const struct mttr_figures *f,
                       const struct mttr_summary *s)
{
    put_sample(x, f, "median_seconds", mttr_metric_names[s->metric], NULL, NULL, s->median.value);
}

static void put_low(const struct exposition *x, const struct mttr_figures *f,
                    const struct mttr_summary *s)
{
    put_sample(x, f, "median_low_seconds", mttr_metric_names[s->metric], NULL, NULL,
               low(&s->median.interval));
}

static void put_high(const struct exposition *x, const struct mttr_figures *f,
                     const struct mttr_summary *s)
{
    put_sample(x, f, "median_high_seconds", mttr_metric_names[s->metric], NULL, NULL,
               high(&s->median.interval));
}

static void put_mean(const struct exposition *x, const struct mttr_figures *f,
                     const struct mttr_summary *s)
{
    put_sample(x, f, "mean_seconds", mttr_metric_names[s->metric], NULL, NULL, s->sums.mean);
}

static void put_p90(const struct exposition *x, const struct mttr_figures *f,
                    const struct mttr_summary *s)
{
    put_sample(x, f, "p90_seconds", mttr_metric_names[s->metric], NULL, NULL, s->p90.value);
}

static void put_p95(const struct exposition *x, const struct mttr_figures *f,
                    const struct mttr_summary *s)
{
    put_sample(x, f, "p95_seconds", mttr_metric_names[s->metric], NULL, NULL, s->p95.value);
}

static void put_counts(const struct exposition *x, const struct mttr_figures *f,
                       const struct mttr_summary *s)
{
    static const char *const states[] = {"measured", "open", "missing", "negative"};
    const size_t counts[] = {s->n, s->open, s->missing, s->negative};
    for (size_t k = 0; k < SB_LEN(counts); k++)
        put_sample(x, f, "incidents", mttr_metric_names[s->metric], "state", states[k],
                   (double)counts[k]);
}

typedef void put_fn(const struct exposition *x, const struct mttr_figures *f,
                    const struct mttr_summary *s);

/* One family: its head, then the samples of all figures. */
static void put_family(const struct exposition *x, const char *family, const char *help,
                       put_fn *put)
{
    put_head(x, family, help);
    for (size_t k = 0; k <= x->r->parts.len; k++) {
        const struct mttr_figures *f = k ? &x->r->parts.items[k - 1] : &x->r->total;
        for (int m = 0; m < MTTR_METRIC_COUNT; m++)
            if (*mttr_metric_definition(x->r->defs, (enum mttr_metric)m))
                put(x, f, &f->metrics[m]);
    }
}

static void put_ups(const struct exposition *x, const char *family, const char *help,
                    double (*get)(const struct mttr_availability *a))
{
    put_head(x, family, help);
    for (size_t k = 0; k <= x->r->parts.len; k++) {
        const struct mttr_figures *f = k ? &x->r->parts.items[k - 1] : &x->r->total;
        if (f->has_up)
            put_sample(x, f, family, NULL, NULL, NULL, get(&f->up));
    }
}

static double share(const struct mttr_availability *a)
{
    return a->share;
}

static double impact(const struct mttr_availability *a)
{
    return a->down;
}

static double left(const struct mttr_availability *a)
{
    return a->left;
}

static double burn(const struct mttr_availability *a)
{
    return a->burn;
}

void mttr_report_prom(const struct mttr_report *r, struct sb_buf *out)
{
    const struct exposition x = {r, out};
    put_family(&x, "median_seconds", "Half of the incidents took at most so long.", put_median);
    put_family(&x, "median_low_seconds", "Lower end of the median's 95 % interval.", put_low);
    put_family(&x, "median_high_seconds", "Upper end of the median's 95 % interval.", put_high);
    put_family(&x, "p90_seconds", "Nine in ten took at most so long.", put_p90);
    put_family(&x, "p95_seconds", "95 of 100 took at most so long.", put_p95);
    put_family(&x, "mean_seconds", "Mean: a few long incidents make most of it.", put_mean);
    put_family(&x, "incidents", "Incidents by what they say of the metric.", put_counts);
    put_ups(&x, "availability_ratio", "Share of the time without impact.", share);
    put_ups(&x, "impact_seconds", "Time with impact, weighted, overlaps counted once.", impact);
    if (!isnan(r->impact.slo)) {
        put_ups(&x, "error_budget_left_seconds", "What is left of the error budget.", left);
        put_ups(&x, "error_budget_burn_rate", "1 uses the error budget up exactly.", burn);
    }
}
