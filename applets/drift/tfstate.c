/* Terraform and OpenTofu state, version 4 (statefile/version4.go), and `show -json` of a state.
 *
 * Addresses are those that `state list` prints: module.net["a.b"].aws_subnet.private[0]. Data sources
 * are left out: they are looked up, not managed. A deposed object stands beside its successor as
 * "ADDRESS (deposed KEY)". A tainted instance has the attribute "(tainted)": true. Outputs are
 * "output.NAME". attributes_flat (written by providers of Terraform 0.11) stays flat. */
#include "applets/drift/source.h"
#include "core/doc/number.h"

static bool is_int(const struct sb_doc_node *n, int64_t *ret)
{
    struct sb_number number;
    return n && n->type == SB_DOC_NUMBER && !(n->flags & SB_DOC_NONFINITE) &&
           sb_number_parse(sb_doc_str(n), &number) && sb_number_to_int64(&number, ret);
}

static bool is_show_json(struct sb_doc_pool *pool, const struct sb_doc_node *root)
{
    const struct sb_doc_node *values = drift_get(pool, root, "values");
    if (!drift_get(pool, root, "format_version"))
        return false;
    /* an empty state is {"format_version":"1.0"} and nothing else */
    return root->count == 1 || drift_get(pool, values, "root_module") ||
           drift_get(pool, values, "outputs");
}

bool drift_tfstate_is(struct sb_doc_pool *pool, const struct sb_doc_node *root)
{
    int64_t version;
    if (root->type != SB_DOC_MAP)
        return false;
    if (is_show_json(pool, root))
        return true;
    if (drift_get(pool, root, "encrypted_data") && drift_get(pool, root, "meta"))
        return true;
    if (!is_int(drift_get(pool, root, "version"), &version))
        return false;
    bool origin = drift_get(pool, root, "lineage") || drift_get(pool, root, "terraform_version");
    if (version < 4)
        return origin && drift_get(pool, root, "serial");
    return origin && drift_get(pool, root, "resources");
}

/* As HCL quotes it: also what is a template's start, so that the address can be pasted. */
static void put_quoted(struct sb_buf *b, struct sb_str s)
{
    sb_buf_putc(b, '"');
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (c == '"' || c == '\\')
            sb_buf_putc(b, '\\');
        if ((c == '$' || c == '%') && i + 1 < s.len && s.p[i + 1] == '{')
            sb_buf_putc(b, (char)c);
        if (c == '\n' || c == '\r' || c == '\t')
            sb_buf_puts(b, c == '\n' ? "\\n" : c == '\r' ? "\\r" : "\\t");
        else if (c < 0x20 || c == 0x7f)
            sb_buf_printf(b, "\\u%04x", c);
        else
            sb_buf_putc(b, (char)c);
    }
    sb_buf_putc(b, '"');
}

static int put_index(struct sb_doc_pool *pool, struct sb_buf *b, struct sb_doc_node *instance,
                     struct sb_error *e)
{
    const struct sb_doc_node *key = drift_get(pool, instance, "index_key");
    if (!key || key->type == SB_DOC_NULL)
        return 0;
    if (key->type != SB_DOC_NUMBER && key->type != SB_DOC_STRING)
        return sb_doc_fail(pool, key, e, "index_key must be a number or a string, not a %s",
                           sb_doc_type_name((enum sb_doc_type)key->type));
    sb_buf_putc(b, '[');
    if (key->type == SB_DOC_NUMBER)
        sb_buf_put(b, key->u.text, key->count);
    else
        put_quoted(b, sb_doc_str(key));
    sb_buf_putc(b, ']');
    return 0;
}

/* The key of an index step: {"value": 0, "type": "number"}, or bare. */
static const struct sb_doc_node *step_key(struct sb_doc_pool *pool, const struct sb_doc_node *step)
{
    const struct sb_doc_node *value = drift_get(pool, step, "value");
    return value && value->type == SB_DOC_MAP ? drift_get(pool, value, "value") : value;
}

enum follow { FOLLOW_ON, FOLLOW_ABSENT, FOLLOW_LOST };

