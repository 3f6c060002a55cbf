/* What a figure is made of, for a terminal: the figure, how its values are spread, incident by
 * incident. */
#include "applets/mttr/explanation.h"
#include "applets/mttr/moment.h"
#include "applets/mttr/report.h"
#include "core/base/utf8.h"
#include "core/ui/chart.h"
#include "core/ui/table.h"
#include "core/ui/text.h"

#include <math.h>

enum { ROWS_MOST = 200, BAR_CELLS = 40, SPREAD_LEAST = 5 };

static void put_paragraph(struct sb_buf *out, struct sb_buf *text, size_t indent, int width)
{
    if (text->len) {
        sb_buf_fill(out, ' ', indent);
        sb_text_wrap(out, text->data, indent, indent, (size_t)width);
        sb_buf_putc(out, '\n');
    }
    sb_buf_reset(text);
}

static void put_head(const struct mttr_explanation *x, int width, struct sb_buf *out)
{
    const struct mttr_summary *s = &x->summary;
    struct sb_buf text = SB_BUF_INIT(16 << 10);
    sb_buf_printf(out, "%s: %s (%s)\n", mttr_metric_names[x->metric],
                  mttr_metric_definition(x->defs, x->metric), mttr_defs_names[x->defs]);
    sb_buf_puts(&text, mttr_metric_note(x->defs, x->metric));
    put_paragraph(out, &text, 2, width);
    sb_buf_printf(&text, "%zu incident%s measured", s->n, s->n == 1 ? "" : "s");
    if (s->n == 1) {
        sb_buf_puts(&text, ": this is its time, not a mean");
    } else if (s->n) {
        sb_buf_puts(&text, ": half took at most ");
        mttr_seconds_print(&text, s->median.value);
        if (s->median.interval.has_low) {
            sb_buf_puts(&text, " (95 % interval ");
            mttr_interval_print(&text, &s->median.interval);
            sb_buf_putc(&text, ')');
        }
        sb_buf_puts(&text, ", the mean is ");
        mttr_seconds_print(&text, s->sums.mean);
    }
    sb_buf_putc(&text, '.');
    put_paragraph(out, &text, 2, width);
    mttr_report_counts(s, &text);
    if (text.len)
        sb_buf_puts(&text, ": listed below, not in these figures.");
    put_paragraph(out, &text, 2, width);
    sb_buf_done(&text);
}

/* Bars of a quarter of a decade each. */
static void put_spread(const struct mttr_explanation *x, int width, struct sb_buf *out)
{
    static const struct sb_table_column columns[] = {
        {NULL, true, 0}, {NULL, true, 0}, {NULL, false, 8}};
    const struct mttr_summary *s = &x->summary;
    struct sb_buf text = SB_BUF_INIT(1024);
    struct sb_table t;
    size_t from = 0, to = MTTR_BINS, most = 1;
    while (from < to && !s->histogram[from])
        from++;
    while (to > from && !s->histogram[to - 1])
        to--;
    for (size_t k = from; k < to; k++)
        most = SB_MAX(most, s->histogram[k]);
    sb_table_init(&t, columns, SB_LEN(columns));
    for (size_t k = from; k < to; k++) {
        sb_buf_puts(&text, "from ");
        mttr_seconds_print(&text, mttr_bin_start(k));
        sb_table_cell(&t, (struct sb_str){text.data, text.len});
        sb_buf_reset(&text);
        sb_table_int(&t, (int64_t)s->histogram[k]);
        sb_chart_text_bar(&text, (double)s->histogram[k] / (double)most, BAR_CELLS);
        sb_table_cell(&t, (struct sb_str){text.len ? text.data : "", text.len});
        sb_buf_reset(&text);
    }
    sb_buf_putc(out, '\n');
    sb_table_print(&t, out, 2, (size_t)width);
    sb_table_done(&t);
    sb_buf_done(&text);
}

/* "alerted 2026-03-02 14:33:00" */
static void put_from(const struct mttr_explanation *x, const struct mttr_row *row,
                     struct sb_buf *text)
{
    const struct mttr_measure *m = &row->measure;
    if (m->from == MTTR_NO_TIME) {
        sb_buf_printf(text, "no %s", sb_event_kind_name(m->from_kind));
        return;
    }
    sb_buf_printf(text, "%s ", sb_event_kind_name(m->from_kind));
    mttr_moment_print(text, x->filter.zone, m->from);
}

/* "acked by sarah" */
static void put_to(const struct mttr_row *row, struct sb_buf *text)
{
    const struct mttr_measure *m = &row->measure;
    const char *kind = sb_event_kind_name(m->to_kind);
    if (m->what == MTTR_OPEN)
        sb_buf_printf(text, "not yet %s", kind);
    else if (m->to == MTTR_NO_TIME)
        sb_buf_printf(text, "no %s", kind);
    else
        sb_buf_puts(text, kind);
    const struct sb_str who = !row->to              ? SB_STR("")
                              : row->to->actor.len  ? row->to->actor
                              : row->to->source.len ? row->to->source
                                                    : SB_STR("");
    if (who.len) {
        sb_buf_puts(text, " by ");
        sb_buf_put(text, who.p, who.len);
    }
}

static void put_took(const struct mttr_row *row, struct sb_buf *text)
{
    const struct mttr_measure *m = &row->measure;
    if (m->what == MTTR_MISSING) {
        sb_buf_putc(text, '-');
        return;
    }
    if (m->what == MTTR_OPEN)
        sb_buf_puts(text, "over ");
    mttr_span_print(text, m->ns);
    if (m->derived)
        sb_buf_putc(text, '*');
}

static void put_rows(const struct mttr_explanation *x, int width, struct sb_buf *out)
{
    static const struct sb_table_column columns[] = {{"took", true, 0},
                                                     {"incident", false, 8},
                                                     {"service", false, 8},
                                                     {"from", false, 0},
                                                     {"to", false, 10}};
    struct sb_buf text = SB_BUF_INIT(8192);
    struct sb_table t;
    bool derived = false;
    sb_table_init(&t, columns, SB_LEN(columns));
    for (size_t k = 0; k < x->rows.len && k < ROWS_MOST; k++) {
        const struct mttr_row *row = &x->rows.items[k];
        derived = derived || row->measure.derived;
        put_took(row, &text);
        sb_table_cell(&t, (struct sb_str){text.data, text.len});
        sb_buf_reset(&text);
        sb_table_cell(&t, row->incident->id);
        sb_table_cell(&t, row->incident->service);
        put_from(x, row, &text);
        sb_table_cell(&t, (struct sb_str){text.data, text.len});
        sb_buf_reset(&text);
        put_to(row, &text);
        sb_table_cell(&t, (struct sb_str){text.data, text.len});
        sb_buf_reset(&text);
    }
    sb_buf_putc(out, '\n');
    sb_table_print(&t, out, 0, (size_t)width);
    sb_table_done(&t);
    sb_buf_done(&text);
    if (x->rows.len > ROWS_MOST)
        sb_buf_printf(out, "... and %zu more: -o csv lists them all\n", x->rows.len - ROWS_MOST);
    if (derived)
        sb_buf_puts(out, "* derived: another event stands in for one that is missing\n");
}

void mttr_explain_text(const struct mttr_explanation *x, int width, struct sb_buf *out)
{
    put_head(x, width, out);
    if (x->summary.n >= SPREAD_LEAST)
        put_spread(x, width, out);
    if (x->rows.len)
        put_rows(x, width, out);
}
