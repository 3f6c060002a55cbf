/* Where the time went: the life of incidents, cut at their events. Pure.
 *
 * Each stretch between two neighbouring steps of an incident (impact_start ... closed, in that order;
 * those that did not happen are passed over) belongs to the step it ends with: the wait for it. First
 * occurrences count, of restored, verified and closed the last ones. A step that is earlier than the one
 * before it is passed over, too, and counted. */
#ifndef MTTR_DECOMPOSE_H
#define MTTR_DECOMPOSE_H

#include "applets/mttr/filter.h"

struct mttr_wait {
    size_t n;       /* incidents that had it */
    double seconds; /* the sum over them */
    double median;  /* s; NaN for none */
    size_t longest; /* index into the set of the incident that waited longest */
};
struct mttr_decomposition {
    struct mttr_wait waits[MTTR_STEPS]; /* by the kind they end with; [IMPACT_START] has none */
    double seconds;                     /* the sum of all */
    size_t incidents;                   /* with two steps or more */
    size_t disordered;                  /* steps that were passed over */
};
void mttr_decompose(const struct mttr_selection *sel, struct mttr_decomposition *ret);

/* "until someone answered": what was waited for, in the words of people. */
const char *mttr_wait_text(enum sb_event_kind kind);

#endif
