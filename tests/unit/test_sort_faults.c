/* core/sort when things go wrong: comparators that fail or are no order, memory that is not there, run
 * lengths that broke other sorts. No element is ever lost. */
#include "core/base/error.h"
#include "tests/unit/sort_unit.h"

#include <math.h>

static void keeps_elements(enum sort_pattern p, size_t n, size_t size, enum sort_lie lie,
                           size_t min_run, uint64_t seed)
{
    struct sort_shape shape = sort_shape(size);
    struct sb_sort_options opts = {.min_run = min_run};
    int64_t *keys = malloc((n + 1) * sizeof *keys);
    unsigned char *v, *want;
    sort_fill(keys, n, p, seed);
    sort_case(keys, n, &shape, &v, &want);
    shape.lie = lie;
    shape.seed = seed;
    ck_assert_int_eq(sb_sort(v, n, size, sort_compare, &shape, &opts), 0);
    ck_assert_msg(sort_same_elements(v, want, n, size), "%s: n = %zu, size = %zu, lie %d",
                  sort_pattern_names[p], n, size, (int)lie);
    free(keys);
    free(v);
    free(want);
}

START_TEST(lies_lose_nothing)
{
    static const size_t sizes[] = {4, 8, 12, 32, 64};
    for (enum sort_lie lie = LIE_RANDOM; lie < N_LIES; lie++)
        for (enum sort_pattern p = 0; p < N_PATTERNS; p++)
            for (size_t n = 2; n < 300; n += 1 + n / 6)
                for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++)
                    keeps_elements(p, n, sizes[k], lie, k % 2 ? 8 : 0, n + k);
}
END_TEST

START_TEST(lies_lose_nothing_at_length)
{
    for (enum sort_lie lie = LIE_RANDOM; lie < N_LIES; lie++)
        for (enum sort_pattern p = 0; p < N_PATTERNS; p++)
            for (unsigned seed = 1; seed <= 2; seed++)
                keeps_elements(p, 1500 + 500 * seed, 8, lie, 0, seed);
}
END_TEST

