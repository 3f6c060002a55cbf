/* Rows out of bytes: where fields begin and end, then their text.
 *
 * A row is found first (find_row), without touching it: where the window ends before the row does, more is
 * read and the search starts anew, which costs little because the window at least doubles. Then quotes
 * are undoubled in place. */
#include "core/doc/csv.h"

#include "core/base/utf8.h"

#include <inttypes.h>
#include <string.h>

#define COLUMNS 4096u
#define FIELD ((size_t)1 << 20)
#define ROW ((size_t)4 << 20)

void sb_csv_reader_init(struct sb_csv_reader *r, struct sb_window *window,
                        const struct sb_csv_options *opts)
{
    *r = (struct sb_csv_reader){.window = window, .line = 1};
    if (opts)
        r->opts = *opts;
    if (!r->opts.columns)
        r->opts.columns = COLUMNS;
    if (!r->opts.field)
        r->opts.field = FIELD;
    if (!r->opts.row)
        r->opts.row = ROW;
    r->opts.row = SB_MIN(r->opts.row, (size_t)UINT32_MAX / 2);
}

void sb_csv_reader_done(struct sb_csv_reader *r)
{
    sb_vec_done(&r->spans);
    sb_vec_done(&r->fields);
}

bool sb_csv_goes_on(const struct sb_csv_reader *r)
{
    return r->started;
}

/* Ends the reading. */
static int for_good(struct sb_csv_reader *r, struct sb_error *e)
{
    r->started = false;
    r->window->begin = r->window->end;
    r->window->eof = true;
    return -(int)e->code;
}

static uint32_t shown_line(uint64_t line)
{
    return (uint32_t)SB_MIN(line, (uint64_t)UINT32_MAX);
}

/* ---- the start of the file ---- */

/* The whole first line, or all there is. */
static int load_line(struct sb_csv_reader *r, struct sb_error *e)
{
    struct sb_window *w = r->window;
    for (;;) {
        size_t len = w->end - w->begin;
        const char *p = w->data + w->begin;
        if (len && (memchr(p, '\n', len) || memchr(p, '\r', len)))
            return 0;
        int code = sb_window_more(w, r->opts.row, e);
        if (code <= 0)
            return code;
    }
}

/* Of the candidates the one that stands most often in the first line, outside of quotes, which open only
 * where a field begins. The line alone counts: what lies behind it may be in the window, or not. */
static char find_separator(const char *p, const char *end)
{
    static const char candidates[] = ",;\t|";
    size_t counts[sizeof candidates - 1] = {0}, best = 0;
    bool quoted = false, begins = true;
    for (; p < end && *p != '\n' && *p != '\r'; p++) {
        const char *c = *p ? strchr(candidates, *p) : NULL;
        if (*p == '"' && (quoted || begins))
            quoted = !quoted;
        begins = c && !quoted;
        if (begins)
            counts[c - candidates]++;
    }
    for (size_t i = 1; i < SB_LEN(counts); i++)
        if (counts[i] > counts[best])
            best = i;
    return candidates[best];
}

/* Excel's first line that only names the separator. */
static void take_separator_line(struct sb_csv_reader *r)
{
    struct sb_window *w = r->window;
    const char *p = w->data + w->begin;
    if (w->end - w->begin < 6 || memcmp(p, "sep=", 4) != 0 || (p[5] != '\r' && p[5] != '\n'))
        return;
    if (!r->opts.separator)
        r->opts.separator = p[4];
    r->after_cr = p[5] == '\r';
    w->begin += 6;
    r->line++;
}

static int start(struct sb_csv_reader *r, struct sb_error *e)
{
    struct sb_window *w = r->window;
    int code = load_line(r, e);
    if (code < 0)
        return code;
    const char *p = w->data + w->begin;
    size_t len = w->end - w->begin;
    if (len >= 2 && (memcmp(p, "\xFF\xFE", 2) == 0 || memcmp(p, "\xFE\xFF", 2) == 0)) {
        sb_fail_at(e, SB_EINPUT, w->name, 1, 1, "this is UTF-16 text");
        return sb_hint(e, "save it as UTF-8, or convert it: iconv -f UTF-16 -t UTF-8 FILE");
    }
    if (len && memchr(p, '\0', SB_MIN(len, (size_t)4096))) {
        sb_fail_at(e, SB_EINPUT, w->name, 0, 0, "there are NUL bytes in it: this is no text");
        return sb_hint(e, "is this a binary file, such as a workbook? Export it as CSV");
    }
    if (len >= 3 && memcmp(p, "\xEF\xBB\xBF", 3) == 0)
        w->begin += 3;
    take_separator_line(r);
    code = load_line(r, e);
    if (code < 0)
        return code;
    if (!r->opts.separator)
        r->opts.separator = find_separator(w->data + w->begin, w->data + w->end);
    r->started = true;
    return 0;
}

/* ---- a row ---- */

