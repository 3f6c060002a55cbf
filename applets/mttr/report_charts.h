/* Charts of the report's page, each with its heading; nothing where there is nothing to draw. All append. */
#ifndef MTTR_REPORT_CHARTS_H
#define MTTR_REPORT_CHARTS_H

#include "applets/mttr/report.h"

void mttr_charts_waits(const struct mttr_report *r, struct sb_buf *out);
void mttr_charts_axis(const struct mttr_report *r, struct sb_buf *out);
void mttr_charts_distributions(const struct mttr_report *r, struct sb_buf *out);
void mttr_charts_control(const struct mttr_report *r, struct sb_buf *out);

#endif
