/* Reading files of rules (policy, ignore): one YAML (or JSON) map of at most DRIFT_RULES_MAX bytes,
 * whose members core/doc/fields.h takes out. Expressions in it are told about where they stand. */
#ifndef DRIFT_RULES_FILE_H
#define DRIFT_RULES_FILE_H

#include "core/doc/doc.h"
#include "core/doc/expr.h"
#include "core/doc/fields.h"

#define DRIFT_RULES_MAX (4u << 20)

struct drift_rules_file { /* lives as long as the pool */
    struct sb_doc_pool *pool;
    struct sb_doc_text text;
    struct sb_doc_node *root; /* a map */
    const uint32_t *lines;    /* byte offset of each line */
    size_t n_lines;
};

int drift_rules_read(struct sb_doc_pool *pool, const char *path, struct drift_rules_file *ret,
                     struct sb_error *e);
/* The same for text in memory (the built-in policy, tests). */
int drift_rules_text(struct sb_doc_pool *pool, const char *name, const char *bytes, size_t len,
                     struct drift_rules_file *ret, struct sb_error *e);

/* Where the text of a scalar begins, behind its quote or block indicator. */
struct sb_doc_place drift_text_place(const struct drift_rules_file *file,
                                     const struct sb_doc_node *node);

#endif
