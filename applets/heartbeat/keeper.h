/* The keeper: the monitor's memory, on the disk.
 *
 * It stands between the detector and those who act: flips go to it, and are handed on once they are on
 * the disk, in order, so that nobody is told of what a crash would forget; and those that a crash kept from
 * being handed on are handed on after the next start: rather twice than never. When the disk refuses, the
 * monitor stays up: flips are handed on at once, kept in memory in order and written when there is room
 * again, and the status says so. What comes faster than the disk takes it gathers in memory, too: tick the
 * detector with a budget while `waiting` is high, since there is an end to it. Nodes that were heard are saved in batches, at most so many a second.
 *
 *     k = heartbeat_keeper_new(loop, commits, &options, actions);
 *     d = heartbeat_detector_new(policy, &opts, heartbeat_keeper_listener(k), &now);
 *     heartbeat_keeper_load(k, store, d, &now, e);    before the first tick and beat
 *     heartbeat_keep_init(&frame, k) ... run it; cancel it at the end: what is left is written then.
 */
#ifndef HEARTBEAT_KEEPER_H
#define HEARTBEAT_KEEPER_H

#include "applets/heartbeat/detector.h"
#include "applets/heartbeat/notice.h"
#include "applets/heartbeat/tables.h"
#include "core/net/commit.h"

struct heartbeat_keeper;

struct heartbeat_keeper_options {
    int64_t every;    /* ns between savings of nodes; 0 = 1 s */
    uint32_t nodes;   /* most nodes a saving; 0 = 5,000 */
    uint32_t waiting; /* most flips and audits in memory while the disk refuses; 0 = 20,000 */
    int64_t keep;     /* ns flips and audits are kept; 0 = 90 days */
};

/* commits is borrowed; its store has the components of tables.h and of the journal. next hears of flips;
 * its flip may be NULL. */
struct heartbeat_keeper *heartbeat_keeper_new(struct sb_loop *l, struct sb_commits *commits,
                                              const struct heartbeat_keeper_options *options,
                                              struct heartbeat_listener next);
/* Its frame must be done. NULL is fine. */
void heartbeat_keeper_free(struct heartbeat_keeper *k);

struct heartbeat_listener heartbeat_keeper_listener(struct heartbeat_keeper *k);
/* Gives the detector the nodes that it had before, and the number to go on from; from here on its nodes
 * are saved, also when this fails. s: a store of the same file, used by this call only. */
int heartbeat_keeper_load(struct heartbeat_keeper *k, struct sb_store *s,
                          struct heartbeat_detector *d, const struct heartbeat_now *now,
                          struct sb_error *e);
/* After HEARTBEAT_FORGET: its row goes, too. */
void heartbeat_keeper_forget(struct heartbeat_keeper *k, struct sb_str id);
/* What people were told; notices that tell nobody are passed over. */
void heartbeat_keeper_told(struct heartbeat_keeper *k, const struct heartbeat_notice *n);
void heartbeat_keeper_snooze(struct heartbeat_keeper *k, const struct heartbeat_quiet_span *snooze);
void heartbeat_keeper_end_snooze(struct heartbeat_keeper *k, uint64_t number);
void heartbeat_keeper_audit(struct heartbeat_keeper *k, const struct heartbeat_audit *audit);

/* Awaitable: keeps until it is cancelled; then writes what is left, if the disk lets it. */
#define heartbeat_keep_SAVED(F)
#define heartbeat_keep_LIVE(F)           \
    F(struct heartbeat_keeper *, keeper) \
    F(struct sb_write, write) F(struct sb_co_timer, alarm)
#define heartbeat_keep_POINTS(P) P(waiting) P(writing) P(finishing)
CO_FRAME(heartbeat_keep);
void heartbeat_keep_init(struct heartbeat_keep *f, struct heartbeat_keeper *k);

struct heartbeat_keeper_status {
    bool failing;               /* the disk refuses: what is known is in memory only */
    int64_t failing_since_wall; /* 0: it is not */
    char why[512];              /* the error, for people; empty: none */
    uint32_t waiting;           /* flips and audits not yet on the disk */
    uint64_t lost;              /* dropped since the start: more than `waiting` of the options */
    uint64_t flips, nodes;      /* written since the start */
    int64_t saved_wall;         /* last commit; 0: none yet */
};
void heartbeat_keeper_status(const struct heartbeat_keeper *k, struct heartbeat_keeper_status *ret);

#endif
