/* Values of attributes whose type only the configuration decides (terraform_data's input and output,
 * a Kubernetes manifest's object): the state file writes each as {"value": ..., "type": ...}, `show
 * -json` and the paths of sensitive_attributes know the value alone. Here the wrapping is taken off.
 * Source: cty's json package, marshalDynamic. Recursion is as deep as the JSON reader allows. */
#include "applets/drift/source.h"

/* "list", "set" and "tuple" are written as lists, "map" and "object" as maps. */
static bool fits_collection(const struct sb_doc_node *type, const struct sb_doc_node *value)
{
    if (type->type != SB_DOC_LIST || type->count < 2 || type->u.items[0]->type != SB_DOC_STRING)
        return false;
    struct sb_str kind = sb_doc_str(type->u.items[0]);
    const struct sb_doc_node *of = type->u.items[1];
    bool null = value->type == SB_DOC_NULL;
    if (sb_str_is(kind, "object"))
        return of->type == SB_DOC_MAP &&
               (null || (value->type == SB_DOC_MAP && value->count == of->count));
    if (sb_str_is(kind, "tuple"))
        return of->type == SB_DOC_LIST &&
               (null || (value->type == SB_DOC_LIST && value->count == of->count));
    bool is_type = of->type == SB_DOC_STRING || of->type == SB_DOC_LIST;
    if (sb_str_is(kind, "map"))
        return is_type && (null || value->type == SB_DOC_MAP);
    return is_type && (sb_str_is(kind, "list") || sb_str_is(kind, "set")) &&
           (null || value->type == SB_DOC_LIST);
}

static bool fits_primitive(const struct sb_doc_node *type, const struct sb_doc_node *value)
{
    if (type->type != SB_DOC_STRING)
        return false;
    struct sb_str name = sb_doc_str(type);
    return (sb_str_is(name, "string") && value->type == SB_DOC_STRING) ||
           (sb_str_is(name, "number") && value->type == SB_DOC_NUMBER) ||
           (sb_str_is(name, "bool") && value->type == SB_DOC_BOOL) ||
           (value->type == SB_DOC_NULL &&
            (sb_str_is(name, "string") || sb_str_is(name, "number") || sb_str_is(name, "bool")));
}

/* Deeper down, a provider's own block may have just these two members and say "string": there only a
 * type that no block would hold is believed. */
static struct sb_doc_node *unwrapped(struct sb_doc_pool *pool, struct sb_doc_node *n,
                                     bool attribute)
{
    if (n->type != SB_DOC_MAP || n->count != 2)
        return n;
    struct sb_doc_node *value = drift_get(pool, n, "value"), *type = drift_get(pool, n, "type");
    if (!value || !type)
        return n;
    bool fits = fits_collection(type, value) || (attribute && fits_primitive(type, value));
    return fits ? value : n;
}

static void unwrap_below(struct sb_doc_pool *pool, struct sb_doc_node *n, bool attributes)
{
    for (uint32_t i = 0; n->type == SB_DOC_MAP && i < n->count; i++) {
        struct sb_doc_member *m = &n->u.members[i];
        m->value = unwrapped(pool, m->value, attributes);
        unwrap_below(pool, m->value, false);
    }
    for (uint32_t i = 0; n->type == SB_DOC_LIST && i < n->count; i++) {
        n->u.items[i] = unwrapped(pool, n->u.items[i], false);
        unwrap_below(pool, n->u.items[i], false);
    }
}

void drift_tf_unwrap(struct sb_doc_pool *pool, struct sb_doc_node *attributes)
{
    unwrap_below(pool, attributes, true);
}
