/* Blocks of an input through a scanner. */
#include "applets/logsort/reader.h"

#include "applets/logsort/filter.h"
#include "applets/logsort/seek.h"

#include "core/base/mem.h"

#include <inttypes.h>
#include <stdlib.h>

void logsort_blocks_done(struct logsort_blocks *b)
{
    for (size_t i = 0; i < b->list.len; i++)
        free(b->list.items[i].bytes);
    sb_vec_done(&b->list);
    b->bytes = 0;
}

void logsort_reader_init(struct logsort_reader *r, struct logsort_input *input, const char *name,
                         uint32_t number, const struct logsort_scanner *scanner,
                         const struct logsort_filter *filter, struct logsort_blocks *kept)
{
    *r = (struct logsort_reader){.input = input,
                                 .name = name,
                                 .number = number,
                                 .scanner = *scanner,
                                 .before = *scanner,
                                 .filter = filter,
                                 .kept = kept,
                                 .start = scanner->at,
                                 .to = UINT64_MAX,
                                 .most = LOGSORT_BATCH};
    r->records = sb_xcalloc(LOGSORT_BATCH, sizeof *r->records);
    if (logsort_input_mapped(input, &r->bytes, &r->len)) {
        r->mapped = r->whole = true;
        r->start = 0;
    }
}

void logsort_reader_in_order(struct logsort_reader *r)
{
    r->in_order = true;
    if (!r->mapped || r->filter->since == INT64_MIN)
        return;
    struct sb_str all = {r->bytes, r->len};
    r->skipped = r->scanner.at = logsort_seek(&r->scanner, all, r->filter->since);
}

void logsort_reader_done(struct logsort_reader *r)
{
    if (r->kept && r->block.bytes)
        sb_vec_push(&r->kept->list, r->block);
    else
        free(r->block.bytes);
    r->block.bytes = NULL;
    free(r->records);
    r->records = NULL;
    logsort_input_free(r->input);
    r->input = NULL;
}

/* Room behind what records to come still need: in the same block, or in a new one. */
static int make_room(struct logsort_reader *r, struct sb_error *e)
{
    uint64_t needs = SB_MIN(logsort_scanner_needs(&r->scanner), r->scanner.at);
    size_t skip = (size_t)(needs - r->start), keep = r->len - skip;
    if (keep >= LOGSORT_RECORD_MOST) {
        sb_fail(e, SB_ETOOBIG, "%s: a record is longer than %d MiB", r->name,
                LOGSORT_RECORD_MOST >> 20);
        return sb_hint(e, "is it a log with a time in every record?");
    }
    bool fresh = !r->block.bytes || r->kept || keep > r->block.size / 2;
    size_t size = SB_MAX((size_t)LOGSORT_BLOCK, keep * 2);
    if (r->kept && !r->block.bytes && logsort_input_size(r->input) < LOGSORT_BLOCK &&
        logsort_input_reopens(r->input) && logsort_input_size(r->input) > 0)
        size = (size_t)logsort_input_size(r->input) + 1; /* +1: so that its end is seen */
    if (fresh) {
        struct logsort_block block = {sb_xmalloc(size), size};
        if (keep && r->bytes)
            memcpy(block.bytes, r->bytes + skip, keep);
        if (r->kept && r->block.bytes)
            sb_vec_push(&r->kept->list, r->block);
        else
            free(r->block.bytes);
        if (r->kept)
            r->kept->bytes += size;
        r->block = block;
    } else if (keep && r->bytes) {
        memmove(r->block.bytes, r->bytes + skip, keep);
    }
    r->bytes = r->block.bytes;
    r->len = keep;
    r->start = needs;
    return 0;
}

static int read_more(struct logsort_reader *r, struct sb_error *e)
{
    size_t n;
    if (r->len == r->block.size || !r->block.bytes) {
        int rc = make_room(r, e);
        if (rc < 0)
            return rc;
    }
    int rc = logsort_input_read(r->input, r->block.bytes + r->len, r->block.size - r->len, &n, e);
    if (rc < 0)
        return rc;
    r->len += n;
    r->whole = n == 0;
    return 0;
}

