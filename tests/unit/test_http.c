/* The HTTP client against servers that keep to the rules and servers that do not. */
#include "core/net/http.h"

#include "core/co/loop.h"
#include "tests/unit/http_stub.h"
#include "tests/unit/unit.h"

#define S SB_NS_PER_S

static struct sb_loop *loop;
static struct sb_http_client *client;
static struct sb_http_response answer;
static struct sb_error error;

static void start(void)
{
    stub_start(NULL);
    ck_assert_int_eq(sb_loop_new(&loop, &error), 0);
    ck_assert_int_eq(sb_http_client_new(loop, &client, &error), 0);
}

static void stop(void)
{
    sb_http_response_done(&answer);
    sb_http_client_free(client);
    sb_loop_free(loop);
    stub_stop();
}

static char *url_of(const char *path)
{
    static char url[4][2048];
    static unsigned turn;
    char *u = url[turn++ % 4];
    snprintf(u, sizeof url[0], "http://127.0.0.1:%u%s", stub_port, path);
    return u;
}

static int32_t ask(const struct sb_http_request *q)
{
    static struct sb_http_exchange x;
    sb_http_exchange_init(&x, client, q, &answer);
    int32_t rc = sb_loop_run(loop, &x.co);
    error = x.error;
    ck_assert_int_eq(rc, x.co.rc);
    ck_assert_msg(rc == 0 || (error.text[0] && answer.status == 0 && answer.body.len == 0), "%d",
                  rc);
    return rc;
}

static int32_t get(const char *path)
{
    struct sb_http_request q = {.url = url_of(path), .timeout = 20 * S};
    return ask(&q);
}

static bool body_has(const char *text)
{
    return answer.body.len && strstr(answer.body.data, text);
}

static void assert_header(const char *name, size_t nth, const char *value)
{
    struct sb_str s = sb_http_response_header(&answer, name, nth);
    if (!value)
        ck_assert_msg(!s.p, "%s: %.*s", name, SB_STR_ARG(s));
    else
        ck_assert_msg(s.p && sb_str_is(s, value), "%s: %.*s", name, SB_STR_ARG(s));
}

START_TEST(a_plain_get)
{
    start();
    ck_assert_int_eq(get("/hello?a=b"), 0);
    ck_assert_int_eq(answer.status, 200);
    ck_assert(body_has("GET /hello?a=b HTTP/1.1\r\n"));
    ck_assert(body_has("User-Agent: srebox/"));
    ck_assert(!body_has("Accept-Encoding"));
    assert_header("X-TWO", 0, "one");
    assert_header("x-two", 1, "two");
    assert_header("x-two", 2, NULL);
    assert_header("x", 0, NULL);
    ck_assert_int_eq(answer.attempts, 1);
    ck_assert(answer.total > 0 && answer.connected > 0 && answer.secured == 0);
    ck_assert(!answer.reused);
    ck_assert_int_eq(get("/again"), 0);
    ck_assert(answer.reused && stub_seen->connections == 1);
    stop();
}
END_TEST

START_TEST(what_is_sent)
{
    start();
    const struct sb_http_header headers[] = {
        {"X-Own", "mine"}, {"X-Empty", ""}, {"Authorization", "Secret s3cret"}};
    struct sb_http_request q = {.method = "POST",
                                .url = url_of("/post"),
                                .headers = headers,
                                .header_count = SB_LEN(headers),
                                .body = SB_STR("{\"a\":\0\"b\"}"),
                                .content_type = "application/json"};
    ck_assert_int_eq(ask(&q), 0);
    ck_assert(body_has("POST /post HTTP/1.1\r\n"));
    ck_assert(body_has("X-Own: mine\r\n") && body_has("X-Empty:\r\n"));
    ck_assert(body_has("Authorization: Secret s3cret\r\n"));
    ck_assert(body_has("Content-Type: application/json\r\n") && !body_has("Expect"));
    ck_assert(body_has("Content-Length: 10\r\n"));
    ck_assert(memcmp(answer.body.data + answer.body.len - 10, "{\"a\":\0\"b\"}", 10) == 0);
    q = (struct sb_http_request){.method = "POST", .url = url_of("/empty")};
    ck_assert_int_eq(ask(&q), 0);
    ck_assert(body_has("POST /empty") && body_has("Content-Length: 0") &&
              !body_has("Content-Type"));
    q = (struct sb_http_request){.method = "DELETE", .url = url_of("/x")};
    ck_assert_int_eq(ask(&q), 0);
    ck_assert(body_has("DELETE /x"));
    q = (struct sb_http_request){.method = "PUT", .url = url_of("/x"), .body = SB_STR("v")};
    ck_assert_int_eq(ask(&q), 0);
    ck_assert(body_has("PUT /x") && body_has("\r\n\r\nv"));
    q = (struct sb_http_request){.method = "HEAD", .url = url_of("/x"), .body_cap = 1};
    ck_assert_int_eq(ask(&q), 0);
    ck_assert(answer.status == 200 && answer.body.len == 0);
    stop();
}
END_TEST

