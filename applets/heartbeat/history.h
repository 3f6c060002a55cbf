/* Which states nodes were in during the last hours: the strips of the status page.
 *
 * A ring of changes, shared by all nodes; each knows the one before it of the same node, so that a
 * node's strip costs its own changes only. What fell out of the ring is unknown, and so is the time in
 * which nobody looked: neither is drawn as a state. Times are the wall clock's, ns. */
#ifndef HEARTBEAT_HISTORY_H
#define HEARTBEAT_HISTORY_H

#include "applets/heartbeat/registry.h"
#include "applets/heartbeat/tables.h"

struct heartbeat_history;

/* changes: how many are kept, of all nodes together. */
struct heartbeat_history *heartbeat_history_new(uint32_t changes);
void heartbeat_history_free(struct heartbeat_history *h); /* NULL is fine */

/* node: its index in the registry. In the order in which things happened. */
void heartbeat_history_change(struct heartbeat_history *h, uint32_t node, enum heartbeat_state to,
                              int64_t at);
/* The index belongs to another node from here on. */
void heartbeat_history_forget(struct heartbeat_history *h, uint32_t node);
/* Nobody looked from `from` to `to`. The last 64 of these are kept. */
void heartbeat_history_gap(struct heartbeat_history *h, int64_t from, int64_t to);

/* At the start, before any change: what the last run kept in its store since then, of these nodes. */
int heartbeat_history_load(struct heartbeat_history *h, struct sb_store *s,
                           const struct heartbeat_registry *nodes, int64_t since,
                           struct sb_error *e);

struct heartbeat_stretch {
    int64_t from, to;
    enum heartbeat_state state; /* HEARTBEAT_STATE_COUNT: nobody looked */
};
enum { HEARTBEAT_STRETCHES = 256 };

/* What is known of a node between `from` and `to`, newest first, gaps last (they hold where they
 * overlap). now, since: its state at `to`, and since when. Returns how many of ret were filled. */
size_t heartbeat_history_read(const struct heartbeat_history *h, uint32_t node,
                              enum heartbeat_state now, int64_t since, int64_t from, int64_t to,
                              struct heartbeat_stretch ret[HEARTBEAT_STRETCHES]);

#endif
