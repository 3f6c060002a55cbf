/* What a rule may ask about a finding: names as text, values as expression variables.
 *
 *   path       identity of where it is: /production/s3_buckets/[name=prod-assets]/versioning
 *   resource   s3_buckets/prod-assets, or ""
 *   key        the attribute's name as written: versioning; of a list element, the list's name
 *   kind, category    as text
 *   expected, actual  the data; absent when missing on that side
 *   expected_on, actual_on   false when absent, null, false, 0, empty, or a word that says off
 *                            (none, disabled, off, no, never, suspended, inactive, private, ...)
 *
 * One subject is reused for many findings; its texts last until the next set. */
#ifndef DRIFT_SUBJECT_H
#define DRIFT_SUBJECT_H

#include "applets/drift/finding.h"
#include "core/doc/expr.h"

enum drift_variable {
    DRIFT_VAR_PATH,
    DRIFT_VAR_RESOURCE,
    DRIFT_VAR_KEY,
    DRIFT_VAR_KIND,
    DRIFT_VAR_CATEGORY,
    DRIFT_VAR_EXPECTED,
    DRIFT_VAR_ACTUAL,
    DRIFT_VAR_EXPECTED_ON,
    DRIFT_VAR_ACTUAL_ON,
    DRIFT_VARIABLE_COUNT
};
extern const struct sb_expr_variable drift_variables[DRIFT_VARIABLE_COUNT];

struct drift_subject {
    const struct drift_finding *finding;
    struct sb_buf path, resource, name;
    struct sb_str key;    /* as written */
    struct sb_str folded; /* what `keys` globs are matched with */
    const struct sb_doc_node *expected, *actual;
    struct sb_expr_value values[DRIFT_VARIABLE_COUNT];
};

#define DRIFT_SUBJECT_MAX (1u << 20) /* bytes of a path; longer ones are cut */

void drift_subject_init(struct drift_subject *s);
void drift_subject_done(struct drift_subject *s);
/* Points s at a finding; its category counts only when it has been judged. */
void drift_subject_set(struct drift_subject *s, const struct drift_finding *f);
/* Narrows s to a member inside the actual value of an extra finding: path grows by the step. */
void drift_subject_enter(struct drift_subject *s, struct sb_str step, struct sb_str key,
                         const struct sb_doc_node *actual);
/* Takes back what enter added: path_len is s->path.len from before. */
void drift_subject_leave(struct drift_subject *s, size_t path_len);
void drift_subject_category(struct drift_subject *s, enum drift_category category);

/* The nearest map key at or above the end of the path: "" when there is none. */
struct sb_str drift_finding_key(const struct drift_finding *f);
/* Does a value say "on"? */
bool drift_value_on(const struct sb_doc_node *n);

/* Appends name in the form that `keys` and `names` globs use: lower case, words joined by "_", so
 * that multiAZ, Multi-AZ and multi_az are one. Glob characters stay. */
void drift_fold(struct sb_buf *b, struct sb_str name);

#endif
