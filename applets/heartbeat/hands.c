/* Actions, agents and drivers of one policy, and of the next. See hands.h. */
#include "applets/heartbeat/hands.h"

#include "applets/heartbeat/haproxy_agent.h"
#include "applets/heartbeat/haproxy_load.h"
#include "core/base/mem.h"

#include <math.h>
#include <stdlib.h>

struct port {
    struct heartbeat_agent agent;
    char *listen; /* as it was opened */
    bool kept;    /* by the next policy */
};
struct driver {
    struct heartbeat_haproxy *haproxy;
    struct heartbeat_drive drive;
};

/* What follows from one "haproxy" section. */
struct gear {
    struct heartbeat_haproxy_rules rules;
    struct port **ports; /* one an agent of rules */
    struct driver *drivers;
};

struct heartbeat_hands {
    struct sb_loop *loop;
    struct sb_http_client *http;
    struct heartbeat_traffic *traffic;
    struct heartbeat_actions *actions;
    struct heartbeat_audit_sink sink;
    struct gear gear;
    bool running;
};

/* ---- ports: those that both policies have stay open ---- */

static void close_port(struct port *p)
{
    if (p->agent.co.state == SB_CO_NEW)
        sb_listener_close(&p->agent.listener); /* it was never run */
    sb_co_cancel(&p->agent.co);
    assert(sb_co_done(&p->agent.co));
    free(p->listen);
    free(p);
}

static struct port *find_port(const struct gear *g, const char *listen)
{
    for (size_t i = 0; g->ports && i < g->rules.agents.len; i++)
        if (g->ports[i] && strcmp(g->ports[i]->listen, listen) == 0)
            return g->ports[i];
    return NULL;
}

static int open_port(struct heartbeat_hands *h, const struct heartbeat_agent_port *wanted,
                     struct port **ret, struct sb_error *e)
{
    struct port *p = sb_xcalloc(1, sizeof *p);
    int rc = heartbeat_agent_open(&p->agent, h->loop, h->traffic, wanted->listen, wanted->node,
                                  wanted->remote, e);
    if (rc < 0) {
        free(p);
        return rc;
    }
    p->listen = sb_xstrdup(wanted->listen);
    *ret = p;
    return 0;
}

static int open_ports(struct heartbeat_hands *h, struct gear *g, struct sb_error *e)
{
    g->ports = sb_xcalloc(g->rules.agents.len + 1, sizeof(struct port *));
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < g->rules.agents.len; i++) {
        const struct heartbeat_agent_port *wanted = &g->rules.agents.items[i];
        struct port *old = find_port(&h->gear, wanted->listen);
        if (old) {
            rc = heartbeat_agent_check(wanted->listen, wanted->remote, e);
            g->ports[i] = old;
            old->kept = true;
        } else {
            rc = open_port(h, wanted, &g->ports[i], e);
        }
    }
    return rc;
}

/* Closes those that are not also another policy's. */
static void close_ports(struct gear *g)
{
    for (size_t i = 0; g->ports && i < g->rules.agents.len; i++)
        if (g->ports[i] && !g->ports[i]->kept)
            close_port(g->ports[i]);
    free(g->ports);
    g->ports = NULL;
}

static void keep_none(struct gear *g)
{
    for (size_t i = 0; g->ports && i < g->rules.agents.len; i++)
        if (g->ports[i])
            g->ports[i]->kept = false;
}

/* ---- drivers ---- */

static void make_drivers(struct heartbeat_hands *h, struct gear *g)
{
    g->drivers = sb_xcalloc(g->rules.sockets.len + 1, sizeof *g->drivers);
    for (size_t i = 0; i < g->rules.sockets.len; i++) {
        struct driver *d = &g->drivers[i];
        d->haproxy =
            heartbeat_haproxy_new(h->loop, h->traffic, &g->rules.sockets.items[i], h->sink);
        heartbeat_drive_init(&d->drive, d->haproxy);
    }
}

