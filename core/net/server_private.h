/* The server's insides, shared by its files: server.c (life), server_peer.c (connections and their
 * deadlines), server_request.c (from bytes to a handler), server_reply.c (from an answer to bytes).
 *
 * Invariants. A peer is in the list of its phase, and in no other. A peer in SB_PHASE_HELD is suspended
 * in libmicrohttpd and is not freed; `later` points to who will answer, and back. `answer` is a response
 * that waits for its connection to be resumed. */
#ifndef SB_NET_SERVER_PRIVATE_H
#define SB_NET_SERVER_PRIVATE_H

#include "core/base/time.h"
#include "core/base/vec.h"
#include "core/net/events.h"
#include "core/net/listen.h"
#include "core/net/server.h"
#include "core/net/target.h"
#include "core/net/token.h"

#include <microhttpd.h>
#include <stdio.h>
#include <uv.h>

enum sb_phase {
    SB_PHASE_IDLE,      /* no request line yet */
    SB_PHASE_RECEIVING, /* from the request line to the end of the body */
    SB_PHASE_REPLYING,  /* the answer is on its way */
    SB_PHASE_HELD,      /* somebody will answer later */
    SB_PHASE_STREAMING, /* an event stream */
    SB_PHASE_CLOSING,   /* shut down: libmicrohttpd will notice */
    SB_PHASES
};

struct sb_reply_line {
    struct sb_reply_line *next;
    char *value; /* inside the same block */
    char name[];
};

struct sb_peer {
    struct sb_request request; /* first: handlers hold a pointer to it */
    struct sb_server *server;
    struct MHD_Connection *mhd;
    struct sb_peer *next, *prev;
    int64_t since; /* when this phase began */
    enum sb_phase phase;
    int fd;
    union sb_sockaddr address;
    /* the request */
    char *line; /* the target, and behind it room to decode it */
    size_t line_size, line_len, scratch_len;
    const struct sb_routing *route;
    struct sb_buf body;
    size_t body_cap;
    uint64_t swallowed; /* bytes of body beyond the cap or of a refused request */
    struct sb_query_pair pairs[SB_QUERY_PAIRS];
    size_t n_pairs;
    int refuse; /* status to answer when the body is over; 0 = call the handler */
    bool begun, query_read, head;
    /* the answer */
    struct sb_reply_line *lines;
    struct MHD_Response *answer;
    int status;
    struct sb_later *later;
};

struct sb_routing {
    struct sb_route route;
    struct sb_pattern pattern;
    void *ctx;
};

struct sb_peer_list {
    struct sb_peer *first, *last;
};

enum { SB_REPLY_CACHE = 16 };
/* Small answers without headers of their own are made once. */
struct sb_cached_reply {
    struct MHD_Response *response; /* NULL = free */
    char type[40];
    uint8_t len;
    char body[128];
};

struct sb_server {
    struct sb_loop *loop;
    struct sb_server_options opts; /* numbers only; texts are not kept */
    struct sb_listen listen;
    int listen_fd, spare_fd;
    char *url, *token_file;
    struct sb_tokens *tokens;
    struct sb_throttle *throttle;
    char *tls_cert, *tls_key, *tls_client_ca; /* PEM texts; NULL = none */
    struct MHD_Daemon *daemon;
    SB_VEC(struct sb_routing) routes;
    struct sb_peer_list phases[SB_PHASES];
    struct sb_peer *arriving; /* while libmicrohttpd takes it over */
    struct sb_server_stats stats;
    struct sb_cached_reply cache[SB_REPLY_CACHE];
    uint32_t cache_next;
    /* the loop */
    uv_poll_t on_accept, on_traffic;
    uv_timer_t on_time;
    bool started, accepting, stopping, draining, orphaned;
    bool in_turn, wants_turn; /* libmicrohttpd is at work; it has more to do */
    int64_t accept_at;        /* when a paused listener goes on; INT64_MAX = when told */
    int64_t stop_at;          /* end of the grace */
    int closing;              /* handles whose close callback is to come */
    struct sb_server_stop *stopper;
    SB_VEC(struct sb_events *) events; /* their streams end when the server stops */
};

/* server_peer.c */
void sb_peer_enter(struct sb_peer *p, enum sb_phase phase);
void sb_peer_kill(struct sb_peer *p); /* shuts its socket down */
void sb_server_accept(struct sb_server *s);
/* Closes what is over its deadline; the instant of the next one, or INT64_MAX. */
int64_t sb_server_sweep(struct sb_server *s, int64_t now);
void sb_peer_notify(void *ctx, struct MHD_Connection *mhd, void **slot,
                    enum MHD_ConnectionNotificationCode what);

/* server_request.c: libmicrohttpd's callbacks */
void *sb_request_line(void *ctx, const char *uri, struct MHD_Connection *mhd);
enum MHD_Result sb_request_step(void *ctx, struct MHD_Connection *mhd, const char *url,
                                const char *method, const char *version, const char *data,
                                size_t *len, void **slot);
void sb_request_completed(void *ctx, struct MHD_Connection *mhd, void **slot,
                          enum MHD_RequestTerminationCode why);
void sb_request_reset(struct sb_peer *p); /* forgets the request and its answer */

/* server_reply.c */
void sb_reply_lines_free(struct sb_peer *p);
/* Answers with this response, which is consumed, now or when the connection is resumed. */
void sb_reply_send(struct sb_peer *p, int status, struct MHD_Response *response);
struct MHD_Response *sb_reply_dress(struct sb_peer *p, struct MHD_Response *response,
                                    const char *type);
void sb_reply_cache_done(struct sb_server *s);

/* server.c */
/* After MHD_resume_connection: libmicrohttpd without a thread does not wake anybody. */
void sb_server_turn(struct sb_server *s);
/* Accepts nothing until resumed, or until `pause` ns from now when that is not 0. */
void sb_server_pause_accept(struct sb_server *s, int64_t pause);
void sb_server_resume_accept(struct sb_server *s);

/* events.c */
void sb_events_end(struct sb_events *v); /* ends the streams; more readers are refused */

/* server_tls.c */
/* Reads the PEM files; -SB_EUSAGE when they do not go together or this libmicrohttpd has no TLS. */
int sb_server_tls_load(struct sb_server *s, const struct sb_server_options *opts,
                       struct sb_error *e);
bool sb_peer_is_vouched_for(const struct sb_peer *p); /* by a certificate of the client CA */

static inline struct sb_peer *sb_peer_of(struct sb_request *r)
{
    return (struct sb_peer *)(void *)r;
}

#endif
