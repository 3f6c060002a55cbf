/* Routes for beats: what came becomes a beat, what the sink says of it becomes the answer. */
#include "applets/heartbeat/ingest.h"

#include "applets/heartbeat/alertmanager.h"
#include "applets/heartbeat/ping.h"
#include "core/base/mem.h"
#include "core/base/time.h"

#include <stdio.h>
#include <stdlib.h>

static const char plain[] = "text/plain; charset=utf-8";

int heartbeat_ingest_new(const struct heartbeat_ingest_options *options,
                         const struct heartbeat_policy *policy, struct heartbeat_ingest **ret,
                         struct sb_error *e)
{
    struct heartbeat_ingest *g = sb_xcalloc(1, sizeof *g);
    g->options = *options;
    g->peer.max = HEARTBEAT_PEER_MAX;
    int rc = heartbeat_ping_new(policy, &g->ping, e);
    if (rc < 0) {
        free(g);
        return rc;
    }
    *ret = g;
    return 0;
}

void heartbeat_ingest_free(struct heartbeat_ingest *g)
{
    if (!g)
        return;
    heartbeat_ping_free(g->ping);
    sb_buf_done(&g->peer);
    free(g);
}

int heartbeat_ingest_policy(struct heartbeat_ingest *g, const struct heartbeat_policy *policy,
                            struct sb_error *e)
{
    struct heartbeat_ping *ping;
    int rc = heartbeat_ping_new(policy, &ping, e);
    if (rc < 0)
        return rc;
    heartbeat_ping_free(g->ping);
    g->ping = ping;
    return 0;
}

enum heartbeat_verdict heartbeat_ingest_take(struct heartbeat_ingest *g, struct sb_request *r,
                                             struct heartbeat_beat *b)
{
    sb_buf_reset(&g->peer);
    sb_request_peer(r, &g->peer);
    b->peer = (struct sb_str){g->peer.data, g->peer.len};
    b->received = r->at;
    b->received_wall = sb_time_now();
    enum heartbeat_verdict verdict = g->options.sink.take(g->options.sink.ctx, b);
    g->stats.beats[b->source]++;
    g->stats.refused[b->source] += verdict >= HEARTBEAT_UNKNOWN;
    return verdict;
}

static void answer(struct sb_request *r, enum heartbeat_verdict verdict)
{
    switch (verdict) {
    case HEARTBEAT_TAKEN:
    case HEARTBEAT_CREATED: sb_reply(r, 204, NULL, SB_STR("")); break;
    case HEARTBEAT_DUPLICATE:
        sb_reply(r, 200, "application/json", SB_STR("{\"result\":\"duplicate\"}\n"));
        break;
    case HEARTBEAT_STALE:
        sb_reply(r, 200, "application/json", SB_STR("{\"result\":\"stale\"}\n"));
        break;
    case HEARTBEAT_UNKNOWN: sb_reply_error(r, 403, "this node is not known here"); break;
    case HEARTBEAT_FULL:
        sb_reply_header(r, "Retry-After", "60");
        sb_reply_error(r, 503, "no more nodes can be watched");
        break;
    case HEARTBEAT_REFUSED: sb_reply_error(r, 400, "this is no beat"); break;
    }
}

static int refuse(struct heartbeat_ingest *g, enum heartbeat_source source, struct sb_request *r,
                  const struct sb_error *e)
{
    g->stats.refused[source]++;
    sb_reply_error(r, e->code == SB_ETOOBIG ? 413 : 400, "%s", e->text);
    return 0;
}

/* ---- POST /heartbeat, POST /shutdown ---- */

static int take_body(struct sb_request *r, struct heartbeat_ingest *g, bool goodbye)
{
    struct heartbeat_beat b = {.source = HEARTBEAT_BY_HTTP, .create = !g->options.known_only};
    struct sb_error e;
    b.run_id = SB_STR("");
    if (heartbeat_json_read(r->body, goodbye, &g->scratch, &b, &e) < 0)
        return refuse(g, HEARTBEAT_BY_HTTP, r, &e);
    g->stats.dropped_metrics += g->scratch.dropped_metrics;
    answer(r, heartbeat_ingest_take(g, r, &b));
    return 0;
}

