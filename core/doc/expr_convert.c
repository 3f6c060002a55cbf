/* Conversions (CEL langdef, "Type Conversions"), quantity() and type(). */
#include "core/base/time.h"
#include "core/doc/expr_private.h"

#include <math.h>

static bool int_from_text(struct sb_str s, int64_t *ret)
{
    bool negative = s.len && s.p[0] == '-';
    size_t i = s.len && (s.p[0] == '-' || s.p[0] == '+') ? 1 : 0;
    int64_t value = 0;
    if (i == s.len)
        return false;
    for (; i < s.len; i++) {
        int digit = s.p[i] - '0';
        if (digit < 0 || digit > 9 || __builtin_mul_overflow(value, 10, &value) ||
            __builtin_sub_overflow(value, digit, &value)) /* downwards: INT64_MIN fits */
            return false;
    }
    if (!negative && value == INT64_MIN)
        return false;
    *ret = negative ? value : -value;
    return true;
}

static bool int_from_double(const struct expr_call *c, double d, struct expr_val *ret)
{
    if (!(d > -0x1p63 && d < 0x1p63))
        return sb_expr_fault(c->r, c->n, "the number does not fit an int");
    return sb_expr_ret_int(ret, (int64_t)d);
}

EXPR_FUNCTION(int)
{
    const struct expr_val *v = &c->args[0];
    struct sb_number number;
    int64_t value;
    switch ((enum expr_kind)v->kind) {
    case EV_INT: return sb_expr_ret_int(ret, v->u.i);
    case EV_TIMESTAMP: return sb_expr_ret_int(ret, v->u.t.s);
    case EV_DOUBLE: return int_from_double(c, v->u.d, ret);
    case EV_NUMBER:
        return sb_number_parse(v->u.s, &number) &&
               int_from_double(c, sb_number_to_double(&number), ret);
    default:
        if (!int_from_text(v->u.s, &value))
            return sb_expr_fault_hint(c->r, c->n, "the text is no int",
                                      "an int is a sign and digits; use double(x) for fractions");
        return sb_expr_ret_int(ret, value);
    }
}

static bool double_from_text(struct sb_str s, double *ret)
{
    static const struct {
        const char *text;
        double value;
    } special[] = {{"NaN", (double)NAN},
                   {"Infinity", (double)INFINITY},
                   {"+Infinity", (double)INFINITY},
                   {"-Infinity", -(double)INFINITY}};
    struct sb_number number;
    for (size_t i = 0; i < SB_LEN(special); i++)
        if (sb_str_is(s, special[i].text)) {
            *ret = special[i].value;
            return true;
        }
    if (memchr(s.p, 'x', s.len) || memchr(s.p, 'o', s.len) || !sb_number_parse(s, &number))
        return false;
    *ret = sb_number_to_double(&number);
    if (s.len && s.p[0] == '-')
        *ret = -fabs(*ret); /* -0 keeps its sign */
    return isfinite(*ret);
}

EXPR_FUNCTION(double)
{
    const struct expr_val *v = &c->args[0];
    *ret = (struct expr_val){.kind = EV_DOUBLE};
    switch ((enum expr_kind)v->kind) {
    case EV_INT: ret->u.d = (double)v->u.i; return true;
    case EV_DOUBLE: ret->u.d = v->u.d; return true;
    default:
        if (!double_from_text(v->u.s, &ret->u.d))
            return sb_expr_fault(c->r, c->n,
                                 v->kind == EV_STRING ? "the text is no number"
                                                      : "the number does not fit a double");
        return true;
    }
}

static void print_scalar(const struct expr_val *v, struct sb_buf *b)
{
    switch ((enum expr_kind)v->kind) {
    case EV_INT: sb_buf_printf(b, "%lld", (long long)v->u.i); break;
    case EV_BOOL: sb_buf_puts(b, v->u.b ? "true" : "false"); break;
    case EV_TIMESTAMP: sb_expr_instant_print(b, v->u.t); break;
    case EV_DURATION: sb_expr_duration_print(b, v->u.i); break;
    default:
        if (isfinite(v->u.d))
            sb_number_print_double(b, v->u.d);
        else
            sb_buf_puts(b, isnan(v->u.d) ? "NaN" : v->u.d < 0 ? "-Infinity" : "Infinity");
    }
}

