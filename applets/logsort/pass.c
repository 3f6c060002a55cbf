/* The first pass: sources are read in their order into a chunk, until the memory is full; then the chunk
 * becomes a run.
 *
 * As long as everything may fit, everything is indexed. Where it cannot, a stretch of a mapped file that
 * is in order by itself, and long enough to be worth a place in the merge, becomes a run without being
 * copied: its index is thrown away, and it will be scanned again. */
#include "applets/logsort/engine.h"

#include "core/base/mem.h"

#include <stdlib.h>

struct logsort_pass {
    struct logsort_engine *g;
    struct logsort_chunk *chunk;
    struct logsort_blocks blocks;
    SB_VEC(struct logsort_reader *) finished; /* whose mappings the chunk needs */
    struct logsort_reader *reader;            /* of the source that is being read, or NULL */
    struct logsort_scanner first;             /* before the first record of the chunk */
    uint32_t first_source;
    uint64_t first_offset, last_offset;
    int64_t first_at;
    uint64_t mapped;  /* bytes of mappings that are resident for the chunk */
    uint64_t counted; /* of the reader's mapping, in `mapped` */
    bool outer;       /* not everything will fit */
    bool labels;
};

enum {
    OVERHEAD = 4 << 20, /* of memory, for what is not counted */
    LINE_GUESS = 96     /* bytes of a line, to guess how large an index will be */
};

static uint64_t cost(const struct logsort_pass *p)
{
    return p->mapped + p->blocks.bytes + logsort_chunk_cost(p->chunk);
}

static uint64_t budget(const struct logsort_pass *p)
{
    uint64_t all = p->g->memory;
    return all > (uint64_t)2 * OVERHEAD ? all - OVERHEAD : all / 2;
}

static void drop_finished(struct logsort_pass *p)
{
    for (size_t i = 0; i < p->finished.len; i++) {
        logsort_reader_done(p->finished.items[i]);
        free(p->finished.items[i]);
    }
    p->finished.len = 0;
}

/* The chunk's text is not needed any more. */
static void begin_chunk(struct logsort_pass *p)
{
    logsort_chunk_clear(p->chunk);
    drop_finished(p);
    logsort_blocks_done(&p->blocks);
    p->blocks.bytes = p->reader ? p->reader->block.size : 0;
    if (p->reader)
        logsort_reader_forget(p->reader, 0);
    p->mapped = 0;
    p->counted = p->reader ? p->reader->forgotten : 0;
}

/* --- runs --- */

static uint64_t taken(const struct logsort_pass *p)
{
    const struct logsort_reader *r = p->reader;
    if (!r)
        return p->g->done;
    return p->g->done + (r->mapped ? r->scanner.at : logsort_input_taken(r->input));
}

/* Before the first run is written: is there room for all that is still to come, if it is as what came? */
static int check_room(struct logsort_pass *p, struct sb_error *e)
{
    struct logsort_engine *g = p->g;
    uint64_t need = p->chunk->bytes + p->chunk->index.len * sizeof(struct logsort_record);
    uint64_t came = taken(p);
    if (g->spill.fd < 0 && g->total > came && came > g->in_place)
        need += (uint64_t)((double)(g->total - came) * (double)(came - g->in_place) / (double)came *
                           9 / 8);
    return logsort_spill_room(&g->spill, need, e);
}

static int spill_chunk(struct logsort_pass *p, struct sb_error *e)
{
    struct logsort_engine *g = p->g;
    struct logsort_run run = {.spilled = true};
    int rc = check_room(p, e);
    if (!rc)
        rc = logsort_spill_begin(&g->spill, &run.start, e);
    if (rc)
        return rc;
    logsort_chunk_sort(p->chunk);
    struct logsort_cursor cursors[LOGSORT_CHUNK_RUNS];
    struct logsort_sink sink = {logsort_spill_put, logsort_spill_settle, &g->spill, NULL, NULL};
    size_t n = logsort_chunk_cursors(p->chunk, p->labels, cursors);
    rc = logsort_merge(cursors, n, &sink, e);
    for (size_t i = 0; i < n; i++)
        logsort_cursor_done(&cursors[i]);
    if (!rc)
        rc = logsort_spill_end(&g->spill, &run.end, e);
    if (!rc)
        rc = logsort_input_intact(e);
    if (rc)
        return rc;
    run.bytes = run.end - run.start;
    sb_vec_push(&g->runs, run);
    p->outer = true;
    begin_chunk(p);
    return 0;
}

/* Is the chunk one stretch of one mapping, in order, and long enough? */
static bool is_run(const struct logsort_pass *p)
{
    return p->outer && p->chunk->sorted && p->reader && p->reader->mapped &&
           p->first_source == p->reader->number && p->finished.len == 0 && p->blocks.bytes == 0 &&
           p->chunk->bytes >= p->g->memory / 16 && p->chunk->bytes > 0;
}

/* The run that stands last goes on, when this one is of the same source and the same order: nothing lies
 * between them, or it would be a run. */
