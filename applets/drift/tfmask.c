/* Terraform's masks: trees of true that mirror a value. Recursion follows the mask, which the JSON
 * reader keeps within its depth cap (1,024). */
#include "applets/drift/source.h"

struct sb_doc_node *drift_tf_unknown_node(struct sb_doc_pool *pool, const struct sb_doc_node *where)
{
    struct sb_doc_node *n = sb_doc_node_new(pool, SB_DOC_NULL);
    n->flags |= SB_DOC_UNKNOWN;
    sb_doc_place_as(n, where);
    return n;
}

void drift_tf_secret(struct sb_doc_pool *pool, struct sb_doc_node *value,
                     const struct sb_doc_node *mask)
{
    if (!value || !mask)
        return;
    if (sb_doc_is_true(mask)) {
        drift_seal(value);
        return;
    }
    if (mask->type == SB_DOC_MAP && value->type == SB_DOC_MAP) {
        for (uint32_t i = 0; i < mask->count; i++)
            drift_tf_secret(pool, sb_doc_get(pool, value, mask->u.members[i].key),
                            mask->u.members[i].value);
    } else if (mask->type == SB_DOC_LIST && value->type == SB_DOC_LIST) {
        for (uint32_t i = 0; i < mask->count && i < value->count; i++)
            drift_tf_secret(pool, value->u.items[i], mask->u.items[i]);
    } else if ((mask->type == SB_DOC_MAP || mask->type == SB_DOC_LIST) && mask->count) {
        drift_seal(value); /* a mask that does not fit: hide rather than show */
    }
}

static bool masks_any(const struct sb_doc_node *mask)
{
    if (sb_doc_is_true(mask))
        return true;
    for (uint32_t i = 0; mask->type == SB_DOC_MAP && i < mask->count; i++)
        if (masks_any(mask->u.members[i].value))
            return true;
    for (uint32_t i = 0; mask->type == SB_DOC_LIST && i < mask->count; i++)
        if (masks_any(mask->u.items[i]))
            return true;
    return false;
}

static struct sb_doc_node *unknown_map(struct sb_doc_pool *pool, struct sb_doc_node *value,
                                       const struct sb_doc_node *mask)
{
    struct sb_doc_node *copy = sb_doc_copy(pool, value);
    size_t room = (size_t)value->count + mask->count, n = value->count;
    struct sb_doc_member *members =
        sb_arena_alloc(sb_doc_arena(pool), room * sizeof(struct sb_doc_member));
    if (n)
        memcpy(members, value->u.members, n * sizeof *members);
    for (uint32_t i = 0; i < mask->count; i++) {
        const struct sb_doc_member *m = &mask->u.members[i];
        size_t at = sb_doc_find(pool, value, m->key);
        if (at != SIZE_MAX)
            members[at].value = drift_tf_unknown(pool, members[at].value, m->value);
        else if (masks_any(m->value)) /* the plan leaves unknown members out */
            members[n++] = (struct sb_doc_member){.key = m->key,
                                                  .value = drift_tf_unknown_node(pool, m->value),
                                                  .line = m->line,
                                                  .column = m->column};
    }
    copy->u.members = members;
    copy->count = (uint32_t)n;
    return copy;
}

static struct sb_doc_node *unknown_list(struct sb_doc_pool *pool, struct sb_doc_node *value,
                                        const struct sb_doc_node *mask)
{
    struct sb_doc_node *copy = sb_doc_copy(pool, value);
    size_t room = SB_MAX(value->count, mask->count), n = value->count;
    struct sb_doc_node **items =
        sb_arena_alloc(sb_doc_arena(pool), SB_MAX(room, 1u) * sizeof(struct sb_doc_node *));
    for (uint32_t i = 0; i < value->count; i++)
        items[i] = i < mask->count ? drift_tf_unknown(pool, value->u.items[i], mask->u.items[i])
                                   : value->u.items[i];
    for (; n < mask->count && masks_any(mask->u.items[n]); n++)
        items[n] = drift_tf_unknown_node(pool, mask->u.items[n]);
    copy->u.items = items;
    copy->count = (uint32_t)n;
    return copy;
}

struct sb_doc_node *drift_tf_unknown(struct sb_doc_pool *pool, struct sb_doc_node *value,
                                     const struct sb_doc_node *mask)
{
    if (!mask || !value)
        return value;
    if (sb_doc_is_true(mask))
        return drift_tf_unknown_node(pool, value);
    if (mask->type != value->type || (mask->type != SB_DOC_MAP && mask->type != SB_DOC_LIST))
        return value;
    return mask->type == SB_DOC_MAP ? unknown_map(pool, value, mask)
                                    : unknown_list(pool, value, mask);
}