static int take_heartbeat(struct sb_request *r, void *ctx)
{
    return take_body(r, ctx, false);
}

static int take_shutdown(struct sb_request *r, void *ctx)
{
    return take_body(r, ctx, true);
}

/* ---- pings ---- */

static void say(struct heartbeat_ingest *g, struct sb_request *r, int status, const char *text)
{
    char limit[24];
    snprintf(limit, sizeof limit, "%zu", heartbeat_ping_body_limit(g->ping));
    sb_reply_header(r, "Ping-Body-Limit", limit);
    sb_reply_header(r, "Access-Control-Allow-Origin", "*");
    sb_reply(r, status, plain, sb_str(text));
}

static int refuse_ping(struct heartbeat_ingest *g, struct sb_request *r, int status,
                       const char *text)
{
    g->stats.refused[HEARTBEAT_BY_PING]++;
    say(g, r, status, text);
    return 0;
}

static void answer_ping(struct heartbeat_ingest *g, struct sb_request *r,
                        enum heartbeat_verdict verdict, bool create)
{
    switch (verdict) {
    case HEARTBEAT_TAKEN:
    case HEARTBEAT_DUPLICATE:
    case HEARTBEAT_STALE: say(g, r, 200, "OK"); break;
    case HEARTBEAT_CREATED: say(g, r, create ? 201 : 200, create ? "Created" : "OK"); break;
    case HEARTBEAT_UNKNOWN: say(g, r, 404, "not found"); break;
    case HEARTBEAT_FULL: say(g, r, 503, "no more checks can be watched"); break;
    case HEARTBEAT_REFUSED: say(g, r, 400, "invalid url format"); break;
    }
}

/* May this ping make a node? */
static bool may_create(const struct heartbeat_ingest *g, enum heartbeat_ping_form form, bool asked)
{
    if (form == HEARTBEAT_PING_CHECK)
        return true; /* the policy names it */
    return !g->options.known_only && (asked || form == HEARTBEAT_PING_ID);
}

static int give_ping(struct heartbeat_ingest *g, struct sb_request *r, struct heartbeat_beat *b,
                     enum heartbeat_ping_form form)
{
    struct sb_str create = SB_STR("");
    size_t limit = heartbeat_ping_body_limit(g->ping);
    sb_request_query(r, "create", &create);
    bool asked = sb_str_is(create, "1");
    bool ours = form == HEARTBEAT_PING_ID || (form == HEARTBEAT_PING_UUID && asked);
    if (ours && !sb_request_authorized(r))
        return 0;
    if (sb_request_query(r, "rid", &b->run_id) && !heartbeat_is_uuid(b->run_id))
        return refuse_ping(g, r, 400, "invalid uuid format");
    b->source = HEARTBEAT_BY_PING;
    b->sent = HEARTBEAT_NO_TIME;
    b->create = may_create(g, form, asked);
    b->body = (struct sb_str){r->body.p, SB_MIN(r->body.len, limit)};
    answer_ping(g, r, heartbeat_ingest_take(g, r, b), asked);
    return 0;
}

static int take_path(struct sb_request *r, struct heartbeat_ingest *g, bool hosted)
{
    const struct sb_str none = SB_STR("");
    struct heartbeat_beat b = {.zone = none, .boot_id = none, .run_id = none};
    struct heartbeat_ping_path path = {.hosted = hosted, .open = sb_request_is_open(r)};
    char lower[36];
    memcpy(path.segments, r->params, sizeof path.segments);
    enum heartbeat_ping_form form = heartbeat_ping_read(g->ping, &path, lower, &b);
    switch (form) {
    case HEARTBEAT_PING_NOT_FOUND: return refuse_ping(g, r, 404, "not found");
    case HEARTBEAT_PING_AMBIGUOUS: return refuse_ping(g, r, 409, "ambiguous slug");
    case HEARTBEAT_PING_BAD_URL: return refuse_ping(g, r, 400, "invalid url format");
    case HEARTBEAT_PING_CHECK:
    case HEARTBEAT_PING_UUID:
    case HEARTBEAT_PING_SLUG:
    case HEARTBEAT_PING_ID: break;
    }
    return give_ping(g, r, &b, form);
}

