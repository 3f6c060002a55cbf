/* core/sort: sorted, stable, and with the number of comparisons it promises. SB_LONG=1: 10^5 random
 * cases beside the reference instead of 20,000. */
#include "tests/unit/sort_unit.h"

#include <math.h>

static void sorts(const int64_t *keys, size_t n, size_t size, size_t min_run, const char *what)
{
    struct sort_shape shape = sort_shape(size);
    struct sb_sort_options opts = {.min_run = min_run};
    unsigned char *v, *want;
    sort_case(keys, n, &shape, &v, &want);
    ck_assert_int_eq(sb_sort(v, n, size, sort_compare, &shape, &opts), 0);
    ck_assert_msg(memcmp(v, want, n * size) == 0, "%s: n = %zu, size = %zu, min_run = %zu", what, n,
                  size, min_run);
    free(v);
    free(want);
}

static void sorts_pattern(enum sort_pattern p, size_t n, size_t size, size_t min_run)
{
    int64_t *keys = malloc((n + 1) * sizeof *keys);
    sort_fill(keys, n, p, n + size);
    sorts(keys, n, size, min_run, sort_pattern_names[p]);
    free(keys);
}

START_TEST(every_length_and_pattern)
{
    static const size_t sizes[] = {1, 3, 4, 8, 16, 24, 32, 48, 64, 80};
    for (enum sort_pattern p = 0; p < N_PATTERNS; p++)
        for (size_t n = 0; n <= 300; n++)
            for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++)
                sorts_pattern(p, n, sizes[k], 0);
}
END_TEST

START_TEST(every_size_of_element)
{
    static const size_t lengths[] = {0, 1, 2, 3, 5, 17, 32, 33, 64, 130, 300, 1500};
    for (size_t size = 1; size <= 100; size++)
        for (size_t k = 0; k < sizeof lengths / sizeof *lengths; k++)
            sorts_pattern((enum sort_pattern)(size % N_PATTERNS), lengths[k], size, 0);
}
END_TEST

START_TEST(large_inputs)
{
    static const size_t lengths[] = {4095, 4096, 4097, 8191, 8193, 30000, 100001};
    for (enum sort_pattern p = 0; p < N_PATTERNS; p++)
        for (size_t k = 0; k < sizeof lengths / sizeof *lengths; k++)
            sorts_pattern(p, lengths[k], k % 2 ? 8 : 32, 0);
}
END_TEST

START_TEST(kept_runs)
{
    for (enum sort_pattern p = 0; p < N_PATTERNS; p++)
        for (size_t n = 0; n <= 300; n += 1 + n / 40)
            for (size_t min_run = 1; min_run <= 33; min_run += 4)
                sorts_pattern(p, n, 8, min_run);
}
END_TEST

/* Concatenates pieces of patterns, so that runs, stretches and ties meet in every way. */
static size_t random_keys(int64_t *keys, size_t most, uint64_t *state)
{
    size_t n = 0, end = (size_t)(sort_random(state) % (sort_random(state) % most + 1));
    while (n < end) {
        size_t piece = (size_t)(sort_random(state) % (end - n)) + 1;
        int64_t range = (int64_t)(sort_random(state) % 64) + 1;
        sort_fill(keys + n, piece, (enum sort_pattern)(sort_random(state) % N_PATTERNS),
                  sort_random(state));
        for (size_t i = n; i < n + piece && sort_random(state) % 3 == 0; i++)
            keys[i] %= range;
        n += piece;
    }
    return n;
}

/* One random case: any size of element, any alignment; in some the comparator fails at some call or
 * memory runs out at some allocation. */
