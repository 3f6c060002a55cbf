/* Notes in glyphs: what is stripped, what is never touched, and that positions stay. */
#include "applets/drift/annotated.h"
#include "applets/drift/glyph.h"
#include "applets/drift/side.h"
#include "core/base/rand.h"
#include "core/base/utf8.h"
#include "tests/unit/unit.h"

#define OK "\xE2\x9C\x85"               /* U+2705 */
#define NO "\xE2\x9D\x8C"               /* U+274C */
#define WARN "\xE2\x9A\xA0\xEF\xB8\x8F" /* U+26A0 U+FE0F */
#define SNAKE "\xF0\x9F\x90\x8D"        /* U+1F40D */
#define MOJI_OK "\xC3\xA2\xC5\x93\xE2\x80\xA6"
#define MOJI_NO "\xC3\xA2\xC5\x92"                           /* 9D was dropped */
#define MOJI_NO_KEPT "\xC3\xA2\xC2\x9D\xC5\x92"              /* 9D kept as a control */
#define MOJI_WARN "\xC3\xA2\xC5\xA1\xC2\xA0\xC3\xAF\xC2\xB8" /* 8F was dropped */
#define MOJI_SNAKE "\xC3\xB0\xC5\xB8"

static const struct {
    const char *in, *out; /* out NULL = unchanged */
} cases[] = {
    {"a: b " OK "\n", "a: b  \n"},
    {"a: b " OK, "a: b  "},
    {"a: b " OK "\r\nc: d\r\n", "a: b  \r\nc: d\r\n"},
    {"a: b " NO NO NO " (CRITICAL! off)\n", "a: b                    \n"},
    {"a: b " NO " " OK "\n", "a: b    \n"},
    {"a: b " WARN " (by hand)\n", "a: b             \n"},
    {"a: b\t" OK " \t\n", "a: b\t   \n"},
    {"a: b " SNAKE "\n", "a: b  \n"},
    {"a: b " MOJI_OK "\n", "a: b    \n"},
    {"a: b " MOJI_NO MOJI_NO " (x)\n", "a: b         \n"},
    {"a: b " MOJI_NO_KEPT "\n", "a: b    \n"},
    {"a: b " MOJI_WARN " (x)\n", "a: b          \n"},
    {"a:\n  b: " NO " (extra)\n    c: 1\n", "a:\n  b:          \n    c: 1\n"},
    {"- a " OK "\n- b " NO " (why)\n", "- a  \n- b        \n"},
    {"- name: x " NO "\n  y: z " OK "\n", "- name: x  \n  y: z  \n"},
    {"a: b " OK " # kept\n", "a: b   # kept\n"},
    {"a: \"b\" " OK "\n", "a: \"b\"  \n"},
    {"a: 'b' " OK " (x)\n", "a: 'b'      \n"},
    {"a: [b, c] " OK "\n", "a: [b, c]  \n"},
    {"a: | " OK "\n  text " OK "\nb: c " OK "\n", "a: |  \n  text " OK "\nb: c  \n"},
    {"a: Bob's special " OK "\nb: c " OK "\n", "a: Bob's special  \nb: c  \n"},
    {"a: one\n  'two " OK "\nb: it's " OK "\n", "a: one\n  'two  \nb: it's  \n"},
    {"--- " OK "\na: b " OK "\n", "---  \na: b  \n"},
    {"a: |\n  x " OK "\n---\na: b " OK "\n", "a: |\n  x " OK "\n---\na: b  \n"},
    {"a: b\n " OK "\n  'c " OK "\n", "a: b\n  \n  'c  \n"},
    {"a:\n  b: |\n    x\n " OK "\n    y " OK "\n", "a:\n  b: |\n    x\n  \n    y " OK "\n"},
    /* never touched */
    {"a: \"b " OK "\"\n", NULL},
    {"a: 'it''s " OK " (x)'\n", NULL},
    {"a: \"b\\\" " OK " (x)\"\n", NULL},
    {"a: \"b\n  c " OK "\n  d\"\n", NULL},
    {"{\"a\":\"b " OK " (x\"}\n", NULL},
    {"[\"a\",\n 'b " OK "\n']\n", NULL},
    {"a: b # " OK "\n", NULL},
    {"# " OK "\na: b\n", NULL},
    {"a: b" OK "\n", NULL},
    {"a: " OK " done\n", NULL},
    {"a: b " OK " c\n", NULL},
    {"a: 13.4 \xE2\x86\x92 14.2\n", NULL},
    {"a: caf\xC3\xA9\n", NULL},
    {"a: \xC3\xA2 (x)\n", NULL},
    {"a: |\n  x " OK "\n  y " NO " (z)\n", NULL},
    {"a: |\n\n\n  x " OK "\n\n  y " OK "\n", NULL},
    {"a: >-\n  x " OK "\n", NULL},
    {"- |\n x " OK "\n- >2\n   y " OK "\n", NULL},
    {"- a: |\n    x " OK "\n", NULL},
    {"- ? |\n    x " OK "\n", NULL},
    {"--- |\nx " OK "\n", NULL},
    {"a: !!str |\n  x " OK "\n", NULL},
    {"a: &x |\n  x " OK "\n", NULL},
    {"a:\n  |\n x " OK "\n", NULL},
    {"", NULL},
    {"\n\n", NULL},
};

