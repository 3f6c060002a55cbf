/* core/net/server: what it answers, and what peers with bad manners can do to it. */
#include "tests/unit/server_unit.h"

#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

static char blank[1 << 20];

static int echo(struct sb_request *r, void *ctx)
{
    (void)ctx;
    sb_reply(r, 200, "text/plain", r->body);
    return 0;
}

static int describe(struct sb_request *r, void *ctx)
{
    struct sb_buf b = SB_BUF_INIT(65536);
    struct sb_str q;
    (void)ctx;
    sb_buf_printf(&b, "%d|%.*s|%.*s|", r->method, SB_STR_ARG(r->params[0]),
                  SB_STR_ARG(r->params[1]));
    if (sb_request_query(r, "q", &q))
        sb_buf_printf(&b, "%.*s", SB_STR_ARG(q));
    struct sb_str header = sb_request_header(r, "x-THING");
    sb_buf_printf(&b, "|%.*s|%s|%zu%s|", SB_STR_ARG(header), r->token ? r->token : "-", r->body.len,
                  r->body_cut ? "+" : "");
    sb_request_peer(r, &b);
    sb_reply(r, 200, "text/plain", (struct sb_str){b.data, b.len});
    sb_buf_done(&b);
    return 0;
}

static int page(struct sb_request *r, void *ctx)
{
    (void)ctx;
    sb_reply_header(r, "X-One", "a\r\nX-Two: b");
    sb_reply(r, 200, "text/html; charset=utf-8", SB_STR("<p>hello"));
    return 0;
}

static int large(struct sb_request *r, void *ctx)
{
    (void)ctx;
    sb_reply_take(r, 200, "text/plain", sb_xmemdup0(blank, sizeof blank), sizeof blank);
    return 0;
}

static int nothing(struct sb_request *r, void *ctx)
{
    (void)ctx;
    sb_reply(r, 204, NULL, SB_STR(""));
    return 0;
}

static int forgets(struct sb_request *r, void *ctx)
{
    (void)r;
    (void)ctx;
    return 0;
}

static const struct sb_route routes[] = {
    {SB_POST, "/echo", echo, 0, 0},
    {SB_GET | SB_POST, "/describe/{a}/{b}", describe, SB_ROUTE_CUT_BODY, 10},
    {SB_GET, "/public/{a}", describe, SB_ROUTE_PUBLIC, 0},
    {SB_GET, "/page", page, 0, 0},
    {SB_GET, "/large", large, 0, 0},
    {SB_DELETE | SB_PUT, "/nothing", nothing, 0, 0},
    {SB_GET, "/forgets", forgets, 0, 0},
};

#define SERVER(...)                                                                     \
    {                                                                                   \
        .routes = routes, .n_routes = SB_LEN(routes), .grace = SB_NS_PER_S, __VA_ARGS__ \
    }

static void expect(const struct unit_server *u, const char *request, int status, const char *part)
{
    struct sb_buf reply = SB_BUF_INIT(1 << 22);
    int got = unit_ask(u, request, &reply);
    unit_require(got == status && (!part || (reply.data && strstr(reply.data, part))),
                 "%.60s: %d instead of %d, %s, in: %s", request, got, status, part, reply.data);
    sb_buf_done(&reply);
}

