/* Terraform and OpenTofu plans: `show -json PLANFILE` (jsonplan).
 *
 * resource_changes has an entry for each resource the plan looked at, also those left alone (no-op);
 * its before is reality after the refresh. resource_drift has what the refresh found changed; its
 * before is the record, its after reality. Data sources (read) are not managed and left out. A moved
 * resource is compared under its new address: an address is no part of reality; a note tells. */
#include "applets/drift/source.h"

#define PLAN_NOT_COMPLETE "(plan not complete)"

/* One entry of resource_changes or resource_drift, masks applied. Sides that are null are NULL. */
struct change {
    struct sb_doc_node *entry;
    struct sb_doc_node *before, *after;
    struct sb_doc_node *unknown; /* after_unknown, or NULL */
    struct sb_str address;       /* with the deposed key; in the arena */
    bool managed;
};

bool drift_tfplan_is(struct sb_doc_pool *pool, const struct sb_doc_node *root)
{
    return drift_get(pool, root, "format_version") &&
           (drift_get(pool, root, "resource_changes") || drift_get(pool, root, "planned_values"));
}

static int side_of_change(struct sb_doc_pool *pool, struct sb_doc_node *change, const char *key,
                          const char *mask, struct sb_doc_node **ret, struct sb_error *e)
{
    struct sb_doc_node *value;
    int rc = drift_get_take(pool, change, key, SB_DOC_MAP, &value, e);
    if (rc)
        return rc;
    drift_tf_secret(pool, value, drift_get(pool, change, mask));
    *ret = value;
    return 0;
}

static int change_address(struct sb_doc_pool *pool, struct change *c, struct sb_error *e)
{
    struct sb_doc_node *address;
    int rc = drift_get_need(pool, c->entry, "address", SB_DOC_STRING, &address, e);
    if (rc)
        return rc;
    struct sb_str deposed = drift_get_str(pool, c->entry, "deposed");
    struct sb_buf b = SB_BUF_INIT(DRIFT_ADDRESS_MAX);
    sb_buf_put(&b, address->u.text, address->count);
    if (deposed.len)
        drift_tf_put_deposed(&b, deposed);
    rc = sb_buf_check(&b, "an address", e);
    if (rc == 0 && b.len == 0)
        rc = sb_doc_fail(pool, address, e, "the address is empty");
    if (rc == 0)
        c->address = (struct sb_str){sb_arena_dup(sb_doc_arena(pool), b.data, b.len), b.len};
    sb_buf_done(&b);
    return rc;
}

static int change_read(struct sb_doc_pool *pool, struct sb_doc_node *entry, struct change *ret,
                       struct sb_error *e)
{
    struct change c = {.entry = entry};
    struct sb_doc_node *change;
    int rc = change_address(pool, &c, e);
    if (rc == 0)
        rc = drift_get_need(pool, entry, "change", SB_DOC_MAP, &change, e);
    if (rc == 0)
        rc = side_of_change(pool, change, "before", "before_sensitive", &c.before, e);
    if (rc == 0)
        rc = side_of_change(pool, change, "after", "after_sensitive", &c.after, e);
    if (rc)
        return rc;
    struct sb_str mode = drift_get_str(pool, entry, "mode");
    c.managed = mode.len == 0 || sb_str_is(mode, "managed");
    c.unknown = drift_get(pool, change, "after_unknown");
    *ret = c;
    return 0;
}

/* What should be there: the planned value where the plan acts, the record where it does not. Both
 * lists of members are looked up by key, so the cost is linear. */
static struct sb_doc_node *merge_expected(struct sb_doc_pool *pool, const struct change *planned,
                                          const struct sb_doc_node *record)
{
    const struct sb_doc_node *after = planned->after, *real = planned->before;
    SB_VEC(struct sb_doc_member) members = {0};
    for (uint32_t i = 0; i < after->count; i++) {
        struct sb_doc_member m = after->u.members[i];
        const struct sb_doc_node *was = sb_doc_get(pool, real, m.key);
        if (was && sb_doc_equal(pool, m.value, was))
            m.value = sb_doc_get(pool, record, m.key);
        if (m.value)
            sb_vec_push(&members, m);
    }
    for (uint32_t i = 0; i < record->count; i++) {
        const struct sb_doc_member *m = &record->u.members[i];
        if (!sb_doc_get(pool, after, m->key) && !sb_doc_get(pool, real, m->key))
            sb_vec_push(&members, *m);
    }
    struct sb_doc_node *merged = sb_doc_map(pool, members.items, members.len);
    sb_doc_place_as(merged, after);
    merged->flags |= after->flags & SB_DOC_SECRET;
    sb_vec_done(&members);
    return merged;
}

