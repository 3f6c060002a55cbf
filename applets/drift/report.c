/* What all reports share: sums, grouping, the words for verdict and coverage; and which file writes
 * which format. */
#include "applets/drift/view.h"

#include "core/base/map.h"
#include "core/sort/sort.h"

const char *const drift_consequence_texts[] = {
    "a rebuild from the plan would be different",
    "someone may get in, or see what they should not",
    "it may not behave, or recover, as people expect",
    "an auditor would ask who approved it",
    "it may cost more than planned",
    NULL,
};

void drift_result_sum(struct drift_result *r)
{
    r->reported = r->ignored = r->known = 0;
    memset(r->by_severity, 0, sizeof r->by_severity);
    memset(r->by_category, 0, sizeof r->by_category);
    for (size_t i = 0; i < r->findings->list.len; i++) {
        const struct drift_finding *f = &r->findings->list.items[i];
        r->ignored += f->ignored_by != NULL;
        r->known += !f->ignored_by && f->known;
        if (!drift_reported(f))
            continue;
        r->reported++;
        r->by_severity[f->severity]++;
        r->by_category[f->category]++;
    }
    r->verdict = r->reported ? "drift" : "in-sync";
    if (drift_incomplete(r->findings))
        r->verdict = "incomplete";
}

/* --- grouping --- */

static int by_resource(const void *a, const void *b, void *ctx, int *fail)
{
    const struct drift_line *x = a, *y = b;
    (void)ctx;
    (void)fail;
    if (x->f->category != y->f->category)
        return x->f->category < y->f->category ? -1 : 1;
    return sb_str_cmp(x->resource, y->resource);
}

static int for_people(const void *a, const void *b, void *ctx, int *fail)
{
    const struct drift_line *x = a, *y = b;
    (void)ctx;
    (void)fail;
    if (x->f->category != y->f->category)
        return x->f->category < y->f->category ? -1 : 1;
    if (x->rank != y->rank)
        return x->rank > y->rank ? -1 : 1;
    if (x->group != y->group)
        return x->group < y->group ? -1 : 1;
    if (x->f->severity != y->f->severity)
        return x->f->severity > y->f->severity ? -1 : 1;
    return x->at < y->at ? -1 : x->at > y->at;
}

static void mark_groups(struct drift_view *v)
{
    for (size_t i = 0, end; i < v->len; i = end) {
        unsigned worst = DRIFT_SEV_INFO;
        bool counted = false;
        for (end = i; end < v->len; end++) {
            const struct drift_line *l = &v->lines[end];
            if (l->f->category != v->lines[i].f->category ||
                !sb_str_eq(l->resource, v->lines[i].resource))
                break;
            worst = SB_MAX(worst, (unsigned)l->f->severity);
            counted |= l->f->kind == DRIFT_COUNT;
        }
        for (size_t k = i; k < end; k++) {
            v->lines[k].rank = counted ? DRIFT_SEVERITY_COUNT : worst;
            v->lines[k].group = v->lines[i].at; /* stable sort: the first one */
        }
    }
}

/* Gives lines that share a line of their file a column to tell them apart by. */
static void mark_columns(struct drift_view *v, struct sb_doc_pool *pool)
{
    struct key {
        const char *file; /* one pointer a file: pool's names */
        uint64_t line;
    };
    struct key *keys = sb_arena_alloc(sb_doc_arena(pool), (v->len + 1) * sizeof *keys);
    struct sb_map columns = {0}; /* the column of all on that line, or UINTPTR_MAX */
    for (size_t i = 0; i < v->len; i++) {
        struct sb_doc_place at = drift_finding_place(v->lines[i].f);
        keys[i] = (struct key){at.file, at.line};
        void **slot = sb_map_at(&columns, (const char *)&keys[i], sizeof keys[i]);
        if (!*slot)
            *slot = (void *)(uintptr_t)at.column;
        else if (*slot != (void *)(uintptr_t)at.column)
            *slot = (void *)UINTPTR_MAX;
    }
    for (size_t i = 0; i < v->len; i++) {
        void *found = sb_map_get(&columns, (const char *)&keys[i], sizeof keys[i]);
        if (found == (void *)UINTPTR_MAX)
            v->lines[i].column = drift_finding_place(v->lines[i].f).column;
    }
    sb_map_done(&columns);
}

static struct sb_str keep(struct sb_doc_pool *pool, const char *p, size_t len)
{
    return (struct sb_str){sb_arena_dup(sb_doc_arena(pool), len ? p : "", len), len};
}

static const struct drift_step *innermost(const struct drift_step *s, bool resource)
{
    while (s && !(resource ? s->resource : s->collection))
        s = s->up;
    return s;
}

/* A finding that belongs to no resource, in a collection: the collection is the heading. */
static void name_collection(struct drift_line *l, struct sb_doc_pool *pool, struct sb_buf *b)
{
    const struct drift_step *c = innermost(l->f->path, false);
    struct drift_step alone;
    if (!c)
        return;
    alone = *c;
    alone.up = NULL;
    alone.resource = true;
    sb_buf_reset(b);
    drift_path_resource(b, &alone);
    l->resource = keep(pool, b->data, b->len);
    sb_buf_reset(b);
    drift_path_attribute(b, c);
    size_t skip = SB_MIN(b->len, l->attribute.len);
    if (skip < l->attribute.len && l->attribute.p[skip] == '.')
        skip++;
    l->attribute = (struct sb_str){l->attribute.p + skip, l->attribute.len - skip};
}

