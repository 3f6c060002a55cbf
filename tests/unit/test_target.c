/* core/net/target: what matches what; core/net/token: the brake. */
#include "tests/unit/unit.h"

#include "core/net/listen.h"
#include "core/net/target.h"
#include "core/net/token.h"

#include <arpa/inet.h>

START_TEST(targets)
{
    static const struct {
        const char *raw, *path, *query; /* path NULL: refused */
    } cases[] = {
        {"/", "/", ""},
        {"/a/b?c=d?e", "/a/b", "c=d?e"},
        {"/a?", "/a", ""},
        {"*", "*", ""},
        {"http://h/a?b", "/a", "b"},
        {"HTTPS://h:1", "/", ""},
        {"http://h?b", "/", "b"},
        {"/%41%2f", "/%41%2f", ""},
        {"/?%", "/", "%"},
        {"", NULL, NULL},
        {"a", NULL, NULL},
        {"h:1", NULL, NULL},
        {"/ ", NULL, NULL},
        {"/\t", NULL, NULL},
        {"/\x7f", NULL, NULL},
        {"/%", NULL, NULL},
        {"/%4", NULL, NULL},
        {"/%4g", NULL, NULL},
        {"/%00", NULL, NULL},
        {"?a", NULL, NULL},
    };
    for (size_t i = 0; i < SB_LEN(cases); i++) {
        struct sb_target t;
        bool ok = sb_target_split(sb_str(cases[i].raw), &t);
        unit_require(ok == (cases[i].path != NULL), "%s", cases[i].raw);
        unit_require(!ok ||
                         (sb_str_is(t.path, cases[i].path) && sb_str_is(t.query, cases[i].query)),
                     "%s", cases[i].raw);
    }
}
END_TEST

START_TEST(patterns)
{
    static const struct {
        const char *pattern, *path;
        int params; /* -1: no match */
    } cases[] = {
        {"/", "/", 0},
        {"/", "/a", -1},
        {"/a", "/a", 0},
        {"/a", "/a/", -1},
        {"/a", "/b", -1},
        {"/a", "/", -1},
        {"/a", "*", -1},
        {"/{x}", "/a", 1},
        {"/{x}", "/", -1},
        {"/{x}/b", "/a/b", 1},
        {"/{x}/b", "/a/c", -1},
        {"/a/{x}/{y}", "/a/b/c", 2},
        {"/a/{x}/{y}", "/a//c", -1},
        {"/a/", "/a/", 0},
        {"/a/", "/a", -1},
    };
    for (size_t i = 0; i < SB_LEN(cases); i++) {
        struct sb_pattern p;
        struct sb_str params[SB_PATTERN_PARAMS];
        ck_assert(sb_pattern_parse(cases[i].pattern, &p));
        bool ok = sb_pattern_match(&p, sb_str(cases[i].path), params);
        unit_require(ok == (cases[i].params >= 0) && (!ok || (int)p.params == cases[i].params),
                     "%s %s", cases[i].pattern, cases[i].path);
    }
    struct sb_pattern p;
    ck_assert(!sb_pattern_parse("a", &p));
    ck_assert(!sb_pattern_parse("/{a}/{b}/{c}/{d}/{e}", &p));
    ck_assert(!sb_pattern_parse("/1/2/3/4/5/6/7/8/9", &p));
}
END_TEST

START_TEST(queries)
{
    struct sb_query_pair pairs[SB_QUERY_PAIRS];
    char scratch[64];
    struct sb_str raw = SB_STR("a=1&b&=c&&d=%26+%&e=f=g");
    ck_assert_uint_eq(sb_query_parse(raw, scratch, pairs), 5);
    static const char *const names[] = {"a", "b", "", "d", "e"}, *const values[] = {"1", "", "c",
                                                                                    "& %", "f=g"};
    for (size_t i = 0; i < 5; i++)
        ck_assert(sb_str_is(pairs[i].name, names[i]) && sb_str_is(pairs[i].value, values[i]));
}
END_TEST

/* Ten failures of an address a minute, each address by itself, and memory for those that fail now. */
START_TEST(brake)
{
    const int64_t second = 1000000000;
    struct sb_throttle *t = sb_throttle_new(10);
    for (int i = 0; i < 10; i++)
        ck_assert_uint_eq(sb_throttle_fail(t, 7, i * second), 0);
    ck_assert_uint_eq(sb_throttle_fail(t, 7, 10 * second), 51);
    ck_assert_uint_eq(sb_throttle_fail(t, 8, 10 * second), 0);
    ck_assert_uint_eq(sb_throttle_fail(t, 7, 60 * second), 0);
    for (uint64_t other = 100; other < 100000; other++)
        ck_assert_uint_eq(sb_throttle_fail(t, other, 61 * second), 0);
    sb_throttle_free(t);
}
END_TEST

START_TEST(peers)
{
    union sb_sockaddr v4 = {.in = {.sin_family = AF_INET}},
                      mapped = {.in6 = {.sin6_family = AF_INET6}}, a = mapped, b = mapped,
                      un = {.un = {.sun_family = AF_UNIX}};
    char text[SB_SOCKADDR_TEXT];
    inet_pton(AF_INET, "192.0.2.1", &v4.in.sin_addr);
    inet_pton(AF_INET6, "::ffff:192.0.2.1", &mapped.in6.sin6_addr);
    inet_pton(AF_INET6, "2001:db8:1:2::1", &a.in6.sin6_addr);
    inet_pton(AF_INET6, "2001:db8:1:2:ffff::2", &b.in6.sin6_addr);
    ck_assert_uint_eq(sb_sockaddr_key(&v4), sb_sockaddr_key(&mapped));
    ck_assert_uint_eq(sb_sockaddr_key(&a), sb_sockaddr_key(&b)); /* one /64 */
    ck_assert_uint_ne(sb_sockaddr_key(&a), sb_sockaddr_key(&v4));
    sb_sockaddr_text(&mapped, text);
    ck_assert_str_eq(text, "192.0.2.1");
    sb_sockaddr_text(&a, text);
    ck_assert_str_eq(text, "2001:db8:1:2::1");
    sb_sockaddr_text(&un, text);
    ck_assert_str_eq(text, "unix");
}
END_TEST

UNIT_MAIN("target", targets, patterns, queries, brake, peers)
