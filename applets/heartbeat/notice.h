/* Notices: what people are to be told. Between the detector, which says what happened, and those who tell
 * and act: alerts are muted by quiet times and dependencies, repeated while a node stays down, and
 * replaced by one when it flaps; jobs that fail too often are noticed although each is judged well.
 *
 *     notices:
 *       repeat: 4h                          # while it is down and nobody has acknowledged it; 0 = never
 *       flapping: {downs: 10, within: 1h}   # then one notice for all, until it is steady; downs: 0 = never
 *       failures: {of: 20, share: 25%}      # of its last runs; of: 0 = never
 *
 * Muted is not forgotten: who is still down when nothing mutes it any more is told of then (STILL), and who
 * came back in the meantime is told of never. That somebody is back is told only when people were told
 * that it was gone.
 *
 * Every flip goes through, once, in order, as a notice of kind FLIP: with `alert` and `act` to be obeyed.
 * Pure: time is passed in (ns since the epoch, the wall clock, since quiet times are by the calendar); a
 * clock that is set back makes notices late, never wrong. */
#ifndef HEARTBEAT_NOTICE_H
#define HEARTBEAT_NOTICE_H

#include "applets/heartbeat/depend.h"
#include "applets/heartbeat/flip.h"
#include "applets/heartbeat/quiet.h"
#include "applets/heartbeat/registry.h"

enum heartbeat_mute {
    HEARTBEAT_MUTE_NONE,
    HEARTBEAT_MUTE_QUIET,    /* a maintenance window or an operator's snooze */
    HEARTBEAT_MUTE_PARENT,   /* an ancestor is down, or was a moment ago */
    HEARTBEAT_MUTE_WAIT,     /* an ancestor is late: it may be the cause */
    HEARTBEAT_MUTE_FLAPPING, /* one notice was given for all */
    HEARTBEAT_MUTE_UNTOLD,   /* back, and nobody was told that it was gone */
    HEARTBEAT_MUTE_COUNT
};
extern const char *const heartbeat_mute_names[]; /* "none" "quiet" "parent" ..., NULL-ended */

struct heartbeat_muted {
    enum heartbeat_mute why;
    int64_t until;                 /* INT64_MAX: until something changes */
    char by[HEARTBEAT_ID_MAX + 1]; /* the window's name, the snooze's glob, the ancestor's id */
    char who[64];                  /* of a snooze */
    bool hold_actions;
};

enum heartbeat_notice_kind {
    HEARTBEAT_NOTICE_FLIP,
    HEARTBEAT_NOTICE_STILL,    /* went down while it was muted, is down still, and now is not */
    HEARTBEAT_NOTICE_REMIND,   /* is down still; count: which reminder */
    HEARTBEAT_NOTICE_FLAPPING, /* count: how often it went down within the time */
    HEARTBEAT_NOTICE_CALM,     /* has kept its state long enough */
    HEARTBEAT_NOTICE_FAILING,  /* count: failures among the last runs */
    HEARTBEAT_NOTICE_MENDED,
    HEARTBEAT_NOTICE_COUNT
};
extern const char *const heartbeat_notice_names[]; /* "flip" "still" "remind" ..., NULL-ended */

/* Valid until the sink returns. */
struct heartbeat_notice {
    enum heartbeat_notice_kind kind;
    struct sb_str id, zone; /* raw bytes; id is empty of flips that are of no node */
    int64_t at;             /* ns since the epoch */
    bool alert;             /* people are to be told */
    bool act;               /* commands and traffic may act on flip->to; FLIP and STILL only */
    const struct heartbeat_flip
        *flip;                     /* FLIP: this one; STILL: with which it went down; else NULL */
    struct heartbeat_muted muted;  /* why an alert of the detector's is none; else MUTE_NONE */
    int64_t since;                 /* down since; all but FLIP */
    enum heartbeat_mute was_muted; /* STILL: what muted it until now */
    uint32_t count;
    uint32_t of;       /* FAILING, MENDED: among so many runs */
    int64_t within;    /* FLAPPING, CALM: ns */
    uint32_t children; /* of a parent that is back: how many nodes were muted because of it */
    char text
        [512]; /* one sentence for people, to stand after the id; raw bytes of names may occur */
};
struct heartbeat_notice_sink {
    void (*notice)(void *ctx, const struct heartbeat_notice *notice);
    void *ctx;
};

struct heartbeat_notice_rules {
    int64_t repeat; /* ns; 0 = never */
    uint32_t downs; /* 0 = never */
    int64_t within; /* ns */
    uint32_t of;    /* <= 64; 0 = never */
    double share;   /* (0, 1] */
};
/* section: the policy's map, or NULL for the defaults (4h, 10 within 1h, no failures). */
int heartbeat_notice_rules_load(struct sb_doc_pool *pool, const struct sb_doc_node *section,
                                struct heartbeat_notice_rules *ret, struct sb_error *e);

struct heartbeat_notices;

/* All are borrowed. nodes is only read: acknowledged nodes are not reminded of. */
struct heartbeat_notices *heartbeat_notices_new(const struct heartbeat_notice_rules *rules,
                                                struct heartbeat_quiet *quiet,
                                                struct heartbeat_depend *depend,
                                                const struct heartbeat_registry *nodes,
                                                struct heartbeat_notice_sink sink);
void heartbeat_notices_free(struct heartbeat_notices *n); /* NULL is fine */

/* A flip of the detector's. */
void heartbeat_notices_flip(struct heartbeat_notices *n, const struct heartbeat_flip *flip);
/* A run of a job ended (success, fail, exit status), or a node said whether it is well. */
void heartbeat_notices_outcome(struct heartbeat_notices *n, struct sb_str id, struct sb_str zone,
                               bool failed, int64_t at);
/* What `from` remembers of nodes goes over to n, which is new: the policy was read anew. from is only good
 * to be freed then. */
void heartbeat_notices_take(struct heartbeat_notices *n, struct heartbeat_notices *from);
/* A node out of the store, or at hand when the policy is read anew; before the first flip. Who is
 * remembered already stays as remembered. Else who was down and alerted has been told of, unless it was
 * quiet when it went down, or an ancestor mutes it at the first tick: then people are told in time. */
void heartbeat_notices_restore(struct heartbeat_notices *n, const struct heartbeat_saved *saved);
/* Time has come to `now`: gives what is due. Returns the next instant at which there may be something;
 * INT64_MAX = only after a flip. */
int64_t heartbeat_notices_tick(struct heartbeat_notices *n, int64_t now);
/* Snoozes were set or cancelled: the next tick looks at everybody. */
void heartbeat_notices_recheck(struct heartbeat_notices *n);

/* What mutes a node now, for status and status page; MUTE_NONE when nothing does. */
void heartbeat_notices_muted(struct heartbeat_notices *n, struct sb_str id, struct sb_str zone,
                             int64_t at, struct heartbeat_muted *ret);

struct heartbeat_notice_totals {
    uint64_t alerts;                      /* notices with alert */
    uint64_t muted[HEARTBEAT_MUTE_COUNT]; /* alerts that were none */
    uint32_t waiting;                     /* nodes that are down and untold */
    uint32_t flapping;
};
struct heartbeat_notice_totals heartbeat_notices_totals(const struct heartbeat_notices *n);

#endif
