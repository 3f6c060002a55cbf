/* The steps of gathering: one incident by itself, and several as one (incident.h). Pure. */
#ifndef MTTR_GATHER_H
#define MTTR_GATHER_H

#include "applets/mttr/incident.h"

/* An incident in the making. */
struct mttr_part {
    struct mttr_incident incident; /* its n_events, id, source and what the members of data said */
    struct sb_str subject;         /* of the first written event that has one */
    struct mttr_event *events;     /* by id */
};

void mttr_events_sort(struct mttr_event *events, size_t n); /* by time, equal times by id */

/* Sorts the events by time and fills everything that follows from them. */
void mttr_part_derive(struct mttr_part *part, struct sb_arena *arena);

/* Makes one of those that the rules say belong together: the first of them has the events of all, the
 * others have none left. Derived parts only. */
void mttr_parts_group(struct mttr_part *parts, size_t n, const struct mttr_rules *rules,
                      struct sb_arena *arena);

/* Spells, steps and state of an incident, from its events by time. lane_of: of which of its members each
 * event is; NULL when it has one. */
void mttr_derive(struct mttr_incident *incident, const struct mttr_event *events,
                 const uint32_t *lane_of, size_t n, uint32_t lanes, struct sb_arena *arena);

#endif
