/* Pools, interned keys and the making of nodes; see doc.h for the rules. */
#include "core/doc/doc.h"

#include "core/base/hash.h"
#include "core/base/mem.h"
#include "core/base/rand.h"
#include "core/doc/doc_pool.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILES_MAX ((size_t)UINT16_MAX + 1)
#define KEYS_FIRST ((size_t)256)

const struct sb_doc_limits sb_doc_limits_default = {
    .bytes = UINT64_C(1) << 30,
    .nodes = UINT32_C(64) << 20,
    .depth = 0,
    .flow_depth = 64,
    .scalar = UINT32_C(16) << 20,
    .expansion = 10000000,
};

struct sb_doc_limits sb_doc_limits_fill(const struct sb_doc_limits *limits, uint32_t depth)
{
    struct sb_doc_limits l = limits ? *limits : sb_doc_limits_default;
    const struct sb_doc_limits *d = &sb_doc_limits_default;
    l.bytes = l.bytes ? SB_MIN(l.bytes, UINT32_MAX) : d->bytes;
    l.nodes = l.nodes ? l.nodes : d->nodes;
    l.depth = l.depth ? l.depth : depth;
    l.flow_depth = l.flow_depth ? l.flow_depth : d->flow_depth;
    l.scalar = l.scalar ? l.scalar : d->scalar;
    l.expansion = l.expansion ? l.expansion : d->expansion;
    return l;
}

struct sb_doc_pool *sb_doc_pool_new(void)
{
    struct sb_doc_pool *pool = sb_xcalloc(1, sizeof *pool);
    pool->seed = sb_rand_u64();
    sb_vec_push(&pool->files, ((struct sb_doc_file){.name = ""}));
    return pool;
}

void sb_doc_pool_free(struct sb_doc_pool *pool)
{
    if (!pool)
        return;
    for (size_t i = 0; i < pool->files.len; i++) {
        free(pool->files.items[i].bytes);
        free(pool->files.items[i].marks);
    }
    sb_vec_done(&pool->files);
    free(pool->keys);
    free(pool->indexes);
    sb_arena_done(&pool->arena);
    free(pool);
}

void sb_doc_pool_freep(struct sb_doc_pool **pool)
{
    sb_doc_pool_free(*pool);
}

struct sb_arena *sb_doc_arena(struct sb_doc_pool *pool)
{
    return &pool->arena;
}

uint32_t sb_doc_node_count(const struct sb_doc_pool *pool)
{
    return pool->n_nodes;
}

const char *sb_doc_type_name(enum sb_doc_type type)
{
    static const char *const names[] = {"null", "bool", "number", "string", "list", "map"};
    return (size_t)type < SB_LEN(names) ? names[type] : "unknown";
}

/* --- files --- */

uint16_t sb_doc_file_add(struct sb_doc_pool *pool, const char *name)
{
    if (pool->files.len >= FILES_MAX)
        return 0;
    struct sb_doc_file file = {.name = sb_arena_strdup(&pool->arena, name)};
    sb_vec_push(&pool->files, file);
    return (uint16_t)(pool->files.len - 1);
}

int sb_doc_file_take(struct sb_doc_pool *pool, const char *name, char *bytes, size_t len,
                     struct sb_doc_text *ret, struct sb_error *e)
{
    uint16_t file = sb_doc_file_add(pool, name);
    if (file == 0) {
        sb_fail_at(e, SB_ETOOBIG, name, 0, 0, "more than %zu files in one run", FILES_MAX - 1);
        return sb_hint(e, "compare fewer files at a time");
    }
    pool->files.items[file].bytes = bytes;
    pool->files.items[file].len = len;
    ret->name = pool->files.items[file].name;
    ret->bytes = bytes;
    ret->len = len;
    ret->file = file;
    return 0;
}

/* --- keys --- */

/* The slot that holds the key, or the empty one where it belongs. Needs a table. */
static const struct sb_doc_key **key_slot(const struct sb_doc_pool *pool, const char *text,
                                          size_t len, uint64_t hash)
{
    size_t mask = pool->cap_keys - 1;
    for (size_t i = (size_t)hash & mask;; i = (i + 1) & mask) {
        const struct sb_doc_key *key = pool->keys[i];
        if (!key || (key->hash == hash && key->len == len && memcmp(key->text, text, len) == 0))
            return &pool->keys[i];
    }
}

static void keys_grow(struct sb_doc_pool *pool)
{
    size_t cap = pool->cap_keys ? pool->cap_keys * 2 : KEYS_FIRST;
    const struct sb_doc_key **old = pool->keys;
    size_t old_cap = pool->cap_keys;
    pool->keys = sb_xcalloc(cap, sizeof(*pool->keys));
    pool->cap_keys = cap;
    for (size_t i = 0; i < old_cap; i++) {
        const struct sb_doc_key *key = old[i];
        if (!key)
            continue;
        size_t at = (size_t)key->hash & (cap - 1);
        while (pool->keys[at])
            at = (at + 1) & (cap - 1);
        pool->keys[at] = key;
    }
    free(old);
}

