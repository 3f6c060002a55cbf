/* Kubernetes manifests: documents to addresses GROUP/KIND/NAMESPACE/NAME.
 *
 * The version is no part of the address, so apps/v1 pairs with apps/v1beta1 and their apiVersion
 * differs. The core group is "core". A namespace that is not written is "default", as kubectl takes
 * it, and is filled in; kinds known to have none have "-". Lists are unfolded. What a Secret holds is
 * marked, and its stringData becomes data as the server would make it. */
#include "applets/drift/source.h"

#define MAX_OBJECTS ((size_t)4 << 20)

/* Kinds outside namespaces, in Kubernetes itself and in extensions nearly everybody has. */
static const char *const cluster_kinds[] = {"APIService",
                                            "CSIDriver",
                                            "CSINode",
                                            "CertificateSigningRequest",
                                            "ClusterIssuer",
                                            "ClusterPolicy",
                                            "ClusterRole",
                                            "ClusterRoleBinding",
                                            "ClusterTrustBundle",
                                            "ComponentStatus",
                                            "CustomResourceDefinition",
                                            "DeviceClass",
                                            "FlowSchema",
                                            "GatewayClass",
                                            "IPAddress",
                                            "IngressClass",
                                            "MutatingAdmissionPolicy",
                                            "MutatingAdmissionPolicyBinding",
                                            "MutatingWebhookConfiguration",
                                            "Namespace",
                                            "Node",
                                            "PersistentVolume",
                                            "PodSecurityPolicy",
                                            "PriorityClass",
                                            "PriorityLevelConfiguration",
                                            "ResourceSlice",
                                            "RuntimeClass",
                                            "ServiceCIDR",
                                            "StorageClass",
                                            "ValidatingAdmissionPolicy",
                                            "ValidatingAdmissionPolicyBinding",
                                            "ValidatingWebhookConfiguration",
                                            "VolumeAttachment",
                                            "VolumeAttributesClass",
                                            "VolumeSnapshotClass",
                                            "VolumeSnapshotContent"};

static bool is_cluster_kind(struct sb_str kind)
{
    for (size_t i = 0; i < SB_LEN(cluster_kinds); i++)
        if (sb_str_is(kind, cluster_kinds[i]))
            return true;
    return false;
}

/* An object or a List, by what every one of them has. */
static bool is_object(struct sb_doc_pool *pool, const struct sb_doc_node *doc)
{
    if (drift_get_str(pool, doc, "apiVersion").len == 0 ||
        drift_get_str(pool, doc, "kind").len == 0)
        return false;
    const struct sb_doc_node *metadata = drift_get(pool, doc, "metadata");
    const struct sb_doc_node *items = drift_get(pool, doc, "items");
    return (metadata && metadata->type == SB_DOC_MAP) || (items && items->type == SB_DOC_LIST);
}

bool drift_k8s_is(struct sb_doc_pool *pool, const struct sb_doc_node *docs)
{
    for (uint32_t i = 0; i < docs->count; i++)
        if (docs->u.items[i]->type != SB_DOC_NULL)
            return is_object(pool, docs->u.items[i]);
    return false;
}

static void put_base64(struct sb_buf *b, struct sb_str s)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < s.len; i += 3) {
        size_t n = SB_MIN(s.len - i, 3u);
        uint32_t w = 0;
        for (size_t k = 0; k < 3; k++)
            w = w << 8 | (k < n ? (unsigned char)s.p[i + k] : 0u);
        for (size_t k = 0; k < 4; k++)
            sb_buf_putc(b, k <= n ? digits[w >> (18 - 6 * k) & 63u] : '=');
    }
}

