/* Exact decimals: parsing, order, hash, conversion. No step depends on the size of an exponent. */
#include "core/doc/number.h"

#include "core/base/hash.h"

#include <stdio.h>
#include <stdlib.h>

enum { MAX_EXPONENT_DIGITS = 18 };

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* --- the digits D of a number, in order --- */
struct digits {
    const char *p, *end;
    char converted[24]; /* decimal text of a hexadecimal or octal source */
};

static int radix_digit(char c)
{
    if (is_digit(c))
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : 16;
}

bool sb_number_is_radix(struct sb_str text)
{
    return text.len > 2 && text.p[0] == '0' && (text.p[1] == 'x' || text.p[1] == 'o');
}

bool sb_number_radix_value(struct sb_str text, uint64_t *ret)
{
    unsigned shift = text.p[1] == 'x' ? 4 : 3;
    uint64_t value = 0;
    for (size_t i = 2; i < text.len; i++) {
        int digit = radix_digit(text.p[i]);
        if (digit >= 1 << shift || value >> (64 - shift))
            return false;
        value = value << shift | (uint64_t)digit;
    }
    *ret = value;
    return true;
}

static void digits_start(struct digits *d, const struct sb_number *n)
{
    uint64_t value;
    d->p = n->text.p;
    d->end = n->text.p + n->text.len;
    if (sb_number_is_radix(n->text) && sb_number_radix_value(n->text, &value)) {
        int len = snprintf(d->converted, sizeof d->converted, "%llu", (unsigned long long)value);
        d->p = d->converted;
        d->end = d->converted + len;
    }
    while (d->p < d->end && !(*d->p >= '1' && *d->p <= '9'))
        d->p++;
}

/* The caller counts: at most n->digits calls. */
static int digits_next(struct digits *d)
{
    if (*d->p == '.')
        d->p++;
    return *d->p++ - '0';
}

/* --- parsing --- */
static bool read_exponent(const char **p, const char *end, int64_t *ret)
{
    const char *at = *p;
    bool negative = false;
    int64_t value = 0;
    int count = 0;
    if (at < end && (*at == '+' || *at == '-'))
        negative = *at++ == '-';
    if (at == end || !is_digit(*at))
        return false;
    for (; at < end && is_digit(*at); at++) {
        count += count > 0 || *at != '0';
        if (count > MAX_EXPONENT_DIGITS)
            return false;
        value = value * 10 + (*at - '0');
    }
    *p = at;
    *ret = negative ? -value : value;
    return true;
}

/* What a run of digits with at most one point holds. */
struct mantissa {
    bool any, point;
    uint32_t digits; /* first to last digit that is not 0 */
    int64_t before;  /* places of the first one left of the point; 0 or less to the right of it */
};

static struct mantissa read_mantissa(const char **p, const char *end)
{
    struct mantissa m = {false, false, 0, 0};
    uint32_t seen = 0; /* from the first digit that is not 0 */
    for (; *p < end; (*p)++) {
        char c = **p;
        if (c == '.' && !m.point) {
            m.point = true;
            continue;
        }
        if (!is_digit(c))
            break;
        m.any = true;
        if (seen || c != '0') {
            seen++;
            m.before += !m.point;
        } else {
            m.before -= m.point;
        }
        if (c != '0')
            m.digits = seen;
    }
    return m;
}

static uint32_t decimal_length(uint64_t value, uint32_t *ret_zeros)
{
    uint32_t len = 0, zeros = 0;
    bool trailing = true;
    for (; value; value /= 10, len++) {
        trailing = trailing && value % 10 == 0;
        zeros += trailing;
    }
    *ret_zeros = zeros;
    return len;
}

static bool parse_radix(struct sb_str text, struct sb_number *ret)
{
    uint64_t value;
    uint32_t zeros;
    if (!sb_number_radix_value(text, &value))
        return false;
    uint32_t len = decimal_length(value, &zeros);
    *ret = (struct sb_number){text, len, len - zeros, false};
    return true;
}

