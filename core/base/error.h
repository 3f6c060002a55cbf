/* How failure travels.
 *
 * A function that can fail returns 0 or a negative enum sb_err and takes `struct sb_error *e` last.
 * The callee fills e (text, position, hint); callers may wrap it on the way up. Outputs (ret_x) are
 * untouched on failure. e is never NULL. Library code never prints: the door prints e once. All
 * texts are stored raw and escaped when printed; they are cut, never overrun. */
#ifndef SB_BASE_ERROR_H
#define SB_BASE_ERROR_H

#include "core/base/macros.h"

#include <stdint.h>

/* name, short text */
#define SB_ERRORS(X)                                                                              \
    X(EUSAGE, "usage")           /* the command line or configuration is wrong */                 \
    X(EINPUT, "bad input")       /* a document, a rule, a value is wrong */                       \
    X(ETOOBIG, "over a limit")   /* a cap was hit */                                              \
    X(EIO, "input/output")       /* the operating system said no; errno text is in the message */ \
    X(ENOTFOUND, "not found")    /* what was named is not there */                                \
    X(EUNSURE, "could not tell") /* an expression or a check failed while running */              \
    X(EUNSUPPORTED, "unsupported") /* known, but not done here */

enum sb_err {
    SB_OK = 0,
#define SB_ERROR_ENUM(name, text) SB_##name,
    SB_ERRORS(SB_ERROR_ENUM)
#undef SB_ERROR_ENUM
};

/* line and column are 1-based, columns count code points; 0 = unknown. file "" = none. */
struct sb_error {
    enum sb_err code;
    uint32_t line, column;
    char file[256];
    char text[768];
    char hint[512];
};

/* What failed calls return: never 0, and compilers and analysers can see it. */
static inline int sb_negative(enum sb_err code)
{
    int negative = 0 - (int)code;
    if (negative >= 0)
        __builtin_unreachable();
    return negative;
}

/* Each fills e anew and returns -code, so that `return sb_fail(e, SB_EINPUT, ...)` reads well:
 *   sb_fail(e, code, fmt, ...)
 *   sb_fail_at(e, code, file, line, column, fmt, ...)
 *   sb_fail_errno(e, fmt, ...)    code EIO; appends ": <strerror(errno)>" */
#define sb_fail(e, code, ...) (sb_error_set((e), (code), __VA_ARGS__), sb_negative(code))
#define sb_fail_at(e, code, file, line, column, ...) \
    (sb_error_set_at((e), (code), (file), (line), (column), __VA_ARGS__), sb_negative(code))
#define sb_fail_errno(e, ...) (sb_error_set_errno((e), __VA_ARGS__), sb_negative(SB_EIO))

/* Each changes an e that is filled and returns -e->code:
 *   sb_hint(e, fmt, ...)             one sentence that says what to do
 *   sb_wrap(e, fmt, ...)             puts "prefix: " before the text
 *   sb_locate(e, file, line, column) sets what is not set yet of the place */
#define sb_hint(e, ...) (sb_error_hint((e), __VA_ARGS__), sb_negative((e)->code))
#define sb_wrap(e, ...) (sb_error_wrap((e), __VA_ARGS__), sb_negative((e)->code))
#define sb_locate(e, file, line, column) \
    (sb_error_locate((e), (file), (line), (column)), sb_negative((e)->code))

void sb_error_set(struct sb_error *e, enum sb_err code, const char *fmt, ...) SB_PRINTF(3, 4);
void sb_error_set_at(struct sb_error *e, enum sb_err code, const char *file, uint32_t line,
                     uint32_t column, const char *fmt, ...) SB_PRINTF(6, 7);
void sb_error_set_errno(struct sb_error *e, const char *fmt, ...) SB_PRINTF(2, 3);
void sb_error_hint(struct sb_error *e, const char *fmt, ...) SB_PRINTF(2, 3);
void sb_error_wrap(struct sb_error *e, const char *fmt, ...) SB_PRINTF(2, 3);
void sb_error_locate(struct sb_error *e, const char *file, uint32_t line, uint32_t column);

const char *sb_err_text(enum sb_err code);

#endif
