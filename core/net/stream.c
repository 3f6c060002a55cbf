/* Byte streams: reading and writing what is there, waiting for what is not. */
#include "core/net/stream.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    TURNS = 16, /* operations done at once before others have their turn */
    READ_FIRST = 1024,
    READ_MOST = 65536,
};

void sb_stream_close(struct sb_stream *s)
{
    if (!s->watch)
        return;
    sb_watch_free(s->watch);
    close(s->fd);
    sb_buf_done(&s->input);
    *s = (struct sb_stream){.watch = NULL};
}

void sb_stream_shutdown(struct sb_stream *s)
{
    shutdown(s->fd, SHUT_WR);
}

int sb_stream_fail(const struct sb_stream *s, const char *what, struct sb_error *e)
{
    errno = s->error;
    return sb_fail_errno(e, "%s", what);
}

void sb_stream_peer(const struct sb_stream *s, char text[SB_SOCKADDR_TEXT])
{
    union sb_sockaddr a = {.any.sa_family = AF_UNSPEC};
    socklen_t len = sizeof a;
    if (getpeername(s->fd, &a.any, &len) < 0)
        memcpy(text, "?", 2);
    else
        sb_sockaddr_text(&a, text);
}

/* What came of trying. */
enum tried {
    DONE,
    WAIT, /* nothing now, or others should have their turn */
    BROKEN,
};

static enum tried judge(struct sb_stream *s)
{
    if (errno == EAGAIN || errno == EINTR)
        return WAIT;
    s->error = errno;
    return BROKEN;
}

/* True once in TURNS. */
static bool others_first(struct sb_stream *s)
{
    s->turns = (uint8_t)((s->turns + 1) % TURNS);
    return s->turns == 0;
}

/* ---- reading ---- */

/* Hands out what lies in the buffer. */
static size_t take(struct sb_stream *s, char *to, size_t size)
{
    size_t n = SB_MIN(s->input.len - s->taken, size);
    if (n == 0)
        return 0;
    memcpy(to, s->input.data + s->taken, n);
    s->taken += n;
    s->searched = 0;
    if (s->taken == s->input.len) {
        sb_buf_reset(&s->input);
        s->taken = 0;
    }
    return n;
}

static enum tried read_some(struct sb_stream_read *f)
{
    struct sb_stream *s = f->stream;
    f->len = take(s, f->to, f->size);
    if (f->len > 0)
        return DONE;
    if (others_first(s))
        return WAIT;
    ssize_t n = recv(s->fd, f->to, f->size, MSG_DONTWAIT);
    if (n < 0)
        return judge(s);
    f->len = (size_t)n;
    return DONE;
}

CO_DESC(sb_stream_read);
static struct sb_co *sb_stream_read_step(struct sb_co *co_self)
{
    CO_BODY(sb_stream_read, f);
    for (;;) {
        switch (read_some(f)) {
        case DONE: CO_RETURN(0);
        case BROKEN: CO_RETURN(sb_negative(SB_EIO));
        case WAIT: break;
        }
        sb_co_poll_init(&f->poll, f->stream->watch, SB_POLL_READ);
        CO_AWAIT(reading, &f->poll);
    }
finally:
    CO_END;
}

void sb_stream_read_init(struct sb_stream_read *r, struct sb_stream *s, char *to, size_t size)
{
    assert(size > 0);
    CO_INIT(sb_stream_read, r);
    r->stream = s;
    r->to = to;
    r->size = size;
}

/* ---- lines ---- */

static struct sb_str without_return(const char *p, size_t len)
{
    return (struct sb_str){p, len > 0 && p[len - 1] == '\r' ? len - 1 : len};
}

/* True: there is a newline with at most cap bytes before it, and it is taken. *ret_over: there cannot be. */
static bool take_line(struct sb_stream_line *f, bool *ret_over)
{
    struct sb_stream *s = f->stream;
    size_t have = s->input.len - s->taken;
    size_t within = have > f->cap ? f->cap + 1 : have;
    *ret_over = false;
    if (have == 0) /* and perhaps no memory */
        return false;
    const char *p = s->input.data + s->taken, *end = NULL;
    if (within > s->searched)
        end = memchr(p + s->searched, '\n', within - s->searched);
    s->searched = within;
    *ret_over = !end && have > f->cap;
    if (!end)
        return false;
    f->line = without_return(p, (size_t)(end - p));
    s->taken += (size_t)(end - p) + 1;
    s->searched = 0;
    return true;
}

