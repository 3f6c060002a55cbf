/* core/doc/patch and merge_patch: errors, sharing, limits. The public suite is test_patch_suite.c. */
#include "core/doc/json.h"
#include "core/doc/json_write.h"
#include "core/doc/patch.h"
#include "tests/unit/unit.h"

static struct sb_doc_pool *pool;
static uint32_t state;

static uint32_t any(uint32_t below)
{
    state = state * 1664525u + 1013904223u;
    return (state >> 8) % below;
}

static struct sb_doc_node *read_json(const char *json)
{
    struct sb_doc_text text;
    struct sb_doc_node *n = NULL;
    struct sb_error e;
    ck_assert_int_eq(sb_doc_text_copy(pool, "p.json", json, strlen(json), &text, &e), 0);
    unit_require(sb_json_read(pool, &text, NULL, &n, &e) == 0, "%s in %s", e.text, json);
    return n;
}

static void write_json(const struct sb_doc_node *n, struct sb_buf *b)
{
    struct sb_json_writer w;
    struct sb_error e;
    sb_buf_reset(b);
    sb_json_writer_init(&w, b, 0);
    ck_assert_int_eq(sb_json_node(&w, n, 1000000, &e), 0);
}

/* Every map answers for each of its members, and for none twice. */
static void check_lookups(const struct sb_doc_node *n)
{
    for (uint32_t i = 0; n->type == SB_DOC_LIST && i < n->count; i++)
        check_lookups(n->u.items[i]);
    for (uint32_t i = 0; n->type == SB_DOC_MAP && i < n->count; i++) {
        unit_require(sb_doc_find(pool, n, n->u.members[i].key) == i, "%s",
                     n->u.members[i].key->text);
        check_lookups(n->u.members[i].value);
    }
}

/* --- random documents and patches --- */
static void put_random_value(struct sb_buf *b, int depth)
{
    uint32_t kind = any(depth > 0 ? 6 : 2), count = any(depth > 1 ? 14 : 5), skip;
    switch (kind) {
    case 0: sb_buf_printf(b, "%u", any(3)); return;
    case 1: sb_buf_puts(b, any(2) ? "null" : "\"s\""); return;
    case 2:
    case 3:
        sb_buf_putc(b, '[');
        for (uint32_t i = 0; i < count; i++) {
            sb_buf_puts(b, i ? "," : "");
            put_random_value(b, depth - 1);
        }
        sb_buf_putc(b, ']');
        return;
    default:
        skip = any(4);
        sb_buf_putc(b, '{');
        for (uint32_t i = 0; i < count; i++) {
            sb_buf_printf(b, "%s\"%c\":", i ? "," : "", 'a' + (int)(i + skip));
            put_random_value(b, depth - 1);
        }
        sb_buf_putc(b, '}');
        return;
    }
}

/* A path that mostly exists: down from n, and stopping anywhere. */
static void put_random_path(struct sb_buf *b, const struct sb_doc_node *n)
{
    while (any(5) > 0) {
        bool list = n->type == SB_DOC_LIST;
        if ((!list && n->type != SB_DOC_MAP) || n->count == 0 || any(6) == 0) {
            sb_buf_printf(b, list ? "/%u" : "/%c", list ? any(n->count + 2) : 'a' + any(18));
            return;
        }
        uint32_t i = any(n->count);
        if (list)
            sb_buf_printf(b, "/%u", i);
        else
            sb_buf_printf(b, "/%s", n->u.members[i].key->text);
        n = list ? n->u.items[i] : n->u.members[i].value;
    }
}

static void put_random_operation(struct sb_buf *b, const struct sb_doc_node *doc)
{
    static const char *const ops[] = {"add",  "add",  "remove", "replace",
                                      "move", "copy", "copy",   "test"};
    sb_buf_printf(b, "{\"op\":\"%s\",\"path\":\"", ops[any(8)]);
    put_random_path(b, doc);
    sb_buf_puts(b, "\",\"from\":\"");
    put_random_path(b, doc);
    sb_buf_puts(b, "\",\"value\":");
    put_random_value(b, 2);
    sb_buf_putc(b, '}');
}

