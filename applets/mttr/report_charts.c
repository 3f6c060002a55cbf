/* Charts of the report's page: where the time went, the time axis, distributions, control charts. */
#include "applets/mttr/report_charts.h"

#include "applets/mttr/decompose.h"
#include "applets/mttr/moment.h"
#include "core/base/mem.h"
#include "core/base/time.h"
#include "core/stat/order.h"
#include "core/ui/chart.h"
#include "core/ui/html.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    AXIS_ROWS = 40,     /* incidents on the time axis */
    POINTS_MOST = 2000, /* of one series: a page must stay small enough to be mailed */
};

static double to_seconds(int64_t ns)
{
    return (double)ns / (double)SB_NS_PER_S;
}

/* ---- where the time went ---- */

/* The paperwork is not part of it: it would dwarf all else, and nobody waits for it. */
static void put_waits_notes(const struct mttr_decomposition *d, double seconds, struct sb_buf *out)
{
    const struct mttr_wait *paperwork = &d->waits[SB_EVENT_CLOSED];
    sb_buf_printf(out, "<p class=\"muted\">%zu incidents, ", d->incidents);
    mttr_seconds_print(out, seconds);
    sb_buf_puts(out, " in all");
    if (paperwork->n) {
        sb_buf_puts(out, ", without the paperwork: until that was done, the median is ");
        mttr_seconds_print(out, paperwork->median);
    }
    sb_buf_putc(out, '.');
    if (d->disordered)
        sb_buf_printf(out, " %zu steps are earlier than the one before them and are left out.",
                      d->disordered);
    sb_buf_puts(out, "</p>\n");
}

void mttr_charts_waits(const struct mttr_report *r, struct sb_buf *out)
{
    struct mttr_decomposition d;
    struct sb_bar bars[MTTR_STEPS];
    struct sb_buf texts[MTTR_STEPS];
    size_t n = 0;
    mttr_decompose(&r->sel, &d);
    double seconds = d.seconds - d.waits[SB_EVENT_CLOSED].seconds;
    for (unsigned kind = SB_EVENT_DETECTED; kind < SB_EVENT_CLOSED; kind++) {
        const struct mttr_wait *w = &d.waits[kind];
        if (w->n == 0 || !(seconds > 0))
            continue;
        texts[n] = (struct sb_buf)SB_BUF_INIT(256);
        sb_buf_printf(&texts[n], "%.0f %% \u00b7 median ", 100 * w->seconds / seconds);
        mttr_seconds_print(&texts[n], w->median);
        sb_buf_printf(&texts[n], " \u00b7 n %zu", w->n);
        bars[n] = (struct sb_bar){.label = sb_str(mttr_wait_text((enum sb_event_kind)kind)),
                                  .text = {texts[n].data, texts[n].len},
                                  .value = w->seconds / seconds,
                                  .low = (double)NAN,
                                  .high = (double)NAN,
                                  .tone = (enum sb_tone)(SB_TONE_SERIES + kind % 8)};
        n++;
    }
    if (n == 0)
        return;
    const struct sb_bars chart = {.title = SB_STR("Share of all time, by what was waited for"),
                                  .items = bars,
                                  .n = n,
                                  .mark = (double)NAN};
    sb_buf_puts(out, "<h2>Where the time went</h2>\n");
    sb_chart_bars(out, &chart);
    put_waits_notes(&d, seconds, out);
    for (size_t i = 0; i < n; i++)
        sb_buf_done(&texts[i]);
}

/* ---- the time axis ---- */

