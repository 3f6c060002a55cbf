/* mttr power: how many incidents it takes to see a cut, and which cut so many can show.
 *
 * Durations are taken as log-normal with the deviation that theirs have (--sigma: without any data): a cut is
 * then a shift of the logarithms. For Mann and Whitney's test, which compare makes; Student's on the
 * logarithms takes a twentieth fewer, if they are normal indeed. */
#include "core/stat/power.h"

#include "applets/mttr/durations.h"
#include "applets/mttr/mttr.h"
#include "applets/mttr/prose.h"
#include "applets/mttr/report.h"
#include "core/base/mem.h"
#include "core/doc/number.h"
#include "core/stat/lognormal.h"
#include "core/ui/table.h"

#include <math.h>

static const struct sb_power level = {0.05, 0.8};
static const double usual_cuts[] = {0.1, 0.2, 0.3, 0.5, 0.8};
enum { CUTS_MOST = SB_LEN(usual_cuts) + 1 };

struct question {
    const struct mttr_durations *d; /* NULL: --sigma alone */
    double sigma;
    double cuts[CUTS_MOST];
    size_t n_cuts;
    size_t arm;       /* incidents in each period, as many as there are; 0: none */
    double least_cut; /* that so many show; NaN for none */
    double monthly;   /* incidents in 30 days; NaN: nobody knows */
};

static double needed(const struct question *q, double cut)
{
    return sb_power_rank_normal(&level, q->sigma, -log1p(-cut));
}

static double needed_by_t(const struct question *q, double cut)
{
    return sb_power_normal(&level, q->sigma, -log1p(-cut));
}

static double sigma_of(const struct mttr_sample *s)
{
    struct sb_summary sums;
    double *logs SB_CLEANUP_FREE = sb_xcalloc(s->n, sizeof *logs);
    for (size_t k = 0; k < s->n; k++)
        logs[k] = log(fmax(s->seconds[k], 1));
    sb_summarize(logs, s->n, &sums);
    return sums.sd;
}

static void look_at(struct question *q, const struct mttr_durations *d)
{
    const double days = (d->last - d->first) / 86400;
    q->d = d;
    q->arm = d->sample.n / 2;
    if (isnan(q->sigma))
        q->sigma = sigma_of(&d->sample);
    if (q->arm)
        q->least_cut =
            -expm1(-sb_detectable_normal(&level, q->sigma, (double)q->arm, (double)q->arm));
    if (d->sample.n >= 5 && days > 0)
        q->monthly = (double)(d->sample.n - 1) / days * 30;
}

/* Months as people say them. */
static void put_wait(struct sb_buf *b, double months)
{
    if (isnan(months))
        sb_buf_putc(b, '-');
    else if (months < 0.9)
        sb_buf_printf(b, "%.0f days", ceil(months * 30));
    else if (months < 24)
        sb_buf_printf(b, "%.0f months", ceil(months));
    else
        sb_buf_printf(b, "%.0f years", ceil(months / 12));
}

static void put_table(const struct question *q, int width, struct sb_buf *out)
{
    static const struct sb_table_column columns[] = {{"cut", true, 0},
                                                     {"incidents in each period", true, 0},
                                                     {"if log-normal, by t", true, 0},
                                                     {"both periods take", true, 0}};
    struct sb_table t;
    struct sb_buf cell = SB_BUF_INIT(64);
    sb_table_init(&t, columns, isnan(q->monthly) ? 3 : 4);
    for (size_t k = 0; k < q->n_cuts; k++) {
        const double n = needed(q, q->cuts[k]);
        sb_buf_reset(&cell);
        sb_buf_printf(&cell, "%g %%", q->cuts[k] * 100);
        sb_table_text(&t, cell.data);
        sb_table_int(&t, (int64_t)n);
        sb_table_int(&t, (int64_t)needed_by_t(q, q->cuts[k]));
        if (isnan(q->monthly))
            continue;
        sb_buf_reset(&cell);
        put_wait(&cell, 2 * n / q->monthly);
        sb_table_text(&t, cell.data);
    }
    sb_table_print(&t, out, 0, (size_t)width);
    sb_table_done(&t);
    sb_buf_done(&cell);
}

static void say_fit(const struct question *q, int width, struct sb_buf *out)
{
    struct sb_lognormal fit;
    if (!q->d || !sb_lognormal_fit(q->d->sample.seconds, q->d->sample.n, &fit))
        return;
    if (fit.fits)
        mttr_say(out, 0, width,
                 "Log-normal durations, which the figures assume, fit these (Anderson and "
                 "Darling's p = %.2g).",
                 fit.p);
    else
        mttr_say(out, 0, width,
                 "These durations are not log-normal (Anderson and Darling's p = %.1g), which the "
                 "figures assume: take them as orders of magnitude, and srebox mttr simulate for "
                 "what your own data does.",
                 fit.p);
}

