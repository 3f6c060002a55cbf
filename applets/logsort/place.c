/* Where in a line its time stands. */
#include "applets/logsort/place.h"

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* "<34>" and, of RFC 5424, the version and a blank behind it. */
static const char *skip_priority(const char *p, const char *end)
{
    const char *q = p + 1;
    while (q < end && q - p < 4 && is_digit(*q))
        q++;
    if (q == p + 1 || q == end || *q != '>')
        return p;
    q++;
    if (end - q > 2 && q[0] == '1' && q[1] == ' ')
        q += 2;
    return q;
}

/* ESC [ numbers m */
static const char *skip_colour(const char *p, const char *end)
{
    const char *q = p + 1;
    if (q == end || *q++ != '[')
        return p;
    while (q < end && q - p < 24 && (is_digit(*q) || *q == ';'))
        q++;
    return q < end && *q == 'm' ? q + 1 : p;
}

/* The name of a pair of logfmt, with its "=". */
static const char *skip_name(const char *p, const char *end)
{
    const char *q = p;
    while (q < end && q - p < 40 &&
           ((*q | 0x20) >= 'a' ? (*q | 0x20) <= 'z'
                               : is_digit(*q) || *q == '_' || *q == '.' || *q == '-' || *q == '@'))
        q++;
    return q > p && q < end && *q == '=' ? q + 1 : p;
}

struct sb_str logsort_place_undress(struct sb_str word)
{
    const char *p = word.p, *end = p + word.len;
    for (int i = 0; i < 4 && p < end; i++) { /* at most so many layers */
        const char *first = p;
        if (is_digit(*p))
            break;
        if (sb_str_starts((struct sb_str){p, (size_t)(end - p)}, SB_STR("audit(")))
            p += sizeof "audit(" - 1;
        else if (*p == '<')
            p = skip_priority(p, end);
        else if (*p == '\x1b')
            p = skip_colour(p, end);
        else if (*p == '[' || *p == '(' || *p == '"' || *p == '\'' || *p == '|' || *p == '*')
            p++;
        else
            p = skip_name(p, end);
        if (p == first)
            break;
    }
    return (struct sb_str){p, (size_t)(end - p)};
}

bool logsort_place_is_named(struct sb_str line, struct sb_str text)
{
    static const char *const names[] = {"ts", "time",     "timestamp", "@timestamp",
                                        "t",  "datetime", "date"};
    struct sb_str before = {line.p, (size_t)(text.p - line.p)};
    if (sb_str_ends(before, SB_STR("audit(")))
        return true;
    if (before.len > 0 && before.p[before.len - 1] == '"')
        before.len--;
    for (size_t i = 0; i < SB_LEN(names); i++) {
        size_t len = strlen(names[i]);
        if (before.len > len && before.p[before.len - 1] == '=' &&
            memcmp(before.p + before.len - 1 - len, names[i], len) == 0 &&
            (before.len == len + 1 || is_blank(before.p[before.len - len - 2])))
            return true;
    }
    return false;
}

static bool place_field(const struct logsort_format *f, struct sb_str line, struct sb_str *ret)
{
    const char *p = line.p, *end = p + line.len;
    if (f->stamp == SB_STAMP_PATTERN) {
        *ret = line;
        return true;
    }
    for (unsigned i = 0; i < f->field; i++) {
        while (p < end && !is_blank(*p))
            p++;
        while (p < end && is_blank(*p))
            p++;
    }
    *ret = (struct sb_str){p, (size_t)(end - p)};
    if (p < end && !is_digit(*p))
        *ret = logsort_place_undress(*ret);
    return ret->len > 0;
}

/* The first "[" that begins as an access log's time does. */
static bool place_bracket(struct sb_str line, struct sb_str *ret)
{
    enum { FAR = 1024 }; /* users and hosts are shorter */
    const char *p = line.p, *end = p + SB_MIN(line.len, (size_t)FAR);
    while (p < end && (p = memchr(p, '[', (size_t)(end - p)))) {
        p++;
        if (end - p > 3 && is_digit(p[0]) && is_digit(p[1]) && p[2] == '/') {
            *ret = (struct sb_str){p, (size_t)(line.p + line.len - p)};
            return true;
        }
    }
    return false;
}

bool logsort_csv_cell(struct sb_str record, char delimiter, size_t n, struct sb_str *ret_cell)
{
    const char *p = record.p, *end = p + record.len;
    for (size_t column = 0;; column++) {
        const char *first = p, *stop;
        if (p < end && *p == '"') {
            first = ++p;
            stop = p < end ? memchr(p, '"', (size_t)(end - p)) : NULL;
            if (!stop)
                return false;
            p = stop + 1;
            while (p < end && *p == '"') { /* a doubled quote: no time, but a cell */
                const char *q = p + 1 < end ? memchr(p + 1, '"', (size_t)(end - p - 1)) : NULL;
                if (!q)
                    return false;
                p = q + 1;
            }
        } else {
            stop = NULL;
        }
        p = p < end ? memchr(p, delimiter, (size_t)(end - p)) : NULL;
        if (!p)
            p = end;
        if (column == n) {
            *ret_cell = (struct sb_str){first, (size_t)((stop ? stop : p) - first)};
            return true;
        }
        if (p == end)
            return false;
        p++;
    }
}

/* JSON's \/ and \u00XX: some writers escape "+" and "/". False: too long, or another escape. */
static bool unescape(struct sb_str *text, char scratch[LOGSORT_PLACE_SCRATCH])
{
    size_t n = 0;
    for (size_t i = 0; i < text->len; i++) {
        char c = text->p[i];
        if (n == LOGSORT_PLACE_SCRATCH)
            return false;
        if (c == '\\') {
            if (++i == text->len)
                return false;
            c = text->p[i];
            if (c == 'u') {
                if (text->len - i < 5 || text->p[i + 1] != '0' || text->p[i + 2] != '0')
                    return false;
                int high = sb_hex_value(text->p[i + 3]), low = sb_hex_value(text->p[i + 4]);
                if (high < 0 || high > 7 || low < 0)
                    return false;
                c = (char)(high * 16 + low);
                i += 4;
            } else if (c != '/') {
                return false;
            }
        }
        scratch[n++] = c;
    }
    *text = (struct sb_str){scratch, n};
    return true;
}

static struct sb_str trim(struct sb_str s)
{
    while (s.len > 0 && (s.p[0] == ' ' || s.p[0] == '\t')) {
        s.p++;
        s.len--;
    }
    while (s.len > 0 && (s.p[s.len - 1] == ' ' || s.p[s.len - 1] == '\t' ||
                         s.p[s.len - 1] == '\r' || s.p[s.len - 1] == '\n'))
        s.len--;
    return s;
}

bool logsort_place(const struct logsort_format *f, struct sb_str line,
                   char scratch[LOGSORT_PLACE_SCRATCH], struct sb_str *ret_text)
{
    struct sb_str text;
    switch (f->shape) {
    case LOGSORT_FIELD: return place_field(f, line, ret_text);
    case LOGSORT_BRACKET: return place_bracket(line, ret_text);
    case LOGSORT_JSON:
        if (!logsort_json_find(line, f->key, f->n_key, &text) ||
            (memchr(text.p, '\\', text.len) && !unescape(&text, scratch)))
            return false;
        *ret_text = trim(text);
        return true;
    case LOGSORT_CSV:
        if (!logsort_csv_cell(line, f->delimiter, f->column, &text))
            return false;
        *ret_text = trim(text);
        return true;
    default: return false;
    }
}
