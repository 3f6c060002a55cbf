/* What is done to the detector besides beats and time: fresh windows, another policy, operators, the
 * store. */
#include "applets/heartbeat/detector_private.h"

#include <stdlib.h>

static void recount(struct heartbeat_detector *d, struct heartbeat_node *n)
{
    heartbeat_count(d, n, heartbeat_census_of(d, n, (enum heartbeat_state)n->state));
}

void heartbeat_admit(struct heartbeat_detector *d, struct heartbeat_node *n, bool job, int64_t at,
                     int64_t wall)
{
    n->heard_at = at;
    n->since_wall = wall;
    n->flags = job ? HEARTBEAT_NODE_JOB : 0;
    d->totals.states[n->state]++;
    heartbeat_classify(d, n);
    recount(d, n);
    struct heartbeat_cause c = {at, wall, HEARTBEAT_RULE_NONE, NULL};
    heartbeat_arm(d, n, &c);
    heartbeat_registry_touch(d->nodes, n);
}

void heartbeat_add_nodes(struct heartbeat_detector *d)
{
    for (size_t i = 0; i < d->policy->n_nodes; i++) {
        bool created = false;
        struct heartbeat_node *n = heartbeat_registry_need(d->nodes, d->policy->nodes[i], &created);
        if (created)
            heartbeat_admit(d, n, false, d->now.mono, d->now.wall);
    }
}

/* ---- fresh windows ---- */

static const char *const fresh_texts[] = {
    [HEARTBEAT_FRESH_NONE] = "",
    [HEARTBEAT_FRESH_START] = "the monitor was started",
    [HEARTBEAT_FRESH_STOPPED] = "the monitor itself did not run",
    [HEARTBEAT_FRESH_SUSPEND] = "the monitor's machine was suspended",
    [HEARTBEAT_FRESH_CLOCK] = "the wall clock was set",
    [HEARTBEAT_FRESH_OVERLOAD] = "the monitor is overloaded",
    [HEARTBEAT_FRESH_POLICY] = "the policy was replaced",
};

void heartbeat_note_fresh(struct heartbeat_detector *d, const struct heartbeat_cause *c)
{
    struct heartbeat_flip flip = {.what = HEARTBEAT_FLIP_NOTE, .at = c->at, .at_wall = c->wall};
    struct sb_buf text = SB_BUF_INIT(sizeof flip.text - 1);
    flip.alert =
        d->fresh_why == HEARTBEAT_FRESH_OVERLOAD; /* it cannot do its work: somebody must help */
    d->noted = true;
    flip.evidence.rule = HEARTBEAT_RULE_SELF;
    heartbeat_describe_self(d, &flip.evidence);
    sb_buf_puts(&text, fresh_texts[d->fresh_why]);
    if (d->fresh_lost && d->fresh_why != HEARTBEAT_FRESH_START) {
        sb_buf_puts(&text, d->fresh_why == HEARTBEAT_FRESH_CLOCK ? " by " : " for ");
        heartbeat_print_duration(&text, llabs(d->fresh_lost));
    }
    sb_buf_puts(&text, d->fresh_why == HEARTBEAT_FRESH_CLOCK
                           ? ": every schedule is counted anew; silence is not judged by it"
                           : ": every node gets a fresh window, nothing is concluded from the gap");
    memcpy(flip.text, text.data, text.len);
    sb_buf_done(&text);
    heartbeat_emit(d, &flip);
}

static void look_again(struct heartbeat_detector *d, const struct heartbeat_cause *c,
                       bool scheduled_only)
{
    for (uint32_t i = 0; i < heartbeat_registry_end(d->nodes); i++) {
        struct heartbeat_node *n = heartbeat_registry_at(d->nodes, i);
        if (n && (!scheduled_only || heartbeat_profile_of(d, n)->schedule))
            heartbeat_arm(d, n, c);
    }
}

void heartbeat_detector_fresh(struct heartbeat_detector *d, const struct heartbeat_now *now,
                              enum heartbeat_fresh why, int64_t lost)
{
    struct heartbeat_cause c = {now->mono, now->wall, HEARTBEAT_RULE_SELF, NULL};
    d->now = *now;
    d->planned_at = now->mono;
    d->fresh_wall = now->wall;
    d->fresh_why = why;
    d->fresh_lost = lost;
    if (why == HEARTBEAT_FRESH_CLOCK)
        look_again(d, &c, true);
    else
        d->fresh_at = now->mono;
    heartbeat_note_fresh(d, &c);
}

void heartbeat_detector_policy(struct heartbeat_detector *d, const struct heartbeat_policy *policy,
                               const struct heartbeat_now *now)
{
    struct heartbeat_cause c = {now->mono, now->wall, HEARTBEAT_RULE_SELF, NULL};
    for (uint32_t i = 0; i < heartbeat_registry_end(d->nodes); i++) {
        struct heartbeat_node *n = heartbeat_registry_at(d->nodes, i);
        if (n)
            heartbeat_count(d, n, HEARTBEAT_NOT_COUNTED);
    }
    d->policy = policy;
    heartbeat_detector_fresh(d, now, HEARTBEAT_FRESH_POLICY, 0);
    for (uint32_t i = 0; i < heartbeat_registry_end(d->nodes); i++) {
        struct heartbeat_node *n = heartbeat_registry_at(d->nodes, i);
        if (!n)
            continue;
        heartbeat_classify(d, n);
        if (n->state != HEARTBEAT_DOWN || (n->flags & HEARTBEAT_NODE_MASS))
            recount(d, n);
    }
    look_again(d, &c, false);
    heartbeat_add_nodes(d);
}

/* ---- operators ---- */

