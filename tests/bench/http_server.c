/* A server for wrk: POST /beat reads a small JSON body with core/doc and answers 204, GET /nothing only
 * answers. Prints its address, serves until SIGTERM, and prints what it counted.
 *
 *     http_server [ADDRESS] */
#include "core/co/signal.h"
#include "core/doc/json.h"
#include "core/net/server.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>

static int take_beat(struct sb_request *r, void *ctx)
{
    struct sb_error e;
    struct sb_doc_node *root;
    struct sb_doc_pool *pool = sb_doc_pool_new();
    (void)ctx;
    struct sb_doc_text text;
    int rc = sb_doc_text_copy(pool, "body", r->body.p, r->body.len, &text, &e);
    if (rc == 0)
        rc = sb_json_read(pool, &text, NULL, &root, &e);
    sb_doc_pool_free(pool);
    if (rc < 0)
        sb_reply_error(r, 400, "%s", e.text);
    else
        sb_reply(r, 204, NULL, SB_STR(""));
    return 0;
}

static int take_nothing(struct sb_request *r, void *ctx)
{
    (void)ctx;
    sb_reply(r, 204, NULL, SB_STR(""));
    return 0;
}

static const struct sb_route routes[] = {{SB_POST, "/beat", take_beat, 0, 0},
                                         {SB_GET | SB_POST, "/nothing", take_nothing, 0, 0}};

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
    sb_server_stop_init(&f->stop, f->server, 0);
    CO_AWAIT(stopping, &f->stop);
finally:
    CO_END;
}

int main(int argc, char **argv)
{
    const struct sb_server_options opts = {.address = argc > 1 ? argv[1] : "127.0.0.1:0"};
    const int set[] = {SIGTERM, SIGINT};
    struct sb_error e;
    struct sb_loop *loop;
    struct sb_signals *signals;
    struct serve root;
    CO_INIT(serve, &root);
    if (sb_loop_new(&loop, &e) < 0 || sb_server_new(loop, &opts, &root.server, &e) < 0 ||
        sb_signals_new(&signals, loop, set, SB_LEN(set), &e) < 0) {
        fprintf(stderr, "%s\n", e.text);
        return 2;
    }
    sb_server_routes(root.server, routes, SB_LEN(routes), NULL);
    sb_server_start(root.server);
    printf("%s\n", sb_server_url(root.server));
    fflush(stdout);
    sb_co_signal_init(&root.signal, signals);
    sb_loop_run(loop, &root.co);
    printf("requests %" PRIu64 " connections %" PRIu64 "\n", sb_server_stats(root.server).requests,
           sb_server_stats(root.server).accepted);
    sb_server_free(root.server);
    sb_signals_free(signals);
    sb_loop_free(loop);
    return 0;
}
