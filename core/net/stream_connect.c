/* Connecting: names to addresses, and several attempts that overlap. */
#include "core/net/stream.h"

#include "core/base/mem.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <unistd.h>
#include <uv.h>

enum {
    ADDRESSES = 16 /* of a name; more are not tried */
};
#define STAGGER (INT64_C(250) * 1000000) /* RFC 8305, section 8: Connection Attempt Delay */

/* One attempt. Of those that worked one is taken, the others are closed with the dial. */
#define attempt_SAVED(F)
#define attempt_LIVE(F)           \
    F(struct sb_dial *, dial)     \
    F(union sb_sockaddr, address) \
    F(socklen_t, address_len)     \
    F(struct sb_watch *, watch)   \
    F(int, fd)                    \
    F(int, error)                 \
    F(struct sb_co_poll, poll)
#define attempt_POINTS(P) P(connecting)
CO_FRAME(attempt);

/* Outlives the frame while the pool still looks a name up: owner is NULL then. */
struct sb_dial {
    uv_getaddrinfo_t request;
    struct sb_stream_connect *owner;
    struct sb_co_ready ready;
    struct sb_co_timer stagger;
    struct attempt attempts[ADDRESSES];
    size_t n, started;
    int status; /* of looking up, as libuv says it */
    bool resolving;
};

/* ---- one attempt ---- */

static void nudge(struct sb_dial *d)
{
    struct sb_co *owner = &d->owner->co;
    if (owner->state == SB_CO_RUNNING)
        sb_co_run(owner);
    else
        sb_co_wake(&d->ready, owner);
}

