/* Finding members by key: linear in small maps, by an index made on the first lookup in large ones;
 * and finding the same key twice while a map is being made.
 *
 * An index belongs to a node id. It is checked against the map's members and count, so that a map
 * changed while it was being built is indexed again instead of answering from the past. */
#include "core/base/mem.h"
#include "core/doc/doc.h"
#include "core/doc/doc_pool.h"

#include <stdint.h>
#include <stdlib.h>

#define LINEAR_MAX 8u
#define INDEXES_FIRST ((size_t)64)

static size_t index_place(const struct sb_doc_pool *pool, uint32_t id)
{
    /* Fibonacci hashing: ids are dense, not hostile. */
    return (size_t)((id * UINT64_C(0x9e3779b97f4a7c15)) >> 32) & (pool->cap_indexes - 1);
}

static struct sb_doc_map_index **index_slot(const struct sb_doc_pool *pool, uint32_t id)
{
    size_t at = index_place(pool, id);
    while (pool->indexes[at] && pool->indexes[at]->id != id)
        at = (at + 1) & (pool->cap_indexes - 1);
    return &pool->indexes[at];
}

static void indexes_grow(struct sb_doc_pool *pool)
{
    struct sb_doc_map_index **old = pool->indexes;
    size_t old_cap = pool->cap_indexes;
    pool->cap_indexes = old_cap ? old_cap * 2 : INDEXES_FIRST;
    pool->indexes = sb_xcalloc(pool->cap_indexes, sizeof(*pool->indexes));
    for (size_t i = 0; i < old_cap; i++)
        if (old[i])
            *index_slot(pool, old[i]->id) = old[i];
    free(old);
}

/* Slots for n members: a power of two, at most half full. */
static size_t slots_for(size_t n)
{
    size_t cap = 16;
    while (cap < n * 2)
        cap *= 2;
    return cap;
}

static void index_fill(struct sb_doc_pool *pool, struct sb_doc_map_index *index,
                       const struct sb_doc_node *map)
{
    size_t cap = slots_for(map->count);
    *index = (struct sb_doc_map_index){
        .members = map->u.members,
        .id = map->id,
        .count = map->count,
        .mask = (uint32_t)(cap - 1),
        .slots = sb_arena_zalloc(&pool->arena, cap * sizeof(uint32_t)),
    };
    for (uint32_t i = 0; i < map->count; i++) {
        uint32_t at = (uint32_t)map->u.members[i].key->hash & index->mask;
        while (index->slots[at])
            at = (at + 1) & index->mask;
        index->slots[at] = i + 1;
    }
}

static const struct sb_doc_map_index *index_of(struct sb_doc_pool *pool,
                                               const struct sb_doc_node *map)
{
    if (pool->n_indexes * 2 >= pool->cap_indexes)
        indexes_grow(pool);
    struct sb_doc_map_index **slot = index_slot(pool, map->id);
    if (!*slot) {
        *slot = sb_arena_new(&pool->arena, struct sb_doc_map_index);
        pool->n_indexes++;
        index_fill(pool, *slot, map);
    } else if ((*slot)->members != map->u.members || (*slot)->count != map->count) {
        index_fill(pool, *slot, map);
    }
    return *slot;
}

size_t sb_doc_find(struct sb_doc_pool *pool, const struct sb_doc_node *map,
                   const struct sb_doc_key *key)
{
    if (map->type != SB_DOC_MAP || !key)
        return SIZE_MAX;
    if (map->count <= LINEAR_MAX) {
        for (uint32_t i = 0; i < map->count; i++)
            if (map->u.members[i].key == key)
                return i;
        return SIZE_MAX;
    }
    const struct sb_doc_map_index *index = index_of(pool, map);
    for (uint32_t at = (uint32_t)key->hash & index->mask; index->slots[at];
         at = (at + 1) & index->mask)
        if (map->u.members[index->slots[at] - 1].key == key)
            return index->slots[at] - 1;
    return SIZE_MAX;
}

struct sb_doc_node *sb_doc_get(struct sb_doc_pool *pool, const struct sb_doc_node *map,
                               const struct sb_doc_key *key)
{
    size_t i = sb_doc_find(pool, map, key);
    return i == SIZE_MAX ? NULL : map->u.members[i].value;
}

struct sb_doc_node *sb_doc_get_str(struct sb_doc_pool *pool, const struct sb_doc_node *map,
                                   const char *key)
{
    return sb_doc_get(pool, map, sb_doc_key_find(pool, key, strlen(key)));
}

static bool duplicate_small(const struct sb_doc_member *members, size_t count, size_t *ret_first,
                            size_t *ret_again)
{
    for (size_t i = 1; i < count; i++) {
        for (size_t k = 0; k < i; k++) {
            if (members[k].key == members[i].key) {
                *ret_first = k;
                *ret_again = i;
                return true;
            }
        }
    }
    return false;
}

/* The slot of the member's key in a table of member indexes + 1. */
static uint32_t *member_slot(uint32_t *slots, size_t mask, const struct sb_doc_member *members,
                             const struct sb_doc_key *key)
{
    size_t at = (size_t)key->hash & mask;
    while (slots[at] && members[slots[at] - 1].key != key)
        at = (at + 1) & mask;
    return &slots[at];
}

bool sb_doc_duplicate(const struct sb_doc_member *members, size_t count, size_t *ret_first,
                      size_t *ret_again)
{
    if (count <= LINEAR_MAX)
        return duplicate_small(members, count, ret_first, ret_again);
    size_t cap = slots_for(count);
    SB_CLEANUP_FREE uint32_t *slots = sb_xcalloc(cap, sizeof *slots);
    for (size_t i = 0; i < count; i++) {
        uint32_t *slot = member_slot(slots, cap - 1, members, members[i].key);
        if (*slot) {
            *ret_first = *slot - 1;
            *ret_again = i;
            return true;
        }
        *slot = (uint32_t)i + 1;
    }
    return false;
}

size_t sb_doc_keep_last(struct sb_doc_member *members, size_t count)
{
    size_t cap = slots_for(count), kept = 0;
    SB_CLEANUP_FREE uint32_t *slots = sb_xcalloc(cap, sizeof *slots);
    for (size_t i = 0; i < count; i++) {
        uint32_t *slot = member_slot(slots, cap - 1, members, members[i].key);
        if (*slot) {
            members[*slot - 1] = members[i];
        } else {
            members[kept++] = members[i];
            *slot = (uint32_t)kept;
        }
    }
    return kept;
}
