/* The HTTP server as a program, for tests against real clients.
 *
 *     http_serve ADDRESS [token=FILE] [cert=FILE] [key=FILE] [ca=FILE]
 *
 * /nothing only answers, /echo answers with the body, /large with 8 MiB, /later after 50 ms; /events
 * streams. Prints its address, serves until SIGTERM, and prints what it counted. */
#include "core/base/mem.h"
#include "core/base/time.h"
#include "core/co/signal.h"
#include "core/net/events.h"
#include "core/net/server.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>

static struct sb_loop *loop;
static struct sb_events *events;

static int take_nothing(struct sb_request *r, void *ctx)
{
    (void)ctx;
    sb_reply(r, 204, NULL, SB_STR(""));
    return 0;
}

static int take_echo(struct sb_request *r, void *ctx)
{
    (void)ctx;
    sb_reply(r, 200, "application/octet-stream", r->body);
    return 0;
}

static int take_large(struct sb_request *r, void *ctx)
{
    size_t len = (size_t)8 << 20;
    char *body = sb_xmalloc(len);
    (void)ctx;
    for (size_t i = 0; i < len; i++)
        body[i] = (char)('a' + i % 26);
    sb_reply_take(r, 200, "text/plain", body, len);
    return 0;
}

#define answer_SAVED(F)
#define answer_LIVE(F) F(struct sb_later, later) F(struct sb_co_sleep, sleep)
#define answer_POINTS(P) P(asleep)
CO_FRAME(answer);
CO_DESC(answer);
static struct answer answer; /* one at a time is enough here */

static struct sb_co *answer_step(struct sb_co *co_self)
{
    CO_BODY(answer, f);
    CO_AWAIT(asleep, &f->sleep);
    if (f->later.request)
        sb_reply(f->later.request, 200, "text/plain", SB_STR("later\n"));
finally:
    sb_later_drop(&f->later);
    CO_END;
}

static int take_later(struct sb_request *r, void *ctx)
{
    (void)ctx;
    if (answer.later.request) {
        sb_reply_error(r, 503, "busy");
        return 0;
    }
    CO_INIT(answer, &answer);
    sb_co_sleep_init(&answer.sleep, sb_loop_timers(loop), sb_loop_now(loop) + SB_NS_PER_S / 20);
    sb_reply_later(r, &answer.later);
    sb_co_run(&answer.co);
    return 0;
}

static int take_events(struct sb_request *r, void *ctx)
{
    (void)ctx;
    sb_events_subscribe(events, r, "hello", SB_STR("{\"from\": \"here\"}"));
    return 0;
}

static const struct sb_route routes[] = {
    {SB_GET | SB_POST, "/nothing", take_nothing, 0, 0},
    {SB_POST | SB_PUT, "/echo", take_echo, 0, (size_t)4 << 20},
    {SB_GET, "/large", take_large, 0, 0},
    {SB_GET, "/later", take_later, 0, 0},
    {SB_GET, "/events", take_events, 0, 0},
};

#define serve_SAVED(F)
#define serve_LIVE(F) \
    F(struct sb_server *, server) F(struct sb_co_signal, signal) F(struct sb_server_stop, stop)
#define serve_POINTS(P) P(serving) P(stopping)
CO_FRAME(serve);
CO_DESC(serve);

static struct sb_co *serve_step(struct sb_co *co_self)
{
    CO_BODY(serve, f);
    CO_AWAIT(serving, &f->signal);
    sb_server_stop_init(&f->stop, f->server, SB_NS_PER_S);
    CO_AWAIT(stopping, &f->stop);
finally:
    CO_END;
}

static const char *argument(int argc, char **argv, const char *name)
{
    size_t len = strlen(name);
    for (int i = 2; i < argc; i++)
        if (strncmp(argv[i], name, len) == 0 && argv[i][len] == '=')
            return argv[i] + len + 1;
    return NULL;
}

int main(int argc, char **argv)
{
    const struct sb_server_options opts = {.address = argc > 1 ? argv[1] : "127.0.0.1:0",
                                           .token_file = argument(argc, argv, "token"),
                                           .tls_cert = argument(argc, argv, "cert"),
                                           .tls_key = argument(argc, argv, "key"),
                                           .tls_client_ca = argument(argc, argv, "ca")};
    const int set[] = {SIGTERM, SIGINT};
    struct sb_error e;
    struct sb_signals *signals;
    struct serve root;
    CO_INIT(serve, &root);
    if (sb_loop_new(&loop, &e) < 0 || sb_server_new(loop, &opts, &root.server, &e) < 0 ||
        sb_signals_new(&signals, loop, set, SB_LEN(set), &e) < 0) {
        fprintf(stderr, "%s\n", e.text);
        return 2;
    }
    events = sb_events_new(root.server, NULL);
    sb_server_routes(root.server, routes, SB_LEN(routes), NULL);
    sb_server_start(root.server);
    printf("%s\n", sb_server_url(root.server));
    fflush(stdout);
    sb_co_signal_init(&root.signal, signals);
    sb_loop_run(loop, &root.co);
    printf("requests %" PRIu64 " connections %" PRIu64 "\n", sb_server_stats(root.server).requests,
           sb_server_stats(root.server).accepted);
    sb_events_free(events);
    sb_server_free(root.server);
    sb_signals_free(signals);
    sb_loop_free(loop);
    return 0;
}
