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

/* --skew */
struct logsort_skew_rule {
    struct sb_str file; /* a name or a pattern; borrowed */
    int64_t skew;       /* ns */
};

/* What the engine needs besides the options: all that the command line says, checked. */
struct logsort_plan {
    const struct logsort_options *options;
    struct logsort_hints hints; /* for logsort_format_detect(), `latest` to be set by file */
    struct logsort_filter filter;
    struct sb_zone *zone;
    struct sb_stamp_pattern *pattern;
    struct logsort_skew_rule *skews;
    size_t n_skews;
    char **paths; /* operands; "-" is standard input */
    int n_paths;
};

/* The skew of a file, by --skew FILE=+1.5s, in ns: FILE is the operand as it was written, its last
 * part, or a pattern for one of them; the last that fits counts. */
int64_t logsort_skew(const struct logsort_plan *p, const char *path);

struct logsort_source;
/* What a source's lines look like, with the skew and the rest of the plan: a scanner for it from its
 * beginning. sample has room for LOGSORT_SAMPLE_BYTES; *ret_len of them are the source's first. Errors
 * as logsort_source_head() and logsort_format_detect() have them. */
int logsort_source_scanner(const struct logsort_plan *p, struct logsort_source *s, char *sample,
                           size_t *ret_len, struct logsort_scanner *ret_scanner,
                           struct sb_error *e);

/* The engine: reads, sorts and writes. Returns an exit status or a negative enum sb_err. */
int logsort_engine(const struct logsort_plan *p, struct sb_run *run, struct sb_error *e);

#endif
