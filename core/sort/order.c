/* Is the comparator an order? Looked for after the sort, where mistakes show: all neighbours, and
 * triples of near and of far elements. Finding nothing is no proof; what is found is one. */
#include "core/base/error.h"
#include "core/sort/job.h"

struct check {
    const char *base;
    size_t n, size;
    sb_sort_cmp *cmp;
    void *ctx;
    int fail;
    struct sb_sort_fault found;
};

/* -1, 0, 1; 0 after a failure. */
static int sign(struct check *c, size_t a, size_t b)
{
    if (c->fail)
        return 0;
    int r = c->cmp(c->base + a * c->size, c->base + b * c->size, c->ctx, &c->fail);
    return c->fail ? 0 : (r > 0) - (r < 0);
}

static int report(struct check *c, enum sb_sort_fault_kind kind, size_t x, size_t y, size_t z)
{
    if (!c->fail)
        c->found = (struct sb_sort_fault){kind, x, y, z};
    return 1;
}

/* 1 once there is something to stop for. */
static int bad_pair(struct check *c, size_t x, size_t y)
{
    if (sign(c, x, x) != 0)
        return report(c, SB_SORT_REFLEXIVE, x, x, x);
    if (sign(c, x, y) != -sign(c, y, x))
        return report(c, SB_SORT_SYMMETRIC, x, y, x);
    return c->fail != 0;
}

/* x <= y <= z, but not x <= z; or all equal but the ends? In any turn of the three. */
static int bad_triple(struct check *c, size_t x, size_t y, size_t z)
{
    if (x == y || y == z || x == z)
        return 0;
    int xy = sign(c, x, y), yz = sign(c, y, z), xz = sign(c, x, z);
    if (xy <= 0 && yz <= 0 && (xz > 0 || (xz == 0 && (xy < 0 || yz < 0))))
        return report(c, SB_SORT_INTRANSITIVE, x, y, z);
    if (xy >= 0 && yz >= 0 && (xz < 0 || (xz == 0 && (xy > 0 || yz > 0))))
        return report(c, SB_SORT_INTRANSITIVE, z, y, x);
    if (xz <= 0 && yz >= 0 && (xy > 0 || (xy == 0 && (xz < 0 || yz > 0))))
        return report(c, SB_SORT_INTRANSITIVE, x, z, y);
    if (xz >= 0 && yz <= 0 && (xy < 0 || (xy == 0 && (xz > 0 || yz < 0))))
        return report(c, SB_SORT_INTRANSITIVE, y, z, x);
    if (xy >= 0 && xz <= 0 && (yz > 0 || (yz == 0 && (xy > 0 || xz < 0))))
        return report(c, SB_SORT_INTRANSITIVE, y, x, z);
    if (xy <= 0 && xz >= 0 && (yz < 0 || (yz == 0 && (xy < 0 || xz > 0))))
        return report(c, SB_SORT_INTRANSITIVE, z, x, y);
    return c->fail != 0;
}

/* Neighbours x, x + 1 in the wrong order: who else can tell how they got there? */
static int explain(struct check *c, size_t x)
{
    if (bad_pair(c, x, x + 1))
        return 1;
    for (size_t z = 0; z < c->n; z++)
        if (bad_triple(c, x, x + 1, z))
            return 1;
    return report(c, SB_SORT_UNSTEADY, x, x + 1, x);
}

static int look(struct check *c)
{
    enum { TRIPLES = 1000, NEAR = 8 };
    for (size_t i = 0; i + 1 < c->n; i++)
        if (sign(c, i, i + 1) > 0)
            return explain(c, i);
    size_t pairs = c->n < TRIPLES ? c->n : TRIPLES, step = c->n / pairs;
    uint64_t seed = 1;
    for (size_t k = 0; k < pairs && !c->fail; k++) {
        size_t i = k * step;
        seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        size_t far = (size_t)(seed >> 20) % c->n, near = i + 1 + (size_t)(seed >> 13) % NEAR;
        if (bad_pair(c, i, far) || bad_triple(c, i, far, c->n - 1 - i))
            return 1;
        if (near + 1 < c->n && (bad_pair(c, i, near) || bad_triple(c, i, near, near + 1)))
            return 1;
    }
    return 0;
}

int sb_sort_find_fault(const void *base, size_t n, size_t size, sb_sort_cmp *cmp, void *ctx,
                       struct sb_sort_fault *ret_fault)
{
    struct check c = {.base = base, .n = n, .size = size, .cmp = cmp, .ctx = ctx};
    (void)look(&c);
    if (c.fail)
        return c.fail;
    if (c.found.kind == SB_SORT_SOUND)
        return 0;
    *ret_fault = c.found;
    return -SB_EINPUT;
}
