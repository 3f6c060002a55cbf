/* Growth of SB_VEC arrays. */
#include "core/base/vec.h"

#include "core/base/mem.h"

#include <string.h>

void sb_vec_grow(void *items_slot, size_t *cap, size_t need, size_t size)
{
    void *items;
    memcpy(&items, items_slot, sizeof items);
    size_t next = SB_MAX(*cap * 2, (size_t)8);
    if (next < need)
        next = need;
    items = sb_xrealloc_array(items, next, size);
    memcpy(items_slot, &items, sizeof items);
    *cap = next;
}
