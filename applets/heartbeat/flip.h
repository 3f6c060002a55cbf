/* A flip: a node changed its state, or the monitor has something to say about itself, with all the
 * evidence there was. A plain value without pointers: it may be copied, queued and kept.
 *
 * The detector hands every flip to its listener once, in the order of `number`. Listeners (store, journal,
 * actions, traffic, status page) obey `alert` and `act`: they judge nothing again, except quiet times and
 * dependencies, which mute. Flips between up and late are for the eye: neither `alert` nor `act`, and they
 * need not be kept. */
#ifndef HEARTBEAT_FLIP_H
#define HEARTBEAT_FLIP_H

#include "applets/heartbeat/node.h"

enum heartbeat_what {
    HEARTBEAT_FLIP_NODE,       /* id went from `from` to `to` */
    HEARTBEAT_FLIP_RELEASE,    /* id is still down; its held action may run now */
    HEARTBEAT_FLIP_MASS_BEGIN, /* zone fell silent: one alert for all of it */
    HEARTBEAT_FLIP_MASS_END,
    HEARTBEAT_FLIP_NOTE, /* the monitor about itself: fresh windows after a pause, a start ... */
    HEARTBEAT_WHAT_COUNT
};
extern const char
    *const heartbeat_what_names[]; /* "node" "release" "mass-begin" "mass-end" "note" */

enum heartbeat_rule {
    HEARTBEAT_RULE_NONE,
    HEARTBEAT_RULE_MISSED,   /* silent for longer than k * interval + slack */
    HEARTBEAT_RULE_PHI,      /* phi above its threshold, after (k - 1) * interval of pause */
    HEARTBEAT_RULE_SCHEDULE, /* not heard by the scheduled time + grace */
    HEARTBEAT_RULE_OVERRUN,  /* a job started and did not end within its grace */
    HEARTBEAT_RULE_TOLD,     /* it said so: fail, unhealthy, exit status */
    HEARTBEAT_RULE_BEAT,     /* it was heard */
    HEARTBEAT_RULE_LEAVE,    /* it said goodbye */
    HEARTBEAT_RULE_OPERATOR, /* pause, resume, ack, forget */
    HEARTBEAT_RULE_SELF,     /* the monitor's own: start, pause, clock, overload, mass silence */
    HEARTBEAT_RULE_COUNT
};
extern const char *const heartbeat_rule_names[];

/* Why the monitor gave every node a fresh window. */
enum heartbeat_fresh {
    HEARTBEAT_FRESH_NONE,
    HEARTBEAT_FRESH_START,    /* it was started */
    HEARTBEAT_FRESH_STOPPED,  /* its process did not run (SIGSTOP, swapped out, overload) */
    HEARTBEAT_FRESH_SUSPEND,  /* the machine was suspended */
    HEARTBEAT_FRESH_CLOCK,    /* the wall clock was set: matters to schedules */
    HEARTBEAT_FRESH_OVERLOAD, /* its loop runs late */
    HEARTBEAT_FRESH_POLICY,   /* the policy was reloaded */
    HEARTBEAT_FRESH_COUNT
};
extern const char *const heartbeat_fresh_names[];

struct heartbeat_evidence {
    enum heartbeat_rule rule;
    uint32_t k;            /* of the rule MISSED */
    int64_t interval;      /* ns, the one judged by: the node's own or its profile's */
    int64_t slack;         /* ns */
    int64_t allowed;       /* ns of silence the rule allowed */
    int64_t silence;       /* ns since the last counted beat, or since the fresh window began */
    int64_t expected_wall; /* when the beat was due (SCHEDULE), or 0 */
    /* the window: intervals between counted beats, ms */
    uint32_t window_len;
    double window_mean, window_sd, window_min, window_max;
    double phi; /* a score, not a probability; NaN: no window */
    double phi_threshold;
    /* the last counted beat */
    int64_t received_wall; /* 0 = never */
    int64_t sent_wall;     /* HEARTBEAT_NO_TIME = not said */
    int64_t skew;          /* ns, sender's clock minus ours at receipt, network delay included */
    uint64_t seq, boot;
    bool has_seq;
    uint8_t kind, source; /* enum heartbeat_kind, heartbeat_source */
    int16_t exit_status;  /* INT16_MIN = none */
    uint32_t beats, duplicates, stale, restarts;
    char peer[HEARTBEAT_PEER_MAX + 1];
    char said[128]; /* what the node said last: reason, last output line; raw bytes */
    /* the monitor itself */
    int64_t lag, lag_worst; /* ns its loop runs late: now, and the worst of the last minute */
    int64_t fresh_wall;     /* when every node last got a fresh window; 0 = never */
    enum heartbeat_fresh fresh_why;
    int64_t fresh_lost; /* ns the monitor was not looking then */
    /* its zone */
    uint32_t zone_expected, zone_silent;
};

struct heartbeat_flip {
    uint64_t number; /* 1, 2, 3 ... within one monitor's store */
    enum heartbeat_what what;
    int64_t at;                    /* CLOCK_MONOTONIC ns */
    int64_t at_wall;               /* ns since the epoch */
    char id[HEARTBEAT_ID_MAX + 1]; /* "" for MASS_* and NOTE */
    uint8_t id_len;
    uint8_t from, to; /* enum heartbeat_state, NODE and RELEASE */
    char zone[HEARTBEAT_ZONE_MAX + 1];
    bool alert;     /* people are to be told of this one by itself */
    bool act;       /* traffic and commands may act on it now */
    char who[64];   /* the operator, for RULE_OPERATOR */
    char text[256]; /* one sentence for people: what and why; raw bytes of names may occur */
    struct heartbeat_evidence evidence;
};

/* Who hears of flips. Synchronous: queue what takes time. */
struct heartbeat_listener {
    void (*flip)(void *ctx, const struct heartbeat_flip *flip);
    void *ctx;
};

#endif