/* Adds one side's outputs; their holder is made up. */
static int add_outputs(struct drift_tree *t, struct sb_doc_node *root, bool after,
                       struct sb_error *e)
{
    struct sb_doc_node *outputs = NULL, *holder = sb_doc_map(t->pool, NULL, 0);
    int rc = drift_tf_output_changes(t->pool, root, after, NULL, &outputs, e);
    return rc < 0 ? rc
                  : drift_tf_outputs(t, drift_map_with(t->pool, holder, "outputs", outputs), e);
}

struct reading {
    struct sb_doc_pool *pool;
    struct drift_tree expected, actual;
    struct drift_side *notes_to;
    size_t moved;
    struct sb_map drift; /* address -> struct change * of resource_drift not yet used */
};

static int add_pair(struct reading *r, struct sb_str address, struct sb_doc_node *expected,
                    struct sb_doc_node *actual, struct sb_error *e)
{
    int rc = expected ? drift_tree_add(&r->expected, address, expected, e) : 0;
    if (rc == 0 && actual)
        rc = drift_tree_add(&r->actual, address, actual, e);
    return rc;
}

static void note_move(struct reading *r, const struct change *c)
{
    struct sb_str from = drift_get_str(r->pool, c->entry, "previous_address");
    struct sb_str to = drift_get_str(r->pool, c->entry, "address");
    if (from.len == 0 || sb_str_eq(from, to))
        return;
    if (r->moved++ < 3)
        drift_side_note(r->pool, r->notes_to, "%.*s moves to %.*s; compared under the new address",
                        SB_STR_ARG(from), SB_STR_ARG(to));
}

static int add_change(struct reading *r, struct change *c, struct sb_error *e)
{
    void **slot = sb_map_at(&r->drift, c->address.p, c->address.len);
    struct change *drift = *slot;
    *slot = c; /* taken: the pass over what is left sees a change without drift */
    struct sb_doc_node *expected = c->after;
    if (c->before && c->after) /* a resource that is to be made is missing whatever it will be */
        expected = c->after = drift_tf_unknown(r->pool, c->after, c->unknown);
    if (drift && drift->before && c->before && c->after && c->after->type == SB_DOC_MAP)
        expected = merge_expected(r->pool, c, drift->before);
    note_move(r, c);
    return add_pair(r, c->address, expected, c->before, e);
}

static int read_drift(struct reading *r, struct sb_doc_node *list, struct sb_error *e)
{
    int rc = 0;
    for (uint32_t i = 0; rc == 0 && list && i < list->count; i++) {
        struct change *c = sb_arena_new(sb_doc_arena(r->pool), struct change);
        rc = change_read(r->pool, list->u.items[i], c, e);
        if (rc || !c->managed)
            continue;
        void **slot = sb_map_at(&r->drift, c->address.p, c->address.len);
        if (*slot)
            return sb_doc_fail(r->pool, c->entry, e, "resource_drift has %.*s twice",
                               SB_STR_ARG(c->address));
        *slot = c;
    }
    return rc;
}

static int read_changes(struct reading *r, struct sb_doc_node *list, struct sb_error *e)
{
    int rc = 0;
    for (uint32_t i = 0; rc == 0 && list && i < list->count; i++) {
        struct change *c = sb_arena_new(sb_doc_arena(r->pool), struct change);
        rc = change_read(r->pool, list->u.items[i], c, e);
        if (rc == 0 && c->managed)
            rc = add_change(r, c, e);
    }
    return rc;
}

/* Drift of resources that the plan has no change for (a refresh-only plan): record against reality. */
static int read_drift_alone(struct reading *r, struct sb_doc_node *list, struct sb_error *e)
{
    int rc = 0;
    for (uint32_t i = 0; rc == 0 && list && i < list->count; i++) {
        struct change c;
        rc = change_read(r->pool, list->u.items[i], &c, e);
        if (rc || !c.managed)
            continue;
        const struct change *seen = sb_map_get(&r->drift, c.address.p, c.address.len);
        if (seen && seen->entry == c.entry) {
            note_move(r, &c);
            rc = add_pair(r, c.address, c.before, c.after, e);
        }
    }
    return rc;
}

