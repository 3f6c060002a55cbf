/* Dependencies: when a router is down, its children are silent because of it, and one alert is enough.
 *
 *     depends:
 *       - parent: router-1     # the id of a node
 *         ids: ["web-*"]       # its children, globs; with zones: both must match
 *         zones: [rack-1]
 *         hold: 1m             # children are muted this long after the parent is back, too: they
 *                              # have to be heard again first
 *
 * Parents may have parents. A node that is a parent is somebody's child by its id only, so that whether
 * the graph has a cycle can be seen when the policy is loaded: it is then refused, with the cycle. A glob
 * never makes a node its own child.
 *
 * A child is muted while an ancestor is down, or was within `hold`; while an ancestor is late its alert
 * waits, for the ancestor may be the cause. Pure: states and time are told. */
#ifndef HEARTBEAT_DEPEND_H
#define HEARTBEAT_DEPEND_H

#include "applets/heartbeat/node.h"
#include "core/doc/doc.h"

struct heartbeat_depend;

enum { HEARTBEAT_DEPENDS_MAX = 1000 }; /* entries of the list */

/* section: the policy's list, or NULL. Texts are copied, pool is not kept. -SB_EINPUT at its place. */
int heartbeat_depend_load(struct sb_doc_pool *pool, const struct sb_doc_node *section,
                          struct heartbeat_depend **ret, struct sb_error *e);
void heartbeat_depend_free(struct heartbeat_depend *d); /* NULL is fine */

/* A node is in this state since an instant (ns since the epoch). True when it is somebody's parent: those
 * who wait may have to be looked at again. */
bool heartbeat_depend_state(struct heartbeat_depend *d, struct sb_str id,
                            enum heartbeat_state state, int64_t at);

enum heartbeat_blame {
    HEARTBEAT_BLAME_NONE,
    HEARTBEAT_BLAME_LATE,   /* an ancestor is late: wait */
    HEARTBEAT_BLAME_RECENT, /* was down until a moment ago */
    HEARTBEAT_BLAME_DOWN,
};
/* The ancestor that is most to blame, of several the one farthest up. ret_id is borrowed; ret_until: for
 * RECENT when it ends, else INT64_MAX. */
enum heartbeat_blame heartbeat_depend_blame(struct heartbeat_depend *d, struct sb_str id,
                                            struct sb_str zone, int64_t at, const char **ret_id,
                                            int64_t *ret_until);

/* Nodes that depend on others, for people: parents, in the order of the policy. */
size_t heartbeat_depend_parents(const struct heartbeat_depend *d);

#endif
