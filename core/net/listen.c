/* Listening sockets. */
#include "core/net/listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int bad_address(const char *text, struct sb_error *e)
{
    sb_error_set(e, SB_EUSAGE, "%.200s is no address to listen on", text);
    return sb_hint(e, "write 127.0.0.1:8080, [::1]:8080, 0.0.0.0:8080 or unix:/path");
}

static int parse_unix(const char *text, const char *path, struct sb_listen *ret, struct sb_error *e)
{
    struct sb_listen l = {.local = true};
    size_t len = strlen(path);
    if (!len || len >= sizeof l.address.un.sun_path)
        return sb_fail(e, SB_EUSAGE, "%.200s: the path of a unix socket has 1 to %zu bytes", text,
                       sizeof l.address.un.sun_path - 1);
    l.address.un.sun_family = AF_UNIX;
    memcpy(l.address.un.sun_path, path, len + 1);
    l.len = (socklen_t)sizeof l.address.un;
    *ret = l;
    return 0;
}

static bool parse_port(const char *text, in_port_t *ret)
{
    char *end;
    if (*text < '0' || *text > '9')
        return false;
    errno = 0;
    unsigned long port = strtoul(text, &end, 10);
    if (errno || *end || port > 65535)
        return false;
    *ret = htons((uint16_t)port);
    return true;
}

static bool is_loopback(const union sb_sockaddr *a)
{
    if (a->any.sa_family == AF_INET)
        return (ntohl(a->in.sin_addr.s_addr) >> 24) == 127;
    const struct in6_addr *ip = &a->in6.sin6_addr;
    return IN6_IS_ADDR_LOOPBACK(ip) || (IN6_IS_ADDR_V4MAPPED(ip) && ip->s6_addr[12] == 127);
}

int sb_listen_parse(const char *text, struct sb_listen *ret, struct sb_error *e)
{
    char host[64];
    if (strncmp(text, "unix:", 5) == 0)
        return parse_unix(text, text + 5, ret, e);
    const char *colon = strrchr(text, ':');
    size_t len = colon ? (size_t)(colon - text) : 0;
    if (!colon || len >= sizeof host)
        return bad_address(text, e);
    memcpy(host, text, len);
    host[len] = '\0';
    struct sb_listen l = {.local = false};
    in_port_t port;
    if (!parse_port(colon + 1, &port))
        return bad_address(text, e);
    bool bracketed = len > 2 && host[0] == '[' && host[len - 1] == ']';
    if (bracketed)
        host[len - 1] = '\0';
    const char *name = strcmp(host, "localhost") == 0 ? "127.0.0.1" : host;
    if (!bracketed && inet_pton(AF_INET, name, &l.address.in.sin_addr) == 1) {
        l.address.in.sin_family = AF_INET;
        l.address.in.sin_port = port;
        l.len = (socklen_t)sizeof l.address.in;
    } else if (!len ||
               (bracketed && inet_pton(AF_INET6, host + 1, &l.address.in6.sin6_addr) == 1)) {
        l.address.in6.sin6_family = AF_INET6;
        l.address.in6.sin6_port = port;
        l.len = (socklen_t)sizeof l.address.in6;
    } else {
        return bad_address(text, e);
    }
    l.local = is_loopback(&l.address);
    *ret = l;
    return 0;
}

/* True when something answers on the unix socket, or what is there is none. */
static bool is_taken(const struct sb_listen *l)
{
    struct stat st;
    if (lstat(l->address.un.sun_path, &st) < 0)
        return false;
    if (!S_ISSOCK(st.st_mode))
        return true;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool gone = fd >= 0 && connect(fd, &l->address.any, l->len) < 0 && errno == ECONNREFUSED;
    if (fd >= 0)
        close(fd);
    return !gone;
}

void sb_listen_unlink(const struct sb_listen *l)
{
    if (l->address.any.sa_family == AF_UNIX)
        unlink(l->address.un.sun_path);
}