/* A request that would smuggle, or cannot be sent. Nothing goes out. */
START_TEST(bad_requests_are_refused)
{
    static const struct sb_http_header line_end = {"X-A", "s3cret\r\nY: z"}, blank = {"X A", "b"},
                                       framing = {"transfer-encoding", "chunked"};
    static const struct {
        struct sb_http_request q;
        const char *text;
    } cases[] = {
        {{.url = "ftp://h/"}, "http://"},
        {{.url = "file:///etc/passwd"}, "URL"},
        {{.url = "http://"}, "URL"},
        {{.url = "localhost:80/x"}, "URL"},
        {{.url = "http://h/\r\nX: y"}, "URL"},
        {{.url = "http://user:pw@h/"}, "password"},
        {{.url = "http://h/", .method = "GET /\r\nX:"}, "method"},
        {{.url = "http://h/", .method = ""}, "method"},
        {{.url = "http://h/", .headers = &line_end, .header_count = 1}, "X-A"},
        {{.url = "http://h/", .headers = &blank, .header_count = 1}, "X A"},
        {{.url = "http://h/", .headers = &framing, .header_count = 1}, "own business"},
        {{.url = "http://h/", .content_type = "a\nb"}, "content type"},
        {{.url = "http://h/", .bearer_file = "a", .basic_file = "b"}, "both"},
        {{.url = "http://h/", .bearer_file = "/nonexistent/token"}, "/nonexistent/token"},
        {{.url = "https://h/", .tls.ca_file = "/nonexistent/ca"}, "/nonexistent/ca"},
        {{.url = "https://h/", .tls.cert_file = "/nonexistent/cert"}, "/nonexistent/cert"},
    };
    start();
    for (size_t i = 0; i < SB_LEN(cases); i++) {
        ck_assert_msg(ask(&cases[i].q) < 0, "case %zu", i);
        ck_assert_msg(strstr(error.text, cases[i].text), "case %zu: %s", i, error.text);
        ck_assert_msg(!strstr(error.text, "s3cret") && !strstr(error.text, "pw"), "case %zu", i);
    }
    stop();
}
END_TEST

START_TEST(what_is_no_answer)
{
    static const struct {
        const char *path;
        int rc;
        const char *text;
    } cases[] = {
        {"/garbage", SB_EINPUT, "not HTTP"},
        {"/bad-status", SB_EINPUT, "not HTTP"},
        {"/nothing", SB_EIO, "without an answer"},
        {"/half-head", SB_EIO, "middle"},
        {"/short", SB_EIO, "middle"},
        {"/half-chunk", SB_EIO, "middle"},
        {"/reset", SB_EIO, "middle"},
        {"/both", SB_EINPUT, "length and chunks"},
        {"/both-turned", SB_EINPUT, "length and chunks"},
        {"/lengths", SB_EINPUT, "Content-Length"},
        {"/no-length", SB_EINPUT, "not HTTP"},
        {"/huge-length", SB_EINPUT, "Content-Length"},
        {"/bad-chunk", SB_EIO, ""},
        {"/huge-chunk", SB_EIO, ""},
        {"/big-header", SB_ETOOBIG, "65536"},
        {"/endless-head", SB_ETOOBIG, "header"},
        {"/endless-hints", SB_ETOOBIG, "header"},
        {"/endless-trailers", SB_ETOOBIG, "header"},
        {"/endless-body", SB_ETOOBIG, "body"},
        {"/gib", SB_ETOOBIG, "1073741824"},
        {"/gib-unsaid", SB_ETOOBIG, "body"},
        {"/gzip-bomb", SB_ETOOBIG, "body"},
    };
    start();
    for (size_t i = 0; i < SB_LEN(cases); i++) {
        int32_t rc = get(cases[i].path);
        ck_assert_msg(rc == -cases[i].rc, "%s: rc %d: %s", cases[i].path, rc, error.text);
        ck_assert_msg(strstr(error.text, cases[i].text) && strstr(error.text, "127.0.0.1"),
                      "%s: %s", cases[i].path, error.text);
    }
    ck_assert_int_eq(get("/half-status"), -SB_EIO);
    stop();
}
END_TEST

