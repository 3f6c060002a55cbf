/* Tables of code points that take no terminal cell or two. Generated: see utf8_width.c. Sorted,
 * without overlap; private to utf8.c. */
#ifndef SB_BASE_UTF8_WIDTH_H
#define SB_BASE_UTF8_WIDTH_H

#include <stddef.h>
#include <stdint.h>

struct sb_utf8_range {
    uint32_t first, last;
};
extern const struct sb_utf8_range sb_utf8_zero[], sb_utf8_wide[];
extern const size_t sb_utf8_zero_len, sb_utf8_wide_len;

#endif