/* Counts are 32 bits; what would pass them would not fit into memory either. */
static uint32_t count32(size_t n)
{
    if (n > UINT32_MAX)
        sb_out_of_memory();
    return (uint32_t)n;
}

/* Where a key like this was last seen: documents repeat few names, and looking there first spares
 * the hash and the table. */
static const struct sb_doc_key **recent_slot(struct sb_doc_pool *pool, const char *text, size_t len)
{
    size_t glance = len ? (unsigned char)text[0] * 5u + (unsigned char)text[len - 1] : 0;
    return &pool->recent[(glance + len * 3) % SB_DOC_RECENT];
}

static const struct sb_doc_key *intern_in_table(struct sb_doc_pool *pool, const char *text,
                                                size_t len)
{
    if (SB_UNLIKELY(pool->n_keys * 2 >= pool->cap_keys))
        keys_grow(pool);
    uint64_t hash = sb_hash_bytes(text, len, pool->seed);
    const struct sb_doc_key **slot = key_slot(pool, text, len, hash);
    if (SB_LIKELY(*slot != NULL))
        return *slot;
    size_t size = offsetof(struct sb_doc_key, text) + len + 1;
    struct sb_doc_key *key = sb_arena_alloc(&pool->arena, SB_MAX(size, sizeof *key));
    key->hash = hash;
    key->len = count32(len);
    if (len)
        memcpy(key->text, text, len);
    key->text[len] = '\0';
    *slot = key;
    pool->n_keys++;
    return key;
}

const struct sb_doc_key *sb_doc_intern(struct sb_doc_pool *pool, const char *text, size_t len)
{
    const struct sb_doc_key **recent = recent_slot(pool, text, len);
    if (!*recent || (*recent)->len != len || memcmp((*recent)->text, text, len) != 0)
        *recent = intern_in_table(pool, text, len);
    return *recent;
}

const struct sb_doc_key *sb_doc_key_find(struct sb_doc_pool *pool, const char *text, size_t len)
{
    if (pool->cap_keys == 0)
        return NULL;
    return *key_slot(pool, text, len, sb_hash_bytes(text, len, pool->seed));
}

/* --- nodes --- */

struct sb_doc_node *sb_doc_node_new(struct sb_doc_pool *pool, enum sb_doc_type type)
{
    if (SB_UNLIKELY(pool->n_nodes == UINT32_MAX))
        sb_out_of_memory();
    struct sb_doc_node *n = sb_arena_alloc(&pool->arena, sizeof *n);
    *n = (struct sb_doc_node){.type = (uint8_t)type, .id = pool->n_nodes++};
    if (type == SB_DOC_STRING || type == SB_DOC_NUMBER)
        n->u.text = "";
    return n;
}

struct sb_doc_node *sb_doc_string(struct sb_doc_pool *pool, const char *text, size_t len)
{
    struct sb_doc_node *n = sb_doc_node_new(pool, SB_DOC_STRING);
    n->count = count32(len);
    n->u.text = sb_arena_dup(&pool->arena, text, len);
    return n;
}

struct sb_doc_node *sb_doc_bool(struct sb_doc_pool *pool, bool value)
{
    struct sb_doc_node *n = sb_doc_node_new(pool, SB_DOC_BOOL);
    n->flags = value ? SB_DOC_TRUE : 0;
    return n;
}

struct sb_doc_node *sb_doc_int(struct sb_doc_pool *pool, int64_t value)
{
    char text[24];
    int len = snprintf(text, sizeof text, "%" PRId64, value);
    struct sb_doc_node *n = sb_doc_node_new(pool, SB_DOC_NUMBER);
    n->count = (uint32_t)len;
    n->u.text = sb_arena_dup(&pool->arena, text, (size_t)len);
    return n;
}

struct sb_doc_node *sb_doc_list(struct sb_doc_pool *pool, struct sb_doc_node *const *items,
                                size_t count)
{
    struct sb_doc_node *n = sb_doc_node_new(pool, SB_DOC_LIST);
    n->count = count32(count);
    if (count) {
        n->u.items = sb_arena_alloc(&pool->arena, count * sizeof(struct sb_doc_node *));
        memcpy(n->u.items, items, count * sizeof(struct sb_doc_node *));
    }
    return n;
}

struct sb_doc_node *sb_doc_map(struct sb_doc_pool *pool, const struct sb_doc_member *members,
                               size_t count)
{
    struct sb_doc_node *n = sb_doc_node_new(pool, SB_DOC_MAP);
    n->count = count32(count);
    if (count) {
        n->u.members = sb_arena_alloc(&pool->arena, count * sizeof *members);
        memcpy(n->u.members, members, count * sizeof *members);
    }
    return n;
}

struct sb_doc_node *sb_doc_copy(struct sb_doc_pool *pool, const struct sb_doc_node *node)
{
    struct sb_doc_node *n = sb_doc_node_new(pool, (enum sb_doc_type)node->type);
    uint32_t id = n->id;
    *n = *node;
    n->id = id;
    return n;
}
