/* Formatting of struct sb_error; see error.h for the rules. */
#include "core/base/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void copy_cut(char *dst, size_t size, const char *src)
{
    size_t len = strlen(src);
    if (len >= size)
        len = size - 1;
    memcpy(dst, src, len);
    dst[len] = '\0';
}

static void reset(struct sb_error *e, enum sb_err code)
{
    e->code = code;
    e->line = e->column = 0;
    e->file[0] = e->text[0] = e->hint[0] = '\0';
}

void sb_error_set(struct sb_error *e, enum sb_err code, const char *fmt, ...)
{
    va_list ap;
    reset(e, code);
    va_start(ap, fmt);
    vsnprintf(e->text, sizeof e->text, fmt, ap);
    va_end(ap);
}

void sb_error_set_at(struct sb_error *e, enum sb_err code, const char *file, uint32_t line,
                     uint32_t column, const char *fmt, ...)
{
    va_list ap;
    reset(e, code);
    copy_cut(e->file, sizeof e->file, file);
    e->line = line;
    e->column = column;
    va_start(ap, fmt);
    vsnprintf(e->text, sizeof e->text, fmt, ap);
    va_end(ap);
}

void sb_error_set_errno(struct sb_error *e, const char *fmt, ...)
{
    int saved = errno;
    va_list ap;
    reset(e, SB_EIO);
    va_start(ap, fmt);
    vsnprintf(e->text, sizeof e->text, fmt, ap);
    va_end(ap);
    size_t len = strlen(e->text);
    snprintf(e->text + len, sizeof e->text - len, ": %s", strerror(saved));
}

void sb_error_hint(struct sb_error *e, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(e->hint, sizeof e->hint, fmt, ap);
    va_end(ap);
}

void sb_error_wrap(struct sb_error *e, const char *fmt, ...)
{
    char prefix[sizeof e->text], old[sizeof e->text];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(prefix, sizeof prefix, fmt, ap);
    va_end(ap);
    memcpy(old, e->text, sizeof old);
    copy_cut(e->text, sizeof e->text, prefix);
    size_t len = strlen(e->text);
    if (len + 2 < sizeof e->text) {
        memcpy(e->text + len, ": ", 3);
        copy_cut(e->text + len + 2, sizeof e->text - len - 2, old);
    }
}

void sb_error_locate(struct sb_error *e, const char *file, uint32_t line, uint32_t column)
{
    if (e->file[0] == '\0')
        copy_cut(e->file, sizeof e->file, file);
    if (e->line == 0) {
        e->line = line;
        e->column = column;
    }
}

const char *sb_err_text(enum sb_err code)
{
    switch (code) {
    case SB_OK: return "no error";
#define SB_ERROR_TEXT(name, text) \
    case SB_##name: return text;
        SB_ERRORS(SB_ERROR_TEXT)
#undef SB_ERROR_TEXT
    }
    return "unknown error";
}
