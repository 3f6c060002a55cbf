/* JSON Patch (RFC 6902): reading operations and applying them in order. */
#include "core/doc/patch.h"

#include "core/doc/patch_tree.h"
#include "core/doc/pointer.h"

enum kind { ADD, REMOVE, REPLACE, MOVE, COPY, TEST, N_KINDS };
static const char *const kind_names[] = {"add", "remove", "replace", "move", "copy", "test", NULL};

struct operation {
    enum kind kind;
    struct sb_str path, from;
    struct sb_doc_node *value;
};

/* --- reading an operation --- */
static int read_text(struct sb_doc_pool *pool, const struct sb_doc_node *op, const char *name,
                     struct sb_str *ret, struct sb_error *e)
{
    const struct sb_doc_node *n = sb_doc_get_str(pool, op, name);
    if (!n)
        return sb_fail(e, SB_EINPUT, "it has no \"%s\"", name);
    if (n->type != SB_DOC_STRING)
        return sb_fail(e, SB_EINPUT, "its \"%s\" must be a string, not a %s", name,
                       sb_doc_type_name((enum sb_doc_type)n->type));
    *ret = sb_doc_str(n);
    return 0;
}

static int read_kind(struct sb_str text, enum kind *ret, struct sb_error *e)
{
    char word[32];
    int len = (int)SB_MIN(text.len, sizeof word - 1);
    for (int i = 0; i < N_KINDS; i++) {
        if (sb_str_is(text, kind_names[i])) {
            *ret = (enum kind)i;
            return 0;
        }
    }
    memcpy(word, text.p, (size_t)len);
    word[len] = '\0';
    const char *near = sb_str_nearest(word, kind_names);
    sb_fail(e, SB_EINPUT, "\"%s\" is no operation", word);
    if (near)
        return sb_hint(e, "did you mean \"%s\"?", near);
    return sb_hint(e, "the operations are add, remove, replace, move, copy and test");
}

static int read_operation(struct sb_doc_pool *pool, const struct sb_doc_node *node,
                          struct operation *ret, struct sb_error *e)
{
    struct sb_str kind;
    if (node->type != SB_DOC_MAP)
        return sb_fail(e, SB_EINPUT, "an operation is a map with \"op\" and \"path\", not a %s",
                       sb_doc_type_name((enum sb_doc_type)node->type));
    int rc = read_text(pool, node, "op", &kind, e);
    if (rc == 0)
        rc = read_kind(kind, &ret->kind, e);
    if (rc == 0)
        rc = read_text(pool, node, "path", &ret->path, e);
    if (rc == 0 && (ret->kind == MOVE || ret->kind == COPY))
        rc = read_text(pool, node, "from", &ret->from, e);
    if (rc == 0 && (ret->kind == ADD || ret->kind == REPLACE || ret->kind == TEST)) {
        ret->value = sb_doc_get_str(pool, node, "value");
        if (!ret->value)
            return sb_fail(e, SB_EINPUT, "it has no \"value\"");
    }
    return rc;
}

/* --- applying --- */

/* Steps of a well-formed pointer. */
static size_t depth_of(struct sb_str pointer)
{
    size_t steps = 0;
    for (size_t i = 0; i < pointer.len; i++)
        steps += pointer.p[i] == '/';
    return steps;
}

/* Every value that is put somewhere goes through here; the pointer "" is the document itself. */
static int put(struct patch_tree *t, const struct operation *op, struct sb_doc_node *value,
               struct sb_error *e)
{
    struct patch_place place;
    if (op->path.len == 0) {
        t->root = value;
        return 0;
    }
    int rc = patch_tree_open(t, op->path, &place, e);
    if (rc)
        return rc;
    return op->kind == REPLACE ? patch_tree_replace(t, &place, value, e)
                               : patch_tree_add(t, &place, value, e);
}

static int apply_value(struct patch_tree *t, const struct operation *op, struct sb_error *e)
{
    int rc = patch_tree_measure(t, op->value, depth_of(op->path), false, e);
    return rc ? rc : put(t, op, op->value, e);
}

static int apply_remove(struct patch_tree *t, struct sb_str path, struct sb_doc_node **ret_old,
                        struct sb_error *e)
{
    struct patch_place place;
    if (path.len == 0)
        return sb_fail(e, SB_EINPUT, "the whole document cannot be removed");
    int rc = patch_tree_open(t, path, &place, e);
    return rc ? rc : patch_tree_remove(t, &place, ret_old, e);
}

static int apply_copy(struct patch_tree *t, const struct operation *op, struct sb_error *e)
{
    struct sb_doc_node *value;
    bool secret;
    int rc = patch_tree_get(t, op->from, &value, &secret, e);
    if (rc == 0)
        rc = patch_tree_measure(t, value, depth_of(op->path), true, e);
    return rc ? rc : put(t, op, value, e);
}

