/* Setting up: sources, their formats, limits; then one of the ways. */
#include "applets/logsort/engine.h"

#include "applets/logsort/follow.h"

#include "core/base/log.h"
#include "core/base/mem.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* --- limits --- */

/* The limit of the control group, or UINT64_MAX. Version 2, at the place that containers see. */
static uint64_t group_memory(void)
{
    char text[32] = "", *end;
    FILE *f = fopen("/sys/fs/cgroup/memory.max", "re");
    if (!f)
        return UINT64_MAX;
    bool read = fgets(text, sizeof text, f) != NULL;
    fclose(f);
    uint64_t limit = strtoull(text, &end, 10);
    return read && end != text ? limit : UINT64_MAX; /* "max": there is none */
}

static uint64_t default_memory(void)
{
    long pages = sysconf(_SC_PHYS_PAGES), size = sysconf(_SC_PAGESIZE);
    uint64_t all = pages > 0 && size > 0 ? (uint64_t)pages * (uint64_t)size : UINT64_C(1) << 30;
    return SB_MIN(all, group_memory()) / 2;
}

/* --- formats --- */

int logsort_source_scanner(const struct logsort_plan *p, struct logsort_source *s, char *sample,
                           size_t *ret_len, struct logsort_scanner *ret_scanner, struct sb_error *e)
{
    struct logsort_format format;
    struct logsort_hints hints = p->hints;
    size_t len;
    bool whole;
    int rc = logsort_source_head(s, sample, LOGSORT_SAMPLE_BYTES, &len, &whole, e);
    if (rc < 0)
        return rc;
    /* A day: clocks and zones may be ahead of the file system's. */
    hints.rules.latest = s->modified + 86400 * SB_NS_PER_S;
    rc = logsort_format_detect((struct sb_str){sample, len}, whole, s->path, &hints, &format, e);
    if (rc < 0)
        return rc;
    logsort_scanner_init(ret_scanner, &format, logsort_skew(p, s->path),
                         (enum logsort_orphans)p->options->orphans);
    *ret_len = len;
    return 0;
}

/* A date in some lines' middle may be no line's time. */
static void warn_few(const struct logsort_source *s, const struct logsort_format *f)
{
    if (f->shape == LOGSORT_FIELD && f->field > 0 && f->timed * 10 < f->sampled)
        sb_warn("%s: only %u of %u lines looked at have a time, as word %u: --explain tells",
                s->path, f->timed, f->sampled, f->field + 1);
}

static int find_formats(struct logsort_engine *g, struct sb_error *e)
{
    int rc = 0;
    SB_CLEANUP_FREE char *sample = sb_xmalloc(LOGSORT_SAMPLE_BYTES);
    g->scanners = sb_xcalloc(g->sources.len, sizeof *g->scanners);
    for (size_t i = 0; i < g->sources.len && !rc; i++) {
        size_t len;
        if (g->sources.items[i].skipped)
            continue;
        rc =
            logsort_source_scanner(g->plan, &g->sources.items[i], sample, &len, &g->scanners[i], e);
        if (!rc)
            warn_few(&g->sources.items[i], &g->scanners[i].format);
        g->total += g->sources.items[i].size;
    }
    return rc;
}

int logsort_engine_reader(struct logsort_engine *g, uint32_t source, const struct logsort_run *run,
                          struct logsort_blocks *kept, struct logsort_reader *ret_reader,
                          struct sb_error *e)
{
    struct logsort_source *s = &g->sources.items[source];
    const struct logsort_scanner *scanner =
        run && run->scanner ? run->scanner : &g->scanners[source];
    struct logsort_input *in;
    int rc = logsort_source_open(s, &in, e);
    if (rc < 0)
        return rc;
    logsort_reader_init(ret_reader, in, s->path, source, scanner, &g->plan->filter, kept);
    ret_reader->open_end = s->fd >= 0;
    if (run) {
        ret_reader->from = run->start;
        ret_reader->to = run->end;
    }
    if (g->plan->options->merge)
        logsort_reader_in_order(ret_reader);
    return 0;
}

/* --- the ways --- */

static int sort_all(struct logsort_engine *g, struct sb_error *e)
{
    struct logsort_chunk chunk;
    struct logsort_pass *pass = NULL;
    logsort_chunk_init(&chunk);
    sb_progress_start(&g->progress, "reading", g->total, SB_PROGRESS_BYTES);
    int rc = logsort_pass_run(g, &chunk, &pass, e);
    sb_progress_stop(&g->progress);
    if (!rc) {
        logsort_chunk_sort(&chunk);
        rc = logsort_join(g, &chunk, e);
    }
    logsort_pass_free(pass);
    logsort_chunk_done(&chunk);
    return rc;
}

