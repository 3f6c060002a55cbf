/* The `values` of `terraform show -json`: modules nested in modules, each with resources that carry
 * their full address. Used by state (values), plan (planned_values) and prior state. */
#include "applets/drift/source.h"

void drift_tf_put_deposed(struct sb_buf *b, struct sb_str key)
{
    sb_buf_puts(b, " (deposed ");
    sb_buf_put(b, key.p, key.len);
    sb_buf_putc(b, ')');
}

int drift_tf_format(struct sb_doc_pool *pool, struct sb_doc_node *root, struct sb_error *e)
{
    struct sb_doc_node *version;
    int rc = drift_get_need(pool, root, "format_version", SB_DOC_STRING, &version, e);
    if (rc)
        return rc;
    struct sb_str v = sb_doc_str(version);
    if (sb_str_starts(v, SB_STR("0.")) || sb_str_starts(v, SB_STR("1.")))
        return 0;
    sb_doc_fail(pool, version, e, "format_version \"%.*s\" is not known; 0.x and 1.x are",
                SB_STR_ARG(v));
    return sb_hint(e, "a newer srebox may read it");
}

static int add_resource(struct drift_tree *t, struct sb_doc_node *res, struct sb_error *e)
{
    struct sb_doc_node *address, *values;
    int rc = drift_get_need(t->pool, res, "address", SB_DOC_STRING, &address, e);
    if (rc == 0)
        rc = drift_get_take(t->pool, res, "values", SB_DOC_MAP, &values, e);
    if (rc)
        return rc;
    struct sb_str mode = drift_get_str(t->pool, res, "mode");
    if (mode.len && !sb_str_is(mode, "managed"))
        return 0;
    if (!values) {
        values = sb_doc_map(t->pool, NULL, 0);
        sb_doc_place_as(values, res);
    }
    struct sb_doc_node *tainted = drift_get(t->pool, res, "tainted");
    if (tainted && sb_doc_is_true(tainted))
        values = drift_map_with(t->pool, values, "(tainted)", tainted);
    drift_tf_secret(t->pool, values, drift_get(t->pool, res, "sensitive_values"));
    struct sb_buf b = SB_BUF_INIT(DRIFT_ADDRESS_MAX);
    sb_buf_put(&b, address->u.text, address->count);
    struct sb_str deposed = drift_get_str(t->pool, res, "deposed_key");
    if (deposed.len)
        drift_tf_put_deposed(&b, deposed);
    rc = sb_buf_check(&b, "an address", e);
    if (rc == 0)
        rc = drift_tree_add(t, (struct sb_str){b.data, b.len}, values, e);
    sb_buf_done(&b);
    return rc;
}

static int add_outputs(struct drift_tree *t, struct sb_doc_node *outputs, struct sb_error *e)
{
    int rc = 0;
    for (uint32_t i = 0; rc == 0 && i < outputs->count; i++) {
        const struct sb_doc_member *m = &outputs->u.members[i];
        struct sb_doc_node *value = drift_get(t->pool, m->value, "value");
        if (!value) /* a plan leaves out what is not known yet */
            value = drift_tf_unknown_node(t->pool, m->value);
        drift_tf_secret(t->pool, value, drift_get(t->pool, m->value, "sensitive"));
        struct sb_buf b = SB_BUF_INIT(DRIFT_ADDRESS_MAX);
        sb_buf_puts(&b, "output.");
        sb_buf_put(&b, m->key->text, m->key->len);
        rc = sb_buf_check(&b, "an output's name", e);
        if (rc == 0)
            rc = drift_tree_add(t, (struct sb_str){b.data, b.len}, value, e);
        sb_buf_done(&b);
    }
    return rc;
}

int drift_tf_outputs(struct drift_tree *t, struct sb_doc_node *holder, struct sb_error *e)
{
    struct sb_doc_node *outputs;
    int rc = drift_get_take(t->pool, holder, "outputs", SB_DOC_MAP, &outputs, e);
    return rc < 0 || !outputs ? rc : add_outputs(t, outputs, e);
}

static int add_module(struct drift_tree *t, struct sb_doc_node *module,
                      struct sb_doc_node **ret_children, struct sb_error *e)
{
    struct sb_doc_node *resources;
    int rc = drift_get_take(t->pool, module, "resources", SB_DOC_LIST, &resources, e);
    for (uint32_t i = 0; rc == 0 && resources && i < resources->count; i++)
        rc = add_resource(t, resources->u.items[i], e);
    if (rc == 0)
        rc = drift_get_take(t->pool, module, "child_modules", SB_DOC_LIST, ret_children, e);
    return rc;
}

int drift_tf_values(struct drift_tree *t, struct sb_doc_node *values, struct sb_error *e)
{
    struct sb_doc_node *module, *children = NULL;
    int rc = drift_tf_outputs(t, values, e);
    if (rc == 0)
        rc = drift_get_take(t->pool, values, "root_module", SB_DOC_MAP, &module, e);
    if (rc || !module)
        return rc;
    SB_VEC(struct sb_doc_node *) todo = {0};
    sb_vec_push(&todo, module);
    while (rc == 0 && todo.len) {
        rc = add_module(t, todo.items[--todo.len], &children, e);
        for (uint32_t i = rc == 0 && children ? children->count : 0; i > 0; i--)
            sb_vec_push(&todo, children->u.items[i - 1]);
    }
    sb_vec_done(&todo);
    return rc;
}
