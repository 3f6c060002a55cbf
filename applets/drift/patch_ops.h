/* From findings to operations on one side's tree: shared by the patch formats.
 *
 * The target is the side that is to change (actual, or plan when reality is adopted), the source the
 * side it is to agree with. Operations come out in an order in which each one's pointer is true when
 * its turn comes: what is deeper first; in one container changes, then removals from the highest
 * index down, then additions from the lowest up, then renames. */
#ifndef DRIFT_PATCH_OPS_H
#define DRIFT_PATCH_OPS_H

#include "applets/drift/patch.h"
#include "core/base/map.h"
#include "core/base/vec.h"

#define DRIFT_PATCH_MAX_BYTES ((size_t)1 << 30)
#define DRIFT_PATCH_BUDGET UINT64_C(10000000) /* nodes written: aliases are written out */

enum drift_op_kind { DRIFT_OP_REPLACE, DRIFT_OP_REMOVE, DRIFT_OP_ADD, DRIFT_OP_MOVE };

/* The order of what happens in one container. */
enum drift_op_phase {
    DRIFT_PHASE_REPLACE,
    DRIFT_PHASE_REMOVE,
    DRIFT_PHASE_MAKE_LIST,
    DRIFT_PHASE_ADD,
    DRIFT_PHASE_MOVE
};

struct drift_op {
    enum drift_op_kind kind;
    unsigned depth; /* steps of the pointer */
    enum drift_op_phase phase;
    uint32_t index; /* of the element, for the order within a phase */
    const struct drift_finding *finding;
    struct sb_str path;             /* RFC 6901, at the operation's turn */
    struct sb_str from;             /* MOVE */
    struct sb_doc_node *value;      /* REPLACE, ADD */
    const struct sb_doc_node *test; /* REPLACE, REMOVE: what stands there now */
};

struct drift_ops {
    SB_VEC(struct drift_op) list;
};

struct drift_ops_run {
    struct sb_doc_pool *pool;
    struct sb_doc_node *target, *source; /* roots */
    bool on_plan;                        /* the target is the plan */
    bool null_removes;                   /* RFC 7396: null cannot be set */
    bool fixed_names;                    /* kubectl: what stands at the top cannot be renamed */
    bool reveal;
    const struct drift_findings *findings;
    struct drift_ops *ops;
    struct sb_map done; /* pointer -> any: containers already dealt with as a whole */
};

/* Ignored findings give no operations. Errors name the finding. */
int drift_ops_make(struct sb_doc_pool *pool, const struct drift_side *target,
                   const struct drift_side *source, const struct drift_findings *findings,
                   enum drift_patch_format format, bool reveal, struct drift_ops *ret,
                   struct sb_error *e);
void drift_ops_done(struct drift_ops *ops);
/* RFC 6902 from the operations [from, to): a list of maps, pointers without their first `skip` steps.
 * Each replace and remove has a test before it. */
struct sb_doc_node *drift_ops_json(struct sb_doc_pool *pool, const struct drift_op *ops, size_t n,
                                   unsigned skip);

/* --- between patch_ops.c and patch_fleet.c --- */
/* The value at the path on one side, or NULL when nothing stands there. */
struct sb_doc_node *drift_path_resolve(struct sb_doc_pool *pool, struct sb_doc_node *root,
                                       const struct drift_step *path, bool on_plan);
/* The pointer, NUL-terminated in the arena. */
struct sb_str drift_path_text(struct sb_doc_pool *pool, const struct drift_step *path,
                              bool on_plan);
unsigned drift_path_depth(const struct drift_step *path);
/* Refuses secrets (unless revealed), unknown values and .inf/.nan; value may be NULL. */
int drift_ops_check_value(const struct drift_ops_run *run, const struct drift_finding *f,
                          const struct sb_doc_node *value, struct sb_error *e);
/* Adds the operation when its values may be written. */
int drift_ops_push(struct drift_ops_run *run, struct drift_op op, struct sb_error *e);
/* True once for each pointer: for containers that several findings lead to. */
bool drift_ops_first_time(struct drift_ops_run *run, struct sb_str pointer);
/* Findings at or in a fleet. *ret_done: the finding is dealt with. */
int drift_ops_fleet(struct drift_ops_run *run, const struct drift_finding *f, bool *ret_done,
                    struct sb_error *e);

/* --- formats --- */
int drift_patch_merge(struct sb_doc_pool *pool, struct sb_doc_node *before,
                      struct sb_doc_node *after, struct sb_doc_node **ret, struct sb_error *e);
int drift_patch_kubectl(struct sb_doc_pool *pool, const struct drift_ops *ops, struct sb_buf *out,
                        struct sb_error *e);

#endif
