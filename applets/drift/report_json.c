/* JSON and JSON lines. The shape is a promise: keys are added, never changed or removed.
 *
 *   {"schema": "srebox.drift/1", "verdict", "plan", "actual", "summary": {...}, "findings": [...],
 *    "ignore_rules": [...], "gone": [...], "limits": [...], "warnings": [...], "hidden": [...] with
 *    --show-ignored}. A warning is a rule that could not judge.
 * A JSON line is one finding, with "schema": "srebox.drift.finding/1"; the last line is the summary. */
#include "applets/drift/view.h"

#include "core/base/time.h"
#include "core/doc/json_write.h"

#define SCHEMA "srebox.drift/1"
#define LINE_SCHEMA "srebox.drift.finding/1"

struct json {
    struct sb_json_writer w;
    struct drift_mask mask;
    const struct drift_result *r;
    struct sb_buf text;
};

static void put_text(struct json *j, const char *key, const char *value)
{
    sb_json_key(&j->w, key);
    sb_json_text(&j->w, value);
}

static void put_count(struct json *j, const char *key, uint64_t value)
{
    sb_json_key(&j->w, key);
    sb_json_int(&j->w, (int64_t)value);
}

static void put_path(struct json *j, const char *key, const struct drift_finding *f,
                     void (*show)(struct sb_buf *, const struct drift_finding *))
{
    sb_buf_reset(&j->text);
    show(&j->text, f);
    sb_json_key(&j->w, key);
    sb_json_str(&j->w, (struct sb_str){j->text.len ? j->text.data : "", j->text.len});
}

static void put_place(struct json *j, const char *key, struct sb_doc_place at)
{
    sb_json_key(&j->w, key);
    if (!at.file) {
        sb_json_null(&j->w);
        return;
    }
    sb_json_open_map(&j->w);
    put_text(j, "file", at.file);
    put_count(j, "line", at.line);
    put_count(j, "column", at.column);
    sb_json_close_map(&j->w);
}

/* null both for a null and for what is absent: "kind" tells them apart. */
static int put_value(struct json *j, const char *key, const struct drift_finding *f, bool plan,
                     bool *masked, struct sb_error *e)
{
    const struct sb_doc_node *n = drift_mask_value(&j->mask, f, plan, masked);
    sb_json_key(&j->w, key);
    if (!n) {
        sb_json_null(&j->w);
        return 0;
    }
    return sb_json_node(&j->w, n, UINT64_C(1) << 20, e);
}

static void put_ignored_by(struct json *j, const struct drift_ignore_rule *rule)
{
    sb_json_key(&j->w, "ignored_by");
    sb_json_open_map(&j->w);
    put_text(j, "rule", rule->text);
    put_text(j, "reason", rule->reason);
    put_place(j, "at", rule->at);
    sb_json_close_map(&j->w);
}

static int put_finding(struct json *j, const struct drift_finding *f, struct sb_error *e)
{
    bool masked = false;
    put_text(j, "fingerprint", f->fingerprint);
    put_text(j, "kind", drift_kind_names[f->kind]);
    put_text(j, "category", drift_category_names[f->category]);
    put_text(j, "severity", drift_severity_names[f->severity]);
    sb_json_key(&j->w, "consequences");
    sb_json_open_list(&j->w);
    for (unsigned c = 0; c < DRIFT_CONSEQUENCE_COUNT; c++)
        if (f->consequences >> c & 1u)
            sb_json_text(&j->w, drift_consequence_names[c]);
    sb_json_close_list(&j->w);
    put_text(j, "rule", f->rule);
    put_path(j, "path", f, drift_show_pointer);
    put_path(j, "identity", f, drift_show_identity);
    put_path(j, "resource", f, drift_show_resource);
    put_path(j, "attribute", f, drift_show_attribute);
    int r = put_value(j, "expected", f, true, &masked, e);
    if (r == 0)
        r = put_value(j, "actual", f, false, &masked, e);
    if (masked) {
        sb_json_key(&j->w, "masked");
        sb_json_bool(&j->w, true);
        sb_json_key(&j->w, "equal");
        sb_json_bool(&j->w, drift_mask_equal(j->r->pool, f));
    }
    put_text(j, "why", f->why);
    if (f->note)
        put_text(j, "note", f->note);
    put_place(j, "plan_at", f->plan_at);
    put_place(j, "actual_at", f->actual_at);
    if (f->known) {
        sb_json_key(&j->w, "known");
        sb_json_bool(&j->w, true);
    }
    if (f->ignored_by)
        put_ignored_by(j, f->ignored_by);
    return r;
}

