/* Messages on stderr: built whole, escaped, written at once. */
#include "core/base/log.h"

#include "core/base/utf8.h"

#include <stdio.h>

enum { LONGEST_MESSAGE = 64 * 1024 }; /* an error's texts escaped six-fold are well below */

static const char *program = "srebox";

void sb_log_name(const char *name)
{
    program = name;
}

/* Texts are cut at a fixed number of bytes: a code point cut in two is dropped, not shown as bytes. */
static struct sb_str whole_text(const char *text, size_t room)
{
    struct sb_str s = sb_str(text);
    if (s.len + 1 < room)
        return s;
    size_t valid = sb_utf8_valid(s.p, s.len);
    if (s.len - valid < 4)
        s.len = valid;
    return s;
}

static void put_place(struct sb_buf *b, const struct sb_error *e)
{
    if (e->file[0]) {
        sb_escape(b, whole_text(e->file, sizeof e->file));
        if (e->line)
            sb_buf_printf(b, ":%u", (unsigned)e->line);
        if (e->line && e->column)
            sb_buf_printf(b, ":%u", (unsigned)e->column);
        sb_buf_puts(b, ": ");
    } else if (e->line) {
        sb_buf_printf(b, "line %u", (unsigned)e->line);
        if (e->column)
            sb_buf_printf(b, ", column %u", (unsigned)e->column);
        sb_buf_puts(b, ": ");
    } else if (e->column) {
        sb_buf_printf(b, "column %u: ", (unsigned)e->column);
    }
}

static void print(struct sb_buf *b)
{
    sb_buf_putc(b, '\n');
    fwrite(b->data, 1, b->len, stderr);
    fflush(stderr);
    sb_buf_done(b);
}

void sb_log_error(const struct sb_error *e)
{
    struct sb_buf b = SB_BUF_INIT(LONGEST_MESSAGE);
    sb_buf_printf(&b, "%s: ", program);
    put_place(&b, e);
    sb_escape(&b, e->text[0] ? whole_text(e->text, sizeof e->text) : sb_str(sb_err_text(e->code)));
    if (e->hint[0]) {
        sb_buf_puts(&b, "\n  hint: ");
        sb_escape(&b, whole_text(e->hint, sizeof e->hint));
    }
    print(&b);
}

static void print_message(const char *kind, const char *fmt, va_list ap) SB_PRINTF(2, 0);
static void print_message(const char *kind, const char *fmt, va_list ap)
{
    char text[4096];
    struct sb_buf b = SB_BUF_INIT(LONGEST_MESSAGE);
    vsnprintf(text, sizeof text, fmt, ap);
    sb_buf_printf(&b, "%s: %s", program, kind);
    sb_escape(&b, whole_text(text, sizeof text));
    print(&b);
}

void sb_warn(const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    print_message("warning: ", fmt, ap);
    va_end(ap);
}

void sb_note(const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    print_message("", fmt, ap);
    va_end(ap);
}
