/* Reading policy files: user files first, the built-in one last; everything checked before it runs. */
#include "applets/drift/policy_rule.h"

#include "core/base/map.h"
#include "core/base/mem.h"

#include <stdlib.h>

extern const char sb_embed_drift_policy[];
extern const size_t sb_embed_drift_policy_len;

struct loader {
    struct sb_doc_pool *pool;
    struct drift_policy *policy;
    struct drift_rules_file file;
    bool builtin;
    struct sb_map ids;      /* id -> struct sb_doc_place of the rule that has it */
    struct sb_map disabled; /* id -> the node that disables it */
    struct sb_map used;     /* disabled ids that exist */
};

static const char *const file_keys[] = {"schema", "disable", "categories", "rules", NULL};
static const char *const rule_keys[] = {
    "id",   "kinds",    "categories",   "path", "keys",     "whole", "inside",
    "when", "severity", "consequences", "why",  "category", NULL};
static const char *const category_keys[] = {"category", "keys", "names", NULL};

static int load_names(struct loader *l, const struct sb_doc_node *map, const char *name,
                      struct drift_names *ret, struct sb_error *e)
{
    struct sb_field_items texts = {0};
    int r = sb_field_texts(l->pool, map, name, &texts, e);
    if (r < 0 || texts.len == 0)
        return r;
    struct sb_arena *a = sb_doc_arena(l->pool);
    ret->items = sb_arena_alloc(a, texts.len * sizeof *ret->items);
    struct sb_buf b = SB_BUF_INIT(DRIFT_RULES_MAX * 2);
    for (size_t i = 0; i < texts.len; i++) {
        sb_buf_reset(&b);
        drift_fold(&b, sb_doc_str(texts.items[i]));
        ret->items[i] = (struct sb_str){sb_arena_dup(a, b.data, b.len), b.len};
    }
    ret->len = texts.len;
    sb_buf_done(&b);
    return 0;
}

static int load_paths(struct loader *l, const struct sb_doc_node *map, struct drift_rule *rule,
                      struct sb_error *e)
{
    int r = sb_field_texts(l->pool, map, "path", &rule->path_texts, e);
    if (r < 0 || rule->path_texts.len == 0)
        return r;
    rule->n_paths = rule->path_texts.len;
    rule->paths =
        sb_arena_alloc(sb_doc_arena(l->pool), rule->n_paths * sizeof(struct drift_glob *));
    for (size_t i = 0; i < rule->n_paths; i++) {
        const struct sb_doc_node *n = rule->path_texts.items[i];
        r = drift_glob_new(l->pool, sb_doc_str(n), &rule->paths[i], e);
        if (r < 0) {
            struct sb_doc_place at = sb_doc_where(l->pool, n);
            return sb_locate(e, at.file, at.line, at.column);
        }
    }
    return 0;
}

static int load_when(struct loader *l, const struct sb_doc_node *map, struct drift_rule *rule,
                     struct sb_error *e)
{
    int r = sb_field_text(l->pool, map, "when", &rule->when_text, e);
    if (r < 0 || !rule->when_text)
        return r;
    const struct sb_doc_node *n = sb_doc_get_str(l->pool, map, "when");
    struct sb_expr_source source = {sb_str(rule->when_text), drift_text_place(&l->file, n)};
    return sb_expr_compile(l->pool, &source, drift_variables, DRIFT_VARIABLE_COUNT, true,
                           &rule->when, e);
}

/* A brace in `why` opens a known placeholder. */
static int check_why(struct loader *l, const struct sb_doc_node *map, const char *why,
                     struct sb_error *e)
{
    static const char *const known[] = {"{expected}", "{actual}", "{key}", "{resource}", NULL};
    for (const char *p = why; (p = strchr(p, '{')) != NULL; p++) {
        size_t i = 0;
        while (known[i] && strncmp(p, known[i], strlen(known[i])) != 0)
            i++;
        if (known[i])
            continue;
        sb_doc_fail(l->pool, sb_doc_get_str(l->pool, map, "why"), e,
                    "unknown placeholder in why at \"%.20s\"", p);
        return sb_hint(e, "known are {expected}, {actual}, {key}, {resource}");
    }
    return 0;
}

static int need(struct loader *l, const struct sb_doc_node *map, const char *name, bool there,
                struct sb_error *e)
{
    if (there)
        return 0;
    sb_doc_fail(l->pool, map, e, "the rule has no \"%s\"", name);
    return sb_hint(e, "every rule needs id, severity and why");
}

