/* HAProxy at the other end, saying anything: agent checks with any line, and answers of the runtime socket,
 * through sockets. The first byte chooses. An agent check is answered by one short printable line; the driver
 * says nothing but the commands it may say, and counts right. */
#include "applets/heartbeat/haproxy_agent.h"
#include "applets/heartbeat/haproxy_socket.h"
#include "core/base/time.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SERVERS = 4, ANSWERS = 4 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct sb_loop *loop;
static char paths[2][96]; /* of the agent, of the runtime socket */
static struct heartbeat_traffic *traffic;
static struct heartbeat_agent agent;
static struct sb_listener runtime;
static const struct heartbeat_server servers[SERVERS] = {
    {"a", "web", "s0"}, {"b", "web", "s1"}, {"c", "web", "s2"}, {"c", "api", "s"}};

static void require(bool ok)
{
    if (!ok)
        abort();
}

static void remove_sockets(void)
{
    for (size_t i = 0; i < SB_LEN(paths); i++)
        unlink(paths[i]);
}

static void set_up(void)
{
    char address[128];
    struct sb_error e;
    for (size_t i = 0; i < SB_LEN(paths); i++)
        snprintf(paths[i], sizeof paths[i], "/tmp/srebox-fuzz-haproxy-%d-%zu", (int)getpid(), i);
    atexit(remove_sockets);
    require(sb_loop_new(&loop, &e) == 0);
    traffic = heartbeat_traffic_new();
    heartbeat_traffic_state(traffic, sb_str("a"), HEARTBEAT_DOWN, SB_STR("sil\n\xff ent"), 1);
    heartbeat_traffic_state(traffic, sb_str("b"), HEARTBEAT_LEFT, SB_STR(""), 2);
    heartbeat_traffic_state(traffic, sb_str("c"), HEARTBEAT_UP, SB_STR(""), 3);
    heartbeat_traffic_weight(traffic, sb_str("c"), 30);
    snprintf(address, sizeof address, "unix:%s", paths[0]);
    require(heartbeat_agent_open(&agent, loop, traffic, address, NULL, false, &e) == 0);
    sb_co_run(&agent.co);
    snprintf(address, sizeof address, "unix:%s", paths[1]);
    require(sb_listener_open(&runtime, loop, address, &e) == 0);
}

/* ---- an agent check ---- */

#define check_SAVED(F)
#define check_LIVE(F)                    \
    F(struct sb_str, says)               \
    F(struct sb_stream, stream)          \
    F(struct sb_stream_connect, connect) \
    F(struct sb_stream_write, write)     \
    F(struct sb_stream_line, line) F(struct sb_stream_line, more)
#define check_POINTS(P) P(connecting) P(saying) P(hearing) P(ending)
CO_FRAME(check);
CO_DESC(check);

static void judge_reply(struct sb_str reply)
{
    for (size_t i = 0; i < reply.len; i++)
        require(reply.p[i] >= ' ' && reply.p[i] <= '~');
    require(reply.len < HEARTBEAT_AGENT_REPLY_MAX);
    require(reply.len == 0 || sb_str_starts(reply, SB_STR("down #sil")) ||
            sb_str_is(reply, "up drain") || sb_str_is(reply, "up ready 30%"));
}

static struct sb_co *check_step(struct sb_co *co_self)
{
    CO_BODY(check, f);
    sb_stream_connect_init(&f->connect, loop, paths[0], 0, &f->stream);
    CO_AWAIT(connecting, &f->connect);
    require(f->connect.co.rc == 0);
    sb_stream_write_init(&f->write, &f->stream, f->says);
    CO_AWAIT(saying, &f->write);
    sb_stream_shutdown(&f->stream);
    sb_stream_line_init(&f->line, &f->stream, 1000);
    CO_AWAIT(hearing, &f->line);
    if (f->line.co.rc < 0) /* reset: more was said than it reads */
        CO_RETURN(0);
    judge_reply(f->line.line);
    sb_stream_line_init(&f->more, &f->stream, 1000);
    CO_AWAIT(ending, &f->more);
    require(f->more.co.rc < 0 || f->more.line.len == 0);
finally:
    sb_stream_close(&f->stream);
    CO_END;
}

static void check_agent(const uint8_t *data, size_t size)
{
    struct check c;
    CO_INIT(check, &c);
    c.says = (struct sb_str){(const char *)data, size};
    sb_loop_run(loop, &c.co);
}

/* ---- the runtime socket ---- */

/* Answers one question after the other, each by the bytes up to the next 0xff; the last one stays. */
#define haproxy_SAVED(F)
#define haproxy_LIVE(F)                \
    F(struct sb_str, answers)          \
    F(struct sb_str, now)              \
    F(struct sb_stream, stream)        \
    F(struct sb_stream_accept, accept) \
    F(struct sb_stream_line, line) F(struct sb_stream_write, write)
