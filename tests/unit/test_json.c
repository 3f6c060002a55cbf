/* The JSON reader: what it accepts, what it says about the rest, and where.
 *
 * The property test prints random trees with a naive printer of its own, which counts lines and
 * columns as it goes, and reads them back. */
#include "core/base/buf.h"
#include "core/doc/json.h"
#include "tests/unit/unit.h"

#include <stdint.h>

static int read_with(struct sb_doc_pool *pool, const char *bytes, size_t len,
                     const struct sb_json_options *opts, struct sb_doc_node **ret,
                     struct sb_error *e)
{
    struct sb_doc_text text;
    ck_assert_int_eq(sb_doc_text_copy(pool, "t.json", bytes, len, &text, e), 0);
    return sb_json_read(pool, &text, opts, ret, e);
}

static struct sb_doc_node *read_ok(struct sb_doc_pool *pool, const char *s, size_t len)
{
    struct sb_error e = {.code = SB_OK};
    struct sb_doc_node *root = NULL;
    int rc = read_with(pool, s, len, NULL, &root, &e);
    ck_assert_msg(rc == 0, "%.60s: %u:%u: %s", s, e.line, e.column, e.text);
    return root;
}

struct mistake {
    const char *json;
    uint32_t line, column;
    const char *text, *hint; /* parts; "" = no hint wanted */
};

static void check_mistakes(const struct mistake *cases, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const struct mistake *c = &cases[i];
        struct sb_doc_pool *pool = sb_doc_pool_new();
        struct sb_doc_node *root = (struct sb_doc_node *)&pool, *before = root;
        struct sb_error e = {.code = SB_OK};
        ck_assert_int_eq(read_with(pool, c->json, strlen(c->json), NULL, &root, &e), -SB_EINPUT);
        ck_assert_ptr_eq(root, before);
        ck_assert_str_eq(e.file, "t.json");
        if (e.line != c->line || e.column != c->column || !strstr(e.text, c->text) ||
            (c->hint[0] ? !strstr(e.hint, c->hint) : e.hint[0]))
            ck_abort_msg("%s: %u:%u: %s (%s)", c->json, e.line, e.column, e.text, e.hint);
        sb_doc_pool_free(pool);
    }
}

