/* Policy: rules that judge findings. The built-in policy is a policy file too (policy.yaml, embedded);
 * --policy FILE adds rules and overrides those of the same id. First match wins, user files first. */
#ifndef DRIFT_POLICY_H
#define DRIFT_POLICY_H

#include "applets/drift/finding.h"

struct drift_policy;

int drift_policy_load(struct sb_doc_pool *pool, const char *const *files, size_t n_files,
                      struct drift_policy **ret, struct sb_error *e);
/* The same with one user file in memory. */
int drift_policy_load_text(struct sb_doc_pool *pool, const char *name, const char *bytes,
                           size_t len, struct drift_policy **ret, struct sb_error *e);
void drift_policy_free(struct drift_policy *p); /* free(NULL) is fine */
/* Fills category, severity, consequences, rule, why of all findings. A rule that fails on one does
 * not judge it, and is noted in findings->failures. now: what the rules' `now` says. */
void drift_policy_judge(const struct drift_policy *p, struct sb_doc_pool *pool, int64_t now,
                        struct drift_findings *findings);
/* The active rules in their order: `drift policy`. */
void drift_policy_print_text(const struct drift_policy *p, int width, bool color,
                             struct sb_buf *out);
void drift_policy_print_json(const struct drift_policy *p, struct sb_buf *out);

#endif
