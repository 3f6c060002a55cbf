/* The heap of timers: four-ary, of pointers, each timer knowing its place. */
#include "core/co/timer.h"

#include "core/base/vec.h"

static bool before(const struct sb_co_timer *a, const struct sb_co_timer *b)
{
    return a->at != b->at ? a->at < b->at : a->order < b->order;
}

static void put(struct sb_co_timers *t, size_t i, struct sb_co_timer *timer)
{
    t->heap[i] = timer;
    timer->place = (uint32_t)i + 1;
}

static void rise(struct sb_co_timers *t, size_t i, struct sb_co_timer *timer)
{
    while (i > 0 && before(timer, t->heap[(i - 1) / 4])) {
        put(t, i, t->heap[(i - 1) / 4]);
        i = (i - 1) / 4;
    }
    put(t, i, timer);
}

static void sink(struct sb_co_timers *t, size_t i, struct sb_co_timer *timer)
{
    for (;;) {
        size_t least = 4 * i + 1, end = SB_MIN(4 * i + 5, t->len);
        if (least >= t->len)
            break;
        for (size_t child = least + 1; child < end; child++)
            if (before(t->heap[child], t->heap[least]))
                least = child;
        if (!before(t->heap[least], timer))
            break;
        put(t, i, t->heap[least]);
        i = least;
    }
    put(t, i, timer);
}

static void set(struct sb_co_timers *t, struct sb_co_timer *timer)
{
    assert(timer->place == 0 && t->len < UINT32_MAX);
    if (t->firing && timer->at <= t->now)
        timer->at = t->now + 1;
    timer->order = t->order++;
    if (t->len == t->cap)
        sb_vec_grow(&t->heap, &t->cap, t->len + 1, sizeof(struct sb_co_timer *));
    rise(t, t->len, timer);
    t->len++;
}

static void drop(struct sb_co_timers *t, struct sb_co_timer *timer)
{
    if (timer->place == 0)
        return;
    size_t i = timer->place - 1;
    struct sb_co_timer *last = t->heap[--t->len];
    timer->place = 0;
    if (last == timer)
        return;
    if (i > 0 && before(last, t->heap[(i - 1) / 4]))
        rise(t, i, last);
    else
        sink(t, i, last);
}

void sb_co_timers_done(struct sb_co_timers *t)
{
    assert(t->len == 0);
    free(t->heap);
    *t = (struct sb_co_timers){.heap = NULL};
}

bool sb_co_timers_next(const struct sb_co_timers *t, int64_t *ret_at)
{
    if (t->len == 0)
        return false;
    *ret_at = t->heap[0]->at;
    return true;
}

void sb_co_timers_fire(struct sb_co_timers *t, int64_t now)
{
    assert(!t->firing && now < INT64_MAX);
    t->firing = true;
    t->now = now;
    while (t->len && t->heap[0]->at <= now) {
        struct sb_co_timer *due = t->heap[0];
        drop(t, due);
        if (due->expires)
            sb_co_expire(due->co);
        else
            sb_co_run(due->co);
    }
    t->firing = false;
}

void sb_co_deadline_set(struct sb_co_timers *t, struct sb_co_timer *d, struct sb_co *co, int64_t at)
{
    *d = (struct sb_co_timer){.at = at, .co = co, .expires = true};
    set(t, d);
}

void sb_co_alarm_set(struct sb_co_timers *t, struct sb_co_timer *a, struct sb_co *co, int64_t at)
{
    *a = (struct sb_co_timer){.at = at, .co = co};
    set(t, a);
}

void sb_co_deadline_drop(struct sb_co_timers *t, struct sb_co_timer *d)
{
    drop(t, d);
}

CO_DESC(sb_co_sleep);
static struct sb_co *sb_co_sleep_step(struct sb_co *co_self)
{
    CO_BODY(sb_co_sleep, f);
    set(f->timers, &f->timer);
    CO_PARK(asleep);
finally:
    drop(f->timers, &f->timer);
    CO_END;
}

void sb_co_sleep_init(struct sb_co_sleep *s, struct sb_co_timers *t, int64_t until)
{
    CO_INIT(sb_co_sleep, s);
    s->timers = t;
    s->timer = (struct sb_co_timer){.at = until, .co = &s->co};
}
