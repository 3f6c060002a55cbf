/* The ignore file: {ignore: [{path, kinds, when, reason, expires}]}. See ignore.h and srebox-drift(1).
 *
 * Every rule is asked about every finding, so that hits say what a rule really covers; the first
 * one in force hides the finding. */
#include "applets/drift/ignore.h"

#include "applets/drift/failure.h"

#include "applets/drift/rules_file.h"
#include "applets/drift/mask.h"
#include "applets/drift/subject.h"
#include "core/base/time.h"

#define MAX_RULES 10000u

static const char *const file_keys[] = {"schema", "ignore", NULL};
static const char *const rule_keys[] = {"path", "kinds", "when", "reason", "expires", NULL};

/* A date means the end of that day, UTC. */
static int parse_expiry(struct sb_str s, int64_t *ret, struct sb_error *e)
{
    char text[32];
    bool date = s.len == 10;
    if (!date)
        return sb_time_parse(s, ret, e);
    memcpy(text, s.p, 10);
    memcpy(text + 10, "T23:59:59Z", 11);
    int64_t last = 0;
    int r = sb_time_parse(sb_str(text), &last, e);
    if (r == 0)
        *ret = last + SB_NS_PER_S;
    return r;
}

static int load_expires(struct drift_rules_file *file, const struct sb_doc_node *n, int64_t now,
                        struct drift_ignore_rule *rule, struct sb_error *e)
{
    const char *text = NULL;
    rule->expires = INT64_MAX;
    int r = sb_field_text(file->pool, n, "expires", &text, e);
    if (r < 0 || !text)
        return r;
    r = parse_expiry(sb_str(text), &rule->expires, e);
    if (r < 0) {
        struct sb_doc_place at = sb_doc_where(file->pool, sb_doc_get_str(file->pool, n, "expires"));
        sb_wrap(e, "expires");
        sb_locate(e, at.file, at.line, at.column);
        return sb_hint(
            e, "write a day (2026-01-31: to its end, UTC) or a time (2026-01-31T12:00:00Z)");
    }
    rule->expired = rule->expires <= now;
    return 0;
}

static int load_path(struct drift_rules_file *file, const struct sb_doc_node *n,
                     struct drift_ignore_rule *rule, struct sb_error *e)
{
    const char *text = NULL;
    int r = sb_field_text(file->pool, n, "path", &text, e);
    if (r < 0 || !text)
        return r;
    rule->text = text;
    r = drift_glob_new(file->pool, sb_str(text), &rule->path, e);
    if (r < 0) {
        struct sb_doc_place at = sb_doc_where(file->pool, sb_doc_get_str(file->pool, n, "path"));
        return sb_locate(e, at.file, at.line, at.column);
    }
    return 0;
}

static int load_when(struct drift_rules_file *file, const struct sb_doc_node *n,
                     struct drift_ignore_rule *rule, struct sb_error *e)
{
    const char *text = NULL;
    int r = sb_field_text(file->pool, n, "when", &text, e);
    if (r < 0 || !text)
        return r;
    if (!rule->text)
        rule->text = text;
    const struct sb_doc_node *node = sb_doc_get_str(file->pool, n, "when");
    struct sb_expr_source source = {sb_str(text), drift_text_place(file, node)};
    return sb_expr_compile(file->pool, &source, drift_variables, DRIFT_VARIABLE_COUNT, true,
                           &rule->when, e);
}

static int load_rule(struct drift_rules_file *file, const struct sb_doc_node *n, int64_t now,
                     struct drift_ignore_rule *rule, struct sb_error *e)
{
    *rule = (struct drift_ignore_rule){.at = sb_doc_where(file->pool, n)};
    int r = sb_fields_check(file->pool, n, "an ignore rule", rule_keys, e);
    if (r == 0)
        r = sb_field_text(file->pool, n, "reason", &rule->reason, e);
    if (r == 0 && (!rule->reason || !rule->reason[0])) {
        sb_doc_fail(file->pool, n, e, "the ignore rule has no reason");
        return sb_hint(e, "add reason: why nobody needs to be told, and who decided it");
    }
    if (r == 0)
        r = sb_field_enums(file->pool, n, "kinds", drift_kind_names, &rule->kinds, e);
    if (r == 0)
        r = load_expires(file, n, now, rule, e);
    if (r == 0)
        r = load_path(file, n, rule, e);
    if (r == 0)
        r = load_when(file, n, rule, e);
    if (r == 0 && !rule->text) {
        sb_doc_fail(file->pool, n, e,
                    "the ignore rule has neither path nor when: it would hide all");
        return sb_hint(e, "say what it is about, for example path: /production/database/notes");
    }
    return r;
}

