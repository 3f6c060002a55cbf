/* Kubernetes quantities: sign? digits with at most one point, then n u m k M G T P E, Ki Mi Gi Ti Pi
 * Ei, or e/E with an exponent (kubernetes/apimachinery, pkg/api/resource, quantity.go, suffix.go).
 *
 * Choices: what Kubernetes caps at 2^63-1 is refused here, since a capped value would compare equal to
 * another; anything finer than a nano is rounded up away from zero, as there. All arithmetic is on
 * decimal digits, so it is exact. */
#include "core/doc/number.h"

enum { NANO_DIGITS = 9 };

/* value = whole + 0.digits, a size without sign. */
struct amount {
    uint64_t whole;
    uint32_t len;
    unsigned char digits[2 * SB_NUMBER_MAX_TEXT];
};

struct suffix {
    const char *text;
    int8_t tens; /* power of ten */
    int8_t kibi; /* power of 1,024 */
};
static const struct suffix suffixes[] = {
    {"", 0, 0},   {"n", -9, 0}, {"u", -6, 0}, {"m", -3, 0}, {"k", 3, 0},  {"M", 6, 0},
    {"G", 9, 0},  {"T", 12, 0}, {"P", 15, 0}, {"E", 18, 0}, {"Ki", 0, 1}, {"Mi", 0, 2},
    {"Gi", 0, 3}, {"Ti", 0, 4}, {"Pi", 0, 5}, {"Ei", 0, 6},
};

static const struct suffix *find_suffix(struct sb_str text)
{
    for (size_t i = 0; i < SB_LEN(suffixes); i++)
        if (sb_str_is(text, suffixes[i].text))
            return &suffixes[i];
    return NULL;
}

static bool push_whole(uint64_t *whole, uint64_t factor, uint64_t more)
{
    if (*whole > ((uint64_t)INT64_MAX - more) / factor)
        return false;
    *whole = *whole * factor + more;
    return true;
}

/* Splits at the point. False when the whole part does not fit. Very small exponents are raised, to
 * where the value still is far below a nano and rounds up to one all the same. */
static bool split(const struct sb_number *n, int64_t exponent, struct amount *ret)
{
    const char *p = n->text.p;
    ret->whole = 0;
    ret->len = 0;
    if (n->digits == 0)
        return true;
    if (exponent > 19)
        return false;
    for (int64_t zeros = SB_MAX(exponent, -(int64_t)SB_NUMBER_MAX_TEXT); zeros < 0; zeros++)
        ret->digits[ret->len++] = 0;
    while (*p < '1' || *p > '9')
        p++;
    for (int64_t i = 0; i < SB_MAX(exponent, (int64_t)n->digits); i++) {
        unsigned char digit = 0;
        if (i < (int64_t)n->digits) {
            p += *p == '.';
            digit = (unsigned char)(*p++ - '0');
        }
        if (i >= exponent)
            ret->digits[ret->len++] = digit;
        else if (!push_whole(&ret->whole, 10, digit))
            return false;
    }
    return true;
}

static bool times_1024(struct amount *a)
{
    unsigned carry = 0;
    for (uint32_t i = a->len; i-- > 0;) {
        unsigned value = a->digits[i] * 1024u + carry;
        a->digits[i] = (unsigned char)(value % 10);
        carry = value / 10;
    }
    return push_whole(&a->whole, 1024, carry);
}

static bool round_up(const struct amount *a, struct sb_quantity *ret)
{
    uint32_t nanos = 0;
    uint64_t whole = a->whole;
    bool rest = false;
    for (uint32_t i = 0; i < NANO_DIGITS; i++)
        nanos = nanos * 10 + (i < a->len ? a->digits[i] : 0u);
    for (uint32_t i = NANO_DIGITS; i < a->len; i++)
        rest = rest || a->digits[i];
    nanos += rest;
    if (nanos == 1000000000) {
        nanos = 0;
        if (!push_whole(&whole, 1, 1))
            return false;
    }
    ret->units = (int64_t)whole;
    ret->nanos = nanos;
    return true;
}

/* Length of sign, digits and point. */
static size_t mantissa_length(struct sb_str text)
{
    size_t len = 0;
    if (len < text.len && (text.p[0] == '+' || text.p[0] == '-'))
        len++;
    while (len < text.len && ((text.p[len] >= '0' && text.p[len] <= '9') || text.p[len] == '.'))
        len++;
    return len;
}

bool sb_quantity_parse(struct sb_str text, struct sb_quantity *ret)
{
    if (text.len == 0 || text.len > SB_NUMBER_MAX_TEXT)
        return false;
    size_t len = mantissa_length(text);
    const struct suffix *suffix = find_suffix((struct sb_str){text.p + len, text.len - len});
    struct sb_number n;
    struct amount a;
    struct sb_quantity q;
    bool exponent = !suffix && (text.p[len] == 'e' || text.p[len] == 'E');
    if (!suffix && !exponent)
        return false;
    if (!sb_number_parse(exponent ? text : (struct sb_str){text.p, len}, &n))
        return false;
    if (!split(&n, n.exponent + (suffix ? suffix->tens : 0), &a))
        return false;
    for (int i = 0; suffix && i < suffix->kibi; i++)
        if (!times_1024(&a))
            return false;
    if (!round_up(&a, &q))
        return false;
    q.negative = n.negative && (q.units || q.nanos);
    *ret = q;
    return true;
}

static int cmp_size(const struct sb_quantity *a, const struct sb_quantity *b)
{
    if (a->units != b->units)
        return a->units < b->units ? -1 : 1;
    return (a->nanos > b->nanos) - (a->nanos < b->nanos);
}

int sb_quantity_cmp(const struct sb_quantity *a, const struct sb_quantity *b)
{
    if (a->negative != b->negative)
        return a->negative ? -1 : 1;
    return a->negative ? cmp_size(b, a) : cmp_size(a, b);
}