START_TEST(structure_mistakes_are_explained)
{
    static const struct mistake cases[] = {
        {"", 1, 1, "expected a JSON value, found the end of the file", "empty"},
        {" \n ", 2, 2, "found the end of the file", "empty"},
        {"[1,]", 1, 4, "expected a value, found ']'", "remove the comma"},
        {"{\"a\":1,\n}", 2, 1, "expected a name in double quotes, found '}'", "remove the comma"},
        {"[1,,2]", 1, 4, "expected a value, found ','", "one comma too many"},
        {"[,1]", 1, 2, "expected a value or ']', found ','", ""},
        {"{\"a\":}", 1, 6, "expected a value, found '}'", ""},
        {"{\"a\" 1}", 1, 6, "expected ':' after the name, found '1'", "a colon and a value"},
        {"{\"a\"=1}", 1, 5, "found '='", "write ':' instead"},
        {"{\"a\":1 \"b\":2}", 1, 8, "expected ',' or '}', found a string", "comma missing"},
        {"[1 2]", 1, 4, "expected ',' or ']', found '2'", "comma missing"},
        {"[1:2]", 1, 3, "found ':'", "{ }"},
        {"[1]]", 1, 4, "expected the end of the document, found ']'", "bracket too many"},
        {"1,2", 1, 2, "expected the end of the document", "[ and ]"},
        {"{}\n{}", 2, 1, "expected the end of the document, found '{'", "JSON Lines"},
        {"{\n \"a\":[1}", 2, 8, "the '[' at line 2, column 6 is open", ""},
        {"[[1,2]", 1, 7, "found the end of the file; the '[' at line 1, column 1 is open", "cut"},
        {"{\"a\":", 1, 6, "expected a value, found the end of the file; the '{'", "cut"},
        {"{1:2}", 1, 2, "expected a name in double quotes or '}', found '1'", "double quotes"},
        {"{a:2}", 1, 2, "found 'a'", "names stand in double quotes"},
        {"{\"a\":1,b:2}", 1, 8, "found 'b'", "names stand in double quotes"},
        {"{'a':2}", 1, 2, "found a single quote", "double quotes"},
        {"['a']", 1, 2, "found a single quote", "double quotes"},
        {"[1, // x\n2]", 1, 5, "found '/'", "no comments"},
        {"/* x */ 1", 1, 1, "found '/'", "no comments"},
        {"# x\n1", 1, 1, "found '#'", "no comments"},
        {"[\xE2\x80\x9Cx\xE2\x80\x9D]", 1, 2, "found '\xE2\x80\x9C'", "typographic"},
        {"[1,\xC2\xA0"
         "2]",
         1, 4, "found '\xC2\xA0'", "only spaces"},
        {"\xEF\xBB\xBF\xEF\xBB\xBF{}", 1, 1, "expected a JSON value", "only spaces"},
        {"[\f1]", 1, 2, "the control character U+000C", "only spaces"},
        {"[True]", 1, 2, "found 'True'", "lower case"},
        {"[None]", 1, 2, "found 'None'", "lower case"},
        {"[nul]", 1, 2, "found 'nul'", "text goes in double quotes"},
        {"[nulls]", 1, 2, "found 'nulls'", "text goes in double quotes"},
        {"tru", 1, 1, "found 'tru'", "YAML"},
        {"key: value", 1, 1, "found 'key'", "YAML"},
        {"- a", 1, 1, "not a JSON number", "YAML"},
        {"---\na: 1", 1, 1, "not a JSON number", "YAML"},
        {"<html>", 1, 1, "found '<'", "HTML"},
        {"{\"a\":1,\"b\":2,\n \"a\":3}", 2, 2,
         "the name \"a\" was given before, at line 1, column 2", "remove one"},
        {"{\"a\":1,\"\\u0061\":3}", 1, 8, "given before, at line 1, column 2", "remove one"},
        {"{\"\":1,\"\":3}", 1, 7, "given before", "remove one"},
    };
    check_mistakes(cases, SB_LEN(cases));
}
END_TEST

START_TEST(scalar_mistakes_are_explained)
{
    static const struct mistake cases[] = {
        {"[NaN]", 1, 2, "found 'NaN'", "no NaN"},
        {"[Infinity]", 1, 2, "found 'Infinity'", "no infinities"},
        {"[-Infinity]", 1, 2, "\"-Infinity\" is not a JSON number", "no infinities"},
        {"[01]", 1, 2, "\"01\" is not a JSON number", "leading zeros"},
        {"[-01]", 1, 2, "\"-01\" is not a JSON number", "leading zeros"},
        {"[1.]", 1, 2, "\"1.\" is not", "digits on both sides"},
        {"[-.5]", 1, 2, "\"-.5\" is not", "0.5"},
        {"[.5]", 1, 2, "found '.5'", "0.5"},
        {"[+1]", 1, 2, "found '+1'", "plus"},
        {"[0x1F]", 1, 2, "\"0x1F\" is not", "decimal"},
        {"[1e]", 1, 2, "\"1e\" is not", "text"},
        {"[1e+]", 1, 2, "\"1e+\" is not", "text"},
        {"[1.5.2]", 1, 2, "\"1.5.2\" is not", "one point"},
        {"[2024-01-15]", 1, 2, "\"2024-01-15\" is not", "text goes in double quotes"},
        {"[5m]", 1, 2, "\"5m\" is not", "text goes in double quotes"},
        {"-", 1, 1, "\"-\" is not", "YAML"},
        {"[\"abc", 1, 2, "string that starts here is never closed", "closing quote"},
        {"[\"abc\\", 1, 2, "never closed", "closing quote"},
        {"[\"abc\\\"", 1, 2, "never closed", "closing quote"},
        {"[\"\xC3\xA9\nb\"]", 1, 4, "a line break in a string", "\\n"},
        {"[\"a\tb\"]", 1, 4, "a tab in a string", "\\t"},
        {"[\"a\\tb\x01\"]", 1, 7, "U+0001 in a string", "\\u0001"},
        {"[\"C:\\Users\"]", 1, 5, "unknown escape \\U", "\\\\"},
        {"[\"\\'\"]", 1, 3, "unknown escape \\'", "\\\\"},
        {"[\"\\\xE2\x82\xAC\"]", 1, 3, "unknown escape \\\xE2\x82\xAC in", "\\\\"},
        {"[\"xy\\u12G4\"]", 1, 5, "four hexadecimal digits", "\\\\"},
        {"[\"\\u12\"]", 1, 3, "four hexadecimal digits", "\\\\"},
        {"[\"ab\\ud800\"]", 1, 5, "\\ud800 is half of a surrogate pair", "U+FFFF"},
        {"[\"\\uDC00\\ud800\"]", 1, 3, "\\uDC00 is half", "U+FFFF"},
        {"[\"\\uDC00\\uDC00\"]", 1, 3, "\\uDC00 is half", "U+FFFF"},
        {"[\"\\uDBFF\\uE000\"]", 1, 3, "\\uDBFF is half", "U+FFFF"},
        {"[\"\\ud800 \\udc00\"]", 1, 3, "\\ud800 is half", "U+FFFF"},
        {"[\"\\ud800\\u0041\"]", 1, 3, "\\ud800 is half", "U+FFFF"},
        {"[\"\\ud800\\ud800\"]", 1, 3, "\\ud800 is half", "U+FFFF"},
        {"{\"\\udfff\":1}", 1, 3, "\\udfff is half", "U+FFFF"},
    };
    check_mistakes(cases, SB_LEN(cases));
}
END_TEST

