/* An exchange: tries, redirects, waits between tries. */
#include "core/net/http_private.h"

#include "core/base/mem.h"
#include "core/base/rand.h"
#include "core/base/time.h"
#include "core/co/loop.h"

#define TIMEOUT (60 * SB_NS_PER_S)
#define MAX_REDIRECTS 5

CO_DESC(sb_http_exchange);

/* What follows a try. */
enum next {
    NEXT_DONE, /* there is an answer */
    NEXT_FAIL,
    NEXT_RETRY, /* after x->sleep */
    NEXT_FOLLOW /* the URL is new */
};

static int begin(struct sb_http_exchange *x)
{
    const struct sb_http_request *q = x->request;
    int r = http_request_check(q, &x->error);
    if (r < 0)
        return r;
    int64_t timeout = q->timeout ? q->timeout : TIMEOUT;
    x->ends = timeout < 0 ? INT64_MAX : sb_loop_now(x->client->loop) + timeout;
    x->transfer = sb_xcalloc(1, sizeof *x->transfer);
    x->transfer->x = x;
    x->transfer->method = q->method ? q->method : "GET";
    http_response_reset(x->response, q);
    x->response->attempts = x->response->redirects = 0;
    sb_buf_reset(&x->response->url);
    sb_buf_puts(&x->response->url, q->url);
    return sb_buf_check(&x->response->url, "the URL", &x->error);
}

static int64_t time_left(const struct sb_http_exchange *x)
{
    return x->ends == INT64_MAX ? INT64_MAX : x->ends - sb_loop_now(x->client->loop);
}

static int open_try(struct sb_http_exchange *x)
{
    http_response_reset(x->response, x->request);
    x->response->attempts++;
    x->tries++;
    return http_transfer_open(x->transfer, time_left(x), &x->error);
}

static int64_t measured(CURL *easy, CURLINFO what)
{
    curl_off_t us = 0;
    curl_easy_getinfo(easy, what, &us);
    return (int64_t)us * 1000;
}

static void take_measures(struct sb_http_response *r, CURL *easy)
{
    long connects = 1;
    r->connected = measured(easy, CURLINFO_CONNECT_TIME_T);
    r->secured = measured(easy, CURLINFO_APPCONNECT_TIME_T);
    r->first_byte = measured(easy, CURLINFO_STARTTRANSFER_TIME_T);
    r->total = measured(easy, CURLINFO_TOTAL_TIME_T);
    curl_easy_getinfo(easy, CURLINFO_NUM_CONNECTS, &connects);
    r->reused = connects == 0;
}

/* Whether there is a next try: sets when it begins. */
static bool plan_retry(struct sb_http_exchange *x, struct sb_str retry_after)
{
    const struct sb_http_request *q = x->request;
    const struct sb_http_transfer *t = x->transfer;
    if (x->tries >= q->retry.tries || t->streamed ||
        !(q->retry.safe || http_method_is_idempotent(t->method)))
        return false;
    int64_t delay =
        http_retry_delay(&q->retry, x->tries, retry_after, sb_time_now(), sb_rand_u64());
    if (delay >= time_left(x))
        return false;
    struct sb_loop *l = x->client->loop;
    sb_co_sleep_init(&x->sleep, sb_loop_timers(l), sb_loop_now(l) + delay);
    return true;
}

static bool is_redirect(int status)
{
    return (status >= 301 && status <= 303) || status == 307 || status == 308;
}

/* RFC 9110, 15.4: what the next request is. */
static void change_method(struct sb_http_transfer *t, int status)
{
    bool post = strcmp(t->method, "POST") == 0, head = strcmp(t->method, "HEAD") == 0;
    if ((status == 303 && !head) || ((status == 301 || status == 302) && post)) {
        t->method = "GET";
        t->bodyless = true;
    }
}

static enum next follow(struct sb_http_exchange *x, const char *target)
{
    struct sb_http_transfer *t = x->transfer;
    struct http_origin to = {NULL, NULL, 0};
    if (http_origin_read(target, &to, &x->error) < 0) {
        sb_wrap(&x->error, "%s:%u redirects", t->origin.host, (unsigned)t->origin.port);
        return NEXT_FAIL;
    }
    bool same = http_origin_same(&to, &t->origin);
    bool weaker = strcmp(t->origin.scheme, "https") == 0 && strcmp(to.scheme, "http") == 0;
    http_origin_done(&to);
    if (weaker || (!same && x->request->unix_path)) {
        sb_fail(&x->error, SB_EINPUT, "%s:%u redirects %s, which is not followed", t->origin.host,
                (unsigned)t->origin.port,
                weaker ? "from https to http" : "from its socket to another host");
        return NEXT_FAIL;
    }
    t->foreign |= !same;
    change_method(t, x->response->status);
    sb_buf_reset(&x->response->url);
    sb_buf_puts(&x->response->url, target);
    x->response->redirects++;
    x->tries = 0;
    return sb_buf_check(&x->response->url, "the URL", &x->error) < 0 ? NEXT_FAIL : NEXT_FOLLOW;
}

