/* The detector: what beats do to nodes, and time passing. See detector.h. */
#include "applets/heartbeat/detector_private.h"

#include "applets/heartbeat/phi.h"
#include "core/base/hash.h"
#include "core/base/mem.h"

#include <stdlib.h>

#define NODES_MAX_DEFAULT 1000000u
#define NODES_MAX_MOST 4000000000u

/* ---- flips ---- */

void heartbeat_name_node(const struct heartbeat_detector *d, const struct heartbeat_node *n,
                         struct heartbeat_flip *flip)
{
    struct sb_str zone = heartbeat_registry_zone_name(d->nodes, n->zone);
    memcpy(flip->id, n->id, n->id_len);
    flip->id_len = n->id_len;
    memcpy(flip->zone, zone.p, SB_MIN(zone.len, sizeof flip->zone - 1));
}

void heartbeat_emit(struct heartbeat_detector *d, struct heartbeat_flip *flip)
{
    flip->number = ++d->totals.flips;
    if (d->listener.flip)
        d->listener.flip(d->listener.ctx, flip);
}

enum heartbeat_census heartbeat_census_of(const struct heartbeat_detector *d,
                                          const struct heartbeat_node *n,
                                          enum heartbeat_state state)
{
    if (heartbeat_profile_of(d, n)->schedule ||
        heartbeat_interval_of(d, n) > d->policy->mass.window)
        return HEARTBEAT_NOT_COUNTED;
    switch (state) {
    case HEARTBEAT_UP:
    case HEARTBEAT_UNKNOWN_STATE: return HEARTBEAT_HEARD;
    case HEARTBEAT_LATE: return HEARTBEAT_SILENT;
    case HEARTBEAT_DOWN: return n->flags & HEARTBEAT_NODE_TOLD ? HEARTBEAT_HEARD : HEARTBEAT_SILENT;
    default: return HEARTBEAT_NOT_COUNTED;
    }
}

/* What people and actions are to do about a flip from n->state to `to`; begins a mass silence. */
static void decide(struct heartbeat_detector *d, struct heartbeat_node *n, enum heartbeat_state to,
                   const struct heartbeat_cause *c, struct heartbeat_flip *flip)
{
    if (to == HEARTBEAT_DOWN) {
        flip->alert = flip->act = true;
        if (c->rule == HEARTBEAT_RULE_MISSED || c->rule == HEARTBEAT_RULE_PHI)
            heartbeat_cover(d, n, c, &flip->alert, &flip->act);
        if (n->snooze_wall > c->wall)
            flip->alert = false;
        if (flip->alert)
            n->flags |= HEARTBEAT_NODE_ALERTED;
    } else if (n->state == HEARTBEAT_DOWN) {
        flip->alert = (n->flags & HEARTBEAT_NODE_ALERTED) && n->snooze_wall <= c->wall;
        flip->act = !(n->flags & HEARTBEAT_NODE_HELD);
        heartbeat_uncover(d, n);
        n->flags = (uint16_t)(n->flags & ~(HEARTBEAT_NODE_ALERTED | HEARTBEAT_NODE_ACKED |
                                           HEARTBEAT_NODE_TOLD));
    } else {
        flip->act = to == HEARTBEAT_LEFT || n->state == HEARTBEAT_LEFT ||
                    n->state == HEARTBEAT_UNKNOWN_STATE || n->state == HEARTBEAT_PAUSED;
    }
}

