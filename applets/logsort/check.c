/* --check. */
#include "applets/logsort/check.h"

#include "applets/logsort/reader.h"
#include "applets/logsort/source.h"

#include "core/base/mem.h"
#include "core/base/utf8.h"

#include <inttypes.h>
#include <stdlib.h>

enum {
    SHOWN = 160, /* bytes of a line that is shown */
    BUCKETS = 10,
    BAR = 30, /* characters of the longest */
    FORGET = 16 << 20,
};

/* Lateness below these, in ns; the last bucket has no end. */
static const struct {
    int64_t below;
    const char *name;
} buckets[BUCKETS] = {
    {INT64_C(1000000), "< 1ms"},  {INT64_C(10000000), "< 10ms"}, {INT64_C(100000000), "< 100ms"},
    {SB_NS_PER_S, "< 1s"},        {10 * SB_NS_PER_S, "< 10s"},   {60 * SB_NS_PER_S, "< 1m"},
    {600 * SB_NS_PER_S, "< 10m"}, {3600 * SB_NS_PER_S, "< 1h"},  {86400 * SB_NS_PER_S, "< 1d"},
    {INT64_MAX, "1d and more"},
};

/* A record to be shown. */
struct seen {
    const char *path;
    uint64_t line;
    int64_t at;
    size_t len;
    char text[SHOWN];
};

/* What is found of one file, or of the parts of a rotated one. */
struct finding {
    const char *label;
    bool any;
    int64_t first, latest;
    struct seen last, before, late; /* before, late: of the first that is late */
    uint64_t records, n_late, by_bucket[BUCKETS];
    int64_t most; /* ns */
    uint64_t refused, refused_line;
    const char *refused_path, *refused_reason;
};

static void see(struct seen *s, const struct logsort_reader *r, size_t i)
{
    struct sb_str text = {logsort_text(&r->batch, i), r->batch.records[i].length};
    const char *end = memchr(text.p, '\n', text.len);
    if (end)
        text.len = (size_t)(end - text.p);
    if (text.len > 0 && text.p[text.len - 1] == '\r')
        text.len--;
    s->path = r->name;
    s->line = logsort_reader_line(r, i);
    s->at = r->batch.records[i].at;
    s->len = SB_MIN(text.len, (size_t)SHOWN);
    memcpy(s->text, text.p, s->len);
}

/* From an instant to a later one; at most 292 years. */
static int64_t distance(int64_t later, int64_t at)
{
    uint64_t ns = (uint64_t)later - (uint64_t)at;
    return ns > INT64_MAX ? INT64_MAX : (int64_t)ns;
}

static void take_late(struct finding *f, const struct logsort_reader *r, size_t i)
{
    int64_t ns = distance(f->latest, r->batch.records[i].at);
    size_t bucket = 0;
    if (f->n_late++ == 0) {
        f->before = f->last;
        if (i > 0)
            see(&f->before, r, i - 1);
        see(&f->late, r, i);
    }
    while (bucket < BUCKETS - 1 && ns >= buckets[bucket].below)
        bucket++;
    f->by_bucket[bucket]++;
    f->most = SB_MAX(f->most, ns);
}

static void take_batch(struct finding *f, const struct logsort_reader *r)
{
    const struct logsort_batch *b = &r->batch;
    for (size_t i = 0; i < b->n; i++) {
        int64_t at = b->records[i].at;
        if (at == LOGSORT_NO_TIME)
            continue;
        if (!f->any) {
            f->any = true;
            f->first = f->latest = at;
        }
        f->records++;
        f->first = SB_MIN(f->first, at);
        if (at < f->latest)
            take_late(f, r, i);
        else
            f->latest = at;
    }
    if (b->n > 0)
        see(&f->last, r, b->n - 1);
}

static void take_stats(struct finding *f, const struct logsort_reader *r)
{
    const struct logsort_scan_stats *s = &r->scanner.stats;
    if (f->refused == 0 && s->refused > 0) {
        f->refused_path = r->name;
        f->refused_line = s->refused_line;
        f->refused_reason = s->refused_reason;
    }
    f->refused += s->refused;
}

static int read_source(const struct logsort_plan *p, struct logsort_source *s, char *sample,
                       struct finding *f, struct sb_error *e)
{
    struct logsort_scanner scanner;
    struct logsort_reader r;
    struct logsort_input *in = NULL;
    size_t len;
    int rc = logsort_source_scanner(p, s, sample, &len, &scanner, e);
    if (!rc)
        rc = logsort_source_open(s, &in, e);
    if (rc)
        return rc;
    logsort_reader_init(&r, in, s->path, 0, &scanner, &p->filter, NULL);
    do {
        rc = logsort_reader_next(&r, e);
        if (!rc) {
            take_batch(f, &r);
            logsort_reader_forget(&r, FORGET);
        }
    } while (!rc && r.batch.n > 0);
    if (!rc)
        rc = logsort_input_intact(e);
    take_stats(f, &r);
    logsort_reader_done(&r);
    return rc;
}

