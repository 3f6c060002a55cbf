/* The address of a name, looked up on the thread pool. */
#ifndef HEARTBEAT_LOOKUP_H
#define HEARTBEAT_LOOKUP_H

#include "core/base/error.h"
#include "core/co/co.h"

#include <sys/socket.h>

struct sb_loop;
struct heartbeat_lookup_request;

/* Awaitable: the first address of host:port for datagrams. rc 0 with `address` and `len`; -SB_ENOTFOUND or
 * -SB_EIO with `error`; or as cancelled, which does not wait for the resolver. host: a name, an IPv4
 * address, an IPv6 address in brackets; borrowed until the end. */
#define heartbeat_lookup_SAVED(F) F(uint16_t, port)
#define heartbeat_lookup_LIVE(F)                  \
    F(struct sb_loop *, loop)                     \
    F(const char *, host)                         \
    F(struct heartbeat_lookup_request *, request) \
    F(struct sockaddr_storage, address)           \
    F(socklen_t, len) F(int, status) F(struct sb_error, error)
#define heartbeat_lookup_POINTS(P) P(looking)
CO_FRAME(heartbeat_lookup);
void heartbeat_lookup_init(struct heartbeat_lookup *l, struct sb_loop *loop, const char *host,
                           uint16_t port);

#endif
