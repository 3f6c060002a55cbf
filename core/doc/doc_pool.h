/* The inside of a pool, shared by the files of core/doc that make nodes, keep texts and resolve
 * positions. Nobody else includes this.
 *
 * Invariants: files[0] has no name and no text, so file 0 means "unknown". The key table is at most
 * half full; keys never move. Map indexes are found by node id and checked against the map. */
#ifndef SB_DOC_DOC_POOL_H
#define SB_DOC_DOC_POOL_H

#include "core/base/vec.h"
#include "core/doc/doc.h"

/* What is known about the text before one block of it; see place.c. */
struct sb_doc_mark {
    uint32_t newlines;   /* before the block */
    uint32_t line_start; /* offset where the block's first line starts */
    uint32_t points;     /* code points before the block */
};

struct sb_doc_file {
    const char *name;
    char *bytes; /* owned; NULL for files that are only a name */
    size_t len;
    struct sb_doc_mark *marks; /* made when the first position is asked for */
    bool one_byte_points;      /* known with marks: a code point is a byte everywhere */
};

struct sb_doc_map_index {
    const struct sb_doc_member *members; /* what was indexed: stale when the map has another */
    uint32_t id;                         /* of the map */
    uint32_t count;
    uint32_t mask;   /* slots - 1 */
    uint32_t *slots; /* member index + 1, or 0 */
};

#define SB_DOC_RECENT 64u

struct sb_doc_pool {
    struct sb_arena arena;
    SB_VEC(struct sb_doc_file) files;
    const struct sb_doc_key **keys;
    size_t n_keys, cap_keys;                        /* cap: a power of two, or 0 */
    const struct sb_doc_key *recent[SB_DOC_RECENT]; /* by a glance at the text; NULL: none yet */
    uint64_t seed;
    struct sb_doc_map_index **indexes;
    size_t n_indexes, cap_indexes;
    uint32_t n_nodes;
};

/* A new file that owns bytes (from the heap; len + 8 zero bytes). -SB_ETOOBIG when the table of files
 * is full; bytes stay the caller's then. */
int sb_doc_file_take(struct sb_doc_pool *pool, const char *name, char *bytes, size_t len,
                     struct sb_doc_text *ret, struct sb_error *e);

#endif
