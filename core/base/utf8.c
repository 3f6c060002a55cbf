/* UTF-8: decoding, validation and display width. The table of RFC 3629, section 4, is the reference:
 * after a lead byte the second byte's range says everything about shortest form, surrogates and the
 * upper end. */
#include "core/base/utf8.h"

#include "core/base/utf8_width.h"

size_t sb_utf8_decode(const char *p, size_t len, uint32_t *ret_code)
{
    const unsigned char *b = (const unsigned char *)p;
    unsigned lead = b[0], low = 0x80, high = 0xBF;
    size_t need;
    uint32_t code;
    if (lead < 0x80) {
        *ret_code = lead;
        return 1;
    }
    if (lead < 0xC2 || lead > 0xF4)
        return 0;
    if (lead < 0xE0) {
        need = 2;
        code = lead & 0x1F;
    } else if (lead < 0xF0) {
        need = 3;
        code = lead & 0x0F;
        low = lead == 0xE0 ? 0xA0 : 0x80;
        high = lead == 0xED ? 0x9F : 0xBF;
    } else {
        need = 4;
        code = lead & 0x07;
        low = lead == 0xF0 ? 0x90 : 0x80;
        high = lead == 0xF4 ? 0x8F : 0xBF;
    }
    if (len < need || b[1] < low || b[1] > high)
        return 0;
    code = code << 6 | (b[1] & 0x3F);
    for (size_t i = 2; i < need; i++) {
        if ((b[i] & 0xC0) != 0x80)
            return 0;
        code = code << 6 | (b[i] & 0x3F);
    }
    *ret_code = code;
    return need;
}

size_t sb_utf8_encode(uint32_t code, char *out)
{
    if (code < 0x80) {
        out[0] = (char)code;
        return 1;
    }
    if (code < 0x800) {
        out[0] = (char)(0xC0 | code >> 6);
        out[1] = (char)(0x80 | (code & 0x3F));
        return 2;
    }
    if (code < 0x10000) {
        out[0] = (char)(0xE0 | code >> 12);
        out[1] = (char)(0x80 | (code >> 6 & 0x3F));
        out[2] = (char)(0x80 | (code & 0x3F));
        return 3;
    }
    out[0] = (char)(0xF0 | code >> 18);
    out[1] = (char)(0x80 | (code >> 12 & 0x3F));
    out[2] = (char)(0x80 | (code >> 6 & 0x3F));
    out[3] = (char)(0x80 | (code & 0x3F));
    return 4;
}

size_t sb_utf8_valid(const char *p, size_t len)
{
    size_t at = 0;
    while (at < len) {
        uint64_t word;
        uint32_t code;
        while (len - at >= sizeof word) {
            memcpy(&word, p + at, sizeof word);
            if (word & UINT64_C(0x8080808080808080))
                break;
            at += sizeof word;
        }
        if (at == len)
            break;
        size_t step = sb_utf8_decode(p + at, len - at, &code);
        if (step == 0)
            return at;
        at += step;
    }
    return len;
}

size_t sb_utf8_count(const char *p, size_t len)
{
    size_t inside = 0, i = 0; /* bytes 10xxxxxx, eight at a time */
    for (; len - i >= 8; i += 8) {
        uint64_t word;
        memcpy(&word, p + i, 8);
        uint64_t tail = (word >> 7) & ~(word >> 6) & UINT64_C(0x0101010101010101);
        inside += (size_t)((tail * UINT64_C(0x0101010101010101)) >> 56);
    }
    for (; i < len; i++)
        inside += ((unsigned char)p[i] & 0xC0) == 0x80;
    return len - inside;
}

static bool in_ranges(const struct sb_utf8_range *ranges, size_t n, uint32_t code)
{
    size_t low = 0, high = n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (code > ranges[middle].last)
            low = middle + 1;
        else if (code < ranges[middle].first)
            high = middle;
        else
            return true;
    }
    return false;
}

int sb_utf8_width(uint32_t code)
{
    if (code < 0x20 || (code >= 0x7F && code < 0xA0))
        return 0;
    if (code < 0x300)
        return 1;
    if (in_ranges(sb_utf8_zero, sb_utf8_zero_len, code))
        return 0;
    return in_ranges(sb_utf8_wide, sb_utf8_wide_len, code) ? 2 : 1;
}

/* Controls and line separators, Default_Ignorable_Code_Point (Unicode's DerivedCoreProperties: what
 * a renderer shows as nothing: bidi controls, zero-width and format characters, fillers, variation
 * selectors, tags), the interlinear annotation marks, and the noncharacters of the Arabic block. */
static const struct sb_utf8_range hostile[] = {
    {0x00, 0x1F},     {0x7F, 0x9F},     {0xAD, 0xAD},       {0x34F, 0x34F},     {0x61C, 0x61C},
    {0x115F, 0x1160}, {0x17B4, 0x17B5}, {0x180B, 0x180F},   {0x200B, 0x200F},   {0x2028, 0x202E},
    {0x2060, 0x206F}, {0x3164, 0x3164}, {0xFDD0, 0xFDEF},   {0xFE00, 0xFE0F},   {0xFEFF, 0xFEFF},
    {0xFFA0, 0xFFA0}, {0xFFF0, 0xFFFB}, {0x1BCA0, 0x1BCA3}, {0x1D173, 0x1D17A}, {0xE0000, 0xE0FFF},
};

bool sb_utf8_hostile(uint32_t code)
{
    if (code < 0x7F)
        return code < 0x20;
    if ((code & 0xFFFE) == 0xFFFE) /* noncharacters: no document may hold them */
        return true;
    return in_ranges(hostile, SB_LEN(hostile), code);
}
