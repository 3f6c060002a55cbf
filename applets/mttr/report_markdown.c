/* The report as Markdown (GitHub's), to paste into a review. */
#include "applets/mttr/report.h"
#include "core/ui/text.h"

#include <math.h>

struct page {
    const struct mttr_report *r;
    struct sb_buf *out;
    struct sb_buf text;
};

/* p->text, escaped. */
static void put_text(struct page *p)
{
    sb_escape_markdown(p->out, (struct sb_str){p->text.len ? p->text.data : "", p->text.len});
    sb_buf_reset(&p->text);
}

static void put_cell(struct page *p)
{
    put_text(p);
    sb_buf_puts(p->out, " | ");
}

static void put_seconds(struct page *p, double seconds)
{
    mttr_seconds_print(&p->text, seconds);
    put_cell(p);
}

/* "12 | 4m | 3m to 6m | 22m | 9m | 2 open |" */
static void put_figures(struct page *p, const struct mttr_summary *s)
{
    sb_buf_printf(p->out, "%zu | ", s->n);
    put_seconds(p, s->median.value);
    mttr_interval_print(&p->text, &s->median.interval);
    if (!p->text.len && s->n)
        sb_buf_puts(&p->text, "n too small");
    put_cell(p);
    put_seconds(p, s->p90.value);
    put_seconds(p, s->n > 1 ? s->sums.mean : (double)NAN);
    mttr_report_counts(s, &p->text);
    put_text(p);
    sb_buf_puts(p->out, " |\n");
}

#define HEAD_END "n | median | 95 % interval | p90 | mean | not counted |\n"
#define RULE_END "--: | --: | :-- | --: | --: | :-- |\n"

static void put_overview(struct page *p)
{
    const struct mttr_report *r = p->r;
    sb_buf_puts(p->out, "\n| | from, to | " HEAD_END "| :-- | :-- | " RULE_END);
    for (int m = 0; m < MTTR_METRIC_COUNT; m++) {
        if (!mttr_report_shows(r, (enum mttr_metric)m))
            continue;
        sb_buf_printf(p->out, "| **%s** | ", mttr_metric_names[m]);
        sb_buf_puts(&p->text, mttr_metric_definition(r->defs, (enum mttr_metric)m));
        put_cell(p);
        put_figures(p, &r->total.metrics[m]);
    }
}

static void put_notes(struct page *p)
{
    const struct mttr_report *r = p->r;
    sb_buf_putc(p->out, '\n');
    for (int m = 0; m < MTTR_METRIC_COUNT; m++) {
        const struct mttr_summary *s = &r->total.metrics[m];
        if (!mttr_report_shows(r, (enum mttr_metric)m))
            continue;
        sb_buf_printf(p->out, "- **%s**: ", mttr_metric_names[m]);
        sb_buf_puts(&p->text, mttr_metric_note(r->defs, (enum mttr_metric)m));
        if (s->derived)
            sb_buf_printf(&p->text,
                          " %zu derived: another event stands in for one that is missing.",
                          s->derived);
        if (s->n == 1)
            sb_buf_puts(&p->text, " One incident: this is its time, not a mean.");
        if (!isnan(s->sums.largest_share) && s->n > 1) {
            sb_buf_puts(&p->text, " The longest is ");
            mttr_percent_print(&p->text, s->sums.largest_share, 0);
            sb_buf_puts(&p->text, " of the sum.");
        }
        put_text(p);
        sb_buf_putc(p->out, '\n');
    }
}

static void put_groups(struct page *p, enum mttr_metric m)
{
    const struct mttr_report *r = p->r;
    sb_buf_printf(p->out, "\n### %s by %s\n\n", mttr_metric_names[m], mttr_grouping_names[r->by]);
    sb_buf_puts(p->out, "| | " HEAD_END "| :-- | " RULE_END);
    for (size_t k = 0; k < r->parts.len; k++) {
        const struct mttr_figures *f = &r->parts.items[k];
        sb_buf_puts(p->out, "| ");
        if (f->name.len)
            sb_buf_put(&p->text, f->name.p, f->name.len);
        else
            sb_buf_puts(&p->text, "(none)");
        put_cell(p);
        put_figures(p, &f->metrics[m]);
    }
}

static void put_up(struct page *p)
{
    const struct mttr_availability *a = &p->r->total.up;
    if (!p->r->total.has_up)
        return;
    sb_buf_puts(p->out, "\n**Availability ");
    mttr_percent_print(p->out, a->share, 3);
    sb_buf_puts(p->out, "**: ");
    mttr_report_up(a, &p->text);
    if (!isnan(a->budget)) {
        sb_buf_putc(&p->text, ' ');
        mttr_report_budget(p->r, a, &p->text);
    }
    put_text(p);
    sb_buf_putc(p->out, '\n');
}

static void put_objectives(struct page *p)
{
    static const char *const verdicts[] = {"kept", "**missed**", "unknown"};
    if (p->r->n_objectives)
        sb_buf_putc(p->out, '\n');
    for (size_t k = 0; k < p->r->n_objectives; k++) {
        sb_buf_printf(p->out, "- %s: ", verdicts[p->r->objectives[k].kept]);
        mttr_report_objective(&p->r->objectives[k], &p->text);
        put_text(p);
        sb_buf_putc(p->out, '\n');
    }
}

void mttr_report_markdown(const struct mttr_report *r, struct sb_buf *out)
{
    struct page p = {.r = r, .out = out, .text = SB_BUF_INIT(64 << 10)};
    sb_buf_puts(out, "## Incidents\n\n");
    sb_buf_printf(&p.text, "%zu incident%s", r->total.incidents,
                  r->total.incidents == 1 ? "" : "s");
    mttr_report_window(r, &p.text);
    sb_buf_printf(&p.text, "; %zu not over. Definitions: %s.", r->total.open,
                  mttr_defs_names[r->defs]);
    put_text(&p);
    sb_buf_putc(out, '\n');
    if (r->total.incidents) {
        put_overview(&p);
        put_notes(&p);
    }
    for (int m = 0; m < MTTR_METRIC_COUNT && r->by != MTTR_GROUP_NONE; m++)
        if (mttr_report_shows(r, (enum mttr_metric)m))
            put_groups(&p, (enum mttr_metric)m);
    mttr_report_many(r, &p.text);
    if (p.text.len)
        sb_buf_putc(out, '\n');
    put_text(&p);
    if (r->parts.len > 1)
        sb_buf_putc(out, '\n');
    put_up(&p);
    put_objectives(&p);
    sb_buf_puts(out, "\nHalf of the incidents took at most the median; its interval is exact. The "
                     "mean has none: the usual ones are wrong too often for durations.\n");
    sb_buf_done(&p.text);
}
