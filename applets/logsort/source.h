/* What is read, in the order that decides ties.
 *
 * A source is one file or pipe with a scanner of its own. The parts of a rotated set (app.log,
 * app.log.1, app.log.2.gz, app.log-20261122) are sources beside each other, oldest first, at the place
 * of the part that the command line names first, and have one label. */
#ifndef LOGSORT_SOURCE_H
#define LOGSORT_SOURCE_H

#include "core/base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct logsort_input;

struct logsort_source {
    const char *path; /* borrowed; "-" is stdin */
    char *label;      /* the path; of a rotated set without what rotation added */
    uint64_t size;    /* bytes on the disk, once its head was read; 0: not known */
    int64_t modified; /* ns since the epoch; now for what is no regular file */
    bool youngest;    /* of its rotated set, or alone: the part that may still grow */
    int fd;           /* --follow: it is read through this descriptor, which is its tail's; or -1 */
    bool skipped;     /* --follow: a pipe, of which nothing is there yet */
    struct logsort_input *held; /* opened already, and cannot be opened twice: a pipe */
};

struct logsort_sources {
    struct logsort_source *items;
    size_t len;
};

/* paths are borrowed; none means stdin. -SB_EUSAGE when stdin is named twice. */
int logsort_sources_init(struct logsort_sources *s, char *const *paths, size_t n,
                         struct sb_error *e);
void logsort_sources_done(struct logsort_sources *s);

/* The first bytes of a source, unpacked: up to `room` of them into buf; *ret_whole: there are no more.
 * Regular files are closed again; a pipe keeps what was read for whoever opens the source. Errors as
 * logsort_input_open() and logsort_input_read() have them. */
int logsort_source_head(struct logsort_source *s, char *buf, size_t room, size_t *ret_len,
                        bool *ret_whole, struct sb_error *e);
/* The source's input from its beginning; the caller's. A pipe can be opened once. */
int logsort_source_open(struct logsort_source *s, struct logsort_input **ret_input,
                        struct sb_error *e);

#endif
