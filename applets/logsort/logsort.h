/* logsort: what is to be done, between the command line (logsort.c) and the engine. */
#ifndef LOGSORT_LOGSORT_H
#define LOGSORT_LOGSORT_H

#include "applets/logsort/filter.h"
#include "applets/logsort/scan.h"

#include "core/ui/option.h"

struct logsort_options {
    bool check, dayfirst, explain, follow, label, merge, monthfirst, unique;
    const char *format, *key, *output, *since, *tz, *until;
    struct sb_strings grep, skew;
    int64_t max_late; /* ns */
    int64_t memory;   /* bytes */
    int64_t orphans;  /* enum logsort_orphans */
    int64_t year;     /* 0: not given */
};

/* What the engine needs besides the options: all that the command line says, checked. */
struct logsort_plan {
    const struct logsort_options *options;
    struct logsort_hints hints; /* for logsort_format_detect(), `latest` to be set by file */
    struct logsort_filter filter;
    struct sb_zone *zone;
    struct sb_stamp_pattern *pattern;
    char **paths; /* operands; "-" is standard input */
    int n_paths;
};

/* The skew of a file, by --skew FILE=+1.5s: the operand as it was written, or its last part. */
int64_t logsort_skew(const struct logsort_plan *p, const char *path);

/* The engine: reads, sorts and writes. Returns an exit status or a negative enum sb_err. */
int logsort_engine(const struct logsort_plan *p, struct sb_run *run, struct sb_error *e);

#endif
