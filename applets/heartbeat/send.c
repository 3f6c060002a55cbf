/* `heartbeat send`: set-up, the beater, and how the agent ends. */
#include "applets/heartbeat/send.h"

#include "applets/heartbeat/notify.h"

#include "core/base/log.h"
#include "core/base/mem.h"
#include "core/co/loop.h"

#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#define FIRST_LOOK (SB_NS_PER_S / 10) /* of CPU, before the first beat */
#define SERVER_GRACE (SB_NS_PER_S / 5)

/* ---- the beater ---- */

#define send_beater_SAVED(F) F(int64_t, due)
#define send_beater_LIVE(F) F(struct send_agent *, agent) F(struct sb_co_sleep, sleep)
#define send_beater_POINTS(P) P(sampling) P(starting) P(resting)
CO_FRAME(send_beater);
CO_DESC(send_beater);

static void beat(struct send_agent *a)
{
    send_collect(a);
    a->report.seq++;
    for (size_t i = 0; i < a->target_count; i++)
        heartbeat_target_beat(&a->targets[i], &a->report);
    if (a->report.seq == 1)
        heartbeat_notify(getenv("NOTIFY_SOCKET"), SB_STR("READY=1"));
}

/* On the grid of the interval; what a pause of this process skipped is not made up for. */
static int64_t next_due(const struct send_agent *a, int64_t due)
{
    int64_t now = sb_loop_now(a->loop), interval = a->o->interval;
    due += interval;
    return due > now ? due : now + interval - (now - due) % interval;
}

static struct sb_co *send_beater_step(struct sb_co *co_self)
{
    CO_BODY(send_beater, f);
    send_collect(f->agent);
    sb_co_sleep_init(&f->sleep, sb_loop_timers(f->agent->loop),
                     sb_loop_now(f->agent->loop) + FIRST_LOOK);
    CO_AWAIT(sampling, &f->sleep);
    f->agent->waiting = &f->co;
    while (!send_first_round_over(f->agent))
        CO_PARK(starting);
    f->agent->ready = true;
    f->due = sb_loop_now(f->agent->loop);
    for (;;) {
        beat(f->agent);
        if (f->agent->o->count && f->agent->report.seq >= (uint64_t)f->agent->o->count)
            break;
        f->due = next_due(f->agent, f->due);
        sb_co_sleep_init(&f->sleep, sb_loop_timers(f->agent->loop), f->due);
        CO_AWAIT(resting, &f->sleep);
    }
    for (size_t i = 0; i < f->agent->target_count; i++)
        heartbeat_target_close(&f->agent->targets[i]);
finally:
    f->agent->waiting = NULL;
    sb_co_unwake(&f->agent->wake);
    CO_END;
}

/* ---- the service manager's watchdog ---- */

#define send_watchdog_SAVED(F) F(int64_t, every)
#define send_watchdog_LIVE(F) F(struct sb_loop *, loop) F(struct sb_co_sleep, sleep)
#define send_watchdog_POINTS(P) P(resting)
CO_FRAME(send_watchdog);
CO_DESC(send_watchdog);
static struct sb_co *send_watchdog_step(struct sb_co *co_self)
{
    CO_BODY(send_watchdog, f);
    for (;;) {
        heartbeat_notify(getenv("NOTIFY_SOCKET"), SB_STR("WATCHDOG=1"));
        sb_co_sleep_init(&f->sleep, sb_loop_timers(f->loop), sb_loop_now(f->loop) + f->every);
        CO_AWAIT(resting, &f->sleep);
    }
finally:
    CO_END;
}

/* ---- the root ---- */

#define send_root_SAVED(F) F(int32_t, result)
#define send_root_LIVE(F)                \
    F(struct send_agent *, agent)        \
    F(struct sb_signals *, signals)      \
    F(struct sb_co_signal, signal)       \
    F(struct send_beater, beater)        \
    F(struct send_watchdog, watchdog)    \
    F(struct heartbeat_goodbye, goodbye) \
    F(struct sb_server_stop, stop)       \
    F(struct sb_co **, helpers)          \
    F(struct sb_co **, senders)          \
    F(struct sb_co_group, helping)       \
    F(struct sb_co_group, sending)       \
    F(struct sb_co *, first[2]) F(struct sb_co *, last[2]) F(struct sb_co_group, either)
