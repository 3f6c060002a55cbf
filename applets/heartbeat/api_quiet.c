/* Quiet times over HTTP: which are on or to come, and operators' snoozes of many nodes at once. */
#include "applets/heartbeat/monitor.h"
#include "applets/heartbeat/present.h"

#include "core/base/time.h"
#include "core/doc/json_write.h"

#include <inttypes.h>

#define JSON_MAX ((size_t)16 << 20)
#define SNOOZE_DEFAULT (3600 * SB_NS_PER_S)

static void put_text(struct sb_json_writer *w, const char *key, const char *text)
{
    sb_json_key(w, key);
    sb_json_text(w, text);
}

static void put_time(struct sb_json_writer *w, const char *key, int64_t ns)
{
    struct sb_buf b = SB_BUF_INIT(64);
    sb_time_print(&b, ns);
    put_text(w, key, b.data);
    sb_buf_done(&b);
}

struct listing {
    struct sb_json_writer w;
    int64_t now;
};

static bool put_span(void *ctx, const struct heartbeat_quiet_span *span)
{
    struct listing *l = ctx;
    struct sb_json_writer *w = &l->w;
    sb_json_open_map(w);
    put_text(w, "name", span->name);
    if (span->number) {
        sb_json_key(w, "number");
        sb_json_int(w, (int64_t)span->number);
        put_text(w, "who", span->who);
    }
    if (span->why[0])
        put_text(w, "why", span->why);
    put_time(w, "from", span->from);
    put_time(w, "until", span->until);
    sb_json_key(w, "on");
    sb_json_bool(w, span->from <= l->now);
    sb_json_key(w, "hold_actions");
    sb_json_bool(w, span->hold_actions);
    sb_json_close_map(w);
    return true;
}

static void reply(struct sb_request *r, int status, struct sb_buf *b)
{
    struct sb_error e;
    if (sb_buf_check(b, "the answer", &e) < 0) {
        sb_buf_done(b);
        sb_reply_error(r, 500, "%s", e.text);
        return;
    }
    size_t len = b->len;
    sb_reply_take(r, status, "application/json", sb_buf_take(b), len);
}

/* What mutes one node now, with ?id=. */
static int get_muted(struct sb_request *r, struct heartbeat_monitor *m, struct sb_str id)
{
    const struct heartbeat_registry *nodes = heartbeat_detector_nodes(m->detector);
    const struct heartbeat_node *n = heartbeat_registry_find(nodes, id);
    struct sb_buf b = SB_BUF_INIT(JSON_MAX);
    struct heartbeat_muted muted;
    struct sb_json_writer w;
    if (!n) {
        sb_reply_error(r, 404, "there is no such node");
        return 0;
    }
    heartbeat_notices_muted(m->outlet.notices, id, heartbeat_registry_zone_name(nodes, n->zone),
                            heartbeat_monitor_now(m).wall, &muted);
    sb_json_writer_init(&w, &b, 0);
    sb_json_open_map(&w);
    put_text(&w, "schema", "srebox.heartbeat-quiet/1");
    sb_json_key(&w, "id");
    sb_json_str(&w, id);
    put_text(&w, "muted", heartbeat_mute_names[muted.why]);
    heartbeat_put_mute(&w, &muted);
    sb_json_close_map(&w);
    sb_buf_putc(&b, '\n');
    reply(r, 200, &b);
    return 0;
}

static int get_quiet(struct sb_request *r, void *ctx)
{
    struct heartbeat_monitor *m = ctx;
    struct sb_buf b = SB_BUF_INIT(JSON_MAX);
    struct listing l = {.now = heartbeat_monitor_now(m).wall};
    struct sb_str id;
    if (sb_request_query(r, "id", &id))
        return get_muted(r, m, id);
    sb_json_writer_init(&l.w, &b, 0);
    sb_json_open_map(&l.w);
    put_text(&l.w, "schema", "srebox.heartbeat-quiet/1");
    sb_json_key(&l.w, "quiet");
    sb_json_open_list(&l.w);
    heartbeat_quiet_each(m->outlet.quiet, l.now, put_span, &l);
    sb_json_close_list(&l.w);
    sb_json_close_map(&l.w);
    sb_buf_putc(&b, '\n');
    reply(r, 200, &b);
    return 0;
}

