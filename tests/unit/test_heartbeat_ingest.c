/* The monitor's ears, over real sockets: what each sender says, what the sink gets, what is answered. */
#include "tests/unit/server_unit.h"

#include "applets/heartbeat/ingest.h"
#include "applets/heartbeat/listen_udp.h"
#include "applets/heartbeat/ping.h"

#include <inttypes.h>

/* The sink writes what it got as a line, and knows the nodes that `known` names. */
static struct sb_buf lines = SB_BUF_INIT(1 << 24);
static const char *known = " web-1 nightly backup-db ";
static uint64_t taken;

static enum heartbeat_verdict note(void *ctx, const struct heartbeat_beat *b)
{
    char padded[HEARTBEAT_ID_MAX + 3];
    (void)ctx;
    taken++;
    sb_buf_printf(&lines, "%d %d %.*s exit=%d seq=%d%" PRIu64 " run=%.*s body=%.*s peer=%.*s\n",
                  b->source, b->kind, SB_STR_ARG(b->id), b->exit_status, b->has_seq, b->seq,
                  SB_STR_ARG(b->run_id), SB_STR_ARG(b->body), SB_STR_ARG(b->peer));
    snprintf(padded, sizeof padded, " %.*s ", SB_STR_ARG(b->id));
    if (strstr(known, padded))
        return HEARTBEAT_TAKEN;
    return b->create ? HEARTBEAT_CREATED : HEARTBEAT_UNKNOWN;
}

static struct heartbeat_ingest *ingest;
static const char *policy_text;
static bool known_only;

static void add_ingest(struct unit_server *u)
{
    const struct heartbeat_ingest_options options = {.sink = {note, NULL},
                                                     .known_only = known_only};
    struct heartbeat_policy *policy = NULL;
    struct sb_error e;
    if (policy_text &&
        heartbeat_policy_load_text("policy", policy_text, strlen(policy_text), &policy, &e) < 0)
        ck_abort_msg("%s", e.text);
    if (heartbeat_ingest_new(&options, policy, &ingest, &e) < 0)
        ck_abort_msg("%s", e.text);
    heartbeat_policy_free(policy);
    heartbeat_ingest_routes(ingest, u->server, true);
}

static void drop_ingest(struct unit_server *u)
{
    (void)u;
    heartbeat_ingest_free(ingest);
}

#define SERVER(...)                                               \
    {                                                             \
        .prepare = add_ingest, .finish = drop_ingest, __VA_ARGS__ \
    }

/* request: "METHOD PATH", or with a body behind a blank. */
static void expect(const struct unit_server *u, const char *start, const char *body, int status,
                   const char *answer, const char *line)
{
    struct sb_buf text = SB_BUF_INIT(1 << 20), reply = SB_BUF_INIT(1 << 20);
    sb_buf_reset(&lines);
    sb_buf_puts(&lines, "");
    sb_buf_printf(&text, "%s HTTP/1.1\r\nHost: h\r\n", start);
    if (body)
        sb_buf_printf(&text, "Content-Length: %zu\r\n\r\n%s", strlen(body), body);
    else
        sb_buf_puts(&text, "\r\n");
    int got = unit_ask(u, text.data, &reply);
    unit_require(got == status && (!answer || strstr(reply.data, answer)), "%s: %d %s", start, got,
                 reply.data);
    unit_require(line ? lines.len && strncmp(lines.data, line, strlen(line)) == 0 : !lines.len,
                 "%s: %s instead of %s", start, lines.len ? lines.data : "nothing", line);
    sb_buf_done(&text);
    sb_buf_done(&reply);
}

