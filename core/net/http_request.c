/* One try's easy handle, made from the request. */
#include "core/net/http_private.h"

#include "core/base/mem.h"

#include <strings.h>

#define MAX_HEADERS 100
#define CONNECT_TIMEOUT (10 * SB_NS_PER_S)
#define TLS_SESSION_FORGOTTEN 60L /* s after which files of authorities are read again */

/* ---- is the request one? ---- */

static bool is_token(const char *s) /* RFC 9110, 5.6.2 */
{
    if (!*s)
        return false;
    for (; *s; s++)
        if ((unsigned char)*s <= ' ' || (unsigned char)*s >= 0x7f ||
            strchr("\"(),/:;<=>?@[\\]{}", *s))
            return false;
    return true;
}

static bool has_control(const char *s)
{
    for (; *s; s++)
        if (((unsigned char)*s < ' ' && *s != '\t') || *s == 0x7f)
            return true;
    return false;
}

static int check_header(const struct sb_http_header *h, struct sb_error *e)
{
    static const char *const own[] = {"Content-Length", "Transfer-Encoding", "Connection"};
    if (!is_token(h->name))
        return sb_fail(e, SB_EINPUT, "\"%s\" is no name of a header", h->name);
    if (has_control(h->value)) /* its value may be a secret */
        return sb_fail(e, SB_EINPUT, "the header %s holds a line end or a control character",
                       h->name);
    for (size_t i = 0; i < SB_LEN(own); i++)
        if (strcasecmp(h->name, own[i]) == 0)
            return sb_fail(e, SB_EINPUT, "the header %s is the client's own business", h->name);
    return 0;
}

int http_request_check(const struct sb_http_request *q, struct sb_error *e)
{
    if (q->method && !is_token(q->method))
        return sb_fail(e, SB_EINPUT, "\"%s\" is no HTTP method", q->method);
    if (q->content_type && has_control(q->content_type))
        return sb_fail(e, SB_EINPUT, "the content type holds a control character");
    if (q->header_count > MAX_HEADERS)
        return sb_fail(e, SB_ETOOBIG, "%zu headers, at most %d", q->header_count, MAX_HEADERS);
    if (q->bearer_file && q->basic_file)
        return sb_fail(e, SB_EUSAGE, "both a bearer token and a password are to be sent");
    if (q->unix_path && strlen(q->unix_path) > 107) /* sun_path, unix(7) */
        return sb_fail(e, SB_EINPUT, "the path of the socket is longer than 107 bytes");
    int r = 0;
    for (size_t i = 0; r == 0 && i < q->header_count; i++)
        r = check_header(&q->headers[i], e);
    return r;
}

/* ---- its parts ---- */

static bool is_credential(const char *name)
{
    static const char *const names[] = {"Authorization", "Cookie", "Proxy-Authorization"};
    for (size_t i = 0; i < SB_LEN(names); i++)
        if (strcasecmp(name, names[i]) == 0)
            return true;
    return false;
}

static void put_header(struct sb_http_transfer *t, const char *name, const char *value)
{
    struct sb_buf line = SB_BUF_INIT(SIZE_MAX / 2);
    if (*value)
        sb_buf_printf(&line, "%s: %s", name, value);
    else
        sb_buf_printf(&line, "%s;", name); /* libcurl's way to send it without a value */
    struct curl_slist *list = curl_slist_append(t->headers, line.data);
    if (!list)
        sb_out_of_memory();
    t->headers = list;
    sb_buf_done(&line);
}

/* "Name:" tells libcurl not to send what it would by itself. */
static void drop_header(struct sb_http_transfer *t, const char *line)
{
    struct curl_slist *list = curl_slist_append(t->headers, line);
    if (!list)
        sb_out_of_memory();
    t->headers = list;
}

static void set_headers(struct sb_http_transfer *t, bool body)
{
    const struct sb_http_request *q = t->x->request;
    bool typed = false, agent = false;
    for (size_t i = 0; i < q->header_count; i++) {
        const struct sb_http_header *h = &q->headers[i];
        bool type = strcasecmp(h->name, "Content-Type") == 0;
        if ((t->foreign && is_credential(h->name)) || (type && !body))
            continue;
        typed |= type;
        agent |= strcasecmp(h->name, "User-Agent") == 0;
        put_header(t, h->name, h->value);
    }
    drop_header(t, "Expect:");
    if (body && q->content_type && !typed)
        put_header(t, "Content-Type", q->content_type);
    else if (!typed)
        drop_header(t, "Content-Type:");
    if (!agent)
        put_header(t, "User-Agent", "srebox/" PACKAGE_VERSION);
    curl_easy_setopt(t->easy, CURLOPT_HTTPHEADER, t->headers);
}

static void set_method(struct sb_http_transfer *t)
{
    const struct sb_http_request *q = t->x->request;
    bool body = q->body.p && !t->bodyless;
    if (body) {
        curl_easy_setopt(t->easy, CURLOPT_POST, 1L);
        curl_easy_setopt(t->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)q->body.len);
        curl_easy_setopt(t->easy, CURLOPT_POSTFIELDS, q->body.p);
    } else if (strcmp(t->method, "POST") == 0 || strcmp(t->method, "PUT") == 0) {
        curl_easy_setopt(t->easy, CURLOPT_POST, 1L); /* says Content-Length: 0 */
        curl_easy_setopt(t->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)0);
        curl_easy_setopt(t->easy, CURLOPT_POSTFIELDS, "");
    } else if (strcmp(t->method, "HEAD") == 0) {
        curl_easy_setopt(t->easy, CURLOPT_NOBODY, 1L);
    }
    curl_easy_setopt(t->easy, CURLOPT_CUSTOMREQUEST, t->method);
    /* libcurl repeats a request by itself when a kept connection turns out to be closed. */
    if (!q->retry.safe && !http_method_is_idempotent(t->method))
        curl_easy_setopt(t->easy, CURLOPT_FRESH_CONNECT, 1L);
    set_headers(t, body);
}