/* The comparison that says 0 to NaN, as naive ones do. */
static int compare_doubles(const void *a, const void *b, void *ctx, int *fail)
{
    (void)ctx;
    (void)fail;
    const double *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

START_TEST(not_a_number)
{
    enum { N = 3000 };
    double v[N];
    uint64_t state = 1;
    size_t nans = 0, kept = 0;
    double sum = 0, after = 0;
    for (size_t i = 0; i < N; i++) {
        v[i] = sort_random(&state) % 7 == 0 ? (double)NAN : (double)(sort_random(&state) % 1000);
        nans += v[i] != v[i];
        sum += v[i] == v[i] ? v[i] : 0;
    }
    ck_assert_int_eq(sb_sort(v, N, sizeof *v, compare_doubles, NULL, NULL), 0);
    for (size_t i = 0; i < N; i++) {
        kept += v[i] != v[i];
        after += v[i] == v[i] ? v[i] : 0;
    }
    ck_assert_uint_eq(nans, kept);
    ck_assert_double_eq(sum, after);
}
END_TEST

/* Fails the k-th comparison, for every k there is (or a spread of them). */
static void fails_everywhere(enum sort_pattern p, size_t n, size_t size, size_t min_run, int starve)
{
    int64_t *keys = malloc((n + 1) * sizeof *keys);
    sort_fill(keys, n, p, n);
    for (uint64_t k = 1, step = n > 64 ? 37 : 1;; k += step) {
        struct sort_shape shape = sort_shape(size);
        struct sort_heap heap = {.fail_at = starve ? 1 : 0};
        const struct sb_sort_memory memory = {sort_heap_take, sort_heap_give_back, &heap};
        struct sb_sort_options opts = {.min_run = min_run, .memory = &memory};
        unsigned char *v, *want;
        sort_case(keys, n, &shape, &v, &want);
        shape.fail_at = k;
        int rc = sb_sort(v, n, size, sort_compare, &shape, &opts);
        ck_assert_uint_eq(heap.held, 0);
        if (shape.calls < k) {
            ck_assert_int_eq(rc, 0);
            ck_assert_mem_eq(v, want, n * size);
        } else {
            ck_assert_int_eq(rc, SORT_TEST_FAILURE);
            ck_assert_uint_eq(shape.calls_after, 0);
            ck_assert_msg(sort_same_elements(v, want, n, size), "%s: n = %zu, call %d",
                          sort_pattern_names[p], n, (int)k);
        }
        free(v);
        free(want);
        if (rc == 0)
            break;
    }
    free(keys);
}

START_TEST(failure_at_every_comparison)
{
    for (enum sort_pattern p = 0; p < N_PATTERNS; p++)
        for (size_t n = 2; n <= 64; n += 1 + n / 5) {
            fails_everywhere(p, n, 8, 0, 0);
            fails_everywhere(p, n, 8, 3, 0);
            fails_everywhere(p, n, 12, 0, 0);
        }
}
END_TEST

START_TEST(failure_at_length)
{
    for (enum sort_pattern p = 0; p < N_PATTERNS; p++) {
        fails_everywhere(p, 400, 32, 0, 0);
        fails_everywhere(p, 700, 8, p % 2 ? 4 : 0, 0);
        fails_everywhere(p, 600, 80, 0, 1);
    }
}
END_TEST

/* Sorts with the k-th allocation failing, for every k; the last round has memory for all. */
static void sorts_without(enum sort_pattern p, size_t n, size_t size)
{
    int64_t *keys = malloc(n * sizeof *keys);
    sort_fill(keys, n, p, n);
    for (unsigned k = 1;; k++) {
        struct sort_shape shape = sort_shape(size);
        struct sort_heap heap = {.fail_at = k};
        struct sb_sort_stats stats;
        const struct sb_sort_memory memory = {sort_heap_take, sort_heap_give_back, &heap};
        struct sb_sort_options opts = {.memory = &memory, .stats = &stats};
        unsigned char *v, *want;
        sort_case(keys, n, &shape, &v, &want);
        ck_assert_int_eq(sb_sort(v, n, size, sort_compare, &shape, &opts), 0);
        ck_assert_msg(memcmp(v, want, n * size) == 0, "%s: n = %zu, size = %zu, allocation %u",
                      sort_pattern_names[p], n, size, k);
        ck_assert_uint_eq(heap.held, 0);
        ck_assert_uint_eq(stats.in_place, heap.requests >= k);
        free(v);
        free(want);
        if (heap.requests < k)
            break;
    }
    free(keys);
}

START_TEST(every_allocation_may_fail)
{
    static const size_t sizes[] = {4, 7, 8, 32, 64, 300};
    for (enum sort_pattern p = 0; p < N_PATTERNS; p++)
        for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++)
            for (size_t n = 2000; n < 2300; n += 101)
                sorts_without(p, n, sizes[k]);
}
END_TEST

START_TEST(strings_without_memory)
{
    enum { N = 2000 };
    static char text[N][8];
    static const char *v[N];
    for (unsigned k = 1; k <= 4; k++) {
        struct sort_heap heap = {.fail_at = k};
        const struct sb_sort_memory memory = {sort_heap_take, sort_heap_give_back, &heap};
        uint64_t state = k;
        for (size_t i = 0; i < N; i++) {
            snprintf(text[i], sizeof text[i], "%d", (int)(sort_random(&state) % 500));
            v[i] = text[i];
        }
        sb_sort_strings(v, N, &(struct sb_sort_options){.memory = &memory});
        for (size_t i = 0; i + 1 < N; i++) {
            int c = strcmp(v[i], v[i + 1]);
            ck_assert(c < 0 || (c == 0 && v[i] < v[i + 1]));
        }
        ck_assert_uint_eq(heap.held, 0);
    }
}
END_TEST

/* An input whose natural runs have these lengths: each run ascends from low keys. */
static size_t runs_of(int64_t *keys, const size_t *lengths, size_t count)
{
    size_t n = 0;
    for (size_t k = 0; k < count; k++)
        for (size_t i = 0; i < lengths[k]; i++)
            keys[n++] = (int64_t)(i * 1000 / lengths[k]) - (int64_t)(lengths[k] == 1 ? k : 0);
    return n;
}

/* Follows the stack of pending runs through the trace. */
struct watch {
    size_t merged;
};

static void watch(const struct sb_sort_event *ev, void *ctx)
{
    struct watch *w = ctx;
    if (ev->step != SB_SORT_MERGE)
        return;
    ck_assert_uint_gt(ev->left, 0);
    ck_assert_uint_gt(ev->right, 0);
    ck_assert_uint_lt(ev->power, 64);
    w->merged++;
}

