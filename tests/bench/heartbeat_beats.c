/* How many beats a second reach the detector: the ears of the monitor, and a flood of datagrams.
 *
 *     heartbeat_beats serve [TOKEN-FILE]          HTTP and UDP on loopback, beats go to a detector; prints
 *                                                 both addresses, serves until SIGTERM, prints counts
 *     heartbeat_beats flood PORT SECONDS NODES RATE [TOKEN]
 *                                                 sends signed beats of NODES nodes in turn, RATE a second
 *                                                 (0: as fast as it can); prints how many */
#include "applets/heartbeat/detector.h"
#include "applets/heartbeat/ingest.h"
#include "applets/heartbeat/listen_udp.h"
#include "core/base/mem.h"
#include "core/base/time.h"
#include "core/co/signal.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static int64_t clock_of(clockid_t which)
{
    struct timespec ts;
    clock_gettime(which, &ts);
    return (int64_t)ts.tv_sec * SB_NS_PER_S + ts.tv_nsec;
}

/* ---- serve ---- */

static struct heartbeat_detector *detector;
static int64_t cpu_of[2], first_at, last_at; /* while datagrams came */

static enum heartbeat_verdict take(void *ctx, const struct heartbeat_beat *b)
{
    (void)ctx;
    if (b->source == HEARTBEAT_BY_UDP) {
        if (!first_at) {
            first_at = b->received;
            cpu_of[0] = clock_of(CLOCK_PROCESS_CPUTIME_ID);
        }
        last_at = b->received;
    }
    return heartbeat_detector_beat(detector, b);
}

static void ignore_flip(void *ctx, const struct heartbeat_flip *flip)
{
    (void)ctx;
    (void)flip;
}

#define serve_SAVED(F)
#define serve_LIVE(F)                      \
    F(struct heartbeat_udp_listen, listen) \
    F(struct sb_co_signal, signal)         \
    F(struct sb_server *, server)          \
    F(struct sb_co_group, any)             \
    F(struct sb_server_stop, stop)
#define serve_POINTS(P) P(serving) P(stopping)
CO_FRAME(serve);
CO_DESC(serve);
static struct serve root;
static struct sb_co *members[2];

static struct sb_co *serve_step(struct sb_co *co_self)
{
    CO_BODY(serve, f);
    CO_AWAIT_ANY(serving, &f->any);
    cpu_of[1] = clock_of(CLOCK_PROCESS_CPUTIME_ID);
    sb_server_stop_init(&f->stop, f->server, 0);
    CO_AWAIT(stopping, &f->stop);
finally:
    CO_END;
}

static int die(const struct sb_error *e)
{
    fprintf(stderr, "%s\n", e->text);
    return 2;
}

static void print_counts(struct heartbeat_udp *udp)
{
    struct heartbeat_udp_stats s = heartbeat_udp_stats(udp);
    double seconds = (double)(last_at - first_at) / 1e9,
           cpu = (double)(cpu_of[1] - cpu_of[0]) / 1e9;
    printf("udp received %" PRIu64 " beats %" PRIu64 " dropped %" PRIu64
           " seconds %.3f rate %.0f us_each %.2f\n",
           s.received, s.beats, s.dropped, seconds, seconds > 0 ? (double)s.beats / seconds : 0,
           s.beats ? cpu * 1e6 / (double)s.beats : 0);
}

static int serve(const char *token_file)
{
    const struct sb_server_options http = {.address = "127.0.0.1:0"};
    const struct heartbeat_sink sink = {take, NULL};
    const struct heartbeat_udp_options udp_options = {
        .address = "127.0.0.1:0", .token_file = token_file, .sink = sink};
    const struct heartbeat_ingest_options ingest_options = {.sink = sink};
    const int set[] = {SIGTERM, SIGINT};
    struct heartbeat_policy *policy;
    struct heartbeat_ingest *ingest;
    struct heartbeat_udp *udp;
    struct sb_signals *signals;
    struct sb_loop *loop;
    struct sb_error e;
    CO_INIT(serve, &root);
    if (heartbeat_policy_load(NULL, &policy, &e) < 0 || sb_loop_new(&loop, &e) < 0 ||
        sb_server_new(loop, &http, &root.server, &e) < 0 ||
        heartbeat_ingest_new(&ingest_options, policy, &ingest, &e) < 0 ||
        heartbeat_udp_new(loop, &udp_options, &udp, &e) < 0 ||
        sb_signals_new(&signals, loop, set, SB_LEN(set), &e) < 0)
        return die(&e);
    const struct heartbeat_now now = {.mono = sb_loop_now(loop), .wall = sb_time_now()};
    detector = heartbeat_detector_new(policy, &(struct heartbeat_detector_options){0},
                                      (struct heartbeat_listener){ignore_flip, NULL}, &now);
    heartbeat_ingest_routes(ingest, root.server, false);
    sb_server_start(root.server);
    printf("%s\n%u\n", sb_server_url(root.server), (unsigned)heartbeat_udp_port(udp));
    fflush(stdout);
    heartbeat_udp_listen_init(&root.listen, udp);
    sb_co_signal_init(&root.signal, signals);
    members[0] = &root.signal.co;
    members[1] = &root.listen.co;
    sb_co_group_init(&root.any, members, 2);
    sb_loop_run(loop, &root.co);
    print_counts(udp);
    heartbeat_udp_free(udp);
    sb_server_free(root.server);
    heartbeat_ingest_free(ingest);
    heartbeat_detector_free(detector);
    heartbeat_policy_free(policy);
    sb_signals_free(signals);
    sb_loop_free(loop);
    return 0;
}

