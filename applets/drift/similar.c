/* Likeness: pairing what no key pairs.
 *
 * Two collections are as alike as the leaves they share, weighed: a text or number says more than a
 * bool. Up to EXACT_MAX a side the assignment is the
 * cheapest one; beyond, each value meets only those with which it shares rare leaves, and the
 * report says so. */
#include "applets/drift/match.h"

#include "core/base/hash.h"
#include "core/base/mem.h"
#include "core/sort/sort.h"

#include <stdlib.h>

#define EXACT_MAX 500u
#define EXACT_BUDGET UINT64_C(3000000000) /* steps of all exact assignments of a run */
#define MAX_LEAVES 192u                   /* of one value; more do not make it clearer */
#define RARE_LEAVES 6u                    /* of one value, by which it is found among many */
#define RARE_MAX 8u                       /* values that may share a rare leaf */
#define STRONG 4u                         /* weight of a text or number */
#define WEAK 1u                           /* weight of a bool or null */
#define ALIKE 400u /* per mille of the weight two values must share to be one changed value */
#define RENAMED_ALIKE 600u /* ... to be one renamed value, */
#define RENAMED_LEAST 8u   /* and the weight that makes it no accident */
#define COST_SHARED 64u    /* one unit of weight, against a place nearer by one */

struct leaves { /* sorted hashes, the weight in the lowest 3 bits */
    uint64_t hash[MAX_LEAVES];
    uint32_t n, weight;
};

static int by_hash(const void *a, const void *b, void *ctx, int *fail)
{
    (void)ctx;
    (void)fail;
    uint64_t x, y;
    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    return (x > y) - (x < y);
}

static void add_leaves(struct drift_run *run, const struct sb_doc_node *n, uint64_t path,
                       unsigned flags, struct leaves *out)
{
    if (out->n == MAX_LEAVES || drift_is_nothing(run, n) || !drift_visit(run, 1))
        return;
    if (drift_is_scalar(n)) {
        bool weak = n->type == SB_DOC_BOOL || n->type == SB_DOC_NULL;
        uint64_t h = sb_hash_mix(path, drift_scalar_hash(run, n, flags));
        out->hash[out->n++] = (h & ~UINT64_C(7)) | (weak ? WEAK : STRONG);
        out->weight += weak ? WEAK : STRONG;
    } else if (n->type == SB_DOC_LIST) {
        for (uint32_t i = 0; i < n->count; i++)
            add_leaves(run, n->u.items[i], path, flags, out);
    } else {
        for (uint32_t i = 0; i < n->count; i++) {
            const struct sb_doc_member *m = &n->u.members[i];
            unsigned below =
                flags & DRIFT_IN_K8S ? drift_k8s_below(flags, sb_doc_key_str(m->key)) : flags;
            add_leaves(run, m->value, sb_hash_mix(path, m->key->hash), below, out);
        }
    }
}

static void leaves_of(struct drift_run *run, const struct sb_doc_node *n, unsigned flags,
                      struct leaves *out)
{
    out->n = out->weight = 0;
    add_leaves(run, n, run->seed, flags, out);
    sb_sort(out->hash, out->n, sizeof(*out->hash), by_hash, NULL, NULL);
}

/* Weight of the leaves in both. */
static uint32_t shared_weight(const struct leaves *a, const struct leaves *b)
{
    uint32_t i = 0, j = 0, weight = 0;
    while (i < a->n && j < b->n) {
        if (a->hash[i] == b->hash[j]) {
            weight += a->hash[i] & 7;
            i++;
            j++;
        } else if (a->hash[i] < b->hash[j]) {
            i++;
        } else {
            j++;
        }
    }
    return weight;
}

static bool enough(const struct leaves *a, const struct leaves *b, uint32_t shared, bool strict)
{
    uint64_t both = (uint64_t)a->weight + b->weight, mille = 2000ull * shared;
    if (strict)
        return shared >= RENAMED_LEAST && mille >= RENAMED_ALIKE * both;
    return shared && mille >= ALIKE * both;
}

struct likeness {
    struct drift_run *run;
    struct drift_rest *plan, *actual;
    unsigned flags;
    bool strict;
    drift_pair_fn *pair;
    void *ctx;
};

static struct leaves *all_leaves(const struct likeness *l, const struct drift_rest *rest)
{
    struct leaves *all = sb_xcalloc(rest->n, sizeof(*all));
    for (uint32_t i = 0; i < rest->n; i++)
        leaves_of(l->run, rest->nodes[i], l->flags, &all[i]);
    return all;
}

