/* The document tree: what people wrote or systems reported, with where each value stands.
 *
 * Every reader (JSON, YAML, and applets that build trees) makes nodes in a pool: one arena, one table
 * of interned keys, one list of file names. Two keys of one pool are equal iff their pointers are.
 * Numbers keep their exact text. A tree may be a DAG (YAML aliases): a walker that follows every edge
 * brings its own budget. Nodes live until the pool dies; nothing is freed singly.
 *
 * Invariants: `text` is NUL-terminated unless SB_DOC_VIEW is set (then it points into the input, the
 * count still holds); NUL bytes may occur inside. Members keep document order; keys are unique. */
#ifndef SB_DOC_DOC_H
#define SB_DOC_DOC_H

#include "core/base/arena.h"
#include "core/base/error.h"
#include "core/base/str.h"

#include <stdbool.h>
#include <stdint.h>

enum sb_doc_type {
    SB_DOC_NULL,
    SB_DOC_BOOL,
    SB_DOC_NUMBER,
    SB_DOC_STRING,
    SB_DOC_LIST,
    SB_DOC_MAP
};

enum {
    SB_DOC_TRUE = 1 << 0,      /* the bool is true */
    SB_DOC_NONFINITE = 1 << 1, /* NUMBER .inf, -.inf or .nan: text holds that spelling */
    SB_DOC_PLAIN = 1 << 2,     /* an unquoted YAML scalar */
    SB_DOC_VIEW = 1 << 3,      /* text points into the input, not NUL-terminated */
    SB_DOC_SECRET = 1 << 4,    /* never shown; set by whoever knows (marks the whole subtree) */
    SB_DOC_UNKNOWN = 1 << 5,   /* the value is not known yet (a Terraform plan's after_unknown) */
    SB_DOC_EXTERN = 1 << 6     /* reserved for applets */
};

/* Interned; compare by pointer within one pool. */
struct sb_doc_key {
    uint64_t hash;
    uint32_t len;
    char text[]; /* NUL-terminated */
};

struct sb_doc_member {
    const struct sb_doc_key *key;
    struct sb_doc_node *value;
    /* Of the key, in the map's file, encoded as in sb_doc_node; both 0 = as the value (for members
     * made by an applet, or moved into a map of another file). */
    uint32_t line, column;
};

/* Positions: line >= 1 and column >= 1 (code points), or line == 0 and column = byte offset into
 * the text of `file`, resolved by sb_doc_where(). Read them only through sb_doc_where(). */
struct sb_doc_node {
    uint8_t type;   /* enum sb_doc_type */
    uint8_t flags;  /* SB_DOC_... */
    uint16_t file;  /* index of the pool's files */
    uint32_t count; /* bytes of text, items, or members */
    uint32_t line, column;
    uint32_t id; /* 0, 1, 2 ... in the order of making, within the pool: for side tables */
    union {
        const char *text;
        struct sb_doc_node **items;
        struct sb_doc_member *members;
    } u;
};

struct sb_doc_place {
    const char *file;
    uint32_t line, column; /* 1-based; 0 = unknown */
};

struct sb_doc_pool; /* opaque: doc.c */

struct sb_doc_pool *sb_doc_pool_new(void);
void sb_doc_pool_free(struct sb_doc_pool *pool); /* free(NULL) is fine */
void sb_doc_pool_freep(struct sb_doc_pool **pool);
struct sb_arena *sb_doc_arena(struct sb_doc_pool *pool);    /* for data that lives as long */
uint32_t sb_doc_node_count(const struct sb_doc_pool *pool); /* ids are below this */

/* Input text: owned by the pool, followed by 8 zero bytes. */
struct sb_doc_text {
    const char *name; /* as messages show it; "<stdin>" for - */
    const char *bytes;
    size_t len;
    uint16_t file; /* what nodes read from it carry */
};

struct sb_doc_limits {   /* 0 in a field means its default */
    uint64_t bytes;      /* default 1 GiB (at most 4 GiB - 1) */
    const char *option;  /* the option that raises it, for hints; NULL = none */
    uint32_t nodes;      /* default 64 Mi nodes written; a quarter of a GiB of text holds fewer */
    uint32_t depth;      /* default 256 for YAML, 1,024 for JSON: 0 means that default */
    uint32_t flow_depth; /* YAML flow collections, default 64 */
    uint32_t scalar;     /* default 16 MiB */
    uint64_t expansion;  /* alias-expanded nodes, default 10,000,000 */
};
extern const struct sb_doc_limits sb_doc_limits_default;
/* The limits (NULL = defaults) with every 0 replaced; depth is the reader's default depth. */
struct sb_doc_limits sb_doc_limits_fill(const struct sb_doc_limits *limits, uint32_t depth);

/* Reads a file ("-" = stdin) whole. Refuses directories, over-limit sizes before reading, short
 * reads; errors name the path and what to do. */
int sb_doc_text_read(struct sb_doc_pool *pool, const char *path, const struct sb_doc_limits *limits,
                     struct sb_doc_text *ret, struct sb_error *e);
