/* core/net/server: answers that come later, tokens, event streams, and how it ends. */
#include "tests/unit/server_unit.h"

#include <sys/stat.h>

/* ---- answers that come later ---- */

/* Answers after 50 ms; lies on the heap and frees itself. */
#define answerer_SAVED(F)
#define answerer_LIVE(F) \
    F(struct sb_later, later) F(struct sb_co_sleep, sleep) F(struct answerer *, next)
#define answerer_POINTS(P) P(thinking)
CO_FRAME(answerer);
CO_DESC(answerer);

static struct answerer *answerers; /* of the server's thread, as everything here */
static int found_nobody;

static struct sb_co *answerer_step(struct sb_co *co_self)
{
    CO_BODY(answerer, f);
    CO_AWAIT(thinking, &f->sleep);
finally:
    if (f->later.request && f->co.rc == 0)
        sb_reply(f->later.request, 200, "text/plain", f->later.request->body);
    else if (!f->later.request)
        found_nobody++;
    sb_later_drop(&f->later);
    CO_END;
}

static int think(struct sb_request *r, void *ctx)
{
    struct unit_server *u = ctx;
    struct sb_str ms;
    struct answerer *a = CO_NEW(answerer);
    a->next = answerers;
    answerers = a;
    sb_reply_later(r, &a->later);
    int64_t wait = sb_request_query(r, "ms", &ms) ? strtol(ms.p, NULL, 10) : 50;
    sb_co_sleep_init(&a->sleep, sb_loop_timers(u->loop), sb_loop_now(u->loop) + wait * MS);
    sb_co_run(&a->co);
    return 0;
}

/* Answers through a later before the handler returns. */
static int at_once(struct sb_request *r, void *ctx)
{
    struct sb_later later;
    (void)ctx;
    sb_reply_later(r, &later);
    sb_reply(later.request, 200, "text/plain", SB_STR("at once"));
    ck_assert_ptr_null(later.request);
    return 0;
}

static void end_answerers(struct unit_server *u)
{
    (void)u;
    for (struct answerer *a = answerers, *next; a; a = next) {
        next = a->next;
        if (!sb_co_done(&a->co))
            sb_co_cancel(&a->co);
        sb_co_free(&a->co);
    }
    answerers = NULL;
}

static int stream(struct sb_request *r, void *ctx)
{
    struct unit_server *u = ctx;
    sb_events_subscribe(u->events, r, "state", SB_STR("{}"));
    return 0;
}

static int publish(struct sb_request *r, void *ctx)
{
    struct unit_server *u = ctx;
    sb_events_send(u->events, "flip", r->body);
    sb_reply(r, 204, NULL, SB_STR(""));
    return 0;
}

static int who(struct sb_request *r, void *ctx)
{
    (void)ctx;
    sb_reply(r, 200, "text/plain", sb_str(r->token ? r->token : "nobody"));
    return 0;
}

/* Public at its path, and not with ?secret. */
static int half_public(struct sb_request *r, void *ctx)
{
    struct sb_str secret;
    if (sb_request_query(r, "secret", &secret) && !sb_request_authorized(r))
        return 0;
    return who(r, ctx);
}

static const struct sb_route routes[] = {
    {SB_GET | SB_POST, "/half", half_public, SB_ROUTE_PUBLIC, 0},
    {SB_GET | SB_POST, "/think", think, 0, 0},
    {SB_GET, "/at_once", at_once, 0, 0},
    {SB_GET, "/stream", stream, 0, 0},
    {SB_POST, "/publish", publish, 0, 0},
    {SB_GET | SB_POST, "/who", who, 0, 0},
    {SB_GET, "/public", who, SB_ROUTE_PUBLIC, 0}};

static uint32_t readers_most = 3;

static void make_events(struct unit_server *u)
{
    const struct sb_events_options opts = {
        .history = 8, .history_max = 4096, .reader_max = readers_most, .heartbeat = 100 * MS};
    u->events = sb_events_new(u->server, &opts);
}

#define SERVER(...)                                                                       \
    {                                                                                     \
        .routes = routes, .n_routes = SB_LEN(routes), .prepare = make_events, __VA_ARGS__ \
    }

