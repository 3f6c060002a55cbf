/* What the agent finds out: lookers at the checks, the meter, and all of it put together. */
#include "applets/heartbeat/send.h"

#include "core/base/log.h"
#include "core/co/loop.h"

#include <math.h>
#include <stdio.h>

#define OUTPUT_MAX 65536

void send_first_result(struct send_agent *a)
{
    if (a->waiting && send_first_round_over(a))
        sb_co_wake(&a->wake, a->waiting);
}

bool send_first_round_over(const struct send_agent *a)
{
    for (size_t i = 0; i < a->looker_count; i++)
        if (!a->lookers[i].looked)
            return false;
    return !a->meter.words.argv || a->meter.ran;
}

/* An interval after it began, or at once when it took longer. */
static void rest(const struct send_agent *a, struct sb_co_sleep *sleep, int64_t began)
{
    sb_co_sleep_init(sleep, sb_loop_timers(a->loop), began + a->o->interval);
}

/* ---- checks ---- */

CO_DESC(send_looker);

static void take_look(struct send_looker *l)
{
    bool healthy = l->probe.healthy;
    if (!healthy && (l->healthy || !l->looked))
        sb_warn("check fails: %s", l->probe.problem.text);
    else if (healthy && l->looked && !l->healthy)
        sb_note("check passes again: %s", l->spec.text);
    l->healthy = healthy;
    l->problem = l->probe.problem;
    if (!l->looked) {
        l->looked = true;
        send_first_result(l->agent);
    }
}

static struct sb_co *send_looker_step(struct sb_co *co_self)
{
    CO_BODY(send_looker, f);
    for (;;) {
        f->began = sb_loop_now(f->agent->loop);
        heartbeat_probe_init(&f->probe, f->agent->loop, f->agent->client, &f->spec,
                             f->agent->o->ca_file, f->agent->o->check_timeout);
        CO_AWAIT(looking, &f->probe);
        take_look(f);
        rest(f->agent, &f->sleep, f->began);
        CO_AWAIT(resting, &f->sleep);
    }
finally:
    CO_END;
}

void send_looker_init(struct send_looker *l, struct send_agent *agent,
                      struct heartbeat_probe_spec spec)
{
    CO_INIT(send_looker, l);
    l->agent = agent;
    l->spec = spec;
}

/* ---- metrics ---- */

CO_DESC(send_meter);

static int read_output(struct send_meter *m, struct sb_error *e)
{
    const struct sb_co_process *c = &m->process;
    const char *name = m->words.argv[0];
    if (c->co.rc == SB_CO_TIMED_OUT)
        return sb_fail(e, SB_EIO, "%s did not end in time", name);
    if (c->co.rc < 0) {
        *e = c->error;
        return c->co.rc;
    }
    if (c->end != SB_PROCESS_EXITED)
        return sb_fail(e, SB_EIO, "%s was killed by signal %d", name, c->signo);
    if (c->status)
        return sb_fail(e, SB_EIO, "%s ended with exit status %d", name, c->status);
    if (c->out.dropped)
        return sb_fail(e, SB_ETOOBIG, "%s printed more than %d bytes", name, OUTPUT_MAX);
    return heartbeat_metrics_read(sb_tail_text(&c->out), name, &m->metrics, e);
}

static void take_metrics(struct send_meter *m)
{
    struct sb_error e = {0};
    m->metrics = (struct heartbeat_metrics){0};
    int r = read_output(m, &e);
    if (r < 0 && !m->failing) {
        sb_wrap(&e, "metrics are left out");
        sb_log_error(&e);
    } else if (r == 0 && m->failing) {
        sb_note("metrics are back");
    }
    m->failing = r < 0;
    m->good_until = sb_loop_now(m->agent->loop) + 2 * m->agent->o->interval;
    if (!m->ran) {
        m->ran = true;
        send_first_result(m->agent);
    }
}

static struct sb_co *send_meter_step(struct sb_co *co_self)
{
    CO_BODY(send_meter, f);
    for (;;) {
        f->began = sb_loop_now(f->agent->loop);
        f->options = (struct sb_process_options){.argv = (const char *const *)f->words.argv,
                                                 .output_cap = OUTPUT_MAX};
        sb_co_process_init(&f->process, f->agent->loop, &f->options);
        sb_co_deadline_set(sb_loop_timers(f->agent->loop), &f->deadline, &f->process.co,
                           f->began + f->agent->o->check_timeout);
        CO_AWAIT(running, &f->process);
        sb_co_deadline_drop(sb_loop_timers(f->agent->loop), &f->deadline);
        take_metrics(f);
        sb_co_process_free(&f->process);
        rest(f->agent, &f->sleep, f->began);
        CO_AWAIT(resting, &f->sleep);
    }
finally:
    sb_co_deadline_drop(sb_loop_timers(f->agent->loop), &f->deadline);
    sb_co_process_free(&f->process);
    CO_END;
}

void send_meter_init(struct send_meter *m, struct send_agent *agent)
{
    struct heartbeat_words words = m->words;
    CO_INIT(send_meter, m);
    m->agent = agent;
    m->words = words;
}

/* ---- together ---- */

static void collect_health(struct send_agent *a)
{
    struct heartbeat_report *r = &a->report;
    size_t failing = 0;
    r->unhealthy = false;
    for (size_t i = 0; i < a->looker_count; i++) {
        const struct send_looker *l = &a->lookers[i];
        if (l->looked && l->healthy)
            continue;
        if (failing++ == 0)
            snprintf(r->problem, sizeof r->problem, "%s",
                     l->looked ? l->problem.text : "not checked yet");
        r->unhealthy = true;
    }
    size_t len = r->unhealthy ? strlen(r->problem) : 0;
    if (failing > 1)
        snprintf(r->problem + len, sizeof r->problem - len, " (and %zu more)", failing - 1);
}

void send_collect(struct send_agent *a)
{
    struct heartbeat_metrics *m = &a->report.metrics;
    struct heartbeat_sample s;
    int64_t now = sb_loop_refresh(a->loop);
    heartbeat_sample(&a->sampler, now, &s);
    a->memory = s.has_memory ? s.memory : 0;
    *m = (struct heartbeat_metrics){0};
    if (s.has_cpu)
        heartbeat_metrics_set(m, "cpu", round(s.cpu * 100) / 100);
    if (s.has_memory)
        heartbeat_metrics_set(m, "memory", (double)s.memory);
    if (a->meter.words.argv && a->meter.ran && now < a->meter.good_until)
        for (size_t i = 0; i < a->meter.metrics.len; i++)
            heartbeat_metrics_set(m, a->meter.metrics.items[i].name,
                                  a->meter.metrics.items[i].value);
    collect_health(a);
}
