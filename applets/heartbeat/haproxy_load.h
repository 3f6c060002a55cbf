/* The policy's section "haproxy":
 *
 *     haproxy:
 *       weight: share                       # nodes say by this metric how many per cent they can bear
 *       agents:                             # HAProxy asks: agent-check
 *         - listen: 127.0.0.1:9777          # answers for every node: agent-send "<node>\n"
 *         - {listen: "0.0.0.0:9778", node: db-1, remote: true}    # for one; remote: others may ask
 *       sockets:                            # HAProxy is told
 *         - address: /run/haproxy/admin.sock     # or 127.0.0.1:9999; of level admin
 *           servers: {db-1: sql/db1, web-1: [web/a, static/a]}    # node: backend/server ...
 *           dead: maint                     # or drain
 *           take-over: false                # true: make ready what an operator stopped, too
 *           poll: 2s
 */
#ifndef HEARTBEAT_HAPROXY_LOAD_H
#define HEARTBEAT_HAPROXY_LOAD_H

#include "applets/heartbeat/haproxy_socket.h"
#include "core/base/arena.h"
#include "core/base/vec.h"
#include "core/doc/doc.h"

struct heartbeat_agent_port {
    const char *listen, *node; /* node NULL: it is said */
    bool remote;
};
/* Owns its texts. */
struct heartbeat_haproxy_rules {
    struct sb_arena texts;
    SB_VEC(struct heartbeat_agent_port) agents;
    SB_VEC(struct heartbeat_haproxy_options) sockets;
    const char *weight; /* name of a metric, or NULL */
};
enum { HEARTBEAT_AGENTS_MOST = 1000, HEARTBEAT_SOCKETS_MOST = 100 };

/* section: the policy's map, or NULL: nothing. On failure nothing is kept. */
int heartbeat_haproxy_load(struct sb_doc_pool *pool, const struct sb_doc_node *section,
                           struct heartbeat_haproxy_rules *ret, struct sb_error *e);
void heartbeat_haproxy_rules_done(struct heartbeat_haproxy_rules *rules);

#endif
