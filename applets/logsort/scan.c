/* From bytes to records. */
#include "applets/logsort/scan.h"

#include "applets/logsort/place.h"

/* A CSV record that is longer has a stray quote: it ends at its first line end. */
#define CSV_QUOTED_MOST ((size_t)1 << 20)
/* journald's own limit for a field (DATA_SIZE_MAX); a greater number is no size. */
#define JOURNAL_FIELD_MOST (UINT64_C(768) << 20)

#define JOURNAL_ENTRY_MOST (UINT64_C(1) << 30)

void logsort_scanner_init(struct logsort_scanner *s, const struct logsort_format *format,
                          int64_t skew, enum logsort_orphans orphans)
{
    *s = (struct logsort_scanner){.format = *format,
                                  .skew = skew,
                                  .orphans = orphans,
                                  .last = LOGSORT_NO_TIME,
                                  .previous = LOGSORT_NO_TIME,
                                  .line_most = LOGSORT_LINE_MOST};
    sb_stamp_reader_init(&s->reader, format->stamp, &format->rules);
}

uint64_t logsort_scanner_needs(const struct logsort_scanner *s)
{
    return s->is_open ? s->open.offset : s->at - s->block.length;
}

/* What a call gives. */
struct output {
    struct logsort_record *records;
    size_t n;
};

/* A line, a part of one, or a journal's entry, before it is known what becomes of it. */
struct piece {
    uint64_t offset, length; /* at most 2 GiB */
    bool timed;
    int64_t at;
};

/* --- pieces to records --- */

static void give_open(struct logsort_scanner *s, struct output *out)
{
    if (!s->is_open)
        return;
    if (s->open.at < s->previous)
        s->stats.inversions++;
    s->previous = s->open.at;
    s->stats.records++;
    out->records[out->n++] = s->open;
    s->is_open = false;
}

static void open_record(struct logsort_scanner *s, const struct piece *p, int64_t at,
                        uint32_t flags)
{
    s->open = (struct logsort_record){
        .at = at, .offset = p->offset, .length = (uint32_t)p->length, .flags = flags};
    s->is_open = true;
}

/* Puts the piece behind what is open; what does not fit into one record begins another. */
static void extend(struct logsort_scanner *s, const struct piece *p, struct output *out)
{
    int64_t at = s->has_time ? s->last : LOGSORT_NO_TIME;
    uint32_t flags = s->is_open ? s->open.flags : 0;
    if (s->is_open && s->open.length + p->length <= UINT32_MAX) {
        s->open.length += (uint32_t)p->length;
        return;
    }
    give_open(s, out);
    open_record(s, p, at, flags);
}

static int64_t add_skew(int64_t at, int64_t skew)
{
    int64_t sum;
    if (__builtin_add_overflow(at, skew, &sum))
        return skew < 0 ? INT64_MIN + 1 : INT64_MAX;
    return sum == LOGSORT_NO_TIME ? sum + 1 : sum;
}

static void take_timed(struct logsort_scanner *s, const struct piece *p, struct output *out)
{
    bool headers = s->is_open && !s->has_time;
    s->last = add_skew(p->at, s->skew);
    s->has_time = true;
    if (headers) {
        s->open.at = s->last;
        if (s->orphans == LOGSORT_ORPHANS_KEEP) {
            extend(s, p, out);
            return;
        }
    }
    give_open(s, out);
    open_record(s, p, s->last, 0);
}

static void count_row(struct logsort_scanner *s, const struct piece *p)
{
    if (s->row_end != p->offset || s->row == 0) {
        s->row = 0;
        s->row_line = s->stats.lines + 1;
    }
    s->row++;
    s->row_end = p->offset + p->length;
    if (s->row > s->stats.row) {
        s->stats.row = s->row;
        s->stats.row_line = s->row_line;
    }
}

static void take_orphan(struct logsort_scanner *s, const struct piece *p, struct output *out)
{
    s->stats.orphans++;
    if (s->has_time)
        count_row(s, p);
    s->dropped = s->orphans == LOGSORT_ORPHANS_DROP;
    if (s->dropped) {
        give_open(s, out);
    } else if (s->orphans == LOGSORT_ORPHANS_OWN && s->has_time) {
        give_open(s, out);
        open_record(s, p, s->last, LOGSORT_ORPHAN);
    } else {
        extend(s, p, out);
        if (s->orphans == LOGSORT_ORPHANS_OWN)
            s->open.flags |= LOGSORT_ORPHAN;
    }
}

static void take_piece(struct logsort_scanner *s, const struct piece *p, struct output *out)
{
    if (p->timed) {
        s->dropped = false;
        take_timed(s, p, out);
    } else {
        take_orphan(s, p, out);
    }
}

/* --- lines --- */

