/* The page of one node. See page.h. */
#include "applets/heartbeat/page.h"

#include "core/base/time.h"
#include "core/base/utf8.h"
#include "core/ui/html.h"

#define STRIP_HOURS 24

static void put_item(struct sb_buf *b, const char *name)
{
    sb_buf_printf(b, "</td></tr>\n<tr><th>%s</th><td>", name);
}

static void put_duration(struct sb_buf *b, const char *name, int64_t ns)
{
    put_item(b, name);
    sb_duration_print(b, ns - ns % (SB_NS_PER_S / 1000));
}

/* By which rule it is judged, and how it stands to it. */
static void put_judging(struct sb_buf *b, const struct heartbeat_evidence *ev)
{
    if (ev->expected_wall) {
        put_item(b, "Expected at");
        sb_time_print(b, ev->expected_wall);
        put_duration(b, "Grace", ev->allowed);
        return;
    }
    put_item(b, "Down after");
    sb_duration_print(b, ev->allowed);
    sb_buf_printf(b, " of silence (%u x ", ev->k);
    sb_duration_print(b, ev->interval);
    sb_buf_puts(b, " + ");
    sb_duration_print(b, ev->slack);
    sb_buf_puts(b, ")");
    if (ev->window_len) {
        put_item(b, "Intervals");
        sb_buf_printf(b, "%.0f ms, sd %.1f ms, from %.0f to %.0f ms, of %u; phi %.2f",
                      ev->window_mean, ev->window_sd, ev->window_min, ev->window_max,
                      ev->window_len, ev->phi);
    }
}

static void put_evidence(struct sb_buf *b, const struct heartbeat_evidence *ev)
{
    put_judging(b, ev);
    put_item(b, "Beats");
    sb_buf_printf(b, "%u by %s, %u duplicate, %u stale, %u restarts", ev->beats,
                  heartbeat_source_names[ev->source], ev->duplicates, ev->stale, ev->restarts);
    if (ev->peer[0]) {
        put_item(b, "From");
        sb_html_data(b, sb_str(ev->peer));
    }
    if (ev->sent_wall != HEARTBEAT_NO_TIME)
        put_duration(b, ev->skew < 0 ? "Its clock is behind by" : "Its clock is ahead by",
                     ev->skew < 0 ? -ev->skew : ev->skew);
    if (ev->said[0]) {
        put_item(b, "It said");
        sb_html_data(b, sb_str(ev->said));
    }
    put_duration(b, "The monitor's loop is late by", ev->lag);
}

static void put_metrics(struct sb_buf *b, const struct heartbeat_registry *nodes,
                        const struct heartbeat_node *n)
{
    struct heartbeat_metric metrics[HEARTBEAT_METRICS_MAX];
    size_t count = SB_MIN(heartbeat_registry_metrics(nodes, n, metrics, HEARTBEAT_METRICS_MAX),
                          (size_t)HEARTBEAT_METRICS_MAX);
    if (!count)
        return;
    sb_buf_puts(b, "<h2>Metrics</h2>\n<div class=\"cards\">\n");
    for (size_t i = 0; i < count; i++) {
        sb_buf_puts(b, "<div class=\"card\"><b>");
        heartbeat_page_number(b, metrics[i].value);
        sb_buf_puts(b, "</b>");
        sb_html_data(b, metrics[i].name);
        sb_buf_puts(b, "</div>\n");
    }
    sb_buf_puts(b, "</div>\n");
}

static void put_heard(struct sb_buf *b, const struct heartbeat_node *n, int64_t now_wall)
{
    sb_buf_puts(b, n->received_wall ? "Last heard " : "Never heard");
    if (n->received_wall)
        heartbeat_page_age(b, n->received_wall, now_wall);
    sb_buf_puts(b, n->received_wall ? " ago</p>\n" : "</p>\n");
}

static void put_node(struct sb_buf *b, const struct heartbeat_monitor *m,
                     const struct heartbeat_node *n)
{
    const struct heartbeat_registry *nodes = heartbeat_detector_nodes(m->detector);
    struct heartbeat_now now = heartbeat_monitor_now(m);
    struct heartbeat_evidence ev;
    struct sb_str zone = heartbeat_registry_zone_name(nodes, n->zone);
    heartbeat_detector_evidence(m->detector, n, &now, &ev);
    heartbeat_page_open(b, heartbeat_node_id(n));
    sb_buf_puts(
        b, "<p><a href=\"/\">All nodes</a> <span class=\"muted\" id=\"live\"></span></p>\n<h1>");
    sb_html_data(b, heartbeat_node_id(n));
    sb_buf_puts(b, " ");
    heartbeat_page_badge(b, (enum heartbeat_state)n->state);
    sb_buf_printf(b, "</h1>\n<p class=\"verdict\" data-now=\"%lld\" data-follow=\"%u\">",
                  (long long)(now.wall / 1000000), n->index);
    put_heard(b, n, now.wall);
    heartbeat_page_strip(b, m, n, STRIP_HOURS, now.wall);
    sb_buf_printf(b, "<p class=\"muted\">The last %d hours</p>\n", STRIP_HOURS);
    put_metrics(b, nodes, n);
    sb_buf_puts(b, "<h2>How it is judged</h2>\n<table>\n<tr><th>In this state since</th><td>");
    sb_time_print(b, n->since_wall - n->since_wall % SB_NS_PER_S);
    if (zone.len) {
        put_item(b, "Zone");
        sb_html_data(b, zone);
    }
    put_evidence(b, &ev);
    sb_buf_puts(b, "</td></tr>\n</table>\n<h2>What happened</h2>\n");
    heartbeat_page_flips(b, m, heartbeat_node_id(n));
    heartbeat_page_close(b);
}

static void put_missing(struct sb_buf *b, struct sb_str id)
{
    heartbeat_page_open(b, SB_STR("No such node"));
    sb_buf_puts(b, "<p><a href=\"/\">All nodes</a></p>\n<h1>No node is called ");
    sb_html_data(b, id);
    sb_buf_puts(b, "</h1>\n");
    heartbeat_page_close(b);
}

int heartbeat_page_node(struct sb_request *r, void *ctx)
{
    const struct heartbeat_monitor *m = ctx;
    struct heartbeat_registry *nodes = heartbeat_detector_nodes(m->detector);
    const struct heartbeat_node *n = heartbeat_registry_find(nodes, r->params[0]);
    struct sb_buf b = SB_BUF_INIT((size_t)1 << 20);
    if (n)
        put_node(&b, m, n);
    else
        put_missing(&b, r->params[0]);
    heartbeat_page_reply(r, n ? 200 : 404, &b);
    return 0;
}
