/* Zones: who is heard, who is silent, and what happens when a whole zone falls silent.
 *
 * A mass silence begins when a node goes down by silence and, among the nodes of its zone that would have
 * been late by then, the share of silent ones is reached; late nodes count, so that the very first node of
 * a partition to go down is already covered. When all zones are silent one alert speaks for all, and no
 * action runs: it is rather the monitor that is cut off. It ends when less than half of the share is
 * silent, and by itself after `longest`: then those still silent are taken for dead and expected no more.
 * Facts: node eviction of Kubernetes, self-preservation of Eureka and what became of it. */
#include "applets/heartbeat/detector_private.h"

#include "core/base/mem.h"

#include <stdlib.h>

struct heartbeat_zone *heartbeat_zone_of(struct heartbeat_detector *d, uint16_t zone)
{
    size_t need = heartbeat_registry_zones(d->nodes);
    if (need > d->n_zones) {
        d->zones = sb_xrealloc_array(d->zones, need, sizeof *d->zones);
        memset(d->zones + d->n_zones, 0, (need - d->n_zones) * sizeof *d->zones);
        d->n_zones = need;
    }
    return &d->zones[zone];
}

static void zone_done(struct heartbeat_zone *z)
{
    sb_vec_done(&z->held);
    sb_vec_done(&z->covered);
}

void heartbeat_zones_done(struct heartbeat_detector *d)
{
    for (size_t i = 0; i < d->n_zones; i++)
        zone_done(&d->zones[i]);
    zone_done(&d->all);
    free(d->zones);
}

/* ---- census ---- */

static void add(struct heartbeat_zone *z, const struct heartbeat_node *n, uint32_t one)
{
    if (n->census == HEARTBEAT_NOT_COUNTED)
        return;
    if (n->census == HEARTBEAT_SILENT) {
        z->silent[n->speed] += one;
        z->silents += one;
    } else {
        z->heard[n->speed] += one;
    }
    z->expected += one;
}

static uint8_t speed_of(int64_t silence)
{
    uint64_t ms = (uint64_t)(silence / 1000000) | 1;
    unsigned log2 = 63u - (unsigned)__builtin_clzll(ms);
    return (uint8_t)SB_MIN(log2, HEARTBEAT_SPEEDS - 1u);
}

void heartbeat_count(struct heartbeat_detector *d, struct heartbeat_node *n,
                     enum heartbeat_census census)
{
    struct heartbeat_zone *z = heartbeat_zone_of(d, n->zone);
    uint8_t speed = speed_of(heartbeat_interval_of(d, n) + heartbeat_profile_of(d, n)->slack);
    if (n->census == census && n->speed == speed)
        return;
    add(z, n, UINT32_MAX); /* minus one */
    add(&d->all, n, UINT32_MAX);
    n->census = (uint8_t)census;
    n->speed = speed;
    add(z, n, 1);
    add(&d->all, n, 1);
}

/* Of the nodes up to that speed. */
static void census(const struct heartbeat_zone *z, unsigned speed, uint32_t *ret_expected,
                   uint32_t *ret_silent)
{
    uint32_t heard = 0, silent = 0;
    for (unsigned i = 0; i <= speed; i++) {
        heard += z->heard[i];
        silent += z->silent[i];
    }
    *ret_expected = heard + silent;
    *ret_silent = silent;
}

static bool is_silent(const struct heartbeat_zone *z, unsigned speed, double share)
{
    uint32_t expected, silent;
    census(z, speed, &expected, &silent);
    return silent > 0 && silent >= share * expected - 1e-6; /* 0.55 * 100 is more than 55 */
}

/* More than one zone, and each that has nodes is silent. */
static bool all_silent(const struct heartbeat_detector *d, unsigned speed)
{
    size_t zones = 0;
    uint32_t expected, silent;
    for (size_t i = 0; i < d->n_zones; i++) {
        census(&d->zones[i], speed, &expected, &silent);
        if (expected && !is_silent(&d->zones[i], speed, d->policy->mass.share))
            return false;
        zones += expected > 0;
    }
    return zones > 1;
}