#define haproxy_POINTS(P) P(accepting) P(listening) P(answering)
CO_FRAME(haproxy);
CO_DESC(haproxy);

static bool is_command(struct sb_str c)
{
    if (sb_str_is(c, "show info") || sb_str_is(c, "show servers state"))
        return true;
    for (size_t i = 0; i < SERVERS; i++) {
        char begin[64];
        snprintf(begin, sizeof begin, "set server %s/%s ", servers[i].backend, servers[i].server);
        if (!sb_str_starts(c, sb_str(begin)))
            continue;
        struct sb_str rest = {c.p + strlen(begin), c.len - strlen(begin)};
        if (sb_str_is(rest, "state ready") || sb_str_is(rest, "state drain") ||
            sb_str_is(rest, "state maint"))
            return true;
        bool number = sb_str_starts(rest, SB_STR("weight ")) && rest.len > 7;
        for (size_t k = 7; number && k < rest.len; k++)
            number = rest.p[k] >= '0' && rest.p[k] <= '9';
        return number;
    }
    return false;
}

static void judge_commands(struct sb_str line)
{
    while (line.len) {
        const char *end = memchr(line.p, ';', line.len);
        size_t len = end ? (size_t)(end - line.p) : line.len, step = end ? len + 1 : len;
        require(is_command((struct sb_str){line.p, len}));
        line = (struct sb_str){line.p + step, line.len - step};
    }
}

static void next_answer(struct haproxy *f)
{
    const char *end = f->answers.len ? memchr(f->answers.p, 0xff, f->answers.len) : NULL;
    size_t len = end ? (size_t)(end - f->answers.p) : f->answers.len;
    f->now = (struct sb_str){f->answers.p, len};
    if (end)
        f->answers = (struct sb_str){end + 1, f->answers.len - len - 1};
}

static struct sb_co *haproxy_step(struct sb_co *co_self)
{
    CO_BODY(haproxy, f);
    for (;;) {
        sb_stream_accept_init(&f->accept, &runtime, &f->stream);
        CO_AWAIT(accepting, &f->accept);
        sb_stream_line_init(&f->line, &f->stream, 1 << 16);
        CO_AWAIT(listening, &f->line);
        require(f->line.co.rc == 0 && !f->line.end);
        judge_commands(f->line.line);
        next_answer(f);
        sb_stream_write_init(&f->write, &f->stream, f->now);
        CO_AWAIT(answering, &f->write);
        sb_stream_close(&f->stream);
    }
finally:
    sb_stream_close(&f->stream);
    CO_END;
}

static void on_audit(void *ctx, const struct heartbeat_audit *row)
{
    (void)ctx;
    require(strnlen(row->text, sizeof row->text) < sizeof row->text);
    require(strcmp(row->action, "haproxy") == 0);
}

/* Until the driver rests. */
#define wait_SAVED(F)
#define wait_LIVE(F) F(const struct sb_co *, of) F(struct sb_co_sleep, sleep)
#define wait_POINTS(P) P(sleeping)
CO_FRAME(wait);
CO_DESC(wait);
static struct sb_co *wait_step(struct sb_co *co_self)
{
    CO_BODY(wait, f);
    while (strcmp(sb_co_where(f->of), "waiting") != 0) {
        sb_co_sleep_init(&f->sleep, sb_loop_timers(loop), 0);
        CO_AWAIT(sleeping, &f->sleep);
    }
finally:
    CO_END;
}

static void check_driver(const uint8_t *data, size_t size, bool take_over)
{
    const struct heartbeat_haproxy_options o = {.address = paths[1],
                                                .servers = servers,
                                                .n_servers = SERVERS,
                                                .take_over = take_over,
                                                .poll = 3600 * SB_NS_PER_S};
    static struct heartbeat_drive drive;
    static struct haproxy stub;
    struct wait wait;
    struct heartbeat_haproxy_status status;
    struct heartbeat_haproxy *h =
        heartbeat_haproxy_new(loop, traffic, &o, (struct heartbeat_audit_sink){on_audit, NULL});
    CO_INIT(haproxy, &stub);
    stub.answers = (struct sb_str){(const char *)data, size};
    sb_co_run(&stub.co);
    heartbeat_drive_init(&drive, h);
    sb_co_run(&drive.co);
    CO_INIT(wait, &wait);
    wait.of = &drive.co;
    sb_loop_run(loop, &wait.co);
    heartbeat_haproxy_status(h, &status);
    require(status.failed + status.left_alone <= SERVERS && status.connected);
    sb_co_cancel(&drive.co);
    sb_co_cancel(&stub.co);
    require(sb_co_done(&drive.co) && sb_co_done(&stub.co));
    heartbeat_haproxy_free(h);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0 || size > 60000)
        return 0;
    if (!loop)
        set_up();
    if (data[0] & 1)
        check_agent(data + 1, size - 1);
    else
        check_driver(data + 1, size - 1, data[0] & 2);
    return 0;
}
