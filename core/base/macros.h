/* Compiler attributes and small idioms used everywhere.
 *
 * Cleanup: SB_CLEANUP(fn) runs fn(&variable) when the variable leaves scope; sb_steal(p) moves a
 * pointer out of such a variable. Nothing here needs linking. */
#ifndef SB_BASE_MACROS_H
#define SB_BASE_MACROS_H

#include <stddef.h>

#define SB_CLEANUP(fn) __attribute__((cleanup(fn)))
#define SB_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
#define SB_MUST_USE __attribute__((warn_unused_result))
#define SB_NORETURN __attribute__((noreturn))
#define SB_UNUSED __attribute__((unused))
#define SB_LIKELY(x) __builtin_expect(!!(x), 1)
#define SB_UNLIKELY(x) __builtin_expect(!!(x), 0)

#define SB_LEN(array) (sizeof(array) / sizeof((array)[0]))
/* Both evaluate their arguments twice: no side effects. */
#define SB_MIN(a, b) ((a) < (b) ? (a) : (b))
#define SB_MAX(a, b) ((a) > (b) ? (a) : (b))

/* Returns what *slot held and leaves NULL behind. */
static inline void *sb_steal_ptr(void *slot)
{
    void **p = slot;
    void *value = *p;
    *p = NULL;
    return value;
}
#define sb_steal(slot) ((__typeof__(*(slot)))sb_steal_ptr(slot))

#endif