/* The reference for sharing: a document read again from text before every operation shares nothing. */
START_TEST(many_operations_are_the_same_as_one_after_another)
{
    int applied = 0;
    for (uint32_t seed = 0; seed < 2000; seed++) {
        struct sb_buf before = SB_BUF_INIT(1 << 22), now = SB_BUF_INIT(1 << 22),
                      ops = SB_BUF_INIT(1 << 22), one = SB_BUF_INIT(1 << 22);
        struct sb_error e;
        struct sb_doc_node *doc, *step, *next, *result = NULL;
        pool = sb_doc_pool_new();
        state = seed;
        put_random_value(&before, 4);
        doc = step = read_json(before.data);
        write_json(doc, &before);
        sb_buf_puts(&ops, "[");
        for (uint32_t i = 0, n = 0; i < 30 && n < 12; i++) {
            sb_buf_reset(&one);
            sb_buf_puts(&one, "[");
            put_random_operation(&one, step);
            sb_buf_puts(&one, "]");
            write_json(step, &now);
            if (now.len > 200000)
                break;
            if (sb_patch_apply(pool, read_json(now.data), read_json(one.data), &next, &e) == 0) {
                sb_buf_printf(&ops, "%s%.*s", n++ ? "," : "", (int)one.len - 2, one.data + 1);
                step = next;
                applied++;
            }
        }
        sb_buf_puts(&ops, "]");
        unit_require(sb_patch_apply(pool, doc, read_json(ops.data), &result, &e) == 0, "%s",
                     e.text);
        unit_require(sb_doc_equal(pool, result, step), "%s by %s", before.data, ops.data);
        check_lookups(result);
        check_lookups(doc);
        write_json(doc, &now);
        ck_assert_str_eq(now.data, before.data);
        sb_doc_pool_free(pool);
        sb_buf_done(&before);
        sb_buf_done(&now);
        sb_buf_done(&ops);
        sb_buf_done(&one);
    }
    ck_assert_int_gt(applied, 14000);
}
END_TEST

static int apply(const char *doc, const char *patch, struct sb_doc_node **ret, struct sb_error *e)
{
    return sb_patch_apply(pool, read_json(doc), read_json(patch), ret, e);
}

