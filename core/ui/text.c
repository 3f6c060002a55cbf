/* Wrapping, cutting, escaping. */
#include "core/ui/text.h"

#include "core/base/utf8.h"

#include <stdint.h>

static const char ellipsis[] = "\xe2\x80\xa6";

/* One code point of well-formed text; an ill-formed byte counts as one cell. */
static size_t step(struct sb_str s, size_t at, size_t *ret_cells)
{
    uint32_t code;
    size_t len = sb_utf8_decode(s.p + at, s.len - at, &code);
    *ret_cells = len ? (size_t)sb_utf8_width(code) : 1;
    return len ? len : 1;
}

size_t sb_shown_width(struct sb_str s)
{
    size_t width = 0, cells;
    for (size_t at = 0; at < s.len; width += cells)
        at += step(s, at, &cells);
    return width;
}

size_t sb_text_cut(struct sb_buf *b, struct sb_str s, size_t cells)
{
    size_t width = 0, fits = 0, fits_width = 0, one;
    for (size_t at = 0; at < s.len; width += one) {
        size_t next = at + step(s, at, &one);
        if (width + one > cells) {
            if (cells == 0)
                return 0;
            sb_buf_put(b, s.p, fits);
            sb_buf_puts(b, ellipsis);
            return fits_width + 1;
        }
        if (width + one < cells) { /* leaves a cell for the ellipsis */
            fits = next;
            fits_width = width + one;
        }
        at = next;
    }
    sb_buf_put(b, s.p, s.len);
    return width;
}

void sb_text_wrap(struct sb_buf *b, const char *text, size_t column, size_t indent, size_t width)
{
    bool begun = false; /* a word stands on this line already */
    for (const char *p = text; *p;) {
        if (*p == '\n' || *p == ' ') {
            if (*p++ == '\n') {
                sb_buf_putc(b, '\n');
                sb_buf_fill(b, ' ', *p && *p != '\n' ? indent : 0);
                column = indent;
                begun = false;
            }
            continue;
        }
        struct sb_str word = {p, strcspn(p, " \n")};
        size_t cells = sb_shown_width(word);
        if (begun && column + 1 + cells > width) {
            sb_buf_putc(b, '\n');
            sb_buf_fill(b, ' ', indent);
            column = indent;
            begun = false;
        }
        if (begun)
            sb_buf_putc(b, ' ');
        sb_buf_put(b, word.p, word.len);
        column += cells + begun;
        begun = true;
        p += word.len;
    }
}

void sb_escape_markdown(struct sb_buf *b, struct sb_str s)
{
    struct sb_buf shown = SB_BUF_INIT(SIZE_MAX / 2);
    sb_escape(&shown, s);
    for (size_t i = 0; i < shown.len; i++) {
        char c = shown.data[i];
        if (strchr("\\`*_{}[]()<>#+-.!|~&:@", c) && c)
            sb_buf_putc(b, '\\');
        sb_buf_putc(b, c);
    }
    sb_buf_done(&shown);
}

static void xml_code(struct sb_buf *b, uint32_t code, struct sb_str raw, bool keep_lines)
{
    if (keep_lines && (code == '\n' || code == '\t'))
        sb_buf_putc(b, (char)code);
    else
        sb_escape_html(b, raw);
}

void sb_escape_xml(struct sb_buf *b, struct sb_str s, bool keep_lines)
{
    for (size_t at = 0; at < s.len;) {
        uint32_t code;
        size_t len = sb_utf8_decode(s.p + at, s.len - at, &code);
        if (len)
            xml_code(b, code, (struct sb_str){s.p + at, len}, keep_lines);
        else
            sb_buf_printf(b, "\\x%02x", (unsigned)(unsigned char)s.p[at]);
        at += len ? len : 1;
    }
}
