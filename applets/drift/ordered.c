/* Lists in which order counts: the shortest edit script (Myers 1986, "An O(ND) difference algorithm
 * and its variations"), on hashes.
 *
 * D is bounded. Over the bound, elements that occur once on each side and stand in the same order are
 * the anchors (the longest increasing run of them), and the report says so. When what is left on
 * both sides is the same, it has moved: only the order differs. Otherwise, between two paired places,
 * what is left is paired one to one. */
#include "applets/drift/match.h"

#include "core/base/mem.h"
#include "core/sort/sort.h"

#include <stdlib.h>

#define MAX_D 1000u
#define MAX_WORK UINT64_C(40000000) /* elements x D */
#define OFF INT32_MIN               /* a diagonal that has left the lists */

struct span { /* the part of both lists that has no common start and end */
    const uint64_t *plan, *actual;
    int32_t n, m;
    uint32_t plan_at, actual_at;
};

/* The furthest x on each diagonal after d edits, kept for every d to walk back. */
struct trace {
    int32_t **rows; /* rows[d] has 2d+1 entries, diagonals -d..d */
    int32_t d;
};

/* Where the d-th edit on diagonal k arrives: one step down from diagonal k + 1 or one step right from
 * k - 1, whichever is further; OFF when neither stays on the lists. */
static int32_t arrive(const struct trace *t, const struct span *s, int32_t d, int32_t k,
                      bool *ret_down)
{
    const int32_t *before = t->rows[d - 1];
    int32_t down = k < d - 1 ? before[k + 1 + d - 1] : OFF;
    int32_t right = k > -(d - 1) ? before[k - 1 + d - 1] : OFF;
    if (down != OFF && down - k > s->m)
        down = OFF;
    right = right == OFF || right >= s->n ? OFF : right + 1;
    *ret_down = down >= right;
    return *ret_down ? down : right;
}

static int32_t furthest(const struct trace *t, const struct span *s, int32_t d, int32_t k)
{
    bool down;
    int32_t x = d ? arrive(t, s, d, k, &down) : 0;
    while (x != OFF && x < s->n && x - k < s->m && s->plan[x] == s->actual[x - k])
        x++;
    return x;
}

static bool run_myers(struct trace *t, const struct span *s, int32_t max_d)
{
    for (int32_t d = 0; d <= max_d; d++) {
        t->rows[d] = sb_xmalloc((2 * (size_t)d + 1) * sizeof(**t->rows));
        t->d = d;
        for (int32_t k = -d; k <= d; k++)
            t->rows[d][k + d] = OFF;
        for (int32_t k = -d; k <= d; k += 2) {
            int32_t x = furthest(t, s, d, k);
            t->rows[d][k + d] = x;
            if (x == s->n && x - k == s->m)
                return true;
        }
    }
    return false;
}

static void pair_at(struct drift_pairing *p, const struct span *s, int32_t x, int32_t y)
{
    drift_pair(p, s->plan_at + (uint32_t)x, s->actual_at + (uint32_t)y);
}

static void walk_back(const struct trace *t, const struct span *s, struct drift_pairing *p)
{
    int32_t x = s->n, y = s->m;
    for (int32_t d = t->d; d > 0; d--) {
        bool go_down;
        int32_t k = x - y, start_x = arrive(t, s, d, k, &go_down), start_y = start_x - k;
        while (x > start_x && y > start_y)
            pair_at(p, s, --x, --y);
        x = go_down ? x : x - 1;
        y = go_down ? y - 1 : y;
    }
    while (x > 0 && y > 0)
        pair_at(p, s, --x, --y);
}

static bool pair_shortest(const struct span *s, struct drift_pairing *p)
{
    uint64_t size = (uint64_t)s->n + (uint64_t)s->m;
    uint64_t bound = SB_MIN((uint64_t)MAX_D, SB_MAX(MAX_WORK / (size + 1), (uint64_t)32));
    int32_t max_d = (int32_t)SB_MIN(bound, size);
    struct trace t = {.rows = sb_xcalloc((size_t)max_d + 1, sizeof(*t.rows))};
    bool done = run_myers(&t, s, max_d);
    if (done)
        walk_back(&t, s, p);
    for (int32_t d = 0; d <= t.d; d++)
        free(t.rows[d]);
    free(t.rows);
    return done;
}

/* --- anchors --- */

struct seen { /* of one hash */
    uint64_t hash;
    uint32_t plan, actual; /* index + 1 */
    uint32_t n_plan, n_actual;
};

static struct seen *seen_at(struct seen *table, size_t mask, uint64_t hash)
{
    size_t at = hash & mask;
    while ((table[at].n_plan || table[at].n_actual) && table[at].hash != hash)
        at = (at + 1) & mask;
    table[at].hash = hash;
    return &table[at];
}

