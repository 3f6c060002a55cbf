/* Equal in meaning is equal: the corpus tests/golden/drift-equal. Every pair gives no finding, every
 * twin at least one, and without its normaliser a pair differs. */
#include "tests/unit/drift_unit.h"

#include <glob.h>

struct tally {
    unsigned pairs;
};

static size_t findings_of(struct sb_doc_pool *pool, struct sb_doc_node *plan,
                          struct sb_doc_node *actual, unsigned normalizers, char **ret_lines)
{
    struct drift_unit u = {.pool = pool};
    u.opts.normalizers = normalizers;
    unit_compare_roots(&u, plan, actual);
    size_t n = u.findings.list.len;
    if (ret_lines)
        *ret_lines = unit_lines(&u);
    drift_findings_done(&u.findings);
    return n;
}

static unsigned without(struct sb_doc_pool *pool, const struct sb_doc_node *pair)
{
    const struct sb_doc_node *needs = sb_doc_get_str(pool, pair, "needs");
    if (!needs)
        return 0;
    for (unsigned i = 0; drift_normalizers[i].name; i++)
        if (sb_str_is(sb_doc_str(needs), drift_normalizers[i].name))
            return ALL_NORMALIZERS & ~(1u << i);
    ck_abort_msg("no normaliser %.*s", SB_STR_ARG(sb_doc_str(needs)));
    return 0;
}

static void check_pair(struct sb_doc_pool *pool, const struct sb_doc_node *pair, const char *file,
                       struct tally *t)
{
    struct sb_doc_node *plan = sb_doc_get_str(pool, pair, "plan");
    struct sb_doc_node *actual = sb_doc_get_str(pool, pair, "actual");
    struct sb_doc_node *twin = sb_doc_get_str(pool, pair, "twin");
    struct sb_str name = sb_doc_str(sb_doc_get_str(pool, pair, "name"));
    char *lines;
    size_t n = findings_of(pool, plan, actual, ALL_NORMALIZERS, &lines);
    ck_assert_msg(n == 0, "%s: %.*s: not equal:\n%s", file, SB_STR_ARG(name), lines);
    free(lines);
    n = findings_of(pool, plan, twin, ALL_NORMALIZERS, NULL);
    ck_assert_msg(n > 0, "%s: %.*s: the twin is not found", file, SB_STR_ARG(name));
    unsigned rest = without(pool, pair);
    n = rest ? findings_of(pool, plan, actual, rest, NULL) : 1;
    ck_assert_msg(n > 0, "%s: %.*s: equal without its normaliser too", file, SB_STR_ARG(name));
    t->pairs++;
}

START_TEST(test_corpus)
{
    struct tally t = {0};
    glob_t files;
    char pattern[4096];
    const char *src = getenv("SB_SRC");
    snprintf(pattern, sizeof pattern, "%s/tests/golden/drift-equal/*.yaml", src ? src : ".");
    ck_assert_int_eq(glob(pattern, 0, NULL, &files), 0);
    for (size_t i = 0; i < files.gl_pathc; i++) {
        struct sb_doc_pool *pool = sb_doc_pool_new();
        struct sb_doc_text text;
        struct sb_doc_node *pairs = NULL;
        struct sb_error e;
        int rc = sb_doc_text_read(pool, files.gl_pathv[i], &sb_doc_limits_default, &text, &e);
        if (!rc)
            rc = sb_yaml_read(pool, &text, NULL, &pairs, &e);
        ck_assert_msg(!rc, "%s:%u: %s", e.file, (unsigned)e.line, e.text);
        for (uint32_t k = 0; k < pairs->count; k++)
            check_pair(pool, pairs->u.items[k], files.gl_pathv[i], &t);
        sb_doc_pool_free(pool);
    }
    globfree(&files);
    ck_assert_uint_ge(t.pairs, 60);
}
END_TEST

START_TEST(test_table)
{
    unsigned n = 0;
    while (drift_normalizers[n].name)
        ck_assert_str_ne(drift_normalizers[n++].text, "");
    ck_assert_uint_eq(n, DRIFT_NORMALIZER_COUNT);
}
END_TEST

UNIT_MAIN("drift_equal", test_corpus, test_table)