static enum next judge_answer(struct sb_http_exchange *x)
{
    struct sb_http_response *r = x->response;
    long status = 0;
    char *target = NULL;
    curl_easy_getinfo(x->transfer->easy, CURLINFO_RESPONSE_CODE, &status);
    r->status = (int)status;
    if (http_status_is_passing(r->status) &&
        plan_retry(x, sb_http_response_header(r, "Retry-After", 0)))
        return NEXT_RETRY;
    uint32_t allowed = SB_MIN(x->request->redirects, MAX_REDIRECTS);
    curl_easy_getinfo(x->transfer->easy, CURLINFO_REDIRECT_URL, &target);
    if (!allowed || !is_redirect(r->status) || !target)
        return NEXT_DONE;
    if (r->redirects >= allowed) {
        sb_fail(&x->error, SB_ETOOBIG, "%s:%u redirects again after %u redirects",
                x->transfer->origin.host, (unsigned)x->transfer->origin.port, allowed);
        return NEXT_FAIL;
    }
    return follow(x, target);
}

static enum next judge(struct sb_http_exchange *x)
{
    struct sb_http_transfer *t = x->transfer;
    take_measures(x->response, t->easy);
    if (t->result == CURLE_OK && !t->head_complete) /* libcurl lets a header that breaks off pass */
        t->result = CURLE_PARTIAL_FILE;
    if (t->result == CURLE_OK)
        return judge_answer(x);
    if (http_result_is_passing(t->result) && plan_retry(x, (struct sb_str){NULL, 0}))
        return NEXT_RETRY;
    if (!t->refused)
        http_explain(t, &x->error);
    return NEXT_FAIL;
}

/* Whoever fails has no answer. */
static void empty_response(struct sb_http_response *r)
{
    r->status = 0;
    sb_buf_reset(&r->head);
    sb_buf_reset(&r->body);
}

static void explain_leaving(struct sb_http_exchange *x)
{
    const struct http_origin *o = &x->transfer->origin;
    const char *what = x->co.rc == SB_CO_TIMED_OUT ? "no answer in time" : "cancelled";
    if (o->host)
        sb_fail(&x->error, SB_EIO, "%s://%s:%u: %s", o->scheme, o->host, (unsigned)o->port, what);
    else
        sb_fail(&x->error, SB_EIO, "%s", what);
}

static void drop_transfer(struct sb_http_exchange *x)
{
    struct sb_http_transfer *t = x->transfer;
    http_line_leave(&t->line);
    http_transfer_close(t);
    http_origin_done(&t->origin);
    free(t);
    x->transfer = NULL;
}

/* The awaitable of http.h. The transfer is taken out of libcurl after each try, and never from inside
 * one of its callbacks. */
static struct sb_co *sb_http_exchange_step(struct sb_co *co_self)
{
    CO_BODY(sb_http_exchange, f);
    if (begin(f) < 0)
        CO_RETURN(sb_negative(f->error.code));
    for (;;) {
        if (open_try(f) < 0)
            CO_RETURN(sb_negative(f->error.code));
        while (f->client->inside) {
            http_client_queue(f->client, &f->transfer->line, &f->co);
            CO_PARK(starting);
        }
        http_client_add(f->client, f->transfer);
        while (!f->transfer->finished)
            CO_PARK(transferring);
        http_client_remove(f->client, f->transfer);
        f->next = (int32_t)judge(f);
        http_transfer_close(f->transfer);
        if (f->next == NEXT_DONE)
            CO_RETURN(0);
        if (f->next == NEXT_FAIL)
            CO_RETURN(sb_negative(f->error.code));
        if (f->next == NEXT_RETRY)
            CO_AWAIT(waiting, &f->sleep);
    }
finally:
    if (f->transfer) {
        f->transfer->leaving = true;
        while (f->transfer->added && f->client->inside)
            CO_CLOSE(leaving, http_client_queue(f->client, &f->transfer->line, &f->co));
        http_client_remove(f->client, f->transfer);
        if (f->co.rc == SB_CO_CANCELLED || f->co.rc == SB_CO_TIMED_OUT)
            explain_leaving(f);
        drop_transfer(f);
    }
    if (f->co.rc < 0)
        empty_response(f->response);
    CO_END;
}

void sb_http_exchange_init(struct sb_http_exchange *x, struct sb_http_client *client,
                           const struct sb_http_request *request, struct sb_http_response *response)
{
    CO_INIT(sb_http_exchange, x);
    x->client = client;
    x->request = request;
    x->response = response;
}
