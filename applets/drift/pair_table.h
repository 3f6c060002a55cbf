/* A table from 128-bit hashes to elements, for pairing long lists.
 *
 * 128 seeded bits stand for the value: two of a million that differ and agree in all of them is less
 * likely (1e-26) than the machine erring. Elements are entered and looked up in blocks, whose
 * slots are fetched ahead, because every access misses the cache once lists are long. */
#ifndef DRIFT_PAIR_TABLE_H
#define DRIFT_PAIR_TABLE_H

#include "core/base/mem.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#define DRIFT_BLOCK 64u
#define DRIFT_TAKEN_OUT UINT32_MAX /* a slot whose elements are all gone: the search goes on */

struct drift_hash128 {
    uint64_t a, b;
};
struct drift_slot {
    uint32_t tag, element; /* element + 1; 0 = empty */
};
struct drift_table {
    struct drift_slot *slots;
    struct drift_hash128 *hashes; /* by element */
    size_t mask;
};

static inline void drift_table_init(struct drift_table *t, size_t elements)
{
    size_t slots = 16;
    while (slots < elements + elements / 4)
        slots *= 2;
    t->mask = slots - 1;
    t->slots = sb_xcalloc(slots, sizeof(*t->slots));
    t->hashes = sb_xmalloc((elements + 1) * sizeof(*t->hashes));
}

static inline void drift_table_done(struct drift_table *t)
{
    free(t->slots);
    free(t->hashes);
}

static inline void drift_table_fetch(const struct drift_table *t, const struct drift_hash128 *h)
{
    __builtin_prefetch(&t->slots[h->a & t->mask]);
}

/* The slot of that hash, or the empty one where it belongs. */
static inline struct drift_slot *drift_table_at(const struct drift_table *t,
                                                const struct drift_hash128 *h)
{
    uint32_t tag = (uint32_t)(h->b >> 32);
    size_t at = h->a & t->mask;
    for (;; at = (at + 1) & t->mask) {
        struct drift_slot *s = &t->slots[at];
        if (!s->element)
            return s;
        if (s->tag != tag || s->element == DRIFT_TAKEN_OUT)
            continue;
        const struct drift_hash128 *other = &t->hashes[s->element - 1];
        if (other->a == h->a && other->b == h->b)
            return s;
    }
}

static inline void drift_table_put(struct drift_slot *s, const struct drift_hash128 *h,
                                   uint32_t element)
{
    s->tag = (uint32_t)(h->b >> 32);
    s->element = element + 1;
}

#endif
