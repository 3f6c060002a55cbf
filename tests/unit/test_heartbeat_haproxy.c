/* HAProxy's side of things, played by stubs: what an agent is told, what a runtime socket says and does when
 * it is broken, slow, reloaded, or an operator was there first. tests/peer/haproxy.sh asks a real one. */
#include "applets/heartbeat/haproxy_agent.h"
#include "applets/heartbeat/haproxy_socket.h"
#include "applets/heartbeat/haproxy_state.h"
#include "core/base/mem.h"
#include "tests/unit/unit.h"

#include <unistd.h>
#include <uv.h>

#define MS INT64_C(1000000)

static struct sb_error error;
static struct sb_loop *loop;
static struct heartbeat_traffic *traffic;

static void open_all(void)
{
    ck_assert_int_eq(sb_loop_new(&loop, &error), 0);
    traffic = heartbeat_traffic_new();
}

static void close_all(void)
{
    heartbeat_traffic_free(traffic);
    sb_loop_free(loop);
}

static void set(const char *node, enum heartbeat_state state)
{
    heartbeat_traffic_state(traffic, sb_str(node), state, sb_str("because"), 7);
}

/* --- pure parts --- */
START_TEST(what_agents_are_told)
{
    static const struct {
        struct heartbeat_wanted wanted;
        const char *reply;
    } rows[] = {
        {{.want = HEARTBEAT_WANT_NOTHING}, "\n"},
        {{.want = HEARTBEAT_WANT_READY, .weight = 100}, "up ready\n"},
        {{.want = HEARTBEAT_WANT_READY, .weight = 100, .weighed = true}, "up ready 100%\n"},
        {{.want = HEARTBEAT_WANT_READY, .weight = 30, .weighed = true}, "up ready 30%\n"},
        {{.want = HEARTBEAT_WANT_DRAIN, .weight = 30}, "up drain\n"},
        {{.want = HEARTBEAT_WANT_DOWN}, "down\n"},
        {{.want = HEARTBEAT_WANT_DOWN, .reason = "a\nup\r\x7f\xc3\xa9\x1b[1m"},
         "down #a?up?????[1m\n"},
    };
    struct sb_buf out = SB_BUF_INIT(HEARTBEAT_AGENT_REPLY_MAX);
    for (size_t i = 0; i < SB_LEN(rows); i++) {
        sb_buf_reset(&out);
        heartbeat_agent_reply(&rows[i].wanted, &out);
        ck_assert_str_eq(out.data, rows[i].reply);
    }
    sb_buf_reset(&out);
    heartbeat_agent_reply(NULL, &out);
    ck_assert_str_eq(out.data, "\n");
    struct heartbeat_wanted longest = {.want = HEARTBEAT_WANT_DOWN};
    memset(longest.reason, 'x', sizeof longest.reason - 1);
    sb_buf_reset(&out);
    heartbeat_agent_reply(&longest, &out);
    ck_assert(!out.failed && out.data[out.len - 1] == '\n');
    sb_buf_done(&out);
}
END_TEST

START_TEST(states_are_read)
{
    static const struct {
        const char *line;
        enum heartbeat_admin admin;
        int64_t weight, configured;
        bool ok;
    } rows[] = {
        {"3 web 1 a 127.0.0.1 2 0 1 1 12 6 3 4 6 0 0 0 - 80 - 0 0 - - 0", 0, 1, 1, true},
        {"3 web 1 a 127.0.0.1 0 1 1 1", HEARTBEAT_ADMIN_MAINT, 1, 1, true},
        {"3 web 1 a 127.0.0.1 0 4 1 1", HEARTBEAT_ADMIN_MAINT, 1, 1, true},
        {"3 web 1 a 127.0.0.1 2 8 0 100", HEARTBEAT_ADMIN_DRAIN, 0, 100, true},
        {"3 web 1 a 127.0.0.1 2 9 0 100", HEARTBEAT_ADMIN_MAINT, 0, 100, true},
        {"3 web 1 a 127.0.0.1 2 32 5 100", HEARTBEAT_ADMIN_READY, 5, 100, true},
        {"3 web 1 a 127.0.0.1 2 8 0", 0, 0, 0, false},
        {"3 web 1 a 127.0.0.1 2 x 1 1", 0, 0, 0, false},
        {"3 web 1 a 127.0.0.1 2 9999999999999999 1 1", 0, 0, 0, false},
        {"# be_id be_name srv_id srv_name srv_addr srv_op_state srv_admin_state srv_uweight "
         "srv_iweight",
         0, 0, 0, false},
        {"1", 0, 0, 0, false},
        {"", 0, 0, 0, false},
    };
    for (size_t i = 0; i < SB_LEN(rows); i++) {
        struct heartbeat_row row;
        ck_assert_msg(heartbeat_row_parse(sb_str(rows[i].line), &row) == rows[i].ok, "%s",
                      rows[i].line);
        ck_assert_msg(!rows[i].ok || (row.admin == rows[i].admin && row.weight == rows[i].weight &&
                                      row.configured == rows[i].configured &&
                                      sb_str_is(row.backend, "web") && sb_str_is(row.server, "a")),
                      "%s", rows[i].line);
    }
    int64_t pid = 0;
    ck_assert(heartbeat_pid_parse(sb_str("Pid: 123"), &pid) && pid == 123);
    ck_assert(!heartbeat_pid_parse(sb_str("Pid: x"), &pid) &&
              !heartbeat_pid_parse(sb_str("Pi"), &pid));
    ck_assert(heartbeat_weight(1, 30) == 1 && heartbeat_weight(100, 30) == 30 &&
              heartbeat_weight(100, 0) == 0 && heartbeat_weight(0, 50) == 0);
    ck_assert(heartbeat_name_valid(sb_str("web-1_a.b:c")) && !heartbeat_name_valid(sb_str("")) &&
              !heartbeat_name_valid(sb_str("a;b")) && !heartbeat_name_valid(sb_str("a b")));
}
END_TEST

