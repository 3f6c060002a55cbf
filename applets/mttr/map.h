/* --map: what a column, or a member of a JSON record, says.
 *
 *     impact_start=began,restored=ended      names of events
 *     S=began,R=ended                        or their letters: S D A K W G F M R V C
 *     id=number,service=ci,title=summary     and what is said of the incident: id service severity team
 *                                            title url; of an event: event at by text
 *     id=#3                                  a column by its number
 *
 * Each use of the option is a list, separated by commas. */
#ifndef MTTR_MAP_H
#define MTTR_MAP_H

#include "core/base/error.h"
#include "core/base/str.h"
#include "core/base/vec.h"
#include "core/store/journal.h"

enum mttr_role {
    MTTR_ROLE_NONE,
    MTTR_ROLE_ID, /* the incident's */
    MTTR_ROLE_SERVICE,
    MTTR_ROLE_SEVERITY,
    MTTR_ROLE_TEAM,
    MTTR_ROLE_TITLE,
    MTTR_ROLE_URL,
    MTTR_ROLE_EVENT_ID, /* rows of one event each: its own id ... */
    MTTR_ROLE_EVENT,    /* ... its name, as in the journal */
    MTTR_ROLE_AT,
    MTTR_ROLE_BY,
    MTTR_ROLE_TEXT,
    MTTR_ROLE_TIME, /* the time of the event `kind` */
};

struct mttr_mapping {
    enum mttr_role role;
    enum sb_event_kind kind; /* of MTTR_ROLE_TIME */
    struct sb_str where;     /* borrowed from the option */
};
struct mttr_map {
    SB_VEC(struct mttr_mapping) list;
};

/* The role of a name of the list above; false: there is no such name. */
bool mttr_role_find(struct sb_str name, enum mttr_role *ret_role, enum sb_event_kind *ret_kind);
const char *mttr_role_name(enum mttr_role role, enum sb_event_kind kind);
/* uses: the option's, NULL-ended or NULL. ret is initialised here. -SB_EUSAGE with a hint. */
int mttr_map_parse(const char *const *uses, struct mttr_map *ret, struct sb_error *e);
void mttr_map_done(struct mttr_map *m);

#endif
