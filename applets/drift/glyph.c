/* Recognising note glyphs, as themselves or as mojibake: UTF-8 bytes that somebody read as Windows-1252
 * and saved as UTF-8 again. The code page has no characters for 81, 8D, 8F, 90 and 9D; programs keep
 * them as controls or drop them, so one missing continuation byte may be any of these. */
#include "applets/drift/glyph.h"

#include "core/base/utf8.h"

/* As sb_utf8_decode, at the end of the text too. */
static size_t decode(const char *p, size_t len, uint32_t *ret_code)
{
    return len ? sb_utf8_decode(p, len, ret_code) : 0;
}

static bool is_glyph(uint32_t c)
{
    return (c >= 0x2300 && c <= 0x23FF) || (c >= 0x2600 && c <= 0x27BF) ||
           (c >= 0x2B00 && c <= 0x2BFF) || (c >= 0x1F000 && c <= 0x1FAFF);
}

static bool is_modifier(uint32_t c)
{
    return c == 0xFE0E || c == 0xFE0F || c == 0x200D || c == 0x20E3;
}

static const unsigned char lost_bytes[] = {0x81, 0x8D, 0x8F, 0x90, 0x9D};

/* The byte that Windows-1252 shows as this code point, 0 when none does (or it is ASCII). */
static unsigned char cp1252_byte(uint32_t c)
{
    /* 0x80..0x9F; the five without a character stand for themselves */
    static const uint16_t high[32] = {
        0x20AC, 0x81,   0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
        0x2039, 0x0152, 0x8D,   0x017D, 0x8F,   0x90,   0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
        0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x9D,   0x017E, 0x0178};
    if (c >= 0xA0 && c <= 0xFF)
        return (unsigned char)c;
    for (unsigned i = 0; i < 32; i++)
        if (high[i] == c)
            return (unsigned char)(0x80 + i);
    return 0;
}

static uint32_t assemble(const unsigned char *bytes, size_t n)
{
    uint32_t code = 0;
    size_t used = sb_utf8_decode((const char *)bytes, n, &code);
    return used == n && (is_glyph(code) || is_modifier(code)) ? code : 0;
}

/* bytes holds a sequence that lacks one continuation byte; n is the whole length. */
static uint32_t assemble_lost(const unsigned char *bytes, size_t n)
{
    for (size_t at = 1; at < n; at++)
        for (size_t k = 0; k < sizeof lost_bytes; k++) {
            unsigned char whole[4];
            for (size_t i = 0; i < n; i++)
                whole[i] = i == at ? lost_bytes[k] : bytes[i < at ? i : i - 1];
            uint32_t code = assemble(whole, n);
            if (code)
                return code;
        }
    return 0;
}

/* One code point in mojibake; returns the bytes it takes in the text, or 0. */
static size_t mojibake(const char *p, size_t len, uint32_t *ret_code)
{
    unsigned char bytes[4];
    uint32_t c = 0, code;
    size_t used = decode(p, len, &c);
    bytes[0] = used ? cp1252_byte(c) : 0;
    size_t n = bytes[0] == 0xF0 ? 4 : bytes[0] == 0xE2 || bytes[0] == 0xEF ? 3 : 0, have = 1;
    for (; have < n; have++) {
        size_t step = decode(p + used, len - used, &c);
        bytes[have] = step ? cp1252_byte(c) : 0;
        if ((bytes[have] & 0xC0u) != 0x80)
            break;
        used += step;
    }
    if (n == 0 || have + 1 < n)
        return 0;
    code = have == n ? assemble(bytes, n) : assemble_lost(bytes, n);
    if (!code)
        return 0;
    *ret_code = code;
    return used;
}

static size_t one(const char *p, size_t len, uint32_t *ret_code)
{
    uint32_t c = 0;
    size_t used = decode(p, len, &c);
    if (used == 0 || c < 0x80)
        return 0;
    if (is_glyph(c) || is_modifier(c)) {
        *ret_code = c;
        return used;
    }
    return mojibake(p, len, ret_code);
}

size_t drift_glyph_len(const char *p, size_t len)
{
    uint32_t code = 0;
    size_t used = one(p, len, &code), step;
    if (used == 0 || !is_glyph(code))
        return 0;
    while ((step = one(p + used, len - used, &code)) != 0 && is_modifier(code))
        used += step;
    return used;
}