START_TEST(strings_are_decoded_or_viewed)
{
    static const struct {
        const char *json, *text;
        size_t len;
        bool view;
    } cases[] = {
        {"\"\"", "", 0, true},
        {"\"plain\"", "plain", 5, true},
        {"\"\x7F\xC2\x80\"", "\x7F\xC2\x80", 3, true},
        {"\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\/\b\f\n\r\t", 8, false},
        {"\"a\\u0000b\"", "a\0b", 3, false},
        {"\"\\u00e9\\u20AC\\ud83d\\ude00\"", "\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80", 9, false},
        {"\"\\uD800\\uDC00\\uDBFF\\uDFFF\"", "\xF0\x90\x80\x80\xF4\x8F\xBF\xBF", 8, false},
        {"\"\\uffff\\u0080\"", "\xEF\xBF\xBF\xC2\x80", 5, false},
    };
    for (size_t i = 0; i < SB_LEN(cases); i++) {
        struct sb_doc_pool *pool = sb_doc_pool_new();
        struct sb_doc_node *n = read_ok(pool, cases[i].json, strlen(cases[i].json));
        ck_assert_int_eq(n->type, SB_DOC_STRING);
        ck_assert_uint_eq(n->count, cases[i].len);
        ck_assert_mem_eq(n->u.text, cases[i].text, cases[i].len);
        ck_assert_int_eq((n->flags & SB_DOC_VIEW) != 0, cases[i].view);
        if (!cases[i].view)
            ck_assert_int_eq(n->u.text[n->count], '\0');
        sb_doc_pool_free(pool);
    }
}
END_TEST

/* Reads `shift` spaces and a string of len x's with c at one place, as the grammar says: a quote ends
 * the string too early, control bytes are refused, a backslash or 0xC3 needs its second byte. */
static void check_special(size_t shift, size_t len, size_t at, unsigned char c)
{
    struct sb_doc_pool *pool = sb_doc_pool_new();
    struct sb_doc_node *root = NULL;
    struct sb_error e;
    char json[64], *text = json + shift + 1;
    bool ok = c == 0x20 || c == 0x21 || c == 0x7F;
    memset(json, ' ', shift);
    json[shift] = '"';
    memset(text, 'x', len);
    text[at] = (char)c;
    if ((c == '\\' || c == 0xC3) && at + 1 < len) {
        text[at + 1] = c == '\\' ? 'n' : (char)0xB8;
        ok = true;
    }
    text[len] = '"';
    int rc = read_with(pool, json, shift + len + 2, NULL, &root, &e);
    ck_assert_msg((rc == 0) == ok, "%02x at %zu of %zu", c, at, len);
    if (ok)
        ck_assert_uint_eq(root->count, c == '\\' ? len - 1 : len);
    sb_doc_pool_free(pool);
}