/* Drops what the filter does not want; returns how many are left, or a negative enum sb_err. */
static int filter(struct logsort_reader *r, size_t n, size_t *ret_n, struct sb_error *e)
{
    size_t left = 0;
    for (size_t i = 0; i < n; i++) {
        const struct logsort_record *rec = &r->records[i];
        bool wanted =
            logsort_filter_time(r->filter, rec) && rec->offset >= r->from && rec->offset < r->to;
        if (wanted && r->filter->n_greps > 0 && !(rec->flags & LOGSORT_HEADER)) {
            struct sb_str text = {(const char *)(r->batch.base + (uintptr_t)rec->offset),
                                  rec->length};
            int rc = logsort_filter_text(r->filter, text, &wanted, e);
            if (rc < 0) {
                r->batch.records = r->records;
                sb_wrap(e, "--grep");
                return sb_locate(e, r->name, (uint32_t)logsort_reader_line(r, i), 0);
            }
        }
        r->records[left] = *rec;
        left += wanted;
    }
    *ret_n = left;
    return 0;
}

static bool all_pass(const struct logsort_reader *r)
{
    const struct logsort_filter *f = r->filter;
    return f->n_greps == 0 && f->since == INT64_MIN && f->until == INT64_MAX && r->from == 0 &&
           r->to == UINT64_MAX;
}

/* Scans what is there: up to a batch of records, before filtering. */
static size_t scan(struct logsort_reader *r, size_t *ret_used)
{
    size_t at = (size_t)(r->scanner.at - r->start);
    r->before = r->scanner;
    r->batch.base = (uintptr_t)r->bytes - (uintptr_t)r->start;
    size_t n = logsort_scan(&r->scanner, r->bytes + at, r->len - at, r->whole && !r->open_end,
                            r->records, r->most, ret_used);
    r->ended = r->whole && r->scanner.at - r->start == r->len && n < r->most;
    return n;
}

int logsort_reader_next(struct logsort_reader *r, struct sb_error *e)
{
    size_t n = 0, used = 0;
    int rc = 0;
    while (!rc && n == 0 && !r->ended) {
        if (r->bytes)
            n = scan(r, &used);
        if (n == 0 && used == 0 && !r->ended) {
            if (r->whole)
                r->ended = true;
            else
                rc = read_more(r, e);
        }
        used = 0;
        if (n > 0 && r->records[0].offset >= r->to)
            n = 0, r->ended = true;
        if (n > 0 && r->in_order && r->records[n - 1].at >= r->filter->until)
            r->ended = true;
        if (n > 0 && !all_pass(r))
            rc = filter(r, n, &n, e);
        for (size_t i = 0; i < n; i++)
            r->records[i].flags = r->number;
    }
    r->batch.records = r->records;
    r->batch.n = rc ? 0 : n;
    return rc;
}

void logsort_reader_forget(struct logsort_reader *r, uint64_t least)
{
    uint64_t needs = SB_MIN(logsort_scanner_needs(&r->scanner), r->scanner.at);
    if (!r->mapped || needs - r->forgotten < least)
        return;
    logsort_input_forget(r->input, (size_t)needs);
    r->forgotten = needs;
}

static uint64_t count_lines(const char *p, size_t len)
{
    uint64_t lines = 0;
    for (const char *end = p + len; p < end; lines++) {
        const char *stop = memchr(p, '\n', (size_t)(end - p));
        p = stop ? stop + 1 : end; /* the last line may have no end */
    }
    return lines;
}

uint64_t logsort_reader_line(const struct logsort_reader *r, size_t i)
{
    const char *p = logsort_text(&r->batch, i);
    size_t len = (size_t)(r->scanner.at - r->records[i].offset);
    uint64_t skipped = r->skipped ? count_lines(r->bytes, (size_t)r->skipped) : 0;
    return skipped + r->scanner.stats.lines - count_lines(p, len) + 1;
}
