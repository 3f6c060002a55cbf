/* What keeps the status page up to date: a stream of Server-Sent Events, and the script that reads it.
 *
 * Twice a second at most, and only while somebody reads: "flip" when a state changed, so that the page
 * fetches itself anew; "beats" with who was heard, so that it counts from there: {"<index of node>": ms
 * since the epoch, ...}. In fleets larger than HEARTBEAT_LIVE_NODES beats are not streamed. */
#ifndef HEARTBEAT_LIVE_H
#define HEARTBEAT_LIVE_H

#include "core/co/timer.h"
#include "core/net/events.h"

struct heartbeat_monitor;
enum { HEARTBEAT_LIVE_NODES = 2000 };

#define heartbeat_live_SAVED(F)
#define heartbeat_live_LIVE(F)       \
    F(struct heartbeat_monitor *, m) \
    F(struct sb_events *, events)    \
    F(struct sb_co_sleep, sleep)     \
    F(uint64_t, told)                \
    F(int64_t, heard)
#define heartbeat_live_POINTS(P) P(resting)
CO_FRAME(heartbeat_live);
/* Registers /events and /live.js; before the server starts. */
void heartbeat_live_init(struct heartbeat_live *f, struct heartbeat_monitor *m, unsigned flags);
/* Its coroutine is done; before the server is freed. */
void heartbeat_live_done(struct heartbeat_live *f);

#endif
