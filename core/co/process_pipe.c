/* Feeding a child's stdin and draining its outputs. Plain pipes: with sockets a child could not open
 * /dev/stdout. */
#include "core/co/process_pipe.h"

#include "core/base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    TURNS = 16, /* reads or writes before others have theirs */
    TAIL_FIRST = 4096,
    PIPE_MOST = 1 << 20, /* bytes a pipe can hold: fs.pipe-max-size's default */
};
#define COPY_RETRY (INT64_C(10) * 1000000)

/* ours: 0 = the reading end, 1 = the writing end. */
static int open_pipe(struct sb_loop *l, int ours, int *ret_ours, int *ret_theirs,
                     struct sb_watch **ret_watch, struct sb_error *e)
{
    int fds[2];
    if (pipe2(fds, O_CLOEXEC) < 0)
        return sb_fail_errno(e, "cannot make a pipe");
    if (sb_watch_new(ret_watch, l, fds[ours], e) < 0) {
        close(fds[0]);
        close(fds[1]);
        return sb_negative(e->code);
    }
    *ret_ours = fds[ours];
    *ret_theirs = fds[!ours];
    return 0;
}

static void close_pipe(struct sb_watch **watch, int fd)
{
    if (*watch)
        close(fd);
    sb_watch_free(*watch);
    *watch = NULL;
}

/* ---- stdin ---- */

/* True: the pipe is full, or others should have their turn. False: all is written or unwanted. */
static bool feed(struct sb_process_feed *f)
{
    for (int turn = 0; f->rest.len > 0 && turn < TURNS; turn++) {
        ssize_t n = write(f->fd, f->rest.p, f->rest.len);
        if (n < 0 && errno == EAGAIN)
            return true;
        if (n < 0 && errno != EINTR)
            return false; /* EPIPE: it does not read */
        size_t done = n > 0 ? (size_t)n : 0;
        f->rest = (struct sb_str){f->rest.p + done, f->rest.len - done};
    }
    return f->rest.len > 0;
}

CO_DESC(sb_process_feed);
static struct sb_co *sb_process_feed_step(struct sb_co *co_self)
{
    CO_BODY(sb_process_feed, f);
    while (feed(f)) {
        sb_co_poll_init(&f->poll, f->watch, SB_POLL_WRITE);
        CO_AWAIT(feeding, &f->poll);
    }
finally:
    close_pipe(&f->watch, f->fd);
    CO_END;
}

void sb_process_feed_init(struct sb_process_feed *f)
{
    CO_INIT(sb_process_feed, f);
}

int sb_process_feed_open(struct sb_process_feed *f, struct sb_loop *l, struct sb_str input,
                         int *ret_theirs, struct sb_error *e)
{
    f->rest = input;
    return open_pipe(l, 1, &f->fd, ret_theirs, &f->watch, e);
}

void sb_process_feed_close(struct sb_process_feed *f)
{
    sb_co_cancel(&f->co);
    close_pipe(&f->watch, f->fd); /* when it was never run */
}

/* ---- stdout and stderr ---- */

static void tail_room(struct sb_tail *t, size_t need)
{
    if (need <= t->size)
        return;
    size_t size = SB_MAX(need, SB_MAX(t->size * 2, (size_t)TAIL_FIRST));
    t->data = sb_xrealloc_array(t->data, size, 1);
    t->size = size;
}

/* Keeps between cap and twice cap bytes, so that a byte is moved once on average. */
static void tail_put(struct sb_tail *t, const char *p, size_t n)
{
    if (n > t->cap) {
        t->dropped += n - t->cap;
        p += n - t->cap;
        n = t->cap;
    }
    if (t->len + n > 2 * t->cap) {
        size_t keep = t->cap - n;
        memmove(t->data, t->data + t->len - keep, keep);
        t->dropped += t->len - keep;
        t->len = keep;
    }
    tail_room(t, t->len + n);
    memcpy(t->data + t->len, p, n);
    t->len += n;
}

static void tail_trim(struct sb_tail *t)
{
    if (t->len <= t->cap)
        return;
    memmove(t->data, t->data + t->len - t->cap, t->cap);
    t->dropped += t->len - t->cap;
    t->len = t->cap;
}

static ssize_t write_copy(struct sb_process_drain *d)
{
    const char *p = d->chunk.bytes + d->copied;
    size_t n = d->held - d->copied;
    if (d->copy_socket)
        return send(d->copy_to, p, n, MSG_DONTWAIT | MSG_NOSIGNAL);
    return write(d->copy_to, p, n);
}

