/* Chunked bump allocation. Chunks grow from 4 KiB to 1 MiB, those in between to huge pages, so that a
 * small run stays small and a larger one takes few page faults; a request over a quarter of the chunk
 * size gets a chunk of its own and the current one stays. */
#include "core/base/arena.h"

#include "core/base/mem.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHUNK_MIN ((size_t)4096)
#define CHUNK_MAX ((size_t)1 << 20)

struct sb_arena_chunk {
    struct sb_arena_chunk *next;
    uint64_t align;
    char bytes[];
};

/* Large enough that a huge page more is no waste, and small enough to gain by it. */
static bool is_middling(const struct sb_arena *a)
{
    return a->total >= SB_HUGE_PAGE && a->total < SB_HUGE_MOST;
}

static struct sb_arena_chunk *chunk_add(struct sb_arena *a, size_t size)
{
    if (size > SIZE_MAX - sizeof(struct sb_arena_chunk))
        sb_out_of_memory();
    size_t whole = sizeof(struct sb_arena_chunk) + size;
    bool huge = whole >= SB_HUGE_LEAST && is_middling(a);
    struct sb_arena_chunk *c = huge ? sb_xmalloc_huge(whole) : sb_xmalloc(whole);
    c->next = a->chunks;
    c->align = 0;
    a->chunks = c;
    a->total += whole;
    return c;
}

void *sb_arena_alloc_slow(struct sb_arena *a, size_t size)
{
    size_t rounded = (size + 7) & ~(size_t)7;
    if (rounded < size)
        sb_out_of_memory();
    size_t chunk = SB_MIN(SB_MAX(a->total, CHUNK_MIN), CHUNK_MAX);
    if (is_middling(a))
        chunk = SB_HUGE_PAGE - sizeof(struct sb_arena_chunk);
    if (rounded > chunk / 4)
        return chunk_add(a, rounded)->bytes;
    struct sb_arena_chunk *c = chunk_add(a, chunk);
    a->at = c->bytes + rounded;
    a->end = c->bytes + chunk;
    return c->bytes;
}

void sb_arena_done(struct sb_arena *a)
{
    for (struct sb_arena_chunk *c = a->chunks, *next; c; c = next) {
        next = c->next;
        free(c);
    }
    *a = (struct sb_arena)SB_ARENA_INIT;
}

void *sb_arena_zalloc(struct sb_arena *a, size_t size)
{
    void *p = sb_arena_alloc(a, size);
    memset(p, 0, size);
    return p;
}

char *sb_arena_dup(struct sb_arena *a, const char *p, size_t len)
{
    char *copy = sb_arena_alloc(a, len + 1);
    if (len)
        memcpy(copy, p, len);
    copy[len] = '\0';
    return copy;
}

char *sb_arena_strdup(struct sb_arena *a, const char *s)
{
    return sb_arena_dup(a, s, strlen(s));
}

char *sb_arena_printf(struct sb_arena *a, const char *fmt, ...)
{
    va_list ap, again;
    va_start(ap, fmt);
    va_copy(again, ap);
    int len = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    size_t size = len < 0 ? 1 : (size_t)len + 1;
    char *text = sb_arena_alloc(a, size);
    text[0] = '\0';
    vsnprintf(text, size, fmt, again);
    va_end(again);
    return text;
}
