/* core/base/utf8 and escape: every code point, every short byte sequence, and what is shown. */
#include "core/base/utf8.h"
#include "tests/unit/unit.h"

/* Bit by bit, from the definition: lead bits, continuation bits, then the rules on the value. */
static size_t plain_decode(const unsigned char *b, size_t len, uint32_t *ret)
{
    static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t need = b[0] < 0x80       ? 1
                  : b[0] >> 5 == 6  ? 2
                  : b[0] >> 4 == 14 ? 3
                  : b[0] >> 3 == 30 ? 4
                                    : 0;
    if (need == 0 || need > len)
        return 0;
    uint32_t code = need == 1 ? b[0] : b[0] & (0x7Fu >> need);
    for (size_t i = 1; i < need; i++) {
        if (b[i] >> 6 != 2)
            return 0;
        code = code * 64 + b[i] % 64;
    }
    if (code < smallest[need] || code > 0x10FFFF || code / 0x800 == 0xD800 / 0x800)
        return 0;
    *ret = code;
    return need;
}

START_TEST(every_byte_sequence_decodes_as_defined)
{
    static const unsigned char tails[] = {0x00, 0x41, 0x7F, 0x80, 0x8F, 0x90, 0x9F,
                                          0xA0, 0xBF, 0xC0, 0xC2, 0xE0, 0xF0, 0xFF};
    enum { N = sizeof tails };
    for (unsigned lead = 0; lead < 256; lead++) {
        for (unsigned i = 0; i < N * N * N; i++) {
            unsigned char b[4] = {(unsigned char)lead, tails[i % N], tails[i / N % N],
                                  tails[i / N / N]};
            for (size_t len = 1; len <= 4; len++) {
                uint32_t want = 7, got = 7;
                size_t n = plain_decode(b, len, &want);
                unit_require(sb_utf8_decode((const char *)b, len, &got) == n && got == want,
                             "%02x %02x %02x %02x, %zu bytes", b[0], b[1], b[2], b[3], len);
            }
        }
    }
}
END_TEST

START_TEST(every_code_point_round_trips)
{
    for (uint32_t code = 0; code <= 0x10FFFF; code++) {
        char text[4];
        uint32_t back = 0;
        if (code >= 0xD800 && code <= 0xDFFF)
            continue;
        size_t len = sb_utf8_encode(code, text);
        unit_require(sb_utf8_decode(text, len, &back) == len && back == code &&
                         sb_utf8_count(text, len) == 1,
                     "U+%04X", code);
    }
}
END_TEST

START_TEST(validation_finds_the_first_bad_byte)
{
    char text[64];
    for (size_t len = 0; len <= sizeof text; len++) {
        memset(text, 'a', sizeof text);
        ck_assert_uint_eq(sb_utf8_valid(text, len), len);
        for (size_t at = 0; at < len; at++) {
            memset(text, 'a', sizeof text);
            text[at] = '\x80';
            ck_assert_uint_eq(sb_utf8_valid(text, len), at);
            text[at] = '\xC3';
            ck_assert_uint_eq(sb_utf8_valid(text, len), at);
            if (at + 1 < len) {
                text[at + 1] = '\xA9';
                ck_assert_uint_eq(sb_utf8_valid(text, len), len);
                ck_assert_uint_eq(sb_utf8_count(text, len), len - 1);
            }
        }
    }
}
END_TEST

/* facts: documents, section 6, as a list of its own. */
static bool must_be_hostile(uint32_t c)
{
    return c < 0x20 || (c >= 0x7F && c <= 0x9F) || c == 0xAD || c == 0x61C ||
           (c >= 0x200B && c <= 0x200F) || (c >= 0x2028 && c <= 0x202E) ||
           (c >= 0x2060 && c <= 0x2064) || (c >= 0x2066 && c <= 0x2069) || c == 0xFEFF ||
           (c >= 0xFFF9 && c <= 0xFFFB) || (c >= 0xE0000 && c <= 0xE007F) ||
           (c >= 0xFDD0 && c <= 0xFDEF) || (c & 0xFFFF) == 0xFFFE || (c & 0xFFFF) == 0xFFFF;
}

