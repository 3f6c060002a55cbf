/* The journal: one append-only table of events, in which the applets meet.
 *
 * Every applet appends what it found or did; incidents and metrics are derived from events by whoever
 * reads. Nothing is changed nor deleted (triggers refuse it): a correction is an event that names the
 * one it corrects. Several processes may append at once. An event that carries a key is there once for
 * its source, however often it is appended: importers and retries need no memory of their own.
 *
 * Times are ns since the epoch, UTC. `precision` is one-sided, as a time read off a clock with minutes
 * is, or the last beat seen before a silence: it happened in [at, at + precision]. 0 = exact. */
#ifndef SB_STORE_JOURNAL_H
#define SB_STORE_JOURNAL_H

#include "core/store/store.h"

/* What happened. Names are stored, so they never change; at most 63 of them. */
#define SB_EVENT_KINDS(X)                                                             \
    /* the life of an incident (facts: mttr, section 3), in its natural order */      \
    X(IMPACT_START, "impact_start") /* users began to notice */                       \
    X(DETECTED, "detected")         /* a machine or a person saw it */                \
    X(ALERTED, "alerted")           /* someone was called */                          \
    X(ACKED, "acked")               /* someone said: mine */                          \
    X(WORK_STARTED, "work_started") /* hands on it */                                 \
    X(DIAGNOSED, "diagnosed")       /* the cause is known */                          \
    X(FIXED, "fixed")               /* the cure is applied */                         \
    X(MITIGATED, "mitigated")       /* users suffer less, the cause is still there */ \
    X(RESTORED, "restored")         /* users are served again */                      \
    X(VERIFIED, "verified")         /* and that was checked */                        \
    X(CLOSED, "closed")             /* the paperwork too */                           \
    X(REOPENED, "reopened")                                                           \
    X(RE_ALERTED, "re_alerted")                                                       \
    X(ESCALATED, "escalated")                                                         \
    X(PAUSED, "paused")                                                               \
    X(NOTE, "note")           /* what a person or an applet had to say: in data */    \
    X(RETRACTED, "retracted") /* the event it corrects did not happen */              \
    /* what applets found and did */                                                  \
    X(BEAT_LOST, "beat_lost") /* heartbeat: a node or job went silent, or said so */  \
    X(BEAT_BACK, "beat_back") /* it is heard again */                                 \
    X(NODE_LEFT, "node_left") /* it said goodbye */                                   \
    X(DRIFT_FOUND, "drift_found")                                                     \
    X(DRIFT_GONE, "drift_gone")                                                       \
    X(CONTRACT_BROKEN, "contract_broken")                                             \
    X(CONTRACT_KEPT, "contract_kept")                                                 \
    X(PROBE_FAILED, "probe_failed")                                                   \
    X(PROBE_PASSED, "probe_passed")                                                   \
    X(RUN_STARTED, "run_started") /* runbook */                                       \
    X(STEP_STARTED, "step_started")                                                   \
    X(STEP_DONE, "step_done")                                                         \
    X(STEP_FAILED, "step_failed")                                                     \
    X(RUN_DONE, "run_done")

enum sb_event_kind {
    SB_EVENT_OTHER, /* read from the file, written by a newer srebox: kind_name tells */
#define SB_EVENT_ENUM(name, text) SB_EVENT_##name,
    SB_EVENT_KINDS(SB_EVENT_ENUM)
#undef SB_EVENT_ENUM
        SB_EVENT_COUNT
};
#define SB_EVENT_BIT(name) (UINT64_C(1) << SB_EVENT_##name)

const char *sb_event_kind_name(enum sb_event_kind kind); /* "other" for SB_EVENT_OTHER */
/* SB_EVENT_OTHER when there is no such kind. */
enum sb_event_kind sb_event_kind_find(struct sb_str name);

/* Texts: well-formed UTF-8 without NUL, at most SB_EVENT_TEXT bytes, len 0 = none; borrowed both ways. */
#define SB_EVENT_TEXT ((size_t)1024)
#define SB_EVENT_DATA ((size_t)256 << 10)
struct sb_event {
    int64_t id; /* given by the journal; later events have greater ones */
    int64_t at, precision;
    enum sb_event_kind kind;
    struct sb_str kind_name; /* as stored; ignored by append */
    struct sb_str subject;   /* the service, node or job */
    struct sb_str incident;  /* none: to be derived */
    struct sb_str source;    /* the applet or importer; required */
    struct sb_str actor;     /* the person or robot */
    struct sb_str key;       /* external key, unique in its source; none: always a new event */
    struct sb_str data;      /* a JSON object of at most SB_EVENT_DATA bytes; none: {} */
    bool data_is_json;       /* written by core/doc/json_write.h: append believes it */
    int64_t corrects;        /* the id of the event it corrects, or 0 */
};

/* For the components of a store. */
extern const struct sb_component sb_journal_component;

struct sb_appended {
    int64_t id;
    bool seen; /* source and key were there already; id is that event's, nothing was added */
};

/* Appends one event; ret may be NULL. Inside a transaction it is part of it, otherwise it is committed
 * on return. -SB_EINPUT when a text or the data is ill-formed or too long, or `corrects` names none. */
int sb_journal_append(struct sb_store *s, const struct sb_event *event, struct sb_appended *ret,
                      struct sb_error *e);
/* Many inside a transaction, which the caller rolls back on failure; the quickest way. ret_new[i]: events[i]
 * was not there before. On failure *ret_failed is the index of the event that was refused, or n. */
int sb_journal_add(struct sb_store *s, const struct sb_event *events, size_t n, bool *ret_new,
                   size_t *ret_failed, struct sb_error *e);
/* All n or none, in one transaction. ret_added (may be NULL): how many were not there before. On
 * failure *ret_failed (may be NULL) is the index of the event that was refused, or n. */
int sb_journal_append_all(struct sb_store *s, const struct sb_event *events, size_t n,
                          size_t *ret_added, size_t *ret_failed, struct sb_error *e);

enum sb_journal_order { SB_JOURNAL_BY_ID, SB_JOURNAL_BY_TIME /* equal times by id */ };

/* Zeroed = everything, by id. All conditions must hold. */
struct sb_journal_filter {
    bool has_from, has_to;
    int64_t from, to; /* from <= at < to */
    uint64_t kinds;   /* SB_EVENT_BIT | ...; 0 = all, and only then SB_EVENT_OTHER's too */
    int64_t after;    /* id > after */
    struct sb_str subject, incident, source; /* len 0 = any */
    enum sb_journal_order order;
};

/* A reading in progress, in bounded memory; sees the journal as it was when it began.
 *     struct sb_journal_cursor c;
 *     code = sb_journal_read(&c, s, &filter, e);
 *     while (!code && (code = sb_journal_next(&c, &event, e)) > 0)
 *         code = use(&event);
 *     sb_journal_end(&c); */
struct sb_journal_cursor {
    struct sb_rows rows;
    struct sb_journal_filter filter; /* its texts are borrowed until the end */
};
int sb_journal_read(struct sb_journal_cursor *c, struct sb_store *s,
                    const struct sb_journal_filter *filter, struct sb_error *e);
/* 1: *ret_event is filled, its texts borrowed until the next call; 0: the end; negative: failed. */
int sb_journal_next(struct sb_journal_cursor *c, struct sb_event *ret_event, struct sb_error *e);
void sb_journal_end(struct sb_journal_cursor *c);

#endif
