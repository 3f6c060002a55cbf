/* The receiver of datagrams: as many as there are at a time, each checked, none answered. */
#ifndef HEARTBEAT_LISTEN_UDP_H
#define HEARTBEAT_LISTEN_UDP_H

#include "applets/heartbeat/beat_udp.h"
#include "core/co/poll.h"

struct heartbeat_udp;

struct heartbeat_udp_options {
    const char *address;    /* as for a server: "127.0.0.1:8125", "[::]:8125", "unix:/path" */
    const char *token_file; /* the tokens of core/net/token.h; NULL: none, on loopback only */
    struct heartbeat_sink sink;
    bool known_only;
    uint32_t nodes_max; /* 1,000,000 */
    int64_t skew;       /* ns a sender's clock may be off when it is first heard; 1 h */
};

struct heartbeat_udp_stats {
    uint64_t received, beats, refused;         /* datagrams; given to the sink; not wanted by it */
    uint64_t verdicts[HEARTBEAT_UDP_VERDICTS]; /* by enum heartbeat_udp_verdict */
    uint64_t dropped;                          /* by the kernel, for want of room */
    uint32_t buffer;                           /* bytes of room the kernel gave */
};

/* Opens the socket. -SB_EUSAGE: off loopback without tokens, or no address; -SB_EIO; -SB_EINPUT: the
 * tokens are unusable. */
int heartbeat_udp_new(struct sb_loop *l, const struct heartbeat_udp_options *options,
                      struct heartbeat_udp **ret, struct sb_error *e);
/* Nobody may be listening on it. NULL is fine. */
void heartbeat_udp_free(struct heartbeat_udp *u);
int heartbeat_udp_reload(struct heartbeat_udp *u, struct sb_error *e); /* the tokens, again */
uint16_t heartbeat_udp_port(const struct heartbeat_udp *u);
struct heartbeat_udp_stats heartbeat_udp_stats(const struct heartbeat_udp *u);

/* Awaitable: receives until it is cancelled. rc: as cancelled, or -SB_EIO when the socket fails. */
#define heartbeat_udp_listen_SAVED(F)
#define heartbeat_udp_listen_LIVE(F) F(struct heartbeat_udp *, udp) F(struct sb_co_poll, poll)
#define heartbeat_udp_listen_POINTS(P) P(waiting)
CO_FRAME(heartbeat_udp_listen);
void heartbeat_udp_listen_init(struct heartbeat_udp_listen *f, struct heartbeat_udp *u);

#endif