/* No hostile code point, nor anything ill-formed, in b. */
static void check_harmless(const struct sb_buf *b, uint32_t from)
{
    for (size_t at = 0; at < b->len;) {
        uint32_t code = 0;
        size_t step = sb_utf8_decode(b->data + at, b->len - at, &code);
        unit_require(step > 0 && !must_be_hostile(code), "U+%04X let U+%04X out", from, code);
        at += step;
    }
}

START_TEST(no_hostile_code_point_gets_out)
{
    struct sb_buf b = SB_BUF_INIT(1000);
    for (uint32_t code = 0; code <= 0x10FFFF; code++) {
        char text[6] = "a";
        if (code >= 0xD800 && code <= 0xDFFF)
            continue;
        size_t len = 1 + sb_utf8_encode(code, text + 1);
        text[len++] = 'z';
        struct sb_str s = {text, len};
        unit_require(sb_utf8_hostile(code) || !must_be_hostile(code), "U+%04X", code);
        bool special = code == '"' || code == '\\';
        for (int format = 0; format < 4; format++) {
            sb_buf_reset(&b);
            switch (format) {
            case 0: sb_escape(&b, s); break;
            case 1: sb_escape_name(&b, s); break;
            case 2: sb_escape_html(&b, s); break;
            default: sb_escape_json(&b, s); break;
            }
            check_harmless(&b, code);
            bool clean = !sb_utf8_hostile(code) && !(format == 3 && special) &&
                         !(format == 2 && strchr("<>&\"'", (int)code) && code < 0x80);
            size_t quotes = format == 3;
            bool same = b.len == len + 2 * quotes && memcmp(b.data + quotes, text, len) == 0;
            unit_require(same == clean, "U+%04X format %d: %s", code, format, b.data);
            size_t cells = clean ? 2u + (size_t)sb_utf8_width(code) : b.len;
            unit_require(format != 0 || sb_text_width(s) == cells, "width of U+%04X", code);
        }
    }
    sb_buf_done(&b);
}
END_TEST

static const char *shown(void (*escape)(struct sb_buf *, struct sb_str), struct sb_str s)
{
    static char text[200];
    struct sb_buf b = SB_BUF_INIT(sizeof text - 1);
    sb_buf_puts(&b, "");
    escape(&b, s);
    snprintf(text, sizeof text, "%s", b.data);
    sb_buf_done(&b);
    return text;
}

START_TEST(what_is_shown)
{
    ck_assert_str_eq(shown(sb_escape, SB_STR("a\\b")), "a\\b");
    ck_assert_str_eq(shown(sb_escape, SB_STR("a\\b\x1b[2J")), "a\\\\b\\u{001b}[2J");
    ck_assert_str_eq(shown(sb_escape, SB_STR("\x9b\xC2\x9b\0")), "\\x9b\\u{009b}\\u{0000}");
    ck_assert_str_eq(shown(sb_escape, SB_STR("\xF3\xA0\x81\x81")), "\\u{e0041}");
    ck_assert_str_eq(shown(sb_escape, SB_STR("\\u{0007}")), "\\\\u{0007}");
    ck_assert_str_eq(shown(sb_escape, SB_STR("C:\\xampp\\xfe")), "C:\\\\xampp\\\\xfe");
    ck_assert_str_eq(shown(sb_escape, SB_STR("C:\\xampp")), "C:\\xampp");
    ck_assert_str_eq(shown(sb_escape, SB_STR("")), "");
    ck_assert_str_eq(shown(sb_escape_name, SB_STR("")), "\"\"");
    ck_assert_str_eq(shown(sb_escape_name, SB_STR("\"\"")), "\"\"\"\"");
    ck_assert_str_eq(shown(sb_escape_name, SB_STR("web 1")), "web 1");
    ck_assert_str_eq(shown(sb_escape_name, SB_STR("w\n")), "\"w\\u{000a}\"");
    ck_assert_str_eq(shown(sb_escape_json, SB_STR("\"\\\n\t\r\x01\x7f\xff")),
                     "\"\\\"\\\\\\n\\t\\r\\u0001\\u007f\xEF\xBF\xBD\"");
    ck_assert_str_eq(shown(sb_escape_json, SB_STR("\xF3\xA0\x81\x81\xE2\x80\xA8")),
                     "\"\\udb40\\udc41\\u2028\"");
    ck_assert_str_eq(shown(sb_escape_html, SB_STR("<a b='&\">\x07")),
                     "&lt;a b=&#39;&amp;&quot;&gt;\\u{0007}");
    ck_assert_str_eq(shown(sb_escape_html, SB_STR("\\\x07")), "\\\\\\u{0007}");
    ck_assert_str_eq(shown(sb_escape_label, SB_STR("a\"b\\c")), "\"a\\\"b\\\\c\"");
    ck_assert_str_eq(shown(sb_escape_label, SB_STR("x\n")), "\"x\\\\u{000a}\"");
}
END_TEST

