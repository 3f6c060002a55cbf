/* Recording a trace (trace.h) to a file while the monitor runs. Lines are gathered and written in blocks; a
 * disk that is full loses trace, never the monitor: what is lost is counted, and said once. The trace itself
 * says so, too: a replay takes the hole for a time when nobody listened, not for silence. */
#ifndef HEARTBEAT_RECORDER_H
#define HEARTBEAT_RECORDER_H

#include "applets/heartbeat/trace.h"

#include <sys/types.h>

struct heartbeat_recorder {
    int fd; /* -1 = not recording */
    const char *path;
    struct sb_buf lines;
    int64_t began, began_wall; /* CLOCK_MONOTONIC ns, and what the wall clock said then */
    int64_t flushed_at;
    int64_t good_at; /* CLOCK_MONOTONIC ns: up to here there is no hole */
    size_t told;     /* bytes of `lines` that tell of the hole */
    off_t good;      /* length of what is whole */
    uint64_t lost;   /* bytes that could not be written */
    bool failing;
};

/* path NULL: records nothing. The file is made anew, mode 0600; one that is there is not touched. */
int heartbeat_recorder_open(struct heartbeat_recorder *r, const char *path, int64_t mono,
                            int64_t wall, struct sb_error *e);
void heartbeat_recorder_beat(struct heartbeat_recorder *r, const struct heartbeat_beat *b);
void heartbeat_recorder_fresh(struct heartbeat_recorder *r, int64_t at, enum heartbeat_fresh why,
                              int64_t lost);
/* Writes what has gathered for a second, or is much. */
void heartbeat_recorder_tick(struct heartbeat_recorder *r, int64_t now);
void heartbeat_recorder_close(struct heartbeat_recorder *r, int64_t now);

#endif
