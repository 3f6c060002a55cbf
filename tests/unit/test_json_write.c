/* core/doc/json_write: layout, numbers, limits, and that what is written is read back equal. */
#include "core/doc/json.h"
#include "core/doc/json_write.h"
#include "tests/unit/unit.h"

#include <math.h>
#include <signal.h>

static uint32_t state = 12345;

static uint32_t any(uint32_t below)
{
    state = state * 1664525u + 1013904223u;
    return (state >> 8) % below;
}

START_TEST(the_layout)
{
    for (int indent = 0; indent <= 2; indent += 2) {
        struct sb_buf b = SB_BUF_INIT(1000);
        struct sb_json_writer w;
        sb_json_writer_init(&w, &b, indent);
        sb_json_open_map(&w);
        sb_json_key(&w, "a\x1b");
        sb_json_open_list(&w);
        sb_json_int(&w, INT64_MIN);
        sb_json_double(&w, 0.5);
        sb_json_double(&w, (double)NAN);
        sb_json_bool(&w, true);
        sb_json_text(&w, NULL);
        sb_json_text(&w, "x");
        sb_json_open_map(&w);
        sb_json_close_map(&w);
        sb_json_close_list(&w);
        sb_json_key_str(&w, SB_STR("b"));
        sb_json_open_list(&w);
        sb_json_close_list(&w);
        sb_json_close_map(&w);
        ck_assert_str_eq(
            b.data, indent ? "{\n  \"a\\u001b\": [\n    -9223372036854775808,\n    0.5,\n"
                             "    null,\n    true,\n    null,\n    \"x\",\n    {}\n  ],\n"
                             "  \"b\": []\n}"
                           : "{\"a\\u001b\":[-9223372036854775808,0.5,null,true,null,\"x\",{}],"
                             "\"b\":[]}");
        sb_buf_done(&b);
    }
}
END_TEST

/* A tree of every type, with what is hard to write. */
static struct sb_doc_node *random_tree(struct sb_doc_pool *pool, int depth)
{
    static const char *const numbers[] = {"0",   "-0", "1e5", "-1.50", "12345678901234567890123",
                                          "1E-7"};
    struct sb_doc_node *items[5], *n;
    struct sb_doc_member members[5];
    char text[16];
    uint32_t kind = any(depth > 0 ? 8 : 5), count = any(6);
    switch (kind) {
    case 0: return sb_doc_node_new(pool, SB_DOC_NULL);
    case 1: return sb_doc_bool(pool, any(2));
    case 2: return sb_doc_int(pool, (int64_t)any(1000) - 500);
    case 3:
        n = sb_doc_node_new(pool, SB_DOC_NUMBER);
        n->u.text = numbers[any(SB_LEN(numbers))];
        n->count = (uint32_t)strlen(n->u.text);
        return n;
    case 4:
        for (uint32_t i = 0; i < count; i++)
            text[i] = (char)(any(4) ? any(128) : '"');
        return sb_doc_string(pool, text, count);
    default: break;
    }
    for (uint32_t i = 0; i < count; i++) {
        items[i] = random_tree(pool, depth - 1);
        int len = snprintf(text, sizeof text, "%u\n%u", i, any(3));
        members[i] = (struct sb_doc_member){.key = sb_doc_intern(pool, text, (size_t)len),
                                            .value = items[i]};
    }
    return kind & 1 ? sb_doc_list(pool, items, count) : sb_doc_map(pool, members, count);
}

static void check_round_trip(struct sb_doc_pool *pool, const struct sb_doc_node *tree, int indent)
{
    struct sb_buf b = SB_BUF_INIT(1 << 22);
    struct sb_json_writer w;
    struct sb_doc_text text;
    struct sb_doc_node *back = NULL;
    struct sb_error e;
    sb_json_writer_init(&w, &b, indent);
    sb_json_open_list(&w); /* somewhere inside a message */
    ck_assert_int_eq(sb_json_node(&w, tree, 1000000, &e), 0);
    sb_json_close_list(&w);
    ck_assert_int_eq(sb_doc_text_copy(pool, "t", b.data, b.len, &text, &e), 0);
    ck_assert_msg(sb_json_read(pool, &text, NULL, &back, &e) == 0, "%s\n%s", e.text, b.data);
    ck_assert_msg(sb_doc_equal(pool, back->u.items[0], tree), "%s", b.data);
    sb_buf_done(&b);
}

