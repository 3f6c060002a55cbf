/* Growing byte buffer with a mandatory cap.
 *
 * Failure is sticky: an append that would pass max marks the buffer and drops the bytes; check once
 * with sb_buf_check(). Invariants: len <= max; data[len] is NUL once anything was appended. */
#ifndef SB_BASE_BUF_H
#define SB_BASE_BUF_H

#include "core/base/error.h"
#include "core/base/macros.h"

#include <stdarg.h>
#include <stdbool.h>
#include <string.h>

struct sb_buf {
    char *data;
    size_t len, size, max;
    bool failed;
};

#define SB_BUF_INIT(cap)         \
    {                            \
        NULL, 0, 0, (cap), false \
    }

void sb_buf_done(struct sb_buf *b);  /* frees; the cap stays */
void sb_buf_reset(struct sb_buf *b); /* len = 0, failed = false, keeps memory */
void sb_buf_put(struct sb_buf *b, const void *p, size_t len);
void sb_buf_printf(struct sb_buf *b, const char *fmt, ...) SB_PRINTF(2, 3);
void sb_buf_vprintf(struct sb_buf *b, const char *fmt, va_list ap) SB_PRINTF(2, 0);
void sb_buf_fill(struct sb_buf *b, char c, size_t n);
/* 0, or -SB_ETOOBIG naming what, with the cap in bytes. */
int sb_buf_check(const struct sb_buf *b, const char *what, struct sb_error *e);
/* Hands the NUL-terminated bytes to the caller, who frees them; the buffer is empty afterwards. */
char *sb_buf_take(struct sb_buf *b) SB_MUST_USE;

static inline void sb_buf_puts(struct sb_buf *b, const char *s)
{
    sb_buf_put(b, s, strlen(s));
}

static inline void sb_buf_putc(struct sb_buf *b, char c)
{
    if (SB_LIKELY(b->len + 1 < b->size && b->len < b->max)) {
        b->data[b->len++] = c;
        b->data[b->len] = '\0';
    } else {
        sb_buf_put(b, &c, 1);
    }
}

#endif
