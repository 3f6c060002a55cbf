/* What flips go through once they are kept: quiet times, dependencies and notices, as the policy has them.
 * Replaced as a whole when the policy is; what it remembers goes over to the new one. */
#ifndef HEARTBEAT_OUTLET_H
#define HEARTBEAT_OUTLET_H

#include "applets/heartbeat/notice.h"
#include "applets/heartbeat/policy.h"
#include "applets/heartbeat/tables.h"

struct heartbeat_outlet { /* {0} is fine for done */
    struct heartbeat_notice_rules rules;
    struct heartbeat_quiet *quiet;
    struct heartbeat_depend *depend;
    struct heartbeat_notices *notices;
};

/* Reads the policy's sections. nodes is borrowed and only read. */
int heartbeat_outlet_load(struct heartbeat_outlet *ret, const struct heartbeat_policy *policy,
                          const struct heartbeat_registry *nodes, struct heartbeat_notice_sink sink,
                          struct sb_error *e);
void heartbeat_outlet_done(struct heartbeat_outlet *o);
/* A new policy takes over what the one before remembers: snoozes, and who was told of what. */
void heartbeat_outlet_take(struct heartbeat_outlet *o, struct heartbeat_outlet *before);
/* What operators snoozed before the start, out of the store. */
int heartbeat_outlet_snoozes(struct heartbeat_outlet *o, struct sb_store *s, int64_t now,
                             struct sb_error *e);
/* Tells it of the nodes that are there, before its first flip. */
void heartbeat_outlet_restore(struct heartbeat_outlet *o, const struct heartbeat_registry *nodes);

#endif
