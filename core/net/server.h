/* HTTP server: routes, requests and replies on the loop.
 *
 * libmicrohttpd reads and writes HTTP; this room owns the listening socket, the limits and the rules:
 * a listener off loopback needs tokens; every connection has a deadline in every phase; what a peer can
 * make the server keep is bounded (connections, headers, body, failed tokens). Handlers run on the
 * loop's thread and must not block: they answer at once, or take a struct sb_later and a coroutine
 * answers in its own time.
 *
 * Order of life: sb_server_new, sb_server_routes (any number), sb_server_start; then await
 * sb_server_stop and sb_server_free. All on one thread. */
#ifndef SB_NET_SERVER_H
#define SB_NET_SERVER_H

#include "core/base/buf.h"
#include "core/base/error.h"
#include "core/base/str.h"
#include "core/co/co.h"
#include "core/co/loop.h"

#include <stdbool.h>
#include <stdint.h>

struct sb_server;

/* Zero means the default. Durations are nanoseconds; texts are borrowed for the call only. */
struct sb_server_options {
    const char *address;    /* "127.0.0.1:8080", "[::1]:0" (0: the kernel chooses), "unix:/path" */
    const char *token_file; /* one "NAME TOKEN" a line (core/net/token.h); NULL = none */
    const char *tls_cert;   /* PEM files; a certificate needs its key */
    const char *tls_key;
    const char *tls_client_ca;    /* when set, only peers with a certificate of it are heard */
    size_t body_max;              /* 64 KiB; more is refused with 413 */
    size_t header_max;            /* 8 KiB for request line and headers; more is refused with 431 */
    int64_t idle_timeout;         /* 60 s from one answer to the next request line */
    int64_t request_timeout;      /* 15 s from the request line to the end of the body; then 408
                                   * where there is no TLS, and the end of the connection */
    int64_t reply_timeout;        /* 60 s for the peer to read an answer */
    uint32_t connection_max;      /* what RLIMIT_NOFILE allows, less 64; at most 65,536 */
    uint32_t connection_max_peer; /* connections of one address; default: no limit of its own */
    uint32_t token_failures;      /* wrong tokens of one address a minute before 429; 10 */
};

/* Opens the listening socket and reads the files, so that whatever is wrong is known before anything
 * starts. -SB_EUSAGE with a hint: an address off loopback without a token file, or not an address;
 * -SB_EIO: the system said no; -SB_EINPUT: tokens, certificate or key are unusable. */
int sb_server_new(struct sb_loop *loop, const struct sb_server_options *opts,
                  struct sb_server **ret_server, struct sb_error *e);
/* Stopped or never started; NULL is fine. */
void sb_server_free(struct sb_server *s);
/* From now on connections are accepted. */
void sb_server_start(struct sb_server *s);
/* Reads the token file again; on failure the old tokens stay. */
int sb_server_reload(struct sb_server *s, struct sb_error *e);

/* "http://127.0.0.1:43121", "https://[::1]:8443", "unix:/run/x.sock"; the server's. */
const char *sb_server_url(const struct sb_server *s);
uint16_t sb_server_port(const struct sb_server *s); /* 0 for a unix socket */

struct sb_server_stats {
    uint64_t accepted, requests;
    uint64_t refused;    /* connections closed at once: limits of descriptors or of one address */
    uint64_t full;       /* times a peer came when all places were taken */
    uint64_t evicted;    /* idle connections closed to make room */
    uint64_t timed_out;  /* connections closed at a deadline */
    uint64_t bad_tokens; /* requests with a wrong or no token */
    uint32_t connections;
};
struct sb_server_stats sb_server_stats(const struct sb_server *s);

/* Awaitable: stops accepting, closes idle connections, ends event streams, lets what is in flight finish
 * until `grace` ns from now, then closes the rest (a struct sb_later left by then answers nobody).
 * rc 0. Cancelling it skips the rest of the grace. */
#define sb_server_stop_SAVED(F)
#define sb_server_stop_LIVE(F) \
    F(struct sb_server *, server) F(int64_t, grace) F(struct sb_co_ready, ready)
#define sb_server_stop_POINTS(P) P(draining) P(closing)
CO_FRAME(sb_server_stop);
void sb_server_stop_init(struct sb_server_stop *f, struct sb_server *s, int64_t grace);

