/* What happened to time between two looks at the clocks: was this process stopped, the machine
 * suspended, the wall clock set? A pure function of three clocks, so that tests can make them up.
 *
 * CLOCK_MONOTONIC stands still while the machine is suspended, CLOCK_BOOTTIME does not; CLOCK_REALTIME
 * runs with CLOCK_BOOTTIME except where somebody sets it (clock_gettime(2)). A process that was stopped
 * or did not get to run sees all three go on, but its next look comes late. All in ns. */
#ifndef SB_CO_CLOCK_H
#define SB_CO_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

struct sb_clocks {
    int64_t monotonic, boot, real;
};

enum sb_clock_what {
    SB_CLOCK_NONE,
    SB_CLOCK_PAUSED,    /* the look came later than it should have */
    SB_CLOCK_SUSPENDED, /* the machine slept */
    SB_CLOCK_STEPPED,   /* the wall clock was set */
};

struct sb_clock_event {
    enum sb_clock_what what;   /* suspended before paused before stepped, when several happened */
    int64_t amount;            /* of it, from the fields below */
    int64_t paused, suspended; /* 0 or how long */
    int64_t stepped;           /* 0, or how far: negative = back */
};

struct sb_clock_watch {
    struct sb_clocks last;
    int64_t tolerance;
    bool started;
};

/* Changes up to `tolerance` (0 or more) are not reported; nor is slewing of the wall clock, which is
 * taken to be up to 1 in 1000 of the time between two ticks. */
void sb_clock_watch_init(struct sb_clock_watch *w, int64_t tolerance);

/* A look at the clocks that was to come `interval` after the one before (0 or more). The first says
 * NONE. What is reported is told once; the next tick is compared with this one. */
struct sb_clock_event sb_clock_watch_tick(struct sb_clock_watch *w, const struct sb_clocks *now,
                                          int64_t interval);

/* The clocks of this machine. */
void sb_clocks_read(struct sb_clocks *ret_now);

#endif
