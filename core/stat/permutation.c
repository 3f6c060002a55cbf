/* The values lie in order, each with a mark: x's or y's. A way to deal them out is a set of marks, and its
 * medians are found in one walk. */
#include "core/stat/permutation.h"

#include "core/base/mem.h"
#include "core/stat/rng.h"

#include <math.h>
#include <stdlib.h>

struct pool {
    double *values;
    unsigned char *of_x; /* by place */
    size_t n, m;
};

static void pool_init(struct pool *p, const double *x, size_t n, const double *y, size_t m)
{
    size_t i = 0, k = 0;
    p->n = n;
    p->m = m;
    p->values = sb_xcalloc(n + m, sizeof *p->values);
    p->of_x = sb_xcalloc(n + m, 1);
    while (i < n || k < m) {
        bool take_x = k >= m || (i < n && x[i] <= y[k]);
        p->of_x[i + k] = take_x;
        double value = take_x ? x[i] : y[k];
        p->values[i + k] = value;
        *(take_x ? &i : &k) += 1;
    }
}

static void pool_done(struct pool *p)
{
    free(p->values);
    free(p->of_x);
}

/* Median of x's less that of y's. Median: the middle value, or half way between the two. */
static double difference(const struct pool *p)
{
    size_t seen[2] = {0, 0}, count[2] = {p->m, p->n};
    double low[2] = {0, 0}, high[2] = {0, 0};
    for (size_t i = 0; i < p->n + p->m; i++) {
        int s = p->of_x[i];
        size_t at = seen[s]++;
        if (at == (count[s] - 1) / 2)
            low[s] = p->values[i];
        if (at == count[s] / 2)
            high[s] = p->values[i];
    }
    return (low[1] + 0.5 * (high[1] - low[1])) - (low[0] + 0.5 * (high[0] - low[0]));
}

/* Ways to choose n of all; `most` + 1 stands for more. */
static uint64_t ways(size_t all, size_t n, uint64_t most)
{
    double count = 1;
    for (size_t i = 1; i <= n; i++) {
        count = count * (double)(all - n + i) / (double)i;
        if (count > (double)most)
            return most + 1;
    }
    return (uint64_t)(count + 0.5);
}

/* The next set of n marks in order: false after the last, n marks at the end. */
static bool next_marks(unsigned char *marks, size_t all)
{
    size_t i = all, ones = 0;
    while (i > 0 && marks[i - 1]) {
        marks[--i] = 0;
        ones++;
    }
    while (i > 0 && !marks[i - 1])
        i--;
    if (i == 0)
        return false;
    marks[i - 1] = 0;
    for (size_t k = 0; k <= ones; k++)
        marks[i + k] = 1;
    return true;
}

static uint64_t look_at_all(struct pool *p, double observed)
{
    uint64_t hits = 0;
    for (size_t i = 0; i < p->n + p->m; i++)
        p->of_x[i] = i < p->n;
    do
        hits += fabs(difference(p)) >= observed;
    while (next_marks(p->of_x, p->n + p->m));
    return hits;
}

static uint64_t draw_some(struct pool *p, double observed, uint64_t draws, uint64_t seed)
{
    struct sb_rng rng;
    uint64_t hits = 0;
    sb_rng_init(&rng, seed);
    for (uint64_t d = 0; d < draws; d++) {
        for (size_t i = p->n + p->m; i > 1; i--) { /* a shuffle of the marks */
            size_t k = (size_t)sb_rng_below(&rng, i);
            unsigned char mark = p->of_x[i - 1];
            p->of_x[i - 1] = p->of_x[k];
            p->of_x[k] = mark;
        }
        hits += fabs(difference(p)) >= observed;
    }
    return hits;
}

void sb_permutation_medians(const double *x, size_t n, const double *y, size_t m, uint64_t draws,
                            uint64_t seed, struct sb_permutation *ret)
{
    struct pool p;
    pool_init(&p, x, n, y, m);
    uint64_t all = ways(n + m, SB_MIN(n, m), draws);
    *ret = (struct sb_permutation){.difference = difference(&p), .exact = all <= draws};
    double observed = fabs(ret->difference);
    ret->draws = ret->exact ? all : draws;
    if (ret->exact)
        ret->p = (double)look_at_all(&p, observed) / (double)all;
    else
        ret->p = (1 + (double)draw_some(&p, observed, draws, seed)) / (1 + (double)draws);
    pool_done(&p);
}