START_TEST(routing)
{
    struct unit_server u = SERVER();
    unit_server_start(&u);
    expect(&u, "GET /describe/x/y%2Fz?a=1&q=1+2%263 HTTP/1.1\r\nHost: h\r\nX-Thing: t\r\n\r\n", 200,
           "\r\n\r\n1|x|y/z|1 2&3|t|-|0|127.0.0.1");
    expect(&u, "GET http://h/public/%41 HTTP/1.1\r\nHost: h\r\n\r\n", 200, "1|A||");
    expect(&u, "GET /describe/x HTTP/1.1\r\nHost: h\r\n\r\n", 404, "{\"error\":");
    expect(&u, "GET /describe//y HTTP/1.1\r\nHost: h\r\n\r\n", 404, NULL);
    expect(&u, "GET /describe/x/y/ HTTP/1.1\r\nHost: h\r\n\r\n", 404, NULL);
    expect(&u, "GET /../page HTTP/1.1\r\nHost: h\r\n\r\n", 404, NULL);
    expect(&u, "GET /public/%0 HTTP/1.1\r\nHost: h\r\n\r\n", 400, NULL);
    expect(&u, "GET /public/%00 HTTP/1.1\r\nHost: h\r\n\r\n", 400, NULL);
    expect(&u, "GET /echo HTTP/1.1\r\nHost: h\r\n\r\n", 405, "Allow: POST, OPTIONS\r\n");
    expect(&u, "BREW /echo HTTP/1.1\r\nHost: h\r\n\r\n", 501, NULL);
    expect(&u, "OPTIONS /page HTTP/1.1\r\nHost: h\r\n\r\n", 204, "Allow: GET, HEAD, OPTIONS\r\n");
    expect(&u, "OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n", 204, "Allow: GET, HEAD, POST,");
    expect(&u, "HEAD /page HTTP/1.1\r\nHost: h\r\n\r\n", 200, "Content-Length: 8\r\n");
    expect(&u, "DELETE /nothing HTTP/1.1\r\nHost: h\r\n\r\n", 204, NULL);
    expect(&u, "GET /forgets HTTP/1.1\r\nHost: h\r\n\r\n", 500, NULL);
    expect(&u, "GET /page HTTP/1.1\r\n\r\n", 400, NULL);
    unit_server_stop(&u);
    ck_assert_int_eq((int)u.stats.connections, 0);
}
END_TEST

START_TEST(page_headers)
{
    struct unit_server u = SERVER();
    struct sb_buf reply = SB_BUF_INIT(65536);
    unit_server_start(&u);
    ck_assert_int_eq(unit_ask(&u, "GET /page HTTP/1.1\r\nHost: h\r\n\r\n", &reply), 200);
    static const char *const parts[] = {"Content-Security-Policy: default-src 'none'",
                                        "X-Content-Type-Options: nosniff\r\n",
                                        "X-Frame-Options: DENY\r\n",
                                        "Referrer-Policy: no-referrer\r\n",
                                        "Cache-Control: no-store\r\n",
                                        "X-One: a  X-Two: b\r\n",
                                        "\r\n\r\n<p>hello"};
    for (size_t i = 0; i < SB_LEN(parts); i++)
        unit_require(strstr(reply.data, parts[i]), "%s is not in: %s", parts[i], reply.data);
    sb_buf_done(&reply);
    unit_server_stop(&u);
}
END_TEST

START_TEST(bodies)
{
    struct unit_server u = SERVER(.opts = {.body_max = 20});
    unit_server_start(&u);
    expect(&u, "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello", 200,
           "\r\n\r\nhello");
    expect(&u, "POST /echo HTTP/1.1\r\nHost: h\r\n\r\n", 200, "Content-Length: 0\r\n");
    expect(&u,
           "POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
           "3;ext=1\r\nhel\r\n2\r\nlo\r\n0\r\nTrailer: t\r\n\r\n",
           200, "\r\n\r\nhello");
    expect(&u, "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 21\r\n\r\nhello, hello, hello!!",
           413, "too large");
    expect(&u,
           "POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
           "15\r\nhello, hello, hello!!\r\n0\r\n\r\n",
           413, NULL);
    expect(&u, "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 1073741824\r\n\r\n", 413,
           "Connection: close\r\n");
    expect(&u,
           "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 21\r\nExpect: 100-continue\r\n\r\n",
           413, NULL);
    expect(&u,
           "POST /describe/a/b HTTP/1.1\r\nHost: h\r\nContent-Length: 15\r\n\r\nhello, hello, h",
           200, "|10+|");
    unit_server_stop(&u);
}
END_TEST

