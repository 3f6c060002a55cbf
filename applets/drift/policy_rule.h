/* A loaded policy: shared by its loader, its judge and its printer only. */
#ifndef DRIFT_POLICY_RULE_H
#define DRIFT_POLICY_RULE_H

#include "applets/drift/rules_file.h"
#include "applets/drift/policy.h"
#include "applets/drift/subject.h"

#define DRIFT_POLICY_MAX_RULES 2000u

struct drift_names { /* folded globs */
    struct sb_str *items;
    size_t len;
};

struct drift_rule {
    const char *id, *why, *when_text; /* when_text NULL = no condition */
    struct sb_doc_place at;
    unsigned kinds, categories; /* bits; 0 = all */
    struct drift_names keys;    /* none = all */
    struct drift_glob **paths;  /* any of these; none = all */
    struct sb_field_items path_texts;
    size_t n_paths;
    int whole;   /* 1: only whole resources, 0: only their attributes, -1: both */
    bool inside; /* also judges members of what is extra */
    struct sb_expr *when;
    enum drift_severity severity;
    unsigned consequences;
    int category; /* filed under this one; -1 = where it lives */
    bool builtin;
};

struct drift_category_rule {
    enum drift_category category;
    struct drift_names keys, names;
};

struct drift_policy {
    SB_VEC(struct drift_rule) rules;
    SB_VEC(struct drift_category_rule) categories;
};

bool drift_names_match(const struct drift_names *names, struct sb_str folded);

#endif
