/* Paths as text, and path patterns. */
#include "tests/unit/drift_unit.h"

static struct drift_step key(const struct drift_step *up, const char *name)
{
    return (struct drift_step){
        .up = up, .kind = DRIFT_STEP_KEY, .name = sb_str(name), .plan_name = sb_str(name)};
}

static struct drift_step item(const struct drift_step *up, const char *name, uint32_t plan,
                              uint32_t actual)
{
    return (struct drift_step){.up = up,
                               .kind = DRIFT_STEP_ITEM,
                               .name = sb_str(name),
                               .plan_name = sb_str(name),
                               .plan_index = plan,
                               .actual_index = actual};
}

typedef void print_fn(struct sb_buf *b, const struct drift_step *path);

static void expect_text(print_fn *print, const struct drift_step *path, const char *wanted)
{
    struct sb_buf b = SB_BUF_INIT(4096);
    print(&b, path);
    ck_assert_str_eq(b.data ? b.data : "", wanted);
    sb_buf_done(&b);
}

static void expect_pointer(const struct drift_step *path, bool on_plan, const char *wanted)
{
    struct sb_buf b = SB_BUF_INIT(4096);
    drift_path_pointer(&b, path, on_plan);
    ck_assert_str_eq(b.data ? b.data : "", wanted);
    sb_buf_done(&b);
}

START_TEST(test_texts)
{
    struct drift_step env = key(NULL, "prod"), buckets = key(&env, "buckets");
    struct drift_step b = item(&buckets, "name=a/b", 2, 0), attr = key(&b, "x.y");
    buckets.collection = true;
    b.resource = true;
    expect_text(drift_path_identity, NULL, "");
    expect_text(drift_path_identity, &attr, "/prod/buckets/[name=a~1b]/x.y");
    expect_text(drift_path_resource, &attr, "buckets/a/b");
    expect_text(drift_path_resource, &env, "");
    expect_text(drift_path_attribute, &attr, "[\"x.y\"]");
    expect_text(drift_path_attribute, &buckets, "prod.buckets");
    expect_pointer(NULL, true, "");
    expect_pointer(&attr, true, "/prod/buckets/2/x.y");
    expect_pointer(&attr, false, "/prod/buckets/0/x.y");
    b.actual_index = DRIFT_NOWHERE; /* printed for the side that has it */
    expect_pointer(&attr, false, "/prod/buckets/2/x.y");
}
END_TEST

START_TEST(test_renamed_and_members)
{
    struct drift_step now = key(NULL, "new");
    now.plan_name = sb_str("old");
    struct drift_step below = key(&now, "a");
    expect_pointer(&below, true, "/old/a");
    expect_pointer(&below, false, "/new/a");
    struct drift_step web = key(NULL, "web"), member = key(&web, "s1"), type = key(&member, "type");
    member.kind = DRIFT_STEP_MEMBER;
    member.actual_index = DRIFT_NOWHERE;
    member.plan_name = sb_str("template");
    expect_pointer(&type, true, "/web/template/type");
    member.plan_name = (struct sb_str){0};
    expect_pointer(&type, true, "/web/type");
    expect_pointer(&type, false, "/web/s1/type");
    member.name = sb_str("name=s1");
    member.actual_index = 3;
    expect_pointer(&type, false, "/web/3/type");
    expect_text(drift_path_identity, &type, "/web/[name=s1]/type");
    member.plan_index = DRIFT_NOWHERE;
    expect_pointer(&type, true, "/web/3/type");
}
END_TEST

START_TEST(test_globs)
{
    static const struct {
        const char *glob;
        bool matches, prefix;
    } cases[] = {
        {"/prod/buckets/[name=a/b]/x.y", true, true},
        {"/prod/buckets/[name=a~1b]/x.y", true, true},
        {"/prod/buckets/*/x.y", true, true},
        {"/prod/buckets/[*]/x.*", true, true},
        {"/prod/buckets/[name=c*]/x.y", false, false},
        {"/prod/buckets", false, true},
        {"/prod", false, true},
        {"/buckets", false, false},
        {"buckets", false, true},
        {"x.y", true, true},
        {"buckets/*/x.y", true, true},
        {"buckets/x.y", false, false},
        {"**", true, true},
        {"/**/x.y", true, true},
        {"/**/buckets/**/x.y", true, true},
        {"/**/buckets/**/prod", false, false},
        {"/", false, true},
        {"/prod/*/*/*/*", false, false},
        {"/*/*/*/*", true, true},
        {"/prod/buckets/name=a~1b/x.y", false, false},
        {"/pr?d/**", true, true},
        {"**/x.y/**", true, true},
    };
    struct sb_doc_pool *pool = sb_doc_pool_new();
    struct drift_step env = key(NULL, "prod"), buckets = key(&env, "buckets");
    struct drift_step b = item(&buckets, "name=a/b", 2, 0), attr = key(&b, "x.y");
    for (size_t i = 0; i < SB_LEN(cases); i++) {
        struct drift_glob *g;
        struct sb_error e;
        ck_assert_int_eq(drift_glob_new(pool, sb_str(cases[i].glob), &g, &e), 0);
        ck_assert_msg(drift_glob_match(g, &attr, false) == cases[i].matches, "%s", cases[i].glob);
        ck_assert_msg(drift_glob_match(g, &attr, true) == cases[i].prefix, "%s below",
                      cases[i].glob);
    }
    sb_doc_pool_free(pool);
}
END_TEST

START_TEST(test_bad_globs)
{
    static const char *const bad[] = {"", "//", "/a//b", "a//"};
    struct sb_doc_pool *pool = sb_doc_pool_new();
    struct drift_glob *g;
    struct sb_error e;
    for (size_t i = 0; i < SB_LEN(bad); i++)
        ck_assert_msg(drift_glob_new(pool, sb_str(bad[i]), &g, &e) == -SB_EINPUT, "%s", bad[i]);
    char *longest = calloc(1, 5000);
    memset(longest, 'a', 4999);
    ck_assert_int_eq(drift_glob_new(pool, sb_str(longest), &g, &e), -SB_ETOOBIG);
    free(longest);
    sb_doc_pool_free(pool);
}
END_TEST

/* A deep path and a pattern made to backtrack: it must end. */
START_TEST(test_deep)
{
    struct sb_doc_pool *pool = sb_doc_pool_new();
    struct drift_step *steps = calloc(1000, sizeof(*steps));
    struct sb_buf pattern = SB_BUF_INIT(4096);
    struct drift_glob *g;
    struct sb_error e;
    for (size_t i = 0; i < 1000; i++)
        steps[i] = key(i ? &steps[i - 1] : NULL, "a");
    for (int i = 0; i < 400; i++)
        sb_buf_puts(&pattern, "/**/a");
    ck_assert_int_eq(drift_glob_new(pool, sb_str(pattern.data), &g, &e), 0);
    ck_assert(drift_glob_match(g, &steps[999], false));
    ck_assert(!drift_glob_match(g, &steps[398], false));
    sb_buf_puts(&pattern, "/b");
    ck_assert_int_eq(drift_glob_new(pool, sb_str(pattern.data), &g, &e), 0);
    ck_assert(!drift_glob_match(g, &steps[999], false));
    sb_buf_done(&pattern);
    free(steps);
    sb_doc_pool_free(pool);
}
END_TEST

UNIT_MAIN("drift_path", test_texts, test_renamed_and_members, test_globs, test_bad_globs, test_deep)
