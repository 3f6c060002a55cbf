/* A watched descriptor: what is armed in the kernel follows what is waited for, lazily. */
#include "core/co/poll.h"

#include "core/base/mem.h"

#include <uv.h>

/* The handle dies in libuv's close callback, hence on the heap. `armed` outlives a wait: whoever waits
 * for the same again finds it armed; an event nobody waits for disarms it. */
struct sb_watch {
    uv_poll_t handle;
    struct sb_co_poll *reader, *writer;
    int armed;
    bool failed; /* cannot be armed: whoever waits goes on and meets the error itself */
};

_Static_assert((int)SB_POLL_READ == (int)UV_READABLE && (int)SB_POLL_WRITE == (int)UV_WRITABLE,
               "the same bits");

static void on_event(uv_poll_t *handle, int status, int events);

static void arm(struct sb_watch *w, int events)
{
    if (events == w->armed)
        return;
    w->armed = events;
    if (events == 0)
        uv_poll_stop(&w->handle);
    else
        w->failed = uv_poll_start(&w->handle, events, on_event) < 0;
}

static void wake(struct sb_co_poll *p, int events)
{
    if (p && (p->events & events)) {
        p->ready = (uint8_t)(p->events & events);
        sb_co_run(&p->co);
    }
}

static void on_event(uv_poll_t *handle, int status, int events)
{
    struct sb_watch *w = handle->data;
    if (status < 0) { /* an error is pending, and libuv has stopped watching */
        w->armed = 0;
        events = UV_READABLE | UV_WRITABLE;
    }
    int wanted = (w->reader ? UV_READABLE : 0) | (w->writer ? UV_WRITABLE : 0);
    if (events & ~wanted & w->armed)
        arm(w, w->armed & wanted);
    bool both = w->reader == w->writer;
    wake(w->reader, events);
    if (!both)
        wake(w->writer, events); /* as it is now: the reader may have cancelled it */
}

int sb_watch_new(struct sb_watch **ret_watch, struct sb_loop *l, int fd, struct sb_error *e)
{
    struct sb_watch *w = sb_xcalloc(1, sizeof *w);
    int rc = uv_poll_init(sb_loop_uv(l), &w->handle, fd);
    if (rc < 0) {
        free(w);
        return sb_fail(e, SB_EIO, "cannot watch a descriptor: %s", uv_strerror(rc));
    }
    w->handle.data = w;
    *ret_watch = w;
    return 0;
}

static void on_closed(uv_handle_t *handle)
{
    free(handle->data);
}

void sb_watch_free(struct sb_watch *w)
{
    if (!w)
        return;
    assert(!w->reader && !w->writer);
    uv_close((uv_handle_t *)&w->handle, on_closed);
}

CO_DESC(sb_co_poll);
static struct sb_co *sb_co_poll_step(struct sb_co *co_self)
{
    CO_BODY(sb_co_poll, f);
    assert(!(f->events & SB_POLL_READ && f->watch->reader) &&
           !(f->events & SB_POLL_WRITE && f->watch->writer));
    if (f->events & SB_POLL_READ)
        f->watch->reader = f;
    if (f->events & SB_POLL_WRITE)
        f->watch->writer = f;
    arm(f->watch, f->watch->armed | f->events);
    if (f->watch->failed) {
        f->ready = f->events;
        CO_RETURN(0);
    }
    CO_PARK(watching);
finally:
    if (f->watch->reader == f)
        f->watch->reader = NULL;
    if (f->watch->writer == f)
        f->watch->writer = NULL;
    CO_END;
}

void sb_co_poll_init(struct sb_co_poll *p, struct sb_watch *w, unsigned events)
{
    CO_INIT(sb_co_poll, p);
    p->watch = w;
    p->events = (uint8_t)events;
}