static void print_text(const struct sb_run *run, const struct question *q)
{
    if (q->d)
        mttr_durations_say(q->d, run->width, run->out);
    if (q->arm)
        mttr_say(run->out, 0, run->width,
                 "With %zu incidents before and %zu after, a comparison shows a cut of %.0f %% or "
                 "more in four of five cases. Smaller ones are lost among the ordinary: the "
                 "logarithms of the durations vary by %.3g.",
                 q->arm, q->arm, ceil(q->least_cut * 100), q->sigma);
    else
        mttr_say(run->out, 0, run->width,
                 "To see a cut in four of five comparisons of durations whose logarithms vary by "
                 "%.3g, it takes so many incidents before and as many after.",
                 q->sigma);
    sb_buf_putc(run->out, '\n');
    put_table(q, run->width, run->out);
    sb_buf_putc(run->out, '\n');
    if (!isnan(q->monthly))
        mttr_say(run->out, 0, run->width, "There were %.3g such incidents in 30 days.", q->monthly);
    say_fit(q, run->width, run->out);
    mttr_say(run->out, 0, run->width,
             "Mann and Whitney's test at 0.05, two-sided, power 0.8; the column by t is Student's "
             "on the logarithms.");
}

static void print_json(const struct sb_run *run, const struct question *q)
{
    struct sb_json_writer w;
    mttr_json_begin(&w, run->out, "power");
    if (q->d)
        mttr_durations_json(q->d, &w);
    mttr_json_number(&w, "sigma_log", q->sigma);
    mttr_json_number(&w, "alpha", level.alpha);
    mttr_json_number(&w, "power", level.power);
    mttr_json_count(&w, "arm", q->arm);
    mttr_json_number(&w, "least_cut", q->least_cut);
    mttr_json_number(&w, "per_30d", q->monthly);
    sb_json_key(&w, "cuts");
    sb_json_open_list(&w);
    for (size_t k = 0; k < q->n_cuts; k++) {
        sb_json_open_map(&w);
        mttr_json_number(&w, "cut", q->cuts[k]);
        mttr_json_number(&w, "per_period", needed(q, q->cuts[k]));
        mttr_json_number(&w, "per_period_by_t", needed_by_t(q, q->cuts[k]));
        sb_json_close_map(&w);
    }
    sb_json_close_list(&w);
    mttr_json_end(&w);
}

static int read_sigma(const char *text, double *ret, struct sb_error *e)
{
    struct sb_number number;
    if (!text)
        return 0;
    if (sb_number_parse(sb_str(text), &number)) {
        const double value = sb_number_to_double(&number);
        if (value >= 0.01 && value <= 20) {
            *ret = value;
            return 0;
        }
    }
    sb_fail(e, SB_EUSAGE, "--sigma %.100s: not a number from 0.01 to 20", text);
    return sb_hint(e, "it is the deviation of the natural logarithms; 1.25 is usual for incidents");
}

/* The usual cuts, and the user's in its place. */
static int read_cuts(struct question *q, const char *text, struct sb_error *e)
{
    double own = (double)NAN;
    int code = text ? mttr_cut_read(text, &own, e) : 0;
    for (size_t k = 0; !code && k < SB_LEN(usual_cuts); k++) {
        if (own < usual_cuts[k] && !(k && own <= usual_cuts[k - 1]))
            q->cuts[q->n_cuts++] = own;
        q->cuts[q->n_cuts++] = usual_cuts[k];
    }
    if (own > usual_cuts[SB_LEN(usual_cuts) - 1])
        q->cuts[q->n_cuts++] = own;
    return code;
}

static int answer(struct sb_run *run, const struct question *q, struct sb_error *e)
{
    if (isnan(q->sigma) || q->sigma == 0) {
        sb_fail(e, SB_EUNSURE, "these durations do not vary, so nothing can be told from them");
        return sb_hint(e, "--sigma 1.25 asks for incidents as they usually are");
    }
    if (run->format == SB_FORMAT_JSON)
        print_json(run, q);
    else
        print_text(run, q);
    return SB_EXIT_OK;
}

int mttr_power_verb(struct sb_run *run, struct sb_error *e)
{
    const struct mttr_options *o = run->options;
    struct question q = {.sigma = (double)NAN, .least_cut = (double)NAN, .monthly = (double)NAN};
    struct mttr_durations d = {0};
    int code = read_cuts(&q, o->cut, e);
    if (!code)
        code = read_sigma(o->sigma, &q.sigma, e);
    if (!code && !o->sigma) {
        code = mttr_durations_take(o, &d, e);
        if (!code)
            look_at(&q, &d);
    }
    if (!code)
        code = answer(run, &q, e);
    mttr_durations_done(&d);
    return code;
}
