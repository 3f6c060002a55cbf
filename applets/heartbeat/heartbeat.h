/* The applet's options, filled by the table of heartbeat.c, and its verbs. Each verb lives in a file of its
 * own name. */
#ifndef HEARTBEAT_HEARTBEAT_H
#define HEARTBEAT_HEARTBEAT_H

#include "core/ui/option.h"

struct heartbeat_options {
    const char *policy; /* file */
};

int heartbeat_policy_verb(struct sb_run *run, struct sb_error *e);

#endif
