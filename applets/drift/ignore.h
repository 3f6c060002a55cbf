/* Ignore rules: what people decided not to be told about, with a reason, and until when. */
#ifndef DRIFT_IGNORE_H
#define DRIFT_IGNORE_H

#include "applets/drift/finding.h"

struct drift_ignore_rule {
    const char *text; /* its path or predicate, for reports */
    const char *reason;
    int64_t expires; /* ns since the epoch; INT64_MAX = never */
    bool expired;
    uint64_t hits; /* findings it covers, expired or not */
    struct sb_doc_place at;
    struct drift_glob *path; /* or NULL */
    struct sb_expr *when;    /* or NULL */
    unsigned kinds;          /* bit per enum drift_kind; 0 = all */
};
struct drift_ignores {
    struct drift_ignore_rule *rules;
    size_t len;
};

int drift_ignores_load(struct sb_doc_pool *pool, const char *file, int64_t now,
                       struct drift_ignores *ret, struct sb_error *e);
/* The same for text in memory. */
int drift_ignores_load_text(struct sb_doc_pool *pool, const char *name, const char *bytes,
                            size_t len, int64_t now, struct drift_ignores *ret, struct sb_error *e);
void drift_ignores_done(struct drift_ignores *ig);
/* Sets ignored_by and counts hits. Expired rules hide nothing, nor do rules on findings they fail on:
 * those are noted in findings->failures. */
void drift_ignores_apply(struct drift_ignores *ig, struct sb_doc_pool *pool, int64_t now,
                         struct drift_findings *findings);

#endif
