/* Load for `heartbeat monitor`: N nodes that beat over UDP at a fixed rate, open loop, and what the monitor
 * makes of them:
 *
 *     heartbeat_load UDP-PORT HTTP-PORT NODES INTERVAL-MS SECONDS
 *
 * Receive-to-state is measured from outside, as an upper bound: a probe node's beat is sent by UDP, and its
 * number is asked for over HTTP on a kept connection until it is there. Then, under the same load, a tenth
 * of the nodes falls silent, and the last flips say after how much silence, of what was allowed, they were
 * found. Prints two lines of figures. */
#include "applets/heartbeat/beat_udp.h"
#include "core/base/time.h"
#include "core/sort/sort.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { PROBES_MOST = 10000 };

struct load {
    int udp, http;
    long nodes, interval_ms, seconds;
    uint64_t *seqs;
    uint64_t sent;
    double probes[PROBES_MOST]; /* ms */
    size_t n_probes;
    uint64_t probe_seq;
    int64_t probe_at; /* 0 = none in flight */
};

static int64_t now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * SB_NS_PER_S + t.tv_nsec;
}

static int64_t wall_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return t.tv_sec * SB_NS_PER_S + t.tv_nsec;
}

static int connect_to(int type, const char *port)
{
    struct sockaddr_in to = {.sin_family = AF_INET,
                             .sin_port = htons((uint16_t)strtol(port, NULL, 10))};
    int fd = socket(AF_INET, type, 0), size = 4 << 20;
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
    if (fd < 0 || connect(fd, (const struct sockaddr *)(const void *)&to, sizeof to) < 0) {
        perror("connect");
        exit(2);
    }
    return fd;
}

static void send_beat(struct load *l, const char *id, uint64_t seq)
{
    static const char *const names[] = {"cpu", "memory", "requests_per_sec", "response_time_ms"};
    unsigned char out[HEARTBEAT_UDP_MAX];
    size_t len = 0;
    struct sb_error e;
    struct heartbeat_beat b = {.id = sb_str(id),
                               .sent = wall_ns(),
                               .interval = l->interval_ms * 1000000,
                               .boot_id = SB_STR("0123456789abcdef"),
                               .seq = seq,
                               .has_seq = true,
                               .n_metrics = 4};
    for (size_t i = 0; i < 4; i++)
        b.metrics[i] = (struct heartbeat_metric){sb_str(names[i]), (double)(seq + i)};
    if (heartbeat_udp_write(&b, NULL, out, &len, &e) < 0) {
        fprintf(stderr, "%s\n", e.text);
        exit(2);
    }
    while (send(l->udp, out, len, 0) < 0)
        usleep(50);
    l->sent++;
}

/* The answer to a GET; the text lies in `reply`. */
static void get(struct load *l, const char *path, char *reply, size_t size)
{
    char request[256];
    size_t len = 0, want = size - 1;
    int n = snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: x\r\n\r\n", path);
    if (send(l->http, request, (size_t)n, 0) != n)
        exit(2);
    while (len < want) {
        ssize_t got = recv(l->http, reply + len, want - len, 0);
        if (got <= 0)
            break;
        len += (size_t)got;
        reply[len] = '\0';
        const char *body = strstr(reply, "\r\n\r\n");
        const char *length = strstr(reply, "Content-Length: ");
        if (body && length) {
            want = (size_t)(body + 4 - reply) + strtoul(length + 16, NULL, 10);
            if (want > size - 1)
                exit(2);
        }
    }
    reply[len] = '\0';
}

static void look_at_probe(struct load *l)
{
    char reply[8192], wanted[40];
    get(l, "/api/nodes/probe", reply, sizeof reply);
    snprintf(wanted, sizeof wanted, "\"seq\":%llu,", (unsigned long long)l->probe_seq);
    if (!strstr(reply, wanted))
        return;
    if (l->n_probes < PROBES_MOST)
        l->probes[l->n_probes++] = (double)(now_ns() - l->probe_at) / 1e6;
    l->probe_at = 0;
}