START_TEST(errors_name_the_operation_and_what_was_expected)
{
    static const struct {
        const char *patch;
        int rc;
        const char *text, *hint;
    } cases[] = {
        {"{}", -SB_EINPUT, "a JSON Patch is a list of operations, not a map", "merge patch"},
        {"[7]", -SB_EINPUT, "operation 1 of 1: an operation is a map", ""},
        {"[{\"path\":\"\"}]", -SB_EINPUT, "operation 1 of 1: it has no \"op\"", ""},
        {"[{\"op\":\"replce\",\"path\":\"\"}]", -SB_EINPUT, "\"replce\" is no operation",
         "replace"},
        {"[{\"op\":1,\"path\":\"\"}]", -SB_EINPUT, "its \"op\" must be a string, not a number", ""},
        {"[{\"op\":\"add\",\"path\":\"/a\"}]", -SB_EINPUT,
         "operation 1 of 1 (add \"/a\"): it has no \"value\"", ""},
        {"[{\"op\":\"copy\",\"path\":\"/a\"}]", -SB_EINPUT, "it has no \"from\"", ""},
        {"[{\"op\":\"test\",\"path\":\"/a\",\"value\":1},{\"op\":\"remove\",\"path\":\"/b/7\"}]",
         -SB_ENOTFOUND,
         "operation 2 of 2 (remove \"/b/7\"): the list at \"/b\" has 2 items, so no item 7", ""},
        {"[{\"op\":\"add\",\"path\":\"/b/3\",\"value\":1}]", -SB_ENOTFOUND, "no item 3",
         "is 2, or -"},
        {"[{\"op\":\"add\",\"path\":\"/x/y\",\"value\":1}]", -SB_ENOTFOUND,
         "the map at \"\" has no member \"x\"", ""},
        {"[{\"op\":\"replace\",\"path\":\"/x\",\"value\":1}]", -SB_ENOTFOUND, "no member \"x\"",
         ""},
        {"[{\"op\":\"replace\",\"path\":\"/b/-\",\"value\":1}]", -SB_ENOTFOUND, "nothing is there",
         ""},
        {"[{\"op\":\"test\",\"path\":\"/a\",\"value\":\"1\"}]", -SB_EINPUT,
         "(test \"/a\"): expected \"1\", found 1", ""},
        {"[{\"op\":\"test\",\"path\":\"/b\",\"value\":[]}]", -SB_EINPUT,
         "expected a list of 0 items, found a list of 2 items", ""},
        {"[{\"op\":\"test\",\"path\":\"/b\",\"value\":[1,3]}]", -SB_EINPUT, "other contents", ""},
        {"[{\"op\":\"move\",\"from\":\"/b\",\"path\":\"/b/0\"}]", -SB_EINPUT,
         "(move \"/b\" to \"/b/0\"): a value cannot be moved into itself", ""},
        {"[{\"op\":\"move\",\"from\":\"\",\"path\":\"/b\"}]", -SB_EINPUT, "into itself", ""},
        {"[{\"op\":\"remove\",\"path\":\"\"}]", -SB_EINPUT, "whole document", ""},
        {"[{\"op\":\"add\",\"path\":\"a\",\"value\":1}]", -SB_EINPUT, "starts with /", "/spec"},
        {"[{\"op\":\"add\",\"path\":\"/a/b\",\"value\":1}]", -SB_ENOTFOUND,
         "\"/a\" is a number, so it has no \"b\"", ""},
    };
    pool = sb_doc_pool_new();
    for (size_t i = 0; i < SB_LEN(cases); i++) {
        struct sb_error e = {0};
        struct sb_doc_node *kept = sb_doc_bool(pool, true), *ret = kept;
        int rc = apply("{\"a\":1,\"b\":[1,2]}", cases[i].patch, &ret, &e);
        unit_require(rc == cases[i].rc, "%s: %d %s", cases[i].patch, rc, e.text);
        unit_require(strstr(e.text, cases[i].text) != NULL, "%s", e.text);
        unit_require(strstr(e.hint, cases[i].hint) != NULL, "%s", e.hint);
        ck_assert_str_eq(e.file, "p.json");
        ck_assert_uint_eq(e.line, 1);
        ck_assert_ptr_eq(ret, kept);
    }
    sb_doc_pool_free(pool);
}
END_TEST

START_TEST(secrets_stay_out_of_errors)
{
    pool = sb_doc_pool_new();
    struct sb_error e;
    struct sb_doc_node *doc = read_json("{\"s\":{\"k\":\"hunter2\"}}"), *ret;
    doc->u.members[0].value->flags |= SB_DOC_SECRET;
    ck_assert_int_eq(
        sb_patch_apply(pool, doc,
                       read_json("[{\"op\":\"test\",\"path\":\"/s/k\",\"value\":\"hunter3\"}]"),
                       &ret, &e),
        -SB_EINPUT);
    unit_require(!strstr(e.text, "hunter"), "%s", e.text);
    sb_doc_pool_free(pool);
}
END_TEST

START_TEST(untouched_parts_are_shared)
{
    pool = sb_doc_pool_new();
    struct sb_error e;
    struct sb_doc_node *doc = read_json("{\"a\":{\"b\":1},\"c\":{\"d\":[1]}}"), *ret = NULL;
    ck_assert_int_eq(
        sb_patch_apply(pool, doc, read_json("[{\"op\":\"replace\",\"path\":\"/a/b\",\"value\":2}]"),
                       &ret, &e),
        0);
    ck_assert_ptr_ne(ret, doc);
    ck_assert_ptr_ne(ret->u.members[0].value, doc->u.members[0].value);
    ck_assert_ptr_eq(ret->u.members[1].value, doc->u.members[1].value);
    ck_assert_int_eq(sb_patch_apply(pool, doc, read_json("[]"), &ret, &e), 0);
    ck_assert_ptr_eq(ret, doc);
    sb_doc_pool_free(pool);
}
END_TEST

