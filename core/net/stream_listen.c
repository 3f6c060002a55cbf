/* Listening: accepting, also when descriptors have run out. */
#include "core/net/stream.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <sys/stat.h>
#include <unistd.h>

enum { TURNS = 16 };
#define PAUSE (INT64_C(100) * 1000000)

int sb_listener_open(struct sb_listener *ret_listener, struct sb_loop *l, const char *address,
                     struct sb_error *e)
{
    struct sb_listener s = {.loop = l};
    int now = 0;
    int rc = sb_listen_parse(address, &s.at, e);
    if (rc == 0)
        rc = sb_listen_open(&s.at, SOCK_STREAM, &s.fd, e);
    if (rc < 0)
        return rc;
    if (s.at.address.any.sa_family == AF_UNIX)
        chmod(s.at.address.un.sun_path, 0600);
    else
        setsockopt(s.fd, IPPROTO_TCP, TCP_DEFER_ACCEPT, &now, sizeof now);
    rc = sb_watch_new(&s.watch, l, s.fd, e);
    if (rc < 0) {
        close(s.fd);
        sb_listen_unlink(&s.at);
        return rc;
    }
    *ret_listener = s;
    return 0;
}

uint16_t sb_listener_port(const struct sb_listener *s)
{
    return sb_sockaddr_port(&s->at.address);
}

void sb_listener_close(struct sb_listener *s)
{
    if (!s->watch)
        return;
    sb_watch_free(s->watch);
    sb_listen_unlink(&s->at);
    close(s->fd);
    s->watch = NULL;
}

enum tried {
    DONE,
    WAIT,
    STARVED,
    BROKEN,
};

/* The errors of accept(2): those of one connection say nothing of the next. */
static enum tried judge(struct sb_stream_accept *f)
{
    switch (errno) {
    case EMFILE:
    case ENFILE:
    case ENOBUFS:
    case ENOMEM: return STARVED;
    case EBADF:
    case EINVAL:
    case ENOTSOCK:
    case EOPNOTSUPP: sb_error_set_errno(&f->error, "cannot accept connections"); return BROKEN;
    default: return WAIT;
    }
}

static void say_starved(struct sb_stream_accept *f, int error)
{
    struct sb_listener *s = f->listener;
    s->starved++;
    s->starved_error = error;
    if (!f->starving && s->on_starved)
        s->on_starved(s->ctx, error);
    f->starving = true;
}

static enum tried accept_one(struct sb_stream_accept *f)
{
    struct sb_listener *s = f->listener;
    struct sb_stream stream = {.watch = NULL};
    s->turns = (uint8_t)((s->turns + 1) % TURNS);
    if (s->turns == 0)
        return WAIT;
    stream.fd = accept4(s->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (stream.fd < 0) {
        int error = errno;
        enum tried tried = judge(f);
        if (tried == STARVED)
            say_starved(f, error);
        return tried;
    }
    if (sb_watch_new(&stream.watch, s->loop, stream.fd, &f->error) < 0) {
        close(stream.fd);
        return BROKEN;
    }
    *f->stream = stream;
    return DONE;
}

CO_DESC(sb_stream_accept);
static struct sb_co *sb_stream_accept_step(struct sb_co *co_self)
{
    CO_BODY(sb_stream_accept, f);
    for (;;) {
        switch (accept_one(f)) {
        case DONE: CO_RETURN(0);
        case BROKEN: CO_RETURN(sb_negative(SB_EIO));
        case STARVED:
            sb_co_sleep_init(&f->pause, sb_loop_timers(f->listener->loop),
                             sb_loop_now(f->listener->loop) + PAUSE);
            CO_AWAIT(pausing, &f->pause);
            break;
        case WAIT:
            sb_co_poll_init(&f->poll, f->listener->watch, SB_POLL_READ);
            CO_AWAIT(accepting, &f->poll);
            break;
        }
    }
finally:
    CO_END;
}

void sb_stream_accept_init(struct sb_stream_accept *a, struct sb_listener *s,
                           struct sb_stream *ret_stream)
{
    CO_INIT(sb_stream_accept, a);
    a->listener = s;
    a->stream = ret_stream;
}
