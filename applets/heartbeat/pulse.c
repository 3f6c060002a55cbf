/* The detector's time, and our own faults. See monitor.h. */
#include "applets/heartbeat/monitor.h"

#include "applets/heartbeat/ready.h"
#include "core/base/time.h"

#define MS (SB_NS_PER_S / 1000)
#define LOOK_MOST (250 * MS) /* between two looks */
#define LOOK_LEAST (5 * MS)  /* so that fifty thousand deadlines a second are judged in batches */
#define TOLERANCE (100 * MS) /* a look that is so late may happen */
#define STOPPED (1000 * MS)  /* one that is so late was not just slow: nobody looked */
/* So much hold in so long is overload: beats wait for us, not we for beats. */
#define OVERLOAD (3 * SB_NS_PER_S)
#define OVERLOAD_WITHIN (10 * SB_NS_PER_S)
/* A fresh window for all is no state to stay in: who floods the monitor must not hide who is dead. */
#define OVERLOAD_AGAIN (300 * SB_NS_PER_S)

CO_DESC(heartbeat_pulse);

void heartbeat_pulse_init(struct heartbeat_pulse *f, struct heartbeat_monitor *m)
{
    CO_INIT(heartbeat_pulse, f);
    f->m = m;
    f->watchdog = heartbeat_ready_watchdog();
    sb_clock_watch_init(&f->watch, TOLERANCE);
}

static void fresh(struct heartbeat_monitor *m, const struct heartbeat_now *now,
                  enum heartbeat_fresh why, int64_t lost)
{
    heartbeat_detector_fresh(m->detector, now, why, lost);
    heartbeat_recorder_fresh(&m->recorder, now->mono, why, lost);
}

/* A look that was a little late: what waits in the sockets is read before anybody is judged. Too much of
 * that, and nobody can be judged at all. */
static void hold(struct heartbeat_pulse *f, const struct heartbeat_now *now, int64_t paused)
{
    if (now->mono - f->held_at > OVERLOAD_WITHIN) {
        f->held_at = now->mono;
        f->held = 0;
    }
    f->held += paused;
    heartbeat_detector_hold(f->m->detector, now->mono + paused);
    if (f->held < OVERLOAD || (f->told_at && now->mono - f->told_at < OVERLOAD_AGAIN))
        return;
    fresh(f->m, now, HEARTBEAT_FRESH_OVERLOAD, f->held);
    f->told_at = now->mono;
    f->held = 0;
}

/* The worst lag is of the last minute or so. */
static void forget_lag(struct heartbeat_pulse *f, int64_t now)
{
    if (now - f->lag_at < 60 * SB_NS_PER_S)
        return;
    sb_loop_lag_reset(f->m->loop);
    f->lag_at = now;
}

/* Datagrams that the kernel dropped for want of room: beats that were lost by us. */
static void drops(struct heartbeat_pulse *f, const struct heartbeat_now *now)
{
    uint64_t dropped = f->m->udp ? heartbeat_udp_stats(f->m->udp).dropped : 0;
    if (dropped > f->dropped)
        hold(f, now, LOOK_MOST);
    f->dropped = dropped;
}

static void own_faults(struct heartbeat_pulse *f, const struct heartbeat_now *now,
                       const struct sb_clock_event *event)
{
    if (event->suspended)
        fresh(f->m, now, HEARTBEAT_FRESH_SUSPEND, event->suspended);
    else if (event->paused >= STOPPED)
        fresh(f->m, now, HEARTBEAT_FRESH_STOPPED, event->paused);
    else if (event->paused)
        hold(f, now, event->paused);
    if (event->stepped)
        fresh(f->m, now, HEARTBEAT_FRESH_CLOCK, event->stepped);
}

static void watchdog(struct heartbeat_pulse *f, int64_t now)
{
    if (f->watchdog == 0 || now < f->watchdog_at)
        return;
    heartbeat_ready_send("WATCHDOG=1");
    f->watchdog_at = now + f->watchdog;
}

static void look(struct heartbeat_pulse *f)
{
    struct sb_clocks clocks;
    sb_clocks_read(&clocks);
    int64_t planned = f->looked_at ? SB_MAX(f->wake_at - f->looked_at, 0) : 0;
    struct sb_clock_event event = sb_clock_watch_tick(&f->watch, &clocks, planned);
    struct heartbeat_now now = heartbeat_monitor_now(f->m);
    now.mono = clocks.monotonic;
    now.wall = clocks.real;
    f->looked_at = now.mono;
    own_faults(f, &now, &event);
    drops(f, &now);
    forget_lag(f, now.mono);
    int64_t next = heartbeat_detector_tick(f->m->detector, &now, 0);
    heartbeat_notices_tick(f->m->outlet.notices, now.wall);
    heartbeat_recorder_tick(&f->m->recorder, now.mono);
    heartbeat_trouble_look(&f->m->trouble, f->m->server, f->m->keeper, now.mono);
    watchdog(f, now.mono);
    int64_t most = f->watchdog ? SB_MIN(LOOK_MOST, f->watchdog) : LOOK_MOST;
    f->wake_at = SB_MIN(SB_MAX(next, now.mono + LOOK_LEAST), now.mono + most);
}

void heartbeat_pulse_hurry(struct heartbeat_pulse *f)
{
    int64_t at = SB_MAX(heartbeat_detector_next(f->m->detector), f->looked_at + LOOK_LEAST);
    if (at >= f->wake_at || !f->alarm.place)
        return;
    f->wake_at = at;
    sb_co_deadline_drop(sb_loop_timers(f->m->loop), &f->alarm);
    sb_co_alarm_set(sb_loop_timers(f->m->loop), &f->alarm, &f->co, at);
}

static struct sb_co *heartbeat_pulse_step(struct sb_co *co_self)
{
    CO_BODY(heartbeat_pulse, f);
    for (;;) {
        look(f);
        sb_co_alarm_set(sb_loop_timers(f->m->loop), &f->alarm, co_self, f->wake_at);
        CO_PARK(resting);
    }
finally:
    sb_co_deadline_drop(sb_loop_timers(f->m->loop), &f->alarm);
    CO_END;
}
