/* Which incidents a verb looks at: a window of time, and labels. Shared by list, report, explain
 * and all verbs of statistics, so that --since, --until and --where mean the same everywhere.
 *
 * An incident belongs to the window of its start (mttr_incident.start), whenever it ended; with
 * --attribute end to that of its end. Mixing the two shifts trends, so what was used is always
 * shown. */
#ifndef MTTR_FILTER_H
#define MTTR_FILTER_H

#include "applets/mttr/incident.h"
#include "applets/mttr/mttr.h"
#include "core/base/zone.h"

enum mttr_label { MTTR_SERVICE, MTTR_SEVERITY, MTTR_TEAM, MTTR_SOURCE, MTTR_LABELS };
extern const char *const mttr_label_names[]; /* by enum, NULL-ended */
/* "" where the incident does not say. */
struct sb_str mttr_label_of(const struct mttr_incident *i, enum mttr_label label);

enum mttr_attribute { MTTR_BY_START, MTTR_BY_END };
extern const char *const mttr_attribute_names[]; /* by enum, NULL-ended */

/* One --where: KEY=GLOB, or KEY!=GLOB. An empty glob stands for "does not say". */
struct mttr_where {
    enum mttr_label label;
    bool not ;
    struct sb_str glob; /* borrowed from the options */
};

struct mttr_filter {
    int64_t since, until; /* since <= t < until, ns; MTTR_NO_TIME: no limit on that side */
    int64_t now;
    enum mttr_attribute attribute;
    struct sb_zone *zone; /* of --tz; for what is shown */
    SB_VEC(struct mttr_where) where;
};

/* Reads tz, since, until, where and attribute of the options. ret is initialised here, and
 * untouched on failure. -SB_EUSAGE with the option's name and what it takes, also for an empty
 * window. */
int mttr_filter_read(const struct mttr_options *o, int64_t now, struct mttr_filter *ret,
                     struct sb_error *e);
void mttr_filter_done(struct mttr_filter *f); /* {0} is fine */

/* When it belongs to the window: all of one label's = are alternatives, everything else must
 * hold. An incident that is not over has no end yet: by end, it belongs to a window that is not
 * over either. */
bool mttr_filter_takes(const struct mttr_filter *f, const struct mttr_incident *i);
/* The labels alone, whatever the time. */
bool mttr_filter_labels(const struct mttr_filter *f, const struct mttr_incident *i);
/* When it was over: the later of its last restored and last closed event that still hold (closed
 * without restored: closed); MTTR_NO_TIME while it is not over. */
int64_t mttr_incident_end(const struct mttr_incident *i);

/* Incidents of a set. */
struct mttr_selection {
    const struct mttr_incidents *set;
    size_t *items; /* n indexes into the set, ascending */
    size_t *
        next; /* n: the index of the next incident of its service whose labels are taken, whether it
                    * is in the window or not; MTTR_NO_NEXT: there is none; NULL: not looked for */
    size_t n;
};
#define MTTR_NO_NEXT SIZE_MAX
/* The incident after the k-th of the selection, for mttr_measure_one(); NULL: there is none. */
const struct mttr_incident *mttr_selection_next(const struct mttr_selection *s, size_t k);
void mttr_filter_select(const struct mttr_filter *f, const struct mttr_incidents *set,
                        struct mttr_selection *ret);
void mttr_selection_done(struct mttr_selection *s); /* {0} is fine */

/* A stretch of the calendar in a zone, as [*ret_from, *ret_to):
 *   2026  2026-Q1  2026-02  2026-W07  2026-02-13  today  yesterday
 *   90d  last 90d     the time until now
 *   a moment (2026-02-13T14:00:00Z, 14:33, 5m ago): from == to
 * -SB_EUSAGE with what would be right. */
int mttr_period_read(struct sb_str s, const struct sb_zone *zone, int64_t now, int64_t *ret_from,
                     int64_t *ret_to, struct sb_error *e);

#endif
