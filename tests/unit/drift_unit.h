/* For unit tests of the comparison: two texts in, findings as lines out.
 *
 * A line is "kind /identity", one a finding, in the order of the report. */
#ifndef SB_TESTS_DRIFT_UNIT_H
#define SB_TESTS_DRIFT_UNIT_H

#include "applets/drift/compare.h"
#include "core/doc/json.h"
#include "core/doc/yaml.h"
#include "tests/unit/unit.h"

#define ALL_NORMALIZERS ((1u << DRIFT_NORMALIZER_COUNT) - 1)

struct drift_unit {
    struct sb_doc_pool *pool;
    struct drift_side plan, actual;
    struct drift_list_rule rules[4];
    struct drift_compare_options opts;
    struct drift_findings findings;
    struct sb_error error;
};

static inline struct sb_doc_node *unit_read(struct sb_doc_pool *pool, const char *name,
                                            const char *text)
{
    struct sb_doc_text t;
    struct sb_doc_node *root = NULL;
    struct sb_error e;
    ck_assert_int_eq(sb_doc_text_copy(pool, name, text, strlen(text), &t, &e), 0);
    int rc = text[0] == '{' || text[0] == '[' ? sb_json_read(pool, &t, NULL, &root, &e)
                                              : sb_yaml_read(pool, &t, NULL, &root, &e);
    ck_assert_msg(rc == 0, "%s:%u:%u: %s\n%s", name, (unsigned)e.line, (unsigned)e.column, e.text,
                  text);
    return root;
}

static inline void unit_open(struct drift_unit *u)
{
    memset(u, 0, sizeof *u);
    u->pool = sb_doc_pool_new();
    u->opts.normalizers = ALL_NORMALIZERS;
    u->opts.list_rules = u->rules;
}

static inline void unit_done(struct drift_unit *u)
{
    drift_findings_done(&u->findings);
    sb_doc_pool_free(u->pool);
}

static inline void unit_rule(struct drift_unit *u, const char *rule)
{
    int rc = drift_list_rule_parse(u->pool, rule, &u->rules[u->opts.n_list_rules], &u->error);
    ck_assert_msg(rc == 0, "%s", u->error.text);
    u->opts.n_list_rules++;
}

/* Compares the two roots. */
static inline void unit_compare_roots(struct drift_unit *u, struct sb_doc_node *plan,
                                      struct sb_doc_node *actual)
{
    u->plan.name = "plan";
    u->plan.root = plan;
    u->actual.name = "actual";
    u->actual.root = actual;
    int rc = drift_compare(u->pool, &u->plan, &u->actual, &u->opts, &u->findings, &u->error);
    ck_assert_msg(rc == 0, "%s", u->error.text);
}

static inline void unit_compare(struct drift_unit *u, const char *plan, const char *actual)
{
    unit_compare_roots(u, unit_read(u->pool, "plan", plan), unit_read(u->pool, "actual", actual));
}

/* The caller frees the text. */
static inline char *unit_lines(const struct drift_unit *u)
{
    struct sb_buf b = SB_BUF_INIT(1u << 30);
    sb_buf_puts(&b, "");
    for (size_t i = 0; i < u->findings.list.len; i++) {
        const struct drift_finding *f = &u->findings.list.items[i];
        sb_buf_printf(&b, "%s ", drift_kind_names[f->kind]);
        drift_path_identity(&b, f->path);
        sb_buf_puts(&b, "\n");
    }
    sb_buf_puts(&b, "");
    return sb_buf_take(&b);
}

static inline void unit_expect_lines(const struct drift_unit *u, const char *expected)
{
    char *got = unit_lines(u);
    ck_assert_str_eq(got ? got : "", expected);
    free(got);
}

/* Plan, actual, and the lines they must give. */
static inline void unit_expect(const char *plan, const char *actual, const char *expected)
{
    struct drift_unit u;
    unit_open(&u);
    unit_compare(&u, plan, actual);
    unit_expect_lines(&u, expected);
    unit_done(&u);
}

#endif
