/* Baseline: today's findings, accepted with a reason; later checks report what is new, and what went. */
#ifndef DRIFT_BASELINE_H
#define DRIFT_BASELINE_H

#include "applets/drift/finding.h"

struct drift_gone { /* accepted once, not found any more */
    const char *fingerprint, *path, *kind;
};
struct drift_accepted {
    struct drift_gone gone;
    const char *values; /* their digest (digest.h) */
    bool found;
};
struct drift_baseline {
    const char *reason, *by;
    int64_t at; /* ns since the epoch */
    unsigned char salt[16];
    struct drift_accepted *accepted;
    size_t n_accepted;
    struct drift_gone *gone;
    size_t n_gone;
    struct sb_doc_node *root; /* as read */
};

/* Writes the findings that are not ignored to `file`, whole or not at all (mode 0600). */
int drift_baseline_write(struct sb_doc_pool *pool, const struct drift_findings *findings,
                         const char *file, const char *reason, int64_t now, struct sb_error *e);
int drift_baseline_load(struct sb_doc_pool *pool, const char *file, struct drift_baseline *ret,
                        struct sb_error *e);
/* Marks known findings (same fingerprint, same values) and lists what has gone. */
void drift_baseline_apply(struct drift_baseline *b, struct sb_doc_pool *pool,
                          struct drift_findings *findings);

#endif