START_TEST(seed)
{
    struct unit_server u = SERVER(.grace = SB_NS_PER_S);
    unit_server_start(&u);
    expect(&u, "POST /heartbeat",
           "{\"server_id\":\"web-1\",\"timestamp\":1,\"status\":\"alive\",\"metrics\":{}}", 204,
           NULL, "0 0 web-1 exit=0 seq=00 run= body= peer=127.0.0.1\n");
    expect(&u, "POST /heartbeat", "{\"server_id\":\"new\",\"seq\":5,\"status\":\"sick\"}", 204,
           NULL, "0 1 new exit=0 seq=15 run= body=sick");
    expect(&u, "POST /shutdown", "{\"server_id\":\"web-1\",\"reason\":\"graceful_shutdown\"}", 204,
           NULL, "0 7 web-1 exit=0 seq=00 run= body=graceful_shutdown");
    expect(&u, "POST /heartbeat", "{", 400, "{\"error\":\"a string should stand here, at byte 2\"}",
           NULL);
    expect(&u, "POST /heartbeat", "", 400, "object", NULL);
    expect(&u, "GET /heartbeat", NULL, 404, "not found", NULL); /* hosted pings know no such uuid */
    struct sb_buf large = SB_BUF_INIT(1 << 20);
    sb_buf_fill(&large, ' ', HEARTBEAT_JSON_MAX + 1);
    expect(&u, "POST /heartbeat", large.data, 413, NULL, NULL);
    sb_buf_done(&large);
    unit_server_stop(&u);
}
END_TEST

START_TEST(only_known_nodes)
{
    struct unit_server u = SERVER(.grace = SB_NS_PER_S);
    known_only = true;
    unit_server_start(&u);
    expect(&u, "POST /heartbeat", "{\"server_id\":\"web-1\"}", 204, NULL, "0 0 web-1");
    expect(&u, "POST /heartbeat", "{\"server_id\":\"new\"}", 403, "not known", "0 0 new");
    expect(&u, "GET /ping/new", NULL, 404, "not found", "2 3 new");
    expect(&u, "GET /ping/anykey/new?create=1", NULL, 404, "not found", "2 3 new");
    unit_server_stop(&u);
}
END_TEST

START_TEST(pings)
{
    struct unit_server u = SERVER(.grace = SB_NS_PER_S);
    policy_text = "ping:\n  body-limit: 5\n  checks:\n"
                  "    - {uuid: 8F3A1B2C-0000-4000-8000-000000000001, id: backup-db}\n"
                  "    - {slug: two, id: web-1}\n    - {slug: two, id: web-2}\n    - {slug: one, "
                  "id: web-1}\n";
    unit_server_start(&u);
#define UUID "8f3a1b2c-0000-4000-8000-000000000001"
#define RID "11111111-2222-4333-8444-555555555555"
    expect(&u, "GET /ping/" UUID, NULL, 200, "\r\n\r\nOK", "2 3 backup-db exit=0");
    expect(&u, "HEAD /ping/8F3A1b2c-0000-4000-8000-000000000001", NULL, 200,
           "Ping-Body-Limit: 5\r\n", "2 3 backup-db");
    expect(&u, "POST /ping/" UUID "/start?rid=" RID, "hello world", 200, "OK",
           "2 2 backup-db exit=0 seq=00 run=" RID " body=hello peer");
    expect(&u, "POST /ping/" UUID "/fail", "", 200, "OK", "2 4 backup-db");
    expect(&u, "GET /ping/" UUID "/log", NULL, 200, "OK", "2 5 backup-db");
    expect(&u, "GET /ping/" UUID "/0", NULL, 200, "OK", "2 6 backup-db exit=0");
    expect(&u, "GET /ping/" UUID "/255", NULL, 200, "OK", "2 6 backup-db exit=255");
    expect(&u, "GET /ping/" UUID "/256", NULL, 400, "invalid url format", NULL);
    expect(&u, "GET /ping/" UUID "/-1", NULL, 404, NULL, NULL);
    expect(&u, "GET /ping/" UUID "/start/x", NULL, 404, NULL, NULL);
    expect(&u, "GET /ping/" UUID "?rid=x", NULL, 400, "invalid uuid format", NULL);
    expect(&u, "PUT /ping/" UUID, "", 405, "Allow: GET, HEAD, POST", NULL);
    expect(&u, "GET /" UUID, NULL, 200, "OK", "2 3 backup-db");
    expect(&u, "GET /" UUID "/7", NULL, 200, "OK", "2 6 backup-db exit=7");
    expect(&u, "GET /ping/" RID, NULL, 404, "not found", "2 3 " RID);
    expect(&u, "GET /ping/" RID "?create=1", NULL, 201, "Created", "2 3 " RID);
    expect(&u, "GET /ping/key/nightly", NULL, 200, "OK", "2 3 nightly");
    expect(&u, "GET /ping/key/nightly/9", NULL, 200, "OK", "2 6 nightly exit=9");
    expect(&u, "GET /ping/key/one/start", NULL, 200, "OK", "2 2 web-1");
    expect(&u, "GET /ping/key/two", NULL, 409, "ambiguous slug", NULL);
    expect(&u, "GET /ping/key/Nightly", NULL, 400, "invalid url format", NULL);
    expect(&u, "GET /ping/key/a%2Fb", NULL, 404, "not found", NULL);
    expect(&u, "GET /ping/key/fresh", NULL, 404, "not found", "2 3 fresh");
    expect(&u, "GET /ping/key/fresh?create=1", NULL, 201, "Created", "2 3 fresh");
    expect(&u, "GET /key/nightly", NULL, 404, NULL, NULL); /* hosted: only with a key that is one */
    expect(&u, "GET /ping/my%20job/start", NULL, 200, "OK", "2 2 my job");
    expect(&u, "GET /ping/my%20job/", NULL, 404, NULL, NULL);
    unit_server_stop(&u);
}
END_TEST

