/* One comparison from command line to judged findings: what check, accept and patch share. */
#ifndef DRIFT_CHECK_H
#define DRIFT_CHECK_H

#include "applets/drift/compare.h"
#include "applets/drift/patch.h"
#include "applets/drift/policy.h"
#include "applets/drift/report.h"

struct drift_options { /* zeroed, then filled by the option table of drift.c */
    bool annotated, yaml_1_1, show_ignored, reveal;
    struct sb_strings list, without, policy;
    const char *ignore, *baseline, *reason;
    int64_t fail_on;      /* enum drift_severity */
    int64_t max_size;     /* bytes */
    int64_t patch_format; /* enum drift_patch_format */
};

struct drift_case { /* owns everything; ended by drift_case_done() */
    struct sb_doc_pool *pool;
    const struct drift_options *opts;
    int64_t now;
    struct drift_side plan, actual;
    struct drift_findings findings;
    struct drift_policy *policy;
    struct drift_ignores ignores;
    struct drift_baseline baseline;
};

void drift_case_init(struct drift_case *c, const struct drift_options *opts);
void drift_case_done(struct drift_case *c);

/* Loads the rules, reads both sides, compares, judges, applies the ignore file. Warnings about the input go
 * to stderr. Rules are read first: a typing mistake in them is told before minutes of work. */
int drift_case_run(struct drift_case *c, const struct sb_run *run, struct sb_error *e);

int drift_check(struct sb_run *run, struct sb_error *e);
int drift_accept(struct sb_run *run, struct sb_error *e);
int drift_patch(struct sb_run *run, struct sb_error *e);

#endif
