/* The report as one page to look at: figures, where the time went, distributions, control charts, the
 * incidents on their time axis, and tables. Without scripts; everything in it is escaped. Charts are
 * report_charts.c's. */
#include "applets/mttr/moment.h"
#include "applets/mttr/report.h"
#include "applets/mttr/report_charts.h"
#include "core/ui/html.h"

#include <math.h>

enum { ROWS_MOST = 500 };

static const enum mttr_metric four[] = {MTTR_RESPOND, MTTR_REPAIR, MTTR_RECOVER, MTTR_RESOLVE};

static void put_head(const struct mttr_report *r, struct sb_buf *out)
{
    const struct mttr_figures *f = &r->total;
    sb_buf_printf(out,
                  "<h1>Incidents: how long things take</h1>\n<p class=\"verdict\">%zu "
                  "incident%s",
                  f->incidents, f->incidents == 1 ? "" : "s");
    mttr_report_window(r, out);
    if (f->open)
        sb_buf_printf(out, "; <b class=\"warn\">%zu not over</b>", f->open);
    sb_buf_puts(out, "</p>\n<p class=\"muted\">As of ");
    sb_zone_print(r->filter.zone, r->filter.now, out);
    sb_buf_printf(out,
                  ", zone %s. Definitions: <b>%s</b>. Half of the incidents took at most the "
                  "median; its interval is exact, whatever the distribution. The mean has none: "
                  "the usual ones are wrong too often for durations.</p>\n",
                  sb_zone_name(r->filter.zone), mttr_defs_names[r->defs]);
}

/* ---- figures ---- */

static double median(const struct mttr_summary *s)
{
    return s->n ? s->median.value : (double)NAN;
}

static void put_cards(const struct mttr_report *r, struct sb_buf *out)
{
    sb_buf_puts(out, "<div class=\"cards\">\n");
    for (size_t i = 0; i < SB_LEN(four); i++) {
        const struct mttr_summary *s = &r->total.metrics[four[i]];
        sb_buf_puts(out, "<div class=\"card\"><b>");
        mttr_seconds_print(out, median(s));
        sb_buf_printf(out, "</b>%s<br><span class=\"muted\">", mttr_metric_names[four[i]]);
        if (s->n > 1)
            sb_buf_puts(out, "median of ");
        sb_buf_printf(out, "%zu<br>", s->n);
        mttr_interval_print(out, &s->median.interval);
        sb_buf_puts(out, "</span></div>\n");
    }
    sb_buf_puts(out, "</div>\n");
}

static void put_seconds(struct sb_buf *out, double seconds)
{
    sb_buf_puts(out, "<td class=\"num\">");
    mttr_seconds_print(out, seconds);
    sb_buf_puts(out, "</td>");
}

/* n, median, interval, mean, p90, longest, and what is not in these figures. One incident has no mean. */
static void put_figures(const struct mttr_summary *s, struct sb_buf *out)
{
    sb_buf_printf(out, "<td class=\"num\">%zu</td>", s->n);
    put_seconds(out, median(s));
    sb_buf_puts(out, "<td>");
    mttr_interval_print(out, &s->median.interval);
    if (s->n && !s->median.interval.has_low && !s->median.interval.has_high)
        sb_buf_puts(out, "<span class=\"muted\">n too small</span>");
    sb_buf_puts(out, "</td>");
    put_seconds(out, s->n > 1 ? s->sums.mean : (double)NAN);
    put_seconds(out, s->p90.value);
    put_seconds(out, s->n ? s->sums.max : (double)NAN);
    sb_buf_puts(out, "<td class=\"muted\">");
    mttr_report_counts(s, out);
    sb_buf_puts(out, "</td></tr>\n");
}

static void open_figures(const char *first, struct sb_buf *out)
{
    sb_buf_printf(out,
                  "<div class=\"scroll\"><table><tr><th>%s</th><th>n</th><th>Median</th>"
                  "<th>95 %% interval</th><th>Mean</th><th>p90</th><th>Longest</th>"
                  "<th>Left out</th></tr>\n",
                  first);
}

static void put_metrics(const struct mttr_report *r, struct sb_buf *out)
{
    sb_buf_puts(out, "<h2>Figures and what they mean</h2>\n");
    open_figures("Time to", out);
    for (unsigned m = 0; m < MTTR_METRIC_COUNT; m++) {
        if (!mttr_report_shows(r, (enum mttr_metric)m))
            continue;
        sb_buf_printf(out, "<tr><td><b>%s</b><br><span class=\"muted\">", mttr_metric_names[m]);
        sb_html_data(out, sb_str(mttr_metric_definition(r->defs, (enum mttr_metric)m)));
        sb_buf_puts(out, "</span></td>");
        put_figures(&r->total.metrics[m], out);
    }
    sb_buf_puts(out, "</table></div>\n");
    for (unsigned m = 0; m < MTTR_METRIC_COUNT; m++) {
        const char *note = mttr_metric_note(r->defs, (enum mttr_metric)m);
        if (!note[0] || !mttr_report_shows(r, (enum mttr_metric)m))
            continue;
        sb_buf_printf(out, "<p class=\"muted\">%s: ", mttr_metric_names[m]);
        sb_html_data(out, sb_str(note));
        sb_buf_puts(out, "</p>\n");
    }
}

