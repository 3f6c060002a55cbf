/* --explain: where the times of each file stand, and how they are read. */
#ifndef LOGSORT_EXPLAIN_H
#define LOGSORT_EXPLAIN_H

#include "applets/logsort/logsort.h"

/* Fills run->out. SB_EXIT_OK, or SB_EXIT_UNSURE when a file's times are not understood: its trouble
 * stands in the report, and the others are explained none the less. */
int logsort_explain(const struct logsort_plan *p, struct sb_run *run, struct sb_error *e);

#endif
