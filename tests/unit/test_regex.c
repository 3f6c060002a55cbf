/* Regular expressions: RE2's language and nothing else, with bounds. */
#include "core/doc/regex.h"
#include "tests/unit/unit.h"

START_TEST(test_matches)
{
    static const struct {
        const char *pattern, *text;
        bool yes;
    } rows[] = {
        {"b", "abc", true},
        {"^b", "abc", false},
        {"c$", "abc", true},
        {"c$", "abc\n", false}, /* $ is the end of the text */
        {"(?m)c$", "abc\nd", true},
        {"a.c", "a\nc", false},
        {"(?s)a.c", "a\nc", true},
        {"^a.c$",
         "a\xc3\xa9"
         "c",
         true}, /* . is a code point */
        {"(?i)ABC", "abc", true},
        {"(?i:A)b", "ab", true},
        {"(?i:A)b", "aB", false},
        {"^(?P<x>a)(?<y>b)(?:c)$", "abc", true},
        {"^\\d{2,3}$", "123", true},
        {"^\\d{2,3}$", "1234", false},
        {"^\\d$", "\xd9\xa3", false}, /* ASCII digits only */
        {"^a{,2}$", "a{,2}", true},   /* a brace that is no repeat */
        {"^a{2", "a{2", true},
        {"^\\s$", "\t", true},
        {"^\\s$", "\x0b", false}, /* unlike Perl */
        {"^[\\s]$", "\x0b", false},
        {"^[\\s]$", " ", true},
        {"^\\S$", "\x0b", true},
        {"^\\v$", "\x0b", true}, /* one character, not a class */
        {"^\\v$", "\n", false},
        {"^[\\v]$", "\n", false},
        {"^[]a]+$", "]a", true},
        {"^[^]a]$", "b", true},
        {"^[[:alpha:]_]+$", "a_Z", true},
        {"^[[:^alpha:]]$", "1", true},
        {"^[a\\]\\-]+$", "]-a", true},
        {"^\\x41\\x{e9}$", "A\xc3\xa9", true},
        {"^\\p{Greek}\\pL$", "\xce\xb1z", true},
        {"^\\PL$", "1", true},
        {"^\\Qa.b*+\\E$", "a.b*+", true},
        {"\\Qa(", "a(", true},
        {"^a+?b*?c\?\?$", "aab", true},
        {"\\bfoo\\b", "a foo b", true},
        {"\\Aabc\\z", "abc", true},
        {"\\Aabc\\z", "abc\n", false},
        {"^\\a\\f\\n\\r\\t\\.\\/$", "\a\f\n\r\t./", true},
        {"(?U)a+", "aa", true},
        {"", "", true},
        {"a|", "b", true},
    };
    for (size_t i = 0; i < SB_LEN(rows); i++) {
        struct sb_regex *re = NULL;
        struct sb_error e = {.code = SB_OK};
        bool yes = !rows[i].yes;
        ck_assert_msg(sb_regex_new(sb_str(rows[i].pattern), &re, &e) == 0, "%s: %s",
                      rows[i].pattern, e.text);
        ck_assert_msg(sb_regex_match(re, sb_str(rows[i].text), &yes, &e) == 0, "%s: %s",
                      rows[i].pattern, e.text);
        ck_assert_msg(yes == rows[i].yes, "%s on %s", rows[i].pattern, rows[i].text);
        sb_regex_free(re);
    }
}
END_TEST