EXPR_FUNCTION(string)
{
    const struct expr_val *v = &c->args[0];
    struct sb_buf text = SB_BUF_INIT(128);
    if (v->kind == EV_STRING || v->kind == EV_NUMBER)
        return sb_expr_ret_str(ret, v->u.s);
    print_scalar(v, &text);
    char *copy = sb_arena_dup(&c->r->arena, text.data, text.len);
    sb_expr_ret_str(ret, (struct sb_str){copy, text.len});
    sb_buf_done(&text);
    return true;
}

EXPR_FUNCTION(bool)
{
    static const char *const yes[] = {"1", "t", "true", "TRUE", "True"};
    static const char *const no[] = {"0", "f", "false", "FALSE", "False"};
    if (c->args[0].kind == EV_BOOL)
        return sb_expr_ret_bool(ret, c->args[0].u.b);
    for (size_t i = 0; i < SB_LEN(yes); i++) {
        if (sb_str_is(c->args[0].u.s, yes[i]))
            return sb_expr_ret_bool(ret, true);
        if (sb_str_is(c->args[0].u.s, no[i]))
            return sb_expr_ret_bool(ret, false);
    }
    return sb_expr_fault_hint(c->r, c->n, "the text is no bool", "a bool is written true or false");
}

EXPR_FUNCTION(timestamp)
{
    const struct expr_val *v = &c->args[0];
    struct sb_error e = {0};
    *ret = (struct expr_val){.kind = EV_TIMESTAMP};
    if (v->kind == EV_TIMESTAMP) {
        ret->u.t = v->u.t;
        return true;
    }
    if (v->kind == EV_INT) {
        ret->u.t = (struct expr_instant){v->u.i, 0};
        return sb_expr_instant_valid(v->u.i) ||
               sb_expr_fault(c->r, c->n, "the time is outside the years 0001 to 9999");
    }
    if (sb_expr_instant_parse(v->u.s, &ret->u.t, &e))
        return true;
    sb_expr_fault_detail(c->r, c->n, "bad timestamp", &e);
    c->r->fault.hint = "write it as in timestamp('2024-01-15T10:00:00Z')";
    return false;
}

EXPR_FUNCTION(duration)
{
    const struct expr_val *v = &c->args[0];
    struct sb_error e = {0};
    int64_t ns = v->u.i;
    if (v->kind == EV_STRING && sb_duration_parse(v->u.s, true, &ns, &e) < 0) {
        sb_expr_fault_detail(c->r, c->n, "bad duration", &e);
        c->r->fault.hint = "write it as in duration('1h30m') or duration('7d')";
        return false;
    }
    *ret = (struct expr_val){.kind = EV_DURATION, .u.i = ns};
    return true;
}

EXPR_FUNCTION(quantity)
{
    const struct expr_val *v = &c->args[0];
    struct sb_buf text = SB_BUF_INIT(64);
    struct sb_str s = v->u.s;
    if (v->kind == EV_QUANTITY) {
        *ret = *v;
        return true;
    }
    if (v->kind != EV_STRING && v->kind != EV_NUMBER) {
        print_scalar(v, &text);
        s = (struct sb_str){text.data, text.len};
    }
    *ret = (struct expr_val){.kind = EV_QUANTITY};
    bool ok = sb_quantity_parse(s, &ret->u.q);
    sb_buf_done(&text);
    return ok || sb_expr_fault_hint(c->r, c->n, "this is no Kubernetes quantity",
                                    "write it as in quantity('500m') or quantity('2Gi')");
}

EXPR_FUNCTION(type)
{
    int kind = c->args[0].kind == EV_NUMBER ? EV_DOUBLE : c->args[0].kind;
    *ret = (struct expr_val){.kind = EV_TYPE, .u.i = kind};
    return true;
}

EXPR_FUNCTION(dyn)
{
    *ret = c->args[0];
    return true;
}
