/* The two sides of a comparison: what was written down (plan) and what runs (actual).
 *
 * A side is one tree, whatever it was read from. Trees made from Terraform or Kubernetes files map an
 * address to that resource's attributes; their nodes keep the place they were read from. Secrets are
 * marked SB_DOC_SECRET, values that are not known yet SB_DOC_UNKNOWN. */
#ifndef DRIFT_SIDE_H
#define DRIFT_SIDE_H

#include "core/doc/doc.h"

enum drift_source { /* how a side was read: "yaml:FILE" forces it, otherwise it is detected */
    DRIFT_SOURCE_YAML,
    DRIFT_SOURCE_JSON,
    DRIFT_SOURCE_TFSTATE,
    DRIFT_SOURCE_TFPLAN,
    DRIFT_SOURCE_K8S
};
extern const char *const drift_source_names[]; /* by enum, NULL-ended */

struct drift_side {
    const char *name;         /* as messages and reports show it */
    enum drift_source source;
    struct sb_doc_node *root;
    /* The tree's top level maps addresses to resources (Terraform, Kubernetes). */
    bool addressed;
};

struct drift_read_options {
    bool annotated;   /* accept glyph comments after values, as in people's notes */
    bool yaml_1_1;
    int64_t max_size; /* bytes a file may have */
    struct sb_doc_traps *traps;
};

/* spec: [yaml:|json:|tfstate:|tfplan:|k8s:]PATH, "-" = stdin. */
int drift_side_read(struct sb_doc_pool *pool, const char *spec, bool is_plan,
                    const struct drift_read_options *opts, struct drift_side *ret,
                    struct sb_error *e);
/* One Terraform plan holds both sides: resource_drift (before = recorded, after = real), and
 * resource_changes (after = planned, before = real). */
int drift_sides_from_tfplan(struct sb_doc_pool *pool, const char *spec,
                            const struct drift_read_options *opts, struct drift_side *ret_plan,
                            struct drift_side *ret_actual, struct sb_error *e);

#endif
