/* The report as one page to look at: figures, where the time went, distributions, control charts, the
 * incidents on their time axis, and a table of them. Without scripts; everything in it is escaped. */
#ifndef MTTR_PAGE_H
#define MTTR_PAGE_H

#include "applets/mttr/availability.h"
#include "applets/mttr/filter.h"
#include "applets/mttr/summary.h"

/* By metric (MTTR_METRIC_COUNT of each); borrowed. */
struct mttr_page {
    const struct mttr_filter *filter;
    const struct mttr_selection *incidents;
    enum mttr_defs defs;
    const struct mttr_sample *samples;
    const struct mttr_summary *summaries;
    const struct mttr_availability *availability; /* NULL: not asked for */
};
void mttr_page_print(const struct mttr_page *p, struct sb_buf *out);

#endif