/* ---- begin and end ---- */

static void emit_zone(struct heartbeat_detector *d, const struct heartbeat_zone *z,
                      enum heartbeat_what what, const struct heartbeat_cause *c,
                      const struct sb_buf *text)
{
    struct heartbeat_flip flip = {
        .what = what, .at = c->at, .at_wall = c->wall, .alert = true, .act = false};
    flip.evidence.rule = HEARTBEAT_RULE_SELF;
    heartbeat_describe_self(d, &flip.evidence);
    flip.evidence.zone_expected = z->mass_expected;
    flip.evidence.zone_silent = z->mass_silent;
    if (z != &d->all) {
        struct sb_str name = heartbeat_registry_zone_name(d->nodes, (uint16_t)(z - d->zones));
        memcpy(flip.zone, name.p, SB_MIN(name.len, sizeof flip.zone - 1));
    }
    memcpy(flip.text, text->data, SB_MIN(text->len, sizeof flip.text - 1));
    heartbeat_emit(d, &flip);
}

static void print_zone(const struct heartbeat_detector *d, const struct heartbeat_zone *z,
                       struct sb_buf *b)
{
    struct sb_str name = {"", 0};
    if (z != &d->all)
        name = heartbeat_registry_zone_name(d->nodes, (uint16_t)(z - d->zones));
    if (z == &d->all)
        sb_buf_puts(b, "all zones");
    else if (name.len == 0)
        sb_buf_puts(b, "the fleet");
    else
        sb_buf_printf(b, "zone %.*s", SB_STR_ARG(name));
}

static void begin(struct heartbeat_detector *d, struct heartbeat_zone *z, unsigned speed,
                  const struct heartbeat_cause *c)
{
    struct sb_buf text = SB_BUF_INIT(256);
    z->mass = true;
    z->mass_speed = speed;
    z->mass_at = z->tokens_at = c->at;
    z->mass_wall = c->wall;
    z->tokens = d->policy->mass.actions_per_minute > 0 ? 1 : 0;
    census(z, speed, &z->mass_expected, &z->mass_silent);
    d->masses++;
    print_zone(d, z, &text);
    sb_buf_printf(&text, " fell silent: %u of %u nodes; this one alert stands for them, ",
                  z->mass_silent, z->mass_expected);
    if (z == &d->all)
        sb_buf_puts(&text, "actions wait: it may be the monitor that is cut off");
    else
        sb_buf_printf(&text, "actions run at %g a minute", d->policy->mass.actions_per_minute);
    emit_zone(d, z, HEARTBEAT_FLIP_MASS_BEGIN, c, &text);
    sb_buf_done(&text);
}

/* Lets go of the covered nodes. Those still down come first in `covered` afterwards; returns how many. */
static size_t let_go(struct heartbeat_detector *d, struct heartbeat_zone *z)
{
    size_t len = 0;
    for (size_t i = 0; i < z->covered.len; i++) {
        struct heartbeat_node *n = heartbeat_registry_at(d->nodes, z->covered.items[i]);
        if (!n || !(n->flags & HEARTBEAT_NODE_MASS))
            continue;
        n->flags = (uint16_t)(n->flags & ~HEARTBEAT_NODE_MASS);
        z->covered.items[len++] = n->index;
    }
    return len;
}

static void print_end(const struct heartbeat_detector *d, const struct heartbeat_zone *z,
                      const struct heartbeat_cause *c, bool back, size_t down, struct sb_buf *text)
{
    print_zone(d, z, text);
    sb_buf_puts(text, back ? " is heard again after " : " is still silent after ");
    heartbeat_print_duration(text, c->at - z->mass_at);
    if (down == 0)
        return;
    sb_buf_printf(text,
                  back ? "; %zu nodes are still down:" : "; %zu nodes are taken as dead:", down);
    for (size_t i = 0; i < down && i < 3; i++)
        sb_buf_printf(text, "%s %.40s", i ? "," : "",
                      heartbeat_registry_at(d->nodes, z->covered.items[i])->id);
    if (down > 3)
        sb_buf_puts(text, " ...");
}

