/* Incidents: what the journal's events say when they are read together.
 *
 * Nothing of this is stored: incidents are derived, each time, from events (core/store/journal.h), by rule
 * (groups of heartbeat's flips, see rule.h) or by hand (events that name their incident).
 *
 * Corrections are applied here. An event stands unless one that stands corrects it; of several that correct
 * the same one, the latest written stands. A correction stands in the place of what it corrects, whole:
 * with its own time, kind and data; where it names no incident, or no subject, it is that of what it
 * corrects. One of kind "retracted" only takes away, and taking a retraction away brings back. The
 * history with all of it is `mttr log`'s.
 *
 * Members of an event's data (a JSON object) that speak of the incident: "service", "title", "severity",
 * "team", "url" (texts); of several events the latest that was written wins. Without a member "service" it
 * is the subject of the first written event that has one. "text" is what a note says. "actor_type" says
 * who did it: "person" or "machine"; an event of source "mttr" without it is a person's, any other is
 * nobody-knows, which counts as a machine's.
 *
 * Times before 1970 are taken as 1970-01-01, so that no difference of two overflows.
 *
 * Spells, the stretches in which users suffered. The first begins at impact_start; without one at the
 * first event that says that something is wrong (detected, alerted, acked, work_started), and is then a
 * lower bound. It ends with restored. Another begins with a later impact_start, or with reopened after
 * restored (lower bound). An incident that rules made of several has the union of its members' spells:
 * it is restored when all of them are, and last[SB_EVENT_RESTORED] is that of the last. */
#ifndef MTTR_INCIDENT_H
#define MTTR_INCIDENT_H

#include "core/base/arena.h"
#include "core/base/vec.h"
#include "core/store/journal.h"

#define MTTR_NO_TIME INT64_MIN

/* Kinds that happen once in the life of an incident: IMPACT_START to CLOSED. */
#define MTTR_STEPS ((unsigned)SB_EVENT_CLOSED + 1)

struct mttr_event {
    int64_t id, at, precision; /* ns; as in the journal */
    enum sb_event_kind kind;
    bool person;                       /* a person did it; false: a machine, or nobody knows */
    struct sb_str actor, source, text; /* "" where not asked for */
};

/* One stretch in which users suffered. */
struct mttr_spell {
    int64_t from,
        to; /* to: MTTR_NO_TIME while it lasts; of one that is closed: nobody wrote its end */
    bool lower_bound; /* from is when it was seen: the impact may have begun before */
};

struct mttr_incident {
    struct sb_str id; /* as typed and shown: of a group, its first member's */
    struct sb_str service, severity, team, title, url, source; /* "" = not said */
    const struct mttr_event *events;                           /* by time, equal times by id */
    size_t n_events;
    const struct mttr_spell *spells; /* by time; without overlaps */
    size_t n_spells;
    size_t members;                  /* how many incidents rules made one of; 1: it is by itself */
    const struct sb_str *member_ids; /* theirs, by start; NULL: it is by itself */
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
    bool texts;                     /* also actors, sources and texts of events, and urls */
    struct sb_str incident; /* len 0 = all; else this one only, by its whole id (see mttr_find) */
};

/* Reads the whole journal of s. ret is initialised here; untouched on failure. 10^6 events take some 100
 * bytes each. Errors are the store's. */
int mttr_incidents_gather(struct sb_store *s, const struct mttr_gathering *g,
                          struct mttr_incidents *ret, struct sb_error *e);
void mttr_incidents_done(struct mttr_incidents *i); /* {0} is fine */

/* The whole id of what a person typed: an id, or an unambiguous start of one, appended to ret_id.
 * -SB_ENOTFOUND when there is none (with a hint), -SB_EUSAGE when there are several: they are listed. */
int mttr_find(struct sb_store *s, struct sb_str typed, struct sb_buf *ret_id, struct sb_error *e);

/* Everything that the verbs which look at all incidents need: opens the store of the options, reads its
 * rules, gathers. A journal without incidents gives an empty list. */
struct mttr_options;
int mttr_gather_all(const struct mttr_options *o, bool texts, struct mttr_incidents *ret,
                    struct sb_error *e);

/* The one that a person typed (mttr_find), with all its texts: ret->list has it alone, or, with rules, all
 * that there are; *ret_index is where. Of a group any member's id stands for all. Errors are mttr_find's
 * and the store's; -SB_ENOTFOUND, too, when all that was written of it was taken back. */
int mttr_gather_one(const struct mttr_options *o, const char *typed, struct mttr_incidents *ret,
                    size_t *ret_index, struct sb_error *e);

#endif
