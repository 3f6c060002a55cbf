/* The monitor: one process, one loop, one thread that judges. monitor.c sets it up and takes it down, pulse.c
 * gives the detector its time, api.c answers. What others bring (ingest, keeper, actions, quiet times) hangs
 * between the detector's sink and its listener:
 *
 *     beats -> ingest -> heartbeat_monitor_sink -> detector -> flips -> keeper -> notices -> what acts on
 *                                                                                          them
 *
 * Everything is owned by struct heartbeat_monitor, which lives on the stack of `heartbeat monitor`. */
#ifndef HEARTBEAT_MONITOR_H
#define HEARTBEAT_MONITOR_H

#include "applets/heartbeat/api_flips.h"
#include "applets/heartbeat/detector.h"
#include "applets/heartbeat/hands.h"
#include "applets/heartbeat/heartbeat.h"
#include "applets/heartbeat/ingest.h"
#include "applets/heartbeat/history.h"
#include "applets/heartbeat/keeper.h"
#include "applets/heartbeat/listen_udp.h"
#include "applets/heartbeat/live.h"
#include "applets/heartbeat/outlet.h"
#include "applets/heartbeat/recorder.h"
#include "applets/heartbeat/trouble.h"
#include "core/co/clock.h"
#include "core/co/loop.h"
#include "core/co/signal.h"
#include "core/net/server.h"

struct heartbeat_monitor;

/* ---- pulse.c ---- */

/* Looks at the clocks and lets the detector judge, when it is due and at least four times a second. What
 * was our own fault (stopped, suspended, clock set, overloaded) is told to the detector first. */
#define heartbeat_pulse_SAVED(F)
#define heartbeat_pulse_LIVE(F)      \
    F(struct heartbeat_monitor *, m) \
    F(struct sb_co_timer, alarm)     \
    F(struct sb_clock_watch, watch)  \
    F(int64_t, looked_at)            \
    F(int64_t, wake_at)              \
    F(int64_t, held)                 \
    F(int64_t, held_at)              \
    F(int64_t, told_at)              \
    F(uint64_t, dropped) F(int64_t, lag_at) F(int64_t, watchdog) F(int64_t, watchdog_at)
#define heartbeat_pulse_POINTS(P) P(resting)
CO_FRAME(heartbeat_pulse);
void heartbeat_pulse_init(struct heartbeat_pulse *f, struct heartbeat_monitor *m);
/* A deadline came up that is earlier than the next look. */
void heartbeat_pulse_hurry(struct heartbeat_pulse *f);

/* ---- monitor.c ---- */

enum { HEARTBEAT_RECENT = 1000 };

/* The last flips, for the API. */
struct heartbeat_recent {
    struct heartbeat_flip *items; /* ring of HEARTBEAT_RECENT */
    uint64_t count;               /* ever */
};

struct heartbeat_monitor {
    const struct heartbeat_options *options;
    struct sb_loop *loop;
    struct sb_server *server;
    struct sb_signals *signals;
    struct heartbeat_policy *policy;
    struct heartbeat_detector *detector;
    struct heartbeat_recorder recorder;
    struct heartbeat_trouble trouble;
    struct heartbeat_recent recent;
    struct heartbeat_history *history; /* of the status page */
    uint64_t flips;                    /* told since the start */
    struct heartbeat_live live;
    struct heartbeat_ingest *ingest;
    struct heartbeat_udp *udp; /* NULL: no datagrams */
    struct heartbeat_udp_listen listening;
    struct heartbeat_pulse pulse;
    struct heartbeat_outlet outlet;
    struct heartbeat_hands *hands;
    struct heartbeat_hold hold;
    struct heartbeat_flip_readers flip_readers;
    struct sb_commits *commits; /* these three only with --store */
    struct heartbeat_keeper *keeper;
    struct heartbeat_keep keep;
    int64_t began, began_wall;
    uint64_t logged_at; /* second of the last flips that were logged */
    uint32_t logged;    /* in that second */
};

/* Now, on both clocks, with the loop's lag. */
struct heartbeat_now heartbeat_monitor_now(const struct heartbeat_monitor *m);
/* Late and no longer late is no news, nor is a node's first beat. Of enum heartbeat_state. */
bool heartbeat_is_news(enum heartbeat_what what, uint8_t from, uint8_t to);
/* Where ingest delivers. */
struct heartbeat_sink heartbeat_monitor_sink(struct heartbeat_monitor *m);

/* ---- api.c ---- */

void heartbeat_api_routes(struct heartbeat_monitor *m);
/* Who asks: the name of his token, or where he is. Appended. */
void heartbeat_api_operator(const struct sb_request *r, struct sb_buf *who);
/* A whole number in [0, most] of the query; not there: *ret stays. False: it is there and is none. */
bool heartbeat_api_number(struct sb_request *r, const char *name, uint64_t most, uint64_t *ret);
/* api_quiet.c */
void heartbeat_quiet_routes(struct heartbeat_monitor *m);
/* Resident memory of this process, bytes; 0 = unknown. */
int64_t heartbeat_rss(void);
/* Prometheus text exposition format 0.0.4. */
void heartbeat_prometheus(const struct heartbeat_monitor *m, struct sb_buf *out);

#endif