static void end(struct heartbeat_detector *d, struct heartbeat_zone *z,
                const struct heartbeat_cause *c, bool back)
{
    struct sb_buf text = SB_BUF_INIT(256);
    z->mass = false;
    d->masses--;
    size_t down = let_go(d, z);
    print_end(d, z, c, back, down, &text);
    census(z, z->mass_speed, &z->mass_expected, &z->mass_silent);
    emit_zone(d, z, HEARTBEAT_FLIP_MASS_END, c, &text);
    sb_buf_done(&text);
    bool each = back && down <= d->policy->mass.least;
    for (size_t i = 0; i < down; i++) {
        struct heartbeat_node *n = heartbeat_registry_at(d->nodes, z->covered.items[i]);
        if (!back)
            heartbeat_count(d, n, HEARTBEAT_NOT_COUNTED);
        heartbeat_arm(d, n, c);
        if (each && n->snooze_wall <= c->wall)
            heartbeat_release(d, n, c, true, false);
    }
    z->covered.len = 0;
}

/* ---- nodes that go down ---- */

void heartbeat_hold_action(struct heartbeat_detector *d, struct heartbeat_node *n)
{
    struct heartbeat_zone *z = heartbeat_zone_of(d, n->zone);
    n->flags |= HEARTBEAT_NODE_HELD;
    d->holding += z->held.len == 0;
    sb_vec_push(&z->held, n->index);
}

static void refill(const struct heartbeat_detector *d, struct heartbeat_zone *z, int64_t at)
{
    double per_ns = d->policy->mass.actions_per_minute / 6e10;
    if (at > z->tokens_at)
        z->tokens += (double)(at - z->tokens_at) * per_ns;
    z->tokens = SB_MIN(z->tokens, 1.0);
    z->tokens_at = at;
}

static void maybe_begin(struct heartbeat_detector *d, const struct heartbeat_node *n,
                        const struct heartbeat_cause *c)
{
    struct heartbeat_zone *z = heartbeat_zone_of(d, n->zone);
    struct heartbeat_allowance a;
    heartbeat_allow(d, n, &a);
    /* of nodes whose being late, up to twice 2^speed ms, is known by now */
    unsigned known = speed_of(a.down), speed = SB_MAX(n->speed, known ? known - 1 : 0);
    uint32_t expected, silent;
    if (!is_silent(z, speed, d->policy->mass.share))
        return;
    census(&d->all, speed, &expected, &silent);
    if (expected >= d->policy->mass.least && all_silent(d, speed)) {
        begin(d, &d->all, speed, c);
        return;
    }
    census(z, speed, &expected, &silent);
    if (expected >= d->policy->mass.least)
        begin(d, z, speed, c);
}

void heartbeat_cover(struct heartbeat_detector *d, struct heartbeat_node *n,
                     const struct heartbeat_cause *c, bool *ret_alert, bool *ret_act)
{
    struct heartbeat_zone *z = heartbeat_zone_of(d, n->zone);
    if (n->census == HEARTBEAT_NOT_COUNTED)
        return;
    if (!d->all.mass && !z->mass)
        maybe_begin(d, n, c);
    if (!d->all.mass && !z->mass)
        return;
    struct heartbeat_zone *by = d->all.mass ? &d->all : z;
    n->flags |= HEARTBEAT_NODE_MASS;
    sb_vec_push(&by->covered, n->index);
    *ret_alert = false;
    refill(d, z, c->at);
    if (!d->all.mass && z->held.len == z->held_at && z->tokens >= 1) {
        z->tokens -= 1;
        return;
    }
    heartbeat_hold_action(d, n);
    *ret_act = false;
}

