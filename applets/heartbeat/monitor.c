/* `heartbeat monitor`: set up, run, take down. See monitor.h. */
#include "applets/heartbeat/monitor.h"

#include "applets/heartbeat/page.h"
#include "applets/heartbeat/ready.h"
#include "core/base/log.h"
#include "core/base/mem.h"
#include "core/base/time.h"
#include "core/store/journal.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define GRACE (5 * SB_NS_PER_S)           /* for requests in flight, at the end */
#define HISTORY (24 * 3600 * SB_NS_PER_S) /* what strips show at most */
enum { LOGGED_A_SECOND = 50, CHANGES_KEPT = 16384 };

struct heartbeat_now heartbeat_monitor_now(const struct heartbeat_monitor *m)
{
    struct timespec wall;
    struct sb_loop_lag lag;
    clock_gettime(CLOCK_REALTIME, &wall);
    sb_loop_lag(m->loop, &lag);
    return (struct heartbeat_now){.mono = sb_loop_refresh(m->loop),
                                  .wall = wall.tv_sec * SB_NS_PER_S + wall.tv_nsec,
                                  .lag = lag.late,
                                  .lag_worst = SB_MAX(lag.worst_late, lag.worst_busy)};
}

/* ---- beats in, flips out ---- */

/* For those that fail too often although each failure is mended. */
static void note_outcome(struct heartbeat_monitor *m, const struct heartbeat_beat *b)
{
    bool failed = b->kind == HEARTBEAT_FAIL || b->kind == HEARTBEAT_UNHEALTHY ||
                  (b->kind == HEARTBEAT_EXIT && b->exit_status != 0);
    bool well = b->kind == HEARTBEAT_SUCCESS || b->kind == HEARTBEAT_ALIVE ||
                (b->kind == HEARTBEAT_EXIT && b->exit_status == 0);
    if (failed || well)
        heartbeat_notices_outcome(m->outlet.notices, b->id, b->zone, failed, b->received_wall);
}

static enum heartbeat_verdict take_beat(void *ctx, const struct heartbeat_beat *beat)
{
    struct heartbeat_monitor *m = ctx;
    enum heartbeat_verdict verdict = heartbeat_detector_beat(m->detector, beat);
    if (verdict != HEARTBEAT_REFUSED && verdict != HEARTBEAT_UNKNOWN && verdict != HEARTBEAT_FULL)
        heartbeat_recorder_beat(&m->recorder, beat);
    if (verdict == HEARTBEAT_TAKEN || verdict == HEARTBEAT_CREATED)
        heartbeat_hands_beat(m->hands, beat);
    if (m->outlet.rules.of && (verdict == HEARTBEAT_TAKEN || verdict == HEARTBEAT_CREATED))
        note_outcome(m, beat);
    heartbeat_pulse_hurry(&m->pulse);
    return verdict;
}

struct heartbeat_sink heartbeat_monitor_sink(struct heartbeat_monitor *m)
{
    return (struct heartbeat_sink){take_beat, m};
}

bool heartbeat_is_news(enum heartbeat_what what, uint8_t from, uint8_t to)
{
    return what != HEARTBEAT_FLIP_NODE || to == HEARTBEAT_DOWN || from == HEARTBEAT_DOWN ||
           (to != HEARTBEAT_LATE && to != HEARTBEAT_UP);
}

static bool is_news(const struct heartbeat_flip *f)
{
    return heartbeat_is_news(f->what, f->from, f->to);
}

/* So many lines a second, then only what is about all. */
static bool may_log(struct heartbeat_monitor *m, const struct heartbeat_flip *f)
{
    uint64_t second = (uint64_t)(f->at / SB_NS_PER_S);
    if (second != m->logged_at)
        m->logged = 0;
    m->logged_at = second;
    m->logged++;
    if (m->logged == LOGGED_A_SECOND)
        sb_note("... more in this second; `heartbeat status` has them all");
    return m->logged < LOGGED_A_SECOND || f->what != HEARTBEAT_FLIP_NODE;
}

