/* The quick reader of plain block YAML, and the two ways through the YAML reader. Private to core/doc
 * and its tests.
 *
 * People write plans, states and manifests in a small part of YAML. That part is read here several
 * times faster than through libyaml's events. The quick reader knows what it takes with certainty and
 * leaves every other text alone: anchors, aliases, tags, directives, merge keys, `?` keys, scalars
 * over several lines (but `|`), tabs between tokens, and everything that is wrong. It reports no
 * errors: a text left alone is read from its start through libyaml, which has the say.
 *
 * Invariant: a text taken here is accepted by libyaml's path too, with the same tree to the last
 * flag, place, node id and warning. tests/unit/test_yaml_block.c and fuzz_yaml_block.c compare. */
#ifndef SB_DOC_YAML_BLOCK_H
#define SB_DOC_YAML_BLOCK_H

#include "core/doc/yaml_reader.h"

enum sb_yaml_path {
    SB_YAML_ANY,    /* as users read: the quick reader, or else libyaml */
    SB_YAML_EVENTS, /* libyaml only */
    SB_YAML_BLOCK   /* the quick reader only: -SB_EUNSUPPORTED for what it leaves alone */
};
/* As sb_yaml_read (single) or sb_yaml_read_all, on one path; yaml.c. */
int sb_yaml_read_path(struct sb_doc_pool *pool, const struct sb_doc_text *text,
                      const struct sb_yaml_options *opts, enum sb_yaml_path path, bool single,
                      struct sb_doc_node **ret, struct sb_error *e);

/* Reads the checked and scanned text of r into r->docs. False: r is as it was, and so is the pool but
 * for interned keys and memory that its arena has lost. single: more than one document is left
 * alone. */
bool sb_yaml_block_read(struct sb_yaml_reader *r, bool single);

/* --- shared by yaml_block.c and yaml_block_scalar.c --- */

struct sb_yaml_level { /* an open collection */
    struct sb_doc_node *node;
    struct sb_doc_member next; /* in a mapping, the member whose value is to come */
    uint32_t base;             /* first of its items or members */
    uint32_t indent;           /* bytes before its keys or dashes */
    bool pending;              /* a key or dash without its value yet */
    uint32_t line, column;     /* right behind that key's colon or that dash */
};

struct sb_yaml_block {
    struct sb_yaml_reader *r;
    const char *p;     /* at the next byte */
    const char *start; /* of this line */
    const char *end;   /* of the text; *end is NUL, and no other byte is */
    uint32_t line;     /* 1-based */
    bool single, crlf;
    const char *counted; /* a place on this line, and the code points before it */
    uint32_t points;
    SB_VEC(struct sb_yaml_level) levels;
};

static inline bool sb_yaml_breaks(char c)
{
    return c == '\n' || c == '\r' || c == '\0';
}
static inline bool sb_yaml_blank_or_break(char c)
{
    return c == ' ' || c == '\t' || sb_yaml_breaks(c);
}
static inline void sb_yaml_skip_spaces(struct sb_yaml_block *b)
{
    while (*b->p == ' ')
        b->p++;
}
/* The column of p, which is not before the last one asked for on this line. */
uint32_t sb_yaml_block_column(struct sb_yaml_block *b, const char *p);
/* Counts a node; false when the limit is reached. */
bool sb_yaml_block_count(struct sb_yaml_block *b);
/* False when own members share a key; the map's from now on. */
bool sb_yaml_block_map_close(struct sb_yaml_reader *r, struct sb_doc_node *map, size_t base);
void sb_yaml_block_list_close(struct sb_yaml_reader *r, struct sb_doc_node *list, size_t base);
/* A new node that stands at p on this line; NULL when the limit is reached. */
struct sb_doc_node *sb_yaml_block_node(struct sb_yaml_block *b, enum sb_doc_type type,
                                       const char *p);

enum sb_yaml_word { SB_YAML_ODD, SB_YAML_KEY, SB_YAML_VALUE };
struct sb_yaml_token {
    const char *start;  /* with the quotes */
    struct sb_str text; /* of a view, or of the arena */
    bool plain, view;
};
/* A plain or quoted scalar on this line, and whether it is followed by a colon. At a key, p is left
 * behind the colon. */
enum sb_yaml_word sb_yaml_block_token(struct sb_yaml_block *b, struct sb_yaml_token *ret);
/* Makes the token a key: fills all of ret but its value, and warns where other readers see a bool.
 * False when it is better left alone. */
bool sb_yaml_block_key(struct sb_yaml_block *b, const struct sb_yaml_token *t,
                       struct sb_doc_member *ret);
/* The scalar's node, or NULL when it is better left alone. */
struct sb_doc_node *sb_yaml_block_scalar(struct sb_yaml_block *b, const struct sb_yaml_token *t);
/* The `|` scalar at p, inside a collection at this indentation; p is left at a line's start. */
struct sb_doc_node *sb_yaml_block_literal(struct sb_yaml_block *b, uint32_t indent);
/* The `[...]` or `{...}` of scalars at p. */
struct sb_doc_node *sb_yaml_block_flow(struct sb_yaml_block *b);

#endif
