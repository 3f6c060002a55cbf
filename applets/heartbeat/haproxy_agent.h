/* HAProxy's agent checks: HAProxy connects every so often (agent-inter), may say a node's name
 * (`agent-send "<node>\n"`), and is told in one line what to do with the server. One port serves any number of
 * backends when names are sent; a port may also have one node of its own for those that send nothing.
 *
 * Protocol: HAProxy 2.6 configuration manual, 5.2, "agent-check". "down" needs a blank before "#text", and
 * weights are written "30%", as "weight:30" does nothing there. Failing to answer changes nothing in HAProxy,
 * so that a node of which nothing is known is answered by an empty line. */
#ifndef HEARTBEAT_HAPROXY_AGENT_H
#define HEARTBEAT_HAPROXY_AGENT_H

#include "applets/heartbeat/traffic.h"
#include "core/net/stream.h"

enum {
    HEARTBEAT_AGENT_CALLS = 64,     /* at the same time; more wait in the listener's queue */
    HEARTBEAT_AGENT_REPLY_MAX = 160 /* bytes */
};

/* The line for what is wanted (NULL: nothing is known), with its line end. The reason's bytes that are not
 * printable ASCII become '?'. */
void heartbeat_agent_reply(const struct heartbeat_wanted *wanted, struct sb_buf *out);

struct heartbeat_agent_call; /* one connection */

/* Awaitable, one listener: serves until it is cancelled, then closes. */
#define heartbeat_agent_SAVED(F) F(uint64_t, answered)
#define heartbeat_agent_LIVE(F)                  \
    F(struct sb_loop *, loop)                    \
    F(const struct heartbeat_traffic *, traffic) \
    F(const char *, node)                        \
    F(struct sb_listener, listener)              \
    F(struct sb_stream, stream)                  \
    F(struct sb_stream_accept, accept)           \
    F(struct heartbeat_agent_call *, calls)      \
    F(struct heartbeat_agent_call *, next)       \
    F(struct sb_co_ready, wake)
#define heartbeat_agent_POINTS(P) P(accepting) P(full)
CO_FRAME(heartbeat_agent);
/* -SB_EUSAGE: `listen` is no address of core/net/listen.h, or it is off loopback without `remote`, as the
 * protocol knows no secrets. */
int heartbeat_agent_check(const char *listen, bool remote, struct sb_error *e);
/* Checks, and opens the port. node: answered when nothing was sent within 100 ms, or NULL. Texts are borrowed.
 * When it succeeds the frame is to be run, as it closes the port in its end; or close its listener. */
int heartbeat_agent_open(struct heartbeat_agent *a, struct sb_loop *l,
                         const struct heartbeat_traffic *t, const char *listen, const char *node,
                         bool remote, struct sb_error *e);

#endif
