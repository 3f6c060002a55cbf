/* The continuations of this very binary (core/co), as they are used: frames, steps, sb_co_next. Compiled
 * a second time by case_iso.c with the dispatch of strict ISO C. */
#include "applets/co-bench/bench.h"
#include "core/co/timer.h"

/* --- generators --- */

static uint64_t ended; /* how many passed their finally: */

#define one_SAVED(F) F(int64_t, value)
#define one_LIVE(F)
#define one_POINTS(P) P(counting)
CO_FRAME(one);
CO_DESC(one);
static struct sb_co *one_step(struct sb_co *co_self)
{
    CO_BODY(one, f);
    for (;;)
        CO_YIELD(counting, f->value + 1);
finally:
    ended++;
    CO_END;
}

#define eight_SAVED(F) F(int64_t, value)
#define eight_LIVE(F)
#define eight_POINTS(P) P(p1) P(p2) P(p3) P(p4) P(p5) P(p6) P(p7) P(p8)
CO_FRAME(eight);
CO_DESC(eight);
static struct sb_co *eight_step(struct sb_co *co_self)
{
    CO_BODY(eight, f);
    for (;;) {
        CO_YIELD(p1, f->value + 1);
        CO_YIELD(p2, f->value + 1);
        CO_YIELD(p3, f->value + 1);
        CO_YIELD(p4, f->value + 1);
        CO_YIELD(p5, f->value + 1);
        CO_YIELD(p6, f->value + 1);
        CO_YIELD(p7, f->value + 1);
        CO_YIELD(p8, f->value + 1);
    }
finally:
    ended++;
    CO_END;
}

/* Draws n values. The frame comes by way of memory, so that the step is called as any other. */
#define DRAW(frame)                                                              \
    static int64_t draw_##frame(uint64_t n)                                      \
    {                                                                            \
        struct frame generator;                                                  \
        CO_INIT(frame, &generator);                                              \
        struct frame *volatile hidden = &generator, *g = hidden;                 \
        for (uint64_t i = 0; i < n / 8; i++)                                     \
            (void)sb_co_next(&g->co);                                            \
        int64_t first = g->value, sum = 0, start = sb_bench_now();               \
        for (uint64_t i = 0; i < n && sb_co_next(&g->co); i++)                   \
            sum += g->value;                                                     \
        int64_t took = sb_bench_now() - start, last = first + (int64_t)n;        \
        sb_co_cancel(&g->co);                                                    \
        return sum == (last * (last + 1) - first * (first + 1)) / 2 ? took : -1; \
    }
DRAW(one)
DRAW(eight)

/* --- depth: an event resumes the leaf of a chain of awaits --- */

#define leaf_SAVED(F) F(int64_t, value)
#define leaf_LIVE(F)
#define leaf_POINTS(P) P(event)
CO_FRAME(leaf);
CO_DESC(leaf);
static struct sb_co *leaf_step(struct sb_co *co_self)
{
    CO_BODY(leaf, f);
    for (;; f->value++)
        CO_PARK(event);
finally:
    ended++;
    CO_END;
}

#define link_SAVED(F)
#define link_LIVE(F) F(struct link *, next) F(struct leaf *, leaf)
#define link_POINTS(P) P(link) P(leaf)
CO_FRAME(link);
CO_DESC(link);
static struct sb_co *link_step(struct sb_co *co_self)
{
    CO_BODY(link, f);
    if (f->next)
        CO_AWAIT(link, f->next);
    else
        CO_AWAIT(leaf, f->leaf);
finally:
    ended++;
    CO_END;
}

static int64_t resume_leaf(uint64_t n, int depth)
{
    struct link chain[64];
    struct leaf leaf;
    CO_INIT(leaf, &leaf);
    for (int i = 0; i < depth - 1; i++) {
        CO_INIT(link, &chain[i]);
        chain[i].next = i + 2 < depth ? &chain[i + 1] : NULL;
        chain[i].leaf = &leaf;
    }
    struct sb_co *root = depth > 1 ? &chain[0].co : &leaf.co;
    ended = 0;
    sb_co_run(root);
    struct leaf *volatile hidden = &leaf, *l = hidden;
    for (uint64_t i = 0; i < n / 8; i++)
        sb_co_run(&l->co);
    int64_t first = l->value, start = sb_bench_now();
    for (uint64_t i = 0; i < n; i++)
        sb_co_run(&l->co);
    int64_t took = sb_bench_now() - start, done = l->value - first;
    sb_co_cancel(root);
    return done == (int64_t)n && ended == (uint64_t)depth ? took : -1;
}

static int64_t depth_1(uint64_t n)
{
    return resume_leaf(n, 1);
}

static int64_t depth_8(uint64_t n)
{
    return resume_leaf(n, 8);
}

static int64_t depth_64(uint64_t n)
{
    return resume_leaf(n, 64);
}

/* --- awaiting a child that ends at once --- */

#define child_SAVED(F) F(int32_t, given)
#define child_LIVE(F)
#define child_POINTS(P)
CO_FRAME(child);
CO_DESC(child);
static struct sb_co *child_step(struct sb_co *co_self)
{
    CO_BODY(child, f);
    CO_RETURN(f->given);
finally:
    CO_END;
}

#define parent_SAVED(F) F(uint64_t, n) F(uint64_t, i) F(int64_t, sum)
#define parent_LIVE(F) F(struct child, child)
#define parent_POINTS(P) P(child)
CO_FRAME(parent);
CO_DESC(parent);
static struct sb_co *parent_step(struct sb_co *co_self)
{
    CO_BODY(parent, f);
    for (f->i = 0; f->i < f->n; f->i++) {
        CO_INIT(child, &f->child);
        f->child.given = 1;
        CO_AWAIT(child, &f->child);
        f->sum += f->child.co.rc;
    }
finally:
    CO_END;
}

