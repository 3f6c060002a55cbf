/* What is known of Kubernetes objects: fields a server fills in, quantities, secrets.
 *
 * An object is a map with apiVersion and kind. Which fields are dropped or defaulted follows the API
 * reference (core/v1, apps/v1, batch/v1); a default counts only where the plan says nothing. */
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
    static const char *const notes[] = {"kubectl.kubernetes.io/last-applied-configuration",
                                        "deployment.kubernetes.io/revision", NULL};
    if (flags & DRIFT_AT_K8S_OBJECT)
        return sb_str_is(key, "status");
    if (flags & DRIFT_AT_K8S_META)
        return is_one_of(key, meta);
    return (flags & DRIFT_AT_K8S_NOTES) && is_one_of(key, notes);
}

/* A default of the API server; parent NULL: in any map; value NULL: whatever it is. */
struct default_value {
    const char *parent, *key, *value;
};

static const struct default_value defaults[] = {
    /* allocated by the server */
    {"spec", "clusterIP", NULL},
    {"spec", "clusterIPs", NULL},
    {"spec", "ipFamilies", NULL},
    {"spec", "ipFamilyPolicy", NULL},
    {"spec", "healthCheckNodePort", NULL},
    {"ports", "nodePort", NULL},
    {"spec", "volumeName", NULL},
    {"spec", "nodeName", NULL},
    {"metadata", "namespace", "default"},
    /* pods and containers */
    {NULL, "imagePullPolicy", "Always"},
    {NULL, "imagePullPolicy", "IfNotPresent"},
    {NULL, "terminationMessagePath", "/dev/termination-log"},
    {NULL, "terminationMessagePolicy", "File"},
    {NULL, "dnsPolicy", "ClusterFirst"},
    {"spec", "restartPolicy", "Always"},
    {NULL, "schedulerName", "default-scheduler"},
    {NULL, "serviceAccountName", "default"},
    {NULL, "serviceAccount", NULL},
    {NULL, "terminationGracePeriodSeconds", "30"},
    {NULL, "enableServiceLinks", "true"},
    {"ports", "protocol", "TCP"},
    {NULL, "successThreshold", "1"},
    {NULL, "failureThreshold", "3"},
    {NULL, "periodSeconds", "10"},
    {NULL, "timeoutSeconds", "1"},
    {"httpGet", "scheme", "HTTP"},
    {"fieldRef", "apiVersion", "v1"},
    {NULL, "defaultMode", "420"},
    {NULL, "volumeMode", "Filesystem"},
    /* workloads */
    {"spec", "replicas", "1"},
    {"spec", "revisionHistoryLimit", "10"},
    {"spec", "progressDeadlineSeconds", "600"},
    {"spec", "podManagementPolicy", "OrderedReady"},
    {"spec", "minReadySeconds", "0"},
    {"strategy", "type", "RollingUpdate"},
    {"updateStrategy", "type", "RollingUpdate"},
    {"rollingUpdate", "maxSurge", "25%"},
    {"rollingUpdate", "maxSurge", "0"},
    {"rollingUpdate", "maxUnavailable", "25%"},
    {"rollingUpdate", "maxUnavailable", "1"},
    {"rollingUpdate", "partition", "0"},
    {"persistentVolumeClaimRetentionPolicy", "whenDeleted", "Retain"},
    {"persistentVolumeClaimRetentionPolicy", "whenScaled", "Retain"},
    {"spec", "concurrencyPolicy", "Allow"},
    {"spec", "suspend", "false"},
    {"spec", "successfulJobsHistoryLimit", "3"},
    {"spec", "failedJobsHistoryLimit", "1"},
    {"spec", "backoffLimit", "6"},
    {"spec", "completions", "1"},
    {"spec", "parallelism", "1"},
    {"spec", "completionMode", "NonIndexed"},
    /* services */
    {"spec", "type", "ClusterIP"},
    {"spec", "sessionAffinity", "None"},
    {"spec", "internalTrafficPolicy", "Cluster"},
    {"spec", "externalTrafficPolicy", "Cluster"},
    {"spec", "allocateLoadBalancerNodePorts", "true"},
};

static bool value_is(const struct sb_doc_node *n, const char *text)
{
    if (n->type == SB_DOC_BOOL)
        return !strcmp(text, sb_doc_is_true(n) ? "true" : "false");
    return drift_is_scalar(n) && n->type != SB_DOC_NULL && sb_str_is(sb_doc_str(n), text);
}

/* A service port's targetPort is its port unless the plan says otherwise. */
static bool same_as_port(const struct drift_run *run, const struct sb_doc_node *map,
                         const struct sb_doc_member *member)
{
    if (!sb_str_is(sb_doc_key_str(member->key), "targetPort"))
        return false;
    const struct sb_doc_node *port = sb_doc_get_str(run->pool, map, "port");
    return port && drift_is_scalar(port) && drift_scalars_equal(run, port, member->value, 0);
}

/* A map of nothing but fields the server filled in, at any depth. */
static bool all_filled(const struct drift_run *run, unsigned flags, struct sb_str parent,
                       const struct sb_doc_node *map)
{
    for (uint32_t i = 0; i < map->count; i++) {
        const struct sb_doc_member *m = &map->u.members[i];
        if (!drift_is_nothing(run, m->value) && !drift_k8s_filled(run, flags, parent, map, m))
            return false;
    }
    return map->count > 0;
}

bool drift_k8s_filled(const struct drift_run *run, unsigned flags, struct sb_str parent,
                      const struct sb_doc_node *map, const struct sb_doc_member *member)
{
    struct sb_str key = sb_doc_key_str(member->key);
    if (drift_k8s_dropped(flags, key) || same_as_port(run, map, member))
        return true;
    for (size_t i = 0; i < SB_LEN(defaults); i++)
        if (sb_str_is(key, defaults[i].key) &&
            (!defaults[i].parent || sb_str_is(parent, defaults[i].parent)) &&
            (!defaults[i].value || value_is(member->value, defaults[i].value)))
            return true;
    return member->value->type == SB_DOC_MAP &&
           all_filled(run, drift_k8s_below(flags, key), key, member->value);
}