static int load_selectors(struct loader *l, const struct sb_doc_node *n, struct drift_rule *rule,
                          struct sb_error *e)
{
    bool whole = false;
    int r = sb_field_enums(l->pool, n, "kinds", drift_kind_names, &rule->kinds, e);
    if (r == 0)
        r = sb_field_enums(l->pool, n, "categories", drift_category_names, &rule->categories, e);
    if (r == 0)
        r = load_paths(l, n, rule, e);
    if (r == 0)
        r = load_names(l, n, "keys", &rule->keys, e);
    if (r == 0)
        r = sb_field_bool(l->pool, n, "whole", &whole, e);
    const struct sb_doc_node *given = sb_doc_get_str(l->pool, n, "whole");
    rule->whole = given && given->type == SB_DOC_BOOL ? whole : -1;
    if (r == 0)
        r = sb_field_bool(l->pool, n, "inside", &rule->inside, e);
    return r < 0 ? r : load_when(l, n, rule, e);
}

static int load_judgement(struct loader *l, const struct sb_doc_node *n, struct drift_rule *rule,
                          struct sb_error *e)
{
    unsigned severity = DRIFT_SEVERITY_COUNT, category = DRIFT_CATEGORY_COUNT;
    int r = need(l, n, "severity", sb_doc_get_str(l->pool, n, "severity") != NULL, e);
    if (r == 0)
        r = sb_field_enum(l->pool, n, "severity", drift_severity_names, &severity, e);
    if (r == 0)
        r = need(l, n, "severity", severity < DRIFT_SEVERITY_COUNT, e);
    if (r == 0)
        r = sb_field_enums(l->pool, n, "consequences", drift_consequence_names, &rule->consequences,
                           e);
    if (r == 0)
        r = sb_field_enum(l->pool, n, "category", drift_category_names, &category, e);
    if (r == 0)
        r = sb_field_text(l->pool, n, "why", &rule->why, e);
    if (r == 0)
        r = need(l, n, "why", rule->why && rule->why[0], e);
    if (r < 0)
        return r;
    rule->severity = (enum drift_severity)severity;
    rule->category = category < DRIFT_CATEGORY_COUNT ? (int)category : -1;
    return check_why(l, n, rule->why, e);
}

/* Two rules of one file must not share an id; an earlier file's rule replaces this one. */
static int claim_id(struct loader *l, const struct sb_doc_node *n, const struct drift_rule *rule,
                    bool *ret_replaced, struct sb_error *e)
{
    void **slot = sb_map_at(&l->ids, rule->id, strlen(rule->id));
    const struct sb_doc_place *first = *slot;
    if (first && strcmp(first->file, rule->at.file) == 0) {
        sb_doc_fail(l->pool, n, e, "rule \"%.80s\" is there twice", rule->id);
        return sb_hint(e, "the other one is at line %u; give one of them another id", first->line);
    }
    *ret_replaced = first != NULL;
    if (!first) {
        struct sb_doc_place *at = sb_arena_new(sb_doc_arena(l->pool), struct sb_doc_place);
        *at = rule->at;
        *slot = at;
    }
    return 0;
}

static int load_rule(struct loader *l, const struct sb_doc_node *n, struct sb_error *e)
{
    struct drift_rule rule = {.builtin = l->builtin, .at = sb_doc_where(l->pool, n)};
    int r = sb_fields_check(l->pool, n, "a rule", rule_keys, e);
    if (r == 0)
        r = sb_field_text(l->pool, n, "id", &rule.id, e);
    if (r == 0)
        r = need(l, n, "id", rule.id && rule.id[0], e);
    if (r < 0)
        return r;
    r = load_selectors(l, n, &rule, e);
    if (r == 0)
        r = load_judgement(l, n, &rule, e);
    bool replaced = false;
    if (r == 0)
        r = claim_id(l, n, &rule, &replaced, e);
    bool off = r == 0 && sb_map_get(&l->disabled, rule.id, strlen(rule.id)) != NULL;
    if (off)
        *sb_map_at(&l->used, rule.id, strlen(rule.id)) = l;
    if (r < 0 || replaced || off) {
        if (rule.when)
            sb_expr_done(rule.when);
        return r;
    }
    sb_vec_push(&l->policy->rules, rule);
    return 0;
}

static int load_category(struct loader *l, const struct sb_doc_node *n, struct sb_error *e)
{
    unsigned category = DRIFT_CATEGORY_COUNT;
    struct drift_category_rule c = {0};
    int r = sb_fields_check(l->pool, n, "an entry of categories", category_keys, e);
    if (r == 0)
        r = sb_field_enum(l->pool, n, "category", drift_category_names, &category, e);
    if (r == 0 && category == DRIFT_CATEGORY_COUNT)
        r = sb_doc_fail(l->pool, n, e, "the entry has no \"category\"");
    if (r == 0)
        r = load_names(l, n, "keys", &c.keys, e);
    if (r == 0)
        r = load_names(l, n, "names", &c.names, e);
    if (r == 0 && c.keys.len + c.names.len == 0) {
        sb_doc_fail(l->pool, n, e, "the entry selects nothing");
        r = sb_hint(e, "give it keys, names or both");
    }
    c.category = (enum drift_category)category;
    if (r == 0)
        sb_vec_push(&l->policy->categories, c);
    return r;
}