/* Every such byte at every place of strings of every length up to 24, at every alignment. */
START_TEST(the_string_scan_sees_every_byte)
{
    static const unsigned char specials[] = {'"', '\\', 0x01, 0x1F, 0x20, 0x21, 0x7F, 0xC3, 0x0A};
    for (size_t shift = 0; shift < 8; shift++)
        for (size_t len = 1; len <= 24; len++)
            for (size_t at = 0; at < len; at++)
                for (size_t k = 0; k < sizeof specials; k++)
                    check_special(shift, len, at, specials[k]);
}
END_TEST

START_TEST(numbers_keep_their_text)
{
    static const char *const texts[] = {"0",
                                        "-0",
                                        "-1",
                                        "1.50",
                                        "1e5",
                                        "1E+05",
                                        "0e-0",
                                        "-0.0E000",
                                        "10e-1",
                                        "1e999999999999999999",
                                        "123456789012345678901234567890.000"};
    for (size_t i = 0; i < SB_LEN(texts); i++) {
        struct sb_doc_pool *pool = sb_doc_pool_new();
        struct sb_doc_node *n = read_ok(pool, texts[i], strlen(texts[i]));
        ck_assert_int_eq(n->type, SB_DOC_NUMBER);
        ck_assert(sb_str_is(sb_doc_str(n), texts[i]));
        sb_doc_pool_free(pool);
    }
}
END_TEST

static int read_repeated(const char *open, size_t n, const char *middle, const char *close,
                         const struct sb_json_options *opts, struct sb_error *e)
{
    struct sb_doc_pool *pool = sb_doc_pool_new();
    struct sb_buf b = SB_BUF_INIT(1 << 24);
    struct sb_doc_node *root = NULL;
    for (size_t i = 0; i < n; i++)
        sb_buf_puts(&b, open);
    sb_buf_puts(&b, middle);
    for (size_t i = 0; i < n; i++)
        sb_buf_puts(&b, close);
    int rc = read_with(pool, b.data, b.len, opts, &root, e);
    sb_buf_done(&b);
    sb_doc_pool_free(pool);
    return rc;
}

START_TEST(depth_is_limited)
{
    struct sb_error e;
    struct sb_json_options three = {.limits = {.depth = 3}};
    ck_assert_int_eq(read_repeated("[", 1024, "", "]", NULL, &e), 0);
    ck_assert_int_eq(read_repeated("[", 1025, "", "]", NULL, &e), -SB_ETOOBIG);
    ck_assert_uint_eq(e.column, 1025);
    ck_assert_int_eq(read_repeated("[", 100000, "", "", NULL, &e), -SB_ETOOBIG);
    ck_assert_uint_eq(e.column, 1025);
    ck_assert_int_eq(read_repeated("[{\"\":", 50000, "", "", NULL, &e), -SB_ETOOBIG);
    ck_assert_int_eq(read_repeated("{\"a\":", 3, "1", "}", &three, &e), 0);
    ck_assert_int_eq(read_repeated("{\"a\":", 4, "1", "}", &three, &e), -SB_ETOOBIG);
    ck_assert_msg(strstr(e.text, "3 levels"), "%s", e.text);
}
END_TEST

