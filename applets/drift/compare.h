/* The comparison: pairs what belongs together and reports what differs in meaning. */
#ifndef DRIFT_COMPARE_H
#define DRIFT_COMPARE_H

#include "applets/drift/finding.h"
#include "applets/drift/normalize.h"

enum drift_list_mode { DRIFT_LIST_ORDERED, DRIFT_LIST_SET, DRIFT_LIST_KEY };
struct drift_list_rule { /* --list PATH=ordered|set|key:FIELD[,FIELD] */
    struct drift_glob *glob;
    enum drift_list_mode mode;
    struct sb_str fields[4];
    size_t n_fields;
};
/* Errors quote the rule. */
int drift_list_rule_parse(struct sb_doc_pool *pool, const char *text, struct drift_list_rule *ret,
                          struct sb_error *e);

struct drift_compare_options {
    unsigned normalizers; /* bit per enum drift_normalizer: which are on */
    const struct drift_list_rule *list_rules;
    size_t n_list_rules;
};

/* Fills kind, path, values, places, note, secret and coverage of every finding. */
int drift_compare(struct sb_doc_pool *pool, const struct drift_side *plan,
                  const struct drift_side *actual, const struct drift_compare_options *opts,
                  struct drift_findings *ret, struct sb_error *e);

#endif
