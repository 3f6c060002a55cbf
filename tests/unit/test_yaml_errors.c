/* What the YAML reader refuses: place and hint for the popular mistakes, bytes refused before
 * parsing, and inputs that are slow for libyaml, which must be stopped by a limit. */
#include "tests/unit/yaml_text.h"

START_TEST(test_mistakes)
{
    yaml_refused("a: b: c\n", 1, 5, "quote the value");
    yaml_refused("\xEF\xBB\xBF"
                 "a: b: c\n",
                 1, 5, "quote the value");
    yaml_refused("\xc3\xa9\xc3\xa9: b: c\n", 1, 6, "quote the value");
    yaml_refused("a:1\nb: 2\n", 2, 2, "line 1: write a space after the colon");
    yaml_refused("x: 1\nkey:v\ny: 2\n", 2, 1, "line 2: write a space after the colon");
    yaml_refused("a: b\n  c: d\n", 2, 4, "line 1 already has a value");
    yaml_refused("a:1\r\n\r\n  # note\r\nb: 2\r\n", 4, 1, "line 1: write a space");
    yaml_refused("key:v\r\rb: 2\r", 3, 2, "line 1: write a space");
    yaml_refused("\ta: 1\n", 1, 1, "indent with spaces");
    yaml_refused("a:\n\tb: 1\n", 2, 1, "indent with spaces");
    yaml_refused("a:\n  b: 1\n\tc: 1\n", 3, 1, "indent with spaces");
    yaml_refused("a: |\n \tx\n  y\n", 2, 2, "indent with spaces");
    yaml_refused("a: @x\n", 1, 4, "cannot start with `@`");
    yaml_refused("a: `x`\n", 1, 4, "quote the value");
    yaml_refused("a: %x\n", 1, 4, "quote the value");
    yaml_refused("a: *.txt\n", 1, 5, "starts with * or &");
    yaml_refused("a: ]\n", 1, 4, "expected a value");
    yaml_refused("a: - b\n", 1, 4, "line of its own");
    yaml_refused("a: |x\n", 1, 5, "nothing may follow");
    yaml_refused("a:\n    b: 1\n  c: 2\n", 3, 3, "check the indentation");
    yaml_refused("- a\nb: c\n", 2, 1, "next `- ` item");
    yaml_refused("key: v\nbad line\nx: 1\n", 2, 1, "no `key: value`");
}
END_TEST

START_TEST(test_quotes_and_brackets)
{
    yaml_refused("x: 1\na: \"x\nb: 1\n", 2, 4, "never closed");
    yaml_refused("a: 'x\n---\nb: 1\n", 1, 4, "closing quote");
    yaml_refused("a: \"x\" y\n", 1, 8, "close every quote");
    yaml_refused("a: [1, 2\nb: 3\n", 2, 2, "(opened at line 1, column 4)");
    yaml_refused("a: {b: 1\nc: 3\n", 2, 2, "close the mapping");
    yaml_refused("a: [1, 2", 2, 1, "close the list");
    yaml_refused("a: \"\\d\"\n", 1, 5, "single quotes");
    yaml_refused("a: \"\\xg1\"\n", 1, 7, "hexadecimal");
    yaml_refused("a: \"\\ud83d\\ude00\"\n", 1, 7, "surrogate");
}
END_TEST

START_TEST(test_directives_and_tags)
{
    yaml_refused("%FOO\n---\na\n", 1, 5, "unknown % directive");
    yaml_refused("%YAML 1.3\n---\na\n", 1, 1, "%YAML line");
    yaml_refused("%YAML 1.2\n%YAML 1.2\n---\na\n", 2, 1, "second %YAML");
    yaml_refused("a: !foo!bar x\n", 1, 4, "starts with !");
}
END_TEST

START_TEST(test_bytes)
{
    yaml_refused("a: x\xc2\x85"
                 "b: y\n",
                 1, 5, "U+0085");
    yaml_refused("a: \"x\xe2\x80\xa8y\"\n", 1, 6, "\\u2028");
    yaml_refused("# \xe2\x80\xa9\n", 1, 3, "write an escape");
    yaml_refused("a: 1\r\nb: \x01\n", 2, 4, "U+0001");
    yaml_refused("a: 1\rb: \x7f\n", 2, 4, "U+007F");
    yaml_refused("\xc3\xa9: \xc2\x9b\n", 1, 4, "U+009B");
    yaml_refused("a: \xef\xbf\xbf\n", 1, 4, "U+FFFF");
    yaml_refused("\xEF\xBB\xBF"
                 "a: \x1b\n",
                 1, 4, "U+001B");
    yaml_refused("a: \xff\n", 1, 4, "not UTF-8");
    yaml_expect("a: \"\xef\xbf\xbd\xc2\xa0\xe2\x80\xa7\"\t# tab\n",
                "{a: '\xef\xbf\xbd\xc2\xa0\xe2\x80\xa7'}");
    struct yaml_case c = yaml_read_n("a: \0\n", 5, NULL, false);
    ck_assert_int_eq(c.rc, -SB_EINPUT);
    ck_assert_uint_eq(c.e.column, 4);
    yaml_done(&c);
}
END_TEST

