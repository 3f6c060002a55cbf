/* A beat: one message about one node or job, whatever it came by (HTTP, UDP, a ping URL, an Alertmanager
 * webhook). Parsers (ingest) make beats and hand them to a sink; the detector judges them.
 *
 * A beat borrows its texts: they are valid until the sink returns. Texts are raw bytes of hostile origin:
 * whoever shows them escapes them. Invariants of a beat that a sink may rely on: 1 <= id.len <= 255;
 * the other texts within their caps below; metrics are finite; received_* are the monitor's own clocks. */
#ifndef HEARTBEAT_BEAT_H
#define HEARTBEAT_BEAT_H

#include "core/base/str.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    HEARTBEAT_ID_MAX = 255,     /* bytes of an id */
    HEARTBEAT_ZONE_MAX = 63,    /* bytes of a zone's name */
    HEARTBEAT_BOOT_MAX = 64,    /* bytes of a boot_id */
    HEARTBEAT_PEER_MAX = 63,    /* bytes of "address:port" */
    HEARTBEAT_RUN_MAX = 64,     /* bytes of a run id (rid) */
    HEARTBEAT_METRICS_MAX = 16, /* in one beat; more are dropped and counted by the parser */
    HEARTBEAT_METRIC_MAX = 63,  /* bytes of a metric's name */
    HEARTBEAT_BODY_MAX =
        100000, /* bytes of body a beat may carry; ingest's own limit may be lower */
};

#define HEARTBEAT_NO_TIME INT64_MIN /* an instant that is not known */

enum heartbeat_kind {
    HEARTBEAT_ALIVE,     /* a plain sign of life */
    HEARTBEAT_UNHEALTHY, /* alive, and says of itself that it is not well: counts as a failure */
    HEARTBEAT_START,     /* a job began; SUCCESS, FAIL or EXIT ends it */
    HEARTBEAT_SUCCESS,
    HEARTBEAT_FAIL,
    HEARTBEAT_LOG,   /* changes nothing, is kept */
    HEARTBEAT_EXIT,  /* a job's exit status: 0 is SUCCESS, else FAIL */
    HEARTBEAT_LEAVE, /* graceful goodbye: never alerts */
    HEARTBEAT_KIND_COUNT
};
extern const char *const heartbeat_kind_names[]; /* by enum, NULL-ended: "alive" ... */

enum heartbeat_source {
    HEARTBEAT_BY_HTTP,         /* POST /heartbeat, POST /shutdown */
    HEARTBEAT_BY_UDP,          /* compact datagram */
    HEARTBEAT_BY_PING,         /* /ping/..., the healthchecks.io protocol */
    HEARTBEAT_BY_ALERTMANAGER, /* a webhook */
    HEARTBEAT_BY_REPLAY,       /* a trace */
    HEARTBEAT_SOURCE_COUNT
};
extern const char *const heartbeat_source_names[]; /* by enum, NULL-ended: "http" ... */

struct heartbeat_metric {
    struct sb_str name;
    double value; /* finite */
};

struct heartbeat_beat {
    struct sb_str id;
    struct sb_str zone; /* empty: not said */
    enum heartbeat_kind kind;
    enum heartbeat_source source;
    int exit_status;       /* EXIT only */
    int64_t received;      /* CLOCK_MONOTONIC, ns: what judging goes by */
    int64_t received_wall; /* ns since the epoch: what people are shown */
    int64_t
        sent; /* the sender's wall clock, ns since the epoch, or HEARTBEAT_NO_TIME; evidence only */
    int64_t interval;      /* ns the sender promises between beats; 0 = not said */
    struct sb_str boot_id; /* empty: not said */
    uint64_t seq;          /* counts up from boot; valid with has_seq */
    bool has_seq;
    bool create; /* a node nobody knows may be registered by this beat */
    uint8_t n_metrics;
    struct sb_str run_id; /* pairs START with its end; empty: not said */
    struct sb_str body;   /* what the sender said: reason, last output lines; may be empty */
    struct sb_str peer;   /* "127.0.0.1:5332" */
    struct heartbeat_metric metrics[HEARTBEAT_METRICS_MAX];
};

/* What became of a beat. */
enum heartbeat_verdict {
    HEARTBEAT_TAKEN,     /* counted */
    HEARTBEAT_CREATED,   /* counted, and the node is new */
    HEARTBEAT_DUPLICATE, /* same boot_id and seq as one before: dropped */
    HEARTBEAT_STALE,     /* older than one that was counted, or of an earlier boot: dropped */
    HEARTBEAT_UNKNOWN,   /* the node is not known and may not be made */
    HEARTBEAT_FULL,      /* the registry is at its cap */
    HEARTBEAT_REFUSED    /* not a beat: id empty or too long */
};

/* Where beats go. take() is synchronous and cheap (no I/O): ingest may call it tens of thousands of
 * times a second. */
struct heartbeat_sink {
    enum heartbeat_verdict (*take)(void *ctx, const struct heartbeat_beat *beat);
    void *ctx;
};

#endif