/* Cost of pairing row and column: less the more they share, then the nearer they stand. */
static uint32_t pair_cost(const struct leaves *row, const struct leaves *column, uint32_t distance,
                          bool strict)
{
    const uint32_t most = MAX_LEAVES * STRONG * COST_SHARED + COST_SHARED;
    uint32_t shared = shared_weight(row, column);
    if (!enough(row, column, shared, strict))
        return most;
    return most - shared * COST_SHARED - (COST_SHARED - 1 - SB_MIN(distance, COST_SHARED - 1));
}

static void pair_cheapest(const struct likeness *l)
{
    bool plan_rows = l->plan->n <= l->actual->n;
    const struct drift_rest *rows = plan_rows ? l->plan : l->actual;
    const struct drift_rest *columns = plan_rows ? l->actual : l->plan;
    struct leaves *row = all_leaves(l, rows), *column = all_leaves(l, columns);
    uint32_t *cost = sb_xcalloc((size_t)rows->n * columns->n, sizeof(*cost));
    uint32_t *chosen = sb_xcalloc(rows->n, sizeof(*chosen));
    for (uint32_t i = 0; i < rows->n; i++)
        for (uint32_t j = 0; j < columns->n; j++)
            cost[(size_t)i * columns->n + j] =
                pair_cost(&row[i], &column[j], i > j ? i - j : j - i, l->strict);
    drift_assign(cost, rows->n, columns->n, chosen);
    for (uint32_t i = 0; i < rows->n; i++) {
        uint32_t j = chosen[i], shared = shared_weight(&row[i], &column[j]);
        if (rows->nodes[i]->type == columns->nodes[j]->type &&
            enough(&row[i], &column[j], shared, l->strict))
            l->pair(l->ctx, l->plan->index[plan_rows ? i : j], l->actual->index[plan_rows ? j : i]);
    }
    free(row);
    free(column);
    free(cost);
    free(chosen);
}

/* --- many --- */

struct rare {       /* how often leaves occur on the plan, and who has the rare ones */
    uint8_t *often; /* by hash, saturating */
    uint64_t often_mask;
    struct {
        uint32_t tag, value; /* value + 1; 0 = empty */
    } * slots;
    uint64_t mask;
};

static uint64_t power_above(uint64_t n)
{
    uint64_t p = 1024;
    while (p < n)
        p *= 2;
    return p;
}

static uint32_t pick_rare(const struct rare *r, const struct leaves *l,
                          uint64_t picked[RARE_LEAVES])
{
    uint32_t n = 0;
    for (unsigned limit = 1; limit <= RARE_MAX && n < RARE_LEAVES; limit *= 2)
        for (uint32_t i = 0; i < l->n && n < RARE_LEAVES; i++) {
            unsigned often = r->often[l->hash[i] >> 3 & r->often_mask];
            if (often && often <= limit && often > limit / 2)
                picked[n++] = l->hash[i];
        }
    return n;
}

static void index_plan(const struct likeness *l, struct rare *r)
{
    struct leaves leaves;
    uint64_t picked[RARE_LEAVES];
    r->often_mask = power_above((uint64_t)l->plan->n * 8) - 1;
    r->often = sb_xcalloc(r->often_mask + 1, 1);
    for (uint32_t i = 0; i < l->plan->n; i++) {
        leaves_of(l->run, l->plan->nodes[i], l->flags, &leaves);
        for (uint32_t k = 0; k < leaves.n; k++) {
            uint8_t *often = &r->often[leaves.hash[k] >> 3 & r->often_mask];
            *often = (uint8_t)(*often + (*often < UINT8_MAX));
        }
    }
    r->mask = power_above((uint64_t)l->plan->n * RARE_LEAVES * 2) - 1;
    r->slots = sb_xcalloc(r->mask + 1, sizeof(*r->slots));
    for (uint32_t i = 0; i < l->plan->n; i++) {
        leaves_of(l->run, l->plan->nodes[i], l->flags, &leaves);
        uint32_t n = pick_rare(r, &leaves, picked);
        for (uint32_t k = 0; k < n; k++) {
            uint64_t at = picked[k] >> 3 & r->mask;
            while (r->slots[at].value)
                at = (at + 1) & r->mask;
            r->slots[at].tag = (uint32_t)(picked[k] >> 32);
            r->slots[at].value = i + 1;
        }
    }
}