static void sorts_runs(const size_t *lengths, size_t count)
{
    size_t n = 0;
    for (size_t k = 0; k < count; k++)
        n += lengths[k];
    int64_t *keys = malloc((n + 1) * sizeof *keys);
    struct sort_shape shape = sort_shape(8);
    struct watch w = {0};
    struct sb_sort_options opts = {.min_run = 1, .trace = watch, .trace_ctx = &w};
    unsigned char *v, *want;
    runs_of(keys, lengths, count);
    sort_case(keys, n, &shape, &v, &want);
    ck_assert_int_eq(sb_sort(v, n, 8, sort_compare, &shape, &opts), 0);
    ck_assert_mem_eq(v, want, n * 8);
    free(keys);
    free(v);
    free(want);
}

/* Run lengths that break the invariant of 2002: de Gouw et al., "OpenJDK's java.utils.Collection.sort()
 * is broken", CAV 2015; their recursion, unrolled until `most` elements, overran Java's stack. */
static size_t gouw_lengths(size_t *lengths, size_t most, size_t min_run)
{
    size_t count = 0, total = 0, len = min_run;
    for (size_t a = min_run, b = min_run + 1; total + a < most && count < 200; count++) {
        size_t next = a + b + 1;
        lengths[count] = len = a;
        total += len;
        a = b, b = next;
    }
    for (size_t i = 0; i < count / 2; i++) {
        size_t x = lengths[i];
        lengths[i] = lengths[count - 1 - i];
        lengths[count - 1 - i] = x;
    }
    for (size_t k = 0; k < 40; k++)
        lengths[count++] = min_run - k % 3 * (min_run / 4);
    return count;
}

START_TEST(run_lengths_that_broke_others)
{
    static const size_t published[] = {120, 80, 25, 20, 30};
    static const size_t growing[] = {1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096};
    static const size_t falling[] = {4096, 2048, 1024, 512, 256, 128, 64, 32, 16, 8, 4, 2, 1};
    size_t lengths[400];
    sorts_runs(published, 5);
    sorts_runs(growing, 13);
    sorts_runs(falling, 13);
    for (size_t min_run = 4; min_run <= 32; min_run += 4)
        sorts_runs(lengths, gouw_lengths(lengths, 300000, min_run));
    uint64_t state = 9;
    for (unsigned round = 0; round < 200; round++) {
        for (size_t k = 0; k < 60; k++)
            lengths[k] = (size_t)(sort_random(&state) % (UINT64_C(1) << (k % 9 + 1))) + 1;
        sorts_runs(lengths, 60);
    }
}
END_TEST

/* McIlroy, "A killer adversary for quicksort", 1999: keys are decided as late as possible, so that every
 * pivot is as bad as it can be. */
struct adversary {
    size_t *rank;
    size_t solid, gas, candidate;
    uint64_t calls;
};

static int adverse(const void *a, const void *b, void *ctx, int *fail)
{
    (void)fail;
    struct adversary *d = ctx;
    uint64_t x, y;
    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    d->calls++;
    if (d->rank[x] == d->gas && d->rank[y] == d->gas)
        d->rank[x == d->candidate ? x : y] = d->solid++;
    if (d->rank[x] == d->gas)
        d->candidate = (size_t)x;
    else if (d->rank[y] == d->gas)
        d->candidate = (size_t)y;
    return (d->rank[x] > d->rank[y]) - (d->rank[x] < d->rank[y]);
}

START_TEST(adversaries_pay_n_lg_n)
{
    for (size_t n = 1000; n <= 64000; n *= 4) {
        uint64_t *v = malloc(n * sizeof *v), state = 1;
        struct adversary d = {.rank = malloc(n * sizeof *d.rank), .solid = n, .gas = 2 * n};
        size_t lg = 0;
        while (n >> lg)
            lg++;
        for (size_t i = 0; i < n; i++) {
            v[i] = i;
            d.rank[i] =
                i % 3 == 0 ? d.gas : (size_t)(sort_random(&state) % n); /* no runs to find */
        }
        ck_assert_int_eq(sb_sort(v, n, sizeof *v, adverse, &d, NULL), 0);
        ck_assert_uint_le(d.calls, 4 * n * lg);
        for (size_t i = 0; i + 1 < n; i++)
            ck_assert_uint_le(d.rank[v[i]], d.rank[v[i + 1]]);
        free(d.rank);
        free(v);
    }
}
END_TEST