/* Pairs the longest run of once-only elements in the same order: patience, O(n log n). */
static void pair_anchors(const struct span *s, struct drift_pairing *p)
{
    size_t slots = 16;
    while (slots < 2 * ((size_t)s->n + (size_t)s->m))
        slots *= 2;
    struct seen *table = sb_xcalloc(slots, sizeof(*table));
    for (int32_t j = 0; j < s->m; j++) {
        struct seen *e = seen_at(table, slots - 1, s->actual[j]);
        e->actual = (uint32_t)j;
        e->n_actual++;
    }
    for (int32_t i = 0; i < s->n; i++)
        seen_at(table, slots - 1, s->plan[i])->n_plan++;
    int32_t *top = sb_xcalloc((size_t)s->n + 1, sizeof(*top)); /* by pile: plan index on top */
    int32_t *before = sb_xcalloc((size_t)s->n + 1, sizeof(*before));
    uint32_t *to = sb_xcalloc((size_t)s->n + 1, sizeof(*to));
    int32_t piles = 0;
    for (int32_t i = 0; i < s->n; i++) {
        const struct seen *e = seen_at(table, slots - 1, s->plan[i]);
        if (e->n_plan != 1 || e->n_actual != 1)
            continue;
        to[i] = e->actual;
        int32_t low = 0, high = piles;
        while (low < high) {
            int32_t middle = low + (high - low) / 2;
            if (to[top[middle]] < to[i])
                low = middle + 1;
            else
                high = middle;
        }
        before[i] = low ? top[low - 1] : -1;
        top[low] = i;
        piles += low == piles;
    }
    for (int32_t i = piles ? top[piles - 1] : -1; i >= 0; i = before[i])
        pair_at(p, s, i, (int32_t)to[i]);
    free(table);
    free(top);
    free(before);
    free(to);
}

/* --- what is left --- */

struct left { /* an element without a partner */
    uint64_t hash;
    uint32_t index;
};

static int by_hash(const void *a, const void *b, void *ctx, int *fail)
{
    const struct left *x = a, *y = b;
    (void)ctx;
    (void)fail;
    return x->hash < y->hash ? -1 : x->hash > y->hash;
}

/* Sorted by hash, equal ones in order; `known` is cleared by an element that is not known yet. */
static struct left *left_over(const struct drift_pairing *p, const struct sb_doc_node *list,
                              const uint64_t *hashes, bool of_plan, uint32_t *ret_n, bool *known)
{
    struct left *left = sb_xcalloc(list->count, sizeof *left);
    uint32_t n = 0;
    for (uint32_t i = 0; i < list->count; i++) {
        if (of_plan ? p->actual_of[i] != DRIFT_NOWHERE : p->taken[i])
            continue;
        left[n++] = (struct left){hashes[i], i};
        *known = *known && !(list->u.items[i]->flags & SB_DOC_UNKNOWN);
    }
    (void)sb_sort(left, n, sizeof *left, by_hash, NULL, NULL); /* cannot fail */
    *ret_n = n;
    return left;
}

/* Pairs what is left when both sides have the same left. */
static void pair_moved(const struct drift_frame *f, const uint64_t *hashes, struct drift_pairing *p)
{
    uint32_t n, m;
    bool same = true;
    struct left *plan = left_over(p, f->plan, hashes, true, &n, &same);
    struct left *actual = left_over(p, f->actual, hashes + p->n_plan, false, &m, &same);
    same = same && n == m;
    for (uint32_t i = 0; same && i < n; i++)
        same = plan[i].hash == actual[i].hash;
    for (uint32_t i = 0; same && i < n; i++)
        drift_pair(p, plan[i].index, actual[i].index);
    p->n_moved = same ? n : 0;
    p->moved = p->n_moved == 1 ? plan[0].index : 0;
    free(plan);
    free(actual);
}

/* Between two pairs, the left-over elements are paired one to one. */
static void pair_gaps(struct drift_pairing *p)
{
    uint32_t j = 0;
    for (uint32_t i = 0; i < p->n_plan; i++) {
        if (p->actual_of[i] != DRIFT_NOWHERE)
            j = p->actual_of[i] + 1;
        else if (j < p->n_actual && !p->taken[j])
            drift_pair(p, i, j++);
    }
}

void drift_pair_in_order(struct drift_run *run, struct drift_frame *f, struct drift_pairing *p)
{
    if (!p->n_plan || !p->n_actual)
        return;
    uint64_t *hashes = sb_xcalloc((size_t)p->n_plan + p->n_actual, sizeof(*hashes));
    for (uint32_t i = 0; i < p->n_plan; i++)
        hashes[i] = drift_hash(run, f->plan->u.items[i], f->flags);
    for (uint32_t j = 0; j < p->n_actual; j++)
        hashes[p->n_plan + j] = drift_hash(run, f->actual->u.items[j], f->flags);
    struct span s = {.plan = hashes, .actual = hashes + p->n_plan};
    uint32_t n = p->n_plan, m = p->n_actual;
    while (s.plan_at < n && s.plan_at < m && s.plan[s.plan_at] == s.actual[s.plan_at]) {
        drift_pair(p, s.plan_at, s.plan_at);
        s.plan_at++;
    }
    s.actual_at = s.plan_at;
    while (n > s.plan_at && m > s.actual_at && s.plan[n - 1] == s.actual[m - 1])
        drift_pair(p, --n, --m);
    s.plan += s.plan_at;
    s.actual += s.actual_at;
    s.n = (int32_t)(n - s.plan_at);
    s.m = (int32_t)(m - s.actual_at);
    if (s.n && s.m && !pair_shortest(&s, p)) {
        drift_limit(run, f,
                    "too many changes for the shortest edit script; elements that occur "
                    "once on each side were paired in order");
        pair_anchors(&s, p);
    }
    pair_moved(f, hashes, p);
    pair_gaps(p);
    free(hashes);
}
