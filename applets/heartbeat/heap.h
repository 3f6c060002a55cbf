/* Deadlines of nodes, lazily: a min-heap by the instant a node is to be looked at.
 *
 * An entry's instant may be earlier than its node's due_at, never later: a node whose deadline moved away,
 * as every beat moves it, is found when its old one comes up and goes back in at the new one. So a beat
 * costs nothing here, and a node is handled about once per deadline. Four children a parent: half the
 * levels, and the children share a cache line. Each node is in it at most once, at heap_slot. */
#ifndef HEARTBEAT_HEAP_H
#define HEARTBEAT_HEAP_H

#include "applets/heartbeat/registry.h"

struct heartbeat_heap_entry {
    int64_t at;
    uint32_t index;
};

struct heartbeat_heap {
    const struct heartbeat_registry *nodes; /* borrowed */
    struct heartbeat_heap_entry *entries;
    uint32_t len, cap;
};

void heartbeat_heap_done(struct heartbeat_heap *h);
/* Makes sure that n is looked at no later than n->due_at (INT64_MAX: takes nothing out). */
void heartbeat_heap_watch(struct heartbeat_heap *h, struct heartbeat_node *n);
/* Puts n, which is in it, where its due_at says; takes it out when that is INT64_MAX. */
void heartbeat_heap_settle(struct heartbeat_heap *h, struct heartbeat_node *n);
void heartbeat_heap_remove(struct heartbeat_heap *h, struct heartbeat_node *n);
/* NULL when it is empty. */
struct heartbeat_node *heartbeat_heap_first(const struct heartbeat_heap *h, int64_t *ret_at);

#endif
