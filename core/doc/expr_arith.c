/* Arithmetic (CEL langdef, "Numeric values"; facts: documents, 4.4 "Numbers from documents").
 *
 * Kinds do not mix, except that a number out of data meets ints and doubles alike: int arithmetic
 * when both are exact ints, double otherwise; then nothing may be lost silently: overflow, an
 * infinite result, an int beyond 2^53 meeting a fraction are errors. */
#include "core/doc/expr_private.h"

#include <math.h>

static bool fault_overflow(struct expr_run *r, const struct expr_node *n)
{
    return sb_expr_fault(r, n, "the result does not fit 64 bits");
}

static bool arith_ints(struct expr_run *r, const struct expr_node *n, enum expr_op op,
                       const struct expr_val *a, const struct expr_val *b, struct expr_val *ret)
{
    int64_t x = a->u.i, y = b->u.i, z = 0;
    if ((op == X_DIV || op == X_MOD) && y == 0)
        return sb_expr_fault(r, n, "division by zero");
    if ((op == X_DIV || op == X_MOD) && x == INT64_MIN && y == -1)
        return fault_overflow(r, n);
    bool over = false;
    switch (op) {
    case X_ADD: over = __builtin_add_overflow(x, y, &z); break;
    case X_SUB: over = __builtin_sub_overflow(x, y, &z); break;
    case X_MUL: over = __builtin_mul_overflow(x, y, &z); break;
    case X_DIV: z = x / y; break;
    default: z = x % y; break;
    }
    *ret = (struct expr_val){.kind = EV_INT, .data = a->data || b->data, .u.i = z};
    return !over || fault_overflow(r, n);
}

static bool exact_double(struct expr_run *r, const struct expr_node *n, const struct expr_val *v,
                         double *ret)
{
    struct sb_number number;
    if (v->kind == EV_DOUBLE) {
        *ret = v->u.d;
    } else if (v->kind == EV_INT) {
        *ret = (double)v->u.i;
        if (v->u.i > INT64_C(1) << 53 || v->u.i < -(INT64_C(1) << 53))
            return sb_expr_fault(r, n, "the whole number is too large to calculate with fractions");
    } else {
        if (!sb_number_parse(v->u.s, &number) || sb_number_is_integer(&number))
            return sb_expr_fault(r, n, "the number is too large to calculate with");
        *ret = sb_number_to_double(&number);
    }
    return true;
}

static bool arith_doubles(struct expr_run *r, const struct expr_node *n, enum expr_op op,
                          const struct expr_val *a, const struct expr_val *b, struct expr_val *ret)
{
    bool data = a->data || b->data;
    double x = 0, y = 0, z = 0;
    if (!exact_double(r, n, a, &x) || !exact_double(r, n, b, &y))
        return false;
    if (data && (!isfinite(x) || !isfinite(y)))
        return sb_expr_fault(r, n, "there is no calculating with an infinite number");
    switch (op) {
    case X_ADD: z = x + y; break;
    case X_SUB: z = x - y; break;
    case X_MUL: z = x * y; break;
    case X_DIV: z = x / y; break;
    default: return sb_expr_fault(r, n, "`%` works on whole numbers only");
    }
    if (data && !isfinite(z))
        return sb_expr_fault(
            r, n, op == X_DIV && y == 0 ? "division by zero" : "the result is too large");
    *ret = (struct expr_val){.kind = EV_DOUBLE, .data = data, .u.d = z};
    return true;
}

static bool add_strings(struct expr_run *r, const struct expr_node *n, struct sb_str a,
                        struct sb_str b, struct expr_val *ret)
{
    char *text = sb_expr_room(r, n, a.len + b.len);
    if (!text)
        return false;
    if (a.len)
        memcpy(text, a.p, a.len);
    if (b.len)
        memcpy(text + a.len, b.p, b.len);
    return sb_expr_ret_str(ret, (struct sb_str){text, a.len + b.len});
}

static bool add_lists(struct expr_run *r, const struct expr_node *n, const struct expr_val *a,
                      const struct expr_val *b, struct expr_val *ret)
{
    size_t len_a = sb_expr_len(a), len_b = sb_expr_len(b);
    struct expr_list *list = sb_expr_list_room(r, n, len_a + len_b);
    if (!list)
        return false;
    for (size_t i = 0; i < len_a; i++)
        if (!sb_expr_item(r, n, a, i, &list->items[i]))
            return false;
    for (size_t i = 0; i < len_b; i++)
        if (!sb_expr_item(r, n, b, i, &list->items[len_a + i]))
            return false;
    *ret = (struct expr_val){.kind = EV_LIST, .u.list = list};
    return true;
}

