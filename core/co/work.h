/* Work that blocks, done on libuv's thread pool (UV_THREADPOOL_SIZE threads, 4 by default). */
#ifndef SB_CO_WORK_H
#define SB_CO_WORK_H

#include "core/co/loop.h"

#include <uv.h>

/* Runs on another thread: touches nothing but ctx, calls nothing of core/co. */
typedef int32_t sb_work_fn(void *ctx);

/* Awaitable: runs fn(ctx) on the pool. rc is what fn returned (0, or a negative enum sb_err), or as
 * cancelled. Cancelling takes it out of the pool's queue, or waits until fn returns: ctx is the caller's
 * own again when this is done, and `ran` says whether fn was called. */
#define sb_co_work_SAVED(F)
#define sb_co_work_LIVE(F)    \
    F(struct sb_loop *, loop) \
    F(sb_work_fn *, fn)       \
    F(void *, ctx) F(uv_work_t, request) F(int32_t, result) F(bool, ran) F(bool, queued)
#define sb_co_work_POINTS(P) P(working) P(stopping)
CO_FRAME(sb_co_work);
void sb_co_work_init(struct sb_co_work *w, struct sb_loop *l, sb_work_fn *fn, void *ctx);

#endif