START_TEST(what_is_written_is_read_back_equal)
{
    struct sb_doc_pool *pool = sb_doc_pool_new();
    for (int i = 0; i < 3000; i++)
        check_round_trip(pool, random_tree(pool, 5), i % 3);
    sb_doc_pool_free(pool);
}
END_TEST

START_TEST(numbers_of_yaml_are_spelled_as_json)
{
    static const char *const cases[][2] = {
        {"+1", "1"},
        {".5", "0.5"},
        {"-.5", "-0.5"},
        {"1.", "1"},
        {"1.e3", "1e3"},
        {"0x1F", "31"},
        {"0o17", "15"},
        {"010", "10"},
        {"-007.50", "-7.50"},
        {"1E+05", "1E+05"},
        {"-0", "-0"},
        {"000", "0"},
        {"0xFFFFFFFFFFFFFFFF", "18446744073709551615"},
        {"+.5e-1", "0.5e-1"},
    };
    struct sb_doc_pool *pool = sb_doc_pool_new();
    for (size_t i = 0; i < SB_LEN(cases); i++) {
        struct sb_buf b = SB_BUF_INIT(100);
        struct sb_json_writer w;
        struct sb_error e;
        struct sb_doc_node *n = sb_doc_node_new(pool, SB_DOC_NUMBER);
        n->u.text = cases[i][0];
        n->count = (uint32_t)strlen(cases[i][0]);
        sb_json_writer_init(&w, &b, 0);
        ck_assert_int_eq(sb_json_node(&w, n, 1, &e), 0);
        ck_assert_str_eq(b.data, cases[i][1]);
        n->flags = SB_DOC_NONFINITE;
        ck_assert_int_eq(sb_json_node(&w, n, 1, &e), -SB_EINPUT);
        sb_buf_done(&b);
    }
    sb_doc_pool_free(pool);
}
END_TEST

/* Deeper than the stack would stand with recursion, and wider than the budget when expanded. */
START_TEST(deep_trees_and_shared_ones)
{
    struct sb_doc_pool *pool = sb_doc_pool_new();
    struct sb_buf b = SB_BUF_INIT(1 << 22);
    struct sb_json_writer w;
    struct sb_error e;
    struct sb_doc_node *n = sb_doc_bool(pool, true);
    for (int i = 0; i < 1000000; i++)
        n = sb_doc_list(pool, &n, 1);
    sb_json_writer_init(&w, &b, 0);
    ck_assert_int_eq(sb_json_node(&w, n, 1000001, &e), 0);
    ck_assert_uint_eq(b.len, 2000004);
    ck_assert_int_eq(sb_json_node(&w, n, 1000000, &e), -SB_ETOOBIG);
    n = sb_doc_bool(pool, true);
    for (int i = 0; i < 60; i++)
        n = sb_doc_list(pool, (struct sb_doc_node *[]){n, n}, 2);
    sb_buf_reset(&b);
    ck_assert_int_eq(sb_json_node(&w, n, 1000, &e), -SB_ETOOBIG);
    sb_buf_reset(&b);
    ck_assert_int_eq(sb_json_node(&w, n, UINT64_MAX, &e), 0);
    ck_assert_int_eq(sb_buf_check(&b, "b", &e), -SB_ETOOBIG); /* the buffer's cap ends it */
    sb_buf_done(&b);
    sb_doc_pool_free(pool);
}
END_TEST

static void misuse(int how)
{
    struct sb_buf b = SB_BUF_INIT(100);
    struct sb_json_writer w;
    sb_json_writer_init(&w, &b, 0);
    sb_json_open_map(&w);
    if (how == 0)
        sb_json_int(&w, 1);
    if (how == 1)
        sb_json_close_list(&w);
    sb_json_key(&w, "a");
    if (how == 2)
        sb_json_key(&w, "b");
    if (how == 3)
        sb_json_close_map(&w);
    sb_buf_done(&b);
}

START_TEST(misuse_is_an_assertion)
{
    misuse(_i);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {the_layout, what_is_written_is_read_back_equal,
                                  numbers_of_yaml_are_spelled_as_json, deep_trees_and_shared_ones};
    Suite *s = suite_create("json_write");
    TCase *t = tcase_create("json_write");
    tcase_set_timeout(t, 300);
    for (size_t i = 0; i < SB_LEN(tests); i++)
        tcase_add_test(t, tests[i]);
    tcase_add_loop_test_raise_signal(t, misuse_is_an_assertion, SIGABRT, 0, 4);
    suite_add_tcase(s, t);
    SRunner *sr = srunner_create(s);
    srunner_set_tap(sr, "-");
    srunner_run_all(sr, CK_SILENT);
    int failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