START_TEST(sizes_are_limited)
{
    struct sb_error e;
    struct sb_json_options nodes = {.limits = {.nodes = 11}};
    ck_assert_int_eq(read_repeated("[1", 0, "[1,2,3,4,5,6,7,8,9,10]", "", &nodes, &e), 0);
    ck_assert_int_eq(read_repeated("", 0, "[1,2,3,4,5,6,7,8,9,10, 11]", "", &nodes, &e),
                     -SB_ETOOBIG);
    ck_assert_uint_eq(e.column, 24);
    struct sb_json_options scalar = {.limits = {.scalar = 4}};
    ck_assert_int_eq(read_repeated("", 0, "[\"1234\"]", "", &scalar, &e), 0);
    ck_assert_int_eq(read_repeated("", 0, "[\"12345\"]", "", &scalar, &e), -SB_ETOOBIG);
    ck_assert_int_eq(read_repeated("", 0, "{\"12345\":1}", "", &scalar, &e), -SB_ETOOBIG);
    struct sb_json_options bytes = {.limits = {.bytes = 4}};
    ck_assert_int_eq(read_repeated("", 0, "1234", "", &bytes, &e), 0);
    ck_assert_int_eq(read_repeated("", 0, "12345", "", &bytes, &e), -SB_ETOOBIG);
    ck_assert_int_eq(read_repeated("1", 4096, "", "", NULL, &e), 0);
    ck_assert_int_eq(read_repeated("1", 4097, "", "", NULL, &e), -SB_ETOOBIG);
    ck_assert_int_eq(read_repeated("", 0, "1e0000000123456789012345678", "", NULL, &e), 0);
    ck_assert_int_eq(read_repeated("", 0, "1e-1234567890123456789", "", NULL, &e), -SB_ETOOBIG);
    ck_assert_msg(strstr(e.text, "18 digits"), "%s", e.text);
}
END_TEST

/* 200,000 names, the last one again: with anything quadratic this test would not end. */
START_TEST(many_names_and_a_late_duplicate)
{
    struct sb_doc_pool *pool = sb_doc_pool_new();
    struct sb_buf b = SB_BUF_INIT(1 << 24);
    struct sb_doc_node *root = NULL;
    struct sb_error e;
    for (int i = 0; i < 200000; i++)
        sb_buf_printf(&b, "%c\n\"n%d\":%d", i ? ',' : '{', i, i);
    size_t good = b.len;
    sb_buf_puts(&b, "}");
    root = read_ok(pool, b.data, b.len);
    ck_assert_uint_eq(root->count, 200000);
    ck_assert(sb_str_is(sb_doc_str(sb_doc_get_str(pool, root, "n199999")), "199999"));
    b.len = good;
    sb_buf_puts(&b, ",\n\"n777\":0}");
    ck_assert_int_eq(read_with(pool, b.data, b.len, NULL, &root, &e), -SB_EINPUT);
    ck_assert_uint_eq(e.line, 200002);
    ck_assert_msg(strstr(e.text, "\"n777\" was given before, at line 779, column 1"), "%s", e.text);
    sb_buf_done(&b);
    sb_doc_pool_free(pool);
}
END_TEST

START_TEST(the_last_duplicate_can_be_kept)
{
    static const char json[] = "{\"a\":1,\"b\":2,\"a\":{\"x\":1,\"x\":2},\"c\":3,\"a\":4}";
    struct sb_json_options keep = {.keep_last = true};
    struct sb_doc_pool *pool = sb_doc_pool_new();
    struct sb_doc_node *root = NULL;
    struct sb_error e;
    ck_assert_int_eq(read_with(pool, json, strlen(json), &keep, &root, &e), 0);
    ck_assert_uint_eq(root->count, 3);
    ck_assert_str_eq(root->u.members[0].key->text, "a");
    ck_assert(sb_str_is(sb_doc_str(root->u.members[0].value), "4"));
    ck_assert_str_eq(root->u.members[2].key->text, "c");
    ck_assert_uint_eq(sb_doc_where_key(pool, root, &root->u.members[0]).column, 38);
    sb_doc_pool_free(pool);
}
END_TEST

START_TEST(cut_documents_are_refused_everywhere)
{
    static const char json[] =
        "{\"a\": [1.5e3, -2, \"x\\u00e9\\ud83d\\ude00\", true, false, null],\n"
        " \"\xE2\x82\xAC\": {\"b\": {}, \"c\": []}}";
    for (size_t len = 0; len < strlen(json); len++) {
        struct sb_doc_pool *pool = sb_doc_pool_new();
        struct sb_doc_node *root = NULL;
        struct sb_error e;
        ck_assert_int_eq(read_with(pool, json, len, NULL, &root, &e), -SB_EINPUT);
        ck_assert_uint_ge(e.line, 1);
        ck_assert_uint_le(e.line, 2);
        ck_assert(e.column >= 1 && e.column <= len + 1 && e.text[0]);
        sb_doc_pool_free(pool);
    }
}
END_TEST

