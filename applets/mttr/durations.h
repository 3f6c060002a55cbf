/* The durations that simulate and power work on: of one metric, of the incidents that were asked for. */
#ifndef MTTR_DURATIONS_H
#define MTTR_DURATIONS_H

#include "applets/mttr/filter.h"
#include "applets/mttr/summary.h"
#include "core/doc/json_write.h"

struct mttr_durations {
    enum mttr_defs defs;
    enum mttr_metric metric;
    struct mttr_filter filter;
    struct mttr_incidents set;
    struct mttr_selection sel;
    struct mttr_sample
        sample;         /* its seconds are sorted: `incident` and `at` do not belong to them */
    double first, last; /* s: starts of the measured; to tell how often they come */
};

/* Opens and gathers by the options; ret is initialised here, also on failure. -SB_EUNSURE, with what is
 * missing, when no incident has a duration. */
int mttr_durations_take(const struct mttr_options *o, struct mttr_durations *ret,
                        struct sb_error *e);
void mttr_durations_done(struct mttr_durations *d); /* {0} is fine */
/* "120 incidents have a recover time (impact_start -> restored); 3 are open, 2 lack restored." */
void mttr_durations_say(const struct mttr_durations *d, int width, struct sb_buf *out);
/* Members metric, definition, defs, n, open, missing, negative. */
void mttr_durations_json(const struct mttr_durations *d, struct sb_json_writer *w);

/* --cut: "10%" or "0.1" to 0.1, in (0, 1). -SB_EUSAGE. */
int mttr_cut_read(const char *text, double *ret, struct sb_error *e);

#endif
