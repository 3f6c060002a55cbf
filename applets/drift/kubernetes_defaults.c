/* What a Kubernetes server adds to an object, and what it leaves out.
 *
 * Which fields have which default follows the API reference (core, apps, batch, autoscaling, networking,
 * rbac, apiextensions). A default counts only where the plan says nothing. The number of replicas is the
 * planned autoscaler's, where there is one. */
#include "applets/drift/match.h"

/* A default of the API server. Parent: the key of the map it stands in, of an object its kind; NULL: any
 * map. Value NULL: whatever it is. */
struct default_value {
    const char *parent, *key, *value;
};

static const struct default_value defaults[] = {
    /* set by the server or a controller when nobody else does */
    {"metadata", "finalizers", NULL},
    {"metadata", "ownerReferences", NULL},
    {"metadata", "namespace", "default"},
    {"labels", "kubernetes.io/metadata.name", NULL},
    {"spec", "finalizers", NULL},
    {"Secret", "type", "Opaque"},
    {"ServiceAccount", "secrets", NULL},
    {"spec", "clusterIP", NULL},
    {"spec", "clusterIPs", NULL},
    {"spec", "ipFamilies", NULL},
    {"spec", "ipFamilyPolicy", NULL},
    {"spec", "healthCheckNodePort", NULL},
    {"ports", "nodePort", NULL},
    {"spec", "volumeName", NULL},
    {"spec", "nodeName", NULL},
    {"spec", "storageClassName", NULL},
    {"spec", "ingressClassName", NULL},
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
    {"httpGet", "path", "/"},
    {"grpc", "service", ""},
    {"hostPath", "type", ""},
    {"serviceAccountToken", "expirationSeconds", "3600"},
    {"resourceFieldRef", "divisor", "0"},
    {"spec", "priority", "0"},
    {"spec", "preemptionPolicy", "PreemptLowerPriority"},
    {"fieldRef", "apiVersion", "v1"},
    {NULL, "defaultMode", "420"},
    {NULL, "volumeMode", "Filesystem"},
    /* workloads */
    {"spec", "replicas", "1"},
    {"volumeClaimTemplates", "apiVersion", "v1"},
    {"volumeClaimTemplates", "kind", "PersistentVolumeClaim"},
    {"volumeClaimTemplates", "status", NULL},
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
    {"spec", "podReplacementPolicy", "TerminatingOrFailed"},
    {"spec", "manualSelector", "false"},
    {"labels", "controller-uid", NULL},
    {"labels", "job-name", NULL},
    {"labels", "batch.kubernetes.io/controller-uid", NULL},
    {"labels", "batch.kubernetes.io/job-name", NULL},
    {"matchLabels", "controller-uid", NULL},
    {"matchLabels", "batch.kubernetes.io/controller-uid", NULL},
    {"spec", "minReplicas", "1"},
    {"scaleUp", "selectPolicy", "Max"},
    {"scaleUp", "stabilizationWindowSeconds", "0"},
    {"scaleDown", "selectPolicy", "Max"},
    /* services */
    {"spec", "type", "ClusterIP"},
    {"spec", "sessionAffinity", "None"},
    {"spec", "internalTrafficPolicy", "Cluster"},
    {"spec", "externalTrafficPolicy", "Cluster"},
    {"spec", "allocateLoadBalancerNodePorts", "true"},
    {"clientIP", "timeoutSeconds", "10800"},
    /* access and definitions */
    {"subjects", "apiGroup", "rbac.authorization.k8s.io"},
    {"roleRef", "apiGroup", "rbac.authorization.k8s.io"},
    {"names", "listKind", NULL},
    {"names", "singular", NULL},
    {"conversion", "strategy", "None"},
    {"spec", "preserveUnknownFields", "false"},
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

/* Without policyTypes a network policy is about what comes in, and about what goes out if it has rules
 * for that. */
static bool implied_policy_types(const struct drift_run *run, const struct sb_doc_node *map,
                                 const struct sb_doc_member *member)
{
    if (!sb_str_is(sb_doc_key_str(member->key), "policyTypes") ||
        member->value->type != SB_DOC_LIST)
        return false;
    for (uint32_t i = 0; i < member->value->count; i++) {
        const struct sb_doc_node *n = member->value->u.items[i];
        bool out = n->type == SB_DOC_STRING && sb_str_is(sb_doc_str(n), "Egress");
        if (!out && (n->type != SB_DOC_STRING || !sb_str_is(sb_doc_str(n), "Ingress")))
            return false;
        if (out && !sb_doc_get_str(run->pool, map, "egress"))
            return false;
    }
    return true;
}

/* Requests that are not written are the limits. */
static bool same_as_limits(const struct drift_run *run, const struct sb_doc_node *map,
                           const struct sb_doc_member *member)
{
    const struct sb_doc_node *limits = sb_doc_get_str(run->pool, map, "limits");
    const struct sb_doc_node *requests = member->value;
    if (!sb_str_is(sb_doc_key_str(member->key), "requests") || requests->type != SB_DOC_MAP ||
        !limits || limits->type != SB_DOC_MAP)
        return false;
    for (uint32_t i = 0; i < requests->count; i++) {
        const struct sb_doc_node *n = requests->u.members[i].value;
        const struct sb_doc_node *limit = sb_doc_get(run->pool, limits, requests->u.members[i].key);
        if (!limit || !drift_is_scalar(n) || !drift_is_scalar(limit) ||
            !drift_scalars_equal(run, n, limit, DRIFT_IN_QUANTITIES))
            return false;
    }
    return true;
}

static bool is_default(struct sb_str parent, struct sb_str key, const struct sb_doc_node *value)
{
    for (size_t i = 0; i < SB_LEN(defaults); i++)
        if (sb_str_is(key, defaults[i].key) &&
            (!defaults[i].parent || sb_str_is(parent, defaults[i].parent)) &&
            (!defaults[i].value || value_is(value, defaults[i].value)))
            return true;
    return false;
}

bool drift_k8s_filled(const struct drift_run *run, unsigned flags, struct sb_str parent,
                      const struct sb_doc_node *map, const struct sb_doc_member *member)
{
    struct sb_str key = sb_doc_key_str(member->key);
    const struct sb_doc_node *kind = NULL;
    if (flags & DRIFT_AT_K8S_OBJECT)
        kind = sb_doc_get(run->pool, map, run->keys.kind);
    if (kind && kind->type == SB_DOC_STRING)
        parent = sb_doc_str(kind);
    return drift_k8s_dropped(flags, key) || is_default(parent, key, member->value) ||
           same_as_port(run, map, member) || implied_policy_types(run, map, member) ||
           same_as_limits(run, map, member) ||
           (member->value->type == SB_DOC_MAP &&
            all_filled(run, drift_k8s_below(flags, key), key, member->value));
}

bool drift_k8s_omitted(struct sb_str parent, const struct sb_doc_member *member)
{
    static const struct default_value omitted[] = {
        {"env", "value", ""},
        {"volumeMounts", "readOnly", "false"},
        {"volumeMounts", "subPath", ""},
        {NULL, "hostNetwork", "false"},
        {NULL, "hostPID", "false"},
        {NULL, "hostIPC", "false"},
        {NULL, "stdin", "false"},
        {NULL, "stdinOnce", "false"},
        {NULL, "tty", "false"},
        {NULL, "initialDelaySeconds", "0"},
        {"spec", "paused", "false"},
        {"spec", "minReadySeconds", "0"},
        {"spec", "publishNotReadyAddresses", "false"},
        {"spec", "unschedulable", "false"},
        {"ports", "hostPort", "0"},
        {"subjects", "apiGroup", ""},
    };
    for (size_t i = 0; i < SB_LEN(omitted); i++)
        if (sb_str_is(sb_doc_key_str(member->key), omitted[i].key) &&
            (!omitted[i].parent || sb_str_is(parent, omitted[i].parent)) &&
            value_is(member->value, omitted[i].value))
            return true;
    return false;
}

static const struct sb_doc_node *get(const struct drift_run *run, const struct sb_doc_node *n,
                                     const char *key)
{
    return n && n->type == SB_DOC_MAP ? sb_doc_get_str(run->pool, n, key) : NULL;
}

static bool same(const struct sb_doc_node *a, const struct sb_doc_node *b)
{
    return a && b && a->type == SB_DOC_STRING && b->type == SB_DOC_STRING &&
           sb_str_eq(sb_doc_str(a), sb_doc_str(b));
}

/* Whether the autoscaler is that object's and lets it have so many. */
static bool may_scale(const struct drift_run *run, const struct sb_doc_node *scaler,
                      const struct sb_doc_node *object, int64_t replicas)
{
    const struct sb_doc_node *spec = get(run, scaler, "spec");
    const struct sb_doc_node *target = get(run, spec, "scaleTargetRef");
    int64_t least = 1, most = 0;
    (void)drift_to_int(get(run, spec, "minReplicas"), &least);
    return same(get(run, target, "kind"), get(run, object, "kind")) &&
           same(get(run, target, "name"), get(run, get(run, object, "metadata"), "name")) &&
           same(get(run, get(run, scaler, "metadata"), "namespace"),
                get(run, get(run, object, "metadata"), "namespace")) &&
           drift_to_int(get(run, spec, "maxReplicas"), &most) && replicas >= least &&
           replicas <= most;
}

bool drift_k8s_autoscaled(const struct drift_run *run, const struct drift_frame *spec,
                          const struct sb_doc_member *member)
{
    const struct drift_frame *object = spec->up;
    const struct sb_doc_node *root = run->plan->root;
    int64_t replicas;
    if (!sb_str_is(sb_doc_key_str(member->key), "replicas") || !run->plan->addressed || !object ||
        !object->up || object->up->up || root->type != SB_DOC_MAP ||
        !drift_to_int(member->value, &replicas))
        return false;
    for (uint32_t i = 0; i < root->count; i++) {
        const struct sb_doc_node *n = root->u.members[i].value, *kind = get(run, n, "kind");
        if (kind && kind->type == SB_DOC_STRING &&
            sb_str_is(sb_doc_str(kind), "HorizontalPodAutoscaler") &&
            may_scale(run, n, object->actual, replicas))
            return true;
    }
    return false;
}

static bool is_text(const struct sb_doc_node *n, const char *text)
{
    return n && n->type == SB_DOC_STRING && sb_str_is(sb_doc_str(n), text);
}

/* Kept by a controller for the object that owns it. */
static bool has_controller(const struct drift_run *run, const struct sb_doc_node *metadata)
{
    const struct sb_doc_node *owners = get(run, metadata, "ownerReferences");
    for (uint32_t i = 0; owners && owners->type == SB_DOC_LIST && i < owners->count; i++) {
        const struct sb_doc_node *n = get(run, owners->u.items[i], "controller");
        if (n && n->type == SB_DOC_BOOL && sb_doc_is_true(n))
            return true;
    }
    return false;
}

bool drift_k8s_made(const struct drift_run *run, const struct sb_doc_node *object)
{
    static const char *const kinds[] = {"Endpoints", "EndpointSlice", "Event",
                                        "Lease",     "PodMetrics",    NULL};
    static const char *const named[][2] = {{"ConfigMap", "kube-root-ca.crt"},
                                           {"ServiceAccount", "default"},
                                           {"Service", "kubernetes"}};
    if (!drift_is_k8s_object(run, object))
        return false;
    const struct sb_doc_node *kind = get(run, object, "kind");
    const struct sb_doc_node *metadata = get(run, object, "metadata");
    for (size_t i = 0; kinds[i]; i++)
        if (is_text(kind, kinds[i]))
            return true;
    for (size_t i = 0; i < SB_LEN(named); i++)
        if (is_text(kind, named[i][0]) && is_text(get(run, metadata, "name"), named[i][1]))
            return true;
    return is_text(get(run, object, "type"), "kubernetes.io/service-account-token") ||
           has_controller(run, metadata);
}