/* The lines of what was taken: b[0..n) ends with a line end, or is the end of all, or is cut. */
static void count_lines(struct logsort_scanner *s, const char *b, size_t n, bool unfinished)
{
    for (const char *end = b + n; b < end && (b = memchr(b, '\n', (size_t)(end - b))); b++)
        s->stats.lines++;
    s->stats.lines += unfinished;
}

/* The end of a CSV record: a line end outside of quotes. 0: it is not in these bytes. */
static size_t find_csv_end(const char *b, size_t len)
{
    bool quoted = false;
    for (size_t i = 0; i < len;) {
        const char *end = memchr(b + i, '\n', len - i);
        if (!end)
            return 0;
        size_t stop = (size_t)(end - b);
        while (i < stop) {
            const char *quote = memchr(b + i, '"', stop - i);
            if (!quote)
                break;
            quoted = !quoted;
            i = (size_t)(quote - b) + 1;
        }
        i = stop + 1;
        if (!quoted)
            return i;
    }
    return 0;
}

/* Bytes of the line at b with its end; 0: more are needed. *ret_cut: its end is not among them. */
static size_t find_line(struct logsort_scanner *s, const char *b, size_t len, bool is_last,
                        bool *ret_cut)
{
    *ret_cut = false;
    if (s->format.shape == LOGSORT_CSV && !s->midline) {
        size_t most = SB_MIN(CSV_QUOTED_MOST, s->line_most);
        size_t n = find_csv_end(b, SB_MIN(len, most));
        if (n > 0)
            return n;
        if (len < most && !is_last)
            return 0;
    }
    size_t most = SB_MIN(len, s->line_most), from = 0;
    if (s->searched_at == s->at)
        from = SB_MIN(s->searched, most);
    const char *end = memchr(b + from, '\n', most - from);
    if (end)
        return (size_t)(end - b) + 1;
    *ret_cut = len >= s->line_most;
    if (*ret_cut || is_last)
        return most;
    s->searched_at = s->at; /* a long line in small blocks is not looked through again and again */
    s->searched = len;
    return 0;
}

static void note_refused(struct logsort_scanner *s, const char *reason)
{
    if (s->stats.refused++ > 0)
        return;
    s->stats.refused_line = s->stats.lines + 1;
    s->stats.refused_reason = reason;
}

/* A member or a column that is there for the time, and is none in the file's format. */
static void note_unreadable(struct logsort_scanner *s, struct sb_str text)
{
    if (text.len > 0 && !sb_str_is(text, "null"))
        note_refused(s, "its time is not written as in the file's first lines");
}

static bool read_time(struct logsort_scanner *s, struct sb_str line, int64_t *ret_at)
{
    char scratch[LOGSORT_PLACE_SCRATCH];
    struct sb_str text;
    size_t used = 0;
    if (!logsort_place(&s->format, line, scratch, &text))
        return false;
    enum sb_stamp_result result = sb_stamp_read(&s->reader, text, ret_at, &used);
    if (result == SB_STAMP_REFUSED)
        note_refused(s, s->reader.reason);
    if (!logsort_place_is_value(&s->format) || result == SB_STAMP_REFUSED)
        return result == SB_STAMP_READ;
    if (result == SB_STAMP_READ && used == text.len)
        return true;
    note_unreadable(s, text);
    return false;
}

static bool is_csv_header(const struct logsort_scanner *s)
{
    return s->format.header && s->at == 0;
}

static size_t take_line(struct logsort_scanner *s, const char *b, size_t len, bool is_last,
                        struct output *out)
{
    bool cut = false, inside = s->midline;
    struct piece p = {.offset = s->at, .length = find_line(s, b, len, is_last, &cut)};
    size_t n = (size_t)p.length;
    if (n == 0)
        return 0;
    s->midline = cut;
    if (inside) {
        if (!s->dropped)
            extend(s, &p, out);
    } else if (is_csv_header(s)) {
        open_record(s, &p, LOGSORT_NO_TIME, LOGSORT_HEADER);
        give_open(s, out);
    } else {
        struct sb_str line = {b, n - (b[n - 1] == '\n')};
        if (s->at == 0 && sb_str_starts(line, SB_STR("\xEF\xBB\xBF"))) { /* UTF-8's signature */
            line.p += 3;
            line.len -= 3;
        }
        p.timed = read_time(s, line, &p.at);
        take_piece(s, &p, out);
    }
    if (s->format.shape == LOGSORT_CSV)
        count_lines(s, b, n, !cut && b[n - 1] != '\n');
    else
        s->stats.lines += !cut;
    s->at += n;
    return n;
}

/* --- systemd's journal export format (systemd.io/JOURNAL_EXPORT_FORMATS) --- */

static void end_entry(struct logsort_scanner *s, struct output *out)
{
    struct piece p = {.offset = s->at - s->block.length,
                      .length = s->block.length,
                      .timed = s->block.has_time,
                      .at = s->block.time};
    s->block = (struct logsort_entry){.length = 0};
    if (p.length > 0)
        take_piece(s, &p, out);
}

