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
#include "core/doc/doc.h"
#include "core/net/server.h"

struct heartbeat_ping; /* ping.h */

struct heartbeat_ingest_options {
    struct heartbeat_sink sink;
    const struct sb_doc_node *ping; /* the policy's section "ping", or NULL; borrowed for ever */
    bool known_only;                /* no beat makes a node */
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
};

/* -SB_EINPUT or -SB_EIO when the section is wrong, naming the place. On the heap: free() is
 * heartbeat_ingest_free. */
int heartbeat_ingest_new(const struct heartbeat_ingest_options *options,
                         struct heartbeat_ingest **ret, struct sb_error *e);
void heartbeat_ingest_free(struct heartbeat_ingest *g); /* NULL is fine */
/* Adds the routes above. With hosted, also those of healthchecks.io's own server, which has no /ping in
 * front: they match any path of one to three segments, so all others must have been added before. */
void heartbeat_ingest_routes(struct heartbeat_ingest *g, struct sb_server *s, bool hosted);

/* Completes a beat with what this request says (peer, times) and gives it to the sink. */
enum heartbeat_verdict heartbeat_ingest_take(struct heartbeat_ingest *g, struct sb_request *r,
                                             struct heartbeat_beat *b);

#endif
