/* Index entries, and the tables beside them. */
#include "applets/logsort/sort.h"

#include "core/base/mem.h"

#include <assert.h>

enum {
    LENGTH_BITS = 16,
    LENGTH_LONG = (1 << LENGTH_BITS) - 1,
    PART = 16 * 1024, /* entries that are sorted at once, as they come */
};

void logsort_chunk_init(struct logsort_chunk *c)
{
    *c = (struct logsort_chunk){.sorted = true, .part_sorted = true, .last = INT64_MIN};
}

void logsort_chunk_done(struct logsort_chunk *c)
{
    sb_vec_done(&c->index);
    sb_vec_done(&c->longs);
    sb_vec_done(&c->extents);
    sb_vec_done(&c->runs);
}

void logsort_chunk_clear(struct logsort_chunk *c)
{
    c->index.len = c->longs.len = c->extents.len = c->runs.len = 0;
    c->seen = c->tidy = 0;
    c->part_sorted = true;
    c->bytes = 0;
    c->sorted = true;
    c->last = INT64_MIN;
}

static void add_long(struct logsort_chunk *c, const char *text, uint64_t length)
{
    sb_vec_push(&c->longs, ((struct logsort_long){text, length}));
}

/* Where in the end of the last run, not longer than a part, entries come behind `key`. Its begin: the
 * overlap is longer, or may be. */
static size_t overlap(const struct logsort_chunk *c, size_t begin, int64_t key)
{
    const struct sb_sort_keyed *v = c->index.items;
    size_t lo = begin, hi = c->tidy;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (v[mid].key <= key)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

/* Sorts the entries behind `tidy`: they lengthen the last run, or become another. */
static void tidy(struct logsort_chunk *c)
{
    struct sb_sort_keyed *v = c->index.items;
    size_t n = c->index.len;
    if (n == c->tidy)
        return;
    if (!c->part_sorted)
        sb_sort_keyed(v + c->tidy, n - c->tidy, NULL);
    c->part_sorted = true;
    if (c->runs.len == 0) {
        sb_vec_push(&c->runs, 0);
    } else if (v[c->tidy].key < v[c->tidy - 1].key) {
        size_t start = c->runs.items[c->runs.len - 1];
        size_t begin = c->tidy - start > PART ? c->tidy - PART : start;
        size_t from = overlap(c, begin, v[c->tidy].key);
        if (from > begin || begin == start)
            sb_sort_keyed(v + from, n - from, NULL);
        else
            sb_vec_push(&c->runs, c->tidy);
    }
    c->tidy = n;
}

void logsort_chunk_add(struct logsort_chunk *c, const struct logsort_batch *b, size_t i, size_t n)
{
    sb_vec_reserve(&c->index, c->index.len + (n - i));
    struct sb_sort_keyed *to = c->index.items + c->index.len;
    int64_t last = c->last;
    uint64_t bytes = 0;
    bool sorted = true;
    for (; i < n; i++) {
        const struct logsort_record *r = &b->records[i];
        uint64_t address = b->base + r->offset, length = r->length;
        assert(address >> 48 == 0);
        if (SB_UNLIKELY(length >= LENGTH_LONG)) {
            add_long(c, logsort_text(b, i), length);
            length = LENGTH_LONG;
        }
        *to++ = (struct sb_sort_keyed){r->at, address << LENGTH_BITS | length};
        sorted &= r->at >= last;
        last = r->at;
        bytes += r->length;
    }
    c->index.len = (size_t)(to - c->index.items);
    c->last = last;
    c->sorted &= sorted;
    c->part_sorted &= sorted;
    c->bytes += bytes;
    if (c->index.len - c->tidy >= PART)
        tidy(c);
}

void logsort_chunk_extent(struct logsort_chunk *c, const char *start, const char *end,
                          uint32_t source)
{
    if (c->extents.len) {
        struct logsort_extent *last = &c->extents.items[c->extents.len - 1];
        if (last->start == start && last->source == source) {
            last->end = SB_MAX(last->end, end);
            return;
        }
    }
    sb_vec_push(&c->extents, ((struct logsort_extent){start, end, source}));
}

static int compare_longs(const void *a, const void *b, void *ctx, int *fail)
{
    const struct logsort_long *x = a, *y = b;
    (void)ctx, (void)fail;
    return x->text < y->text ? -1 : x->text > y->text;
}

static int compare_extents(const void *a, const void *b, void *ctx, int *fail)
{
    const struct logsort_extent *x = a, *y = b;
    (void)ctx, (void)fail;
    return x->start < y->start ? -1 : x->start > y->start;
}

void logsort_chunk_sort(struct logsort_chunk *c)
{
    tidy(c);
    if (c->runs.len > LOGSORT_CHUNK_RUNS) {
        sb_sort_keyed(c->index.items, c->index.len, NULL);
        c->runs.len = 1;
    }
    if (c->longs.len)
        sb_sort(c->longs.items, c->longs.len, sizeof *c->longs.items, compare_longs, NULL, NULL);
    if (c->extents.len)
        sb_sort(c->extents.items, c->extents.len, sizeof *c->extents.items, compare_extents, NULL,
                NULL);
}

size_t logsort_chunk_run(const struct logsort_chunk *c, size_t i, size_t *ret_from)
{
    *ret_from = c->runs.items[i];
    return i + 1 < c->runs.len ? c->runs.items[i + 1] : c->index.len;
}

static uint64_t long_length(const struct logsort_chunk *c, const char *text)
{
    size_t lo = 0, hi = c->longs.len;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (c->longs.items[mid].text < text)
            lo = mid + 1;
        else
            hi = mid;
    }
    return c->longs.items[lo].length;
}

struct logsort_text logsort_chunk_text(const struct logsort_chunk *c, size_t i)
{
    const struct sb_sort_keyed *k = &c->index.items[i];
    struct logsort_text t = {k->key, (const char *)(uintptr_t)(k->offset >> LENGTH_BITS),
                             k->offset & LENGTH_LONG};
    if (SB_UNLIKELY(t.len == LENGTH_LONG))
        t.len = long_length(c, t.p);
    return t;
}

/* The last extent that begins at or before the text. */
uint32_t logsort_chunk_source(struct logsort_chunk *c, const char *text)
{
    const struct logsort_extent *v = c->extents.items;
    if (text >= v[c->seen].start && text < v[c->seen].end)
        return v[c->seen].source;
    size_t lo = 0, hi = c->extents.len;
    while (hi - lo > 1) {
        size_t mid = lo + (hi - lo) / 2;
        if (v[mid].start <= text)
            lo = mid;
        else
            hi = mid;
    }
    c->seen = lo;
    return v[lo].source;
}