START_TEST(odd_but_allowed)
{
    start();
    ck_assert_int_eq(get("/until-close"), 0);
    ck_assert_str_eq(answer.body.data, "all of it");
    ck_assert_int_eq(get("/same-lengths"), 0);
    ck_assert_str_eq(answer.body.data, "ok");
    ck_assert_int_eq(get("/folded"), 0);
    assert_header("X-Long", 0, "one  two");
    assert_header("X-Next", 0, "3");
    ck_assert_int_eq(get("/trailers"), 0);
    ck_assert_str_eq(answer.body.data, "ok");
    assert_header("X-Kind", 0, "head");
    assert_header("X-Kind", 1, NULL);
    ck_assert_int_eq(get("/early"), 0);
    assert_header("X-Kind", 0, "final");
    assert_header("X-Kind", 1, NULL);
    ck_assert_int_eq(get("/zipped"), 0);
    ck_assert(answer.body.len == 4 && memcmp(answer.body.data, "\x1f\x8bzz", 4) == 0);
    stop();
}
END_TEST

START_TEST(caps_are_exact)
{
    start();
    ck_assert_int_eq(get("/x"), 0);
    size_t len = answer.body.len, head = strlen("HTTP/1.1 200 OK\r\n") + 2;
    struct sb_http_request q = {.url = url_of("/x"), .body_cap = len};
    ck_assert_int_eq(ask(&q), 0);
    q.body_cap = len - 1;
    ck_assert_int_eq(ask(&q), -SB_ETOOBIG);
    q.body_cap = len;
    char said[256];
    head += (size_t)snprintf(said, sizeof said,
                             "X-Two: one\r\nContent-Length: %zu\r\nx-two: \t two \r\n", len);
    q.header_cap = head;
    ck_assert_int_eq(ask(&q), 0);
    q.header_cap = head - 1;
    ck_assert_int_eq(ask(&q), -SB_ETOOBIG);
    q = (struct sb_http_request){.url = url_of("/until-close"), .body_cap = 9};
    ck_assert_int_eq(ask(&q), 0);
    q.body_cap = 8;
    ck_assert_int_eq(ask(&q), -SB_ETOOBIG);
    stop();
}
END_TEST

START_TEST(the_slow_meet_a_timeout)
{
    static const char *const paths[] = {"/silent", "/slow-head", "/slow-body"};
    static const char *const texts[] = {"did not answer", "had not finished", "had not finished"};
    start();
    for (size_t i = 0; i < SB_LEN(paths); i++) {
        struct sb_http_request q = {.url = url_of(paths[i]), .timeout = 2 * S};
        ck_assert_int_eq(ask(&q), -SB_EIO);
        ck_assert_msg(strstr(error.text, texts[i]), "%s: %s", paths[i], error.text);
    }
    struct sb_http_request q = {.url = url_of("/silent"), .idle_timeout = S};
    ck_assert_int_eq(ask(&q), -SB_EIO);
    q = (struct sb_http_request){.url = url_of("/silent"),
                                 .retry = {.tries = 2, .first = 1, .each_timeout = S / 4}};
    ck_assert_int_eq(ask(&q), -SB_EIO);
    ck_assert_int_eq(answer.attempts, 2);
    stop();
}
END_TEST

