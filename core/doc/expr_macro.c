/* Macros: has, the loops over lists and maps, optional.of and its kin, optMap and optFlatMap. They
 * bring variables into scope, so they are checked before their arguments are. */
#include "core/doc/expr_private.h"

struct macro {
    const char *name;
    uint8_t variables, args; /* after the receiver */
    uint8_t op;
    uint32_t range, body, result;
    const char *usage;
};

static const struct macro macros[] = {
    {"all", 1, 2, X_ALL, EM_LIST | EM_MAP, EM_BOOL, EM_BOOL, "list.all(x, condition)"},
    {"all", 2, 3, X_ALL, EM_LIST | EM_MAP, EM_BOOL, EM_BOOL, "map.all(k, v, condition)"},
    {"exists", 1, 2, X_EXISTS, EM_LIST | EM_MAP, EM_BOOL, EM_BOOL, "list.exists(x, condition)"},
    {"exists", 2, 3, X_EXISTS, EM_LIST | EM_MAP, EM_BOOL, EM_BOOL, "map.exists(k, v, condition)"},
    {"exists_one", 1, 2, X_EXISTS_ONE, EM_LIST | EM_MAP, EM_BOOL, EM_BOOL,
     "list.exists_one(x, condition)"},
    {"filter", 1, 2, X_FILTER, EM_LIST | EM_MAP, EM_BOOL, EM_LIST, "list.filter(x, condition)"},
    {"map", 1, 2, X_TRANSFORM, EM_LIST | EM_MAP, EM_ANY, EM_LIST, "list.map(x, value)"},
    {"map", 1, 3, X_TRANSFORM, EM_LIST | EM_MAP, EM_ANY, EM_LIST, "list.map(x, condition, value)"},
    {"optMap", 1, 2, X_OPT_MAP, EM_OPTIONAL, EM_ANY, EM_OPTIONAL, "optional.optMap(x, value)"},
    {"optFlatMap", 1, 2, X_OPT_FLAT_MAP, EM_OPTIONAL, EM_OPTIONAL, EM_OPTIONAL,
     "optional.optFlatMap(x, optional)"},
};

static bool check_has(struct expr_compiler *c, struct expr_node *n)
{
    struct expr_node *arg = n->n == 1 ? n->kids[0] : NULL;
    if (arg && arg->op == X_INDEX) {
        sb_expr_fail(c, arg->start, "has() takes a field, a.b, not an index");
        sb_hint(c->e, "write 'key' in map");
        return false;
    }
    if (!arg || arg->op != X_SELECT || arg->optional) {
        sb_expr_fail(c, arg ? arg->start : n->at, "has() takes one field: has(a.b)");
        sb_hint(c->e, arg && arg->op == X_SELECT ? "write a.?b.hasValue()"
                                                 : "for keys that are no names write 'key' in map");
        return false;
    }
    if (!sb_expr_check(c, arg))
        return false;
    n->op = X_HAS;
    n->name = arg->name;
    n->key = arg->key;
    n->kids = arg->kids;
    n->n = arg->n;
    n->mask = EM_BOOL;
    return true;
}

static bool declared(const struct expr_compiler *c, struct sb_str name)
{
    for (unsigned i = 0; i < c->n_locals; i++)
        if (sb_str_eq(c->locals[i].name, name))
            return true;
    for (size_t i = 0; i < c->program->n_variables; i++)
        if (sb_str_is(name, c->program->variables[i].name))
            return true;
    return sb_str_is(name, "now");
}

static bool declare(struct expr_compiler *c, const struct expr_node *n, const struct macro *m,
                    uint32_t mask)
{
    if (n->op != X_IDENT || n->absolute) {
        sb_expr_fail(c, n->start, "the variable of %s must be a plain name", m->name);
        sb_hint(c->e, "write %s", m->usage);
        return false;
    }
    if (declared(c, n->name) && !c->unchecked) {
        sb_expr_fail(c, n->start, "the variable `%.*s` hides another of that name",
                     SB_STR_ARG(n->name));
        sb_hint(c->e, "choose a name that is not in use");
        return false;
    }
    if (c->n_locals == EXPR_MAX_LOCALS)
        return sb_expr_fail(c, n->start, "more than %d variables at one place", EXPR_MAX_LOCALS);
    c->locals[c->n_locals].name = n->name;
    c->locals[c->n_locals++].mask = mask;
    return true;
}

