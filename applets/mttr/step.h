/* Steps in the life of an incident: what they are called, by which verb people record them, and from what
 * the time to each is counted when people are told. Pure. */
#ifndef MTTR_STEP_H
#define MTTR_STEP_H

#include "applets/mttr/incident.h"

enum { MTTR_STEP_FROM = 4 };
struct mttr_step {
    enum sb_event_kind kind;
    const char *verb;  /* of the command line; NULL: none records it */
    const char *did;   /* "i7 checkout: acked" */
    const char *since; /* "2m after the alert" */
    /* The first of these that is there is what this one is counted from, and must not come before. Ended by
     * SB_EVENT_OTHER. */
    enum sb_event_kind from[MTTR_STEP_FROM + 1];
};

/* NULL where there is none. */
const struct mttr_step *mttr_step_of_verb(const char *verb);
const struct mttr_step *mttr_step_of(enum sb_event_kind kind);

/* Of the incident's events, the one from which a `kind` at that time is counted: the last of the first of
 * its kinds that is not later; where all are later, the earliest of them. NULL: nothing to count from. */
const struct mttr_event *mttr_step_from(const struct mttr_incident *i, enum sb_event_kind kind,
                                        int64_t at);

/* The event that says this already: of the same kind, in the same stretch between reopenings. */
const struct mttr_event *mttr_step_already(const struct mttr_incident *i, enum sb_event_kind kind,
                                           int64_t at);

/* How it stands, in a word: closed, verified, restored, or how far hands have come: open, alerted, acked,
 * working, diagnosed, fixed, mitigated, reopened. */
const char *mttr_state(const struct mttr_incident *i);

/* How long it has lasted, or took: from its start to its end (mttr_incident_end), or to now. */
int64_t mttr_lasted(const struct mttr_incident *i, int64_t now);

#endif
