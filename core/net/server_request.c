/* From bytes to a handler: libmicrohttpd's callbacks for one request.
 *
 * It calls sb_request_line when the request line is there, then sb_request_step once with the headers,
 * once for each piece of body, and once more when all is there. What is wrong is found with the headers.
 * A refusal is answered there and then, at the price of the connection, when what follows cannot be
 * trusted or is too much to swallow (RFC 9112, 6.3 and 9.6); otherwise when the request is over. */
#include "core/net/server_private.h"

#include "core/base/mem.h"

#include <stdlib.h>

enum {
    SWALLOW_MOST = 1 << 20, /* bytes of a refused body that are read so that the answer arrives */
};

/* What the headers say, as far as the server goes by it. */
struct heads {
    struct sb_str authorization, origin, host;
    uint64_t length; /* UINT64_MAX = not a number */
    unsigned lengths, encodings, hosts, authorizations;
    bool chunked, expects;
};

static struct sb_peer *peer_of(struct MHD_Connection *mhd)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return info->socket_context;
}

void *sb_request_line(void *ctx, const char *uri, struct MHD_Connection *mhd)
{
    struct sb_peer *p = peer_of(mhd);
    (void)ctx;
    size_t len = strlen(uri);
    if (p->line_size < 2 * len + 1) {
        free(p->line);
        p->line_size = SB_MAX(2 * len + 1, (size_t)256);
        p->line = sb_xmalloc(p->line_size);
    }
    memcpy(p->line, uri, len);
    p->line_len = len;
    p->scratch_len = 0;
    sb_peer_enter(p, SB_PHASE_RECEIVING);
    return p;
}

/* Room for decoded text behind the request line: never more than the line has. */
static char *scratch(struct sb_peer *p, size_t len)
{
    char *at = p->line + p->line_len + p->scratch_len;
    p->scratch_len += len;
    return at;
}

static uint64_t parse_length(struct sb_str s)
{
    uint64_t n = 0;
    if (!s.len || s.len > 18)
        return UINT64_MAX;
    for (size_t i = 0; i < s.len; i++) {
        if (s.p[i] < '0' || s.p[i] > '9')
            return UINT64_MAX;
        n = n * 10 + (uint64_t)(s.p[i] - '0');
    }
    return n;
}

static bool is_header(struct sb_str key, struct sb_str name)
{
    return key.len == name.len && sb_str_eq_nocase(key, name);
}

static enum MHD_Result note_header(void *ctx, enum MHD_ValueKind kind, const char *key,
                                   size_t key_len, const char *value, size_t value_len)
{
    struct heads *h = ctx;
    struct sb_str name = {key, key_len}, text = {value, value_len};
    (void)kind;
    if (is_header(name, SB_STR("host"))) {
        h->host = text;
        h->hosts++;
    } else if (is_header(name, SB_STR("content-length"))) {
        h->length = parse_length(text);
        h->lengths++;
    } else if (is_header(name, SB_STR("transfer-encoding"))) {
        h->chunked = sb_str_eq_nocase(text, SB_STR("chunked"));
        h->encodings++;
    } else if (is_header(name, SB_STR("authorization"))) {
        h->authorization = text;
        h->authorizations++;
    } else if (is_header(name, SB_STR("origin"))) {
        h->origin = text;
    } else if (is_header(name, SB_STR("expect"))) {
        h->expects = true;
    }
    return MHD_YES;
}

static unsigned method_of(const char *name)
{
    static const struct {
        const char *name;
        enum sb_method method;
    } methods[] = {{"GET", SB_GET}, {"POST", SB_POST},   {"HEAD", SB_HEAD},
                   {"PUT", SB_PUT}, {"PATCH", SB_PATCH}, {"DELETE", SB_DELETE}};
    for (size_t i = 0; i < SB_LEN(methods); i++)
        if (strcmp(name, methods[i].name) == 0)
            return methods[i].method;
    return 0;
}

/* Where the body begins and ends must be beyond doubt, or two parties could read two requests where
 * the sender meant one (RFC 9112, 6.1 and 6.3). */
