/* The agent of a node, in parts: what the files of `heartbeat send` share.
 *
 * One loop, one root. Side by side run: a target for each --to, a looker for each --check, the meter
 * (--metric-command), the watchdog of the service manager, and the beater, which every interval puts
 * together what the others found and hands it to the targets. All of them live in struct send_agent. */
#ifndef HEARTBEAT_SEND_H
#define HEARTBEAT_SEND_H

#include "applets/heartbeat/heartbeat.h"
#include "applets/heartbeat/probe.h"
#include "applets/heartbeat/sample.h"
#include "applets/heartbeat/target.h"
#include "applets/heartbeat/wire.h"

#include "core/co/signal.h"
#include "core/net/server.h"

struct send_agent;

/* Looks again and again; never ends by itself. */
#define send_looker_SAVED(F) F(int64_t, began)
#define send_looker_LIVE(F)              \
    F(struct send_agent *, agent)        \
    F(struct heartbeat_probe_spec, spec) \
    F(struct heartbeat_probe, probe)     \
    F(struct sb_co_sleep, sleep)         \
    F(bool, looked)                      \
    F(bool, healthy)                     \
    F(struct heartbeat_reason, problem)
#define send_looker_POINTS(P) P(looking) P(resting)
CO_FRAME(send_looker);
void send_looker_init(struct send_looker *l, struct send_agent *agent,
                      struct heartbeat_probe_spec spec);

/* Runs the metric command again and again; never ends by itself. */
#define send_meter_SAVED(F) F(int64_t, began) F(int64_t, good_until)
#define send_meter_LIVE(F)                \
    F(struct send_agent *, agent)         \
    F(struct heartbeat_words, words)      \
    F(struct sb_process_options, options) \
    F(struct sb_co_process, process)      \
    F(struct sb_co_timer, deadline)       \
    F(struct sb_co_sleep, sleep)          \
    F(struct heartbeat_metrics, metrics)  \
    F(bool, ran)                          \
    F(bool, failing)
#define send_meter_POINTS(P) P(running) P(resting)
CO_FRAME(send_meter);
void send_meter_init(struct send_meter *m, struct send_agent *agent);

struct send_agent {
    const struct heartbeat_options *o;
    struct sb_loop *loop;
    struct sb_http_client *client;
    struct sb_server *server;   /* --health-listen, or NULL */
    struct heartbeat_wire wire; /* of all targets */
    struct heartbeat_sampler sampler;
    struct heartbeat_report report; /* the next beat */
    char boot_id[HEARTBEAT_BOOT_TEXT];
    char host[HEARTBEAT_ID_MAX + 1];
    int64_t began;
    uint64_t memory; /* of the last sample; 0 = not known */
    bool ready;      /* every check has been looked at once */
    bool leaving;

    struct heartbeat_target *targets;
    size_t target_count;
    struct send_looker *lookers;
    size_t looker_count;
    struct send_meter meter; /* words.argv NULL: none */
    struct sb_co *waiting;   /* the beater, until the first round of looks is over */
    struct sb_co_ready wake;
};

/* A looker or the meter has its first result. */
void send_first_result(struct send_agent *a);
bool send_first_round_over(const struct send_agent *a);
/* Fills the report's health and metrics with what is known at this moment. */
void send_collect(struct send_agent *a);

/* GET /health on --health-listen. */
int send_health_start(struct send_agent *a, struct sb_error *e);

#endif
