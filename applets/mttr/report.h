/* `mttr report`: all figures of the incidents that were asked for, together and by group; and
 * its forms. */
#ifndef MTTR_REPORT_H
#define MTTR_REPORT_H

#include "applets/mttr/availability.h"
#include "applets/mttr/group.h"
#include "applets/mttr/summary.h"

struct mttr_figures {
    struct sb_str name; /* the group's; of the whole "" */
    size_t incidents;
    size_t open; /* not over */
    struct mttr_summary metrics[MTTR_METRIC_COUNT];
    bool has_up; /* availability can be told: not by weekday or hour */
    struct mttr_availability up;
};

/* One --objective: METRIC<=TIME of half of the incidents, METRIC.p90<=TIME of nine in ten. A
 * count, no estimate: of those that are over, and those open that have lasted longer already, so
 * many kept it. */
enum mttr_kept {
    MTTR_KEPT, /* also where nothing happened */
    MTTR_MISSED,
    MTTR_UNTOLD, /* there were incidents, and none tells */
};
struct mttr_objective {
    enum mttr_metric metric;
    unsigned percent; /* 50, 90, 95 */
    double most;      /* s */
    size_t n, within;
    enum mttr_kept kept;
};

enum { MTTR_OBJECTIVES = 32, MTTR_GROUPS_MOST = 5000 };
/* An interval that covers more than this of what it should is not one of 95 %: n = 8 has no
 * other. */
#define MTTR_COVERAGE_MOST 0.99

struct mttr_report {
    const struct mttr_options *options;
    enum mttr_defs defs;
    enum mttr_grouping by;
    struct mttr_filter filter;
    struct mttr_incidents set;
    struct mttr_selection sel;
    struct mttr_groups groups;
    struct mttr_impact impact;
    struct mttr_weight weights[MTTR_OBJECTIVES];
    int64_t from, to; /* the window of availability */
    struct mttr_figures total;
    SB_VEC(struct mttr_figures) parts; /* with --by, as in groups */
    struct mttr_objective objectives[MTTR_OBJECTIVES];
    size_t n_objectives;
};

/* Reads the options alone (no journal is opened): the caller sets r->set and computes. r is
 * initialised here, also on failure. -SB_EUSAGE. */
int mttr_report_read(struct mttr_report *r, const struct mttr_options *o, int64_t now,
                     struct sb_error *e);
/* From r->set to figures. -SB_ETOOBIG for more than MTTR_GROUPS_MOST groups. */
int mttr_report_compute(struct mttr_report *r, struct sb_error *e);
void mttr_report_done(struct mttr_report *r);

/* SB_EXIT_FOUND: an objective is missed, or the budget of --slo is spent; SB_EXIT_UNSURE: an
 * objective cannot be told. */
enum sb_exit mttr_report_exit(const struct mttr_report *r);
/* The profile defines the metric and the report has something to say of it. */
bool mttr_report_shows(const struct mttr_report *r, enum mttr_metric m);
/* Of the report's set, by index. */
struct sb_str mttr_report_id(const struct mttr_report *r, size_t incident);

/* Words for people; all append. */
void mttr_seconds_print(struct sb_buf *b, double seconds); /* "4m 10s"; "-" for none */
void mttr_interval_print(struct sb_buf *b, const struct sb_interval *i); /* "" for none */
void mttr_percent_print(struct sb_buf *b, double share, int digits);
/* A day when it is the midnight of one, else the moment. */
void mttr_day_print(struct sb_buf *b, const struct sb_zone *zone, int64_t at);
/* " that began from 2026-01-01 before 2026-04-01 (Europe/Berlin)", or nothing. */
void mttr_report_window(const struct mttr_report *r, struct sb_buf *b);
/* "2 open, 3 without acked", or nothing. */
void mttr_report_counts(const struct mttr_summary *s, struct sb_buf *b);
/* "2h 4m of impact by 3 incidents, ..." */
void mttr_report_up(const struct mttr_availability *a, struct sb_buf *b);
void mttr_report_budget(const struct mttr_report *r, const struct mttr_availability *a,
                        struct sb_buf *b);
/* What to beware of when there are several groups, or nothing. */
void mttr_report_many(const struct mttr_report *r, struct sb_buf *b);
/* "respond: half within 5m: 12 of 14"; whether it was kept is the caller's to say. */
void mttr_report_objective(const struct mttr_objective *o, struct sb_buf *b);
/* "▁▃█▂": how many fall into each quarter of a decade, from the shortest to the longest. */
void mttr_report_strip(const struct mttr_summary *s, struct sb_buf *b);

/* The forms; all append. */
void mttr_report_text(const struct mttr_report *r, int width, struct sb_buf *out);
void mttr_report_json(const struct mttr_report *r, struct sb_buf *out);
void mttr_report_csv(const struct mttr_report *r, struct sb_buf *out);
void mttr_report_markdown(const struct mttr_report *r, struct sb_buf *out);
void mttr_report_prom(const struct mttr_report *r, struct sb_buf *out);
void mttr_report_page(const struct mttr_report *r, struct sb_buf *out);

#endif
