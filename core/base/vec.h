/* Typed growing array: SB_VEC(int) numbers = {0}; sb_vec_push(&numbers, 7); ... sb_vec_done(&numbers).
 *
 * Elements move when it grows: keep indexes, not pointers. Not for externally sized data without a
 * cap of the caller's. */
#ifndef SB_BASE_VEC_H
#define SB_BASE_VEC_H

#include "core/base/macros.h"

#include <stdlib.h>

#define SB_VEC(type)     \
    struct {             \
        type *items;     \
        size_t len, cap; \
    }

void sb_vec_grow(void *items_slot, size_t *cap, size_t need, size_t size);

#define sb_vec_reserve(v, n)                                              \
    do {                                                                  \
        if ((n) > (v)->cap)                                               \
            sb_vec_grow(&(v)->items, &(v)->cap, (n), sizeof *(v)->items); \
    } while (0)
#define sb_vec_push(v, value)              \
    do {                                   \
        sb_vec_reserve((v), (v)->len + 1); \
        (v)->items[(v)->len++] = (value);  \
    } while (0)
#define sb_vec_done(v)           \
    do {                         \
        free((v)->items);        \
        (v)->items = NULL;       \
        (v)->len = (v)->cap = 0; \
    } while (0)

#endif
