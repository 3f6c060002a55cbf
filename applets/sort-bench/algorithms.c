/* The algorithms of this program, by name: core/sort in its two forms, and the textbooks'. */
#include "applets/sort-bench/classic.h"
#include "core/sort/job.h"

#include <string.h>

const char *const sort_bench_type_names[] = {"int64", "record", "string", NULL};

const char *const sort_bench_algorithm_names[] = {
    "srebox",   "srebox-cmp",  "timsort-2002", "mergesort",        "quicksort",
    "heapsort", "glibc-qsort", "std::sort",    "std::stable_sort", NULL};

const char *const sort_bench_algorithm_texts[] = {
    "this program's sort (core/sort), comparison inlined",
    "the same, comparison by pointer",
    "TimSort with the policy of 2002",
    "top-down mergesort",
    "quicksort, random pivot",
    "heapsort",
    "the C library's sort, comparison by pointer",
    "std::sort, comparison inlined",
    "std::stable_sort, comparison inlined",
    NULL};

/* Records have no ready-made sort: the template makes one, as for any type of a user's. */
#define SORT_NAME sort_record
#define SORT_T struct sort_bench_record
#define SORT_LESS(j, a, b) ((a)->key < (b)->key)
#include "core/sort/sort_template.h"

#define SORT_NAME count_record
#define SORT_T struct sort_bench_record
#define SORT_LESS(j, a, b) ((a)->key < (b)->key)
#define SORT_COUNT 1
#include "core/sort/sort_template.h"

static void sort_records(struct sort_bench_record *v, size_t n, const struct sb_sort_options *opts)
{
    struct sb_sort_job j;
    sb_sort_job_init(&j, NULL, NULL, opts);
    if (opts && opts->stats) {
        count_record(&j, v, n);
        *opts->stats = j.stats;
    } else {
        sort_record(&j, v, n);
    }
}

static int compare_int64(const void *a, const void *b, void *ctx, int *fail)
{
    (void)ctx;
    (void)fail;
    const int64_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

static int compare_record(const void *a, const void *b, void *ctx, int *fail)
{
    (void)ctx;
    (void)fail;
    const struct sort_bench_record *x = a, *y = b;
    return (x->key > y->key) - (x->key < y->key);
}

static int compare_string(const void *a, const void *b, void *ctx, int *fail)
{
    (void)ctx;
    (void)fail;
    const char *const *x = a, *const *y = b;
    return strcmp(*x, *y);
}

sb_sort_cmp *sort_bench_cmp(enum sort_bench_type type)
{
    switch (type) {
    case SORT_BENCH_INT64: return compare_int64;
    case SORT_BENCH_RECORD: return compare_record;
    default: return compare_string;
    }
}

static void sort_srebox(enum sort_bench_type type, void *v, size_t n,
                        const struct sb_sort_options *opts)
{
    switch (type) {
    case SORT_BENCH_INT64: sb_sort_int64(v, n, opts); break;
    case SORT_BENCH_RECORD: sort_records(v, n, opts); break;
    default: sb_sort_strings(v, n, opts);
    }
}

bool sort_bench_sort(enum sort_bench_algorithm algorithm, enum sort_bench_type type, void *v,
                     size_t n, struct sort_bench_counts *c)
{
    struct sb_sort_stats stats = {0};
    const struct sb_sort_options opts = {.stats = &stats};
    bool ok = true;
    switch (algorithm) {
    case SORT_BENCH_SREBOX: sort_srebox(type, v, n, c ? &opts : NULL); break;
    case SORT_BENCH_SREBOX_CMP:
        ok =
            sb_sort(v, n, sort_bench_size(type), sort_bench_cmp(type), NULL, c ? &opts : NULL) == 0;
        break;
    case SORT_BENCH_TIMSORT: return sort_bench_timsort(type, v, n, c);
    case SORT_BENCH_MERGESORT: return sort_bench_mergesort(type, v, n, c);
    case SORT_BENCH_QUICKSORT: return sort_bench_quicksort(type, v, n, c);
    case SORT_BENCH_HEAPSORT: return sort_bench_heapsort(type, v, n, c);
    default: return false;
    }
    if (c)
        *c = (struct sort_bench_counts){stats.comparisons, stats.moves};
    return ok;
}
