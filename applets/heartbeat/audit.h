/* Who gets audit rows: what was done, and what was not. */
#ifndef HEARTBEAT_AUDIT_H
#define HEARTBEAT_AUDIT_H

#include "applets/heartbeat/tables.h"

/* Called with each row, which is the callee's only until it returns. */
struct heartbeat_audit_sink {
    void (*audit)(void *ctx, const struct heartbeat_audit *row);
    void *ctx;
};

#endif
