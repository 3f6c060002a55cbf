/* Traffic: what load balancers are to think of each node. Notices change it, as far as they may act;
 * HAProxy's agent checks and the drivers of its runtime sockets follow it.
 *
 * A node that is not in it, or of which nothing is known, is none of our business: whatever a balancer
 * thinks of it stays. Not thread-safe; belongs to the monitor's loop. */
#ifndef HEARTBEAT_TRAFFIC_H
#define HEARTBEAT_TRAFFIC_H

#include "applets/heartbeat/notice.h"

enum heartbeat_want {
    HEARTBEAT_WANT_NOTHING, /* leave it as it is */
    HEARTBEAT_WANT_READY,
    HEARTBEAT_WANT_DRAIN, /* no new traffic; what it has begun it may finish: it said goodbye */
    HEARTBEAT_WANT_DOWN,  /* it is dead */
    HEARTBEAT_WANT_COUNT
};
extern const char *const heartbeat_want_names[]; /* "nothing" "ready" "drain" "down" */

struct heartbeat_wanted {
    enum heartbeat_want want;
    uint8_t weight; /* per cent of its configured weight, 100 unless told otherwise */
    bool weighed;   /* it was told; else the balancer's weights are nobody's business here */
    uint64_t flip;  /* the number of the one that changed it last; 0 = none */
    char reason[128];
};

struct heartbeat_traffic;
struct heartbeat_traffic *heartbeat_traffic_new(void);
void heartbeat_traffic_free(struct heartbeat_traffic *t); /* NULL is fine */

/* From a node's state, as when a monitor starts from its store: up and late nodes are ready, those that left
 * are drained, dead ones are down; unknown and paused ones change nothing. `reason` is shown by HAProxy; raw
 * bytes. */
void heartbeat_traffic_state(struct heartbeat_traffic *t, struct sb_str id,
                             enum heartbeat_state state, struct sb_str reason, uint64_t flip);
/* As the node itself says: per cent, at most 100. Such a node is made if it is not there. */
void heartbeat_traffic_weight(struct heartbeat_traffic *t, struct sb_str id, uint8_t percent);
/* A forgotten node: nothing is wanted of it any more. */
void heartbeat_traffic_forget(struct heartbeat_traffic *t, struct sb_str id);
/* Follows notices as far as they may act. */
void heartbeat_traffic_notice(struct heartbeat_traffic *t, const struct heartbeat_notice *notice);

/* NULL: nothing is known. Valid until the next change. */
const struct heartbeat_wanted *heartbeat_traffic_look(const struct heartbeat_traffic *t,
                                                      struct sb_str id);

/* Called after each change, on the stack of whoever made it: wakes those who follow. Lies in its owner. */
struct heartbeat_traffic_follower {
    struct heartbeat_traffic_follower *next;
    void (*changed)(void *ctx);
    void *ctx;
};
void heartbeat_traffic_follow(struct heartbeat_traffic *t, struct heartbeat_traffic_follower *f);
void heartbeat_traffic_unfollow(struct heartbeat_traffic *t, struct heartbeat_traffic_follower *f);

#endif
