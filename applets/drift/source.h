/* What the readers of a side share: building the address map, marks, small look-ups.
 *
 * A tree under construction owns only its vector and index; nodes and keys live in the pool. */
#ifndef DRIFT_SOURCE_H
#define DRIFT_SOURCE_H

#include "applets/drift/side.h"
#include "core/base/buf.h"
#include "core/base/map.h"
#include "core/base/vec.h"

#define DRIFT_ADDRESS_MAX ((size_t)16 << 10) /* bytes an address may have */

struct drift_tree {
    struct sb_doc_pool *pool;
    SB_VEC(struct sb_doc_member) members;
    struct sb_map index; /* address -> its node */
};

void drift_tree_done(struct drift_tree *t);
/* -SB_EINPUT naming both places when the address is there already. */
int drift_tree_add(struct drift_tree *t, struct sb_str address, struct sb_doc_node *value,
                   struct sb_error *e);
struct sb_doc_node *drift_tree_get(const struct drift_tree *t, struct sb_str address);
/* The finished map; it stands where `where` stands (NULL = nowhere). */
struct sb_doc_node *drift_tree_root(struct drift_tree *t, const struct sb_doc_node *where);

/* Adds a sentence to the side's notes; beyond the cap it is dropped. */
void drift_side_note(struct sb_doc_pool *pool, struct drift_side *side, const char *fmt, ...)
    SB_PRINTF(3, 4);

/* The member of a map; NULL when absent or when n is NULL or no map. */
struct sb_doc_node *drift_get(struct sb_doc_pool *pool, const struct sb_doc_node *n,
                              const char *key);
/* The member when it is a non-empty string, else an empty str. */
struct sb_str drift_get_str(struct sb_doc_pool *pool, const struct sb_doc_node *n, const char *key);
/* The member must be there with that type: else an error placed at n, or at the member. */
int drift_get_need(struct sb_doc_pool *pool, struct sb_doc_node *n, const char *key,
                   enum sb_doc_type type, struct sb_doc_node **ret, struct sb_error *e);
/* As above, but absent or null is fine and leaves *ret NULL. */
int drift_get_take(struct sb_doc_pool *pool, struct sb_doc_node *n, const char *key,
                   enum sb_doc_type type, struct sb_doc_node **ret, struct sb_error *e);
/* A copy of the map with one member set, or added at the end. */
struct sb_doc_node *drift_map_with(struct sb_doc_pool *pool, const struct sb_doc_node *map,
                                   const char *key, struct sb_doc_node *value);
/* Sets SB_DOC_SECRET on n and all below. Linear also on a DAG. */
void drift_seal(struct sb_doc_node *n);

/* --- Terraform (tfstate.c, tfdynamic.c, tfplan.c, tfoutputs.c, tfvalues.c, tfmask.c) --- */
bool drift_tfstate_is(struct sb_doc_pool *pool, const struct sb_doc_node *root);
bool drift_tfplan_is(struct sb_doc_pool *pool, const struct sb_doc_node *root);
int drift_tfstate_tree(struct sb_doc_pool *pool, struct sb_doc_node *root, struct sb_doc_node **ret,
                       struct sb_error *e);
/* One side of a plan: planned_values with what is unknown, or prior_state. */
int drift_tfplan_tree(struct sb_doc_pool *pool, struct sb_doc_node *root, bool is_plan,
                      struct sb_doc_node **ret, struct sb_error *e);
/* Both sides; notes go to plan. */
int drift_tfplan_trees(struct sb_doc_pool *pool, struct sb_doc_node *root, struct drift_side *plan,
                       struct drift_side *actual, struct sb_error *e);
/* format_version of `show -json`: majors 0 and 1 are read. */
int drift_tf_format(struct sb_doc_pool *pool, struct sb_doc_node *root, struct sb_error *e);
/* Adds outputs and resources of a `values` object: {outputs, root_module}. */
int drift_tf_values(struct drift_tree *t, struct sb_doc_node *values, struct sb_error *e);
/* Adds the outputs member of a state or a values object. */
int drift_tf_outputs(struct drift_tree *t, struct sb_doc_node *holder, struct sb_error *e);
/* The outputs of one side of a plan, in the form of a values object: from output_changes, and of
 * `others` (or NULL) those that it does not name. */
int drift_tf_output_changes(struct sb_doc_pool *pool, struct sb_doc_node *root, bool after,
                            const struct sb_doc_node *others, struct sb_doc_node **ret,
                            struct sb_error *e);
/* Replaces each {"value", "type"} that the state file wraps around a value of dynamic type by that
 * value, in place. To be called before marks are set: their paths do not know the wrapping. */
void drift_tf_unwrap(struct sb_doc_pool *pool, struct sb_doc_node *attributes);
/* Marks what a sensitivity mask covers: true, or a map or list that mirrors the value. */
void drift_tf_secret(struct sb_doc_pool *pool, struct sb_doc_node *value,
                     const struct sb_doc_node *mask);
/* The value with SB_DOC_UNKNOWN nulls where the mask (after_unknown) says true. */
struct sb_doc_node *drift_tf_unknown(struct sb_doc_pool *pool, struct sb_doc_node *value,
                                     const struct sb_doc_node *mask);
struct sb_doc_node *drift_tf_unknown_node(struct sb_doc_pool *pool,
                                          const struct sb_doc_node *where);
/* Appends " (deposed KEY)". */
void drift_tf_put_deposed(struct sb_buf *b, struct sb_str key);

/* --- Kubernetes (k8s.c, k8s_folder.c) --- */
/* docs: a list of documents. */
bool drift_k8s_is(struct sb_doc_pool *pool, const struct sb_doc_node *docs);
/* Adds the documents' objects, Lists unfolded. */
int drift_k8s_add(struct drift_tree *t, struct sb_doc_node *docs, struct sb_error *e);
int drift_k8s_folder(struct sb_doc_pool *pool, const char *path,
                     const struct drift_read_options *opts, struct drift_side *ret,
                     struct sb_error *e);

/* --- files (side.c) --- */
/* All documents of one file as a list; JSON by content or name. Counts stripped notes. */
int drift_docs_read(struct sb_doc_pool *pool, const char *path,
                    const struct drift_read_options *opts, bool *ret_json, size_t *notes,
                    struct sb_doc_node **ret, struct sb_error *e);

#endif
