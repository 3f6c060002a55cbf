/* The monitor's HTTP interface: health, status, flips, and what operators do. Ingest (POST /heartbeat and
 * the like) has routes of its own. */
#include "applets/heartbeat/evidence.h"
#include "applets/heartbeat/monitor.h"
#include "applets/heartbeat/present.h"

#include "core/base/mem.h"
#include "core/base/time.h"

#include <stdio.h>
#include <unistd.h>

#define JSON_MAX ((size_t)256 << 20)
#define JSON_TYPE "application/json"
#define SNOOZE_DEFAULT (3600 * SB_NS_PER_S)
#define SNOOZE_MOST (366 * 24 * 3600 * SB_NS_PER_S)

static void reply_json(struct sb_request *r, int status, struct sb_buf *b)
{
    struct sb_error e;
    if (sb_buf_check(b, "the answer", &e) < 0) {
        sb_buf_done(b);
        sb_reply_error(r, 500, "%s; ask for less: ?limit=1000", e.text);
        return;
    }
    size_t len = b->len;
    sb_reply_take(r, status, JSON_TYPE, sb_buf_take(b), len);
}

bool heartbeat_api_number(struct sb_request *r, const char *name, uint64_t most, uint64_t *ret)
{
    struct sb_str text;
    uint64_t value = 0;
    if (!sb_request_query(r, name, &text))
        return true;
    for (size_t i = 0; i < text.len; i++) {
        unsigned digit = (unsigned char)text.p[i] - (unsigned)'0';
        if (digit > 9 || digit > most || value > (most - digit) / 10)
            return false;
        value = value * 10 + digit;
    }
    *ret = value;
    return text.len > 0;
}

/* ---- looking ---- */

/* As the seed's nodes answer: healthy when it can do its work. */
static int get_health(struct sb_request *r, void *ctx)
{
    const struct heartbeat_monitor *m = ctx;
    struct heartbeat_now now = heartbeat_monitor_now(m);
    struct heartbeat_keeper_status keeping = {.failing = false};
    struct sb_buf b = SB_BUF_INIT(8192);
    struct sb_json_writer w;
    if (m->keeper)
        heartbeat_keeper_status(m->keeper, &keeping);
    sb_json_writer_init(&w, &b, 0);
    sb_json_open_map(&w);
    sb_json_key(&w, "status");
    sb_json_text(&w, keeping.failing ? "unhealthy" : "healthy");
    sb_json_key(&w, "server");
    sb_json_text(&w, "srebox heartbeat");
    if (keeping.failing)
        heartbeat_put_str(&w, "error", sb_str(keeping.why));
    heartbeat_put_seconds(&w, "uptime", now.mono - m->began);
    sb_json_key(&w, "memory");
    sb_json_open_map(&w);
    sb_json_key(&w, "rss");
    sb_json_int(&w, heartbeat_rss());
    sb_json_close_map(&w);
    sb_json_key(&w, "timestamp");
    sb_json_int(&w, now.wall / 1000000);
    sb_json_close_map(&w);
    sb_buf_putc(&b, '\n');
    reply_json(r, keeping.failing ? 503 : 200, &b);
    return 0;
}

static int state_of(struct sb_str name)
{
    for (int i = 0; heartbeat_state_names[i]; i++)
        if (sb_str_is(name, heartbeat_state_names[i]))
            return i;
    return -1;
}

static struct heartbeat_scene scene_of(struct heartbeat_monitor *m)
{
    return (struct heartbeat_scene){
        .detector = m->detector, .notices = m->outlet.notices, .now = heartbeat_monitor_now(m)};
}

static int get_status(struct sb_request *r, void *ctx)
{
    struct heartbeat_monitor *m = ctx;
    struct heartbeat_hands_status hands;
    struct heartbeat_scene scene = scene_of(m);
    struct heartbeat_filter filter = {.state = -1};
    struct sb_str zone, state;
    uint64_t limit = 0, from = 0;
    if (!heartbeat_api_number(r, "limit", 1000000, &limit) ||
        !heartbeat_api_number(r, "from", UINT32_MAX, &from)) {
        sb_reply_error(r, 400, "limit and from must be whole numbers");
        return 0;
    }
    if (sb_request_query(r, "state", &state) && (filter.state = state_of(state)) < 0) {
        sb_reply_error(r, 400, "state must be one of up, late, down, left, paused, unknown");
        return 0;
    }
    if (sb_request_query(r, "zone", &zone))
        filter.zone = (struct sb_str){zone.p ? zone.p : "", zone.len};
    filter.limit = (uint32_t)limit;
    filter.from = (uint32_t)from;
    heartbeat_hands_status(m->hands, &hands);
    scene.hands = &hands;
    struct sb_buf b = SB_BUF_INIT(JSON_MAX);
    struct sb_json_writer w;
    sb_json_writer_init(&w, &b, 0);
    heartbeat_put_status(&w, &scene, &filter);
    reply_json(r, 200, &b);
    return 0;
}

