/* For the tests of core/sort: elements of any size that know where they came from, a plain reference
 * sort, and comparators that count, fail and lie. */
#ifndef SB_TESTS_SORT_UNIT_H
#define SB_TESTS_SORT_UNIT_H

#include "core/sort/sort.h"
#include "applets/sort-bench/pattern.h"
#include "tests/unit/unit.h"

enum sort_lie { LIE_NONE, LIE_RANDOM, LIE_LESS, LIE_MORE, LIE_TIES, LIE_CYCLE, LIE_FLIP, N_LIES };

/* What the comparator knows. An element is its key, its first index, then filling that follows from
 * both; each as far as the size has room. */
struct sort_shape {
    size_t size, key_bytes, index_bytes;
    enum sort_lie lie;
    uint64_t seed, calls, fail_at; /* fail_at: the call that fails; 0 none */
    uint64_t calls_after;          /* after it failed */
};

enum { SORT_TEST_FAILURE = -77 };

static inline struct sort_shape sort_shape(size_t size)
{
    struct sort_shape s = {.size = size, .key_bytes = (size + 1) / 2, .seed = 1};
    s.key_bytes = s.key_bytes < 4 ? s.key_bytes : 4;
    s.index_bytes = size - s.key_bytes < 4 ? size - s.key_bytes : 4;
    return s;
}

static inline uint64_t sort_bytes(const unsigned char *p, size_t n)
{
    uint64_t v = 0;
    while (n-- > 0)
        v = v << 8 | p[n];
    return v;
}

static inline uint64_t sort_cut(int64_t key, const struct sort_shape *s)
{
    return (uint64_t)key & ((UINT64_C(1) << (8 * s->key_bytes)) - 1);
}

static inline void sort_put(unsigned char *at, const struct sort_shape *s, int64_t key,
                            size_t index)
{
    for (size_t i = 0; i < s->size; i++)
        if (i < s->key_bytes)
            at[i] = (unsigned char)(key >> (8 * i));
        else if (i < s->key_bytes + s->index_bytes)
            at[i] = (unsigned char)(index >> (8 * (i - s->key_bytes)));
        else
            at[i] = (unsigned char)((uint64_t)key * 31 + index * 7 + i);
}

static inline int sort_lie(struct sort_shape *s, uint64_t x, uint64_t y)
{
    switch (s->lie) {
    case LIE_RANDOM: return (int)(sort_random(&s->seed) % 3) - 1;
    case LIE_LESS: return -1;
    case LIE_MORE: return 1;
    case LIE_TIES: return x <= y ? -1 : 1;
    case LIE_CYCLE: return x % 3 == y % 3 ? 0 : (x + 1) % 3 == y % 3 ? -1 : 1;
    case LIE_FLIP: return (s->calls & 64 ? 1 : -1) * ((x > y) - (x < y));
    default: return (x > y) - (x < y);
    }
}

static inline int sort_compare(const void *a, const void *b, void *ctx, int *fail)
{
    struct sort_shape *s = ctx;
    s->calls++;
    if (s->fail_at && s->calls > s->fail_at)
        s->calls_after++;
    if (s->fail_at && s->calls == s->fail_at)
        *fail = SORT_TEST_FAILURE;
    return sort_lie(s, sort_bytes(a, s->key_bytes), sort_bytes(b, s->key_bytes));
}

struct sort_entry {
    uint64_t cut;
    int64_t key;
    size_t index;
};

/* The reference: plain insertion sort; above some hundred elements, halves of that and a merge. */
enum { SORT_PLAIN = 300 };
static inline void sort_reference(struct sort_entry *v, struct sort_entry *tmp, size_t n)
{
    if (n <= SORT_PLAIN) {
        for (size_t i = 1; i < n; i++)
            for (size_t k = i; k > 0 && v[k].cut < v[k - 1].cut; k--) {
                struct sort_entry x = v[k];
                v[k] = v[k - 1];
                v[k - 1] = x;
            }
        return;
    }
    size_t half = n / 2, l = 0, r = half, out = 0;
    sort_reference(v, tmp, half);
    sort_reference(v + half, tmp, n - half);
    while (l < half || r < n)
        tmp[out++] = r == n || (l < half && v[l].cut <= v[r].cut) ? v[l++] : v[r++];
    memcpy(v, tmp, n * sizeof *v);
}

/* Elements with these keys, and the same as they should come out. Both are malloc'd, exactly as large
 * as they must be, so that a sanitizer sees a step outside. */
static inline void sort_case(const int64_t *keys, size_t n, const struct sort_shape *s,
                             unsigned char **ret_in, unsigned char **ret_want)
{
    struct sort_entry *e = malloc((n + 1) * sizeof *e), *tmp = malloc((n + 1) * sizeof *tmp);
    *ret_in = malloc(n * s->size + (n == 0));
    *ret_want = malloc(n * s->size + (n == 0));
    for (size_t i = 0; i < n; i++) {
        e[i] = (struct sort_entry){sort_cut(keys[i], s), keys[i], i};
        sort_put(*ret_in + i * s->size, s, keys[i], i);
    }
    sort_reference(e, tmp, n);
    for (size_t i = 0; i < n; i++)
        sort_put(*ret_want + i * s->size, s, e[i].key, e[i].index);
    free(e);
    free(tmp);
}

/* Do both hold the same elements? Quadratic. */
static inline int sort_same_elements(const unsigned char *a, const unsigned char *b, size_t n,
                                     size_t size)
{
    unsigned char *used = calloc(n + 1, 1);
    size_t found = 0;
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < n; k++)
            if (!used[k] && memcmp(a + i * size, b + k * size, size) == 0) {
                used[k] = 1;
                found++;
                break;
            }
    free(used);
    return found == n;
}

/* Memory that fails at the fail_at-th request, and checks that all is given back. */
struct sort_heap {
    unsigned requests, fail_at, held;
};

static inline void *sort_heap_take(size_t bytes, void *ctx)
{
    struct sort_heap *h = ctx;
    if (++h->requests == h->fail_at)
        return NULL;
    h->held++;
    return malloc(bytes);
}

static inline void sort_heap_give_back(void *p, void *ctx)
{
    struct sort_heap *h = ctx;
    if (p)
        h->held--;
    free(p);
}

#endif