/* --- random trees --- */

static uint64_t rnd_state = 88172645463325252u;
static uint32_t rnd(uint32_t below)
{
    rnd_state ^= rnd_state << 13;
    rnd_state ^= rnd_state >> 7;
    rnd_state ^= rnd_state << 17;
    return (uint32_t)(rnd_state >> 33) % below;
}

struct printed { /* the text so far, and where the next character goes */
    struct sb_doc_pool *pool;
    struct sb_buf out;
    uint32_t line, column, n_places, n_keys;
    struct {
        uint32_t line, column;
    } places[20000], keys[20000];
};
static struct printed printed;

static void put(const char *s)
{
    sb_buf_puts(&printed.out, s);
    for (; *s; s++) {
        if (*s == '\n') {
            printed.line++;
            printed.column = 1;
        } else if (((unsigned char)*s & 0xC0u) != 0x80u) {
            printed.column++;
        }
    }
}

static void put_space(void)
{
    static const char *const spaces[] = {"", "", "", " ", "\n", "\t", "\r\n", "\n            "};
    put(spaces[rnd(SB_LEN(spaces))]);
}

/* Puts a random string; what it says goes to said. */
static void put_string(struct sb_buf *said, const char *start)
{
    static const struct {
        const char *written, *meant;
    } parts[] = {
        {"a", "a"},
        {"plain text", "plain text"},
        {"\\n", "\n"},
        {"\\\"", "\""},
        {"\\\\", "\\"},
        {"\\/", "/"},
        {"/", "/"},
        {"\\u0041", "A"},
        {"\\u00E9", "\xC3\xA9"},
        {"\xC3\xA9", "\xC3\xA9"},
        {"\xE2\x82\xAC", "\xE2\x82\xAC"},
        {"\\uD83D\\uDE00", "\xF0\x9F\x98\x80"},
        {"\xF0\x9F\x98\x80", "\xF0\x9F\x98\x80"},
        {"\x7F", "\x7F"},
        {"{[,:]}", "{[,:]}"},
    };
    put("\"");
    put(start);
    sb_buf_puts(said, start);
    for (uint32_t n = rnd(6); n; n--) {
        size_t k = rnd(rnd(2) ? 2 : SB_LEN(parts));
        put(parts[k].written);
        sb_buf_puts(said, parts[k].meant);
    }
    put("\"");
}

static struct sb_doc_node *put_value(int depth);

static struct sb_doc_node *put_list(int depth)
{
    struct sb_doc_node *items[20];
    uint32_t n = rnd(2) ? rnd(4) : rnd(20);
    put("[");
    put_space();
    for (uint32_t i = 0; i < n; i++) {
        if (i)
            put(",");
        put_space();
        items[i] = put_value(depth + 1);
        put_space();
    }
    put("]");
    return sb_doc_list(printed.pool, items, n);
}

static struct sb_doc_node *put_map(int depth)
{
    struct sb_doc_member members[20];
    uint32_t n = rnd(2) ? rnd(4) : rnd(20);
    put("{");
    put_space();
    for (uint32_t i = 0; i < n; i++) {
        struct sb_buf said = SB_BUF_INIT(1000);
        char start[8];
        snprintf(start, sizeof start, "%u", i % 20);
        if (i)
            put(",");
        put_space();
        printed.keys[printed.n_keys].line = printed.line;
        printed.keys[printed.n_keys++].column = printed.column;
        put_string(&said, start);
        put_space();
        put(":");
        put_space();
        members[i].key = sb_doc_intern(printed.pool, said.data, said.len);
        members[i].value = put_value(depth + 1);
        put_space();
        sb_buf_done(&said);
    }
    put("}");
    return sb_doc_map(printed.pool, members, n);
}

