/* The loop: one uv_timer for all timers, armed before each wait, and the clocks around the wait. */
#include "core/co/loop.h"

#include "core/base/mem.h"

#include <signal.h>
#include <uv.h>

#define NS_PER_MS INT64_C(1000000)

struct sb_loop {
    uv_loop_t uv;
    uv_timer_t timer;
    uv_prepare_t before_wait;
    struct sb_co_timers timers;
    struct sb_loop_lag lag;
    int64_t now; /* 0 = not looked at since the last wait */
    int64_t armed_for;
    bool armed, running;
    const struct sb_co *root; /* of sb_loop_run */
    int64_t waited_at, idle;  /* when the last wait began, and all the waiting before it */
};

int64_t sb_loop_refresh(struct sb_loop *l)
{
    return l->now = (int64_t)uv_hrtime(); /* CLOCK_MONOTONIC */
}

int64_t sb_loop_now(struct sb_loop *l)
{
    return SB_LIKELY(l->now) ? l->now : sb_loop_refresh(l);
}

static void on_timer(uv_timer_t *timer)
{
    struct sb_loop *l = timer->data;
    int64_t at, now = sb_loop_refresh(l);
    l->armed = false;
    if (!sb_co_timers_next(&l->timers, &at) || at > now)
        return; /* dropped, or a little early: armed again before the wait */
    l->lag.late = now - at;
    l->lag.worst_late = SB_MAX(l->lag.worst_late, l->lag.late);
    sb_co_timers_fire(&l->timers, now);
}

/* Lets libuv wake for the earliest timer. Its clock is ours in whole milliseconds, hence the first of
 * these that is not too early. */
static void arm(struct sb_loop *l)
{
    int64_t at;
    if (!sb_co_timers_next(&l->timers, &at)) {
        uv_timer_stop(&l->timer);
        l->armed = false;
        return;
    }
    if (l->armed && l->armed_for == at)
        return;
    uv_update_time(&l->uv);
    int64_t now = (int64_t)uv_now(&l->uv), due = at / NS_PER_MS + (at % NS_PER_MS > 0);
    uv_timer_start(&l->timer, on_timer, due > now ? (uint64_t)(due - now) : 0, 0);
    l->armed = true;
    l->armed_for = at;
}

/* From one wait to the next, less what of it was waiting, the loop was busy. */
static void measure(struct sb_loop *l)
{
    int64_t now = (int64_t)uv_hrtime(), idle = (int64_t)uv_metrics_idle_time(&l->uv);
    l->lag.busy = now - l->waited_at - (idle - l->idle);
    l->lag.worst_busy = SB_MAX(l->lag.worst_busy, l->lag.busy);
    l->lag.iterations++;
    l->waited_at = now;
    l->idle = idle;
}

static void before_wait(uv_prepare_t *handle)
{
    struct sb_loop *l = handle->data;
    measure(l);
    arm(l);
    l->now = 0;
    if (l->root &&
        sb_co_done(l->root)) /* by a timer that was due already: nothing is to be waited for */
        uv_stop(&l->uv);
}

static void ignore_broken_pipes(void)
{
    struct sigaction now;
    if (sigaction(SIGPIPE, NULL, &now) == 0 && !(now.sa_flags & SA_SIGINFO) &&
        now.sa_handler == SIG_DFL) {
        now.sa_handler = SIG_IGN;
        sigaction(SIGPIPE, &now, NULL);
    }
}

int sb_loop_new(struct sb_loop **ret_loop, struct sb_error *e)
{
    struct sb_loop *l = sb_xcalloc(1, sizeof *l);
    int rc = uv_loop_init(&l->uv);
    if (rc < 0) {
        free(l);
        return sb_fail(e, SB_EIO, "cannot make an event loop: %s", uv_strerror(rc));
    }
    ignore_broken_pipes();
    uv_loop_configure(&l->uv, UV_METRICS_IDLE_TIME);
    uv_timer_init(&l->uv, &l->timer);
    uv_prepare_init(&l->uv, &l->before_wait);
    l->timer.data = l->before_wait.data = l;
    uv_prepare_start(&l->before_wait, before_wait);
    uv_unref((uv_handle_t *)&l->before_wait);
    *ret_loop = l;
    return 0;
}

static void count_open(uv_handle_t *handle, void *count)
{
    if (!uv_is_closing(handle))
        ++*(size_t *)count;
}

void sb_loop_free(struct sb_loop *l)
{
    if (!l)
        return;
    assert(!l->running);
    size_t open = 0;
    uv_close((uv_handle_t *)&l->timer, NULL);
    uv_close((uv_handle_t *)&l->before_wait, NULL);
    uv_walk(&l->uv, count_open, &open);
    assert(open == 0); /* somebody is not done */
    uv_run(&l->uv, UV_RUN_DEFAULT);
    int rc = uv_loop_close(&l->uv);
    assert(rc == 0);
    (void)rc;
    sb_co_timers_done(&l->timers);
    free(l);
}

int32_t sb_loop_run(struct sb_loop *l, struct sb_co *root)
{
    assert(!l->running);
    l->running = true;
    l->root = root;
    sb_loop_refresh(l);
    l->waited_at = l->now;
    l->idle = (int64_t)uv_metrics_idle_time(&l->uv);
    if (root->state == SB_CO_NEW)
        sb_co_run(root);
    while (!sb_co_done(root)) {
        arm(l);
        bool alive = uv_run(&l->uv, UV_RUN_ONCE);
        if (SB_UNLIKELY(!alive && l->timers.len == 0 && !sb_co_done(root)))
            abort(); /* nothing is left that could ever wake it */
    }
    l->running = false;
    l->root = NULL;
    return root->rc;
}

struct sb_co_timers *sb_loop_timers(struct sb_loop *l)
{
    return &l->timers;
}

struct uv_loop_s *sb_loop_uv(struct sb_loop *l)
{
    return &l->uv;
}

void sb_loop_lag(const struct sb_loop *l, struct sb_loop_lag *ret_lag)
{
    *ret_lag = l->lag;
}

void sb_loop_lag_reset(struct sb_loop *l)
{
    l->lag.worst_late = l->lag.worst_busy = 0;
}
