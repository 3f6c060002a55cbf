/* The applet's options, filled by the table of mttr.c, and its verbs. Each verb lives in a file of its own
 * name (the verbs that record events, in record.c). */
#ifndef MTTR_MTTR_H
#define MTTR_MTTR_H

#include "core/store/store.h"
#include "core/ui/option.h"

struct mttr_options {
    const char *store; /* file; NULL: the default place */
    const char *rules; /* file: which flips are incidents of which service; NULL: none */
    const char *tz;    /* zone of times without one, also of what is shown; NULL: the machine's */

    /* recording */
    const char *at, *by, *service, *severity, *team, *title, *url, *message, *impact_start, *key;
    bool alerted, by_robot, again, correct, retract;
    int64_t event; /* of the journal; 0: the one that is meant is plain */

    /* list, report, compare ...: which incidents */
    const char *since, *until;
    struct sb_strings where; /* KEY=GLOB of service, severity, team, source */
    int64_t attribute;       /* enum mttr_attribute of filter.h */

    /* report; --by is shared with recording: there a person, here a grouping (group.h) */
    int64_t defs;                 /* enum mttr_defs */
    int64_t pauses;               /* enum mttr_pauses of availability.h */
    const char *slo;              /* "99.9"; NULL: none */
    struct sb_strings weights;    /* SEVERITY=SHARE */
    struct sb_strings objectives; /* METRIC<=DURATION */
    /* import */
    int64_t from;          /* index into mttr_source_names */
    struct sb_strings map; /* NAME=COLUMN,... see map.h */
    const char *separator;
    bool day_first, month_first, rows, dry_run;

    /* serve */
    const char *listen, *token_file, *cert_file, *key_file;
    struct sb_strings secrets; /* SOURCE=FILE */

    /* compare, simulate, power, cost */
    const char *metric;         /* a name of mttr_metric_names */
    const char *before, *after; /* ranges, see compare.h; NULL: not given */
    const char *cut;            /* "10%"; NULL: the usual ones */
    const char *sigma;          /* of logarithms; NULL: as in the data */
    int64_t arm;                /* incidents in each set that is drawn; 0: half of them */
    int64_t draws, seed;
    const char *rate;  /* "50000/min"; NULL: as in the file */
    const char *rates; /* file, see rates.h; NULL: none */
    /* the rest is added by the rooms that need it */
};

/* Opens the store of the options with the journal (read_only: it must exist). The caller frees. */
int mttr_open_store(const struct mttr_options *o, bool read_only, struct sb_store **ret,
                    struct sb_error *e);

int mttr_open_verb(struct sb_run *run, struct sb_error *e);
int mttr_record_verb(struct sb_run *run,
                     struct sb_error *e); /* impact ack ... note: by run->verb->name (step.h) */
int mttr_list_verb(struct sb_run *run, struct sb_error *e);
int mttr_show_verb(struct sb_run *run, struct sb_error *e);
int mttr_timeline_verb(struct sb_run *run, struct sb_error *e);
int mttr_log_verb(struct sb_run *run, struct sb_error *e);
int mttr_import_verb(struct sb_run *run, struct sb_error *e);
int mttr_serve_verb(struct sb_run *run, struct sb_error *e);
int mttr_report_verb(struct sb_run *run, struct sb_error *e);
int mttr_explain_verb(struct sb_run *run, struct sb_error *e);
int mttr_compare_verb(struct sb_run *run, struct sb_error *e);
int mttr_simulate_verb(struct sb_run *run, struct sb_error *e);
int mttr_power_verb(struct sb_run *run, struct sb_error *e);
int mttr_cost_verb(struct sb_run *run, struct sb_error *e);
int mttr_doctor_verb(struct sb_run *run, struct sb_error *e);

#endif
