/* Streams against raw sockets: whole and broken peers, slow ones, full queues, cancellation everywhere. */
#include "core/net/stream.h"

#include "core/base/mem.h"
#include "tests/unit/unit.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <stdatomic.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define MS INT64_C(1000000)

static struct sb_error error;
static struct sb_loop *loop;
static struct sb_stream stream;

static uint64_t seed = 1;
static unsigned dice(unsigned sides)
{
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (unsigned)(seed >> 33) % sides;
}

static size_t at_most(size_t n, size_t most)
{
    return SB_MIN(n, most);
}

static void open_loop(void)
{
    ck_assert_int_eq(sb_loop_new(&loop, &error), 0);
}

static int open_descriptors(void)
{
    int n = 0;
    DIR *d = opendir("/proc/self/fd");
    while (readdir(d))
        n++;
    closedir(d);
    return n;
}

/* Runs co for at most so long; then its rc is SB_CO_TIMED_OUT. */
static int32_t run_for(struct sb_co *co, int64_t ns)
{
    struct sb_co_timer deadline = {0};
    sb_co_deadline_set(sb_loop_timers(loop), &deadline, co, sb_loop_refresh(loop) + ns);
    int32_t rc = sb_loop_run(loop, co);
    sb_co_deadline_drop(sb_loop_timers(loop), &deadline);
    return rc;
}

/* --- names: this program's own resolver, so that tests need no network --- */
static uint16_t two_ports[2]; /* what two.test resolves to, on 127.0.0.1; mixed.test: to more */
static atomic_bool gate;

static struct addrinfo *address6(uint16_t port, struct addrinfo *next)
{
    struct addrinfo *a = sb_xcalloc(1, sizeof *a + sizeof(struct sockaddr_in6));
    struct sockaddr_in6 *in = (struct sockaddr_in6 *)(void *)(a + 1);
    *in = (struct sockaddr_in6){
        .sin6_family = AF_INET6, .sin6_port = htons(port), .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    a->ai_family = AF_INET6;
    a->ai_addr = (struct sockaddr *)in;
    a->ai_addrlen = sizeof *in;
    a->ai_next = next;
    return a;
}

static struct addrinfo *address(uint16_t port, struct addrinfo *next)
{
    struct addrinfo *a = sb_xcalloc(1, sizeof *a + sizeof(struct sockaddr_in));
    struct sockaddr_in *in = (struct sockaddr_in *)(void *)(a + 1);
    *in = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons(port)};
    in->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    a->ai_family = AF_INET;
    a->ai_addr = (struct sockaddr *)in;
    a->ai_addrlen = sizeof *in;
    a->ai_next = next;
    return a;
}

void freeaddrinfo(struct addrinfo *list)
{
    while (list) {
        struct addrinfo *next = list->ai_next;
        free(list);
        list = next;
    }
}

int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints,
                struct addrinfo **ret)
{
    uint16_t port = (uint16_t)strtol(service, NULL, 10);
    if (strcmp(node, "127.0.0.1") == 0) {
        *ret = address(port, NULL);
        return 0;
    }
    if (hints->ai_flags & AI_NUMERICHOST)
        return EAI_NONAME;
    if (strcmp(node, "mixed.test") == 0) {
        uint16_t bad = two_ports[0];
        *ret = address6(bad, address(bad, address(bad, address(two_ports[1], NULL))));
        return 0;
    }
    if (strcmp(node, "slow.test") == 0)
        while (!gate)
            usleep(1000);
    if (strcmp(node, "two.test") && strcmp(node, "slow.test"))
        return strcmp(node, "again.test") ? EAI_NONAME : EAI_AGAIN;
    *ret = address(two_ports[0], address(two_ports[1], NULL));
    return 0;
}

/* --- raw peers --- */
static int raw_listener(int backlog, uint16_t *ret_port)
{
    struct sockaddr_in a = {.sin_family = AF_INET};
    socklen_t len = sizeof a;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ck_assert_int_eq(bind(fd, (struct sockaddr *)&a, sizeof a), 0);
    ck_assert_int_eq(listen(fd, backlog), 0);
    ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&a, &len), 0);
    *ret_port = ntohs(a.sin_port);
    return fd;
}

static int raw_connect(uint16_t port, bool wait)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(port)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | (wait ? 0 : SOCK_NONBLOCK), 0);
    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int rc = connect(fd, (struct sockaddr *)&a, sizeof a);
    ck_assert(rc == 0 || (!wait && errno == EINPROGRESS));
    return fd;
}