/* The free plan value that shares most with these leaves among those with a rare leaf of theirs. */
static uint32_t best_candidate(const struct likeness *l, const struct rare *r,
                               const struct leaves *leaves, const bool *taken)
{
    uint64_t picked[RARE_LEAVES];
    uint32_t best = l->plan->n, most = 0, seen[RARE_LEAVES * RARE_MAX], n_seen = 0;
    uint32_t n = pick_rare(r, leaves, picked);
    struct leaves other;
    for (uint32_t k = 0; k < n; k++)
        for (uint64_t at = picked[k] >> 3 & r->mask; r->slots[at].value; at = (at + 1) & r->mask) {
            uint32_t i = r->slots[at].value - 1, s = 0;
            if (r->slots[at].tag != (uint32_t)(picked[k] >> 32) || taken[i])
                continue;
            while (s < n_seen && seen[s] != i)
                s++;
            if (s < n_seen || n_seen == SB_LEN(seen))
                continue;
            seen[n_seen++] = i;
            leaves_of(l->run, l->plan->nodes[i], l->flags, &other);
            uint32_t shared = shared_weight(leaves, &other);
            if (shared > most && enough(leaves, &other, shared, l->strict)) {
                most = shared;
                best = i;
            }
        }
    return best;
}

static void pair_by_rare_leaves(const struct likeness *l)
{
    struct rare r;
    struct leaves leaves;
    index_plan(l, &r);
    bool *taken = sb_xcalloc(l->plan->n, sizeof(*taken));
    for (uint32_t j = 0; j < l->actual->n && !l->run->failed; j++) {
        leaves_of(l->run, l->actual->nodes[j], l->flags, &leaves);
        uint32_t i = best_candidate(l, &r, &leaves, taken);
        if (i == l->plan->n)
            continue;
        taken[i] = true;
        l->pair(l->ctx, l->plan->index[i], l->actual->index[j]);
    }
    free(taken);
    free(r.often);
    free(r.slots);
}

/* Whether the cheapest assignment may be sought: few enough here, and not too many before. */
static bool may_be_exact(struct drift_run *run, const struct drift_rest *p,
                         const struct drift_rest *a)
{
    if (p->n > EXACT_MAX || a->n > EXACT_MAX)
        return false;
    run->assigned += (uint64_t)p->n * a->n * (SB_MIN(p->n, a->n) + MAX_LEAVES);
    return run->assigned <= EXACT_BUDGET;
}

static struct drift_rest of_type(const struct drift_rest *rest, enum sb_doc_type type)
{
    struct drift_rest some = {sb_xcalloc(rest->n, sizeof(*some.nodes)),
                              sb_xcalloc(rest->n, sizeof(*some.index)), 0};
    for (uint32_t i = 0; i < rest->n; i++) {
        if (rest->nodes[i]->type != type || rest->nodes[i]->flags & SB_DOC_UNKNOWN)
            continue;
        some.nodes[some.n] = rest->nodes[i];
        some.index[some.n++] = rest->index[i];
    }
    return some;
}

static bool share_a_key(const struct sb_doc_node *a, const struct sb_doc_node *b)
{
    if (a->type == SB_DOC_LIST)
        return true;
    for (uint32_t i = 0; i < a->count && i < 64; i++)
        for (uint32_t j = 0; j < b->count && j < 64; j++)
            if (a->u.members[i].key == b->u.members[j].key)
                return true;
    return false;
}

void drift_pair_similar(struct drift_run *run, struct drift_frame *f, struct drift_rest *plan,
                        struct drift_rest *actual, bool strict, drift_pair_fn *pair, void *ctx)
{
    static const enum sb_doc_type types[] = {SB_DOC_MAP, SB_DOC_LIST};
    for (size_t i = 0; i < SB_LEN(types); i++) {
        struct drift_rest p = of_type(plan, types[i]), a = of_type(actual, types[i]);
        struct likeness l = {run, &p, &a, f->flags, strict, pair, ctx};
        if (!strict && p.n == 1 && a.n == 1 && share_a_key(p.nodes[0], a.nodes[0])) {
            pair(ctx, p.index[0], a.index[0]); /* nothing else it could have become */
        } else if (p.n && a.n && may_be_exact(run, &p, &a)) {
            pair_cheapest(&l);
        } else if (p.n && a.n) {
            const char *what = sb_arena_printf(
                run->arena,
                "%u against %u unlike elements: paired by the rare values they share, not by the "
                "cheapest assignment (done up to %u a side)",
                (unsigned)p.n, (unsigned)a.n, EXACT_MAX);
            drift_limit(run, f, what);
            pair_by_rare_leaves(&l);
        }
        free(p.nodes);
        free(p.index);
        free(a.nodes);
        free(a.index);
    }
}