void heartbeat_enter(struct heartbeat_detector *d, struct heartbeat_node *n,
                     enum heartbeat_state to, const struct heartbeat_cause *c)
{
    struct heartbeat_flip flip = {.what = HEARTBEAT_FLIP_NODE,
                                  .at = c->at,
                                  .at_wall = c->wall,
                                  .from = n->state,
                                  .to = (uint8_t)to};
    if (to == HEARTBEAT_DOWN && c->rule == HEARTBEAT_RULE_TOLD)
        n->flags |= HEARTBEAT_NODE_TOLD;
    /* A zone is judged with this node among its silent ones. */
    if (to == HEARTBEAT_DOWN)
        heartbeat_count(d, n, heartbeat_census_of(d, n, to));
    decide(d, n, to, c, &flip);
    d->totals.states[n->state]--;
    d->totals.states[to]++;
    n->state = (uint8_t)to;
    n->since_wall = c->wall;
    n->downs = (uint16_t)(n->downs + (to == HEARTBEAT_DOWN && n->downs < UINT16_MAX));
    if (to != HEARTBEAT_UP)
        n->good = 0;
    if (to != HEARTBEAT_DOWN)
        heartbeat_count(d, n, heartbeat_census_of(d, n, to));
    heartbeat_registry_touch(d->nodes, n);
    heartbeat_name_node(d, n, &flip);
    if (c->who)
        memcpy(flip.who, c->who, strnlen(c->who, sizeof flip.who - 1));
    heartbeat_describe(d, n, c, &flip.evidence);
    heartbeat_explain(d, &flip);
    heartbeat_arm(d, n, c);
    heartbeat_emit(d, &flip);
}

/* ---- life ---- */

struct heartbeat_detector *heartbeat_detector_new(const struct heartbeat_policy *policy,
                                                  const struct heartbeat_detector_options *options,
                                                  struct heartbeat_listener listener,
                                                  const struct heartbeat_now *now)
{
    struct heartbeat_detector *d = sb_xcalloc(1, sizeof *d);
    uint32_t max = options->max_nodes ? options->max_nodes : NODES_MAX_DEFAULT;
    d->nodes = heartbeat_registry_new(SB_MIN(max, NODES_MAX_MOST));
    d->heap.nodes = d->nodes;
    d->policy = policy;
    d->known_only = options->known_only;
    d->listener = listener;
    d->now = *now;
    d->fresh_at = d->planned_at = now->mono;
    d->fresh_wall = now->wall;
    d->fresh_why = HEARTBEAT_FRESH_START;
    d->hold_until = INT64_MIN;
    heartbeat_add_nodes(d);
    return d;
}

void heartbeat_detector_free(struct heartbeat_detector *d)
{
    if (!d)
        return;
    heartbeat_heap_done(&d->heap);
    heartbeat_zones_done(d);
    heartbeat_registry_free(d->nodes);
    free(d);
}

struct heartbeat_registry *heartbeat_detector_nodes(struct heartbeat_detector *d)
{
    return d->nodes;
}

const struct heartbeat_profile *heartbeat_detector_profile(const struct heartbeat_detector *d,
                                                           const struct heartbeat_node *n)
{
    return heartbeat_profile_of(d, n);
}

struct heartbeat_totals heartbeat_detector_totals(const struct heartbeat_detector *d)
{
    return d->totals;
}

void heartbeat_classify(struct heartbeat_detector *d, struct heartbeat_node *n)
{
    struct sb_str zone = heartbeat_registry_zone_name(d->nodes, n->zone);
    n->profile = heartbeat_policy_match(d->policy, heartbeat_node_id(n), zone,
                                        n->flags & HEARTBEAT_NODE_JOB);
    heartbeat_registry_set_window(d->nodes, n, heartbeat_profile_of(d, n)->window);
}

/* ---- beats ---- */

static bool is_job(const struct heartbeat_beat *b)
{
    return b->source == HEARTBEAT_BY_PING || b->kind == HEARTBEAT_START ||
           b->kind == HEARTBEAT_SUCCESS || b->kind == HEARTBEAT_FAIL || b->kind == HEARTBEAT_EXIT;
}

static bool is_good(const struct heartbeat_beat *b)
{
    return b->kind == HEARTBEAT_ALIVE || b->kind == HEARTBEAT_SUCCESS ||
           (b->kind == HEARTBEAT_EXIT && b->exit_status == 0);
}

static uint64_t boot_hash(struct sb_str boot_id)
{
    uint64_t h = boot_id.len ? sb_hash_bytes(boot_id.p, boot_id.len, 0) : 0;
    return boot_id.len && h == 0 ? 1 : h;
}

