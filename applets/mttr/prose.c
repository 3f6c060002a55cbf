/* Paragraphs, members of JSON. */
#include "applets/mttr/prose.h"

#include "applets/mttr/incident.h"
#include "core/base/time.h"
#include "core/ui/text.h"

#include <math.h>

void mttr_say(struct sb_buf *out, size_t indent, int width, const char *fmt, ...)
{
    struct sb_buf text = SB_BUF_INIT((size_t)64 << 10);
    va_list ap;
    va_start(ap, fmt);
    sb_buf_vprintf(&text, fmt, ap);
    va_end(ap);
    sb_buf_fill(out, ' ', indent);
    sb_text_wrap(out, text.len ? text.data : "", indent, indent, (size_t)width);
    sb_buf_putc(out, '\n');
    sb_buf_done(&text);
}

void mttr_json_count(struct sb_json_writer *w, const char *key, size_t value)
{
    sb_json_key(w, key);
    sb_json_int(w, (int64_t)value);
}

void mttr_json_number(struct sb_json_writer *w, const char *key, double value)
{
    sb_json_key(w, key);
    sb_json_double(w, value);
}

void mttr_json_flag(struct sb_json_writer *w, const char *key, bool value)
{
    sb_json_key(w, key);
    sb_json_bool(w, value);
}

void mttr_json_name(struct sb_json_writer *w, const char *key, const char *value)
{
    sb_json_key(w, key);
    sb_json_text(w, value);
}

void mttr_json_str(struct sb_json_writer *w, const char *key, struct sb_str value)
{
    sb_json_key(w, key);
    sb_json_str(w, value);
}

void mttr_json_time(struct sb_json_writer *w, const char *key, int64_t at)
{
    struct sb_buf b = SB_BUF_INIT(64);
    sb_json_key(w, key);
    if (at == MTTR_NO_TIME) {
        sb_json_null(w);
        return;
    }
    sb_time_print(&b, at);
    sb_json_str(w, (struct sb_str){b.data, b.len});
    sb_buf_done(&b);
}

void mttr_json_interval(struct sb_json_writer *w, const char *key, const struct sb_interval *i)
{
    sb_json_key(w, key);
    if (!i->has_low && !i->has_high) {
        sb_json_null(w);
        return;
    }
    sb_json_open_list(w);
    sb_json_double(w, i->has_low ? i->low : (double)NAN);
    sb_json_double(w, i->has_high ? i->high : (double)NAN);
    sb_json_close_list(w);
}

void mttr_json_begin(struct sb_json_writer *w, struct sb_buf *out, const char *key)
{
    sb_json_writer_init(w, out, 2);
    sb_json_open_map(w);
    mttr_json_name(w, "schema", "srebox.mttr/1");
    sb_json_key(w, key);
    sb_json_open_map(w);
}

void mttr_json_end(struct sb_json_writer *w)
{
    sb_json_close_map(w);
    sb_json_close_map(w);
    sb_buf_putc(w->out, '\n');
}
