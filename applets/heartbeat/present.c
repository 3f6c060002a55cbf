/* Nodes as JSON. See present.h. */
#include "applets/heartbeat/present.h"

#include "applets/heartbeat/evidence.h"

#include "core/base/time.h"

#define LIMIT_DEFAULT 10000u

void heartbeat_put_time(struct sb_json_writer *w, const char *key, int64_t wall)
{
    sb_json_key(w, key);
    if (wall == 0 || wall == HEARTBEAT_NO_TIME) {
        sb_json_null(w);
        return;
    }
    struct sb_buf b = SB_BUF_INIT(64);
    sb_time_print(&b, wall / 1000000 * 1000000);
    sb_json_text(w, b.data);
    sb_buf_done(&b);
}

void heartbeat_put_seconds(struct sb_json_writer *w, const char *key, int64_t ns)
{
    sb_json_key(w, key);
    int64_t us = ns / 1000;
    sb_json_double(w, (double)us / 1e6);
}

void heartbeat_put_str(struct sb_json_writer *w, const char *key, struct sb_str s)
{
    sb_json_key(w, key);
    sb_json_str(w, s);
}

static void put_text(struct sb_json_writer *w, const char *key, const char *text)
{
    if (!text[0])
        return;
    heartbeat_put_str(w, key, sb_str(text));
}

static void put_int(struct sb_json_writer *w, const char *key, int64_t value)
{
    sb_json_key(w, key);
    sb_json_int(w, value);
}

/* ---- nodes ---- */

static void put_metrics(struct sb_json_writer *w, const struct heartbeat_registry *r,
                        const struct heartbeat_node *n)
{
    struct heartbeat_metric m[HEARTBEAT_METRICS_MAX];
    size_t len = heartbeat_registry_metrics(r, n, m, HEARTBEAT_METRICS_MAX);
    sb_json_key(w, "metrics");
    sb_json_open_map(w);
    for (size_t i = 0; i < len; i++) {
        sb_json_key_str(w, m[i].name);
        sb_json_double(w, m[i].value);
    }
    sb_json_close_map(w);
}

void heartbeat_put_mute(struct sb_json_writer *w, const struct heartbeat_muted *muted)
{
    put_text(w, "by", muted->by);
    put_text(w, "who", muted->who);
    if (muted->until != INT64_MAX)
        heartbeat_put_time(w, "until", muted->until);
}

static void put_muted(struct sb_json_writer *w, const struct heartbeat_scene *scene,
                      struct sb_str id, struct sb_str zone)
{
    struct heartbeat_muted muted = {.why = HEARTBEAT_MUTE_NONE};
    if (scene->notices)
        heartbeat_notices_muted(scene->notices, id, zone, scene->now.wall, &muted);
    if (muted.why == HEARTBEAT_MUTE_NONE)
        return;
    sb_json_key(w, "muted");
    sb_json_open_map(w);
    put_text(w, "why", heartbeat_mute_names[muted.why]);
    heartbeat_put_mute(w, &muted);
    sb_json_close_map(w);
}

void heartbeat_put_node(struct sb_json_writer *w, const struct heartbeat_scene *scene,
                        const struct heartbeat_node *n)
{
    const struct heartbeat_detector *d = scene->detector;
    const struct heartbeat_registry *r = heartbeat_detector_nodes(scene->detector);
    struct heartbeat_evidence ev;
    heartbeat_detector_evidence(d, n, &scene->now, &ev);
    sb_json_open_map(w);
    heartbeat_put_str(w, "id", heartbeat_node_id(n));
    put_text(w, "state", heartbeat_state_names[n->state]);
    heartbeat_put_time(w, "since", n->since_wall);
    heartbeat_put_time(w, "last_beat", n->received_wall);
    heartbeat_put_str(w, "zone", heartbeat_registry_zone_name(r, n->zone));
    put_text(w, "profile", heartbeat_detector_profile(d, n)->name);
    if (n->flags & HEARTBEAT_NODE_STARTED)
        heartbeat_put_time(w, "started", n->started_wall);
    if (n->snooze_wall > scene->now.wall)
        heartbeat_put_time(w, "snoozed_until", n->snooze_wall);
    if (n->flags & HEARTBEAT_NODE_ACKED) {
        sb_json_key(w, "acknowledged");
        sb_json_bool(w, true);
    }
    put_muted(w, scene, heartbeat_node_id(n), heartbeat_registry_zone_name(r, n->zone));
    put_int(w, "downs", n->downs);
    put_metrics(w, r, n);
    sb_json_key(w, "evidence");
    heartbeat_evidence_json(w, &ev);
    sb_json_close_map(w);
}