/* ---- flood ---- */

enum { BATCH = 64 };

struct flood {
    int fd;
    struct heartbeat_udp_key *key;
    uint32_t nodes, next;
    uint64_t round;
    unsigned char bytes[BATCH][HEARTBEAT_UDP_MAX];
    struct iovec vectors[BATCH];
    struct mmsghdr messages[BATCH];
};

static void prepare(struct flood *f, size_t i, int64_t wall)
{
    char id[32];
    snprintf(id, sizeof id, "server-%06u", f->next);
    struct heartbeat_beat b = {.id = sb_str(id),
                               .zone = SB_STR("eu-1"),
                               .boot_id = SB_STR("0123456789abcdef"),
                               .run_id = SB_STR(""),
                               .body = SB_STR(""),
                               .has_seq = true,
                               .seq = f->round,
                               .sent = wall,
                               .interval = 3 * SB_NS_PER_S,
                               .n_metrics = 4};
    b.metrics[0] = (struct heartbeat_metric){SB_STR("cpu"), 12.5};
    b.metrics[1] = (struct heartbeat_metric){SB_STR("memory"), 73400320};
    b.metrics[2] = (struct heartbeat_metric){SB_STR("requests_per_sec"), 42.25};
    b.metrics[3] = (struct heartbeat_metric){SB_STR("response_time_ms"), 18};
    struct sb_error e;
    size_t len;
    if (heartbeat_udp_write(&b, f->key, f->bytes[i], &len, &e) < 0)
        exit(die(&e));
    f->vectors[i] = (struct iovec){f->bytes[i], len};
    f->messages[i].msg_hdr.msg_iov = &f->vectors[i];
    f->messages[i].msg_hdr.msg_iovlen = 1;
    if (++f->next == f->nodes) {
        f->next = 0;
        f->round++;
    }
}

/* Until `due` beats were sent, should a rate be asked for. */
static void pace(int64_t start, uint64_t sent, uint64_t rate)
{
    if (!rate)
        return;
    int64_t due = start + (int64_t)((double)sent / (double)rate * 1e9),
            wait = due - clock_of(CLOCK_MONOTONIC);
    if (wait > 0)
        nanosleep(&(struct timespec){wait / SB_NS_PER_S, wait % SB_NS_PER_S}, NULL);
}

static int flood(uint16_t port, int64_t seconds, uint32_t nodes, uint64_t rate, const char *token)
{
    struct flood *f = sb_xcalloc(1, sizeof *f);
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(port)};
    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    f->fd = socket(AF_INET, SOCK_DGRAM, 0);
    f->nodes = nodes;
    f->round = 1;
    f->key = token ? heartbeat_udp_key_new(sb_str(token)) : NULL;
    if (f->fd < 0 || connect(f->fd, (struct sockaddr *)&a, sizeof a) < 0)
        return 2;
    uint64_t sent = 0;
    int64_t start = clock_of(CLOCK_MONOTONIC);
    while (clock_of(CLOCK_MONOTONIC) - start < seconds * SB_NS_PER_S) {
        int64_t wall = clock_of(CLOCK_REALTIME);
        for (size_t i = 0; i < BATCH; i++)
            prepare(f, i, wall);
        int n = sendmmsg(f->fd, f->messages, BATCH, 0);
        sent += n > 0 ? (uint64_t)n : 0;
        pace(start, sent, rate);
    }
    printf("sent %" PRIu64 "\n", sent);
    heartbeat_udp_key_free(f->key);
    close(f->fd);
    free(f);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc >= 2 && strcmp(argv[1], "serve") == 0)
        return serve(argc > 2 ? argv[2] : NULL);
    if (argc >= 6 && strcmp(argv[1], "flood") == 0)
        return flood((uint16_t)strtoul(argv[2], NULL, 10), strtol(argv[3], NULL, 10),
                     (uint32_t)strtoul(argv[4], NULL, 10), strtoull(argv[5], NULL, 10),
                     argc > 6 ? argv[6] : NULL);
    fputs("heartbeat_beats serve [TOKEN-FILE] | flood PORT SECONDS NODES RATE [TOKEN]\n", stderr);
    return 2;
}