START_TEST(nobody_there)
{
    start();
    unsigned port = stub_port;
    stub_stop();
    ck_assert_int_eq(get("/x"), -SB_EIO);
    char wanted[64];
    snprintf(wanted, sizeof wanted, "connect to 127.0.0.1 port %u refused", port);
    ck_assert_str_eq(error.text, wanted);
    ck_assert(error.hint[0]);
    struct sb_http_request q = {.url = "http://no-such-host.invalid/"};
    ck_assert_int_eq(ask(&q), -SB_EIO);
    ck_assert_msg(strstr(error.text, "no address for no-such-host.invalid"), "%s", error.text);
    q = (struct sb_http_request){.url = "http://x/", .unix_path = "/nonexistent/socket"};
    ck_assert_int_eq(ask(&q), -SB_EIO);
    ck_assert_msg(strstr(error.text, "/nonexistent/socket: No such file"), "%s", error.text);
    stub_start(NULL);
    stop();
}
END_TEST

START_TEST(unix_sockets_without_proxy)
{
    char path[64];
    snprintf(path, sizeof path, "/tmp/srebox-http-%d", (int)getpid());
    setenv("http_proxy", "http://127.0.0.1:1", 1);
    start();
    ck_assert_int_eq(get("/loopback"), 0);
    struct sb_http_request q = {.url = url_of("/x"), .proxy_loopback = true};
    ck_assert_int_eq(ask(&q), -SB_EIO);
    stub_stop();
    stub_start(path);
    q = (struct sb_http_request){.url = "http://any.name/p", .unix_path = path};
    ck_assert_int_eq(ask(&q), 0);
    ck_assert(body_has("GET /p HTTP/1.1\r\nHost: any.name\r\n"));
    unlink(path);
    stop();
}
END_TEST

START_TEST(proxies_of_the_environment)
{
    char proxy[64];
    start();
    snprintf(proxy, sizeof proxy, "http://user:pr0xy@127.0.0.1:%u", stub_port);
    setenv("http_proxy", proxy, 1);
    struct sb_http_request q = {.url = "http://far.example/x"};
    ck_assert_int_eq(ask(&q), 0);
    ck_assert(body_has("GET http://far.example/x HTTP/1.1\r\n"));
    setenv("https_proxy", proxy, 1);
    struct sb_http_request tunnel = {.url = "https://far.example/x"};
    ck_assert_int_eq(ask(&tunnel), -SB_EIO);
    ck_assert_msg(strstr(error.text, "it answered 407"), "%s", error.text);
    setenv("no_proxy", "far.example", 1);
    q.connect_timeout = S;
    ck_assert_int_eq(ask(&q), -SB_EIO); /* there is no such host */
    unsetenv("no_proxy");
    setenv("http_proxy", "http://user:pr0xy@127.0.0.1:1", 1);
    ck_assert_int_eq(ask(&q), -SB_EIO);
    ck_assert_msg(!strstr(error.text, "pr0xy") && !strstr(error.hint, "pr0xy"), "%s", error.text);
    ck_assert_msg(strstr(error.text, "far.example port 80 through a proxy"), "%s", error.text);
    setenv("http_proxy", "http://no-such-proxy.invalid:1", 1);
    ck_assert_int_eq(ask(&q), -SB_EIO);
    ck_assert_msg(strstr(error.text, "no address for the proxy"), "%s", error.text);
    stop();
}
END_TEST

/* --- retries --- */

