/* A way to a monitor, and one message over it: a beat or a goodbye, with retries of its own.
 *
 * http://HOST[:PORT][/PREFIX] and https://: POST PREFIX/heartbeat and PREFIX/shutdown; unix:/PATH the
 * same over that socket; udp://HOST:PORT: datagrams. */
#ifndef HEARTBEAT_LINK_H
#define HEARTBEAT_LINK_H

#include "applets/heartbeat/link_udp.h"

#include "core/net/http.h"

/* What all links of a process have in common. Borrowed. */
struct heartbeat_wire {
    struct sb_loop *loop;
    struct sb_http_client *client;
    const char *token_file; /* NULL: none */
    struct sb_http_tls tls;
};

struct heartbeat_link {
    const struct heartbeat_wire *wire;
    const char *name;      /* as the user wrote it; borrowed */
    char *base;            /* URL without a final slash; NULL with udp */
    const char *unix_path; /* inside name, or NULL */
    struct heartbeat_udp_link *udp;
};

/* -SB_EUSAGE: this is no place to send beats to. */
int heartbeat_link_init(struct heartbeat_link *l, const struct heartbeat_wire *wire,
                        const char *name, struct sb_error *e);
void heartbeat_link_done(struct heartbeat_link *l); /* {0} is fine */

/* Awaitable: sends one message. rc 0: the other side has taken it. Otherwise a negative enum sb_err, or
 * as cancelled, and `error` says why for people. */
#define heartbeat_post_SAVED(F)
#define heartbeat_post_LIVE(F)             \
    F(const struct heartbeat_link *, link) \
    F(struct sb_buf, url)                  \
    F(struct sb_buf, body)                 \
    F(struct sb_http_request, request)     \
    F(struct sb_http_response, response)   \
    F(struct sb_http_exchange, exchange)   \
    F(struct heartbeat_datagram, datagram) F(struct sb_error, error)
#define heartbeat_post_POINTS(P) P(posting) P(sending)
CO_FRAME(heartbeat_post);
/* How long it may take altogether, and in how many tries. */
struct heartbeat_effort {
    int64_t timeout; /* ns */
    uint32_t tries;
};
/* A beat, or a goodbye with its reason (NULL: a beat). */
void heartbeat_post_init(struct heartbeat_post *p, const struct heartbeat_link *link,
                         const struct heartbeat_report *report, const char *goodbye,
                         struct heartbeat_effort effort);
/* Any text to a place below the link's, which is none of datagrams; takes the body. */
void heartbeat_post_text(struct heartbeat_post *p, const struct heartbeat_link *link,
                         const char *below, struct sb_buf body, struct heartbeat_effort effort);

#endif
