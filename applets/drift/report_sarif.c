/* SARIF 2.1.0 (OASIS), as code scanning reads it: rules, results with places, fingerprints.
 *
 * Levels: critical and high = error, medium = warning, low and info = note. Columns count code points
 * (columnKind). Hidden findings are results with a suppression. */
#include "applets/drift/view.h"

#include "core/base/map.h"
#include "core/doc/json_write.h"

struct sarif {
    struct sb_json_writer w;
    struct sb_buf text;
    struct drift_mask mask;
    const struct drift_result *r;
    struct sb_map rules;                        /* id -> index + 1 */
    SB_VEC(const struct drift_finding *) first; /* of each rule */
};

static const char *const levels[] = {"note", "note", "warning", "error", "error"};
static const char *const scores[] = {"0.0", "3.0", "5.5", "8.0", "9.5"};

static void put_pair(struct sarif *s, const char *key, const char *value)
{
    sb_json_key(&s->w, key);
    sb_json_text(&s->w, value);
}

static void put_message(struct sarif *s, const char *key)
{
    sb_json_key(&s->w, key);
    sb_json_open_map(&s->w);
    sb_json_key(&s->w, "text");
    sb_json_str(&s->w, (struct sb_str){s->text.len ? s->text.data : "", s->text.len});
    sb_json_close_map(&s->w);
    sb_buf_reset(&s->text);
}