/* "iam_roles/bob" as a whole: heading iam_roles, name bob. */
static void name_whole(struct drift_line *l)
{
    const struct drift_step *s = l->f->path;
    if (l->attribute.len || !s || !s->resource || !s->up || !s->up->collection)
        return;
    struct sb_buf b = SB_BUF_INIT(1u << 20);
    struct drift_step up = *s->up;
    up.up = NULL;
    up.resource = true;
    drift_path_resource(&b, &up); /* only to know how long it is */
    size_t len = b.len;
    sb_buf_done(&b);
    if (len + 1 >= l->resource.len)
        return;
    l->attribute = (struct sb_str){l->resource.p + len + 1, l->resource.len - len - 1};
    l->resource.len = len;
    l->whole = true;
}

static void name_line(struct drift_line *l, const struct drift_result *r, struct sb_buf *b)
{
    struct drift_finding copy = *l->f;
    const struct drift_step *s = copy.path;
    sb_buf_reset(b);
    drift_show_resource(b, l->f);
    l->resource = keep(r->pool, b->data, b->len);
    l->element = s && s->up && s->kind == DRIFT_STEP_ITEM && !s->resource && s->name.len &&
                 s->name.p[0] == '=' && copy.kind != DRIFT_RENAMED;
    if (l->element)
        copy.path = s->up;
    sb_buf_reset(b);
    drift_show_attribute(b, &copy);
    l->attribute = keep(r->pool, b->data, b->len);
    if (l->resource.len == 0)
        name_collection(l, r->pool, b);
    else
        name_whole(l);
}

void drift_view_make(const struct drift_result *r, bool hidden, struct drift_view *ret)
{
    const struct drift_finding *items = r->findings->list.items;
    size_t n = r->findings->list.len;
    struct drift_view v = {.lines = NULL};
    struct sb_buf b = SB_BUF_INIT(1u << 20);
    v.lines = sb_arena_alloc(sb_doc_arena(r->pool), (n + 1) * sizeof *v.lines);
    for (size_t i = 0; i < n; i++) {
        if (drift_reported(&items[i]) == hidden)
            continue;
        struct drift_line *l = &v.lines[v.len++];
        *l = (struct drift_line){.f = &items[i], .at = i};
        name_line(l, r, &b);
    }
    (void)sb_sort(v.lines, v.len, sizeof *v.lines, by_resource, NULL, NULL); /* cannot fail */
    mark_groups(&v);
    mark_columns(&v, r->pool);
    (void)sb_sort(v.lines, v.len, sizeof *v.lines, for_people, NULL, NULL);
    sb_buf_done(&b);
    *ret = v;
}

/* --- words --- */

void drift_line_where(const struct drift_line *line, struct sb_buf *b)
{
    if (line->resource.len == 0 && line->attribute.len == 0)
        sb_buf_puts(b, "the whole document");
    sb_buf_put(b, line->resource.p, line->resource.len);
    if (line->resource.len && line->attribute.len)
        sb_buf_puts(b, ": ");
    sb_buf_put(b, line->attribute.p, line->attribute.len);
}

void drift_put_side(struct sb_buf *b, const struct sb_doc_node *n, bool typed, size_t cells)
{
    drift_show_value(b, n, cells);
    if (typed && n)
        sb_buf_printf(b, " (%s)", sb_doc_type_name((enum sb_doc_type)n->type));
}

/* The resource's name says it already: iam_roles/bob, held by the scalar bob. */
static bool says_itself(const struct drift_line *l, const struct sb_doc_node *n)
{
    return l->whole && n && n->type == SB_DOC_STRING && sb_str_eq(sb_doc_str(n), l->attribute);
}

static void put_one_side(struct sb_buf *b, const struct drift_line *l, const char *one,
                         const char *many, const struct sb_doc_node *n, size_t cells)
{
    sb_buf_puts(b, l->element ? one : many);
    if (says_itself(l, n))
        return;
    sb_buf_puts(b, l->element ? " " : ": ");
    drift_show_value(b, n, cells);
}

void drift_put_what(struct drift_mask *m, struct sb_buf *b, const struct drift_line *l,
                    size_t name_cells, size_t cells)
{
    const struct drift_finding *f = l->f;
    const struct sb_doc_node *expected = drift_mask_value(m, f, true, NULL);
    const struct sb_doc_node *actual = drift_mask_value(m, f, false, NULL);
    bool typed = f->kind == DRIFT_TYPE;
    drift_show_tail(b, l->attribute, name_cells);
    sb_buf_puts(b, l->attribute.len ? ": " : "");
    if (f->kind == DRIFT_EXTRA) {
        put_one_side(b, l, "extra", "not in the plan", actual, cells);
    } else if (f->kind == DRIFT_MISSING) {
        put_one_side(b, l, "missing", "missing, planned", expected, cells);
    } else if (f->kind == DRIFT_COUNT) {
        drift_show_value(b, expected, cells);
        sb_buf_puts(b, " planned, ");
        drift_show_value(b, actual, cells);
        sb_buf_puts(b, " found");
    } else {
        sb_buf_puts(b, f->kind == DRIFT_RENAMED ? "renamed, " : "");
        drift_put_side(b, expected, typed, cells);
        sb_buf_puts(b, " -> ");
        drift_put_side(b, actual, typed, cells);
    }
}