/* True: the rest of the chunk has to wait until it is taken. */
static bool copy(struct sb_process_drain *d)
{
    while (d->copy_to >= 0 && d->copied < d->held) {
        ssize_t n = write_copy(d);
        if (n < 0 && errno == EAGAIN)
            return true;
        if (n < 0 && errno != EINTR) {
            *d->copy_failed = true;
            if (d->copy_own)
                close(d->copy_to);
            d->copy_to = -1;
        }
        d->copied += n > 0 ? (size_t)n : 0;
    }
    return false;
}

/* True: there is no more for now, or others should have their turn. *ret_end: nor will there be. */
static bool take(struct sb_process_drain *d, bool *ret_end)
{
    ssize_t n = read(d->fd, d->chunk.bytes, sizeof d->chunk.bytes);
    *ret_end = n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR);
    d->empty = n < 0 && errno == EAGAIN;
    if (n <= 0)
        return d->empty || *ret_end;
    d->total += (uint64_t)n;
    d->held = (size_t)n;
    d->copied = 0;
    tail_put(d->tail, d->chunk.bytes, d->held);
    return false;
}

/* As take, until that, or until a copy must wait; true when at the end. */
static bool drain(struct sb_process_drain *d)
{
    bool end = false;
    for (int turn = 0; turn < TURNS; turn++)
        if (copy(d) || take(d, &end))
            return end;
    return false;
}

static bool must_copy(const struct sb_process_drain *d)
{
    return d->copy_to >= 0 && d->copied < d->held;
}

CO_DESC(sb_process_drain);
static struct sb_co *sb_process_drain_step(struct sb_co *co_self)
{
    CO_BODY(sb_process_drain, f);
    while (!drain(f)) {
        if (must_copy(f)) {
            sb_co_sleep_init(&f->nap, sb_loop_timers(f->loop), sb_loop_now(f->loop) + COPY_RETRY);
            CO_AWAIT(full, &f->nap);
        } else {
            sb_co_poll_init(&f->poll, f->watch, SB_POLL_READ);
            CO_AWAIT(draining, &f->poll);
        }
    }
finally:
    f->on_end(f->ctx);
    CO_END;
}

void sb_process_drain_init(struct sb_process_drain *d, sb_process_ended *on_end, void *ctx)
{
    CO_INIT(sb_process_drain, d);
    d->copy_to = -1;
    d->limit = UINT64_MAX;
    d->on_end = on_end;
    d->ctx = ctx;
}

int sb_process_drain_open(struct sb_process_drain *d, struct sb_loop *l, struct sb_tail *tail,
                          int *ret_theirs, struct sb_error *e)
{
    d->loop = l;
    d->tail = tail;
    return open_pipe(l, 0, &d->fd, ret_theirs, &d->watch, e);
}

/* Pipes and terminals are opened anew: whether writing may block belongs to an open file, and those of
 * our standard streams are shared with others. What cannot be is written to as it is. */
void sb_process_drain_copy(struct sb_process_drain *d, int fd, bool *failed)
{
    struct stat st;
    char path[32];
    d->copy_failed = failed;
    d->copy_to = fd;
    if (fstat(fd, &st) < 0)
        return;
    d->copy_socket = S_ISSOCK(st.st_mode);
    if (!S_ISFIFO(st.st_mode) && !isatty(fd))
        return;
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    int again = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
    if (again >= 0) {
        d->copy_to = again;
        d->copy_own = true;
    }
}

void sb_process_drain_exited(struct sb_process_drain *d)
{
    d->limit = d->total + PIPE_MOST;
}

bool sb_process_drain_idle(const struct sb_process_drain *d)
{
    return sb_co_done(&d->co) || (d->empty && !must_copy(d)) || d->total > d->limit;
}

void sb_process_drain_close(struct sb_process_drain *d)
{
    bool ended = sb_co_done(&d->co), end = false;
    sb_co_cancel(&d->co);
    if (!d->watch)
        return; /* never opened */
    for (uint64_t most = d->total + PIPE_MOST; !ended && d->total < most;)
        if (copy(d) || take(d, &end))
            break;
    tail_trim(d->tail);
    close_pipe(&d->watch, d->fd);
    if (d->copy_own && d->copy_to >= 0)
        close(d->copy_to);
}
