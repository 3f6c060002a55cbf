/* A server on its own thread, and a client of raw sockets, for the tests of core/net. */
#ifndef SB_TESTS_SERVER_UNIT_H
#define SB_TESTS_SERVER_UNIT_H

#include "tests/unit/unit.h"

#include "core/base/mem.h"
#include "core/base/time.h"
#include "core/co/poll.h"
#include "core/net/events.h"
#include "core/net/server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#define MS (SB_NS_PER_S / 1000)

/* The thread's root: serves until the other end of `wake` is closed or written to, then stops. */
struct unit_server {
    struct sb_server_options opts;
    const struct sb_route *routes;
    size_t n_routes;
    int64_t grace;
    void (*prepare)(struct unit_server *u); /* on the thread, before it starts; may be NULL */
    void (*finish)(struct unit_server *u);  /* on the thread, once it has stopped; may be NULL */
    struct sb_events *events;
    struct sb_loop *loop;
    struct sb_server *server;
    struct sb_server_stats stats; /* after the end */
    int wake[2], ready[2];
    uint16_t port;
    pthread_t thread;
};

#define unit_root_SAVED(F)
#define unit_root_LIVE(F)      \
    F(struct unit_server *, u) \
    F(struct sb_watch *, watch) F(struct sb_co_poll, poll) F(struct sb_server_stop, stop)
#define unit_root_POINTS(P) P(serving) P(stopping)
CO_FRAME(unit_root);
CO_DESC(unit_root);

static struct sb_co *unit_root_step(struct sb_co *co_self)
{
    CO_BODY(unit_root, f);
    sb_co_poll_init(&f->poll, f->watch, SB_POLL_READ);
    CO_AWAIT(serving, &f->poll);
    sb_server_stop_init(&f->stop, f->u->server, f->u->grace);
    CO_AWAIT(stopping, &f->stop);
finally:
    CO_END;
}

static void *unit_server_main(void *ctx)
{
    struct unit_server *u = ctx;
    struct sb_error e;
    struct unit_root root;
    if (sb_loop_new(&u->loop, &e) < 0 || sb_server_new(u->loop, &u->opts, &u->server, &e) < 0) {
        fprintf(stderr, "%s\n", e.text);
        abort();
    }
    sb_server_routes(u->server, u->routes, u->n_routes, u);
    if (u->prepare)
        u->prepare(u);
    sb_server_start(u->server);
    u->port = sb_server_port(u->server);
    CO_INIT(unit_root, &root);
    root.u = u;
    if (sb_watch_new(&root.watch, u->loop, u->wake[0], &e) < 0)
        abort();
    if (write(u->ready[1], "r", 1) != 1)
        abort();
    sb_loop_run(u->loop, &root.co);
    u->stats = sb_server_stats(u->server);
    if (u->finish)
        u->finish(u);
    sb_events_free(u->events);
    sb_server_free(u->server);
    sb_watch_free(root.watch);
    sb_loop_free(u->loop);
    return NULL;
}

static inline void unit_server_start(struct unit_server *u)
{
    char c;
    if (!u->opts.address)
        u->opts.address = "127.0.0.1:0";
    ck_assert_int_eq(pipe(u->wake), 0);
    ck_assert_int_eq(pipe(u->ready), 0);
    ck_assert_int_eq(pthread_create(&u->thread, NULL, unit_server_main, u), 0);
    ck_assert_int_eq(read(u->ready[0], &c, 1), 1);
}

static inline void unit_server_tell(struct unit_server *u)
{
    ck_assert_int_eq(write(u->wake[1], "x", 1), 1);
}

static inline void unit_server_join(struct unit_server *u)
{
    pthread_join(u->thread, NULL);
    for (int i = 0; i < 2; i++) {
        close(u->wake[i]);
        close(u->ready[i]);
    }
}

static inline void unit_server_stop(struct unit_server *u)
{
    unit_server_tell(u);
    unit_server_join(u);
}

/* ---- the client ---- */

static inline int unit_dial(const struct unit_server *u)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(u->port)};
    struct timeval patience = {.tv_sec = 120}; /* against hanging only */
    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    unit_require(fd >= 0, "socket: %s", strerror(errno));
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    unit_require(connect(fd, (struct sockaddr *)&a, sizeof a) == 0, "connect: %s", strerror(errno));
    return fd;
}

/* False when the peer does not take it. */
static inline bool unit_send_bytes(int fd, const char *p, size_t len)
{
    while (len) {
        ssize_t n = send(fd, p, len, MSG_NOSIGNAL);
        if (n <= 0)
            return false;
        p += n;
        len -= (size_t)n;
    }
    return true;
}

static inline void unit_say(int fd, const char *text)
{
    ck_assert(unit_send_bytes(fd, text, strlen(text)));
}

/* Reads until `end` appeared, or the connection is over. */
static inline void unit_hear(int fd, struct sb_buf *b, const char *end)
{
    char block[4096];
    while (!b->len || !strstr(b->data, end)) {
        ssize_t n = recv(fd, block, sizeof block, 0);
        unit_require(n >= 0 || errno == ECONNRESET, "recv: %s", strerror(errno));
        if (n <= 0)
            return;
        sb_buf_put(b, block, (size_t)n);
    }
}

/* One reply, with the body Content-Length says; the status, or 0 when the connection ended before. What
 * came behind it stays in b. head: no body follows. */
static inline int unit_reply(int fd, struct sb_buf *b, struct sb_buf *ret, bool head)
{
    sb_buf_reset(ret);
    unit_hear(fd, b, "\r\n\r\n");
    const char *end = b->len ? strstr(b->data, "\r\n\r\n") : NULL;
    if (!end)
        return 0;
    size_t len = (size_t)(end - b->data) + 4;
    const char *field = strstr(b->data, "\r\nContent-Length: ");
    size_t body = !head && field && field < end ? strtoul(field + 18, NULL, 10) : 0;
    char block[4096];
    while (b->len < len + body) {
        ssize_t n = recv(fd, block, sizeof block, 0);
        unit_require(n > 0, "the body ends early");
        sb_buf_put(b, block, (size_t)n);
    }
    sb_buf_put(ret, b->data, len + body);
    memmove(b->data, b->data + len + body, b->len - len - body + 1);
    b->len -= len + body;
    return atoi(ret->data + 9);
}

/* Sends one request on a connection of its own; the status of the reply, which is in ret. */
static inline int unit_ask(const struct unit_server *u, const char *request, struct sb_buf *ret)
{
    struct sb_buf b = SB_BUF_INIT(1 << 20);
    int fd = unit_dial(u);
    unit_say(fd, request);
    int status = unit_reply(fd, &b, ret, strncmp(request, "HEAD", 4) == 0);
    sb_buf_done(&b);
    close(fd);
    return status;
}

/* True when the peer has closed: nothing comes, but an end or a reset. */
static inline bool unit_is_closed(int fd)
{
    char c;
    ssize_t n = recv(fd, &c, 1, 0);
    return n == 0 || (n < 0 && errno == ECONNRESET);
}

#endif
