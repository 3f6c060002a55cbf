/* Running, waking and cancelling coroutines.
 *
 * Invariants: the queue of the ready holds only parked coroutines; whoever runs first (`running` was
 * false) drains it. Steps return whom to step next, so the C stack stays flat. */
#include "core/co/co.h"

#include "core/base/mem.h"

#include <string.h>

static _Thread_local struct {
    struct sb_co_ready *first, *last;
    bool running;
} queue;

static inline void follow(struct sb_co *co)
{
    while (co)
        co = co->desc->step(co);
}

static void drain(void)
{
    while (queue.first) {
        struct sb_co *co = queue.first->co;
        sb_co_unwake(queue.first);
        follow(co);
    }
}

/* Runs co, and as the outermost run also what became ready. */
static void run(struct sb_co *co)
{
    bool inner = queue.running;
    queue.running = true;
    follow(co);
    if (!inner) {
        drain();
        queue.running = false;
    }
}

void sb_co_run(struct sb_co *co)
{
    if (co->state == SB_CO_RUNNING) {
        co->flags = (uint8_t)(co->flags | SB_CO_WOKEN);
        return;
    }
    assert(co->state != SB_CO_AWAITING && co->state != SB_CO_DONE);
    run(co);
}

bool sb_co_next_slow(struct sb_co *co)
{
    if (co->state == SB_CO_DONE)
        return false;
    assert(!co->up &&
           (co->state == SB_CO_NEW || co->state == SB_CO_YIELDED || co->state == SB_CO_LOADED));
    return sb_co_next_rest(co, co);
}

bool sb_co_next_rest(struct sb_co *co, struct sb_co *next)
{
    run(next);
    return co->state == SB_CO_YIELDED;
}

struct sb_co *sb_co_yield(struct sb_co *co)
{
    if (sb_co_must_stop(co)) {
        co->state = SB_CO_STOPPING;
        return co;
    }
    assert(!co->up || !(co->up->flags & SB_CO_GROUP));
    co->state = SB_CO_YIELDED;
    return sb_co_release(co);
}

struct sb_co *sb_co_park(struct sb_co *co)
{
    bool woken = co->flags & SB_CO_WOKEN, stops = sb_co_must_stop(co);
    co->flags = (uint8_t)(co->flags & ~SB_CO_WOKEN);
    co->state = stops ? SB_CO_STOPPING : SB_CO_PARKED;
    return woken || stops ? co : NULL;
}

struct sb_co *sb_co_lost(const struct sb_co *co)
{
    bool is_of_this_body = !co;
    assert(is_of_this_body);
    abort();
}

/* Marks co and those below it; returns the leaf that must be stepped to take it, or NULL. */
static struct sb_co *mark(struct sb_co *co, unsigned flags)
{
    while (!(co->flags & (SB_CO_CANCEL | SB_CO_FINAL)) && co->state != SB_CO_DONE) {
        co->flags = (uint8_t)(co->flags | flags);
        if (co->state == SB_CO_RUNNING)
            return NULL;
        if (co->state != SB_CO_AWAITING)
            return co;
        co = co->where.down;
    }
    return NULL;
}

/* One that was not entered yet ends here. */
struct sb_co *sb_co_stop(struct sb_co *co, unsigned flags)
{
    struct sb_co *leaf = mark(co, flags);
    if (!leaf)
        return NULL;
    if (leaf->state != SB_CO_NEW) {
        leaf->state = SB_CO_STOPPING; /* past the straight way to its point */
        return leaf;
    }
    leaf->rc = sb_co_reason(leaf);
    return sb_co_finish(leaf);
}

void sb_co_cancel(struct sb_co *co)
{
    struct sb_co *leaf = sb_co_stop(co, SB_CO_CANCEL);
    if (leaf)
        sb_co_run(leaf);
}

void sb_co_expire(struct sb_co *co)
{
    struct sb_co *leaf = sb_co_stop(co, SB_CO_CANCEL | SB_CO_LATE);
    if (leaf)
        sb_co_run(leaf);
}

const char *sb_co_where(const struct sb_co *co)
{
    return co->state == SB_CO_DONE ? "done" : co->desc->points[co->point];
}

void sb_co_wake(struct sb_co_ready *ready, struct sb_co *co)
{
    if (ready->co)
        return;
    if (queue.running)
        sb_co_queue(ready, co);
    else
        sb_co_run(co);
}

void sb_co_queue(struct sb_co_ready *ready, struct sb_co *co)
{
    if (ready->co)
        return;
    *ready = (struct sb_co_ready){.prev = queue.last, .co = co};
    if (queue.last)
        queue.last->next = ready;
    else
        queue.first = ready;
    queue.last = ready;
}

void sb_co_unwake(struct sb_co_ready *ready)
{
    if (!ready->co)
        return;
    if (ready->prev)
        ready->prev->next = ready->next;
    else
        queue.first = ready->next;
    if (ready->next)
        ready->next->prev = ready->prev;
    else
        queue.last = ready->prev;
    *ready = (struct sb_co_ready){.co = NULL};
}

struct sb_co *sb_co_await_slow(struct sb_co *self, struct sb_co *child)
{
    self->state = SB_CO_AWAITING;
    if (SB_UNLIKELY(sb_co_must_stop(self)) || child->state == SB_CO_DONE)
        return self;
    assert(!child->up && child->state != SB_CO_RUNNING);
    sb_co_adopt(child, self);
    return child->state == SB_CO_PARKED || child->state == SB_CO_AWAITING ? NULL : child;
}

struct sb_co *sb_co_new(const struct sb_co_desc *desc)
{
    struct sb_co *co =
        sb_xmalloc(desc->size); /* faster than calloc, which bypasses glibc's caches */
    memset(co, 0, desc->size);
    co->desc = desc;
    return co;
}

void sb_co_free(struct sb_co *co)
{
    if (co && co->state != SB_CO_NEW && co->state != SB_CO_DONE)
        abort();
    free(co);
}
