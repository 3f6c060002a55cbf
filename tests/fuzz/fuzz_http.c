/* The HTTP client given any bytes as an answer, through a socket: whatever a server says, the exchange
 * ends, keeps to its caps, and says what is wrong. The first byte chooses what is asked. */
#include "core/net/http.h"

#include "core/co/loop.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define HEADER_CAP 2048
#define BODY_CAP 4096

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct sb_loop *loop;
static struct sb_http_client *client;
static char path[108];
static int listener;

static void require(bool ok)
{
    if (!ok)
        abort();
}

static void remove_socket(void)
{
    unlink(path);
}

static void start(void)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    struct sb_error e;
    snprintf(path, sizeof path, "/tmp/srebox-fuzz-http-%d", (int)getpid());
    snprintf(a.sun_path, sizeof a.sun_path, "%s", path);
    listener = socket(AF_UNIX, SOCK_STREAM, 0);
    require(bind(listener, (const struct sockaddr *)&a, sizeof a) == 0);
    require(listen(listener, 8) == 0);
    atexit(remove_socket);
    require(sb_loop_new(&loop, &e) == 0);
    require(sb_http_client_new(loop, &client, &e) == 0);
}

/* Answers before anything is asked: the bytes lie in the socket when the client reads. */
#define answerer_SAVED(F)
#define answerer_LIVE(F) F(const uint8_t *, data) F(size_t, size) F(struct sb_co_sleep, sleep)
#define answerer_POINTS(P) P(waiting)
CO_FRAME(answerer);
CO_DESC(answerer);
static void answer(const struct answerer *f)
{
    int fd = accept(listener, NULL, NULL);
    if (fd < 0)
        return;
    (void)!send(fd, f->data, f->size, MSG_NOSIGNAL | MSG_DONTWAIT);
    shutdown(fd, SHUT_WR);
    char request[4096];
    while (recv(fd, request, sizeof request, MSG_DONTWAIT) > 0)
        continue;
    close(fd);
}
static struct sb_co *answerer_step(struct sb_co *co_self)
{
    CO_BODY(answerer, f);
    sb_co_sleep_init(&f->sleep, sb_loop_timers(loop), 0);
    CO_AWAIT(waiting, &f->sleep);
    answer(f);
finally:
    CO_END;
}

static int take(void *ctx, struct sb_str bytes, struct sb_error *e)
{
    size_t *total = ctx;
    *total += bytes.len;
    return *total > 2 * BODY_CAP ? sb_fail(e, SB_ETOOBIG, "enough") : 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct sb_http_exchange x;
    struct sb_http_response r = {0};
    struct answerer a;
    size_t streamed = 0;
    if (size == 0 || size > 60000)
        return 0;
    if (!loop)
        start();
    struct sb_http_request q = {
        .method = data[0] & 1 ? "HEAD" : "GET",
        .url = "http://fuzz/",
        .unix_path = path,
        .header_cap = HEADER_CAP,
        .body_cap = BODY_CAP,
        .timeout = 2 * SB_NS_PER_S,
        .sink = data[0] & 2 ? take : NULL,
        .sink_ctx = &streamed,
    };
    CO_INIT(answerer, &a);
    a.data = data + 1;
    a.size = size - 1;
    sb_http_exchange_init(&x, client, &q, &r);
    struct sb_co *members[] = {&x.co, &a.co};
    struct sb_co_group both;
    sb_co_group_init(&both, members, 2);
    sb_loop_run(loop, &sb_co_group_all(&both)->co);
    require(x.co.rc == 0 ? r.status >= 200 && r.status <= 999 : r.status == 0 && x.error.text[0]);
    require(r.head.len <= HEADER_CAP && r.body.len <= BODY_CAP);
    (void)sb_http_response_header(&r, "Retry-After", 0);
    sb_http_response_done(&r);
    return 0;
}
