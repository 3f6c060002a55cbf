/* The table of functions, and those that fit nowhere else: size, sums, optionals. */
#include "core/base/utf8.h"
#include "core/doc/expr_private.h"

static bool fn_size(const struct expr_call *c, struct expr_val *ret)
{
    const struct expr_val *v = &c->args[0];
    if (v->kind != EV_STRING)
        return sb_expr_ret_int(ret, (int64_t)sb_expr_len(v));
    return sb_expr_spend_text(c->r, c->n, v->u.s.len) &&
           sb_expr_ret_int(ret, (int64_t)sb_utf8_count(v->u.s.p, v->u.s.len));
}

static bool fn_sum(const struct expr_call *c, struct expr_val *ret)
{
    struct expr_val sum = {.kind = EV_INT}, item;
    for (size_t i = 0, len = sb_expr_len(&c->args[0]); i < len; i++) {
        if (!sb_expr_spend(c->r, c->n, 1) || !sb_expr_item(c->r, c->n, &c->args[0], i, &item))
            return false;
        if (!(1u << item.kind & (EM_NUMERIC | EM_DURATION)))
            return sb_expr_fault_kind(c->r, c->n, "there is no sum over", &item, NULL);
        if (i == 0)
            sum = item;
        else if (!sb_expr_arith(c->r, c->n, X_ADD, &sum, &item, &sum))
            return false;
    }
    *ret = sum;
    return true;
}

static bool extreme(const struct expr_call *c, enum expr_order wanted, struct expr_val *ret)
{
    struct expr_val best = {0}, item = {0};
    enum expr_order order = ORDER_NONE;
    size_t len = sb_expr_len(&c->args[0]);
    if (len == 0)
        return sb_expr_fault_hint(c->r, c->n, "an empty list has no least or greatest element",
                                  "test size(list) > 0 first");
    if (!sb_expr_item(c->r, c->n, &c->args[0], 0, &best))
        return false;
    for (size_t i = 1; i < len; i++) {
        if (!sb_expr_spend(c->r, c->n, 1) || !sb_expr_item(c->r, c->n, &c->args[0], i, &item) ||
            !sb_expr_order(c->r, c->n, &item, &best, &order))
            return false;
        if (order == wanted)
            best = item;
    }
    *ret = best;
    return true;
}

static bool fn_min(const struct expr_call *c, struct expr_val *ret)
{
    return extreme(c, ORDER_LESS, ret);
}

static bool fn_max(const struct expr_call *c, struct expr_val *ret)
{
    return extreme(c, ORDER_GREATER, ret);
}

static bool fn_of(const struct expr_call *c, struct expr_val *ret)
{
    return sb_expr_some(c->r, &c->args[0], ret);
}

static bool fn_none(const struct expr_call *c, struct expr_val *ret)
{
    (void)c;
    sb_expr_none(ret);
    return true;
}

static bool is_zero(const struct expr_val *v)
{
    switch ((enum expr_kind)v->kind) {
    case EV_NULL: return true;
    case EV_BOOL: return !v->u.b;
    case EV_INT:
    case EV_DURATION: return v->u.i == 0;
    case EV_DOUBLE: return v->u.d == 0;
    case EV_STRING: return v->u.s.len == 0;
    case EV_LIST:
    case EV_MAP: return sb_expr_len(v) == 0;
    case EV_QUANTITY: return v->u.q.units == 0 && v->u.q.nanos == 0;
    case EV_OPTIONAL: return !v->u.some;
    default: return false;
    }
}

static bool fn_of_non_zero(const struct expr_call *c, struct expr_val *ret)
{
    return is_zero(&c->args[0]) ? fn_none(c, ret) : fn_of(c, ret);
}

static bool fn_has_value(const struct expr_call *c, struct expr_val *ret)
{
    return sb_expr_ret_bool(ret, c->args[0].u.some != NULL);
}

static bool fn_value(const struct expr_call *c, struct expr_val *ret)
{
    if (!c->args[0].u.some)
        return sb_expr_fault_hint(c->r, c->n, "value() of an optional that has none",
                                  "use orValue(other), or test hasValue() first");
    *ret = *c->args[0].u.some;
    return true;
}

static bool fn_or(const struct expr_call *c, struct expr_val *ret)
{
    *ret = c->args[c->args[0].u.some ? 0 : 1];
    return true;
}

static bool fn_or_value(const struct expr_call *c, struct expr_val *ret)
{
    *ret = c->args[0].u.some ? *c->args[0].u.some : c->args[1];
    return true;
}

#define STRING_1  \
    EM_STRING,    \
    {             \
        EM_STRING \
    }
#define TIMES                                 \
    EM_INT,                                   \
    {                                         \
        EM_TIMESTAMP | EM_DURATION, EM_STRING \
    }
#define DATES                   \
    EM_INT,                     \
    {                           \
        EM_TIMESTAMP, EM_STRING \
    }
#define WHOLE EM_INT

