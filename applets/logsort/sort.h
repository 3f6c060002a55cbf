/* What fits into memory at once: an index of records, sorted by time.
 *
 * Records are added in the order that decides ties. An entry is 16 bytes: the time, and the address of
 * the text (48 bits) with its length (16 bits; longer texts are looked up). Text is never moved.
 *
 * Lines of a log are late by little. Entries are sorted in parts that fit into the processor's cache,
 * as they come, and a part is merged with the end of the one before where the two overlap a little: what
 * is nearly in order becomes one run. Few runs stay as they are, for the last merge; many, as of a file
 * in random order, are sorted at once. */
#ifndef LOGSORT_SORT_H
#define LOGSORT_SORT_H

#include "applets/logsort/reader.h"

#include "core/sort/sort.h"

struct logsort_long { /* a text too long for its entry */
    const char *text;
    uint64_t length;
};
struct logsort_extent { /* whose text lies there */
    const char *start, *end;
    uint32_t source;
};

struct logsort_chunk {
    SB_VEC(struct sb_sort_keyed) index;
    SB_VEC(struct logsort_long) longs;
    SB_VEC(struct logsort_extent) extents;
    uint64_t bytes;      /* of text */
    int64_t last;        /* time of the record added last */
    bool sorted;         /* as they were added */
    SB_VEC(size_t) runs; /* where sorted runs begin, of the entries up to `tidy` */
    size_t tidy;
    bool part_sorted; /* behind `tidy`, as they were added */
    size_t seen;      /* of extents, the one found last */
};

void logsort_chunk_init(struct logsort_chunk *c);
void logsort_chunk_done(struct logsort_chunk *c);
void logsort_chunk_clear(struct logsort_chunk *c); /* keeps its memory */

/* Adds records [i, n) of a batch that come from `source`. */
void logsort_chunk_add(struct logsort_chunk *c, const struct logsort_batch *b, size_t i, size_t n);
/* Text in [start, end) is the source's; needed only where logsort_chunk_source() is asked. */
void logsort_chunk_extent(struct logsort_chunk *c, const char *start, const char *end,
                          uint32_t source);
/* Bytes that the index takes, sorting of the worst kind included. */
static inline uint64_t logsort_chunk_cost(const struct logsort_chunk *c)
{
    return 2 * sizeof(struct sb_sort_keyed) * (uint64_t)c->index.len;
}

/* Leaves at most LOGSORT_CHUNK_RUNS sorted runs, whose order decides ties. */
enum { LOGSORT_CHUNK_RUNS = 64 };
void logsort_chunk_sort(struct logsort_chunk *c);
/* The entries of run i: [*ret_from, returned). */
size_t logsort_chunk_run(const struct logsort_chunk *c, size_t i, size_t *ret_from);

/* Entry i. */
struct logsort_text {
    int64_t at;
    const char *p;
    uint64_t len;
};
struct logsort_text logsort_chunk_text(const struct logsort_chunk *c, size_t i);
uint32_t logsort_chunk_source(struct logsort_chunk *c, const char *text);

#endif
