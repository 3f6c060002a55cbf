/* What a node says of itself, and how it is written: the body of POST /heartbeat and POST /shutdown. */
#ifndef HEARTBEAT_REPORT_H
#define HEARTBEAT_REPORT_H

#include "applets/heartbeat/metrics.h"

#include "core/base/buf.h"

enum { HEARTBEAT_BOOT_TEXT = 17, HEARTBEAT_REASON_MAX = 400 };

struct heartbeat_report {  /* can be copied; pointers are borrowed */
    const char *id, *zone; /* zone NULL: not said */
    const char *boot_id;   /* of this start of the sender */
    uint64_t seq;          /* counts up from it */
    int64_t interval;      /* ns until the next; 0: not promised */
    bool unhealthy;
    char problem[HEARTBEAT_REASON_MAX]; /* why it is not well */
    char message[HEARTBEAT_REASON_MAX]; /* what it is doing, in its own words; "": nothing said */
    struct heartbeat_metrics metrics;
};

/* A random id for this start of the sender. */
void heartbeat_boot_id(char ret[HEARTBEAT_BOOT_TEXT]);

/* {"server_id","timestamp","status":"alive"|"unhealthy","metrics":{},"seq","boot_id", ...}; now in ns
 * since the epoch. */
void heartbeat_report_put(const struct heartbeat_report *r, int64_t now, struct sb_buf *out);
/* {"server_id","reason","seq","boot_id"} */
void heartbeat_goodbye_put(const struct heartbeat_report *r, const char *reason,
                           struct sb_buf *out);

#endif
