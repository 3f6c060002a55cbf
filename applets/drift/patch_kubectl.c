/* kubectl commands from operations, one a resource. Printed for people to read and run; every word
 * that came from a document is checked or quoted, so that pasting them runs nothing else. */
#include "applets/drift/patch_ops.h"

#include "applets/drift/source.h"
#include "core/base/utf8.h"
#include "core/doc/json_write.h"
#include "core/doc/pointer.h"

struct target { /* the parts of an address, see k8s.c */
    struct sb_str group, kind, namespace, name;
};

/* What Kubernetes allows in names, and no shell takes for anything else. */
static bool is_clean(struct sb_str s)
{
    static const char ok[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.:_-";
    for (size_t i = 0; i < s.len; i++)
        if (!s.p[i] || !strchr(ok, s.p[i]))
            return false;
    return s.len && s.p[0] != '-';
}

static bool split(struct sb_str address, struct target *ret)
{
    struct sb_str part[4];
    for (size_t i = 0; i < 3; i++) {
        const char *slash = memchr(address.p, '/', address.len);
        if (!slash)
            return false;
        part[i] = (struct sb_str){address.p, (size_t)(slash - address.p)};
        address.len -= part[i].len + 1;
        address.p = slash + 1;
    }
    part[3] = address;
    *ret = (struct target){part[0], part[1], part[2], part[3]};
    bool no_namespace = sb_str_is(ret->namespace, "-");
    return is_clean(ret->group) && is_clean(ret->kind) && is_clean(ret->name) &&
           (no_namespace || is_clean(ret->namespace));
}

static int target_of(struct sb_doc_pool *pool, const struct drift_op *op, struct sb_str pointer,
                     struct target *ret, struct sb_error *e)
{
    struct sb_str token;
    if (pointer.len == 0)
        return sb_fail(e, SB_EINPUT,
                       "the sides differ as a whole: kubectl can change resources only");
    int rc = sb_pointer_next(sb_doc_arena(pool), &pointer, &token, e);
    if (rc < 0 || split(token, ret))
        return rc;
    sb_fail_at(e, SB_EINPUT, op->finding->plan_at.file, op->finding->plan_at.line,
               op->finding->plan_at.column, "%.*s: this is no name kubectl takes",
               SB_STR_ARG(token));
    return sb_hint(e, "names have letters, digits and . : _ -; --format json-patch writes any");
}

/* "-n NAMESPACE KIND.GROUP/NAME" */
static void put_target(struct sb_buf *out, const struct target *t)
{
    if (!sb_str_is(t->namespace, "-"))
        sb_buf_printf(out, " -n %.*s", SB_STR_ARG(t->namespace));
    sb_buf_printf(out, " %.*s", SB_STR_ARG(t->kind));
    if (!sb_str_is(t->group, "core"))
        sb_buf_printf(out, ".%.*s", SB_STR_ARG(t->group));
    sb_buf_printf(out, "/%.*s", SB_STR_ARG(t->name));
}

static void put_quoted(struct sb_buf *out, struct sb_str s)
{
    sb_buf_putc(out, '\'');
    for (size_t i = 0; i < s.len; i++) {
        if (s.p[i] == '\'')
            sb_buf_puts(out, "'\\''");
        else
            sb_buf_putc(out, s.p[i]);
    }
    sb_buf_putc(out, '\'');
}

static int put_json(struct sb_buf *out, const struct sb_doc_node *n, struct sb_error *e)
{
    struct sb_json_writer w;
    sb_json_writer_init(&w, out, 0);
    return sb_json_node(&w, n, DRIFT_PATCH_BUDGET, e);
}

/* One line of JSON behind a here-document's start: no line of it can be the end mark. */
static int put_apply(struct sb_buf *out, const struct drift_op *op, struct sb_error *e)
{
    const struct sb_doc_place *at = &op->finding->plan_at;
    sb_buf_puts(out, op->finding->kind == DRIFT_RENAMED
                         ? "# renamed: kubectl cannot rename; this makes the planned one, see "
                         : "# missing: ");
    sb_escape(out, sb_str(at->file ? at->file : ""));
    sb_buf_printf(out, ":%u\nkubectl apply -f - <<'EOF'\n", at->line);
    int rc = put_json(out, op->value, e);
    sb_buf_puts(out, "\nEOF\n");
    return rc;
}

static void put_delete(struct sb_buf *out, const struct target *t)
{
    sb_buf_puts(out, "kubectl delete");
    put_target(out, t);
    sb_buf_putc(out, '\n');
}

static int put_patch(struct sb_doc_pool *pool, struct sb_buf *out, const struct target *t,
                     const struct drift_op *ops, size_t n, struct sb_error *e)
{
    struct sb_buf json = SB_BUF_INIT(DRIFT_PATCH_MAX_BYTES);
    int rc = put_json(&json, drift_ops_json(pool, ops, n, 1), e);
    if (rc == 0)
        rc = sb_buf_check(&json, "a patch", e);
    if (rc == 0) {
        sb_buf_puts(out, "kubectl patch");
        put_target(out, t);
        sb_buf_puts(out, " --type=json -p ");
        put_quoted(out, (struct sb_str){json.data, json.len});
        sb_buf_putc(out, '\n');
    }
    sb_buf_done(&json);
    return rc;
}

/* apiVersion says how an object is written down; the server keeps one object for all versions. */
static bool is_api_version(const struct drift_op *op)
{
    return op->depth == 2 && sb_str_ends(op->path, SB_STR("/apiVersion"));
}

struct group {
    struct sb_str key; /* the pointer's first step, as text */
    SB_VEC(struct drift_op) ops;
    bool version;
};

static struct sb_str first_step(struct sb_str pointer)
{
    const char *next = pointer.len ? memchr(pointer.p + 1, '/', pointer.len - 1) : NULL;
    return (struct sb_str){pointer.p, next ? (size_t)(next - pointer.p) : pointer.len};
}

static int put_group(struct sb_doc_pool *pool, const struct group *g, struct sb_buf *out,
                     struct sb_error *e)
{
    struct target t;
    const struct drift_op *first = &g->ops.items[0];
    int rc =
        target_of(pool, first, first->kind == DRIFT_OP_MOVE ? first->from : first->path, &t, e);
    if (rc < 0)
        return rc;
    const struct drift_op *last = &g->ops.items[g->ops.len - 1];
    if (last->depth > 1)
        return put_patch(pool, out, &t, g->ops.items, g->ops.len, e);
    if (last->kind == DRIFT_OP_REMOVE) {
        put_delete(out, &t);
        return 0;
    }
    return put_apply(out, last, e);
}

/* What others stand in comes first; what goes, goes when all that takes its place is there. */
static int rank_of(const struct group *g)
{
    const struct drift_op *last = &g->ops.items[g->ops.len - 1];
    if (last->depth <= 1 && last->kind == DRIFT_OP_REMOVE)
        return 2;
    bool first = sb_str_starts(g->key, SB_STR("/core~1Namespace~1")) ||
                 sb_str_starts(g->key, SB_STR("/apiextensions.k8s.io~1CustomResourceDefinition~1"));
    return first ? 0 : 1;
}

static void put_version_note(struct sb_doc_pool *pool, const struct drift_op *op,
                             struct sb_buf *out)
{
    struct sb_str step = first_step(op->path), token;
    struct sb_error ignored;
    if (sb_pointer_next(sb_doc_arena(pool), &step, &token, &ignored) == 0) {
        sb_buf_puts(out, "# ");
        sb_escape(out, token);
        sb_buf_puts(out, ": the apiVersion differs in writing only; nothing to patch\n");
    }
}

int drift_patch_kubectl(struct sb_doc_pool *pool, const struct drift_ops *ops, struct sb_buf *out,
                        struct sb_error *e)
{
    SB_VEC(struct group) groups = {0};
    struct sb_map index = {0}; /* first step -> group number + 1 */
    int rc = 0;
    for (size_t i = 0; i < ops->list.len; i++) {
        const struct drift_op *op = &ops->list.items[i];
        if (is_api_version(op)) {
            put_version_note(pool, op, out);
            continue;
        }
        struct sb_str key = first_step(op->kind == DRIFT_OP_MOVE ? op->from : op->path);
        void **slot = sb_map_at(&index, key.p, key.len);
        if (!*slot) {
            struct group g = {.key = key};
            sb_vec_push(&groups, g);
            *slot = (void *)(uintptr_t)groups.len; /* NOLINT: a number in a map of pointers */
        }
        sb_vec_push(&groups.items[(uintptr_t)*slot - 1].ops, *op);
    }
    for (int rank = 0; rank <= 2; rank++)
        for (size_t i = 0; rc == 0 && i < groups.len; i++)
            if (rank_of(&groups.items[i]) == rank)
                rc = put_group(pool, &groups.items[i], out, e);
    for (size_t i = 0; i < groups.len; i++)
        sb_vec_done(&groups.items[i].ops);
    sb_vec_done(&groups);
    sb_map_done(&index);
    return rc;
}