START_TEST(later)
{
    struct unit_server u = SERVER(.grace = 20000 * MS, .finish = end_answerers);
    struct sb_buf b = SB_BUF_INIT(65536), reply = SB_BUF_INIT(65536);
    unit_server_start(&u);
    int fd = unit_dial(&u);
    for (int i = 0; i < 3; i++) { /* pipelined: the second waits for the first */
        unit_say(fd, "POST /think HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\none"
                     "GET /at_once HTTP/1.1\r\nHost: h\r\n\r\n");
        ck_assert_int_eq(unit_reply(fd, &b, &reply, false), 200);
        ck_assert_ptr_nonnull(strstr(reply.data, "\r\n\r\none"));
        ck_assert_int_eq(unit_reply(fd, &b, &reply, false), 200);
        ck_assert_ptr_nonnull(strstr(reply.data, "\r\n\r\nat once"));
    }
    close(fd);
    for (int i = 0; i < 20; i++) { /* gone before the answer, politely or not */
        struct linger hard = {.l_onoff = i % 2};
        fd = unit_dial(&u);
        unit_say(fd, "GET /think HTTP/1.1\r\nHost: h\r\n\r\n");
        setsockopt(fd, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
        close(fd);
    }
    ck_assert_int_eq(unit_ask(&u, "GET /think HTTP/1.1\r\nHost: h\r\n\r\n", &reply), 200);
    sb_buf_done(&b);
    sb_buf_done(&reply);
    unit_server_stop(&u);
    ck_assert_int_eq(found_nobody, 0);
}
END_TEST

/* ---- the end ---- */

START_TEST(stop_waits_for_what_is_in_flight)
{
    struct unit_server u = SERVER(.grace = 20000 * MS, .finish = end_answerers);
    struct sb_buf b = SB_BUF_INIT(65536), reply = SB_BUF_INIT(65536);
    unit_server_start(&u);
    int idle = unit_dial(&u), busy = unit_dial(&u), reader = unit_dial(&u);
    unit_say(idle, "GET /who HTTP/1.1\r\nHost: h\r\n\r\n");
    ck_assert_int_eq(unit_reply(idle, &b, &reply, false), 200);
    unit_say(reader, "GET /stream HTTP/1.1\r\nHost: h\r\n\r\n");
    unit_hear(reader, &b, "data: {}\n\n");
    sb_buf_reset(&b);
    unit_say(busy, "GET /think?ms=700 HTTP/1.1\r\nHost: h\r\n\r\n");
    ck_assert_int_eq(unit_ask(&u, "GET /think?ms=1 HTTP/1.1\r\nHost: h\r\n\r\n", &reply), 200);
    unit_server_tell(&u);
    ck_assert(unit_is_closed(idle));
    unit_hear(reader, &b, "0\r\n\r\n");
    ck_assert_ptr_nonnull(strstr(b.data, "0\r\n\r\n"));
    sb_buf_reset(&b);
    ck_assert_int_eq(unit_reply(busy, &b, &reply, false), 200);
    ck_assert_ptr_nonnull(strstr(reply.data, "Connection: close\r\n"));
    unit_server_join(&u);
    close(idle);
    close(busy);
    close(reader);
    sb_buf_done(&b);
    sb_buf_done(&reply);
}
END_TEST

START_TEST(stop_does_not_wait_for_ever)
{
    struct unit_server u = SERVER(.grace = 200 * MS, .finish = end_answerers);
    struct sb_buf reply = SB_BUF_INIT(65536);
    unit_server_start(&u);
    int held = unit_dial(&u), half = unit_dial(&u);
    unit_say(held, "GET /think?ms=100000 HTTP/1.1\r\nHost: h\r\n\r\n");
    unit_say(half, "POST /who HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\n");
    ck_assert_int_eq(unit_ask(&u, "GET /think?ms=1 HTTP/1.1\r\nHost: h\r\n\r\n", &reply), 200);
    unit_server_stop(&u);
    ck_assert(unit_is_closed(half));
    ck_assert_int_eq(found_nobody, 1);
    close(held);
    close(half);
    sb_buf_done(&reply);
}
END_TEST

/* ---- tokens ---- */

static void write_file(char *path, const char *text)
{
    int fd = mkstemp(path);
    ck_assert_int_ge(fd, 0);
    ck_assert(write(fd, text, strlen(text)) == (ssize_t)strlen(text));
    close(fd);
}

static int ask_with(const struct unit_server *u, const char *method, const char *authorization,
                    struct sb_buf *reply)
{
    char text[512];
    snprintf(text, sizeof text, "%s HTTP/1.1\r\nHost: h\r\n%s\r\n\r\n", method, authorization);
    return unit_ask(u, text, reply);
}

START_TEST(tokens)
{
    char path[] = "/tmp/sb_tokens_XXXXXX";
    write_file(path, "# who may send\nnode-a  0123456789abcdef\nnode-b fedcba9876543210 # b\n");
    struct unit_server u = SERVER(.grace = 20000 * MS, .finish = end_answerers,
                                  .opts = {.token_file = path, .token_failures = 5});
    struct sb_buf reply = SB_BUF_INIT(65536);
    unit_server_start(&u);
    unlink(path);
    ck_assert_int_eq(ask_with(&u, "GET /who", "Authorization: Bearer 0123456789abcdef", &reply),
                     200);
    ck_assert_ptr_nonnull(strstr(reply.data, "node-a"));
    ck_assert_int_eq(ask_with(&u, "GET /who", "authorization:bearer fedcba9876543210 ", &reply),
                     200);
    ck_assert_ptr_nonnull(strstr(reply.data, "node-b"));
    ck_assert_int_eq(ask_with(&u, "GET /public", "X: y", &reply), 200);
    static const char *const wrong[] = {
        "X: y", "Authorization: Bearer 0123456789abcdeF", "Authorization: Bearer 0123456789abcde",
        "Authorization: Basic 0123456789abcdef", "Authorization: Bearer"};
    for (size_t i = 0; i < SB_LEN(wrong); i++) {
        unit_require(ask_with(&u, "GET /who", wrong[i], &reply) == 401, "%s: %s", wrong[i],
                     reply.data);
        ck_assert_ptr_nonnull(strstr(reply.data, "WWW-Authenticate: Bearer"));
    }
    ck_assert_int_eq(ask_with(&u, "GET /who", wrong[1], &reply), 429);
    ck_assert_ptr_nonnull(strstr(reply.data, "Retry-After: "));
    /* one bad neighbour does not silence the good ones */
    ck_assert_int_eq(ask_with(&u, "GET /who", "Authorization: Bearer 0123456789abcdef", &reply),
                     200);
    ck_assert_int_eq(ask_with(&u, "GET /half", "X: y", &reply), 200);
    ck_assert_int_eq(ask_with(&u, "POST /half", "Origin: http://elsewhere", &reply), 200);
    ck_assert_int_eq(ask_with(&u, "GET /half?secret", "X: y", &reply), 429);
    ck_assert_int_eq(
        ask_with(&u, "GET /half?secret", "Authorization: Bearer 0123456789abcdef", &reply), 200);
    ck_assert_ptr_nonnull(strstr(reply.data, "node-a"));
    /* of another site's page */
    ck_assert_int_eq(ask_with(&u, "POST /who",
                              "Origin: http://evil\r\nAuthorization: Bearer 0123456789abcdef",
                              &reply),
                     403);
    ck_assert_int_eq(
        ask_with(&u, "POST /who", "Origin: null\r\nAuthorization: Bearer 0123456789abcdef", &reply),
        403);
    ck_assert_int_eq(ask_with(&u, "POST /who",
                              "Origin: http://h\r\nAuthorization: Bearer 0123456789abcdef", &reply),
                     200);
    sb_buf_done(&reply);
    unit_server_stop(&u);
    ck_assert_uint_eq(u.stats.bad_tokens, 7);
}
END_TEST

START_TEST(options_that_do_not_go)
{
    struct sb_error e;
    struct sb_loop *loop;
    struct sb_server *s;
    char empty[] = "/tmp/sb_tokens_XXXXXX", small[] = "/tmp/sb_tokens_XXXXXX",
         twice[] = "/tmp/sb_tokens_XXXXXX";
    write_file(empty, "# nothing\n\n");
    write_file(small, "a 0123456789abcde\n");
    write_file(twice, "a 0123456789abcdef\na 0123456789abcdeg\n");
    const struct {
        struct sb_server_options opts;
        int rc;
        const char *text;
    } cases[] = {
        {{.address = "0.0.0.0:0"}, -SB_EUSAGE, "other machines"},
        {{.address = "[::]:0"}, -SB_EUSAGE, "other machines"},
        {{.address = ":0"}, -SB_EUSAGE, "other machines"},
        {{.address = "8080"}, -SB_EUSAGE, "no address"},
        {{.address = "127.0.0.1:65536"}, -SB_EUSAGE, "no address"},
        {{.address = "127.0.0.1:+1"}, -SB_EUSAGE, "no address"},
        {{.address = "::1:80"}, -SB_EUSAGE, "no address"},
        {{.address = "[127.0.0.1]:80"}, -SB_EUSAGE, "no address"},
        {{.address = "unix:"}, -SB_EUSAGE, "unix socket"},
        {{.address = "unix:/nonexistent/x"}, -SB_EIO, "cannot listen"},
        {{.address = "unix:/dev/null"}, -SB_EIO, "not a socket"},
        {{.address = "127.0.0.1:0", .token_file = "/nonexistent"}, -SB_EIO, "/nonexistent"},
        {{.address = "127.0.0.1:0", .token_file = empty}, -SB_EINPUT, "no token"},
        {{.address = "127.0.0.1:0", .token_file = small}, -SB_EINPUT, "fewer than 16"},
        {{.address = "127.0.0.1:0", .token_file = twice}, -SB_EINPUT, "twice"},
        {{.address = "127.0.0.1:0", .tls_cert = "/nonexistent"}, -SB_EUSAGE, "both"},
    };
    ck_assert_int_eq(sb_loop_new(&loop, &e), 0);
    for (size_t i = 0; i < SB_LEN(cases); i++) {
        int rc = sb_server_new(loop, &cases[i].opts, &s, &e);
        unit_require(rc == cases[i].rc && strstr(e.text, cases[i].text), "%s: %d %s",
                     cases[i].opts.address, rc, e.text);
    }
    const struct sb_server_options good = {.address = "0.0.0.0:0", .token_file = twice};
    FILE *f = fopen(twice, "w");
    fputs("a 0123456789abcdef\n", f);
    fclose(f);
    ck_assert_int_eq(sb_server_new(loop, &good, &s, &e), 0);
    sb_server_free(s); /* never started */
    const struct sb_server_options v6 = {.address = "[::1]:0"};
    if (sb_server_new(loop, &v6, &s, &e) == 0) {
        ck_assert(strncmp(sb_server_url(s), "http://[::1]:", 13) == 0);
        sb_server_free(s);
    }
    sb_loop_free(loop);
    unlink(empty);
    unlink(small);
    unlink(twice);
}
END_TEST

/* ---- event streams ---- */

static void publish_one(const struct unit_server *u, const char *data)
{
    char text[4096];
    struct sb_buf reply = SB_BUF_INIT(65536);
    snprintf(text, sizeof text,
             "POST /publish HTTP/1.1\r\nHost: h\r\nContent-Length: %zu\r\n\r\n%s", strlen(data),
             data);
    ck_assert_int_eq(unit_ask(u, text, &reply), 204);
    sb_buf_done(&reply);
}

static int subscribe(const struct unit_server *u, const char *last_id)
{
    char text[256];
    int fd = unit_dial(u);
    snprintf(text, sizeof text, "GET /stream HTTP/1.1\r\nHost: h\r\n%s%s%s\r\n",
             last_id ? "Last-Event-ID: " : "", last_id ? last_id : "", last_id ? "\r\n" : "");
    unit_say(fd, text);
    return fd;
}

/* The id of the last event in the stream. */
static void last_id(const struct sb_buf *b, char id[64])
{
    const char *at = b->data, *found = NULL;
    while ((at = strstr(at, "id: ")))
        found = at += 4;
    ck_assert_ptr_nonnull(found);
    size_t len = strcspn(found, "\n");
    ck_assert_uint_lt(len, 64);
    memcpy(id, found, len);
    id[len] = '\0';
}

START_TEST(events_reach_readers)
{
    struct unit_server u = SERVER(.grace = 20000 * MS, .finish = end_answerers);
    struct sb_buf a = SB_BUF_INIT(65536), b = SB_BUF_INIT(65536);
    unit_server_start(&u);
    int one = subscribe(&u, NULL), two = subscribe(&u, NULL);
    unit_hear(one, &a, "data: {}\n\n");
    unit_hear(two, &b, "data: {}\n\n");
    ck_assert_ptr_nonnull(strstr(a.data, "Content-Type: text/event-stream\r\n"));
    ck_assert_ptr_nonnull(strstr(a.data, "event: state\n"));
    publish_one(&u, "first\nline\r\nthree\rfour");
    unit_hear(one, &a, "event: flip\ndata: first\ndata: line\ndata: three\ndata: four\n\n");
    unit_hear(two, &b, "data: four\n\n");
    unit_hear(one, &a, "\n:\n\n"); /* a heartbeat */
    int three = subscribe(&u, NULL), four = subscribe(&u, NULL);
    sb_buf_reset(&b);
    sb_buf_reset(&a);
    unit_hear(three, &a, "data: {}\n\n");
    unit_hear(four, &b, "too many readers");
    close(one); /* gone: its place is free once a heartbeat finds out */
    for (int i = 0;; i++) {
        struct sb_buf c = SB_BUF_INIT(65536);
        int fd = subscribe(&u, NULL);
        unit_hear(fd, &c, "}");
        bool in = strstr(c.data, "data: {}") != NULL;
        sb_buf_done(&c);
        close(fd);
        if (in)
            break;
        unit_require(i < 600, "the place of a reader who left is never free");
        usleep(50000);
    }
    close(two);
    close(three);
    close(four);
    sb_buf_done(&a);
    sb_buf_done(&b);
    unit_server_stop(&u);
}
END_TEST

START_TEST(events_resume)
{
    struct unit_server u = SERVER(.grace = 20000 * MS, .finish = end_answerers);
    struct sb_buf b = SB_BUF_INIT(65536);
    char id[64];
    readers_most = 100;
    unit_server_start(&u);
    publish_one(&u, "zero");
    int fd = subscribe(&u, NULL);
    unit_hear(fd, &b, "data: {}\n\n");
    publish_one(&u, "one");
    unit_hear(fd, &b, "data: one\n\n");
    last_id(&b, id);
    close(fd);
    publish_one(&u, "two");
    publish_one(&u, "three");
    sb_buf_reset(&b);
    fd = subscribe(&u, id);
    unit_hear(fd, &b, "data: three\n\n");
    ck_assert_ptr_nonnull(strstr(b.data, "data: two\n\n"));
    ck_assert_ptr_null(strstr(b.data, "data: one\n\n"));
    ck_assert_ptr_null(strstr(b.data, "event: state"));
    ck_assert_ptr_null(strstr(b.data, "event: reset"));
    close(fd);
    for (int i = 0; i < 9; i++) /* more than the history holds */
        publish_one(&u, "more");
    static const char *const gone[] = {NULL, "0000000000000000-1", "x",
                                       "0000000000000000-99999999999999999999"};
    for (size_t i = 0; i < SB_LEN(gone); i++) {
        sb_buf_reset(&b);
        fd = subscribe(&u, gone[i] ? gone[i] : id);
        unit_hear(fd, &b, "data: {}\n\n");
        ck_assert_ptr_nonnull(strstr(b.data, "event: reset\n"));
        ck_assert_ptr_null(strstr(b.data, "data: more\n\n"));
        close(fd);
    }
    sb_buf_done(&b);
    unit_server_stop(&u);
}
END_TEST

static void count_dropped(struct unit_server *u)
{
    found_nobody = (int)sb_events_stats(u->events).dropped_readers;
    end_answerers(u);
}

START_TEST(slow_readers_are_dropped)
{
    struct unit_server u = SERVER(.grace = 20000 * MS, .finish = count_dropped);
    struct sb_buf b = SB_BUF_INIT(1 << 24);
    char data[1800];
    unit_server_start(&u);
    memset(data, 'x', sizeof data - 1);
    data[sizeof data - 1] = '\0';
    int fd = unit_dial(&u), small = 2048;
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    unit_say(fd, "GET /stream HTTP/1.1\r\nHost: h\r\n\r\n");
    for (int i = 0; i < 4000; i++) /* more than all buffers on the way hold */
        publish_one(&u, data);
    unit_server_stop(&u);
    close(fd);
    sb_buf_done(&b);
    ck_assert_int_eq(found_nobody, 1);
}
END_TEST

UNIT_MAIN("server_async", later, stop_waits_for_what_is_in_flight, stop_does_not_wait_for_ever,
          tokens, options_that_do_not_go, events_reach_readers, events_resume,
          slow_readers_are_dropped)