/* A port where connections neither come about nor fail: its queue is full. */
static uint16_t black_hole(void)
{
    uint16_t port;
    raw_listener(0, &port);
    for (int i = 0; i < 4; i++)
        raw_connect(port, false);
    usleep(20000);
    return port;
}

static uint16_t refusing_port(void)
{
    uint16_t port;
    close(raw_listener(1, &port));
    return port;
}

/* `stream` becomes one end of a socket pair; returns the other. */
static int open_pair(void)
{
    int fds[2];
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
    stream = (struct sb_stream){.fd = fds[0]};
    ck_assert_int_eq(sb_watch_new(&stream.watch, loop, fds[0], &error), 0);
    return fds[1];
}

static void done(void)
{
    sb_stream_close(&stream);
    sb_loop_free(loop);
}

/* --- connecting --- */
static struct sb_stream_connect conn;

static int32_t dial(const char *host, uint16_t port, int64_t ns)
{
    sb_stream_connect_init(&conn, loop, host, port, &stream);
    return run_for(&conn.co, ns);
}

static uint16_t peer_port(int fd)
{
    struct sockaddr_in a;
    socklen_t len = sizeof a;
    ck_assert_int_eq(getpeername(fd, (struct sockaddr *)&a, &len), 0);
    return ntohs(a.sin_port);
}

enum {
    LONG = 60 /* seconds: no test waits that long when all is well */
};
#define FOREVER (LONG * 1000 * MS)

START_TEST(connecting_finds_who_answers)
{
    uint16_t good, bad = refusing_port();
    char text[SB_SOCKADDR_TEXT];
    int fd = raw_listener(10, &good);
    open_loop();
    ck_assert_int_eq(dial("127.0.0.1", good, FOREVER), 0);
    sb_stream_peer(&stream, text);
    ck_assert_str_eq(text, "127.0.0.1");
    sb_stream_close(&stream);
    const uint16_t pairs[][2] = {{good, bad}, {bad, good}, {black_hole(), good}};
    for (size_t i = 0; i < SB_LEN(pairs); i++) {
        two_ports[0] = pairs[i][0];
        two_ports[1] = pairs[i][1];
        ck_assert_int_eq(dial("two.test", 1, FOREVER), 0);
        ck_assert_uint_eq(peer_port(stream.fd), good);
        sb_stream_close(&stream);
    }
    two_ports[0] = bad;
    ck_assert_int_eq(dial("mixed.test", 1, FOREVER), 0);
    ck_assert_uint_eq(peer_port(stream.fd), good);
    close(fd);
    done();
}
END_TEST

START_TEST(connecting_says_why_not)
{
    uint16_t bad = refusing_port();
    open_loop();
    ck_assert_int_eq(dial("127.0.0.1", bad, FOREVER), -SB_EIO);
    ck_assert_ptr_nonnull(strstr(conn.error.text, "refused"));
    two_ports[0] = two_ports[1] = bad;
    ck_assert_int_eq(dial("two.test", 1, FOREVER), -SB_EIO);
    ck_assert_int_eq(dial("no.test", 1, FOREVER), -SB_ENOTFOUND);
    ck_assert_ptr_nonnull(strstr(conn.error.text, "no.test"));
    ck_assert_int_eq(dial("again.test", 1, FOREVER), -SB_EIO);
    ck_assert_int_eq(dial("", 1, FOREVER), -SB_ENOTFOUND);
    ck_assert_int_eq(dial("/nowhere/socket", 0, FOREVER), -SB_EIO);
    char path[300];
    memset(path, '/', sizeof path - 1);
    path[sizeof path - 1] = '\0';
    ck_assert_int_eq(dial(path, 0, FOREVER), -SB_EIO);
    ck_assert(!stream.watch);
    done();
}
END_TEST