static enum follow follow_step(struct sb_doc_pool *pool, struct sb_doc_node **at,
                               const struct sb_doc_node *step)
{
    const struct sb_doc_node *key = step_key(pool, step);
    struct sb_doc_node *next = NULL;
    int64_t index;
    if (key && key->type == SB_DOC_STRING && (*at)->type == SB_DOC_MAP) {
        const struct sb_doc_key *k = sb_doc_key_find(pool, key->u.text, key->count);
        next = k ? sb_doc_get(pool, *at, k) : NULL;
    } else if (is_int(key, &index) && (*at)->type == SB_DOC_LIST) {
        if (index >= 0 && index < (int64_t)(*at)->count)
            next = (*at)->u.items[index];
    } else {
        return (*at)->type == SB_DOC_NULL ? FOLLOW_ABSENT : FOLLOW_LOST;
    }
    if (next)
        *at = next;
    return next ? FOLLOW_ON : FOLLOW_ABSENT;
}

/* Marks what one path leads to. Where it cannot be followed (an element of a set has no index) the
 * whole container is marked: hide rather than show. What is absent needs no mark. */
static void mark_path(struct sb_doc_pool *pool, struct sb_doc_node *attributes,
                      const struct sb_doc_node *path)
{
    struct sb_doc_node *at = attributes;
    enum follow f = path->type == SB_DOC_LIST ? FOLLOW_ON : FOLLOW_LOST;
    for (uint32_t i = 0; f == FOLLOW_ON && path->type == SB_DOC_LIST && i < path->count; i++)
        f = follow_step(pool, &at, path->u.items[i]);
    if (f != FOLLOW_ABSENT)
        drift_seal(at);
}

static struct sb_doc_node *instance_attributes(struct sb_doc_pool *pool,
                                               struct sb_doc_node *instance)
{
    struct sb_doc_node *attributes = drift_get(pool, instance, "attributes");
    if (!attributes || attributes->type != SB_DOC_MAP)
        attributes = drift_get(pool, instance, "attributes_flat");
    if (!attributes || attributes->type != SB_DOC_MAP) {
        attributes = sb_doc_map(pool, NULL, 0);
        sb_doc_place_as(attributes, instance);
    }
    drift_tf_unwrap(pool, attributes);
    if (sb_str_is(drift_get_str(pool, instance, "status"), "tainted")) {
        struct sb_doc_node *yes = sb_doc_bool(pool, true);
        sb_doc_place_as(yes, drift_get(pool, instance, "status"));
        attributes = drift_map_with(pool, attributes, "(tainted)", yes);
    }
    const struct sb_doc_node *paths = drift_get(pool, instance, "sensitive_attributes");
    if (paths && paths->type != SB_DOC_LIST && paths->type != SB_DOC_NULL)
        drift_seal(attributes);
    for (uint32_t i = 0; paths && paths->type == SB_DOC_LIST && i < paths->count; i++)
        mark_path(pool, attributes, paths->u.items[i]);
    return attributes;
}

/* base: the resource's address without the instance. */
static int add_instance(struct drift_tree *t, struct sb_str base, struct sb_doc_node *instance,
                        struct sb_error *e)
{
    if (instance->type != SB_DOC_MAP)
        return sb_doc_fail(t->pool, instance, e, "an instance must be a map, not a %s",
                           sb_doc_type_name((enum sb_doc_type)instance->type));
    struct sb_buf b = SB_BUF_INIT(DRIFT_ADDRESS_MAX);
    sb_buf_put(&b, base.p, base.len);
    int rc = put_index(t->pool, &b, instance, e);
    struct sb_str deposed = drift_get_str(t->pool, instance, "deposed");
    if (deposed.len)
        drift_tf_put_deposed(&b, deposed);
    if (rc == 0)
        rc = sb_buf_check(&b, "an address", e);
    if (rc == 0)
        rc = drift_tree_add(t, (struct sb_str){b.data, b.len},
                            instance_attributes(t->pool, instance), e);
    sb_buf_done(&b);
    return rc;
}

