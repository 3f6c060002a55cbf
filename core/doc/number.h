/* Exact decimal numbers from their text (facts: documents, 2.3).
 *
 * value = sign 0.D x 10^E with D without leading and trailing zeros. Cost is linear in the text,
 * never in the exponent. Texts: JSON numbers, YAML core schema ints and floats (+1, .5, 1., 0x1F,
 * 0o17). Nonfinite nodes are not numbers here. */
#ifndef SB_DOC_NUMBER_H
#define SB_DOC_NUMBER_H

#include "core/base/buf.h"
#include "core/base/str.h"

#include <stdbool.h>
#include <stdint.h>

#define SB_NUMBER_MAX_TEXT 4096u

struct sb_number {
    struct sb_str text; /* the source; digits are read from it */
    int64_t exponent;   /* E */
    uint32_t digits;    /* length of D; 0 = the value is zero */
    bool negative;
};

/* False when text is no number, is longer than SB_NUMBER_MAX_TEXT, or its exponent has more than 18
 * digits. Hexadecimal and octal are converted while they fit uint64_t, else false. */
bool sb_number_parse(struct sb_str text, struct sb_number *ret);
int sb_number_cmp(const struct sb_number *a, const struct sb_number *b);
uint64_t sb_number_hash(const struct sb_number *n, uint64_t seed); /* equal values, equal hashes */
bool sb_number_is_integer(const struct sb_number *n);
bool sb_number_to_int64(const struct sb_number *n, int64_t *ret); /* false: fraction or overflow */
double sb_number_to_double(const struct sb_number *n);            /* nearest; locale-independent */
/* Hexadecimal or octal by its prefix, 0x or 0o. */
bool sb_number_is_radix(struct sb_str text);
/* The value of such a text; false when a digit is none or it does not fit. */
bool sb_number_radix_value(struct sb_str text, uint64_t *ret);
/* Shortest of %.15g %.16g %.17g that reads back equal, always with '.' as the point. */
void sb_number_print_double(struct sb_buf *b, double value);

/* Kubernetes quantities (apimachinery resource.Quantity): true and the exact value in nano units
 * rounded up away from zero; false when text is no quantity or |value| >= 2^63 units. */
struct sb_quantity {
    int64_t units;
    uint32_t nanos; /* 0..999,999,999, same direction as the sign */
    bool negative;
};
bool sb_quantity_parse(struct sb_str text, struct sb_quantity *ret);
int sb_quantity_cmp(const struct sb_quantity *a, const struct sb_quantity *b);

#endif