#define send_root_POINTS(P) P(running) P(leaving) P(stopping) P(closing)
CO_FRAME(send_root);
CO_DESC(send_root);

/* Those who find out: they run beside, and are cancelled at the end. */
static void start_helpers(struct send_root *f)
{
    struct send_agent *a = f->agent;
    int64_t watchdog = heartbeat_notify_watchdog();
    uint32_t n = 0;
    f->helpers = sb_xcalloc(a->looker_count + 2, sizeof(struct sb_co *));
    for (size_t i = 0; i < a->looker_count; i++)
        f->helpers[n++] = &a->lookers[i].co;
    if (a->meter.words.argv)
        f->helpers[n++] = &a->meter.co;
    if (watchdog) {
        CO_INIT(send_watchdog, &f->watchdog);
        f->watchdog.loop = a->loop;
        f->watchdog.every = SB_MAX(watchdog / 2, 1000000);
        f->helpers[n++] = &f->watchdog.co;
    }
    sb_co_group_init(&f->helping, f->helpers, n);
    sb_co_run(&sb_co_group_all(&f->helping)->co);
}

/* Those who send; done when the beater is (--count) and the last beat is out. */
static void prepare_senders(struct send_root *f)
{
    struct send_agent *a = f->agent;
    f->senders = sb_xcalloc(a->target_count + 1, sizeof(struct sb_co *));
    for (size_t i = 0; i < a->target_count; i++)
        f->senders[i] = &a->targets[i].co;
    CO_INIT(send_beater, &f->beater);
    f->beater.agent = a;
    f->senders[a->target_count] = &f->beater.co;
    sb_co_group_init(&f->sending, f->senders, (uint32_t)a->target_count + 1);
    sb_co_signal_init(&f->signal, f->signals);
    f->first[0] = &f->signal.co;
    f->first[1] = &sb_co_group_all(&f->sending)->co;
    sb_co_group_init(&f->either, f->first, 2);
}

static void prepare_goodbye(struct send_root *f)
{
    struct send_agent *a = f->agent;
    a->leaving = true;
    heartbeat_notify(getenv("NOTIFY_SOCKET"), SB_STR("STOPPING=1"));
    a->report.seq++;
    heartbeat_goodbye_init(&f->goodbye, a->targets, a->target_count, &a->report,
                           "graceful_shutdown", a->o->shutdown_timeout);
    sb_co_signal_init(&f->signal, f->signals); /* a second one ends the waiting */
    f->last[0] = &f->goodbye.co;
    f->last[1] = &f->signal.co;
    sb_co_group_init(&f->either, f->last, 2);
}

static int32_t worst_of_targets(const struct send_agent *a)
{
    for (size_t i = 0; i < a->target_count; i++)
        if (a->targets[i].co.rc < 0)
            return SB_EXIT_UNSURE;
    return SB_EXIT_OK;
}

static struct sb_co *send_root_step(struct sb_co *co_self)
{
    CO_BODY(send_root, f);
    prepare_senders(f);
    start_helpers(f);
    CO_AWAIT_ANY(running, &f->either);
    sb_co_cancel(&f->helping.co);
    if (f->either.co.rc == 0) {
        prepare_goodbye(f);
        CO_AWAIT_ANY(leaving, &f->either);
    } else {
        f->result = worst_of_targets(f->agent);
    }
finally:
    sb_co_cancel(&f->helping.co);
    CO_AWAIT(stopping, &f->helping);
    if (f->agent->server) {
        sb_server_stop_init(&f->stop, f->agent->server, SERVER_GRACE);
        CO_AWAIT(closing, &f->stop);
    }
    free(f->helpers);
    free(f->senders);
    CO_END;
}

/* ---- set-up ---- */