static bool framing_is_sound(const struct heads *h, const char *version)
{
    if (h->hosts > 1 || h->lengths > 1 || h->encodings > 1 || h->authorizations > 1)
        return false;
    if (h->encodings)
        return h->chunked && !h->lengths && strcmp(version, "HTTP/1.1") == 0;
    return !h->lengths || h->length != UINT64_MAX;
}

/* A page of another site must not act in the name of whoever looks at it. */
static bool is_foreign(const struct heads *h, unsigned method)
{
    if (!h->origin.p || method == SB_GET || method == SB_HEAD)
        return false;
    for (size_t i = 0; i + 3 <= h->origin.len; i++)
        if (memcmp(h->origin.p + i, "://", 3) == 0)
            return !sb_str_eq_nocase((struct sb_str){h->origin.p + i + 3, h->origin.len - i - 3},
                                     h->host);
    return true;
}

static void decode_params(struct sb_peer *p, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        struct sb_str *param = &p->request.params[i];
        if (!memchr(param->p, '%', param->len))
            continue;
        char *out = scratch(p, param->len);
        *param = (struct sb_str){out, sb_percent_decode(*param, false, out)};
    }
}

/* Methods of all routes with this path; the route for `method` goes to p. */
static unsigned find_route(struct sb_peer *p, unsigned method)
{
    unsigned allowed = 0;
    const struct sb_server *s = p->server;
    for (size_t i = 0; i < s->routes.len; i++) {
        const struct sb_routing *r = &s->routes.items[i];
        if (!sb_pattern_match(&r->pattern, p->request.path, p->request.params))
            continue;
        unsigned methods = r->route.methods | (r->route.methods & SB_GET ? SB_HEAD : 0);
        allowed |= methods;
        if (methods & method) {
            p->route = r;
            decode_params(p, r->pattern.params);
            return allowed;
        }
    }
    return allowed;
}

static void allow_header(struct sb_request *r, unsigned methods)
{
    static const struct {
        enum sb_method method;
        const char *name;
    } names[] = {{SB_GET, "GET"}, {SB_HEAD, "HEAD"},   {SB_POST, "POST"},
                 {SB_PUT, "PUT"}, {SB_PATCH, "PATCH"}, {SB_DELETE, "DELETE"}};
    struct sb_buf b = SB_BUF_INIT(128);
    for (size_t i = 0; i < SB_LEN(names); i++)
        if (methods & names[i].method)
            sb_buf_printf(&b, "%s, ", names[i].name);
    sb_buf_puts(&b, "OPTIONS");
    sb_reply_header(r, "Allow", b.data);
    sb_buf_done(&b);
}

/* Counts a request without a right token; the status to refuse it with. */
static int refuse_token(struct sb_peer *p)
{
    struct sb_server *s = p->server;
    s->stats.bad_tokens++;
    sb_reply_header(&p->request, "WWW-Authenticate", "Bearer realm=\"srebox\"");
    uint32_t wait_s =
        sb_throttle_fail(s->throttle, sb_sockaddr_key(&p->address), sb_loop_now(s->loop));
    if (!wait_s)
        return MHD_HTTP_UNAUTHORIZED;
    char text[16];
    snprintf(text, sizeof text, "%u", wait_s);
    sb_reply_header(&p->request, "Retry-After", text);
    return MHD_HTTP_TOO_MANY_REQUESTS;
}

/* The status to refuse with, or 0. */
static int check_token(struct sb_peer *p, const struct heads *h)
{
    struct sb_str token;
    if (!p->server->tokens)
        return 0;
    if (h->authorization.p && sb_token_of_header(h->authorization, &token))
        p->request.token = sb_tokens_find(p->server->tokens, token);
    if (p->request.token || p->route->route.flags & SB_ROUTE_PUBLIC)
        return 0;
    return refuse_token(p);
}