enum found {
    FOUND_ROW,
    FOUND_END_OF_WINDOW, /* the row goes on behind what is there */
    FOUND_LOOSE_TEXT,    /* text behind a closing quote */
    FOUND_OPEN_QUOTE,    /* the file ends inside quotes */
    FOUND_TOO_LONG,      /* a field over the cap */
    FOUND_TOO_MANY,      /* columns */
};

struct search {
    const char *row, *p, *end; /* p: the next byte */
    char separator;
    bool eof;
    uint64_t breaks;   /* line breaks inside quotes so far */
    uint64_t at_break; /* breaks before the field that is wrong, with its quote */
};

static bool ends_line(char c)
{
    return c == '\n' || c == '\r';
}

/* Behind an opening quote; leaves p behind the closing one. */
static enum found find_quoted(struct search *s, struct sb_csv_span *f)
{
    f->start = (uint32_t)(s->p - s->row);
    for (;;) {
        const char *q = memchr(s->p, '"', (size_t)(s->end - s->p));
        const char *stop = q ? q : s->end;
        for (const char *n = s->p; (n = memchr(n, '\n', (size_t)(stop - n))) != NULL; n++)
            s->breaks++;
        if (!q)
            return s->eof ? FOUND_OPEN_QUOTE : FOUND_END_OF_WINDOW;
        if (q + 1 == s->end && !s->eof)
            return FOUND_END_OF_WINDOW;
        s->p = q + 1;
        if (*s->p != '"' || s->p == s->end) {
            f->end = (uint32_t)(q - s->row);
            return FOUND_ROW;
        }
        f->doubled = true;
        s->p++;
    }
}

/* Bytes that may end a field outside of quotes; the NUL behind the window is one. */
static const char *find_plain_end(const char *p, const char *end, char separator)
{
    for (;; p++) {
        while (*p != separator && (unsigned char)*p > '\r')
            p++;
        if (p == end || *p == separator || ends_line(*p))
            return p;
    }
}

/* One field; p is left at what ends it. */
static enum found find_field(struct search *s, struct sb_csv_span *f)
{
    *f = (struct sb_csv_span){.start = (uint32_t)(s->p - s->row)};
    s->at_break = s->breaks;
    if (s->p < s->end && *s->p == '"') {
        s->p++;
        enum found found = find_quoted(s, f);
        if (found != FOUND_ROW)
            return found;
        if (s->p < s->end && *s->p != s->separator && !ends_line(*s->p))
            return FOUND_LOOSE_TEXT;
    } else {
        s->p = find_plain_end(s->p, s->end, s->separator);
        f->end = (uint32_t)(s->p - s->row);
    }
    return s->p == s->end && !s->eof ? FOUND_END_OF_WINDOW : FOUND_ROW;
}

static enum found find_row(struct sb_csv_reader *r, struct search *s)
{
    r->spans.len = 0;
    for (;;) {
        struct sb_csv_span f;
        enum found found = find_field(s, &f);
        if (found != FOUND_ROW)
            return found;
        if (f.end - f.start > r->opts.field)
            return FOUND_TOO_LONG;
        if (r->spans.len == r->opts.columns)
            return FOUND_TOO_MANY;
        sb_vec_push(&r->spans, f);
        if (s->p == s->end || *s->p != s->separator)
            return FOUND_ROW;
        s->p++;
    }
}

/* Skips line ends, as many as there are. False at the end of the file. */
static int skip_empty_lines(struct sb_csv_reader *r, struct sb_error *e)
{
    struct sb_window *w = r->window;
    for (;;) {
        for (; w->begin < w->end && ends_line(w->data[w->begin]); w->begin++) {
            bool cr = w->data[w->begin] == '\r';
            r->line += cr || !r->after_cr;
            r->after_cr = cr;
        }
        if (w->begin < w->end) {
            r->after_cr = false;
            return 1;
        }
        int code = sb_window_more(w, r->opts.row, e);
        if (code <= 0)
            return code;
    }
}

/* Moves behind the row that s found the end of. */
static void pass_row(struct sb_csv_reader *r, const struct search *s)
{
    struct sb_window *w = r->window;
    w->begin = (size_t)(s->p - w->data);
    r->line += s->breaks;
    if (s->p < s->end) {
        r->after_cr = *s->p == '\r';
        r->line++;
        w->begin++;
    }
}

/* Passes the rest of the line, for a row that is given up. */
static void pass_line(struct sb_csv_reader *r, struct search *s)
{
    while (s->p < s->end && !ends_line(*s->p))
        s->p++;
    pass_row(r, s);
}

static uint32_t column_of(const struct search *s, const char *at)
{
    const char *line = at;
    while (line > s->row && line[-1] != '\n')
        line--;
    return (uint32_t)sb_utf8_count(line, (size_t)(at - line)) + 1;
}