static int set_up_targets(struct send_agent *a, struct sb_error *e)
{
    const struct sb_strings *to = &a->o->to;
    int r = 0;
    a->targets = sb_xcalloc(to->len, sizeof *a->targets);
    for (; r == 0 && a->target_count < to->len; a->target_count += r == 0) {
        struct heartbeat_link link = {.name = NULL};
        r = heartbeat_link_init(&link, &a->wire, to->items[a->target_count], e);
        if (r == 0)
            heartbeat_target_init(&a->targets[a->target_count], link, a->o->interval);
    }
    return r;
}

static int set_up_checks(struct send_agent *a, struct sb_error *e)
{
    const struct sb_strings *checks = &a->o->checks;
    int r = 0;
    a->lookers = sb_xcalloc(checks->len, sizeof *a->lookers);
    for (; r == 0 && a->looker_count < checks->len; a->looker_count += r == 0) {
        struct heartbeat_probe_spec spec;
        r = heartbeat_probe_parse(checks->items[a->looker_count], &spec, e);
        if (r == 0)
            send_looker_init(&a->lookers[a->looker_count], a, spec);
    }
    if (r == 0 && a->o->metric_command)
        r = heartbeat_words_split(a->o->metric_command, "--metric-command", &a->meter.words, e);
    if (r == 0)
        send_meter_init(&a->meter, a);
    return r;
}

static int set_up_report(struct send_agent *a, struct sb_error *e)
{
    heartbeat_boot_id(a->boot_id);
    a->report = (struct heartbeat_report){
        .zone = a->o->zone,
        .boot_id = a->boot_id,
        .interval = a->o->count ? 0 : a->o->interval, /* after the last beat comes none */
    };
    int r = heartbeat_zone_check(a->o->zone, e);
    return r < 0 ? r : heartbeat_own_id(a->o->id, a->host, &a->report.id, e);
}

static int set_up(struct send_agent *a, struct sb_error *e)
{
    int r = set_up_report(a, e);
    if (r == 0)
        r = heartbeat_sampler_init(&a->sampler, "", (enum heartbeat_scope)a->o->scope, e);
    if (r == 0)
        r = sb_loop_new(&a->loop, e);
    if (r == 0)
        r = sb_http_client_new(a->loop, &a->client, e);
    if (r < 0)
        return r;
    a->began = sb_loop_now(a->loop);
    a->wire = heartbeat_wire_of(a->o, a->loop, a->client);
    r = set_up_targets(a, e);
    if (r == 0)
        r = set_up_checks(a, e);
    if (r == 0 && a->o->health_listen)
        r = send_health_start(a, e);
    return r;
}

static void tear_down(struct send_agent *a)
{
    for (size_t i = 0; i < a->target_count; i++)
        heartbeat_target_done(&a->targets[i]);
    for (size_t i = 0; i < a->looker_count; i++)
        heartbeat_probe_done(&a->lookers[i].spec);
    heartbeat_words_done(&a->meter.words);
    free(a->targets);
    free(a->lookers);
    sb_server_free(a->server);
    sb_http_client_free(a->client);
    sb_loop_free(a->loop);
}

static int run(struct send_agent *a, struct sb_error *e)
{
    static const int set[] = {SIGTERM, SIGINT};
    struct send_root root;
    CO_INIT(send_root, &root);
    root.agent = a;
    int r = sb_signals_new(&root.signals, a->loop, set, SB_LEN(set), e);
    if (r < 0)
        return r;
    sb_loop_run(a->loop, &root.co);
    sb_signals_free(root.signals);
    return root.result;
}

int heartbeat_send_verb(struct sb_run *verb, struct sb_error *e)
{
    const struct heartbeat_options *o = verb->options;
    struct send_agent *a;
    if (o->to.len == 0 && !o->health_listen) {
        sb_fail(e, SB_EUSAGE, "nobody to send beats to");
        return sb_hint(e, "name the monitor: --to http://HOST:PORT");
    }
    a = sb_xcalloc(1, sizeof *a);
    a->o = o;
    int r = set_up(a, e);
    if (r == 0)
        r = run(a, e);
    tear_down(a);
    free(a);
    return r;
}
