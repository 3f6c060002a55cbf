/* Named numbers that a node says of itself, read from the output of a command:
 *
 *     {"requests_per_sec": 120.5, "response_time_ms": 8}         a JSON object of numbers, or
 *     requests_per_sec 120.5                                     lines of a name and a value;
 *     # a comment
 *
 * Values that are no finite number (null, NaN, inf) are left out. */
#ifndef HEARTBEAT_METRICS_H
#define HEARTBEAT_METRICS_H

#include "applets/heartbeat/beat.h"

#include "core/base/error.h"

struct heartbeat_metrics { /* {0} initialises */
    size_t len;            /* at most HEARTBEAT_METRICS_MAX */
    struct {
        char name[HEARTBEAT_METRIC_MAX + 1];
        double value; /* finite */
    } items[HEARTBEAT_METRICS_MAX];
};

/* Reads them into an empty *ret. -SB_EINPUT with what and where: a name that is empty, longer than
 * HEARTBEAT_METRIC_MAX or cannot be shown, a value that is no number, more than HEARTBEAT_METRICS_MAX. Of
 * a name that comes twice the last value counts. `what` names the text in errors. */
int heartbeat_metrics_read(struct sb_str text, const char *what, struct heartbeat_metrics *ret,
                           struct sb_error *e);
/* Whether it is well-formed UTF-8 that can be shown as it is. */
bool heartbeat_text_is_clean(struct sb_str s);
/* Sets one; nothing happens when the value is not finite or there is no room. */
void heartbeat_metrics_set(struct heartbeat_metrics *m, const char *name, double value);
/* NULL when there is none of that name. */
const double *heartbeat_metrics_get(const struct heartbeat_metrics *m, const char *name);

#endif