/* stringData is for writing only: the server keeps it as data, over what data had. */
static int fold_string_data(struct sb_doc_pool *pool, struct sb_doc_node **object,
                            struct sb_error *e)
{
    struct sb_doc_node *text, *data;
    int rc = drift_get_take(pool, *object, "stringData", SB_DOC_MAP, &text, e);
    if (rc == 0)
        rc = drift_get_take(pool, *object, "data", SB_DOC_MAP, &data, e);
    if (rc || !text)
        return rc;
    if (!data) {
        data = sb_doc_map(pool, NULL, 0);
        sb_doc_place_as(data, text);
    }
    SB_VEC(struct sb_doc_member) members = {0};
    for (uint32_t i = 0; i < data->count; i++)
        if (!sb_doc_get(pool, text, data->u.members[i].key))
            sb_vec_push(&members, data->u.members[i]);
    for (uint32_t i = 0; rc == 0 && i < text->count; i++) {
        struct sb_doc_member m = text->u.members[i];
        if (m.value->type == SB_DOC_STRING) {
            struct sb_buf b = SB_BUF_INIT((size_t)64 << 20);
            put_base64(&b, sb_doc_str(m.value));
            rc = sb_buf_check(&b, "a Secret's value", e);
            struct sb_doc_node *coded = sb_doc_string(pool, b.len ? b.data : "", b.len);
            sb_doc_place_as(coded, m.value);
            m.value = coded;
            sb_buf_done(&b);
        }
        sb_vec_push(&members, m);
    }
    struct sb_doc_node *folded = sb_doc_map(pool, members.items, members.len);
    sb_doc_place_as(folded, data);
    sb_vec_done(&members);
    drift_seal(text);
    *object = drift_map_with(pool, *object, "data", folded);
    size_t at = sb_doc_find(pool, *object, sb_doc_intern(pool, "stringData", 10));
    struct sb_doc_member *all = (*object)->u.members; /* this copy's own array */
    memmove(&all[at], &all[at + 1], ((*object)->count - at - 1) * sizeof *all);
    (*object)->count--;
    return rc;
}

static int seal_secret(struct sb_doc_pool *pool, struct sb_doc_node **object,
                       const struct sb_doc_node *metadata, struct sb_error *e)
{
    int rc = fold_string_data(pool, object, e);
    struct sb_doc_node *data = drift_get(pool, *object, "data");
    struct sb_doc_node *applied = drift_get(pool, drift_get(pool, metadata, "annotations"),
                                            "kubectl.kubernetes.io/last-applied-configuration");
    if (data)
        drift_seal(data);
    if (applied) /* holds the whole manifest again, values included */
        drift_seal(applied);
    return rc;
}

/* Errors that say what is usually behind a document without the three fields. */
static int refuse(struct sb_doc_pool *pool, struct sb_doc_node *doc, const char *what,
                  struct sb_error *e)
{
    sb_doc_fail(pool, doc, e, "this Kubernetes document has no %s", what);
    if (drift_get(pool, doc, "generateName") ||
        drift_get(pool, drift_get(pool, doc, "metadata"), "generateName"))
        return sb_hint(e,
                       "generateName makes a new name each time: there is nothing to pair it with");
    if (drift_get(pool, doc, "resources") || drift_get(pool, doc, "bases"))
        return sb_hint(e, "a kustomization is rendered first: kustomize build DIR | srebox drift "
                          "check k8s:- ACTUAL");
    return sb_hint(e, "each document needs apiVersion, kind and metadata.name; Helm and Kustomize "
                      "sources are rendered first (helm template, kustomize build)");
}

static int put_address(struct sb_doc_pool *pool, struct sb_buf *b, struct sb_doc_node *object,
                       struct sb_str namespace, struct sb_error *e)
{
    struct sb_str api = drift_get_str(pool, object, "apiVersion");
    struct sb_str name = drift_get_str(pool, drift_get(pool, object, "metadata"), "name");
    struct sb_str kind = drift_get_str(pool, object, "kind");
    const char *slash = memchr(api.p, '/', api.len);
    if (slash)
        sb_buf_put(b, api.p, (size_t)(slash - api.p));
    else
        sb_buf_puts(b, "core");
    sb_buf_putc(b, '/');
    sb_buf_put(b, kind.p, kind.len);
    sb_buf_putc(b, '/');
    sb_buf_put(b, namespace.p, namespace.len);
    sb_buf_putc(b, '/');
    sb_buf_put(b, name.p, name.len);
    return sb_buf_check(b, "a resource's address", e);
}

static int check_object(struct sb_doc_pool *pool, struct sb_doc_node *object, struct sb_error *e)
{
    if (object->type != SB_DOC_MAP)
        return refuse(pool, object, "apiVersion (it is no map)", e);
    if (drift_get_str(pool, object, "apiVersion").len == 0)
        return refuse(pool, object, "apiVersion", e);
    struct sb_str kind = drift_get_str(pool, object, "kind");
    if (kind.len == 0)
        return refuse(pool, object, "kind", e);
    if (sb_str_is(kind, "Kustomization") && drift_get(pool, object, "resources"))
        return refuse(pool, object, "object: it is a kustomization", e);
    if (drift_get_str(pool, drift_get(pool, object, "metadata"), "name").len == 0)
        return refuse(pool, object, "metadata.name", e);
    return 0;
}

