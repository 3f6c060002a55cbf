/* The tree of losers: leaf i stands below node (i + k) / 2; each node keeps who lost there, node 0 the
 * winner (Knuth, The Art of Computer Programming, volume 3, section 5.4.1). */
#include "applets/logsort/merge.h"

#include "core/base/mem.h"
#include "core/base/time.h"

#include <stdlib.h>

/* The next record of a run: order is by `at`, then by `rank`, which is at least k for runs that ended. */
struct head {
    int64_t at;
    size_t rank;
};

struct tree {
    struct logsort_cursor *cursors;
    struct head *heads; /* by cursor */
    size_t *losers;
    size_t k;
};

static inline bool before(const struct head *a, const struct head *b)
{
    return a->at != b->at ? a->at < b->at : a->rank < b->rank;
}

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

static int next_of_chunk(struct logsort_cursor *c)
{
    struct logsort_chunk *chunk = c->chunk;
    size_t n = SB_MIN(chunk->index.len - c->taken, (size_t)LOGSORT_BATCH);
    if (!c->records)
        c->records = sb_xcalloc(LOGSORT_BATCH, sizeof *c->records);
    for (size_t i = 0; i < n; i++) {
        struct logsort_text t = logsort_chunk_text(chunk, c->taken + i);
        uint32_t source = c->sources ? logsort_chunk_source(chunk, t.p) : 0;
        c->records[i] = (struct logsort_record){t.at, (uintptr_t)t.p, (uint32_t)t.len, source};
    }
    c->taken += n;
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
    int rc = logsort_spilled_next(c->spilled, e);
    c->batch = c->spilled->batch;
    return rc;
}

/* --- the tree --- */

static void set_head(struct tree *t, size_t i)
{
    const struct logsort_cursor *c = &t->cursors[i];
    if (c->i < c->batch.n)
        t->heads[i] = (struct head){c->batch.records[c->i].at, i};
    else
        t->heads[i] = (struct head){INT64_MAX, t->k + i};
}

/* From leaf i to the root; with t->losers not yet filled, a first comer waits at its node. */
static size_t play(struct tree *t, size_t i, bool building)
{
    for (size_t node = (i + t->k) / 2; node > 0; node /= 2) {
        size_t other = t->losers[node];
        if (building && other == SIZE_MAX) {
            t->losers[node] = i;
            return SIZE_MAX;
        }
        bool lost = before(&t->heads[other], &t->heads[i]);
        t->losers[node] = lost ? i : other;
        i = lost ? other : i;
    }
    return i;
}

/* The best of those who lost against the winner. */
static struct head runner_up(const struct tree *t, size_t winner)
{
    struct head best = {INT64_MAX, SIZE_MAX};
    for (size_t node = (winner + t->k) / 2; node > 0; node /= 2) {
        const struct head *h = &t->heads[t->losers[node]];
        if (before(h, &best))
            best = *h;
    }
    return best;
}

/* Gives out what the winner has before the runner-up, of one batch at most. */
static int give(struct tree *t, size_t winner, const struct logsort_sink *sink, struct sb_error *e)
{
    struct logsort_cursor *c = &t->cursors[winner];
    const struct logsort_record *r = c->batch.records;
    struct head second = runner_up(t, winner);
    int64_t limit = second.at;
    bool ties = winner < second.rank;
    size_t j = c->i + 1;
    while (j < c->batch.n && (r[j].at < limit || (ties && r[j].at == limit)))
        j++;
    int rc = sink->put(sink->ctx, &c->batch, c->i, j, e);
    c->i = j;
    if (!rc && j == c->batch.n) {
        if (sink->progress)
            sink->progress(sink->progress_ctx, j);
        rc = sink->settle(sink->ctx, e);
        if (!rc)
            rc = next_batch(c, e);
    }
    set_head(t, winner);
    return rc;
}

static int run(struct tree *t, const struct logsort_sink *sink, struct sb_error *e)
{
    size_t winner = SIZE_MAX;
    int rc = 0;
    for (size_t i = 0; i < t->k && !rc; i++) {
        t->losers[i] = SIZE_MAX;
        rc = next_batch(&t->cursors[i], e);
        set_head(t, i);
    }
    for (size_t i = 0; i < t->k && !rc; i++) {
        size_t up = play(t, i, true);
        winner = up == SIZE_MAX ? winner : up;
    }
    while (!rc && t->heads[winner].rank < t->k) {
        rc = give(t, winner, sink, e);
        winner = play(t, winner, false);
    }
    return rc;
}

int logsort_merge(struct logsort_cursor *cursors, size_t n, const struct logsort_sink *sink,
                  struct sb_error *e)
{
    if (n == 0)
        return 0;
    struct tree t = {.cursors = cursors, .k = n};
    t.heads = sb_xcalloc(n, sizeof *t.heads);
    t.losers = sb_xcalloc(n, sizeof *t.losers);
    int rc = run(&t, sink, e);
    free(t.heads);
    free(t.losers);
    return rc;
}
