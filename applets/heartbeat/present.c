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

void heartbeat_put_node(struct sb_json_writer *w, const struct heartbeat_detector *d,
                        const struct heartbeat_registry *r, const struct heartbeat_node *n,
                        const struct heartbeat_now *now)
{
    struct heartbeat_evidence ev;
    heartbeat_detector_evidence(d, n, now, &ev);
    sb_json_open_map(w);
    heartbeat_put_str(w, "id", heartbeat_node_id(n));
    put_text(w, "state", heartbeat_state_names[n->state]);
    heartbeat_put_time(w, "since", n->since_wall);
    heartbeat_put_time(w, "last_beat", n->received_wall);
    heartbeat_put_str(w, "zone", heartbeat_registry_zone_name(r, n->zone));
    put_text(w, "profile", heartbeat_detector_profile(d, n)->name);
    if (n->flags & HEARTBEAT_NODE_STARTED)
        heartbeat_put_time(w, "started", n->started_wall);
    if (n->snooze_wall > now->wall)
        heartbeat_put_time(w, "snoozed_until", n->snooze_wall);
    if (n->flags & HEARTBEAT_NODE_ACKED) {
        sb_json_key(w, "acknowledged");
        sb_json_bool(w, true);
    }
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
static uint32_t put_page(struct sb_json_writer *w, const struct heartbeat_detector *d,
                         const struct heartbeat_registry *r, const struct heartbeat_filter *filter,
                         const struct heartbeat_now *now)
{
    uint32_t limit = filter->limit ? filter->limit : LIMIT_DEFAULT, shown = 0, i = filter->from;
    for (; i < heartbeat_registry_end(r) && shown < limit; i++) {
        const struct heartbeat_node *n = heartbeat_registry_at(r, i);
        if (!n || !matches(r, n, filter))
            continue;
        heartbeat_put_node(w, d, r, n, now);
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

void heartbeat_put_status(struct sb_json_writer *w, struct heartbeat_detector *d,
                          const struct heartbeat_filter *filter, const struct heartbeat_now *now)
{
    const struct heartbeat_registry *r = heartbeat_detector_nodes(d);
    sb_json_open_map(w);
    put_text(w, "schema", "srebox.heartbeat/1");
    heartbeat_put_time(w, "now", now->wall);
    put_totals(w, d);
    put_zones(w, d, r);
    sb_json_key(w, "nodes");
    sb_json_open_list(w);
    uint32_t next = put_page(w, d, r, filter, now);
    sb_json_close_list(w);
    sb_json_key(w, "next");
    if (next < heartbeat_registry_end(r))
        sb_json_int(w, next);
    else
        sb_json_null(w);
    sb_json_close_map(w);
    sb_buf_putc(w->out, '\n');
}
