/* Counted byte strings. */
#include "core/base/str.h"

int sb_str_cmp(struct sb_str a, struct sb_str b)
{
    size_t len = SB_MIN(a.len, b.len);
    int order = len ? memcmp(a.p, b.p, len) : 0;
    return order ? order : (a.len > b.len) - (a.len < b.len);
}