static void free_drivers(struct gear *g)
{
    for (size_t i = 0; g->drivers && i < g->rules.sockets.len; i++) {
        sb_co_cancel(&g->drivers[i].drive.co);
        assert(sb_co_done(&g->drivers[i].drive.co));
        heartbeat_haproxy_free(g->drivers[i].haproxy);
    }
    free(g->drivers);
    g->drivers = NULL;
}

static void free_gear(struct gear *g)
{
    close_ports(g);
    free_drivers(g);
    heartbeat_haproxy_rules_done(&g->rules);
}

static void start(struct heartbeat_hands *h)
{
    struct gear *g = &h->gear;
    if (!h->running)
        return;
    for (size_t i = 0; i < g->rules.agents.len; i++)
        if (g->ports[i]->agent.co.state == SB_CO_NEW)
            sb_co_run(&g->ports[i]->agent.co);
    for (size_t i = 0; i < g->rules.sockets.len; i++)
        sb_co_run(&g->drivers[i].drive.co);
}

/* ---- policies ---- */

static int load(const struct heartbeat_policy *policy, struct heartbeat_action_rules **ret_actions,
                struct heartbeat_haproxy_rules *ret_rules, struct sb_error *e)
{
    int rc = heartbeat_actions_load(policy->pool, policy->sections[HEARTBEAT_SECTION_ACTIONS],
                                    ret_actions, e);
    return rc < 0 ? rc
                  : heartbeat_haproxy_load(
                        policy->pool, policy->sections[HEARTBEAT_SECTION_HAPROXY], ret_rules, e);
}

int heartbeat_hands_check(const struct heartbeat_policy *policy, struct sb_error *e)
{
    struct heartbeat_action_rules *actions = NULL;
    struct heartbeat_haproxy_rules rules = {.agents = {0}};
    int rc = load(policy, &actions, &rules, e);
    for (size_t i = 0; rc == 0 && i < rules.agents.len; i++)
        rc = heartbeat_agent_check(rules.agents.items[i].listen, rules.agents.items[i].remote, e);
    heartbeat_actions_rules_free(actions);
    heartbeat_haproxy_rules_done(&rules);
    return rc;
}

/* Everything that can fail, before anything is changed. */
static int prepare(struct heartbeat_hands *h, const struct heartbeat_policy *policy,
                   struct heartbeat_action_rules **ret_actions, struct gear *g, struct sb_error *e)
{
    int rc = load(policy, ret_actions, &g->rules, e);
    if (rc == 0)
        rc = open_ports(h, g, e);
    if (rc < 0) {
        free_gear(g);
        keep_none(&h->gear);
        heartbeat_actions_rules_free(*ret_actions);
    }
    return rc;
}

int heartbeat_hands_policy(struct heartbeat_hands *h, const struct heartbeat_policy *policy,
                           struct sb_error *e)
{
    struct heartbeat_action_rules *actions = NULL;
    struct gear g = {.ports = NULL};
    int rc = prepare(h, policy, &actions, &g, e);
    if (rc < 0)
        return rc;
    for (size_t i = 0; i < g.rules.agents.len; i++)
        g.ports[i]->agent.node = g.rules.agents.items[i].node;
    free_gear(&h->gear);
    keep_none(&g);
    make_drivers(h, &g);
    h->gear = g;
    if (h->actions)
        heartbeat_actions_replace(h->actions, actions);
    else
        h->actions = heartbeat_actions_new(h->loop, h->http, actions, h->sink);
    start(h);
    return 0;
}

int heartbeat_hands_new(struct sb_loop *l, const struct heartbeat_policy *policy,
                        struct heartbeat_audit_sink sink, struct heartbeat_hands **ret,
                        struct sb_error *e)
{
    struct heartbeat_hands *h = sb_xcalloc(1, sizeof *h);
    h->loop = l;
    h->sink = sink;
    h->traffic = heartbeat_traffic_new();
    int rc = sb_http_client_new(l, &h->http, e);
    if (rc == 0)
        rc = heartbeat_hands_policy(h, policy, e);
    if (rc < 0) {
        heartbeat_hands_free(h);
        return rc;
    }
    *ret = h;
    return 0;
}

