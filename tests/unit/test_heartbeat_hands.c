/* The monitor's hands: the section "haproxy", and what stays and what goes when a policy is read anew. */
#include "applets/heartbeat/hands.h"
#include "applets/heartbeat/haproxy_load.h"
#include "core/base/mem.h"
#include "core/doc/fields.h"
#include "core/net/stream.h"
#include "tests/unit/unit.h"

#include <unistd.h>

#define MS INT64_C(1000000)

static struct sb_error error;
static struct sb_loop *loop;

/* --- the section --- */
static int load(const char *yaml, struct heartbeat_haproxy_rules *ret)
{
    struct sb_doc_pool *pool = sb_doc_pool_new();
    struct sb_doc_node *map;
    int rc = sb_fields_read_text(pool, "policy.yaml", yaml, strlen(yaml), &map, &error);
    if (rc == 0)
        rc = heartbeat_haproxy_load(pool, sb_doc_get_str(pool, map, "haproxy"), ret, &error);
    sb_doc_pool_free(pool);
    return rc;
}

START_TEST(the_section_is_read)
{
    struct heartbeat_haproxy_rules r = {.agents = {0}};
    ck_assert_int_eq(load("missed: 3", &r), 0);
    ck_assert(r.agents.len == 0 && r.sockets.len == 0);
    ck_assert_int_eq(load("haproxy:\n"
                          "  agents:\n"
                          "    - listen: 127.0.0.1:9777\n"
                          "    - {listen: '0.0.0.0:1', node: db-1, remote: true}\n"
                          "  sockets:\n"
                          "    - address: /run/haproxy.sock\n"
                          "      servers: {db-1: sql/db1, 'web 1': [web/a, static/a]}\n"
                          "    - {address: '127.0.0.1:9999', servers: {x: a/b}, dead: drain,\n"
                          "       take-over: true, poll: 5s}\n",
                          &r),
                     0);
    const struct heartbeat_haproxy_options *s = r.sockets.items;
    ck_assert(r.agents.len == 2 && !r.agents.items[0].node && r.agents.items[1].remote);
    ck_assert_str_eq(r.agents.items[1].node, "db-1");
    ck_assert(s[0].n_servers == 3 && !s[0].drain && !s[0].take_over && s[1].drain);
    ck_assert_str_eq(s[0].servers[2].node, "web 1");
    ck_assert_str_eq(s[0].servers[2].backend, "static");
    ck_assert_str_eq(s[0].servers[2].server, "a");
    ck_assert(s[1].take_over && s[1].poll == 5000 * MS);
    heartbeat_haproxy_rules_done(&r);
    static const char *const wrong[][2] = {
        {"agents: [{listen: nowhere}]", "no address"},
        {"agents: [{node: a}]", "listen"},
        {"agents: [{listen: '127.0.0.1:1'}, {listen: '127.0.0.1:1'}]", "two agents"},
        {"agents: [{listen: '127.0.0.1:1', nodes: a}]", "nodes"},
        {"sockets: [{address: /x}]", "servers"},
        {"sockets: [{servers: {a: b/c}}]", "address"},
        {"sockets: [{address: x, servers: {a: b/c}}]", "neither"},
        {"sockets: [{address: 'x:0', servers: {a: b/c}}]", "neither"},
        {"sockets: [{address: /x, servers: {a: b}}]", "BACKEND/SERVER"},
        {"sockets: [{address: /x, servers: {a: 'b/c;shutdown'}}]", "BACKEND/SERVER"},
        {"sockets: [{address: /x, servers: {a: b/c, d: b/c}}]", "twice"},
        {"sockets: [{address: /x, servers: {a: b/c}, dead: kill}]", "kill"},
        {"sockets: [{address: /x, servers: {a: b/c}}, {address: /x, servers: {a: b/d}}]", "twice"},
        {"socket: []", "socket"},
    };
    for (size_t i = 0; i < SB_LEN(wrong); i++) {
        char yaml[300];
        snprintf(yaml, sizeof yaml, "haproxy:\n  %s\n", wrong[i][0]);
        ck_assert_msg(load(yaml, &r) == -SB_EINPUT && strstr(error.text, wrong[i][1]), "%s: %s",
                      wrong[i][0], error.text);
    }
}
END_TEST

