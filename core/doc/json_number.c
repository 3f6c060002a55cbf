/* JSON numbers: the grammar of RFC 8259, section 6. The text is kept, nothing is converted. */
#include "core/doc/json_reader.h"
#include "core/doc/number.h"

#include <string.h>

#define EXPONENT_DIGITS 18

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static const char *digits(const char *p)
{
    while (is_digit(*p))
        p++;
    return p;
}

static const char *hint_for(const char *p, size_t len)
{
    const char *digit = p + (*p == '-');
    if (*digit == '0' && (digit[1] == 'x' || digit[1] == 'X'))
        return "hexadecimal is not JSON: write the number in decimal";
    if (*digit == '0' && is_digit(digit[1]))
        return "a number has no leading zeros; text goes in double quotes";
    if (*digit == '.')
        return "write a digit before the point: 0.5";
    if (*p == '-' && (len == 1 || *digit == '-'))
        return "is this YAML?";
    if (*digit == 'I' || *digit == 'N' || *digit == 'i')
        return "JSON has no infinities and no NaN: use null or a string";
    if (memchr(p, '.', len))
        return "a number has at most one point, with digits on both sides; text goes in double "
               "quotes";
    return "text goes in double quotes";
}

/* The token at r->at does not follow the grammar. */
static int bad_number(struct sb_json_reader *r)
{
    size_t len = 0;
    while (sb_json_is_word(r->at[len]))
        len++;
    sb_json_fail(r, r->at, SB_EINPUT, "\"%.*s\" is not a JSON number", sb_json_shown(r->at, len),
                 r->at);
    return sb_hint(r->e, "%s", hint_for(r->at, len));
}

/* Moves *at over the exponent's digits; false when there are none. ret: without leading zeros. */
static bool exponent(const char **at, size_t *ret_digits)
{
    const char *p = *at + 1;
    if (*p == '+' || *p == '-')
        p++;
    const char *end = digits(p);
    if (end == p)
        return false;
    while (p < end && *p == '0')
        p++;
    *ret_digits = (size_t)(end - p);
    *at = end;
    return true;
}

static int check_size(struct sb_json_reader *r, size_t len, size_t exponent_digits)
{
    if (len > SB_NUMBER_MAX_TEXT)
        sb_json_fail(r, r->at, SB_ETOOBIG, "a number of %zu characters, more than the limit of %u",
                     len, SB_NUMBER_MAX_TEXT);
    else if (exponent_digits > EXPONENT_DIGITS)
        sb_json_fail(r, r->at, SB_ETOOBIG, "a number whose exponent has more than %d digits",
                     EXPONENT_DIGITS);
    else
        return 0;
    return sb_hint(r->e, "put it in double quotes when it is text");
}

int sb_json_number(struct sb_json_reader *r, struct sb_str *ret)
{
    size_t exponent_digits = 0;
    const char *p = r->at + (*r->at == '-');
    if (!is_digit(*p))
        return bad_number(r);
    p = *p == '0' ? p + 1 : digits(p);
    if (*p == '.') {
        if (!is_digit(p[1]))
            return bad_number(r);
        p = digits(p + 1);
    }
    if ((*p == 'e' || *p == 'E') && !exponent(&p, &exponent_digits))
        return bad_number(r);
    if (SB_UNLIKELY(sb_json_is_word(*p)))
        return bad_number(r);
    size_t len = (size_t)(p - r->at);
    if (SB_UNLIKELY(len > SB_NUMBER_MAX_TEXT || exponent_digits > EXPONENT_DIGITS))
        return check_size(r, len, exponent_digits);
    *ret = (struct sb_str){r->at, len};
    r->at = p;
    return 0;
}