static int get_node(struct sb_request *r, void *ctx)
{
    struct heartbeat_monitor *m = ctx;
    struct heartbeat_registry *nodes = heartbeat_detector_nodes(m->detector);
    const struct heartbeat_node *n = heartbeat_registry_find(nodes, r->params[0]);
    if (!n) {
        sb_reply_error(r, 404, "no such node is known");
        return 0;
    }
    struct heartbeat_scene scene = scene_of(m);
    struct sb_buf b = SB_BUF_INIT(JSON_MAX);
    struct sb_json_writer w;
    sb_json_writer_init(&w, &b, 0);
    heartbeat_put_node(&w, &scene, n);
    sb_buf_putc(&b, '\n');
    reply_json(r, 200, &b);
    return 0;
}

static int get_metrics(struct sb_request *r, void *ctx)
{
    struct sb_buf b = SB_BUF_INIT(JSON_MAX);
    heartbeat_prometheus(ctx, &b);
    size_t len = b.len;
    sb_reply_take(r, 200, "text/plain; version=0.0.4; charset=utf-8", sb_buf_take(&b), len);
    return 0;
}

/* ---- operating ---- */

static const char *const command_names[] = {"pause", "resume", "snooze", "ack", "forget", NULL};

/* until=TIME, or for=DURATION from now. */
static int snooze_until(struct sb_request *r, int64_t wall, int64_t *ret, struct sb_error *e)
{
    struct sb_str text;
    int64_t time = SNOOZE_DEFAULT;
    if (sb_request_query(r, "until", &text))
        return sb_time_parse(text, ret, e);
    if (sb_request_query(r, "for", &text)) {
        int code = sb_duration_parse(text, false, &time, e);
        if (code < 0)
            return code;
    }
    *ret = wall + SB_MIN(time, SNOOZE_MOST);
    return 0;
}

void heartbeat_api_operator(const struct sb_request *r, struct sb_buf *who)
{
    if (r->token)
        sb_buf_puts(who, r->token);
    else
        sb_request_peer(r, who);
}

static int operate(struct sb_request *r, struct heartbeat_monitor *m, const char *name)
{
    struct heartbeat_now now = heartbeat_monitor_now(m);
    struct sb_buf who = SB_BUF_INIT(256);
    struct sb_error e = {0};
    int64_t until = 0;
    int command = 0, code = 0;
    while (command_names[command] && strcmp(command_names[command], name) != 0)
        command++;
    if (command == HEARTBEAT_SNOOZE)
        code = snooze_until(r, now.wall, &until, &e);
    heartbeat_api_operator(r, &who);
    if (code == 0)
        code = heartbeat_detector_command(
            m->detector, r->params[0], (enum heartbeat_command)command, until, who.data, &now, &e);
    sb_buf_done(&who);
    heartbeat_pulse_hurry(&m->pulse);
    if (code < 0)
        sb_reply_error(r, e.code == SB_ENOTFOUND ? 404 : 400, "%s", e.text);
    else if (command == HEARTBEAT_FORGET && m->keeper)
        heartbeat_keeper_forget(m->keeper, r->params[0]);
    if (code == 0 && command == HEARTBEAT_FORGET) {
        heartbeat_hands_forget(m->hands, r->params[0]);
        sb_reply(r, 204, NULL, SB_STR(""));
    } else if (code == 0) {
        get_node(r, m);
    }
    return 0;
}

static int post_node(struct sb_request *r, void *ctx)
{
    for (size_t i = 0; i < HEARTBEAT_FORGET; i++)
        if (sb_str_is(r->params[1], command_names[i]))
            return operate(r, ctx, command_names[i]);
    sb_reply_error(r, 404, "known are pause, resume, snooze and ack");
    return 0;
}

static int delete_node(struct sb_request *r, void *ctx)
{
    return operate(r, ctx, "forget");
}

static const struct sb_route routes[] = {
    {SB_GET, "/health", get_health, SB_ROUTE_PUBLIC, 0},
    {SB_GET, "/metrics", get_metrics, 0, 0},
    {SB_GET, "/api/status", get_status, 0, 0},
    {SB_GET, "/api/nodes/{id}", get_node, 0, 0},
    {SB_DELETE, "/api/nodes/{id}", delete_node, 0, 0},
    {SB_POST, "/api/nodes/{id}/{command}", post_node, 0, 0},
};

void heartbeat_api_routes(struct heartbeat_monitor *m)
{
    sb_server_routes(m->server, routes, SB_LEN(routes), m);
    heartbeat_flips_routes(m);
    heartbeat_quiet_routes(m);
}