static int put_findings(struct json *j, const char *key, bool hidden, struct sb_error *e)
{
    int r = 0;
    sb_json_key(&j->w, key);
    sb_json_open_list(&j->w);
    for (size_t i = 0; r == 0 && i < j->r->findings->list.len; i++) {
        const struct drift_finding *f = &j->r->findings->list.items[i];
        if (drift_reported(f) == hidden)
            continue;
        sb_json_open_map(&j->w);
        r = put_finding(j, f, e);
        sb_json_close_map(&j->w);
    }
    sb_json_close_list(&j->w);
    return r;
}

static void put_tally(struct json *j, const char *key, const char *const *names,
                      const uint64_t *counts)
{
    sb_json_key(&j->w, key);
    sb_json_open_map(&j->w);
    for (size_t i = 0; names[i]; i++)
        put_count(j, names[i], counts[i]);
    sb_json_close_map(&j->w);
}

static void put_summary(struct json *j)
{
    const struct drift_result *r = j->r;
    const struct drift_coverage *c = &r->findings->coverage;
    uint64_t consequences[DRIFT_CONSEQUENCE_COUNT];
    drift_count_consequences(r, consequences);
    sb_json_key(&j->w, "summary");
    sb_json_open_map(&j->w);
    put_count(j, "findings", r->reported);
    put_count(j, "ignored", r->ignored);
    put_count(j, "known", r->known);
    put_tally(j, "by_severity", drift_severity_names, r->by_severity);
    put_tally(j, "by_category", drift_category_names, r->by_category);
    put_tally(j, "by_consequence", drift_consequence_names, consequences);
    sb_json_key(&j->w, "coverage");
    sb_json_open_map(&j->w);
    put_count(j, "managed", c->managed);
    put_count(j, "unmanaged", c->unmanaged);
    put_count(j, "missing", c->missing);
    put_count(j, "unchecked", c->unchecked);
    sb_json_close_map(&j->w);
    sb_json_close_map(&j->w);
}

static void put_time(struct json *j, const char *key, int64_t ns)
{
    sb_buf_reset(&j->text);
    sb_time_print(&j->text, ns);
    put_text(j, key, j->text.data);
}

/* All of them with their hits: expired and unused ones are what somebody must clean up. */
static void put_ignore_rules(struct json *j)
{
    const struct drift_ignores *ig = j->r->ignores;
    if (!ig)
        return;
    sb_json_key(&j->w, "ignore_rules");
    sb_json_open_list(&j->w);
    for (size_t i = 0; i < ig->len; i++) {
        const struct drift_ignore_rule *rule = &ig->rules[i];
        sb_json_open_map(&j->w);
        put_text(j, "rule", rule->text);
        put_text(j, "reason", rule->reason);
        put_text(j, "state", rule->expired ? "expired" : rule->hits ? "active" : "unused");
        put_count(j, "hits", rule->hits);
        if (rule->expires != INT64_MAX)
            put_time(j, "expires", rule->expires);
        put_place(j, "at", rule->at);
        sb_json_close_map(&j->w);
    }
    sb_json_close_list(&j->w);
}

static void put_baseline(struct json *j)
{
    const struct drift_baseline *b = j->r->baseline;
    if (!b)
        return;
    sb_json_key(&j->w, "baseline");
    sb_json_open_map(&j->w);
    put_text(j, "reason", b->reason);
    put_text(j, "by", b->by);
    put_time(j, "accepted_at", b->at);
    sb_json_close_map(&j->w);
    sb_json_key(&j->w, "gone");
    sb_json_open_list(&j->w);
    for (size_t i = 0; i < b->n_gone; i++) {
        sb_json_open_map(&j->w);
        put_text(j, "fingerprint", b->gone[i].fingerprint);
        put_text(j, "kind", b->gone[i].kind);
        put_text(j, "identity", b->gone[i].path);
        sb_json_close_map(&j->w);
    }
    sb_json_close_list(&j->w);
}

