/* Metrics: from which event to which, under which definitions, and what one incident says of it.
 *
 * Pure. The profiles are those of the user's text, which disagree with each other; strict is ours:
 *
 *     strict    the table below
 *     table     the text's table, applied as written
 *     drawing   the text's drawing: recover counts from work begun, resolve from the alert
 *     example   the text's example: repair counts diagnosis to verified, recover and resolve from
 *               the alert
 *
 *     detect       impact_start -> detected    detected := alerted
 *     acknowledge  alerted -> first acked
 *     respond      alerted -> acked by a person
 *                      acked := their first other act, or by who is not known
 *     repair       work_started -> last fixed
 *                      work_started := diagnosed, acked; fixed := mitigated
 *     mitigate     impact_start -> mitigated    mitigated := restored
 *     recover      impact_start -> restored: the sum of the impact's spells, see incident.h; one
 *                      of which only its being seen is known is a lower bound
 *     resolve      detected -> last verified    detected := alerted; verified := closed
 *     close        detected -> last closed      detected := alerted
 *     mtbf         impact_start -> that of the next incident of the service
 *                      impact_start := detected, alerted
 *     mttf         restored -> impact_start of the next
 *
 * What := gives is marked as derived. An end that a reopening undid is no end. An end that has
 * not come is awaited as long as the incident is not over; that somebody verifies or closes what
 * was restored, for MTTR_PAPERWORK: after that it is missing. Since the last failure of a
 * service, mtbf and mttf are open. */
#ifndef MTTR_METRIC_H
#define MTTR_METRIC_H

#include "applets/mttr/incident.h"
#include "core/base/time.h"

#define MTTR_METRICS(X)           \
    X(RESPOND, "respond")         \
    X(REPAIR, "repair")           \
    X(RECOVER, "recover")         \
    X(RESOLVE, "resolve")         \
    X(DETECT, "detect")           \
    X(ACKNOWLEDGE, "acknowledge") \
    X(MITIGATE, "mitigate") X(CLOSE, "close") X(MTBF, "mtbf") X(MTTF, "mttf")
enum mttr_metric {
#define MTTR_METRIC_ENUM(name, text) MTTR_##name,
    MTTR_METRICS(MTTR_METRIC_ENUM)
#undef MTTR_METRIC_ENUM
        MTTR_METRIC_COUNT
};
extern const char *const mttr_metric_names[]; /* by enum, NULL-ended */

enum mttr_defs { MTTR_DEFS_STRICT, MTTR_DEFS_TABLE, MTTR_DEFS_DRAWING, MTTR_DEFS_EXAMPLE };
extern const char *const mttr_defs_names[]; /* by enum, NULL-ended */

/* "alerted -> acked"; never NULL: "" where a profile does not define the metric. */
const char *mttr_metric_definition(enum mttr_defs defs, enum mttr_metric m);
/* What is to be known of that definition: why it agrees with no other one, what it leaves out.
 * "" = nothing. */
const char *mttr_metric_note(enum mttr_defs defs, enum mttr_metric m);
/* -SB_EUSAGE with the nearest name, also for a metric that defs does not define. */
int mttr_metric_find(enum mttr_defs defs, struct sb_str name, enum mttr_metric *ret,
                     struct sb_error *e);

/* How long after restored a verification or the closing is still awaited, ns: 30 days. */
#define MTTR_PAPERWORK (INT64_C(30) * 86400 * SB_NS_PER_S)

enum mttr_measured {
    MTTR_MEASURED, /* from and to are there */
    MTTR_OPEN,     /* from is there, the incident is not over: it has lasted at least until now */
    MTTR_MISSING,  /* an event is missing, and will not come: the incident is over */
    MTTR_NEGATIVE, /* to is before from: reported, never used */
    MTTR_NOT_MINE, /* the profile does not define it; mtbf, mttf: no service is named; mttf: the
                    * next incident began before this one was over */
};
struct mttr_measure {
    enum mttr_measured what;
    int64_t ns;                            /* MEASURED: how long; OPEN: at least so long */
    int64_t from, to;                      /* wall, MTTR_NO_TIME where not there */
    bool derived;                          /* a fallback stands for an event */
    enum sb_event_kind from_kind, to_kind; /* of what was used, or is missing */
};
/* next: the next incident of the same service, or NULL (mtbf and mttf look at it). now: ns, for
 * what is open. */
struct mttr_measure mttr_measure_one(enum mttr_defs defs, enum mttr_metric m,
                                     const struct mttr_incident *of,
                                     const struct mttr_incident *next, int64_t now);

#endif
