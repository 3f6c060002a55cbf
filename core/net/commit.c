/* The writer's wake-ups become those of coroutines, by one uv_async; those for whom there is no room
 * stand in a list and enter the writer's queue as room is made.
 *
 * Invariant: nobody enters the queue while somebody stands in the list. */
#include "core/net/commit.h"

#include "core/base/mem.h"

#include <uv.h>

/* The handle dies in libuv's close callback, hence on the heap. */
struct sb_commits {
    uv_async_t handle;
    struct sb_writer *writer;
    struct sb_write *first, *last;
};

static void enqueue(struct sb_commits *c, struct sb_write *w)
{
    w->queued = true;
    w->next = NULL;
    w->prev = c->last;
    *(c->last ? &c->last->next : &c->first) = w;
    c->last = w;
}

static void dequeue(struct sb_commits *c, struct sb_write *w)
{
    w->queued = false;
    *(w->prev ? &w->prev->next : &c->first) = w->next;
    *(w->next ? &w->next->prev : &c->last) = w->prev;
}

static bool enter(struct sb_commits *c, struct sb_write *w)
{
    w->under_way = sb_writer_add(c->writer, &w->job);
    return w->under_way;
}

static void on_news(uv_async_t *handle)
{
    struct sb_commits *c = handle->data;
    sb_writer_drain(c->writer);
    for (struct sb_write *w; (w = c->first) != NULL && enter(c, w);)
        dequeue(c, w);
}

/* From the writer's thread. */
static void wake(void *ctx)
{
    struct sb_commits *c = ctx;
    uv_async_send(&c->handle);
}

static void on_closed(uv_handle_t *handle)
{
    free(handle->data);
}

int sb_commits_new(struct sb_commits **ret_commits, struct sb_loop *l, struct sb_store *take_store,
                   const struct sb_writer_options *opts, struct sb_error *e)
{
    struct sb_commits *c = sb_xcalloc(1, sizeof *c);
    struct sb_writer_options own = opts ? *opts : (struct sb_writer_options){0};
    int rc = uv_async_init(sb_loop_uv(l), &c->handle, on_news);
    if (rc < 0) {
        sb_store_free(take_store);
        free(c);
        return sb_fail(e, SB_EIO, "cannot tie the store to the loop: %s", uv_strerror(rc));
    }
    c->handle.data = c;
    own.wake = wake;
    own.wake_ctx = c;
    int code = sb_writer_new(&c->writer, take_store, &own, e);
    if (code) {
        uv_close((uv_handle_t *)&c->handle, on_closed);
        return code;
    }
    *ret_commits = c;
    return 0;
}

void sb_commits_free(struct sb_commits *c)
{
    if (!c)
        return;
    assert(!c->first);
    sb_writer_free(c->writer);
    uv_close((uv_handle_t *)&c->handle, on_closed);
}

struct sb_writer *sb_commits_writer(struct sb_commits *c)
{
    return c->writer;
}

static void on_done(struct sb_write_job *job)
{
    struct sb_write *w = (struct sb_write *)(void *)((char *)job - offsetof(struct sb_write, job));
    w->under_way = false;
    sb_co_run(&w->co);
}

CO_DESC(sb_write);
static struct sb_co *sb_write_step(struct sb_co *co_self)
{
    CO_BODY(sb_write, f);
    if (f->commits->first || !enter(f->commits, f))
        enqueue(f->commits, f);
    CO_PARK(committing);
    CO_RETURN(f->job.rc);
finally:
    if (f->queued)
        dequeue(f->commits, f);
    if (f->under_way)
        CO_CLOSE(stopping, (void)0);
    CO_END;
}

void sb_write_init(struct sb_write *w, struct sb_commits *c, sb_write_fn *fn, void *ctx, bool lazy)
{
    CO_INIT(sb_write, w);
    w->commits = c;
    w->job = (struct sb_write_job){
        .fn = fn, .ctx = ctx, .error = &w->error, .done = on_done, .lazy = lazy};
}
