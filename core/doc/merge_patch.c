/* JSON Merge Patch (RFC 7396, section 2): null deletes, maps merge, everything else replaces. */
#include "core/base/mem.h"
#include "core/doc/patch.h"
#include "core/doc/patch_tree.h"

#include <stdlib.h>

struct merge {
    struct sb_doc_pool *pool;
    uint64_t budget; /* members that may still be looked at */
};

static int merge(struct merge *m, struct sb_doc_node *target, struct sb_doc_node *patch,
                 unsigned depth, struct sb_doc_node **ret, struct sb_error *e);

/* The result's members, in the order of the target and then of the patch; members has room. */
static int merge_members(struct merge *m, const struct sb_doc_node *target,
                         const struct sb_doc_node *patch, unsigned depth,
                         struct sb_doc_node *result, struct sb_doc_member *members,
                         struct sb_error *e)
{
    size_t n = 0, kept = target ? target->count : 0;
    for (size_t i = 0; i < kept; i++) {
        struct sb_doc_member member = target->u.members[i];
        struct sb_doc_node *change = sb_doc_get(m->pool, patch, member.key);
        if (change && change->type == SB_DOC_NULL)
            continue;
        int rc = change ? merge(m, member.value, change, depth + 1, &member.value, e) : 0;
        if (rc)
            return rc;
        members[n++] = member;
    }
    for (size_t i = 0; i < patch->count; i++) {
        struct sb_doc_member member = patch->u.members[i];
        if (member.value->type == SB_DOC_NULL ||
            (target && sb_doc_find(m->pool, target, member.key) != SIZE_MAX))
            continue;
        int rc = merge(m, NULL, member.value, depth + 1, &member.value, e);
        if (rc)
            return rc;
        members[n++] = target ? patch_member(result, member.key, member.value) : member;
    }
    result->count = (uint32_t)n;
    return 0;
}

/* target NULL: nothing there. Recursion ends at the depth that readers allow. */
static int merge(struct merge *m, struct sb_doc_node *target, struct sb_doc_node *patch,
                 unsigned depth, struct sb_doc_node **ret, struct sb_error *e)
{
    if (patch->type != SB_DOC_MAP) {
        *ret = patch;
        return 0;
    }
    if (target && target->type != SB_DOC_MAP)
        target = NULL;
    size_t room = (size_t)patch->count + (target ? target->count : 0);
    if (depth > SB_PATCH_MAX_DEPTH)
        return sb_fail(e, SB_ETOOBIG, "the merge patch is deeper than %u levels",
                       SB_PATCH_MAX_DEPTH);
    if (room + 1 > m->budget)
        return sb_fail(e, SB_ETOOBIG, "the merge patch makes too many values");
    m->budget -= room + 1;
    struct sb_doc_node *result = sb_doc_copy(m->pool, target ? target : patch);
    struct sb_doc_member *members = sb_arena_alloc(
        sb_doc_arena(m->pool), SB_MAX(room, (size_t)1) * sizeof(struct sb_doc_member));
    result->u.members = members;
    result->count = 0;
    int rc = merge_members(m, target, patch, depth, result, members, e);
    if (rc == 0)
        *ret = result;
    return rc;
}

int sb_merge_patch_apply(struct sb_doc_pool *pool, struct sb_doc_node *target,
                         const struct sb_doc_node *patch, struct sb_doc_node **ret,
                         struct sb_error *e)
{
    struct merge m = {pool, patch_budget(pool)};
    if (patch->type != SB_DOC_MAP) {
        *ret = sb_doc_copy(pool, patch);
        return 0;
    }
    return merge(&m, target, sb_doc_copy(pool, patch), 1, ret, e);
}
