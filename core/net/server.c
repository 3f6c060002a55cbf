/* Life of the server: its options, its daemon, its place on the loop, its end.
 *
 * libmicrohttpd has no thread here. Its epoll descriptor lies in the loop's; when that is readable it
 * gets a turn. It has no listening socket either: connections are accepted here, where limits can be
 * kept, and handed over. Its own timeouts are off: deadlines are those of server_peer.c. */
#include "core/net/server_private.h"

#include "core/base/mem.h"
#include "core/net/libraries.h"

#include <assert.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

enum {
    DESCRIPTORS_SPARED = 64, /* for everything that is not a connection */
    CONNECTIONS_MOST = 65536,
    CONNECTIONS_LEAST = 8,
    POOL_EXTRA = 2048, /* libmicrohttpd's own needs of a connection, beside the headers */
    TURNS_MOST = 8,    /* before the rest of the loop has its turn */
};

/* ---- options ---- */

static uint32_t connections_by_limit(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur >= CONNECTIONS_MOST)
        return CONNECTIONS_MOST;
    if (limit.rlim_cur < DESCRIPTORS_SPARED + CONNECTIONS_LEAST)
        return CONNECTIONS_LEAST;
    return (uint32_t)limit.rlim_cur - DESCRIPTORS_SPARED;
}

static void take_options(struct sb_server *s, const struct sb_server_options *opts)
{
    uint32_t limit = connections_by_limit();
    uint32_t asked = opts->connection_max ? opts->connection_max : limit;
    s->opts = (struct sb_server_options){
        .body_max = opts->body_max ? opts->body_max : 65536,
        .header_max = opts->header_max ? opts->header_max : 8192,
        .idle_timeout = opts->idle_timeout ? opts->idle_timeout : 60 * SB_NS_PER_S,
        .request_timeout = opts->request_timeout ? opts->request_timeout : 15 * SB_NS_PER_S,
        .reply_timeout = opts->reply_timeout ? opts->reply_timeout : 60 * SB_NS_PER_S,
        .connection_max = SB_MIN(asked, limit),
        .connection_max_peer = opts->connection_max_peer,
        .token_failures = opts->token_failures ? opts->token_failures : 10,
    };
}

static int read_tokens(struct sb_server *s, const struct sb_server_options *opts,
                       struct sb_error *e)
{
    if (opts->token_file) {
        s->token_file = sb_xstrdup(opts->token_file);
        s->throttle = sb_throttle_new(s->opts.token_failures);
        return sb_tokens_read(s->token_file, &s->tokens, e);
    }
    if (s->listen.local)
        return 0;
    sb_error_set(e, SB_EUSAGE, "%s can be reached from other machines, and there is no token file",
                 opts->address);
    return sb_hint(e, "name a token file, or listen on 127.0.0.1");
}

int sb_server_reload(struct sb_server *s, struct sb_error *e)
{
    struct sb_tokens *fresh;
    if (!s->token_file)
        return 0;
    int rc = sb_tokens_read(s->token_file, &fresh, e);
    if (rc < 0)
        return rc;
    sb_tokens_free(s->tokens);
    s->tokens = fresh;
    return 0;
}

static void name_url(struct sb_server *s)
{
    struct sb_buf b = SB_BUF_INIT(512);
    char host[SB_SOCKADDR_TEXT];
    const union sb_sockaddr *a = &s->listen.address;
    sb_sockaddr_text(a, host);
    if (a->any.sa_family == AF_UNIX)
        sb_buf_printf(&b, "unix:%s", a->un.sun_path);
    else
        sb_buf_printf(&b, strchr(host, ':') ? "%s://[%s]:%u" : "%s://%s:%u",
                      s->tls_cert ? "https" : "http", host, (unsigned)sb_sockaddr_port(a));
    s->url = sb_buf_take(&b);
}

/* ---- libmicrohttpd ---- */

static int start_daemon(struct sb_server *s, struct sb_error *e)
{
    struct MHD_OptionItem tls[] = {
        {MHD_OPTION_HTTPS_MEM_CERT, 0, s->tls_cert},
        {MHD_OPTION_HTTPS_MEM_KEY, 0, s->tls_key},
        {s->tls_client_ca ? MHD_OPTION_HTTPS_MEM_TRUST : MHD_OPTION_END, 0, s->tls_client_ca},
        {MHD_OPTION_END, 0, NULL}};
    struct MHD_OptionItem none[] = {{MHD_OPTION_END, 0, NULL}};
    unsigned flags = (unsigned)MHD_USE_EPOLL | (unsigned)MHD_USE_NO_LISTEN_SOCKET |
                     (unsigned)MHD_USE_SUSPEND_RESUME | (unsigned)MHD_USE_TURBO |
                     (s->tls_cert ? (unsigned)MHD_USE_TLS : 0);
    s->daemon = MHD_start_daemon(
        flags, 0, NULL, NULL, sb_request_step, s, MHD_OPTION_CONNECTION_LIMIT,
        (unsigned)s->opts.connection_max, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
        s->opts.header_max + POOL_EXTRA, MHD_OPTION_CONNECTION_TIMEOUT, 0U,
        MHD_OPTION_PER_IP_CONNECTION_LIMIT, (unsigned)s->opts.connection_max_peer,
        MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_SIGPIPE_HANDLED_BY_APP, 1,
        MHD_OPTION_URI_LOG_CALLBACK, sb_request_line, s, MHD_OPTION_NOTIFY_COMPLETED,
        sb_request_completed, s, MHD_OPTION_NOTIFY_CONNECTION, sb_peer_notify, s, MHD_OPTION_ARRAY,
        s->tls_cert ? tls : none, MHD_OPTION_END);
    if (!s->daemon)
        return sb_fail_errno(e, "the HTTP library does not start");
    return 0;
}