/* True: it goes on, wait until it can be written. Otherwise it is connected, or `error` is set. */
static bool begin(struct attempt *f)
{
    struct sb_error why;
    int on = 1;
    f->fd = socket(f->address.any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (f->fd < 0) {
        f->error = errno;
        return false;
    }
    if (f->address.any.sa_family != AF_UNIX)
        setsockopt(f->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (connect(f->fd, &f->address.any, f->address_len) < 0)
        f->error = errno;
    bool waits = f->error == EINPROGRESS;
    if (waits)
        f->error = 0;
    if (f->error == 0 && sb_watch_new(&f->watch, f->dial->owner->loop, f->fd, &why) < 0)
        f->error = EMFILE;
    if (f->error)
        close(f->fd);
    return waits && f->watch;
}

static void end(struct attempt *f)
{
    socklen_t len = sizeof f->error;
    if (getsockopt(f->fd, SOL_SOCKET, SO_ERROR, &f->error, &len) < 0)
        f->error = errno;
}

static void drop(struct attempt *f)
{
    if (!f->watch)
        return;
    sb_watch_free(f->watch);
    close(f->fd);
    f->watch = NULL;
}

CO_DESC(attempt);
static struct sb_co *attempt_step(struct sb_co *co_self)
{
    CO_BODY(attempt, f);
    if (begin(f)) {
        sb_co_poll_init(&f->poll, f->watch, SB_POLL_WRITE);
        CO_AWAIT(connecting, &f->poll);
        end(f);
    }
finally:
    if (f->error || co_self->rc < 0)
        drop(f);
    nudge(f->dial);
    CO_END;
}

/* ---- addresses ---- */

static void add(struct sb_dial *d, const struct sockaddr *address, size_t len)
{
    struct attempt *a = &d->attempts[d->n];
    if (d->n == ADDRESSES || len > sizeof a->address)
        return;
    CO_INIT(attempt, a);
    a->dial = d;
    memcpy(&a->address, address, len);
    a->address_len = (socklen_t)len;
    d->n++;
}

static const struct addrinfo *next_of(const struct addrinfo *at, int family, bool same)
{
    while (at && (at->ai_family == family) != same)
        at = at->ai_next;
    return at;
}

/* Takes turns between the family of the first and the others (RFC 8305, section 4). */
static void add_all(struct sb_dial *d, const struct addrinfo *list)
{
    int first = list ? list->ai_family : 0;
    const struct addrinfo *same = list, *other = next_of(list, first, false);
    while (same || other) {
        if (same) {
            add(d, same->ai_addr, same->ai_addrlen);
            same = next_of(same->ai_next, first, true);
        }
        if (other) {
            add(d, other->ai_addr, other->ai_addrlen);
            other = next_of(other->ai_next, first, false);
        }
    }
}

static void on_resolved(uv_getaddrinfo_t *request, int status, struct addrinfo *list)
{
    struct sb_dial *d = request->data;
    d->resolving = false;
    if (!d->owner) {
        uv_freeaddrinfo(list);
        free(d);
        return;
    }
    d->status = status;
    if (status == 0)
        add_all(d, list);
    uv_freeaddrinfo(list);
    sb_co_run(&d->owner->co);
}

static int start_unix(struct sb_stream_connect *f)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    size_t len = strlen(f->host);
    if (len >= sizeof a.sun_path)
        return sb_fail(&f->error, SB_EIO, "cannot connect to %.200s: the path is too long",
                       f->host);
    memcpy(a.sun_path, f->host, len);
    add(f->dial, (const struct sockaddr *)&a, sizeof a);
    return 0;
}

/* Addresses need no looking up; names go to the thread pool. */
static int start_tcp(struct sb_stream_connect *f)
{
    struct addrinfo hints = {.ai_family = AF_UNSPEC,
                             .ai_socktype = SOCK_STREAM,
                             .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV},
                    *list;
    char host[NI_MAXHOST], port[8];
    size_t len = strlen(f->host);
    bool bracketed = len > 2 && f->host[0] == '[' && f->host[len - 1] == ']';
    if (len >= sizeof host || len == 0)
        return sb_fail(&f->error, SB_ENOTFOUND, "%.200s is no name of a host", f->host);
    memcpy(host, f->host + bracketed, len + 1 - bracketed);
    if (bracketed)
        host[len - 2] = '\0';
    snprintf(port, sizeof port, "%u", f->port);
    if (getaddrinfo(host, port, &hints, &list) == 0) {
        add_all(f->dial, list);
        freeaddrinfo(list);
        return 0;
    }
    hints.ai_flags = AI_NUMERICSERV;
    int rc =
        uv_getaddrinfo(sb_loop_uv(f->loop), &f->dial->request, on_resolved, host, port, &hints);
    if (rc < 0)
        return sb_fail(&f->error, SB_ENOTFOUND, "cannot look up %s: %s", host, uv_strerror(rc));
    f->dial->request.data = f->dial;
    f->dial->resolving = true;
    return 0;
}

static int start(struct sb_stream_connect *f)
{
    f->dial = sb_xcalloc(1, sizeof *f->dial);
    f->dial->owner = f;
    return f->host[0] == '/' ? start_unix(f) : start_tcp(f);
}

static int check_resolved(struct sb_stream_connect *f)
{
    int status = f->dial->status;
    if (status < 0)
        return sb_fail(&f->error,
                       status == UV_EAI_NONAME || status == UV_EAI_NODATA ? SB_ENOTFOUND : SB_EIO,
                       "cannot look up %s: %s", f->host, uv_strerror(status));
    return 0;
}

/* ---- several attempts ---- */

static int fail_all(struct sb_stream_connect *f)
{
    char where[16] = "";
    if (f->host[0] != '/')
        snprintf(where, sizeof where, " port %u", f->port);
    errno = f->dial->n ? f->dial->attempts[0].error : EADDRNOTAVAIL;
    return sb_fail_errno(&f->error, "cannot connect to %s%s", f->host, where);
}

/* The attempt that worked, if any. *ret_live: how many are in flight. */
static struct attempt *look(struct sb_dial *d, size_t *ret_live)
{
    *ret_live = 0;
    for (size_t i = 0; i < d->started; i++) {
        struct attempt *a = &d->attempts[i];
        if (!sb_co_done(&a->co))
            ++*ret_live;
        else if (a->watch)
            return a;
    }
    return NULL;
}

static void start_next(struct sb_stream_connect *f)
{
    struct sb_dial *d = f->dial;
    struct sb_co_timers *timers = sb_loop_timers(f->loop);
    sb_co_deadline_drop(timers, &d->stagger);
    if (d->started + 1 < d->n)
        sb_co_alarm_set(timers, &d->stagger, &f->co, sb_loop_now(f->loop) + STAGGER);
    sb_co_run(&d->attempts[d->started++].co);
}

/* True when it is over: *ret_rc. */
static bool dialled(struct sb_stream_connect *f, int32_t *ret_rc)
{
    struct sb_dial *d = f->dial;
    for (;;) {
        size_t live;
        struct attempt *a = look(d, &live);
        if (a) {
            *f->stream = (struct sb_stream){.watch = a->watch, .fd = a->fd};
            a->watch = NULL;
            *ret_rc = 0;
            return true;
        }
        if (d->started == d->n) {
            *ret_rc = live ? 0 : fail_all(f);
            return live == 0;
        }
        bool rang = d->stagger.place == 0,
             failed = sb_co_done(&d->attempts[d->started ? d->started - 1 : 0].co);
        if (d->started > 0 && !rang && !failed)
            return false;
        start_next(f);
    }
}

static void release(struct sb_stream_connect *f)
{
    struct sb_dial *d = f->dial;
    sb_co_deadline_drop(sb_loop_timers(f->loop), &d->stagger);
    for (size_t i = 0; i < d->started; i++) {
        sb_co_cancel(&d->attempts[i].co);
        drop(&d->attempts[i]);
    }
    sb_co_unwake(&d->ready);
    f->dial = NULL;
    d->owner = NULL;
    if (d->resolving) /* a name server that is silent must not hold us up */
        uv_cancel((uv_req_t *)&d->request);
    else
        free(d);
}

CO_DESC(sb_stream_connect);
static struct sb_co *sb_stream_connect_step(struct sb_co *co_self)
{
    CO_BODY(sb_stream_connect, f);
    co_self->rc = start(f);
    if (co_self->rc < 0)
        CO_RETURN(co_self->rc);
    while (f->dial->resolving)
        CO_PARK(resolving);
    co_self->rc = check_resolved(f);
    if (co_self->rc < 0)
        CO_RETURN(co_self->rc);
    while (!dialled(f, &co_self->rc))
        CO_PARK(connecting);
finally:
    release(f);
    CO_END;
}

void sb_stream_connect_init(struct sb_stream_connect *c, struct sb_loop *l, const char *host,
                            uint16_t port, struct sb_stream *ret_stream)
{
    CO_INIT(sb_stream_connect, c);
    c->loop = l;
    c->host = host;
    c->port = port;
    c->stream = ret_stream;
}