static int load_disable(struct loader *l, struct sb_error *e)
{
    struct sb_field_items ids = {0};
    int r = sb_field_texts(l->pool, l->file.root, "disable", &ids, e);
    for (size_t i = 0; r == 0 && i < ids.len; i++) {
        const char *id =
            sb_arena_dup(sb_doc_arena(l->pool), ids.items[i]->u.text, ids.items[i]->count);
        *sb_map_at(&l->disabled, id, strlen(id)) = ids.items[i];
    }
    return r;
}

static int load_file(struct loader *l, struct sb_error *e)
{
    struct sb_field_items rules = {0}, categories = {0};
    int r = sb_fields_check(l->pool, l->file.root, "the policy", file_keys, e);
    if (r == 0)
        r = load_disable(l, e);
    if (r == 0)
        r = sb_field_list(l->pool, l->file.root, "categories", &categories, e);
    for (size_t i = 0; r == 0 && i < categories.len; i++)
        r = load_category(l, categories.items[i], e);
    if (r == 0)
        r = sb_field_list(l->pool, l->file.root, "rules", &rules, e);
    for (size_t i = 0; r == 0 && i < rules.len; i++) {
        if (l->policy->rules.len >= DRIFT_POLICY_MAX_RULES)
            return sb_doc_fail(l->pool, rules.items[i], e, "more than %u rules",
                               DRIFT_POLICY_MAX_RULES);
        r = load_rule(l, rules.items[i], e);
    }
    return r;
}

/* A disabled id that no file has is a typing mistake. */
static int check_disabled(struct loader *l, struct sb_error *e)
{
    for (size_t i = 0; i < l->disabled.cap; i++) {
        const struct sb_map_slot *s = &l->disabled.slots[i];
        if (!s->key || sb_map_get(&l->used, s->key, s->len))
            continue;
        sb_doc_fail(l->pool, s->value, e, "there is no rule \"%.80s\" to disable", s->key);
        return sb_hint(e, "`srebox drift policy` lists the rules");
    }
    return 0;
}

static int load_builtin(struct loader *l, struct sb_error *e)
{
    l->builtin = true;
    int r = drift_rules_text(l->pool, "<built-in policy>", sb_embed_drift_policy,
                             sb_embed_drift_policy_len, &l->file, e);
    if (r == 0)
        r = load_file(l, e);
    return r < 0 ? r : check_disabled(l, e);
}

static void loader_init(struct loader *l, struct sb_doc_pool *pool)
{
    *l = (struct loader){.pool = pool, .policy = sb_xcalloc(1, sizeof(struct drift_policy))};
}

/* Adds the built-in policy when all went well so far (r), and hands the result over. */
static int loader_finish(struct loader *l, int r, struct drift_policy **ret, struct sb_error *e)
{
    if (r == 0)
        r = load_builtin(l, e);
    sb_map_done(&l->ids);
    sb_map_done(&l->disabled);
    sb_map_done(&l->used);
    if (r < 0)
        drift_policy_free(l->policy);
    else
        *ret = l->policy;
    return r;
}

int drift_policy_load(struct sb_doc_pool *pool, const char *const *files, size_t n_files,
                      struct drift_policy **ret, struct sb_error *e)
{
    struct loader l;
    int r = 0;
    loader_init(&l, pool);
    for (size_t i = 0; r == 0 && i < n_files; i++) {
        r = drift_rules_read(pool, files[i], &l.file, e);
        if (r == 0)
            r = load_file(&l, e);
    }
    return loader_finish(&l, r, ret, e);
}

int drift_policy_load_text(struct sb_doc_pool *pool, const char *name, const char *bytes,
                           size_t len, struct drift_policy **ret, struct sb_error *e)
{
    struct loader l;
    loader_init(&l, pool);
    int r = drift_rules_text(pool, name, bytes, len, &l.file, e);
    if (r == 0)
        r = load_file(&l, e);
    return loader_finish(&l, r, ret, e);
}

void drift_policy_free(struct drift_policy *p)
{
    if (!p)
        return;
    for (size_t i = 0; i < p->rules.len; i++)
        if (p->rules.items[i].when)
            sb_expr_done(p->rules.items[i].when);
    sb_vec_done(&p->rules);
    sb_vec_done(&p->categories);
    free(p);
}
