/* The load-time check of names, calls and constants: each node gets the set of kinds it can have;
 * what can never work is refused with its place (facts: documents, 4.4 "Load-time errors"). */
#include "core/doc/expr_private.h"

static bool check_operand(struct expr_compiler *c, const struct expr_node *n, uint32_t allowed,
                          const char *what)
{
    if (c->unchecked || (n->mask & allowed))
        return true;
    return sb_expr_fail(c, n->start, "%s is %s here, never %s", what,
                        sb_expr_mask_name(c->arena, n->mask), sb_expr_mask_name(c->arena, allowed));
}

static bool find_local(const struct expr_compiler *c, struct expr_node *n)
{
    for (unsigned i = c->n_locals; i-- > 0 && !n->absolute;)
        if (sb_str_eq(c->locals[i].name, n->name)) {
            n->op = X_LOCAL;
            n->slot = (uint8_t)i;
            n->mask = c->locals[i].mask;
            return true;
        }
    return false;
}

static bool find_variable(const struct expr_compiler *c, struct expr_node *n)
{
    static const uint32_t masks[] = {
        [SB_EXPR_DYN] = EM_ANY,           [SB_EXPR_BOOL] = EM_BOOL,
        [SB_EXPR_INT] = EM_INT,           [SB_EXPR_DOUBLE] = EM_DOUBLE,
        [SB_EXPR_STRING] = EM_STRING,     [SB_EXPR_LIST] = EM_LIST,
        [SB_EXPR_MAP] = EM_MAP,           [SB_EXPR_TIMESTAMP] = EM_TIMESTAMP,
        [SB_EXPR_DURATION] = EM_DURATION,
    };
    for (size_t i = 0; i < c->program->n_variables; i++)
        if (sb_str_is(n->name, c->program->variables[i].name)) {
            n->op = X_VARIABLE;
            n->u.index = (uint32_t)i;
            n->mask = masks[c->program->variables[i].kind];
            return true;
        }
    if (!sb_str_is(n->name, "now"))
        return false;
    n->op = X_NOW;
    n->mask = EM_TIMESTAMP;
    return true;
}

static bool find_type(struct expr_node *n)
{
    static const struct {
        const char *name;
        enum expr_kind kind;
    } types[] = {{"int", EV_INT},
                 {"double", EV_DOUBLE},
                 {"bool", EV_BOOL},
                 {"string", EV_STRING},
                 {"list", EV_LIST},
                 {"map", EV_MAP},
                 {"null_type", EV_NULL},
                 {"timestamp", EV_TIMESTAMP},
                 {"duration", EV_DURATION},
                 {"quantity", EV_QUANTITY},
                 {"optional_type", EV_OPTIONAL},
                 {"type", EV_TYPE}};
    for (size_t i = 0; i < SB_LEN(types); i++)
        if (sb_str_is(n->name, types[i].name)) {
            n->op = X_LITERAL;
            n->u.value = (struct expr_val){.kind = EV_TYPE, .u.i = types[i].kind};
            n->mask = EM_TYPE;
            return true;
        }
    return false;
}

static bool check_ident(struct expr_compiler *c, struct expr_node *n)
{
    return find_local(c, n) || find_variable(c, n) || find_type(n) ||
           sb_expr_unknown_variable(c, n);
}

static void intern_name(struct expr_compiler *c, struct expr_node *n)
{
    n->key = sb_doc_intern(c->pool, n->name.p, n->name.len);
}

static bool check_select(struct expr_compiler *c, struct expr_node *n)
{
    const struct expr_node *from = n->kids[0];
    intern_name(c, n);
    n->mask = n->optional ? EM_OPTIONAL : EM_ANY;
    if (c->unchecked || (from->mask & (EM_MAP | EM_OPTIONAL)))
        return true;
    return sb_expr_fail(c, n->at, "`.%.*s` needs a map, but this is %s", SB_STR_ARG(n->name),
                        sb_expr_mask_name(c->arena, from->mask));
}