const struct expr_function sb_expr_functions[] = {
    {"size", EXPR_GLOBAL | EXPR_METHOD, 1, 1, EM_INT, {EM_STRING | EM_LIST | EM_MAP}, fn_size},
    {"contains", EXPR_METHOD, 2, 2, EM_BOOL, {EM_STRING, EM_STRING}, sb_expr_fn_contains},
    {"startsWith", EXPR_METHOD, 2, 2, EM_BOOL, {EM_STRING, EM_STRING}, sb_expr_fn_starts_with},
    {"endsWith", EXPR_METHOD, 2, 2, EM_BOOL, {EM_STRING, EM_STRING}, sb_expr_fn_ends_with},
    {"matches",
     EXPR_GLOBAL | EXPR_METHOD,
     2,
     2,
     EM_BOOL,
     {EM_STRING, EM_STRING},
     sb_expr_fn_matches},
    {"charAt", EXPR_METHOD, 2, 2, EM_STRING, {EM_STRING, WHOLE}, sb_expr_fn_char_at},
    {"indexOf", EXPR_METHOD, 2, 3, EM_INT, {EM_STRING, EM_STRING, WHOLE}, sb_expr_fn_index_of},
    {"lastIndexOf",
     EXPR_METHOD,
     2,
     3,
     EM_INT,
     {EM_STRING, EM_STRING, WHOLE},
     sb_expr_fn_last_index_of},
    {"join", EXPR_METHOD, 1, 2, EM_STRING, {EM_LIST, EM_STRING}, sb_expr_fn_join},
    {"lowerAscii", EXPR_METHOD, 1, 1, STRING_1, sb_expr_fn_lower},
    {"upperAscii", EXPR_METHOD, 1, 1, STRING_1, sb_expr_fn_upper},
    {"replace",
     EXPR_METHOD,
     3,
     4,
     EM_STRING,
     {EM_STRING, EM_STRING, EM_STRING, WHOLE},
     sb_expr_fn_replace},
    {"split", EXPR_METHOD, 2, 3, EM_LIST, {EM_STRING, EM_STRING, WHOLE}, sb_expr_fn_split},
    {"substring", EXPR_METHOD, 2, 3, EM_STRING, {EM_STRING, WHOLE, WHOLE}, sb_expr_fn_substring},
    {"trim", EXPR_METHOD, 1, 1, STRING_1, sb_expr_fn_trim},
    {"int", EXPR_GLOBAL, 1, 1, EM_INT, {EM_NUMERIC | EM_STRING | EM_TIMESTAMP}, sb_expr_fn_int},
    {"double", EXPR_GLOBAL, 1, 1, EM_DOUBLE, {EM_NUMERIC | EM_STRING}, sb_expr_fn_double},
    {"string",
     EXPR_GLOBAL,
     1,
     1,
     EM_STRING,
     {EM_NUMERIC | EM_STRING | EM_BOOL | EM_TIMESTAMP | EM_DURATION},
     sb_expr_fn_string},
    {"bool", EXPR_GLOBAL, 1, 1, EM_BOOL, {EM_BOOL | EM_STRING}, sb_expr_fn_bool},
    {"timestamp",
     EXPR_GLOBAL,
     1,
     1,
     EM_TIMESTAMP,
     {EM_STRING | EM_INT | EM_TIMESTAMP},
     sb_expr_fn_timestamp},
    {"duration", EXPR_GLOBAL, 1, 1, EM_DURATION, {EM_STRING | EM_DURATION}, sb_expr_fn_duration},
    {"quantity",
     EXPR_GLOBAL,
     1,
     1,
     EM_QUANTITY,
     {EM_STRING | EM_NUMERIC | EM_QUANTITY},
     sb_expr_fn_quantity},
    {"type", EXPR_GLOBAL, 1, 1, EM_TYPE, {EM_ANY}, sb_expr_fn_type},
    {"dyn", EXPR_GLOBAL, 1, 1, EM_ANY, {EM_ANY}, sb_expr_fn_dyn},
    {"min", EXPR_METHOD, 1, 1, EM_ANY, {EM_LIST}, fn_min},
    {"max", EXPR_METHOD, 1, 1, EM_ANY, {EM_LIST}, fn_max},
    {"sum", EXPR_METHOD, 1, 1, EM_NUMERIC | EM_DURATION, {EM_LIST}, fn_sum},
    {"optional.of", EXPR_GLOBAL, 1, 1, EM_OPTIONAL, {EM_ANY}, fn_of},
    {"optional.none", EXPR_GLOBAL, 0, 0, EM_OPTIONAL, {0}, fn_none},
    {"optional.ofNonZeroValue", EXPR_GLOBAL, 1, 1, EM_OPTIONAL, {EM_ANY}, fn_of_non_zero},
    {"hasValue", EXPR_METHOD, 1, 1, EM_BOOL, {EM_OPTIONAL}, fn_has_value},
    {"value", EXPR_METHOD, 1, 1, EM_ANY, {EM_OPTIONAL}, fn_value},
    {"or", EXPR_METHOD | EXPR_LAZY, 2, 2, EM_OPTIONAL, {EM_OPTIONAL, EM_OPTIONAL}, fn_or},
    {"orValue", EXPR_METHOD | EXPR_LAZY, 2, 2, EM_ANY, {EM_OPTIONAL, EM_ANY}, fn_or_value},
    {"getFullYear", EXPR_METHOD, 1, 2, DATES, sb_expr_fn_get_year},
    {"getMonth", EXPR_METHOD, 1, 2, DATES, sb_expr_fn_get_month},
    {"getDate", EXPR_METHOD, 1, 2, DATES, sb_expr_fn_get_date},
    {"getDayOfMonth", EXPR_METHOD, 1, 2, DATES, sb_expr_fn_get_day_of_month},
    {"getDayOfWeek", EXPR_METHOD, 1, 2, DATES, sb_expr_fn_get_day_of_week},
    {"getDayOfYear", EXPR_METHOD, 1, 2, DATES, sb_expr_fn_get_day_of_year},
    {"getHours", EXPR_METHOD, 1, 2, TIMES, sb_expr_fn_get_hours},
    {"getMinutes", EXPR_METHOD, 1, 2, TIMES, sb_expr_fn_get_minutes},
    {"getSeconds", EXPR_METHOD, 1, 2, TIMES, sb_expr_fn_get_seconds},
    {"getMilliseconds", EXPR_METHOD, 1, 2, TIMES, sb_expr_fn_get_milliseconds},
    {NULL, 0, 0, 0, 0, {0}, NULL},
};