static void log_flip(struct heartbeat_monitor *m, const struct heartbeat_notice *n)
{
    const struct heartbeat_flip *f = n->flip;
    if (!is_news(f) || !may_log(m, f))
        return;
    if (f->id_len)
        sb_note("%s: %s", f->id, n->text);
    else
        sb_note("%s", n->text);
}

/* For the strips: every state a node was in, and when nobody looked. */
static void note_state(struct heartbeat_monitor *m, const struct heartbeat_flip *f)
{
    const struct heartbeat_node *n;
    if (f->what == HEARTBEAT_FLIP_NOTE && f->evidence.fresh_lost > 0)
        heartbeat_history_gap(m->history, f->at_wall - f->evidence.fresh_lost, f->at_wall);
    if (f->what != HEARTBEAT_FLIP_NODE)
        return;
    n = heartbeat_registry_find(heartbeat_detector_nodes(m->detector),
                                (struct sb_str){f->id, f->id_len});
    if (!n)
        return;
    if (f->from == HEARTBEAT_UNKNOWN_STATE)
        heartbeat_history_forget(m->history, n->index); /* it may have been another's */
    heartbeat_history_change(m->history, n->index, (enum heartbeat_state)f->to, f->at_wall);
}

/* A flip that is kept, as far as it can be: from here on others may know of it. */
static void tell_flip(void *ctx, const struct heartbeat_flip *flip)
{
    struct heartbeat_monitor *m = ctx;
    m->flips++;
    note_state(m, flip);
    if (is_news(flip))
        m->recent.items[m->recent.count++ % HEARTBEAT_RECENT] = *flip;
    heartbeat_notices_flip(m->outlet.notices, flip);
}

/* What people and machines are to be told, after quiet times and dependencies. */
static void take_notice(void *ctx, const struct heartbeat_notice *n)
{
    struct heartbeat_monitor *m = ctx;
    if (m->keeper)
        heartbeat_keeper_told(m->keeper, n);
    if (n->kind == HEARTBEAT_NOTICE_FLIP)
        log_flip(m, n);
    else
        sb_note("%.*s: %s", SB_STR_ARG(n->id), n->text);
    if (m->hands)
        heartbeat_hands_notice(m->hands, n);
}

/* What was done about a notice, or could not be. */
static void take_audit(void *ctx, const struct heartbeat_audit *row)
{
    struct heartbeat_monitor *m = ctx;
    if (m->keeper)
        heartbeat_keeper_audit(m->keeper, row);
    sb_note("action %s: %s%s%s", row->action, heartbeat_outcome_names[row->outcome],
            row->text[0] ? ": " : "", row->text);
}

/* ---- signals ---- */

/* All of the new policy, or nothing of it. */
static int replace_policy(struct heartbeat_monitor *m, struct sb_error *e)
{
    struct heartbeat_registry *nodes = heartbeat_detector_nodes(m->detector);
    struct heartbeat_policy *policy = NULL;
    struct heartbeat_outlet outlet;
    int r = heartbeat_one_policy(m->options, &policy, e);
    if (r < 0)
        return r;
    r = heartbeat_outlet_load(&outlet, policy, nodes,
                              (struct heartbeat_notice_sink){take_notice, m}, e);
    if (r < 0) {
        heartbeat_policy_free(policy);
        return r;
    }
    r = heartbeat_hands_policy(m->hands, policy, e);
    if (r == 0 && (r = heartbeat_ingest_policy(m->ingest, policy, e)) < 0) {
        struct sb_error back = {0};
        (void)heartbeat_hands_policy(m->hands, m->policy, &back); /* e is what is told */
    }
    if (r < 0) {
        heartbeat_outlet_done(&outlet);
        heartbeat_policy_free(policy);
        return r;
    }
    struct heartbeat_now now = heartbeat_monitor_now(m);
    heartbeat_outlet_take(&outlet, &m->outlet);
    heartbeat_outlet_restore(&outlet, nodes);
    heartbeat_outlet_done(&m->outlet);
    m->outlet = outlet;
    heartbeat_detector_policy(m->detector, policy, &now);
    heartbeat_policy_free(m->policy);
    m->policy = policy;
    heartbeat_recorder_fresh(&m->recorder, now.mono, HEARTBEAT_FRESH_POLICY, 0);
    return 0;
}

