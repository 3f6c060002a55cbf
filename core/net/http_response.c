/* What comes back: headers and body, under their caps. */
#include "core/net/http_private.h"

#include "core/base/mem.h"

#define HEADER_CAP ((size_t)64 << 10)
#define BODY_CAP ((size_t)16 << 20)
#define URL_CAP ((size_t)64 << 10)

static size_t header_cap(const struct sb_http_request *q)
{
    return q->header_cap ? q->header_cap : HEADER_CAP;
}

static size_t body_cap(const struct sb_http_request *q)
{
    return q->body_cap ? q->body_cap : BODY_CAP;
}

void sb_http_response_done(struct sb_http_response *r)
{
    sb_buf_done(&r->head);
    sb_buf_done(&r->body);
    sb_buf_done(&r->url);
    *r = (struct sb_http_response){.status = 0};
}

void http_response_reset(struct sb_http_response *r, const struct sb_http_request *q)
{
    sb_buf_reset(&r->head);
    sb_buf_reset(&r->body);
    r->head.max = header_cap(q);
    r->body.max = body_cap(q);
    r->url.max = URL_CAP;
    r->status = 0;
    r->connected = r->secured = r->first_byte = r->total = 0;
    r->reused = false;
}

/* ---- looking headers up ---- */

static struct sb_str trim(struct sb_str s)
{
    while (s.len && (s.p[0] == ' ' || s.p[0] == '\t'))
        s.p++, s.len--;
    while (s.len && (s.p[s.len - 1] == ' ' || s.p[s.len - 1] == '\t' || s.p[s.len - 1] == '\r'))
        s.len--;
    return s;
}

/* The line's value if it has that name; p NULL otherwise. */
static struct sb_str value_of(struct sb_str line, struct sb_str name)
{
    struct sb_str none = {NULL, 0};
    if (line.len <= name.len || line.p[name.len] != ':' ||
        !sb_str_eq_nocase((struct sb_str){line.p, name.len}, name))
        return none;
    return trim((struct sb_str){line.p + name.len + 1, line.len - name.len - 1});
}

struct sb_str sb_http_response_header(const struct sb_http_response *r, const char *name,
                                      size_t nth)
{
    struct sb_str wanted = sb_str(name);
    for (size_t at = 0; at < r->head.len;) {
        const char *p = r->head.data + at;
        const char *end = memchr(p, '\n', r->head.len - at);
        size_t len = end ? (size_t)(end - p) : r->head.len - at;
        struct sb_str value = value_of((struct sb_str){p, len}, wanted);
        if (value.p && nth-- == 0)
            return value;
        at += len + 1;
    }
    return (struct sb_str){NULL, 0};
}

/* ---- headers as they come ---- */

/* A callback's way to end the transfer; x->error is filled. */
static size_t refuse(struct sb_http_transfer *t)
{
    t->refused = true;
    return 0;
}

static int where(const struct sb_http_transfer *t)
{
    return sb_wrap(&t->x->error, "%s://%s:%u", t->origin.scheme, t->origin.host,
                   (unsigned)t->origin.port);
}

/* RFC 9112, 6.3: a list of equal lengths is one length; anything else leaves open where the answer
 * ends. */
static bool read_length(struct sb_http_transfer *t, struct sb_str value)
{
    int64_t length = 0;
    if (value.len == 0 || value.len > 18)
        return false;
    for (size_t i = 0; i < value.len; i++) {
        if (value.p[i] < '0' || value.p[i] > '9')
            return false;
        length = length * 10 + (value.p[i] - '0');
    }
    if (t->length >= 0 && t->length != length)
        return false;
    t->length = length;
    return true;
}