static void put_warnings(struct json *j)
{
    sb_json_key(&j->w, "warnings");
    sb_json_open_list(&j->w);
    for (size_t i = 0; i < j->r->findings->failures.len; i++) {
        const struct drift_failure *f = j->r->findings->failures.items[i];
        sb_json_open_map(&j->w);
        put_text(j, "rule", f->rule);
        put_text(j, "in", f->ignore ? "ignore" : "policy");
        put_text(j, "path", f->path);
        put_count(j, "findings", f->findings);
        put_text(j, "text", f->error.text);
        put_text(j, "hint", drift_failure_hint(f));
        put_place(j, "at", (struct sb_doc_place){f->error.file, f->error.line, f->error.column});
        sb_json_close_map(&j->w);
    }
    sb_json_close_list(&j->w);
}

static void put_head(struct json *j, const char *schema)
{
    put_text(j, "schema", schema);
    put_text(j, "verdict", j->r->verdict);
    put_text(j, "plan", j->r->plan->name);
    put_text(j, "actual", j->r->actual->name);
    put_summary(j);
}

static void put_tail(struct json *j)
{
    put_ignore_rules(j);
    put_baseline(j);
    sb_json_key(&j->w, "limits");
    sb_json_open_list(&j->w);
    for (size_t i = 0; i < j->r->findings->limits.len; i++)
        sb_json_text(&j->w, j->r->findings->limits.items[i]);
    sb_json_close_list(&j->w);
    put_warnings(j);
}

static void json_init(struct json *j, const struct drift_result *r, struct sb_buf *out, int indent)
{
    *j = (struct json){.r = r, .text = SB_BUF_INIT(1u << 20)};
    sb_json_writer_init(&j->w, out, indent);
    drift_mask_init(&j->mask, r->pool, false);
}

static void json_done(struct json *j)
{
    sb_buf_done(&j->text);
    drift_mask_done(&j->mask);
}

int drift_report_json(const struct drift_result *r, const struct sb_run *run, struct sb_buf *out,
                      struct sb_error *e)
{
    struct json j;
    (void)run;
    json_init(&j, r, out, 2);
    sb_json_open_map(&j.w);
    put_head(&j, SCHEMA);
    int code = put_findings(&j, "findings", false, e);
    if (code == 0 && r->show_ignored)
        code = put_findings(&j, "hidden", true, e);
    put_tail(&j);
    sb_json_close_map(&j.w);
    sb_buf_putc(out, '\n');
    json_done(&j);
    return code;
}

static int put_line(struct json *j, const struct drift_finding *f, struct sb_error *e)
{
    sb_json_writer_init(&j->w, j->w.out, 0);
    sb_json_open_map(&j->w);
    put_text(j, "schema", LINE_SCHEMA);
    int code = put_finding(j, f, e);
    sb_json_close_map(&j->w);
    sb_buf_putc(j->w.out, '\n');
    return code;
}

int drift_report_jsonl(const struct drift_result *r, const struct sb_run *run, struct sb_buf *out,
                       struct sb_error *e)
{
    struct json j;
    int code = 0;
    (void)run;
    json_init(&j, r, out, 0);
    for (size_t i = 0; code == 0 && i < r->findings->list.len; i++) {
        const struct drift_finding *f = &r->findings->list.items[i];
        if (drift_reported(f) || r->show_ignored)
            code = put_line(&j, f, e);
    }
    sb_json_writer_init(&j.w, out, 0);
    sb_json_open_map(&j.w);
    put_head(&j, SCHEMA);
    put_tail(&j);
    sb_json_close_map(&j.w);
    sb_buf_putc(out, '\n');
    json_done(&j);
    return code;
}