static void random_case(unsigned i, uint64_t *state)
{
    int64_t keys[1000];
    size_t n = random_keys(keys, i % 100 == 0 ? 1000 : 300, state);
    size_t size = (size_t)(sort_random(state) % 100) + 1, shift = (size_t)(sort_random(state) % 8);
    struct sort_shape shape = sort_shape(size);
    struct sort_heap heap = {.fail_at = i % 8 == 1 ? 1 + i % 3 : 0};
    const struct sb_sort_memory memory = {sort_heap_take, sort_heap_give_back, &heap};
    struct sb_sort_options opts = {.min_run = i % 4 == 0 ? i % 33 : 0, .memory = &memory};
    unsigned char *v, *want, *odd = malloc(n * size + shift + 1);
    sort_case(keys, n, &shape, &v, &want);
    memcpy(odd + shift, v, n * size);
    shape.fail_at = i % 8 == 0 ? sort_random(state) % (4 * n + 1) : 0;
    int rc = sb_sort(odd + shift, n, size, sort_compare, &shape, &opts);
    int failed = shape.fail_at > 0 && shape.calls >= shape.fail_at;
    ck_assert_int_eq(rc, failed ? SORT_TEST_FAILURE : 0);
    ck_assert_uint_eq(shape.calls_after, 0);
    ck_assert_uint_eq(heap.held, 0);
    ck_assert_msg(failed ? sort_same_elements(odd + shift, want, n, size)
                         : memcmp(odd + shift, want, n * size) == 0,
                  "random case %u: n = %zu, size = %zu", i, n, size);
    free(odd);
    free(v);
    free(want);
}

START_TEST(random_cases_agree_with_the_reference)
{
    uint64_t state = 42;
    unsigned cases = getenv("SB_LONG") ? 100000 : 20000;
    for (unsigned i = 0; i < cases; i++)
        random_case(i, &state);
}
END_TEST

START_TEST(unaligned)
{
    int64_t keys[500];
    sort_fill(keys, 500, PATTERN_RANDOM, 1);
    for (size_t size = 4; size <= 64; size += 4) {
        struct sort_shape shape = sort_shape(size);
        unsigned char *v, *want, *odd = malloc(500 * size + 1);
        sort_case(keys, 500, &shape, &v, &want);
        memcpy(odd + 1, v, 500 * size);
        ck_assert_int_eq(sb_sort(odd + 1, 500, size, sort_compare, &shape, NULL), 0);
        ck_assert_mem_eq(odd + 1, want, 500 * size);
        free(v);
        free(want);
        free(odd);
    }
}
END_TEST

/* Elements handed to the comparator are as aligned as they were in the array. */
static int aligned_compare(const void *a, const void *b, void *ctx, int *fail)
{
    (void)ctx;
    if ((uintptr_t)a % 8 != 0 || (uintptr_t)b % 8 != 0)
        *fail = SORT_TEST_FAILURE;
    const int64_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

START_TEST(comparators_see_aligned_elements)
{
    static const size_t words[] = {1, 2, 3, 4, 5, 6, 8, 9};
    for (enum sort_pattern p = 0; p < N_PATTERNS; p++)
        for (size_t k = 0; k < sizeof words / sizeof *words; k++)
            for (size_t n = 2; n < 6000; n = 5 * n + 1) {
                int64_t *v = malloc(n * words[k] * sizeof *v);
                sort_fill(v, n * words[k], p, n);
                ck_assert_int_eq(sb_sort(v, n, 8 * words[k], aligned_compare, NULL, NULL), 0);
                free(v);
            }
}
END_TEST

static uint64_t comparisons(const int64_t *keys, size_t n, size_t min_run)
{
    struct sort_shape shape = sort_shape(8);
    struct sb_sort_stats stats;
    struct sb_sort_options opts = {.stats = &stats, .min_run = min_run};
    unsigned char *v, *want;
    sort_case(keys, n, &shape, &v, &want);
    ck_assert_int_eq(sb_sort(v, n, 8, sort_compare, &shape, &opts), 0);
    ck_assert_uint_eq(stats.comparisons, shape.calls);
    free(v);
    free(want);
    return stats.comparisons;
}

START_TEST(order_costs_n_minus_1)
{
    int64_t keys[5000];
    for (size_t n = 1; n <= 5000; n += 1 + n / 20) {
        sort_fill(keys, n, PATTERN_SORTED, 1);
        ck_assert_uint_eq(comparisons(keys, n, 0), n - 1);
        sort_fill(keys, n, PATTERN_REVERSED, 1);
        ck_assert_uint_eq(comparisons(keys, n, 0), n - 1);
        sort_fill(keys, n, PATTERN_EQUAL, 1);
        ck_assert_uint_eq(comparisons(keys, n, 0), n - 1);
    }
}
END_TEST

/* Sum of lg(n / len) over all elements, runs counted as the sort counts them. */
static double entropy(const int64_t *v, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n;) {
        size_t end = i + 1;
        int down = end < n && v[end] < v[i];
        while (end < n && (v[end] < v[end - 1]) == down)
            end++;
        sum += (double)(end - i) * log2((double)n / (double)(end - i));
        i = end;
    }
    return sum;
}

