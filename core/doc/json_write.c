/* The JSON writer: commas, nesting and indentation. */
#include "core/doc/json_write.h"

#include "core/base/utf8.h"
#include "core/doc/number.h"

#include <assert.h>
#include <math.h>

void sb_json_writer_init(struct sb_json_writer *w, struct sb_buf *out, int indent)
{
    *w = (struct sb_json_writer){.out = out, .indent = indent};
}

static void new_line(struct sb_json_writer *w)
{
    if (w->indent == 0)
        return;
    sb_buf_putc(w->out, '\n');
    sb_buf_fill(w->out, ' ', (size_t)w->depth * (size_t)w->indent);
}

/* What must stand before an item or a key of the innermost container. */
static void separate(struct sb_json_writer *w)
{
    if (w->has_items[w->depth - 1])
        sb_buf_putc(w->out, ',');
    w->has_items[w->depth - 1] = 1;
    new_line(w);
}

void sb_json_before_value(struct sb_json_writer *w)
{
    assert(w->depth == 0 || w->after_key == (bool)w->is_map[w->depth - 1]);
    if (w->after_key)
        w->after_key = false;
    else if (w->depth > 0)
        separate(w);
}

static void open_container(struct sb_json_writer *w, bool is_map)
{
    sb_json_before_value(w);
    assert(w->depth < SB_JSON_MAX_DEPTH);
    w->is_map[w->depth] = is_map;
    w->has_items[w->depth] = 0;
    w->depth++;
    sb_buf_putc(w->out, is_map ? '{' : '[');
}

static void close_container(struct sb_json_writer *w, bool is_map)
{
    assert(w->depth > 0 && (bool)w->is_map[w->depth - 1] == is_map && !w->after_key);
    w->depth--;
    if (w->has_items[w->depth])
        new_line(w);
    sb_buf_putc(w->out, is_map ? '}' : ']');
}

void sb_json_open_map(struct sb_json_writer *w)
{
    open_container(w, true);
}

void sb_json_close_map(struct sb_json_writer *w)
{
    close_container(w, true);
}

void sb_json_open_list(struct sb_json_writer *w)
{
    open_container(w, false);
}

void sb_json_close_list(struct sb_json_writer *w)
{
    close_container(w, false);
}

void sb_json_key_str(struct sb_json_writer *w, struct sb_str key)
{
    assert(w->depth > 0 && w->is_map[w->depth - 1] && !w->after_key);
    separate(w);
    sb_escape_json(w->out, key);
    sb_buf_puts(w->out, w->indent ? ": " : ":");
    w->after_key = true;
}

void sb_json_key(struct sb_json_writer *w, const char *key)
{
    sb_json_key_str(w, sb_str(key));
}

void sb_json_str(struct sb_json_writer *w, struct sb_str s)
{
    sb_json_before_value(w);
    sb_escape_json(w->out, s);
}

void sb_json_text(struct sb_json_writer *w, const char *s)
{
    if (s)
        sb_json_str(w, sb_str(s));
    else
        sb_json_null(w);
}

void sb_json_int(struct sb_json_writer *w, int64_t value)
{
    char text[24]; /* digits from the right: reports are full of line numbers */
    size_t at = sizeof text;
    uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    do
        text[--at] = (char)('0' + rest % 10);
    while (rest /= 10);
    if (value < 0)
        text[--at] = '-';
    sb_json_before_value(w);
    sb_buf_put(w->out, text + at, sizeof text - at);
}

void sb_json_double(struct sb_json_writer *w, double value)
{
    if (!isfinite(value)) {
        sb_json_null(w);
        return;
    }
    sb_json_before_value(w);
    sb_number_print_double(w->out, value);
}

void sb_json_bool(struct sb_json_writer *w, bool value)
{
    sb_json_before_value(w);
    sb_buf_puts(w->out, value ? "true" : "false");
}

void sb_json_null(struct sb_json_writer *w)
{
    sb_json_before_value(w);
    sb_buf_puts(w->out, "null");
}