/* --- the agent --- */
#define caller_SAVED(F)
#define caller_LIVE(F)                   \
    F(const char *, says)                \
    F(uint16_t, port)                    \
    F(struct sb_stream, stream)          \
    F(struct sb_stream_connect, connect) \
    F(struct sb_stream_write, write)     \
    F(struct sb_stream_line, line)       \
    F(struct sb_buf, got)
#define caller_POINTS(P) P(connecting) P(saying) P(hearing)
CO_FRAME(caller);
CO_DESC(caller);
static struct sb_co *caller_step(struct sb_co *co_self)
{
    CO_BODY(caller, f);
    sb_stream_connect_init(&f->connect, loop, "127.0.0.1", f->port, &f->stream);
    CO_AWAIT(connecting, &f->connect);
    sb_stream_write_init(&f->write, &f->stream, sb_str(f->says));
    CO_AWAIT(saying, &f->write);
    sb_stream_line_init(&f->line, &f->stream, 1000);
    CO_AWAIT(hearing, &f->line);
    f->got.max = 1000;
    sb_buf_put(&f->got, "", 0);
    sb_buf_put(&f->got, f->line.line.p, f->line.line.len);
    CO_RETURN(f->line.co.rc);
finally:
    sb_stream_close(&f->stream);
    CO_END;
}

static char *call(uint16_t port, const char *says)
{
    struct caller c;
    CO_INIT(caller, &c);
    c.port = port;
    c.says = says;
    sb_loop_run(loop, &c.co);
    return sb_buf_take(&c.got);
}

static void is_told(uint16_t port, const char *says, const char *reply)
{
    SB_CLEANUP_FREE char *got = call(port, says);
    ck_assert_str_eq(got ? got : "nothing", reply);
}

START_TEST(agents_are_answered)
{
    struct heartbeat_agent any, own;
    static struct caller idle[200];
    open_all();
    ck_assert_int_eq(heartbeat_agent_open(&any, loop, traffic, "0.0.0.0:0", NULL, false, &error),
                     -SB_EUSAGE);
    ck_assert_int_eq(heartbeat_agent_open(&any, loop, traffic, "127.0.0.1:0", NULL, false, &error),
                     0);
    ck_assert_int_eq(heartbeat_agent_open(&own, loop, traffic, "127.0.0.1:0", "b", false, &error),
                     0);
    uint16_t port = sb_listener_port(&any.listener), own_port = sb_listener_port(&own.listener);
    sb_co_run(&any.co);
    sb_co_run(&own.co);
    set("a", HEARTBEAT_DOWN);
    set("b", HEARTBEAT_LEFT);
    is_told(port, "a\n", "down #because");
    is_told(port, "b\r\n", "up drain");
    is_told(port, "c\n", "");
    set("a", HEARTBEAT_LATE);
    is_told(port, "a\n", "up ready");
    set("a", HEARTBEAT_PAUSED); /* changes nothing */
    set("a", HEARTBEAT_UNKNOWN_STATE);
    is_told(port, "a\n", "up ready");
    heartbeat_traffic_forget(traffic, sb_str("a"));
    is_told(port, "a\n", "");
    is_told(own_port, "", "up drain");
    is_told(own_port, "c\n", "");
    char longest[300];
    memset(longest, 'x', sizeof longest);
    longest[299] = '\0';
    is_told(port, longest, "");                 /* no such name */
    for (size_t i = 0; i < SB_LEN(idle); i++) { /* more than it serves at once say nothing */
        CO_INIT(caller, &idle[i]);
        idle[i].port = port;
        idle[i].says = "";
        sb_co_run(&idle[i].co);
    }
    is_told(port, "b\n", "up drain"); /* has its turn all the same */
    for (size_t i = 0; i < SB_LEN(idle); i++) {
        sb_co_cancel(&idle[i].co);
        sb_buf_done(&idle[i].got);
    }
    sb_co_cancel(&any.co);
    sb_co_cancel(&own.co);
    ck_assert(sb_co_done(&any.co) && sb_co_done(&own.co));
    close_all();
}
END_TEST