START_TEST(connecting_can_be_cancelled_anywhere)
{
    open_loop();
    uint16_t hole = black_hole();
    int before = open_descriptors();
    two_ports[0] = two_ports[1] = hole;
    sb_stream_connect_init(&conn, loop, "slow.test", 1, &stream);
    sb_co_run(&conn.co);
    ck_assert_str_eq(sb_co_where(&conn.co), "resolving");
    sb_co_cancel(&conn.co); /* while the pool is stuck in the name server */
    ck_assert(sb_co_done(&conn.co) && conn.co.rc == SB_CO_CANCELLED);
    ck_assert_int_eq(dial("127.0.0.1", hole, 5 * MS), SB_CO_TIMED_OUT);
    ck_assert_int_eq(dial("two.test", 1, 20 * MS), SB_CO_TIMED_OUT);  /* one in flight */
    ck_assert_int_eq(dial("two.test", 1, 300 * MS), SB_CO_TIMED_OUT); /* two */
    for (int i = 0; i < 50; i++) {
        int32_t rc = dial("two.test", 1, i * MS / 20);
        ck_assert_int_eq(rc, SB_CO_TIMED_OUT);
    }
    ck_assert(!stream.watch);
    ck_assert_int_eq(open_descriptors(), before);
    gate = true;
    done();
}
END_TEST

/* --- listening --- */
static struct sb_listener listener;
static struct sb_stream_accept acceptor;

static int32_t accept_for(int64_t ns)
{
    sb_stream_accept_init(&acceptor, &listener, &stream);
    return run_for(&acceptor.co, ns);
}

START_TEST(accepting_tcp)
{
    open_loop();
    ck_assert_int_eq(sb_listener_open(&listener, loop, "127.0.0.1:0", &error), 0);
    uint16_t port = sb_listener_port(&listener);
    ck_assert_uint_gt(port, 0);
    ck_assert_int_eq(accept_for(MS), SB_CO_TIMED_OUT);
    for (int i = 0; i < 100; i++) { /* peers that say nothing are handed over too */
        int fd = raw_connect(port, true);
        ck_assert_int_eq(accept_for(FOREVER), 0);
        ck_assert(fcntl(stream.fd, F_GETFD) & FD_CLOEXEC);
        sb_stream_close(&stream);
        close(fd);
    }
    struct sb_listener second;
    char same[32];
    snprintf(same, sizeof same, "127.0.0.1:%u", port);
    ck_assert_int_eq(sb_listener_open(&second, loop, same, &error), -SB_EIO);
    ck_assert_int_eq(sb_listener_open(&second, loop, "no.test:1", &error), -SB_EUSAGE);
    sb_listener_close(&listener);
    sb_listener_close(&listener);
    done();
}
END_TEST

START_TEST(accepting_on_a_unix_socket)
{
    char dir[] = "/tmp/sb_stream_XXXXXX", address_text[80], *path = address_text + 5;
    struct stat st;
    open_loop();
    ck_assert_ptr_nonnull(mkdtemp(dir));
    snprintf(address_text, sizeof address_text, "unix:%s/socket", dir);
    for (int round = 0; round < 2; round++) {
        ck_assert_int_eq(sb_listener_open(&listener, loop, address_text, &error), 0);
        ck_assert_int_eq(stat(path, &st), 0);
        ck_assert_uint_eq(st.st_mode & 07777, 0600);
        struct sb_listener second; /* somebody listens */
        ck_assert_int_eq(sb_listener_open(&second, loop, address_text, &error), -SB_EIO);
        ck_assert_int_eq(dial(path, 0, FOREVER), 0);
        sb_stream_close(&stream);
        ck_assert_int_eq(accept_for(FOREVER), 0);
        sb_stream_close(&stream);
        if (round == 0) { /* as after SIGKILL: the path stays, and is taken over */
            sb_watch_free(listener.watch);
            close(listener.fd);
        }
    }
    sb_listener_close(&listener);
    ck_assert_int_lt(stat(path, &st), 0);
    rmdir(dir);
    done();
}
END_TEST

static int starved_calls;
static int fillers[64], n_fillers;

static void on_starved(void *ctx, int why)
{
    (void)ctx;
    ck_assert_int_eq(why, EMFILE);
    starved_calls++;
}

#define relief_SAVED(F)
#define relief_LIVE(F) F(struct sb_co_sleep, sleep)
#define relief_POINTS(P) P(waiting)
CO_FRAME(relief);
CO_DESC(relief);
static struct sb_co *relief_step(struct sb_co *co_self)
{
    CO_BODY(relief, f);
    sb_co_sleep_init(&f->sleep, sb_loop_timers(loop), sb_loop_now(loop) + 250 * MS);
    CO_AWAIT(waiting, &f->sleep);
    while (n_fillers > 0)
        close(fillers[--n_fillers]);
finally:
    CO_END;
}

