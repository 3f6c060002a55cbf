/* sort-bench trace: the steps of one sort, as the product's own code tells them. */
#ifndef SORT_BENCH_TRACE_H
#define SORT_BENCH_TRACE_H

#include "applets/sort-bench/bench.h"

struct sort_bench_step {
    struct sb_sort_event ev;
    uint64_t comparisons; /* made when it was told */
};

/* A maximal run of the input. */
struct sort_bench_natural {
    size_t start, len;
    bool down; /* strictly */
};

struct sort_bench_story {
    const char *file, *key;
    int64_t minrun;
    struct sort_bench_keys keys;
    SB_VEC(struct sort_bench_natural) natural;
    SB_VEC(struct sort_bench_step) steps;
    struct sb_sort_stats stats;
    uint64_t *order; /* the result: indexes of the input */
    double nh, lg_fact;
    uint64_t others[SORT_BENCH_LIBC]; /* comparisons of this program's other algorithms */
    uint64_t *model;                  /* while retelling: the order after the steps so far */
};

enum { SORT_BENCH_SHOW = 40, SORT_BENCH_DRAW = 200 }; /* elements listed; drawn */

/* Retells: the model becomes the input again; and what it is after the step. */
void sort_bench_retell(struct sort_bench_story *s);
void sort_bench_retell_step(struct sort_bench_story *s, const struct sort_bench_step *step);
/* "merges [0, 3) with its right neighbour [3, 5): ..." */
void sort_bench_step_text(const struct sort_bench_story *s, const struct sort_bench_step *step,
                          struct sb_buf *b);

void sort_bench_story_text(struct sort_bench_story *s, int width, struct sb_buf *out);
void sort_bench_story_json(const struct sort_bench_story *s, struct sb_buf *out);
void sort_bench_story_html(struct sort_bench_story *s, struct sb_buf *out);

#endif