/* The instant of the next thing that time brings, or INT64_MAX. */
static int64_t next_instant(struct sb_server *s)
{
    int64_t next = sb_server_sweep(s, sb_loop_now(s->loop));
    next = SB_MIN(next, s->accept_at);
    return s->draining ? SB_MIN(next, s->stop_at) : next;
}

static void on_time(uv_timer_t *timer);

static void arm(struct sb_server *s, int64_t at)
{
    if (s->wants_turn)
        at = 0;
    if (at == INT64_MAX) {
        uv_timer_stop(&s->on_time);
        return;
    }
    int64_t wait = at - sb_loop_now(s->loop);
    uint64_t ms = wait <= 0 ? 0 : (uint64_t)(wait / 1000000) + 1;
    uv_timer_start(&s->on_time, on_time, ms, 0);
}

/* libmicrohttpd works until it waits for events. The timer is left alone while it is armed: it finds out
 * itself that what it was armed for has gone. */
static void turn(struct sb_server *s)
{
    int turns = 0;
    s->in_turn = true;
    do {
        MHD_UNSIGNED_LONG_LONG ms = 1;
        s->wants_turn = false;
        MHD_run(s->daemon);
        s->wants_turn |= MHD_get_timeout(s->daemon, &ms) == MHD_YES && !ms;
    } while (s->wants_turn && ++turns < TURNS_MOST);
    s->in_turn = false;
    if (s->wants_turn)
        arm(s, 0);
    else if (s->stats.connections && !uv_is_active((uv_handle_t *)&s->on_time))
        arm(s, next_instant(s));
    /* Only here, where libmicrohttpd is not on the stack: whoever is woken may end it. */
    if (s->draining && !s->stats.connections)
        sb_co_wake(&s->stopper->ready, &s->stopper->co);
}

void sb_server_turn(struct sb_server *s)
{
    if (s->wants_turn || s->orphaned || !s->started)
        return;
    s->wants_turn = true;
    if (!s->in_turn)
        arm(s, 0);
}

/* ---- the loop ---- */

static void on_traffic(uv_poll_t *poll, int status, int events)
{
    (void)status;
    (void)events;
    turn(poll->data);
}

static void on_accept(uv_poll_t *poll, int status, int events)
{
    struct sb_server *s = poll->data;
    (void)status;
    (void)events;
    sb_server_accept(s);
    turn(s);
}

static void on_time(uv_timer_t *timer)
{
    struct sb_server *s = timer->data;
    int64_t now = sb_loop_now(s->loop);
    if (now >= s->accept_at)
        sb_server_resume_accept(s);
    turn(s);
    arm(s, next_instant(s));
    if (s->draining && now >= s->stop_at)
        sb_co_wake(&s->stopper->ready, &s->stopper->co);
}

void sb_server_pause_accept(struct sb_server *s, int64_t pause)
{
    if (!s->accepting)
        return;
    s->accepting = false;
    uv_poll_stop(&s->on_accept);
    s->accept_at = INT64_MAX;
    if (!pause)
        return;
    s->accept_at = sb_loop_now(s->loop) + pause;
    arm(s, next_instant(s));
}

void sb_server_resume_accept(struct sb_server *s)
{
    if (s->accepting || s->stopping || !s->started)
        return;
    s->accepting = true;
    s->accept_at = INT64_MAX;
    uv_poll_start(&s->on_accept, UV_READABLE, on_accept);
}

