/* HTTP client: libcurl's multi interface on the loop, awaited like anything else.
 *
 *     struct sb_http_request get = {.url = "https://example.org/", .timeout = 5 * SB_NS_PER_S};
 *     struct sb_http_response answer = {0};
 *     sb_http_exchange_init(&f->exchange, client, &get, &answer);
 *     CO_AWAIT(asking, &f->exchange);
 *     if (f->exchange.co.rc == 0 && answer.status == 200) ... answer.body ...
 *     sb_http_response_done(&answer);
 *
 * A client keeps connections and uses them again; it belongs to one loop and its thread. Only http and
 * https. Nothing is decompressed, no cookies are kept, names and passwords in URLs are refused.
 *
 * The other side is hostile: header and body are capped, an answer whose length is ambiguous
 * (RFC 9112, 6.3) is refused, and a timeout covers the whole exchange. Error texts name scheme, host
 * and port only: paths, queries and headers may hold secrets. */
#ifndef SB_NET_HTTP_H
#define SB_NET_HTTP_H

#include "core/base/buf.h"
#include "core/base/str.h"
#include "core/base/time.h"
#include "core/co/timer.h"

struct sb_loop;
struct sb_http_client;

/* Sets libcurl up, once a process. -SB_EIO when that fails. */
int sb_http_client_new(struct sb_loop *loop, struct sb_http_client **ret_client,
                       struct sb_error *e);
/* Closes kept connections. No exchange may be in flight. Memory goes when the loop next turns, at the
 * latest in sb_loop_free. NULL is fine. */
void sb_http_client_free(struct sb_http_client *c);

struct sb_http_header {
    const char *name, *value;
};

/* How often an exchange is tried again: after a lost or refused connection, a timeout of one try, or
 * status 408, 425, 429, 502, 503, 504. Only when the method is idempotent (RFC 9110, 9.2.2) or the
 * caller says that repeating is safe, and never after a sink got bytes. Try n waits a random time in
 * [0, min(most, first * 2^(n-1))] ("full jitter"), or what Retry-After says if that is longer. */
struct sb_http_retry {
    uint32_t tries;       /* at most that many tries altogether; 0 means 1 */
    int64_t first;        /* ns, 0 means 200 ms */
    int64_t most;         /* ns, 0 means 30 s */
    int64_t most_after;   /* ns, what Retry-After is cut to; 0 means 60 s */
    int64_t each_timeout; /* ns, of a single try; 0 means the request's timeout */
    bool safe;            /* repeating does no harm, whatever the method */
};

/* Where trust comes from. All NULL: the system's authorities (SSL_CERT_FILE, SSL_CERT_DIR, or where
 * distributions put them). Files are PEM. */
struct sb_http_tls {
    const char *ca_file;
    const char *cert_file, *key_file; /* the client's own; key_file NULL: it is in cert_file */
    const char *pinned_key;           /* "sha256//BASE64[;...]" of public keys, besides the rest */
    bool insecure_skip_verify;        /* any certificate will do: for tests and diagnosis */
};

/* Gets a part of the body of a 2xx answer. Negative (with e) ends the exchange with that result. May do
 * anything, cancelling the exchange included, but not free the client. */
typedef int sb_http_sink(void *ctx, struct sb_str bytes, struct sb_error *e);

/* Whether an exchange would take this URL. -SB_EINPUT with the reason, and without the URL. */
int sb_http_url_check(const char *url, struct sb_error *e);

/* Everything is borrowed until the exchange is done. Zero means the default. */
struct sb_http_request {
    const char *method; /* "GET" */
    const char *url;
    const struct sb_http_header *headers; /* not Content-Length, Transfer-Encoding, Connection */
    size_t header_count;
    struct sb_str body; /* p NULL: none */
    const char *content_type;
    const char *unix_path; /* connect to this socket; the URL's host is only a name then */

    int64_t connect_timeout; /* ns, 10 s */
    int64_t timeout;         /* ns for everything, retries included: 60 s; negative: none */
    int64_t
        idle_timeout; /* ns without a byte from the other side, in whole seconds; none by default */
    size_t body_cap;  /* bytes, 16 MiB */
    size_t header_cap; /* bytes of status lines, headers and trailers, 64 KiB */

    uint32_t redirects; /* how many to follow, at most 5; 0: a redirect is an answer. To another
                         * origin without Authorization, Cookie, files below and client
                         * certificate; never from https to http */
    struct sb_http_tls tls;
    const char *bearer_file; /* read anew for each try: Authorization: Bearer */
    const char *basic_file;  /* likewise, holds user:password */
    struct sb_http_retry retry;
    bool proxy_loopback; /* http_proxy etc. count for loopback too; never for unix sockets */

    sb_http_sink *sink; /* bodies of 2xx go there, without a cap, instead of to the response */
    void *sink_ctx;
};

/* {0} initialises. Durations in ns since the last try began, 0 = did not come to that. */
struct sb_http_response {
    int status;         /* 0: there was no answer */
    struct sb_buf head; /* "Name: value" lines, LF-ended, of the final answer */
    struct sb_buf body;
    struct sb_buf url; /* after redirects; may hold secrets */
    int64_t connected, secured, first_byte, total;
    uint32_t attempts, redirects;
    bool reused; /* the connection was kept from before */
};
void sb_http_response_done(struct sb_http_response *r); /* frees; may be used again */
/* Value of the nth (from 0) header of that name (any case), without surrounding blanks; p NULL when
 * there is none. Borrowed from r. */
struct sb_str sb_http_response_header(const struct sb_http_response *r, const char *name,
                                      size_t nth);

/* Awaitable. rc 0: there is an answer, of any status. Negative enum sb_err, or as cancelled: `error`
 * says what happened, for people, and response->status is 0. The response is emptied first. */
#define sb_http_exchange_SAVED(F) F(uint32_t, tries) F(int32_t, next) F(int64_t, ends)
#define sb_http_exchange_LIVE(F)               \
    F(struct sb_http_client *, client)         \
    F(const struct sb_http_request *, request) \
    F(struct sb_http_response *, response)     \
    F(struct sb_http_transfer *, transfer)     \
    F(struct sb_co_sleep, sleep)               \
    F(struct sb_error, error)
#define sb_http_exchange_POINTS(P) P(waiting) P(starting) P(transferring) P(leaving)
CO_FRAME(sb_http_exchange);
void sb_http_exchange_init(struct sb_http_exchange *x, struct sb_http_client *client,
                           const struct sb_http_request *request,
                           struct sb_http_response *response);

#endif
