/* The addresses of a name, looked up by a thread of their own.
 *
 * Not on libuv's pool: the process cannot end while that is at work, and a name service that does not
 * answer must not keep an agent from ending in time. Cancelling lets the thread go; it ends by itself. */
#ifndef HEARTBEAT_LOOKUP_H
#define HEARTBEAT_LOOKUP_H

#include "core/co/poll.h"

#include <sys/socket.h>

enum { HEARTBEAT_ADDRESSES = 4 };

struct heartbeat_address {
    struct sockaddr_storage sock;
    socklen_t len;
};
struct heartbeat_addresses {
    struct heartbeat_address items[HEARTBEAT_ADDRESSES];
    size_t len;
};
struct heartbeat_lookup_request;

/* Awaitable: up to HEARTBEAT_ADDRESSES of host:port, in the order of getaddrinfo(3). rc 0 with at least
 * one; -SB_ENOTFOUND or -SB_EIO with `error`; or as cancelled. host: a name, an IPv4 address, an IPv6
 * address in brackets; borrowed until the end. */
#define heartbeat_lookup_SAVED(F) F(uint16_t, port)
#define heartbeat_lookup_LIVE(F)                  \
    F(struct sb_loop *, loop)                     \
    F(const char *, host)                         \
    F(struct heartbeat_lookup_request *, request) \
    F(int, fd)                                    \
    F(struct sb_watch *, watch)                   \
    F(struct sb_co_poll, poll)                    \
    F(struct heartbeat_addresses, found) F(struct sb_error, error)
#define heartbeat_lookup_POINTS(P) P(looking)
CO_FRAME(heartbeat_lookup);
void heartbeat_lookup_init(struct heartbeat_lookup *l, struct sb_loop *loop, const char *host,
                           uint16_t port);

#endif
