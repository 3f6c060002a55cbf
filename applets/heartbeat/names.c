/* The names of the enums, as they stand in JSON, tables and traces. */
#include "applets/heartbeat/flip.h"
#include "applets/heartbeat/policy.h"

const char *const heartbeat_kind_names[] = {"alive", "unhealthy", "start", "success", "fail",
                                            "log",   "exit",      "leave", NULL};
const char *const heartbeat_source_names[] = {"http",         "udp",    "ping",
                                              "alertmanager", "replay", NULL};
const char *const heartbeat_state_names[] = {"unknown", "up",     "late", "down",
                                             "left",    "paused", NULL};
const char *const heartbeat_what_names[] = {"node",     "release", "mass-begin",
                                            "mass-end", "note",    NULL};
const char *const heartbeat_rule_names[] = {"none",     "missed", "phi",  "schedule",
                                            "overrun",  "told",   "beat", "leave",
                                            "operator", "self",   NULL};
const char *const heartbeat_fresh_names[] = {"none",  "start",    "stopped", "suspend",
                                             "clock", "overload", "policy",  NULL};
const char *const heartbeat_section_names[] = {"actions", "haproxy", "quiet", "depends",
                                               "notices", "ping",    NULL};
