/* The sort for one type of element, with its comparison inlined. No include guard: include it once for
 * each type, in a .c file, after defining
 *
 *     SORT_NAME           the function to make: static void NAME(struct sb_sort_job *, T *, size_t)
 *     SORT_T              the type of an element, at most 64 bytes, freely copied
 *     SORT_LESS(j, a, b)  true if *a goes before *b; a and b are const SORT_T *, j->ctx is yours;
 *                         it sets j->fail to stop the sort, and must then say 0
 *     SORT_COUNT          (optional) 1: count comparisons into j->stats
 *     SORT_CALLS          (optional) 1: SORT_LESS is not inlined, it calls a function
 *
 * and initialise the job with sb_sort_job_init(). All are undefined again at the end.
 *
 * The design, and where it comes from: runs, strict descending ones, galloping: Tim Peters, CPython's
 * listsort.txt; the merge policy: Munro and Wild, "Nearly-Optimal Mergesorts", ESA 2018 (powersort);
 * runs that stay unsorted until a sorted neighbour needs them: Peters and Bergdoll's description of
 * driftsort; two-way stores in the stable partition and merges from both ends: van den Hoven's
 * descriptions of fluxsort and quadsort.
 *
 * The buffer has room for all elements and mirrors them: a run [start, start + len) lies at the same
 * indices of the array or of the buffer, and a merge moves it from the one to the other. */
#include "core/sort/job.h"

#ifndef SORT_COUNT
#define SORT_COUNT 0
#endif
#ifndef SORT_CALLS
#define SORT_CALLS 0
#endif
#define SORT_PASTE_(a, b) a##_##b
#define SORT_PASTE(a, b) SORT_PASTE_(a, b)
#define S(x) SORT_PASTE(SORT_NAME, x)

static SB_SORT_INLINE size_t S(less)(struct sb_sort_job *j, const SORT_T *a, const SORT_T *b)
{
    if (SORT_COUNT)
        j->stats.comparisons++;
    return SORT_LESS(j, a, b) ? 1 : 0;
}

static inline void S(copy)(SORT_T *dst, const SORT_T *src, size_t n)
{
    memcpy(dst, src, n * sizeof *dst);
}

#include "core/sort/part_small.h"
#include "core/sort/part_gallop.h"
#include "core/sort/part_merge.h"
#include "core/sort/part_natural.h"
#include "core/sort/part_quick.h"
#include "core/sort/part_loose.h"
#include "core/sort/part_run.h"
#include "core/sort/part_power.h"

static int S(less_plain)(struct sb_sort_job *j, const void *a, const void *b)
{
    return (int)S(less)(j, a, b);
}

/* Sorts v[0, n). Stops early, with all elements there, when j->fail gets set. */
static void SORT_NAME(struct sb_sort_job *j, SORT_T *v, size_t n)
{
    enum { ON_STACK = SB_SORT_STACK_BYTES / sizeof(SORT_T) };
    if (n < 2)
        return;
    struct sb_sort_run first = S(natural_run)(j, v, 0, n);
    if (first.len == n) {
        S(keep_run)(j, v, &first);
        return;
    }
    if (n <= SB_SORT_SMALL && j->min_run == 0) {
        S(small)(j, v, v, n);
        return;
    }
    if (n <= ON_STACK) {
        _Alignas(16) SORT_T buf[ON_STACK];
        S(power_sort)(j, v, buf, n, first);
        return;
    }
    SORT_T *buf = sb_sort_take(j, n, sizeof *v);
    if (!buf) {
        sb_sort_in_place(j, v, n, sizeof *v, S(less_plain));
        return;
    }
    S(power_sort)(j, v, buf, n, first);
    sb_sort_give_back(j, buf);
}

#undef S
#undef SORT_PASTE
#undef SORT_PASTE_
#undef SORT_CALLS
#undef SORT_COUNT
#undef SORT_LESS
#undef SORT_T
#undef SORT_NAME
