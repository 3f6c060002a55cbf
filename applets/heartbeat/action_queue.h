/* The queue of actions: who is next, what is too much, what was overtaken. Rules are the same when their names
 * are, so that a policy that is read anew changes no order. Pure: time is passed in. */
#ifndef HEARTBEAT_ACTION_QUEUE_H
#define HEARTBEAT_ACTION_QUEUE_H

#include "applets/heartbeat/action.h"

struct heartbeat_job {
    struct heartbeat_job *next;
    const struct heartbeat_action *action;
    struct heartbeat_happening what;
    bool running;
};

/* The actions of one rule in one zone, for its limit: a bucket that holds a minute's worth at most. */
struct heartbeat_bucket {
    struct heartbeat_bucket *next;
    double tokens;
    int64_t at; /* of tokens */
    char zone[HEARTBEAT_ZONE_MAX + 1];
    char rule[64];
};

struct heartbeat_queue {
    struct heartbeat_job *first, *last; /* those running among them */
    struct heartbeat_bucket *buckets;
    uint32_t waiting, running;
};

/* Puts a copy at the end. What waits at its rule's limit for the same node is overtaken by it: it comes back
 * in *ret_overtaken (else NULL), out of the queue, the caller's to free. False: the queue is full. */
bool heartbeat_queue_add(struct heartbeat_queue *q, const struct heartbeat_action *a,
                         const struct heartbeat_happening *what,
                         struct heartbeat_job **ret_overtaken);
/* The first that may begin now, which is then running; NULL: none, and *ret_at is when to look again
 * (INT64_MAX: after the next add or end). now: ns of a clock that does not step. */
struct heartbeat_job *heartbeat_queue_next(struct heartbeat_queue *q, int64_t now, int64_t *ret_at);
/* There is something newer to say of the same rule and node. */
bool heartbeat_queue_overtaken(const struct heartbeat_job *job);
/* Takes it out and frees it. */
void heartbeat_queue_end(struct heartbeat_queue *q, struct heartbeat_job *job);
/* Frees all; nothing may be running. */
void heartbeat_queue_done(struct heartbeat_queue *q);

#endif
