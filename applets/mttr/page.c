/* The page of a report: its head, its figures and its tables. Charts are page_charts.c's. */
#include "applets/mttr/page.h"

#include "applets/mttr/moment.h"
#include "applets/mttr/page_charts.h"
#include "core/base/time.h"
#include "core/ui/html.h"

#include <math.h>

enum { ROWS_MOST = 500 };

/* "12m 5s" of seconds; a dash for none. */
void mttr_page_span(struct sb_buf *b, double seconds)
{
    if (!isfinite(seconds) || fabs(seconds) > 9e9)
        sb_buf_puts(b, "\u2014");
    else
        mttr_span_print(b, (int64_t)(seconds * (double)SB_NS_PER_S));
}

static void put_range(struct sb_buf *b, const struct sb_interval *i)
{
    if (!i->has_low && !i->has_high)
        return;
    if (i->has_low && i->has_high) {
        mttr_page_span(b, i->low);
        sb_buf_puts(b, " to ");
        mttr_page_span(b, i->high);
        return;
    }
    sb_buf_puts(b, i->has_low ? "at least " : "at most ");
    mttr_page_span(b, i->has_low ? i->low : i->high);
}

/* ---- head ---- */

static void put_window(const struct mttr_page *p, struct sb_buf *out)
{
    const struct mttr_filter *f = p->filter;
    if (f->since != MTTR_NO_TIME) {
        sb_buf_puts(out, " from ");
        mttr_moment_print(out, f->zone, f->since);
    }
    if (f->until != MTTR_NO_TIME) {
        sb_buf_puts(out, " until ");
        mttr_moment_print(out, f->zone, f->until);
    }
}

static void put_head(const struct mttr_page *p, struct sb_buf *out)
{
    size_t n = p->incidents->n, going = 0;
    for (size_t i = 0; i < n; i++)
        going += mttr_incident_end(&p->incidents->set->list.items[p->incidents->items[i]]) ==
                 MTTR_NO_TIME;
    sb_buf_puts(out, "<h1>Incidents: how long things take</h1>\n<p class=\"verdict\">");
    sb_buf_printf(out, "%zu incident%s", n, n == 1 ? "" : "s");
    put_window(p, out);
    if (going)
        sb_buf_printf(out, "; <b class=\"warn\">%zu not over</b>", going);
    sb_buf_puts(out, "</p>\n<p class=\"muted\">As of ");
    mttr_moment_print(out, p->filter->zone, p->filter->now);
    sb_buf_printf(out,
                  ", zone %s. Definitions: <b>%s</b>. Medians come first, with the interval that "
                  "holds the true one with at least 95 %% confidence; a mean of a few incidents is "
                  "mostly the mean of the longest one.</p>\n",
                  sb_zone_name(p->filter->zone), mttr_defs_names[p->defs]);
}

/* ---- figures ---- */

static void put_card(const struct mttr_page *p, enum mttr_metric m, struct sb_buf *out)
{
    const struct mttr_summary *s = &p->summaries[m];
    sb_buf_puts(out, "<div class=\"card\"><b>");
    mttr_page_span(out, s->n ? s->median.value : (double)NAN);
    sb_buf_printf(out, "</b>%s<br><span class=\"muted\">", mttr_metric_names[m]);
    put_range(out, &s->median.interval);
    sb_buf_printf(out, "<br>n %zu", s->n);
    if (s->open)
        sb_buf_printf(out, ", %zu open", s->open);
    if (s->missing)
        sb_buf_printf(out, ", %zu unknown", s->missing);
    sb_buf_puts(out, "</span></div>\n");
}

static void put_cell_span(struct sb_buf *out, double seconds)
{
    sb_buf_puts(out, "<td class=\"num\">");
    mttr_page_span(out, seconds);
    sb_buf_puts(out, "</td>");
}

static void put_metric_row(const struct mttr_page *p, enum mttr_metric m, struct sb_buf *out)
{
    const struct mttr_summary *s = &p->summaries[m];
    const char *definition = mttr_metric_definition(p->defs, m);
    if (!definition[0])
        return;
    sb_buf_printf(out, "<tr><td><b>%s</b><br><span class=\"muted\">", mttr_metric_names[m]);
    sb_html_data(out, sb_str(definition));
    sb_buf_printf(out, "</span></td><td class=\"num\">%zu</td>", s->n);
    put_cell_span(out, s->n ? s->median.value : (double)NAN);
    sb_buf_puts(out, "<td>");
    put_range(out, &s->median.interval);
    if (s->n && !s->median.interval.has_low && !s->median.interval.has_high)
        sb_buf_puts(out, "<span class=\"muted\">n too small</span>");
    sb_buf_puts(out, "</td>");
    put_cell_span(out, s->n ? s->sums.mean : (double)NAN);
    put_cell_span(out, s->p90.value);
    put_cell_span(out, s->n ? s->sums.max : (double)NAN);
    sb_buf_printf(out,
                  "<td class=\"num\">%zu</td><td class=\"num\">%zu</td><td class=\"num\">%zu</td>"
                  "</tr>\n",
                  s->open, s->missing, s->negative);
}

