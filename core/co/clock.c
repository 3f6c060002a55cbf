/* Comparing two looks at the clocks. */
#include "core/co/clock.h"

#include <time.h>

enum {
    SLEW = 1000 /* ntpd and chronyd slew by at most 500 ppm (adjtimex(2)); twice that is no step */
};

void sb_clock_watch_init(struct sb_clock_watch *w, int64_t tolerance)
{
    *w = (struct sb_clock_watch){.tolerance = tolerance};
}

struct sb_clock_event sb_clock_watch_tick(struct sb_clock_watch *w, const struct sb_clocks *now,
                                          int64_t interval)
{
    struct sb_clock_event event = {.what = SB_CLOCK_NONE};
    struct sb_clocks last = w->last;
    bool first = !w->started;
    w->last = *now;
    w->started = true;
    if (first)
        return event;
    int64_t ran = now->monotonic - last.monotonic, passed = now->boot - last.boot;
    int64_t step = (now->real - last.real) - passed;
    int64_t slewed = w->tolerance + passed / SLEW;
    if (step > slewed || step < -slewed) {
        event.what = SB_CLOCK_STEPPED;
        event.amount = event.stepped = step;
    }
    if (ran - interval > w->tolerance) {
        event.what = SB_CLOCK_PAUSED;
        event.amount = event.paused = ran - interval;
    }
    if (passed - ran > w->tolerance) {
        event.what = SB_CLOCK_SUSPENDED;
        event.amount = event.suspended = passed - ran;
    }
    return event;
}

static int64_t look(clockid_t clock)
{
    struct timespec t = {0};
    (void)clock_gettime(clock, &t); /* these three exist on every Linux this builds for */
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

void sb_clocks_read(struct sb_clocks *ret_now)
{
    *ret_now =
        (struct sb_clocks){look(CLOCK_MONOTONIC), look(CLOCK_BOOTTIME), look(CLOCK_REALTIME)};
}
