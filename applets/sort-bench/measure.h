/* sort-bench run: results and their comparison. */
#ifndef SORT_BENCH_MEASURE_H
#define SORT_BENCH_MEASURE_H

#include "applets/sort-bench/bench.h"

struct sort_bench_result {
    enum sort_bench_algorithm algorithm;
    double cpu_s, spread; /* of one sort: the median round; between the quarters of the rounds */
    double ratio;         /* of cpu_s to the base's; NaN: the base is not there */
    uint64_t comparisons;
    int64_t moves; /* -1: not known */
    enum sort_bench_outcome outcome;
};

/* One input and what every algorithm made of it. */
struct sort_bench_case {
    enum sort_bench_type type;
    const char *pattern;
    size_t n;
    uint64_t runs;  /* ascending or strictly descending ones in the input */
    double nh;      /* n*H of their lengths */
    double lg_fact; /* lg(n!) */
    struct sort_bench_result results[SORT_BENCH_ALGORITHMS];
    size_t len;
};

struct sort_bench_report {
    struct sb_machine machine;
    char peers_compiler[64];  /* of the helper; empty: there was none */
    struct sb_error no_peers; /* why */
    enum sort_bench_algorithm base;
    int64_t rounds;
    bool unsound; /* a result was not in order or lost elements */
    SB_VEC(struct sort_bench_case) cases;
};

int sort_bench_measure(const struct sort_bench_options *o, struct sort_bench_report *ret,
                       struct sb_error *e);
void sort_bench_report_done(struct sort_bench_report *r);
/* "1.39x", "same" (their spreads explain it), "1 (base)", "-". */
void sort_bench_verdict(const struct sort_bench_report *r, const struct sort_bench_case *c,
                        const struct sort_bench_result *result, struct sb_buf *b);
/* true, false, or NULL where nothing can tell; "" for a wrong result. */
const char *sort_bench_stable_text(enum sort_bench_outcome outcome);

void sort_bench_print_text(const struct sort_bench_report *r, int width, struct sb_buf *out);
void sort_bench_print_json(const struct sort_bench_report *r, struct sb_buf *out);
void sort_bench_print_csv(const struct sort_bench_report *r, struct sb_buf *out);
void sort_bench_print_html(const struct sort_bench_report *r, struct sb_buf *out);

#endif