static bool check_index(struct expr_compiler *c, struct expr_node *n)
{
    const struct expr_node *from = n->kids[0], *key = n->kids[1];
    n->mask = n->optional ? EM_OPTIONAL : EM_ANY;
    if (!check_operand(c, from, EM_LIST | EM_MAP | EM_OPTIONAL, "what stands before [ ]"))
        return false;
    if (from->mask == EM_LIST && !check_operand(c, key, EM_NUMERIC, "the index of a list"))
        return false;
    return check_operand(c, key, EM_KEY | EM_DOUBLE, "the index");
}

static bool check_list(struct expr_compiler *c, struct expr_node *n)
{
    n->mask = EM_LIST;
    for (unsigned i = 0; i < n->n; i++)
        if (n->kids[i]->optional_item &&
            !check_operand(c, n->kids[i], EM_OPTIONAL, "an element marked ?"))
            return false;
    return true;
}

static bool same_key(const struct expr_node *a, const struct expr_node *b)
{
    const struct expr_val *x = &a->u.value, *y = &b->u.value;
    if (a->op != X_LITERAL || b->op != X_LITERAL || x->kind != y->kind)
        return false;
    switch (x->kind) {
    case EV_STRING: return sb_str_eq(x->u.s, y->u.s);
    case EV_INT: return x->u.i == y->u.i;
    case EV_BOOL: return x->u.b == y->u.b;
    default: return false;
    }
}

static bool check_map(struct expr_compiler *c, struct expr_node *n)
{
    n->mask = EM_MAP;
    for (unsigned i = 0; i < n->n; i += 2) {
        const struct expr_node *key = n->kids[i];
        if (!check_operand(c, key, EM_KEY, "the key of a map") ||
            (key->optional_item &&
             !check_operand(c, n->kids[i + 1], EM_OPTIONAL, "the value of a key marked ?")))
            return false;
        for (unsigned k = 0; k < i && !c->unchecked; k += 2)
            if (same_key(n->kids[k], key))
                return sb_expr_fail(c, key->start, "the map has this key twice");
    }
    return true;
}

/* --- calls --- */

/* A constant text that must be well-formed; replaces the call by its value. */
static bool fold_constant(struct expr_compiler *c, struct expr_node *n)
{
    struct expr_node *arg = n->kids[0];
    const char *name = n->u.function->name;
    bool folds = sb_str_is(sb_str(name), "timestamp") || sb_str_is(sb_str(name), "duration") ||
                 sb_str_is(sb_str(name), "quantity");
    if (!folds || c->unchecked || n->n != 1 || arg->op != X_LITERAL ||
        arg->u.value.kind != EV_STRING)
        return true;
    struct expr_run run;
    struct expr_val value = {0};
    struct sb_error e = {0};
    const struct sb_expr_run in = {.pool = c->pool};
    sb_expr_run_init(&run, c->program, &in);
    const struct expr_call call = {&run, n, &arg->u.value, 1};
    bool ok = n->u.function->call(&call, &value);
    if (!ok) {
        sb_expr_describe(&run, &e);
        sb_expr_fail(c, arg->start, "%s", e.text);
        sb_hint(c->e, "%s", e.hint);
    } else {
        n->op = X_LITERAL;
        n->u.value = value;
    }
    sb_arena_done(&run.arena);
    return ok;
}

/* Where byte `column` (from 1) of a literal's value stands, when it was written without escapes. */
static uint32_t inside_literal(const struct expr_compiler *c, const struct expr_node *n,
                               uint32_t column)
{
    const char *p = c->program->text.p + n->start;
    uint32_t prefix = 0, len = n->end - n->start;
    while (prefix < len && p[prefix] != '\'' && p[prefix] != '"')
        prefix++;
    prefix += len - prefix >= 6 && p[prefix] == p[prefix + 1] && p[prefix] == p[prefix + 2] ? 3 : 1;
    bool raw = p[0] == 'r' || p[0] == 'R';
    if (column == 0 || prefix + column > len || (!raw && memchr(p, '\\', len)))
        return n->start;
    return n->start + prefix + column - 1;
}

