/* What silence means: allowances, deadlines, and what a node becomes when one has passed. */
#include "applets/heartbeat/detector_private.h"

#include "applets/heartbeat/phi.h"
#include "applets/heartbeat/schedule.h"

#include <math.h>

#define NS_PER_MS INT64_C(1000000)
/* However much a node's window wobbles, phi allows no more than so many times what `missed` does. */
enum { PHI_AT_MOST = 4 };

int64_t heartbeat_interval_of(const struct heartbeat_detector *d, const struct heartbeat_node *n)
{
    return n->interval_ms ? n->interval_ms * NS_PER_MS : heartbeat_profile_of(d, n)->interval;
}

static int64_t allow_by_phi(const struct heartbeat_detector *d, const struct heartbeat_node *n,
                            const struct heartbeat_allowance *a)
{
    const struct heartbeat_profile *p = heartbeat_profile_of(d, n);
    struct heartbeat_summary s;
    double interval = (double)a->interval / NS_PER_MS;
    heartbeat_window_summary(n->window, &s);
    double ms = heartbeat_phi_deadline(&s, (p->missed - 1) * interval,
                                       heartbeat_phi_least_sd(interval), p->phi_threshold);
    double most = (double)a->down * PHI_AT_MOST;
    return (int64_t)fmin(ms * NS_PER_MS, most);
}

void heartbeat_allow(const struct heartbeat_detector *d, const struct heartbeat_node *n,
                     struct heartbeat_allowance *ret)
{
    const struct heartbeat_profile *p = heartbeat_profile_of(d, n);
    struct heartbeat_allowance a = {.interval = heartbeat_interval_of(d, n),
                                    .rule = HEARTBEAT_RULE_MISSED};
    a.late = a.interval + p->slack;
    a.down = a.interval * p->missed + p->slack;
    if (p->phi_judges && n->window && n->window->len >= HEARTBEAT_WINDOW_LEAST) {
        a.rule = HEARTBEAT_RULE_PHI;
        a.down = allow_by_phi(d, n, &a);
    }
    *ret = a;
}

int64_t heartbeat_base(const struct heartbeat_detector *d, const struct heartbeat_node *n)
{
    return SB_MAX(n->heard_at, d->fresh_at);
}

/* The instant of the wall clock, on the monotonic one. */
static int64_t mono_of(const struct heartbeat_cause *c, int64_t wall)
{
    int64_t from_now;
    if (wall == INT64_MAX || __builtin_sub_overflow(wall, c->wall, &from_now) ||
        __builtin_add_overflow(c->at, from_now, &from_now))
        return INT64_MAX;
    return from_now;
}

static int64_t run_began(const struct heartbeat_detector *d, const struct heartbeat_node *n)
{
    return SB_MAX(n->started_wall, d->fresh_wall);
}

void heartbeat_plan(const struct heartbeat_detector *d, const struct heartbeat_node *n,
                    const struct heartbeat_cause *c, int64_t *ret_expected, int64_t *ret_down)
{
    int64_t base = SB_MAX(n->heard_at, d->planned_at);
    bool heard = (n->flags & HEARTBEAT_NODE_PRIMED) && n->heard_at > d->planned_at;
    struct heartbeat_history h = {
        .since = heard ? n->received_wall : c->wall - (c->at - base),
        .last_ping = n->received_wall ? n->received_wall : HEARTBEAT_NEVER,
        .last_start = n->flags & HEARTBEAT_NODE_STARTED ? run_began(d, n) : HEARTBEAT_NEVER,
    };
    struct heartbeat_due due;
    heartbeat_schedule_due(heartbeat_profile_of(d, n)->schedule, &h, &due);
    *ret_expected = due.expected;
    *ret_down = due.down;
}

/* By when a job that has started must have ended; INT64_MAX: none runs. */
static int64_t run_due(const struct heartbeat_detector *d, const struct heartbeat_node *n,
                       const struct heartbeat_cause *c)
{
    if (!(n->flags & HEARTBEAT_NODE_STARTED))
        return INT64_MAX;
    return mono_of(c, run_began(d, n) + heartbeat_profile_of(d, n)->grace);
}

/* When a node that is down is to be looked at again, for the sake of its zone and of a snooze. */
static int64_t down_due(const struct heartbeat_detector *d, const struct heartbeat_node *n,
                        const struct heartbeat_cause *c)
{
    int64_t due = INT64_MAX;
    if (n->census == HEARTBEAT_SILENT && !(n->flags & HEARTBEAT_NODE_MASS))
        due = mono_of(c, n->since_wall + d->policy->mass.window);
    if (n->census == HEARTBEAT_HEARD) { /* it says that it is not well, until it says no more */
        struct heartbeat_allowance a;
        heartbeat_allow(d, n, &a);
        due = heartbeat_base(d, n) + a.down;
    }
    if (n->snooze_wall)
        due = SB_MIN(due, mono_of(c, n->snooze_wall));
    return due;
}

/* The earliest silence that may matter to a node that is up. */
static int64_t least_allowed(const struct heartbeat_detector *d, const struct heartbeat_node *n)
{
    const struct heartbeat_profile *p = heartbeat_profile_of(d, n);
    int64_t interval = heartbeat_interval_of(d, n);
    int64_t late = interval + p->slack;
    if (p->phi_judges)
        late = SB_MIN(late, SB_MAX(interval * (p->missed - 1), interval / 4));
    return late;
}

