/* sort-bench: the textbook sorts against a plain reference, the judge, runs and their entropy, keys out of
 * files, and verdicts. */
#include "applets/sort-bench/classic.h"
#include "applets/sort-bench/measure.h"
#include "tests/unit/unit.h"

#include <math.h>

static const enum sort_bench_algorithm own[] = {SORT_BENCH_SREBOX,    SORT_BENCH_SREBOX_CMP,
                                                SORT_BENCH_TIMSORT,   SORT_BENCH_MERGESORT,
                                                SORT_BENCH_QUICKSORT, SORT_BENCH_HEAPSORT};

static bool is_stable(enum sort_bench_algorithm a)
{
    return a != SORT_BENCH_QUICKSORT && a != SORT_BENCH_HEAPSORT;
}

static void sorts(enum sort_bench_type type, enum sort_pattern p, size_t n, bool counted)
{
    struct sort_bench_data d = {.memory = -1};
    struct sb_error e;
    int64_t *keys = calloc(n + 1, sizeof *keys);
    sort_fill(keys, n, p, n);
    ck_assert_int_eq(sort_bench_fill(&d, type, keys, n, &e), 0);
    char *work = malloc(n * d.size + 1);
    for (size_t k = 0; k < SB_LEN(own); k++) {
        struct sort_bench_counts c = {0, 0};
        sort_bench_copy(&d, work);
        ck_assert(sort_bench_sort(own[k], type, work, n, counted ? &c : NULL));
        enum sort_bench_outcome outcome = sort_bench_judge(&d, work, false);
        const char *name = sort_bench_algorithm_names[own[k]];
        ck_assert_msg(outcome != SORT_BENCH_WRONG, "%s: %s, %zu", name, sort_pattern_names[p], n);
        ck_assert_msg(outcome != SORT_BENCH_UNSTABLE || !is_stable(own[k]), "%s: %s, %zu", name,
                      sort_pattern_names[p], n);
        ck_assert(!counted || n < 2 || c.comparisons >= n - 1);
    }
    free(work);
    free(keys);
    sort_bench_data_done(&d);
}

START_TEST(every_pattern_and_length)
{
    for (enum sort_pattern p = 0; p < N_PATTERNS; p++)
        for (size_t n = 0; n < 3000; n += 1 + n / 3)
            for (int type = 0; type < SORT_BENCH_TYPES; type++)
                sorts((enum sort_bench_type)type, p, n, n % 2 == 0);
}
END_TEST

START_TEST(large)
{
    for (enum sort_pattern p = 0; p < N_PATTERNS; p++)
        sorts(SORT_BENCH_RECORD, p, 70001, true);
}
END_TEST

/* What CPython's list.sort and a plain mergesort take for the nine orders. */
START_TEST(comparisons_as_published)
{
    static const int64_t days[] = {15, 16, 17, 10, 8, 9, 1, 2, 3};
    int64_t v[9];
    struct sort_bench_counts c = {0, 0};
    memcpy(v, days, sizeof v);
    ck_assert(sort_bench_timsort(SORT_BENCH_INT64, v, 9, &c));
    ck_assert_uint_eq(c.comparisons, 20);
    c.comparisons = 0;
    memcpy(v, days, sizeof v);
    ck_assert(sort_bench_mergesort(SORT_BENCH_INT64, v, 9, &c));
    ck_assert_uint_eq(c.comparisons, 16);
    c.comparisons = 0;
    ck_assert(sort_bench_timsort(SORT_BENCH_INT64, v, 9, &c));
    ck_assert_uint_eq(c.comparisons, 8);
}
END_TEST

START_TEST(minrun_as_published)
{
    static const size_t cases[][2] = {{0, 0},     {9, 9},     {63, 63},     {64, 32},
                                      {65, 33},   {127, 64},  {128, 32},    {1000, 63},
                                      {2112, 33}, {1024, 32}, {1000000, 62}};
    for (size_t i = 0; i < SB_LEN(cases); i++)
        ck_assert_uint_eq(sort_bench_min_run(cases[i][0]), cases[i][1]);
}
END_TEST

/* A judge that lets anything pass proves nothing. */
START_TEST(the_judge_sees_what_is_wrong)
{
    static const int64_t keys[] = {3, 1, 2, 1};
    struct sort_bench_data d = {.memory = -1};
    struct sb_error e;
    ck_assert_int_eq(sort_bench_fill(&d, SORT_BENCH_RECORD, keys, 4, &e), 0);
    struct sort_bench_record in[4], good[4], bad[4];
    sort_bench_copy(&d, in);
    static const int order[] = {1, 3, 2, 0};
    for (int i = 0; i < 4; i++)
        good[i] = in[order[i]];
    ck_assert_int_eq(sort_bench_judge(&d, good, false), SORT_BENCH_STABLE);
    ck_assert_int_eq(sort_bench_judge(&d, in, false), SORT_BENCH_WRONG);
    memcpy(bad, good, sizeof bad);
    bad[0] = good[1];
    bad[1] = good[0];
    ck_assert_int_eq(sort_bench_judge(&d, bad, false), SORT_BENCH_UNSTABLE);
    bad[0] = good[0];
    bad[1] = good[0]; /* one twice, one lost */
    ck_assert_int_eq(sort_bench_judge(&d, bad, false), SORT_BENCH_WRONG);
    sort_bench_data_done(&d);
    ck_assert_int_eq(sort_bench_fill(&d, SORT_BENCH_INT64, keys, 4, &e), 0);
    static const int64_t ints[] = {1, 1, 2, 3}, lost[] = {1, 2, 2, 3};
    ck_assert_int_eq(sort_bench_judge(&d, ints, false), SORT_BENCH_SORTED);
    ck_assert_int_eq(sort_bench_judge(&d, lost, false), SORT_BENCH_WRONG);
    sort_bench_data_done(&d);
}
END_TEST