START_TEST(out_of_descriptors_is_a_pause)
{
    struct rlimit limit;
    struct sb_loop_lag lag;
    struct relief r;
    open_loop();
    ck_assert_int_eq(sb_listener_open(&listener, loop, "127.0.0.1:0", &error), 0);
    listener.on_starved = on_starved;
    int client = raw_connect(sb_listener_port(&listener), true);
    ck_assert_int_eq(accept_for(FOREVER), 0); /* and everything lazy is open */
    sb_stream_close(&stream);
    close(client);
    client = raw_connect(sb_listener_port(&listener), true);
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = (rlim_t)client + 32;
    setrlimit(RLIMIT_NOFILE, &limit);
    while (n_fillers < 64 && (fillers[n_fillers] = dup(0)) >= 0)
        n_fillers++;
    CO_INIT(relief, &r);
    sb_co_run(&r.co);
    sb_loop_lag(loop, &lag);
    uint64_t before = lag.iterations;
    ck_assert_int_eq(accept_for(FOREVER), 0);
    sb_loop_lag(loop, &lag);
    ck_assert(starved_calls == 1 && listener.starved >= 1 && listener.starved_error == EMFILE);
    ck_assert_uint_lt(lag.iterations - before, 50); /* it did not spin */
    close(client);
    sb_listener_close(&listener);
    done();
}
END_TEST

/* --- reading and writing --- */
static struct sb_stream_read reader;
static struct sb_stream_line liner;
static struct sb_stream_write writer;

static int32_t read_for(char *to, size_t size, int64_t ns)
{
    sb_stream_read_init(&reader, &stream, to, size);
    return run_for(&reader.co, ns);
}

static int32_t line_for(size_t cap, int64_t ns)
{
    sb_stream_line_init(&liner, &stream, cap);
    return run_for(&liner.co, ns);
}

static int32_t write_for(const char *p, size_t len, int64_t ns)
{
    sb_stream_write_init(&writer, &stream, (struct sb_str){p, len});
    return run_for(&writer.co, ns);
}

static bool line_is(const char *text)
{
    return sb_str_is(liner.line, text);
}

START_TEST(lines_come_one_by_one)
{
    char buf[16];
    open_loop();
    int peer = open_pair();
    static const char text[] = "one\ntwo\r\n\n1234567\nleft";
    ck_assert_int_eq(write(peer, text, strlen(text)), (ssize_t)strlen(text));
    ck_assert(line_for(7, FOREVER) == 0 && line_is("one") && !liner.end);
    ck_assert(line_for(7, FOREVER) == 0 && line_is("two"));
    ck_assert(line_for(7, FOREVER) == 0 && line_is("") && !liner.end);
    ck_assert_int_eq(line_for(6, FOREVER), -SB_ETOOBIG);
    ck_assert(line_for(7, FOREVER) == 0 && line_is("1234567")); /* none was taken */
    ck_assert_int_eq(line_for(7, MS), SB_CO_TIMED_OUT);
    ck_assert(read_for(buf, 2, FOREVER) == 0 && reader.len == 2 && memcmp(buf, "le", 2) == 0);
    shutdown(peer, SHUT_WR);
    ck_assert(line_for(7, FOREVER) == 0 && line_is("ft") && liner.end);
    ck_assert(line_for(7, FOREVER) == 0 && line_is("") && liner.end);
    ck_assert(read_for(buf, 2, FOREVER) == 0 && reader.len == 0);
    ck_assert_int_eq(write_for("still", 5, FOREVER), 0); /* only half is closed */
    ck_assert_int_eq(read(peer, buf, sizeof buf), 5);
    sb_stream_shutdown(&stream);
    ck_assert_int_eq(read(peer, buf, sizeof buf), 0);
    close(peer);
    done();
}
END_TEST

