/* Outputs of a Terraform plan: output_changes says what each was and what it is to be. prior_state is
 * no witness of what it was: Terraform writes the outputs it has just computed there. */
#include "applets/drift/source.h"

static bool acts(struct sb_doc_pool *pool, const struct sb_doc_node *change, const char *action)
{
    const struct sb_doc_node *list = drift_get(pool, change, "actions");
    for (uint32_t i = 0; list && list->type == SB_DOC_LIST && i < list->count; i++) {
        const struct sb_doc_node *n = list->u.items[i];
        if (n->type == SB_DOC_STRING && sb_str_is(sb_doc_str(n), action))
            return true;
    }
    return false;
}

static struct sb_doc_member member(struct sb_doc_pool *pool, const char *name,
                                   struct sb_doc_node *value)
{
    return (struct sb_doc_member){.key = sb_doc_intern(pool, name, strlen(name)), .value = value};
}

/* One side of a change as a state writes an output: {value, sensitive}; no value when it is not known
 * yet. NULL when there is no output on that side. */
static struct sb_doc_node *one_side(struct sb_doc_pool *pool, const struct sb_doc_node *change,
                                    bool after)
{
    const struct sb_doc_node *unknown = after ? drift_get(pool, change, "after_unknown") : NULL;
    struct sb_doc_node *value = drift_get(pool, change, after ? "after" : "before");
    struct sb_doc_node *mask =
        drift_get(pool, change, after ? "after_sensitive" : "before_sensitive");
    struct sb_doc_member members[2];
    size_t n = 0;
    if (acts(pool, change, after ? "delete" : "create") || (!value && !unknown))
        return NULL;
    if (value)
        members[n++] = member(pool, "value", drift_tf_unknown(pool, value, unknown));
    if (mask)
        members[n++] = member(pool, "sensitive", mask);
    struct sb_doc_node *output = sb_doc_map(pool, members, n);
    sb_doc_place_as(output, change);
    return output;
}

int drift_tf_output_changes(struct sb_doc_pool *pool, struct sb_doc_node *root, bool after,
                            const struct sb_doc_node *others, struct sb_doc_node **ret,
                            struct sb_error *e)
{
    struct sb_doc_node *changes;
    SB_VEC(struct sb_doc_member) outputs = {0};
    int rc = drift_get_take(pool, root, "output_changes", SB_DOC_MAP, &changes, e);
    for (uint32_t i = 0; rc == 0 && changes && i < changes->count; i++) {
        struct sb_doc_member m = changes->u.members[i];
        if (m.value->type != SB_DOC_MAP)
            rc = sb_doc_fail(pool, m.value, e, "the change of an output must be a map");
        else if ((m.value = one_side(pool, m.value, after)))
            sb_vec_push(&outputs, m);
    }
    for (uint32_t i = 0; rc == 0 && others && others->type == SB_DOC_MAP && i < others->count;
         i++) {
        struct sb_doc_member m = others->u.members[i];
        if (!changes || !sb_doc_get(pool, changes, m.key))
            sb_vec_push(&outputs, m);
    }
    if (rc == 0)
        *ret = sb_doc_map(pool, outputs.items, outputs.len);
    sb_vec_done(&outputs);
    return rc;
}