void heartbeat_hands_free(struct heartbeat_hands *h)
{
    if (!h)
        return;
    assert(!h->running);
    free_gear(&h->gear);
    heartbeat_actions_free(h->actions);
    sb_http_client_free(h->http);
    heartbeat_traffic_free(h->traffic);
    free(h);
}

/* ---- working ---- */

void heartbeat_hands_restore(struct heartbeat_hands *h, const struct heartbeat_registry *nodes)
{
    for (uint32_t i = 0; i < heartbeat_registry_end(nodes); i++) {
        const struct heartbeat_node *n = heartbeat_registry_at(nodes, i);
        if (n)
            heartbeat_traffic_state(h->traffic, heartbeat_node_id(n),
                                    (enum heartbeat_state)n->state, sb_str(n->said ? n->said : ""),
                                    0);
    }
}

void heartbeat_hands_notice(struct heartbeat_hands *h, const struct heartbeat_notice *notice)
{
    heartbeat_traffic_notice(h->traffic, notice);
    heartbeat_actions_notice(h->actions, notice);
}

/* Rounded up: only 0 is 0. */
static uint8_t percent_of(double value)
{
    if (!(value > 0))
        return 0;
    return value >= 100 ? 100 : (uint8_t)ceil(value);
}

void heartbeat_hands_beat(struct heartbeat_hands *h, const struct heartbeat_beat *beat)
{
    const char *metric = h->gear.rules.weight;
    for (size_t i = 0; metric && i < beat->n_metrics; i++)
        if (sb_str_is(beat->metrics[i].name, metric))
            heartbeat_traffic_weight(h->traffic, beat->id, percent_of(beat->metrics[i].value));
}

void heartbeat_hands_forget(struct heartbeat_hands *h, struct sb_str id)
{
    heartbeat_traffic_forget(h->traffic, id);
}

void heartbeat_hands_status(const struct heartbeat_hands *h, struct heartbeat_hands_status *ret)
{
    struct heartbeat_hands_status all = {.agents = (uint32_t)h->gear.rules.agents.len,
                                         .sockets = (uint32_t)h->gear.rules.sockets.len};
    heartbeat_actions_status(h->actions, &all.actions);
    for (size_t i = 0; i < all.agents; i++)
        all.answered += h->gear.ports[i]->agent.answered;
    for (size_t i = 0; i < all.sockets; i++) {
        struct heartbeat_haproxy_status one;
        heartbeat_haproxy_status(h->gear.drivers[i].haproxy, &one);
        all.connected += one.connected;
        all.failed += one.failed;
        all.left_alone += one.left_alone;
        all.reloads += one.reloads;
        all.set += one.set;
    }
    *ret = all;
}

/* Agents and drivers end at once; commands may need a moment. */
static void let_go(struct heartbeat_hands *h)
{
    struct gear *g = &h->gear;
    h->running = false;
    for (size_t i = 0; i < g->rules.agents.len; i++)
        sb_co_cancel(&g->ports[i]->agent.co);
    for (size_t i = 0; i < g->rules.sockets.len; i++)
        sb_co_cancel(&g->drivers[i].drive.co);
}

CO_DESC(heartbeat_hold);
static struct sb_co *heartbeat_hold_step(struct sb_co *co_self)
{
    CO_BODY(heartbeat_hold, f);
    f->hands->running = true;
    start(f->hands);
    heartbeat_act_init(&f->act, f->hands->actions);
    CO_AWAIT(working, &f->act);
finally:
    let_go(f->hands);
    CO_AWAIT(stopping, &f->act);
    CO_END;
}

void heartbeat_hold_init(struct heartbeat_hold *f, struct heartbeat_hands *h)
{
    CO_INIT(heartbeat_hold, f);
    f->hands = h;
}
