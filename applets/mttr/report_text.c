/* The report for a terminal: what was looked at, one table of all metrics, then what is behind
 * the four that the applet is named for (of the others: `mttr explain`) and where the time went
 * or, with --by, a table of groups for each; availability, objectives, and what to beware of. */
#include "applets/mttr/decompose.h"
#include "applets/mttr/report.h"
#include "core/base/utf8.h"
#include "core/ui/chart.h"
#include "core/ui/table.h"
#include "core/ui/text.h"

#include <math.h>

enum { BAR_CELLS = 12, WAIT_CELLS = 30, STRIP_LEAST = 5 };

struct page {
    const struct mttr_report *r;
    struct sb_buf *out;
    size_t width;
    struct sb_buf text; /* a paragraph in the making */
};

/* The paragraph in p->text, indented, and a line end; nothing for an empty one. */
static void put_paragraph(struct page *p, size_t indent)
{
    if (p->text.len) {
        sb_buf_fill(p->out, ' ', indent);
        sb_text_wrap(p->out, p->text.data, indent, indent, p->width);
        sb_buf_putc(p->out, '\n');
    }
    sb_buf_reset(&p->text);
}

static void say(struct page *p, size_t indent, const char *text)
{
    sb_buf_puts(&p->text, text);
    put_paragraph(p, indent);
}

/* What stands in p->text as a cell. */
static void put_cell(struct page *p, struct sb_table *t)
{
    sb_table_cell(t, (struct sb_str){p->text.len ? p->text.data : "", p->text.len});
    sb_buf_reset(&p->text);
}

static void put_seconds(struct page *p, struct sb_table *t, double seconds)
{
    mttr_seconds_print(&p->text, seconds);
    put_cell(p, t);
}

/* n, median, interval, p90, mean. One incident has no mean. */
static void put_figures(struct page *p, struct sb_table *t, const struct mttr_summary *s)
{
    sb_table_int(t, (int64_t)s->n);
    put_seconds(p, t, s->median.value);
    mttr_interval_print(&p->text, &s->median.interval);
    if (!p->text.len && s->n)
        sb_buf_puts(&p->text, "n too small");
    put_cell(p, t);
    put_seconds(p, t, s->p90.value);
    put_seconds(p, t, s->n > 1 ? s->sums.mean : (double)NAN);
}

/* --- all metrics --- */

static void put_head(struct page *p)
{
    const struct mttr_figures *f = &p->r->total;
    sb_buf_printf(&p->text, "%zu incident%s", f->incidents, f->incidents == 1 ? "" : "s");
    mttr_report_window(p->r, &p->text);
    if (f->open)
        sb_buf_printf(&p->text, "; %zu not over", f->open);
    sb_buf_printf(&p->text, ". Definitions: %s.", mttr_defs_names[p->r->defs]);
    put_paragraph(p, 0);
    if (f->incidents)
        sb_buf_putc(p->out, '\n');
    else
        say(p, 0, "Nothing to tell: no incident is like that. \"srebox mttr list\" shows all.");
}

/* The column of open ones only where there are some: the strip needs the room. */
static void put_overview(struct page *p)
{
    static const struct sb_table_column columns[] = {{"", false, 0},
                                                     {"open", true, 0},
                                                     {"n", true, 0},
                                                     {"median", true, 0},
                                                     {"95 % interval", false, 0},
                                                     {"p90", true, 0},
                                                     {"mean", true, 0},
                                                     {"", false, 4}};
    struct sb_table_column shown[SB_LEN(columns)];
    const bool open = p->r->total.open > 0;
    struct sb_table t;
    memcpy(shown, columns, sizeof shown);
    if (!open)
        memmove(shown + 1, columns + 2, sizeof columns - 2 * sizeof *columns);
    sb_table_init(&t, shown, SB_LEN(columns) - !open);
    for (int m = 0; m < MTTR_METRIC_COUNT; m++) {
        const struct mttr_summary *s = &p->r->total.metrics[m];
        if (!mttr_report_shows(p->r, (enum mttr_metric)m))
            continue;
        sb_table_text(&t, mttr_metric_names[m]);
        if (open)
            sb_table_int(&t, (int64_t)s->open);
        put_figures(p, &t, s);
        if (s->n >= STRIP_LEAST)
            mttr_report_strip(s, &p->text);
        put_cell(p, &t);
    }
    sb_table_print(&t, p->out, 0, p->width);
    sb_table_done(&t);
}

