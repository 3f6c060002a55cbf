/* Merging sorted runs into one: a tree of losers, with batches.
 *
 * While the winner stays before the runner-up, its records go out without another look at the tree:
 * one comparison each where logs of one server come in bursts, lg k where they alternate. Ties go to
 * the run that comes first in the list. */
#ifndef LOGSORT_MERGE_H
#define LOGSORT_MERGE_H

#include "applets/logsort/reader.h"
#include "applets/logsort/sort.h"
#include "applets/logsort/spill.h"

/* Where records go: logsort_output_put or logsort_spill_put, and what belongs to it. */
struct logsort_sink {
    int (*put)(void *ctx, const struct logsort_batch *b, size_t i, size_t n, struct sb_error *e);
    int (*settle)(void *ctx, struct sb_error *e);
    void *ctx;
    void (*progress)(void *ctx, uint64_t records); /* once a batch */
    void *progress_ctx;
};

/* One run while it is merged: one of a source, of the disk, or of memory. */
struct logsort_cursor {
    struct logsort_batch batch;
    size_t i; /* the next record of it */
    struct logsort_reader *reader;
    struct logsort_spilled *spilled;
    struct logsort_chunk *chunk;
    struct logsort_record *records; /* chunk: a batch of it */
    size_t taken;                   /* chunk: entries */
    bool sources;                   /* chunk: fill in where records come from */
    bool checked;                   /* an inversion is an error */
    int64_t last;
    uint64_t pages; /* reader: bytes of a mapping that may stay resident */
};

void logsort_cursor_done(struct logsort_cursor *c); /* frees reader and spilled; not the chunk */

/* -SB_EINPUT: a checked run is not sorted; the line and both times are in e. */
int logsort_merge(struct logsort_cursor *cursors, size_t n, const struct logsort_sink *sink,
                  struct sb_error *e);

#endif
