/* libcurl's sockets and its timer on the loop. */
#include "core/net/http_private.h"

#include "core/base/mem.h"
#include "core/co/loop.h"
#include "core/net/libraries.h"

#include <pthread.h>

#define KEPT_CONNECTIONS 64L

struct watch { /* one a socket of libcurl's; freed when its handle is closed */
    uv_poll_t poll;
    struct sb_http_client *client;
    curl_socket_t fd;
    int events; /* enum uv_poll_event, what libcurl wants */
};

static pthread_once_t curl_once = PTHREAD_ONCE_INIT;
static CURLcode curl_ready;

static void init_curl(void)
{
    curl_ready = curl_global_init(CURL_GLOBAL_DEFAULT);
}

/* ---- the line of those who wait for libcurl to return ---- */

void http_client_queue(struct sb_http_client *c, struct http_line *line, struct sb_co *co)
{
    if (line->co)
        return;
    *line = (struct http_line){.next = &c->line, .prev = c->line.prev, .co = co};
    line->prev->next = line;
    c->line.prev = line;
}

void http_line_leave(struct http_line *line)
{
    if (!line->co)
        return;
    line->next->prev = line->prev;
    line->prev->next = line->next;
    *line = (struct http_line){.co = NULL};
}

/* Resumes all whose turn it is: those who waited, then those whose transfer has ended. A client may be
 * freed by one of them: its memory stays until the handles are closed, `multi` does not. */
static void resume_all(struct sb_http_client *c)
{
    while (c->line.next != &c->line) {
        struct http_line *first = c->line.next;
        struct sb_co *co = first->co;
        http_line_leave(first);
        sb_co_run(co);
    }
    int left;
    for (CURLMsg *m; c->multi && (m = curl_multi_info_read(c->multi, &left));) {
        struct sb_http_transfer *t = NULL;
        if (m->msg != CURLMSG_DONE)
            continue;
        curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, (char **)&t);
        t->result = m->data.result;
        t->finished = true;
        sb_co_run(&t->x->co);
    }
}

static void act(struct sb_http_client *c, curl_socket_t fd, int events)
{
    int running;
    c->inside = true;
    curl_multi_socket_action(c->multi, fd, events, &running);
    c->inside = false;
    resume_all(c);
}

/* ---- libuv calls ---- */

/* libuv stops watching a socket with an error, and says no more than that. What libcurl then reads or
 * writes shows the error itself, behind what arrived before it; CURL_CSELECT_ERR would end the transfer
 * at once, even where a kept connection was closed in the meantime and a new one would do. */
static void on_poll(uv_poll_t *poll, int status, int events)
{
    struct watch *w = poll->data;
    int what = 0;
    if (status < 0) {
        events = w->events;
        uv_poll_start(poll, w->events, on_poll);
    }
    if (events & UV_READABLE)
        what |= CURL_CSELECT_IN;
    if (events & UV_WRITABLE)
        what |= CURL_CSELECT_OUT;
    act(w->client, w->fd, what);
}

static void on_timer(uv_timer_t *timer)
{
    act(timer->data, CURL_SOCKET_TIMEOUT, 0);
}

static void on_watch_closed(uv_handle_t *poll)
{
    free(poll->data);
}

static void on_client_closed(uv_handle_t *timer)
{
    free(timer->data);
}

/* ---- libcurl calls ---- */

static struct watch *watch_new(struct sb_http_client *c, curl_socket_t fd)
{
    struct watch *w = sb_xcalloc(1, sizeof *w);
    w->client = c;
    w->fd = fd;
    if (uv_poll_init(sb_loop_uv(c->loop), &w->poll, fd) < 0) {
        free(w);
        return NULL;
    }
    w->poll.data = w;
    curl_multi_assign(c->multi, fd, w);
    return w;
}

static int on_socket(CURL *easy, curl_socket_t fd, int what, void *ctx, void *socket_ctx)
{
    struct sb_http_client *c = ctx;
    struct watch *w = socket_ctx;
    (void)easy;
    if (what == CURL_POLL_REMOVE) {
        if (w) {
            uv_poll_stop(&w->poll);
            uv_close((uv_handle_t *)&w->poll, on_watch_closed);
            curl_multi_assign(c->multi, fd, NULL);
        }
        return 0;
    }
    if (!w && !(w = watch_new(c, fd)))
        return -1; /* ends the transfers */
    w->events = (what & CURL_POLL_IN ? UV_READABLE : 0) | (what & CURL_POLL_OUT ? UV_WRITABLE : 0);
    return uv_poll_start(&w->poll, w->events, on_poll) < 0 ? -1 : 0;
}

static int on_timeout(CURLM *multi, long ms, void *ctx)
{
    struct sb_http_client *c = ctx;
    (void)multi;
    if (ms < 0)
        uv_timer_stop(&c->timer);
    else
        uv_timer_start(&c->timer, on_timer, (uint64_t)ms, 0);
    return 0;
}

/* ---- for exchanges ---- */

void http_client_add(struct sb_http_client *c, struct sb_http_transfer *t)
{
    c->inside = true;
    curl_multi_add_handle(c->multi, t->easy);
    c->inside = false;
    t->added = true;
}

void http_client_remove(struct sb_http_client *c, struct sb_http_transfer *t)
{
    if (!t->added)
        return;
    c->inside = true;
    curl_multi_remove_handle(c->multi, t->easy);
    c->inside = false;
    t->added = false;
}

int sb_http_client_new(struct sb_loop *loop, struct sb_http_client **ret_client, struct sb_error *e)
{
    int r = sb_curl_load(e);
    if (r < 0)
        return r;
    pthread_once(&curl_once, init_curl);
    if (curl_ready != CURLE_OK)
        return sb_fail(e, SB_EIO, "libcurl: %s", curl_easy_strerror(curl_ready));
    CURLM *multi = curl_multi_init();
    if (!multi)
        sb_out_of_memory();
    struct sb_http_client *c = sb_xcalloc(1, sizeof *c);
    c->loop = loop;
    c->multi = multi;
    c->line.next = c->line.prev = &c->line;
    uv_timer_init(sb_loop_uv(loop), &c->timer);
    c->timer.data = c;
    curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, on_socket);
    curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, c);
    curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, on_timeout);
    curl_multi_setopt(multi, CURLMOPT_TIMERDATA, c);
    curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, KEPT_CONNECTIONS);
    *ret_client = c;
    return 0;
}

void sb_http_client_free(struct sb_http_client *c)
{
    if (!c)
        return;
    assert(c->line.next == &c->line && !c->inside);
    curl_multi_cleanup(c->multi); /* may still call back about sockets */
    c->multi = NULL;
    uv_close((uv_handle_t *)&c->timer, on_client_closed);
}
