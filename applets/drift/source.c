/* What the readers of a side share. Invariant: index holds every member's key once. */
#include "applets/drift/source.h"

#include <stdarg.h>
#include <stdio.h>

void drift_tree_done(struct drift_tree *t)
{
    sb_vec_done(&t->members);
    sb_map_done(&t->index);
}

int drift_tree_add(struct drift_tree *t, struct sb_str address, struct sb_doc_node *value,
                   struct sb_error *e)
{
    const struct sb_doc_key *key = sb_doc_intern(t->pool, address.p, address.len);
    void **slot = sb_map_at(&t->index, key->text, key->len);
    if (*slot) {
        struct sb_doc_place first = sb_doc_where(t->pool, *slot);
        sb_doc_fail(t->pool, value, e, "%s is here a second time; the first one is at %s:%u:%u",
                    key->text, first.file, first.line, first.column);
        return sb_hint(e, "one side holds each resource once: remove one of the two");
    }
    *slot = value;
    struct sb_doc_member m = {.key = key, .value = value};
    sb_vec_push(&t->members, m);
    return 0;
}

struct sb_doc_node *drift_tree_get(const struct drift_tree *t, struct sb_str address)
{
    return sb_map_get(&t->index, address.p, address.len);
}

struct sb_doc_node *drift_tree_root(struct drift_tree *t, const struct sb_doc_node *where)
{
    struct sb_doc_node *root = sb_doc_map(t->pool, t->members.items, t->members.len);
    if (where)
        sb_doc_place_as(root, where);
    return root;
}

void drift_side_note(struct sb_doc_pool *pool, struct drift_side *side, const char *fmt, ...)
{
    char text[512];
    va_list ap;
    if (side->n_notes == DRIFT_SIDE_NOTES)
        return;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    side->notes[side->n_notes++] = sb_arena_strdup(sb_doc_arena(pool), text);
}

struct sb_doc_node *drift_get(struct sb_doc_pool *pool, const struct sb_doc_node *n,
                              const char *key)
{
    return n && n->type == SB_DOC_MAP ? sb_doc_get_str(pool, n, key) : NULL;
}

struct sb_str drift_get_str(struct sb_doc_pool *pool, const struct sb_doc_node *n, const char *key)
{
    const struct sb_doc_node *m = drift_get(pool, n, key);
    return m && m->type == SB_DOC_STRING ? sb_doc_str(m) : (struct sb_str){"", 0};
}

int drift_get_take(struct sb_doc_pool *pool, struct sb_doc_node *n, const char *key,
                   enum sb_doc_type type, struct sb_doc_node **ret, struct sb_error *e)
{
    if (n->type != SB_DOC_MAP)
        return sb_doc_fail(pool, n, e, "a map with \"%s\" is needed here, not a %s", key,
                           sb_doc_type_name((enum sb_doc_type)n->type));
    struct sb_doc_node *m = sb_doc_get_str(pool, n, key);
    if (m && m->type != (uint8_t)type && m->type != SB_DOC_NULL)
        return sb_doc_fail(pool, m, e, "\"%s\" must be a %s, not a %s", key, sb_doc_type_name(type),
                           sb_doc_type_name((enum sb_doc_type)m->type));
    *ret = m && m->type == (uint8_t)type ? m : NULL;
    return 0;
}

int drift_get_need(struct sb_doc_pool *pool, struct sb_doc_node *n, const char *key,
                   enum sb_doc_type type, struct sb_doc_node **ret, struct sb_error *e)
{
    struct sb_doc_node *m = NULL;
    int rc = drift_get_take(pool, n, key, type, &m, e);
    if (rc)
        return rc;
    if (!m)
        return sb_doc_fail(pool, n, e, "\"%s\" is missing (a %s)", key, sb_doc_type_name(type));
    *ret = m;
    return 0;
}

struct sb_doc_node *drift_map_with(struct sb_doc_pool *pool, const struct sb_doc_node *map,
                                   const char *key, struct sb_doc_node *value)
{
    struct sb_doc_member added = {.key = sb_doc_intern(pool, key, strlen(key)),
                                  .line = value->line,
                                  .column = value->column,
                                  .value = value};
    struct sb_doc_node *copy = sb_doc_copy(pool, map);
    size_t at = sb_doc_find(pool, map, added.key), n = map->count;
    struct sb_doc_member *members =
        sb_arena_alloc(sb_doc_arena(pool), (n + 1) * sizeof(struct sb_doc_member));
    if (n)
        memcpy(members, map->u.members, n * sizeof *members);
    if (at == SIZE_MAX)
        members[n] = added;
    else
        members[at].value = value;
    copy->u.members = members;
    copy->count += at == SIZE_MAX;
    return copy;
}

void drift_seal(struct sb_doc_node *n)
{
    SB_VEC(struct sb_doc_node *) todo = {0};
    sb_vec_push(&todo, n);
    while (todo.len) {
        struct sb_doc_node *at = todo.items[--todo.len];
        if (at->flags & SB_DOC_SECRET) /* with all below it */
            continue;
        at->flags |= SB_DOC_SECRET;
        for (uint32_t i = 0; at->type == SB_DOC_LIST && i < at->count; i++)
            sb_vec_push(&todo, at->u.items[i]);
        for (uint32_t i = 0; at->type == SB_DOC_MAP && i < at->count; i++)
            sb_vec_push(&todo, at->u.members[i].value);
    }
    sb_vec_done(&todo);
}
