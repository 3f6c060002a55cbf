/* Hash map from byte strings to pointers: linear probing. */
#include "core/base/map.h"

#include "core/base/hash.h"
#include "core/base/mem.h"
#include "core/base/rand.h"

#include <stdlib.h>
#include <string.h>

static struct sb_map_slot *probe(const struct sb_map *m, const char *key, size_t len, uint64_t hash)
{
    for (size_t i = hash & (m->cap - 1);; i = (i + 1) & (m->cap - 1)) {
        struct sb_map_slot *s = &m->slots[i];
        if (!s->key || (s->hash == hash && s->len == len && memcmp(s->key, key, len) == 0))
            return s;
    }
}

static void grow(struct sb_map *m)
{
    struct sb_map old = *m;
    m->cap = old.cap ? old.cap * 2 : 16;
    m->slots = sb_xcalloc(m->cap, sizeof *m->slots);
    for (size_t i = 0; i < old.cap; i++) {
        struct sb_map_slot *s = &old.slots[i];
        if (s->key)
            *probe(m, s->key, s->len, s->hash) = *s;
    }
    free(old.slots);
}

void sb_map_done(struct sb_map *m)
{
    free(m->slots);
    *m = (struct sb_map){0};
}

void *sb_map_get(const struct sb_map *m, const char *key, size_t len)
{
    if (!m->cap)
        return NULL;
    return probe(m, key, len, sb_hash_bytes(key, len, sb_rand_seed()))->value;
}

void **sb_map_at(struct sb_map *m, const char *key, size_t len)
{
    if (m->len * 2 >= m->cap)
        grow(m);
    uint64_t hash = sb_hash_bytes(key, len, sb_rand_seed());
    struct sb_map_slot *s = probe(m, key, len, hash);
    if (!s->key) {
        *s = (struct sb_map_slot){key, len, hash, NULL};
        m->len++;
    }
    return &s->value;
}
