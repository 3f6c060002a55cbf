/* For the tests of expr: one set of declared variables and one document to run against. */
#ifndef SB_TESTS_EXPR_ENV_H
#define SB_TESTS_EXPR_ENV_H

#include "core/doc/expr.h"
#include "core/doc/json.h"
#include "tests/unit/unit.h"

#define ENV_NOW INT64_C(1705312800000000000) /* 2024-01-15T10:00:00Z */

static const struct sb_expr_variable env_variables[] = {
    {"kind", SB_EXPR_STRING},    {"path", SB_EXPR_STRING},  {"expected", SB_EXPR_DYN},
    {"actual", SB_EXPR_DYN},     {"count", SB_EXPR_INT},    {"ratio", SB_EXPR_DOUBLE},
    {"flag", SB_EXPR_BOOL},      {"root", SB_EXPR_MAP},     {"items", SB_EXPR_LIST},
    {"seen", SB_EXPR_TIMESTAMP}, {"age", SB_EXPR_DURATION}, {"absent", SB_EXPR_DYN},
};

static const char env_json[] =
    "{\"n\": 4, \"whole\": 4.0, \"half\": 4.50, \"exp\": 4e0, \"third\": 0.1, \"huge\": 1e400,\n"
    " \"big\": 9223372036854775808, \"max\": 9223372036854775807, \"odd\": 9007199254740993,\n"
    " \"zero\": 0, \"s\": \"text\", \"nil\": null, \"yes\": true, \"empty\": {},\n"
    " \"list\": [1, 2.5, \"a\", null, {\"port\": 8080}], \"ports\": [22, 443, 8080],\n"
    " \"labels\": {\"app\": \"web\", \"content-type\": \"x\", \"app.kubernetes.io/name\": \"w\"},\n"
    " \"replicas\": 3}";

struct env {
    struct sb_doc_pool *pool;
    struct sb_doc_node *root;
    struct sb_expr_value values[SB_LEN(env_variables)];
    struct sb_expr_run run;
};

static inline void env_init(struct env *env)
{
    struct sb_doc_text text;
    struct sb_error e = {.code = SB_OK};
    env->pool = sb_doc_pool_new();
    ck_assert_int_eq(
        sb_doc_text_copy(env->pool, "data.json", env_json, sizeof env_json - 1, &text, &e), 0);
    ck_assert_int_eq(sb_json_read(env->pool, &text, NULL, &env->root, &e), 0);
    const struct sb_expr_value values[] = {
        {.kind = SB_EXPR_STRING, .str = SB_STR("changed")},
        {.kind = SB_EXPR_STRING, .str = SB_STR("/a/b")},
        {.kind = SB_EXPR_DYN, .node = env->root},
        {.kind = SB_EXPR_DYN, .node = sb_doc_get_str(env->pool, env->root, "n")},
        {.kind = SB_EXPR_INT, .num = 7},
        {.kind = SB_EXPR_DOUBLE, .real = 0.5},
        {.kind = SB_EXPR_BOOL, .num = 1},
        {.kind = SB_EXPR_MAP, .node = env->root},
        {.kind = SB_EXPR_LIST, .node = sb_doc_get_str(env->pool, env->root, "list")},
        {.kind = SB_EXPR_TIMESTAMP, .num = ENV_NOW - INT64_C(3600000000000)},
        {.kind = SB_EXPR_DURATION, .num = INT64_C(90000000000)},
        {.kind = SB_EXPR_DYN},
    };
    memcpy(env->values, values, sizeof values);
    env->run = (struct sb_expr_run){.pool = env->pool, .values = env->values, .now = ENV_NOW};
}

static inline void env_done(struct env *env)
{
    sb_doc_pool_free(env->pool);
}

static inline int env_compile(struct env *env, struct sb_str text, bool want_bool,
                              struct sb_expr **ret, struct sb_error *e)
{
    const struct sb_expr_source source = {.text = text, .at = {"p.yaml", 10, 5}};
    return sb_expr_compile(env->pool, &source, env_variables, SB_LEN(env_variables), want_bool, ret,
                           e);
}

/* The result as text, or "error: ..." / "refused: ...", from malloc. */
static inline char *env_eval(struct env *env, struct sb_str text, struct sb_error *e)
{
    struct sb_expr *program = NULL;
    struct sb_buf out = SB_BUF_INIT((size_t)4 << 20);
    *e = (struct sb_error){.code = SB_OK};
    if (env_compile(env, text, false, &program, e) < 0) {
        sb_buf_printf(&out, "refused: %s", e->text);
    } else {
        sb_buf_puts(&out, "");
        int err = sb_expr_eval_text(program, &env->run, &out, e);
        if (err < 0)
            sb_buf_printf(&out, "error: %s", e->text);
        sb_expr_done(program);
    }
    return sb_buf_take(&out);
}

#endif