static int add_resource(struct drift_tree *t, struct sb_doc_node *res, struct sb_error *e)
{
    struct sb_doc_node *type, *name, *instances, *module;
    int rc = drift_get_need(t->pool, res, "type", SB_DOC_STRING, &type, e);
    if (rc == 0)
        rc = drift_get_need(t->pool, res, "name", SB_DOC_STRING, &name, e);
    if (rc == 0)
        rc = drift_get_need(t->pool, res, "instances", SB_DOC_LIST, &instances, e);
    if (rc == 0)
        rc = drift_get_take(t->pool, res, "module", SB_DOC_STRING, &module, e);
    if (rc)
        return rc;
    struct sb_str mode = drift_get_str(t->pool, res, "mode");
    if (mode.len && !sb_str_is(mode, "managed"))
        return 0;
    struct sb_buf base = SB_BUF_INIT(DRIFT_ADDRESS_MAX);
    if (module && module->count) {
        sb_buf_put(&base, module->u.text, module->count);
        sb_buf_putc(&base, '.');
    }
    sb_buf_put(&base, type->u.text, type->count);
    sb_buf_putc(&base, '.');
    sb_buf_put(&base, name->u.text, name->count);
    rc = sb_buf_check(&base, "an address", e);
    for (uint32_t i = 0; rc == 0 && i < instances->count; i++)
        rc = add_instance(t, (struct sb_str){base.data, base.len}, instances->u.items[i], e);
    sb_buf_done(&base);
    return rc;
}

static int read_v4(struct drift_tree *t, struct sb_doc_node *root, struct sb_error *e)
{
    struct sb_doc_node *resources;
    int rc = drift_get_need(t->pool, root, "resources", SB_DOC_LIST, &resources, e);
    for (uint32_t i = 0; rc == 0 && i < resources->count; i++)
        rc = add_resource(t, resources->u.items[i], e);
    return rc < 0 ? rc : drift_tf_outputs(t, root, e);
}

static int check_version(struct sb_doc_pool *pool, struct sb_doc_node *root, struct sb_error *e)
{
    struct sb_doc_node *encrypted = drift_get(pool, root, "encrypted_data");
    if (encrypted) {
        sb_doc_fail(pool, encrypted, e, "the state is encrypted");
        return sb_hint(e, "read it decrypted: tofu state pull | srebox drift check PLAN tfstate:-");
    }
    struct sb_doc_node *version;
    int64_t number;
    int rc = drift_get_need(pool, root, "version", SB_DOC_NUMBER, &version, e);
    if (rc)
        return sb_hint(e,
                       "a Terraform state has \"version\": 4; other JSON is read with json:PATH");
    if (is_int(version, &number) && number == 4)
        return 0;
    sb_doc_fail(pool, version, e, "state version %.*s is not read; version 4 is",
                SB_STR_ARG(sb_doc_str(version)));
    if (is_int(version, &number) && number < 4)
        return sb_hint(e, "upgrade it on a copy: Terraform 0.12 or later writes version 4 after "
                          "`terraform state push` or `terraform apply`");
    return sb_hint(e, "a newer srebox may read it; or give `terraform show -json` of it");
}

int drift_tfstate_tree(struct sb_doc_pool *pool, struct sb_doc_node *root, struct sb_doc_node **ret,
                       struct sb_error *e)
{
    struct drift_tree t = {.pool = pool};
    int rc;
    if (root->type != SB_DOC_MAP)
        return sb_doc_fail(pool, root, e, "a Terraform state is a map, not a %s",
                           sb_doc_type_name((enum sb_doc_type)root->type));
    if (drift_tfplan_is(pool, root)) {
        sb_doc_fail(pool, root, e, "this is a Terraform plan, not a state");
        return sb_hint(e, "read it as tfplan:FILE");
    }
    if (drift_get(pool, root, "format_version")) {
        struct sb_doc_node *values = NULL;
        rc = drift_tf_format(pool, root, e);
        if (rc == 0)
            rc = drift_get_take(pool, root, "values", SB_DOC_MAP, &values, e);
        if (rc == 0 && values)
            rc = drift_tf_values(&t, values, e);
    } else {
        rc = check_version(pool, root, e);
        if (rc == 0)
            rc = read_v4(&t, root, e);
    }
    if (rc == 0)
        *ret = drift_tree_root(&t, root);
    drift_tree_done(&t);
    return rc;
}
