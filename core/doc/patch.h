/* JSON Patch (RFC 6902) and JSON Merge Patch (RFC 7396): applying to trees.
 *
 * All or nothing: the result is a new root that shares untouched subtrees with the old one; the old
 * tree never changes. Copy bombs are stopped by a node budget. */
#ifndef SB_DOC_PATCH_H
#define SB_DOC_PATCH_H

#include "core/doc/doc.h"

/* Errors name the operation by its number (from 1), op and path, stand where the operation is written,
 * and say what was expected. Values of secret nodes are never part of them. The result may share
 * nodes with the target and with the patch; it is at most 1,024 levels deep. */
int sb_patch_apply(struct sb_doc_pool *pool, struct sb_doc_node *target,
                   const struct sb_doc_node *patch, struct sb_doc_node **ret, struct sb_error *e);
int sb_merge_patch_apply(struct sb_doc_pool *pool, struct sb_doc_node *target,
                         const struct sb_doc_node *patch, struct sb_doc_node **ret,
                         struct sb_error *e);

#endif