/* Of the same boot, by number. */
static enum heartbeat_verdict by_seq(const struct heartbeat_node *n, const struct heartbeat_beat *b)
{
    if (b->seq > n->seq)
        return HEARTBEAT_TAKEN;
    if (b->seq == n->seq)
        return HEARTBEAT_DUPLICATE;
    /* Without a boot_id a number that fell may be a restart: the sender's clock tells them apart. */
    if (n->boot == 0 && b->sent != HEARTBEAT_NO_TIME && n->sent_wall != HEARTBEAT_NO_TIME &&
        b->sent > n->sent_wall)
        return HEARTBEAT_CREATED;
    return HEARTBEAT_STALE;
}

/* Without numbers only a quick copy is told from a beat: the same clock reading again, soon. A sender
 * whose clock stands still is not to be declared dead. */
static enum heartbeat_verdict by_time(const struct heartbeat_detector *d,
                                      const struct heartbeat_node *n,
                                      const struct heartbeat_beat *b)
{
    bool copy = b->kind == n->kind && b->sent != HEARTBEAT_NO_TIME && b->sent == n->sent_wall &&
                b->received - n->heard_at < heartbeat_interval_of(d, n) / 2;
    return copy ? HEARTBEAT_DUPLICATE : HEARTBEAT_TAKEN;
}

/* Is it new? TAKEN, DUPLICATE, STALE, or CREATED: the sender was restarted. */
static enum heartbeat_verdict tell_apart(const struct heartbeat_detector *d,
                                         const struct heartbeat_node *n,
                                         const struct heartbeat_beat *b)
{
    uint64_t boot = boot_hash(b->boot_id);
    if (n->beats == 0)
        return HEARTBEAT_TAKEN;
    if (boot && n->boot && boot != n->boot) {
        bool older = b->sent == HEARTBEAT_NO_TIME || n->sent_wall == HEARTBEAT_NO_TIME ||
                     b->sent <= n->sent_wall;
        return (uint32_t)boot == n->boot_before && older ? HEARTBEAT_STALE : HEARTBEAT_CREATED;
    }
    if (b->has_seq && (n->flags & HEARTBEAT_NODE_HAS_SEQ))
        return by_seq(n, b);
    return by_time(d, n, b);
}

static void note_interval(struct heartbeat_detector *d, struct heartbeat_node *n,
                          const struct heartbeat_beat *b)
{
    int64_t ms = b->interval / 1000000;
    uint32_t told = ms <= 0 ? 0 : ms > UINT32_MAX ? UINT32_MAX : (uint32_t)ms;
    if (!told || told == n->interval_ms)
        return;
    n->interval_ms = told;
    heartbeat_count(d, n, heartbeat_census_of(d, n, (enum heartbeat_state)n->state));
}

static void note_zone(struct heartbeat_detector *d, struct heartbeat_node *n,
                      const struct heartbeat_beat *b)
{
    struct sb_str zone = {b->zone.p, SB_MIN(b->zone.len, (size_t)HEARTBEAT_ZONE_MAX)};
    if (zone.len == 0 || sb_str_eq(zone, heartbeat_registry_zone_name(d->nodes, n->zone)))
        return;
    heartbeat_uncover(d, n);
    heartbeat_count(d, n, HEARTBEAT_NOT_COUNTED);
    n->zone = heartbeat_registry_zone(d->nodes, zone);
    heartbeat_classify(d, n);
    heartbeat_count(d, n, heartbeat_census_of(d, n, (enum heartbeat_state)n->state));
}

static void note_window(const struct heartbeat_detector *d, struct heartbeat_node *n,
                        const struct heartbeat_beat *b)
{
    bool trusted = n->state == HEARTBEAT_UP || n->state == HEARTBEAT_LATE;
    if (n->window && trusted && (n->flags & HEARTBEAT_NODE_PRIMED) && n->heard_at >= d->fresh_at)
        heartbeat_window_add(n->window, b->received - n->heard_at);
}

static void note_restart(struct heartbeat_node *n)
{
    n->restarts = (uint16_t)(n->restarts + (n->restarts < UINT16_MAX));
    n->boot_before = (uint32_t)n->boot;
    n->flags = (uint16_t)(n->flags & ~(HEARTBEAT_NODE_PRIMED | HEARTBEAT_NODE_HAS_SEQ |
                                       HEARTBEAT_NODE_STARTED));
    if (n->window)
        n->window->len = n->window->at = 0;
}

