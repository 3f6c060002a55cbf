/* Where the timeline goes: stdout, or a file that is replaced when all of it has been written.
 *
 * Small pieces are gathered, pieces that lie beside each other in memory become one, and long ones are
 * written from where they lie. A record without a line end gets one. */
#ifndef LOGSORT_OUTPUT_H
#define LOGSORT_OUTPUT_H

#include "applets/logsort/reader.h"
#include "applets/logsort/source.h"
#include "applets/logsort/unique.h"

#include "core/base/buf.h"
#include "core/ui/file_write.h"

struct logsort_output {
    int fd;
    const char *path;              /* borrowed; of the file */
    struct sb_file_writer *writer; /* NULL: stdout */
    char *gathered;
    size_t len;       /* of it */
    const char *next; /* a piece that may still grow, or NULL */
    size_t next_len;
    uint64_t written;
    bool closed; /* nobody reads any more: what is put is dropped, and that is no error */
    const struct logsort_sources *sources; /* for labels, or NULL */
    struct sb_buf *labels;                 /* by source */
    struct logsort_unique *unique;         /* or NULL */
};

/* path NULL or "-": stdout. sources (borrowed): lines get labels. */
int logsort_output_init(struct logsort_output *o, const char *path,
                        const struct logsort_sources *sources, bool color, bool unique,
                        struct sb_error *e);
/* Records [i, n) of the batch, each with its source in `flags`. Their text must stay until the next call
 * of put or settle. These two are the face of a logsort_sink. */
int logsort_output_put(void *output, const struct logsort_batch *b, size_t i, size_t n,
                       struct sb_error *e);
/* Takes what was put last out of memory that is about to change. */
int logsort_output_settle(void *output, struct sb_error *e);
/* Settles, and writes what is gathered. */
int logsort_output_flush(struct logsort_output *o, struct sb_error *e);
/* Has the reader of a pipe left? Then o->closed is set, without writing. */
bool logsort_output_gone(struct logsort_output *o);
/* Writes the rest; a file gets its name. */
int logsort_output_finish(struct logsort_output *o, struct sb_error *e);
/* A file that was not finished is as it was before. */
void logsort_output_done(struct logsort_output *o);

#endif
