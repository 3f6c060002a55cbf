/* Rules whose expression failed on a finding. Nobody knows what such a rule would have said, so the
 * rest is reported and the verdict is "incomplete". One failure a rule: of its first finding. */
#ifndef DRIFT_FAILURE_H
#define DRIFT_FAILURE_H

#include "applets/drift/finding.h"

struct drift_failure { /* in the pool's arena, texts raw */
    const char *rule;  /* its id; of an ignore rule, its text */
    bool ignore;       /* a rule of the ignore file */
    const char *path;  /* the finding's identity */
    uint64_t findings; /* on how many it failed */
    struct sb_error error;
};

/* Notes that a rule failed on f with e. *slot is the rule's own, NULL before its first failure. */
void drift_failure_note(struct drift_findings *all, struct sb_doc_pool *pool,
                        struct drift_failure **slot, const char *rule, bool ignore,
                        const struct drift_finding *f, const struct sb_error *e);
/* "policy.yaml:3:12: rule "x" could not judge /a and 2 more findings: no such key ...". */
void drift_failure_put(const struct drift_failure *failure, struct sb_buf *b);
/* What to do about it. */
const char *drift_failure_hint(const struct drift_failure *failure);
/* Something was left unchecked or unjudged. */
bool drift_incomplete(const struct drift_findings *f);

#endif
