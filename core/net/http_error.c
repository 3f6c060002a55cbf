/* Why a try failed, in words for people: who, what, and what to do. */
#include "core/net/http_private.h"

#include "core/base/time.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* As libcurl's own texts have it: an IPv6 address without brackets. */
static const char *bare_host(const struct sb_http_transfer *t, char *text, size_t size)
{
    const char *host = t->origin.host;
    size_t len = strlen(host);
    bool bracketed = len > 2 && host[0] == '[';
    snprintf(text, size, "%.*s", (int)SB_MIN(bracketed ? len - 2 : len, size), host + bracketed);
    return text;
}

/* "connect to HOST port N refused", or ": why"; "connect to /the/socket ...". */
static int explain_connect(const struct sb_http_transfer *t, struct sb_error *e)
{
    const char *unix_path = t->x->request->unix_path;
    char host[256];
    long code = 0;
    curl_easy_getinfo(t->easy, CURLINFO_OS_ERRNO, &code);
    if (unix_path)
        sb_fail(e, SB_EIO, "connect to %s", unix_path);
    else
        sb_fail(e, SB_EIO, "connect to %s port %u", t->origin.host, (unsigned)t->origin.port);
    size_t len = strlen(e->text);
    if (!unix_path && t->detail[0] && !strcasestr(t->detail, bare_host(t, host, sizeof host))) {
        snprintf(e->text + len, sizeof e->text - len, " through a proxy: %s", t->detail);
        return sb_hint(e, "the proxy comes from http_proxy, https_proxy or all_proxy; no_proxy "
                          "names hosts that need none");
    }
    if (code == ECONNREFUSED) {
        snprintf(e->text + len, sizeof e->text - len, " refused");
        return sb_hint(e, "is the server running, and does it listen there?");
    }
    snprintf(e->text + len, sizeof e->text - len, ": %s", code ? strerror((int)code) : "failed");
    return sb_negative(SB_EIO);
}

static int explain_timeout(const struct sb_http_transfer *t, struct sb_error *e)
{
    const struct sb_http_response *r = t->x->response;
    struct sb_buf took = SB_BUF_INIT(64);
    sb_duration_print(&took, (r->total + 500000) / 1000000 * 1000000);
    const char *host = t->origin.host;
    unsigned port = t->origin.port;
    if (!r->connected)
        sb_fail(e, SB_EIO, "connect to %s port %u: no answer within %s", host, port, took.data);
    else if (!r->first_byte)
        sb_fail(e, SB_EIO, "%s port %u did not answer the request within %s", host, port,
                took.data);
    else
        sb_fail(e, SB_EIO, "%s port %u had not finished its answer after %s (%zu bytes of body)",
                host, port, took.data, r->body.len);
    sb_buf_done(&took);
    return sb_negative(SB_EIO);
}

static int explain_lost(const struct sb_http_transfer *t, struct sb_error *e)
{
    const char *host = t->origin.host;
    unsigned port = t->origin.port;
    long proxy_status = 0;
    curl_easy_getinfo(t->easy, CURLINFO_HTTP_CONNECTCODE, &proxy_status);
    if (proxy_status >= 300)
        return sb_fail(e, SB_EIO, "the proxy does not connect to %s port %u: it answered %ld", host,
                       port, proxy_status);
    if (t->head_bytes)
        sb_fail(e, SB_EIO, "%s port %u closed the connection in the middle of its answer", host,
                port);
    else
        sb_fail(e, SB_EIO, "%s port %u closed the connection without an answer", host, port);
    if (t->result == CURLE_RECV_ERROR && strstr(t->detail, "alert"))
        return sb_hint(e, "it may want a client certificate: %s", t->detail);
    return sb_negative(SB_EIO);
}

static int explain_handshake(const struct sb_http_transfer *t, struct sb_error *e)
{
    sb_fail(e, SB_EIO, "TLS with %s port %u failed: %s", t->origin.host, (unsigned)t->origin.port,
            t->detail[0] ? t->detail : curl_easy_strerror(t->result));
    if (strstr(t->detail, "wrong version number") || strstr(t->detail, "packet length too long"))
        return sb_hint(e, "does it speak http:// on that port?");
    if (strstr(t->detail, "alert"))
        return sb_hint(e, "the other side refused: it may want another client certificate");
    return sb_negative(SB_EIO);
}

static int explain_name(const struct sb_http_transfer *t, struct sb_error *e)
{
    sb_fail(e, SB_EIO, "no address for %s", t->origin.host);
    return sb_hint(e, "check its spelling, and /etc/resolv.conf");
}

static int explain_other(const struct sb_http_transfer *t, struct sb_error *e)
{
    return sb_fail(e, SB_EIO, "%s port %u: %s", t->origin.host, (unsigned)t->origin.port,
                   t->detail[0] ? t->detail : curl_easy_strerror(t->result));
}

int http_explain(struct sb_http_transfer *t, struct sb_error *e)
{
    const char *host = t->origin.host;
    unsigned port = t->origin.port;
    switch (t->result) {
    case CURLE_COULDNT_RESOLVE_HOST: return explain_name(t, e);
    case CURLE_COULDNT_RESOLVE_PROXY:
        sb_fail(e, SB_EIO, "no address for the proxy on the way to %s", host);
        return sb_hint(e, "the proxy comes from http_proxy, https_proxy or all_proxy");
    case CURLE_COULDNT_CONNECT: return explain_connect(t, e);
    case CURLE_OPERATION_TIMEDOUT: return explain_timeout(t, e);
    case CURLE_GOT_NOTHING:
    case CURLE_PARTIAL_FILE:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR: return explain_lost(t, e);
    case CURLE_PEER_FAILED_VERIFICATION: return http_tls_explain(t, e);
    case CURLE_SSL_CONNECT_ERROR: return explain_handshake(t, e);
    case CURLE_SSL_PINNEDPUBKEYNOTMATCH:
        return sb_fail(e, SB_EIO, "%s port %u has another key than the pinned one", host, port);
    case CURLE_SSL_CACERT_BADFILE:
        return sb_fail(e, SB_EINPUT, "authorities for %s: %s", host,
                       t->detail[0] ? t->detail : "none could be read");
    case CURLE_SSL_CERTPROBLEM:
        return sb_fail(e, SB_EINPUT, "client certificate for %s: %s", host, t->detail);
    case CURLE_UNSUPPORTED_PROTOCOL: /* HTTP/0.9: whatever came was no status line */
    case CURLE_WEIRD_SERVER_REPLY:
        return sb_fail(e, SB_EINPUT, "what %s port %u answers is not HTTP", host, port);
    default: return explain_other(t, e);
    }
}