START_TEST(passing_failures_are_tried_again)
{
    start();
    struct sb_http_request q = {.url = url_of("/flaky"), .retry = {.tries = 4, .first = 1}};
    stub_seen->failures_left = 3;
    ck_assert_int_eq(ask(&q), 0);
    ck_assert(answer.status == 200 && answer.attempts == 4);
    stub_seen->failures_left = 9;
    ck_assert_int_eq(ask(&q), 0);
    ck_assert(answer.status == 503 && answer.attempts == 4 && stub_seen->failures_left == 5);
    ck_assert_str_eq(answer.body.data, "busy");
    q.url = url_of("/dropped");
    stub_seen->failures_left = 2;
    ck_assert_int_eq(ask(&q), 0);
    ck_assert_int_eq(answer.status, 200); /* libcurl may have done one of the repeats itself */
    ck_assert(answer.attempts >= 2 && answer.attempts <= 3);
    q.url = url_of("/status/500");
    ck_assert_int_eq(ask(&q), 0);
    ck_assert(answer.status == 500 && answer.attempts == 1);
    q.url = url_of("/both");
    ck_assert_int_eq(ask(&q), -SB_EINPUT);
    ck_assert_int_eq(answer.attempts, 1);
    stop();
}
END_TEST

START_TEST(what_may_do_harm_twice_is_sent_once)
{
    start();
    struct sb_http_request q = {.method = "POST",
                                .url = url_of("/dropped"),
                                .body = SB_STR("pay"),
                                .retry = {.tries = 4, .first = 1}};
    ck_assert_int_eq(get("/warm"), 0); /* a kept connection, on which libcurl would repeat */
    unsigned before = stub_seen->requests;
    stub_seen->failures_left = 1;
    ck_assert_int_eq(ask(&q), -SB_EIO);
    ck_assert(stub_seen->requests == before + 1 && answer.attempts == 1);
    q.retry.safe = true;
    stub_seen->failures_left = 1;
    ck_assert_int_eq(ask(&q), 0);
    ck_assert_int_eq(answer.status, 200);
    stop();
}
END_TEST

START_TEST(retry_after_is_honoured_and_capped)
{
    start();
    struct sb_http_request q = {.url = url_of("/status/503?Retry-After:_86400"),
                                .retry = {.tries = 2, .first = 1, .most_after = S / 2}};
    int64_t before = sb_loop_refresh(loop);
    ck_assert_int_eq(ask(&q), 0);
    ck_assert(answer.attempts == 2 && sb_loop_refresh(loop) - before >= S / 2);
    q.timeout = 5 * S;
    q.retry.most_after = 0; /* a minute: more than there is */
    ck_assert_int_eq(ask(&q), 0);
    ck_assert(answer.attempts == 1 && answer.status == 503);
    stop();
}
END_TEST

/* --- redirects --- */

START_TEST(redirects_are_followed_only_when_told)
{
    start();
    ck_assert_int_eq(get("/status/302?Location:_/there"), 0);
    ck_assert_int_eq(answer.status, 302);
    struct sb_http_request q = {.method = "POST",
                                .url = url_of("/status/302?Location:_/there"),
                                .body = SB_STR("b"),
                                .content_type = "text/plain",
                                .redirects = 5};
    ck_assert_int_eq(ask(&q), 0);
    ck_assert(body_has("GET /there") && !body_has("text/plain"));
    ck_assert_str_eq(answer.url.data, url_of("/there"));
    ck_assert_int_eq(answer.redirects, 1);
    q.url = url_of("/status/307?Location:_/there");
    ck_assert_int_eq(ask(&q), 0);
    ck_assert(body_has("POST /there") && body_has("\r\n\r\nb"));
    q.url = url_of("/status/302?Location:_/status/302?Location:/there");
    q.redirects = 1;
    ck_assert_int_eq(ask(&q), -SB_ETOOBIG);
    q.redirects = 2;
    ck_assert_int_eq(ask(&q), 0);
    ck_assert(body_has("GET /there") && answer.redirects == 2);
    q.url = url_of("/status/302?Location:_ftp://h/");
    ck_assert_int_eq(ask(&q), -SB_EINPUT);
    q.url = url_of("/status/302?Location:_file:///etc/passwd");
    ck_assert_int_eq(ask(&q), -SB_EINPUT);
    q.url = url_of("/status/301"); /* without a place */
    ck_assert_int_eq(ask(&q), 0);
    ck_assert_int_eq(answer.status, 301);
    stop();
}
END_TEST

START_TEST(a_ring_of_redirects_ends)
{
    start();
    struct sb_http_request q = {.url = url_of("/ring"), .redirects = 99};
    int32_t rc = ask(&q);
    ck_assert_msg(rc == -SB_ETOOBIG && answer.redirects == 5, "%d %u %s", rc, answer.redirects,
                  error.text);
    stop();
}
END_TEST