START_TEST(strips_what_is_documented)
{
    for (size_t i = 0; i < SB_LEN(cases); i++) {
        const char *want = cases[i].out ? cases[i].out : cases[i].in;
        struct sb_buf b = SB_BUF_INIT(1024);
        size_t notes = 0;
        ck_assert(drift_annotated_strip(cases[i].in, strlen(cases[i].in), &b, &notes));
        ck_assert_msg(strcmp(b.data ? b.data : "", want) == 0, "case %zu\n in: %sout: %swant: %s",
                      i, cases[i].in, b.data ? b.data : "", want);
        ck_assert_msg((notes != 0) == (cases[i].out != NULL), "case %zu counts %zu", i, notes);
        sb_buf_done(&b);
    }
}
END_TEST

/* Every glyph of the set, as it is and through Windows-1252 with the five undefined bytes kept and
 * dropped. */
static size_t through_cp1252(const char *glyph, size_t len, bool drop, char *out, size_t *dropped)
{
    static const uint32_t high[32] = {
        0x20AC, 0x81,   0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
        0x2039, 0x0152, 0x8D,   0x017D, 0x8F,   0x90,   0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
        0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x9D,   0x017E, 0x0178};
    size_t n = 0;
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)glyph[i];
        uint32_t code = c >= 0x80 && c < 0xA0 ? high[c - 0x80] : c;
        if (drop && code >= 0x80 && code < 0xA0)
            ++*dropped;
        else
            n += sb_utf8_encode(code, out + n);
    }
    return n;
}

START_TEST(knows_every_glyph_of_the_set)
{
    static const uint32_t blocks[][2] = {
        {0x2300, 0x23FF}, {0x2600, 0x27BF}, {0x2B00, 0x2BFF}, {0x1F000, 0x1FAFF}};
    for (size_t k = 0; k < SB_LEN(blocks); k++)
        for (uint32_t c = blocks[k][0]; c <= blocks[k][1]; c++) {
            char raw[4], moji[16];
            size_t dropped = 0, n = sb_utf8_encode(c, raw), m;
            ck_assert_uint_eq(drift_glyph_len(raw, n), n);
            m = through_cp1252(raw, n, false, moji, &dropped);
            ck_assert_msg(drift_glyph_len(moji, m) == m, "U+%04X kept", c);
            m = through_cp1252(raw, n, true, moji, &dropped);
            if (dropped <= 1)
                ck_assert_msg(drift_glyph_len(moji, m) == m, "U+%04X dropped", c);
        }
    ck_assert_uint_eq(drift_glyph_len("\xE2\x86\x92", 3), 0);
    ck_assert_uint_eq(drift_glyph_len("\xEF\xB8\x8F", 3), 0);
    ck_assert_uint_eq(drift_glyph_len("(", 1), 0);
}
END_TEST

