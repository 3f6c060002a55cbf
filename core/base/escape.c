/* Escaping of hostile text for terminals, JSON and HTML.
 *
 * Invariant: for well-formed input no two texts give the same output, and no hostile code point is
 * ever copied. */
#include "core/base/utf8.h"

#define ILL_FORMED UINT32_MAX

/* One code point, or ILL_FORMED for one byte. */
static size_t next_unit(const char *p, size_t len, uint32_t *ret_code)
{
    size_t step = sb_utf8_decode(p, len, ret_code);
    if (step)
        return step;
    *ret_code = ILL_FORMED;
    return 1;
}

/* Printable ASCII from p on that means nothing to any of the formats. */
static size_t plain_run(const char *p, size_t len)
{
    size_t n = 0;
    while (n < len) {
        unsigned char c = (unsigned char)p[n];
        if (c < 0x20 || c >= 0x7F || c == '\\' || c == '"' || c == '&' || c == '<' || c == '>' ||
            c == '\'')
            break;
        n++;
    }
    return n;
}

static bool is_hex(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* What we would write for something else: copied as it is, it could not be told from that. */
static bool looks_escaped(const char *p, size_t len)
{
    return len >= 3 && p[0] == '\\' &&
           ((p[1] == 'u' && p[2] == '{') ||
            (len >= 4 && p[1] == 'x' && is_hex(p[2]) && is_hex(p[3])));
}

static bool needs_escape(struct sb_str s)
{
    size_t at = 0;
    while (at < s.len) {
        uint32_t code;
        at += plain_run(s.p + at, s.len - at);
        if (at == s.len)
            break;
        if (looks_escaped(s.p + at, s.len - at))
            return true;
        at += next_unit(s.p + at, s.len - at, &code);
        if (code == ILL_FORMED || sb_utf8_hostile(code))
            return true;
    }
    return false;
}

static void put_visible(struct sb_buf *b, const char *p, uint32_t code)
{
    if (code == ILL_FORMED)
        sb_buf_printf(b, "\\x%02x", (unsigned)(unsigned char)*p);
    else
        sb_buf_printf(b, "\\u{%04x}", (unsigned)code);
}

static const char *html_entity(uint32_t code)
{
    switch (code) {
    case '<': return "&lt;";
    case '>': return "&gt;";
    case '&': return "&amp;";
    case '"': return "&quot;";
    case '\'': return "&#39;";
    default: return NULL;
    }
}

/* Both formats show the same text; HTML has entities on top. */
static void put_text(struct sb_buf *b, struct sb_str s, bool html)
{
    bool escape = needs_escape(s);
    size_t at = 0;
    while (at < s.len) {
        const char *p = s.p + at;
        uint32_t code;
        size_t step = plain_run(p, s.len - at);
        if (step) {
            sb_buf_put(b, p, step);
            at += step;
            continue;
        }
        step = next_unit(p, s.len - at, &code);
        const char *entity = html ? html_entity(code) : NULL;
        if (entity)
            sb_buf_puts(b, entity);
        else if (code == ILL_FORMED || sb_utf8_hostile(code))
            put_visible(b, p, code);
        else if (code == '\\' && escape)
            sb_buf_puts(b, "\\\\");
        else
            sb_buf_put(b, p, step);
        at += step;
    }
}

void sb_escape(struct sb_buf *b, struct sb_str s)
{
    if (needs_escape(s))
        put_text(b, s, false);
    else
        sb_buf_put(b, s.p, s.len);
}

void sb_escape_html(struct sb_buf *b, struct sb_str s)
{
    put_text(b, s, true);
}

void sb_escape_name(struct sb_buf *b, struct sb_str s)
{
    bool quote = s.len == 0 || s.p[0] == '"' || needs_escape(s);
    if (quote)
        sb_buf_putc(b, '"');
    put_text(b, s, false);
    if (quote)
        sb_buf_putc(b, '"');
}

void sb_escape_label(struct sb_buf *b, struct sb_str s)
{
    struct sb_buf shown SB_CLEANUP(sb_buf_done) = SB_BUF_INIT(16 * s.len + 64);
    sb_escape(&shown, s);
    sb_buf_putc(b, '"');
    for (size_t i = 0; i < shown.len; i++) {
        if (shown.data[i] == '\\' || shown.data[i] == '"')
            sb_buf_putc(b, '\\');
        sb_buf_putc(b, shown.data[i]);
    }
    sb_buf_putc(b, '"');
}

static void put_json_unit(struct sb_buf *b, const char *p, size_t len, uint32_t code)
{
    switch (code) {
    case '"': sb_buf_puts(b, "\\\""); return;
    case '\\': sb_buf_puts(b, "\\\\"); return;
    case '\n': sb_buf_puts(b, "\\n"); return;
    case '\r': sb_buf_puts(b, "\\r"); return;
    case '\t': sb_buf_puts(b, "\\t"); return;
    case ILL_FORMED: sb_buf_puts(b, "\xEF\xBF\xBD"); return;
    default: break;
    }
    if (!sb_utf8_hostile(code))
        sb_buf_put(b, p, len);
    else if (code < 0x10000)
        sb_buf_printf(b, "\\u%04x", (unsigned)code);
    else
        sb_buf_printf(b, "\\u%04x\\u%04x", (unsigned)(0xD7C0 + (code >> 10)),
                      (unsigned)(0xDC00 | (code & 0x3FF)));
}

void sb_escape_json(struct sb_buf *b, struct sb_str s)
{
    size_t at = 0;
    sb_buf_putc(b, '"');
    while (at < s.len) {
        uint32_t code;
        size_t step = plain_run(s.p + at, s.len - at);
        if (step) {
            sb_buf_put(b, s.p + at, step);
        } else {
            step = next_unit(s.p + at, s.len - at, &code);
            put_json_unit(b, s.p + at, step, code);
        }
        at += step;
    }
    sb_buf_putc(b, '"');
}

/* Digits of code as "%04x" writes it. */
static size_t hex_digits(uint32_t code)
{
    return code < 0x10000 ? 4 : code < 0x100000 ? 5 : 6;
}

size_t sb_text_width(struct sb_str s)
{
    bool escape = needs_escape(s);
    size_t at = 0, cells = 0;
    while (at < s.len) {
        uint32_t code;
        at += next_unit(s.p + at, s.len - at, &code);
        if (code == ILL_FORMED)
            cells += 4;
        else if (sb_utf8_hostile(code))
            cells += 4 + hex_digits(code);
        else if (code == '\\' && escape)
            cells += 2;
        else
            cells += (size_t)sb_utf8_width(code);
    }
    return cells;
}