/* Beats of the nodes from `first` on, for so long. */
static void run(struct load *l, long first, double seconds)
{
    int64_t began = now_ns(), end = began + (int64_t)(seconds * 1e9), next_probe = began;
    double rate = (double)l->nodes / (double)l->interval_ms / 1e6; /* a ns */
    uint64_t done = 0;
    char id[32];
    for (int64_t now = began; now < end; now = now_ns()) {
        uint64_t due = (uint64_t)((double)(now - began) * rate);
        for (int burst = 0; done < due && burst < 200; burst++, done++) {
            long i = (long)(done % (uint64_t)l->nodes);
            if (i < first)
                continue;
            snprintf(id, sizeof id, "load-%06ld", i);
            send_beat(l, id, ++l->seqs[i]);
        }
        if (l->probe_at) {
            look_at_probe(l);
        } else if (now >= next_probe) {
            l->probe_at = now_ns();
            send_beat(l, "probe", ++l->probe_seq);
            next_probe = now + 20000000;
        } else if (done >= due) {
            usleep(500);
        }
    }
}

static int compare(const void *a, const void *b, void *ctx, int *fail)
{
    (void)ctx;
    (void)fail;
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double metric(const char *text, const char *name)
{
    const char *at = strstr(text, name);
    return at ? strtod(at + strlen(name), NULL) : -1;
}

/* Of the flips to down in the text: silence by what was allowed. */
static size_t read_flips(const char *text, double *ratios, size_t max)
{
    size_t n = 0;
    for (const char *p = text; n < max && (p = strstr(p, "\"to\":\"down\"")) != NULL; p++) {
        const char *allowed = strstr(p, "\"allowed\":"), *silence = strstr(p, "\"silence\":");
        if (!allowed || !silence)
            break;
        ratios[n++] = strtod(silence + 10, NULL) / strtod(allowed + 10, NULL);
    }
    return n;
}

static void fall_silent(struct load *l, char *reply, size_t size)
{
    static double ratios[1000];
    uint64_t before = l->sent;
    double seconds = (double)l->interval_ms * 3 / 1e3 + 3; /* the built-in policy, and some more */
    run(l, l->nodes / 10, seconds);
    get(l, "/api/flips?limit=1000", reply, size);
    size_t n = read_flips(reply, ratios, 1000);
    sb_sort(ratios, n, sizeof ratios[0], compare, NULL, NULL);
    if (n)
        printf(
            "%ld fell silent at %.0f beats/s: found after p50 %.4f p99 %.4f most %.4f of what was "
            "allowed (%zu looked at)\n",
            l->nodes / 10, (double)(l->sent - before) / seconds, ratios[n / 2],
            ratios[n * 99 / 100], ratios[n - 1], n);
}

int main(int argc, char **argv)
{
    static char reply[8 << 20];
    if (argc != 6) {
        fprintf(stderr, "usage: heartbeat_load UDP-PORT HTTP-PORT NODES INTERVAL-MS SECONDS\n");
        return 2;
    }
    static struct load l;
    l.udp = connect_to(SOCK_DGRAM, argv[1]);
    l.http = connect_to(SOCK_STREAM, argv[2]);
    l.nodes = strtol(argv[3], NULL, 10);
    l.interval_ms = strtol(argv[4], NULL, 10);
    l.seconds = strtol(argv[5], NULL, 10);
    l.seqs = calloc((size_t)l.nodes, sizeof *l.seqs);
    if (l.nodes < 1 || l.interval_ms < 1 || !l.seqs)
        return 2;
    run(&l, 0, (double)l.seconds);
    sb_sort(l.probes, l.n_probes, sizeof l.probes[0], compare, NULL, NULL);
    usleep(200000);
    get(&l, "/metrics", reply, sizeof reply);
    double taken = metric(reply, "beats_total{verdict=\"taken\"} ");
    printf("%ld nodes, %.0f beats/s sent, %.2f%% taken, receive-to-state p50 %.2f ms p99 %.2f ms, "
           "RSS %.0f MB, worst lag %.1f ms\n",
           l.nodes, (double)l.sent / (double)l.seconds, 100 * taken / (double)l.sent,
           l.n_probes ? l.probes[l.n_probes / 2] : -1,
           l.n_probes ? l.probes[l.n_probes * 99 / 100] : -1,
           metric(reply, "\nprocess_resident_memory_bytes ") / 1e6,
           metric(reply, "\nheartbeat_loop_worst_lag_seconds ") * 1e3);
    fflush(stdout);
    fall_silent(&l, reply, sizeof reply);
    return 0;
}
