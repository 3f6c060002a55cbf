/* What the monitor says of its own troubles: each once when it begins, and once when it is over, however
 * many connections or writes it concerns. The figures are in /metrics. */
#ifndef HEARTBEAT_TROUBLE_H
#define HEARTBEAT_TROUBLE_H

#include "applets/heartbeat/keeper.h"
#include "core/net/server.h"

struct heartbeat_trouble { /* {0}: none */
    uint64_t starved;      /* of the server's statistics, when it was looked at last */
    uint64_t first;        /* the same, when the trouble began */
    int64_t crowded_at;    /* when it last grew; 0: there is room */
    bool store_failing;
};

/* keeper NULL: no store. now: CLOCK_MONOTONIC ns. To be called a few times a second. */
void heartbeat_trouble_look(struct heartbeat_trouble *t, const struct sb_server *server,
                            const struct heartbeat_keeper *keeper, int64_t now);
/* The soft limit of descriptors becomes the hard one, as far as the server can use it: more would only make
 * commands slow that close all they might have inherited. */
void heartbeat_raise_descriptors(void);

#endif