static int check_route(struct sb_peer *p, const struct heads *h, const char *name)
{
    struct sb_target target;
    bool asks_options = strcmp(name, "OPTIONS") == 0;
    unsigned method = method_of(name);
    if (!sb_target_split((struct sb_str){p->line, p->line_len}, &target))
        return MHD_HTTP_BAD_REQUEST;
    p->request.path = target.path;
    p->request.query = target.query;
    unsigned allowed = find_route(p, method);
    if (asks_options && sb_str_is(target.path, "*"))
        allowed = SB_GET | SB_HEAD | SB_POST | SB_PUT | SB_PATCH | SB_DELETE;
    if (!allowed)
        return MHD_HTTP_NOT_FOUND;
    if (!p->route) {
        if (!method && !asks_options)
            return MHD_HTTP_NOT_IMPLEMENTED;
        allow_header(&p->request, allowed);
        return asks_options ? MHD_HTTP_NO_CONTENT : MHD_HTTP_METHOD_NOT_ALLOWED;
    }
    p->request.method = method == SB_HEAD && p->route->route.methods & SB_GET ? SB_GET : method;
    bool foreign = !(p->route->route.flags & SB_ROUTE_PUBLIC) && is_foreign(h, method);
    if (foreign || !sb_peer_is_vouched_for(p))
        return MHD_HTTP_FORBIDDEN;
    return check_token(p, h);
}

static const char *refusal_text(int status)
{
    switch (status) {
    case MHD_HTTP_BAD_REQUEST: return "this request cannot be read safely";
    case MHD_HTTP_UNAUTHORIZED: return "this needs a token: Authorization: Bearer TOKEN";
    case MHD_HTTP_FORBIDDEN:
        return "refused: from a page of another site, or without a certificate";
    case MHD_HTTP_NOT_FOUND: return "there is nothing at this path";
    case MHD_HTTP_METHOD_NOT_ALLOWED: return "not with this method";
    case MHD_HTTP_CONTENT_TOO_LARGE: return "the body is too large";
    case MHD_HTTP_TOO_MANY_REQUESTS: return "too many wrong tokens from this address";
    case MHD_HTTP_NOT_IMPLEMENTED: return "this method is not known here";
    default: return "refused";
    }
}

static void answer_refusal(struct sb_peer *p)
{
    if (p->refuse == MHD_HTTP_NO_CONTENT)
        sb_reply(&p->request, p->refuse, NULL, SB_STR(""));
    else
        sb_reply_error(&p->request, p->refuse, "%s", refusal_text(p->refuse));
}

/* With the headers: decides whether there will be a handler, and how much body to read. */
static void begin(struct sb_peer *p, const char *method, const char *version)
{
    struct heads h = {.lengths = 0};
    p->begun = true;
    p->head = strcmp(method, "HEAD") == 0;
    MHD_get_connection_values_n(p->mhd, MHD_HEADER_KIND, note_header, &h);
    bool sound = framing_is_sound(&h, version);
    p->refuse = sound ? check_route(p, &h, method) : MHD_HTTP_BAD_REQUEST;
    if (p->route) {
        size_t own = p->route->route.body_max;
        p->body_cap = own ? own : p->server->opts.body_max;
        p->body.max = p->body_cap;
    }
    bool cut = p->route && p->route->route.flags & SB_ROUTE_CUT_BODY;
    if (!p->refuse && h.lengths && h.length > p->body_cap && !cut)
        p->refuse = MHD_HTTP_CONTENT_TOO_LARGE;
    uint64_t room = p->refuse ? 0 : p->body_cap;
    bool endless = h.lengths && h.length > room + SWALLOW_MOST;
    if (endless && !p->refuse)
        p->refuse = MHD_HTTP_CONTENT_TOO_LARGE;
    if (!sound || endless || (p->refuse && h.expects))
        answer_refusal(p);
}

static enum MHD_Result add_body(struct sb_peer *p, const char *data, size_t len)
{
    size_t room = p->refuse ? 0 : p->body_cap - p->body.len;
    size_t kept = SB_MIN(len, room);
    if (kept)
        sb_buf_put(&p->body, data, kept);
    if (kept == len)
        return MHD_YES;
    p->swallowed += len - kept;
    if (!p->refuse && p->route->route.flags & SB_ROUTE_CUT_BODY)
        p->request.body_cut = true;
    else if (!p->refuse)
        p->refuse = MHD_HTTP_CONTENT_TOO_LARGE;
    return p->swallowed > SWALLOW_MOST ? MHD_NO : MHD_YES;
}

