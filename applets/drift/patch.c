/* Repairs on paper: the four formats. Nothing is written to out unless all of it can be. */
#include "applets/drift/patch.h"

#include "applets/drift/patch_ops.h"
#include "core/doc/json_write.h"
#include "core/doc/patch.h"

const char *const drift_patch_format_names[] = {"json-patch", "merge-patch", "kubectl", "plan",
                                                NULL};

static int write_json(const struct sb_doc_node *n, struct sb_buf *out, struct sb_error *e)
{
    struct sb_json_writer w;
    sb_json_writer_init(&w, out, 2);
    int rc = sb_json_node(&w, n, DRIFT_PATCH_BUDGET, e);
    sb_buf_putc(out, '\n');
    return rc;
}

static int write_merge(struct sb_doc_pool *pool, const struct drift_side *actual,
                       const struct drift_ops *ops, struct sb_buf *out, struct sb_error *e)
{
    struct sb_doc_node *after, *patch;
    const struct sb_doc_node *json = drift_ops_json(pool, ops->list.items, ops->list.len, 0);
    int rc = sb_patch_apply(pool, actual->root, json, &after, e);
    if (rc == 0)
        rc = drift_patch_merge(pool, actual->root, after, &patch, e);
    return rc ? rc : write_json(patch, out, e);
}

static int write_ops(struct sb_doc_pool *pool, const struct drift_side *actual,
                     const struct drift_ops *ops, enum drift_patch_format format,
                     struct sb_buf *out, struct sb_error *e)
{
    if (format == DRIFT_PATCH_MERGE)
        return write_merge(pool, actual, ops, out, e);
    if (format == DRIFT_PATCH_KUBECTL)
        return drift_patch_kubectl(pool, ops, out, e);
    return write_json(drift_ops_json(pool, ops->list.items, ops->list.len, 0), out, e);
}

int drift_patch_write(struct sb_doc_pool *pool, const struct drift_side *plan,
                      const struct drift_side *actual, const struct drift_findings *findings,
                      enum drift_patch_format format, bool reveal, struct sb_buf *out,
                      struct sb_error *e)
{
    bool on_plan = format == DRIFT_PATCH_PLAN;
    bool k8s = plan->source == DRIFT_SOURCE_K8S && actual->source == DRIFT_SOURCE_K8S;
    if (format == DRIFT_PATCH_KUBECTL && !k8s) {
        sb_fail(e, SB_EUSAGE, "kubectl commands need Kubernetes manifests on both sides");
        return sb_hint(e, "force it with k8s:PATH, or choose --format json-patch");
    }
    struct drift_ops ops = {0};
    struct sb_buf text = SB_BUF_INIT(DRIFT_PATCH_MAX_BYTES);
    int rc = drift_ops_make(pool, on_plan ? plan : actual, on_plan ? actual : plan, findings,
                            format, reveal, &ops, e);
    if (rc == 0)
        rc = write_ops(pool, actual, &ops, format, &text, e);
    if (rc == 0)
        rc = sb_buf_check(&text, "the patch", e);
    if (rc == 0)
        sb_buf_put(out, text.data, text.len);
    sb_buf_done(&text);
    drift_ops_done(&ops);
    return rc;
}