START_TEST(pings_with_keys_and_tokens)
{
    char keys[] = "/tmp/sb_keys_XXXXXX", tokens[] = "/tmp/sb_tokens_XXXXXX", policy[256];
    static const char key_text[] = "team AbCdEfGhIjKlMnOpQrStUv\n",
                      token_text[] = "agent 0123456789abcdef\n";
    int a = mkstemp(keys), b = mkstemp(tokens);
    ck_assert(write(a, key_text, strlen(key_text)) > 0 &&
              write(b, token_text, strlen(token_text)) > 0);
    snprintf(policy, sizeof policy,
             "ping: {key-file: %s, checks: [{uuid: " UUID ", id: backup-db}]}\n", keys);
    policy_text = policy;
    struct unit_server u = SERVER(.grace = SB_NS_PER_S, .opts = {.token_file = tokens});
    unit_server_start(&u);
    expect(&u, "GET /ping/" UUID, NULL, 200, "OK", "2 3 backup-db"); /* a uuid is a secret itself */
    expect(&u, "GET /ping/AbCdEfGhIjKlMnOpQrStUv/nightly/start", NULL, 200, "OK", "2 2 nightly");
    expect(&u, "GET /AbCdEfGhIjKlMnOpQrStUv/nightly", NULL, 200, "OK", "2 3 nightly");
    expect(&u, "GET /ping/AbCdEfGhIjKlMnOpQrStUv/start", NULL, 404, "not found", "2 3 start");
    expect(&u, "GET /ping/AbCdEfGhIjKlMnOpQrStUW/nightly", NULL, 404, "not found", NULL);
    expect(&u, "GET /ping/nightly", NULL, 401, NULL, NULL);
    expect(&u, "GET /ping/nightly/start", NULL, 401, NULL, NULL);
    expect(&u, "GET /ping/" RID "?create=1", NULL, 401, NULL, NULL);
    expect(&u,
           "GET /ping/nightly HTTP/1.1\r\nAuthorization: Bearer 0123456789abcdef\r\nX-Rest:", NULL,
           200, "OK", "2 3 nightly");
    expect(&u, "POST /heartbeat", "{\"server_id\":\"web-1\"}", 401, NULL, NULL);
    expect(&u, "POST /alertmanager", "{}", 401, NULL, NULL);
    unit_server_stop(&u);
    unlink(keys);
    unlink(tokens);
}
END_TEST

START_TEST(alertmanager)
{
    struct unit_server u = SERVER(.grace = SB_NS_PER_S);
    unit_server_start(&u);
    static const char firing[] = "{\"version\":\"4\",\"groupKey\":\"{}:{}\",\"truncatedAlerts\":0,"
                                 "\"status\":\"firing\",\"receiver\":\"r\",\"groupLabels\":{},"
                                 "\"alerts\":[{\"status\":\"firing\",\"labels\":{\"alertname\":"
                                 "\"Watchdog\",\"cluster\":\"web-1\"},"
                                 "\"annotations\":{},\"startsAt\":\"2024-01-01T00:00:00Z\"}]}";
    expect(&u, "POST /alertmanager", firing, 204, NULL, "3 0 Watchdog");
    expect(&u, "POST /alertmanager?label=cluster", firing, 204, NULL, "3 0 web-1");
    expect(&u, "POST /alertmanager/chain-eu", firing, 204, NULL, "3 0 chain-eu");
    expect(&u, "POST /alertmanager?label=none", firing, 400, "label", NULL);
    expect(&u, "POST /alertmanager",
           "{\"version\":\"4\",\"alerts\":[{\"status\":\"resolved\",\"labels\":{\"alertname\":"
           "\"W\"}}]}",
           204, NULL, "3 1 W exit=0 seq=00 run= body=resolved");
    expect(&u, "POST /alertmanager", "{\"version\":\"3\",\"alerts\":[]}", 400, "version 4", NULL);
    expect(&u, "POST /alertmanager", "[", 400, NULL, NULL);
    unit_server_stop(&u);
}
END_TEST