static void reload(struct heartbeat_monitor *m)
{
    struct sb_error e = {0};
    char reloading[64];
    snprintf(reloading, sizeof reloading, "RELOADING=1\nMONOTONIC_USEC=%lld",
             (long long)(sb_loop_refresh(m->loop) / 1000));
    heartbeat_ready_send(reloading);
    if (replace_policy(m, &e) < 0) {
        sb_log_error(&e);
        sb_warn("the policy that was read before stays in force");
    }
    int r = m->options->token_file ? sb_server_reload(m->server, &e) : 0;
    if (r == 0 && m->udp && m->options->token_file)
        r = heartbeat_udp_reload(m->udp, &e);
    if (r < 0) {
        sb_log_error(&e);
        sb_warn("the tokens that were read before stay in force");
    }
    heartbeat_ready_send("READY=1");
}

#define overseer_SAVED(F)
#define overseer_LIVE(F) F(struct heartbeat_monitor *, m) F(struct sb_co_signal, signal)
#define overseer_POINTS(P) P(listening)
CO_FRAME(overseer);
CO_DESC(overseer);
/* Ends when the monitor is to end. */
static struct sb_co *overseer_step(struct sb_co *co_self)
{
    CO_BODY(overseer, f);
    for (;;) {
        sb_co_signal_init(&f->signal, f->m->signals);
        CO_AWAIT(listening, &f->signal);
        if (f->signal.co.rc != 0 || f->signal.signo != SIGHUP)
            CO_RETURN(0);
        reload(f->m);
    }
finally:
    CO_END;
}

/* ---- the whole ---- */

#define conductor_SAVED(F)
#define conductor_LIVE(F)            \
    F(struct heartbeat_monitor *, m) \
    F(struct overseer, overseer) F(struct sb_server_stop, stop) F(size_t, i)
#define conductor_POINTS(P) \
    P(running) P(stopping) P(reading) P(deafening) P(resting) P(handing) P(keeping)
CO_FRAME(conductor);
CO_DESC(conductor);
/* Those who hear stop first, those who keep what was heard stop last. */
static struct sb_co *conductor_step(struct sb_co *co_self)
{
    CO_BODY(conductor, f);
    CO_INIT(overseer, &f->overseer);
    f->overseer.m = f->m;
    if (f->m->keeper)
        sb_co_run(&f->m->keep.co);
    sb_co_run(&f->m->hold.co);
    sb_co_run(&f->m->pulse.co);
    sb_server_start(f->m->server);
    sb_note("listening on %s", sb_server_url(f->m->server));
    if (f->m->udp) {
        sb_co_run(&f->m->listening.co);
        sb_note("datagrams on port %u", heartbeat_udp_port(f->m->udp));
    }
    heartbeat_ready_send("READY=1");
    sb_co_run(&f->m->live.co);
    CO_AWAIT(running, &f->overseer);
    heartbeat_ready_send("STOPPING=1");
    sb_co_cancel(&f->m->live.co);
    sb_server_stop_init(&f->stop, f->m->server, GRACE);
    CO_AWAIT(stopping, &f->stop);
    for (f->i = 0; f->i < HEARTBEAT_FLIP_READERS; f->i++) {
        sb_co_cancel(&f->m->flip_readers.items[f->i].co);
        CO_AWAIT(reading, &f->m->flip_readers.items[f->i]);
    }
    if (f->m->udp) {
        sb_co_cancel(&f->m->listening.co);
        CO_AWAIT(deafening, &f->m->listening);
    }
    sb_co_cancel(&f->m->pulse.co);
    CO_AWAIT(resting, &f->m->pulse);
    sb_co_cancel(&f->m->hold.co);
    CO_AWAIT(handing, &f->m->hold);
    if (f->m->keeper) {
        sb_co_cancel(&f->m->keep.co);
        CO_AWAIT(keeping, &f->m->keep);
    }
finally:
    CO_END;
}

