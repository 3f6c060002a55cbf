/* The last pass: cursors on all runs, merged into the output; over runs on the disk where there are more
 * than can be merged at once. */
#include "applets/logsort/engine.h"

#include "core/base/mem.h"

#include <dirent.h>
#include <stdlib.h>
#include <sys/resource.h>

enum {
    FAN_IN = 64,
    SPARE_FILES = 8,                 /* descriptors left for everything else */
    CURSOR_COST = LOGSORT_BLOCK * 2, /* bytes a run takes at least while it is merged */
};

static size_t open_files(void)
{
    size_t n = 0;
    DIR *d = opendir("/proc/self/fd");
    if (!d)
        return 16;
    while (readdir(d))
        n++;
    closedir(d);
    return n;
}

/* How many runs are merged at once: bounded by descriptors and by memory. */
static size_t fan_in(const struct logsort_engine *g)
{
    struct rlimit limit;
    size_t by_memory = (size_t)SB_MIN(g->memory / 2 / CURSOR_COST, (uint64_t)FAN_IN),
           files = FAN_IN;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY) {
        size_t used = open_files() + SPARE_FILES;
        files = limit.rlim_cur > used ? (size_t)limit.rlim_cur - used : 0;
    }
    return SB_MAX(SB_MIN(by_memory, SB_MIN(files, (size_t)FAN_IN)), (size_t)2);
}

static int open_cursor(struct logsort_engine *g, const struct logsort_run *run, size_t among,
                       struct logsort_cursor *ret, struct sb_error *e)
{
    uint64_t share = g->memory / 2 / among;
    struct logsort_cursor c = {.last = INT64_MIN, .pages = share};
    if (run->spilled) {
        size_t buffer = (size_t)SB_MAX(SB_MIN(share, (uint64_t)1 << 20), (uint64_t)1 << 16);
        c.spilled = sb_xmalloc(sizeof *c.spilled);
        logsort_spilled_init(c.spilled, &g->spill, run->start, run->end, buffer);
        *ret = c;
        return 0;
    }
    c.checked = g->plan->options->merge;
    c.reader = sb_xcalloc(1, sizeof *c.reader);
    int rc = logsort_engine_reader(g, run->source, run, NULL, c.reader, e);
    if (rc < 0)
        free(c.reader);
    else
        *ret = c;
    return rc;
}

static void note_progress(void *ctx)
{
    struct logsort_engine *g = ctx;
    sb_progress_at(&g->progress, g->out.written, NULL);
}

/* Merges runs [from, from + n), and the chunk behind them. */
static int merge_runs(struct logsort_engine *g, size_t from, size_t n, struct logsort_chunk *chunk,
                      const struct logsort_sink *sink, struct sb_error *e)
{
    struct logsort_cursor *cursors = sb_xcalloc(n + LOGSORT_CHUNK_RUNS, sizeof *cursors);
    size_t opened = 0;
    int rc = 0;
    for (; opened < n && !rc; opened += !rc)
        rc = open_cursor(g, &g->runs.items[from + opened], n + 1, &cursors[opened], e);
    size_t all = opened;
    if (!rc && chunk && chunk->index.len)
        all += logsort_chunk_cursors(chunk, g->out.labels != NULL, cursors + all);
    if (!rc)
        rc = logsort_merge(cursors, all, sink, e);
    for (size_t i = 0; i < all; i++) {
        if (cursors[i].checked) /* its only reading */
            g->scanners[cursors[i].reader->number].stats = cursors[i].reader->scanner.stats;
        logsort_cursor_done(&cursors[i]);
    }
    free(cursors);
    return rc;
}

/* Makes one run of runs [from, from + n). */
static int shrink(struct logsort_engine *g, size_t from, size_t n, struct sb_error *e)
{
    struct logsort_run joined = {.spilled = true}, *runs = g->runs.items;
    struct logsort_sink sink = {logsort_spill_put, logsort_spill_settle, &g->spill, NULL, NULL};
    uint64_t bytes = 0;
    for (size_t i = 0; i < n; i++)
        bytes += runs[from + i].bytes;
    int rc = logsort_spill_room(&g->spill, bytes, e);
    if (!rc)
        rc = logsort_spill_begin(&g->spill, &joined.start, e);
    if (!rc)
        rc = merge_runs(g, from, n, NULL, &sink, e);
    if (!rc)
        rc = logsort_spill_end(&g->spill, &joined.end, e);
    if (rc)
        return rc;
    joined.bytes = joined.end - joined.start;
    for (size_t i = 0; i < n; i++) {
        if (runs[from + i].spilled)
            logsort_spill_release(&g->spill, runs[from + i].start, runs[from + i].end);
        free(runs[from + i].scanner);
    }
    runs[from] = joined;
    memmove(runs + from + 1, runs + from + n, (g->runs.len - from - n) * sizeof *runs);
    g->runs.len -= n - 1;
    return 0;
}

/* The n neighbours that are the least work to merge. */
static size_t cheapest(const struct logsort_engine *g, size_t n)
{
    uint64_t sum = 0, least;
    size_t best = 0;
    for (size_t i = 0; i < n; i++)
        sum += g->runs.items[i].bytes;
    least = sum;
    for (size_t i = n; i < g->runs.len; i++) {
        sum += g->runs.items[i].bytes - g->runs.items[i - n].bytes;
        if (sum < least) {
            least = sum;
            best = i - n + 1;
        }
    }
    return best;
}

int logsort_join(struct logsort_engine *g, struct logsort_chunk *chunk, struct sb_error *e)
{
    struct logsort_sink sink = {logsort_output_put, logsort_output_settle, &g->out, note_progress,
                                g};
    size_t most = fan_in(g);
    int rc = 0;
    sb_progress_start(&g->progress, "writing", g->total, SB_PROGRESS_BYTES);
    while (!rc && g->runs.len > most) {
        size_t n = SB_MIN(most, g->runs.len - most + 1);
        rc = shrink(g, cheapest(g, n), n, e);
    }
    if (!rc)
        rc = merge_runs(g, 0, g->runs.len, chunk, &sink, e);
    sb_progress_stop(&g->progress);
    return rc;
}
