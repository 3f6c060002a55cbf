/* Windows over batches. */
#include "applets/logsort/merge.h"

#include "core/base/mem.h"
#include "core/base/time.h"

#include <stdlib.h>

/* Batches of all runs together, in records: with their texts they should stay in the second-level
 * cache until they are put. */
enum { TOGETHER = 4096, BATCH_LEAST = 64 };

/* --- batches --- */

void logsort_cursor_done(struct logsort_cursor *c)
{
    if (c->reader) {
        logsort_reader_done(c->reader);
        free(c->reader);
    }
    if (c->spilled) {
        logsort_spilled_done(c->spilled);
        free(c->spilled);
    }
    free(c->records);
    *c = (struct logsort_cursor){.i = 0};
}

size_t logsort_chunk_cursors(struct logsort_chunk *chunk, bool sources,
                             struct logsort_cursor *ret_cursors)
{
    for (size_t i = 0; i < chunk->runs.len; i++) {
        struct logsort_cursor c = {.chunk = chunk, .sources = sources};
        c.end = logsort_chunk_run(chunk, i, &c.next);
        ret_cursors[i] = c;
    }
    return chunk->runs.len;
}

/* The text lies anywhere, and will soon be copied: 64 bytes are a line of the cache. */
static void fetch(const struct logsort_text *t)
{
    size_t len = (size_t)SB_MIN(t->len, (uint64_t)512);
    for (size_t at = 0; at < len; at += 64)
        __builtin_prefetch(t->p + at);
    if (len)
        __builtin_prefetch(t->p + len - 1);
}

static int next_of_chunk(struct logsort_cursor *c)
{
    size_t n = SB_MIN(c->end - c->next, c->most);
    if (!c->records)
        c->records = sb_xcalloc(c->most, sizeof *c->records);
    for (size_t i = 0; i < n; i++) {
        struct logsort_text t = logsort_chunk_text(c->chunk, c->next + i);
        uint32_t source = c->sources ? logsort_chunk_source(c->chunk, t.p) : 0;
        fetch(&t);
        c->records[i] = (struct logsort_record){t.at, (uintptr_t)t.p, (uint32_t)t.len, source};
    }
    c->next += n;
    c->batch = (struct logsort_batch){c->records, n, 0};
    return 0;
}

static int fail_inversion(struct logsort_cursor *c, size_t i, struct sb_error *e)
{
    struct sb_buf was = SB_BUF_INIT(64), is = SB_BUF_INIT(64);
    sb_time_print(&was, c->last);
    sb_time_print(&is, c->batch.records[i].at);
    uint64_t line = logsort_reader_line(c->reader, i);
    sb_fail_at(e, SB_EINPUT, c->reader->name, (uint32_t)SB_MIN(line, (uint64_t)UINT32_MAX), 0,
               "not sorted: %s comes after %s", is.data, was.data);
    sb_buf_done(&was);
    sb_buf_done(&is);
    return sb_hint(e, "leave out --merge, and it will be sorted");
}

static int check_order(struct logsort_cursor *c, struct sb_error *e)
{
    for (size_t i = 0; i < c->batch.n; i++) {
        if (c->batch.records[i].at < c->last)
            return fail_inversion(c, i, e);
        c->last = c->batch.records[i].at;
    }
    return 0;
}

static int next_of_reader(struct logsort_cursor *c, struct sb_error *e)
{
    logsort_reader_forget(c->reader, c->pages);
    c->reader->most = c->most;
    int rc = logsort_reader_next(c->reader, e);
    c->batch = c->reader->batch;
    return !rc && c->checked ? check_order(c, e) : rc;
}

static int next_batch(struct logsort_cursor *c, struct sb_error *e)
{
    c->i = 0;
    if (c->reader)
        return next_of_reader(c, e);
    if (c->chunk)
        return next_of_chunk(c);
    c->spilled->most = c->most;
    int rc = logsort_spilled_next(c->spilled, e);
    c->batch = c->spilled->batch;
    return rc;
}

/* --- windows --- */

struct window {
    struct logsort_cursor *cursors;
    size_t k;
    SB_VEC(struct sb_sort_keyed) entries;  /* offset: cursor << 32 | record of its batch */
    SB_VEC(struct logsort_record) records; /* the same, in order, with addresses for offsets */
    const struct logsort_sink *sink;
};