START_TEST(credentials_stay_with_their_origin)
{
    char token[64], target[256];
    start();
    snprintf(token, sizeof token, "/tmp/srebox-token-%d", (int)getpid());
    FILE *f = fopen(token, "w");
    fputs("t0ken\n", f);
    fclose(f);
    const struct sb_http_header headers[] = {{"Cookie", "c00kie"}, {"X-Plain", "p"}};
    struct sb_http_request q = {.url = url_of("/status/302?Location:_/there"),
                                .headers = headers,
                                .header_count = 2,
                                .bearer_file = token,
                                .redirects = 2};
    ck_assert_int_eq(ask(&q), 0);
    ck_assert(body_has("Authorization: Bearer t0ken\r\n") && body_has("c00kie"));
    snprintf(target, sizeof target, "/status/302?Location:_http://localhost:%u/", stub_port);
    q.url = url_of(target);
    ck_assert_int_eq(ask(&q), 0);
    ck_assert(body_has("Host: localhost") && body_has("X-Plain: p"));
    ck_assert(!body_has("t0ken") && !body_has("c00kie") && !body_has("Authorization"));
    f = fopen(token, "w");
    fputs("user:pass word\n", f);
    fclose(f);
    q = (struct sb_http_request){.url = url_of("/x"), .basic_file = token};
    ck_assert_int_eq(ask(&q), 0);
    ck_assert(body_has("Authorization: Basic dXNlcjpwYXNzIHdvcmQ=\r\n"));
    f = fopen(token, "w");
    fputs("one\ntwo\n", f);
    fclose(f);
    ck_assert_int_eq(ask(&q), -SB_EINPUT);
    ck_assert(!strstr(error.text, "one"));
    unlink(token);
    stop();
}
END_TEST

/* --- streams --- */

struct sunk {
    size_t bytes, stop_at;
    struct sb_co *cancel;
};

static int sink(void *ctx, struct sb_str bytes, struct sb_error *e)
{
    struct sunk *s = ctx;
    s->bytes += bytes.len;
    if (s->bytes < s->stop_at)
        return 0;
    if (s->cancel) {
        sb_co_cancel(s->cancel);
        return 0;
    }
    return sb_fail(e, SB_EUNSURE, "enough");
}

START_TEST(a_sink_takes_what_the_body_could_not_hold)
{
    struct sunk s = {.stop_at = (size_t)40 << 20};
    start();
    struct sb_http_request q = {.url = url_of("/gib"), .sink = sink, .sink_ctx = &s};
    ck_assert_int_eq(ask(&q), -SB_EUNSURE);
    ck_assert_str_eq(error.text, "enough");
    ck_assert(s.bytes >= s.stop_at && answer.body.len == 0);
    s = (struct sunk){.stop_at = SIZE_MAX};
    q.url = url_of("/status/404");
    ck_assert_int_eq(ask(&q), 0);
    ck_assert(answer.status == 404 && s.bytes == 0);
    q.url = url_of("/short");
    q.retry = (struct sb_http_retry){.tries = 3, .first = 1};
    ck_assert_int_eq(ask(&q), -SB_EIO);
    ck_assert(s.bytes == 10 && answer.attempts == 1);
    stop();
}
END_TEST

/* --- cancelling --- */

#define canceller_SAVED(F) F(int64_t, after) F(int32_t, finals)
#define canceller_LIVE(F) F(struct sb_co_sleep, sleep) F(struct sb_co *, victim)
#define canceller_POINTS(P) P(asleep)
CO_FRAME(canceller);
CO_DESC(canceller);
static struct sb_co *canceller_step(struct sb_co *co_self)
{
    CO_BODY(canceller, f);
    sb_co_sleep_init(&f->sleep, sb_loop_timers(loop), sb_loop_now(loop) + f->after);
    CO_AWAIT(asleep, &f->sleep);
    sb_co_cancel(f->victim);
finally:
    CO_END;
}

