/* Small blocks by size. See slab.h. */
#include "applets/heartbeat/slab.h"

#include <assert.h>
#include <stdint.h>
#include <string.h>

void heartbeat_slab_done(struct heartbeat_slab *s)
{
    sb_arena_done(&s->arena);
    memset(s->free, 0, sizeof s->free);
}

void *heartbeat_slab_alloc(struct heartbeat_slab *s, size_t size)
{
    size_t class = (size + 7) / 8;
    assert(size >= 1 && size <= HEARTBEAT_SLAB_MAX);
    void *p = s->free[class];
    if (!p)
        return sb_arena_alloc(&s->arena, class * 8);
    memcpy(&s->free[class], p, sizeof(void *));
    return p;
}

void heartbeat_slab_free(struct heartbeat_slab *s, void *p, size_t size)
{
    size_t class = (size + 7) / 8;
    if (!p)
        return;
    assert(size >= 1 && size <= HEARTBEAT_SLAB_MAX);
    memcpy(p, &s->free[class], sizeof(void *));
    s->free[class] = p;
}

void heartbeat_slab_text(struct heartbeat_slab *s, const char **slot, const char *text, size_t len)
{
    size_t old = *slot ? strlen(*slot) : 0;
    char *p = (char *)(uintptr_t)*slot;
    if (p && old == len && memcmp(p, text, len) == 0)
        return;
    if (!p || (old + 8) / 8 != (len + 8) / 8) { /* another size: len + 1 bytes, rounded up */
        heartbeat_slab_free(s, p, old + 1);
        p = heartbeat_slab_alloc(s, len + 1);
    }
    memcpy(p, text, len);
    p[len] = '\0';
    *slot = p;
}
