/* CSV writer; see csv.h for what is done to fields and why. */
#include "core/ui/csv.h"

#include "core/base/utf8.h"

#include <inttypes.h>

void sb_csv_init(struct sb_csv *w, struct sb_buf *out)
{
    *w = (struct sb_csv){.out = out};
}

static void separate(struct sb_csv *w)
{
    if (w->started)
        sb_buf_putc(w->out, ',');
    w->started = true;
}

/* Sign, digits, one point, exponent: what a spreadsheet takes as a number anyway. */
static bool is_number(struct sb_str s)
{
    size_t i = s.len && (s.p[0] == '-' || s.p[0] == '+'), digits = 0, points = 0;
    for (; i < s.len; i++) {
        char c = s.p[i];
        if (c >= '0' && c <= '9')
            digits++;
        else if (c == '.' && !points)
            points++;
        else
            return false;
    }
    return digits > 0;
}

/* The characters a formula can start with, among them the full-width forms that some programs fold. */
static bool is_formula(struct sb_str s)
{
    static const char *const starts[] = {
        "=",           "+", "-", "@", "\t", "\r", "\xef\xbc\x9d", "\xef\xbc\x8b", "\xef\xbc\x8d",
        "\xef\xbc\xa0"};
    for (size_t i = 0; i < SB_LEN(starts); i++) {
        if (sb_str_starts(s, sb_str(starts[i])))
            return !is_number(s);
    }
    return false;
}

void sb_csv_str(struct sb_csv *w, struct sb_str s)
{
    struct sb_buf field = SB_BUF_INIT(w->out->max);
    if (is_formula(s))
        sb_buf_putc(&field, '\'');
    sb_escape(&field, s);
    separate(w);
    struct sb_str shown = {field.data ? field.data : "", field.len};
    bool quote = false;
    for (size_t i = 0; i < shown.len && !quote; i++)
        quote = strchr(",\"\r\n", shown.p[i]) && shown.p[i];
    /* Blanks at the ends are kept by RFC 4180, and trimmed by some readers unless quoted. */
    quote = quote || (shown.len && (shown.p[0] == ' ' || shown.p[shown.len - 1] == ' '));
    if (quote)
        sb_buf_putc(w->out, '"');
    for (size_t i = 0; i < shown.len; i++) {
        if (shown.p[i] == '"')
            sb_buf_putc(w->out, '"');
        sb_buf_putc(w->out, shown.p[i]);
    }
    if (quote)
        sb_buf_putc(w->out, '"');
    w->out->failed = w->out->failed || field.failed;
    sb_buf_done(&field);
}

void sb_csv_text(struct sb_csv *w, const char *s)
{
    sb_csv_str(w, sb_str(s ? s : ""));
}

void sb_csv_int(struct sb_csv *w, int64_t value)
{
    separate(w);
    sb_buf_printf(w->out, "%" PRId64, value);
}

void sb_csv_end(struct sb_csv *w)
{
    sb_buf_puts(w->out, "\r\n");
    w->started = false;
}
