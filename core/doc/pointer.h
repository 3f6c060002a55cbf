/* JSON Pointer (RFC 6901): printing and looking up. */
#ifndef SB_DOC_POINTER_H
#define SB_DOC_POINTER_H

#include "core/base/buf.h"
#include "core/doc/doc.h"

/* Appends "/token", with ~ and / escaped. */
void sb_pointer_put(struct sb_buf *b, struct sb_str token);
void sb_pointer_put_index(struct sb_buf *b, size_t index);

/* -SB_EINPUT when pointer is not well-formed, saying why. */
int sb_pointer_check(struct sb_str pointer, struct sb_error *e);
/* The node at pointer, -SB_ENOTFOUND naming the first missing step, or -SB_EINPUT for bad syntax. */
int sb_pointer_get(struct sb_doc_pool *pool, struct sb_doc_node *root, struct sb_str pointer,
                   struct sb_doc_node **ret, struct sb_error *e);
/* Array index token: 0|[1-9][0-9]*, no overflow; false otherwise. */
bool sb_pointer_index(struct sb_str token, size_t *ret);
/* Splits off the first token and unescapes it into the arena. *rest starts with '/' or is empty.
 * -SB_EINPUT on a bad escape or a missing slash. */
int sb_pointer_next(struct sb_arena *a, struct sb_str *rest, struct sb_str *ret_token,
                    struct sb_error *e);
/* The error of a step that leads nowhere: from node, which stands at the pointer `at`, by token.
 * Always -SB_ENOTFOUND. */
int sb_pointer_missing(const struct sb_doc_node *node, struct sb_str at, struct sb_str token,
                       struct sb_error *e);

#endif
