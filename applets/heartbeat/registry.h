/* The registry: every node there is, by id and by index.
 *
 * Ids and zones are interned and live as long as the registry. Nodes are never moved to another index; the
 * order of indexes is the order of first sight. A forgotten node leaves a hole (heartbeat_registry_at gives
 * NULL) that the next new node fills. Not thread-safe. */
#ifndef HEARTBEAT_REGISTRY_H
#define HEARTBEAT_REGISTRY_H

#include "applets/heartbeat/node.h"

struct heartbeat_registry; /* opaque */

struct heartbeat_registry *heartbeat_registry_new(uint32_t max_nodes);
void heartbeat_registry_free(struct heartbeat_registry *r); /* NULL is fine */

uint32_t heartbeat_registry_count(const struct heartbeat_registry *r);
/* Indexes are below this; some may be holes. */
uint32_t heartbeat_registry_end(const struct heartbeat_registry *r);
struct heartbeat_node *heartbeat_registry_at(const struct heartbeat_registry *r, uint32_t index);
struct heartbeat_node *heartbeat_registry_find(const struct heartbeat_registry *r,
                                               struct sb_str id);
/* Finds or makes; *ret_created says which. NULL: the registry is full, or the id's length is wrong. */
struct heartbeat_node *heartbeat_registry_need(struct heartbeat_registry *r, struct sb_str id,
                                               bool *ret_created);
void heartbeat_registry_forget(struct heartbeat_registry *r, uint32_t index);

/* Zones: 0 is "", at most 4,096; more become "" (returns 0). */
uint16_t heartbeat_registry_zone(struct heartbeat_registry *r, struct sb_str name);
struct sb_str heartbeat_registry_zone_name(const struct heartbeat_registry *r, uint16_t zone);
uint16_t heartbeat_registry_zones(const struct heartbeat_registry *r); /* count, >= 1 */

/* The metrics of a node, by name as they were first seen; names are shared by all nodes. At most 1,024
 * different names: metrics of further ones are dropped. */
void heartbeat_registry_set_metrics(struct heartbeat_registry *r, struct heartbeat_node *n,
                                    const struct heartbeat_metric *metrics, size_t count);
/* Fills at most `max`; returns how many there are. Names are borrowed from the registry. */
size_t heartbeat_registry_metrics(const struct heartbeat_registry *r,
                                  const struct heartbeat_node *n, struct heartbeat_metric *ret,
                                  size_t max);
/* Cut to 120 bytes at a code point; empty ones change nothing. */
void heartbeat_registry_set_said(struct heartbeat_registry *r, struct heartbeat_node *n,
                                 struct sb_str body);
void heartbeat_registry_set_peer(struct heartbeat_registry *r, struct heartbeat_node *n,
                                 struct sb_str peer);

/* The ring of intervals: cap 0 takes it away; another cap empties it. */
void heartbeat_registry_set_window(struct heartbeat_registry *r, struct heartbeat_node *n,
                                   uint16_t cap);

/* Nodes that changed since they were last saved: takes at most `max` of them off the list, returns how
 * many. Fill the store's rows by heartbeat_node_save. */
void heartbeat_registry_touch(struct heartbeat_registry *r, struct heartbeat_node *n);
size_t heartbeat_registry_take_dirty(struct heartbeat_registry *r, uint32_t *indexes, size_t max);
void heartbeat_node_save(const struct heartbeat_registry *r, const struct heartbeat_node *n,
                         struct heartbeat_saved *ret);

/* Bytes taken from the heap, windows apart. */
struct heartbeat_memory {
    size_t nodes, windows;
};
struct heartbeat_memory heartbeat_registry_memory(const struct heartbeat_registry *r);

#endif
