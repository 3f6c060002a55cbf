/* Driving HAProxy by its runtime socket: servers are drained, stopped and made ready as traffic wants it, and
 * again after HAProxy was reloaded or restarted, which forgets what it was told.
 *
 * Every `poll` and at each change the driver reads `show info` and `show servers state` and sets what differs
 * for the servers it was given; no others are ever touched. One it finds in maintenance or draining although
 * it is to be ready, and was not put there by this driver, was put there by an operator: it is left alone,
 * which is said once, unless `take_over` is set. When the socket is gone it is tried again with growing pauses.
 *
 * Protocol: HAProxy 2.6 management guide, 9.3. The socket must be of level admin: one line of commands a
 * connection, joined by ';'. */
#ifndef HEARTBEAT_HAPROXY_SOCKET_H
#define HEARTBEAT_HAPROXY_SOCKET_H

#include "applets/heartbeat/haproxy_ask.h"
#include "applets/heartbeat/audit.h"
#include "applets/heartbeat/traffic.h"

/* A server bound to a node; names as heartbeat_name_valid (haproxy_state.h) has them. */
struct heartbeat_server {
    const char *node, *backend, *server;
};

struct heartbeat_haproxy_options {
    const char *address;                    /* "/run/haproxy/admin.sock", or "127.0.0.1:9999" */
    const struct heartbeat_server *servers; /* 1 to HEARTBEAT_SERVERS_MOST, no server twice */
    size_t n_servers;
    bool take_over; /* make ready what an operator stopped */
    bool drain;     /* dead nodes are drained; otherwise they go into maintenance */
    int64_t poll;   /* ns, 0 = 2 s */
};
enum { HEARTBEAT_SERVERS_MOST = 10000 };

struct heartbeat_haproxy; /* what it knows */

/* Options, their texts and t are borrowed. The sink gets a row for everything the driver did or could not do;
 * the name of the action is "haproxy". */
struct heartbeat_haproxy *heartbeat_haproxy_new(struct sb_loop *l, struct heartbeat_traffic *t,
                                                const struct heartbeat_haproxy_options *options,
                                                struct heartbeat_audit_sink sink);
/* Its frame must be done. NULL is fine. */
void heartbeat_haproxy_free(struct heartbeat_haproxy *h);

struct heartbeat_haproxy_status {
    bool connected;        /* the last try reached it */
    int64_t pid;           /* of HAProxy's process, 0 = not known */
    uint32_t failed;       /* servers that are not as wanted, or not there */
    uint32_t left_alone;   /* servers that an operator stopped */
    uint64_t reloads, set; /* seen, and states set, since the start */
};
void heartbeat_haproxy_status(const struct heartbeat_haproxy *h,
                              struct heartbeat_haproxy_status *ret_status);

/* Awaitable: drives until it is cancelled. Nothing is undone then. */
#define heartbeat_drive_SAVED(F)
#define heartbeat_drive_LIVE(F)            \
    F(struct heartbeat_haproxy *, haproxy) \
    F(struct sb_co_timer, alarm)           \
    F(struct sb_co_timer, deadline) F(struct heartbeat_ask, ask) F(bool, more)
#define heartbeat_drive_POINTS(P) P(looking) P(setting) P(waiting)
CO_FRAME(heartbeat_drive);
void heartbeat_drive_init(struct heartbeat_drive *d, struct heartbeat_haproxy *h);

#endif