static int load_file(struct drift_rules_file *file, int64_t now, struct drift_ignores *ret,
                     struct sb_error *e)
{
    struct sb_field_items rules = {0};
    int r = sb_fields_check(file->pool, file->root, "the ignore file", file_keys, e);
    if (r == 0)
        r = sb_field_list(file->pool, file->root, "ignore", &rules, e);
    if (r < 0)
        return r;
    if (rules.len > MAX_RULES)
        return sb_doc_fail(file->pool, file->root, e, "more than %u ignore rules", MAX_RULES);
    struct drift_ignores ig = {0};
    ig.rules = sb_arena_alloc(sb_doc_arena(file->pool), (rules.len + 1) * sizeof *ig.rules);
    for (size_t i = 0; r == 0 && i < rules.len; i++, ig.len++)
        r = load_rule(file, rules.items[i], now, &ig.rules[i], e);
    if (r < 0)
        drift_ignores_done(&ig);
    else
        *ret = ig;
    return r;
}

int drift_ignores_load(struct sb_doc_pool *pool, const char *path, int64_t now,
                       struct drift_ignores *ret, struct sb_error *e)
{
    struct drift_rules_file file;
    int r = drift_rules_read(pool, path, &file, e);
    return r < 0 ? r : load_file(&file, now, ret, e);
}

int drift_ignores_load_text(struct sb_doc_pool *pool, const char *name, const char *bytes,
                            size_t len, int64_t now, struct drift_ignores *ret, struct sb_error *e)
{
    struct drift_rules_file file;
    int r = drift_rules_text(pool, name, bytes, len, &file, e);
    return r < 0 ? r : load_file(&file, now, ret, e);
}

void drift_ignores_done(struct drift_ignores *ig)
{
    for (size_t i = 0; i < ig->len; i++)
        if (ig->rules[i].when)
            sb_expr_done(ig->rules[i].when);
    *ig = (struct drift_ignores){0};
}

static int covers(const struct drift_ignore_rule *rule, const struct drift_subject *s,
                  struct sb_doc_pool *pool, int64_t now, bool *ret, struct sb_error *e)
{
    const struct drift_finding *f = s->finding;
    *ret = (!rule->kinds || rule->kinds & 1u << f->kind) &&
           (!rule->path || drift_glob_match(rule->path, f->path, true));
    if (!*ret || !rule->when)
        return 0;
    const struct sb_expr_run run = {
        .pool = pool, .values = s->values, .now = now, .secret = f->secret};
    return sb_expr_eval_bool(rule->when, &run, ret, e);
}

void drift_ignores_apply(struct drift_ignores *ig, struct sb_doc_pool *pool, int64_t now,
                         struct drift_findings *findings)
{
    struct drift_subject s;
    struct drift_failure **failures =
        sb_arena_zalloc(sb_doc_arena(pool), ig->len * sizeof(struct drift_failure *));
    drift_subject_init(&s);
    for (size_t i = 0; i < findings->list.len && ig->len; i++) {
        struct drift_finding *f = &findings->list.items[i];
        drift_subject_set(&s, f);
        for (size_t k = 0; k < ig->len; k++) {
            struct drift_ignore_rule *rule = &ig->rules[k];
            struct sb_error e;
            bool yes = false;
            if (covers(rule, &s, pool, now, &yes, &e) < 0) {
                drift_failure_note(findings, pool, &failures[k], rule->text, true, f, &e);
            } else if (yes) {
                rule->hits++;
                if (!rule->expired && !f->ignored_by)
                    f->ignored_by = rule;
            }
        }
    }
    drift_subject_done(&s);
}
