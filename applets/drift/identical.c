/* Equality: pairing the elements of two lists that are equal in meaning.
 *
 * Scalars are paired by 128 bits of their canonical form, and then, for what is left, by the form
 * without a remark. Collections are paired by their tree hash. Equal elements pair in order. */
#include "applets/drift/match.h"

#include "core/base/hash.h"

#define MAX_CHAIN 64u /* elements that differ only by a remark: looked at one by one */

struct identical {
    struct drift_run *run;
    struct drift_rest *plan, *actual;
    unsigned flags;
    bool remarks; /* second pass: scalars by their form without a remark */
    struct drift_table table;
    uint32_t *next; /* by plan value: the next one of the same hash + 1 */
    bool *plan_paired, *actual_paired;
};

static struct drift_hash128 hash_of(const struct identical *w, const struct sb_doc_node *n)
{
    bool nothing = drift_is_nothing(w->run, n);
    if (drift_is_scalar(n) && !nothing && !w->remarks)
        return drift_scalar_hash128(w->run, n, w->flags);
    uint64_t h = drift_is_scalar(n) && !nothing ? drift_scalar_hash(w->run, n, w->flags)
                                                : drift_hash(w->run, n, w->flags);
    return (struct drift_hash128){h, sb_hash_mix(h, n->type == SB_DOC_LIST && !nothing)};
}

/* Backwards, so that chains run forwards. */
static void enter_plan(struct identical *w)
{
    struct drift_table *t = &w->table;
    for (uint32_t i = 0; i < w->plan->n; i++)
        t->hashes[i] = hash_of(w, w->plan->nodes[i]);
    for (uint32_t i = w->plan->n; i-- > 0;) {
        if (i >= DRIFT_BLOCK)
            drift_table_fetch(t, &t->hashes[i - DRIFT_BLOCK]);
        if (w->plan->nodes[i]->flags & SB_DOC_UNKNOWN)
            continue;
        struct drift_slot *slot = drift_table_at(t, &t->hashes[i]);
        w->next[i] = slot->element;
        drift_table_put(slot, &t->hashes[i], i);
    }
}

/* The first plan value left that equals n, taken out; plan->n when there is none. */
static uint32_t take(struct identical *w, const struct sb_doc_node *n,
                     const struct drift_hash128 *h)
{
    struct drift_slot *slot = drift_table_at(&w->table, h);
    uint32_t *link = &slot->element;
    for (unsigned looked = 0; *link && looked < MAX_CHAIN; looked++, link = &w->next[*link - 1]) {
        uint32_t i = *link - 1;
        if (w->remarks && !drift_scalars_equal(w->run, w->plan->nodes[i], n, w->flags))
            continue;
        *link = w->next[i];
        if (!slot->element)
            slot->element = DRIFT_TAKEN_OUT;
        return i;
    }
    return w->plan->n;
}

static void look_up_actual(struct identical *w, drift_pair_fn *pair, void *ctx)
{
    struct drift_hash128 block[DRIFT_BLOCK];
    uint32_t n = w->actual->n;
    for (uint32_t start = 0; start < n; start += DRIFT_BLOCK) {
        uint32_t end = SB_MIN(n - start, DRIFT_BLOCK);
        for (uint32_t i = 0; i < end; i++) {
            block[i] = hash_of(w, w->actual->nodes[start + i]);
            drift_table_fetch(&w->table, &block[i]);
        }
        for (uint32_t i = 0; i < end; i++) {
            const struct sb_doc_node *node = w->actual->nodes[start + i];
            uint32_t found = node->flags & SB_DOC_UNKNOWN ? w->plan->n : take(w, node, &block[i]);
            if (found == w->plan->n)
                continue;
            w->plan_paired[found] = w->actual_paired[start + i] = true;
            pair(ctx, w->plan->index[found], w->actual->index[start + i]);
        }
    }
}

static void keep_unpaired(struct drift_rest *rest, const bool *paired)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < rest->n; i++) {
        if (paired[i])
            continue;
        rest->nodes[n] = rest->nodes[i];
        rest->index[n++] = rest->index[i];
    }
    rest->n = n;
}

static void pass(struct identical *w, drift_pair_fn *pair, void *ctx)
{
    drift_table_init(&w->table, w->plan->n);
    w->next = sb_xcalloc(w->plan->n, sizeof(*w->next));
    w->plan_paired = sb_xcalloc(w->plan->n, sizeof(*w->plan_paired));
    w->actual_paired = sb_xcalloc(w->actual->n, sizeof(*w->actual_paired));
    enter_plan(w);
    look_up_actual(w, pair, ctx);
    keep_unpaired(w->plan, w->plan_paired);
    keep_unpaired(w->actual, w->actual_paired);
    drift_table_done(&w->table);
    free(w->next);
    free(w->plan_paired);
    free(w->actual_paired);
}

void drift_pair_identical(struct drift_run *run, struct drift_rest *plan, struct drift_rest *actual,
                          unsigned flags, drift_pair_fn *pair, void *ctx)
{
    struct identical w = {.run = run, .plan = plan, .actual = actual, .flags = flags};
    if (plan->n && actual->n)
        pass(&w, pair, ctx);
    w.remarks = true;
    if (plan->n && actual->n && drift_on(run, DRIFT_NORM_REMARKS))
        pass(&w, pair, ctx);
}