START_TEST(runs_cost_their_entropy)
{
    static const enum sort_pattern runny[] = {
        PATTERN_RUNS16,   PATTERN_TAIL,      PATTERN_SAW,     PATTERN_ORGAN,     PATTERN_SWAP,
        PATTERN_SAW_DOWN, PATTERN_SWAP_DOWN, PATTERN_RUNS100, PATTERN_NEARLY_ALL};
    size_t n = 100000;
    int64_t *keys = malloc(n * sizeof *keys);
    for (size_t k = 0; k < sizeof runny / sizeof *runny; k++) {
        sort_fill(keys, n, runny[k], 1);
        double used = (double)comparisons(keys, n, 0), bound = entropy(keys, n) + 2 * (double)n;
        ck_assert_msg(used <= bound, "%s: %.0f > %.0f", sort_pattern_names[runny[k]], used, bound);
    }
    free(keys);
}
END_TEST

/* Order that no run shows: strays, ties in data that descends, streams that take turns. */
START_TEST(hidden_order_costs_little)
{
    static const struct {
        enum sort_pattern pattern;
        uint64_t comparisons, moves; /* at most, for each element */
    } hidden[] = {{PATTERN_SWAP, 2, 4},
                  {PATTERN_MOSTLY, 3, 5},
                  {PATTERN_STAIRS, 3, 2},
                  {PATTERN_INTERLEAVED, 6, 5}};
    size_t n = 100000;
    int64_t *v = malloc(n * sizeof *v);
    for (size_t k = 0; k < sizeof hidden / sizeof *hidden; k++) {
        struct sb_sort_stats stats;
        sort_fill(v, n, hidden[k].pattern, 1);
        sb_sort_int64(v, n, &(struct sb_sort_options){.stats = &stats});
        ck_assert_uint_le(stats.comparisons, hidden[k].comparisons * n);
        ck_assert_uint_le(stats.moves, hidden[k].moves * n);
    }
    free(v);
}
END_TEST

START_TEST(random_costs_lg_n_factorial)
{
    for (size_t n = 100; n <= 1000000; n *= 10) {
        int64_t *keys = malloc(n * sizeof *keys);
        size_t seeds = n < 10000 ? 50 : 3;
        double used = 0;
        for (size_t seed = 1; seed <= seeds; seed++) {
            sort_fill(keys, n, PATTERN_RANDOM, seed);
            used += (double)comparisons(keys, n, 0) / (double)seeds;
        }
        double bound = 1.05 * lgamma((double)n + 1) / log(2) + (double)n;
        ck_assert_msg(used <= bound, "n = %zu: %.0f > %.0f", n, used, bound);
        sort_fill(keys, n, PATTERN_FEW, 1); /* n lg k + 2n, once there are many of each */
        ck_assert(n < 1000 || comparisons(keys, n, 0) <= 4 * n + 2 * n);
        free(keys);
    }
}
END_TEST

