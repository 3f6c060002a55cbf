/* Sorting by inlined comparison: integers, index entries, strings. Each has two expansions, so that
 * counting comparisons costs nothing when no one asks for it. */
#include "core/sort/job.h"

#define SORT_NAME sort_int64
#define SORT_T int64_t
#define SORT_LESS(j, a, b) (*(a) < *(b))
#include "core/sort/sort_template.h"

#define SORT_NAME count_int64
#define SORT_T int64_t
#define SORT_LESS(j, a, b) (*(a) < *(b))
#define SORT_COUNT 1
#include "core/sort/sort_template.h"

#define SORT_NAME sort_keyed
#define SORT_T struct sb_sort_keyed
#define SORT_LESS(j, a, b) ((a)->key < (b)->key)
#include "core/sort/sort_template.h"

#define SORT_NAME count_keyed
#define SORT_T struct sb_sort_keyed
#define SORT_LESS(j, a, b) ((a)->key < (b)->key)
#define SORT_COUNT 1
#include "core/sort/sort_template.h"

void sb_sort_int64(int64_t *v, size_t n, const struct sb_sort_options *opts)
{
    struct sb_sort_job j;
    sb_sort_job_init(&j, NULL, NULL, opts);
    if (opts && opts->stats) {
        count_int64(&j, v, n);
        *opts->stats = j.stats;
    } else {
        sort_int64(&j, v, n);
    }
}

void sb_sort_keyed(struct sb_sort_keyed *v, size_t n, const struct sb_sort_options *opts)
{
    struct sb_sort_job j;
    sb_sort_job_init(&j, NULL, NULL, opts);
    if (opts && opts->stats) {
        count_keyed(&j, v, n);
        *opts->stats = j.stats;
    } else {
        sort_keyed(&j, v, n);
    }
}
