/* JSON Merge Patch (RFC 7396): the difference of the target before and after, as nested maps.
 *
 * After was made from before by RFC 6902 operations, which share untouched subtrees, so equal pointers
 * end the walk early. null removes; so a null that must be set cannot be said, and is an error. */
#include "applets/drift/patch_ops.h"

#include "core/doc/pointer.h"

struct merge {
    struct sb_doc_pool *pool;
    struct sb_buf path; /* pointer to where the walk is */
    struct sb_error *e;
};

static int no_null(const struct merge *m)
{
    sb_fail(m->e, SB_EINPUT, "%s: a merge patch cannot set null", m->path.len ? m->path.data : "/");
    return sb_hint(m->e, "--format json-patch can; or leave this finding out with --ignore");
}

/* A value that is set as a whole: nulls in its maps would be taken for removals. */
static int check_set(struct merge *m, const struct sb_doc_node *n)
{
    if (n->type == SB_DOC_NULL)
        return no_null(m);
    int rc = 0;
    for (uint32_t i = 0; rc == 0 && n->type == SB_DOC_MAP && i < n->count; i++) {
        size_t len = m->path.len;
        sb_pointer_put(&m->path, sb_doc_key_str(n->u.members[i].key));
        rc = check_set(m, n->u.members[i].value);
        m->path.len = len;
    }
    return rc;
}

static int merge_node(struct merge *m, const struct sb_doc_node *before, struct sb_doc_node *after,
                      struct sb_doc_node **ret);

/* Members of after that differ, then null for those that only before has. */
static int merge_maps(struct merge *m, const struct sb_doc_node *before,
                      const struct sb_doc_node *after, struct sb_doc_node **ret)
{
    SB_VEC(struct sb_doc_member) members = {0};
    int rc = 0;
    for (uint32_t i = 0; rc == 0 && i < after->count; i++) {
        struct sb_doc_member member = after->u.members[i];
        const struct sb_doc_node *was = sb_doc_get(m->pool, before, member.key);
        if (was == member.value)
            continue;
        size_t len = m->path.len;
        sb_pointer_put(&m->path, sb_doc_key_str(member.key));
        rc = was ? merge_node(m, was, member.value, &member.value) : check_set(m, member.value);
        m->path.len = len;
        if (rc == 0 && member.value)
            sb_vec_push(&members, member);
    }
    for (uint32_t i = 0; rc == 0 && i < before->count; i++) {
        struct sb_doc_member member = before->u.members[i];
        if (sb_doc_get(m->pool, after, member.key))
            continue;
        member.value = sb_doc_node_new(m->pool, SB_DOC_NULL);
        sb_vec_push(&members, member);
    }
    if (rc == 0)
        *ret = members.len ? sb_doc_map(m->pool, members.items, members.len) : NULL;
    sb_vec_done(&members);
    return rc;
}

/* *ret NULL: nothing differs. Recursion is as deep as the documents, which their readers cap. */
static int merge_node(struct merge *m, const struct sb_doc_node *before, struct sb_doc_node *after,
                      struct sb_doc_node **ret)
{
    if (before->type == SB_DOC_MAP && after->type == SB_DOC_MAP)
        return merge_maps(m, before, after, ret);
    if (sb_doc_equal(m->pool, before, after)) {
        *ret = NULL;
        return 0;
    }
    int rc = check_set(m, after);
    if (rc == 0)
        *ret = after;
    return rc;
}

int drift_patch_merge(struct sb_doc_pool *pool, struct sb_doc_node *before,
                      struct sb_doc_node *after, struct sb_doc_node **ret, struct sb_error *e)
{
    struct merge m = {.pool = pool, .path = SB_BUF_INIT(DRIFT_PATCH_MAX_BYTES), .e = e};
    struct sb_doc_node *patch = NULL;
    int rc = merge_node(&m, before, after, &patch);
    if (rc == 0)
        *ret = patch ? patch : sb_doc_map(pool, NULL, 0);
    sb_buf_done(&m.path);
    return rc;
}
