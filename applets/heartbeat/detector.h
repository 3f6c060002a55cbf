/* The detector: beats and time in, flips out. Pure: no I/O, no clock of its own; time is passed in.
 *
 * A beat costs O(1): it moves its node's deadline, and the heap of deadlines learns of that when the old
 * one comes up. Judging goes by CLOCK_MONOTONIC at receipt; the sender's clock is evidence only.
 *
 * Nothing of the monitor's own making alerts: heartbeat_detector_fresh gives every node a full window, in
 * O(1). Mass silence: when a share of a zone's expected nodes is late or newly down, one flip speaks for
 * the zone, actions are let through at a rate, and it ends when enough are back, or by itself. */
#ifndef HEARTBEAT_DETECTOR_H
#define HEARTBEAT_DETECTOR_H

#include "applets/heartbeat/flip.h"
#include "applets/heartbeat/policy.h"
#include "applets/heartbeat/registry.h"

struct heartbeat_detector; /* opaque */

/* The two clocks at one moment, and the loop's own health. */
struct heartbeat_now {
    int64_t mono, wall;     /* ns */
    int64_t lag, lag_worst; /* ns */
};

struct heartbeat_detector_options {
    uint32_t max_nodes; /* 0 = 1,000,000; at most 4,000,000,000 */
    bool known_only;    /* beats of nodes that are not known are refused */
};

/* policy is borrowed until it is replaced or the detector freed. Begins with a fresh window (START);
 * the note of it is the first flip, out with the first tick so that what is restored comes before. */
struct heartbeat_detector *heartbeat_detector_new(const struct heartbeat_policy *policy,
                                                  const struct heartbeat_detector_options *options,
                                                  struct heartbeat_listener listener,
                                                  const struct heartbeat_now *now);
void heartbeat_detector_free(struct heartbeat_detector *d); /* NULL is fine */
struct heartbeat_registry *heartbeat_detector_nodes(struct heartbeat_detector *d);

/* One beat, at beat->received. Flips it causes reach the listener before this returns. */
enum heartbeat_verdict heartbeat_detector_beat(struct heartbeat_detector *d,
                                               const struct heartbeat_beat *beat);
/* Time has come to now->mono: flips what is due. Returns the next instant (CLOCK_MONOTONIC ns) at which
 * there may be something to do; INT64_MAX = only after a beat. At most `budget` deadlines are looked at
 * (0 = all); when that was not enough the answer is now->mono. */
int64_t heartbeat_detector_tick(struct heartbeat_detector *d, const struct heartbeat_now *now,
                                uint32_t budget);
/* Every node gets a fresh window from now on, and one note says why. lost: ns nobody was looking. */
void heartbeat_detector_fresh(struct heartbeat_detector *d, const struct heartbeat_now *now,
                              enum heartbeat_fresh why, int64_t lost);
/* No silence is judged before `until` (CLOCK_MONOTONIC ns): after a short stop of our own, what waits in
 * the sockets is read first. */
void heartbeat_detector_hold(struct heartbeat_detector *d, int64_t until);
/* Replaces the policy: nodes are matched anew, and get a fresh window. */
void heartbeat_detector_policy(struct heartbeat_detector *d, const struct heartbeat_policy *policy,
                               const struct heartbeat_now *now);

/* What operators do. 0, or -SB_ENOTFOUND. `who` is kept in the flip. */
enum heartbeat_command {
    HEARTBEAT_PAUSE,
    HEARTBEAT_RESUME, /* of a pause or snooze: a fresh window */
    HEARTBEAT_SNOOZE, /* no alerts until `until_wall` */
    HEARTBEAT_ACK,    /* it is known to be down: expected no more */
    HEARTBEAT_FORGET  /* drop the node */
};
int heartbeat_detector_command(struct heartbeat_detector *d, struct sb_str id,
                               enum heartbeat_command command, int64_t until_wall, const char *who,
                               const struct heartbeat_now *now, struct sb_error *e);

/* A node out of the store, before the first tick: its state stands, its window is fresh. */
void heartbeat_detector_restore(struct heartbeat_detector *d, const struct heartbeat_saved *saved,
                                const struct heartbeat_now *now);
void heartbeat_detector_number(struct heartbeat_detector *d, uint64_t last); /* flips go on from */

/* What stands for a node now, without judging it. */
void heartbeat_detector_evidence(const struct heartbeat_detector *d, const struct heartbeat_node *n,
                                 const struct heartbeat_now *now, struct heartbeat_evidence *ret);

/* The profile that judges the node. */
const struct heartbeat_profile *heartbeat_detector_profile(const struct heartbeat_detector *d,
                                                           const struct heartbeat_node *n);
/* When the next deadline may come up (CLOCK_MONOTONIC ns), as of now; INT64_MAX = none. O(1). */
int64_t heartbeat_detector_next(const struct heartbeat_detector *d);

struct heartbeat_totals {
    uint64_t beats, duplicates, stale, unknown, refused, flips;
    uint32_t states[HEARTBEAT_STATE_COUNT];
};
struct heartbeat_totals heartbeat_detector_totals(const struct heartbeat_detector *d);

struct heartbeat_zone_status {
    uint32_t expected, silent;
    bool mass; /* a mass silence is on */
    int64_t mass_since_wall;
    uint32_t held; /* actions waiting */
};
struct heartbeat_zone_status heartbeat_detector_zone(const struct heartbeat_detector *d,
                                                     uint16_t zone);
/* All zones together. */
struct heartbeat_zone_status heartbeat_detector_all_zones(const struct heartbeat_detector *d);

#endif
