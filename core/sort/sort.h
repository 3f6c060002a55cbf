/* The stable adaptive sort of srebox (TimSort family). Every applet sorts with it.
 *
 * sb_sort() takes elements of any size and a comparator by pointer; sb_sort_int64(), sb_sort_keyed()
 * and sb_sort_strings() compare inline, and core/sort/sort_template.h makes the same for other types.
 * Equal elements keep their order. A comparator that fails stops the sort: it is not called again,
 * every element is still there exactly once, and its code is returned. A comparator that is no order
 * leaves the elements in some order, each exactly once; `fault` finds out. Without memory for a
 * buffer the sort is slower (n lg^2 n moves), in place, and as stable: it never fails for that.
 * A comparator must return: it must not longjmp out of the sort. */
#ifndef SB_SORT_SORT_H
#define SB_SORT_SORT_H

#include <stddef.h>
#include <stdint.h>

/* < 0, 0, > 0 as a is before, equal to, after b. To fail, set *fail to a negative enum sb_err. */
typedef int sb_sort_cmp(const void *a, const void *b, void *ctx, int *fail);

/* What one sort did. Elements and comparisons are counted, not estimated; a copy of one element is
 * one move. */
struct sb_sort_stats {
    uint64_t comparisons;
    uint64_t moves;
    uint64_t runs;         /* sorted runs found, descending ones included */
    uint64_t reversed;     /* of these, descending ones */
    uint64_t extended;     /* of these, short ones lengthened */
    uint64_t strays;       /* elements set aside so that a run could go on */
    uint64_t stretches;    /* stretches without runs, left to the quicksort */
    uint64_t quicksorts;   /* stretches sorted, after neighbours were joined */
    uint64_t merges;       /* two neighbouring sorted runs made one */
    uint64_t gallops;      /* searches that skipped over part of a run in a merge */
    uint64_t buffer_bytes; /* memory taken from the heap at the peak */
    uint64_t in_place;     /* 1: there was no memory, merged in place */
};

/* One step of the sort, as it happens. Elements are named by their index in `base`. */
enum sb_sort_step {
    SB_SORT_RUN,      /* [start, +left) ascends */
    SB_SORT_RUN_DOWN, /* [start, +left) descended and was reversed, equal elements kept in order */
    SB_SORT_LOOSEN,   /* the run [start, +left) went on for `right` elements, but for strays that
                       * were set aside, sorted and put where they belong */
    SB_SORT_EXTEND,   /* the run [start, +left) was lengthened by `right` elements */
    SB_SORT_STRETCH,  /* [start, +left) has no runs worth keeping */
    SB_SORT_JOIN,     /* two such neighbours joined unsorted: [start, +left), [.., +right) */
    SB_SORT_QUICK,    /* [start, +left) was sorted by quicksort */
    SB_SORT_MERGE,  /* runs [start, +left) and [start + left, +right) are merged, left wins ties */
    SB_SORT_GALLOP, /* in that merge, `left` elements of the left run or `right` of the right one
                        * were skipped over at once */
    SB_SORT_IN_PLACE, /* no memory: [start, +left) is sorted in place */
};
struct sb_sort_event {
    enum sb_sort_step step;
    size_t start, left, right;
    unsigned power; /* of the boundary in SB_SORT_MERGE and SB_SORT_JOIN: depth in the merge tree */
};
typedef void sb_sort_trace(const struct sb_sort_event *ev, void *ctx);

/* Why a comparator is no order. Elements are named by their index in the result. */
enum sb_sort_fault_kind {
    SB_SORT_SOUND,        /* nothing found (which is no proof) */
    SB_SORT_REFLEXIVE,    /* a < a */
    SB_SORT_SYMMETRIC,    /* a < b and b < a, or a < b and b = a */
    SB_SORT_INTRANSITIVE, /* a <= b, b <= c, but c < a */
    SB_SORT_UNSTEADY,     /* a and b came out in an order the comparator now denies, and no third
                         * element explains it: it answers differently at different times */
};
struct sb_sort_fault {
    enum sb_sort_fault_kind kind;
    size_t a, b, c; /* c = a where there is no third */
};

/* Where the buffer comes from; take() may return NULL. */
struct sb_sort_memory {
    void *(*take)(size_t bytes, void *ctx);
    void (*give_back)(void *p, void *ctx);
    void *ctx;
};

struct sb_sort_options {
    struct sb_sort_stats *stats; /* NULL: none kept */
    sb_sort_trace *trace;        /* NULL: none */
    void *trace_ctx;
    struct sb_sort_fault *fault; /* not NULL: check that the comparator is an order, after the sort,
                                  * by up to 5n more comparisons */
    const struct sb_sort_memory *memory; /* NULL: malloc and free */
    size_t
        min_run; /* 0: chosen by the sort. k (up to 48): every run is kept, and lengthened to k as
                     * in classic TimSort; nothing is left to the quicksort */
};

/* 0, what the comparator set, or -SB_EINPUT when opts->fault is wanted and was found. opts may be
 * NULL. base need not be aligned. */
int sb_sort(void *base, size_t n, size_t size, sb_sort_cmp *cmp, void *ctx,
            const struct sb_sort_options *opts);

/* An index entry: what to sort by, and where the thing lies. */
struct sb_sort_keyed {
    int64_t key;
    uint64_t offset;
};

/* These cannot fail; opts as above (fault is ignored: their comparison is an order). */
void sb_sort_int64(int64_t *v, size_t n, const struct sb_sort_options *opts);
/* By key alone. */
void sb_sort_keyed(struct sb_sort_keyed *v, size_t n, const struct sb_sort_options *opts);
/* NUL-terminated strings by unsigned bytes, as strcmp() does. Statistics leave out the look at up to an
 * eighth of the strings by which the sort chooses its method. */
void sb_sort_strings(const char **v, size_t n, const struct sb_sort_options *opts);

#endif
