/* --follow: records that wait a little for those that are late.
 *
 * A record is held for `late` after it came. Then it goes out, and in front of it all that have an
 * earlier time: what is late by no more than that comes out in order, and nothing waits longer. What
 * comes later still goes out when its own time of waiting is over. When more than `most` bytes are
 * held, the oldest half of them does not wait. */
#ifndef LOGSORT_WINDOW_H
#define LOGSORT_WINDOW_H

#include "applets/logsort/output.h"

#include "core/base/vec.h"

struct logsort_held {
    int64_t at;
    uint64_t rank; /* of equal times: the source, then the order of coming */
    char *text;
    uint32_t length, source;
};
struct logsort_due { /* what is at or before `at` goes out at the instant `when` */
    int64_t when, at;
};
struct logsort_window {
    int64_t late;  /* ns */
    uint64_t most; /* bytes */
    SB_VEC(struct logsort_held) heap;
    SB_VEC(struct logsort_due) dues; /* [next_due, len): both members ascend */
    size_t next_due;
    uint64_t bytes, came;
};

void logsort_window_init(struct logsort_window *w, int64_t late, uint64_t most);
void logsort_window_done(struct logsort_window *w);

/* Holds records [i, n) of the batch, which have come now; their texts are copied. */
void logsort_window_add(struct logsort_window *w, const struct logsort_batch *b, size_t i, size_t n,
                        int64_t now);
/* When the next records go out; INT64_MAX: none are held. */
int64_t logsort_window_next(const struct logsort_window *w);
/* Puts out what is due; INT64_MAX: all. */
int logsort_window_release(struct logsort_window *w, int64_t now, struct logsort_output *out,
                           struct sb_error *e);

#endif