static void runs_are(const int64_t *keys, size_t n, uint64_t wanted, double wanted_nh)
{
    struct sort_bench_data d = {.memory = -1};
    struct sb_error e;
    uint64_t runs;
    double nh;
    ck_assert_int_eq(sort_bench_fill(&d, SORT_BENCH_INT64, keys, n, &e), 0);
    sort_bench_runs(&d, &runs, &nh);
    ck_assert_uint_eq(runs, wanted);
    ck_assert(fabs(nh - wanted_nh) < 1e-9);
    sort_bench_data_done(&d);
}

START_TEST(runs_and_their_entropy)
{
    static const int64_t days[] = {15, 16, 17, 10, 8, 9, 1, 2, 3};
    static const int64_t halves[] = {5, 6, 7, 8, 1, 2, 3, 4};
    static const int64_t ties[] = {3, 3, 2, 2, 1, 1};
    runs_are(days, 9, 4, 3 * log2(3) + 6 * log2(4.5));
    runs_are(halves, 8, 2, 8);
    runs_are(halves, 4, 1, 0);
    runs_are(ties, 6, 3, 6 * log2(3)); /* a tie never descends */
}
END_TEST

static void keys_are(const char *text, const char *key, size_t n, bool ints, bool dates)
{
    struct sort_bench_keys k;
    struct sb_error e;
    int rc = sort_bench_keys_parse("t", sb_str(text), key, &k, &e);
    ck_assert_msg(rc == 0, "%s: %s", text, rc ? e.text : "");
    ck_assert_uint_eq(k.n, n);
    ck_assert_int_eq(k.ints != NULL, ints || dates);
    ck_assert_int_eq(k.dates, dates);
    sort_bench_keys_done(&k);
}

static void keys_fail(const char *text, const char *key, uint32_t line, const char *why)
{
    struct sort_bench_keys k;
    struct sb_error e;
    ck_assert_int_lt(sort_bench_keys_parse("t", sb_str(text), key, &k, &e), 0);
    ck_assert_msg(strstr(e.text, why) != NULL, "%s", e.text);
    ck_assert_uint_eq(e.line, line);
}

START_TEST(keys_of_files)
{
    keys_are("[{\"k\": 3}, {\"k\": -1}]", "k", 2, true, false);
    keys_are("[3, 1, 2]", NULL, 3, true, false);
    keys_are("[\"2024-01-15\", \"2024-01-15T10:00:00+01:00\"]", NULL, 2, false, true);
    keys_are("{\"k\":\"b\"}\n\n{\"k\":\"a\"}\n", "k", 2, false, false);
    keys_are("id,k\r\n1,3\r\n2,4\r\n", "k", 2, true, false);
    keys_are("id,k\n\"a,\"\"b\"\"\",\"3\"\n", "k", 1, true, false);
    keys_are("b\na\n", NULL, 2, false, false);
    keys_are("12\n13", NULL, 2, true, false);
    keys_are("12\n13.5", NULL, 2, false, false);
    keys_fail("[{\"k\": 3}, {\"j\": 1}]", "k", 1, "no field \"k\"");
    keys_fail("[{\"k\": 3}]", NULL, 1, "several fields");
    keys_fail("{\"k\":1}\n{\"j\":1}\n", "k", 2, "no field \"k\"");
    keys_fail("{\"k\":1}\n{\"k\":\n", "k", 2, "");
    keys_fail("a,b\n1,2\n", "k", 1, "no field \"k\"");
    keys_fail("a,k\n1,2\n1\n", "k", 3, "no field \"k\"");
    keys_fail("[]", NULL, 0, "nothing to sort");
}
END_TEST

static void verdict_is(double base, double base_spread, double cpu, double spread,
                       const char *wanted)
{
    struct sort_bench_case c = {.len = 2};
    struct sort_bench_report r = {.base = SORT_BENCH_SREBOX};
    struct sb_buf b = SB_BUF_INIT(64);
    c.results[0] = (struct sort_bench_result){.cpu_s = base, .spread = base_spread};
    c.results[1] = (struct sort_bench_result){
        .algorithm = SORT_BENCH_LIBC, .cpu_s = cpu, .spread = spread, .ratio = cpu / base};
    sort_bench_verdict(&r, &c, &c.results[1], &b);
    ck_assert_str_eq(b.data, wanted);
    sb_buf_done(&b);
}

START_TEST(a_difference_within_the_spreads_is_none)
{
    verdict_is(1, 0.1, 1.3, 0.1, "1.3x");
    verdict_is(1, 0.1, 1.2, 0.11, "same");
    verdict_is(1, 0, 0.5, 0.4, "0.50x");
    verdict_is(1, 0, 0.5, 0.6, "same");
}
END_TEST

UNIT_MAIN("sort-bench", every_pattern_and_length, large, comparisons_as_published,
          minrun_as_published, the_judge_sees_what_is_wrong, runs_and_their_entropy, keys_of_files,
          a_difference_within_the_spreads_is_none)
