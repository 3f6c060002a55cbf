/* Reading files of rules (policy, ignore, baseline): checked members, with places in every error.
 *
 * A rule file is one YAML (or JSON) map of at most DRIFT_RULES_MAX bytes. Unknown members are errors
 * that name the nearest known one, so that a typing mistake never switches a rule off. */
#ifndef DRIFT_FIELDS_H
#define DRIFT_FIELDS_H

#include "core/doc/doc.h"
#include "core/doc/expr.h"

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

/* node must be a map ("what" in messages) whose keys are all among known (NULL-ended). */
int drift_fields_check(struct sb_doc_pool *pool, const struct sb_doc_node *node, const char *what,
                       const char *const *known, struct sb_error *e);

/* Members. Absent (or null) leaves *ret as it is and returns 0; a wrong type is an error. */
int drift_field_text(struct sb_doc_pool *pool, const struct sb_doc_node *map, const char *name,
                     const char **ret, struct sb_error *e);
int drift_field_bool(struct sb_doc_pool *pool, const struct sb_doc_node *map, const char *name,
                     bool *ret, struct sb_error *e);
/* One string or a list of strings; each must be a non-empty string. */
struct drift_texts {
    struct sb_doc_node *const *items;
    size_t len;
};
int drift_field_texts(struct sb_doc_pool *pool, const struct sb_doc_node *map, const char *name,
                      struct drift_texts *ret, struct sb_error *e);
/* A list of maps. */
int drift_field_maps(struct sb_doc_pool *pool, const struct sb_doc_node *map, const char *name,
                     struct drift_texts *ret, struct sb_error *e);
/* The index of a name in names (NULL-ended), and a set of such as bits. */
int drift_field_enum(struct sb_doc_pool *pool, const struct sb_doc_node *map, const char *name,
                     const char *const *names, unsigned *ret, struct sb_error *e);
int drift_field_enums(struct sb_doc_pool *pool, const struct sb_doc_node *map, const char *name,
                      const char *const *names, unsigned *ret_bits, struct sb_error *e);

/* Where the text of a scalar begins, behind its quote or block indicator. */
struct sb_doc_place drift_text_place(const struct drift_rules_file *file,
                                     const struct sb_doc_node *node);

#endif