static int take_ping(struct sb_request *r, void *ctx)
{
    return take_path(r, ctx, false);
}

static int take_hosted_ping(struct sb_request *r, void *ctx)
{
    return take_path(r, ctx, true);
}

/* ---- Alertmanager ---- */

struct alerts {
    struct heartbeat_ingest *g;
    struct sb_request *r;
    enum heartbeat_verdict worst;
};

static void give_alert(void *ctx, struct heartbeat_beat *b)
{
    struct alerts *a = ctx;
    enum heartbeat_verdict verdict = heartbeat_ingest_take(a->g, a->r, b);
    a->worst = SB_MAX(a->worst, verdict);
}

static int take_alerts(struct sb_request *r, void *ctx)
{
    struct alerts a = {.g = ctx, .r = r, .worst = HEARTBEAT_TAKEN};
    const struct sb_str none = SB_STR("");
    struct heartbeat_alert_options o = {.id = r->params[0].p ? r->params[0] : none, .label = none};
    struct heartbeat_beat b = {.source = HEARTBEAT_BY_ALERTMANAGER,
                               .create = !a.g->options.known_only,
                               .zone = none,
                               .boot_id = none,
                               .run_id = none,
                               .sent = HEARTBEAT_NO_TIME};
    struct sb_error e;
    sb_request_query(r, "label", &o.label);
    if (heartbeat_alertmanager_read(r->body, &o, &b, give_alert, &a, &e) < 0)
        return refuse(a.g, HEARTBEAT_BY_ALERTMANAGER, r, &e);
    answer(r, a.worst);
    return 0;
}

/* ---- routes ---- */

enum {
    PING_METHODS = SB_GET | SB_POST,
    PING_FLAGS =
        SB_ROUTE_PUBLIC | SB_ROUTE_CUT_BODY, /* the path is the secret, or asks for a token */
    ALERTS_MAX = 1 << 20
};

static const struct sb_route routes[] = {
    {SB_POST, "/heartbeat", take_heartbeat, 0, HEARTBEAT_JSON_MAX},
    {SB_POST, "/shutdown", take_shutdown, 0, HEARTBEAT_JSON_MAX},
    {PING_METHODS, "/ping/{a}", take_ping, PING_FLAGS, HEARTBEAT_BODY_MAX},
    {PING_METHODS, "/ping/{a}/{b}", take_ping, PING_FLAGS, HEARTBEAT_BODY_MAX},
    {PING_METHODS, "/ping/{a}/{b}/{c}", take_ping, PING_FLAGS, HEARTBEAT_BODY_MAX},
    {SB_POST, "/alertmanager", take_alerts, 0, ALERTS_MAX},
    {SB_POST, "/alertmanager/{id}", take_alerts, 0, ALERTS_MAX},
};
static const struct sb_route hosted_routes[] = {
    {PING_METHODS, "/{a}", take_hosted_ping, PING_FLAGS, HEARTBEAT_BODY_MAX},
    {PING_METHODS, "/{a}/{b}", take_hosted_ping, PING_FLAGS, HEARTBEAT_BODY_MAX},
    {PING_METHODS, "/{a}/{b}/{c}", take_hosted_ping, PING_FLAGS, HEARTBEAT_BODY_MAX},
};

void heartbeat_ingest_routes(struct heartbeat_ingest *g, struct sb_server *s, bool hosted)
{
    sb_server_routes(s, routes, SB_LEN(routes), g);
    if (hosted)
        sb_server_routes(s, hosted_routes, SB_LEN(hosted_routes), g);
}