/* Containers are copied once, not once an operation: the nodes made say so. */
START_TEST(long_patches_copy_a_container_once)
{
    enum { N = 20000 };
    pool = sb_doc_pool_new();
    struct sb_error e;
    struct sb_buf doc = SB_BUF_INIT(1 << 24), ops = SB_BUF_INIT(1 << 24);
    sb_buf_puts(&doc, "{\"l\":[0],\"m\":{");
    sb_buf_puts(&ops, "[{\"op\":\"test\",\"path\":\"/l/0\",\"value\":0}");
    for (int i = 0; i < N; i++) {
        sb_buf_printf(&doc, "%s\"k%d\":%d", i ? "," : "", i, i);
        sb_buf_printf(&ops, ",{\"op\":\"add\",\"path\":\"/l/-\",\"value\":%d}", i);
        sb_buf_printf(&ops, ",{\"op\":\"%s\",\"path\":\"/m/k%d\",\"value\":0}",
                      i % 3 ? "remove" : "replace", i);
        sb_buf_printf(&ops, ",{\"op\":\"add\",\"path\":\"/m/n%d\",\"value\":1}", i);
    }
    sb_buf_puts(&doc, "}}");
    sb_buf_puts(&ops, "]");
    struct sb_doc_node *tree = read_json(doc.data), *patch = read_json(ops.data), *ret = NULL;
    uint32_t nodes = sb_doc_node_count(pool);
    unit_require(sb_patch_apply(pool, tree, patch, &ret, &e) == 0, "%s", e.text);
    ck_assert_uint_eq(sb_doc_node_count(pool) - nodes, 3);
    ck_assert_uint_eq(ret->u.members[0].value->count, N + 1);
    ck_assert_uint_eq(ret->u.members[1].value->count, N + (N + 2) / 3);
    check_lookups(ret);
    sb_buf_done(&doc);
    sb_buf_done(&ops);
    sb_doc_pool_free(pool);
}
END_TEST

static void put_map(struct sb_buf *b, const char *keys)
{
    sb_buf_putc(b, '{');
    for (const char *k = keys; *k; k++)
        sb_buf_printf(b, "%s\"%c\":%d", k == keys ? "" : ",", *k, *k);
    sb_buf_putc(b, '}');
}

/* A large map is tested, changed to the same size, and tested again. */
START_TEST(an_index_never_answers_from_the_past)
{
    struct sb_buf doc = SB_BUF_INIT(10000), ops = SB_BUF_INIT(10000);
    struct sb_doc_node *ret = NULL;
    struct sb_error e;
    pool = sb_doc_pool_new();
    put_map(&doc, "abcdefghijkl");
    sb_buf_puts(&ops, "[{\"op\":\"replace\",\"path\":\"/a\",\"value\":97},"
                      "{\"op\":\"test\",\"path\":\"\",\"value\":");
    put_map(&ops, "lkjihgfedcba");
    sb_buf_puts(&ops, "}");
    for (const char *k = "jkl"; *k; k++)
        sb_buf_printf(&ops, ",{\"op\":\"remove\",\"path\":\"/%c\"}", *k);
    for (const char *k = "xyz"; *k; k++)
        sb_buf_printf(&ops, ",{\"op\":\"add\",\"path\":\"/%c\",\"value\":%d}", *k, *k);
    sb_buf_puts(&ops, ",{\"op\":\"test\",\"path\":\"\",\"value\":");
    put_map(&ops, "zyxihgfedcba");
    sb_buf_puts(&ops, "}]");
    unit_require(apply(doc.data, ops.data, &ret, &e) == 0, "%s", e.text);
    check_lookups(ret);
    sb_buf_done(&doc);
    sb_buf_done(&ops);
    sb_doc_pool_free(pool);
}
END_TEST

