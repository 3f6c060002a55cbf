/* Which incidents a verb speaks of: --since, --until, --where. */
#ifndef MTTR_WHICH_H
#define MTTR_WHICH_H

#include "applets/mttr/incident.h"
#include "core/base/zone.h"
#include "core/ui/option.h"

enum { MTTR_WHICH_MOST = 32 }; /* conditions */

/* Zeroed = all. */
struct mttr_which {
    int64_t since, until; /* since <= start < until; MTTR_NO_TIME as until = no end */
    struct {
        int key; /* index into service, severity, team, source */
        struct sb_str glob;
    } where[MTTR_WHICH_MOST];
    size_t n;
};

/* since, until: as typed (moment.h: "2026-11-01", "30d ago"), NULL = open. where: KEY=GLOB of service,
 * severity, team, source; conditions of one key are alternatives, those of different keys must all hold.
 * Borrows the texts of where. -SB_EUSAGE. */
int mttr_which_read(const char *since, const char *until, const struct sb_strings *where,
                    const struct sb_zone *zone, int64_t now, struct mttr_which *ret,
                    struct sb_error *e);
bool mttr_which_has(const struct mttr_which *w, const struct mttr_incident *i);

#endif