static struct sb_sort_fault fault_of(enum sort_lie lie, size_t n, int *ret_code)
{
    struct sort_shape shape = sort_shape(8);
    struct sb_sort_fault fault = {.kind = SB_SORT_UNSTEADY, .a = 99};
    struct sb_sort_options opts = {.fault = &fault};
    int64_t *keys = malloc((n + 1) * sizeof *keys);
    unsigned char *v, *want;
    sort_fill(keys, n, PATTERN_RANDOM, 8);
    sort_case(keys, n, &shape, &v, &want);
    shape.lie = lie;
    *ret_code = sb_sort(v, n, 8, sort_compare, &shape, &opts);
    if (fault.kind == SB_SORT_INTRANSITIVE && lie != LIE_RANDOM) { /* it must be true */
        int fail = 0;
        const unsigned char *a = v + fault.a * 8, *b = v + fault.b * 8, *c = v + fault.c * 8;
        int ab = sort_compare(a, b, &shape, &fail), bc = sort_compare(b, c, &shape, &fail);
        int ac = sort_compare(a, c, &shape, &fail);
        ck_assert(ab <= 0 && bc <= 0 && (ac > 0 || (ac == 0 && (ab < 0 || bc < 0))));
    }
    free(keys);
    free(v);
    free(want);
    return fault;
}

START_TEST(faults_are_named)
{
    int rc;
    for (size_t n = 3; n <= 3000; n = 2 * n + 1) {
        ck_assert_int_eq(fault_of(LIE_NONE, n, &rc).kind, SB_SORT_SOUND);
        ck_assert_int_eq(rc, 0);
        ck_assert_int_eq(fault_of(LIE_LESS, n, &rc).kind, SB_SORT_REFLEXIVE);
        ck_assert_int_eq(rc, -SB_EINPUT);
        ck_assert_int_eq(fault_of(LIE_MORE, n, &rc).kind, SB_SORT_REFLEXIVE);
        ck_assert_int_eq(fault_of(LIE_TIES, n, &rc).kind, SB_SORT_REFLEXIVE);
    }
    for (size_t n = 30; n <= 3000; n *= 2) {
        ck_assert_int_eq(fault_of(LIE_CYCLE, n, &rc).kind, SB_SORT_INTRANSITIVE);
        ck_assert_int_eq(rc, -SB_EINPUT);
        ck_assert_int_ne(fault_of(LIE_RANDOM, n, &rc).kind, SB_SORT_SOUND);
    }
}
END_TEST

/* The trace tells of every element: runs and stretches cover the input once, merges make it whole. */
struct told {
    size_t covered, merged, galloped;
};

static void tell(const struct sb_sort_event *ev, void *ctx)
{
    struct told *t = ctx;
    switch (ev->step) {
    case SB_SORT_RUN:
    case SB_SORT_RUN_DOWN:
    case SB_SORT_STRETCH:
        ck_assert_uint_eq(ev->start, t->covered);
        t->covered += ev->left;
        break;
    case SB_SORT_LOOSEN:
    case SB_SORT_EXTEND: t->covered += ev->right; break;
    case SB_SORT_MERGE: t->merged++; break;
    case SB_SORT_GALLOP: t->galloped++; break;
    default: break;
    }
}

START_TEST(traces_and_statistics_agree)
{
    for (enum sort_pattern p = 0; p < N_PATTERNS; p++) {
        enum { N = 20000 };
        static int64_t v[N];
        struct told t = {0};
        struct sb_sort_stats stats;
        struct sb_sort_options opts = {.stats = &stats, .trace = tell, .trace_ctx = &t};
        sort_fill(v, N, p, 1);
        sb_sort_int64(v, N, &opts);
        ck_assert_uint_eq(t.covered, N);
        ck_assert_uint_eq(t.merged, stats.merges);
        ck_assert_uint_eq(t.galloped, stats.gallops);
        ck_assert_uint_ge(stats.comparisons, N - 1);
        ck_assert_uint_le(stats.buffer_bytes, sizeof v);
        ck_assert_uint_eq(stats.in_place, 0);
    }
}
END_TEST

UNIT_MAIN("sort faults", lies_lose_nothing, lies_lose_nothing_at_length, not_a_number,
          failure_at_every_comparison, failure_at_length, every_allocation_may_fail,
          strings_without_memory, run_lengths_that_broke_others, adversaries_pay_n_lg_n,
          faults_are_named, traces_and_statistics_agree)