/* --- a stub of the runtime socket --- */
enum stub_mood { WELL, REFUSES, SILENT, GARBAGE, ENDLESS };
static struct {
    enum stub_mood mood;
    int pid, admin[3], weight[3]; /* servers s0 s1 s2 of backend web */
    int sets;
    char last[4000];
} haproxy;

static void put_state(struct sb_buf *out)
{
    sb_buf_printf(out, "Name: HAProxy\nPid: %d\n\n1\n# be_id be_name\n", haproxy.pid);
    for (int i = 0; i < 3; i++)
        sb_buf_printf(out, "3 web %d s%d 127.0.0.1 2 %d %d 10 1 6 3\n", i + 1, i, haproxy.admin[i],
                      haproxy.weight[i]);
    sb_buf_puts(out, "\n");
}

static void obey(char *command, struct sb_buf *out)
{
    static const char *const states[] = {"ready", "maint", "drain"};
    static const int bits[] = {0, 1, 8};
    char *save = NULL, *word[5];
    for (int i = 0; i < 5; i++)
        word[i] = strtok_r(i ? NULL : command, " \n", &save);
    int s = word[2] && strncmp(word[2], "web/s", 5) == 0 ? word[2][5] - '0' : 9;
    if (!word[4] || s > 2 || haproxy.mood == REFUSES) {
        sb_buf_puts(out, "Permission denied\n\n");
        return;
    }
    haproxy.sets++;
    for (size_t i = 0; i < 3; i++)
        if (strcmp(word[3], "state") == 0 && strcmp(word[4], states[i]) == 0)
            haproxy.admin[s] = bits[i];
    if (strcmp(word[3], "weight") == 0)
        haproxy.weight[s] = (int)strtol(word[4], NULL, 10);
    sb_buf_puts(out, "\n");
}

static void respond(struct sb_str line, struct sb_buf *out)
{
    char text[8000], *save = NULL;
    out->max = 1 << 20;
    if (haproxy.mood == GARBAGE) {
        sb_buf_puts(out, "\x01\xff garbage\n1 2 3 4 5 6 7 8 9\nPid: -1\n 3 web 1 s0 - - - - -");
        return;
    }
    snprintf(text, sizeof text, "%.*s", SB_STR_ARG(line));
    if (strncmp(text, "show", 4) == 0) {
        put_state(out);
        return;
    }
    snprintf(haproxy.last, sizeof haproxy.last, "%.*s", SB_STR_ARG(line));
    for (char *c = strtok_r(text, ";", &save); c; c = strtok_r(NULL, ";", &save))
        obey(c, out);
}

#define stub_SAVED(F)
#define stub_LIVE(F)                   \
    F(struct sb_listener, listener)    \
    F(struct sb_stream, stream)        \
    F(struct sb_stream_accept, accept) \
    F(struct sb_stream_line, line)     \
    F(struct sb_stream_write, write)   \
    F(struct sb_buf, out)              \
    F(struct sb_co_sleep, sleep)
#define stub_POINTS(P) P(accepting) P(listening) P(answering) P(sleeping)
CO_FRAME(stub);
CO_DESC(stub);
static struct sb_co *stub_step(struct sb_co *co_self)
{
    CO_BODY(stub, f);
    for (;;) {
        sb_stream_accept_init(&f->accept, &f->listener, &f->stream);
        CO_AWAIT(accepting, &f->accept);
        sb_stream_line_init(&f->line, &f->stream, 7999);
        CO_AWAIT(listening, &f->line);
        if (haproxy.mood == SILENT) {
            sb_co_sleep_init(&f->sleep, sb_loop_timers(loop), sb_loop_now(loop) + 20 * MS);
            CO_AWAIT(sleeping, &f->sleep);
        } else {
            respond(f->line.line, &f->out);
            do {
                sb_stream_write_init(&f->write, &f->stream,
                                     (struct sb_str){f->out.data, f->out.len});
                CO_AWAIT(answering, &f->write);
            } while (haproxy.mood == ENDLESS && f->write.co.rc == 0);
        }
        sb_buf_done(&f->out);
        sb_stream_close(&f->stream);
    }
finally:
    sb_buf_done(&f->out);
    sb_stream_close(&f->stream);
    sb_listener_close(&f->listener);
    CO_END;
}