/* Two readers of these bytes could see two different requests: none of them is taken. */
START_TEST(ambiguous_framing)
{
    struct unit_server u = SERVER();
    static const char *const heads[] = {
        "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
        "Content-Length: 5\r\nContent-Length: 6\r\n",
        "Content-Length: 5\r\nContent-Length: 5\r\n",
        "Content-Length: +5\r\n",
        "Content-Length: 5, 5\r\n",
        "Content-Length: 0x5\r\n",
        "Content-Length: -1\r\n",
        "Transfer-Encoding: gzip, chunked\r\n",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: identity\r\n",
        "Host: g\r\n",
        "Authorization: Bearer a\r\nAuthorization: Bearer b\r\n",
    };
    unit_server_start(&u);
    for (size_t i = 0; i < SB_LEN(heads); i++) {
        struct sb_buf b = SB_BUF_INIT(4096), in = SB_BUF_INIT(65536);
        int fd = unit_dial(&u);
        sb_buf_printf(&b, "POST /echo HTTP/1.1\r\nHost: h\r\n%s\r\n5\r\nhello\r\n0\r\n\r\n",
                      heads[i]);
        unit_say(fd, b.data);
        unit_hear(fd, &in, "never"); /* until it closes */
        unit_require(in.data && strncmp(in.data, "HTTP/1.1 400 ", 13) == 0, "%s: %s", heads[i],
                     in.data);
        unit_require(!strstr(in.data, " 200 "), "%s: %s", heads[i], in.data);
        close(fd);
        sb_buf_done(&b);
        sb_buf_done(&in);
    }
    expect(&u, "POST /echo HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400, NULL);
    unit_server_stop(&u);
}
END_TEST

START_TEST(pipelining_and_keep_alive)
{
    struct unit_server u = SERVER();
    struct sb_buf b = SB_BUF_INIT(1 << 20), out = SB_BUF_INIT(1 << 20),
                  reply = SB_BUF_INIT(1 << 20);
    unit_server_start(&u);
    int fd = unit_dial(&u);
    for (int i = 0; i < 50; i++)
        sb_buf_printf(&out,
                      "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nn%03d"
                      "GET /nowhere HTTP/1.1\r\nHost: h\r\n\r\n",
                      i);
    ck_assert(unit_send_bytes(fd, out.data, out.len));
    for (int i = 0; i < 50; i++) {
        char body[32];
        snprintf(body, sizeof body, "\r\n\r\nn%03d", i);
        ck_assert_int_eq(unit_reply(fd, &b, &reply, false), 200);
        ck_assert_ptr_nonnull(strstr(reply.data, body));
        ck_assert_int_eq(unit_reply(fd, &b, &reply, false), 404);
    }
    /* a byte at a time */
    static const char slow[] = "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello";
    for (size_t i = 0; i + 1 < sizeof slow; i++)
        ck_assert(unit_send_bytes(fd, slow + i, 1));
    ck_assert_int_eq(unit_reply(fd, &b, &reply, false), 200);
    /* refused with a body: the connection goes on */
    unit_say(fd, "POST /nowhere HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello");
    ck_assert_int_eq(unit_reply(fd, &b, &reply, false), 404);
    unit_say(fd, "GET /page HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    ck_assert_int_eq(unit_reply(fd, &b, &reply, false), 200);
    ck_assert(unit_is_closed(fd));
    close(fd);
    expect(&u, "GET /page HTTP/1.0\r\n\r\n", 200, "Connection: close\r\n");
    expect(&u, "GET /page HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", 200,
           "Connection: Keep-Alive");
    sb_buf_done(&b);
    sb_buf_done(&out);
    sb_buf_done(&reply);
    unit_server_stop(&u);
}
END_TEST

START_TEST(half_closed_and_reset)
{
    struct unit_server u = SERVER();
    struct sb_buf b = SB_BUF_INIT(1 << 20), reply = SB_BUF_INIT(1 << 20);
    unit_server_start(&u);
    int fd = unit_dial(&u); /* says all it has to say, and listens */
    unit_say(fd, "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello");
    shutdown(fd, SHUT_WR);
    ck_assert_int_eq(unit_reply(fd, &b, &reply, false), 200);
    ck_assert(unit_is_closed(fd));
    close(fd);
    fd = unit_dial(&u); /* ends in the middle of a body */
    unit_say(fd, "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 50\r\n\r\nhello");
    shutdown(fd, SHUT_WR);
    ck_assert_int_eq(unit_reply(fd, &b, &reply, false), 0);
    close(fd);
    for (int i = 0; i < 50; i++) { /* resets in the middle of a body */
        struct linger hard = {.l_onoff = 1};
        fd = unit_dial(&u);
        unit_say(fd, "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 50\r\n\r\nhello");
        setsockopt(fd, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
        close(fd);
    }
    expect(&u, "GET /page HTTP/1.1\r\nHost: h\r\n\r\n", 200, NULL);
    sb_buf_done(&b);
    sb_buf_done(&reply);
    unit_server_stop(&u);
}
END_TEST

START_TEST(large_headers_and_targets)
{
    struct unit_server u = SERVER();
    struct sb_buf b = SB_BUF_INIT(1 << 20);
    unit_server_start(&u);
    sb_buf_puts(&b, "GET /page HTTP/1.1\r\nHost: h\r\nX-Large: ");
    sb_buf_fill(&b, 'x', 7000);
    sb_buf_puts(&b, "\r\n\r\n");
    expect(&u, b.data, 200, NULL);
    sb_buf_reset(&b);
    sb_buf_puts(&b, "GET /page HTTP/1.1\r\nHost: h\r\nX-Large: ");
    sb_buf_fill(&b, 'x', 70000);
    sb_buf_puts(&b, "\r\n\r\n");
    int fd = unit_dial(&u);
    unit_send_bytes(fd, b.data, b.len);
    struct sb_buf in = SB_BUF_INIT(65536), reply = SB_BUF_INIT(65536);
    int status = unit_reply(fd, &in, &reply, false); /* or a reset: it does not read all that */
    unit_require(status == 431 || status == 413 || status == 0, "%d", status);
    ck_assert(unit_is_closed(fd));
    close(fd);
    sb_buf_reset(&b);
    sb_buf_puts(&b, "GET /public/");
    for (int i = 0; i < 20000; i++)
        sb_buf_puts(&b, "%41");
    sb_buf_puts(&b, " HTTP/1.1\r\nHost: h\r\n\r\n");
    fd = unit_dial(&u);
    unit_send_bytes(fd, b.data, b.len);
    sb_buf_reset(&in);
    status = unit_reply(fd, &in, &reply, false);
    unit_require(status == 414 || status == 431 || status == 0, "%d", status);
    close(fd);
    expect(&u, "GET /page HTTP/1.1\r\nHost: h\r\n\r\n", 200, NULL);
    sb_buf_done(&b);
    sb_buf_done(&in);
    sb_buf_done(&reply);
    unit_server_stop(&u);
}
END_TEST

/* Each drips bytes into another part of a request, or reads nothing of a large answer: none keeps its
 * connection beyond the deadline of that phase. */
START_TEST(slow_peers_are_closed)
{
    struct unit_server u = SERVER(.opts = {.idle_timeout = 700 * MS,
                                           .request_timeout = 400 * MS,
                                           .reply_timeout = 400 * MS});
    static const char *const starts[] = {
        "G",
        "GET /page HTTP/1.1\r\nX: ",
        "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 5000\r\n\r\n",
        "POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5;",
    };
    unit_server_start(&u);
    for (size_t i = 0; i < SB_LEN(starts); i++) {
        int fd = unit_dial(&u);
        unit_say(fd, starts[i]);
        for (int n = 0;; n++) {
            unit_require(n < 3000, "%s: still open", starts[i]);
            if (!unit_send_bytes(fd, "1", 1))
                break;
            usleep(20000);
        }
        close(fd);
    }
    struct sb_buf in = SB_BUF_INIT(65536), reply = SB_BUF_INIT(65536);
    for (size_t i = 0; i < SB_LEN(starts); i++) { /* and is told, once its request has begun */
        int fd = unit_dial(&u);
        unit_say(fd, starts[i]);
        sb_buf_reset(&in);
        int status = unit_reply(fd, &in, &reply, false);
        unit_require(status == (i == 0 ? 0 : 408), "%s: %d", starts[i], status);
        if (status)
            ck_assert_ptr_nonnull(strstr(reply.data, "did not arrive in time"));
        ck_assert(unit_is_closed(fd));
        close(fd);
    }
    sb_buf_done(&in);
    sb_buf_done(&reply);
    int fd = unit_dial(&u);
    int small = 4096;
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    for (int i = 0; i < 8; i++)
        unit_say(fd, "GET /large HTTP/1.1\r\nHost: h\r\n\r\n");
    usleep(1500000);
    unit_server_stop(&u);
    close(fd);
    ck_assert_uint_ge(u.stats.timed_out, 9);
}
END_TEST

START_TEST(idle_ones_make_room)
{
    struct unit_server u = SERVER(.opts = {.connection_max = 20});
    int fds[60];
    struct sb_buf b = SB_BUF_INIT(65536), reply = SB_BUF_INIT(65536);
    unit_server_start(&u);
    for (size_t i = 0; i < SB_LEN(fds); i++) {
        fds[i] = unit_dial(&u);
        unit_say(fds[i], "GET /page HTTP/1.1\r\nHost: h\r\n\r\n");
        sb_buf_reset(&b);
        ck_assert_int_eq(unit_reply(fds[i], &b, &reply, false), 200);
    }
    for (size_t i = 0; i < SB_LEN(fds); i++)
        close(fds[i]);
    sb_buf_done(&b);
    sb_buf_done(&reply);
    unit_server_stop(&u);
    ck_assert_uint_ge(u.stats.evicted, 40);
}
END_TEST

enum { MANY = 10000 };

/* Opens them all, half in the middle of a request, says so, and holds them until it is told to go. A
 * process of its own: there are not descriptors enough for both ends. */
static void hold_many(uint16_t port, int ready, int go)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(port)};
    char c = 'r';
    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    for (int i = 0; i < MANY; i++) {
        int fd = socket(AF_INET, SOCK_STREAM, 0);
        if (fd < 0 || connect(fd, (struct sockaddr *)&a, sizeof a) < 0 ||
            write(fd, "GET /pa", i % 2 ? 7 : 1) < 0)
            _exit(1);
    }
    _exit(write(ready, &c, 1) == 1 && read(go, &c, 1) >= 0 ? 0 : 1);
}

START_TEST(many_idle_connections)
{
    struct unit_server u = SERVER();
    struct rlimit limit;
    int ready[2], go[2], status;
    char c;
    getrlimit(RLIMIT_NOFILE, &limit);
    if (limit.rlim_max < MANY + 300) {
        fprintf(stderr, "# 10,000 connections: not tried, the limit of descriptors is %ju\n",
                (uintmax_t)limit.rlim_max);
        return;
    }
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    unit_server_start(&u);
    ck_assert(pipe(ready) == 0 && pipe(go) == 0);
    pid_t child = fork();
    if (child == 0) {
        close(go[1]); /* or it would wait for itself */
        hold_many(u.port, ready[1], go[0]);
    }
    close(ready[1]);
    close(go[0]);
    ck_assert_int_eq(read(ready[0], &c, 1), 1);
    for (int i = 0; i < 50; i++)
        expect(&u, "GET /page HTTP/1.1\r\nHost: h\r\n\r\n", 200, NULL);
    close(go[1]);
    ck_assert(waitpid(child, &status, 0) == child && status == 0);
    unit_server_stop(&u);
    ck_assert_uint_ge(u.stats.accepted, MANY);
    ck_assert_uint_eq(u.stats.evicted + u.stats.refused, 0);
}
END_TEST

/* Every descriptor of the process is taken: peers are turned away, not kept waiting, and when some are
 * free again the server is as before. */
START_TEST(out_of_descriptors)
{
    struct unit_server u = SERVER();
    struct rlimit limit = {.rlim_cur = 200, .rlim_max = 4096};
    int taken[200], dialled[40];
    size_t n = 0;
    struct sb_buf reply = SB_BUF_INIT(65536);
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
    unit_server_start(&u);
    for (size_t i = 0; i < SB_LEN(dialled); i++)
        dialled[i] = socket(AF_INET, SOCK_STREAM, 0);
    while ((taken[n] = open("/dev/null", O_RDONLY)) >= 0)
        n++;
    ck_assert_int_eq(errno, EMFILE);
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(u.port)};
    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    for (size_t i = 0; i < SB_LEN(dialled); i++) {
        ck_assert_int_eq(connect(dialled[i], (struct sockaddr *)&a, sizeof a), 0);
        unit_send_bytes(dialled[i], "GET /page HTTP/1.1\r\nHost: h\r\n\r\n", 32);
    }
    for (size_t i = 0; i < SB_LEN(dialled); i++)
        ck_assert(unit_is_closed(dialled[i]));
    for (size_t i = 0; i < SB_LEN(dialled); i++)
        close(dialled[i]);
    while (n)
        close(taken[--n]);
    expect(&u, "GET /page HTTP/1.1\r\nHost: h\r\n\r\n", 200, NULL);
    sb_buf_done(&reply);
    unit_server_stop(&u);
    ck_assert_uint_ge(u.stats.refused, SB_LEN(dialled));
}
END_TEST

UNIT_MAIN("server", routing, page_headers, bodies, ambiguous_framing, pipelining_and_keep_alive,
          half_closed_and_reset, large_headers_and_targets, slow_peers_are_closed,
          idle_ones_make_room, many_idle_connections, out_of_descriptors)
