/* The agent and the runtime driver as a program, for tests with a real HAProxy:
 *
 *     traffic LISTEN SOCKET BACKEND/SERVER=NODE...
 *
 * It prints "port N" once it listens, then a line for each audit row. Commands come on stdin, one a line:
 * "up NODE", "late NODE", "left NODE", "down NODE REASON", "weight NODE PERCENT". The end of stdin ends it. */
#include "applets/heartbeat/haproxy_agent.h"
#include "applets/heartbeat/haproxy_socket.h"
#include "core/base/utf8.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { SERVERS = 16 };
static struct sb_error error;
static struct sb_loop *loop;
static struct heartbeat_traffic *traffic;
static struct heartbeat_server servers[SERVERS];

static void on_audit(void *ctx, const struct heartbeat_audit *row)
{
    struct sb_buf line = SB_BUF_INIT(4096);
    (void)ctx;
    sb_escape(&line, sb_str(row->text));
    printf("%s %s\n", heartbeat_outcome_names[row->outcome], line.data);
    fflush(stdout);
    sb_buf_done(&line);
}

static void obey(char *line)
{
    static const char *const verbs[] = {"up", "late", "left", "down"};
    static const enum heartbeat_state states[] = {HEARTBEAT_UP, HEARTBEAT_LATE, HEARTBEAT_LEFT,
                                                  HEARTBEAT_DOWN};
    char *save = NULL, *verb = strtok_r(line, " ", &save), *node = strtok_r(NULL, " ", &save);
    if (!verb || !node)
        return;
    if (strcmp(verb, "weight") == 0)
        heartbeat_traffic_weight(traffic, sb_str(node), (uint8_t)strtoul(save, NULL, 10));
    for (size_t i = 0; i < SB_LEN(verbs); i++)
        if (strcmp(verb, verbs[i]) == 0)
            heartbeat_traffic_state(traffic, sb_str(node), states[i], sb_str(save ? save : ""), 1);
}

/* Reads commands until the end. */
#define listener_SAVED(F)
#define listener_LIVE(F) F(struct sb_watch *, watch) F(struct sb_co_poll, poll)
#define listener_POINTS(P) P(waiting)
CO_FRAME(listener);
CO_DESC(listener);

static bool take(void)
{
    static char text[4096];
    static size_t len;
    ssize_t n = read(STDIN_FILENO, text + len, sizeof text - len - 1);
    if (n <= 0)
        return n < 0 && errno == EAGAIN;
    len += (size_t)n;
    for (char *end; (end = memchr(text, '\n', len));) {
        *end = '\0';
        obey(text);
        len -= (size_t)(end + 1 - text);
        memmove(text, end + 1, len);
    }
    return true;
}

static struct sb_co *listener_step(struct sb_co *co_self)
{
    CO_BODY(listener, f);
    if (sb_watch_new(&f->watch, loop, STDIN_FILENO, &error) < 0)
        CO_RETURN(-SB_EIO);
    do {
        sb_co_poll_init(&f->poll, f->watch, SB_POLL_READ);
        CO_AWAIT(waiting, &f->poll);
    } while (take());
finally:
    sb_watch_free(f->watch);
    CO_END;
}

static size_t read_servers(int argc, char **argv)
{
    size_t n = 0;
    for (int i = 3; i < argc && n < SERVERS; i++) {
        char *slash = strchr(argv[i], '/'), *equals = strchr(argv[i], '=');
        if (!slash || !equals)
            exit(2);
        *slash = *equals = '\0';
        servers[n++] = (struct heartbeat_server){equals + 1, argv[i], slash + 1};
    }
    return n;
}

int main(int argc, char **argv)
{
    struct heartbeat_agent agent;
    struct heartbeat_drive drive;
    struct listener listener;
    struct sb_co_group group;
    struct sb_co *members[] = {&listener.co, &agent.co, &drive.co};
    size_t n = argc > 3 ? read_servers(argc, argv) : 0;
    if (n == 0)
        return 2;
    traffic = heartbeat_traffic_new();
    struct heartbeat_haproxy_options o = {
        .address = argv[2], .servers = servers, .n_servers = n, .poll = INT64_C(200000000)};
    if (sb_loop_new(&loop, &error) < 0 ||
        heartbeat_agent_open(&agent, loop, traffic, argv[1], NULL, false, &error) < 0) {
        fprintf(stderr, "traffic: %s\n", error.text);
        return 2;
    }
    struct heartbeat_haproxy *haproxy =
        heartbeat_haproxy_new(loop, traffic, &o, (struct heartbeat_audit_sink){on_audit, NULL});
    printf("port %u\n", sb_listener_port(&agent.listener));
    fflush(stdout);
    heartbeat_drive_init(&drive, haproxy);
    CO_INIT(listener, &listener);
    sb_co_group_init(&group, members, SB_LEN(members));
    sb_loop_run(loop, &sb_co_group_any(&group)->co);
    heartbeat_haproxy_free(haproxy);
    heartbeat_traffic_free(traffic);
    sb_loop_free(loop);
    return 0;
}
