/* Reports: the same result as text, json, jsonl, csv, markdown, junit, sarif, html. */
#ifndef DRIFT_REPORT_H
#define DRIFT_REPORT_H

#include "applets/drift/baseline.h"
#include "applets/drift/finding.h"
#include "applets/drift/ignore.h"
#include "core/ui/option.h"

struct drift_result {
    const struct drift_side *plan, *actual;
    struct sb_doc_pool *pool;
    const struct drift_findings *findings;
    const struct drift_ignores *ignores;   /* or NULL */
    const struct drift_baseline *baseline; /* or NULL */
    bool show_ignored;
    enum drift_severity fail_on; /* what is less severe is told, and fails nothing */
    int64_t now;
    /* derived once by drift_result_sum(): */
    uint64_t reported, ignored, known;
    uint64_t by_severity[DRIFT_SEVERITY_COUNT], by_category[DRIFT_CATEGORY_COUNT];
    const char *verdict; /* "drift", "in-sync", "incomplete" */
};

void drift_result_sum(struct drift_result *r);
/* Appends the report in run->format. Values pass through drift_mask(). */
int drift_report(const struct drift_result *r, const struct sb_run *run, struct sb_buf *out,
                 struct sb_error *e);

#endif