bool sb_number_parse(struct sb_str text, struct sb_number *ret)
{
    const char *p = text.p, *end = p + text.len;
    int64_t exponent = 0;
    bool negative = false;
    if (text.len == 0 || text.len > SB_NUMBER_MAX_TEXT)
        return false;
    if (sb_number_is_radix(text))
        return parse_radix(text, ret);
    if (*p == '+' || *p == '-')
        negative = *p++ == '-';
    struct mantissa m = read_mantissa(&p, end);
    if (!m.any)
        return false;
    if (p < end && (*p == 'e' || *p == 'E')) {
        p++;
        if (!read_exponent(&p, end, &exponent))
            return false;
    }
    if (p != end)
        return false;
    *ret = (struct sb_number){text, m.before + exponent, m.digits, negative};
    if (m.digits == 0) {
        ret->exponent = 0;
        ret->negative = false;
    }
    return true;
}

/* --- order and hash --- */
static int cmp_size(const struct sb_number *a, const struct sb_number *b)
{
    struct digits x, y;
    if (a->exponent != b->exponent)
        return a->exponent < b->exponent ? -1 : 1;
    digits_start(&x, a);
    digits_start(&y, b);
    for (uint32_t i = 0; i < SB_MIN(a->digits, b->digits); i++) {
        int diff = digits_next(&x) - digits_next(&y);
        if (diff)
            return diff < 0 ? -1 : 1;
    }
    return (a->digits > b->digits) - (a->digits < b->digits);
}

int sb_number_cmp(const struct sb_number *a, const struct sb_number *b)
{
    if (a->digits == 0 || b->digits == 0) {
        int sign_a = a->digits == 0 ? 0 : a->negative ? -1 : 1;
        int sign_b = b->digits == 0 ? 0 : b->negative ? -1 : 1;
        return (sign_a > sign_b) - (sign_a < sign_b);
    }
    if (a->negative != b->negative)
        return a->negative ? -1 : 1;
    return a->negative ? cmp_size(b, a) : cmp_size(a, b);
}

uint64_t sb_number_hash(const struct sb_number *n, uint64_t seed)
{
    struct digits d;
    uint64_t h = sb_hash_mix(seed ^ (uint64_t)n->exponent, n->digits * 2u + n->negative), word = 0;
    digits_start(&d, n);
    for (uint32_t i = 0; i < n->digits; i++) {
        word = word * 10 + (uint64_t)digits_next(&d);
        if (i % 18 == 17) {
            h = sb_hash_mix(h, word);
            word = 0;
        }
    }
    return sb_hash_mix(h, word);
}

/* --- conversion --- */
bool sb_number_is_integer(const struct sb_number *n)
{
    return (int64_t)n->digits <= n->exponent || n->digits == 0;
}

bool sb_number_to_int64(const struct sb_number *n, int64_t *ret)
{
    struct digits d;
    uint64_t size = 0, most = n->negative ? UINT64_C(1) << 63 : (uint64_t)INT64_MAX;
    if (!sb_number_is_integer(n) || n->exponent > 19)
        return false;
    digits_start(&d, n);
    for (uint32_t i = 0; i < (uint32_t)n->exponent; i++) {
        uint64_t digit = i < n->digits ? (uint64_t)digits_next(&d) : 0;
        if (size > (most - digit) / 10)
            return false;
        size = size * 10 + digit;
    }
    *ret = n->negative ? (int64_t)(0 - size) : (int64_t)size;
    return true;
}

double sb_number_to_double(const struct sb_number *n)
{
    char text[SB_NUMBER_MAX_TEXT + 1];
    uint64_t value;
    if (sb_number_is_radix(n->text) && sb_number_radix_value(n->text, &value))
        return (double)value;
    memcpy(text, n->text.p, n->text.len);
    text[n->text.len] = '\0';
    return strtod(text, NULL);
}

void sb_number_print_double(struct sb_buf *b, double value)
{
    char text[40];
    for (int precision = 15; precision <= 17; precision++) {
        snprintf(text, sizeof text, "%.*g", precision, value);
        double again = strtod(text, NULL);
        if (again >= value && again <= value)
            break;
    }
    sb_buf_puts(b, text);
}