/* Moves what is left to the front, so that the buffer holds no more than a line and a read. */
static void pack(struct sb_stream *s)
{
    size_t left = s->input.len - s->taken;
    if (s->taken == 0)
        return;
    memmove(s->input.data, s->input.data + s->taken, left);
    s->input.len = left;
    s->taken = 0;
}

/* As much as the line may still have, and what comes with it up to a page or so. */
static enum tried fill(struct sb_stream *s, size_t cap, bool *ret_end)
{
    char chunk[READ_MOST];
    size_t have = s->input.len, most = cap + 1 > have ? cap + 1 - have : 1;
    if (others_first(s))
        return WAIT;
    ssize_t n =
        recv(s->fd, chunk, SB_MIN(SB_MAX(most, (size_t)READ_FIRST), sizeof chunk), MSG_DONTWAIT);
    if (n < 0)
        return judge(s);
    *ret_end = n == 0;
    s->input.max = SIZE_MAX / 2; /* the cap is kept here: have + n <= cap + READ_FIRST */
    sb_buf_put(&s->input, chunk, (size_t)n);
    return DONE;
}

static enum tried read_line(struct sb_stream_line *f, int32_t *ret_rc)
{
    struct sb_stream *s = f->stream;
    bool over, end = false;
    *ret_rc = 0;
    while (!take_line(f, &over)) {
        enum tried tried = over ? BROKEN : (pack(s), fill(s, f->cap, &end));
        *ret_rc = sb_negative(over ? SB_ETOOBIG : SB_EIO);
        if (tried != DONE)
            return tried;
        *ret_rc = 0;
        if (end) {
            f->end = true;
            f->line = s->input.len ? without_return(s->input.data, s->input.len) : SB_STR("");
            s->taken = s->input.len;
            s->searched = 0;
            return DONE;
        }
    }
    return DONE;
}

CO_DESC(sb_stream_line);
static struct sb_co *sb_stream_line_step(struct sb_co *co_self)
{
    CO_BODY(sb_stream_line, f);
    while (read_line(f, &co_self->rc) == WAIT) {
        sb_co_poll_init(&f->poll, f->stream->watch, SB_POLL_READ);
        CO_AWAIT(reading, &f->poll);
    }
finally:
    CO_END;
}

void sb_stream_line_init(struct sb_stream_line *r, struct sb_stream *s, size_t cap)
{
    assert(cap > 0 && cap < SIZE_MAX / 4);
    CO_INIT(sb_stream_line, r);
    r->stream = s;
    r->cap = cap;
}

/* ---- writing ---- */

static enum tried write_some(struct sb_stream_write *f)
{
    struct sb_stream *s = f->stream;
    while (f->done < f->bytes.len) {
        if (others_first(s))
            return WAIT;
        ssize_t n =
            send(s->fd, f->bytes.p + f->done, f->bytes.len - f->done, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (n < 0)
            return judge(s);
        f->done += (size_t)n;
    }
    return DONE;
}

CO_DESC(sb_stream_write);
static struct sb_co *sb_stream_write_step(struct sb_co *co_self)
{
    CO_BODY(sb_stream_write, f);
    for (;;) {
        switch (write_some(f)) {
        case DONE: CO_RETURN(0);
        case BROKEN: CO_RETURN(sb_negative(SB_EIO));
        case WAIT: break;
        }
        sb_co_poll_init(&f->poll, f->stream->watch, SB_POLL_WRITE);
        CO_AWAIT(writing, &f->poll);
    }
finally:
    CO_END;
}

void sb_stream_write_init(struct sb_stream_write *w, struct sb_stream *s, struct sb_str bytes)
{
    CO_INIT(sb_stream_write, w);
    w->stream = s;
    w->bytes = bytes;
}