/* --- one metric --- */

static void put_quantiles(struct page *p, const struct mttr_summary *s)
{
    const struct mttr_quantile *q[] = {&s->p90, &s->p95};
    for (size_t k = 0; k < SB_LEN(q); k++) {
        sb_buf_puts(&p->text, k ? "; p95 " : "p90 ");
        if (isnan(q[k]->value)) {
            sb_buf_printf(&p->text, "n too small (needs %zu)", q[k]->needs);
            continue;
        }
        mttr_seconds_print(&p->text, q[k]->value);
        sb_buf_puts(&p->text, " (");
        mttr_interval_print(&p->text, &q[k]->interval);
        sb_buf_putc(&p->text, ')');
    }
    if (!isnan(s->q1)) {
        sb_buf_puts(&p->text, "; the middle half ");
        mttr_seconds_print(&p->text, s->q1);
        sb_buf_puts(&p->text, " to ");
        mttr_seconds_print(&p->text, s->q3);
    }
    sb_buf_putc(&p->text, '.');
    put_paragraph(p, 2);
}

static void put_largest(struct page *p, const struct mttr_summary *s)
{
    sb_buf_puts(&p->text, "Longest ");
    mttr_seconds_print(&p->text, s->sums.max);
    sb_buf_puts(&p->text, " (");
    sb_escape(&p->text, mttr_report_id(p->r, s->largest));
    sb_buf_putc(&p->text, ')');
    if (!isnan(s->sums.largest_share)) {
        sb_buf_puts(&p->text, ", ");
        mttr_percent_print(&p->text, s->sums.largest_share, 0);
        sb_buf_puts(&p->text, " of the sum: so much of the mean is this one incident's");
    }
    if (!isnan(s->sums.geo_mean)) {
        sb_buf_puts(&p->text, ". Geometric mean ");
        mttr_seconds_print(&p->text, s->sums.geo_mean);
    }
    sb_buf_putc(&p->text, '.');
    put_paragraph(p, 2);
}

static void put_counts(struct page *p, const struct mttr_summary *s)
{
    mttr_report_counts(s, &p->text);
    if (p->text.len)
        sb_buf_puts(&p->text, s->n ? ": not in these figures." : ": no figure.");
    if (s->derived)
        sb_buf_printf(&p->text, "%s%zu derived: another event stands in for one that is missing.",
                      p->text.len ? " " : "", s->derived);
    put_paragraph(p, 2);
    if (!s->open || !s->n)
        return;
    sb_buf_puts(&p->text, "With the open ones (Kaplan-Meier), half are over ");
    if (!isfinite(s->until_now)) {
        sb_buf_puts(&p->text, "at a time not reached yet.");
    } else {
        sb_buf_puts(&p->text, "within ");
        mttr_seconds_print(&p->text, s->until_now);
        if (s->until_interval.has_low || s->until_interval.has_high) {
            sb_buf_puts(&p->text, " (");
            mttr_interval_print(&p->text, &s->until_interval);
            sb_buf_putc(&p->text, ')');
        }
        sb_buf_putc(&p->text, '.');
    }
    put_paragraph(p, 2);
}

static void put_change(struct page *p, double factor)
{
    mttr_percent_print(&p->text, fabs(factor - 1), fabs(factor - 1) < 0.1 ? 1 : 0);
    sb_buf_puts(&p->text, factor < 1 ? " less" : " more");
}

static void put_trend(struct page *p, const struct mttr_summary *s)
{
    if (s->has_trend) {
        bool chance = s->trend_interval.low <= 1 && s->trend_interval.high >= 1;
        sb_buf_puts(&p->text, "Trend: ");
        put_change(p, s->trend);
        sb_buf_puts(&p->text, " every 30 days (");
        put_change(p, s->trend_interval.low);
        sb_buf_puts(&p->text, " to ");
        put_change(p, s->trend_interval.high);
        sb_buf_puts(&p->text, chance ? "): may be chance. " : "). ");
    }
    if (s->has_limits) {
        sb_buf_puts(&p->text, "Ordinary is up to ");
        mttr_seconds_print(&p->text, s->high_limit);
        sb_buf_printf(&p->text, " (control limits); outside: %zu.", s->outside);
    }
    put_paragraph(p, 2);
}

