/* JSON strings: finding the end eight bytes at a time, and decoding escapes.
 *
 * The scan looks for a quote, a backslash or a control byte in a 64-bit word with the zero-byte trick
 * (H. Warren, "Hacker's Delight", section 6-1). Borrows may raise false flags only above the first
 * true one, so the lowest flag counts; big-endian loads are swapped to keep "lowest" the first. */
#include "core/base/utf8.h"
#include "core/doc/json_reader.h"

#include <inttypes.h>
#include <string.h>

#define ONES UINT64_C(0x0101010101010101)
#define HIGHS UINT64_C(0x8080808080808080)

static inline uint64_t load8(const char *p)
{
    uint64_t w;
    memcpy(&w, p, sizeof w);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    w = __builtin_bswap64(w);
#endif
    return w;
}

static inline uint64_t flag_below(uint64_t w, unsigned char limit)
{
    return (w - ONES * limit) & ~w & HIGHS;
}

/* The first quote, backslash or control byte from p on; the zero bytes behind the text stop it. */
static const char *plain_end(const char *p)
{
    for (;; p += 8) {
        uint64_t w = load8(p);
        uint64_t flags = flag_below(w ^ (ONES * '"'), 1) | flag_below(w ^ (ONES * '\\'), 1) |
                         flag_below(w, 0x20);
        if (flags)
            return p + __builtin_ctzll(flags) / 8;
    }
}

static int bad_byte(struct sb_json_reader *r, const char *start, const char *at)
{
    if (at == r->text->bytes + r->text->len) {
        sb_json_fail(r, start, SB_EINPUT, "the string that starts here is never closed");
        return sb_hint(r->e, "is a closing quote missing, or the file cut short?");
    }
    if (*at == '\n' || *at == '\r') {
        sb_json_fail(r, at, SB_EINPUT, "a line break in a string");
        return sb_hint(r->e, "is the closing quote missing? A line break is written \\n");
    }
    if (*at == '\t') {
        sb_json_fail(r, at, SB_EINPUT, "a tab in a string");
        return sb_hint(r->e, "write \\t");
    }
    sb_json_fail(r, at, SB_EINPUT, "the control character U+%04X in a string", (unsigned char)*at);
    return sb_hint(r->e, "write \\u%04x", (unsigned char)*at);
}

/* The value of four hexadecimal digits, or -1. */
static int32_t hex4(const char *p)
{
    int32_t v = 0;
    for (int i = 0; i < 4; i++) {
        int digit = sb_hex_value(p[i]);
        if (digit < 0)
            return -1;
        v = v * 16 + digit;
    }
    return v;
}

static int half_pair(struct sb_json_reader *r, const char *at)
{
    sb_json_fail(r, at, SB_EINPUT, "\\u%.4s is half of a surrogate pair without the other half",
                 at + 2);
    return sb_hint(r->e, "characters beyond U+FFFF are written \\uD83D\\uDE00, or as themselves");
}

/* Decodes \uXXXX or a pair of them at *at and moves on. */
static int unicode_escape(struct sb_json_reader *r, const char **at, uint32_t *ret)
{
    const char *p = *at;
    int32_t high = hex4(p + 2);
    if (high < 0) {
        sb_json_fail(r, p, SB_EINPUT, "\\u needs four hexadecimal digits");
        return sb_hint(r->e, "write a backslash itself as \\\\");
    }
    *at = p + 6;
    *ret = (uint32_t)high;
    if (high < 0xD800 || high > 0xDFFF)
        return 0;
    int32_t low = high < 0xDC00 && p[6] == '\\' && p[7] == 'u' ? hex4(p + 8) : -1;
    if (low < 0xDC00 || low > 0xDFFF)
        return half_pair(r, p);
    *at = p + 12;
    *ret = 0x10000u + ((uint32_t)(high - 0xD800) << 10) + (uint32_t)(low - 0xDC00);
    return 0;
}

/* Decodes the escape at *at into *out and moves both on. */
static int escape(struct sb_json_reader *r, const char **at, char **out)
{
    static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
    char c = (*at)[1];
    if (c == 'u') {
        uint32_t code = 0;
        int rc = unicode_escape(r, at, &code);
        if (rc == 0)
            *out += sb_utf8_encode(code, *out);
        return rc;
    }
    const char *known = c ? strchr(from, c) : NULL;
    if (!known) {
        const char *next = *at + 1;
        sb_json_fail(r, *at, SB_EINPUT, "unknown escape \\%.*s in a string", sb_json_shown(next, 1),
                     next);
        return sb_hint(r->e,
                       "JSON has \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\uXXXX; a backslash itself "
                       "is written \\\\");
    }
    *(*out)++ = to[known - from];
    *at += 2;
    return 0;
}

/* The closing quote of a string whose first backslash is at p, or the byte that stops it. */
static const char *escaped_end(const char *p)
{
    while (*p == '\\' && p[1])
        p = plain_end(p + 2);
    return p;
}

/* Escapes never grow when decoded, so the raw length is room enough. */
static int decode(struct sb_json_reader *r, const char *from, const char *end, struct sb_str *ret)
{
    char *text = sb_arena_alloc(sb_doc_arena(r->pool), (size_t)(end - from) + 1), *out = text;
    while (from < end) {
        const char *stop = plain_end(from);
        memcpy(out, from, (size_t)(stop - from));
        out += stop - from;
        from = stop;
        if (from == end)
            break;
        int rc = escape(r, &from, &out);
        if (rc < 0)
            return rc;
    }
    *out = '\0';
    *ret = (struct sb_str){text, (size_t)(out - text)};
    return 0;
}

static int too_long(struct sb_json_reader *r, size_t len)
{
    sb_json_fail(r, r->at, SB_ETOOBIG, "a string of %zu bytes, more than the limit of %" PRIu32,
                 len, r->limits.scalar);
    return sb_hint(r->e, "is a closing quote missing?");
}

int sb_json_string(struct sb_json_reader *r, struct sb_str *ret, bool *ret_view)
{
    const char *start = r->at + 1, *end = plain_end(start);
    bool view = *end == '"';
    if (*end == '\\')
        end = escaped_end(end);
    if (SB_UNLIKELY(*end != '"'))
        return bad_byte(r, r->at, *end == '\\' ? end + 1 : end);
    size_t len = (size_t)(end - start);
    if (SB_UNLIKELY(len > r->limits.scalar))
        return too_long(r, len);
    if (view) {
        *ret = (struct sb_str){start, len};
    } else {
        int rc = decode(r, start, end, ret);
        if (rc < 0)
            return rc;
    }
    *ret_view = view;
    r->at = end + 1;
    return 0;
}
