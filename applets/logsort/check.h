/* --check: is each file in order, and if not, how late are its records? */
#ifndef LOGSORT_CHECK_H
#define LOGSORT_CHECK_H

#include "applets/logsort/logsort.h"

/* Fills run->out. A record is late by how far it lies before the latest in front of it, in its file; the
 * parts of a rotated set are one file. SB_EXIT_OK; SB_EXIT_FOUND when a record is late; SB_EXIT_UNSURE
 * when a line has a time that cannot be. */
int logsort_check(const struct logsort_plan *p, struct sb_run *run, struct sb_error *e);

#endif
