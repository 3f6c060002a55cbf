/* --follow: the end of one live log.
 *
 * A file is followed by its name, as `tail -F` does: when another file takes the name, the old one is
 * read to its end, then the new one from its beginning; when it is truncated, it is read from its
 * beginning. A pipe is read until it is closed. A record goes out when the next one begins, or when
 * nothing more of it came for a moment. */
#ifndef LOGSORT_TAIL_H
#define LOGSORT_TAIL_H

#include "applets/logsort/logsort.h"
#include "applets/logsort/reader.h"
#include "applets/logsort/window.h"

struct logsort_tail {
    const char *path; /* borrowed */
    uint32_t number;  /* of its source */
    int fd;           /* -1: it has ended */
    bool pipe;
    const struct logsort_plan *plan;
    struct logsort_scanner scanner; /* once it is known */
    bool known;
    char *bytes; /* of the file, from `start`; to be read next is what stands behind them */
    size_t len, size;
    uint64_t start;
    int64_t changed; /* when something came last */
    struct logsort_record *records;
};

/* How long a record is left open for more lines, in ns. */
#define LOGSORT_TAIL_IDLE INT64_C(250000000)

/* Opens it. *ret_live: it can be followed (t is to be done); otherwise it is to be read as ever: an
 * archive, a file at standard input, or what is neither a file nor a pipe. */
int logsort_tail_init(struct logsort_tail *t, const struct logsort_plan *plan, const char *path,
                      uint32_t number, bool *ret_live, struct sb_error *e);
/* Goes on where a reader of the file stopped, which left its last record open. */
void logsort_tail_resume(struct logsort_tail *t, const struct logsort_scanner *scanner);
void logsort_tail_done(struct logsort_tail *t);

/* Takes what came, and looks whether the name is another file's by now. *ret_more: there may be more
 * already. -SB_EIO, -SB_EINPUT (no time found). */
int logsort_tail_read(struct logsort_tail *t, struct logsort_window *w, int64_t now, bool *ret_more,
                      struct sb_error *e);
/* The last record goes out, and a line without its end, too. */
int logsort_tail_end(struct logsort_tail *t, struct logsort_window *w, int64_t now,
                     struct sb_error *e);
/* When the open record is to go out; INT64_MAX: there is none. */
int64_t logsort_tail_due(const struct logsort_tail *t);

#endif