/* Kinds the elements of a range can have; known only for a list written out. */
static uint32_t element_mask(const struct expr_node *range)
{
    uint32_t mask = 0;
    if (range->op != X_LIST)
        return EM_ANY;
    for (unsigned i = 0; i < range->n; i++)
        mask |= range->kids[i]->optional_item ? (uint32_t)EM_ANY : range->kids[i]->mask;
    return mask ? mask : EM_ANY;
}

static bool check_body(struct expr_compiler *c, struct expr_node *n, const struct macro *m)
{
    for (unsigned i = 1 + m->variables; i < n->n; i++) {
        uint32_t allowed = i + 1 < n->n ? (uint32_t)EM_BOOL : m->body;
        if (!sb_expr_check(c, n->kids[i]))
            return false;
        if (!c->unchecked && !(n->kids[i]->mask & allowed))
            return sb_expr_fail(c, n->kids[i]->start, "%s needs %s here, but this is %s", m->name,
                                sb_expr_mask_name(c->arena, allowed),
                                sb_expr_mask_name(c->arena, n->kids[i]->mask));
    }
    return true;
}

static bool check_scoped(struct expr_compiler *c, struct expr_node *n, const struct macro *m)
{
    struct expr_node *range = n->kids[0];
    bool loops = m->op != X_OPT_MAP && m->op != X_OPT_FLAT_MAP;
    unsigned before = c->n_locals;
    if (!sb_expr_check(c, range))
        return false;
    if (!c->unchecked && !(range->mask & m->range))
        return sb_expr_fail(c, n->at, "%s works on %s, but this is %s", m->name,
                            sb_expr_mask_name(c->arena, m->range),
                            sb_expr_mask_name(c->arena, range->mask));
    if (loops && c->loops == EXPR_MAX_LOOPS)
        return sb_expr_fail(c, n->at, "more than %d loops inside each other", EXPR_MAX_LOOPS);
    uint32_t first = m->variables == 2 ? (uint32_t)EM_KEY : element_mask(range);
    if (!declare(c, n->kids[1], m, first) ||
        (m->variables == 2 && !declare(c, n->kids[2], m, EM_ANY)))
        return false;
    c->loops += loops;
    if (!check_body(c, n, m))
        return false;
    c->loops -= loops;
    c->n_locals = before;
    n->op = m->op;
    n->slot = (uint8_t)before;
    n->slot2 = (uint8_t)(m->variables == 2 ? before + 1 : EXPR_MAX_LOCALS);
    n->mask = m->result;
    for (unsigned i = 1; i + m->variables < n->n; i++)
        n->kids[i] = n->kids[i + m->variables];
    n->n = (uint16_t)(n->n - m->variables);
    return true;
}

/* optional.of(x) looks like a method of a variable: drop the receiver. */
static bool is_optional_call(const struct expr_compiler *c, const struct expr_node *n)
{
    return n->method && n->kids[0]->op == X_IDENT && sb_str_is(n->kids[0]->name, "optional") &&
           !declared(c, n->kids[0]->name);
}

static void rename_optional(struct expr_compiler *c, struct expr_node *n)
{
    char *name = sb_arena_printf(c->arena, "optional.%.*s", SB_STR_ARG(n->name));
    n->name = sb_str(name);
    n->method = false;
    n->kids++;
    n->n--;
}

bool sb_expr_check_macro(struct expr_compiler *c, struct expr_node *n, bool *is_macro)
{
    const struct macro *found = NULL;
    *is_macro = true;
    if (!n->method && sb_str_is(n->name, "has"))
        return check_has(c, n);
    if (is_optional_call(c, n))
        rename_optional(c, n);
    for (size_t i = 0; i < SB_LEN(macros) && n->method; i++) {
        if (!sb_str_is(n->name, macros[i].name))
            continue;
        if (n->n == macros[i].args + 1)
            return check_scoped(c, n, &macros[i]);
        found = found ? found : &macros[i];
    }
    *is_macro = false;
    if (!found)
        return true;
    sb_expr_fail(c, n->at, "%s does not take %u argument%s", found->name, n->n - 1u,
                 n->n == 2 ? "" : "s");
    sb_hint(c->e, "write %s", found->usage);
    return false;
}