/* What accepted connections inherit: answers leave at once; a peer that vanished is noticed; and no
 * connection is handed over before its first byte is here, which spares a turn of the loop. */
static void set_tcp_options(int fd)
{
    int on = 1, seconds = 5, gone_ms = 30000;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    setsockopt(fd, IPPROTO_TCP, TCP_DEFER_ACCEPT, &seconds, sizeof seconds);
    setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &gone_ms, sizeof gone_ms);
    setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
}

static int bind_socket(struct sb_listen *l, int type, int fd)
{
    int on = 1, off = 0;
    if (type == SOCK_STREAM)
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (l->address.any.sa_family == AF_INET6)
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
    if (bind(fd, &l->address.any, l->len) < 0)
        return -1;
    if (type == SOCK_STREAM && listen(fd, SOMAXCONN) < 0)
        return -1;
    if (l->address.any.sa_family == AF_UNIX)
        return chmod(l->address.un.sun_path, 0660);
    if (type == SOCK_STREAM)
        set_tcp_options(fd);
    return getsockname(fd, &l->address.any, &l->len);
}

int sb_listen_open(struct sb_listen *l, int type, int *ret_fd, struct sb_error *e)
{
    char text[SB_SOCKADDR_TEXT];
    bool path = l->address.any.sa_family == AF_UNIX;
    sb_sockaddr_text(&l->address, text);
    if (path && is_taken(l))
        return sb_fail(e, SB_EIO, "%s is in use, or is not a socket", l->address.un.sun_path);
    if (path)
        sb_listen_unlink(l);
    int fd = socket(l->address.any.sa_family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return sb_fail_errno(e, "cannot make a socket");
    if (bind_socket(l, type, fd) < 0) {
        int rc = path ? sb_fail_errno(e, "cannot listen on %s", l->address.un.sun_path)
                      : sb_fail_errno(e, "cannot listen on %s, port %u", text,
                                      (unsigned)sb_sockaddr_port(&l->address));
        close(fd);
        return rc;
    }
    *ret_fd = fd;
    return 0;
}

uint16_t sb_sockaddr_port(const union sb_sockaddr *a)
{
    switch (a->any.sa_family) {
    case AF_INET: return ntohs(a->in.sin_port);
    case AF_INET6: return ntohs(a->in6.sin6_port);
    default: return 0;
    }
}

static bool is_mapped(const union sb_sockaddr *a)
{
    return a->any.sa_family == AF_INET6 && IN6_IS_ADDR_V4MAPPED(&a->in6.sin6_addr);
}

void sb_sockaddr_text(const union sb_sockaddr *a, char text[SB_SOCKADDR_TEXT])
{
    const char *done = NULL;
    if (is_mapped(a))
        done = inet_ntop(AF_INET, a->in6.sin6_addr.s6_addr + 12, text, SB_SOCKADDR_TEXT);
    else if (a->any.sa_family == AF_INET6)
        done = inet_ntop(AF_INET6, &a->in6.sin6_addr, text, SB_SOCKADDR_TEXT);
    else if (a->any.sa_family == AF_INET)
        done = inet_ntop(AF_INET, &a->in.sin_addr, text, SB_SOCKADDR_TEXT);
    if (!done)
        memcpy(text, "unix", sizeof "unix");
}

uint64_t sb_sockaddr_key(const union sb_sockaddr *a)
{
    uint64_t key = 0;
    uint32_t v4 = 0;
    if (is_mapped(a))
        memcpy(&v4, a->in6.sin6_addr.s6_addr + 12, sizeof v4);
    else if (a->any.sa_family == AF_INET)
        memcpy(&v4, &a->in.sin_addr, sizeof v4);
    else if (a->any.sa_family == AF_INET6)
        memcpy(&key, a->in6.sin6_addr.s6_addr, sizeof key);
    return key | v4;
}