START_TEST(test_refused)
{
    static const struct {
        const char *pattern;
        uint32_t column;
        const char *text;
    } rows[] = {
        {"a\\", 2, "a backslash stands at the end"},
        {"(a)\\1", 4, "backreferences"},
        {"(?P<n>a)(?P=n)", 9, "this kind of group"},
        {"(?P<n>a)(?P>n)", 9, "this kind of group"},
        {"\\k<n>", 1, "this escape"},
        {"\\g1", 1, "this escape"},
        {"a(?=b)", 2, "looking ahead or behind"},
        {"a(?!b)", 2, "looking ahead or behind"},
        {"(?<=a)b", 1, "looking ahead or behind"},
        {"(?<!a)b", 1, "looking ahead or behind"},
        {"(?>a)", 1, "atomic"},
        {"(?#a)", 1, "comments"},
        {"(?|a|b)", 1, "this kind of group"},
        {"(?R)", 1, "this kind of group"},
        {"(?1)", 1, "this kind of group"},
        {"(?&n)", 1, "this kind of group"},
        {"(?(1)a)", 1, "this kind of group"},
        {"(?C1)", 1, "this kind of group"},
        {"(?x)a", 1, "this kind of group"},
        {"(?J)a", 1, "this kind of group"},
        {"(?i", 1, "this kind of group"},
        {"(*UCP)a", 1, "verbs"},
        {"a++", 3, "possessive"},
        {"a*+", 3, "possessive"},
        {"a?+", 3, "possessive"},
        {"a{2}+", 5, "possessive"},
        {"a{1001}", 2, "repeats over 1,000"},
        {"a{1,1001}", 2, "repeats over 1,000"},
        {"a{99999999999}", 2, "repeats over 1,000"},
        {"\\Ka", 1, "this escape"},
        {"\\Ga", 1, "this escape"},
        {"\\R", 1, "this escape"},
        {"\\X", 1, "this escape"},
        {"\\h", 1, "this escape"},
        {"\\Z", 1, "this escape"},
        {"\\C", 1, "this escape"},
        {"\\N", 1, "this escape"},
        {"\\e", 1, "this escape"},
        {"\\cA", 1, "this escape"},
        {"\\o{1}", 1, "this escape"},
        {"[\\b]", 2, "no meaning inside"},
        {"[\\R]", 2, "this escape"},
        {"a[b", 2, "a [ is not closed"},
        {"a[]", 2, "a [ is not closed"},
        {"\\s\\s(", 6, "missing closing parenthesis"}, /* a place in what the user wrote */
        {"a)", 2, "unmatched closing parenthesis"},
        {"[b-a]", 4, "range out of order"},
        {"\xff", 1, "UTF-8"},
    };
    for (size_t i = 0; i < SB_LEN(rows); i++) {
        struct sb_regex *re = NULL;
        struct sb_error e = {.code = SB_OK};
        ck_assert_msg(sb_regex_new(sb_str(rows[i].pattern), &re, &e) == -SB_EINPUT, "%s",
                      rows[i].pattern);
        ck_assert_ptr_null(re);
        ck_assert_msg(e.column == rows[i].column && strstr(e.text, rows[i].text), "%s: %u: %s",
                      rows[i].pattern, e.column, e.text);
    }
}
END_TEST

START_TEST(test_bytes)
{
    struct sb_regex *re = NULL;
    struct sb_error e;
    bool yes = false;
    ck_assert_int_eq(sb_regex_new_bytes(SB_STR("b.d"), &re, &e), 0);
    ck_assert_int_eq(sb_regex_match(re, SB_STR("\xff\xfe bad \xc3"), &yes, &e), 0);
    ck_assert(yes);
    ck_assert_int_eq(sb_regex_match(re,
                                    SB_STR("b\xff"
                                           "d"),
                                    &yes, &e),
                     0);
    ck_assert(!yes);
    ck_assert_int_eq(sb_regex_match(re,
                                    SB_STR("b\xc3\xa4"
                                           "d"),
                                    &yes, &e),
                     0);
    ck_assert(yes);
    sb_regex_free(re);
    ck_assert_int_eq(sb_regex_new_bytes(SB_STR("(?=a)"), &re, &e), -SB_EINPUT);
}
END_TEST

/* Patterns and matches are bounded; the bound is an error, not "no". */
START_TEST(test_bounds)
{
    char pattern[1003], text[4000];
    struct sb_regex *re = NULL;
    struct sb_error e = {.code = SB_OK};
    bool yes = true;
    memset(pattern, 'v', sizeof pattern);
    for (size_t i = 0; i < 1000; i += 2)
        pattern[i] = '\\';
    ck_assert_int_eq(sb_regex_new((struct sb_str){pattern, 1000}, &re, &e), 0);
    sb_regex_free(re);
    for (size_t i = 0; i + 1 < 1000; i += 2)
        memcpy(pattern + i, "\\S", 2); /* the longest rewriting */
    ck_assert_int_eq(sb_regex_new((struct sb_str){pattern, 1000}, &re, &e), 0);
    sb_regex_free(re);
    ck_assert_int_eq(sb_regex_new((struct sb_str){pattern, 1001}, &re, &e), -SB_EINPUT);
    ck_assert_ptr_nonnull(strstr(e.text, "longer than 1000 bytes"));
    memset(text, 'a', sizeof text);
    text[sizeof text - 1] = '!';
    ck_assert_int_eq(sb_regex_new(SB_STR("(a+)+$"), &re, &e), 0);
    ck_assert_int_eq(sb_regex_match(re, (struct sb_str){text, sizeof text}, &yes, &e), -SB_ETOOBIG);
    ck_assert(yes); /* untouched */
    ck_assert_ptr_nonnull(strstr(e.hint, "repeats inside repeats"));
    ck_assert_int_eq(sb_regex_match(re, SB_STR("aaa"), &yes, &e), 0);
    /* About 2^20 steps: far over our limit, within PCRE2's own. */
    ck_assert_int_eq(sb_regex_match(re, SB_STR("aaaaaaaaaaaaaaaaaaaa!"), &yes, &e), -SB_ETOOBIG);
    ck_assert_int_eq(sb_regex_match(re, SB_STR("\xff"), &yes, &e), -SB_EINPUT);
    ck_assert_int_eq(sb_regex_match(re, (struct sb_str){NULL, 0}, &yes, &e), 0);
    ck_assert(!yes);
    sb_regex_free(re);
    sb_regex_free(NULL);
}
END_TEST

UNIT_MAIN("regex", test_matches, test_refused, test_bounds, test_bytes)
