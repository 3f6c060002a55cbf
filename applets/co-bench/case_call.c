/* The floor: a plain call through a pointer. It keeps no place to go on from, so that depth is a call a
 * level, and creating, cancelling and staying alive mean nothing. */
#include "applets/co-bench/bench.h"

struct node {
    int64_t (*step)(struct node *n);
    struct node *next;
    int64_t value;
};

static int64_t count(struct node *n)
{
    return ++n->value;
}

static int64_t descend(struct node *n)
{
    return n->next->step(n->next) + 0;
}

static int64_t call(uint64_t n, int depth)
{
    struct node chain[64];
    for (int i = 0; i < depth; i++)
        chain[i] =
            (struct node){i + 1 < depth ? descend : count, &chain[i + 1 < depth ? i + 1 : i], 0};
    struct node *volatile hidden = chain, *root = hidden;
    for (uint64_t i = 0; i < n / 8; i++)
        (void)root->step(root);
    int64_t first = chain[depth - 1].value, sum = 0, start = sb_bench_now();
    for (uint64_t i = 0; i < n; i++)
        sum += root->step(root);
    int64_t took = sb_bench_now() - start, last = first + (int64_t)n;
    return sum == (last * (last + 1) - first * (first + 1)) / 2 ? took : -1;
}

static int64_t depth_1(uint64_t n)
{
    return call(n, 1);
}

static int64_t depth_8(uint64_t n)
{
    return call(n, 8);
}

static int64_t depth_64(uint64_t n)
{
    return call(n, 64);
}

co_bench_chunk *const co_bench_call[CO_BENCH_SHORT] = {
    [CO_BENCH_RESUME_1] = depth_1, [CO_BENCH_RESUME_8] = depth_1,  [CO_BENCH_DEPTH_1] = depth_1,
    [CO_BENCH_DEPTH_8] = depth_8,  [CO_BENCH_DEPTH_64] = depth_64, [CO_BENCH_AWAIT] = depth_1,
};