START_TEST(ping_sections_that_do_not_go)
{
    static const struct {
        const char *text, *why;
    } cases[] = {
        {"ping: {keys: 1}", "key"},
        {"ping: {body-limit: -1}", "body-limit"},
        {"ping: {key-file: /nonexistent}", "/nonexistent"},
        {"ping: {checks: [{uuid: x, id: a}]}", "uuid"},
        {"ping: {checks: [{uuid: " UUID "}]}", "id"},
        {"ping: {checks: [{id: a}]}", "either"},
        {"ping: {checks: [{slug: A, id: a}]}", "slug"},
        {"ping: {checks: [{uuid: " UUID ", id: a}, {uuid: " UUID ", id: b}]}", "twice"},
    };
    for (size_t i = 0; i < SB_LEN(cases); i++) {
        struct heartbeat_policy *policy;
        struct heartbeat_ping *ping;
        struct sb_error e;
        ck_assert_int_eq(
            heartbeat_policy_load_text("p", cases[i].text, strlen(cases[i].text), &policy, &e), 0);
        int rc = heartbeat_ping_new(policy, &ping, &e);
        unit_require(rc < 0 && strstr(e.text, cases[i].why), "%s: %d %s", cases[i].text, rc,
                     e.text);
        heartbeat_policy_free(policy);
    }
}
END_TEST

/* ---- datagrams ---- */

static struct heartbeat_udp *udp;

#define ears_SAVED(F)
#define ears_LIVE(F) F(struct heartbeat_udp_listen, listen)
#define ears_POINTS(P) P(listening)
CO_FRAME(ears);
CO_DESC(ears);
static struct ears ears;

static struct sb_co *ears_step(struct sb_co *co_self)
{
    CO_BODY(ears, f);
    CO_AWAIT(listening, &f->listen);
finally:
    CO_END;
}

static char udp_tokens[] = "/tmp/sb_tokens_XXXXXX";
static uint16_t udp_port;
static struct heartbeat_udp_stats udp_stats;

static void add_udp(struct unit_server *u)
{
    const struct heartbeat_udp_options options = {
        .address = "127.0.0.1:0", .token_file = udp_tokens, .sink = {note, NULL}};
    struct sb_error e;
    if (heartbeat_udp_new(u->loop, &options, &udp, &e) < 0)
        ck_abort_msg("%s", e.text);
    udp_port = heartbeat_udp_port(udp);
    CO_INIT(ears, &ears);
    heartbeat_udp_listen_init(&ears.listen, udp);
    sb_co_run(&ears.co);
}

static void drop_udp(struct unit_server *u)
{
    (void)u;
    sb_co_cancel(&ears.co);
    udp_stats = heartbeat_udp_stats(udp);
    heartbeat_udp_free(udp);
}

static void send_datagram(int fd, const unsigned char *p, size_t len)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(udp_port)};
    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ck_assert_int_eq(sendto(fd, p, len, 0, (struct sockaddr *)&a, sizeof a), (ssize_t)len);
}

