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

#define DRIFT_SIDE_NOTES 8u

struct drift_side {
    const char *name; /* as messages and reports show it */
    enum drift_source source;
    struct sb_doc_node *root;
    /* The tree's top level maps addresses to resources (Terraform, Kubernetes). Its keys have no place
     * of their own (a folder is many files): the resources have. */
    bool addressed;
    /* What people should know about the reading: files passed over, notes stripped, resources moved.
     * Sentences in the pool's arena, raw; the caller shows them with sb_note(). */
    const char *notes[DRIFT_SIDE_NOTES];
    size_t n_notes;
};

struct drift_read_options {
    bool annotated; /* accept glyph comments after values, as in people's notes */
    bool yaml_1_1;
    int64_t max_size; /* bytes a file may have */
    struct sb_doc_traps *traps;
};

/* spec: [yaml:|json:|tfstate:|tfplan:|k8s:]PATH, "-" = stdin. The caller sees to it that only one side
 * is stdin (drift_side_is_stdin). A Terraform plan gives planned_values as the plan, prior_state as
 * the actual side. */
int drift_side_read(struct sb_doc_pool *pool, const char *spec, bool is_plan,
                    const struct drift_read_options *opts, struct drift_side *ret,
                    struct sb_error *e);
/* True when the spec reads standard input, with or without a prefix. */
bool drift_side_is_stdin(const char *spec);

/* One Terraform plan holds both sides: resource_drift (before = recorded, after = real), and
 * resource_changes (after = planned, before = real). A resource that is in both is expected as
 * planned where the plan acts on it, as recorded where it does not: so a change made outside is seen
 * even where the plan would leave it (ignore_changes, computed attributes). A plan that is errored or
 * not complete holds an UNKNOWN value that says so on both sides: something was left unchecked. */
int drift_sides_from_tfplan(struct sb_doc_pool *pool, const char *spec,
                            const struct drift_read_options *opts, struct drift_side *ret_plan,
                            struct drift_side *ret_actual, struct sb_error *e);

#endif