static int merge_all(struct logsort_engine *g, struct sb_error *e)
{
    for (uint32_t i = 0; i < g->sources.len; i++)
        sb_vec_push(&g->runs,
                    ((struct logsort_run){
                        .end = UINT64_MAX, .bytes = g->sources.items[i].size, .source = i}));
    return logsort_join(g, NULL, e);
}

/* --follow: of each log its tail, before anything is read: so both read the same file. */
static int open_tails(struct logsort_engine *g, struct sb_error *e)
{
    int rc = 0;
    g->tails = sb_xcalloc(g->sources.len, sizeof *g->tails);
    for (uint32_t i = 0; i < g->sources.len; i++)
        g->tails[i].fd = -1;
    for (uint32_t i = 0; i < g->sources.len && !rc; i++) {
        struct logsort_source *s = &g->sources.items[i];
        bool live = false;
        if (s->youngest)
            rc = logsort_tail_init(&g->tails[i], g->plan, s->path, i, &live, e);
        s->skipped = live && g->tails[i].pipe;
        s->fd = live && !s->skipped ? g->tails[i].fd : -1;
    }
    return rc;
}

static int follow_all(struct logsort_engine *g, struct sb_error *e)
{
    int rc = sort_all(g, e);
    if (!rc)
        rc = logsort_output_flush(&g->out, e);
    for (size_t i = 0; i < g->sources.len; i++)
        g->sources.items[i].fd = -1;
    return rc ? rc
              : logsort_follow(g->tails, g->sources.len, g->plan->options, g->memory, &g->out, e);
}

/* Lines whose times cannot be are no reason to fail, but to be told. */
static void warn_refused(const char *path, const struct logsort_scan_stats *s)
{
    if (s->refused == 1)
        sb_warn("%s:%" PRIu64 ": %s; the line stays with the one before", path, s->refused_line,
                s->refused_reason);
    else if (s->refused > 1)
        sb_warn("%s:%" PRIu64 ": %s; it and %" PRIu64 " more such lines stay with the ones before",
                path, s->refused_line, s->refused_reason, s->refused - 1);
}

/* So is a file whose times are written in another way from some line on. */
static void warn_row(const char *path, const struct logsort_scan_stats *s)
{
    enum { MANY = 1000 }; /* longer than a trace of many threads */
    if (s->row >= MANY && s->row >= s->lines / 4)
        sb_warn("%s:%" PRIu64 ": from here on %" PRIu64
                " lines in a row have no time; are times written in another way there?",
                path, s->row_line, s->row);
}

static void warn_all(const struct logsort_engine *g)
{
    for (size_t i = 0; i < g->sources.len; i++) {
        warn_refused(g->sources.items[i].path, &g->scanners[i].stats);
        warn_row(g->sources.items[i].path, &g->scanners[i].stats);
    }
}

static int sort_or_merge(struct logsort_engine *g, struct sb_run *run, struct sb_error *e)
{
    const struct logsort_options *o = g->plan->options;
    int rc = logsort_sources_init(&g->sources, g->plan->paths, (size_t)g->plan->n_paths, e);
    if (!rc && o->follow)
        rc = open_tails(g, e);
    if (!rc)
        rc = find_formats(g, e);
    if (!rc)
        rc = logsort_output_init(&g->out, o->output, o->label ? &g->sources : NULL, run->color,
                                 o->unique, e);
    if (rc)
        return rc;
    rc = o->follow ? follow_all(g, e) : o->merge ? merge_all(g, e) : sort_all(g, e);
    if (!rc)
        rc = logsort_output_finish(&g->out, e);
    if (!rc)
        warn_all(g);
    logsort_output_done(&g->out);
    return rc;
}

int logsort_engine(const struct logsort_plan *p, struct sb_run *run, struct sb_error *e)
{
    struct logsort_engine g = {.plan = p, .out.fd = -1};
    signal(SIGXFSZ, SIG_IGN); /* a file that may not grow is a failed write, not an end by signal */
    g.memory = p->options->memory ? (uint64_t)p->options->memory : default_memory();
    logsort_spill_init(&g.spill, NULL);
    int rc = sort_or_merge(&g, run, e);
    sb_progress_stop(&g.progress);
    for (size_t i = 0; i < g.runs.len; i++)
        free(g.runs.items[i].scanner);
    sb_vec_done(&g.runs);
    logsort_spill_done(&g.spill);
    free(g.scanners);
    for (size_t i = 0; g.tails && i < g.sources.len; i++)
        logsort_tail_done(&g.tails[i]);
    free(g.tails);
    logsort_sources_done(&g.sources);
    return rc < 0 ? rc : SB_EXIT_OK;
}