static bool matches(const struct heartbeat_registry *r, const struct heartbeat_node *n,
                    const struct heartbeat_filter *filter)
{
    return (filter->state < 0 || n->state == filter->state) &&
           (!filter->zone.p || sb_str_eq(filter->zone, heartbeat_registry_zone_name(r, n->zone)));
}

/* The page's nodes; returns where the next page begins, or the registry's end. */
static uint32_t put_page(struct sb_json_writer *w, const struct heartbeat_scene *scene,
                         const struct heartbeat_registry *r, const struct heartbeat_filter *filter)
{
    uint32_t limit = filter->limit ? filter->limit : LIMIT_DEFAULT, shown = 0, i = filter->from;
    for (; i < heartbeat_registry_end(r) && shown < limit; i++) {
        const struct heartbeat_node *n = heartbeat_registry_at(r, i);
        if (!n || !matches(r, n, filter))
            continue;
        heartbeat_put_node(w, scene, n);
        shown++;
    }
    return i;
}

static void put_totals(struct sb_json_writer *w, const struct heartbeat_detector *d)
{
    struct heartbeat_totals t = heartbeat_detector_totals(d);
    sb_json_key(w, "totals");
    sb_json_open_map(w);
    for (size_t i = 0; heartbeat_state_names[i]; i++)
        put_int(w, heartbeat_state_names[i], t.states[i]);
    sb_json_close_map(w);
}

static void put_zones(struct sb_json_writer *w, const struct heartbeat_detector *d,
                      const struct heartbeat_registry *r)
{
    sb_json_key(w, "zones");
    sb_json_open_list(w);
    for (uint16_t i = 0; i < heartbeat_registry_zones(r); i++) {
        struct heartbeat_zone_status z = heartbeat_detector_zone(d, i);
        if (z.expected == 0 && !z.mass && z.held == 0)
            continue;
        sb_json_open_map(w);
        heartbeat_put_str(w, "zone", heartbeat_registry_zone_name(r, i));
        put_int(w, "expected", z.expected);
        put_int(w, "silent", z.silent);
        heartbeat_put_time(w, "silent_since", z.mass_since_wall);
        put_int(w, "actions_held", z.held);
        sb_json_close_map(w);
    }
    sb_json_close_list(w);
}

static void put_hands(struct sb_json_writer *w, const struct heartbeat_hands_status *s)
{
    const struct heartbeat_actions_status *a = &s->actions;
    sb_json_key(w, "actions");
    sb_json_open_map(w);
    put_int(w, "waiting", a->waiting);
    put_int(w, "running", a->running);
    put_int(w, "done", (int64_t)a->done);
    put_int(w, "failed", (int64_t)a->failed);
    put_int(w, "dropped", (int64_t)a->dropped);
    sb_json_close_map(w);
    sb_json_key(w, "haproxy");
    sb_json_open_map(w);
    put_int(w, "agents", s->agents);
    put_int(w, "answered", (int64_t)s->answered);
    put_int(w, "sockets", s->sockets);
    put_int(w, "reached", s->connected);
    put_int(w, "set", (int64_t)s->set);
    put_int(w, "failed", s->failed);
    put_int(w, "left_alone", s->left_alone);
    put_int(w, "reloads", (int64_t)s->reloads);
    sb_json_close_map(w);
}

void heartbeat_put_status(struct sb_json_writer *w, const struct heartbeat_scene *scene,
                          const struct heartbeat_filter *filter)
{
    const struct heartbeat_detector *d = scene->detector;
    const struct heartbeat_registry *r = heartbeat_detector_nodes(scene->detector);
    sb_json_open_map(w);
    put_text(w, "schema", "srebox.heartbeat/1");
    heartbeat_put_time(w, "now", scene->now.wall);
    put_totals(w, d);
    put_zones(w, d, r);
    if (scene->hands)
        put_hands(w, scene->hands);
    sb_json_key(w, "nodes");
    sb_json_open_list(w);
    uint32_t next = put_page(w, scene, r, filter);
    sb_json_close_list(w);
    sb_json_key(w, "next");
    if (next < heartbeat_registry_end(r))
        sb_json_int(w, next);
    else
        sb_json_null(w);
    sb_json_close_map(w);
    sb_buf_putc(w->out, '\n');
}