static enum MHD_Result finish(struct sb_peer *p)
{
    struct sb_request *r = &p->request;
    p->server->stats.requests++;
    if (p->refuse) {
        answer_refusal(p);
        return MHD_YES;
    }
    r->at = sb_loop_now(p->server->loop);
    r->body = p->body.len ? (struct sb_str){p->body.data, p->body.len} : SB_STR("");
    int rc = p->route->route.handle(r, p->route->ctx);
    if (!r->answered)
        sb_reply_error(r, MHD_HTTP_INTERNAL_SERVER_ERROR, "%s",
                       rc < 0 ? sb_err_text((enum sb_err) - rc) : "nobody answered");
    return MHD_YES;
}

enum MHD_Result sb_request_step(void *ctx, struct MHD_Connection *mhd, const char *url,
                                const char *method, const char *version, const char *data,
                                size_t *len, void **slot)
{
    struct sb_peer *p = *slot;
    (void)ctx;
    (void)mhd;
    (void)url;
    if (p->answer) { /* resumed: the answer of a struct sb_later */
        struct MHD_Response *answer = sb_steal(&p->answer);
        sb_reply_send(p, p->status, answer);
        return MHD_YES;
    }
    if (!p->begun) {
        begin(p, method, version);
        return MHD_YES;
    }
    if (!*len)
        return finish(p);
    size_t got = *len;
    *len = 0;
    return add_body(p, data, got);
}

void sb_request_completed(void *ctx, struct MHD_Connection *mhd, void **slot,
                          enum MHD_RequestTerminationCode why)
{
    struct sb_peer *p = *slot;
    (void)ctx;
    (void)mhd;
    (void)why;
    if (!p)
        return;
    sb_request_reset(p);
    sb_peer_enter(p, SB_PHASE_IDLE);
    if (p->server->stopping)
        sb_peer_kill(p);
    *slot = NULL;
}

/* ---- what handlers ask ---- */

struct wanted {
    struct sb_str name, found;
};

static enum MHD_Result match_header(void *ctx, enum MHD_ValueKind kind, const char *key,
                                    size_t key_len, const char *value, size_t value_len)
{
    struct wanted *w = ctx;
    (void)kind;
    if (!is_header((struct sb_str){key, key_len}, w->name))
        return MHD_YES;
    w->found = (struct sb_str){value, value_len};
    return MHD_NO;
}

struct sb_str sb_request_header(const struct sb_request *r, const char *name)
{
    const struct sb_peer *p = (const struct sb_peer *)(const void *)r;
    struct wanted w = {.name = sb_str(name)};
    MHD_get_connection_values_n(p->mhd, MHD_HEADER_KIND, match_header, &w);
    return w.found;
}

bool sb_request_query(struct sb_request *r, const char *name, struct sb_str *ret_value)
{
    struct sb_peer *p = sb_peer_of(r);
    if (!p->query_read) {
        p->n_pairs = sb_query_parse(r->query, scratch(p, r->query.len), p->pairs);
        p->query_read = true;
    }
    for (size_t i = 0; i < p->n_pairs; i++) {
        if (sb_str_is(p->pairs[i].name, name)) {
            *ret_value = p->pairs[i].value;
            return true;
        }
    }
    return false;
}

bool sb_request_is_open(const struct sb_request *r)
{
    return !((const struct sb_peer *)(const void *)r)->server->tokens;
}

bool sb_request_authorized(struct sb_request *r)
{
    struct sb_peer *p = sb_peer_of(r);
    if (!p->server->tokens || r->token)
        return true;
    p->refuse = refuse_token(p);
    answer_refusal(p);
    return false;
}

void sb_request_peer(const struct sb_request *r, struct sb_buf *b)
{
    char text[SB_SOCKADDR_TEXT];
    sb_sockaddr_text(&((const struct sb_peer *)(const void *)r)->address, text);
    sb_buf_puts(b, text);
}
