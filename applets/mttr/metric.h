/* Metrics: from which event to which, under which definitions, and what one incident says of it.
 *
 * Pure. The profiles are those of the user's text, which disagree with each other; strict is ours:
 *
 *     strict    the table below
 *     table     the text's table, applied as written
 *     drawing   the text's drawing: recover counts from work begun, resolve from the alert
 *     example   the text's example: repair counts diagnosis to verified, recover and resolve from the alert
 *
 *     detect       impact_start -> detected       detected := alerted
 *     acknowledge  alerted -> first acked
 *     respond      alerted -> first act of a person
 *     repair       work_started -> fixed          work_started := diagnosed, acked; fixed := mitigated
 *     mitigate     impact_start -> mitigated      mitigated := restored
 *     recover      impact_start -> restored       the sum of the impact's spells; impact_start := detected (a lower bound)
 *     resolve      detected -> last verified      verified := closed
 *     close        detected -> closed
 *     mtbf         impact_start -> that of the next incident of the service
 *     mttf         restored -> impact_start of the next */
#ifndef MTTR_METRIC_H
#define MTTR_METRIC_H

#include "applets/mttr/incident.h"

#define MTTR_METRICS(X)                                                     \
    X(RESPOND, "respond")                                                   \
    X(REPAIR, "repair")                                                     \
    X(RECOVER, "recover")                                                   \
    X(RESOLVE, "resolve") X(DETECT, "detect") X(ACKNOWLEDGE, "acknowledge") \
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

enum mttr_measured {
    MTTR_MEASURED, /* from and to are there */
    MTTR_OPEN,     /* from is there, the incident is not over: it has lasted at least until now */
    MTTR_MISSING,  /* an event is missing, and will not come: the incident is over */
    MTTR_NEGATIVE, /* to is before from: reported, never used */
    MTTR_NOT_MINE, /* the profile does not define it, or (mtbf, mttf) there is no next incident */
};
struct mttr_measure {
    enum mttr_measured what;
    int64_t ns;                            /* MEASURED: how long; OPEN: at least so long */
    int64_t from, to;                      /* wall, MTTR_NO_TIME where not there */
    bool derived;                          /* a fallback stands for an event */
    enum sb_event_kind from_kind, to_kind; /* of what was used, or is missing */
};
/* of: the incident at index i of the set (mtbf and mttf look at its neighbours of the same service).
 * now: ns, for what is open. */
struct mttr_measure mttr_measure(enum mttr_defs defs, enum mttr_metric m,
                                 const struct mttr_incidents *set, size_t i, int64_t now);

#endif
