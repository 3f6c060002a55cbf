/* Timestamps of the years 0001 to 9999 (CEL langdef, "Timestamps and durations").
 *
 * core/base counts nanoseconds in 64 bits, which reach from 1678 to 2261. The Gregorian calendar
 * repeats every 400 years (146,097 days), so texts and fields are computed in 1700..2099 and shifted
 * by whole cycles. */
#include "core/base/time.h"
#include "core/doc/expr_private.h"

#define CYCLE_YEARS 400
#define CYCLE_S (INT64_C(146097) * 86400)
#define BASE_YEAR 1700
#define MIN_S INT64_C(-62135596800) /* 0001-01-01T00:00:00Z */
#define MAX_S INT64_C(253402300799) /* 9999-12-31T23:59:59Z */

bool sb_expr_instant_valid(int64_t s)
{
    return s >= MIN_S && s <= MAX_S;
}

struct expr_instant sb_expr_instant_from_ns(int64_t ns)
{
    int64_t s = ns / SB_NS_PER_S, rest = ns % SB_NS_PER_S;
    if (rest < 0) {
        s--;
        rest += SB_NS_PER_S;
    }
    return (struct expr_instant){s, (int32_t)rest};
}

/* The year's place in the base cycle, and by how many cycles it was moved. */
static int64_t fold_year(int64_t year, int64_t *ret_cycles)
{
    int64_t offset = (year - BASE_YEAR) % CYCLE_YEARS;
    if (offset < 0)
        offset += CYCLE_YEARS;
    *ret_cycles = (year - BASE_YEAR - offset) / CYCLE_YEARS;
    return BASE_YEAR + offset;
}

bool sb_expr_instant_parse(struct sb_str s, struct expr_instant *ret, struct sb_error *e)
{
    char text[128];
    int64_t year = 0, cycles, ns;
    size_t i = 0;
    for (; i < 4 && i < s.len && s.p[i] >= '0' && s.p[i] <= '9'; i++)
        year = year * 10 + (s.p[i] - '0');
    if (i < 4 || year == 0 || s.len >= sizeof text) {
        sb_fail(e, SB_EINPUT,
                s.len >= sizeof text ? "it is too long"
                : i == 4             ? "the first year is 0001"
                                     : "it does not start with a year of four digits");
        return false;
    }
    memcpy(text, s.p, s.len);
    for (int64_t folded = fold_year(year, &cycles); i-- > 0; folded /= 10)
        text[i] = (char)('0' + folded % 10);
    if (sb_time_parse((struct sb_str){text, s.len}, &ns, e) < 0)
        return false;
    struct expr_instant t = sb_expr_instant_from_ns(ns);
    t.s += cycles * CYCLE_S;
    if (!sb_expr_instant_valid(t.s)) {
        sb_fail(e, SB_EINPUT, "it is outside the years 0001 to 9999");
        return false;
    }
    *ret = t;
    return true;
}

static void civil(struct expr_instant t, int32_t offset_s, struct sb_civil *ret)
{
    int64_t base = sb_days_from_civil(BASE_YEAR, 1, 1) * 86400;
    int64_t cycles = (t.s - base) / CYCLE_S;
    if ((t.s - base) % CYCLE_S < 0)
        cycles--;
    sb_civil_from((t.s - cycles * CYCLE_S) * SB_NS_PER_S + t.ns, offset_s, ret);
    ret->year += cycles * CYCLE_YEARS;
}

void sb_expr_instant_print(struct sb_buf *b, struct expr_instant t)
{
    struct sb_civil d = {0};
    civil(t, 0, &d);
    sb_buf_printf(b, "%04lld-%02d-%02dT%02d:%02d:%02d", (long long)d.year, d.month, d.day, d.hour,
                  d.minute, d.second);
    if (t.ns) {
        sb_buf_printf(b, ".%09d", t.ns);
        while (b->len && b->data[b->len - 1] == '0')
            b->data[--b->len] = '\0';
    }
    sb_buf_putc(b, 'Z');
}

void sb_expr_duration_print(struct sb_buf *b, int64_t ns)
{
    int64_t s = ns / SB_NS_PER_S, rest = ns % SB_NS_PER_S;
    sb_buf_printf(b, "%s%lld", ns < 0 ? "-" : "", s < 0 ? -(long long)s : (long long)s);
    if (rest) {
        sb_buf_printf(b, ".%09d", (int)(rest < 0 ? -rest : rest));
        while (b->len && b->data[b->len - 1] == '0')
            b->data[--b->len] = '\0';
    }
    sb_buf_putc(b, 's');
}