/* What the headers say of the body; at their end. */
static bool head_is_sound(struct sb_http_transfer *t)
{
    const struct sb_http_request *q = t->x->request;
    struct sb_error *e = &t->x->error;
    long status = 0;
    curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status);
    if (status < 200)
        return true; /* 1xx: the answer is yet to come */
    t->head_complete = true;
    if (t->chunked && t->length >= 0) {
        sb_fail(e, SB_EINPUT, "the answer has both a length and chunks (RFC 9112, 6.3)");
        where(t);
        return false;
    }
    bool to_sink = q->sink && status < 300;
    bool has_body = strcmp(t->method, "HEAD") != 0 && status != 204 && status != 304;
    if (!to_sink && has_body && t->length > 0 && (uint64_t)t->length > body_cap(q)) {
        sb_fail(e, SB_ETOOBIG, "the answer's body has %lld bytes, at most %zu are read",
                (long long)t->length, body_cap(q));
        where(t);
        return false;
    }
    return true;
}

static void begin_head(struct sb_http_transfer *t)
{
    sb_buf_reset(&t->x->response->head);
    t->chunked = false;
    t->length = -1;
}

/* One line without its end, not empty. False: the transfer ends. */
static bool take_header(struct sb_http_transfer *t, struct sb_str line)
{
    struct sb_buf *head = &t->x->response->head;
    if (sb_str_starts(line, SB_STR("HTTP/"))) {
        begin_head(t);
        return true;
    }
    struct sb_str length = value_of(line, SB_STR("Content-Length"));
    if (length.p && !read_length(t, length)) {
        sb_fail(&t->x->error, SB_EINPUT, "the answer's Content-Length is no length, or two");
        where(t);
        return false;
    }
    t->chunked |= value_of(line, SB_STR("Transfer-Encoding")).p != NULL;
    if ((line.p[0] == ' ' || line.p[0] == '\t') && head->len)
        head->len--; /* RFC 9112, 5.2: a folded line goes on */
    sb_buf_put(head, line.p, line.len);
    sb_buf_putc(head, '\n');
    return true;
}

static size_t on_header(char *p, size_t size, size_t n, void *ctx)
{
    struct sb_http_transfer *t = ctx;
    size_t all = size * n;
    if (t->leaving)
        return 0;
    t->head_bytes += all;
    if (t->head_bytes > header_cap(t->x->request)) {
        sb_fail(&t->x->error, SB_ETOOBIG, "the answer's header is longer than %zu bytes",
                header_cap(t->x->request));
        where(t);
        return refuse(t);
    }
    if (t->head_complete)
        return all; /* trailers: counted, not kept */
    struct sb_str line = trim((struct sb_str){p, all && p[all - 1] == '\n' ? all - 1 : all});
    line = (struct sb_str){p, (size_t)(line.p + line.len - p)}; /* what leads stays: folding */
    bool sound = trim(line).len ? take_header(t, line) : head_is_sound(t);
    return sound ? all : refuse(t);
}

/* ---- the body as it comes ---- */

static size_t on_body(char *p, size_t size, size_t n, void *ctx)
{
    struct sb_http_transfer *t = ctx;
    const struct sb_http_request *q = t->x->request;
    struct sb_error *e = &t->x->error;
    size_t all = size * n;
    long status = 0;
    if (t->leaving)
        return 0;
    curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status);
    if (q->sink && status >= 200 && status < 300) {
        t->streamed = true;
        return q->sink(q->sink_ctx, (struct sb_str){p, all}, e) < 0 ? refuse(t) : all;
    }
    sb_buf_put(&t->x->response->body, p, all);
    if (t->x->response->body.failed) {
        sb_fail(e, SB_ETOOBIG, "the answer's body is longer than %zu bytes", body_cap(q));
        where(t);
        return refuse(t);
    }
    return all;
}

void http_transfer_listen(struct sb_http_transfer *t)
{
    t->head_bytes = 0;
    t->head_complete = false;
    begin_head(t);
    curl_easy_setopt(t->easy, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(t->easy, CURLOPT_HEADERDATA, t);
    curl_easy_setopt(t->easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(t->easy, CURLOPT_WRITEDATA, t);
}
