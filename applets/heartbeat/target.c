/* One coroutine a monitor: the newest beat, sent again and again until it arrives or the next is due. */
#include "applets/heartbeat/target.h"

#include "core/base/log.h"
#include "core/base/mem.h"
#include "core/base/rand.h"
#include "core/co/loop.h"

#include <inttypes.h>

#define TRIES 4
#define LEAST_TIMEOUT SB_NS_PER_S
#define MOST_TIMEOUT (10 * SB_NS_PER_S)

CO_DESC(heartbeat_target);

static int64_t timeout_of(const struct heartbeat_target *t)
{
    return SB_MAX(SB_MIN(t->interval, MOST_TIMEOUT), LEAST_TIMEOUT);
}

static void sleep_a_while(struct heartbeat_target *t)
{
    struct sb_loop *l = t->link.wire->loop;
    uint64_t range = (uint64_t)SB_MIN(t->interval, MOST_TIMEOUT) / 2;
    int64_t ns = (int64_t)(sb_rand_u64() % (range + 1));
    sb_co_sleep_init(&t->sleep, sb_loop_timers(l), sb_loop_now(l) + ns);
}

static void say_lost(struct heartbeat_target *t)
{
    const struct sb_error *e = &t->post.error;
    t->lost = true;
    t->lost_at = sb_loop_now(t->link.wire->loop);
    sb_warn("%s is lost: %s%s%s%s", t->link.name, e->text, e->hint[0] ? " (" : "", e->hint,
            e->hint[0] ? ")" : "");
}

static void say_back(struct heartbeat_target *t)
{
    struct sb_buf took = SB_BUF_INIT(64);
    int64_t ns = sb_loop_now(t->link.wire->loop) - t->lost_at;
    sb_duration_print(&took, ns / SB_NS_PER_S * SB_NS_PER_S);
    sb_note("%s is back after %s", t->link.name, took.data);
    sb_buf_done(&took);
    t->lost = false;
}

static void judge(struct heartbeat_target *t)
{
    bool arrived = t->post.co.rc == 0;
    t->arrived += arrived;
    t->missed += !arrived;
    if (arrived && t->lost)
        say_back(t);
    else if (!arrived && !t->lost)
        say_lost(t);
}

static struct sb_co *heartbeat_target_step(struct sb_co *co_self)
{
    CO_BODY(heartbeat_target, f);
    for (;;) {
        while (!f->has_next && !f->closed)
            CO_PARK(idle);
        if (!f->has_next)
            break;
        if (f->lost && !f->closed) {
            sleep_a_while(f);
            CO_AWAIT(waiting, &f->sleep);
        }
        f->current = f->next; /* the newest of those that came meanwhile */
        f->has_next = false;
        heartbeat_post_init(&f->post, &f->link, &f->current, NULL,
                            (struct heartbeat_effort){timeout_of(f), f->lost ? 1 : TRIES});
        CO_AWAIT(sending, &f->post);
        judge(f);
    }
    CO_RETURN(f->missed ? sb_negative(SB_EUNSURE) : 0);
finally:
    sb_co_unwake(&f->wake);
    CO_END;
}

void heartbeat_target_init(struct heartbeat_target *t, struct heartbeat_link link, int64_t interval)
{
    CO_INIT(heartbeat_target, t);
    t->link = link;
    t->interval = interval;
}

void heartbeat_target_done(struct heartbeat_target *t)
{
    heartbeat_link_done(&t->link);
}

static void wake(struct heartbeat_target *t)
{
    if (t->co.state == SB_CO_PARKED)
        sb_co_wake(&t->wake, &t->co);
}

void heartbeat_target_beat(struct heartbeat_target *t, const struct heartbeat_report *report)
{
    t->next = *report;
    t->has_next = true;
    wake(t);
}

void heartbeat_target_close(struct heartbeat_target *t)
{
    t->closed = true;
    wake(t);
}

/* ---- goodbye ---- */

CO_DESC(heartbeat_goodbye);

static void say_unheard(const struct heartbeat_goodbye *g)
{
    for (size_t i = 0; i < g->n; i++) {
        const struct heartbeat_target *t = &g->targets[i];
        if (t->post.co.rc < 0)
            sb_warn("%s did not hear the goodbye: %s", t->link.name, t->post.error.text);
    }
}

static struct sb_co *heartbeat_goodbye_step(struct sb_co *co_self)
{
    CO_BODY(heartbeat_goodbye, f);
    f->members = sb_xcalloc(f->n, sizeof(struct sb_co *));
    for (size_t i = 0; i < f->n; i++) {
        struct heartbeat_target *t = &f->targets[i];
        heartbeat_post_init(&t->post, &t->link, f->report, f->reason,
                            (struct heartbeat_effort){f->timeout, TRIES});
        f->members[i] = &t->post.co;
    }
    sb_co_group_init(&f->all, f->members, (uint32_t)f->n);
    CO_AWAIT_ALL(leaving, &f->all);
    say_unheard(f);
finally:
    free(f->members);
    CO_END;
}

void heartbeat_goodbye_init(struct heartbeat_goodbye *g, struct heartbeat_target *targets, size_t n,
                            const struct heartbeat_report *report, const char *reason,
                            int64_t timeout)
{
    CO_INIT(heartbeat_goodbye, g);
    g->targets = targets;
    g->n = n;
    g->report = report;
    g->reason = reason;
    g->timeout = timeout;
}