/* A file name as a URI reference: RFC 3986 unreserved characters and "/" as they are. */
static void put_uri(struct sarif *s, const char *file)
{
    sb_buf_reset(&s->text);
    if (file[0] == '/')
        sb_buf_puts(&s->text, "file://");
    for (const char *p = file; *p; p++) {
        bool plain = (*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') ||
                     (*p >= '0' && *p <= '9') || strchr("-._~/", *p);
        if (plain)
            sb_buf_putc(&s->text, *p);
        else
            sb_buf_printf(&s->text, "%%%02X", (unsigned)(unsigned char)*p);
    }
    sb_json_key(&s->w, "uri");
    sb_json_str(&s->w, (struct sb_str){s->text.len ? s->text.data : "", s->text.len});
    sb_buf_reset(&s->text);
}

static void put_physical(struct sarif *s, struct sb_doc_place at)
{
    sb_json_key(&s->w, "physicalLocation");
    sb_json_open_map(&s->w);
    sb_json_key(&s->w, "artifactLocation");
    sb_json_open_map(&s->w);
    put_uri(s, at.file);
    sb_json_close_map(&s->w);
    if (at.line) {
        sb_json_key(&s->w, "region");
        sb_json_open_map(&s->w);
        sb_json_key(&s->w, "startLine");
        sb_json_int(&s->w, at.line);
        if (at.column) {
            sb_json_key(&s->w, "startColumn");
            sb_json_int(&s->w, at.column);
        }
        sb_json_close_map(&s->w);
    }
    sb_json_close_map(&s->w);
}

static void put_locations(struct sarif *s, const struct drift_finding *f)
{
    struct sb_doc_place at = drift_finding_place(f);
    if (!at.file)
        at.file = f->kind == DRIFT_EXTRA ? s->r->actual->name : s->r->plan->name;
    sb_json_key(&s->w, "locations");
    sb_json_open_list(&s->w);
    sb_json_open_map(&s->w);
    put_physical(s, at);
    sb_json_key(&s->w, "logicalLocations");
    sb_json_open_list(&s->w);
    sb_json_open_map(&s->w);
    drift_show_resource(&s->text, f);
    if (s->text.len) {
        sb_json_key(&s->w, "name");
        sb_json_str(&s->w, (struct sb_str){s->text.data, s->text.len});
        sb_buf_reset(&s->text);
    }
    drift_show_identity(&s->text, f);
    sb_json_key(&s->w, "fullyQualifiedName");
    sb_json_str(&s->w, (struct sb_str){s->text.len ? s->text.data : "", s->text.len});
    sb_buf_reset(&s->text);
    put_pair(s, "kind", "resource");
    sb_json_close_map(&s->w);
    sb_json_close_list(&s->w);
    sb_json_close_map(&s->w);
    sb_json_close_list(&s->w);
    if (!f->actual_at.file || !f->actual_at.line || at.file == f->actual_at.file)
        return;
    sb_json_key(&s->w, "relatedLocations");
    sb_json_open_list(&s->w);
    sb_json_open_map(&s->w);
    sb_json_key(&s->w, "id");
    sb_json_int(&s->w, 1);
    put_physical(s, f->actual_at);
    sb_buf_puts(&s->text, "what runs");
    put_message(s, "message");
    sb_json_close_map(&s->w);
    sb_json_close_list(&s->w);
}

static void put_properties(struct sarif *s, const struct drift_finding *f)
{
    sb_json_key(&s->w, "properties");
    sb_json_open_map(&s->w);
    put_pair(s, "severity", drift_severity_names[f->severity]);
    put_pair(s, "category", drift_category_names[f->category]);
    put_pair(s, "kind", drift_kind_names[f->kind]);
    sb_json_key(&s->w, "consequences");
    sb_json_open_list(&s->w);
    for (unsigned c = 0; c < DRIFT_CONSEQUENCE_COUNT; c++)
        if (f->consequences >> c & 1u)
            sb_json_text(&s->w, drift_consequence_names[c]);
    sb_json_close_list(&s->w);
    sb_json_close_map(&s->w);
}

static void put_suppression(struct sarif *s, const struct drift_finding *f)
{
    const struct drift_baseline *b = s->r->baseline;
    sb_json_key(&s->w, "suppressions");
    sb_json_open_list(&s->w);
    if (!drift_reported(f)) {
        sb_json_open_map(&s->w);
        put_pair(s, "kind", "external");
        put_pair(s, "justification", f->ignored_by ? f->ignored_by->reason : b ? b->reason : "");
        sb_json_close_map(&s->w);
    }
    sb_json_close_list(&s->w);
}

static void put_result(struct sarif *s, const struct drift_line *l)
{
    const struct drift_finding *f = l->f;
    uintptr_t index = (uintptr_t)sb_map_get(&s->rules, f->rule, strlen(f->rule));
    sb_json_open_map(&s->w);
    put_pair(s, "ruleId", f->rule);
    sb_json_key(&s->w, "ruleIndex");
    sb_json_int(&s->w, (int64_t)index - 1);
    put_pair(s, "level", levels[f->severity]);
    drift_show_text(&s->text, l->resource, 500);
    sb_buf_puts(&s->text, l->resource.len ? ": " : "");
    drift_put_what(&s->mask, &s->text, l, 1000, 500);
    sb_buf_printf(&s->text, ". %s", f->why ? f->why : "");
    if (f->note)
        sb_buf_printf(&s->text, " %s.", f->note);
    put_message(s, "message");
    put_locations(s, f);
    sb_json_key(&s->w, "partialFingerprints");
    sb_json_open_map(&s->w);
    put_pair(s, "sreboxDrift/v1", f->fingerprint);
    sb_json_close_map(&s->w);
    if (s->r->show_ignored)
        put_suppression(s, f);
    put_properties(s, f);
    sb_json_close_map(&s->w);
}

static void put_rule(struct sarif *s, const struct drift_finding *f)
{
    sb_json_open_map(&s->w);
    put_pair(s, "id", f->rule);
    for (const char *p = f->rule; *p; p++)
        sb_buf_putc(&s->text, *p == '-' ? ' ' : *p);
    put_message(s, "shortDescription");
    sb_json_key(&s->w, "defaultConfiguration");
    sb_json_open_map(&s->w);
    put_pair(s, "level", levels[f->severity]);
    sb_json_close_map(&s->w);
    sb_json_key(&s->w, "properties");
    sb_json_open_map(&s->w);
    sb_json_key(&s->w, "tags");
    sb_json_open_list(&s->w);
    sb_json_text(&s->w, "drift");
    if (f->consequences >> DRIFT_CON_SECURITY & 1u)
        sb_json_text(&s->w, "security");
    sb_json_close_list(&s->w);
    put_pair(s, "security-severity", scores[f->severity]);
    sb_json_close_map(&s->w);
    sb_json_close_map(&s->w);
}

static void collect_rules(struct sarif *s, const struct drift_view *v)
{
    for (size_t i = 0; i < v->len; i++) {
        const struct drift_finding *f = v->lines[i].f;
        void **slot = sb_map_at(&s->rules, f->rule, strlen(f->rule));
        if (*slot)
            continue;
        sb_vec_push(&s->first, f);
        *slot = (void *)(uintptr_t)s->first.len;
    }
}

static void put_tool(struct sarif *s)
{
    sb_json_key(&s->w, "tool");
    sb_json_open_map(&s->w);
    sb_json_key(&s->w, "driver");
    sb_json_open_map(&s->w);
    put_pair(s, "name", "srebox drift");
    put_pair(s, "version", PACKAGE_VERSION);
    sb_json_key(&s->w, "rules");
    sb_json_open_list(&s->w);
    for (size_t i = 0; i < s->first.len; i++)
        put_rule(s, s->first.items[i]);
    sb_json_close_list(&s->w);
    sb_json_close_map(&s->w);
    sb_json_close_map(&s->w);
}

/* What stands in s->text, as a message about the run. */
static void put_notification(struct sarif *s)
{
    sb_json_open_map(&s->w);
    put_pair(s, "level", "error");
    put_message(s, "message");
    sb_json_close_map(&s->w);
}

static void put_invocation(struct sarif *s)
{
    const struct drift_findings *f = s->r->findings;
    sb_json_key(&s->w, "invocations");
    sb_json_open_list(&s->w);
    sb_json_open_map(&s->w);
    sb_json_key(&s->w, "executionSuccessful");
    sb_json_bool(&s->w, !drift_incomplete(f));
    if (drift_incomplete(f)) {
        sb_json_key(&s->w, "toolExecutionNotifications");
        sb_json_open_list(&s->w);
        if (f->coverage.unchecked) {
            sb_buf_printf(&s->text, "%llu value%s could not be checked",
                          (unsigned long long)f->coverage.unchecked,
                          f->coverage.unchecked == 1 ? "" : "s");
            put_notification(s);
        }
        for (size_t i = 0; i < f->failures.len; i++) {
            drift_failure_put(f->failures.items[i], &s->text);
            put_notification(s);
        }
        sb_json_close_list(&s->w);
    }
    sb_json_close_map(&s->w);
    sb_json_close_list(&s->w);
}

static void put_run(struct sarif *s, const struct drift_view views[2])
{
    size_t n = s->r->show_ignored ? 2 : 1;
    for (size_t k = 0; k < n; k++)
        collect_rules(s, &views[k]);
    sb_json_open_map(&s->w);
    put_tool(s);
    put_invocation(s);
    put_pair(s, "columnKind", "unicodeCodePoints");
    sb_json_key(&s->w, "results");
    sb_json_open_list(&s->w);
    for (size_t k = 0; k < n; k++)
        for (size_t i = 0; i < views[k].len; i++)
            put_result(s, &views[k].lines[i]);
    sb_json_close_list(&s->w);
    sb_json_close_map(&s->w);
}

int drift_report_sarif(const struct drift_result *r, const struct sb_run *run, struct sb_buf *out,
                       struct sb_error *e)
{
    struct sarif s = {.r = r, .text = SB_BUF_INIT(1u << 20)};
    struct drift_view views[2];
    (void)run;
    (void)e;
    sb_json_writer_init(&s.w, out, 2);
    drift_mask_init(&s.mask, r->pool, false);
    drift_view_make(r, false, &views[0]);
    drift_view_make(r, true, &views[1]);
    sb_json_open_map(&s.w);
    put_pair(&s, "$schema",
             "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/"
             "sarif-schema-2.1.0.json");
    put_pair(&s, "version", "2.1.0");
    sb_json_key(&s.w, "runs");
    sb_json_open_list(&s.w);
    put_run(&s, views);
    sb_json_close_list(&s.w);
    sb_json_close_map(&s.w);
    sb_buf_putc(out, '\n');
    sb_map_done(&s.rules);
    sb_vec_done(&s.first);
    drift_mask_done(&s.mask);
    sb_buf_done(&s.text);
    return 0;
}
