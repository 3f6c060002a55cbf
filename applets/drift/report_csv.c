/* CSV: one finding a record, one header. Values as one line of text. */
#include "applets/drift/view.h"

#include "core/ui/csv.h"

#define CELLS 1000u

struct csv {
    struct sb_csv w;
    struct drift_mask mask;
    struct sb_buf text;
};

static void put_raw(struct csv *c)
{
    sb_csv_str(&c->w, (struct sb_str){c->text.len ? c->text.data : "", c->text.len});
    sb_buf_reset(&c->text);
}

static void put_value(struct csv *c, const struct drift_finding *f, bool plan)
{
    const struct sb_doc_node *n = drift_mask_value(&c->mask, f, plan, NULL);
    if (n && n->type == SB_DOC_STRING)
        sb_buf_put(&c->text, n->u.text, SB_MIN((size_t)n->count, (size_t)32768));
    else if (n)
        drift_show_value(&c->text, n, CELLS);
    put_raw(c);
}

static void put_place(struct csv *c, struct sb_doc_place at)
{
    sb_csv_text(&c->w, at.file);
    if (at.line) {
        sb_csv_int(&c->w, at.line);
        sb_csv_int(&c->w, at.column);
    } else {
        sb_csv_text(&c->w, NULL);
        sb_csv_text(&c->w, NULL);
    }
}

static void put_record(struct csv *c, const struct drift_finding *f)
{
    const char *state = f->ignored_by ? "ignored" : f->known ? "accepted" : "new";
    sb_csv_text(&c->w, f->fingerprint);
    sb_csv_text(&c->w, state);
    sb_csv_text(&c->w, drift_severity_names[f->severity]);
    sb_csv_text(&c->w, drift_kind_names[f->kind]);
    sb_csv_text(&c->w, drift_category_names[f->category]);
    drift_show_resource(&c->text, f);
    put_raw(c);
    drift_show_attribute(&c->text, f);
    put_raw(c);
    drift_show_pointer(&c->text, f);
    put_raw(c);
    put_value(c, f, true);
    put_value(c, f, false);
    sb_csv_text(&c->w, f->rule);
    sb_csv_text(&c->w, f->why);
    for (unsigned i = 0; i < DRIFT_CONSEQUENCE_COUNT; i++)
        if (f->consequences >> i & 1u)
            sb_buf_printf(&c->text, "%s%s", c->text.len ? " " : "", drift_consequence_names[i]);
    put_raw(c);
    put_place(c, f->plan_at);
    put_place(c, f->actual_at);
    sb_csv_text(&c->w, f->note);
    sb_csv_end(&c->w);
}

int drift_report_csv(const struct drift_result *r, const struct sb_run *run, struct sb_buf *out,
                     struct sb_error *e)
{
    static const char *const header[] = {
        "fingerprint", "state",       "severity",     "kind",          "category",
        "resource",    "attribute",   "path",         "expected",      "actual",
        "rule",        "why",         "consequences", "plan_file",     "plan_line",
        "plan_column", "actual_file", "actual_line",  "actual_column", "note"};
    struct csv c = {.text = SB_BUF_INIT(1u << 20)};
    (void)run;
    (void)e;
    sb_csv_init(&c.w, out);
    drift_mask_init(&c.mask, r->pool, false);
    for (size_t i = 0; i < SB_LEN(header); i++)
        sb_csv_text(&c.w, header[i]);
    sb_csv_end(&c.w);
    for (size_t i = 0; i < r->findings->list.len; i++)
        if (drift_reported(&r->findings->list.items[i]) || r->show_ignored)
            put_record(&c, &r->findings->list.items[i]);
    drift_mask_done(&c.mask);
    sb_buf_done(&c.text);
    return 0;
}
