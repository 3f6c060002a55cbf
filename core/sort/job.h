/* What one running sort knows apart from the type of its elements; shared by sort.c and by every
 * expansion of sort_template.h.
 *
 * Counting is per run, merge or partition, never per element, and the trace is asked for at the same
 * places: both cost nothing worth measuring when nobody wants them. Only comparisons are counted one
 * by one, by a comparator put in between (sort.c) or an expansion of its own (SORT_COUNT). */
#ifndef SB_SORT_JOB_H
#define SB_SORT_JOB_H

#include "core/sort/sort.h"

#include <string.h>

enum {
    SB_SORT_SMALL = 48,         /* most elements for the small sort */
    SB_SORT_GROUP = 8,          /* steps of a merge between looks at who wins */
    SB_SORT_STRIDE = 48,        /* turns are taken within so many steps: of 2, 3, 4, 6, 8, 12 ... */
    SB_SORT_MOST_NEEDED = 64,   /* groups won in a row that always call for a gallop */
    SB_SORT_LONG_MERGE = 512,   /* from here on merges are cut in two */
    SB_SORT_PIECE = 4096,       /* elements that are judged at once */
    SB_SORT_LOOSE = 128,        /* least room for a run with strays */
    SB_SORT_LOOSE_LEAST = 16,   /* what must ascend before strays are set aside */
    SB_SORT_STACK_BYTES = 4096, /* buffers up to this size lie on the stack */
    SB_SORT_MAX_PENDING = 64 + 2 /* powers on the stack rise strictly and are at most 64 */
};

struct sb_sort_job {
    sb_sort_cmp *cmp; /* NULL where the comparison is inlined */
    void *ctx;        /* the comparator's */
    int fail;         /* what the comparator set; then no comparison is made any more */
    size_t min_run;   /* 0: chosen by the sort */
    sb_sort_trace *trace;
    void *trace_ctx;
    const struct sb_sort_memory *memory;
    struct sb_sort_stats stats;
};

/* A stretch of the input on its way through the merge tree. */
struct sb_sort_run {
    size_t start, len;
    unsigned power;                 /* of the boundary before it */
    unsigned char down, ties;       /* descending; and some of them are equal */
    unsigned char sorted, mirrored; /* lies in the buffer */
};

/* opts may be NULL. */
void sb_sort_job_init(struct sb_sort_job *j, sb_sort_cmp *cmp, void *ctx,
                      const struct sb_sort_options *opts);
/* n * size bytes aligned for any type, or NULL. */
void *sb_sort_take(struct sb_sort_job *j, size_t n, size_t size);
void sb_sort_give_back(struct sb_sort_job *j, void *p);

/* Out of line: traces are rare. */
void sb_sort_tell(struct sb_sort_job *j, enum sb_sort_step step, size_t start, size_t left,
                  size_t right, unsigned power);

static inline void sb_sort_note(struct sb_sort_job *j, enum sb_sort_step step, size_t start,
                                size_t left, size_t right, unsigned power)
{
    if (j->trace)
        sb_sort_tell(j, step, start, left, right, power);
}

/* For what must keep its state in registers in the innermost loops. */
#define SB_SORT_INLINE inline __attribute__((always_inline))

/* The comparison of sb_sort(): a failed comparator is never asked again. */
static SB_SORT_INLINE int sb_sort_less(struct sb_sort_job *j, const void *a, const void *b)
{
    return !j->fail && j->cmp(a, b, j->ctx, &j->fail) < 0;
}

/* Here the compiler must branch: it may not do what follows unasked. */
static SB_SORT_INLINE void sb_sort_branch(void)
{
    __asm__ volatile("");
}

/* All ones if c is 1, 0 if it is 0. The compiler no longer knows that this is the outcome of a comparison
 * (the statement is empty): it would make branches of what follows, and these are the conditions no
 * processor foresees. */
static SB_SORT_INLINE size_t sb_sort_mask(size_t c)
{
    size_t mask = 0 - c;
    __asm__("" : "+r"(mask));
    return mask;
}

/* x where mask is ones, y where it is 0: arithmetic, for the same reason. */
static SB_SORT_INLINE size_t sb_sort_pick(size_t mask, size_t x, size_t y)
{
    return y + ((x - y) & mask);
}

/* The power of the boundary at `mid` between the runs [lo, mid) and [mid, hi) of n elements: how many
 * leading binary digits the middles of both, as fractions of n, have in common (Munro and Wild 2018,
 * definition 6; as a multiplication and a count of zeros after Peters' glidesort). At most 63. */
static inline unsigned sb_sort_power(size_t lo, size_t mid, size_t hi, size_t n)
{
    uint64_t scale = ((UINT64_C(1) << 62) + n - 1) / n;
    return (unsigned)__builtin_clzll((scale * (lo + mid)) ^ (scale * (mid + hi)));
}

/* Sorts without any buffer: stable, about n lg^2 n moves. less() is asked about elements. */
typedef int sb_sort_less_fn(struct sb_sort_job *j, const void *a, const void *b);
void sb_sort_in_place(struct sb_sort_job *j, void *base, size_t n, size_t size,
                      sb_sort_less_fn *less);

/* Exchanges two elements that do not overlap. */
void sb_sort_swap(char *a, char *b, size_t size);

/* Looks in the sorted elements for proof that cmp is no order; see struct sb_sort_fault. 0, -SB_EINPUT
 * with *ret_fault filled, or what cmp set. */
int sb_sort_find_fault(const void *base, size_t n, size_t size, sb_sort_cmp *cmp, void *ctx,
                       struct sb_sort_fault *ret_fault);

#endif