static void put_groups(const struct mttr_report *r, struct sb_buf *out)
{
    if (r->by == MTTR_GROUP_NONE)
        return;
    sb_buf_printf(out, "<h2>By %s</h2>\n", mttr_grouping_names[r->by]);
    for (size_t i = 0; i < SB_LEN(four); i++) {
        sb_buf_printf(out, "<h3>Time to %s</h3>\n", mttr_metric_names[four[i]]);
        open_figures("", out);
        for (size_t k = 0; k < r->parts.len; k++) {
            struct sb_str name = r->parts.items[k].name;
            sb_buf_puts(out, "<tr><td>");
            sb_html_data(out, name.len ? name : SB_STR("(none)"));
            sb_buf_puts(out, "</td>");
            put_figures(&r->parts.items[k].metrics[four[i]], out);
        }
        sb_buf_puts(out, "</table></div>\n");
    }
    sb_buf_printf(out,
                  "<p class=\"muted\">%zu groups: with many, some look better or worse by chance "
                  "alone. Whether two differ is what <code>srebox mttr compare</code> answers."
                  "</p>\n",
                  r->parts.len);
}

/* ---- promises ---- */

static void put_promises(const struct mttr_report *r, struct sb_buf *out)
{
    static const char *const tones[] = {"good", "bad", "warn"}, *const verdicts[] = {
                                                                    "kept", "missed", "unknown"};
    if (r->total.has_up) {
        sb_buf_puts(out, "<p><b>Available ");
        mttr_percent_print(out, r->total.up.share, 3);
        sb_buf_puts(out, "</b> from ");
        mttr_moment_print(out, r->filter.zone, r->total.up.from);
        sb_buf_puts(out, " to ");
        mttr_moment_print(out, r->filter.zone, r->total.up.to);
        sb_buf_puts(out, ": ");
        mttr_report_up(&r->total.up, out);
        if (!isnan(r->total.up.budget)) {
            sb_buf_putc(out, ' ');
            mttr_report_budget(r, &r->total.up, out);
        }
        sb_buf_puts(out, "</p>\n");
    }
    for (size_t k = 0; k < r->n_objectives; k++) {
        const struct mttr_objective *o = &r->objectives[k];
        struct sb_buf words SB_CLEANUP(sb_buf_done) = SB_BUF_INIT(256);
        mttr_report_objective(o, &words);
        sb_buf_printf(out, "<p><span class=\"badge %s\">%s</span> ", tones[o->kept],
                      verdicts[o->kept]);
        sb_html_data(out, (struct sb_str){words.data, words.len});
        sb_buf_puts(out, "</p>\n");
    }
}

/* ---- the incidents ---- */

static void put_label(struct sb_buf *out, struct sb_str s)
{
    sb_buf_puts(out, "<td>");
    sb_html_data(out, s);
    sb_buf_puts(out, "</td>");
}

static void put_incident(const struct mttr_report *r, size_t k, struct sb_buf *out)
{
    const struct mttr_incident *i = &r->set.list.items[r->sel.items[k]];
    sb_buf_puts(out, "<tr><td>");
    sb_html_code(out, i->id);
    sb_buf_puts(out, "</td><td style=\"white-space:nowrap\">");
    mttr_moment_print(out, r->filter.zone, i->start);
    sb_buf_puts(out, "</td>");
    put_label(out, i->service);
    put_label(out, i->severity);
    put_label(out, i->title);
    for (size_t m = 0; m < SB_LEN(four); m++) {
        struct mttr_measure took =
            mttr_measure_one(r->defs, four[m], i, mttr_selection_next(&r->sel, k), r->filter.now);
        bool known = took.what == MTTR_MEASURED || took.what == MTTR_OPEN;
        sb_buf_puts(out, "<td class=\"num\">");
        if (took.what == MTTR_OPEN)
            sb_buf_puts(out, "<span class=\"warn\">&gt; ");
        mttr_seconds_print(out, known ? (double)took.ns / 1e9 : (double)NAN);
        sb_buf_puts(out, took.what == MTTR_OPEN ? "</span></td>" : "</td>");
    }
    sb_buf_puts(out, "</tr>\n");
}

static void put_incidents(const struct mttr_report *r, struct sb_buf *out)
{
    size_t n = r->sel.n, from = n > ROWS_MOST ? n - ROWS_MOST : 0;
    if (n == 0)
        return;
    sb_buf_puts(out, "<h2>The incidents</h2>\n");
    if (from)
        sb_buf_printf(out, "<p class=\"muted\">The latest %d of %zu.</p>\n", ROWS_MOST, n);
    sb_buf_puts(out, "<div class=\"scroll\"><table><tr><th>Incident</th><th>Began</th>"
                     "<th>Service</th><th>Severity</th><th>Title</th><th>Respond</th>"
                     "<th>Repair</th><th>Recover</th><th>Resolve</th></tr>\n");
    for (size_t k = n; k-- > from;)
        put_incident(r, k, out);
    sb_buf_puts(out, "</table></div>\n");
}

void mttr_report_page(const struct mttr_report *r, struct sb_buf *out)
{
    sb_html_open(out, SB_STR("Incidents: how long things take"));
    put_head(r, out);
    if (r->sel.n) {
        put_cards(r, out);
        put_metrics(r, out);
    }
    put_promises(r, out);
    if (r->sel.n) {
        mttr_charts_waits(r, out);
        mttr_charts_axis(r, out);
        put_groups(r, out);
        mttr_charts_distributions(r, out);
        mttr_charts_control(r, out);
        put_incidents(r, out);
    }
    sb_html_close(out);
}
