/* Arena: many small allocations, one release. For parsed trees and per-run data.
 *
 * Memory is aligned to 8 bytes and not zeroed unless asked. Nothing is freed singly. An arena
 * belongs to one thread. Invariant: at <= end, both inside the newest chunk. */
#ifndef SB_BASE_ARENA_H
#define SB_BASE_ARENA_H

#include "core/base/macros.h"

struct sb_arena_chunk;
struct sb_arena {
    char *at, *end;
    struct sb_arena_chunk *chunks;
    size_t total; /* bytes taken from the heap */
};

#define SB_ARENA_INIT       \
    {                       \
        NULL, NULL, NULL, 0 \
    }

void sb_arena_done(struct sb_arena *a); /* frees everything; the arena may be used again */
void *sb_arena_alloc_slow(struct sb_arena *a, size_t size) SB_MUST_USE;
void *sb_arena_zalloc(struct sb_arena *a, size_t size) SB_MUST_USE;
/* Copies len bytes and adds a NUL. */
char *sb_arena_dup(struct sb_arena *a, const char *p, size_t len) SB_MUST_USE;
char *sb_arena_strdup(struct sb_arena *a, const char *s) SB_MUST_USE;
char *sb_arena_printf(struct sb_arena *a, const char *fmt, ...) SB_PRINTF(2, 3) SB_MUST_USE;

static inline void *sb_arena_alloc(struct sb_arena *a, size_t size)
{
    size_t rounded = (size + 7) & ~(size_t)7;
    if (SB_UNLIKELY(rounded < size || (size_t)(a->end - a->at) < rounded))
        return sb_arena_alloc_slow(a, size);
    void *p = a->at;
    a->at += rounded;
    return p;
}
#define sb_arena_new(a, type) ((type *)sb_arena_zalloc((a), sizeof(type)))

#endif
