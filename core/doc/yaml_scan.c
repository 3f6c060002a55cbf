/* The pass before libyaml: refuses what libyaml reports without a position, reads as YAML 1.1 did, or
 * is slow on.
 *
 * - control characters and U+FFFE/FFFF: libyaml gives a byte offset only, and early;
 * - U+0085, U+2028, U+2029: line breaks to libyaml, plain text in YAML 1.2, so a value could smuggle
 *   a key in;
 * - many %TAG lines: libyaml compares each with all before it and shows no event meanwhile. */
#include "core/doc/yaml_reader.h"

#define MAX_TAG_LINES 64u

enum { PLAIN, CONTROL, HIGH };

#define C16(x) x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x
static const unsigned char byte_class[256] = {
    CONTROL,      CONTROL,    CONTROL,    CONTROL,    CONTROL,    CONTROL,    CONTROL,   CONTROL,
    CONTROL,      PLAIN,      PLAIN,      CONTROL,    CONTROL,    PLAIN,      CONTROL,   CONTROL,
    C16(CONTROL), C16(PLAIN), C16(PLAIN), C16(PLAIN), C16(PLAIN), C16(PLAIN), PLAIN,     PLAIN,
    PLAIN,        PLAIN,      PLAIN,      PLAIN,      PLAIN,      PLAIN,      PLAIN,     PLAIN,
    PLAIN,        PLAIN,      PLAIN,      PLAIN,      PLAIN,      CONTROL,    C16(HIGH), C16(HIGH),
    C16(HIGH),    C16(HIGH),  C16(HIGH),  C16(HIGH),  C16(HIGH),  C16(HIGH)};

/* The code point at p when YAML or we refuse it, else 0. The text is well-formed UTF-8. */
static uint32_t refused(const unsigned char *p)
{
    if (p[0] < 0x80)
        return p[0];
    if (p[0] == 0xC2 && p[1] < 0xA0)
        return p[1];
    if (p[0] == 0xE2 && p[1] == 0x80 && (p[2] == 0xA8 || p[2] == 0xA9))
        return 0x2000u + (p[2] & 0x3Fu);
    if (p[0] == 0xEF && p[1] == 0xBF && p[2] >= 0xBE)
        return 0xFFC0u + (p[2] & 0x3Fu);
    return 0;
}

/* Where byte `at` stands; a mark at the start is no column. */
static void locate(const struct sb_doc_text *text, size_t start, size_t at, uint32_t *ret_line,
                   uint32_t *ret_column)
{
    uint32_t line = 1, column = 1;
    for (size_t i = start; i < at; i++) {
        char c = text->bytes[i];
        if (c == '\n' || (c == '\r' && text->bytes[i + 1] != '\n')) {
            line++;
            column = 1;
        } else if (((unsigned char)c & 0xC0) != 0x80) {
            column++;
        }
    }
    *ret_line = line;
    *ret_column = column;
}

static int refuse(const struct sb_doc_text *text, size_t start, size_t at, uint32_t code,
                  struct sb_error *e)
{
    uint32_t line, column;
    locate(text, start, at, &line, &column);
    if (code == 0x85 || code == 0x2028 || code == 0x2029) {
        sb_fail_at(e, SB_EINPUT, text->name, line, column,
                   "raw U+%04X: readers disagree whether it ends the line", (unsigned)code);
        return sb_hint(e, "write an escape in a double-quoted value: \"\\u%04X\"", (unsigned)code);
    }
    sb_fail_at(e, SB_EINPUT, text->name, line, column, "character U+%04X is not allowed in YAML",
               (unsigned)code);
    return sb_hint(e, "remove it, or write an escape in a double-quoted value: \"\\u%04X\"",
                   (unsigned)code);
}

static bool tag_line(const struct sb_doc_text *text, size_t at)
{
    return text->len - at >= 4 && memcmp(text->bytes + at, "%TAG", 4) == 0;
}

/* Eight bytes that are all PLAIN for sure, at p. The masks have the high bit of each byte they are
 * about, and no sum carries into the next byte. */
static bool plain_word(const unsigned char *p)
{
    const uint64_t ones = UINT64_C(0x0101010101010101), high = ones * 0x80, low = ~high;
    uint64_t w;
    memcpy(&w, p, sizeof w);
    uint64_t printable = (w & low) + ones * (0x80 - ' ');
    uint64_t not_newline = ((w ^ ones * '\n') & low) + low;
    uint64_t delete = (w & low) + ones;
    return ((w | delete | (~printable & not_newline)) & high) == 0;
}

/* The first byte from i on that is not PLAIN; the zero bytes behind the text are not. */
static size_t plain_run(const unsigned char *p, size_t i)
{
    for (;;) {
        while (plain_word(p + i))
            i += 8;
        for (unsigned n = 0; n < 8; n++, i++) {
            if (byte_class[p[i]] != PLAIN)
                return i;
        }
    }
}

static int check_tags(const struct sb_doc_text *text, size_t start, struct sb_error *e)
{
    const char *p = text->bytes + start, *end = text->bytes + text->len;
    unsigned tags = 0;
    for (; (p = memchr(p, '%', (size_t)(end - p))) != NULL; p++) {
        size_t at = (size_t)(p - text->bytes);
        if ((at == start || p[-1] == '\n' || p[-1] == '\r') && tag_line(text, at) &&
            ++tags > MAX_TAG_LINES) {
            uint32_t line, column;
            locate(text, start, at, &line, &column);
            return sb_fail_at(e, SB_ETOOBIG, text->name, line, column,
                              "more than %u lines start with %%TAG", MAX_TAG_LINES);
        }
    }
    return 0;
}

int sb_yaml_scan(const struct sb_doc_text *text, struct sb_yaml_scan *ret, struct sb_error *e)
{
    const unsigned char *p = (const unsigned char *)text->bytes;
    size_t start = text->len >= 3 && memcmp(p, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
    bool ascii = true;
    for (size_t i = plain_run(p, start); i < text->len; i = plain_run(p, i + 1)) {
        ascii = false;
        uint32_t code = refused(p + i);
        if (SB_UNLIKELY(code))
            return refuse(text, start, i, code, e);
    }
    *ret = (struct sb_yaml_scan){start, ascii};
    return check_tags(text, start, e);
}