static bool compile_pattern(struct expr_compiler *c, struct expr_node *n)
{
    const struct expr_node *pattern = n->kids[1];
    struct sb_error e = {0};
    if (!sb_str_is(sb_str(n->u.function->name), "matches") || pattern->op != X_LITERAL ||
        pattern->u.value.kind != EV_STRING || c->unchecked)
        return true;
    if (sb_regex_new(pattern->u.value.u.s, &n->regex, &e) < 0) {
        sb_expr_fail(c, inside_literal(c, pattern, e.column), "bad regular expression: %s", e.text);
        if (e.hint[0])
            sb_hint(c->e, "%s", e.hint);
        return false;
    }
    sb_vec_push(&c->program->regexes, n->regex);
    return true;
}

static bool fail_arity(struct expr_compiler *c, const struct expr_node *n,
                       const struct expr_function *f)
{
    unsigned receiver = n->method ? 1 : 0, min = f->min - receiver, max = f->max - receiver;
    unsigned have = n->n - receiver;
    if (min == max)
        return sb_expr_fail(c, n->at, "%s takes %u argument%s, not %u", f->name, min,
                            min == 1 ? "" : "s", have);
    return sb_expr_fail(c, n->at, "%s takes %u to %u arguments, not %u", f->name, min, max, have);
}

static bool fail_argument(struct expr_compiler *c, const struct expr_node *n,
                          const struct expr_function *f, unsigned i)
{
    const struct expr_node *arg = n->kids[i];
    const char *have = sb_expr_mask_name(c->arena, arg->mask);
    const char *want = sb_expr_mask_name(c->arena, f->args[i]);
    if (n->method && i == 0)
        return sb_expr_fail(c, n->at, "%s has no method %s: that is for %s", have, f->name, want);
    return sb_expr_fail(c, arg->start, "argument %u of %s is %s, never %s",
                        i + 1 - (n->method ? 1 : 0), f->name, have, want);
}

bool sb_expr_check_call(struct expr_compiler *c, struct expr_node *n)
{
    const struct expr_function *f = sb_expr_functions, *other_form = NULL;
    uint8_t form = n->method ? EXPR_METHOD : EXPR_GLOBAL;
    for (; f->name && !(sb_str_is(n->name, f->name) && (f->form & form)); f++)
        if (sb_str_is(n->name, f->name))
            other_form = f;
    if (!f->name && other_form) {
        sb_expr_fail(c, n->at, "%s is no %s", other_form->name, n->method ? "method" : "function");
        sb_hint(c->e, n->method ? "write %s(x)" : "write x.%s(...)", other_form->name);
        return false;
    }
    if (!f->name)
        return sb_expr_unknown_function(c, n);
    if (n->n < f->min || n->n > f->max)
        return fail_arity(c, n, f);
    for (unsigned i = 0; i < n->n && !c->unchecked; i++)
        if (!(n->kids[i]->mask & f->args[i]))
            return fail_argument(c, n, f, i);
    n->op = X_FUNCTION;
    n->u.function = f;
    n->mask = f->result;
    return (n->n < 2 || compile_pattern(c, n)) && fold_constant(c, n);
}

static bool check_node(struct expr_compiler *c, struct expr_node *n)
{
    switch (n->op) {
    case X_LITERAL: n->mask = 1u << n->u.value.kind; return true;
    case X_IDENT: return check_ident(c, n);
    case X_CALL: return sb_expr_check_call(c, n);
    case X_LIST: return check_list(c, n);
    case X_MAP: return check_map(c, n);
    case X_SELECT: return check_select(c, n);
    case X_INDEX: return check_index(c, n);
    default: return sb_expr_check_operator(c, n);
    }
}

bool sb_expr_check(struct expr_compiler *c, struct expr_node *n)
{
    bool is_macro = false;
    if (n->op == X_CALL && !sb_expr_check_macro(c, n, &is_macro))
        return false;
    if (is_macro)
        return true;
    for (unsigned i = 0; i < n->n; i++)
        if (!sb_expr_check(c, n->kids[i]))
            return false;
    return check_node(c, n);
}