/* Keys that come and go in a map that has become small: their slots are used up some time. */
START_TEST(an_index_outlives_many_keys)
{
    struct sb_buf doc = SB_BUF_INIT(10000), ops = SB_BUF_INIT(100000);
    struct sb_doc_node *ret = NULL;
    struct sb_error e;
    pool = sb_doc_pool_new();
    put_map(&doc, "abcdefghi");
    sb_buf_puts(&ops, "[{\"op\":\"remove\",\"path\":\"/a\"},{\"op\":\"remove\",\"path\":\"/b\"}");
    for (int i = 0; i < 300; i++)
        sb_buf_printf(&ops,
                      ",{\"op\":\"add\",\"path\":\"/n%d\",\"value\":1}"
                      ",{\"op\":\"remove\",\"path\":\"/n%d\"}",
                      i, i);
    sb_buf_puts(&ops, "]");
    unit_require(apply(doc.data, ops.data, &ret, &e) == 0, "%s", e.text);
    ck_assert_uint_eq(ret->count, 7);
    sb_buf_done(&doc);
    sb_buf_done(&ops);
    sb_doc_pool_free(pool);
}
END_TEST

START_TEST(copy_bombs_and_depth_are_limited)
{
    pool = sb_doc_pool_new();
    struct sb_error e;
    struct sb_doc_node *ret = NULL;
    struct sb_buf ops = SB_BUF_INIT(1 << 20), deep = SB_BUF_INIT(1 << 20);
    sb_buf_puts(&ops, "[{\"op\":\"test\",\"path\":\"\",\"value\":[[]]}");
    for (int i = 0; i < 60; i++)
        sb_buf_puts(&ops, ",{\"op\":\"copy\",\"from\":\"\",\"path\":\"/-\"}");
    sb_buf_puts(&ops, "]");
    ck_assert_int_eq(apply("[[]]", ops.data, &ret, &e), -SB_ETOOBIG);
    sb_buf_reset(&ops);
    sb_buf_puts(&ops, "[{\"op\":\"add\",\"path\":\"");
    for (int i = 0; i < 1023; i++) {
        sb_buf_putc(&deep, '[');
        sb_buf_puts(&ops, "/0");
    }
    sb_buf_fill(&deep, ']', 1023);
    struct sb_doc_node *doc = read_json(deep.data);
    for (int too_deep = 0; too_deep < 2; too_deep++) {
        struct sb_buf b = SB_BUF_INIT(1 << 20);
        sb_buf_printf(&b, "%s\",\"value\":%s}]", ops.data, too_deep ? "[[]]" : "[]");
        ck_assert_int_eq(sb_patch_apply(pool, doc, read_json(b.data), &ret, &e),
                         too_deep ? -SB_ETOOBIG : 0);
        sb_buf_done(&b);
    }
    sb_buf_done(&ops);
    sb_buf_done(&deep);
    sb_doc_pool_free(pool);
}
END_TEST