void heartbeat_uncover(struct heartbeat_detector *d, struct heartbeat_node *n)
{
    (void)d; /* the lists find out by the flags */
    n->flags = (uint16_t)(n->flags & ~(HEARTBEAT_NODE_MASS | HEARTBEAT_NODE_HELD));
}

void heartbeat_release(struct heartbeat_detector *d, struct heartbeat_node *n,
                       const struct heartbeat_cause *c, bool alert, bool act)
{
    struct heartbeat_flip flip = {.what = HEARTBEAT_FLIP_RELEASE,
                                  .at = c->at,
                                  .at_wall = c->wall,
                                  .from = n->state,
                                  .to = n->state,
                                  .alert = alert,
                                  .act = act};
    if (alert)
        n->flags |= HEARTBEAT_NODE_ALERTED;
    if (act)
        n->flags = (uint16_t)(n->flags & ~HEARTBEAT_NODE_HELD);
    heartbeat_registry_touch(d->nodes, n);
    heartbeat_name_node(d, n, &flip);
    heartbeat_describe(d, n, c, &flip.evidence);
    heartbeat_explain(d, &flip);
    heartbeat_emit(d, &flip);
}

/* ---- time ---- */

/* Actions whose turn it is. Returns when the next one may run. */
static int64_t run_held(struct heartbeat_detector *d, struct heartbeat_zone *z,
                        const struct heartbeat_cause *c)
{
    double rate = d->policy->mass.actions_per_minute;
    refill(d, z, c->at);
    while (z->held_at < z->held.len) {
        struct heartbeat_node *n = heartbeat_registry_at(d->nodes, z->held.items[z->held_at]);
        if (n && (n->flags & HEARTBEAT_NODE_HELD) && n->state == HEARTBEAT_DOWN) {
            if (d->all.mass || rate <= 0)
                return INT64_MAX;
            if (z->tokens < 1)
                return c->at + (int64_t)((1 - z->tokens) * 6e10 / rate) + 1;
            z->tokens -= 1;
            heartbeat_release(d, n, c, false, true);
        }
        z->held_at++;
    }
    z->held.len = z->held_at = 0;
    d->holding--;
    return INT64_MAX;
}

static int64_t maybe_end(struct heartbeat_detector *d, struct heartbeat_zone *z,
                         const struct heartbeat_cause *c)
{
    bool back = !is_silent(z, z->mass_speed, d->policy->mass.share / 2);
    int64_t longest = z->mass_at + d->policy->mass.longest;
    if (!back && c->at < longest)
        return longest;
    end(d, z, c, back);
    return INT64_MAX;
}

static int64_t zone_tick(struct heartbeat_detector *d, struct heartbeat_zone *z,
                         const struct heartbeat_cause *c)
{
    int64_t next = INT64_MAX;
    if (z->mass)
        next = maybe_end(d, z, c);
    if (z->held.len) {
        int64_t run = run_held(d, z, c);
        next = SB_MIN(next, run);
    }
    return next;
}

int64_t heartbeat_mass_tick(struct heartbeat_detector *d, const struct heartbeat_cause *c)
{
    if (d->masses == 0 && d->holding == 0)
        return INT64_MAX;
    int64_t next = zone_tick(d, &d->all, c);
    for (size_t i = 0; i < d->n_zones; i++) {
        int64_t at = zone_tick(d, &d->zones[i], c);
        next = SB_MIN(next, at);
    }
    return next;
}

static struct heartbeat_zone_status status_of(const struct heartbeat_zone *z)
{
    return (struct heartbeat_zone_status){z->expected, z->silents, z->mass,
                                          z->mass ? z->mass_wall : 0,
                                          (uint32_t)(z->held.len - z->held_at)};
}

struct heartbeat_zone_status heartbeat_detector_zone(const struct heartbeat_detector *d,
                                                     uint16_t zone)
{
    return zone < d->n_zones ? status_of(&d->zones[zone]) : (struct heartbeat_zone_status){0};
}

struct heartbeat_zone_status heartbeat_detector_all_zones(const struct heartbeat_detector *d)
{
    return status_of(&d->all);
}