static size_t points_of(const char *p, size_t len)
{
    size_t n = 0;
    for (size_t i = 0; i < len; i++)
        n += ((unsigned char)p[i] & 0xC0u) != 0x80u;
    return n;
}

/* Random lines of pieces that matter: line lengths stay, and a second strip finds nothing. */
START_TEST(keeps_positions_and_is_idempotent)
{
    static const char *const pieces[] = {
        "a",    ": ", "- ", "\n",    "\n  ",  "\n    ", " ",    "\"",       "'",
        "|",    ">",  "#",  " # ",   "[",     "]",      "{",    "}",        ",",
        OK,     NO,   WARN, MOJI_OK, MOJI_NO, "(",      ")",    " " OK,     " " NO " (x)",
        "\r\n", "\t", "\\", "---",   "?",     "&x ",    "\xC3", "\xE2\x9C", "é"};
    for (int run = 0; run < 200000; run++) {
        char in[256];
        size_t len = 0;
        uint64_t r = sb_rand_u64();
        for (unsigned k = 0; k < 4 + (r & 15); k++) {
            const char *p = pieces[sb_rand_u64() % SB_LEN(pieces)];
            memcpy(in + len, p, strlen(p));
            len += strlen(p);
        }
        struct sb_buf once = SB_BUF_INIT(512), twice = SB_BUF_INIT(512);
        size_t n = 0, again = 0;
        ck_assert(drift_annotated_strip(in, len, &once, &n));
        ck_assert(drift_annotated_strip(once.data, once.len, &twice, &again));
        ck_assert_msg(again == 0 && once.len == twice.len, "in: %.*s", (int)len, in);
        ck_assert_msg(points_of(in, len) == points_of(once.data, once.len), "in: %.*s", (int)len,
                      in);
        sb_buf_done(&once);
        sb_buf_done(&twice);
    }
}
END_TEST

static const char *source_path(const char *name)
{
    static char path[4096];
    const char *src = getenv("SB_SRC");
    snprintf(path, sizeof path, "%s/%s", src ? src : ".", name);
    return path;
}

START_TEST(the_users_own_file_reads_as_its_clean_copy)
{
    struct sb_doc_pool *pool = sb_doc_pool_new();
    struct drift_read_options opts = {.annotated = true};
    struct drift_side notes, clean;
    struct sb_error e = {0};
    const char *name = "contrib/examples/infrastructure-actual-annotated.yaml";
    ck_assert_msg(drift_side_read(pool, source_path(name), false, &opts, &notes, &e) == 0, "%s",
                  e.text);
    ck_assert_uint_eq(notes.n_notes, 1);
    ck_assert_msg(strstr(notes.notes[0], ": 39 notes after values left out"), "%s", notes.notes[0]);
    name = "contrib/examples/infrastructure-actual.yaml";
    ck_assert_msg(drift_side_read(pool, source_path(name), false, &opts, &clean, &e) == 0, "%s",
                  e.text);
    ck_assert(sb_doc_equal(pool, notes.root, clean.root));
    /* without --annotated: refused at the place of the glyph, with the way out */
    opts.annotated = false;
    name = "contrib/examples/infrastructure-actual-annotated.yaml";
    ck_assert_int_lt(drift_side_read(pool, source_path(name), false, &opts, &notes, &e), 0);
    ck_assert_msg(strstr(e.hint, "--annotated"), "%s / %s", e.text, e.hint);
    ck_assert_uint_gt(e.line, 30);
    sb_doc_pool_free(pool);
}
END_TEST

UNIT_MAIN("drift_annotated", strips_what_is_documented, knows_every_glyph_of_the_set,
          keeps_positions_and_is_idempotent, the_users_own_file_reads_as_its_clean_copy)