/* --- the report --- */

static void put_seen(const struct seen *s, const struct finding *f, struct sb_buf *out)
{
    sb_buf_puts(out, "    ");
    if (strcmp(s->path, f->label) != 0) {
        sb_escape(out, sb_str(s->path));
        sb_buf_putc(out, ':');
    }
    sb_buf_printf(out, "%" PRIu64 ": ", s->line);
    sb_escape(out, (struct sb_str){s->text, s->len});
    sb_buf_puts(out, s->len == SHOWN ? "...\n" : "\n");
}

static void put_histogram(const struct finding *f, struct sb_buf *out)
{
    uint64_t most = 1;
    for (size_t i = 0; i < BUCKETS; i++)
        most = SB_MAX(most, f->by_bucket[i]);
    sb_buf_puts(out, "  late by         records\n");
    for (size_t i = 0; i < BUCKETS; i++) {
        if (f->by_bucket[i] == 0)
            continue;
        sb_buf_printf(out, "    %-12s %8" PRIu64 "  ", buckets[i].name, f->by_bucket[i]);
        uint64_t bar = (f->by_bucket[i] * BAR + most - 1) / most;
        for (uint64_t k = 0; k < bar; k++)
            sb_buf_putc(out, '#');
        sb_buf_putc(out, '\n');
    }
}

static void put_late(const struct finding *f, struct sb_buf *out)
{
    struct sb_buf by = SB_BUF_INIT(64);
    sb_duration_print(&by, f->most);
    sb_buf_printf(out, "%" PRIu64 " of %" PRIu64 " record%s %s late, by up to %s\n", f->n_late,
                  f->records, f->records == 1 ? "" : "s", f->n_late == 1 ? "is" : "are", by.data);
    sb_buf_reset(&by);
    sb_duration_print(&by, distance(f->before.at, f->late.at));
    sb_buf_printf(out, "  the first, %s before the one in front of it:\n", by.data);
    put_seen(&f->before, f, out);
    put_seen(&f->late, f, out);
    put_histogram(f, out);
    sb_buf_done(&by);
}

static void put_finding(const struct finding *f, struct sb_buf *out)
{
    sb_escape(out, sb_str(f->label));
    sb_buf_puts(out, ": ");
    if (!f->any) {
        sb_buf_puts(out, "no records\n");
    } else if (f->n_late) {
        put_late(f, out);
    } else {
        sb_buf_printf(out, "in order: %" PRIu64 " record%s from ", f->records,
                      f->records == 1 ? "" : "s");
        sb_time_print(out, f->first);
        sb_buf_puts(out, " to ");
        sb_time_print(out, f->latest);
        sb_buf_putc(out, '\n');
    }
    if (f->refused) {
        sb_buf_printf(out, "  %" PRIu64 " line%s a time that cannot be; the first is ", f->refused,
                      f->refused == 1 ? " has" : "s have");
        sb_escape(out, sb_str(f->refused_path));
        sb_buf_printf(out, ":%" PRIu64 ": %s\n", f->refused_line, f->refused_reason);
    }
}

/* Is this the next part of the same rotated log? */
static bool goes_on(const struct logsort_sources *s, size_t i)
{
    return i > 0 && strcmp(s->items[i].label, s->items[i - 1].label) == 0 &&
           strcmp(s->items[i].path, s->items[i - 1].path) != 0;
}

static int check_all(const struct logsort_plan *p, struct logsort_sources *sources,
                     struct sb_buf *out, enum sb_exit *ret_status, struct sb_error *e)
{
    SB_CLEANUP_FREE char *sample = sb_xmalloc(LOGSORT_SAMPLE_BYTES);
    struct finding f = {.label = NULL};
    for (size_t i = 0; i < sources->len; i++) {
        if (!goes_on(sources, i))
            f = (struct finding){.label = sources->items[i].label};
        int rc = read_source(p, &sources->items[i], sample, &f, e);
        if (rc)
            return rc;
        if (i + 1 < sources->len && goes_on(sources, i + 1))
            continue;
        put_finding(&f, out);
        if (f.refused)
            *ret_status = SB_EXIT_UNSURE;
        else if (f.n_late && *ret_status == SB_EXIT_OK)
            *ret_status = SB_EXIT_FOUND;
    }
    return 0;
}

int logsort_check(const struct logsort_plan *p, struct sb_run *run, struct sb_error *e)
{
    struct logsort_sources sources = {NULL, 0};
    enum sb_exit status = SB_EXIT_OK;
    int rc = logsort_sources_init(&sources, p->paths, (size_t)p->n_paths, e);
    if (!rc)
        rc = check_all(p, &sources, run->out, &status, e);
    logsort_sources_done(&sources);
    return rc < 0 ? rc : (int)status;
}