/* --- the driver --- */
static struct stub stub;
static struct heartbeat_drive drive;
static struct heartbeat_haproxy *driver;
static struct heartbeat_haproxy_status status;
static char rows[20000];
static char address[64];

static void on_audit(void *ctx, const struct heartbeat_audit *row)
{
    (void)ctx;
    size_t len = strlen(rows);
    snprintf(rows + len, sizeof rows - len, "%s %s\n", heartbeat_outcome_names[row->outcome],
             row->text);
    ck_assert_str_eq(row->action, "haproxy");
}

static void open_stub(const char *at)
{
    CO_INIT(stub, &stub);
    ck_assert_int_eq(sb_listener_open(&stub.listener, loop, at, &error), 0);
    snprintf(address, sizeof address, "127.0.0.1:%u", sb_listener_port(&stub.listener));
    sb_co_run(&stub.co);
}

static void open_driver(bool take_over)
{
    static const struct heartbeat_server servers[] = {
        {"a", "web", "s0"}, {"b", "web", "s1"}, {"a", "api", "none"}};
    struct heartbeat_haproxy_options o = {.address = address,
                                          .servers = servers,
                                          .n_servers = SB_LEN(servers),
                                          .take_over = take_over,
                                          .poll = 5 * MS};
    driver =
        heartbeat_haproxy_new(loop, traffic, &o, (struct heartbeat_audit_sink){on_audit, NULL});
    heartbeat_drive_init(&drive, driver);
    rows[0] = '\0';
    sb_co_run(&drive.co);
}

static void close_driver(void)
{
    sb_co_cancel(&drive.co);
    ck_assert(sb_co_done(&drive.co));
    heartbeat_haproxy_free(driver);
}

#define turn_SAVED(F)
#define turn_LIVE(F) F(struct sb_co_sleep, sleep)
#define turn_POINTS(P) P(sleeping)
CO_FRAME(turn);
CO_DESC(turn);
static struct sb_co *turn_step(struct sb_co *co_self)
{
    CO_BODY(turn, f);
    sb_co_sleep_init(&f->sleep, sb_loop_timers(loop), sb_loop_now(loop) + 2 * MS);
    CO_AWAIT(sleeping, &f->sleep);
finally:
    CO_END;
}

static void run_some(int turns)
{
    for (int i = 0; i < turns; i++) {
        struct turn t;
        CO_INIT(turn, &t);
        sb_loop_run(loop, &t.co);
    }
    heartbeat_haproxy_status(driver, &status);
}