/* Different texts are shown differently: all texts up to five pieces of what could be confused. */
START_TEST(escaping_is_injective)
{
    static const char *const pieces[] = {"\\", "u{0007}", "\x07", "x9b", "\x9b", "\"", "a", ""};
    enum { N = SB_LEN(pieces), ALL = 8 * 8 * 8 * 8 * 8 };
    void (*const formats[])(struct sb_buf *, struct sb_str) = {sb_escape, sb_escape_name,
                                                               sb_escape_html};
    static char texts[ALL][48], outs[ALL][160];
    static int slots[1 << 17];
    for (size_t f = 0; f < SB_LEN(formats); f++) {
        memset(slots, 0xFF, sizeof slots);
        for (int i = 0; i < ALL; i++) {
            texts[i][0] = '\0';
            for (int rest = i, k = 0; k < 5; k++, rest /= N)
                strncat(texts[i], pieces[rest % N], 10);
            snprintf(outs[i], sizeof outs[i], "%s", shown(formats[f], sb_str(texts[i])));
            uint32_t h = 5381;
            for (const char *p = outs[i]; *p; p++)
                h = h * 33 + (unsigned char)*p;
            for (h %= SB_LEN(slots); slots[h] >= 0; h = (h + 1) % SB_LEN(slots))
                unit_require(strcmp(outs[slots[h]], outs[i]) != 0 ||
                                 strcmp(texts[slots[h]], texts[i]) == 0,
                             "two texts are shown as %s", outs[i]);
            slots[h] = i;
        }
    }
}
END_TEST

START_TEST(widths_are_those_of_terminals)
{
    ck_assert_int_eq(sb_utf8_width('a'), 1);
    ck_assert_int_eq(sb_utf8_width(0), 0);
    ck_assert_int_eq(sb_utf8_width(0x9B), 0);
    ck_assert_int_eq(sb_utf8_width(0xAD), 1);
    ck_assert_int_eq(sb_utf8_width(0x301), 0);  /* combining acute */
    ck_assert_int_eq(sb_utf8_width(0x1160), 0); /* Hangul vowel */
    ck_assert_int_eq(sb_utf8_width(0x4E2D), 2);
    ck_assert_int_eq(sb_utf8_width(0xAC00), 2);
    ck_assert_int_eq(sb_utf8_width(0xFF21), 2);  /* full-width A */
    ck_assert_int_eq(sb_utf8_width(0x1F600), 2); /* emoji */
    ck_assert_int_eq(sb_utf8_width(0x200B), 0);
    ck_assert_int_eq(sb_utf8_width(0x3FFFD), 2);
    ck_assert_int_eq(sb_utf8_width(0x10FFFF), 1);
    ck_assert_uint_eq(sb_text_width(SB_STR("e\xCC\x81\xE4\xB8\xAD")), 3);
    ck_assert_uint_eq(sb_text_width(SB_STR("\\\x1b")), 10);
}
END_TEST

UNIT_MAIN("utf8", every_byte_sequence_decodes_as_defined, every_code_point_round_trips,
          validation_finds_the_first_bad_byte, no_hostile_code_point_gets_out, what_is_shown,
          escaping_is_injective, widths_are_those_of_terminals)