/* Impact in red, from then to the end muted. */
static void put_axis_row(const struct mttr_report *r, size_t index, double from, double to,
                         struct sb_buf *out)
{
    const struct mttr_incident *i = &r->set.list.items[index];
    struct sb_span *spans = sb_xcalloc(i->n_spells + 1, sizeof *spans);
    int64_t end = mttr_incident_end(i);
    size_t n = 0;
    spans[n++] = (struct sb_span){to_seconds(i->start),
                                  to_seconds(end == MTTR_NO_TIME ? r->filter.now : end),
                                  end == MTTR_NO_TIME ? SB_TONE_WARN : SB_TONE_MUTED,
                                  SB_STR("from its first event to its end")};
    for (size_t k = 0; k < i->n_spells; k++)
        spans[n++] = (struct sb_span){
            to_seconds(i->spells[k].from),
            to_seconds(i->spells[k].to == MTTR_NO_TIME ? r->filter.now : i->spells[k].to),
            SB_TONE_BAD, SB_STR("impact")};
    const struct sb_strip strip = {i->id, from, to, spans, n};
    sb_buf_puts(out, "<tr><td>");
    sb_html_code(out, i->id);
    sb_buf_puts(out, "<br>");
    sb_html_data(out, i->service);
    sb_buf_puts(out, "</td><td style=\"width:80%\">");
    sb_chart_strip(out, &strip);
    sb_buf_puts(out, "</td></tr>\n");
    free(spans);
}

void mttr_charts_axis(const struct mttr_report *r, struct sb_buf *out)
{
    size_t n = r->sel.n, first = n > AXIS_ROWS ? n - AXIS_ROWS : 0;
    double from = to_seconds(r->set.list.items[r->sel.items[first]].start), to = from;
    for (size_t i = first; i < n; i++) {
        const struct mttr_incident *incident = &r->set.list.items[r->sel.items[i]];
        int64_t end = mttr_incident_end(incident);
        to = fmax(to, to_seconds(end == MTTR_NO_TIME ? r->filter.now : end));
    }
    if (!(to > from))
        return;
    sb_buf_puts(out, "<h2>On the time axis</h2>\n<p class=\"muted\">");
    if (first)
        sb_buf_printf(out, "The latest %d of %zu, from ", AXIS_ROWS, n);
    else
        sb_buf_puts(out, "From ");
    mttr_moment_print(out, r->filter.zone, (int64_t)from * SB_NS_PER_S);
    sb_buf_puts(out, " to ");
    mttr_moment_print(out, r->filter.zone, (int64_t)to * SB_NS_PER_S);
    sb_buf_puts(out, "; <span class=\"bad\">impact</span>, <span class=\"warn\">not over</span>, "
                     "<span class=\"muted\">the rest of it</span>.</p>\n<table>\n");
    for (size_t i = first; i < n; i++)
        put_axis_row(r, r->sel.items[i], from, to, out);
    sb_buf_puts(out, "</table>\n");
}

/* ---- distributions ---- */

/* Durations in order and the share that is over by then; thinned out evenly when there are many. */
static size_t put_shares(const struct mttr_sample *s, double *x, double *y)
{
    double *sorted = sb_xmalloc((s->n + 1) * sizeof *sorted);
    size_t count = SB_MIN(s->n, (size_t)POINTS_MOST);
    memcpy(sorted, s->seconds, s->n * sizeof *sorted);
    sb_sort_doubles(sorted, s->n);
    for (size_t k = 0; k < count; k++) {
        size_t at = count == s->n ? k : (k + 1) * s->n / count - 1;
        x[k] = sorted[at] / 60;
        y[k] = 100.0 * (double)(at + 1) / (double)s->n;
    }
    free(sorted);
    return count;
}

