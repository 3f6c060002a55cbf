/* core/base/str: globs against a plain recursive matcher, and the small functions. */
#include "core/base/str.h"
#include "tests/unit/unit.h"

#include <stdint.h>

static uint64_t state = 2463534242u;

static uint32_t any(uint32_t below)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (uint32_t)((state >> 33) % below);
}

/* The reference, for ASCII: the definition of a glob, tried every way. */
static bool plain(const char *p, const char *t, char sep);

static bool plain_class(const char *p, const char *close, char c)
{
    bool negated = *p == '!', found = false;
    for (p += negated; p < close; p++) {
        if (p[1] == '-' && p + 2 < close) {
            found = found || (*p <= c && c <= p[2]);
            p += 2;
        } else {
            found = found || *p == c;
        }
    }
    return found != negated;
}

static bool plain(const char *p, const char *t, char sep)
{
    if (*p == '\0')
        return *t == '\0';
    if (*p == '*') {
        bool across = p[1] == '*' || !sep;
        const char *rest = p + strspn(p, "*");
        if (plain(rest, t, sep))
            return true;
        return *t && (across || *t != sep) && plain(p, t + 1, sep);
    }
    if (*t == '\0')
        return false;
    if (*p == '?')
        return *t != sep && plain(p + 1, t + 1, sep);
    const char *close = *p == '[' ? strchr(p + (p[1] == '!' ? 3 : p[1] ? 2 : 1), ']') : NULL;
    if (close && p[1])
        return *t != sep && plain_class(p + 1, close, *t) && plain(close + 1, t + 1, sep);
    return *p == *t && plain(p + 1, t + 1, sep);
}

static void fill(char *out, uint32_t len, const char *letters)
{
    uint32_t n = (uint32_t)strlen(letters);
    for (uint32_t i = 0; i < len; i++)
        out[i] = letters[any(n)];
    out[len] = '\0';
}

START_TEST(globs_agree_with_the_definition)
{
    int matched = 0;
    for (int i = 0; i < 400000; i++) {
        char pattern[16], text[16];
        fill(pattern, any(9), any(3) ? "ab*?/*" : "ab*?/[]!-*");
        fill(text, any(11), any(3) ? "ab/" : "ab/[]!-");
        char sep = any(2) ? '/' : '\0';
        if (strstr(pattern, "[!") && strchr(pattern, '!')[1] == '\0')
            continue; /* the reference would read past the end */
        bool want = plain(pattern, text, sep);
        matched += want;
        unit_require(sb_str_glob(sb_str(pattern), sb_str(text), sep) == want, "%s on %s sep %d",
                     pattern, text, sep);
    }
    ck_assert_int_gt(matched, 20000);
}
END_TEST

static bool glob(const char *pattern, const char *text, char sep)
{
    return sb_str_glob(sb_str(pattern), sb_str(text), sep);
}

START_TEST(globs_by_example)
{
    ck_assert(glob("", "", 0) && !glob("", "a", 0) && glob("*", "", 0) && !glob("?", "", 0));
    ck_assert(glob("/spec/*/image", "/spec/web/image", '/'));
    ck_assert(!glob("/spec/*/image", "/spec/web/0/image", '/'));
    ck_assert(glob("/spec/**/image", "/spec/web/0/image", '/'));
    ck_assert(!glob("/spec/**/image", "/spec/image", '/'));
    ck_assert(!glob("a[!b]c", "a/c", '/') && glob("a[!b]c", "a/c", 0));
    ck_assert(glob("\\*", "*", 0) && !glob("\\*", "a", 0) && glob("a\\", "a\\", 0));
    ck_assert(glob("[\\]]", "]", 0) && glob("[]]", "]", 0) && glob("[a\\-c]", "-", 0));
    ck_assert(!glob("[a\\-c]", "b", 0) && glob("[a-]", "-", 0) && glob("[-a]", "-", 0));
    ck_assert(glob("[a", "[a", 0) && glob("[", "[", 0) && !glob("[z-a]", "m", 0));
    ck_assert(glob("?", "\xC3\xA9", 0) && glob("[\xC3\xA0-\xC3\xBF]", "\xC3\xA9", 0));
    ck_assert(glob("?", "\xFF", 0) && glob("\xFF", "\xFF", 0) && !glob("\xFE", "\xFF", 0));
    ck_assert(sb_str_glob(SB_STR("a*\0"), SB_STR("a\0\0"), 0));
    ck_assert(!sb_str_glob(SB_STR("a"), SB_STR("a\0"), 0));
}
END_TEST