static struct sb_doc_node *put_value(int depth)
{
    static const char *const numbers[] = {"0", "-0", "17", "-1.25", "1e5", "3E-7", "10.0e+02"};
    struct sb_buf said = SB_BUF_INIT(1000);
    struct sb_doc_node *n;
    printed.places[printed.n_places].line = printed.line;
    printed.places[printed.n_places++].column = printed.column;
    bool small = depth > 5 || printed.n_places > 3000;
    uint32_t k = rnd(small ? 8 : 14);
    if (k == 0) {
        put("null");
        return sb_doc_node_new(printed.pool, SB_DOC_NULL);
    } else if (k < 3) {
        put(k == 1 ? "true" : "false");
        return sb_doc_bool(printed.pool, k == 1);
    } else if (k < 5) {
        const char *text = numbers[rnd(SB_LEN(numbers))];
        put(text);
        n = sb_doc_string(printed.pool, text, strlen(text));
        n->type = SB_DOC_NUMBER;
        return n;
    } else if (k < 8) {
        put_string(&said, "");
        n = sb_doc_string(printed.pool, said.data ? said.data : "", said.len);
        sb_buf_done(&said);
        return n;
    }
    return k < 11 ? put_list(depth) : put_map(depth);
}

/* a was read, b was meant: the same tree to the byte, and a's places as printed. */
static void same(const struct sb_doc_node *a, const struct sb_doc_node *b, uint32_t *node,
                 uint32_t *key)
{
    struct sb_doc_place p = sb_doc_where(printed.pool, a);
    ck_assert_uint_eq(p.line, printed.places[*node].line);
    ck_assert_uint_eq(p.column, printed.places[*node].column);
    (*node)++;
    ck_assert_int_eq(a->type, b->type);
    ck_assert_uint_eq(a->count, b->count);
    ck_assert_int_eq(sb_doc_is_true(a), sb_doc_is_true(b));
    if (a->type == SB_DOC_STRING || a->type == SB_DOC_NUMBER)
        ck_assert(sb_str_eq(sb_doc_str(a), sb_doc_str(b)));
    for (uint32_t i = 0; a->type == SB_DOC_LIST && i < a->count; i++)
        same(a->u.items[i], b->u.items[i], node, key);
    for (uint32_t i = 0; a->type == SB_DOC_MAP && i < a->count; i++) {
        p = sb_doc_where_key(printed.pool, a, &a->u.members[i]);
        ck_assert_uint_eq(p.line, printed.keys[*key].line);
        ck_assert_uint_eq(p.column, printed.keys[*key].column);
        (*key)++;
        ck_assert_ptr_eq(a->u.members[i].key, b->u.members[i].key);
        same(a->u.members[i].value, b->u.members[i].value, node, key);
    }
}

START_TEST(random_trees_read_back_with_their_places)
{
    uint64_t nodes = 0;
    for (int round = 0; round < 400; round++) {
        uint32_t node = 0, key = 0;
        printed.pool = sb_doc_pool_new();
        printed.out = (struct sb_buf)SB_BUF_INIT(1 << 24);
        printed.n_places = printed.n_keys = 0;
        printed.line = printed.column = 1;
        if (rnd(2))
            sb_buf_puts(&printed.out, "\xEF\xBB\xBF");
        put_space();
        struct sb_doc_node *meant = put_value(0);
        put_space();
        struct sb_doc_node *read = read_ok(printed.pool, printed.out.data, printed.out.len);
        same(read, meant, &node, &key);
        ck_assert_uint_eq(node, printed.n_places);
        ck_assert(sb_doc_equal(printed.pool, read, meant));
        nodes += node;
        sb_buf_done(&printed.out);
        sb_doc_pool_free(printed.pool);
    }
    ck_assert_uint_gt(nodes, 20000);
}
END_TEST

UNIT_MAIN("json", structure_mistakes_are_explained, scalar_mistakes_are_explained,
          strings_are_decoded_or_viewed, the_string_scan_sees_every_byte, numbers_keep_their_text,
          depth_is_limited, sizes_are_limited, many_names_and_a_late_duplicate,
          the_last_duplicate_can_be_kept, cut_documents_are_refused_everywhere,
          random_trees_read_back_with_their_places)
