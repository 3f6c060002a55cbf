/* `mttr explain METRIC`: which incidents, and which of their events, a figure is made of. */
#ifndef MTTR_EXPLANATION_H
#define MTTR_EXPLANATION_H

#include "applets/mttr/filter.h"
#include "applets/mttr/summary.h"

struct mttr_row {
    const struct mttr_incident *incident;
    struct mttr_measure measure;
    const struct mttr_event *from,
        *to; /* NULL where not there, or of another incident (mtbf, mttf) */
};

struct mttr_explanation {
    enum mttr_defs defs;
    enum mttr_metric metric;
    struct mttr_filter filter;
    struct mttr_incidents set;
    struct mttr_selection sel;
    struct mttr_summary summary;
    SB_VEC(struct mttr_row)
    rows; /* measured ones, the longest first; then open, negative, missing */
};

/* Why it has no time: "open", "missing", "negative"; "measured" for one that has. */
const char *mttr_measured_name(enum mttr_measured what);

/* The forms; all append. */
void mttr_explain_text(const struct mttr_explanation *x, int width, struct sb_buf *out);
void mttr_explain_json(const struct mttr_explanation *x, struct sb_buf *out);
void mttr_explain_csv(const struct mttr_explanation *x, struct sb_buf *out);

#endif
