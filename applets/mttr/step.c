/* The table of steps, and what is read off it. */
#include "applets/mttr/step.h"

#include "applets/mttr/filter.h"

#define FROM(...)                   \
    {                               \
        __VA_ARGS__, SB_EVENT_OTHER \
    }

static const struct mttr_step steps[] = {
    {SB_EVENT_IMPACT_START, "impact", "impact began", "the impact began", {0}},
    {SB_EVENT_DETECTED, "detected", "detected", "it was detected", FROM(SB_EVENT_IMPACT_START)},
    {SB_EVENT_ALERTED, "alerted", "alerted", "the alert",
     FROM(SB_EVENT_DETECTED, SB_EVENT_IMPACT_START)},
    {SB_EVENT_ACKED, "ack", "acked", "the ack",
     FROM(SB_EVENT_ALERTED, SB_EVENT_DETECTED, SB_EVENT_IMPACT_START)},
    {SB_EVENT_WORK_STARTED, "work", "work began", "work began",
     FROM(SB_EVENT_ACKED, SB_EVENT_ALERTED, SB_EVENT_DETECTED, SB_EVENT_IMPACT_START)},
    {SB_EVENT_DIAGNOSED, "diagnosed", "diagnosed", "the diagnosis",
     FROM(SB_EVENT_WORK_STARTED, SB_EVENT_ACKED, SB_EVENT_ALERTED, SB_EVENT_DETECTED)},
    {SB_EVENT_FIXED, "fixed", "fixed", "the fix",
     FROM(SB_EVENT_WORK_STARTED, SB_EVENT_DIAGNOSED, SB_EVENT_ACKED, SB_EVENT_DETECTED)},
    {SB_EVENT_MITIGATED, "mitigated", "mitigated", "it was mitigated",
     FROM(SB_EVENT_IMPACT_START, SB_EVENT_DETECTED, SB_EVENT_ALERTED)},
    {SB_EVENT_RESTORED, "restored", "restored", "it was restored",
     FROM(SB_EVENT_IMPACT_START, SB_EVENT_DETECTED, SB_EVENT_ALERTED)},
    {SB_EVENT_VERIFIED, "verified", "verified", "it was verified",
     FROM(SB_EVENT_RESTORED, SB_EVENT_FIXED, SB_EVENT_DETECTED)},
    {SB_EVENT_CLOSED, "close", "closed", "it was closed",
     FROM(SB_EVENT_VERIFIED, SB_EVENT_RESTORED, SB_EVENT_DETECTED)},
    {SB_EVENT_REOPENED, "reopen", "reopened", "it was reopened",
     FROM(SB_EVENT_CLOSED, SB_EVENT_RESTORED)},
    {SB_EVENT_NOTE, "note", "noted", "the note",
     FROM(SB_EVENT_IMPACT_START, SB_EVENT_DETECTED, SB_EVENT_ALERTED)},
};

const struct mttr_step *mttr_step_of_verb(const char *verb)
{
    for (size_t i = 0; i < SB_LEN(steps); i++)
        if (strcmp(steps[i].verb, verb) == 0)
            return &steps[i];
    return NULL;
}

const struct mttr_step *mttr_step_of(enum sb_event_kind kind)
{
    for (size_t i = 0; i < SB_LEN(steps); i++)
        if (steps[i].kind == kind)
            return &steps[i];
    return NULL;
}

/* The last of that kind that is not later than `at`, else the first of it. */
static const struct mttr_event *nearest(const struct mttr_incident *i, enum sb_event_kind kind,
                                        int64_t at)
{
    const struct mttr_event *found = NULL;
    for (size_t k = 0; k < i->n_events; k++) {
        if (i->events[k].kind != kind)
            continue;
        if (found && i->events[k].at > at)
            break;
        found = &i->events[k];
    }
    return found;
}

const struct mttr_event *mttr_step_from(const struct mttr_incident *i, enum sb_event_kind kind,
                                        int64_t at)
{
    const struct mttr_step *step = mttr_step_of(kind);
    for (size_t k = 0; step && step->from[k]; k++) {
        const struct mttr_event *found = nearest(i, step->from[k], at);
        if (found)
            return found;
    }
    return NULL;
}

const struct mttr_event *mttr_step_already(const struct mttr_incident *i, enum sb_event_kind kind,
                                           int64_t at)
{
    const struct mttr_event *found = NULL;
    for (size_t k = 0; k < i->n_events; k++) {
        const struct mttr_event *event = &i->events[k];
        if (event->kind == SB_EVENT_REOPENED) {
            if (event->at > at)
                break;
            found = NULL;
        } else if (event->kind == kind && !found) {
            found = event;
        }
    }
    return found;
}

const char *mttr_state(const struct mttr_incident *i)
{
    static const char *const words[MTTR_STEPS] = {
        [SB_EVENT_ALERTED] = "alerted",      [SB_EVENT_ACKED] = "acked",
        [SB_EVENT_WORK_STARTED] = "working", [SB_EVENT_DIAGNOSED] = "diagnosed",
        [SB_EVENT_FIXED] = "fixed",          [SB_EVENT_MITIGATED] = "mitigated",
    };
    const char *word = "open";
    unsigned furthest = 0;
    bool verified = false;
    for (size_t k = 0; k < i->n_events; k++) {
        const enum sb_event_kind kind = i->events[k].kind;
        if (kind == SB_EVENT_REOPENED) {
            word = "reopened";
            furthest = 0;
            verified = false;
        } else if (kind == SB_EVENT_VERIFIED) {
            verified = true;
        } else if (kind < SB_EVENT_RESTORED && kind > furthest && words[kind]) {
            furthest = kind;
            word = words[kind];
        }
    }
    if (i->closed)
        return "closed";
    return !i->restored ? word : verified ? "verified" : "restored";
}

int64_t mttr_lasted(const struct mttr_incident *i, int64_t now)
{
    const int64_t end = mttr_incident_end(i);
    return (end == MTTR_NO_TIME ? now : end) - i->start;
}