static int open_server(struct heartbeat_monitor *m, struct sb_error *e)
{
    const struct heartbeat_options *o = m->options;
    const struct sb_server_options options = {
        .address = o->listen,
        .token_file = o->token_file,
        .tls_cert = o->cert_file,
        .tls_key = o->key_file,
        .tls_client_ca = o->client_ca_file,
    };
    int r = sb_server_new(m->loop, &options, &m->server, e);
    if (r < 0)
        return r;
    unsigned flags = o->public_page ? SB_ROUTE_PUBLIC : 0;
    heartbeat_api_routes(m);
    heartbeat_page_routes(m, flags);
    heartbeat_live_init(&m->live, m, flags);
    return 0;
}

/* Everything that brings beats. Its routes come last: pings without a prefix match almost any path. */
static int open_ears(struct heartbeat_monitor *m, struct sb_error *e)
{
    const struct heartbeat_options *o = m->options;
    const struct heartbeat_ingest_options options = {.sink = heartbeat_monitor_sink(m),
                                                     .known_only = o->known_only};
    const struct heartbeat_udp_options udp = {.address = o->udp,
                                              .token_file = o->token_file,
                                              .sink = heartbeat_monitor_sink(m),
                                              .known_only = o->known_only,
                                              .nodes_max = (uint32_t)o->max_nodes};
    int r = heartbeat_ingest_new(&options, m->policy, &m->ingest, e);
    if (r < 0)
        return r;
    heartbeat_ingest_routes(m->ingest, m->server, o->hosted_pings);
    if (!o->udp)
        return 0;
    r = heartbeat_udp_new(m->loop, &udp, &m->udp, e);
    if (r == 0)
        heartbeat_udp_listen_init(&m->listening, m->udp);
    return r;
}

static struct sb_store *new_store(const struct heartbeat_monitor *m)
{
    static const struct sb_component *const components[] = {&sb_journal_component,
                                                            &heartbeat_component, NULL};
    static const struct sb_store_options options = {.components = components};
    return sb_store_new(m->options->store, &options);
}

static int open_keeper(struct heartbeat_monitor *m, struct sb_error *e)
{
    const struct heartbeat_keeper_options options = {0};
    if (!m->options->store)
        return 0;
    struct sb_store *store = new_store(m);
    int r = sb_store_claim(store, "monitor", e); /* two would alert twice, and undo each other */
    if (r < 0) {
        sb_store_free(store);
        return r;
    }
    r = sb_commits_new(&m->commits, m->loop, store, NULL, e);
    if (r < 0)
        return r;
    m->keeper = heartbeat_keeper_new(m->loop, m->commits, &options,
                                     (struct heartbeat_listener){tell_flip, m});
    heartbeat_keep_init(&m->keep, m->keeper);
    return 0;
}

/* From the last sign of life in the store until now nobody looked. */
static void note_absence(struct heartbeat_monitor *m)
{
    const struct heartbeat_registry *nodes = heartbeat_detector_nodes(m->detector);
    int64_t last = 0;
    for (uint32_t i = 0; i < heartbeat_registry_end(nodes); i++) {
        const struct heartbeat_node *n = heartbeat_registry_at(nodes, i);
        if (n)
            last = SB_MAX(last, SB_MAX(n->received_wall, n->since_wall));
    }
    if (last)
        heartbeat_history_gap(m->history, last, m->began_wall);
}

/* What was known before. A store that cannot be read is not written over: the monitor does not start. */
static int load_nodes(struct heartbeat_monitor *m, const struct heartbeat_now *now,
                      struct sb_error *e)
{
    if (!m->keeper)
        return 0;
    struct sb_store *store = new_store(m);
    int r = heartbeat_keeper_load(m->keeper, store, m->detector, now, e);
    if (r == 0)
        r = heartbeat_history_load(m->history, store, heartbeat_detector_nodes(m->detector),
                                   now->wall - HISTORY, e);
    if (r == 0)
        r = heartbeat_outlet_snoozes(&m->outlet, store, now->wall, e);
    sb_store_free(store);
    note_absence(m);
    return r;
}

