/* Incidents: what the journal's events say when they are read together.
 *
 * Nothing of this is stored: incidents are derived, each time, from events (core/store/journal.h), by rule
 * (groups of heartbeat's flips, see rule.h) or by hand (events that name their incident). Corrections are
 * applied here: an event that names one it corrects stands in its place, and one of kind "retracted"
 * takes it away; the history with both is `mttr log`'s.
 *
 * Members of an event's data (a JSON object) that speak of the incident: "title", "severity", "team",
 * "url", "text" (a note's); of several events the latest that was written wins. The service is the
 * subject of its first event that has one. An incident belongs to the window of its start. */
#ifndef MTTR_INCIDENT_H
#define MTTR_INCIDENT_H

#include "core/base/arena.h"
#include "core/base/vec.h"
#include "core/store/journal.h"

#define MTTR_NO_TIME INT64_MIN

/* Kinds that happen once in the life of an incident: IMPACT_START to CLOSED. */
enum { MTTR_STEPS = SB_EVENT_CLOSED + 1 };

struct mttr_event {
    int64_t id, at, precision; /* ns; as in the journal */
    enum sb_event_kind kind;
    bool person;                       /* a person did it; false: a machine, or nobody knows */
    struct sb_str actor, source, text; /* "" where not asked for */
};

/* One stretch in which users suffered. */
struct mttr_spell {
    int64_t from, to; /* to: MTTR_NO_TIME while it lasts */
    bool lower_bound; /* from is when it was seen: the impact may have begun before */
};

struct mttr_incident {
    struct sb_str id;
    struct sb_str service, severity, team, title, source; /* "" = not said */
    const struct mttr_event *events;                      /* by time, equal times by id */
    size_t n_events;
    const struct mttr_spell *spells; /* by time; without overlaps */
    size_t n_spells;
    int64_t first[MTTR_STEPS],
        last[MTTR_STEPS];  /* by kind: when it happened, MTTR_NO_TIME = it did not */
    int64_t start;         /* its earliest event: it belongs to the window of this */
    bool restored, closed; /* and not reopened since */
};

struct mttr_incidents {
    SB_VEC(struct mttr_incident) list; /* by start, then id */
    struct sb_arena arena;             /* everything that they point to */
    int64_t read_to;                   /* the journal's last event that was looked at */
};

struct mttr_rules; /* which flips are incidents of which service: rule.h */

struct mttr_gathering {
    const struct mttr_rules *rules; /* NULL: every incident that heartbeat names, by itself */
    bool texts;                     /* also actors, sources and texts of events */
    struct sb_str
        incident; /* len 0 = all; else this one only, by its id or an unambiguous start of it */
};

/* Reads the whole journal of s. ret is initialised here; untouched on failure. 10^6 events take some 100
 * bytes each. Errors are the store's. */
int mttr_incidents_gather(struct sb_store *s, const struct mttr_gathering *g,
                          struct mttr_incidents *ret, struct sb_error *e);
void mttr_incidents_done(struct mttr_incidents *i); /* {0} is fine */

#endif
