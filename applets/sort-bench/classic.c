/* The textbook sorts for each type of element, once as they are measured and once counting. */
#include "applets/sort-bench/classic.h"

#include <string.h>

size_t sort_bench_min_run(size_t n)
{
    size_t odd = 0;
    while (n >= 64) {
        odd |= n & 1;
        n >>= 1;
    }
    return n + odd;
}

struct text { /* a string's pointer, so that const applies to it */
    const char *of;
};

#define LESS_INT64(a, b) (*(a) < *(b))
#define LESS_RECORD(a, b) ((a)->key < (b)->key)
#define LESS_STRING(a, b) (strcmp((a)->of, (b)->of) < 0)

#define CLASSIC_NAME int64
#define CLASSIC_T int64_t
#define CLASSIC_LESS(a, b) LESS_INT64(a, b)
#define CLASSIC_COUNT 0
#include "applets/sort-bench/classic_sort.h"

#define CLASSIC_NAME counted_int64
#define CLASSIC_T int64_t
#define CLASSIC_LESS(a, b) LESS_INT64(a, b)
#define CLASSIC_COUNT 1
#include "applets/sort-bench/classic_sort.h"

#define CLASSIC_NAME record
#define CLASSIC_T struct sort_bench_record
#define CLASSIC_LESS(a, b) LESS_RECORD(a, b)
#define CLASSIC_COUNT 0
#include "applets/sort-bench/classic_sort.h"

#define CLASSIC_NAME counted_record
#define CLASSIC_T struct sort_bench_record
#define CLASSIC_LESS(a, b) LESS_RECORD(a, b)
#define CLASSIC_COUNT 1
#include "applets/sort-bench/classic_sort.h"

#define CLASSIC_NAME string
#define CLASSIC_T struct text
#define CLASSIC_LESS(a, b) LESS_STRING(a, b)
#define CLASSIC_COUNT 0
#include "applets/sort-bench/classic_sort.h"

#define CLASSIC_NAME counted_string
#define CLASSIC_T struct text
#define CLASSIC_LESS(a, b) LESS_STRING(a, b)
#define CLASSIC_COUNT 1
#include "applets/sort-bench/classic_sort.h"

#define CLASSIC(sort)                                                                            \
    bool sort_bench_##sort(enum sort_bench_type type, void *v, size_t n,                         \
                           struct sort_bench_counts *c)                                          \
    {                                                                                            \
        switch (type) {                                                                          \
        case SORT_BENCH_INT64: return c ? counted_int64_##sort(c, v, n) : int64_##sort(c, v, n); \
        case SORT_BENCH_RECORD:                                                                  \
            return c ? counted_record_##sort(c, v, n) : record_##sort(c, v, n);                  \
        default: return c ? counted_string_##sort(c, v, n) : string_##sort(c, v, n);             \
        }                                                                                        \
    }
CLASSIC(timsort)
CLASSIC(mergesort)
CLASSIC(quicksort)
CLASSIC(heapsort)
