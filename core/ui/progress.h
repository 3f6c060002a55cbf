/* Progress of long work: one line on stderr when that is a terminal, nothing at all otherwise.
 *
 * The line is redrawn in place at most ten times a second and is gone when the work is done, so that
 * logs and pipes never see it. One at a time; whoever writes a message to stderr meanwhile calls
 * sb_progress_clear() first. Sums up as: what, bar and percent (when the total is known), done and
 * speed, time left. */
#ifndef SB_UI_PROGRESS_H
#define SB_UI_PROGRESS_H

#include "core/base/buf.h"

#include <stdbool.h>
#include <stdint.h>

enum sb_progress_unit {
    SB_PROGRESS_STEPS, /* counted, without a speed */
    SB_PROGRESS_BYTES, /* shown as KiB, MiB, GiB and a second */
};

struct sb_progress {
    const char *what; /* borrowed; our own text, not data */
    uint64_t total;   /* 0 = not known */
    enum sb_progress_unit unit;
    int64_t started, next; /* CLOCK_MONOTONIC ns: of the start, and before which nothing is drawn */
    bool shown;            /* may be drawn: stderr is a terminal */
    bool drawn;            /* the line is on the screen */
};

/* {0} is a progress that shows nothing. */
void sb_progress_start(struct sb_progress *p, const char *what, uint64_t total,
                       enum sb_progress_unit unit);
/* `done` of the total so far. Costs one reading of the clock: call it once a chunk, not once an item.
 * detail (our own text, or NULL) stands behind the figures. */
void sb_progress_at(struct sb_progress *p, uint64_t done, const char *detail);
/* Takes the line off the screen; the next sb_progress_at() may draw it again. */
void sb_progress_clear(struct sb_progress *p);
/* The same for good. Not started, or stopped before: nothing happens. */
void sb_progress_stop(struct sb_progress *p);

/* The line as it is drawn, without cursor movements: for tests and other screens. elapsed in ns. */
void sb_progress_line(const struct sb_progress *p, uint64_t done, int64_t elapsed,
                      const char *detail, struct sb_buf *b);

#endif
