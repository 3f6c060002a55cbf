/* Hash map from byte strings to pointers. Keys are borrowed: they must outlive the map.
 *
 * Open addressing, seeded hash, no deletion (no user yet needs it). Invariant: at most half full. */
#ifndef SB_BASE_MAP_H
#define SB_BASE_MAP_H

#include "core/base/macros.h"

#include <stdint.h>

struct sb_map_slot {
    const char *key; /* NULL = empty */
    size_t len;
    uint64_t hash;
    void *value;
};
struct sb_map {
    struct sb_map_slot *slots;
    size_t len, cap; /* cap: a power of two, or 0 */
};

void sb_map_done(struct sb_map *m); /* frees the table, not keys nor values; {0} initialises */
void *sb_map_get(const struct sb_map *m, const char *key, size_t len);
/* The slot's value, to read or write; a new slot holds NULL. Valid until the next call. */
void **sb_map_at(struct sb_map *m, const char *key, size_t len);

#endif
