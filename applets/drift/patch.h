/* Repairs on paper: what would bring reality back, or the plan up to reality. Never executed. */
#ifndef DRIFT_PATCH_H
#define DRIFT_PATCH_H

#include "applets/drift/finding.h"

enum drift_patch_format {
    DRIFT_PATCH_JSON,    /* RFC 6902 for the actual side, each change guarded by a test */
    DRIFT_PATCH_MERGE,   /* RFC 7396 for the actual side */
    DRIFT_PATCH_KUBECTL, /* kubectl patch commands, one a resource */
    DRIFT_PATCH_PLAN     /* RFC 6902 for the plan: adopts reality */
};
extern const char *const drift_patch_format_names[]; /* "json-patch" ..., NULL-ended */

/* Ignored findings are left alone. Secrets are refused unless reveal: a patch that needs one says
 * which. What a format cannot express is an error that names the finding. */
int drift_patch_write(struct sb_doc_pool *pool, const struct drift_side *plan,
                      const struct drift_side *actual, const struct drift_findings *findings,
                      enum drift_patch_format format, bool reveal, struct sb_buf *out,
                      struct sb_error *e);

#endif
