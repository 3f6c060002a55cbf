/* Merging sorted runs into one, a window at a time.
 *
 * Of every run there is a batch of records. Up to the earliest end of these batches nothing can come in
 * between any more: that much of all of them is one window, put into order by core/sort, which keeps the
 * runs that it finds and merges them without mispredicted branches, within the processor's cache. Ties
 * go to the run that comes first in the list. */
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
    void (*progress)(void *ctx); /* or NULL; once a batch */
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
    size_t next, end;               /* chunk: entries */
    bool sources;                   /* chunk: fill in where records come from */
    bool checked;                   /* an inversion is an error */
    int64_t last;                   /* checked: of the record before */
    uint64_t pages;                 /* reader: bytes of a mapping that may stay resident */
    size_t most;                    /* records of a batch */
};

/* A cursor on each run of a chunk that is sorted; at most LOGSORT_CHUNK_RUNS of them. */
size_t logsort_chunk_cursors(struct logsort_chunk *chunk, bool sources,
                             struct logsort_cursor *ret_cursors);
void logsort_cursor_done(struct logsort_cursor *c); /* frees reader and spilled; not the chunk */

/* -SB_EINPUT: a checked run is not sorted; the line and both times are in e. */
int logsort_merge(struct logsort_cursor *cursors, size_t n, const struct logsort_sink *sink,
                  struct sb_error *e);

#endif