/* What a sign of life leaves behind in the record. */
static void note_beat(struct heartbeat_detector *d, struct heartbeat_node *n,
                      const struct heartbeat_beat *b)
{
    note_window(d, n, b);
    n->heard_at = b->received;
    n->received_wall = b->received_wall;
    n->flags |= HEARTBEAT_NODE_PRIMED;
    n->exit_status = b->kind == HEARTBEAT_EXIT ? (int16_t)b->exit_status : n->exit_status;
    if (b->kind != HEARTBEAT_ALIVE && b->kind != HEARTBEAT_UNHEALTHY)
        n->flags = (uint16_t)(n->flags & ~HEARTBEAT_NODE_STARTED);
    if (b->n_metrics)
        heartbeat_registry_set_metrics(d->nodes, n, b->metrics, b->n_metrics);
    if (is_good(b)) {
        n->good = (uint8_t)(n->good + (n->good < UINT8_MAX));
        n->bad = 0;
    } else {
        n->bad = (uint8_t)(n->bad + (n->bad < UINT8_MAX));
        n->good = 0;
    }
}

static void note_sender(struct heartbeat_detector *d, struct heartbeat_node *n,
                        const struct heartbeat_beat *b)
{
    uint64_t boot = boot_hash(b->boot_id);
    if (boot)
        n->boot = boot;
    if (b->has_seq) {
        n->seq = b->seq;
        n->flags |= HEARTBEAT_NODE_HAS_SEQ;
    }
    n->sent_wall = b->sent;
    n->kind = (uint8_t)b->kind;
    n->source = (uint8_t)b->source;
    n->beats += n->beats < UINT32_MAX;
    heartbeat_registry_set_said(d->nodes, n, b->body);
    heartbeat_registry_set_peer(d->nodes, n, b->peer);
    heartbeat_registry_touch(d->nodes, n);
}

/* The state that follows a sign of life, good or bad. */
static enum heartbeat_state state_after(const struct heartbeat_detector *d,
                                        const struct heartbeat_node *n,
                                        const struct heartbeat_beat *b)
{
    const struct heartbeat_profile *p = heartbeat_profile_of(d, n);
    if (n->state == HEARTBEAT_PAUSED)
        return HEARTBEAT_PAUSED;
    if (!is_good(b))
        return n->bad >= p->fall || n->state == HEARTBEAT_DOWN ? HEARTBEAT_DOWN : HEARTBEAT_UP;
    return n->state == HEARTBEAT_DOWN && n->good < p->rise ? HEARTBEAT_DOWN : HEARTBEAT_UP;
}

static void take_sign(struct heartbeat_detector *d, struct heartbeat_node *n,
                      const struct heartbeat_beat *b, struct heartbeat_cause *c)
{
    note_beat(d, n, b);
    enum heartbeat_state to = state_after(d, n, b);
    c->rule = is_good(b) ? HEARTBEAT_RULE_BEAT : HEARTBEAT_RULE_TOLD;
    if (to != n->state) {
        heartbeat_enter(d, n, to, c);
        return;
    }
    if (to == HEARTBEAT_DOWN) { /* heard, though not well: its zone is not silent because of it */
        n->flags |= HEARTBEAT_NODE_TOLD;
        heartbeat_count(d, n, heartbeat_census_of(d, n, to));
    }
    heartbeat_arm(d, n, c);
}

static void take_start(struct heartbeat_detector *d, struct heartbeat_node *n,
                       const struct heartbeat_beat *b, const struct heartbeat_cause *c)
{
    n->flags |= HEARTBEAT_NODE_STARTED;
    n->started_wall = b->received_wall;
    heartbeat_arm(d, n, c);
}

static void count_dropped(struct heartbeat_detector *d, struct heartbeat_node *n,
                          enum heartbeat_verdict verdict)
{
    bool copy = verdict == HEARTBEAT_DUPLICATE;
    uint16_t *count = copy ? &n->duplicates : &n->stale;
    *count = (uint16_t)(*count + (*count < UINT16_MAX));
    if (copy)
        d->totals.duplicates++;
    else
        d->totals.stale++;
}