/* Nine dates and the runs in them, as a trace must tell it: CPython's list.sort takes 20 too. */
START_TEST(classic_runs)
{
    static const int64_t days[] = {15, 16, 17, 10, 8, 9, 1, 2, 3};
    ck_assert_uint_eq(comparisons(days, 9, 32), 20);
    struct sort_shape shape = sort_shape(8);
    struct sb_sort_stats stats;
    struct sb_sort_options opts = {.stats = &stats, .min_run = 1};
    unsigned char *v, *want;
    sort_case(days, 9, &shape, &v, &want);
    ck_assert_int_eq(sb_sort(v, 9, 8, sort_compare, &shape, &opts), 0);
    ck_assert_uint_eq(stats.runs, 4);
    ck_assert_uint_eq(stats.reversed, 2);
    ck_assert_uint_eq(stats.merges, 3);
    ck_assert_uint_eq(stats.quicksorts, 0);
    ck_assert_uint_eq(stats.extended, 0);
    free(v);
    free(want);
}
END_TEST

START_TEST(typed_sorts)
{
    for (enum sort_pattern p = 0; p < N_PATTERNS; p++)
        for (size_t n = 0; n < 20000; n = 3 * n + 1) {
            int64_t *v = malloc((n + 1) * sizeof *v), *counted = malloc((n + 1) * sizeof *v);
            struct sb_sort_keyed *k = malloc((n + 1) * sizeof *k);
            struct sb_sort_stats stats = {0};
            struct sb_sort_options opts = {.stats = &stats};
            sort_fill(v, n, p, 3);
            memcpy(counted, v, n * sizeof *v);
            for (size_t i = 0; i < n; i++)
                k[i] = (struct sb_sort_keyed){v[i] - 50, i};
            sb_sort_int64(v, n, NULL);
            sb_sort_int64(counted, n, &opts);
            sb_sort_keyed(k, n, NULL);
            ck_assert_mem_eq(v, counted, n * sizeof *v);
            ck_assert(n < 2 || stats.comparisons >= n - 1);
            for (size_t i = 0; i + 1 < n; i++) {
                ck_assert_int_le(v[i], v[i + 1]);
                ck_assert(k[i].key < k[i + 1].key ||
                          (k[i].key == k[i + 1].key && k[i].offset < k[i + 1].offset));
                ck_assert_int_eq(k[i].key, v[i] - 50);
            }
            free(v);
            free(counted);
            free(k);
        }
}
END_TEST

/* Strings with long common starts, short ones, bytes above 127, equal ones at different addresses. */
START_TEST(strings)
{
    enum { N = 3000, LONGEST = 24 };
    static const char *const starts[] = {"", "server-", "server-logs-of-"};
    char(*text)[LONGEST + 24] = malloc(sizeof *text * N);
    const char **v = malloc(N * sizeof *v);
    uint64_t state = 5;
    for (size_t round = 0; round < 60; round++) {
        size_t n = round % 3 == 0 ? N : round;
        for (size_t i = 0; i < n; i++) {
            size_t len = (size_t)sort_random(&state) % (round % LONGEST + 1);
            int at = snprintf(text[i], sizeof text[i], "%s", starts[round % 3]);
            for (size_t k = 0; k < len; k++)
                text[i][at++] = (char)(round % 2 ? 'a' + (int)(sort_random(&state) % 3)
                                                 : 254 - (int)(sort_random(&state) % 2));
            text[i][at] = '\0';
            v[i] = text[i];
        }
        struct sb_sort_stats stats;
        sb_sort_strings(v, n, round % 2 ? NULL : &(struct sb_sort_options){.stats = &stats});
        for (size_t i = 0; i + 1 < n; i++) {
            int c = strcmp(v[i], v[i + 1]);
            ck_assert(c < 0 || (c == 0 && v[i] < v[i + 1]));
        }
    }
    free(text);
    free(v);
}
END_TEST

UNIT_MAIN("sort", every_length_and_pattern, every_size_of_element, large_inputs, kept_runs,
          random_cases_agree_with_the_reference, unaligned, comparators_see_aligned_elements,
          order_costs_n_minus_1, runs_cost_their_entropy, hidden_order_costs_little,
          random_costs_lg_n_factorial, classic_runs, typed_sorts, strings)
