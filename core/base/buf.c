/* Growing byte buffer with a mandatory cap; doubling growth. */
#include "core/base/buf.h"

#include "core/base/mem.h"

#include <stdio.h>
#include <stdlib.h>

/* Where the next bytes go, with room for extra of them and a NUL; NULL past the cap. */
static char *reserve(struct sb_buf *b, size_t extra)
{
    if (b->failed || extra > b->max - b->len) {
        b->failed = true;
        return NULL;
    }
    size_t need = b->len + extra + 1;
    if (need > b->size) {
        size_t size = SB_MAX(b->size * 2, (size_t)64);
        b->size = SB_MAX(size, need);
        b->data = sb_xrealloc_array(b->data, b->size, 1);
    }
    return b->data + b->len;
}

void sb_buf_done(struct sb_buf *b)
{
    free(b->data);
    *b = (struct sb_buf)SB_BUF_INIT(b->max);
}

void sb_buf_reset(struct sb_buf *b)
{
    b->len = 0;
    b->failed = false;
    if (b->data)
        b->data[0] = '\0';
}

void sb_buf_put(struct sb_buf *b, const void *p, size_t len)
{
    char *at = reserve(b, len);
    if (!at)
        return;
    if (len)
        memcpy(at, p, len);
    at[len] = '\0';
    b->len += len;
}

void sb_buf_fill(struct sb_buf *b, char c, size_t n)
{
    char *at = reserve(b, n);
    if (!at)
        return;
    memset(at, c, n);
    at[n] = '\0';
    b->len += n;
}

/* Into the room there is first, which mostly suffices. */
void sb_buf_vprintf(struct sb_buf *b, const char *fmt, va_list ap)
{
    va_list again;
    va_copy(again, ap);
    size_t room = b->data ? b->size - b->len : 0;
    int len = vsnprintf(room ? b->data + b->len : NULL, room, fmt, ap);
    char *at = len >= 0 ? reserve(b, (size_t)len) : NULL;
    if (at) {
        if ((size_t)len >= room)
            vsnprintf(at, (size_t)len + 1, fmt, again);
        b->len += (size_t)len;
    } else if (b->data) {
        b->data[b->len] = '\0';
    }
    va_end(again);
}

void sb_buf_printf(struct sb_buf *b, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    sb_buf_vprintf(b, fmt, ap);
    va_end(ap);
}

int sb_buf_check(const struct sb_buf *b, const char *what, struct sb_error *e)
{
    if (!b->failed)
        return 0;
    return sb_fail(e, SB_ETOOBIG, "%s is over its limit of %zu bytes", what, b->max);
}

char *sb_buf_take(struct sb_buf *b)
{
    if (!b->data)
        sb_buf_put(b, "", 0);
    char *data = b->data ? sb_steal(&b->data) : sb_xmemdup0("", 0);
    *b = (struct sb_buf)SB_BUF_INIT(b->max);
    return data;
}