static bool fault_pair(struct expr_run *r, const struct expr_node *n, const struct expr_val *a,
                       const struct expr_val *b)
{
    sb_expr_fault_kind(r, n, "this arithmetic does not work on", a, b);
    if (sb_expr_is_numeric(a) && sb_expr_is_numeric(b))
        r->fault.hint = "convert with int(x) or double(x)";
    else if (a->kind == EV_STRING || b->kind == EV_STRING)
        r->fault.hint = "convert with string(x) or int(x)";
    return false;
}

static bool arith_times(struct expr_run *r, const struct expr_node *n, enum expr_op op,
                        const struct expr_val *a, const struct expr_val *b, struct expr_val *ret)
{
    bool ok;
    if (a->kind == EV_DURATION && b->kind == EV_DURATION) {
        *ret = (struct expr_val){.kind = EV_DURATION};
        ok = op == X_ADD ? !__builtin_add_overflow(a->u.i, b->u.i, &ret->u.i)
                         : !__builtin_sub_overflow(a->u.i, b->u.i, &ret->u.i);
    } else if (a->kind == EV_TIMESTAMP && b->kind == EV_TIMESTAMP) {
        if (op == X_ADD)
            return fault_pair(r, n, a, b);
        *ret = (struct expr_val){.kind = EV_DURATION};
        ok = sb_expr_instant_diff(a->u.t, b->u.t, &ret->u.i);
    } else {
        bool swapped = a->kind == EV_DURATION;
        if (swapped && op == X_SUB)
            return fault_pair(r, n, a, b);
        *ret = (struct expr_val){.kind = EV_TIMESTAMP};
        ok = sb_expr_instant_add((swapped ? b : a)->u.t, (swapped ? a : b)->u.i, op == X_SUB,
                                 &ret->u.t);
    }
    return ok || sb_expr_fault(r, n,
                               "the time is out of range (years 0001 to 9999, durations of "
                               "292 years)");
}

static bool is_time(const struct expr_val *v)
{
    return v->kind == EV_TIMESTAMP || v->kind == EV_DURATION;
}

bool sb_expr_arith(struct expr_run *r, const struct expr_node *n, enum expr_op op,
                   const struct expr_val *a, const struct expr_val *b, struct expr_val *ret)
{
    struct expr_val x = *a, y = *b; /* ret may be one of them */
    if (x.kind == EV_INT && y.kind == EV_INT)
        return arith_ints(r, n, op, &x, &y, ret);
    if (sb_expr_is_numeric(&x) && sb_expr_is_numeric(&y) &&
        (x.data || y.data || (x.kind == y.kind && op != X_MOD)))
        return arith_doubles(r, n, op, &x, &y, ret);
    if (op == X_ADD && x.kind == EV_STRING && y.kind == EV_STRING)
        return add_strings(r, n, x.u.s, y.u.s, ret);
    if (op == X_ADD && x.kind == EV_LIST && y.kind == EV_LIST)
        return add_lists(r, n, &x, &y, ret);
    if ((op == X_ADD || op == X_SUB) && is_time(&x) && is_time(&y))
        return arith_times(r, n, op, &x, &y, ret);
    return fault_pair(r, n, &x, &y);
}

bool sb_expr_negate(struct expr_run *r, const struct expr_node *n, const struct expr_val *a,
                    struct expr_val *ret)
{
    struct expr_val v = *a;
    double d;
    switch ((enum expr_kind)v.kind) {
    case EV_INT:
    case EV_DURATION:
        if (v.u.i == INT64_MIN)
            return fault_overflow(r, n);
        v.u.i = -v.u.i;
        break;
    case EV_NUMBER:
        if (!exact_double(r, n, &v, &d))
            return false;
        v = (struct expr_val){.kind = EV_DOUBLE, .data = true, .u.d = -d};
        break;
    case EV_DOUBLE: v = (struct expr_val){.kind = EV_DOUBLE, .data = v.data, .u.d = -v.u.d}; break;
    default: return sb_expr_fault_kind(r, n, "`-` cannot turn round", a, NULL);
    }
    *ret = v;
    return true;
}