static bool ended(const struct logsort_cursor *c)
{
    return c->i == c->batch.n;
}

/* The cursor whose batch ends first; of several the first. SIZE_MAX: all have ended. */
static size_t first_to_end(const struct window *w)
{
    size_t first = SIZE_MAX;
    int64_t least = INT64_MAX;
    for (size_t i = 0; i < w->k; i++) {
        const struct logsort_cursor *c = &w->cursors[i];
        if (ended(c))
            continue;
        int64_t last = c->batch.records[c->batch.n - 1].at;
        if (first == SIZE_MAX || last < least) {
            first = i;
            least = last;
        }
    }
    return first;
}

/* Takes the records up to `limit` of cursor i, those at the limit only with `ties`. */
static void take(struct window *w, size_t i, int64_t limit, bool ties)
{
    struct logsort_cursor *c = &w->cursors[i];
    const struct logsort_record *r = c->batch.records;
    sb_vec_reserve(&w->entries, w->entries.len + (c->batch.n - c->i));
    struct sb_sort_keyed *to = w->entries.items + w->entries.len;
    size_t j = c->i;
    for (; j < c->batch.n && (r[j].at < limit || (ties && r[j].at == limit)); j++)
        *to++ = (struct sb_sort_keyed){r[j].at, (uint64_t)i << 32 | j};
    w->entries.len += j - c->i;
    c->i = j;
}

/* Puts the records of the window in order. */
static int put_sorted(struct window *w, struct sb_error *e)
{
    size_t n = w->entries.len;
    sb_sort_keyed(w->entries.items, n, NULL);
    sb_vec_reserve(&w->records, n);
    for (size_t i = 0; i < n; i++) {
        uint64_t at = w->entries.items[i].offset;
        const struct logsort_batch *b = &w->cursors[at >> 32].batch;
        struct logsort_record r = b->records[(uint32_t)at];
        r.offset += b->base;
        w->records.items[i] = r;
    }
    struct logsort_batch all = {w->records.items, n, 0};
    return w->sink->put(w->sink->ctx, &all, 0, n, e);
}

/* One window: it takes all of the batch of cursor `first`. */
static int put_window(struct window *w, size_t first, struct sb_error *e)
{
    struct logsort_cursor *c = &w->cursors[first];
    size_t from = c->i;
    int64_t limit = c->batch.records[c->batch.n - 1].at;
    w->entries.len = 0;
    /* What lies behind the batch of `first` may be at the limit, too. */
    for (size_t i = 0; i < w->k; i++)
        take(w, i, limit, i <= first);
    if (w->entries.len == c->batch.n - from) /* of this one alone */
        return w->sink->put(w->sink->ctx, &c->batch, from, c->batch.n, e);
    return put_sorted(w, e);
}

static int refill(struct window *w, size_t i, struct sb_error *e)
{
    if (w->sink->progress)
        w->sink->progress(w->sink->progress_ctx);
    int rc = w->sink->settle(w->sink->ctx, e);
    return rc ? rc : next_batch(&w->cursors[i], e);
}

static int run(struct window *w, struct sb_error *e)
{
    int rc = 0;
    for (size_t i = 0; i < w->k && !rc; i++) {
        struct logsort_cursor *c = &w->cursors[i];
        c->most =
            SB_MIN(SB_MAX((size_t)TOGETHER / w->k, (size_t)BATCH_LEAST), (size_t)LOGSORT_BATCH);
        rc = next_batch(c, e);
    }
    for (size_t first; !rc && (first = first_to_end(w)) != SIZE_MAX;) {
        rc = put_window(w, first, e);
        for (size_t i = 0; i < w->k && !rc; i++) {
            if (ended(&w->cursors[i]) && w->cursors[i].batch.n)
                rc = refill(w, i, e);
        }
    }
    return rc;
}

int logsort_merge(struct logsort_cursor *cursors, size_t n, const struct logsort_sink *sink,
                  struct sb_error *e)
{
    struct window w = {.cursors = cursors, .k = n, .sink = sink};
    int rc = run(&w, e);
    sb_vec_done(&w.entries);
    sb_vec_done(&w.records);
    return rc;
}
