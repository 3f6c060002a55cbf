/* --follow: after what is there already, what comes. */
#ifndef LOGSORT_FOLLOW_H
#define LOGSORT_FOLLOW_H

#include "applets/logsort/output.h"
#include "applets/logsort/source.h"
#include "applets/logsort/tail.h"

/* Puts out what comes to the tails until SIGINT or SIGTERM, until nobody reads the output any more, or
 * until all tails were pipes and are closed: then what is held goes out, too, and 0 is returned. */
int logsort_follow(struct logsort_tail *tails, size_t n, const struct logsort_options *options,
                   uint64_t memory, struct logsort_output *out, struct sb_error *e);

#endif