static int apply_move(struct patch_tree *t, const struct operation *op, struct sb_error *e)
{
    struct sb_doc_node *value;
    bool secret;
    int rc = patch_tree_get(t, op->from, &value, &secret, e);
    if (rc || sb_str_eq(op->from, op->path))
        return rc;
    if (sb_str_starts(op->path, op->from) && op->path.p[op->from.len] == '/')
        return sb_fail(e, SB_EINPUT, "a value cannot be moved into itself");
    if (depth_of(op->path) > depth_of(op->from))
        rc = patch_tree_measure(t, value, depth_of(op->path), false, e);
    if (rc == 0)
        rc = apply_remove(t, op->from, &value, e);
    return rc ? rc : put(t, op, value, e);
}

/* A value for a message: scalars as they are, containers by size. */
static void describe(struct sb_buf *b, const struct sb_doc_node *n)
{
    switch ((enum sb_doc_type)n->type) {
    case SB_DOC_NULL: sb_buf_puts(b, "null"); return;
    case SB_DOC_BOOL: sb_buf_puts(b, sb_doc_is_true(n) ? "true" : "false"); return;
    case SB_DOC_NUMBER: sb_buf_put(b, n->u.text, SB_MIN(n->count, 60u)); return;
    case SB_DOC_STRING:
        sb_buf_printf(b, "\"%.*s\"%s", (int)SB_MIN(n->count, 60u), n->u.text,
                      n->count > 60 ? "..." : "");
        return;
    case SB_DOC_LIST: sb_buf_printf(b, "a list of %u items", (unsigned)n->count); return;
    case SB_DOC_MAP: sb_buf_printf(b, "a map of %u members", (unsigned)n->count); return;
    }
}

static int apply_test(struct patch_tree *t, const struct operation *op, struct sb_error *e)
{
    struct sb_doc_node *found;
    bool secret;
    int rc = patch_tree_get(t, op->path, &found, &secret, e);
    /* The value comes second: sb_doc_equal looks members up there, and it never changes. */
    if (rc || sb_doc_equal(t->pool, found, op->value))
        return rc;
    if (secret)
        return sb_fail(e, SB_EINPUT, "the secret there is not the one expected");
    struct sb_buf b = SB_BUF_INIT(512);
    sb_buf_puts(&b, "expected ");
    describe(&b, op->value);
    sb_buf_puts(&b, ", found ");
    describe(&b, found);
    if (found->type == op->value->type && found->count == op->value->count &&
        (found->type == SB_DOC_LIST || found->type == SB_DOC_MAP))
        sb_buf_puts(&b, " with other contents");
    rc = sb_fail(e, SB_EINPUT, "%s", b.data);
    sb_buf_done(&b);
    return rc;
}

static int apply(struct patch_tree *t, const struct operation *op, struct sb_error *e)
{
    switch (op->kind) {
    case ADD: return apply_value(t, op, e);
    case REPLACE: return apply_value(t, op, e);
    case REMOVE: return apply_remove(t, op->path, NULL, e);
    case MOVE: return apply_move(t, op, e);
    case COPY: return apply_copy(t, op, e);
    case TEST: return apply_test(t, op, e);
    case N_KINDS: break;
    }
    return 0;
}

/* Says which operation failed and where it is written. */
static int blame(struct sb_doc_pool *pool, const struct sb_doc_node *patch, uint32_t i,
                 const struct operation *op, struct sb_error *e)
{
    struct sb_doc_place at = sb_doc_where(pool, patch->u.items[i]);
    if (op->path.p && op->from.p)
        sb_wrap(e, "operation %u of %u (%s \"%.*s\" to \"%.*s\")", i + 1, patch->count,
                kind_names[op->kind], (int)SB_MIN(op->from.len, (size_t)100), op->from.p,
                (int)SB_MIN(op->path.len, (size_t)100), op->path.p);
    else if (op->path.p)
        sb_wrap(e, "operation %u of %u (%s \"%.*s\")", i + 1, patch->count, kind_names[op->kind],
                (int)SB_MIN(op->path.len, (size_t)100), op->path.p);
    else
        sb_wrap(e, "operation %u of %u", i + 1, patch->count);
    return sb_locate(e, at.file, at.line, at.column);
}

int sb_patch_apply(struct sb_doc_pool *pool, struct sb_doc_node *target,
                   const struct sb_doc_node *patch, struct sb_doc_node **ret, struct sb_error *e)
{
    struct patch_tree t;
    int rc = 0;
    if (patch->type != SB_DOC_LIST) {
        sb_doc_fail(pool, patch, e, "a JSON Patch is a list of operations, not a %s",
                    sb_doc_type_name((enum sb_doc_type)patch->type));
        return sb_hint(e, "a map of what shall change is a merge patch (RFC 7396)");
    }
    patch_tree_init(&t, pool, target);
    for (uint32_t i = 0; rc == 0 && i < patch->count; i++) {
        struct operation op = {.value = NULL};
        rc = read_operation(pool, patch->u.items[i], &op, e);
        if (rc == 0)
            rc = apply(&t, &op, e);
        if (rc)
            rc = blame(pool, patch, i, &op, e);
    }
    if (rc == 0)
        *ret = t.root;
    patch_tree_done(&t);
    return rc;
}
