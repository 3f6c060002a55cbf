/* mttr cost: options to amounts. */
#include "applets/mttr/cost.h"

#include "applets/mttr/mttr.h"

#include <math.h>
#include <stdio.h>

enum { MONTHS_MOST = 1200 };

static int read_rates(const struct mttr_options *o, struct mttr_rates *r, struct sb_error *e)
{
    if (!o->rate && !o->rates) {
        sb_fail(e, SB_EUSAGE, "what does an outage cost? Neither --rate nor --rates says");
        return sb_hint(e, "such as --rate 50000/min, or --rate 30k..50k..80k/min; --rates FILE "
                          "takes rates by hour, people and credits");
    }
    int code = o->rates ? mttr_rates_read(o->rates, r, e) : 0;
    if (code || !o->rate)
        return code;
    if (mttr_range_of_rate(sb_str(o->rate), &r->rates[0], e))
        return sb_wrap(e, "--rate");
    r->n_rates = 1;
    memset(r->hours, 0, sizeof r->hours);
    return 0;
}

/* Calendar months that the window touches, whole: that is what is promised. */
static int put_months(struct mttr_cost *c, const struct mttr_selection *all, struct sb_error *e)
{
    struct mttr_report *r = &c->report;
    const int64_t now = r->filter.now;
    struct mttr_availability up;
    struct sb_civil first;
    int64_t from = r->from, to;
    int code = 0;
    sb_zone_civil(r->filter.zone, r->from, &first);
    for (int64_t k = first.month - 1; !code && from < r->to && k < MONTHS_MOST; k++) {
        struct mttr_month m = {0};
        snprintf(m.name, sizeof m.name, "%04d-%02d", (int)(first.year + k / 12) % 10000,
                 (int)(k % 12) + 1);
        code = mttr_period_read(sb_str(m.name), r->filter.zone, now, &from, &to, e);
        if (code || from >= r->to)
            break;
        m.passing = to > now;
        mttr_availability(&r->impact, all, from, SB_MIN(to, now), now, &up);
        m.share = up.share;
        m.credit = mttr_credit_of(&c->rates, up.share);
        c->credits += m.credit * c->rates.revenue;
        sb_vec_push(&c->months, m);
        from = to;
    }
    return code;
}

static void set_window(struct mttr_report *r, const struct mttr_selection *all)
{
    const struct mttr_filter *f = &r->filter;
    r->to = f->until == MTTR_NO_TIME ? f->now : SB_MIN(f->until, f->now);
    if (f->since != MTTR_NO_TIME)
        r->from = f->since;
    else
        r->from = all->n ? all->set->list.items[all->items[0]].start : f->now;
}

static int compute(struct mttr_cost *c, struct sb_error *e)
{
    struct mttr_report *r = &c->report;
    struct mttr_filter anytime = r->filter;
    struct mttr_selection all;
    int code = 0;
    anytime.since = anytime.until = MTTR_NO_TIME;
    anytime.attribute = MTTR_BY_START;
    mttr_filter_select(&r->filter, &r->set, &r->sel);
    mttr_filter_select(&anytime, &r->set, &all);
    set_window(r, &all);
    mttr_expose(&c->rates, &r->sel, r->filter.zone, r->filter.now, &c->exposed);
    mttr_people_count(&c->rates, &r->sel, r->filter.now, &c->people);
    c->has_up = !isnan(r->impact.slo) && r->from < r->to;
    if (c->has_up)
        mttr_availability(&r->impact, &all, r->from, r->to, r->filter.now, &c->up);
    if (c->rates.n_credits && r->from < r->to)
        code = put_months(c, &all, e);
    mttr_loss_draw(&c->rates, &c->exposed, &c->people, c->credits, c->draws, c->seed, &c->loss);
    mttr_selection_done(&all);
    return code;
}

double mttr_cost_of(const struct mttr_cost *c, double seconds)
{
    const double sum = c->exposed.impact.sum;
    return sum > 0 ? c->loss.lost.likely / sum * seconds : (double)NAN;
}

double mttr_cost_length(const struct mttr_cost *c, double p)
{
    const size_t n = c->exposed.n_lengths;
    const double needs = log((1 - MTTR_CONFIDENCE) / 2) / log(fmax(p, 0.5));
    return n && ((double)n >= needs || p <= 0.5) ? sb_quantile(c->exposed.lengths, n, p)
                                                 : (double)NAN;
}

static int run_it(struct sb_run *run, struct mttr_cost *c, struct sb_error *e)
{
    const struct mttr_options *o = run->options;
    int code = mttr_report_read(&c->report, o, sb_time_now(), e);
    if (!code)
        code = read_rates(o, &c->rates, e);
    if (!code)
        code = mttr_gather_all(o, true, &c->report.set, e);
    if (!code)
        code = compute(c, e);
    if (code)
        return code;
    if (run->format == SB_FORMAT_JSON)
        mttr_cost_json(c, run->out);
    else
        mttr_cost_text(c, run->width, run->out);
    return SB_EXIT_OK;
}

int mttr_cost_verb(struct sb_run *run, struct sb_error *e)
{
    const struct mttr_options *o = run->options;
    struct mttr_cost c = {.draws = (uint64_t)o->draws, .seed = (uint64_t)o->seed};
    mttr_rates_init(&c.rates);
    int code = run_it(run, &c, e);
    sb_vec_done(&c.months);
    mttr_exposed_done(&c.exposed);
    mttr_rates_done(&c.rates);
    mttr_report_done(&c.report);
    return code;
}
