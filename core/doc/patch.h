/* JSON Patch (RFC 6902) and JSON Merge Patch (RFC 7396): applying to trees.
 *
 * All or nothing: the result is a new root that shares untouched subtrees with the old one; the old
 * tree never changes. Copy bombs are stopped by a node budget. */
#ifndef SB_DOC_PATCH_H
#define SB_DOC_PATCH_H

#include "core/doc/doc.h"

/* Errors name the operation by index and say what was expected. */
int sb_patch_apply(struct sb_doc_pool *pool, struct sb_doc_node *target,
                   const struct sb_doc_node *patch, struct sb_doc_node **ret, struct sb_error *e);
int sb_merge_patch_apply(struct sb_doc_pool *pool, struct sb_doc_node *target,
                         const struct sb_doc_node *patch, struct sb_doc_node **ret,
                         struct sb_error *e);

#endif
