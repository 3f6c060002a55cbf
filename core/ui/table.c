/* Text tables: measure, narrow, print. */
#include "core/ui/table.h"

#include "core/base/mem.h"
#include "core/base/utf8.h"
#include "core/ui/text.h"

#include <inttypes.h>
#include <stdio.h>

static const size_t gap = 2; /* blanks between columns */

void sb_table_init(struct sb_table *t, const struct sb_table_column *columns, size_t n)
{
    *t = (struct sb_table){.columns = columns, .n = n};
}

void sb_table_done(struct sb_table *t)
{
    sb_vec_done(&t->cells);
    sb_arena_done(&t->arena);
}

void sb_table_cell(struct sb_table *t, struct sb_str s)
{
    struct sb_buf shown = SB_BUF_INIT((size_t)1 << 30);
    sb_escape(&shown, s);
    struct sb_str copy = {sb_arena_dup(&t->arena, shown.data ? shown.data : "", shown.len),
                          shown.len};
    sb_vec_push(&t->cells, copy);
    sb_buf_done(&shown);
}

void sb_table_text(struct sb_table *t, const char *s)
{
    sb_table_cell(t, sb_str(s ? s : ""));
}

void sb_table_int(struct sb_table *t, int64_t value)
{
    char text[24];
    snprintf(text, sizeof text, "%" PRId64, value);
    sb_table_text(t, text);
}

static void measure(const struct sb_table *t, size_t *widths)
{
    for (size_t c = 0; c < t->n; c++)
        widths[c] = t->columns[c].title ? sb_shown_width(sb_str(t->columns[c].title)) : 0;
    for (size_t i = 0; i < t->cells.len; i++) {
        size_t width = sb_shown_width(t->cells.items[i]);
        widths[i % t->n] = SB_MAX(widths[i % t->n], width);
    }
}

/* Takes what is too much from the widest column that may shrink, down to the next widest one or its
 * own minimum, until the rest fits or nothing gives way. */
static void narrow(const struct sb_table *t, size_t *widths, size_t room)
{
    for (;;) {
        size_t total = gap * (t->n - 1), widest = t->n, second = 0;
        for (size_t c = 0; c < t->n; c++) {
            size_t min = t->columns[c].min;
            total += widths[c];
            if (min == 0 || widths[c] <= min)
                continue;
            if (widest == t->n || widths[c] > widths[widest]) {
                second = widest == t->n ? 0 : widths[widest];
                widest = c;
            } else {
                second = SB_MAX(second, widths[c]);
            }
        }
        if (total <= room || widest == t->n)
            return;
        /* At least one cell a round, and never past the floor: rounds are bounded by the widths. */
        size_t floor = SB_MAX(SB_MAX(t->columns[widest].min, second), (size_t)1);
        floor = SB_MIN(floor, widths[widest] - 1);
        widths[widest] -= SB_MIN(total - room, widths[widest] - floor);
    }
}

static void put_row(const struct sb_table *t, const struct sb_str *cells, size_t n,
                    const size_t *widths, size_t indent, struct sb_buf *out)
{
    size_t blanks = indent; /* owed, so that a line never ends in blanks */
    for (size_t c = 0; c < n; c++) {
        struct sb_buf cell = SB_BUF_INIT((size_t)1 << 30);
        size_t width = sb_text_cut(&cell, cells[c], widths[c]);
        size_t pad = widths[c] - width;
        if (cell.len) {
            sb_buf_fill(out, ' ', blanks + (t->columns[c].right ? pad : 0));
            sb_buf_put(out, cell.data, cell.len);
            blanks = t->columns[c].right ? 0 : pad;
        } else {
            blanks += pad;
        }
        blanks += gap;
        sb_buf_done(&cell);
    }
    sb_buf_putc(out, '\n');
}

void sb_table_print(const struct sb_table *t, struct sb_buf *out, size_t indent, size_t width)
{
    if (t->n == 0)
        return;
    size_t *widths = sb_xcalloc(t->n, sizeof *widths);
    struct sb_str *titles = sb_xcalloc(t->n, sizeof *titles);
    measure(t, widths);
    narrow(t, widths, width > indent ? width - indent : 1);
    for (size_t c = 0; c < t->n; c++)
        titles[c] = sb_str(t->columns[c].title ? t->columns[c].title : "");
    if (t->columns[0].title)
        put_row(t, titles, t->n, widths, indent, out);
    for (size_t i = 0; i < t->cells.len; i += t->n)
        put_row(t, t->cells.items + i, SB_MIN(t->n, t->cells.len - i), widths, indent, out);
    sb_freep(&titles);
    sb_freep(&widths);
}
