/* A node's record: what the monitor remembers of one sender or job.
 *
 * Aim: 300 bytes at most all told (record, id, table slot, heap slot, a seed's four metrics), without the
 * window. Instants `*_at` are CLOCK_MONOTONIC ns, `*_wall` are ns since the epoch; 0 = never. A node is
 * named by its index, which never changes, and neither does its address, until it is forgotten. Only the
 * detector writes nodes; everybody else reads. */
#ifndef HEARTBEAT_NODE_H
#define HEARTBEAT_NODE_H

#include "applets/heartbeat/beat.h"

#include <stddef.h>

enum heartbeat_state {
    HEARTBEAT_UNKNOWN_STATE, /* expected, never heard */
    HEARTBEAT_UP,
    HEARTBEAT_LATE, /* a beat is missing, not yet enough of them */
    HEARTBEAT_DOWN,
    HEARTBEAT_LEFT,   /* said goodbye */
    HEARTBEAT_PAUSED, /* an operator paused it; a beat does not un-pause */
    HEARTBEAT_STATE_COUNT
};
extern const char *const heartbeat_state_names[]; /* "unknown" "up" "late" "down" "left" "paused" */

enum heartbeat_node_flag {
    HEARTBEAT_NODE_ACKED = 1 << 0,   /* somebody knows it is down: no reminders */
    HEARTBEAT_NODE_STARTED = 1 << 1, /* a job runs: START seen, no end yet */
    HEARTBEAT_NODE_HAS_SEQ = 1 << 2, /* seq is valid */
    HEARTBEAT_NODE_MASS = 1 << 3,    /* its silence is covered by its zone's one alert */
    HEARTBEAT_NODE_HELD = 1 << 4,    /* its action waits for the zone's rate */
    HEARTBEAT_NODE_DIRTY = 1 << 5,   /* changed since it was last saved */
    HEARTBEAT_NODE_TOLD = 1 << 6,    /* down because it said so, not by silence */
    HEARTBEAT_NODE_PRIMED = 1 << 7,  /* heard_at is a beat's: an interval may begin there */
    HEARTBEAT_NODE_ALERTED = 1 << 8, /* people know that it is down: tell them when it is back */
    HEARTBEAT_NODE_JOB = 1 << 9,     /* first heard of as a job: start, success, fail, a ping */
};
#define HEARTBEAT_NODE_KEPT /* the flags that are saved */                    \
    (HEARTBEAT_NODE_ACKED | HEARTBEAT_NODE_STARTED | HEARTBEAT_NODE_HAS_SEQ | \
     HEARTBEAT_NODE_HELD | HEARTBEAT_NODE_TOLD | HEARTBEAT_NODE_ALERTED | HEARTBEAT_NODE_JOB)

/* Ring of intervals between counted beats, in ms: only of nodes whose policy wants one. */
struct heartbeat_window {
    uint16_t cap, len, at;
    uint32_t ms[];
};

struct heartbeat_values; /* metrics out of line: registry.h */

struct heartbeat_node {
    const char *id; /* NUL-terminated, owned by the registry */
    struct heartbeat_window *window;
    struct heartbeat_values *values;
    const char *said; /* what it said last, at most 120 bytes, or NULL */
    const char *peer; /* who sent the last counted beat, or NULL */
    int64_t heard_at; /* from here on silence counts: the last counted beat, or a later resume */
    int64_t received_wall; /* last counted beat */
    int64_t sent_wall;     /* sender's clock in it, or HEARTBEAT_NO_TIME */
    int64_t since_wall;    /* when state was entered */
    int64_t started_wall;  /* last START */
    int64_t due_at;        /* when silence may change something; INT64_MAX = never */
    int64_t snooze_wall;   /* no alerts before; 0 = none */
    uint64_t boot;         /* hash of its boot_id; 0 = never said */
    uint64_t seq;
    uint32_t boot_before; /* of the boot before, its low half; 0 = none */
    uint32_t index;       /* place in the registry: the order of first sight */
    uint32_t heap_slot;   /* the detector's */
    uint32_t interval_ms; /* as told by the node; 0 = the profile's */
    uint32_t beats;       /* counted, saturating as the next four */
    uint16_t downs, duplicates, stale, restarts;
    uint16_t zone;       /* index of the registry's zones; 0 = "" */
    uint16_t profile;    /* index of the policy's profiles */
    uint16_t flags;      /* enum heartbeat_node_flag */
    int16_t exit_status; /* of the last EXIT; INT16_MIN = none */
    uint8_t id_len;
    uint8_t state;        /* enum heartbeat_state */
    uint8_t kind, source; /* of the last counted beat */
    uint8_t good, bad;    /* successes / failures in a row, for rise and fall; saturating */
    uint8_t census;       /* the detector's: how it counts in its zone */
    uint8_t speed;        /* the detector's: log2 of its allowed silence */
};

static inline struct sb_str heartbeat_node_id(const struct heartbeat_node *n)
{
    return (struct sb_str){n->id, n->id_len};
}

/* A node as it is kept in the store: plain values, no pointers. All times are wall clock. */
struct heartbeat_saved {
    char id[HEARTBEAT_ID_MAX + 1];
    uint8_t id_len;
    uint8_t state, kind, source;
    uint16_t flags; /* only HEARTBEAT_NODE_KEPT */
    int16_t exit_status;
    char zone[HEARTBEAT_ZONE_MAX + 1];
    char said[128];
    int64_t received_wall, sent_wall, since_wall, started_wall, snooze_wall;
    uint64_t boot, seq;
    uint32_t interval_ms, beats;
    uint16_t downs, duplicates, stale, restarts;
};

#endif