static void take(struct heartbeat_detector *d, struct heartbeat_node *n,
                 const struct heartbeat_beat *b)
{
    struct heartbeat_cause c = {b->received, b->received_wall, HEARTBEAT_RULE_LEAVE, NULL};
    note_interval(d, n, b);
    note_zone(d, n, b);
    note_sender(d, n, b);
    d->totals.beats++;
    switch (b->kind) {
    case HEARTBEAT_LOG: break;
    case HEARTBEAT_START: take_start(d, n, b, &c); break;
    case HEARTBEAT_LEAVE:
        n->received_wall = b->received_wall;
        if (n->state != HEARTBEAT_LEFT && n->state != HEARTBEAT_PAUSED)
            heartbeat_enter(d, n, HEARTBEAT_LEFT, &c);
        break;
    default: take_sign(d, n, b, &c);
    }
}

static struct heartbeat_node *node_of(struct heartbeat_detector *d, const struct heartbeat_beat *b,
                                      bool *ret_created, enum heartbeat_verdict *ret_why)
{
    struct heartbeat_node *n = heartbeat_registry_find(d->nodes, b->id);
    *ret_created = false;
    if (n)
        return n;
    *ret_why = HEARTBEAT_UNKNOWN;
    d->totals.unknown++;
    if (d->known_only || !b->create || b->kind == HEARTBEAT_LEAVE || b->kind == HEARTBEAT_LOG)
        return NULL;
    *ret_why = HEARTBEAT_FULL;
    n = heartbeat_registry_need(d->nodes, b->id, ret_created);
    if (n) {
        d->totals.unknown--;
        heartbeat_admit(d, n, is_job(b), b->received, b->received_wall);
    }
    return n;
}

enum heartbeat_verdict heartbeat_detector_beat(struct heartbeat_detector *d,
                                               const struct heartbeat_beat *b)
{
    enum heartbeat_verdict why = HEARTBEAT_REFUSED;
    bool created;
    if (b->id.len == 0 || b->id.len > HEARTBEAT_ID_MAX || memchr(b->id.p, 0, b->id.len)) {
        d->totals.refused++;
        return HEARTBEAT_REFUSED;
    }
    struct heartbeat_node *n = node_of(d, b, &created, &why);
    if (!n)
        return why;
    enum heartbeat_verdict verdict = tell_apart(d, n, b);
    if (verdict == HEARTBEAT_DUPLICATE || verdict == HEARTBEAT_STALE) {
        count_dropped(d, n, verdict);
        return verdict;
    }
    if (verdict == HEARTBEAT_CREATED)
        note_restart(n);
    take(d, n, b);
    return created ? HEARTBEAT_CREATED : HEARTBEAT_TAKEN;
}

/* ---- time ---- */

int64_t heartbeat_detector_tick(struct heartbeat_detector *d, const struct heartbeat_now *now,
                                uint32_t budget)
{
    struct heartbeat_cause c = {now->mono, now->wall, HEARTBEAT_RULE_NONE, NULL};
    struct heartbeat_node *n;
    int64_t at = INT64_MAX;
    d->now = *now;
    if (!d->noted)
        heartbeat_note_fresh(d, &c);
    if (now->mono < d->hold_until)
        return d->hold_until;
    uint32_t left = budget ? budget : UINT32_MAX;
    for (; (n = heartbeat_heap_first(&d->heap, &at)) && at < now->mono; left--) {
        if (left == 0)
            return now->mono;
        if (n->due_at < now->mono)
            heartbeat_judge(d, n, &c);
        heartbeat_heap_settle(&d->heap, n);
    }
    int64_t mass = heartbeat_mass_tick(d, &c);
    at = n ? at + 1 : INT64_MAX; /* due is what is silent for longer than allowed */
    return SB_MIN(at, mass);
}

int64_t heartbeat_detector_next(const struct heartbeat_detector *d)
{
    int64_t at = INT64_MAX - 1;
    heartbeat_heap_first(&d->heap, &at);
    return SB_MAX(at + 1, d->hold_until);
}

void heartbeat_detector_hold(struct heartbeat_detector *d, int64_t until)
{
    d->hold_until = SB_MAX(d->hold_until, until);
}
