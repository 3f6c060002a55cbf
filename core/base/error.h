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

/* Each returns -code, so that `return sb_fail(e, SB_EINPUT, ...)` reads well. Resets e. */
int sb_fail(struct sb_error *e, enum sb_err code, const char *fmt, ...) SB_PRINTF(3, 4);
int sb_fail_at(struct sb_error *e, enum sb_err code, const char *file, uint32_t line,
               uint32_t column, const char *fmt, ...) SB_PRINTF(6, 7);
/* As sb_fail with code EIO, appending ": <strerror(errno)>". */
int sb_fail_errno(struct sb_error *e, const char *fmt, ...) SB_PRINTF(2, 3);

/* Sets the hint: one sentence that says what to do. Returns -e->code. */
int sb_hint(struct sb_error *e, const char *fmt, ...) SB_PRINTF(2, 3);
/* Puts "prefix: " before the text. Returns -e->code. */
int sb_wrap(struct sb_error *e, const char *fmt, ...) SB_PRINTF(2, 3);
/* Sets file, line and column where they are not set yet. Returns -e->code. */
int sb_locate(struct sb_error *e, const char *file, uint32_t line, uint32_t column);

const char *sb_err_text(enum sb_err code);

#endif
