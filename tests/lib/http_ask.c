/* The HTTP client as a program, for tests against real servers:
 *     http_ask [-n REQUESTS] [-j AT-A-TIME] [-c CA] [-C CERT] [-K KEY] [-p PIN] [-r REDIRECTS] [-k] URL
 * Prints "STATUS BODY-BYTES NEW-CONNECTIONS" of all together, the status being the last; or the error. */
#include "core/net/http.h"

#include "core/base/log.h"
#include "core/base/mem.h"
#include "core/co/loop.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static struct sb_http_client *client;
static struct sb_http_request request;
static struct sb_error error;
static unsigned long bytes, connections;
static int last_status;

#define asker_SAVED(F) F(int32_t, left)
#define asker_LIVE(F) F(struct sb_http_exchange, exchange) F(struct sb_http_response, answer)
#define asker_POINTS(P) P(asking)
CO_FRAME(asker);
CO_DESC(asker);
static struct sb_co *asker_step(struct sb_co *co_self)
{
    CO_BODY(asker, f);
    for (; f->left > 0; f->left--) {
        sb_http_exchange_init(&f->exchange, client, &request, &f->answer);
        CO_AWAIT(asking, &f->exchange);
        if (f->exchange.co.rc < 0) {
            error = f->exchange.error;
            CO_RETURN(f->exchange.co.rc);
        }
        last_status = f->answer.status;
        bytes += f->answer.body.len;
        connections += !f->answer.reused;
    }
finally:
    sb_http_response_done(&f->answer);
    CO_END;
}

static void read_arguments(int argc, char **argv, int *n, int *at_a_time)
{
    for (int c; (c = getopt(argc, argv, "n:j:c:C:K:p:r:k")) != -1;)
        switch (c) {
        case 'n': *n = (int)strtol(optarg, NULL, 10); break;
        case 'j': *at_a_time = (int)strtol(optarg, NULL, 10); break;
        case 'c': request.tls.ca_file = optarg; break;
        case 'C': request.tls.cert_file = optarg; break;
        case 'K': request.tls.key_file = optarg; break;
        case 'p': request.tls.pinned_key = optarg; break;
        case 'r': request.redirects = (uint32_t)strtoul(optarg, NULL, 10); break;
        case 'k': request.tls.insecure_skip_verify = true; break;
        default: exit(2);
        }
    request.url = argv[optind];
    request.timeout = 60 * SB_NS_PER_S;
    if (!request.url || *n < 1 || *at_a_time < 1 || *at_a_time > *n)
        exit(2);
}

int main(int argc, char **argv)
{
    int n = 1, at_a_time = 1;
    struct sb_loop *loop;
    read_arguments(argc, argv, &n, &at_a_time);
    if (sb_loop_new(&loop, &error) < 0 || sb_http_client_new(loop, &client, &error) < 0)
        abort();
    struct asker *askers = sb_xcalloc((size_t)at_a_time, sizeof *askers);
    struct sb_co **members = sb_xcalloc((size_t)at_a_time, sizeof(struct sb_co *));
    struct sb_co_group all;
    for (int i = 0; i < at_a_time; i++) {
        CO_INIT(asker, &askers[i]);
        askers[i].left = n / at_a_time + (i < n % at_a_time);
        members[i] = &askers[i].co;
    }
    sb_co_group_init(&all, members, (uint32_t)at_a_time);
    sb_loop_run(loop, &sb_co_group_all(&all)->co);
    sb_http_client_free(client);
    sb_loop_free(loop);
    free(askers);
    free(members);
    if (error.code) {
        sb_log_error(&error);
        return 2;
    }
    printf("%d %lu %lu\n", last_status, bytes, connections);
    return 0;
}