START_TEST(cancelling_at_any_time)
{
    static const char *const paths[] = {"/silent", "/slow-head",    "/slow-body",
                                        "/hello",  "/endless-body", "/status/503"};
    start();
    for (int turn = 0; turn < 60; turn++) {
        static struct sb_http_exchange x;
        struct canceller k;
        struct sb_http_request q = {.url = url_of(paths[turn % 6]),
                                    .body_cap = SIZE_MAX / 4,
                                    .retry = {.tries = 9, .first = 60 * S, .most = 60 * S}};
        sb_http_exchange_init(&x, client, &q, &answer);
        CO_INIT(canceller, &k);
        k.victim = &x.co;
        k.after = turn * S / 4000;
        sb_co_run(&x.co);
        sb_loop_run(loop, &k.co);
        ck_assert(sb_co_done(&x.co));
        ck_assert(x.co.rc == 0 || x.co.rc == SB_CO_CANCELLED);
        ck_assert(x.co.rc == 0 || strstr(x.error.text, "cancelled"));
    }
    stop();
}
END_TEST

START_TEST(cancelling_from_its_own_sink)
{
    start();
    static struct sb_http_exchange x;
    struct sunk s = {.stop_at = 1, .cancel = &x.co};
    struct sb_http_request q = {.url = url_of("/gib"), .sink = sink, .sink_ctx = &s};
    for (int turn = 0; turn < 3; turn++) {
        s.bytes = 0;
        sb_http_exchange_init(&x, client, &q, &answer);
        ck_assert_int_eq(sb_loop_run(loop, &x.co), SB_CO_CANCELLED);
        ck_assert(s.bytes > 0);
    }
    ck_assert_int_eq(get("/x"), 0);
    stop();
}
END_TEST

START_TEST(a_deadline_of_the_callers)
{
    start();
    static struct sb_http_exchange x;
    struct sb_co_timer deadline = {0};
    struct sb_http_request q = {.url = url_of("/silent")};
    sb_http_exchange_init(&x, client, &q, &answer);
    sb_co_deadline_set(sb_loop_timers(loop), &deadline, &x.co, sb_loop_now(loop) + S / 4);
    ck_assert_int_eq(sb_loop_run(loop, &x.co), SB_CO_TIMED_OUT);
    sb_co_deadline_drop(sb_loop_timers(loop), &deadline);
    ck_assert_msg(strstr(x.error.text, "no answer in time"), "%s", x.error.text);
    stop();
}
END_TEST

/* --- many --- */

enum { CROWD = 200 };
START_TEST(many_at_once)
{
    static struct sb_http_exchange x[CROWD];
    static struct sb_http_response answers[CROWD];
    static struct sb_co *members[CROWD];
    struct sb_co_group all;
    start();
    struct sb_http_request q[2] = {{.url = url_of("/one")}, {.url = url_of("/short")}};
    for (int i = 0; i < CROWD; i++) {
        sb_http_exchange_init(&x[i], client, &q[i % 2], &answers[i]);
        members[i] = &x[i].co;
    }
    sb_co_group_init(&all, members, CROWD);
    ck_assert_int_eq(sb_loop_run(loop, &sb_co_group_all(&all)->co), 0);
    for (int i = 0; i < CROWD; i++) {
        ck_assert_msg(x[i].co.rc == (i % 2 ? -SB_EIO : 0), "%d: %d %s", i, x[i].co.rc,
                      x[i].error.text);
        sb_http_response_done(&answers[i]);
    }
    stop();
}
END_TEST

UNIT_MAIN("http", a_plain_get, what_is_sent, bad_requests_are_refused, what_is_no_answer,
          odd_but_allowed, caps_are_exact, the_slow_meet_a_timeout, nobody_there,
          unix_sockets_without_proxy, proxies_of_the_environment, passing_failures_are_tried_again,
          what_may_do_harm_twice_is_sent_once, retry_after_is_honoured_and_capped,
          redirects_are_followed_only_when_told, a_ring_of_redirects_ends,
          credentials_stay_with_their_origin, a_sink_takes_what_the_body_could_not_hold,
          cancelling_at_any_time, cancelling_from_its_own_sink, a_deadline_of_the_callers,
          many_at_once)
