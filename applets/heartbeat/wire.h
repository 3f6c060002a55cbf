/* What all senders take from the options: who they are, and how they reach a monitor. */
#ifndef HEARTBEAT_WIRE_H
#define HEARTBEAT_WIRE_H

#include "applets/heartbeat/heartbeat.h"
#include "applets/heartbeat/link.h"

/* The given id, or (given NULL) this machine's name, for which `host` is the place. -SB_EUSAGE when it
 * is none that a monitor takes. */
int heartbeat_own_id(const char *given, char host[HEARTBEAT_ID_MAX + 1], const char **ret_id,
                     struct sb_error *e);

int heartbeat_zone_check(const char *zone, struct sb_error *e); /* NULL is fine */

struct heartbeat_wire heartbeat_wire_of(const struct heartbeat_options *o, struct sb_loop *loop,
                                        struct sb_http_client *client);

#endif