static int row_over_cap(struct sb_csv_reader *r, const struct search *s, struct sb_error *e)
{
    sb_fail_at(e, SB_ETOOBIG, r->window->name, shown_line(r->line), 1,
               "this row has more than %zu bytes", r->opts.row);
    if (memchr(s->row, '"', (size_t)(s->end - s->row)))
        sb_hint(e, "is a quote opened on line %" PRIu64 " or behind it and never closed?",
                r->line + s->at_break);
    return for_good(r, e);
}

static int refuse(struct sb_csv_reader *r, struct search *s, enum found found, struct sb_error *e)
{
    uint32_t line = shown_line(r->line + s->breaks);
    switch (found) {
    case FOUND_OPEN_QUOTE:
        sb_fail_at(e, SB_EINPUT, r->window->name, shown_line(r->line + s->at_break), 0,
                   "a quote is opened in field %zu and never closed", r->spans.len + 1);
        sb_hint(e, "is the file cut off, or should the quote be doubled?");
        return for_good(r, e);
    case FOUND_LOOSE_TEXT:
        sb_fail_at(e, SB_EINPUT, r->window->name, line, column_of(s, s->p),
                   "there is text behind a closing quote, in field %zu", r->spans.len + 1);
        sb_hint(e, "quotes inside a field that is in quotes must be doubled");
        break;
    case FOUND_TOO_LONG:
        sb_fail_at(e, SB_EINPUT, r->window->name, line, 0, "field %zu has more than %zu bytes",
                   r->spans.len + 1, r->opts.field);
        break;
    case FOUND_TOO_MANY:
    default:
        sb_fail_at(e, SB_EINPUT, r->window->name, line, 0, "there are more than %" PRIu32 " fields",
                   r->opts.columns);
        break;
    }
    pass_line(r, s);
    return -(int)e->code;
}

static bool has_line_end(const struct search *s)
{
    size_t len = (size_t)(s->end - s->p);
    return memchr(s->p, '\n', len) || memchr(s->p, '\r', len);
}

/* Finds the row at the window's begin, reading on as far as it goes. */
static int find(struct sb_csv_reader *r, struct search *s, struct sb_error *e)
{
    struct sb_window *w = r->window;
    for (;;) {
        *s = (struct search){.row = w->data + w->begin,
                             .p = w->data + w->begin,
                             .end = w->data + w->end,
                             .separator = r->opts.separator,
                             .eof = w->eof};
        enum found found = find_row(r, s);
        if (found == FOUND_ROW && (size_t)(s->p - s->row) > r->opts.row)
            return row_over_cap(r, s, e);
        if (found == FOUND_ROW)
            return 1;
        if (found != FOUND_END_OF_WINDOW &&
            (found == FOUND_OPEN_QUOTE || w->eof || has_line_end(s)))
            return refuse(r, s, found, e);
        if (w->end - w->begin >= r->opts.row)
            return row_over_cap(r, s, e);
        int code = sb_window_more(w, r->opts.row, e);
        if (code < 0)
            return code;
    }
}

static size_t undouble(char *p, size_t len)
{
    const char *from = p, *end = p + len;
    char *to = p;
    while (from < end) {
        from += *from == '"'; /* the first of two */
        *to++ = *from++;
    }
    return (size_t)(to - p);
}

/* All of the row is text. */
static int check_text(struct sb_csv_reader *r, const struct search *s, struct sb_error *e)
{
    size_t len = (size_t)(s->p - s->row), good = sb_utf8_valid(s->row, len);
    if (memchr(s->row, '\0', len))
        return sb_fail_at(e, SB_EINPUT, r->window->name, shown_line(r->line), 0,
                          "there is a NUL byte in this row");
    if (good == len)
        return 0;
    sb_fail_at(e, SB_EINPUT, r->window->name, shown_line(r->line), column_of(s, s->row + good),
               "this is no UTF-8: byte 0x%02X", (unsigned)(unsigned char)s->row[good]);
    return sb_hint(e, "convert the file: iconv -f WINDOWS-1252 -t UTF-8 FILE");
}

int sb_csv_read(struct sb_csv_reader *r, struct sb_csv_row *ret, struct sb_error *e)
{
    struct search s;
    int code = r->started ? 0 : start(r, e);
    if (!code)
        code = skip_empty_lines(r, e);
    if (code > 0)
        code = find(r, &s, e);
    if (code <= 0)
        return code < 0 && code != -SB_EINPUT ? for_good(r, e) : code;
    uint64_t line = r->line;
    code = check_text(r, &s, e);
    pass_row(r, &s);
    if (code)
        return code;
    r->fields.len = 0;
    sb_vec_reserve(&r->fields, r->spans.len);
    for (size_t i = 0; i < r->spans.len; i++) {
        const struct sb_csv_span *f = &r->spans.items[i];
        char *p = r->window->data + (s.row - r->window->data) + f->start;
        size_t len = f->end - f->start;
        sb_vec_push(&r->fields, ((struct sb_str){p, f->doubled ? undouble(p, len) : len}));
    }
    *ret = (struct sb_csv_row){.fields = r->fields.items, .n = r->fields.len, .line = line};
    return 1;
}
