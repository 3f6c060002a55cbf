/* Where a URL leads: scheme, host, port; which hosts are this machine. */
#include "core/net/http_private.h"

#include "core/net/libraries.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <strings.h>

static char *part(CURLU *u, CURLUPart which, unsigned flags)
{
    char *text = NULL;
    return curl_url_get(u, which, &text, flags) == CURLUE_OK ? text : NULL;
}

static int read_parts(CURLU *u, struct http_origin *o, struct sb_error *e)
{
    char *user = part(u, CURLUPART_USER, 0), *password = part(u, CURLUPART_PASSWORD, 0);
    bool secrets = user || password;
    curl_free(user);
    curl_free(password);
    if (secrets) {
        sb_fail(e, SB_EINPUT, "the URL holds a user name or a password");
        return sb_hint(e, "put them into a file that only this user can read, and name that file");
    }
    char *port = part(u, CURLUPART_PORT, CURLU_DEFAULT_PORT);
    o->scheme = part(u, CURLUPART_SCHEME, 0);
    o->host = part(u, CURLUPART_HOST, 0);
    o->port = (uint16_t)(port ? strtoul(port, NULL, 10) : 0);
    curl_free(port);
    if (!o->scheme || !o->host ||
        (strcmp(o->scheme, "http") != 0 && strcmp(o->scheme, "https") != 0))
        return sb_fail(e, SB_EINPUT, "the URL must begin with http:// or https:// and name a host");
    return 0;
}

int http_origin_read(const char *url, struct http_origin *ret, struct sb_error *e)
{
    struct http_origin o = {NULL, NULL, 0};
    int r = sb_curl_load(e);
    if (r < 0)
        return r;
    CURLU *u = curl_url();
    CURLUcode code = curl_url_set(u, CURLUPART_URL, url, CURLU_NON_SUPPORT_SCHEME);
    r = code == CURLUE_OK ? read_parts(u, &o, e)
                          : sb_fail(e, SB_EINPUT, "this is no URL: %s", curl_url_strerror(code));
    curl_url_cleanup(u);
    if (r < 0) {
        http_origin_done(&o);
        return r;
    }
    http_origin_done(ret);
    *ret = o;
    return 0;
}

int sb_http_url_check(const char *url, struct sb_error *e)
{
    struct http_origin o = {NULL, NULL, 0};
    int r = http_origin_read(url, &o, e);
    if (r == 0)
        http_origin_done(&o);
    return r;
}

void http_origin_done(struct http_origin *o)
{
    curl_free(o->scheme);
    curl_free(o->host);
    *o = (struct http_origin){NULL, NULL, 0};
}

bool http_origin_same(const struct http_origin *a, const struct http_origin *b)
{
    return a->port == b->port && strcmp(a->scheme, b->scheme) == 0 &&
           strcasecmp(a->host, b->host) == 0;
}

/* RFC 6761 (localhost and below it), 127.0.0.0/8 and ::1; host as in URLs, IPv6 in brackets. */
bool http_host_is_loopback(const char *host)
{
    struct sb_str h = sb_str(host);
    struct in_addr four;
    if (h.len && h.p[h.len - 1] == '.')
        h.len--;
    if (sb_str_eq_nocase(h, SB_STR("localhost")) ||
        (h.len > 10 &&
         sb_str_eq_nocase((struct sb_str){h.p + h.len - 10, 10}, SB_STR(".localhost"))))
        return true;
    if (inet_pton(AF_INET, host, &four) == 1)
        return ntohl(four.s_addr) >> 24 == 127;
    return strcmp(host, "[::1]") == 0;
}