void heartbeat_arm(struct heartbeat_detector *d, struct heartbeat_node *n,
                   const struct heartbeat_cause *c)
{
    if (n->state == HEARTBEAT_LEFT || n->state == HEARTBEAT_PAUSED) {
        n->due_at = INT64_MAX;
    } else if (n->state == HEARTBEAT_DOWN) {
        n->due_at = down_due(d, n, c);
    } else if (heartbeat_profile_of(d, n)->schedule) {
        int64_t expected, down;
        heartbeat_plan(d, n, c, &expected, &down);
        n->due_at = mono_of(c, n->state == HEARTBEAT_LATE ? down : SB_MIN(expected, down));
    } else if (n->state == HEARTBEAT_LATE) {
        struct heartbeat_allowance a;
        heartbeat_allow(d, n, &a);
        n->due_at = SB_MIN(heartbeat_base(d, n) + a.down, run_due(d, n, c));
    } else {
        n->due_at = SB_MIN(heartbeat_base(d, n) + least_allowed(d, n), run_due(d, n, c));
    }
    heartbeat_heap_watch(&d->heap, n);
}

static void judge_schedule(struct heartbeat_detector *d, struct heartbeat_node *n,
                           struct heartbeat_cause *c)
{
    int64_t expected, down;
    heartbeat_plan(d, n, c, &expected, &down);
    bool running = n->flags & HEARTBEAT_NODE_STARTED;
    c->rule =
        running && expected <= run_began(d, n) ? HEARTBEAT_RULE_OVERRUN : HEARTBEAT_RULE_SCHEDULE;
    if (c->wall > down)
        heartbeat_enter(d, n, HEARTBEAT_DOWN, c);
    else if (c->wall > expected && n->state == HEARTBEAT_UP)
        heartbeat_enter(d, n, HEARTBEAT_LATE, c);
    else if (c->wall <= expected && n->state == HEARTBEAT_LATE)
        heartbeat_enter(d, n, HEARTBEAT_UP, c); /* a fresh window */
    else
        n->due_at = mono_of(c, c->wall > expected ? down : SB_MIN(expected, down));
}

static void judge_silence(struct heartbeat_detector *d, struct heartbeat_node *n,
                          struct heartbeat_cause *c)
{
    struct heartbeat_allowance a;
    int64_t base = heartbeat_base(d, n), silence = c->at - base, run = run_due(d, n, c);
    heartbeat_allow(d, n, &a);
    c->rule = a.rule;
    if (n->state == HEARTBEAT_UNKNOWN_STATE && run < INT64_MAX && c->at <= run) {
        n->due_at = run; /* a job that never ended yet: only its end is awaited */
        return;
    }
    if (c->at > run)
        c->rule = HEARTBEAT_RULE_OVERRUN;
    if (c->at > run || silence > a.down) {
        heartbeat_enter(d, n, HEARTBEAT_DOWN, c);
        return;
    }
    bool late = silence > a.late;
    n->due_at = SB_MIN(base + (late ? a.down : SB_MIN(a.late, a.down)), run);
    if (n->state == HEARTBEAT_UNKNOWN_STATE)
        heartbeat_count(d, n, late ? HEARTBEAT_SILENT : HEARTBEAT_HEARD);
    else if (late != (n->state == HEARTBEAT_LATE))
        heartbeat_enter(d, n, late ? HEARTBEAT_LATE : HEARTBEAT_UP, c);
}

/* A snooze has ended while the node is down: now people are told. */
static void end_snooze(struct heartbeat_detector *d, struct heartbeat_node *n,
                       const struct heartbeat_cause *c)
{
    n->snooze_wall = 0;
    heartbeat_registry_touch(d->nodes, n);
    if (n->flags & (HEARTBEAT_NODE_ACKED | HEARTBEAT_NODE_ALERTED | HEARTBEAT_NODE_MASS))
        return;
    heartbeat_release(d, n, c, true, false);
}

static void judge_down(struct heartbeat_detector *d, struct heartbeat_node *n,
                       struct heartbeat_cause *c)
{
    c->rule = HEARTBEAT_RULE_OPERATOR;
    if (n->snooze_wall && c->wall >= n->snooze_wall)
        end_snooze(d, n, c);
    if (c->at >= down_due(d, n, c)) /* down for long: expected no more */
        heartbeat_count(d, n, HEARTBEAT_NOT_COUNTED);
    n->due_at = down_due(d, n, c);
}

void heartbeat_judge(struct heartbeat_detector *d, struct heartbeat_node *n,
                     const struct heartbeat_cause *now)
{
    struct heartbeat_cause c = *now;
    if (n->state == HEARTBEAT_LEFT || n->state == HEARTBEAT_PAUSED)
        n->due_at = INT64_MAX;
    else if (n->state == HEARTBEAT_DOWN)
        judge_down(d, n, &c);
    else if (heartbeat_profile_of(d, n)->schedule)
        judge_schedule(d, n, &c);
    else
        judge_silence(d, n, &c);
}
