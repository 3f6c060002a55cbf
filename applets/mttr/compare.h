/* mttr compare: two periods of the calendar, their durations, what the comparison says, its forms. */
#ifndef MTTR_COMPARE_H
#define MTTR_COMPARE_H

#include "applets/mttr/comparison.h"
#include "applets/mttr/filter.h"
#include "applets/mttr/summary.h"

struct mttr_period {
    int64_t from, to; /* MTTR_NO_TIME: no limit on that side */
    struct mttr_selection sel;
    struct mttr_sample sample;
};

struct mttr_compared {
    enum mttr_defs defs;
    enum mttr_metric metric;
    uint64_t draws, seed;
    struct mttr_filter filter;
    struct mttr_incidents set;
    struct mttr_period before, after;
    struct mttr_comparison result;
};

/* A range: a period as --since takes it (2026-Q1, 90d); FROM..TO, from the begin of the one to the end of
 * the other, either of which may be left out; FROM/TO as ISO 8601 has it, to the begin of the other.
 * option is for messages. -SB_EUSAGE. */
int mttr_range_read(const char *option, const char *text, const struct sb_zone *zone, int64_t now,
                    int64_t *ret_from, int64_t *ret_to, struct sb_error *e);

/* Incidents that each period would need beside those it has; infinite: nobody can say. */
double mttr_more_needed(const struct mttr_compared *c);

void mttr_compare_text(const struct mttr_compared *c, int width, struct sb_buf *out);
void mttr_compare_json(const struct mttr_compared *c, struct sb_buf *out);

#endif