/* An address no resource can have, unknown on both sides: whatever else the plan says, something was
 * left unchecked. */
static int add_unchecked(struct reading *r, const struct sb_doc_node *where, struct sb_str address,
                         struct sb_error *e)
{
    struct sb_doc_node *node = drift_tf_unknown_node(r->pool, where);
    return add_pair(r, address, node, node, e);
}

static int add_deferred(struct reading *r, struct sb_doc_node *root, struct sb_error *e)
{
    struct sb_doc_node *list;
    int rc = drift_get_take(r->pool, root, "deferred_changes", SB_DOC_LIST, &list, e);
    for (uint32_t i = 0; rc == 0 && list && i < list->count; i++) {
        struct change c = {.entry = drift_get(r->pool, list->u.items[i], "resource_change")};
        if (!c.entry)
            return sb_doc_fail(r->pool, list->u.items[i], e, "\"resource_change\" is missing");
        rc = change_address(r->pool, &c, e);
        if (rc || drift_tree_get(&r->expected, c.address) || drift_tree_get(&r->actual, c.address))
            continue;
        rc = add_unchecked(r, c.entry, c.address, e);
    }
    return rc;
}

static int add_incomplete(struct reading *r, struct sb_doc_node *root, struct sb_error *e)
{
    const struct sb_doc_node *errored = drift_get(r->pool, root, "errored");
    const struct sb_doc_node *complete = drift_get(r->pool, root, "complete");
    int rc = 0;
    if (errored && sb_doc_is_true(errored)) {
        drift_side_note(r->pool, r->notes_to,
                        "the plan ended with an error: what it did not reach is unchecked");
        rc = add_unchecked(r, errored, SB_STR("(plan errored)"), e);
    } else if (complete && complete->type == SB_DOC_BOOL && !sb_doc_is_true(complete)) {
        drift_side_note(r->pool, r->notes_to,
                        "the plan is not complete (-target or deferred changes): the rest is "
                        "unchecked");
        rc = add_unchecked(r, complete, SB_STR(PLAN_NOT_COMPLETE), e);
    }
    return rc < 0 ? rc : add_deferred(r, root, e);
}

static int check_root(struct sb_doc_pool *pool, struct sb_doc_node *root, struct sb_error *e)
{
    if (root->type == SB_DOC_MAP && drift_get(pool, root, "format_version"))
        return drift_tf_format(pool, root, e);
    sb_doc_fail(pool, root, e, "this is no Terraform plan in JSON: \"format_version\" is missing");
    return sb_hint(e, "write one with: terraform show -json PLANFILE >plan.json");
}

static int read_both(struct reading *r, struct sb_doc_node *root, struct sb_error *e)
{
    struct sb_doc_node *changes, *drift;
    int rc = drift_get_take(r->pool, root, "resource_changes", SB_DOC_LIST, &changes, e);
    if (rc == 0)
        rc = drift_get_take(r->pool, root, "resource_drift", SB_DOC_LIST, &drift, e);
    if (rc == 0)
        rc = add_outputs(&r->expected, root, true, e);
    if (rc == 0)
        rc = add_outputs(&r->actual, root, false, e);
    if (rc == 0)
        rc = read_drift(r, drift, e);
    if (rc == 0)
        rc = read_changes(r, changes, e);
    if (rc == 0)
        rc = read_drift_alone(r, drift, e);
    if (rc == 0)
        rc = add_incomplete(r, root, e);
    if (r->moved > 3)
        drift_side_note(r->pool, r->notes_to, "%zu more resources move", r->moved - 3);
    return rc;
}

int drift_tfplan_trees(struct sb_doc_pool *pool, struct sb_doc_node *root, struct drift_side *plan,
                       struct drift_side *actual, struct sb_error *e)
{
    struct reading r = {
        .pool = pool, .expected = {.pool = pool}, .actual = {.pool = pool}, .notes_to = plan};
    int rc = check_root(pool, root, e);
    if (rc == 0)
        rc = read_both(&r, root, e);
    if (rc == 0) {
        plan->root = drift_tree_root(&r.expected, root);
        actual->root = drift_tree_root(&r.actual, root);
    }
    drift_tree_done(&r.expected);
    drift_tree_done(&r.actual);
    sb_map_done(&r.drift);
    return rc;
}

