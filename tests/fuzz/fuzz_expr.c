/* Compiles any text as an expression; what compiles is run against a small document, as a condition
 * and as a text, with a small budget. */
#include "core/doc/expr.h"
#include "core/doc/json.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char document[] =
    "{\"kind\": \"changed\", \"expected\": {\"replicas\": 3, \"ratio\": 4.50, \"huge\": 1e400,"
    " \"image\": \"reg/app:1.2\", \"labels\": {\"app.kubernetes.io/name\": \"w\\u00e9b\"}},"
    " \"actual\": [1, -2, 3.5, \"a\", null, true, {\"port\": 8080}, []],"
    " \"cpu\": \"500m\", \"age\": \"36h\", \"at\": \"2024-01-15T10:00:00Z\"}";

static const struct sb_expr_variable variables[] = {
    {"kind", SB_EXPR_STRING}, {"expected", SB_EXPR_DYN}, {"actual", SB_EXPR_DYN},
    {"count", SB_EXPR_INT},   {"root", SB_EXPR_MAP},     {"absent", SB_EXPR_DYN},
};

static void run_program(struct sb_doc_pool *pool, const struct sb_doc_node *root,
                        const struct sb_expr *program)
{
    struct sb_buf text = SB_BUF_INIT(1 << 20);
    struct sb_error e = {.code = SB_OK};
    bool yes;
    const struct sb_expr_value values[] = {
        {.kind = SB_EXPR_STRING, .str = SB_STR("changed")},
        {.kind = SB_EXPR_DYN, .node = sb_doc_get_str(pool, root, "expected")},
        {.kind = SB_EXPR_DYN, .node = sb_doc_get_str(pool, root, "actual")},
        {.kind = SB_EXPR_INT, .num = 7},
        {.kind = SB_EXPR_MAP, .node = root},
        {.kind = SB_EXPR_DYN},
    };
    const struct sb_expr_run run = {
        .pool = pool, .values = values, .now = INT64_C(1705312800000000000), .budget = 20000};
    if (sb_expr_eval_bool(program, &run, &yes, &e) < 0 && (e.code != SB_EUNSURE || !e.text[0]))
        abort();
    if (sb_expr_eval_text(program, &run, &text, &e) == 0 && text.len > (1 << 20))
        abort();
    sb_buf_done(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sb_doc_pool *pool = sb_doc_pool_new();
    struct sb_doc_text text;
    struct sb_doc_node *root = NULL;
    struct sb_error e = {.code = SB_OK};
    struct sb_expr *program = NULL;
    const struct sb_expr_source source = {.text = {(const char *)data, size},
                                          .at = {"policy.yaml", 12, 9}};
    if (sb_doc_text_copy(pool, "data.json", document, sizeof document - 1, &text, &e) < 0 ||
        sb_json_read(pool, &text, NULL, &root, &e) < 0)
        abort();
    bool want_bool = size && (data[0] & 1);
    if (sb_expr_compile(pool, &source, variables, SB_LEN(variables), want_bool, &program, &e) == 0)
        run_program(pool, root, program);
    else if (!e.text[0] || e.line < 12 || e.column < 1)
        abort(); /* every refusal says what and where */
    sb_expr_done(program);
    sb_doc_pool_free(pool);
    return 0;
}