static int read_snooze(struct sb_request *r, int64_t now, struct heartbeat_snooze *ret,
                       struct sb_error *e)
{
    struct sb_str text;
    int64_t length = SNOOZE_DEFAULT;
    sb_request_query(r, "ids", &ret->ids);
    if (sb_request_query(r, "hold-actions", &text)) {
        ret->hold_actions = sb_str_is(text, "true");
        if (!ret->hold_actions && !sb_str_is(text, "false"))
            return sb_fail(e, SB_EINPUT, "hold-actions must be true or false");
    }
    if (sb_request_query(r, "until", &text))
        return sb_time_parse(text, &ret->until, e);
    if (sb_request_query(r, "for", &text)) {
        int rc = sb_duration_parse(text, false, &length, e);
        if (rc < 0)
            return rc;
    }
    if (__builtin_add_overflow(now, length, &ret->until))
        return sb_fail(e, SB_EINPUT, "the snooze would never end");
    return 0;
}

/* ?ids=GLOB, and for=DURATION or until=TIME, why=TEXT, hold-actions=true. */
static int post_quiet(struct sb_request *r, void *ctx)
{
    struct heartbeat_monitor *m = ctx;
    int64_t now = heartbeat_monitor_now(m).wall;
    struct heartbeat_snooze snooze = {.until = 0};
    struct sb_buf who = SB_BUF_INIT(256), why = SB_BUF_INIT(4096), b = SB_BUF_INIT(256);
    struct sb_error e = {0};
    struct sb_str text;
    uint64_t number = 0;
    heartbeat_api_operator(r, &who);
    if (sb_request_query(r, "why", &text))
        sb_buf_put(&why, text.p, text.len);
    snooze.who = who.data;
    snooze.why = why.data;
    int rc = read_snooze(r, now, &snooze, &e);
    if (rc == 0)
        rc = heartbeat_quiet_snooze(m->outlet.quiet, &snooze, now, &number, &e);
    struct heartbeat_quiet_span span;
    if (rc == 0 && m->keeper && heartbeat_quiet_find(m->outlet.quiet, number, &span))
        heartbeat_keeper_snooze(m->keeper, &span);
    if (rc < 0) {
        sb_reply_error(r, rc == -SB_ETOOBIG ? 409 : 400, "%s", e.text);
    } else {
        sb_buf_printf(&b, "{\"number\":%" PRIu64 "}\n", number);
        reply(r, 201, &b);
    }
    sb_buf_done(&who);
    sb_buf_done(&why);
    sb_buf_done(&b);
    return 0;
}

/* 0, which is no snooze's number, when it is none. */
static uint64_t read_number(struct sb_str text)
{
    uint64_t number = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (text.p[i] < '0' || text.p[i] > '9' || text.len > 18)
            return 0;
        number = number * 10 + (uint64_t)(text.p[i] - '0');
    }
    return number;
}

static int delete_quiet(struct sb_request *r, void *ctx)
{
    struct heartbeat_monitor *m = ctx;
    struct sb_error e = {0};
    int64_t now = heartbeat_monitor_now(m).wall;
    uint64_t number = read_number(r->params[0]);
    if (heartbeat_quiet_cancel(m->outlet.quiet, number, now, &e) < 0) {
        sb_reply_error(r, 404, "%s", e.text);
        return 0;
    }
    if (m->keeper)
        heartbeat_keeper_end_snooze(m->keeper, number);
    heartbeat_notices_recheck(m->outlet.notices);
    sb_reply(r, 204, NULL, SB_STR(""));
    return 0;
}

static const struct sb_route routes[] = {
    {SB_GET, "/api/quiet", get_quiet, 0, 0},
    {SB_POST, "/api/quiet", post_quiet, 0, 0},
    {SB_DELETE, "/api/quiet/{number}", delete_quiet, 0, 0},
};

void heartbeat_quiet_routes(struct heartbeat_monitor *m)
{
    sb_server_routes(m->server, routes, SB_LEN(routes), m);
}
