/* Quiet times: when nobody is to be told of some nodes. Maintenance windows come from the policy, one-off
 * or recurring; snoozes come from operators while the monitor runs, and say who and why.
 *
 *     quiet:
 *       - name: patch night
 *         ids: ["web-*"]              # globs; with zones: both must match
 *         zones: [eu]
 *         from: 2026-12-01T22:00:00Z  # one-off
 *         until: 2026-12-02T02:00:00Z
 *       - name: backup
 *         why: the disks are busy
 *         ids: ["db-*"]
 *         cron: "0 2 * * *"           # or calendar: each match begins a window
 *         time-zone: Europe/Vienna
 *         for: 2h
 *         hold-actions: true          # commands and traffic wait as well, not only alerts
 *
 * A quiet time mutes, it forgets nothing: who is still down when it ends is told of then (notice.h).
 * Pure: time is passed in, as ns since the epoch. Not thread-safe: what was found is remembered. */
#ifndef HEARTBEAT_QUIET_H
#define HEARTBEAT_QUIET_H

#include "core/doc/doc.h"

struct heartbeat_quiet;

enum {
    HEARTBEAT_QUIET_MAX = 1000,   /* windows of a policy */
    HEARTBEAT_SNOOZES_MAX = 1000, /* at a time */
};

/* One time of quiet. Texts are borrowed until the quiet times are freed or the snooze is cancelled. */
struct heartbeat_quiet_span {
    const char *name;    /* of a window; of a snooze its glob */
    const char *why;     /* "" = not said */
    const char *who;     /* of a snooze; "" of a window */
    uint64_t number;     /* of a snooze; 0 of a window */
    int64_t from, until; /* from <= t < until */
    bool hold_actions;
};

/* section: the policy's list, or NULL. Texts are copied, pool is not kept. -SB_EINPUT at its place. */
int heartbeat_quiet_load(struct sb_doc_pool *pool, const struct sb_doc_node *section,
                         struct heartbeat_quiet **ret, struct sb_error *e);
void heartbeat_quiet_free(struct heartbeat_quiet *q); /* NULL is fine */

/* Whether a node is quiet at an instant; of several times the one that ends last. */
bool heartbeat_quiet_at(struct heartbeat_quiet *q, struct sb_str id, struct sb_str zone, int64_t at,
                        struct heartbeat_quiet_span *ret);

/* What an operator says: ids is a glob. -SB_EINPUT: it ends before `now`, the glob is empty or longer than
 * an id, who is empty; -SB_ETOOBIG: too many. Texts are copied, cut to 255 bytes. */
struct heartbeat_snooze {
    struct sb_str ids;
    int64_t until;
    const char *who, *why;
    bool hold_actions;
};
int heartbeat_quiet_snooze(struct heartbeat_quiet *q, const struct heartbeat_snooze *snooze,
                           int64_t now, uint64_t *ret_number, struct sb_error *e);
/* One out of the store, with the number it had; later ones get higher numbers. At most
 * HEARTBEAT_SNOOZES_MAX; more are dropped. */
void heartbeat_quiet_restore(struct heartbeat_quiet *q, const struct heartbeat_quiet_span *snooze);
/* Numbers go on from here, where they are not higher already. */
void heartbeat_quiet_number(struct heartbeat_quiet *q, uint64_t last);
/* False: there is no snooze of that number. */
bool heartbeat_quiet_find(const struct heartbeat_quiet *q, uint64_t number,
                          struct heartbeat_quiet_span *ret);
/* -SB_ENOTFOUND: there is none of that number, or it has ended. */
int heartbeat_quiet_cancel(struct heartbeat_quiet *q, uint64_t number, int64_t now,
                           struct sb_error *e);

/* The snoozes of `from` become those of q, numbers and all: the policy was read anew. */
void heartbeat_quiet_take_snoozes(struct heartbeat_quiet *q, struct heartbeat_quiet *from);

/* For people: every time of quiet that is on or to come, windows as in the policy, then snoozes. A
 * recurring window gives the occurrence that is on, else the next. Ends when each returns false. */
void heartbeat_quiet_each(struct heartbeat_quiet *q, int64_t now,
                          bool (*each)(void *ctx, const struct heartbeat_quiet_span *span),
                          void *ctx);

#endif