/* --- policies --- */
static struct heartbeat_hands *hands;
static struct heartbeat_hold hold;
static char rows[4096];

static void on_audit(void *ctx, const struct heartbeat_audit *row)
{
    (void)ctx;
    size_t len = strlen(rows);
    snprintf(rows + len, sizeof rows - len, "%s %s %s\n", row->action,
             heartbeat_outcome_names[row->outcome], row->text);
}

static struct heartbeat_policy *policy(const char *yaml)
{
    struct heartbeat_policy *p;
    ck_assert_msg(heartbeat_policy_load_text("policy.yaml", yaml, strlen(yaml), &p, &error) == 0,
                  "%s", error.text);
    return p;
}

static int change(const char *yaml)
{
    struct heartbeat_policy *p = policy(yaml);
    int rc = heartbeat_hands_policy(hands, p, &error);
    heartbeat_policy_free(p);
    return rc;
}

static void begin(const char *yaml)
{
    struct heartbeat_policy *p = policy(yaml);
    ck_assert_int_eq(sb_loop_new(&loop, &error), 0);
    ck_assert_msg(heartbeat_hands_new(loop, p, (struct heartbeat_audit_sink){on_audit, NULL},
                                      &hands, &error) == 0,
                  "%s", error.text);
    heartbeat_policy_free(p);
    heartbeat_hold_init(&hold, hands);
    sb_co_run(&hold.co);
}

static void end(void)
{
    sb_co_cancel(&hold.co);
    sb_loop_run(loop, &hold.co);
    heartbeat_hands_free(hands);
    sb_loop_free(loop);
}

static void tell(const char *id, enum heartbeat_state from, enum heartbeat_state to)
{
    struct heartbeat_flip flip = {.number = 1, .what = HEARTBEAT_FLIP_NODE, .text = "because"};
    flip.from = (uint8_t)from;
    flip.to = (uint8_t)to;
    flip.id_len = (uint8_t)snprintf(flip.id, sizeof flip.id, "%s", id);
    struct heartbeat_notice notice = {.kind = HEARTBEAT_NOTICE_FLIP,
                                      .id = sb_str(flip.id),
                                      .alert = true,
                                      .act = true,
                                      .flip = &flip};
    heartbeat_hands_notice(hands, &notice);
}

#define asker_SAVED(F)
#define asker_LIVE(F)                    \
    F(const char *, path)                \
    F(struct sb_stream, stream)          \
    F(struct sb_stream_connect, connect) \
    F(struct sb_stream_write, write)     \
    F(struct sb_stream_line, line)       \
    F(struct sb_buf, got)
#define asker_POINTS(P) P(connecting) P(asking) P(hearing)
CO_FRAME(asker);
CO_DESC(asker);
static struct sb_co *asker_step(struct sb_co *co_self)
{
    CO_BODY(asker, f);
    sb_stream_connect_init(&f->connect, loop, f->path, 0, &f->stream);
    CO_AWAIT(connecting, &f->connect);
    if (f->connect.co.rc < 0)
        CO_RETURN(f->connect.co.rc);
    sb_stream_write_init(&f->write, &f->stream, SB_STR("a\n"));
    CO_AWAIT(asking, &f->write);
    sb_stream_line_init(&f->line, &f->stream, 1000);
    CO_AWAIT(hearing, &f->line);
    f->got.max = 1000;
    sb_buf_put(&f->got, f->line.line.p, f->line.line.len);
finally:
    sb_stream_close(&f->stream);
    CO_END;
}