START_TEST(datagrams)
{
    static const char token_text[] = "agent 0123456789abcdef\n";
    int t = mkstemp(udp_tokens), fd = socket(AF_INET, SOCK_DGRAM, 0);
    ck_assert(write(t, token_text, strlen(token_text)) > 0);
    struct unit_server u = {.prepare = add_udp, .finish = drop_udp};
    struct heartbeat_udp_key *right = heartbeat_udp_key_new(SB_STR("0123456789abcdef")),
                             *wrong = heartbeat_udp_key_new(SB_STR("0123456789abcdeF"));
    struct heartbeat_beat b = {.id = SB_STR("node"),
                               .zone = SB_STR(""),
                               .boot_id = SB_STR("boot"),
                               .run_id = SB_STR(""),
                               .body = SB_STR(""),
                               .has_seq = true};
    unsigned char out[HEARTBEAT_UDP_MAX + 100] = {0};
    struct sb_error e;
    size_t len = 0;
    unit_server_start(&u);
    b.sent = sb_time_now();
    for (b.seq = 1; b.seq <= 300; b.seq++) {
        b.sent += 1000000;
        ck_assert_int_eq(heartbeat_udp_write(&b, right, out, &len, &e), 0);
        send_datagram(fd, out, len);
        if (b.seq % 50 == 0)
            usleep(20000); /* let it read: the room is the kernel's to give */
    }
    out[len - 1] ^= 1;
    send_datagram(fd, out, len); /* forged */
    send_datagram(fd, out, 30);  /* short */
    send_datagram(fd, out, sizeof out);
    heartbeat_udp_write(&b, wrong, out, &len, &e);
    send_datagram(fd, out, len);
    heartbeat_udp_write(&b, NULL, out, &len, &e);
    send_datagram(fd, out, len); /* not signed */
    b.boot_id = SB_STR("an earlier start");
    b.sent -= 60 * SB_NS_PER_S;
    heartbeat_udp_write(&b, right, out, &len, &e);
    send_datagram(fd, out, len); /* a recording */
    char c;
    ck_assert(recv(fd, &c, 1, MSG_DONTWAIT) < 0); /* nobody is answered */
    b.boot_id = SB_STR("boot");
    b.sent = sb_time_now();
    heartbeat_udp_write(&b, right, out, &len, &e);
    send_datagram(fd, out, len); /* the last: when it was taken, all were */
    for (int i = 0; __atomic_load_n(&taken, __ATOMIC_RELAXED) < 301 && i < 1200; i++)
        usleep(100000);
    unit_server_stop(&u);
    ck_assert_uint_eq(udp_stats.beats, 301);
    ck_assert_uint_eq(udp_stats.received, 307);
    ck_assert_uint_eq(udp_stats.verdicts[HEARTBEAT_UDP_OK], 301);
    ck_assert_uint_eq(udp_stats.verdicts[HEARTBEAT_UDP_FORGED], 1);
    ck_assert_uint_eq(udp_stats.verdicts[HEARTBEAT_UDP_MALFORMED], 2);
    ck_assert_uint_eq(udp_stats.verdicts[HEARTBEAT_UDP_UNKNOWN], 2);
    ck_assert_uint_eq(udp_stats.verdicts[HEARTBEAT_UDP_REPLAYED], 1);
    ck_assert_ptr_nonnull(
        strstr(lines.data, "1 0 node exit=0 seq=1300 run= body= peer=127.0.0.1\n"));
    heartbeat_udp_key_free(right);
    heartbeat_udp_key_free(wrong);
    close(fd);
    unlink(udp_tokens);
}
END_TEST

START_TEST(udp_options_that_do_not_go)
{
    struct sb_loop *loop;
    struct sb_error e;
    struct heartbeat_udp *other;
    ck_assert_int_eq(sb_loop_new(&loop, &e), 0);
    const struct heartbeat_udp_options open = {.address = "0.0.0.0:0"}, bad = {.address = "x"},
                                       no_tokens = {.address = "127.0.0.1:0",
                                                    .token_file = "/nonexistent"};
    ck_assert_int_eq(heartbeat_udp_new(loop, &open, &other, &e), -SB_EUSAGE);
    ck_assert_ptr_nonnull(strstr(e.text, "token"));
    ck_assert_int_eq(heartbeat_udp_new(loop, &bad, &other, &e), -SB_EUSAGE);
    ck_assert_int_eq(heartbeat_udp_new(loop, &no_tokens, &other, &e), -SB_EIO);
    sb_loop_free(loop);
}
END_TEST

UNIT_MAIN("heartbeat_ingest", seed, only_known_nodes, pings, pings_with_keys_and_tokens,
          alertmanager, ping_sections_that_do_not_go, datagrams, udp_options_that_do_not_go)
