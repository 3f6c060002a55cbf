/* What pings say about a schedule: an early one that does not count, or a job that runs by another
 * time zone's clock than the schedule was given.
 *
 * A job by the clock of a zone that is `shift` ahead of the schedule's pings `shift` before the
 * scheduled instant, plus what the run takes. So shifts of whole and half hours are tried; one explains
 * the pings when each then comes within the grace time after an instant. Of several the one is taken
 * under which the runs are shortest, of those the nearest. */
#include "applets/heartbeat/schedule.h"

enum { MOST_PINGS = 16, HALF_HOURS = 2 * 26 }; /* from UTC-12 to UTC+14 */
#define HALF_HOUR (1800 * SB_NS_PER_S)
#define WEST_MOST (-12 * 3600)
#define EAST_MOST (14 * 3600)

/* How long after a scheduled instant a ping came; INT64_MAX when there was none. */
static int64_t lateness(const struct heartbeat_schedule *s, int64_t ping)
{
    int64_t scheduled;
    if (!heartbeat_schedule_previous(s, ping + 1, &scheduled))
        return INT64_MAX;
    return ping - scheduled;
}

/* The longest of the pings' lateness when their clock is `shift` ahead. */
static int64_t worst_lateness(const struct heartbeat_schedule *s, const int64_t *pings, size_t n,
                              int64_t shift)
{
    int64_t worst = 0;
    for (size_t i = 0; i < n; i++) {
        int64_t late = lateness(s, pings[i] + shift);
        worst = SB_MAX(worst, late);
    }
    return worst;
}

/* The last ping's distance to the instant it was meant for: the nearer of its neighbours. */
static int64_t earliness(const struct heartbeat_schedule *s, int64_t ping)
{
    int64_t next, late = lateness(s, ping);
    if (!heartbeat_schedule_next(s, ping, &next))
        return -late;
    return late == INT64_MAX || next - ping < late ? next - ping : -late;
}

static bool find_shift(const struct heartbeat_schedule *s, const int64_t *pings, size_t n,
                       struct heartbeat_diagnosis *d)
{
    int32_t offset = sb_zone_offset(heartbeat_schedule_zone(s), pings[n - 1], NULL, NULL);
    int64_t best = heartbeat_schedule_grace(s);
    for (int i = 2; i < 2 * HALF_HOURS + 2; i++) {
        int half_hours = i % 2 ? -(i / 2) : i / 2; /* 1, -1, 2, -2 ... */
        int32_t seems = offset + half_hours * 1800;
        if (seems < WEST_MOST || seems > EAST_MOST)
            continue;
        int64_t worst = worst_lateness(s, pings, n, half_hours * HALF_HOUR);
        if (worst > best || (worst == best && d->fit == HEARTBEAT_WRONG_ZONE))
            continue;
        best = worst;
        d->fit = HEARTBEAT_WRONG_ZONE;
        d->seems_s = seems;
    }
    return d->fit == HEARTBEAT_WRONG_ZONE;
}

void heartbeat_schedule_diagnose(const struct heartbeat_schedule *s, const int64_t *pings, size_t n,
                                 struct heartbeat_diagnosis *ret)
{
    struct heartbeat_diagnosis d = {.fit = HEARTBEAT_FITS};
    *ret = d;
    if (heartbeat_schedule_kind(s) == HEARTBEAT_PERIOD || n == 0)
        return;
    if (n > MOST_PINGS) {
        pings += n - MOST_PINGS;
        n = MOST_PINGS;
    }
    for (size_t i = 0; i < n; i++) { /* only pings in a row that do not fit count */
        if (lateness(s, pings[n - 1 - i]) <= heartbeat_schedule_grace(s)) {
            pings += n - i;
            n = i;
            break;
        }
    }
    if (n == 0)
        return;
    d.early = earliness(s, pings[n - 1]);
    if ((n < 2 || !find_shift(s, pings, n, &d)) && d.early > 0)
        d.fit = HEARTBEAT_EARLY;
    *ret = d;
}

static void print_offset(int32_t offset, struct sb_buf *b)
{
    int size = offset < 0 ? -offset : offset;
    sb_buf_printf(b, "UTC%c%02d:%02d", offset < 0 ? '-' : '+', size / 3600, size / 60 % 60);
}

static void print_distance(int64_t early, struct sb_buf *b)
{
    int64_t size = early < 0 ? -early : early;
    sb_duration_print(b, size >= 60 * SB_NS_PER_S ? size - size % (60 * SB_NS_PER_S) : size);
    sb_buf_puts(b, early < 0 ? " late" : " early");
}

void heartbeat_diagnosis_print(const struct heartbeat_schedule *s,
                               const struct heartbeat_diagnosis *d, struct sb_buf *b)
{
    const char *zone = heartbeat_schedule_kind(s) == HEARTBEAT_PERIOD
                           ? ""
                           : sb_zone_name(heartbeat_schedule_zone(s));
    if (d->fit == HEARTBEAT_FITS)
        return;
    if (d->fit == HEARTBEAT_EARLY) {
        sb_buf_puts(b, "the last ping came ");
        print_distance(d->early, b);
        sb_buf_puts(b, " and does not count");
        if (d->early >= HALF_HOUR)
            sb_buf_printf(b, ": is %s the time zone of the job?", zone);
        return;
    }
    sb_buf_puts(b, "the pings come ");
    print_distance(d->early, b);
    sb_buf_printf(b, ": the job seems to run by the clock of ");
    print_offset(d->seems_s, b);
    sb_buf_printf(b, ", not of %s", zone);
}
