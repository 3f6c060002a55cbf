/* The applet's options, filled by the table of heartbeat.c, and its verbs. Each verb lives in a file of its
 * own name. */
#ifndef HEARTBEAT_HEARTBEAT_H
#define HEARTBEAT_HEARTBEAT_H

#include "core/ui/option.h"

struct heartbeat_policy;

struct heartbeat_options {
    struct sb_strings policy; /* files */
    const char *target;       /* tune: false alarms a node-day */
    int64_t blip;             /* replay, tune: ns */
    bool flips;               /* replay */
};

/* The policy of a verb that takes one; the built-in one without --policy. */
int heartbeat_one_policy(const struct heartbeat_options *o, struct heartbeat_policy **ret,
                         struct sb_error *e);

int heartbeat_policy_verb(struct sb_run *run, struct sb_error *e);
int heartbeat_replay_verb(struct sb_run *run, struct sb_error *e);
int heartbeat_tune_verb(struct sb_run *run, struct sb_error *e);

#endif