#define SOON(condition)                                            \
    do {                                                           \
        for (int turns = 0; !(condition) && turns < 5000; turns++) \
            run_some(1);                                           \
        ck_assert_msg(condition, #condition ": %s", rows);         \
    } while (0)

static void fresh(void)
{
    memset(&haproxy, 0, sizeof haproxy);
    haproxy.pid = 100;
    haproxy.weight[0] = haproxy.weight[1] = haproxy.weight[2] = 10;
    open_all();
    open_stub("127.0.0.1:0");
}

static void done(void)
{
    close_driver();
    sb_co_cancel(&stub.co);
    close_all();
}

START_TEST(servers_follow_and_others_are_left_alone)
{
    fresh();
    open_driver(false);
    haproxy.admin[2] = 8;
    set("a", HEARTBEAT_DOWN);
    SOON(haproxy.admin[0] == 1 && strstr(rows, "done web/s0: maint, weight 10: because"));
    ck_assert_str_eq(haproxy.last, "set server web/s0 state maint");
    ck_assert_ptr_nonnull(strstr(rows, "failed api/none: HAProxy has no such server"));
    set("b", HEARTBEAT_LEFT);
    SOON(haproxy.admin[1] == 8);
    int sets = haproxy.sets;
    run_some(20); /* nothing is said twice */
    ck_assert_int_eq(haproxy.sets, sets);
    haproxy.pid = 200; /* a reload forgets */
    haproxy.admin[0] = haproxy.admin[1] = haproxy.admin[2] = 0;
    SOON(haproxy.admin[0] == 1 && haproxy.admin[1] == 8);
    run_some(3);
    ck_assert_ptr_nonnull(strstr(rows, "HAProxy was reloaded: process 200, before 100"));
    ck_assert(haproxy.admin[2] == 0 && status.reloads == 1 && status.connected);
    set("a", HEARTBEAT_UP);
    set("b", HEARTBEAT_UP);
    SOON(haproxy.admin[0] == 0 && haproxy.admin[1] == 0);
    heartbeat_traffic_weight(traffic, sb_str("b"), 1);
    SOON(haproxy.weight[1] == 1); /* not 0 */
    heartbeat_traffic_weight(traffic, sb_str("b"), 100);
    SOON(haproxy.weight[1] == 10);
    run_some(3);
    haproxy.weight[1] = 3; /* an operator's, who may */
    run_some(20);
    ck_assert_int_eq(haproxy.weight[1], 3);
    ck_assert_int_eq(haproxy.weight[2], 10);
    done();
}
END_TEST

START_TEST(an_operator_is_respected)
{
    fresh();
    haproxy.admin[1] = 8; /* by this monitor, before it was started anew */
    set("b", HEARTBEAT_LEFT);
    haproxy.admin[0] = 1; /* by an operator */
    set("a", HEARTBEAT_UP);
    open_driver(false);
    SOON(strstr(rows, "muted web/s0 is in maint, put there by an operator"));
    run_some(10);
    ck_assert(haproxy.admin[0] == 1 && status.left_alone == 1 && haproxy.sets == 0);
    set("b", HEARTBEAT_UP);
    SOON(haproxy.admin[1] == 0);
    set("a", HEARTBEAT_DOWN); /* is there already, still the operator's */
    run_some(10);
    set("a", HEARTBEAT_UP);
    run_some(10);
    ck_assert_int_eq(haproxy.admin[0], 1);
    close_driver();
    open_driver(true);
    SOON(haproxy.admin[0] == 0);
    done();
}
END_TEST

START_TEST(broken_sockets_are_survived)
{
    static const enum stub_mood moods[] = {GARBAGE, SILENT, REFUSES, ENDLESS};
    for (size_t i = 0; i < SB_LEN(moods); i++) {
        fresh();
        haproxy.mood = moods[i];
        set("a", HEARTBEAT_DOWN);
        open_driver(false);
        if (moods[i] == REFUSES) {
            SOON(strstr(rows, "failed web/s0 is not maint: Permission denied"));
            ck_assert_uint_eq(status.failed, 2);
            size_t len = strlen(rows);
            run_some(10);
            ck_assert_uint_eq(strlen(rows), len); /* said once */
        } else if (moods[i] == ENDLESS) {
            SOON(strstr(rows, "failed HAProxy's runtime socket: "));
        } else {
            run_some(20);
        }
        ck_assert_int_eq(haproxy.admin[0], 0);
        haproxy.mood = WELL;
        SOON(haproxy.admin[0] == 1);
        done();
    }
}
END_TEST

START_TEST(a_socket_may_go_and_come_back)
{
    char at[64];
    fresh();
    set("a", HEARTBEAT_DOWN);
    open_driver(false);
    SOON(haproxy.admin[0] == 1);
    memcpy(at, address, sizeof at);
    sb_co_cancel(&stub.co);
    SOON(strstr(rows, "failed HAProxy's runtime socket: cannot connect to 127.0.0.1"));
    ck_assert(!status.connected);
    set("a", HEARTBEAT_UP);
    run_some(10);
    ck_assert_int_eq(haproxy.admin[0], 1);
    open_stub(at);
    SOON(haproxy.admin[0] == 0 && strstr(rows, "answers again"));
    done();
}
END_TEST

/* At any moment, with everything in flight. */
START_TEST(ending_is_clean_at_any_moment)
{
    for (int i = 0; i < 60; i++) {
        fresh();
        set("a", i % 2 ? HEARTBEAT_DOWN : HEARTBEAT_LEFT);
        open_driver(false);
        for (int k = 0; k < i; k++)
            uv_run(sb_loop_uv(loop), UV_RUN_NOWAIT);
        done();
    }
}
END_TEST

UNIT_MAIN("heartbeat_haproxy", what_agents_are_told, states_are_read, agents_are_answered,
          servers_follow_and_others_are_left_alone, an_operator_is_respected,
          broken_sockets_are_survived, a_socket_may_go_and_come_back, ending_is_clean_at_any_moment)