static void put_metrics(const struct mttr_page *p, struct sb_buf *out)
{
    static const enum mttr_metric first[] = {MTTR_RESPOND, MTTR_REPAIR, MTTR_RECOVER, MTTR_RESOLVE};
    sb_buf_puts(out, "<div class=\"cards\">\n");
    for (size_t i = 0; i < SB_LEN(first); i++)
        put_card(p, first[i], out);
    sb_buf_puts(out, "</div>\n<h2>Figures and what they mean</h2>\n<div class=\"scroll\"><table>"
                     "<tr><th>Time to</th><th>n</th><th>Median</th><th>95 % interval</th>"
                     "<th>Mean</th><th>p90</th><th>Longest</th><th>Open</th><th>Unknown</th>"
                     "<th>Negative</th></tr>\n");
    for (unsigned m = 0; m < MTTR_METRIC_COUNT; m++)
        put_metric_row(p, (enum mttr_metric)m, out);
    sb_buf_puts(out, "</table></div>\n");
}

static void put_availability(const struct mttr_page *p, struct sb_buf *out)
{
    const struct mttr_availability *a = p->availability;
    if (!a || !isfinite(a->share))
        return;
    sb_buf_printf(out, "<p><b>Available %.4f %%</b> of the time from ", 100 * a->share);
    mttr_moment_print(out, p->filter->zone, a->from);
    sb_buf_puts(out, " to ");
    mttr_moment_print(out, p->filter->zone, a->to);
    sb_buf_puts(out, ": impact for ");
    mttr_page_span(out, a->down);
    sb_buf_puts(out, ", where incidents overlap counted once");
    if (isfinite(a->burn))
        sb_buf_printf(out, "; %.0f %% of the error budget", 100 * a->burn);
    if (a->unknown)
        sb_buf_printf(out, ". <span class=\"warn\">Of %zu nobody says when impact was</span>",
                      a->unknown);
    sb_buf_puts(out, ".</p>\n");
}

/* ---- the incidents ---- */

static void put_label(struct sb_buf *out, struct sb_str s)
{
    sb_buf_puts(out, "<td>");
    sb_html_data(out, s);
    sb_buf_puts(out, "</td>");
}

static void put_incident(const struct mttr_page *p, size_t index, struct sb_buf *out)
{
    static const enum mttr_metric shown[] = {MTTR_RESPOND, MTTR_REPAIR, MTTR_RECOVER, MTTR_RESOLVE};
    const struct mttr_incident *i = &p->incidents->set->list.items[index];
    sb_buf_puts(out, "<tr><td>");
    sb_html_code(out, i->id);
    sb_buf_puts(out, "</td><td style=\"white-space:nowrap\">");
    mttr_moment_print(out, p->filter->zone, i->start);
    sb_buf_puts(out, "</td>");
    put_label(out, i->service);
    put_label(out, i->severity);
    put_label(out, i->title);
    for (size_t k = 0; k < SB_LEN(shown); k++) {
        struct mttr_measure m =
            mttr_measure(p->defs, shown[k], p->incidents->set, index, p->filter->now);
        bool known = m.what == MTTR_MEASURED || m.what == MTTR_OPEN;
        sb_buf_puts(out, "<td class=\"num\">");
        if (m.what == MTTR_OPEN)
            sb_buf_puts(out, "<span class=\"warn\">&gt; ");
        mttr_page_span(out, known ? (double)m.ns / (double)SB_NS_PER_S : (double)NAN);
        sb_buf_puts(out, m.what == MTTR_OPEN ? "</span></td>" : "</td>");
    }
    sb_buf_puts(out, "</tr>\n");
}

static void put_incidents(const struct mttr_page *p, struct sb_buf *out)
{
    size_t n = p->incidents->n, from = n > ROWS_MOST ? n - ROWS_MOST : 0;
    if (n == 0)
        return;
    sb_buf_puts(out, "<h2>The incidents</h2>\n");
    if (from)
        sb_buf_printf(out, "<p class=\"muted\">The latest %d of %zu.</p>\n", ROWS_MOST, n);
    sb_buf_puts(out, "<div class=\"scroll\"><table><tr><th>Incident</th><th>Began</th>"
                     "<th>Service</th><th>Severity</th><th>Title</th><th>Respond</th>"
                     "<th>Repair</th><th>Recover</th><th>Resolve</th></tr>\n");
    for (size_t i = n; i-- > from;)
        put_incident(p, p->incidents->items[i], out);
    sb_buf_puts(out, "</table></div>\n");
}

void mttr_page_print(const struct mttr_page *p, struct sb_buf *out)
{
    sb_html_open(out, SB_STR("Incidents: how long things take"));
    put_head(p, out);
    put_metrics(p, out);
    put_availability(p, out);
    if (p->incidents->n) {
        mttr_page_waits(p, out);
        mttr_page_axis(p, out);
        mttr_page_distributions(p, out);
        mttr_page_control(p, out);
    }
    put_incidents(p, out);
    sb_html_close(out);
}