static void new_detector(struct heartbeat_monitor *m, const struct heartbeat_now *now)
{
    const struct heartbeat_detector_options options = {.max_nodes = (uint32_t)m->options->max_nodes,
                                                       .known_only = m->options->known_only};
    struct heartbeat_listener listener = {tell_flip, m};
    if (m->keeper)
        listener = heartbeat_keeper_listener(m->keeper);
    m->detector = heartbeat_detector_new(m->policy, &options, listener, now);
    heartbeat_pulse_init(&m->pulse, m);
}

static int open_hands(struct heartbeat_monitor *m, struct sb_error *e)
{
    int r = heartbeat_hands_new(m->loop, m->policy, (struct heartbeat_audit_sink){take_audit, m},
                                &m->hands, e);
    if (r < 0)
        return r;
    heartbeat_hands_restore(m->hands, heartbeat_detector_nodes(m->detector));
    heartbeat_hold_init(&m->hold, m->hands);
    return 0;
}

static int set_up(struct heartbeat_monitor *m, struct sb_error *e)
{
    static const int signals[] = {SIGTERM, SIGINT, SIGHUP};
    const struct heartbeat_options *o = m->options;
    heartbeat_raise_descriptors();
    int r = heartbeat_one_policy(o, &m->policy, e);
    if (r == 0)
        r = sb_loop_new(&m->loop, e);
    if (r == 0)
        r = open_server(m, e);
    if (r == 0)
        r = open_ears(m, e);
    if (r == 0)
        r = sb_signals_new(&m->signals, m->loop, signals, SB_LEN(signals), e);
    if (r == 0)
        r = open_keeper(m, e);
    if (r < 0)
        return r;
    struct heartbeat_now now = heartbeat_monitor_now(m);
    m->began = now.mono;
    m->began_wall = now.wall;
    m->recent.items = sb_xcalloc(HEARTBEAT_RECENT, sizeof *m->recent.items);
    m->history = heartbeat_history_new(CHANGES_KEPT);
    new_detector(m, &now);
    r = heartbeat_outlet_load(&m->outlet, m->policy, heartbeat_detector_nodes(m->detector),
                              (struct heartbeat_notice_sink){take_notice, m}, e);
    if (r == 0)
        r = load_nodes(m, &now, e);
    if (r < 0)
        return r;
    heartbeat_outlet_restore(&m->outlet, heartbeat_detector_nodes(m->detector));
    r = open_hands(m, e);
    return r < 0 ? r : heartbeat_recorder_open(&m->recorder, o->trace, now.mono, now.wall, e);
}

static void take_down(struct heartbeat_monitor *m)
{
    if (m->loop)
        heartbeat_recorder_close(&m->recorder, sb_loop_refresh(m->loop));
    heartbeat_outlet_done(&m->outlet);
    heartbeat_hands_free(m->hands);
    heartbeat_keeper_free(m->keeper);
    sb_commits_free(m->commits);
    heartbeat_detector_free(m->detector);
    heartbeat_policy_free(m->policy);
    sb_signals_free(m->signals);
    heartbeat_live_done(&m->live);
    heartbeat_udp_free(m->udp);
    sb_server_free(m->server);
    heartbeat_ingest_free(m->ingest);
    sb_loop_free(m->loop);
    heartbeat_history_free(m->history);
    free(m->recent.items);
}

int heartbeat_monitor_verb(struct sb_run *run, struct sb_error *e)
{
    struct heartbeat_monitor m = {.options = run->options, .recorder = {.fd = -1}};
    struct conductor conductor;
    int r = set_up(&m, e);
    if (r == 0) {
        CO_INIT(conductor, &conductor);
        conductor.m = &m;
        r = sb_loop_run(m.loop, &conductor.co);
    }
    take_down(&m);
    return r < 0 ? r : SB_EXIT_OK;
}
