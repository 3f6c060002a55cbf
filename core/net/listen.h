/* Listening sockets: addresses as people write them, and the descriptor.
 *
 * "HOST:PORT" with an IPv4 address, an IPv6 address in brackets, "localhost" or nothing (every address)
 * as HOST, port 0 for one the kernel chooses; or "unix:/path". No names are looked up. */
#ifndef SB_NET_LISTEN_H
#define SB_NET_LISTEN_H

#include "core/base/error.h"
#include "core/base/str.h"

#include <netinet/in.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <sys/un.h>

union sb_sockaddr {
    struct sockaddr any;
    struct sockaddr_in in;
    struct sockaddr_in6 in6;
    struct sockaddr_un un;
};

struct sb_listen {
    union sb_sockaddr address;
    socklen_t len;
    bool local; /* loopback or a unix socket */
};

/* -SB_EUSAGE with a hint. */
int sb_listen_parse(const char *text, struct sb_listen *ret, struct sb_error *e);
/* A listening, non-blocking socket (SOCK_STREAM), or a bound one (SOCK_DGRAM). A unix socket nobody
 * listens on any more is replaced; one in use is not. The address learns the kernel's port. */
int sb_listen_open(struct sb_listen *l, int type, int *ret_fd, struct sb_error *e);
/* Removes the path of a unix socket. */
void sb_listen_unlink(const struct sb_listen *l);
/* 0 for a unix socket. */
uint16_t sb_sockaddr_port(const union sb_sockaddr *a);
/* "127.0.0.1", "::1" or "unix", an IPv4 peer of an IPv6 socket as IPv4. */
enum { SB_SOCKADDR_TEXT = 64 };
void sb_sockaddr_text(const union sb_sockaddr *a, char text[SB_SOCKADDR_TEXT]);
/* What stands for one peer in tables: an IPv4 address, a /64 of IPv6, 0 for unix. */
uint64_t sb_sockaddr_key(const union sb_sockaddr *a);

#endif
