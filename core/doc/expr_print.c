/* Values as text, in the form expr itself would read. */
#include "core/doc/expr_private.h"

#include <math.h>

static bool print_at(struct expr_run *r, const struct expr_val *v, int depth, struct sb_buf *b);

static void print_string(struct sb_str s, struct sb_buf *b)
{
    static const char from[] = "\a\b\f\n\r\t\v\\\"", to[] = "abfnrtv\\\"";
    sb_buf_putc(b, '"');
    for (size_t i = 0; i < s.len; i++) {
        unsigned char ch = (unsigned char)s.p[i];
        const char *at = ch ? strchr(from, ch) : NULL;
        if (at)
            sb_buf_printf(b, "\\%c", to[at - from]);
        else if (ch < 0x20 || ch == 0x7f)
            sb_buf_printf(b, "\\x%02x", ch);
        else
            sb_buf_putc(b, (char)ch);
    }
    sb_buf_putc(b, '"');
}

static void print_double(double d, struct sb_buf *b)
{
    if (!isfinite(d)) {
        sb_buf_puts(b, isnan(d) ? "double(\"NaN\")"
                       : d < 0  ? "double(\"-Infinity\")"
                                : "double(\"Infinity\")");
        return;
    }
    size_t before = b->len;
    sb_number_print_double(b, d);
    if (b->len > before && !strpbrk(b->data + before, ".eE"))
        sb_buf_puts(b, ".0");
}

/* There is no shorter text of the same exact value than the units and nanos themselves. */
static void print_quantity(const struct sb_quantity *q, struct sb_buf *b)
{
    int64_t units = q->units < 0 ? -q->units : q->units;
    bool nothing = units == 0 && q->nanos == 0;
    sb_buf_printf(b, "quantity(\"%s%lld", q->negative && !nothing ? "-" : "", (long long)units);
    if (q->nanos) {
        sb_buf_printf(b, ".%09u", q->nanos);
        while (b->len && b->data[b->len - 1] == '0')
            b->data[--b->len] = '\0';
    }
    sb_buf_puts(b, "\")");
}

static bool print_list(struct expr_run *r, const struct expr_val *v, int depth, struct sb_buf *b)
{
    struct expr_val item = {0};
    sb_buf_putc(b, '[');
    for (size_t i = 0, len = sb_expr_len(v); i < len && !b->failed; i++) {
        if (i)
            sb_buf_puts(b, ", ");
        if (!sb_expr_spend(r, r->program->root, 1) ||
            !sb_expr_item(r, r->program->root, v, i, &item) || !print_at(r, &item, depth, b))
            return false;
    }
    sb_buf_putc(b, ']');
    return true;
}

static bool print_map(struct expr_run *r, const struct expr_val *v, int depth, struct sb_buf *b)
{
    struct expr_val key = {0}, value = {0};
    sb_buf_putc(b, '{');
    for (size_t i = 0, len = sb_expr_len(v); i < len && !b->failed; i++) {
        if (i)
            sb_buf_puts(b, ", ");
        if (!sb_expr_spend(r, r->program->root, 1) ||
            !sb_expr_entry_at(r, r->program->root, v, i, &key, &value) ||
            !print_at(r, &key, depth, b))
            return false;
        sb_buf_puts(b, ": ");
        if (!print_at(r, &value, depth, b))
            return false;
    }
    sb_buf_putc(b, '}');
    return true;
}

static bool print_optional(struct expr_run *r, const struct expr_val *v, int depth,
                           struct sb_buf *b)
{
    if (!v->u.some) {
        sb_buf_puts(b, "optional.none()");
        return true;
    }
    sb_buf_puts(b, "optional.of(");
    bool ok = print_at(r, v->u.some, depth, b);
    sb_buf_putc(b, ')');
    return ok;
}

static bool print_at(struct expr_run *r, const struct expr_val *v, int depth, struct sb_buf *b)
{
    if (depth == 0)
        return sb_expr_fault(r, r->program->root, "the data is nested too deeply to print");
    switch ((enum expr_kind)v->kind) {
    case EV_NULL: sb_buf_puts(b, "null"); break;
    case EV_BOOL: sb_buf_puts(b, v->u.b ? "true" : "false"); break;
    case EV_INT: sb_buf_printf(b, "%lld", (long long)v->u.i); break;
    case EV_DOUBLE: print_double(v->u.d, b); break;
    case EV_NUMBER: sb_buf_put(b, v->u.s.p, v->u.s.len); break;
    case EV_STRING: print_string(v->u.s, b); break;
    case EV_LIST: return print_list(r, v, depth - 1, b);
    case EV_MAP: return print_map(r, v, depth - 1, b);
    case EV_OPTIONAL: return print_optional(r, v, depth - 1, b);
    case EV_QUANTITY: print_quantity(&v->u.q, b); break;
    case EV_TYPE:
        sb_buf_puts(b, v->u.i == EV_NULL       ? "null_type"
                       : v->u.i == EV_OPTIONAL ? "optional_type"
                                               : sb_expr_kind_name((enum expr_kind)v->u.i));
        break;
    case EV_TIMESTAMP:
        sb_buf_puts(b, "timestamp(\"");
        sb_expr_instant_print(b, v->u.t);
        sb_buf_puts(b, "\")");
        break;
    case EV_DURATION:
        sb_buf_puts(b, "duration(\"");
        sb_expr_duration_print(b, v->u.i);
        sb_buf_puts(b, "\")");
        break;
    case EV_KINDS: break;
    }
    return true;
}

bool sb_expr_print(struct expr_run *r, const struct expr_val *v, bool raw, struct sb_buf *b)
{
    if (raw && v->kind == EV_STRING) {
        sb_buf_put(b, v->u.s.p, v->u.s.len);
        return true;
    }
    return print_at(r, v, EXPR_MAX_DATA_DEPTH, b);
}
