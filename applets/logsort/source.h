/* One source of records: a file, a rotated set of files, or a pipe.
 *
 * A source has one name (its label, and what messages say), one scanner and one place in the order that
 * decides ties. A rotated set (app.log app.log.1 app.log.2.gz) is one source, read from its oldest part
 * to its newest, at the place of the part that the command line names first.
 *
 * Who owns what: logsort.c makes the list, sets scanners and options; the engine only reads it. */
#ifndef LOGSORT_SOURCE_H
#define LOGSORT_SOURCE_H

#include "core/base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct logsort_scanner;
struct logsort_input;

struct logsort_source {
    const char *name;      /* "-" is stdin; of a rotated set: the part without a rotation suffix, or
                            * what the parts have in common */
    const char **parts;    /* paths, oldest first; at least one */
    size_t nparts;
    struct logsort_scanner *scanner; /* the caller's: initialised for this source, not yet used */
    struct logsort_input *held; /* an input that was looked at and cannot be opened twice: a pipe */
};

struct logsort_sources {
    struct logsort_source *items;
    size_t len;
};

/* Groups the operands (borrowed; none means stdin). With rotated false every operand is a source of its
 * own. -SB_EUSAGE when stdin is named twice. */
int logsort_sources_init(struct logsort_sources *s, char *const *operands, size_t n, bool rotated,
                         struct sb_error *e);
void logsort_sources_done(struct logsort_sources *s); /* scanners stay the caller's */

/* The first bytes of a source, unpacked, for finding out its format: at least `want` of them unless its
 * first part is shorter, in a buffer of the source that is valid until the next call. Regular files are
 * closed again; a pipe keeps what was read for the engine. Refuses a directory and what else cannot be
 * read: -SB_EIO, -SB_ENOTFOUND, -SB_EINPUT (damaged archive), -SB_EUNSUPPORTED. */
int logsort_source_head(struct logsort_source *s, size_t want, const char **ret_bytes,
                        size_t *ret_len, struct sb_error *e);

#endif