static void pause_node(struct heartbeat_detector *d, struct heartbeat_node *n,
                       const struct heartbeat_cause *c)
{
    if (n->state != HEARTBEAT_PAUSED)
        heartbeat_enter(d, n, HEARTBEAT_PAUSED, c);
}

static void resume_node(struct heartbeat_detector *d, struct heartbeat_node *n,
                        const struct heartbeat_cause *c)
{
    n->snooze_wall = 0;
    heartbeat_registry_touch(d->nodes, n);
    if (n->state == HEARTBEAT_DOWN) {
        n->due_at = c->at; /* what the snooze kept back */
        heartbeat_heap_watch(&d->heap, n);
    }
    if (n->state != HEARTBEAT_PAUSED)
        return;
    n->heard_at = c->at;
    n->flags = (uint16_t)(n->flags & ~(HEARTBEAT_NODE_PRIMED | HEARTBEAT_NODE_STARTED));
    heartbeat_enter(d, n, n->beats ? HEARTBEAT_UP : HEARTBEAT_UNKNOWN_STATE, c);
}

static void acknowledge(struct heartbeat_detector *d, struct heartbeat_node *n,
                        const struct heartbeat_cause *c)
{
    if (n->state != HEARTBEAT_DOWN)
        return;
    n->flags = (uint16_t)((n->flags | HEARTBEAT_NODE_ACKED) & ~HEARTBEAT_NODE_MASS);
    heartbeat_count(d, n, HEARTBEAT_NOT_COUNTED);
    heartbeat_arm(d, n, c);
    heartbeat_registry_touch(d->nodes, n);
}

static void forget(struct heartbeat_detector *d, struct heartbeat_node *n)
{
    heartbeat_count(d, n, HEARTBEAT_NOT_COUNTED);
    heartbeat_heap_remove(&d->heap, n);
    d->totals.states[n->state]--;
    heartbeat_registry_forget(d->nodes, n->index);
}

int heartbeat_detector_command(struct heartbeat_detector *d, struct sb_str id,
                               enum heartbeat_command command, int64_t until_wall, const char *who,
                               const struct heartbeat_now *now, struct sb_error *e)
{
    struct heartbeat_cause c = {now->mono, now->wall, HEARTBEAT_RULE_OPERATOR, who};
    struct heartbeat_node *n = heartbeat_registry_find(d->nodes, id);
    if (!n)
        return sb_fail(e, SB_ENOTFOUND, "no node \"%.*s\" is known", SB_STR_ARG(id));
    switch (command) {
    case HEARTBEAT_PAUSE: pause_node(d, n, &c); break;
    case HEARTBEAT_RESUME: resume_node(d, n, &c); break;
    case HEARTBEAT_SNOOZE:
        n->snooze_wall = until_wall;
        heartbeat_arm(d, n, &c);
        heartbeat_registry_touch(d->nodes, n);
        break;
    case HEARTBEAT_ACK: acknowledge(d, n, &c); break;
    case HEARTBEAT_FORGET: forget(d, n); break;
    }
    return 0;
}

/* ---- the store ---- */

static void restore_record(struct heartbeat_detector *d, struct heartbeat_node *n,
                           const struct heartbeat_saved *s)
{
    n->state = s->state < HEARTBEAT_STATE_COUNT ? s->state : HEARTBEAT_UNKNOWN_STATE;
    if (n->state == HEARTBEAT_LATE)
        n->state = HEARTBEAT_UP;
    n->flags = s->flags & HEARTBEAT_NODE_KEPT;
    n->kind = s->kind < HEARTBEAT_KIND_COUNT ? s->kind : HEARTBEAT_ALIVE;
    n->source = s->source < HEARTBEAT_SOURCE_COUNT ? s->source : HEARTBEAT_BY_HTTP;
    n->exit_status = s->exit_status;
    n->received_wall = s->received_wall;
    n->sent_wall = s->sent_wall;
    n->since_wall = s->since_wall;
    n->started_wall = s->started_wall;
    n->snooze_wall = s->snooze_wall;
    n->boot = s->boot;
    n->seq = s->seq;
    n->interval_ms = s->interval_ms;
    n->beats = s->beats;
    n->downs = s->downs;
    n->duplicates = s->duplicates;
    n->stale = s->stale;
    n->restarts = s->restarts;
    n->zone = heartbeat_registry_zone(d->nodes,
                                      (struct sb_str){s->zone, strnlen(s->zone, sizeof s->zone)});
    heartbeat_registry_set_said(d->nodes, n,
                                (struct sb_str){s->said, strnlen(s->said, sizeof s->said)});
}

void heartbeat_detector_restore(struct heartbeat_detector *d, const struct heartbeat_saved *saved,
                                const struct heartbeat_now *now)
{
    struct heartbeat_cause c = {now->mono, now->wall, HEARTBEAT_RULE_SELF, NULL};
    bool created = false;
    struct heartbeat_node *n =
        heartbeat_registry_need(d->nodes, (struct sb_str){saved->id, saved->id_len}, &created);
    if (!n)
        return;
    if (created)
        heartbeat_admit(d, n, false, now->mono, now->wall);
    heartbeat_count(d, n, HEARTBEAT_NOT_COUNTED);
    d->totals.states[n->state]--;
    restore_record(d, n, saved);
    d->totals.states[n->state]++;
    heartbeat_classify(d, n);
    if (n->state != HEARTBEAT_DOWN)
        recount(d, n);
    if (n->flags & HEARTBEAT_NODE_HELD)
        heartbeat_hold_action(d, n);
    heartbeat_arm(d, n, &c);
}

void heartbeat_detector_number(struct heartbeat_detector *d, uint64_t last)
{
    d->totals.flips = SB_MAX(d->totals.flips, last);
}