/* RFC 7396, appendix A, and the example of section 3. */
START_TEST(merge_patches_of_the_rfc)
{
    static const char *const cases[][3] = {
        {"{\"a\":\"b\"}", "{\"a\":\"c\"}", "{\"a\":\"c\"}"},
        {"{\"a\":\"b\"}", "{\"b\":\"c\"}", "{\"a\":\"b\",\"b\":\"c\"}"},
        {"{\"a\":\"b\"}", "{\"a\":null}", "{}"},
        {"{\"a\":\"b\",\"b\":\"c\"}", "{\"a\":null}", "{\"b\":\"c\"}"},
        {"{\"a\":[\"b\"]}", "{\"a\":\"c\"}", "{\"a\":\"c\"}"},
        {"{\"a\":\"c\"}", "{\"a\":[\"b\"]}", "{\"a\":[\"b\"]}"},
        {"{\"a\":{\"b\":\"c\"}}", "{\"a\":{\"b\":\"d\",\"c\":null}}", "{\"a\":{\"b\":\"d\"}}"},
        {"{\"a\":[{\"b\":\"c\"}]}", "{\"a\":[1]}", "{\"a\":[1]}"},
        {"[\"a\",\"b\"]", "[\"c\",\"d\"]", "[\"c\",\"d\"]"},
        {"{\"a\":\"b\"}", "[\"c\"]", "[\"c\"]"},
        {"{\"a\":\"foo\"}", "null", "null"},
        {"{\"a\":\"foo\"}", "\"bar\"", "\"bar\""},
        {"{\"e\":null}", "{\"a\":1}", "{\"e\":null,\"a\":1}"},
        {"[1,2]", "{\"a\":\"b\",\"c\":null}", "{\"a\":\"b\"}"},
        {"{}", "{\"a\":{\"bb\":{\"ccc\":null}}}", "{\"a\":{\"bb\":{}}}"},
        {"{\"title\":\"Goodbye!\",\"author\":{\"givenName\":\"John\",\"familyName\":\"Doe\"},"
         "\"tags\":[\"example\",\"sample\"],\"content\":\"This will be unchanged\"}",
         "{\"title\":\"Hello!\",\"phoneNumber\":\"+01-123-456-7890\","
         "\"author\":{\"familyName\":null},\"tags\":[\"example\"]}",
         "{\"title\":\"Hello!\",\"author\":{\"givenName\":\"John\"},\"tags\":[\"example\"],"
         "\"content\":\"This will be unchanged\",\"phoneNumber\":\"+01-123-456-7890\"}"},
        {"{\"a\":1}", "{}", "{\"a\":1}"},
    };
    struct sb_buf b = SB_BUF_INIT(10000), before = SB_BUF_INIT(10000);
    pool = sb_doc_pool_new();
    for (size_t i = 0; i < SB_LEN(cases); i++) {
        struct sb_error e;
        struct sb_doc_node *doc = read_json(cases[i][0]), *ret = NULL;
        ck_assert_int_eq(sb_merge_patch_apply(pool, doc, read_json(cases[i][1]), &ret, &e), 0);
        write_json(ret, &b);
        ck_assert_str_eq(b.data, cases[i][2]);
        write_json(doc, &before);
        ck_assert_str_eq(before.data, cases[i][0]);
    }
    sb_buf_done(&b);
    sb_buf_done(&before);
    sb_doc_pool_free(pool);
}
END_TEST

START_TEST(merge_patches_have_limits)
{
    pool = sb_doc_pool_new();
    struct sb_error e;
    struct sb_doc_node *n = sb_doc_bool(pool, true), *ret = NULL;
    struct sb_doc_member m[2] = {{.key = sb_doc_intern(pool, "a", 1)},
                                 {.key = sb_doc_intern(pool, "b", 1)}};
    for (int i = 0; i < 60; i++) { /* an alias bomb */
        m[0].value = m[1].value = n;
        n = sb_doc_map(pool, m, 2);
    }
    ck_assert_int_eq(sb_merge_patch_apply(pool, sb_doc_bool(pool, true), n, &ret, &e), -SB_ETOOBIG);
    n = sb_doc_bool(pool, true);
    for (int i = 0; i < 1025; i++) {
        m[0].value = n;
        n = sb_doc_map(pool, m, 1);
        ck_assert_int_eq(sb_merge_patch_apply(pool, n, n, &ret, &e), i < 1024 ? 0 : -SB_ETOOBIG);
    }
    sb_doc_pool_free(pool);
}
END_TEST

UNIT_MAIN("patch", many_operations_are_the_same_as_one_after_another,
          errors_name_the_operation_and_what_was_expected, secrets_stay_out_of_errors,
          untouched_parts_are_shared, long_patches_copy_a_container_once,
          an_index_never_answers_from_the_past, an_index_outlives_many_keys,
          copy_bombs_and_depth_are_limited, merge_patches_of_the_rfc, merge_patches_have_limits)