void sb_server_start(struct sb_server *s)
{
    assert(!s->started);
    uv_loop_t *loop = sb_loop_uv(s->loop);
    int epoll_fd = MHD_get_daemon_info(s->daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd;
    uv_poll_init(loop, &s->on_accept, s->listen_fd);
    uv_poll_init(loop, &s->on_traffic, epoll_fd);
    uv_timer_init(loop, &s->on_time);
    s->on_accept.data = s->on_traffic.data = s->on_time.data = s;
    s->started = true;
    uv_poll_start(&s->on_traffic, UV_READABLE, on_traffic);
    sb_server_resume_accept(s);
}

/* ---- begin and end ---- */

static void destroy(struct sb_server *s)
{
    if (s->daemon)
        MHD_stop_daemon(s->daemon);
    sb_reply_cache_done(s);
    if (s->listen_fd >= 0) {
        close(s->listen_fd);
        sb_listen_unlink(&s->listen);
    }
    if (s->spare_fd >= 0)
        close(s->spare_fd);
    if (s->tls_key)
        sb_wipe(s->tls_key, strlen(s->tls_key));
    free(s->tls_cert);
    free(s->tls_key);
    free(s->tls_client_ca);
    sb_tokens_free(s->tokens);
    sb_throttle_free(s->throttle);
    sb_vec_done(&s->routes);
    sb_vec_done(&s->events);
    free(s->token_file);
    free(s->url);
    free(s);
}

int sb_server_new(struct sb_loop *loop, const struct sb_server_options *opts,
                  struct sb_server **ret_server, struct sb_error *e)
{
    struct sb_server *s = sb_xcalloc(1, sizeof *s);
    int rc;
    s->loop = loop;
    s->listen_fd = s->spare_fd = -1;
    s->accept_at = s->stop_at = INT64_MAX;
    take_options(s, opts);
    if ((rc = sb_mhd_load(e)) < 0 || (rc = sb_listen_parse(opts->address, &s->listen, e)) < 0 ||
        (rc = read_tokens(s, opts, e)) < 0 || (rc = sb_server_tls_load(s, opts, e)) < 0 ||
        (rc = start_daemon(s, e)) < 0 ||
        (rc = sb_listen_open(&s->listen, SOCK_STREAM, &s->listen_fd, e)) < 0) {
        destroy(s);
        return rc;
    }
    s->spare_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    name_url(s);
    *ret_server = s;
    return 0;
}

static void on_closed(uv_handle_t *handle)
{
    struct sb_server *s = handle->data;
    if (--s->closing)
        return;
    s->started = false;
    if (s->orphaned)
        destroy(s);
    else if (s->stopper)
        sb_co_wake(&s->stopper->ready, &s->stopper->co);
}

static void close_handles(struct sb_server *s)
{
    s->closing = 3;
    uv_close((uv_handle_t *)&s->on_accept, on_closed);
    uv_close((uv_handle_t *)&s->on_traffic, on_closed);
    uv_close((uv_handle_t *)&s->on_time, on_closed);
}

static void begin_stop(struct sb_server *s)
{
    s->stopping = true;
    sb_server_pause_accept(s, 0);
    for (size_t i = 0; i < s->events.len; i++)
        sb_events_end(s->events.items[i]);
    while (s->phases[SB_PHASE_IDLE].first)
        sb_peer_kill(s->phases[SB_PHASE_IDLE].first);
}

/* Whoever would have answered later finds nobody there. */
static void force_stop(struct sb_server *s)
{
    struct sb_peer *p;
    begin_stop(s);
    s->draining = false;
    s->in_turn = true; /* there will be none */
    while ((p = s->phases[SB_PHASE_HELD].first))
        sb_reply_error(&p->request, MHD_HTTP_SERVICE_UNAVAILABLE, "the server is stopping");
    if (s->daemon)
        MHD_stop_daemon(sb_steal(&s->daemon));
}

void sb_server_free(struct sb_server *s)
{
    if (!s)
        return;
    if (!s->started) {
        destroy(s);
        return;
    }
    s->orphaned = true;
    force_stop(s);
    close_handles(s);
}

CO_DESC(sb_server_stop);

void sb_server_stop_init(struct sb_server_stop *f, struct sb_server *s, int64_t grace)
{
    CO_INIT(sb_server_stop, f);
    f->server = s;
    f->grace = grace;
}

static void begin_draining(struct sb_server_stop *f)
{
    struct sb_server *s = f->server;
    s->stopper = f;
    if (!s->started)
        return;
    s->draining = true;
    s->stop_at = sb_loop_now(s->loop) + f->grace;
    begin_stop(s);
    arm(s, next_instant(s));
}

static bool is_draining(struct sb_server *s)
{
    return s->started && s->stats.connections && sb_loop_now(s->loop) < s->stop_at;
}

static struct sb_co *sb_server_stop_step(struct sb_co *co_self)
{
    CO_BODY(sb_server_stop, f);
    begin_draining(f);
    while (is_draining(f->server))
        CO_PARK(draining);
finally:
    sb_co_unwake(&f->ready);
    if (f->server->started) {
        force_stop(f->server);
        CO_CLOSE(closing, close_handles(f->server));
    }
    f->server->stopper = NULL;
    CO_END;
}

/* ---- the rest of the interface ---- */

void sb_server_routes(struct sb_server *s, const struct sb_route *routes, size_t n, void *ctx)
{
    assert(!s->started);
    for (size_t i = 0; i < n; i++) {
        struct sb_routing r = {.route = routes[i], .ctx = ctx};
        bool sound = sb_pattern_parse(routes[i].path, &r.pattern);
        assert(sound);
        if (sound)
            sb_vec_push(&s->routes, r);
    }
}

const char *sb_server_url(const struct sb_server *s)
{
    return s->url;
}

uint16_t sb_server_port(const struct sb_server *s)
{
    return sb_sockaddr_port(&s->listen.address);
}

struct sb_server_stats sb_server_stats(const struct sb_server *s)
{
    return s->stats;
}