static void read_journal_time(struct logsort_scanner *s, struct sb_str line)
{
    static const char name[] = "__REALTIME_TIMESTAMP=";
    const char *p = line.p + sizeof name - 1, *end = line.p + line.len;
    int64_t us = 0;
    if (s->block.has_time || !sb_str_starts(line, SB_STR("__REALTIME_TIMESTAMP=")) || p == end)
        return;
    for (; p < end && *p >= '0' && *p <= '9' && us < INT64_MAX / 10000; p++)
        us = us * 10 + (*p - '0');
    if (p != end || us > INT64_MAX / 1000)
        return;
    s->block.time = us * 1000;
    s->block.has_time = true;
}

/* The size of a binary field, whose name stands on a line of its own, and of its line end. */
static bool read_journal_size(const char *b, uint64_t *ret)
{
    uint64_t size = 0;
    for (int i = 7; i >= 0; i--)
        size = size << 8 | (unsigned char)b[i];
    if (size > JOURNAL_FIELD_MOST)
        return false;
    *ret = size + 1;
    return true;
}

static size_t take_field(struct logsort_scanner *s, const char *b, size_t len, bool is_last,
                         struct output *out)
{
    bool cut = false, inside = s->midline;
    size_t n = find_line(s, b, len, is_last, &cut);
    if (n == 0)
        return 0;
    struct sb_str line = {b, n - (b[n - 1] == '\n')};
    if (!inside && !cut && line.len > 0) {
        if (memchr(line.p, '=', line.len)) {
            read_journal_time(s, line);
        } else if (len - n >= 8 && read_journal_size(b + n, &s->block.skip)) {
            n += 8;
        } else if (len - n < 8 && !is_last) {
            return 0;
        }
    }
    count_lines(s, b, n, is_last && n == len && b[n - 1] != '\n');
    s->midline = cut;
    s->at += n;
    s->block.length += n;
    if ((line.len == 0 && !inside) || s->block.length > JOURNAL_ENTRY_MOST)
        end_entry(s, out);
    return n;
}

static size_t take_journal(struct logsort_scanner *s, const char *b, size_t len, bool is_last,
                           struct output *out)
{
    size_t n = SB_MIN(s->block.skip, len);
    if (n == 0)
        return take_field(s, b, len, is_last, out);
    count_lines(s, b, n, is_last && n == len && b[n - 1] != '\n');
    s->block.skip -= n;
    s->block.length += n;
    s->at += n;
    return n;
}

/* --- the common line --- */

/* Takes a line that begins with a stamp of the minute of the one before, behind a record that is
 * complete by that: what take_line() would do, by a shorter way. 0: it is another kind of line. */
static inline size_t take_common(struct logsort_scanner *s, const char *b, size_t len,
                                 struct output *out)
{
    size_t used;
    int64_t at;
    const char *end = memchr(b, '\n', SB_MIN(len, (size_t)UINT16_MAX));
    if (!end || !sb_stamp_read_again(&s->reader, (struct sb_str){b, (size_t)(end - b)}, &at, &used))
        return 0;
    size_t n = (size_t)(end - b) + 1;
    s->last = add_skew(at, s->skew);
    s->dropped = false;
    give_open(s, out);
    s->open = (struct logsort_record){.at = s->last, .offset = s->at, .length = (uint32_t)n};
    s->is_open = true;
    s->stats.lines++;
    s->at += n;
    return n;
}

/* Whether lines may be common: nothing is put together over lines, and a stamp stands at the start. */
static bool may_be_common(const struct logsort_scanner *s)
{
    return s->format.shape == LOGSORT_FIELD && s->format.field == 0 && s->has_time && !s->midline &&
           s->line_most > UINT16_MAX;
}

/* --- all of it --- */

size_t logsort_scan(struct logsort_scanner *s, const char *bytes, size_t len, bool is_last,
                    struct logsort_record *records, size_t room, size_t *ret_used)
{
    struct output out = {records, 0};
    bool journal = s->format.shape == LOGSORT_JOURNAL;
    bool common = may_be_common(s);
    size_t at = 0;
    while (at < len && out.n < room) {
        size_t n = common ? take_common(s, bytes + at, len - at, &out) : 0;
        if (n > 0) {
            at += n;
            continue;
        }
        n = journal ? take_journal(s, bytes + at, len - at, is_last, &out)
                    : take_line(s, bytes + at, len - at, is_last, &out);
        common = may_be_common(s);
        if (n == 0)
            break;
        at += n;
    }
    if (is_last && at == len && out.n < room)
        end_entry(s, &out);
    if (is_last && at == len && out.n < room)
        give_open(s, &out);
    *ret_used = at;
    return out.n;
}