struct sb_doc_place drift_finding_place(const struct drift_finding *f)
{
    bool actual = f->kind == DRIFT_EXTRA && f->actual_at.file && f->actual_at.line;
    return actual || !f->plan_at.file || !f->plan_at.line ? f->actual_at : f->plan_at;
}

void drift_put_position(struct sb_buf *b, uint32_t line, uint32_t column)
{
    sb_buf_printf(b, ":%u", line);
    if (column)
        sb_buf_printf(b, ":%u", column);
}

void drift_put_severities(const struct drift_result *r, struct sb_buf *b)
{
    const char *sep = "";
    for (unsigned s = DRIFT_SEVERITY_COUNT; s-- > 0;) {
        if (!r->by_severity[s])
            continue;
        sb_buf_printf(b, "%s%llu %s", sep, (unsigned long long)r->by_severity[s],
                      drift_severity_names[s]);
        sep = ", ";
    }
    if (!*sep)
        sb_buf_puts(b, "nothing");
}

void drift_put_coverage(const struct drift_result *r, struct sb_buf *b)
{
    const struct drift_coverage *c = &r->findings->coverage;
    sb_buf_printf(b, "%llu resource%s compared, %llu not in the plan, %llu missing, %llu unchecked",
                  (unsigned long long)c->managed, c->managed == 1 ? "" : "s",
                  (unsigned long long)c->unmanaged, (unsigned long long)c->missing,
                  (unsigned long long)c->unchecked);
}

static void put_count(struct sb_buf *b, uint64_t n, const char *one, const char *many)
{
    sb_buf_printf(b, "%llu %s", (unsigned long long)n, n == 1 ? one : many);
}

void drift_put_verdict(const struct drift_result *r, struct sb_buf *b, const char *sep)
{
    uint64_t unchecked = r->findings->coverage.unchecked, failed = r->findings->failures.len;
    bool whole = !drift_incomplete(r->findings);
    const char *new = r->baseline ? "new " : "";
    if (!whole)
        sb_buf_puts(b, "INCOMPLETE: ");
    if (!r->reported) {
        sb_buf_printf(b, whole ? "IN SYNC: no %sdrift" : "no %sdrift in what could be checked",
                      new);
    } else {
        sb_buf_puts(b, whole ? "DRIFT: " : "drift: ");
        put_count(b, r->reported, r->baseline ? "new finding: " : "finding: ",
                  r->baseline ? "new findings: " : "findings: ");
        drift_put_severities(r, b);
    }
    if (unchecked) {
        sb_buf_printf(b, "%s%llu not checked", sep, (unsigned long long)unchecked);
        sep = "; ";
    }
    if (failed) {
        sb_buf_puts(b, sep);
        put_count(b, failed, "rule could not judge", "rules could not judge");
        sep = "; ";
    }
    if (r->known) {
        sb_buf_printf(b, "%s%llu accepted", sep, (unsigned long long)r->known);
        sep = "; ";
    }
    if (r->ignored)
        sb_buf_printf(b, "%s%llu ignored", sep, (unsigned long long)r->ignored);
}

void drift_count_consequences(const struct drift_result *r, uint64_t ret[DRIFT_CONSEQUENCE_COUNT])
{
    memset(ret, 0, DRIFT_CONSEQUENCE_COUNT * sizeof ret[0]);
    for (size_t i = 0; i < r->findings->list.len; i++) {
        const struct drift_finding *f = &r->findings->list.items[i];
        for (unsigned c = 0; drift_reported(f) && c < DRIFT_CONSEQUENCE_COUNT; c++)
            ret[c] += f->consequences >> c & 1u;
    }
}

int drift_report(const struct drift_result *r, const struct sb_run *run, struct sb_buf *out,
                 struct sb_error *e)
{
    static drift_report_fn *const by_format[SB_FORMAT_COUNT] = {
        [SB_FORMAT_TEXT] = drift_report_text,   [SB_FORMAT_JSON] = drift_report_json,
        [SB_FORMAT_JSONL] = drift_report_jsonl, [SB_FORMAT_CSV] = drift_report_csv,
        [SB_FORMAT_HTML] = drift_report_html,   [SB_FORMAT_MARKDOWN] = drift_report_markdown,
        [SB_FORMAT_JUNIT] = drift_report_junit, [SB_FORMAT_SARIF] = drift_report_sarif,
    };
    if (!by_format[run->format])
        return sb_fail(e, SB_EUSAGE, "this report does not exist in that format");
    int code = by_format[run->format](r, run, out, e);
    return code < 0 ? code : sb_buf_check(out, "the report", e);
}
