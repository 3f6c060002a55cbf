/* The monitor's ears: everything that brings beats, handed to one sink.
 *
 *     POST /heartbeat, POST /shutdown        the seed's bodies (beat_json.h)
 *     /ping/...                              the protocol of healthchecks.io (ping.h)
 *     POST /alertmanager[/ID]                a webhook of Alertmanager, version 4 (alertmanager.h)
 *     datagrams                              beat_udp.h, received by listen_udp.h
 *
 * Nothing here judges: a beat that can be read goes to the sink with the time it came, and what the sink
 * says becomes the answer. Owner: the monitor; one thread. */
#ifndef HEARTBEAT_INGEST_H
#define HEARTBEAT_INGEST_H

#include "applets/heartbeat/beat_json.h"
#include "applets/heartbeat/policy.h"
#include "core/net/server.h"

struct heartbeat_ping; /* ping.h */

struct heartbeat_ingest_options {
    struct heartbeat_sink sink;
    bool known_only; /* no beat makes a node */
};

struct heartbeat_ingest_stats {
    uint64_t beats[HEARTBEAT_SOURCE_COUNT];   /* given to the sink */
    uint64_t refused[HEARTBEAT_SOURCE_COUNT]; /* could not be read, or the sink did not want it */
    uint64_t dropped_metrics;
};

struct heartbeat_ingest {
    struct heartbeat_ingest_options options;
    struct heartbeat_ping *ping;
    struct heartbeat_ingest_stats stats;
    struct heartbeat_scratch scratch;
    struct sb_buf peer; /* of the beat at hand */
};

/* policy: its section "ping" counts (ping.h); NULL: none. Not kept. -SB_EINPUT or -SB_EIO when that is
 * wrong, naming the place. */
int heartbeat_ingest_new(const struct heartbeat_ingest_options *options,
                         const struct heartbeat_policy *policy, struct heartbeat_ingest **ret,
                         struct sb_error *e);
/* The policy was read again; on failure all stays as it was. */
int heartbeat_ingest_policy(struct heartbeat_ingest *g, const struct heartbeat_policy *policy,
                            struct sb_error *e);
void heartbeat_ingest_free(struct heartbeat_ingest *g); /* NULL is fine */
/* Adds the routes above. With hosted, also those of healthchecks.io's own server, which has no /ping in
 * front: they match any path of one to three segments, so all others must have been added before. */
void heartbeat_ingest_routes(struct heartbeat_ingest *g, struct sb_server *s, bool hosted);

/* Completes a beat with what this request says (peer, times) and gives it to the sink. */
enum heartbeat_verdict heartbeat_ingest_take(struct heartbeat_ingest *g, struct sb_request *r,
                                             struct heartbeat_beat *b);

#endif
