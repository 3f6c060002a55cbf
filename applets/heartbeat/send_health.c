/* GET /health: what the agent thinks of its node, for whoever would rather ask. */
#include "applets/heartbeat/send.h"

#include "core/base/log.h"
#include "core/base/time.h"
#include "core/doc/json_write.h"

static void put_pair(struct sb_json_writer *w, const char *key, const char *value)
{
    sb_json_key(w, key);
    sb_json_text(w, value);
}

static void put_healthy(struct sb_json_writer *w, const struct send_agent *a)
{
    int64_t ms = (sb_loop_now(a->loop) - a->began) / 1000000;
    sb_json_key(w, "uptime");
    sb_json_double(w, (double)ms / 1000);
    if (a->memory) {
        sb_json_key(w, "memory");
        sb_json_open_map(w);
        sb_json_key(w, "used");
        sb_json_int(w, (int64_t)a->memory);
        sb_json_close_map(w);
    }
    sb_json_key(w, "timestamp");
    sb_json_int(w, sb_time_now() / 1000000);
}

static int answer_health(struct sb_request *r, void *ctx)
{
    const struct send_agent *a = ctx;
    const char *problem = a->leaving            ? "shutting down"
                          : !a->ready           ? "starting"
                          : a->report.unhealthy ? a->report.problem
                                                : NULL;
    struct sb_buf body = SB_BUF_INIT(65536);
    struct sb_json_writer w;
    sb_json_writer_init(&w, &body, 0);
    sb_json_open_map(&w);
    put_pair(&w, "status", problem ? "unhealthy" : "healthy");
    put_pair(&w, "server", a->report.id);
    if (problem)
        put_pair(&w, "error", problem);
    else
        put_healthy(&w, a);
    sb_json_close_map(&w);
    sb_reply(r, problem ? 503 : 200, "application/json", (struct sb_str){body.data, body.len});
    sb_buf_done(&body);
    return 0;
}

int send_health_start(struct send_agent *a, struct sb_error *e)
{
    static const struct sb_route routes[] = {{SB_GET, "/health", answer_health, 0, 0}};
    const struct sb_server_options options = {
        .address = a->o->health_listen,
        .token_file = a->o->health_token_file,
        .connection_max = 256,
    };
    int r = sb_server_new(a->loop, &options, &a->server, e);
    if (r < 0)
        return r;
    sb_server_routes(a->server, routes, SB_LEN(routes), a);
    sb_server_start(a->server);
    sb_note("health is at %s/health", sb_server_url(a->server));
    return 0;
}
