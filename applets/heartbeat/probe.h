/* A look at whether something is well: a command that ends with 0, a URL that answers 2xx, a TCP port
 * that takes connections ("tcp:HOST:PORT"). */
#ifndef HEARTBEAT_PROBE_H
#define HEARTBEAT_PROBE_H

#include "applets/heartbeat/lookup.h"
#include "applets/heartbeat/report.h"
#include "applets/heartbeat/words.h"

#include "core/co/process.h"
#include "core/net/http.h"
#include "core/net/stream.h"

enum heartbeat_probe_kind { HEARTBEAT_PROBE_COMMAND, HEARTBEAT_PROBE_URL, HEARTBEAT_PROBE_TCP };

struct heartbeat_probe_spec {
    enum heartbeat_probe_kind kind;
    const char *text;             /* as the user wrote it; borrowed */
    struct heartbeat_words words; /* COMMAND */
    char *host;                   /* TCP */
    uint16_t port;
};
/* -SB_EUSAGE. */
int heartbeat_probe_parse(const char *text, struct heartbeat_probe_spec *ret, struct sb_error *e);
void heartbeat_probe_done(struct heartbeat_probe_spec *s); /* {0} is fine */

struct heartbeat_numeric { /* an address as text */
    char text[80];
};
struct heartbeat_reason {
    char text[HEARTBEAT_REASON_MAX];
};

/* ca_file: whom a URL's certificate may come from; NULL: the system's authorities.
 * Awaitable: one look, at most `timeout` ns long. rc 0 with `healthy`, and `problem` when it is not; or
 * as cancelled. */
#define heartbeat_probe_SAVED(F)
#define heartbeat_probe_LIVE(F)                  \
    F(struct sb_loop *, loop)                    \
    F(struct sb_http_client *, client)           \
    F(const struct heartbeat_probe_spec *, spec) \
    F(const char *, ca_file)                     \
    F(int64_t, timeout)                          \
    F(struct sb_co_timer, deadline)              \
    F(struct sb_co_process, process)             \
    F(struct sb_process_options, options)        \
    F(struct sb_http_request, request)           \
    F(struct sb_http_response, response)         \
    F(struct sb_http_exchange, exchange)         \
    F(struct heartbeat_lookup, lookup)           \
    F(size_t, tried)                             \
    F(struct heartbeat_numeric, numeric)         \
    F(struct sb_stream, stream)                  \
    F(struct sb_stream_connect, connect)         \
    F(bool, healthy)                             \
    F(struct heartbeat_reason, problem)
#define heartbeat_probe_POINTS(P) P(running) P(asking) P(looking) P(connecting)
CO_FRAME(heartbeat_probe);
void heartbeat_probe_init(struct heartbeat_probe *p, struct sb_loop *loop,
                          struct sb_http_client *client, const struct heartbeat_probe_spec *spec,
                          const char *ca_file, int64_t timeout);

#endif
