/* What is known of Kubernetes objects: where their quantities and secrets are, and which fields are the
 * server's own. An object is a map with apiVersion and kind. */
#include "applets/drift/match.h"

static bool is_one_of(struct sb_str s, const char *const *list)
{
    for (; *list; list++)
        if (sb_str_is(s, *list))
            return true;
    return false;
}

bool drift_is_k8s_object(const struct drift_run *run, const struct sb_doc_node *n)
{
    if (!run->keys.api_version || !run->keys.kind || n->type != SB_DOC_MAP)
        return false;
    const struct sb_doc_node *kind = sb_doc_get(run->pool, n, run->keys.kind);
    if (!kind || kind->type != SB_DOC_STRING)
        return false;
    const struct sb_doc_node *version = sb_doc_get(run->pool, n, run->keys.api_version);
    return version && version->type == SB_DOC_STRING;
}

unsigned drift_k8s_below(unsigned flags, struct sb_str key)
{
    static const char *const quantities[] = {"limits",       "requests", "capacity", "allocatable",
                                             "hard",         "used",     "podFixed", "sizeLimit",
                                             "averageValue", NULL};
    unsigned below =
        flags & (DRIFT_IN_K8S | DRIFT_IN_SECRET | DRIFT_IN_QUANTITIES | DRIFT_IN_POLICY);
    if (flags & DRIFT_IN_K8S_SECRET && (sb_str_is(key, "data") || sb_str_is(key, "stringData")))
        below |= DRIFT_IN_SECRET;
    if (flags & DRIFT_AT_K8S_META) {
        if (sb_str_is(key, "annotations"))
            below |= DRIFT_AT_K8S_NOTES;
    } else if (sb_str_is(key, "metadata")) {
        below |= DRIFT_AT_K8S_META;
    } else if (is_one_of(key, quantities) && !(flags & DRIFT_AT_K8S_NOTES)) {
        below |= DRIFT_IN_QUANTITIES;
    }
    return below;
}

bool drift_k8s_dropped(unsigned flags, struct sb_str key)
{
    static const char *const meta[] = {"managedFields",     "resourceVersion", "uid", "generation",
                                       "creationTimestamp", "selfLink",        NULL};
    static const char *const notes[] = {
        "kubectl.kubernetes.io/last-applied-configuration",
        "deployment.kubernetes.io/revision",
        "deprecated.daemonset.template.generation",
        "pv.kubernetes.io/bind-completed",
        "pv.kubernetes.io/bound-by-controller",
        "pv.kubernetes.io/provisioned-by",
        "volume.beta.kubernetes.io/storage-provisioner",
        "volume.kubernetes.io/storage-provisioner",
        "volume.kubernetes.io/selected-node",
        "volume.kubernetes.io/provisioner-deletion-secret-name",
        "volume.kubernetes.io/provisioner-deletion-secret-namespace",
        "batch.kubernetes.io/job-tracking",
        "batch.kubernetes.io/cronjob-scheduled-timestamp",
        "autoscaling.alpha.kubernetes.io/conditions",
        "autoscaling.alpha.kubernetes.io/current-metrics",
        "control-plane.alpha.kubernetes.io/leader",
        "endpoints.kubernetes.io/last-change-trigger-time",
        NULL};
    if (flags & DRIFT_AT_K8S_OBJECT)
        return sb_str_is(key, "status");
    if (flags & DRIFT_AT_K8S_META)
        return is_one_of(key, meta);
    return (flags & DRIFT_AT_K8S_NOTES) && is_one_of(key, notes);
}
