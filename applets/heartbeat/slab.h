/* Small blocks of a few sizes, without malloc's 16 bytes of overhead each: a million ids, peers and
 * metric values. Blocks are multiples of 8 bytes up to HEARTBEAT_SLAB_MAX; a freed one is handed out
 * again for the same size; memory goes back when the slab ends. */
#ifndef HEARTBEAT_SLAB_H
#define HEARTBEAT_SLAB_H

#include "core/base/arena.h"

#define HEARTBEAT_SLAB_MAX 272u

struct heartbeat_slab {
    struct sb_arena arena;
    void *free[HEARTBEAT_SLAB_MAX / 8 + 1]; /* by size / 8: lists linked through their first word */
};

void heartbeat_slab_done(struct heartbeat_slab *s);
/* size from 1 to HEARTBEAT_SLAB_MAX; not zeroed; aligned to 8. */
void *heartbeat_slab_alloc(struct heartbeat_slab *s, size_t size) SB_MUST_USE;
void heartbeat_slab_free(struct heartbeat_slab *s, void *p, size_t size); /* NULL is fine */

/* *slot is a NUL-terminated text of the slab, or NULL: makes it this text (len < HEARTBEAT_SLAB_MAX). */
void heartbeat_slab_text(struct heartbeat_slab *s, const char **slot, const char *text, size_t len);

#endif