/* planned_values leave unknown values out; after_unknown of the changes says which. */
static int apply_unknown(struct drift_tree *t, struct sb_doc_node *root, struct sb_error *e)
{
    struct sb_doc_node *changes;
    struct sb_map unknown = {0};
    int rc = drift_get_take(t->pool, root, "resource_changes", SB_DOC_LIST, &changes, e);
    for (uint32_t i = 0; rc == 0 && changes && i < changes->count; i++) {
        struct change c;
        rc = change_read(t->pool, changes->u.items[i], &c, e);
        if (rc == 0 && c.unknown && c.after)
            *sb_map_at(&unknown, c.address.p, c.address.len) = c.unknown;
    }
    for (size_t i = 0; rc == 0 && i < t->members.len; i++) {
        struct sb_doc_member *m = &t->members.items[i];
        m->value =
            drift_tf_unknown(t->pool, m->value, sb_map_get(&unknown, m->key->text, m->key->len));
    }
    sb_map_done(&unknown);
    return rc;
}

/* The older plans and those cut down by tools have changes only. */
static int add_befores(struct drift_tree *t, struct sb_doc_node *root, bool after,
                       struct sb_error *e)
{
    struct sb_doc_node *changes;
    int rc = drift_get_need(t->pool, root, "resource_changes", SB_DOC_LIST, &changes, e);
    for (uint32_t i = 0; rc == 0 && i < changes->count; i++) {
        struct change c;
        rc = change_read(t->pool, changes->u.items[i], &c, e);
        struct sb_doc_node *value = rc ? NULL : after ? c.after : c.before;
        if (value && c.managed)
            rc = drift_tree_add(t, c.address, value, e);
    }
    return rc < 0 ? rc : add_outputs(t, root, after, e);
}

/* The values object of one side, NULL when the plan has none: what was, with the outputs as they
 * were. */
static int side_values(struct sb_doc_pool *pool, struct sb_doc_node *root, bool is_plan,
                       struct sb_doc_node **ret, struct sb_error *e)
{
    struct sb_doc_node *values, *outputs = NULL;
    values = drift_get(pool, root, is_plan ? "planned_values" : "prior_state");
    if (values && !is_plan)
        values = drift_get(pool, values, "values");
    *ret = values;
    if (is_plan || !values || values->type != SB_DOC_MAP)
        return 0;
    int rc =
        drift_tf_output_changes(pool, root, false, drift_get(pool, values, "outputs"), &outputs, e);
    if (rc == 0)
        *ret = drift_map_with(pool, values, "outputs", outputs);
    return rc;
}

static int read_one(struct drift_tree *t, struct sb_doc_node *root, bool is_plan,
                    struct sb_error *e)
{
    struct sb_doc_node *values;
    int rc = side_values(t->pool, root, is_plan, &values, e);
    if (rc == 0)
        rc = values ? drift_tf_values(t, values, e) : add_befores(t, root, is_plan, e);
    if (rc == 0 && is_plan)
        rc = apply_unknown(t, root, e);
    const struct sb_doc_node *complete = drift_get(t->pool, root, "complete");
    if (rc == 0 && is_plan && complete && complete->type == SB_DOC_BOOL &&
        !sb_doc_is_true(complete))
        rc = drift_tree_add(t, SB_STR(PLAN_NOT_COMPLETE), drift_tf_unknown_node(t->pool, complete),
                            e);
    return rc;
}

int drift_tfplan_tree(struct sb_doc_pool *pool, struct sb_doc_node *root, bool is_plan,
                      struct sb_doc_node **ret, struct sb_error *e)
{
    struct drift_tree t = {.pool = pool};
    const struct sb_doc_node *errored = drift_get(pool, root, "errored");
    int rc = check_root(pool, root, e);
    if (rc == 0 && is_plan && errored && sb_doc_is_true(errored)) {
        rc = sb_doc_fail(pool, errored, e, "the plan ended with an error: it is no whole plan");
        sb_hint(e, "plan again; the plan alone (one operand) shows what it did reach");
    }
    if (rc == 0)
        rc = read_one(&t, root, is_plan, e);
    if (rc == 0)
        *ret = drift_tree_root(&t, root);
    drift_tree_done(&t);
    return rc;
}