static int64_t await(uint64_t n)
{
    struct parent parent;
    struct parent *volatile hidden = &parent, *p = hidden;
    int64_t start = 0;
    for (uint64_t count = n / 8 + 1;; count = n) { /* once to warm up */
        CO_INIT(parent, p);
        p->n = count;
        start = sb_bench_now();
        sb_co_run(&p->co);
        int64_t took = sb_bench_now() - start;
        if (!sb_co_done(&p->co) || p->sum != (int64_t)count)
            return -1;
        if (count == n)
            return took;
    }
}

/* --- creating and cancelling on the heap --- */

static void create_all(struct one **made, uint64_t n)
{
    for (uint64_t i = 0; i < n; i++) {
        made[i] = CO_NEW(one);
        (void)sb_co_next(&made[i]->co);
    }
}

/* The last first: malloc's lists are as they were before. */
static void cancel_all(struct one **made, uint64_t n)
{
    while (n-- > 0) {
        sb_co_cancel(&made[n]->co);
        sb_co_free(&made[n]->co);
    }
}

static int64_t create_and_cancel(uint64_t n, bool want_create)
{
    struct one *made[CO_BENCH_MOST_OBJECTS];
    create_all(made, n); /* once to warm up */
    cancel_all(made, n);
    ended = 0;
    int64_t start = sb_bench_now();
    create_all(made, n);
    int64_t middle = sb_bench_now();
    cancel_all(made, n);
    int64_t end = sb_bench_now();
    if (ended != n)
        return -1;
    return want_create ? middle - start : end - middle;
}

static int64_t create(uint64_t n)
{
    return create_and_cancel(n, true);
}

static int64_t cancel(uint64_t n)
{
    return create_and_cancel(n, false);
}

co_bench_chunk *const co_bench_srebox[CO_BENCH_SHORT] = {
    [CO_BENCH_RESUME_1] = draw_one, [CO_BENCH_RESUME_8] = draw_eight, [CO_BENCH_DEPTH_1] = depth_1,
    [CO_BENCH_DEPTH_8] = depth_8,   [CO_BENCH_DEPTH_64] = depth_64,   [CO_BENCH_AWAIT] = await,
    [CO_BENCH_CREATE] = create,     [CO_BENCH_CANCEL] = cancel,
};

/* --- a million --- */

static void crowd(uint64_t n, struct co_bench_crowd *ret)
{
    struct one **all = calloc(n, sizeof(struct one *));
    if (!all)
        return;
    memset(all, 1, n * sizeof(struct one *)); /* its pages are there from here on */
    size_t heap = co_bench_heap();
    ended = 0;
    int64_t before = sb_bench_resident();
    for (uint64_t i = 0; i < n; i++) {
        all[i] = CO_NEW(one);
        (void)sb_co_next(&all[i]->co);
    }
    ret->bytes = (double)(sb_bench_resident() - before) / (double)n;
    int64_t start = sb_bench_now();
    for (uint64_t i = 0; i < n; i++)
        (void)sb_co_next(&all[i]->co);
    int64_t middle = sb_bench_now();
    for (uint64_t i = 0; i < n; i++) {
        sb_co_cancel(&all[i]->co);
        sb_co_free(&all[i]->co);
    }
    ret->cancel_ns = (double)(sb_bench_now() - middle) / (double)n;
    ret->resume_ns = (double)(middle - start) / (double)n;
    ret->sound = ended == n && co_bench_heap() <= heap + CO_BENCH_HEAP_SLACK;
    free(all);
}

void co_bench_crowd_srebox(uint64_t n, struct co_bench_crowd *ret)
{
    crowd(CO_BENCH_FEW, ret);
    crowd(n, ret);
}

#if !defined(SB_CO_ISO)
#define napper_SAVED(F)
#define napper_LIVE(F) F(struct sb_co_sleep, nap)
#define napper_POINTS(P) P(asleep)
CO_FRAME(napper);
CO_DESC(napper);
static struct sb_co *napper_step(struct sb_co *co_self)
{
    CO_BODY(napper, f);
    CO_AWAIT(asleep, &f->nap);
finally:
    ended++;
    CO_END;
}

static void sleepers(uint64_t n, struct co_bench_crowd *ret)
{
    struct sb_co_timers timers = {.heap = NULL};
    struct napper **all = calloc(n, sizeof(struct napper *));
    if (!all)
        return;
    memset(all, 1, n * sizeof(struct napper *));
    size_t heap = co_bench_heap();
    ended = 0;
    int64_t before = sb_bench_resident(), start = sb_bench_now();
    uint64_t random = 1;
    for (uint64_t i = 0; i < n; i++) {
        random = random * UINT64_C(6364136223846793005) + 1442695040888963407; /* Knuth's MMIX */
        all[i] = CO_NEW(napper);
        sb_co_sleep_init(&all[i]->nap, &timers, (int64_t)(random >> 32));
        sb_co_run(&all[i]->co);
    }
    ret->bytes = (double)(sb_bench_resident() - before) / (double)n;
    sb_co_timers_fire(&timers, INT64_C(1) << 32);
    ret->resume_ns = (double)(sb_bench_now() - start) / (double)n;
    for (uint64_t i = 0; i < n; i++)
        sb_co_free(&all[i]->co);
    sb_co_timers_done(&timers);
    ret->sound = ended == n && co_bench_heap() <= heap + CO_BENCH_HEAP_SLACK;
    free(all);
}

void co_bench_sleepers(uint64_t n, struct co_bench_crowd *ret)
{
    sleepers(CO_BENCH_FEW, ret);
    sleepers(n, ret);
}
#endif
