/* Inside the YAML reader: what its files share. Not for users; they include yaml.h.
 *
 * One reader lives on the stack of one call. It keeps an explicit stack of open collections; the
 * items and members collected so far lie in two shared stacks and are copied into the arena when
 * their collection closes, so nothing is grown in the arena. Invariant: the innermost frame's items
 * (or members) are the last ones of their stack. */
#ifndef SB_DOC_YAML_READER_H
#define SB_DOC_YAML_READER_H

#include "core/base/buf.h"
#include "core/base/map.h"
#include "core/base/vec.h"
#include "core/doc/yaml.h"

#include <yaml.h>

/* --- yaml_scan.c: what is refused before libyaml sees a byte --- */
struct sb_yaml_scan {
    size_t start; /* bytes of a byte order mark at the start */
    bool ascii;   /* beyond the mark, bytes are code points */
};
int sb_yaml_scan(const struct sb_doc_text *text, struct sb_yaml_scan *ret, struct sb_error *e);

/* --- yaml_scalar.c: what plain text means --- */
struct sb_yaml_value {
    uint8_t type, flags;
    bool integer; /* the spelling is an int, not a float */
    bool radix;   /* ... in octal or hexadecimal */
    bool changed; /* the number is spelled in `out`, not in the source (YAML 1.1 only) */
};
/* YAML 1.2 core schema (specification 1.2.2, section 10.3.2). */
struct sb_yaml_value sb_yaml_resolve(struct sb_str s);
/* YAML 1.1 (yaml.org/type, working drafts of 2005). A number that 1.2 would read otherwise is
 * rewritten as decimal text to out; false when it is over 64 bits. */
bool sb_yaml_resolve_11(struct sb_str s, struct sb_buf *out, struct sb_yaml_value *ret);
/* A sentence about a plain scalar that YAML 1.1 readers take otherwise, appended to out; nothing
 * when they agree. Keys matter only where 1.1 sees a bool. */
void sb_yaml_trap(struct sb_str s, bool is_key, struct sb_buf *out);

/* --- the reader --- */
struct sb_yaml_anchor {
    struct sb_doc_node *node;
    struct sb_str text; /* a scalar's text, so that an alias to it can be a key */
    uint64_t nodes;     /* alias-expanded; while open: the total before it */
    uint32_t height;    /* levels of collections inside, itself included */
    bool open, scalar;
};

struct sb_yaml_merge { /* the value of one `<<` */
    struct sb_doc_node *node;
    uint32_t line, column; /* of the `<<` */
};

struct sb_yaml_frame {
    struct sb_doc_node *node;
    const struct sb_doc_key *key; /* of the value to come; NULL with have_key: a merge key */
    uint32_t key_line, key_column;
    uint32_t base;       /* first of its items or members */
    uint32_t merge_base; /* first of its `<<` values */
    uint32_t anchor;     /* index + 1, 0 = none */
    uint32_t height;     /* of the tallest child */
    bool have_key, flow;
};

struct sb_yaml_reader {
    struct sb_doc_pool *pool;
    struct sb_arena *arena; /* the pool's */
    const struct sb_doc_text *text;
    struct sb_yaml_options opts;
    struct sb_doc_limits limits; /* defaults filled in */
    yaml_parser_t parser;
    struct sb_error *e;

    struct sb_yaml_scan scan;
    size_t at_index, at_byte; /* the same place, in code points and in bytes */

    SB_VEC(struct sb_yaml_frame) frames;
    SB_VEC(struct sb_doc_node *) items;
    SB_VEC(struct sb_doc_member) members;
    SB_VEC(struct sb_yaml_merge) merges;
    SB_VEC(uint32_t) slots; /* index of one map's keys while it closes */
    SB_VEC(struct sb_doc_node *) docs;
    uint32_t flow; /* open flow collections */

    struct sb_map anchor_names; /* of this document; values: index + 1 */
    SB_VEC(struct sb_yaml_anchor) anchors;
    struct sb_arena names;

    uint64_t written, total; /* nodes in the text; the same with aliases expanded */
    struct sb_buf scratch;
};

static inline uint32_t sb_yaml_line(const yaml_mark_t *m)
{
    return (uint32_t)m->line + 1;
}
static inline uint32_t sb_yaml_column(const yaml_mark_t *m)
{
    return (uint32_t)m->column + 1;
}
int sb_yaml_fail(struct sb_yaml_reader *r, const yaml_mark_t *at, enum sb_err code, const char *fmt,
                 ...) SB_PRINTF(4, 5);
/* A warning for opts.traps, if the caller wants them. */
void sb_yaml_warn(struct sb_yaml_reader *r, uint32_t line, uint32_t column, const char *fmt, ...)
    SB_PRINTF(4, 5);

/* --- yaml_tag.c: what a scalar is, by style, tag and version --- */
/* A scalar's type. Its text is the event's, or r->scratch when ret->changed. */
int sb_yaml_scalar_value(struct sb_yaml_reader *r, const yaml_event_t *ev,
                         struct sb_yaml_value *ret);
/* Refuses a tag that a collection of this type cannot have. */
int sb_yaml_collection_tag(struct sb_yaml_reader *r, const yaml_event_t *ev, const char *tag,
                           enum sb_doc_type type);

/* --- yaml_anchor.c: anchors, aliases and what they cost --- */
/* Index + 1 of the new anchor, or 0 after an error. It is open until sb_yaml_anchor_close. */
uint32_t sb_yaml_anchor_open(struct sb_yaml_reader *r, const yaml_event_t *ev, const char *name,
                             struct sb_doc_node *node);
void sb_yaml_anchor_close(struct sb_yaml_reader *r, uint32_t anchor, uint32_t height);
int sb_yaml_alias(struct sb_yaml_reader *r, const yaml_event_t *ev,
                  const struct sb_yaml_anchor **ret);
/* Adds n nodes to the expansion and refuses bombs. */
int sb_yaml_charge(struct sb_yaml_reader *r, uint64_t n, uint32_t line, uint32_t column);
void sb_yaml_anchors_clear(struct sb_yaml_reader *r);

/* --- yaml_map.c: closing a mapping: duplicates and merge keys --- */
int sb_yaml_merge_put(struct sb_yaml_reader *r, struct sb_doc_node *value);
int sb_yaml_map_close(struct sb_yaml_reader *r, const struct sb_yaml_frame *f);

/* --- yaml_error.c: libyaml's complaints in our words --- */
int sb_yaml_parser_error(struct sb_yaml_reader *r);

#endif
