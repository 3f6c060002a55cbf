/* Which events do not stand, because others correct them (incident.h). */
#ifndef MTTR_CORRECTIONS_H
#define MTTR_CORRECTIONS_H

#include "core/store/store.h"

#include <stdbool.h>
#include <stdint.h>

struct mttr_correction {
    int64_t id, target; /* event ids; target < id, others are ignored */
    bool retracts;
};
struct mttr_corrections {
    int64_t *gone; /* ids, ascending */
    size_t n;
};

/* Reads all corrections of the journal. ret is initialised here. */
int mttr_corrections_read(struct sb_store *s, struct mttr_corrections *ret, struct sb_error *e);
void mttr_corrections_done(struct mttr_corrections *c); /* {0} is fine */
/* list: ascending by id. Pure. */
void mttr_corrections_make(const struct mttr_correction *list, size_t n,
                           struct mttr_corrections *ret);
bool mttr_corrections_gone(const struct mttr_corrections *c, int64_t id);

#endif