/* Copies bytes in memory (embedded defaults, command output) under a name for messages. */
int sb_doc_text_copy(struct sb_doc_pool *pool, const char *name, const char *bytes, size_t len,
                     struct sb_doc_text *ret, struct sb_error *e);
/* Refuses what no reader takes: UTF-16/32 (named), ill-formed UTF-8 (line, column, byte offset,
 * hint), NUL bytes ("is this a binary file?"). Skips nothing. */
int sb_doc_text_check(const struct sb_doc_text *text, struct sb_error *e);
/* Line and column of a byte offset, for readers that fail before they have nodes. Linear. */
struct sb_doc_place sb_doc_text_place(const struct sb_doc_text *text, size_t offset);

/* --- looking at trees --- */
static inline struct sb_str sb_doc_str(const struct sb_doc_node *n)
{
    return (struct sb_str){n->u.text, n->count};
}
static inline struct sb_str sb_doc_key_str(const struct sb_doc_key *k)
{
    return (struct sb_str){k->text, k->len};
}
static inline bool sb_doc_is_true(const struct sb_doc_node *n)
{
    return n->type == SB_DOC_BOOL && (n->flags & SB_DOC_TRUE);
}
const char *
sb_doc_type_name(enum sb_doc_type type); /* "null" "bool" "number" "string" "list" "map" */

/* The member's value, or NULL. By interned key: linear up to 8 members, indexed beyond. */
struct sb_doc_node *sb_doc_get(struct sb_doc_pool *pool, const struct sb_doc_node *map,
                               const struct sb_doc_key *key);
struct sb_doc_node *sb_doc_get_str(struct sb_doc_pool *pool, const struct sb_doc_node *map,
                                   const char *key);
/* As sb_doc_get, giving the member's index; SIZE_MAX when absent. */
size_t sb_doc_find(struct sb_doc_pool *pool, const struct sb_doc_node *map,
                   const struct sb_doc_key *key);

struct sb_doc_place sb_doc_where(struct sb_doc_pool *pool, const struct sb_doc_node *node);
struct sb_doc_place sb_doc_where_key(struct sb_doc_pool *pool, const struct sb_doc_node *map,
                                     const struct sb_doc_member *member);
/* sb_fail_at with the node's place. */
int sb_doc_fail(struct sb_doc_pool *pool, const struct sb_doc_node *node, struct sb_error *e,
                const char *fmt, ...) SB_PRINTF(4, 5);

/* Equal in value: numbers by exact decimal value, maps regardless of order, lists in order. */
bool sb_doc_equal(struct sb_doc_pool *pool, const struct sb_doc_node *a,
                  const struct sb_doc_node *b);

/* --- making trees --- */
const struct sb_doc_key *sb_doc_intern(struct sb_doc_pool *pool, const char *text, size_t len);
/* The interned key, or NULL when nobody interned it (so no map can hold it). */
const struct sb_doc_key *sb_doc_key_find(struct sb_doc_pool *pool, const char *text, size_t len);
/* A file that is only a name; 0 (unknown) when the pool has 65,535 files already. */
uint16_t sb_doc_file_add(struct sb_doc_pool *pool, const char *name);
struct sb_doc_node *sb_doc_node_new(struct sb_doc_pool *pool, enum sb_doc_type type);
struct sb_doc_node *sb_doc_string(struct sb_doc_pool *pool, const char *text, size_t len);
struct sb_doc_node *sb_doc_bool(struct sb_doc_pool *pool, bool value);
struct sb_doc_node *sb_doc_int(struct sb_doc_pool *pool, int64_t value);
/* Copies the arrays into the arena. */
struct sb_doc_node *sb_doc_list(struct sb_doc_pool *pool, struct sb_doc_node *const *items,
                                size_t count);
struct sb_doc_node *sb_doc_map(struct sb_doc_pool *pool, const struct sb_doc_member *members,
                               size_t count);
/* While a map is being made: the first member whose key an earlier one has. Linear in count. */
bool sb_doc_duplicate(const struct sb_doc_member *members, size_t count, size_t *ret_first,
                      size_t *ret_again);
/* While a map is being made: of members with the same key the last one stays, where the first one
 * stood. Returns the new count. Linear. */
size_t sb_doc_keep_last(struct sb_doc_member *members, size_t count);
/* A shallow copy with a new id: same text, items, members. */
struct sb_doc_node *sb_doc_copy(struct sb_doc_pool *pool, const struct sb_doc_node *node);
/* dst stands where src stands (for nodes an applet made out of others). */
void sb_doc_place_as(struct sb_doc_node *dst, const struct sb_doc_node *src);

/* A warning a reader offers: `on` is a string here and true elsewhere, and the like. */
struct sb_doc_trap {
    struct sb_doc_place at;
    const char *text;
};
struct sb_doc_traps { /* zero-initialised by the caller; items in the pool's arena; capped at 100 */
    struct sb_doc_trap items[100];
    size_t len;     /* stored */
    size_t skipped; /* not stored */
};

#endif