/* Credentials are read anew each time: files of tokens are replaced while programs run. */
static int set_credentials(struct sb_http_transfer *t, struct sb_error *e)
{
    const struct sb_http_request *q = t->x->request;
    int r = 0;
    if (t->foreign || !(q->bearer_file || q->basic_file))
        return 0;
    if (q->bearer_file) {
        if ((r = sb_secret_read(q->bearer_file, "token file", &t->secret, e)) < 0)
            return r;
        curl_easy_setopt(t->easy, CURLOPT_HTTPAUTH, CURLAUTH_BEARER);
        curl_easy_setopt(t->easy, CURLOPT_XOAUTH2_BEARER, t->secret.p);
        return 0;
    }
    if ((r = sb_secret_read(q->basic_file, "password file", &t->secret, e)) < 0)
        return r;
    if (!strchr(t->secret.p, ':'))
        return sb_fail(e, SB_EINPUT, "password file %s does not read user:password", q->basic_file);
    curl_easy_setopt(t->easy, CURLOPT_HTTPAUTH, CURLAUTH_BASIC);
    curl_easy_setopt(t->easy, CURLOPT_USERPWD, t->secret.p);
    return 0;
}

static long milliseconds(int64_t ns)
{
    int64_t ms = (ns + 999999) / 1000000;
    return (long)SB_MAX(SB_MIN(ms, INT32_MAX), 1);
}

static void set_timeouts(struct sb_http_transfer *t, int64_t time_left)
{
    const struct sb_http_request *q = t->x->request;
    int64_t connect = q->connect_timeout > 0 ? q->connect_timeout : CONNECT_TIMEOUT;
    int64_t each = q->retry.each_timeout;
    curl_easy_setopt(t->easy, CURLOPT_CONNECTTIMEOUT_MS, milliseconds(connect));
    if (each > 0)
        time_left = SB_MIN(time_left, each);
    if (time_left < INT64_MAX)
        curl_easy_setopt(t->easy, CURLOPT_TIMEOUT_MS, milliseconds(time_left));
    if (q->idle_timeout > 0) {
        int64_t s = (q->idle_timeout + SB_NS_PER_S - 1) / SB_NS_PER_S;
        curl_easy_setopt(t->easy, CURLOPT_LOW_SPEED_LIMIT, 1L);
        curl_easy_setopt(t->easy, CURLOPT_LOW_SPEED_TIME, (long)SB_MIN(s, INT32_MAX));
    }
}

static void set_route(struct sb_http_transfer *t)
{
    const struct sb_http_request *q = t->x->request;
    if (q->unix_path)
        curl_easy_setopt(t->easy, CURLOPT_UNIX_SOCKET_PATH, q->unix_path);
    if (q->unix_path || (http_host_is_loopback(t->origin.host) && !q->proxy_loopback))
        curl_easy_setopt(t->easy, CURLOPT_PROXY, "");
    curl_easy_setopt(t->easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
}

static void set_basics(struct sb_http_transfer *t)
{
    curl_easy_setopt(t->easy, CURLOPT_PRIVATE, (void *)t);
    curl_easy_setopt(t->easy, CURLOPT_ERRORBUFFER, t->detail);
    curl_easy_setopt(t->easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(t->easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(t->easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(t->easy, CURLOPT_TCP_KEEPALIVE, 1L);
    /* Leaving does not wait for a name that is being looked up: its thread ends by itself. */
    curl_easy_setopt(t->easy, CURLOPT_QUICK_EXIT, 1L);
    curl_easy_setopt(t->easy, CURLOPT_CA_CACHE_TIMEOUT, TLS_SESSION_FORGOTTEN);
}

int http_transfer_open(struct sb_http_transfer *t, int64_t time_left, struct sb_error *e)
{
    const struct sb_http_response *response = t->x->response;
    int r = http_origin_read(response->url.data, &t->origin, e);
    if (r < 0)
        return r;
    t->easy = curl_easy_init();
    if (!t->easy)
        sb_out_of_memory();
    t->detail[0] = '\0';
    t->finished = t->refused = false;
    t->peer = (struct http_peer){.problem = 0};
    curl_easy_setopt(t->easy, CURLOPT_URL, response->url.data);
    set_basics(t);
    set_method(t);
    set_timeouts(t, time_left);
    set_route(t);
    http_transfer_listen(t);
    r = set_credentials(t, e);
    if (r == 0 && strcmp(t->origin.scheme, "https") == 0)
        r = http_tls_set(t, e);
    return r;
}

void http_transfer_close(struct sb_http_transfer *t)
{
    curl_easy_cleanup(t->easy);
    t->easy = NULL;
    curl_slist_free_all(t->headers);
    t->headers = NULL;
    sb_secret_done(&t->secret);
}
