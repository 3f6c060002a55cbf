/* Findings: names of their enums, and their release. */
#include "applets/drift/finding.h"

#define NAME(id, text) text,
const char *const drift_kind_names[] = {DRIFT_KINDS(NAME) NULL};
const char *const drift_category_names[] = {DRIFT_CATEGORIES(NAME) NULL};
const char *const drift_severity_names[] = {DRIFT_SEVERITIES(NAME) NULL};
const char *const drift_consequence_names[] = {DRIFT_CONSEQUENCES(NAME) NULL};

void drift_findings_done(struct drift_findings *f)
{
    sb_vec_done(&f->list);
    sb_vec_done(&f->limits);
    sb_vec_done(&f->failures);
}