static void put_metric(struct page *p, enum mttr_metric m)
{
    const struct mttr_summary *s = &p->r->total.metrics[m];
    sb_buf_printf(p->out, "\n%s: %s\n", mttr_metric_names[m],
                  mttr_metric_definition(p->r->defs, m));
    say(p, 2, mttr_metric_note(p->r->defs, m));
    if (s->n == 1)
        say(p, 2, "One incident: this is its time, not a mean.");
    if (s->n > 1 && m <= MTTR_RESOLVE) {
        put_quantiles(p, s);
        put_largest(p, s);
    }
    put_counts(p, s);
    if (m <= MTTR_RESOLVE)
        put_trend(p, s);
}

/* --- where the time went --- */

static void put_waits(struct page *p)
{
    static const struct sb_table_column columns[] = {{"where the time went", false, 0},
                                                     {"n", true, 0},
                                                     {"median", true, 0},
                                                     {"share", true, 0},
                                                     {"", false, 4}};
    struct mttr_decomposition d;
    struct sb_table t;
    mttr_decompose(&p->r->sel, &d);
    double suffered = d.seconds - d.waits[SB_EVENT_CLOSED].seconds; /* paperwork is no outage */
    if (!(suffered > 0))
        return;
    sb_table_init(&t, columns, SB_LEN(columns));
    for (unsigned kind = SB_EVENT_DETECTED; kind < SB_EVENT_CLOSED; kind++) {
        const struct mttr_wait *w = &d.waits[kind];
        if (!w->n)
            continue;
        sb_table_text(&t, mttr_wait_text((enum sb_event_kind)kind));
        sb_table_int(&t, (int64_t)w->n);
        put_seconds(p, &t, w->median);
        mttr_percent_print(&p->text, w->seconds / suffered, 0);
        put_cell(p, &t);
        sb_chart_text_bar(&p->text, w->seconds / suffered, WAIT_CELLS);
        put_cell(p, &t);
    }
    sb_buf_putc(p->out, '\n');
    sb_table_print(&t, p->out, 0, p->width);
    sb_table_done(&t);
}

/* --- groups --- */

static void put_group_name(struct sb_table *t, struct sb_str name)
{
    sb_table_cell(t, name.len ? name : SB_STR("(none)"));
}

static void put_groups(struct page *p, enum mttr_metric m)
{
    static const struct sb_table_column columns[] = {{"", false, 12},
                                                     {"n", true, 0},
                                                     {"open", true, 0},
                                                     {"median", true, 0},
                                                     {"95 % interval", false, 0},
                                                     {"p90", true, 0},
                                                     {"mean", true, 0},
                                                     {"", false, 4}};
    const struct mttr_report *r = p->r;
    struct sb_table t;
    double most = 0;
    for (size_t k = 0; k < r->parts.len; k++)
        most = fmax(most, r->parts.items[k].metrics[m].median.value);
    sb_buf_printf(p->out, "\n%s: %s\n", mttr_metric_names[m], mttr_metric_definition(r->defs, m));
    if (r->defs != MTTR_DEFS_STRICT)
        say(p, 2, mttr_metric_note(r->defs, m));
    sb_table_init(&t, columns, SB_LEN(columns));
    for (size_t k = 0; k < r->parts.len; k++) {
        const struct mttr_summary *s = &r->parts.items[k].metrics[m];
        put_group_name(&t, r->parts.items[k].name);
        sb_table_int(&t, (int64_t)s->n);
        sb_table_int(&t, (int64_t)s->open);
        put_seconds(p, &t, s->median.value);
        mttr_interval_print(&p->text, &s->median.interval);
        put_cell(p, &t);
        put_seconds(p, &t, s->p90.value);
        put_seconds(p, &t, s->n > 1 ? s->sums.mean : (double)NAN);
        sb_chart_text_bar(&p->text, most > 0 ? s->median.value / most : 0, BAR_CELLS);
        put_cell(p, &t);
    }
    sb_table_print(&t, p->out, 2, p->width);
    sb_table_done(&t);
}