START_TEST(broken_peers_are_errors)
{
    uint16_t port;
    char buf[16];
    struct linger reset = {1, 0};
    SB_CLEANUP_FREE char *big = sb_xcalloc(1, 10000000);
    open_loop();
    int fd = raw_listener(10, &port);
    for (int round = 0; round < 3; round++) {
        ck_assert_int_eq(dial("127.0.0.1", port, FOREVER), 0);
        int peer = accept(fd, NULL, NULL);
        setsockopt(peer, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
        if (round == 2) /* reset while this end waits for room */
            ck_assert_int_eq(write_for(big, 10000000, 50 * MS), SB_CO_TIMED_OUT);
        close(peer);
        int32_t rc = round == 0   ? read_for(buf, sizeof buf, FOREVER)
                     : round == 1 ? line_for(10, FOREVER)
                                  : write_for(big, 10000000, FOREVER);
        ck_assert_int_eq(rc, -SB_EIO);
        ck_assert_int_eq(sb_stream_fail(&stream, "talking to it", &error), -SB_EIO);
        ck_assert_msg(strstr(error.text, "talking to it: ") && stream.error == ECONNRESET, "%s",
                      error.text);
        ck_assert_int_eq(write_for(big, 10, FOREVER), -SB_EIO); /* EPIPE, and no signal */
        sb_stream_close(&stream);
    }
    close(fd);
    done();
}
END_TEST

/* Bytes in small portions, with the reader and the writer cancelled again and again. */
START_TEST(cancelled_operations_lose_nothing)
{
    enum { SIZE = 300000 };
    static char sent[SIZE], got[SIZE];
    size_t in = 0, out = 0, received = 0;
    open_loop();
    int peer = open_pair();
    fcntl(peer, F_SETFL, O_NONBLOCK);
    for (size_t i = 0; i + 1 < SIZE; i++)
        sent[i] = (char)(dice(9) ? 'a' + (int)dice(26) : '\n');
    sent[SIZE - 1] = '\n';
    for (int turn = 0; in < SIZE && turn < 1000000; turn++) { /* peer -> stream */
        size_t n = at_most(dice(2000), SIZE - out);
        ssize_t done_now = n ? write(peer, sent + out, n) : 0;
        out += done_now > 0 ? (size_t)done_now : 0;
        if (dice(2)) {
            int32_t rc =
                read_for(got + in, at_most(1 + dice(500), SIZE - in), dice(2) ? 0 : MS / 10);
            in += rc == 0 ? reader.len : 0;
            unit_require(rc == 0 || rc == SB_CO_TIMED_OUT, "rc %d", rc);
        } else {
            int32_t rc = line_for(1000, dice(2) ? 0 : MS / 10);
            unit_require(rc == 0 || rc == SB_CO_TIMED_OUT, "rc %d", rc);
            if (rc == 0) {
                unit_require(!liner.end && in + liner.line.len < SIZE, "end");
                memcpy(got + in, liner.line.p, liner.line.len);
                in += liner.line.len;
                got[in++] = '\n';
            }
        }
    }
    ck_assert(in == SIZE && memcmp(sent, got, SIZE) == 0);
    memset(got, 0, SIZE);
    for (out = 0; received < SIZE;) { /* stream -> peer */
        if (out < SIZE) {
            size_t n = at_most(1 + dice(250000), SIZE - out);
            int32_t rc = write_for(sent + out, n, dice(2) ? 0 : MS / 10);
            unit_require(rc == 0 ? writer.done == n : rc == SB_CO_TIMED_OUT, "rc %d", rc);
            out += writer.done;
        }
        ssize_t n = read(peer, got + received, dice(100000));
        received += n > 0 ? (size_t)n : 0;
    }
    ck_assert(memcmp(sent, got, SIZE) == 0);
    close(peer);
    done();
}
END_TEST

/* A peer that never stops sending must not keep others from running. */
#define glutton_SAVED(F) F(uint64_t, total)
#define glutton_LIVE(F) F(struct sb_stream_read, read)
#define glutton_POINTS(P) P(reading)
CO_FRAME(glutton);
CO_DESC(glutton);
static int glutton_peer;
static struct sb_co *glutton_step(struct sb_co *co_self)
{
    CO_BODY(glutton, f);
    for (;;) {
        static char buf[16];
        ck_assert_int_eq(write(glutton_peer, buf, sizeof buf), sizeof buf);
        sb_stream_read_init(&f->read, &stream, buf, sizeof buf);
        CO_AWAIT(reading, &f->read);
        f->total += f->read.len;
    }
finally:
    CO_END;
}

START_TEST(others_have_their_turn)
{
    struct glutton g;
    open_loop();
    glutton_peer = open_pair();
    CO_INIT(glutton, &g);
    ck_assert_int_eq(run_for(&g.co, 20 * MS), SB_CO_TIMED_OUT);
    ck_assert_uint_gt(g.total, 0);
    close(glutton_peer);
    done();
}
END_TEST

UNIT_MAIN("stream", connecting_finds_who_answers, connecting_says_why_not,
          connecting_can_be_cancelled_anywhere, accepting_tcp, accepting_on_a_unix_socket,
          out_of_descriptors_is_a_pause, lines_come_one_by_one, broken_peers_are_errors,
          cancelled_operations_lose_nothing, others_have_their_turn)
