/* /metrics: Prometheus' text exposition format 0.0.4. Names from the outside stand in labels only, escaped. */
#include "applets/heartbeat/monitor.h"

#include "core/base/utf8.h"
#include "core/doc/number.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* Nodes that are shown one by one; of a larger fleet only the sums are. */
enum { NODES_SHOWN = 20000 };

int64_t heartbeat_rss(void)
{
    char line[128];
    FILE *f = fopen("/proc/self/statm", "re");
    if (!f)
        return 0;
    const char *rss =
        fgets(line, sizeof line, f) ? strchr(line, ' ') : NULL; /* the second figure */
    long long pages = rss ? strtoll(rss, NULL, 10) : 0;
    fclose(f);
    return pages * sysconf(_SC_PAGESIZE);
}

static void head(struct sb_buf *out, const char *name, const char *type, const char *help)
{
    sb_buf_printf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void value(struct sb_buf *out, double v)
{
    sb_buf_putc(out, ' ');
    sb_number_print_double(out, v);
    sb_buf_putc(out, '\n');
}

static void plain(struct sb_buf *out, const char *name, const char *type, const char *help,
                  double v)
{
    head(out, name, type, help);
    sb_buf_puts(out, name);
    value(out, v);
}

static void label(struct sb_buf *out, const char *name, struct sb_str s)
{
    sb_buf_printf(out, "%s=", name);
    sb_escape_label(out, s);
}

static void open_node(struct sb_buf *out, const char *name, const struct heartbeat_registry *r,
                      const struct heartbeat_node *n)
{
    sb_buf_printf(out, "%s{", name);
    label(out, "id", heartbeat_node_id(n));
    sb_buf_putc(out, ',');
    label(out, "zone", heartbeat_registry_zone_name(r, n->zone));
}

static void put_totals(const struct heartbeat_monitor *m, struct sb_buf *out)
{
    struct heartbeat_totals t = heartbeat_detector_totals(m->detector);
    struct sb_loop_lag lag;
    sb_loop_lag(m->loop, &lag);
    head(out, "heartbeat_nodes", "gauge", "Nodes by state.");
    for (size_t i = 0; heartbeat_state_names[i]; i++) {
        sb_buf_printf(out, "heartbeat_nodes{state=\"%s\"}", heartbeat_state_names[i]);
        value(out, t.states[i]);
    }
    head(out, "heartbeat_beats_total", "counter", "Beats, by what became of them.");
    const struct {
        const char *name;
        uint64_t count;
    } beats[] = {{"taken", t.beats},
                 {"duplicate", t.duplicates},
                 {"stale", t.stale},
                 {"unknown", t.unknown},
                 {"refused", t.refused}};
    for (size_t i = 0; i < SB_LEN(beats); i++) {
        sb_buf_printf(out, "heartbeat_beats_total{verdict=\"%s\"}", beats[i].name);
        value(out, (double)beats[i].count);
    }
    plain(out, "heartbeat_flips_total", "counter", "Changes of state, alerts and notes.",
          (double)t.flips);
    plain(out, "heartbeat_trace_lost_bytes_total", "counter", "Trace that could not be written.",
          (double)m->recorder.lost);
    plain(out, "heartbeat_loop_lag_seconds", "gauge", "How late the last timer fired.",
          (double)lag.late / 1e9);
    plain(out, "heartbeat_loop_worst_lag_seconds", "gauge", "The worst of the last minute.",
          (double)SB_MAX(lag.worst_late, lag.worst_busy) / 1e9);
    plain(out, "process_resident_memory_bytes", "gauge", "Resident memory size in bytes.",
          (double)heartbeat_rss());
    plain(out, "process_start_time_seconds", "gauge", "Start time of the process, Unix time.",
          (double)m->began_wall / 1e9);
}

/* What people were told, and what they were not. */
static void put_notices(const struct heartbeat_monitor *m, struct sb_buf *out)
{
    struct heartbeat_notice_totals t = heartbeat_notices_totals(m->outlet.notices);
    plain(out, "heartbeat_alerts_total", "counter", "Alerts that people were to be told of.",
          (double)t.alerts);
    head(out, "heartbeat_muted_total", "counter", "Alerts that were muted, by why.");
    for (size_t i = HEARTBEAT_MUTE_QUIET; i < HEARTBEAT_MUTE_COUNT; i++) {
        sb_buf_printf(out, "heartbeat_muted_total{why=\"%s\"}", heartbeat_mute_names[i]);
        value(out, (double)t.muted[i]);
    }
    plain(out, "heartbeat_nodes_muted", "gauge", "Nodes that are down while something mutes them.",
          t.waiting);
    plain(out, "heartbeat_nodes_flapping", "gauge", "Nodes that go up and down too often.",
          t.flapping);
}

static void put_server(const struct heartbeat_monitor *m, struct sb_buf *out)
{
    struct sb_server_stats s = sb_server_stats(m->server);
    plain(out, "heartbeat_http_requests_total", "counter", "Requests.", (double)s.requests);
    plain(out, "heartbeat_http_connections", "gauge", "Open connections.", s.connections);
    plain(out, "heartbeat_http_refused_total", "counter", "Connections refused for want of room.",
          (double)s.refused);
    plain(out, "heartbeat_http_full_total", "counter",
          "Times a peer came when there was no room for it.", (double)s.full);
    plain(out, "heartbeat_http_bad_tokens_total", "counter", "Requests with a wrong or no token.",
          (double)s.bad_tokens);
}

static void put_store(const struct heartbeat_monitor *m, struct sb_buf *out)
{
    struct heartbeat_keeper_status s;
    if (!m->keeper)
        return;
    heartbeat_keeper_status(m->keeper, &s);
    plain(out, "heartbeat_store_failing", "gauge", "1 while the disk refuses what should be kept.",
          s.failing);
    plain(out, "heartbeat_store_waiting", "gauge", "Flips and audits not yet on the disk.",
          s.waiting);
    plain(out, "heartbeat_store_lost_total", "counter", "Flips and audits that were given up.",
          (double)s.lost);
    plain(out, "heartbeat_store_saved_seconds", "gauge", "Unix time of the last commit.",
          (double)s.saved_wall / 1e9);
}

/* What was done, and how HAProxy follows. */
static void put_hands(const struct heartbeat_monitor *m, struct sb_buf *out)
{
    struct heartbeat_hands_status s;
    heartbeat_hands_status(m->hands, &s);
    const struct heartbeat_actions_status *a = &s.actions;
    const uint64_t outcomes[] = {a->done, a->failed, a->dropped};
    static const char *const names[] = {"done", "failed", "dropped"};
    head(out, "heartbeat_actions_total", "counter",
         "Attempts at actions, by what came of them; dropped: never begun.");
    for (size_t i = 0; i < SB_LEN(names); i++) {
        sb_buf_printf(out, "heartbeat_actions_total{outcome=\"%s\"}", names[i]);
        value(out, (double)outcomes[i]);
    }
    plain(out, "heartbeat_actions_waiting", "gauge", "Actions that wait for their turn.",
          a->waiting);
    plain(out, "heartbeat_actions_running", "gauge", "Actions under way.", a->running);
    plain(out, "heartbeat_haproxy_agent_checks_total", "counter", "Agent checks answered.",
          (double)s.answered);
    plain(out, "heartbeat_haproxy_sockets", "gauge", "Runtime sockets of the policy.", s.sockets);
    plain(out, "heartbeat_haproxy_sockets_reached", "gauge", "Of these, reached at the last try.",
          s.connected);
    plain(out, "heartbeat_haproxy_set_total", "counter", "States of servers that were set.",
          (double)s.set);
    plain(out, "heartbeat_haproxy_reloads_total", "counter", "Reloads of HAProxy that were seen.",
          (double)s.reloads);
    plain(out, "heartbeat_haproxy_servers_failed", "gauge",
          "Servers that are not as wanted, or not there.", s.failed);
    plain(out, "heartbeat_haproxy_servers_left_alone", "gauge",
          "Servers that somebody else stopped.", s.left_alone);
}

static void put_datagrams(const struct heartbeat_monitor *m, struct sb_buf *out)
{
    static const char *const names[] = {"taken", "malformed", "unknown", "forged", "replayed"};
    if (!m->udp)
        return;
    struct heartbeat_udp_stats s = heartbeat_udp_stats(m->udp);
    head(out, "heartbeat_datagrams_total", "counter", "Datagrams, by what was found in them.");
    for (size_t i = 0; i < SB_LEN(names); i++) {
        sb_buf_printf(out, "heartbeat_datagrams_total{verdict=\"%s\"}", names[i]);
        value(out, (double)s.verdicts[i]);
    }
    plain(out, "heartbeat_datagrams_dropped_total", "counter",
          "Datagrams the kernel dropped for want of room.", (double)s.dropped);
}

static void put_zones(const struct heartbeat_monitor *m, struct sb_buf *out)
{
    static const char *const names[] = {"heartbeat_zone_expected", "heartbeat_zone_silent",
                                        "heartbeat_zone_mass_silence",
                                        "heartbeat_zone_actions_held"};
    static const char *const helps[] = {
        "Nodes expected to be heard.", "Of these, late or newly down.",
        "1 while one alert stands for the zone.", "Actions that wait for the zone's rate."};
    const struct heartbeat_registry *r = heartbeat_detector_nodes(m->detector);
    for (size_t k = 0; k < SB_LEN(names); k++) {
        head(out, names[k], "gauge", helps[k]);
        for (uint16_t i = 0; i < heartbeat_registry_zones(r); i++) {
            struct heartbeat_zone_status z = heartbeat_detector_zone(m->detector, i);
            const double values[] = {z.expected, z.silent, z.mass, z.held};
            sb_buf_printf(out, "%s{", names[k]);
            label(out, "zone", heartbeat_registry_zone_name(r, i));
            sb_buf_putc(out, '}');
            value(out, values[k]);
        }
    }
}

static void put_metrics(const struct heartbeat_registry *r, const struct heartbeat_node *n,
                        struct sb_buf *out)
{
    struct heartbeat_metric metrics[HEARTBEAT_METRICS_MAX];
    size_t len = heartbeat_registry_metrics(r, n, metrics, HEARTBEAT_METRICS_MAX);
    for (size_t i = 0; i < len; i++) {
        open_node(out, "heartbeat_node_metric", r, n);
        sb_buf_putc(out, ',');
        label(out, "metric", metrics[i].name);
        sb_buf_putc(out, '}');
        value(out, metrics[i].value);
    }
}

static void put_nodes(const struct heartbeat_monitor *m, struct sb_buf *out)
{
    const struct heartbeat_registry *r = heartbeat_detector_nodes(m->detector);
    uint32_t end = heartbeat_registry_end(r);
    head(out, "heartbeat_node_up", "gauge", "1 unless the node is down.");
    for (uint32_t i = 0; i < end; i++) {
        const struct heartbeat_node *n = heartbeat_registry_at(r, i);
        if (!n || n->state == HEARTBEAT_LEFT || n->state == HEARTBEAT_PAUSED)
            continue;
        open_node(out, "heartbeat_node_up", r, n);
        sb_buf_putc(out, '}');
        value(out, n->state != HEARTBEAT_DOWN);
    }
    head(out, "heartbeat_node_last_beat_seconds", "gauge", "Unix time of the last beat.");
    for (uint32_t i = 0; i < end; i++) {
        const struct heartbeat_node *n = heartbeat_registry_at(r, i);
        if (!n || !n->received_wall)
            continue;
        open_node(out, "heartbeat_node_last_beat_seconds", r, n);
        sb_buf_putc(out, '}');
        int64_t ms = n->received_wall / 1000000;
        value(out, (double)ms / 1e3);
    }
    head(out, "heartbeat_node_metric", "gauge", "What the node said in its last beat.");
    for (uint32_t i = 0; i < end; i++) {
        const struct heartbeat_node *n = heartbeat_registry_at(r, i);
        if (n)
            put_metrics(r, n, out);
    }
}

void heartbeat_prometheus(const struct heartbeat_monitor *m, struct sb_buf *out)
{
    put_totals(m, out);
    put_notices(m, out);
    put_server(m, out);
    put_store(m, out);
    put_hands(m, out);
    put_datagrams(m, out);
    put_zones(m, out);
    if (heartbeat_registry_count(heartbeat_detector_nodes(m->detector)) <= NODES_SHOWN)
        put_nodes(m, out);
    else
        sb_buf_printf(out, "# more than %d nodes: they are not shown one by one\n", NODES_SHOWN);
}
