/* Taking members out of the maps of a configuration file, with checks, and with places in every error.
 *
 * Unknown members are errors that name the nearest known one, so that a typing mistake never switches
 * something off. A member that is absent or null leaves *ret as it is and gives 0; a wrong type or a value
 * out of range is -SB_EINPUT at its place. Texts live as long as the pool. */
#ifndef SB_DOC_FIELDS_H
#define SB_DOC_FIELDS_H

#include "core/doc/doc.h"

/* Reads a YAML (or JSON) file of at most max bytes that is one map. */
int sb_fields_read(struct sb_doc_pool *pool, const char *path, uint64_t max,
                   struct sb_doc_node **ret, struct sb_error *e);
/* The same of bytes in memory (embedded defaults, tests); name is for messages. */
int sb_fields_read_text(struct sb_doc_pool *pool, const char *name, const char *bytes, size_t len,
                        struct sb_doc_node **ret, struct sb_error *e);

/* node must be a map ("what" in messages) whose keys are all among known (NULL-ended). */
int sb_fields_check(struct sb_doc_pool *pool, const struct sb_doc_node *node, const char *what,
                    const char *const *known, struct sb_error *e);

/* A string without NUL bytes. */
int sb_field_text(struct sb_doc_pool *pool, const struct sb_doc_node *map, const char *name,
                  const char **ret, struct sb_error *e);
int sb_field_bool(struct sb_doc_pool *pool, const struct sb_doc_node *map, const char *name,
                  bool *ret, struct sb_error *e);
/* An integer in [min, max]. */
int sb_field_int(struct sb_doc_pool *pool, const struct sb_doc_node *map, const char *name,
                 int64_t min, int64_t max, int64_t *ret, struct sb_error *e);
/* A finite number in [min, max]; a string such as "55%" is 0.55 with percent. */
int sb_field_number(struct sb_doc_pool *pool, const struct sb_doc_node *map, const char *name,
                    double min, double max, bool percent, double *ret, struct sb_error *e);
/* A duration ("3s", "1h30m") in [min, max] ns. */
int sb_field_duration(struct sb_doc_pool *pool, const struct sb_doc_node *map, const char *name,
                      int64_t min, int64_t max, int64_t *ret, struct sb_error *e);
/* The index of a name in names (NULL-ended). */
int sb_field_enum(struct sb_doc_pool *pool, const struct sb_doc_node *map, const char *name,
                  const char *const *names, unsigned *ret, struct sb_error *e);

/* One name or a list of them, as bits: at most 32 names. */
int sb_field_enums(struct sb_doc_pool *pool, const struct sb_doc_node *map, const char *name,
                   const char *const *names, unsigned *ret_bits, struct sb_error *e);

struct sb_field_items { /* borrowed from the pool */
    struct sb_doc_node *const *items;
    size_t len;
};
/* One string or a list of strings, none empty, none with a NUL byte. */
int sb_field_texts(struct sb_doc_pool *pool, const struct sb_doc_node *map, const char *name,
                   struct sb_field_items *ret, struct sb_error *e);
/* A list of anything. */
int sb_field_list(struct sb_doc_pool *pool, const struct sb_doc_node *map, const char *name,
                  struct sb_field_items *ret, struct sb_error *e);
/* A map; NULL stays when it is absent. */
int sb_field_map(struct sb_doc_pool *pool, const struct sb_doc_node *map, const char *name,
                 const struct sb_doc_node **ret, struct sb_error *e);

#endif
