/* The recording of one step, and what is said of it afterwards. */
#ifndef MTTR_RECORD_H
#define MTTR_RECORD_H

#include "applets/mttr/entry.h"
#include "applets/mttr/step.h"

struct mttr_recording {
    struct sb_run *run;
    const struct mttr_options *o;
    const struct mttr_step *step;
    struct mttr_entry entry;
    struct sb_buf id, note; /* of the incident; the text of a note */
    struct sb_store *store; /* while it is written */
    struct mttr_incidents set;
    const struct mttr_incident *incident; /* as it stood before */
    const struct mttr_event *target;      /* of --correct and --retract, as it stood */

    /* what came of it */
    const struct mttr_event *already; /* it says this already: nothing was written */
    bool never_over;                  /* nothing to reopen */
    bool seen;                        /* a retry: it was written before under this key */
    int64_t written;                  /* the event's number; 0: none */
    enum sb_event_kind kind;          /* of what was written, as are these */
    int64_t at, precision;
};

/* Fills r->run->out; warns on stderr of times that contradict each other. */
void mttr_record_answer(const struct mttr_recording *r);

#endif
