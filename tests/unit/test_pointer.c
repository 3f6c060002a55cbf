/* core/doc/pointer: the examples of RFC 6901, and what is not there. */
#include "core/doc/json.h"
#include "core/doc/pointer.h"
#include "tests/unit/unit.h"

static struct sb_doc_pool *pool;

static struct sb_doc_node *read_json(const char *json)
{
    struct sb_doc_text text;
    struct sb_doc_node *n = NULL;
    struct sb_error e;
    ck_assert_int_eq(sb_doc_text_copy(pool, "t", json, strlen(json), &text, &e), 0);
    ck_assert_msg(sb_json_read(pool, &text, NULL, &n, &e) == 0, "%s", e.text);
    return n;
}

static const char example[] = "{\"foo\":[\"bar\",\"baz\"],\"\":0,\"a/b\":1,\"c%d\":2,\"e^f\":3,"
                              "\"g|h\":4,\"i\\\\j\":5,\"k\\\"l\":6,\" \":7,\"m~n\":8,"
                              "\"~1\":9,\"0\":10,\"00\":11,\"d\":{\"\":{\"\":12}}}";

/* Section 5, and some. */
START_TEST(the_examples_of_the_rfc)
{
    static const char *const cases[][2] = {
        {"/foo/0", "\"bar\""}, {"/foo/1", "\"baz\""}, {"/", "0"},     {"/a~1b", "1"},
        {"/c%d", "2"},         {"/e^f", "3"},         {"/g|h", "4"},  {"/i\\j", "5"},
        {"/k\"l", "6"},        {"/ ", "7"},           {"/m~0n", "8"}, {"/~01", "9"},
        {"/0", "10"},          {"/00", "11"},         {"/d//", "12"}, {"/foo", "[\"bar\",\"baz\"]"},
        {"", example},
    };
    pool = sb_doc_pool_new();
    struct sb_doc_node *doc = read_json(example), *got;
    for (size_t i = 0; i < SB_LEN(cases); i++) {
        struct sb_error e;
        ck_assert_msg(sb_pointer_get(pool, doc, sb_str(cases[i][0]), &got, &e) == 0, "%s: %s",
                      cases[i][0], e.text);
        ck_assert_msg(sb_doc_equal(pool, got, read_json(cases[i][1])), "%s", cases[i][0]);
    }
    sb_doc_pool_free(pool);
}
END_TEST

START_TEST(what_is_not_there_is_named)
{
    static const struct {
        const char *pointer;
        int rc;
        const char *says;
    } cases[] = {
        {"/nope/x/y", -SB_ENOTFOUND, "the map at \"\" has no member \"nope\""},
        {"/foo/2", -SB_ENOTFOUND, "the list at \"/foo\" has 2 items, so no item 2"},
        {"/foo/-", -SB_ENOTFOUND, "after the last item"},
        {"/foo/01", -SB_ENOTFOUND, "\"01\" is no index of the list at \"/foo\""},
        {"/foo/+1", -SB_ENOTFOUND, "no index"},
        {"/foo/-1", -SB_ENOTFOUND, "no index"},
        {"/foo/", -SB_ENOTFOUND, "\"\" is no index"},
        {"/foo/99999999999999999999999", -SB_ENOTFOUND, "no index"},
        {"/foo/0/x", -SB_ENOTFOUND, "\"/foo/0\" is a string, so it has no \"x\""},
        {"/d/ /x", -SB_ENOTFOUND, "the map at \"/d\" has no member \" \""},
        {"foo", -SB_EINPUT, "starts with /"},
        {"#/foo", -SB_EINPUT, "starts with /"},
        {"/a~2b", -SB_EINPUT, "~ is followed by 0 or 1"},
        {"/a~", -SB_EINPUT, "~ is followed by 0 or 1"},
        {"/nope/~", -SB_EINPUT, "~ is followed by 0 or 1"},
    };
    pool = sb_doc_pool_new();
    struct sb_doc_node *doc = read_json(example);
    for (size_t i = 0; i < SB_LEN(cases); i++) {
        struct sb_error e;
        struct sb_doc_node *got = doc;
        int rc = sb_pointer_get(pool, doc, sb_str(cases[i].pointer), &got, &e);
        ck_assert_msg(rc == cases[i].rc, "%s", cases[i].pointer);
        ck_assert_msg(strstr(e.text, cases[i].says) != NULL, "%s", e.text);
        ck_assert_ptr_eq(got, doc);
    }
    sb_doc_pool_free(pool);
}
END_TEST

/* Any token printed and split off again is the same token. */
START_TEST(tokens_survive_printing)
{
    pool = sb_doc_pool_new();
    for (uint32_t seed = 1; seed < 20000; seed++) {
        char text[8];
        uint32_t x = seed * 2654435761u;
        size_t len = x % 8;
        for (size_t i = 0; i < len; i++)
            text[i] = "~/01a\0-"[(x >> (8 + i * 3)) % 7];
        struct sb_str token = {text, len}, rest, back;
        struct sb_buf b = SB_BUF_INIT(100);
        struct sb_error e;
        sb_pointer_put(&b, token);
        sb_pointer_put_index(&b, seed);
        rest = (struct sb_str){b.data, b.len};
        ck_assert_int_eq(sb_pointer_next(sb_doc_arena(pool), &rest, &back, &e), 0);
        ck_assert(sb_str_eq(token, back));
        size_t index = 0;
        ck_assert_int_eq(sb_pointer_next(sb_doc_arena(pool), &rest, &back, &e), 0);
        ck_assert(sb_pointer_index(back, &index) && index == seed && rest.len == 0);
        ck_assert_int_eq(sb_pointer_next(sb_doc_arena(pool), &rest, &back, &e), -SB_EINPUT);
        sb_buf_done(&b);
    }
    sb_doc_pool_free(pool);
}
END_TEST

START_TEST(indexes)
{
    size_t index = 5;
    ck_assert(sb_pointer_index(SB_STR("0"), &index) && index == 0);
    ck_assert(sb_pointer_index(SB_STR("18446744073709551615"), &index) && index == SIZE_MAX);
    ck_assert(!sb_pointer_index(SB_STR("18446744073709551616"), &index));
    ck_assert(!sb_pointer_index(SB_STR(""), &index) && !sb_pointer_index(SB_STR("1 "), &index));
    ck_assert(!sb_pointer_index(SB_STR("1e0"), &index) && !sb_pointer_index(SB_STR("00"), &index));
}
END_TEST

UNIT_MAIN("pointer", the_examples_of_the_rfc, what_is_not_there_is_named, tokens_survive_printing,
          indexes)