/* `unit` n times, then `tail`. */
static struct yaml_case repeated(const char *unit, size_t n, const char *tail,
                                 const struct sb_yaml_options *opts)
{
    struct sb_buf b = SB_BUF_INIT((size_t)64 << 20);
    for (size_t i = 0; i < n; i++)
        sb_buf_puts(&b, unit);
    sb_buf_puts(&b, tail);
    struct yaml_case c = yaml_read_n(b.data, b.len, opts, false);
    sb_buf_done(&b);
    return c;
}

static void too_big(const char *unit, size_t n, const char *tail, const char *part)
{
    struct yaml_case c = repeated(unit, n, tail, NULL);
    ck_assert_msg(c.rc == -SB_ETOOBIG, "%s x %zu: %d %s", unit, n, c.rc, c.e.text);
    ck_assert_msg(strstr(c.e.text, part), "%s", c.e.text);
    yaml_done(&c);
}

/* Each takes libyaml seconds to minutes when nobody stops it. */
START_TEST(test_slow_inputs)
{
    too_big("[", 100000, "", "[ and { nested deeper than 64 levels");
    too_big("{\"\":[", 200000, "", "nested deeper than 64 levels");
    too_big("- ", 100000, "x\n", "nested deeper than 256 levels");
    struct yaml_case c = repeated("{", 100000, "", NULL);
    ck_assert_int_ne(c.rc, 0); /* a mapping as key */
    yaml_done(&c);
    c = repeated("? ", 100000, "x\n", NULL);
    ck_assert_int_ne(c.rc, 0);
    yaml_done(&c);
    too_big("%TAG !a! tag:x\n", 40000, "---\na\n", "%TAG");
    too_big("%TAG !a! tag:x\r", 40000, "---\na\n", "%TAG");
}
END_TEST

START_TEST(test_depth_edges)
{
    struct sb_yaml_options o = {.limits = {.depth = 3, .flow_depth = 2}};
    yaml_expect_opts("- [[1]]\n", &o, false, "[[[#1]]]");
    yaml_refused_opts("[[[1]]]\n", &o, 1, 3, "nested deeper than 2");
    yaml_refused_opts("- - - - 1\n", &o, 1, 7, "nested deeper than 3");
    yaml_refused_opts("- - [[1]]\n", &o, 1, 6, "nested deeper than 3");
    yaml_expect_opts("- [[1], [2]]\n- [[3]]\n", &o, false, "[[[#1], [#2]], [[#3]]]");
}
END_TEST

START_TEST(test_limits)
{
    struct sb_yaml_options o = {.limits = {.nodes = 4}};
    yaml_expect_opts("[1, 2, 3]", &o, false, "[#1, #2, #3]");
    yaml_refused_opts("[1, 2, 3, 4]", &o, 1, 11, "more than 4 nodes");
    o = (struct sb_yaml_options){.limits = {.scalar = 4}};
    yaml_refused_opts("- four\n- fives\n", &o, 2, 3, "value over 4 bytes");
    o = (struct sb_yaml_options){.limits = {.bytes = 10}};
    yaml_refused_opts("a: 12345678\n", &o, 0, 0, "over 10 bytes");
    struct yaml_case c = repeated("9", 4096, "", NULL);
    ck_assert_int_eq(c.rc, 0);
    ck_assert_int_eq(c.root->type, SB_DOC_NUMBER);
    yaml_done(&c);
    too_big("9", 4097, "", "4,096");
    yaml_expect("1e000000000000000000000000000000000000005",
                "#1e000000000000000000000000000000000000005");
    yaml_refused("a: 1e1234567890123456789", 1, 4, "18 digits");
}
END_TEST

START_TEST(test_anchor_limits)
{
    struct yaml_case c = repeated("- &a x\n", 10000, "", NULL);
    ck_assert_int_eq(c.rc, 0);
    yaml_done(&c);
    too_big("- &a x\n", 10001, "", "10000 anchors");
    char name[200];
    memset(name, 'n', sizeof name);
    char text[300];
    snprintf(text, sizeof text, "- &%.128s 1\n", name);
    struct yaml_case ok = yaml_read_text(text, NULL);
    ck_assert_int_eq(ok.rc, 0);
    yaml_done(&ok);
    snprintf(text, sizeof text, "- &%.129s 1\n", name);
    yaml_refused(text, 1, 3, "anchor name over 128 bytes");
    snprintf(text, sizeof text, "- *%.129s\n", name);
    yaml_refused(text, 1, 3, "alias name over 128 bytes");
}
END_TEST

UNIT_MAIN("yaml_errors", test_mistakes, test_quotes_and_brackets, test_directives_and_tags,
          test_bytes, test_slow_inputs, test_depth_edges, test_limits, test_anchor_limits)
