/* A server that misbehaves, for tests of HTTP clients: raw sockets, one process a connection. What it
 * does with a request is said by the request's path. It counts in memory shared with the test. */
#ifndef SB_TESTS_HTTP_STUB_H
#define SB_TESTS_HTTP_STUB_H

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

struct stub_counts {
    unsigned connections, requests, failures_left;
    long long sent; /* bytes of bodies */
};
static struct stub_counts *stub_seen;
static unsigned stub_port;
static pid_t stub_pid;

struct stub_talk { /* one connection */
    int fd;
    char request[65536];
    size_t len;
};

static bool stub_write(struct stub_talk *t, const void *p, size_t len)
{
    const char *at = p;
    while (len) {
        ssize_t n = send(t->fd, at, len, MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        at += n;
        len -= (size_t)n;
        stub_seen->sent += n;
    }
    return true;
}

static bool stub_say(struct stub_talk *t, const char *text)
{
    return stub_write(t, text, strlen(text));
}

/* Says it again and again, until the other side leaves; in large pieces unless there is a pause. */
static void stub_repeat(struct stub_talk *t, const char *text, useconds_t pause)
{
    static char piece[16384];
    size_t len = strlen(text), whole = pause ? len : sizeof piece / len * len;
    for (size_t at = 0; at + len <= whole; at += len)
        memcpy(piece + at, text, len);
    while (stub_write(t, piece, whole))
        usleep(pause);
}

static void stub_reset(struct stub_talk *t)
{
    struct linger hard = {1, 0};
    usleep(100000); /* what was said arrives before the reset */
    setsockopt(t->fd, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
}

/* A gzip stream of zeros: after one literal, matches of 258 bytes at distance 1 (RFC 1951, 3.2.6), 13
 * bits each, for ever: the pattern of bytes repeats after 13. */
static void stub_gzip_bomb(struct stub_talk *t)
{
    enum { AGAIN = 13 * 1000 };
    static unsigned char block[13 + AGAIN + 13];
    const unsigned char start[] = {0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3};
    const char *head = "1"  /* last block */
                       "10" /* fixed codes, low bit first */
                       "00110000",
               *match = "1100010100000";
    char size[32];
    size_t bit = 0;
    for (const char *p = head; *p; p++, bit++)
        block[bit / 8] |= (unsigned char)((*p - '0') << bit % 8);
    while (bit + 13 <= sizeof block * 8)
        for (const char *p = match; *p; p++, bit++)
            block[bit / 8] |= (unsigned char)((*p - '0') << bit % 8);
    stub_say(t, "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n");
    snprintf(size, sizeof size, "%zx\r\n", sizeof start + 13);
    bool there =
        stub_say(t, size) && stub_write(t, start, sizeof start) && stub_write(t, block, 13);
    snprintf(size, sizeof size, "\r\n%x\r\n", AGAIN);
    while (there)
        there = stub_say(t, size) && stub_write(t, block + 13, AGAIN);
}

static void stub_big_header(struct stub_talk *t)
{
    static char big[70 * 1024 + 1];
    memset(big, 'x', sizeof big - 1);
    stub_say(t, "HTTP/1.1 200 OK\r\nX-Big: ");
    stub_say(t, big);
    stub_say(t, "\r\nContent-Length: 0\r\n\r\n");
}

static void stub_gib(struct stub_talk *t)
{
    static char zeros[65536];
    for (int i = 0; i < 16384 && stub_write(t, zeros, sizeof zeros); i++)
        continue;
}

/* What is said as it stands, before the connection closes. */
static const struct {
    const char *path, *answer;
} stub_answers[] = {
    {"/ring", "HTTP/1.1 302 Found\r\nLocation: /ring\r\nContent-Length: 0\r\n\r\n"},
    {"/garbage", "SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n"},
    {"/bad-status", "HTTP/1.1 abc\r\nContent-Length: 0\r\n\r\n"},
    {"/nothing", ""},
    {"/half-status", "HTTP/1.1 20"},
    {"/half-head", "HTTP/1.1 200 OK\r\nContent-Le"},
    {"/short", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n0123456789"},
    {"/half-chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n64\r\n0123456789"},
    {"/both", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n"
              "2\r\nok\r\n0\r\n\r\n"},
    {"/both-turned", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n"
                     "2\r\nok\r\n0\r\n\r\n"},
    {"/lengths", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nokk"},
    {"/same-lengths", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nok"},
    {"/no-length", "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n"},
    {"/huge-length", "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n"},
    {"/bad-chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nok"},
    {"/huge-chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff1\r\nok"},
    {"/until-close", "HTTP/1.0 200 OK\r\n\r\nall of it"},
    {"/folded",
     "HTTP/1.1 200 OK\r\nX-Long: one\r\n  two\r\nX-Next: 3\r\nContent-Length: 0\r\n\r\n"},
    {"/trailers", "HTTP/1.1 200 OK\r\nX-Kind: head\r\nTransfer-Encoding: chunked\r\n\r\n"
                  "2\r\nok\r\n0\r\nX-Kind: trailer\r\n\r\n"},
    {"/early", "HTTP/1.1 103 Early Hints\r\nX-Kind: hint\r\n\r\n"
               "HTTP/1.1 200 OK\r\nX-Kind: final\r\nContent-Length: 2\r\n\r\nok"},
    {"/zipped", "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\n\x1f\x8bzz"},
};

/* Misbehaviour that goes on for longer. True: handled, and the connection is to be closed. */
static bool stub_misbehave(struct stub_talk *t, const char *path)
{
    if (strcmp(path, "/reset") == 0) {
        stub_say(t, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n0123456789");
        stub_reset(t);
    } else if (strcmp(path, "/endless-head") == 0) {
        stub_say(t, "HTTP/1.1 200 OK\r\n");
        stub_repeat(t, "X-More: and more\r\n", 0);
    } else if (strcmp(path, "/endless-hints") == 0) {
        stub_repeat(t, "HTTP/1.1 103 Early Hints\r\nX-More: and more\r\n\r\n", 0);
    } else if (strcmp(path, "/endless-trailers") == 0) {
        stub_say(t, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n");
        stub_repeat(t, "X-More: and more\r\n", 0);
    } else if (strcmp(path, "/endless-body") == 0) {
        stub_say(t, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
        stub_repeat(t, "10\r\n0123456789abcdef\r\n", 0);
    } else if (strcmp(path, "/slow-head") == 0) {
        stub_say(t, "HTTP/1.1 200 OK\r\nX-Slow: ");
        stub_repeat(t, "x", 20000);
    } else if (strcmp(path, "/slow-body") == 0) {
        stub_say(t, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
        stub_repeat(t, "1\r\nx\r\n", 20000);
    } else if (strcmp(path, "/silent") == 0) {
        char c;
        while (recv(t->fd, &c, 1, 0) > 0)
            continue;
    } else if (strcmp(path, "/big-header") == 0) {
        stub_big_header(t);
    } else if (strcmp(path, "/gzip-bomb") == 0) {
        stub_gzip_bomb(t);
    } else if (strcmp(path, "/gib") == 0) {
        stub_say(t, "HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n");
        stub_gib(t);
    } else if (strcmp(path, "/gib-unsaid") == 0) {
        stub_say(t, "HTTP/1.0 200 OK\r\n\r\n");
        stub_gib(t);
    } else {
        return false;
    }
    return true;
}

/* "/status/503?Name:_value" with that header; "/flaky" is 503 while failures are left; everything else
 * gets its own request as the body. False: close. */
static bool stub_behave(struct stub_talk *t, const char *path)
{
    char head[1024];
    if (strncmp(t->request, "CONNECT ", 8) == 0)
        return stub_say(t, "HTTP/1.1 407 Who are you\r\nContent-Length: 0\r\n\r\n");
    if (strncmp(path, "/status/", 8) == 0) {
        const char *q = strchr(path, '?');
        char extra[512] = "";
        snprintf(extra, sizeof extra, "%s%s", q ? q + 1 : "", q ? "\r\n" : "");
        for (char *p = extra; *p; p++)
            *p = *p == '_' ? ' ' : *p;
        snprintf(head, sizeof head, "HTTP/1.1 %.3s Said\r\n%sContent-Length: 0\r\n\r\n", path + 8,
                 extra);
        return stub_say(t, head);
    }
    if (strcmp(path, "/flaky") == 0 && stub_seen->failures_left) {
        stub_seen->failures_left--;
        return stub_say(t, "HTTP/1.1 503 Busy\r\nContent-Length: 4\r\n\r\nbusy");
    }
    if (strcmp(path, "/dropped") == 0 && stub_seen->failures_left) {
        stub_seen->failures_left--;
        return false;
    }
    for (size_t i = 0; i < sizeof stub_answers / sizeof stub_answers[0]; i++)
        if (strcmp(path, stub_answers[i].path) == 0) {
            stub_say(t, stub_answers[i].answer);
            return false;
        }
    if (stub_misbehave(t, path))
        return false;
    snprintf(head, sizeof head,
             "HTTP/1.1 200 OK\r\nX-Two: one\r\nContent-Length: %zu\r\nx-two: \t two \r\n\r\n",
             t->len);
    return stub_say(t, head) &&
           (memcmp(t->request, "HEAD", 4) == 0 || stub_write(t, t->request, t->len));
}

/* Reads one request, head and body. */
static bool stub_read(struct stub_talk *t)
{
    size_t whole = 0;
    t->len = 0;
    while (!whole || t->len < whole) {
        ssize_t n = recv(t->fd, t->request + t->len, sizeof t->request - 1 - t->len, 0);
        if (n <= 0)
            return false;
        t->len += (size_t)n;
        t->request[t->len] = '\0';
        char *end = strstr(t->request, "\r\n\r\n");
        char *length = strstr(t->request, "Content-Length: ");
        if (end)
            whole = (size_t)(end + 4 - t->request) + (length ? strtoul(length + 16, NULL, 10) : 0);
    }
    stub_seen->requests++;
    return true;
}

static void stub_serve(int fd)
{
    static struct stub_talk t;
    char path[1024];
    t.fd = fd;
    while (stub_read(&t) && sscanf(t.request, "%*s %1023s", path) == 1 && stub_behave(&t, path))
        continue;
    close(fd);
}

static void stub_accept_for_ever(int listener)
{
    signal(SIGCHLD, SIG_IGN);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (;;) {
        int fd = accept(listener, NULL, NULL);
        if (fd < 0)
            continue;
        stub_seen->connections++;
        if (fork() == 0) {
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            stub_serve(fd);
            _exit(0);
        }
        close(fd);
    }
}

static int stub_listen_tcp(void)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof a;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&a, sizeof a) < 0 || listen(fd, 100) < 0 ||
        getsockname(fd, (struct sockaddr *)&a, &len) < 0)
        abort();
    stub_port = ntohs(a.sin_port);
    return fd;
}

static int stub_listen_unix(const char *path)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    snprintf(a.sun_path, sizeof a.sun_path, "%s", path);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&a, sizeof a) < 0 || listen(fd, 100) < 0)
        abort();
    return fd;
}

/* Starts it on a port of 127.0.0.1, or on a unix socket. */
static void stub_start(const char *unix_path)
{
    if (!stub_seen)
        stub_seen = mmap(NULL, sizeof *stub_seen, PROT_READ | PROT_WRITE,
                         MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    int listener = unix_path ? stub_listen_unix(unix_path) : stub_listen_tcp();
    stub_pid = fork();
    if (stub_pid == 0)
        stub_accept_for_ever(listener);
    close(listener);
}

static void stub_stop(void)
{
    kill(stub_pid, SIGKILL);
    waitpid(stub_pid, NULL, 0);
}

#endif
