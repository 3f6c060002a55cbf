/* A finding: one difference in meaning between plan and actual, and what was judged about it. */
#ifndef DRIFT_FINDING_H
#define DRIFT_FINDING_H

#include "applets/drift/path.h"
#include "applets/drift/side.h"
#include "core/base/vec.h"

/* clang-format off */
#define DRIFT_KINDS(X) X(CHANGED, "changed") X(MISSING, "missing") X(EXTRA, "extra")               \
    X(COUNT, "count") X(RENAMED, "renamed") X(TYPE, "type")
#define DRIFT_CATEGORIES(X) X(COMPUTE, "compute") X(DATABASE, "database") X(NETWORK, "network")    \
    X(STORAGE, "storage") X(SECURITY, "security") X(PACKAGES, "packages") X(OTHER, "other")
#define DRIFT_SEVERITIES(X) X(INFO, "info") X(LOW, "low") X(MEDIUM, "medium") X(HIGH, "high")      \
    X(CRITICAL, "critical")
#define DRIFT_CONSEQUENCES(X) X(REPRODUCIBILITY, "reproducibility") X(SECURITY, "security")        \
    X(OPERATIONS, "operations") X(COMPLIANCE, "compliance") X(COST, "cost")
/* clang-format on */

#define DRIFT_ENUM_KIND(name, text) DRIFT_##name,
#define DRIFT_ENUM_CATEGORY(name, text) DRIFT_CAT_##name,
#define DRIFT_ENUM_SEVERITY(name, text) DRIFT_SEV_##name,
#define DRIFT_ENUM_CONSEQUENCE(name, text) DRIFT_CON_##name,
enum drift_kind { DRIFT_KINDS(DRIFT_ENUM_KIND) DRIFT_KIND_COUNT };
enum drift_category { DRIFT_CATEGORIES(DRIFT_ENUM_CATEGORY) DRIFT_CATEGORY_COUNT };
enum drift_severity { DRIFT_SEVERITIES(DRIFT_ENUM_SEVERITY) DRIFT_SEVERITY_COUNT };
enum drift_consequence { DRIFT_CONSEQUENCES(DRIFT_ENUM_CONSEQUENCE) DRIFT_CONSEQUENCE_COUNT };

/* Lower-case names by enum, NULL-ended. */
extern const char *const drift_kind_names[],
    *const drift_category_names[], *const drift_severity_names[], *const drift_consequence_names[];

struct drift_finding {
    /* compare fills: */
    enum drift_kind kind;
    const struct drift_step *path;               /* for RENAMED: the step that was renamed */
    const struct sb_doc_node *expected, *actual; /* NULL = absent; COUNT: numbers; RENAMED: names */
    struct sb_doc_place plan_at, actual_at;      /* where an absent value would be: its container */
    const char *note; /* the matcher's reason ("server_4 is the extra: ..."), or NULL */
    bool secret;      /* some value in it must be masked */
    /* policy fills: */
    enum drift_category category;
    enum drift_severity severity;
    unsigned consequences; /* bit per enum drift_consequence */
    const char *rule, *why;
    /* ignore and baseline fill: */
    const struct drift_ignore_rule *ignored_by; /* or NULL */
    bool known;                                 /* accepted in the baseline */
    char fingerprint[33]; /* 128 bits in hex: stable over reordering and over runs */
};

struct drift_coverage { /* counted in resources; unchecked also counts values that are not known */
    uint64_t managed, unmanaged, missing, unchecked;
};

struct drift_findings {
    SB_VEC(struct drift_finding) list; /* in plan order, then actual order */
    struct drift_coverage coverage;
    SB_VEC(const char *) limits;             /* sentences: where matching was cut short, and why */
    SB_VEC(struct drift_failure *) failures; /* rules that could not judge; see failure.h */
};
void drift_findings_done(struct drift_findings *f);

#endif