/* What the agent at path says of node a; "" when nobody listens. */
static const char *agent_says(const char *path)
{
    static char said[200];
    struct asker a;
    CO_INIT(asker, &a);
    a.path = path;
    sb_loop_run(loop, &a.co);
    snprintf(said, sizeof said, "%.*s", SB_STR_ARG(((struct sb_str){a.got.data, a.got.len})));
    sb_buf_done(&a.got);
    return said;
}

START_TEST(a_policy_that_is_read_anew)
{
    char one[] = "/tmp/sb_hands_XXXXXX", two[64], yaml[500];
    struct heartbeat_hands_status status;
    ck_assert_ptr_nonnull(mkdtemp(one));
    snprintf(two, sizeof two, "%s/two", one);
    char path[64];
    snprintf(path, sizeof path, "%s/one", one);
    snprintf(yaml, sizeof yaml,
             "haproxy: {agents: [{listen: 'unix:%s'}], sockets: [{address: %s/none, servers: {a: "
             "w/a}}]}\n"
             "actions: [{name: x, command: [echo, old]}]",
             path, one);
    begin(yaml);
    tell("a", HEARTBEAT_UP, HEARTBEAT_DOWN);
    ck_assert_str_eq(agent_says(path), "down #because");
    /* nothing of a policy that cannot be: its first port is free, its second is not */
    snprintf(yaml, sizeof yaml,
             "haproxy: {agents: [{listen: 'unix:%s'}, {listen: 'unix:%s'}, {listen: "
             "'unix:%s/no/such'}]}",
             path, two, one);
    ck_assert_int_lt(change(yaml), 0);
    ck_assert_str_eq(agent_says(path), "down #because");
    ck_assert_str_eq(agent_says(two), "");
    ck_assert_int_eq(change("haproxy: {agents: [{listen: '0.0.0.0:0'}]}"), -SB_EUSAGE);
    ck_assert_int_lt(change("actions: [{name: x}]"), 0);
    /* one that can: a port stays, one comes */
    snprintf(yaml, sizeof yaml,
             "haproxy: {agents: [{listen: 'unix:%s'}, {listen: 'unix:%s'}]}\n"
             "actions: [{name: y, command: [echo, new]}]",
             two, path);
    ck_assert_int_eq(change(yaml), 0);
    ck_assert_str_eq(agent_says(path), "down #because");
    ck_assert_str_eq(agent_says(two), "down #because");
    tell("a", HEARTBEAT_DOWN, HEARTBEAT_UP);
    for (int i = 0; i < 1000 && !strstr(rows, "y done new"); i++)
        ck_assert_str_eq(agent_says(two), "up ready");
    ck_assert_msg(strstr(rows, "x done old") && strstr(rows, "y done new"), "%s", rows);
    ck_assert_ptr_nonnull(strstr(rows, "haproxy failed HAProxy's runtime socket: cannot connect"));
    heartbeat_hands_status(hands, &status);
    ck_assert(status.agents == 2 && status.sockets == 0 && status.answered >= 4 &&
              status.actions.done == 2);
    ck_assert_int_eq(change("missed: 3"), 0);
    ck_assert_str_eq(agent_says(path), "");
    end();
    rmdir(one);
}
END_TEST

START_TEST(hands_may_be_freed_unused)
{
    struct heartbeat_policy *p = policy("haproxy: {agents: [{listen: '127.0.0.1:0'}], "
                                        "sockets: [{address: /nowhere, servers: {a: w/a}}]}");
    ck_assert_int_eq(sb_loop_new(&loop, &error), 0);
    ck_assert_int_eq(
        heartbeat_hands_new(loop, p, (struct heartbeat_audit_sink){on_audit, NULL}, &hands, &error),
        0);
    heartbeat_policy_free(p);
    heartbeat_hands_free(hands);
    sb_loop_free(loop);
}
END_TEST

UNIT_MAIN("heartbeat_hands", the_section_is_read, a_policy_that_is_read_anew,
          hands_may_be_freed_unused)