static int add_object(struct drift_tree *t, struct sb_doc_node *object, struct sb_error *e)
{
    int rc = check_object(t->pool, object, e);
    if (rc)
        return rc;
    struct sb_doc_node *metadata = drift_get(t->pool, object, "metadata");
    struct sb_str namespace = drift_get_str(t->pool, metadata, "namespace");
    struct sb_str kind = drift_get_str(t->pool, object, "kind");
    struct sb_str api = drift_get_str(t->pool, object, "apiVersion");
    if (namespace.len == 0 && is_cluster_kind(kind)) {
        namespace = SB_STR("-");
    } else if (namespace.len == 0) {
        namespace = SB_STR("default");
        struct sb_doc_node *filled = sb_doc_string(t->pool, namespace.p, namespace.len);
        sb_doc_place_as(filled, metadata);
        metadata = drift_map_with(t->pool, metadata, "namespace", filled);
        object = drift_map_with(t->pool, object, "metadata", metadata);
    }
    if (sb_str_is(kind, "Secret") && sb_str_is(api, "v1"))
        rc = seal_secret(t->pool, &object, metadata, e);
    struct sb_buf b = SB_BUF_INIT(DRIFT_ADDRESS_MAX);
    if (rc == 0)
        rc = put_address(t->pool, &b, object, namespace, e);
    if (rc == 0)
        rc = drift_tree_add(t, (struct sb_str){b.data, b.len}, object, e);
    sb_buf_done(&b);
    return rc;
}

/* kubectl's List has whole objects; a typed list of the API (PodList) leaves out what they share. */
static struct sb_doc_node *list_item(struct sb_doc_pool *pool, const struct sb_doc_node *list,
                                     struct sb_doc_node *item)
{
    struct sb_str kind = drift_get_str(pool, list, "kind");
    if (item->type != SB_DOC_MAP || kind.len <= 4 || drift_get(pool, item, "kind"))
        return item;
    struct sb_doc_node *named = sb_doc_string(pool, kind.p, kind.len - 4);
    sb_doc_place_as(named, item);
    item = drift_map_with(pool, item, "kind", named);
    if (!drift_get(pool, item, "apiVersion"))
        item = drift_map_with(pool, item, "apiVersion", drift_get(pool, list, "apiVersion"));
    return item;
}

static bool is_list(struct sb_doc_pool *pool, const struct sb_doc_node *doc)
{
    const struct sb_doc_node *items = drift_get(pool, doc, "items");
    return sb_str_ends(drift_get_str(pool, doc, "kind"), SB_STR("List")) && items &&
           (items->type == SB_DOC_LIST || items->type == SB_DOC_NULL) &&
           drift_get_str(pool, doc, "apiVersion").len;
}

int drift_k8s_add(struct drift_tree *t, struct sb_doc_node *docs, struct sb_error *e)
{
    SB_VEC(struct sb_doc_node *) todo = {0};
    int rc = 0;
    for (uint32_t i = docs->count; i > 0; i--)
        sb_vec_push(&todo, docs->u.items[i - 1]);
    while (rc == 0 && todo.len) {
        struct sb_doc_node *doc = todo.items[--todo.len];
        if (doc->type == SB_DOC_NULL)
            continue;
        if (!is_list(t->pool, doc)) {
            rc = t->members.len < MAX_OBJECTS
                     ? add_object(t, doc, e)
                     : sb_fail(e, SB_ETOOBIG, "more than %zu Kubernetes objects", MAX_OBJECTS);
            continue;
        }
        const struct sb_doc_node *items = drift_get(t->pool, doc, "items");
        for (uint32_t i = items->type == SB_DOC_LIST ? items->count : 0; i > 0; i--)
            sb_vec_push(&todo, list_item(t->pool, doc, items->u.items[i - 1]));
        if (todo.len > MAX_OBJECTS)
            rc = sb_fail(e, SB_ETOOBIG, "more than %zu Kubernetes objects", MAX_OBJECTS);
    }
    sb_vec_done(&todo);
    return rc;
}
