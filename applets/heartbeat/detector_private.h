/* The inside of the detector, shared by its files: detector.c (beats), judge.c (silence), mass.c (zones),
 * explain.c (evidence), operate.c (operators, store, policy). Nobody else includes this.
 *
 * Census: a node that must be heard often is HEARD or SILENT in its zone; others are not counted. Counts
 * are kept by speed, the log2 of the silence after which a node is late: whether a zone has gone silent is
 * asked of nodes that would have been late by now, so that nodes that beat once an hour neither hide nor
 * make a silence. */
#ifndef HEARTBEAT_DETECTOR_PRIVATE_H
#define HEARTBEAT_DETECTOR_PRIVATE_H

#include "applets/heartbeat/detector.h"
#include "applets/heartbeat/heap.h"
#include "core/base/vec.h"

enum heartbeat_census { HEARTBEAT_NOT_COUNTED, HEARTBEAT_HEARD, HEARTBEAT_SILENT };
enum { HEARTBEAT_SPEEDS = 32 };

struct heartbeat_zone {
    uint32_t heard[HEARTBEAT_SPEEDS], silent[HEARTBEAT_SPEEDS]; /* by speed */
    uint32_t expected, silents;                                 /* sums over speeds */
    bool mass;
    unsigned mass_speed;                 /* judged by nodes up to this speed */
    uint32_t mass_silent, mass_expected; /* when it began */
    int64_t mass_at, mass_wall;
    double tokens; /* actions that may run now */
    int64_t tokens_at;
    SB_VEC(uint32_t) held;    /* nodes whose action waits, first come first served */
    size_t held_at;           /* those before were released */
    SB_VEC(uint32_t) covered; /* nodes that went down under this alert */
};

struct heartbeat_detector {
    struct heartbeat_registry *nodes;
    const struct heartbeat_policy *policy;
    bool known_only, noted; /* noted: the note of the start is out */
    struct heartbeat_listener listener;
    struct heartbeat_heap heap;
    struct heartbeat_now now; /* the newest that was passed in */
    int64_t hold_until;
    int64_t fresh_at;   /* windows of nodes begin no earlier */
    int64_t planned_at; /* the same for schedules, which also start anew when the clock is set */
    int64_t fresh_wall, fresh_lost;
    enum heartbeat_fresh fresh_why;
    struct heartbeat_zone *zones; /* by zone of the registry */
    size_t n_zones;
    struct heartbeat_zone all;
    uint32_t masses, holding; /* zones (all included) with a mass silence, with held actions */
    struct heartbeat_totals totals;
};

/* One moment, and by what rule something is decided in it. */
struct heartbeat_cause {
    int64_t at, wall;
    enum heartbeat_rule rule;
    const char *who; /* operator, or NULL */
};

static inline const struct heartbeat_profile *
heartbeat_profile_of(const struct heartbeat_detector *d, const struct heartbeat_node *n)
{
    return &d->policy->profiles[n->profile];
}

/* ---- judge.c ---- */

/* What a node is allowed, in ns of silence. */
struct heartbeat_allowance {
    int64_t interval, late, down;
    enum heartbeat_rule rule;
};
int64_t heartbeat_interval_of(const struct heartbeat_detector *d, const struct heartbeat_node *n);
void heartbeat_allow(const struct heartbeat_detector *d, const struct heartbeat_node *n,
                     struct heartbeat_allowance *ret);
/* From when on silence counts. */
int64_t heartbeat_base(const struct heartbeat_detector *d, const struct heartbeat_node *n);
/* When a scheduled node is expected and when it is down, wall clock. */
void heartbeat_plan(const struct heartbeat_detector *d, const struct heartbeat_node *n,
                    const struct heartbeat_cause *c, int64_t *ret_expected, int64_t *ret_down);
/* Sets due_at after a beat or a change of state, cheaply: it may be too early, never too late. */
void heartbeat_arm(struct heartbeat_detector *d, struct heartbeat_node *n,
                   const struct heartbeat_cause *c);
/* Changes what is due of a node at c; sets its next due_at. */
void heartbeat_judge(struct heartbeat_detector *d, struct heartbeat_node *n,
                     const struct heartbeat_cause *c);

/* ---- detector.c ---- */

/* Enters a state, with a flip. */
void heartbeat_enter(struct heartbeat_detector *d, struct heartbeat_node *n,
                     enum heartbeat_state to, const struct heartbeat_cause *c);
/* Gives a flip its number and hands it out. */
void heartbeat_emit(struct heartbeat_detector *d, struct heartbeat_flip *flip);
/* Assigns profile and window by id and zone. */
void heartbeat_classify(struct heartbeat_detector *d, struct heartbeat_node *n);
/* id and zone of a flip about n. */
void heartbeat_name_node(const struct heartbeat_detector *d, const struct heartbeat_node *n,
                         struct heartbeat_flip *flip);
enum heartbeat_census heartbeat_census_of(const struct heartbeat_detector *d,
                                          const struct heartbeat_node *n,
                                          enum heartbeat_state state);

/* ---- operate.c ---- */

/* Makes a node that the registry has just made one of the detector's. */
void heartbeat_admit(struct heartbeat_detector *d, struct heartbeat_node *n, bool job, int64_t at,
                     int64_t wall);
/* Admits the nodes that the policy names. */
void heartbeat_add_nodes(struct heartbeat_detector *d);
/* The one note about a fresh window. */
void heartbeat_note_fresh(struct heartbeat_detector *d, const struct heartbeat_cause *c);

/* ---- mass.c ---- */

void heartbeat_count(struct heartbeat_detector *d, struct heartbeat_node *n,
                     enum heartbeat_census census);
struct heartbeat_zone *heartbeat_zone_of(struct heartbeat_detector *d, uint16_t zone);
/* A node is about to go down by silence: is there a mass silence that speaks for it? Begins one when it is
 * time. Sets alert and act of its flip. */
void heartbeat_cover(struct heartbeat_detector *d, struct heartbeat_node *n,
                     const struct heartbeat_cause *c, bool *ret_alert, bool *ret_act);
/* The node is down no more (or known to be): no alert speaks for it, no action waits. */
void heartbeat_uncover(struct heartbeat_detector *d, struct heartbeat_node *n);
/* A flip that says that a node is still down, with an alert or an action that had to wait. */
void heartbeat_release(struct heartbeat_detector *d, struct heartbeat_node *n,
                       const struct heartbeat_cause *c, bool alert, bool act);
/* Ends what is over, releases what may run. Returns when to look again; INT64_MAX: no need. */
int64_t heartbeat_mass_tick(struct heartbeat_detector *d, const struct heartbeat_cause *c);
void heartbeat_hold_action(struct heartbeat_detector *d, struct heartbeat_node *n);
void heartbeat_zones_done(struct heartbeat_detector *d);

/* ---- explain.c ---- */

void heartbeat_describe(const struct heartbeat_detector *d, const struct heartbeat_node *n,
                        const struct heartbeat_cause *c, struct heartbeat_evidence *ret);
/* The monitor's own side of the evidence. */
void heartbeat_describe_self(const struct heartbeat_detector *d, struct heartbeat_evidence *ret);
/* Writes flip->text of a flip of a node. */
void heartbeat_explain(const struct heartbeat_detector *d, struct heartbeat_flip *flip);
/* A duration for people, cut to three digits. */
void heartbeat_print_duration(struct sb_buf *b, int64_t ns);

#endif
