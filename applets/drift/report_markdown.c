/* Markdown (GitHub's) for a comment under a change: verdict, one table a category, worst first.
 *
 * Forges cut or refuse long comments, so rows are capped; what is left out is said. */
#include "applets/drift/view.h"

#include "core/base/time.h"
#include "core/ui/text.h"

#define MAX_ROWS 200u
#define CELLS 120u

struct markdown {
    struct sb_buf *out;
    struct sb_buf text;
    struct drift_mask mask;
};

/* What stands in m->text, as Markdown. */
static void put_text(struct markdown *m)
{
    sb_escape_markdown(m->out, (struct sb_str){m->text.len ? m->text.data : "", m->text.len});
    sb_buf_reset(&m->text);
}

static void put_value(struct markdown *m, const struct drift_finding *f, bool plan)
{
    const struct sb_doc_node *n = drift_mask_value(&m->mask, f, plan, NULL);
    if (n)
        drift_show_value(&m->text, n, CELLS);
    sb_buf_puts(m->out, " | ");
    put_text(m);
}

static void put_row(struct markdown *m, const struct drift_line *l)
{
    const struct drift_finding *f = l->f;
    bool loud = f->severity >= DRIFT_SEV_HIGH;
    struct sb_doc_place at = drift_finding_place(f);
    sb_buf_printf(m->out, "| %s%s%s | ", loud ? "**" : "", drift_severity_names[f->severity],
                  loud ? "**" : "");
    drift_line_where(l, &m->text);
    put_text(m);
    sb_buf_printf(m->out, " | %s", drift_kind_names[f->kind]);
    put_value(m, f, true);
    put_value(m, f, false);
    sb_buf_puts(m->out, " | ");
    if (f->why)
        sb_buf_puts(&m->text, f->why);
    if (f->note)
        sb_buf_printf(&m->text, " (%s)", f->note);
    put_text(m);
    sb_buf_puts(m->out, " | ");
    if (at.file && at.line) {
        sb_buf_puts(&m->text, at.file);
        drift_put_position(&m->text, at.line, l->column);
        put_text(m);
    }
    sb_buf_puts(m->out, " |\n");
}

static void put_tables(struct markdown *m, const struct drift_view *v)
{
    size_t rows = SB_MIN(v->len, (size_t)MAX_ROWS);
    for (size_t i = 0; i < rows; i++) {
        enum drift_category c = v->lines[i].f->category;
        if (i == 0 || v->lines[i - 1].f->category != c)
            sb_buf_printf(m->out,
                          "\n#### %s\n\n| severity | where | kind | planned | found | why | at |\n"
                          "|---|---|---|---|---|---|---|\n",
                          drift_category_names[c]);
        put_row(m, &v->lines[i]);
    }
    if (rows < v->len)
        sb_buf_printf(m->out,
                      "\n**%zu more findings are not shown here**; the JSON report has all.\n",
                      v->len - rows);
}

static void put_tail(struct markdown *m, const struct drift_result *r)
{
    const struct drift_ignores *ig = r->ignores;
    const struct drift_baseline *b = r->baseline;
    sb_buf_putc(m->out, '\n');
    drift_put_coverage(r, m->out);
    sb_buf_puts(m->out, ".\n");
    for (size_t i = 0; ig && i < ig->len; i++) {
        if (!ig->rules[i].expired && ig->rules[i].hits)
            continue;
        sb_buf_printf(m->out, "\n- ignore rule %s: ", ig->rules[i].expired ? "expired" : "unused");
        sb_buf_puts(&m->text, ig->rules[i].text);
        put_text(m);
    }
    for (size_t i = 0; b && i < b->n_gone && i < MAX_ROWS; i++) {
        sb_buf_puts(m->out, "\n- gone since the baseline: ");
        sb_buf_printf(&m->text, "%s %s", b->gone[i].kind, b->gone[i].path);
        put_text(m);
    }
    for (size_t i = 0; i < r->findings->failures.len && i < MAX_ROWS; i++) {
        sb_buf_puts(m->out, "\n- ");
        drift_failure_put(r->findings->failures.items[i], &m->text);
        put_text(m);
    }
    for (size_t i = 0; i < r->findings->limits.len; i++) {
        sb_buf_puts(m->out, "\n- note: ");
        sb_buf_puts(&m->text, r->findings->limits.items[i]);
        put_text(m);
    }
    sb_buf_putc(m->out, '\n');
}

int drift_report_markdown(const struct drift_result *r, const struct sb_run *run,
                          struct sb_buf *out, struct sb_error *e)
{
    struct markdown m = {.out = out, .text = SB_BUF_INIT(1u << 20)};
    struct drift_view v;
    (void)run;
    (void)e;
    drift_mask_init(&m.mask, r->pool, true);
    sb_buf_puts(out, "### ");
    drift_put_verdict(r, out, "; ");
    sb_buf_puts(out, "\n\n");
    sb_buf_printf(&m.text, "%s", r->plan->name);
    put_text(&m);
    sb_buf_puts(out, " against ");
    sb_buf_printf(&m.text, "%s", r->actual->name);
    put_text(&m);
    sb_buf_putc(out, '\n');
    drift_view_make(r, false, &v);
    put_tables(&m, &v);
    if (r->show_ignored) {
        drift_view_make(r, true, &v);
        sb_buf_puts(out, v.len ? "\n### Ignored or accepted\n" : "");
        put_tables(&m, &v);
    }
    put_tail(&m, r);
    drift_mask_done(&m.mask);
    sb_buf_done(&m.text);
    return 0;
}