/* ---- routes ---- */

enum sb_method {
    SB_GET = 1, /* answers HEAD too: the handler sees SB_GET, the body is dropped */
    SB_HEAD = 2,
    SB_POST = 4,
    SB_PUT = 8,
    SB_PATCH = 16,
    SB_DELETE = 32,
};
enum sb_route_flag {
    /* No token is asked for (a right one is noted), and pages of other sites may send: for paths that are
     * secrets themselves, and what anybody may see. */
    SB_ROUTE_PUBLIC = 1,
    SB_ROUTE_CUT_BODY = 2, /* a body over the cap is cut there, not refused */
};
enum { SB_ROUTE_PARAMS = 4 };

struct sb_request;
/* 0 once it has answered or taken a later; a negative enum sb_err is answered with 500. */
typedef int sb_route_handler(struct sb_request *r, void *ctx);

/* path: segments that are literal or {name}, which matches one segment that is not empty. The first
 * route that matches path and method counts; where only paths match, the answer is 405 with Allow, where
 * none does, 404. OPTIONS is answered by the server. Tables live as long as the server. */
struct sb_route {
    unsigned methods; /* of enum sb_method */
    const char *path;
    sb_route_handler *handle;
    unsigned flags;
    size_t body_max; /* 0 = the server's */
};
/* Before start. The patterns are the program's own: a bad one is an assertion. */
void sb_server_routes(struct sb_server *s, const struct sb_route *routes, size_t n, void *ctx);

/* ---- requests ---- */

/* Valid from the call of the handler until the answer. */
struct sb_request {
    enum sb_method method;
    struct sb_str path;  /* as it was sent, still percent-encoded */
    struct sb_str query; /* likewise, without the '?'; empty when there is none */
    struct sb_str
        params[SB_ROUTE_PARAMS]; /* {name}s in order, decoded; may hold any byte but NUL */
    struct sb_str body;          /* any bytes; followed by a NUL */
    const char *token;           /* name of the token it came with; NULL = none asked for */
    int64_t at;                  /* sb_loop_now when the request was complete */
    bool body_cut;
    bool answered; /* by sb_reply*, or a later holds it */
};

/* The first header of that name, as sent; p NULL when there is none. */
struct sb_str sb_request_header(const struct sb_request *r, const char *name);
/* True when the query has that name: its first value, decoded ("+" is a space). */
bool sb_request_query(struct sb_request *r, const char *name, struct sb_str *ret_value);
/* In a handler of a public route: true when it came with a right token, or the server has none. False:
 * it has been answered, as a route that is not public would. */
bool sb_request_authorized(struct sb_request *r);
/* The server has no tokens at all: it listens on loopback. */
bool sb_request_is_open(const struct sb_request *r);
/* Appends "192.0.2.1", "2001:db8::1" or "unix". */
void sb_request_peer(const struct sb_request *r, struct sb_buf *b);

/* ---- replies ---- */

/* One more header for the answer to come; texts are copied; controls in them become spaces. */
void sb_reply_header(struct sb_request *r, const char *name, const char *value);
/* Answers, once. type NULL = no Content-Type. The body is copied. text/html gets the headers that keep
 * a page to itself (Content-Security-Policy unless sb_reply_header said one, no frames, no referrer). */
void sb_reply(struct sb_request *r, int status, const char *type, struct sb_str body);
/* The same, handing over heap memory of malloc. */
void sb_reply_take(struct sb_request *r, int status, const char *type, char *body, size_t len);
/* {"error":"..."} with the text escaped. */
void sb_reply_error(struct sb_request *r, int status, const char *fmt, ...) SB_PRINTF(3, 4);

/* A promise to answer: lies in the frame of the one who will, and must not move until it did. The
 * request stays valid, whatever the peer does meanwhile. */
struct sb_later {
    struct sb_request *request; /* NULL = answered, or the server was stopped: nobody is there */
};
void sb_reply_later(struct sb_request *r, struct sb_later *later);
/* Answers through it: as sb_reply_error with 503 when it is still open, else nothing; for finally:. */
void sb_later_drop(struct sb_later *later);

#endif
