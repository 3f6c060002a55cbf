/* The bodies of POST /heartbeat and POST /shutdown: one pass over the bytes, straight into a beat.
 *
 *     {"server_id": "web-1", "timestamp": 1732300000123, "status": "alive",
 *      "metrics": {"cpu": 12.5, "memory": 73400320}, "seq": 17, "boot_id": "...",
 *      "interval_ms": 3000, "zone": "eu-1", "reason": "..."}
 *
 * Only server_id is needed; null is as good as absent. status: "alive", "ok", "up", "healthy" and
 * "running" are signs of life, any other says that the node is not well. Members of other names, and
 * metrics that are not numbers, are read over. Strict otherwise (RFC 8259): well-formed UTF-8, no name
 * that counts twice, no nesting beyond 16 levels, numbers within double's range. */
#ifndef HEARTBEAT_BEAT_JSON_H
#define HEARTBEAT_BEAT_JSON_H

#include "applets/heartbeat/beat.h"
#include "core/base/error.h"

enum { HEARTBEAT_JSON_MAX = 65536, HEARTBEAT_JSON_DEPTH = 16 };

/* Room for texts that had escapes; the beat's texts lie here or in the body. */
struct heartbeat_scratch {
    size_t used;
    uint32_t dropped_metrics; /* beyond HEARTBEAT_METRICS_MAX, or with too long a name */
    char bytes[HEARTBEAT_JSON_MAX];
};

/* Fills id, zone, kind (of a goodbye: LEAVE), sent, interval, boot_id, seq, metrics and body of *ret;
 * leaves the rest. -SB_EINPUT with a text for the sender, -SB_ETOOBIG over HEARTBEAT_JSON_MAX. */
int heartbeat_json_read(struct sb_str text, bool goodbye, struct heartbeat_scratch *scratch,
                        struct heartbeat_beat *ret, struct sb_error *e);

#endif
