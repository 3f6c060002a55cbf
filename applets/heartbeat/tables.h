/* The monitor's tables in the store: nodes, flips, what was done about them. Synchronous; called on the
 * writer's thread, or at the start. Each call is idempotent: what is there already stays as it is.
 *
 * Ids, zones and what nodes said are raw bytes of hostile origin: BLOBs here, escaped texts in the journal.
 * States and the like are kept by name, so that their numbers may change. */
#ifndef HEARTBEAT_TABLES_H
#define HEARTBEAT_TABLES_H

#include "applets/heartbeat/flip.h"
#include "core/store/journal.h"

/* For the components of a store, beside the journal's. */
extern const struct sb_component heartbeat_component;

int heartbeat_tables_save_node(struct sb_store *s, const struct heartbeat_saved *node,
                               struct sb_error *e);
int heartbeat_tables_forget(struct sb_store *s, struct sb_str id, struct sb_error *e);
/* The flip, its node as it is since (NULL: none, or forgotten) and its events in the journal (events.h).
 * session: the last number before this run of the monitor; mass silences of before are over. */
int heartbeat_tables_save_flip(struct sb_store *s, const struct heartbeat_flip *flip,
                               const struct heartbeat_saved *node, uint64_t session,
                               struct sb_error *e);

/* Hands out every node, and tells the last flip's number (0: none). */
int heartbeat_tables_load(struct sb_store *s,
                          void (*each)(void *ctx, const struct heartbeat_saved *node), void *ctx,
                          uint64_t *ret_last, struct sb_error *e);

/* Flips as they are kept, newest first. Texts are borrowed until `each` returns. */
struct heartbeat_flip_row {
    uint64_t number;
    enum heartbeat_what what;
    int64_t at_wall;
    struct sb_str id, zone;
    uint8_t from, to; /* enum heartbeat_state */
    bool alert, act;
    struct sb_str who, text;
    struct sb_str incident; /* of the journal; empty: none */
    struct sb_str evidence; /* JSON */
};
struct heartbeat_flip_filter { /* zeroed: the newest 100 of all */
    struct sb_str id;          /* empty: all */
    int64_t since_wall;        /* at or after */
    uint64_t before;           /* number below; 0: from the newest */
    uint32_t limit;            /* 0 = 100 */
};
/* Stops when each() returns false. */
int heartbeat_tables_flips(struct sb_store *s, const struct heartbeat_flip_filter *filter,
                           bool (*each)(void *ctx, const struct heartbeat_flip_row *row), void *ctx,
                           struct sb_error *e);

/* Flips up to this number were handed on to those who act. */
int heartbeat_tables_save_handed(struct sb_store *s, uint64_t number, struct sb_error *e);
/* Flips that call for an alert or an action and, for all that is known, were not handed on before the
 * monitor died, oldest first; without their evidence. */
int heartbeat_tables_unhanded(struct sb_store *s,
                              void (*each)(void *ctx, const struct heartbeat_flip *flip), void *ctx,
                              struct sb_error *e);

/* What was done about a flip: one row an attempt of an action. */
enum heartbeat_outcome {
    HEARTBEAT_DONE,
    HEARTBEAT_FAILED,
    HEARTBEAT_TIMED_OUT,
    HEARTBEAT_MUTED, /* not done: quiet time, dependency, rate */
    HEARTBEAT_OUTCOME_COUNT
};
extern const char *const heartbeat_outcome_names[]; /* "done" "failed" "timed-out" "muted" */
struct heartbeat_audit {
    uint64_t flip;   /* number */
    char action[64]; /* its name in the policy */
    uint32_t attempt;
    enum heartbeat_outcome outcome;
    int64_t began_wall, ended_wall;
    int32_t status; /* exit status, HTTP status, or 0 */
    char text[512]; /* last output, or why it failed; raw bytes */
};
int heartbeat_tables_save_audit(struct sb_store *s, const struct heartbeat_audit *audit,
                                struct sb_error *e);
/* The attempts of a flip's actions, in order. */
int heartbeat_tables_audits(struct sb_store *s, uint64_t flip,
                            void (*each)(void *ctx, const struct heartbeat_audit *audit), void *ctx,
                            struct sb_error *e);

/* That people were told of something: one event in the journal, part of the flip's incident. */
struct heartbeat_told {
    enum sb_event_kind kind; /* ALERTED, RE_ALERTED, NOTE */
    uint64_t flip;           /* number; 0: the one that took the node down last */
    bool of_zone;            /* about a zone: id holds its name */
    char id[HEARTBEAT_ID_MAX + 1];
    uint8_t id_len;
    int64_t at_wall;
    char text[512]; /* as it was told; raw bytes */
};
int heartbeat_tables_save_told(struct sb_store *s, const struct heartbeat_told *told,
                               struct sb_error *e);

/* A snooze of many nodes (quiet.h). */
struct heartbeat_saved_snooze {
    uint64_t number;
    int64_t from, until; /* ns since the epoch */
    bool hold_actions;
    char ids[HEARTBEAT_ID_MAX + 1]; /* a glob; raw bytes, as the next two */
    char who[256], why[256];
};
int heartbeat_tables_save_snooze(struct sb_store *s, const struct heartbeat_saved_snooze *snooze,
                                 struct sb_error *e);
int heartbeat_tables_end_snooze(struct sb_store *s, uint64_t number, struct sb_error *e);
/* Those that have not ended by now, and the highest number there ever was, 0: none. */
int heartbeat_tables_snoozes(struct sb_store *s, int64_t now,
                             void (*each)(void *ctx, const struct heartbeat_saved_snooze *snooze),
                             void *ctx, uint64_t *ret_last, struct sb_error *e);
/* Drops those that have ended, but the last number. */
int heartbeat_tables_tidy_snoozes(struct sb_store *s, int64_t now, struct sb_error *e);

/* Drops flips of before that time, with their audits: at most `limit`; *ret_removed says how many. The
 * flip that took a node down stays as long as the node is down. */
int heartbeat_tables_prune(struct sb_store *s, int64_t before_wall, uint32_t limit,
                           int64_t *ret_removed, struct sb_error *e);

#endif
