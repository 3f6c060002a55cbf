/* From files to one timeline: sorted in memory, sorted by runs on the disk, or merged.
 *
 * Order: by time; at one time by the place of the file on the command line; then by the place in the
 * file. Memory: text that is held or mapped, its index and the sorting of it together stay within
 * --memory; what is more goes to sorted runs in $TMPDIR. A long stretch of a mapped file that is in
 * order is no run on the disk: it is merged from where it lies. */
#ifndef LOGSORT_ENGINE_H
#define LOGSORT_ENGINE_H

#include "applets/logsort/logsort.h"
#include "applets/logsort/merge.h"
#include "applets/logsort/output.h"
#include "applets/logsort/source.h"
#include "applets/logsort/tail.h"

#include "core/ui/progress.h"

/* A sorted run: of the disk, or of a source. */
struct logsort_run {
    bool spilled;
    uint64_t start, end; /* in the file of runs; or offsets of records in the source */
    uint64_t bytes;
    int64_t last; /* of a source: time of its last record */
    uint32_t source;
    struct logsort_scanner *scanner; /* as it was at or before `start`; owned */
};

struct logsort_engine {
    const struct logsort_plan *plan;
    struct logsort_sources sources;
    struct logsort_scanner *scanners; /* by source; .format.sampled == 0: an empty source */
    struct logsort_spill spill;
    struct logsort_output out;
    struct logsort_tail *tails; /* --follow: by source; those without a descriptor do not live */
    SB_VEC(struct logsort_run) runs; /* in the order that decides ties */
    uint64_t memory;                 /* bytes */
    uint64_t total, done;            /* bytes of all sources; of those read */
    uint64_t in_place;               /* bytes of runs of sources */
    struct sb_progress progress;
};

/* --- pass.c: the first pass, from sources to runs --- */

struct logsort_pass;
/* Reads all sources. What fits into memory as a whole stays in `chunk`, behind all runs; inputs and
 * blocks that it needs belong to *ret_pass, which is to be freed after the chunk was used. */
int logsort_pass_run(struct logsort_engine *g, struct logsort_chunk *chunk,
                     struct logsort_pass **ret_pass, struct sb_error *e);
void logsort_pass_free(struct logsort_pass *p); /* NULL is fine */

/* --- join.c: from runs to the output --- */

/* Merges all runs and the chunk (NULL or sorted), over runs on the disk where there are too many. */
int logsort_join(struct logsort_engine *g, struct logsort_chunk *chunk, struct sb_error *e);

/* A reader of a source from its beginning, or from where a run begins (run not NULL). */
int logsort_engine_reader(struct logsort_engine *g, uint32_t source, const struct logsort_run *run,
                          struct logsort_blocks *kept, struct logsort_reader *ret_reader,
                          struct sb_error *e);

#endif
