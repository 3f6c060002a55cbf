/* An open table of fingerprints. */
#include "applets/logsort/unique.h"

#include "core/base/hash.h"
#include "core/base/macros.h"
#include "core/base/mem.h"
#include "core/base/rand.h"

#include <stdlib.h>

struct print {
    uint64_t a, b; /* both 0: free */
};
struct logsort_unique {
    struct print *table;
    size_t size, used; /* size: a power of two */
    int64_t at;
    uint64_t seeds[2];
};

struct logsort_unique *logsort_unique_new(void)
{
    struct logsort_unique *u = sb_xcalloc(1, sizeof *u);
    u->size = 64;
    u->table = sb_xcalloc(u->size, sizeof *u->table);
    u->at = INT64_MIN;
    sb_rand_bytes(u->seeds, sizeof u->seeds);
    return u;
}

void logsort_unique_free(struct logsort_unique *u)
{
    if (!u)
        return;
    free(u->table);
    free(u);
}

/* The place of a print, or the free one where it belongs. */
static struct print *find(struct print *table, size_t size, struct print p)
{
    size_t i = (size_t)p.a & (size - 1);
    while ((table[i].a || table[i].b) && (table[i].a != p.a || table[i].b != p.b))
        i = (i + 1) & (size - 1);
    return &table[i];
}

static void grow(struct logsort_unique *u)
{
    struct print *table = sb_xcalloc(u->size * 2, sizeof *table);
    for (size_t i = 0; i < u->size; i++) {
        if (u->table[i].a || u->table[i].b)
            *find(table, u->size * 2, u->table[i]) = u->table[i];
    }
    free(u->table);
    u->table = table;
    u->size *= 2;
}

/* A table that one crowded instant made large is not cleared at every one that follows. */
static void forget(struct logsort_unique *u)
{
    if (u->used * 8 < u->size && u->size > 64) {
        free(u->table);
        u->size = 64;
        u->table = sb_xcalloc(u->size, sizeof *u->table);
    } else if (u->used) {
        memset(u->table, 0, u->size * sizeof *u->table);
    }
    u->used = 0;
}

bool logsort_unique_seen(struct logsort_unique *u, int64_t at, const char *text, size_t len)
{
    if (at != u->at)
        forget(u);
    u->at = at;
    struct print p = {sb_hash_bytes(text, len, u->seeds[0]), sb_hash_bytes(text, len, u->seeds[1])};
    p.b |= 1; /* never the free place */
    struct print *place = find(u->table, u->size, p);
    if (place->a || place->b)
        return true;
    *place = p;
    if (++u->used * 2 > u->size)
        grow(u);
    return false;
}
