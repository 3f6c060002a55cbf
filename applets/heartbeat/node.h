/* A node's record: what the monitor remembers of one sender or job.
 *
 * Aim: 300 bytes at most all told (record, id, table slot, heap slot, a seed's four metrics), without the
 * window. Instants `*_at` are CLOCK_MONOTONIC ns, `*_wall` are ns since the epoch; 0 = never. A node is
 * named by its index, which never changes while the registry lives; pointers to nodes are valid until
 * the next node is made. Only the detector writes nodes; everybody else reads. */
#ifndef HEARTBEAT_NODE_H
#define HEARTBEAT_NODE_H

#include "applets/heartbeat/beat.h"

#include <stddef.h>

enum heartbeat_state {
    HEARTBEAT_UNKNOWN_STATE, /* never heard since it was configured */
    HEARTBEAT_UP,
    HEARTBEAT_LATE, /* a beat is missing, not yet enough of them */
    HEARTBEAT_DOWN,
    HEARTBEAT_LEFT,   /* said goodbye */
    HEARTBEAT_PAUSED, /* an operator paused it; a beat does not un-pause */
    HEARTBEAT_STATE_COUNT
};
extern const char *const heartbeat_state_names[]; /* "unknown" "up" "late" "down" "left" "paused" */

enum heartbeat_node_flag {
    HEARTBEAT_NODE_ACKED = 1 << 0,   /* somebody knows it is down: expected no more, no reminders */
    HEARTBEAT_NODE_STARTED = 1 << 1, /* a job runs: START seen, no end yet */
    HEARTBEAT_NODE_HAS_SEQ = 1 << 2, /* seq is valid */
    HEARTBEAT_NODE_MASS = 1 << 3,    /* its silence is covered by its zone's one alert */
    HEARTBEAT_NODE_HELD = 1 << 4,    /* its action waits for the zone's rate */
    HEARTBEAT_NODE_DIRTY = 1 << 5,   /* changed since it was last saved */
    HEARTBEAT_NODE_TOLD = 1 << 6,    /* down because it said so (fail, unhealthy), not by silence */
    HEARTBEAT_NODE_RESTORED = 1 << 7, /* read from the store, not heard since */
};

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
    const char *said; /* snippet of the last body that was not empty, at most 120 bytes, or NULL */
    int64_t received_at; /* last counted beat */
    int64_t received_wall;
    int64_t sent_wall;  /* sender's clock in it, or HEARTBEAT_NO_TIME */
    int64_t since_wall; /* when state was entered */
    int64_t since_at;
    int64_t started_at;  /* last START */
    int64_t due_at;      /* when the state may change by silence; INT64_MAX = never */
    int64_t snooze_wall; /* no alerts before; 0 = none */
    uint64_t boot;       /* hash of its boot_id; 0 = never said */
    uint64_t seq;
    uint32_t index;       /* place in the registry: the order of first sight */
    uint32_t heap_slot;   /* the detector's */
    uint32_t interval_ms; /* as told by the node; 0 = the profile's */
    uint32_t beats;       /* counted, saturating as the next four */
    uint32_t down_count;
    uint16_t duplicates, stale, restarts;
    uint16_t zone;    /* index of the registry's zones; 0 = "" */
    uint16_t profile; /* index of the policy's profiles */
    uint16_t peer;    /* index of the registry's recent peers */
    uint8_t id_len;
    uint8_t state;        /* enum heartbeat_state */
    uint8_t flags;        /* enum heartbeat_node_flag */
    uint8_t kind, source; /* of the last counted beat */
    uint8_t good, bad;    /* successes / failures in a row, for rise and fall; saturating */
    int16_t exit_status;  /* of the last EXIT; INT16_MIN = none */
};

static inline struct sb_str heartbeat_node_id(const struct heartbeat_node *n)
{
    return (struct sb_str){n->id, n->id_len};
}

/* A node as it is kept in the store: plain values, no pointers. All times are wall clock. */
struct heartbeat_saved {
    char id[HEARTBEAT_ID_MAX + 1];
    uint8_t id_len;
    uint8_t state, flags, kind, source;
    int16_t exit_status;
    char zone[HEARTBEAT_ZONE_MAX + 1];
    char said[128];
    int64_t received_wall, sent_wall, since_wall, started_wall, snooze_wall;
    uint64_t boot, seq;
    uint32_t interval_ms, beats, down_count;
    uint16_t duplicates, stale, restarts;
};

#endif
