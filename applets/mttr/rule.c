/* Reading the rules, and asking them. */
#include "applets/mttr/rule.h"

#include "core/base/arena.h"
#include "core/base/mem.h"
#include "core/base/time.h"
#include "core/base/vec.h"
#include "core/doc/fields.h"

#define FILE_MOST ((uint64_t)1 << 20)
#define WINDOW_MOST (7 * 24 * 3600 * SB_NS_PER_S)
#define WINDOW_DEFAULT (300 * SB_NS_PER_S)

struct mttr_rules {
    SB_VEC(struct mttr_rule) list;
    struct sb_arena arena;
};

void mttr_rules_free(struct mttr_rules *r)
{
    if (!r)
        return;
    sb_vec_done(&r->list);
    sb_arena_done(&r->arena);
    free(r);
}

void mttr_rules_freep(struct mttr_rules **r)
{
    mttr_rules_free(*r);
}

static struct sb_str keep(struct mttr_rules *r, struct sb_str s)
{
    return (struct sb_str){sb_arena_dup(&r->arena, s.p, s.len), s.len};
}

static int take_text(struct mttr_rules *r, struct sb_doc_pool *pool, const struct sb_doc_node *map,
                     const char *name, struct sb_str *ret, struct sb_error *e)
{
    const char *text = NULL;
    int code = sb_field_text(pool, map, name, &text, e);
    if (code || !text)
        return code;
    if (!*text || strlen(text) > 200)
        return sb_doc_fail(pool, sb_doc_get_str(pool, map, name), e,
                           "\"%s\" is a text of 1 to 200 bytes", name);
    *ret = keep(r, sb_str(text));
    return 0;
}

static int take_globs(struct mttr_rules *r, struct sb_doc_pool *pool, const struct sb_doc_node *map,
                      struct mttr_rule *rule, struct sb_error *e)
{
    struct sb_field_items items = {NULL, 0};
    int code = sb_field_texts(pool, map, "match", &items, e);
    if (code)
        return code;
    if (items.len == 0) {
        sb_doc_fail(pool, map, e, "the rule says nothing of what it is about");
        return sb_hint(e, "give it a glob: match: web-*");
    }
    struct sb_str *globs = sb_arena_alloc(&r->arena, items.len * sizeof *globs);
    for (size_t i = 0; i < items.len; i++)
        globs[i] = keep(r, sb_doc_str(items.items[i]));
    rule->globs = globs;
    rule->n_globs = items.len;
    return 0;
}

static int take_rule(struct mttr_rules *r, struct sb_doc_pool *pool, const struct sb_doc_node *map,
                     struct sb_error *e)
{
    static const char *const known[] = {"match", "service", "severity", "team", "window", NULL};
    struct mttr_rule rule = {.window = WINDOW_DEFAULT};
    int code = sb_fields_check(pool, map, "a rule", known, e);
    if (!code)
        code = take_globs(r, pool, map, &rule, e);
    if (!code)
        code = take_text(r, pool, map, "service", &rule.service, e);
    if (!code && !rule.service.len) {
        code = sb_doc_fail(pool, map, e, "the rule names no service");
        sb_hint(e, "give it one: service: checkout");
    }
    if (!code)
        code = take_text(r, pool, map, "severity", &rule.severity, e);
    if (!code)
        code = take_text(r, pool, map, "team", &rule.team, e);
    if (!code)
        code = sb_field_duration(pool, map, "window", 0, WINDOW_MOST, &rule.window, e);
    if (!code)
        sb_vec_push(&r->list, rule);
    return code;
}

static int take_rules(struct sb_doc_pool *pool, const struct sb_doc_node *root,
                      struct mttr_rules *r, struct sb_error *e)
{
    static const char *const known[] = {"rules", NULL};
    struct sb_field_items items = {NULL, 0};
    int code = sb_fields_check(pool, root, "the file of rules", known, e);
    if (!code)
        code = sb_field_list(pool, root, "rules", &items, e);
    if (!code && items.len > MTTR_RULES_MOST)
        code = sb_doc_fail(pool, root, e, "%zu rules, at most %d are taken", items.len,
                           (int)MTTR_RULES_MOST);
    for (size_t i = 0; !code && i < items.len; i++)
        code = take_rule(r, pool, items.items[i], e);
    return code;
}

static int finish(struct sb_doc_pool *pool, const struct sb_doc_node *root, struct mttr_rules **ret,
                  struct sb_error *e)
{
    struct mttr_rules *r = sb_xcalloc(1, sizeof *r);
    int code = take_rules(pool, root, r, e);
    if (code)
        mttr_rules_free(r);
    else
        *ret = r;
    return code;
}

int mttr_rules_read(const char *path, struct mttr_rules **ret, struct sb_error *e)
{
    struct sb_doc_pool *pool SB_CLEANUP(sb_doc_pool_freep) = sb_doc_pool_new();
    struct sb_doc_node *root;
    int code = sb_fields_read(pool, path, FILE_MOST, &root, e);
    return code ? code : finish(pool, root, ret, e);
}

int mttr_rules_read_text(const char *name, const char *bytes, size_t len, struct mttr_rules **ret,
                         struct sb_error *e)
{
    struct sb_doc_pool *pool SB_CLEANUP(sb_doc_pool_freep) = sb_doc_pool_new();
    struct sb_doc_node *root;
    int code = sb_fields_read_text(pool, name, bytes, len, &root, e);
    return code ? code : finish(pool, root, ret, e);
}

const struct mttr_rule *mttr_rules_find(const struct mttr_rules *r, struct sb_str subject)
{
    for (size_t i = 0; i < r->list.len; i++)
        for (size_t k = 0; k < r->list.items[i].n_globs; k++)
            if (sb_str_glob(r->list.items[i].globs[k], subject, '\0'))
                return &r->list.items[i];
    return NULL;
}