static bool goes_on(const struct logsort_pass *p)
{
    const struct logsort_engine *g = p->g;
    const struct logsort_run *run = g->runs.len ? &g->runs.items[g->runs.len - 1] : NULL;
    return run && !run->spilled && run->source == p->first_source && run->last <= p->first_at;
}

/* `end`: offset behind the last record's beginning. */
static void keep_run(struct logsort_pass *p, uint64_t end)
{
    struct logsort_engine *g = p->g;
    if (!goes_on(p)) {
        struct logsort_run run = {.start = p->first_offset,
                                  .source = p->first_source,
                                  .scanner = sb_xmalloc(sizeof *run.scanner)};
        *run.scanner = p->first;
        sb_vec_push(&g->runs, run);
    }
    struct logsort_run *run = &g->runs.items[g->runs.len - 1];
    run->end = end;
    run->last = p->chunk->last;
    run->bytes += p->chunk->bytes;
    g->in_place += p->chunk->bytes;
    begin_chunk(p);
}

/* --- reading --- */

static void note_first(struct logsort_pass *p, size_t i)
{
    p->first = p->reader->before;
    p->first_source = p->reader->number;
    p->first_offset = p->reader->batch.records[i].offset;
    p->first_at = p->reader->batch.records[i].at;
}

static void add(struct logsort_pass *p, size_t i, size_t n)
{
    const struct logsort_reader *r = p->reader;
    if (p->chunk->index.len == 0 && i < n)
        note_first(p, i);
    logsort_chunk_add(p->chunk, &r->batch, i, n);
    if (p->labels && r->bytes)
        logsort_chunk_extent(p->chunk, r->bytes, r->bytes + (r->mapped ? r->len : r->block.size),
                             r->number);
}

/* Adds a batch; a run that ends inside of it is kept. */
static void add_batch(struct logsort_pass *p)
{
    const struct logsort_batch *b = &p->reader->batch;
    size_t i = 0, j;
    while (i < b->n) {
        j = b->n;
        if (p->outer && is_run(p)) {
            int64_t last = p->chunk->last;
            for (j = i; j < b->n && b->records[j].at >= last; j++)
                last = b->records[j].at;
        }
        add(p, i, j);
        if (j < b->n)
            keep_run(p, b->records[j].offset);
        i = j;
    }
    if (b->n)
        p->last_offset = b->records[b->n - 1].offset;
    if (p->reader->mapped) {
        p->mapped += p->reader->scanner.at - p->counted;
        p->counted = p->reader->scanner.at;
    }
}

static void finish_source(struct logsort_pass *p)
{
    struct logsort_reader *r = sb_steal(&p->reader);
    p->g->done += r->mapped ? r->scanner.at : logsort_input_taken(r->input);
    p->g->scanners[r->number].stats = r->scanner.stats;
    if (r->open_end)
        logsort_tail_resume(&p->g->tails[r->number], &r->scanner);
    if (r->mapped && p->chunk->index.len) {
        sb_vec_push(&p->finished, r);
        return;
    }
    logsort_reader_done(r); /* blocks go to their keeper */
    free(r);
}

static int read_source(struct logsort_pass *p, uint32_t source, struct sb_error *e)
{
    struct logsort_engine *g = p->g;
    struct logsort_reader *r = sb_xcalloc(1, sizeof *r);
    int rc = logsort_engine_reader(g, source, NULL, &p->blocks, r, e);
    if (rc < 0) {
        free(r);
        return rc;
    }
    p->reader = r;
    p->counted = 0;
    do {
        rc = logsort_reader_next(r, e);
        if (!rc)
            add_batch(p);
        if (!rc && cost(p) > budget(p)) {
            p->outer = true;
            if (is_run(p))
                keep_run(p, p->last_offset + 1);
            else
                rc = spill_chunk(p, e);
        }
        sb_progress_at(&g->progress, taken(p), NULL);
    } while (!rc && r->batch.n > 0);
    if (!rc && is_run(p))
        keep_run(p, r->open_end ? logsort_scanner_needs(&r->scanner) : UINT64_MAX);
    finish_source(p);
    return rc;
}

int logsort_pass_run(struct logsort_engine *g, struct logsort_chunk *chunk,
                     struct logsort_pass **ret_pass, struct sb_error *e)
{
    struct logsort_pass *p = sb_xcalloc(1, sizeof *p);
    int rc = 0;
    p->g = g;
    p->chunk = chunk;
    p->labels = g->out.labels != NULL;
    uint64_t index = g->total / LINE_GUESS * 2 * sizeof(struct sb_sort_keyed);
    p->outer = g->total + index > budget(p);
    for (uint32_t i = 0; i < g->sources.len && !rc; i++)
        rc = g->sources.items[i].skipped ? 0 : read_source(p, i, e);
    /* Merging needs memory, too. */
    if (!rc && g->runs.len && cost(p) > g->memory / 2)
        rc = spill_chunk(p, e);
    *ret_pass = p;
    return rc;
}

void logsort_pass_free(struct logsort_pass *p)
{
    if (!p)
        return;
    drop_finished(p);
    sb_vec_done(&p->finished);
    logsort_blocks_done(&p->blocks);
    free(p);
}