/* A backtracking matcher does not come back from these. */
START_TEST(globs_stay_linear)
{
    static char pattern[4000], text[4000];
    for (size_t i = 0; i < sizeof pattern; i++)
        pattern[i] = i % 2 ? 'a' : '*';
    memset(text, 'a', sizeof text);
    text[sizeof text - 1] = 'b';
    struct sb_str t = {text, sizeof text};
    ck_assert(!sb_str_glob((struct sb_str){pattern, sizeof pattern}, t, 0));
    ck_assert(!sb_str_glob((struct sb_str){pattern, sizeof pattern}, t, '/'));
    memset(pattern, '[', sizeof pattern);
    pattern[0] = '*';
    ck_assert(!sb_str_glob((struct sb_str){pattern, sizeof pattern}, t, 0));
}
END_TEST

START_TEST(the_nearest_word_is_suggested)
{
    static const char *const words[] = {"check", "explain", "ignore", "list", NULL};
    ck_assert_str_eq(sb_str_nearest("chekc", words), "check");
    ck_assert_str_eq(sb_str_nearest("chck", words), "check");
    ck_assert_str_eq(sb_str_nearest("IGNORES", words), "ignore");
    ck_assert_str_eq(sb_str_nearest("ilst", words), "list");
    ck_assert_ptr_null(sb_str_nearest("lost-it", words));
    ck_assert_ptr_null(sb_str_nearest("", words));
    ck_assert_ptr_null(sb_str_nearest("xyzzy", words));
    static char longer[1000];
    memset(longer, 'c', sizeof longer - 1);
    ck_assert_ptr_null(sb_str_nearest(longer, words));
    static const char *const one[] = {"cab", NULL}; /* restricted: ca -> ac -> abc would be 2 */
    ck_assert_ptr_null(sb_str_nearest("bac", one));
}
END_TEST

START_TEST(small_things)
{
    struct sb_str none = {NULL, 0}, ab = SB_STR("aB");
    ck_assert_int_lt(sb_str_cmp(SB_STR("a"), SB_STR("ab")), 0);
    ck_assert_int_gt(sb_str_cmp(SB_STR("\xC3"), SB_STR("a")), 0);
    ck_assert_int_eq(sb_str_cmp(none, SB_STR("")), 0);
    ck_assert(sb_str_eq_nocase(ab, SB_STR("Ab")) && !sb_str_eq_nocase(ab, SB_STR("a")));
    ck_assert(!sb_str_eq_nocase(SB_STR("["), SB_STR("{")) && !sb_str_eq_nocase(ab, SB_STR("ac")));
    ck_assert(sb_str_has(ab, none) && sb_str_has(none, none) && !sb_str_has(none, ab));
    ck_assert(sb_str_has(SB_STR("x\0aB"), ab) && !sb_str_has(SB_STR("ab"), ab));
    ck_assert(sb_str_starts(ab, SB_STR("a")) && !sb_str_starts(ab, SB_STR("B")));
    ck_assert(sb_str_ends(ab, SB_STR("B")) && !sb_str_ends(ab, SB_STR("xaB")));
    ck_assert(sb_str_starts(none, none) && sb_str_ends(none, none) && sb_str_ends(ab, none));
}
END_TEST

UNIT_MAIN("str", globs_agree_with_the_definition, globs_by_example, globs_stay_linear,
          the_nearest_word_is_suggested, small_things)
