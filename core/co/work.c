/* Work on the thread pool. */
#include "core/co/work.h"

static void on_work(uv_work_t *request)
{
    struct sb_co_work *f = request->data;
    f->ran = true;
    f->result = f->fn(f->ctx);
}

static void on_worked(uv_work_t *request, int status)
{
    struct sb_co_work *f = request->data;
    (void)status; /* UV_ECANCELED: fn was not called */
    f->queued = false;
    sb_co_run(&f->co);
}

static void start(struct sb_co_work *f)
{
    f->request.data = f;
    f->queued = uv_queue_work(sb_loop_uv(f->loop), &f->request, on_work, on_worked) == 0;
    assert(f->queued); /* only a missing function is refused */
}

CO_DESC(sb_co_work);
static struct sb_co *sb_co_work_step(struct sb_co *co_self)
{
    CO_BODY(sb_co_work, f);
    start(f);
    CO_PARK(working);
    CO_RETURN(f->result);
finally:
    if (f->queued) {
        uv_cancel((uv_req_t *)&f->request);
        CO_PARK(stopping);
    }
    CO_END;
}

void sb_co_work_init(struct sb_co_work *w, struct sb_loop *l, sb_work_fn *fn, void *ctx)
{
    CO_INIT(sb_co_work, w);
    w->loop = l;
    w->fn = fn;
    w->ctx = ctx;
}
