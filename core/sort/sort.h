/* The stable adaptive sort of srebox (TimSort family). Every applet sorts with it.
 *
 * sb_sort() takes elements of any size. Equal elements keep their order. A comparator that fails
 * stops the sort: every element is still there exactly once, and its code is returned. */
#ifndef SB_SORT_SORT_H
#define SB_SORT_SORT_H

#include <stddef.h>
#include <stdint.h>

/* < 0, 0, > 0 as a is before, equal to, after b. To fail, set *fail to a negative enum sb_err. */
typedef int sb_sort_cmp(const void *a, const void *b, void *ctx, int *fail);

struct sb_sort_stats;
struct sb_sort_options {
    struct sb_sort_stats *stats; /* NULL: none kept */
};

/* 0, or what the comparator set. opts may be NULL. */
int sb_sort(void *base, size_t n, size_t size, sb_sort_cmp *cmp, void *ctx,
            const struct sb_sort_options *opts);

#endif
