/* Sorted runs on the disk, in one file that has no name.
 *
 * A run is a row of records: time, length and source (16 bytes, in the machine's order), then the text
 * with its line end. Runs are written one after the other; what was read for the last time gives its
 * room back where the file system can. */
#ifndef LOGSORT_SPILL_H
#define LOGSORT_SPILL_H

#include "applets/logsort/reader.h"

struct logsort_spill {
    int fd; /* -1: nothing was spilled yet */
    char *folder;
    uint64_t end; /* bytes written */
    char *gathered;
    size_t len;
};

/* folder NULL: $TMPDIR, else /tmp. Creates nothing yet. */
void logsort_spill_init(struct logsort_spill *s, const char *folder);
void logsort_spill_done(struct logsort_spill *s);

/* Is there room for so many bytes more? -SB_EIO when not, with both figures. */
int logsort_spill_room(struct logsort_spill *s, uint64_t bytes, struct sb_error *e);
/* Begins a run: returns where. Then records (a logsort_sink), then the end: returns where. */
int logsort_spill_begin(struct logsort_spill *s, uint64_t *ret_start, struct sb_error *e);
int logsort_spill_put(void *spill, const struct logsort_batch *b, size_t i, size_t n,
                      struct sb_error *e);
int logsort_spill_settle(void *spill, struct sb_error *e);
int logsort_spill_end(struct logsort_spill *s, uint64_t *ret_end, struct sb_error *e);
/* [start, end) is not needed any more. */
void logsort_spill_release(struct logsort_spill *s, uint64_t start, uint64_t end);

/* Reads one run. A batch stays valid until the next call. */
struct logsort_spilled {
    struct logsort_spill *spill;
    uint64_t at, end; /* in the file: what is to be read */
    struct logsort_batch batch;
    size_t most; /* records of a batch, up to LOGSORT_BATCH */
    struct logsort_record *records;
    char *buf;
    size_t size, len, used; /* used: of buf, by batches so far */
};
void logsort_spilled_init(struct logsort_spilled *r, struct logsort_spill *s, uint64_t start,
                          uint64_t end, size_t buffer);
int logsort_spilled_next(struct logsort_spilled *r, struct sb_error *e); /* batch.n == 0: the end */
void logsort_spilled_done(struct logsort_spilled *r);

#endif