static void put_group_up(struct page *p)
{
    static const struct sb_table_column columns[] = {{"", false, 12},
                                                     {"available", true, 0},
                                                     {"impact", true, 0},
                                                     {"incidents", true, 0},
                                                     {"budget left", true, 0}};
    const struct mttr_report *r = p->r;
    struct sb_table t;
    sb_table_init(&t, columns, SB_LEN(columns) - (isnan(r->impact.slo) ? 1 : 0));
    for (size_t k = 0; k < r->parts.len; k++) {
        const struct mttr_figures *f = &r->parts.items[k];
        if (!f->has_up)
            continue;
        put_group_name(&t, f->name);
        mttr_percent_print(&p->text, f->up.share, 3);
        put_cell(p, &t);
        put_seconds(p, &t, f->up.down);
        sb_table_int(&t, (int64_t)f->up.incidents);
        if (!isnan(r->impact.slo))
            put_seconds(p, &t, f->up.left);
    }
    if (t.cells.len) {
        sb_buf_puts(p->out, "\navailability\n");
        sb_table_print(&t, p->out, 2, p->width);
    }
    sb_table_done(&t);
}

static void put_many(struct page *p)
{
    mttr_report_many(p->r, &p->text);
    if (p->text.len)
        sb_buf_putc(p->out, '\n');
    put_paragraph(p, 0);
}

/* --- the rest --- */

static void put_up(struct page *p)
{
    const struct mttr_availability *a = &p->r->total.up;
    if (!p->r->total.has_up)
        return;
    sb_buf_puts(&p->text, "Availability ");
    mttr_percent_print(&p->text, a->share, 3);
    sb_buf_puts(&p->text, " of ");
    mttr_seconds_print(&p->text, (double)(a->to - a->from) / 1e9);
    if (p->r->filter.since == MTTR_NO_TIME)
        sb_buf_puts(&p->text, " since the first incident");
    sb_buf_puts(&p->text, ": ");
    mttr_report_up(a, &p->text);
    if (!isnan(a->budget)) {
        sb_buf_putc(&p->text, ' ');
        mttr_report_budget(p->r, a, &p->text);
    }
    sb_buf_putc(p->out, '\n');
    put_paragraph(p, 0);
}

static void put_objectives(struct page *p)
{
    static const char *const verdicts[] = {"kept    ", "MISSED  ", "unknown "};
    if (p->r->n_objectives)
        sb_buf_putc(p->out, '\n');
    for (size_t k = 0; k < p->r->n_objectives; k++) {
        const struct mttr_objective *o = &p->r->objectives[k];
        sb_buf_puts(p->out, verdicts[o->kept]);
        mttr_report_objective(o, p->out);
        sb_buf_putc(p->out, '\n');
    }
}

static void put_caveats(struct page *p)
{
    bool means = false;
    for (int m = 0; m < MTTR_METRIC_COUNT; m++)
        means = means || p->r->total.metrics[m].n > 1;
    if (!means)
        return;
    sb_buf_putc(p->out, '\n');
    say(p, 0,
        "Half of the incidents took at most the median; its interval is exact, whatever the "
        "distribution. The mean has none: the usual ones are wrong too often for durations. A "
        "lower mean is not yet an improvement: see \"srebox mttr compare\".");
}

void mttr_report_text(const struct mttr_report *r, int width, struct sb_buf *out)
{
    struct page p = {.r = r, .out = out, .width = (size_t)width, .text = SB_BUF_INIT(64 << 10)};
    put_head(&p);
    if (r->total.incidents)
        put_overview(&p);
    for (int m = 0; m < MTTR_METRIC_COUNT; m++) {
        if (!r->total.incidents || !mttr_report_shows(r, (enum mttr_metric)m))
            continue;
        if (r->by == MTTR_GROUP_NONE)
            put_metric(&p, (enum mttr_metric)m);
        else
            put_groups(&p, (enum mttr_metric)m);
    }
    if (r->by == MTTR_GROUP_NONE)
        put_waits(&p);
    else
        put_group_up(&p);
    put_up(&p);
    put_objectives(&p);
    put_many(&p);
    put_caveats(&p);
    sb_buf_done(&p.text);
}
