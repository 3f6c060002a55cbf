/* Equality and order (CEL langdef, "Equality" and "Ordering").
 *
 * All numbers stand on one line and are compared exactly: int with double without rounding, data
 * with either by decimal text: of a double what the source says, or when it was computed the shortest
 * decimal that reads back as it.
 * Different kinds are unequal, not an error. NaN equals nothing. */
#include "core/doc/expr_private.h"

#include <math.h>
#include <stdio.h>

static enum expr_order sign_of(int cmp)
{
    return cmp < 0 ? ORDER_LESS : cmp > 0 ? ORDER_GREATER : ORDER_EQUAL;
}

static enum expr_order order_doubles(double a, double b)
{
    if (isnan(a) || isnan(b))
        return ORDER_NONE;
    return a < b ? ORDER_LESS : a > b ? ORDER_GREATER : ORDER_EQUAL;
}

static enum expr_order order_int_double(int64_t i, double d)
{
    if (isnan(d))
        return ORDER_NONE;
    if (d >= 0x1p63)
        return ORDER_LESS;
    if (d < -0x1p63)
        return ORDER_GREATER;
    int64_t whole = (int64_t)d;
    if (i != whole)
        return i < whole ? ORDER_LESS : ORDER_GREATER;
    return order_doubles(0, d - (double)whole);
}

/* A finite number as exact decimal; text lives in buf. */
static bool as_decimal(const struct sb_expr *program, const struct expr_val *v, struct sb_buf *buf,
                       struct sb_number *ret)
{
    if (v->kind == EV_NUMBER)
        return sb_number_parse(v->u.s, ret);
    if (v->kind == EV_DOUBLE && v->text_len)
        return sb_number_parse((struct sb_str){program->text.p + v->text_at, v->text_len}, ret);
    if (v->kind == EV_INT)
        sb_buf_printf(buf, "%lld", (long long)v->u.i);
    else
        sb_number_print_double(buf, v->u.d);
    return sb_number_parse((struct sb_str){buf->data, buf->len}, ret);
}

static enum expr_order order_decimals(const struct sb_expr *program, const struct expr_val *a,
                                      const struct expr_val *b)
{
    const struct expr_val *real = a->kind == EV_DOUBLE ? a : b->kind == EV_DOUBLE ? b : NULL;
    if (real && !isfinite(real->u.d))
        return real == a ? order_doubles(a->u.d, 0) : order_doubles(0, b->u.d);
    struct sb_buf text_a = SB_BUF_INIT(64), text_b = SB_BUF_INIT(64);
    struct sb_number x, y;
    enum expr_order order = ORDER_NONE;
    if (as_decimal(program, a, &text_a, &x) && as_decimal(program, b, &text_b, &y))
        order = sign_of(sb_number_cmp(&x, &y));
    sb_buf_done(&text_a);
    sb_buf_done(&text_b);
    return order;
}

static enum expr_order order_numbers(const struct sb_expr *program, const struct expr_val *a,
                                     const struct expr_val *b)
{
    if (a->kind == EV_NUMBER || b->kind == EV_NUMBER)
        return order_decimals(program, a, b);
    if (a->kind == EV_INT && b->kind == EV_INT)
        return sign_of((a->u.i > b->u.i) - (a->u.i < b->u.i));
    if (a->kind == EV_DOUBLE && b->kind == EV_DOUBLE)
        return order_doubles(a->u.d, b->u.d);
    if (a->kind == EV_INT)
        return order_int_double(a->u.i, b->u.d);
    enum expr_order order = order_int_double(b->u.i, a->u.d);
    return order == ORDER_LESS ? ORDER_GREATER : order == ORDER_GREATER ? ORDER_LESS : order;
}

static enum expr_order order_instants(struct expr_instant a, struct expr_instant b)
{
    if (a.s != b.s)
        return a.s < b.s ? ORDER_LESS : ORDER_GREATER;
    return sign_of(a.ns - b.ns);
}

bool sb_expr_order(struct expr_run *r, const struct expr_node *n, const struct expr_val *a,
                   const struct expr_val *b, enum expr_order *ret)
{
    if (sb_expr_is_numeric(a) && sb_expr_is_numeric(b)) {
        *ret = order_numbers(r->program, a, b);
        return true;
    }
    if (a->kind != b->kind)
        return sb_expr_fault_kind(r, n, "there is no order between", a, b);
    switch ((enum expr_kind)a->kind) {
    case EV_STRING:
        *ret = sign_of(sb_str_cmp(a->u.s, b->u.s));
        return sb_expr_spend_text(r, n, SB_MIN(a->u.s.len, b->u.s.len));
    case EV_BOOL: *ret = sign_of(a->u.b - b->u.b); return true;
    case EV_DURATION: *ret = sign_of((a->u.i > b->u.i) - (a->u.i < b->u.i)); return true;
    case EV_TIMESTAMP: *ret = order_instants(a->u.t, b->u.t); return true;
    case EV_QUANTITY: *ret = sign_of(sb_quantity_cmp(&a->u.q, &b->u.q)); return true;
    default: return sb_expr_fault_kind(r, n, "there is no order between", a, b);
    }
}

