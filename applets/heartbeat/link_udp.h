/* A way to a monitor by datagrams (beat_udp.h): nothing answers, so that a message has arrived as far as
 * anybody can tell once the system has it. The address is looked up again every minute, and after every
 * failure. A goodbye is said three times, because a lost one alerts people. */
#ifndef HEARTBEAT_LINK_UDP_H
#define HEARTBEAT_LINK_UDP_H

#include "applets/heartbeat/beat_udp.h"
#include "applets/heartbeat/lookup.h"
#include "applets/heartbeat/report.h"

#include "core/co/timer.h"

struct heartbeat_udp_link {
    struct sb_loop *loop;
    char *host;
    uint16_t port;
    int fd;         /* connected, or -1 */
    int64_t opened; /* sb_loop_now */
};

/* HOST:PORT, an IPv6 address in brackets; *ret_host is the caller's to free. False: it is none. */
bool heartbeat_host_port(const char *text, char **ret_host, uint16_t *ret_port);

/* address: HOST:PORT. False: it is none. */
bool heartbeat_udp_link_new(struct sb_loop *loop, const char *address,
                            struct heartbeat_udp_link **ret);
void heartbeat_udp_link_free(struct heartbeat_udp_link *l); /* NULL is fine */

/* Awaitable: rc 0, or a negative enum sb_err with `error`, or as cancelled. */
#define heartbeat_datagram_SAVED(F) F(uint32_t, copies)
#define heartbeat_datagram_LIVE(F)       \
    F(struct heartbeat_udp_link *, link) \
    F(struct heartbeat_udp_bytes, bytes) \
    F(int64_t, timeout)                  \
    F(bool, ready)                       \
    F(struct heartbeat_lookup, lookup)   \
    F(struct sb_co_timer, deadline)      \
    F(struct sb_co_sleep, sleep) F(struct sb_error, error)
#define heartbeat_datagram_POINTS(P) P(looking) P(resting)
struct heartbeat_udp_bytes {
    unsigned char p[HEARTBEAT_UDP_MAX];
    size_t len;
};
CO_FRAME(heartbeat_datagram);
/* goodbye: the reason, or NULL for a beat. token_file: signed with its token; NULL: not signed. */
void heartbeat_datagram_init(struct heartbeat_datagram *d, struct heartbeat_udp_link *link,
                             const struct heartbeat_report *report, const char *goodbye,
                             const char *token_file, int64_t timeout);

#endif
