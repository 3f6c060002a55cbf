/* The textbook sorts, by type of element. c: NULL, or counts. False: there was no memory. */
#ifndef SORT_BENCH_CLASSIC_H
#define SORT_BENCH_CLASSIC_H

#include "applets/sort-bench/bench.h"

bool sort_bench_timsort(enum sort_bench_type type, void *v, size_t n, struct sort_bench_counts *c);
bool sort_bench_mergesort(enum sort_bench_type type, void *v, size_t n,
                          struct sort_bench_counts *c);
bool sort_bench_quicksort(enum sort_bench_type type, void *v, size_t n,
                          struct sort_bench_counts *c);
bool sort_bench_heapsort(enum sort_bench_type type, void *v, size_t n, struct sort_bench_counts *c);

#endif