void mttr_charts_distributions(const struct mttr_report *r, struct sb_buf *out)
{
    static const enum mttr_metric shown[] = {MTTR_RESPOND, MTTR_REPAIR, MTTR_RECOVER, MTTR_RESOLVE};
    struct sb_series series[SB_LEN(shown)];
    double *values = sb_xcalloc(SB_LEN(shown) * 2 * POINTS_MOST, sizeof *values);
    size_t n = 0;
    for (size_t k = 0; k < SB_LEN(shown); k++) {
        double *x = values + 2 * k * POINTS_MOST, *y = x + POINTS_MOST;
        struct mttr_sample sample;
        if (r->total.metrics[shown[k]].n < 2)
            continue;
        mttr_sample_take(r->defs, shown[k], &r->sel, r->filter.now, &sample);
        size_t count = put_shares(&sample, x, y);
        mttr_sample_done(&sample);
        series[n++] = (struct sb_series){.name = sb_str(mttr_metric_names[shown[k]]),
                                         .x = x,
                                         .y = y,
                                         .n = count,
                                         .tone = (enum sb_tone)(SB_TONE_SERIES + k),
                                         .steps = true};
    }
    const struct sb_lines chart = {.title = SB_STR("Share of incidents that took at most so long"),
                                   .x_label = SB_STR("minutes"),
                                   .y_label = SB_STR("%"),
                                   .series = series,
                                   .n = n,
                                   .log_x = true,
                                   .from_zero = true};
    if (n) {
        sb_buf_puts(out, "<h2>Distributions</h2>\n");
        sb_chart_lines(out, &chart);
    }
    free(values);
}

/* ---- control charts ---- */

/* A level across the chart, from the first point to the last. */
static struct sb_series level(const char *name, double *x, double *y, double value, double from,
                              double to, enum sb_tone tone)
{
    x[0] = from;
    x[1] = to;
    y[0] = y[1] = value / 60;
    return (struct sb_series){.name = sb_str(name), .x = x, .y = y, .n = 2, .tone = tone};
}

static void put_control(const struct mttr_report *r, enum mttr_metric m, struct sb_buf *out)
{
    const struct mttr_summary *sum = &r->total.metrics[m];
    struct mttr_sample s;
    mttr_sample_take(r->defs, m, &r->sel, r->filter.now, &s);
    size_t n = SB_MIN(s.n, (size_t)POINTS_MOST), skip = s.n - n;
    double *x = sb_xcalloc(2 * n + 12, sizeof *x), *y = x + n, *levels = y + n;
    char title[96];
    for (size_t k = 0; k < n; k++) {
        x[k] = to_seconds(s.at[skip + k]);
        y[k] = s.seconds[skip + k] / 60;
    }
    mttr_sample_done(&s);
    struct sb_series series[] = {
        {.name = SB_STR("an incident"),
         .x = x,
         .y = y,
         .n = n,
         .tone = SB_TONE_INFO,
         .points = true},
        level("centre", levels, levels + 2, sum->centre, x[0], x[n - 1], SB_TONE_GOOD),
        level("limits", levels + 4, levels + 6, sum->high_limit, x[0], x[n - 1], SB_TONE_BAD),
        level("", levels + 8, levels + 10, sum->low_limit, x[0], x[n - 1], SB_TONE_BAD),
    };
    snprintf(title, sizeof title, "Time to %s, in the order of their start", mttr_metric_names[m]);
    const struct sb_lines chart = {.title = sb_str(title),
                                   .y_label = SB_STR("minutes"),
                                   .series = series,
                                   .n = SB_LEN(series),
                                   .log_y = true,
                                   .time_x = true};
    sb_chart_lines(out, &chart);
    sb_buf_printf(out, "<p class=\"muted\">%zu of %zu outside of the limits", sum->outside, sum->n);
    if (skip)
        sb_buf_printf(out, "; drawn are the latest %zu", n);
    sb_buf_puts(out, ".</p>\n");
    free(x);
}

void mttr_charts_control(const struct mttr_report *r, struct sb_buf *out)
{
    static const enum mttr_metric shown[] = {MTTR_RESPOND, MTTR_REPAIR, MTTR_RECOVER, MTTR_RESOLVE};
    bool any = false;
    for (size_t k = 0; k < SB_LEN(shown); k++) {
        if (!r->total.metrics[shown[k]].has_limits)
            continue;
        if (!any)
            sb_buf_puts(out, "<h2>Control charts</h2>\n<p class=\"muted\">Is something else going "
                             "on, or is it the usual spread? Limits are of individual values and "
                             "moving ranges, on logarithms.</p>\n");
        any = true;
        put_control(r, shown[k], out);
    }
}
