/* From an answer to bytes: responses of libmicrohttpd, made once where they are always the same. */
#include "core/net/server_private.h"

#include "core/base/mem.h"
#include "core/base/utf8.h"

#include <stdarg.h>
#include <stdlib.h>

enum { HEADER_MOST = 4096, ERROR_MOST = 1024 };

static const char page_policy[] =
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' "
    "data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

void sb_reply_lines_free(struct sb_peer *p)
{
    while (p->lines) {
        struct sb_reply_line *line = p->lines;
        p->lines = line->next;
        free(line);
    }
}

void sb_reply_header(struct sb_request *r, const char *name, const char *value)
{
    struct sb_peer *p = sb_peer_of(r);
    size_t name_len = strlen(name), value_len = strnlen(value, HEADER_MOST);
    struct sb_reply_line *line = sb_xcalloc(1, sizeof *line + name_len + value_len + 2);
    memcpy(line->name, name, name_len);
    line->value = line->name + name_len + 1;
    for (size_t i = 0; i < value_len; i++) {
        unsigned char c = (unsigned char)value[i];
        line->value[i] = c < ' ' || c == 127 ? ' ' : (char)c;
    }
    line->next = p->lines;
    p->lines = line;
}

static bool is_page(const char *type)
{
    return type && strncmp(type, "text/html", sizeof "text/html" - 1) == 0;
}

struct MHD_Response *sb_reply_dress(struct sb_peer *p, struct MHD_Response *response,
                                    const char *type)
{
    for (const struct sb_reply_line *line = p->lines; line; line = line->next)
        MHD_add_response_header(response, line->name, line->value);
    if (p->server->stopping)
        MHD_add_response_header(response, MHD_HTTP_HEADER_CONNECTION, "close");
    if (!type)
        return response;
    MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, type);
    MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");
    if (!MHD_get_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL))
        MHD_add_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
    if (!is_page(type))
        return response;
    MHD_add_response_header(response, "X-Frame-Options", "DENY");
    MHD_add_response_header(response, "Referrer-Policy", "no-referrer");
    if (!MHD_get_response_header(response, "Content-Security-Policy"))
        MHD_add_response_header(response, "Content-Security-Policy", page_policy);
    return response;
}

void sb_reply_send(struct sb_peer *p, int status, struct MHD_Response *response)
{
    p->request.answered = true;
    if (p->phase == SB_PHASE_HELD) {
        p->answer = response;
        p->status = status;
        if (p->later)
            p->later->request = NULL;
        p->later = NULL;
        sb_peer_enter(p, SB_PHASE_REPLYING);
        MHD_resume_connection(p->mhd);
        sb_server_turn(p->server);
        return;
    }
    sb_peer_enter(p, SB_PHASE_REPLYING);
    MHD_queue_response(p->mhd, (unsigned)status, response);
    MHD_destroy_response(response);
}

/* ---- the cache ---- */

static bool fits_cache(const struct sb_peer *p, const char *type, struct sb_str body)
{
    return !p->lines && !p->server->stopping && body.len <= sizeof p->server->cache->body &&
           (!type || strlen(type) < sizeof p->server->cache->type);
}

static struct MHD_Response *cached(struct sb_peer *p, const char *type, struct sb_str body)
{
    struct sb_server *s = p->server;
    const char *name = type ? type : "";
    for (size_t i = 0; i < SB_REPLY_CACHE && s->cache[i].response; i++) {
        const struct sb_cached_reply *c = &s->cache[i];
        if (c->len == body.len && memcmp(c->body, body.p, body.len) == 0 && !strcmp(c->type, name))
            return c->response;
    }
    struct sb_cached_reply *slot = &s->cache[s->cache_next++ % SB_REPLY_CACHE];
    if (slot->response)
        MHD_destroy_response(slot->response);
    memcpy(slot->body, body.p, body.len);
    slot->len = (uint8_t)body.len;
    memcpy(slot->type, name, strlen(name) + 1);
    slot->response = sb_reply_dress(
        p, MHD_create_response_from_buffer(body.len, slot->body, MHD_RESPMEM_MUST_COPY), type);
    return slot->response;
}

void sb_reply_cache_done(struct sb_server *s)
{
    for (size_t i = 0; i < SB_REPLY_CACHE; i++)
        if (s->cache[i].response)
            MHD_destroy_response(s->cache[i].response);
}

/* ---- the interface ---- */

void sb_reply_take(struct sb_request *r, int status, const char *type, char *body, size_t len)
{
    struct sb_peer *p = sb_peer_of(r);
    struct MHD_Response *response =
        MHD_create_response_from_buffer_with_free_callback(len, body, free);
    sb_reply_send(p, status, sb_reply_dress(p, response, type));
}

void sb_reply(struct sb_request *r, int status, const char *type, struct sb_str body)
{
    struct sb_peer *p = sb_peer_of(r);
    if (!fits_cache(p, type, body) || p->phase == SB_PHASE_HELD) {
        sb_reply_take(r, status, type, sb_xmemdup0(body.p, body.len), body.len);
        return;
    }
    r->answered = true;
    sb_peer_enter(p, SB_PHASE_REPLYING);
    MHD_queue_response(p->mhd, (unsigned)status, cached(p, type, body));
}

void sb_reply_error(struct sb_request *r, int status, const char *fmt, ...)
{
    struct sb_buf text = SB_BUF_INIT(ERROR_MOST), json = SB_BUF_INIT(8 * ERROR_MOST);
    va_list ap;
    va_start(ap, fmt);
    sb_buf_vprintf(&text, fmt, ap);
    va_end(ap);
    sb_buf_puts(&json, "{\"error\":");
    sb_escape_json(&json, text.len ? (struct sb_str){text.data, text.len} : SB_STR("refused"));
    sb_buf_puts(&json, "}\n");
    sb_reply(r, status, "application/json", (struct sb_str){json.data, json.len});
    sb_buf_done(&text);
    sb_buf_done(&json);
}

void sb_reply_later(struct sb_request *r, struct sb_later *later)
{
    struct sb_peer *p = sb_peer_of(r);
    r->answered = true;
    later->request = r;
    p->later = later;
    sb_peer_enter(p, SB_PHASE_HELD);
    MHD_suspend_connection(p->mhd);
}

void sb_later_drop(struct sb_later *later)
{
    if (later->request)
        sb_reply_error(later->request, MHD_HTTP_SERVICE_UNAVAILABLE, "this was given up");
}
