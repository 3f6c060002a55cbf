/* Running the macros that bind a variable. all and exists absorb errors as && and || do; the others
 * fail with the first element that does. */
#include "core/doc/expr_private.h"

/* Binds the variables of a loop to element i: of a map the key comes first. */
static bool bind(struct expr_run *r, const struct expr_node *n, const struct expr_val *range,
                 size_t i)
{
    bool two = n->slot2 != EXPR_MAX_LOCALS;
    struct expr_val *first = &r->locals[n->slot], *second = two ? &r->locals[n->slot2] : NULL;
    if (!sb_expr_spend(r, n, 1))
        return false;
    if (range->kind == EV_MAP)
        return sb_expr_entry_at(r, n->kids[0], range, i, first, second);
    if (!two)
        return sb_expr_item(r, n->kids[0], range, i, first);
    sb_expr_ret_int(first, (int64_t)i);
    return sb_expr_item(r, n->kids[0], range, i, second);
}

/* all: decides = false; exists: decides = true. */
static bool loop_logic(struct expr_run *r, const struct expr_node *n, const struct expr_val *range,
                       bool decides, struct expr_val *ret)
{
    struct expr_logic l = {.decides = decides};
    for (size_t i = 0, len = sb_expr_len(range); i < len; i++) {
        bool yes = false, ok = bind(r, n, range, i) && sb_expr_test(r, n->kids[1], &yes);
        if (!sb_expr_logic_side(r, &l, ok, yes))
            break;
    }
    return sb_expr_logic_end(r, &l, ret);
}

static bool loop_one(struct expr_run *r, const struct expr_node *n, const struct expr_val *range,
                     struct expr_val *ret)
{
    size_t found = 0;
    for (size_t i = 0, len = sb_expr_len(range); i < len; i++) {
        bool yes = false;
        if (!bind(r, n, range, i) || !sb_expr_test(r, n->kids[1], &yes))
            return false;
        found += yes;
    }
    return sb_expr_ret_bool(ret, found == 1);
}

/* filter keeps the variable; map the value of the last kid, with three kids where the second holds. */
static bool loop_list(struct expr_run *r, const struct expr_node *n, const struct expr_val *range,
                      struct expr_val *ret)
{
    const struct expr_node *condition = n->op == X_FILTER || n->n == 3 ? n->kids[1] : NULL;
    const struct expr_node *value = n->op == X_FILTER ? NULL : n->kids[n->n - 1];
    size_t len = sb_expr_len(range), kept = 0;
    struct expr_list *list = sb_expr_list_room(r, n, len);
    if (!list)
        return false;
    for (size_t i = 0; i < len; i++) {
        bool yes = true;
        if (!bind(r, n, range, i) || (condition && !sb_expr_test(r, condition, &yes)))
            return false;
        if (!yes)
            continue;
        list->items[kept] = r->locals[n->slot];
        if (value && !sb_expr_eval(r, value, &list->items[kept]))
            return false;
        kept++;
    }
    list->len = kept;
    *ret = (struct expr_val){.kind = EV_LIST, .u.list = list};
    return true;
}

static bool map_optional(struct expr_run *r, const struct expr_node *n, const struct expr_val *from,
                         struct expr_val *ret)
{
    struct expr_val v = {0};
    if (from->kind != EV_OPTIONAL)
        return sb_expr_fault_kind(r, n, "this works on an optional, not on", from, NULL);
    if (!from->u.some) {
        *ret = *from;
        return true;
    }
    r->locals[n->slot] = *from->u.some;
    if (!sb_expr_eval(r, n->kids[1], &v))
        return false;
    if (n->op == X_OPT_MAP)
        return sb_expr_some(r, &v, ret);
    *ret = v;
    return v.kind == EV_OPTIONAL ||
           sb_expr_fault_kind(r, n->kids[1], "optFlatMap needs an optional, not", &v, NULL);
}

bool sb_expr_loop(struct expr_run *r, const struct expr_node *n, struct expr_val *ret)
{
    struct expr_val range = {0};
    if (!sb_expr_eval(r, n->kids[0], &range))
        return false;
    if (n->op == X_OPT_MAP || n->op == X_OPT_FLAT_MAP)
        return map_optional(r, n, &range, ret);
    if (range.kind != EV_LIST && range.kind != EV_MAP)
        return sb_expr_fault_kind(r, n->kids[0], "a loop goes over a list or a map, not over",
                                  &range, NULL);
    switch ((enum expr_op)n->op) {
    case X_ALL: return loop_logic(r, n, &range, false, ret);
    case X_EXISTS: return loop_logic(r, n, &range, true, ret);
    case X_EXISTS_ONE: return loop_one(r, n, &range, ret);
    default: return loop_list(r, n, &range, ret);
    }
}
