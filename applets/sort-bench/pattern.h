/* Keys to sort, by name: for sort-bench, and for the tests and `make bench` of core/sort. Deterministic:
 * the same pattern, length and seed give the same keys. */
#ifndef SORT_BENCH_PATTERN_H
#define SORT_BENCH_PATTERN_H

#include <stddef.h>
#include <stdint.h>

/* The first nine are the columns of the benchmark. */
#define SORT_PATTERNS(X)                                                    \
    X(RANDOM, "random")                                                     \
    X(RUNS16, "runs16") /* 16 sorted runs of random keys */                 \
    X(TAIL, "90s+10r")  /* sorted, then a tenth at random */                \
    X(SWAP, "swap1%")   /* sorted, then n/100 random exchanges */           \
    X(FEW, "few16")     /* 16 different keys */                             \
    X(SAW, "saw")       /* 0..999 again and again */                        \
    X(ORGAN, "organ")   /* up, then down */                                 \
    X(REVERSED, "reversed")                                                 \
    X(SORTED, "sorted")                                                     \
    X(EQUAL, "equal")                                                       \
    X(SAW_DOWN, "saw-down")                                                 \
    X(SAW_SHORT, "saw20")     /* period 20 */                               \
    X(STAIRS, "stairs")       /* descends with ties: no strict run */       \
    X(SWAP_DOWN, "swap-down") /* descending, then n/100 random exchanges */ \
    X(SHORT_RUNS, "runs-of-12")                                             \
    X(RUNS100, "runs-of-100")                                               \
    X(MIXED, "mixed")     /* random and sorted stretches of 5000 */         \
    X(MOSTLY, "mostly-0") /* one key in 20 differs */                       \
    X(SQUARES, "squares") /* runs of 1, 4, 9, 16 ... */                     \
    X(LATE, "late")       /* a sorted stream, each up to 100 places late */ \
    X(NEARLY_ALL, "last") /* sorted but for the last */                     \
    X(INTERLEAVED, "interleaved")

enum sort_pattern {
#define SORT_PATTERN_ENUM(id, name) PATTERN_##id,
    SORT_PATTERNS(SORT_PATTERN_ENUM)
#undef SORT_PATTERN_ENUM
        N_PATTERNS
};

static const char *const sort_pattern_names[] = {
#define SORT_PATTERN_NAME(id, name) name,
    SORT_PATTERNS(SORT_PATTERN_NAME)
#undef SORT_PATTERN_NAME
};

/* splitmix64 (Steele, Lea and Flood 2014) */
static inline uint64_t sort_random(uint64_t *state)
{
    uint64_t z = (*state += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static inline int64_t sort_key(uint64_t *state, size_t n)
{
    return (int64_t)(sort_random(state) % (4 * (uint64_t)n + 1));
}

/* Runs of the given length, each of ascending random keys. */
static inline void sort_fill_runs(int64_t *v, size_t n, size_t len, uint64_t *state)
{
    for (size_t i = 0; i < n; i++) {
        uint64_t step = sort_random(state) % (8 * (uint64_t)n / (len + 1) + 1);
        v[i] = (i % len == 0 ? 0 : v[i - 1]) + (int64_t)step;
    }
}

static inline void sort_swap_some(int64_t *v, size_t n, uint64_t *state)
{
    for (size_t k = 0; k < n / 100 + 1 && n > 0; k++) {
        size_t a = (size_t)(sort_random(state) % n), b = (size_t)(sort_random(state) % n);
        int64_t x = v[a];
        v[a] = v[b];
        v[b] = x;
    }
}

static inline int64_t sort_key_at(enum sort_pattern p, size_t i, size_t n, uint64_t *state)
{
    int64_t at = (int64_t)i, back = (int64_t)(n - i);
    switch (p) {
    case PATTERN_TAIL: return i < n - n / 10 ? 4 * at : sort_key(state, n);
    case PATTERN_FEW: return (int64_t)(sort_random(state) % 16);
    case PATTERN_SAW: return at % 1000;
    case PATTERN_ORGAN: return i < n / 2 ? at : back;
    case PATTERN_REVERSED: return back;
    case PATTERN_SORTED: return at;
    case PATTERN_SWAP: return at;
    case PATTERN_EQUAL: return 7;
    case PATTERN_SAW_DOWN: return 1000 - at % 1000;
    case PATTERN_SAW_SHORT: return at % 20;
    case PATTERN_STAIRS: return back / 2;
    case PATTERN_SWAP_DOWN: return back;
    case PATTERN_MIXED: return i / 5000 % 2 == 0 ? at : sort_key(state, n);
    case PATTERN_MOSTLY: return sort_random(state) % 20 == 0 ? sort_key(state, n) : 0;
    case PATTERN_LATE: return 4 * at + (int64_t)(sort_random(state) % 400);
    case PATTERN_NEARLY_ALL: return i + 1 < n ? at : at / 2;
    case PATTERN_INTERLEAVED: return i % 2 == 0 ? at : at + (int64_t)n;
    default: return sort_key(state, n);
    }
}

static inline void sort_fill(int64_t *v, size_t n, enum sort_pattern p, uint64_t seed)
{
    uint64_t state = seed;
    size_t root = 1, next = 0;
    for (size_t i = 0; i < n; i++)
        v[i] = sort_key_at(p, i, n, &state);
    if (p == PATTERN_RUNS16)
        sort_fill_runs(v, n, n / 16 + 1, &state);
    if (p == PATTERN_SHORT_RUNS)
        sort_fill_runs(v, n, 12, &state);
    if (p == PATTERN_RUNS100)
        sort_fill_runs(v, n, 100, &state);
    if (p == PATTERN_SWAP || p == PATTERN_SWAP_DOWN)
        sort_swap_some(v, n, &state);
    for (size_t i = 0; i < n && p == PATTERN_SQUARES; i++) {
        if (i == next) {
            next += root * root;
            root++;
            v[i] = (int64_t)(sort_random(&state) % 10);
        } else {
            v[i] = v[i - 1] + (int64_t)(sort_random(&state) % 10);
        }
    }
}

#endif
