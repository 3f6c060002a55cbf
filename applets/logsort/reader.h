/* One source as records with their text, in the order of the source.
 *
 * The source's number stands in `flags` of its records: the scanner's flags were looked at here.
 * A batch of records stays valid until the next call. In what is mapped, text stays until the reader is
 * freed; what is read lies in blocks, which are used again, or (with `kept`) handed to their keeper. */
#ifndef LOGSORT_READER_H
#define LOGSORT_READER_H

#include "applets/logsort/input.h"
#include "applets/logsort/scan.h"

#include "core/base/vec.h"

enum {
    LOGSORT_BATCH = 1024,            /* records */
    LOGSORT_BLOCK = 256 * 1024,      /* bytes read at once */
    LOGSORT_RECORD_MOST = 256 << 20, /* bytes of one record of what is read, not mapped */
};

/* Memory that holds text. */
struct logsort_block {
    char *bytes;
    size_t size;
};
struct logsort_blocks {
    SB_VEC(struct logsort_block) list;
    uint64_t bytes;
};
void logsort_blocks_done(struct logsort_blocks *b);

/* Records in a row; the text of one begins at base + offset (a number: it may lie outside of any
 * object as a pointer). */
struct logsort_batch {
    const struct logsort_record *records;
    size_t n;
    uintptr_t base;
};
static inline const char *logsort_text(const struct logsort_batch *b, size_t i)
{
    return (const char *)(b->base + (uintptr_t)b->records[i].offset);
}

struct logsort_reader {
    struct logsort_input *input;
    const char *name;               /* borrowed: of the source, for messages */
    uint32_t number;                /* of the source */
    struct logsort_scanner scanner; /* a copy; of what comes next */
    struct logsort_scanner before;  /* as it was before the last batch */
    const struct logsort_filter *filter;
    struct logsort_batch batch;
    size_t most; /* records of a batch, up to LOGSORT_BATCH */
    /* The rest is its own. */
    struct logsort_record *records;
    const char *bytes; /* a mapping, or `block` */
    size_t len;        /* of it */
    uint64_t start;    /* offset in the source of bytes[0] */
    struct logsort_block block;
    struct logsort_blocks *kept; /* or NULL */
    uint64_t from, to;           /* records that begin outside of it are left out */
    bool open_end; /* what comes after the end may belong to the last record: it is not given */
    bool mapped, whole; /* whole: there are no bytes behind `len` */
    bool ended, in_order;
    uint64_t skipped;   /* bytes that were never scanned */
    uint64_t forgotten; /* of a mapping */
};

/* input becomes the reader's; scanner is copied. */
void logsort_reader_init(struct logsort_reader *r, struct logsort_input *input, const char *name,
                         uint32_t number, const struct logsort_scanner *scanner,
                         const struct logsort_filter *filter, struct logsort_blocks *kept);
/* The source is known to be in order: reading begins near the first record that --since wants, and ends
 * behind the last that --until wants. To be called before the first batch. */
void logsort_reader_in_order(struct logsort_reader *r);
/* The next records: r->batch, of which n == 0 is the end. -SB_EIO, -SB_EINPUT, -SB_ETOOBIG. */
int logsort_reader_next(struct logsort_reader *r, struct sb_error *e);
/* Lets go of the pages of a mapping before what comes next, once these are at least so many bytes. */
void logsort_reader_forget(struct logsort_reader *r, uint64_t least);
/* The 1-based number of the line at which record i of the batch begins. */
uint64_t logsort_reader_line(const struct logsort_reader *r, size_t i);
void logsort_reader_done(struct logsort_reader *r);

#endif