static bool equal_at(struct expr_run *r, const struct expr_node *n, const struct expr_val *a,
                     const struct expr_val *b, int depth, bool *ret);

static bool equal_lists(struct expr_run *r, const struct expr_node *n, const struct expr_val *a,
                        const struct expr_val *b, int depth, bool *ret)
{
    size_t len = sb_expr_len(a);
    *ret = len == sb_expr_len(b);
    for (size_t i = 0; i < len && *ret; i++) {
        struct expr_val x = {0}, y = {0};
        if (!sb_expr_spend(r, n, 1) || !sb_expr_item(r, n, a, i, &x) ||
            !sb_expr_item(r, n, b, i, &y) || !equal_at(r, n, &x, &y, depth, ret))
            return false;
    }
    return true;
}

static bool equal_maps(struct expr_run *r, const struct expr_node *n, const struct expr_val *a,
                       const struct expr_val *b, int depth, bool *ret)
{
    size_t len = sb_expr_len(a);
    *ret = len == sb_expr_len(b);
    for (size_t i = 0; i < len && *ret; i++) {
        struct expr_val key = {0}, x = {0}, y = {0};
        if (!sb_expr_spend(r, n, 1) || !sb_expr_entry_at(r, n, a, i, &key, &x) ||
            !sb_expr_lookup(r, n, b, &key, ret, &y))
            return false;
        if (*ret && !equal_at(r, n, &x, &y, depth, ret))
            return false;
    }
    return true;
}

static bool equal_optionals(struct expr_run *r, const struct expr_node *n, const struct expr_val *a,
                            const struct expr_val *b, int depth, bool *ret)
{
    if (a->u.some && b->u.some)
        return equal_at(r, n, a->u.some, b->u.some, depth, ret);
    *ret = a->u.some == b->u.some;
    return true;
}

static bool equal_at(struct expr_run *r, const struct expr_node *n, const struct expr_val *a,
                     const struct expr_val *b, int depth, bool *ret)
{
    if (depth == 0)
        return sb_expr_fault(r, n, "the data is nested too deeply to compare");
    if (sb_expr_is_numeric(a) && sb_expr_is_numeric(b)) {
        *ret = order_numbers(r->program, a, b) == ORDER_EQUAL;
        return true;
    }
    *ret = false;
    if (a->kind != b->kind)
        return true;
    switch ((enum expr_kind)a->kind) {
    case EV_NULL: *ret = true; return true;
    case EV_TYPE: *ret = a->u.i == b->u.i; return true;
    case EV_LIST: return equal_lists(r, n, a, b, depth - 1, ret);
    case EV_MAP: return equal_maps(r, n, a, b, depth - 1, ret);
    case EV_OPTIONAL: return equal_optionals(r, n, a, b, depth - 1, ret);
    case EV_STRING:
        *ret = sb_str_eq(a->u.s, b->u.s);
        return sb_expr_spend_text(r, n, SB_MIN(a->u.s.len, b->u.s.len));
    default: {
        enum expr_order order = ORDER_NONE;
        bool ok = sb_expr_order(r, n, a, b, &order);
        *ret = ok && order == ORDER_EQUAL;
        return ok;
    }
    }
}

bool sb_expr_equal(struct expr_run *r, const struct expr_node *n, const struct expr_val *a,
                   const struct expr_val *b, bool *ret)
{
    return equal_at(r, n, a, b, EXPR_MAX_DATA_DEPTH, ret);
}

bool sb_expr_contains(struct expr_run *r, const struct expr_node *n, const struct expr_val *item,
                      const struct expr_val *where, bool *ret)
{
    if (where->kind == EV_MAP)
        return sb_expr_lookup(r, n, where, item, ret, NULL);
    if (where->kind != EV_LIST)
        return sb_expr_fault_kind(r, n, "`in` needs a list or a map on its right, not", where,
                                  NULL);
    size_t len = sb_expr_len(where);
    *ret = false;
    for (size_t i = 0; i < len && !*ret; i++) {
        struct expr_val element = {0};
        if (!sb_expr_spend(r, n, 1) || !sb_expr_item(r, n, where, i, &element) ||
            !sb_expr_equal(r, n, &element, item, ret))
            return false;
    }
    return true;
}
