/* Hashes of whole values, for finding out what may be equal: 64 bits, seeded a process.
 *
 * A hash only proposes: whoever pairs by it compares the values afterwards, so a collision costs a
 * worse pairing, never a finding. The order of members never counts, and the order of elements
 * counts only while the sets normaliser is off. Collections of collections are hashed once (by node
 * id), so that lists in lists cost no more than their size; flat ones are cheap to hash again. */
#include "applets/drift/match.h"

#include "core/base/hash.h"
#include "core/base/mem.h"

static uint64_t map_hash(struct drift_run *run, const struct sb_doc_node *n, unsigned flags)
{
    uint64_t sum = 0;
    if (drift_is_k8s_object(run, n) && drift_on(run, DRIFT_NORM_QUANTITIES))
        flags |= DRIFT_IN_K8S | DRIFT_AT_K8S_OBJECT;
    for (uint32_t i = 0; i < n->count; i++) {
        const struct sb_doc_member *m = &n->u.members[i];
        if (drift_is_nothing(run, m->value))
            continue;
        struct sb_str key = sb_doc_key_str(m->key);
        unsigned below = flags;
        if (flags & DRIFT_IN_K8S) {
            if (drift_on(run, DRIFT_NORM_K8S_DEFAULTS) && drift_k8s_dropped(flags, key))
                continue;
            below = drift_k8s_below(flags, key);
        }
        sum += sb_hash_mix(m->key->hash, drift_hash(run, m->value, below));
    }
    return sb_hash_mix(sum, run->seed + SB_DOC_MAP);
}

static uint64_t list_hash(struct drift_run *run, const struct sb_doc_node *n, unsigned flags)
{
    uint64_t sum = run->seed;
    bool sets = drift_on(run, DRIFT_NORM_SETS);
    for (uint32_t i = 0; i < n->count; i++) {
        uint64_t h = drift_hash(run, n->u.items[i], flags);
        if (sets || !drift_is_scalar(n->u.items[i]))
            sum += sb_hash_mix(h, run->seed);
        else
            sum = sb_hash_mix(sum, h);
    }
    return sb_hash_mix(sum, run->seed + SB_DOC_LIST + ((uint64_t)n->count << 8));
}

static bool holds_collections(const struct sb_doc_node *n)
{
    for (uint32_t i = 0; i < n->count; i++)
        if (!drift_is_scalar(n->type == SB_DOC_MAP ? n->u.members[i].value : n->u.items[i]))
            return true;
    return false;
}

uint64_t drift_hash(struct drift_run *run, const struct sb_doc_node *n, unsigned flags)
{
    if (drift_is_nothing(run, n))
        return sb_hash_mix(run->seed, UINT64_C(0x6e756c6c));
    if (drift_is_scalar(n))
        return drift_scalar_hash(run, n, flags);
    if (!run->hashes) {
        run->n_hashes = sb_doc_node_count(run->pool);
        run->hashes = sb_xcalloc(run->n_hashes, sizeof *run->hashes);
    }
    bool cached = n->id < run->n_hashes;
    if (cached && run->hashes[n->id])
        return run->hashes[n->id];
    if (!drift_visit(run, n->count))
        return 0;
    uint64_t h = n->type == SB_DOC_MAP ? map_hash(run, n, flags) : list_hash(run, n, flags);
    if (cached && holds_collections(n))
        run->hashes[n->id] = h ? h : 1;
    return h ? h : 1;
}
