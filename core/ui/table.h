/* Text tables for a terminal: aligned columns that fit a width.
 *
 * Cells are escaped (sb_escape) and copied when added. When the table is too wide, the widest column
 * that may shrink is narrowed first, never below its `min`; cut cells end with an ellipsis. */
#ifndef SB_UI_TABLE_H
#define SB_UI_TABLE_H

#include "core/base/arena.h"
#include "core/base/buf.h"
#include "core/base/str.h"
#include "core/base/vec.h"

#include <stdbool.h>

struct sb_table_column {
    const char *title; /* NULL in all columns: no heading line */
    bool right;        /* align right (numbers) */
    size_t min;        /* cells it may shrink to; 0 = never cut */
};

struct sb_table {
    const struct sb_table_column *columns; /* borrowed */
    size_t n;
    SB_VEC(struct sb_str) cells; /* row by row */
    struct sb_arena arena;
};

void sb_table_init(struct sb_table *t, const struct sb_table_column *columns, size_t n);
void sb_table_done(struct sb_table *t);
/* The next cell; after n cells the next row begins. */
void sb_table_cell(struct sb_table *t, struct sb_str s);
void sb_table_text(struct sb_table *t, const char *s); /* NULL is an empty cell */
void sb_table_int(struct sb_table *t, int64_t value);
/* Appends the table, each line starting with `indent` blanks, fitting `width` cells where the
 * columns allow. No blanks at line ends. A row begun and not finished is filled with empty cells. */
void sb_table_print(const struct sb_table *t, struct sb_buf *out, size_t indent, size_t width);

#endif