bool sb_expr_instant_add(struct expr_instant t, int64_t ns, bool negate, struct expr_instant *ret)
{
    struct expr_instant d = sb_expr_instant_from_ns(ns);
    int64_t s = negate ? t.s - d.s : t.s + d.s;
    int64_t rest = negate ? t.ns - d.ns : t.ns + d.ns;
    if (rest < 0 || rest >= SB_NS_PER_S) {
        s += rest < 0 ? -1 : 1;
        rest += rest < 0 ? SB_NS_PER_S : -SB_NS_PER_S;
    }
    *ret = (struct expr_instant){s, (int32_t)rest};
    return sb_expr_instant_valid(s);
}

bool sb_expr_instant_diff(struct expr_instant a, struct expr_instant b, int64_t *ret_ns)
{
    int64_t ns;
    return !__builtin_mul_overflow(a.s - b.s, SB_NS_PER_S, &ns) &&
           !__builtin_add_overflow(ns, a.ns - b.ns, ret_ns);
}

/* --- fields --- */

static bool two_digits(const char *p, int max, int *ret)
{
    if (p[0] < '0' || p[0] > '9' || p[1] < '0' || p[1] > '9')
        return false;
    *ret = (p[0] - '0') * 10 + (p[1] - '0');
    return *ret <= max;
}

/* UTC, Z, hh:mm, +hh:mm, -hh:mm. */
static bool zone_offset(struct sb_str zone, int32_t *ret)
{
    int sign = 1, hours, minutes;
    if (zone.len == 0 || sb_str_is(zone, "UTC") || sb_str_is(zone, "Z")) {
        *ret = 0;
        return true;
    }
    if (zone.p[0] == '+' || zone.p[0] == '-') {
        sign = zone.p[0] == '-' ? -1 : 1;
        zone.p++;
        zone.len--;
    }
    if (zone.len != 5 || zone.p[2] != ':' || !two_digits(zone.p, 23, &hours) ||
        !two_digits(zone.p + 3, 59, &minutes))
        return false;
    *ret = sign * (hours * 3600 + minutes * 60);
    return true;
}

static bool fields(const struct expr_call *c, struct sb_civil *ret)
{
    int32_t offset = 0;
    if (c->n_args == 2 && !zone_offset(c->args[1].u.s, &offset))
        return sb_expr_fault_hint(c->r, c->n, "the time zone is not known here",
                                  "write UTC, or an offset: '+02:00'");
    civil(c->args[0].u.t, offset, ret);
    return true;
}

EXPR_FUNCTION(get_year)
{
    struct sb_civil d = {0};
    return fields(c, &d) && sb_expr_ret_int(ret, d.year);
}

EXPR_FUNCTION(get_month)
{
    struct sb_civil d = {0};
    return fields(c, &d) && sb_expr_ret_int(ret, d.month - 1);
}

EXPR_FUNCTION(get_date)
{
    struct sb_civil d = {0};
    return fields(c, &d) && sb_expr_ret_int(ret, d.day);
}

EXPR_FUNCTION(get_day_of_month)
{
    struct sb_civil d = {0};
    return fields(c, &d) && sb_expr_ret_int(ret, d.day - 1);
}

EXPR_FUNCTION(get_day_of_week)
{
    struct sb_civil d = {0};
    return fields(c, &d) && sb_expr_ret_int(ret, d.weekday);
}

EXPR_FUNCTION(get_day_of_year)
{
    struct sb_civil d = {0};
    return fields(c, &d) && sb_expr_ret_int(ret, d.yearday);
}

/* Of a duration: the whole of it in that unit. */
static bool total(const struct expr_call *c, int64_t unit_ns, struct expr_val *ret)
{
    if (c->n_args == 2)
        return sb_expr_fault(c->r, c->n, "a duration has no time zone");
    return sb_expr_ret_int(ret, c->args[0].u.i / unit_ns);
}

EXPR_FUNCTION(get_hours)
{
    struct sb_civil d = {0};
    if (c->args[0].kind == EV_DURATION)
        return total(c, 3600 * SB_NS_PER_S, ret);
    return fields(c, &d) && sb_expr_ret_int(ret, d.hour);
}

EXPR_FUNCTION(get_minutes)
{
    struct sb_civil d = {0};
    if (c->args[0].kind == EV_DURATION)
        return total(c, 60 * SB_NS_PER_S, ret);
    return fields(c, &d) && sb_expr_ret_int(ret, d.minute);
}

EXPR_FUNCTION(get_seconds)
{
    struct sb_civil d = {0};
    if (c->args[0].kind == EV_DURATION)
        return total(c, SB_NS_PER_S, ret);
    return fields(c, &d) && sb_expr_ret_int(ret, d.second);
}

/* Of a duration too: the part below a second. */
EXPR_FUNCTION(get_milliseconds)
{
    struct sb_civil d = {0};
    if (c->args[0].kind == EV_DURATION)
        return total(c, 1000000, ret) && sb_expr_ret_int(ret, ret->u.i % 1000);
    return fields(c, &d) && sb_expr_ret_int(ret, d.nanosecond / 1000000);
}
