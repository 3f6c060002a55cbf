/* The load-time check of operators: which kinds can meet, and what comes out. */
#include "core/doc/expr_private.h"

struct overload {
    enum expr_op op;
    uint32_t left, right, result;
};

/* NUMBER is a number out of data: it meets ints and doubles alike. */
static const struct overload overloads[] = {
    {X_ADD, EM_STRING, EM_STRING, EM_STRING},
    {X_ADD, EM_LIST, EM_LIST, EM_LIST},
    {X_ADD, EM_TIMESTAMP, EM_DURATION, EM_TIMESTAMP},
    {X_ADD, EM_DURATION, EM_TIMESTAMP, EM_TIMESTAMP},
    {X_ADD, EM_DURATION, EM_DURATION, EM_DURATION},
    {X_SUB, EM_TIMESTAMP, EM_TIMESTAMP, EM_DURATION},
    {X_SUB, EM_TIMESTAMP, EM_DURATION, EM_TIMESTAMP},
    {X_SUB, EM_DURATION, EM_DURATION, EM_DURATION},
};

static uint32_t numeric_result(enum expr_op op, uint32_t left, uint32_t right)
{
    uint32_t result = left & right & (uint32_t)(op == X_MOD ? EM_INT : EM_INT | EM_DOUBLE);
    if ((left & EM_NUMBER && right & EM_NUMERIC) || (right & EM_NUMBER && left & EM_NUMERIC))
        result |= EM_NUMERIC;
    return result;
}

static bool fail_pair(struct expr_compiler *c, const struct expr_node *n, const char *what)
{
    uint32_t left = n->kids[0]->mask, right = n->kids[1]->mask;
    sb_expr_fail(c, n->at, "%s: %s and %s", what, sb_expr_mask_name(c->arena, left),
                 sb_expr_mask_name(c->arena, right));
    if ((left | right) == (EM_INT | EM_DOUBLE))
        sb_hint(c->e, "write both with a point, or convert with int(x) or double(x)");
    else if (left & EM_STRING || right & EM_STRING)
        sb_hint(c->e,
                "convert with string(x) or int(x); true, null and numbers stand without quotes");
    return false;
}

static bool check_arith(struct expr_compiler *c, struct expr_node *n)
{
    const struct expr_node *left = n->kids[0], *right = n->kids[1];
    n->mask = numeric_result((enum expr_op)n->op, left->mask, right->mask);
    for (size_t i = 0; i < SB_LEN(overloads); i++)
        if (overloads[i].op == n->op && (left->mask & overloads[i].left) &&
            (right->mask & overloads[i].right))
            n->mask |= overloads[i].result;
    if (c->unchecked)
        return true;
    if (!n->mask)
        return fail_pair(c, n, "this arithmetic can never work");
    if ((n->op == X_DIV || n->op == X_MOD) && right->op == X_LITERAL &&
        right->u.value.kind == EV_INT && right->u.value.u.i == 0)
        return sb_expr_fail(c, right->start, "division by zero");
    return true;
}

uint32_t sb_expr_comparable(uint32_t mask)
{
    return mask & EM_NUMERIC ? mask | EM_NUMERIC : mask;
}

static bool check_compare(struct expr_compiler *c, struct expr_node *n)
{
    uint32_t common = sb_expr_comparable(n->kids[0]->mask) & n->kids[1]->mask;
    n->mask = EM_BOOL;
    if (c->unchecked)
        return true;
    if (n->op == X_EQ || n->op == X_NE)
        return common ? true : fail_pair(c, n, "these are never equal");
    common &= EM_NUMERIC | EM_STRING | EM_BOOL | EM_TIMESTAMP | EM_DURATION | EM_QUANTITY;
    return common ? true : fail_pair(c, n, "these cannot be put in order");
}

static bool check_in(struct expr_compiler *c, struct expr_node *n)
{
    uint32_t where = n->kids[1]->mask;
    n->mask = EM_BOOL;
    if (c->unchecked || (where & (EM_LIST | EM_MAP)))
        return true;
    sb_expr_fail(c, n->kids[1]->start, "`in` needs a list or a map on its right, not %s",
                 sb_expr_mask_name(c->arena, where));
    if (where & EM_STRING)
        sb_hint(c->e, "write text.contains('part')");
    return false;
}

static bool need_bool(struct expr_compiler *c, const struct expr_node *n, const char *what)
{
    if (c->unchecked || (n->mask & EM_BOOL))
        return true;
    sb_expr_fail(c, n->start, "%s is %s, not a bool", what, sb_expr_mask_name(c->arena, n->mask));
    sb_hint(c->e, "compare it with something: x == 'text', x > 0, size(x) > 0");
    return false;
}

static bool check_logic(struct expr_compiler *c, struct expr_node *n)
{
    const char *what = n->op == X_AND  ? "what && joins"
                       : n->op == X_OR ? "what || joins"
                                       : "what ! turns round";
    n->mask = EM_BOOL;
    for (unsigned i = 0; i < n->n; i++)
        if (!need_bool(c, n->kids[i], what))
            return false;
    return true;
}

static bool check_choice(struct expr_compiler *c, struct expr_node *n)
{
    n->mask = n->kids[1]->mask | n->kids[2]->mask;
    return need_bool(c, n->kids[0], "what stands before ?");
}

static bool check_negate(struct expr_compiler *c, struct expr_node *n)
{
    n->mask = n->kids[0]->mask & (EM_NUMERIC | EM_DURATION);
    if (n->mask || c->unchecked)
        return true;
    return sb_expr_fail(c, n->at, "`-` cannot turn round %s",
                        sb_expr_mask_name(c->arena, n->kids[0]->mask));
}

bool sb_expr_check_operator(struct expr_compiler *c, struct expr_node *n)
{
    switch (n->op) {
    case X_AND:
    case X_OR:
    case X_NOT: return check_logic(c, n);
    case X_COND: return check_choice(c, n);
    case X_NEGATE: return check_negate(c, n);
    case X_IN: return check_in(c, n);
    case X_EQ:
    case X_NE:
    case X_LT:
    case X_LE:
    case X_GT:
    case X_GE: return check_compare(c, n);
    default: return check_arith(c, n);
    }
}
