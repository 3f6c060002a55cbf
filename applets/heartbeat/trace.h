/* Traces: what the monitor received, in JSON lines, so that other policies can be tried on it.
 *
 *     {"schema":"srebox.heartbeat-trace/1","began":"2026-11-23T17:00:00Z"}
 *     {"t":12.345,"id":"web-1","zone":"eu","kind":"alive","seq":7,"boot":"5f1c","interval":3,"sent":...}
 *     {"t":80,"fresh":"stopped","lost":60}        the monitor was blind for 60 s
 *     {"t":95.1,"id":"web-1","mark":"dead"}       what really happened, when somebody knows: dead or alive
 *     {"t":100,"end":true}
 *
 * t: seconds since `began`, by the monitor's monotonic clock, never falling; sent: ms since the epoch, the
 * sender's clock; interval, lost: seconds. Only t, and id or fresh or end, are required. Unknown members are
 * skipped. Metrics and bodies are left out: a trace tells when, not what. */
#ifndef HEARTBEAT_TRACE_H
#define HEARTBEAT_TRACE_H

#include "applets/heartbeat/beat.h"
#include "applets/heartbeat/flip.h"
#include "core/base/buf.h"

enum heartbeat_trace_what {
    HEARTBEAT_TRACE_BEAT,
    HEARTBEAT_TRACE_FRESH,
    HEARTBEAT_TRACE_MARK, /* truth: beat.id is dead or alive */
    HEARTBEAT_TRACE_END
};

struct heartbeat_trace_line {
    enum heartbeat_trace_what what;
    int64_t at;                 /* ns since began */
    struct heartbeat_beat beat; /* received* are relative to the clocks passed to the reader */
    enum heartbeat_fresh fresh;
    int64_t lost; /* ns */
    bool dead;
};

/* Appends lines; began is the monotonic instant that is t = 0. */
void heartbeat_trace_begin(struct sb_buf *out, int64_t began_wall);
void heartbeat_trace_beat(struct sb_buf *out, int64_t began, const struct heartbeat_beat *b);
void heartbeat_trace_fresh(struct sb_buf *out, int64_t began, int64_t at, enum heartbeat_fresh why,
                           int64_t lost);
void heartbeat_trace_end(struct sb_buf *out, int64_t began, int64_t at);

/* Where t = 0 is on the clocks of a replay. */
#define HEARTBEAT_TRACE_MONO INT64_C(1000000000000)

/* Parses one line. name and number are for messages. *last: the t before it, 0 at first; *ret_began is set
 * by the first line. Returns 1: *ret is filled, its texts borrowed from *json, which the caller frees by
 * heartbeat_trace_line_done; 0: nothing to do (the first line, an empty one); or -SB_EINPUT. */
struct json_t;
int heartbeat_trace_parse(struct sb_str line, const char *name, uint32_t number, int64_t *last,
                          int64_t *began_wall, struct heartbeat_trace_line *ret,
                          struct json_t **ret_json, struct sb_error *e);
void heartbeat_trace_line_done(struct json_t *json);

/* Reads a file of lines ("-" is stdin), handing out each in order; stops when fn fails. */
int heartbeat_trace_read(const char *path,
                         int (*fn)(void *ctx, const struct heartbeat_trace_line *line,
                                   int64_t began_wall, struct sb_error *e),
                         void *ctx, struct sb_error *e);

#endif
