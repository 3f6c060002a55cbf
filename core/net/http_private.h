/* What the files of the HTTP client share. Nobody else includes this.
 *
 * A transfer is what an exchange holds of libcurl: one easy handle a try, and what has been seen of the
 * answer so far. libcurl may not be called from its own callbacks: while `inside` is set, exchanges
 * that start or leave wait in `line` until it has returned. */
#ifndef SB_NET_HTTP_PRIVATE_H
#define SB_NET_HTTP_PRIVATE_H

#include "core/net/http.h"
#include "core/net/secret.h"

#include <curl/curl.h>
#include <uv.h>

struct http_line { /* doubly linked, of those who wait for libcurl to return */
    struct http_line *next, *prev;
    struct sb_co *co; /* NULL = not in the line */
};

struct sb_http_client {
    struct sb_loop *loop;
    CURLM *multi;
    uv_timer_t timer;
    struct http_line line; /* head of the ring */
    bool inside;
};

/* A certificate as the handshake showed it: the one that was found wrong, or the server's own. */
struct http_peer {
    int problem; /* X509_V_ERR_..., 0 = none */
    int depth;   /* 0 = the server's own */
    int64_t not_before, not_after;
    char names[200], subject[120], issuer[120];
};

struct http_origin {
    char *scheme, *host; /* of curl_url_get */
    uint16_t port;
};

struct sb_http_transfer {
    struct sb_http_exchange *x;
    CURL *easy;
    struct curl_slist *headers;
    struct sb_secret secret;
    struct http_origin origin; /* of the current URL */
    struct http_line line;
    struct http_peer peer;
    char detail[CURL_ERROR_SIZE];
    const char *method; /* of the current URL: a redirect can change it */
    int64_t began;
    CURLcode result;
    bool added, finished, leaving;
    bool foreign; /* a redirect left the first origin: no credentials any more */
    bool bodyless;
    bool refused;  /* by a callback, x->error says why */
    bool streamed; /* the sink got bytes */

    size_t head_bytes;
    bool head_complete, chunked;
    int64_t length; /* Content-Length; -1 = none */
};

/* http_client.c */
void http_client_add(struct sb_http_client *c, struct sb_http_transfer *t);
void http_client_remove(struct sb_http_client *c, struct sb_http_transfer *t);
void http_client_queue(struct sb_http_client *c, struct http_line *line, struct sb_co *co);
void http_line_leave(struct http_line *line);

/* http_url.c */
/* Parses and judges the URL; fills the origin. */
int http_origin_read(const char *url, struct http_origin *ret, struct sb_error *e);
void http_origin_done(struct http_origin *o);
bool http_origin_same(const struct http_origin *a, const struct http_origin *b);
bool http_host_is_loopback(const char *host);

/* http_request.c: one try's easy handle */
int http_request_check(const struct sb_http_request *q, struct sb_error *e);
int http_transfer_open(struct sb_http_transfer *t, int64_t time_left, struct sb_error *e);
void http_transfer_close(struct sb_http_transfer *t);

/* http_response.c: what comes back */
void http_response_reset(struct sb_http_response *r, const struct sb_http_request *q);
void http_transfer_listen(struct sb_http_transfer *t); /* sets libcurl's callbacks */

/* http_tls.c */
int http_tls_set(struct sb_http_transfer *t, struct sb_error *e);
int http_tls_explain(const struct sb_http_transfer *t, struct sb_error *e);

/* http_error.c: says why the try failed */
int http_explain(struct sb_http_transfer *t, struct sb_error *e);

/* http_retry.c */
bool http_method_is_idempotent(const char *method);
bool http_result_is_passing(CURLcode result);
bool http_status_is_passing(int status);
/* ns before the next try, after `tried` tries. retry_after.p NULL: the answer had none. `dice`: any
 * random number. now: ns since the epoch. */
int64_t http_retry_delay(const struct sb_http_retry *policy, uint32_t tried,
                         struct sb_str retry_after, int64_t now, uint64_t dice);

#endif
