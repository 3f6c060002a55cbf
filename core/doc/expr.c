/* The door of expr: compiling, running, releasing. */
#include "core/doc/expr.h"

#include "core/base/utf8.h"
#include "core/doc/expr_private.h"

#include <stdlib.h>

static int check_source(const struct sb_expr_source *source, struct sb_error *e)
{
    const char *file = source->at.file ? source->at.file : "";
    if (source->text.len > EXPR_MAX_SOURCE) {
        sb_fail_at(e, SB_EINPUT, file, source->at.line, source->at.column,
                   "the expression is longer than %d bytes", EXPR_MAX_SOURCE);
        return sb_hint(e, "split it into several rules");
    }
    size_t bad = sb_utf8_valid(source->text.p, source->text.len);
    if (bad < source->text.len)
        return sb_fail_at(e, SB_EINPUT, file, source->at.line, source->at.column,
                          "the expression is not UTF-8 at byte %zu", bad);
    return 0;
}

static struct sb_expr *program_new(struct sb_doc_pool *pool, const struct sb_expr_source *source,
                                   const struct sb_expr_variable *variables, size_t n_variables)
{
    struct sb_arena *arena = sb_doc_arena(pool);
    struct sb_expr *program = sb_arena_new(arena, struct sb_expr);
    struct sb_expr_variable *copy = sb_arena_alloc(arena, n_variables * sizeof *copy);
    for (size_t i = 0; i < n_variables; i++)
        copy[i] =
            (struct sb_expr_variable){sb_arena_strdup(arena, variables[i].name), variables[i].kind};
    program->pool = pool;
    program->text.p = sb_arena_dup(arena, source->text.p, source->text.len);
    program->text.len = source->text.len;
    program->at = source->at;
    program->at.file = sb_arena_strdup(arena, source->at.file ? source->at.file : "");
    program->variables = copy;
    program->n_variables = n_variables;
    return program;
}

static bool check_result(struct expr_compiler *c, const struct expr_node *root)
{
    if (root->mask & EM_BOOL)
        return true;
    sb_expr_fail(c, root->start, "a condition is wanted, but this is %s",
                 sb_expr_mask_name(c->arena, root->mask));
    sb_hint(c->e, "compare it with something: x == 'text', x > 0, size(x) > 0");
    return false;
}

int sb_expr_compile_with(struct sb_doc_pool *pool, const struct sb_expr_source *source,
                         const struct sb_expr_variable *variables, size_t n_variables,
                         bool want_bool, bool unchecked, struct sb_expr **ret, struct sb_error *e)
{
    int err = check_source(source, e);
    if (err)
        return err;
    struct sb_expr *program = program_new(pool, source, variables, n_variables);
    struct expr_compiler c = {.program = program,
                              .pool = pool,
                              .arena = sb_doc_arena(pool),
                              .e = e,
                              .unchecked = unchecked};
    program->root = sb_expr_parse(&c);
    if (!program->root || !sb_expr_check(&c, program->root) ||
        (want_bool && !check_result(&c, program->root))) {
        sb_expr_done(program);
        return -SB_EINPUT;
    }
    *ret = program;
    return 0;
}

int sb_expr_compile(struct sb_doc_pool *pool, const struct sb_expr_source *source,
                    const struct sb_expr_variable *variables, size_t n_variables, bool want_bool,
                    struct sb_expr **ret, struct sb_error *e)
{
    return sb_expr_compile_with(pool, source, variables, n_variables, want_bool, false, ret, e);
}

void sb_expr_done(struct sb_expr *program)
{
    if (!program)
        return;
    for (size_t i = 0; i < program->regexes.len; i++)
        sb_regex_free(program->regexes.items[i]);
    sb_vec_done(&program->regexes);
}

void sb_expr_run_init(struct expr_run *r, const struct sb_expr *program,
                      const struct sb_expr_run *in)
{
    r->program = program; /* locals and the fault are written before they are read */
    r->in = in;
    r->arena = (struct sb_arena)SB_ARENA_INIT;
    r->budget = in->budget ? in->budget : EXPR_BUDGET;
    r->fatal = false;
    r->secret = in->secret;
    r->same_pool = in->pool == program->pool;
}

int sb_expr_eval_bool(const struct sb_expr *program, const struct sb_expr_run *in, bool *ret,
                      struct sb_error *e)
{
    struct expr_run run;
    struct expr_val value = {0};
    int err = 0;
    sb_expr_run_init(&run, program, in);
    bool ok = sb_expr_eval(&run, program->root, &value);
    if (ok && value.kind != EV_BOOL)
        ok = sb_expr_fault_kind(&run, program->root, "a condition is wanted, but the result is",
                                &value, NULL);
    if (ok)
        *ret = value.u.b;
    else
        err = sb_expr_run_fail(&run, e);
    sb_arena_done(&run.arena);
    return err;
}

int sb_expr_eval_text(const struct sb_expr *program, const struct sb_expr_run *in,
                      struct sb_buf *ret, struct sb_error *e)
{
    struct expr_run run;
    struct expr_val value = {0};
    struct sb_buf text = SB_BUF_INIT(EXPR_MAX_RESULT);
    int err = 0;
    sb_expr_run_init(&run, program, in);
    if (sb_expr_eval(&run, program->root, &value) && sb_expr_print(&run, &value, true, &text)) {
        err = sb_buf_check(&text, "the result of an expression", e);
        if (!err && run.secret)
            sb_buf_puts(ret, "(secret)");
        else if (!err)
            sb_buf_put(ret, text.data, text.len);
    } else {
        err = sb_expr_run_fail(&run, e);
    }
    sb_buf_done(&text);
    sb_arena_done(&run.arena);
    return err;
}
