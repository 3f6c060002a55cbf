/* YAML reader: libyaml's events, YAML 1.2 core schema, merge keys, bounded aliases.
 *
 * A subset on purpose: scalar keys only, unknown tags refused (unless keep_tags), duplicates refused,
 * aliases become shared nodes (a DAG). Known deviations of libyaml are listed with the test suite. */
#ifndef SB_DOC_YAML_H
#define SB_DOC_YAML_H

#include "core/doc/doc.h"

struct sb_yaml_options {
    struct sb_doc_limits limits;
    bool yaml_1_1;  /* resolve plain scalars as YAML 1.1 readers do */
    bool keep_tags; /* an unknown tag is kept: the value is read as untagged */
    struct sb_doc_traps
        *traps; /* borrowed, may be NULL: scalars that other readers take otherwise */
};

/* Exactly one document; a second one is an error at its position. An empty stream is an error. */
int sb_yaml_read(struct sb_doc_pool *pool, const struct sb_doc_text *text,
                 const struct sb_yaml_options *opts, struct sb_doc_node **ret, struct sb_error *e);
/* All documents of the stream as a list node's items (empty documents are null nodes). */
int sb_yaml_read_all(struct sb_doc_pool *pool, const struct sb_doc_text *text,
                     const struct sb_yaml_options *opts, struct sb_doc_node **ret,
                     struct sb_error *e);

#endif
