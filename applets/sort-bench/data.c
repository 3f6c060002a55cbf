/* Elements in shared memory, and judging what a sort made of them. */
#include "applets/sort-bench/bench.h"
#include "core/base/mem.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { TEXT_BYTES = 28 };

size_t sort_bench_size(enum sort_bench_type type)
{
    return type == SORT_BENCH_RECORD ? sizeof(struct sort_bench_record) : sizeof(int64_t);
}

/* Room for n elements twice, and for texts. */
static int make_room(struct sort_bench_data *d, enum sort_bench_type type, size_t n,
                     size_t text_bytes, struct sb_error *e)
{
    size_t size = sort_bench_size(type), bytes = SB_MAX(2 * n * size + text_bytes, (size_t)1);
    if (d->map)
        munmap(d->map, d->map_bytes);
    free(d->strings);
    *d = (struct sort_bench_data){.type = type, .n = n, .size = size, .memory = d->memory};
    if (d->memory < 0)
        d->memory = memfd_create("srebox-sort-bench", MFD_CLOEXEC);
    if (d->memory < 0 || ftruncate(d->memory, (off_t)bytes) != 0)
        return sb_fail_errno(e, "cannot get %zu bytes of memory to share", bytes);
    char *map = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, d->memory, 0);
    if (map == MAP_FAILED)
        return sb_fail_errno(e, "cannot map %zu bytes", bytes);
    d->map = map;
    d->map_bytes = bytes;
    return 0;
}

static char *texts_of(const struct sort_bench_data *d)
{
    return d->map + 2 * d->n * d->size;
}

static void put_offset(struct sort_bench_data *d, size_t i, uint64_t offset)
{
    memcpy(d->map + i * d->size, &offset, sizeof offset);
    d->strings[i] = texts_of(d) + offset;
}

int sort_bench_fill(struct sort_bench_data *d, enum sort_bench_type type, const int64_t *keys,
                    size_t n, struct sb_error *e)
{
    int rc = make_room(d, type, n, type == SORT_BENCH_STRING ? n * TEXT_BYTES : 0, e);
    if (rc)
        return rc;
    if (type == SORT_BENCH_STRING)
        d->strings = sb_xcalloc(n + 1, sizeof *d->strings);
    for (size_t i = 0; i < n; i++) {
        const struct sort_bench_record record = {keys[i], i, {i, i}};
        if (type == SORT_BENCH_STRING) {
            snprintf(texts_of(d) + i * TEXT_BYTES, TEXT_BYTES, "server-%019" PRId64 "/", keys[i]);
            put_offset(d, i, i * TEXT_BYTES);
        } else {
            memcpy(d->map + i * d->size, &record, d->size); /* an int64_t is the record's first */
        }
    }
    return 0;
}

int sort_bench_fill_texts(struct sort_bench_data *d, const char *const *texts, size_t n,
                          struct sb_error *e)
{
    size_t bytes = 0;
    for (size_t i = 0; i < n; i++)
        bytes += strlen(texts[i]) + 1;
    int rc = make_room(d, SORT_BENCH_STRING, n, bytes, e);
    if (rc)
        return rc;
    d->strings = sb_xcalloc(n + 1, sizeof *d->strings);
    for (size_t i = 0, at = 0; i < n; i++) {
        size_t len = strlen(texts[i]) + 1;
        memcpy(texts_of(d) + at, texts[i], len);
        put_offset(d, i, at);
        at += len;
    }
    return 0;
}

void sort_bench_data_done(struct sort_bench_data *d)
{
    if (d->map)
        munmap(d->map, d->map_bytes);
    free(d->strings);
    if (d->memory >= 0)
        close(d->memory);
    *d = (struct sort_bench_data){.memory = -1};
}

void sort_bench_copy(const struct sort_bench_data *d, void *work)
{
    const void *from = d->strings ? (const void *)d->strings : d->map;
    if (from)
        memcpy(work, from, d->n * d->size);
}

/* --- judging --- */

/* An element of the input or of a result: its order, and where it stood before (for integers: not
 * known). */
struct seen {
    const char *text;
    int64_t key;
    uint64_t index;
};

static struct seen look(const struct sort_bench_data *d, const void *elements, size_t i,
                        bool offsets)
{
    const char *at = (const char *)elements + i * d->size;
    struct seen s = {.text = NULL};
    if (d->type == SORT_BENCH_STRING) {
        uint64_t offset;
        memcpy(offsets ? (void *)&offset : (void *)&s.text, at, d->size);
        if (offsets)
            s.text = offset < d->map_bytes - 2 * d->n * d->size ? texts_of(d) + offset : "";
        s.index = (uint64_t)(s.text - texts_of(d)); /* texts lie in the order of the input */
    } else {
        memcpy(&s.key, at, sizeof s.key);
        if (d->type == SORT_BENCH_RECORD)
            memcpy(&s.index, at + sizeof s.key, sizeof s.index);
    }
    return s;
}

static int order(const struct seen *a, const struct seen *b)
{
    if (a->text && b->text)
        return strcmp(a->text, b->text);
    return (a->key > b->key) - (a->key < b->key);
}

/* A sum over the elements that does not depend on their order. */
static uint64_t sum(const struct sort_bench_data *d, const void *elements, bool offsets)
{
    uint64_t total = 0;
    for (size_t i = 0; i < d->n; i++) {
        struct seen s = look(d, elements, i, offsets);
        uint64_t mix = (uint64_t)s.key ^ (s.index << 32 | s.index >> 32);
        total += sort_random(&mix);
    }
    return total;
}

enum sort_bench_outcome sort_bench_judge(const struct sort_bench_data *d, const void *result,
                                         bool offsets)
{
    bool stable = true;
    if (!d->map || sum(d, result, offsets) != sum(d, d->map, true))
        return SORT_BENCH_WRONG;
    for (size_t i = 1; i < d->n; i++) {
        struct seen a = look(d, result, i - 1, offsets), b = look(d, result, i, offsets);
        int c = order(&a, &b);
        if (c > 0)
            return SORT_BENCH_WRONG;
        stable &= c < 0 || a.index < b.index;
    }
    if (d->type == SORT_BENCH_INT64)
        return SORT_BENCH_SORTED;
    return stable ? SORT_BENCH_STABLE : SORT_BENCH_UNSTABLE;
}

void sort_bench_runs(const struct sort_bench_data *d, uint64_t *ret_runs, double *ret_nh)
{
    *ret_runs = 0;
    *ret_nh = 0;
    for (size_t at = 0; d->map && at < d->n;) {
        size_t len = 1;
        struct seen last = look(d, d->map, at, true);
        int direction = 0;
        for (; at + len < d->n; len++) {
            struct seen next = look(d, d->map, at + len, true);
            int down = order(&next, &last) < 0 ? -1 : 1;
            if (direction && down != direction)
                break;
            direction = down;
            last = next;
        }
        *ret_nh += (double)len * log2((double)d->n / (double)len);
        ++*ret_runs;
        at += len;
    }
}
