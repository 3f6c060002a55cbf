/* From byte offsets to lines and columns (code points), and errors that carry them.
 *
 * A text that is asked about gets one mark for each block of 1,024 bytes: newlines and code points
 * before the block, and where the block's first line starts. A position then costs a scan of at most
 * two blocks, also in a gigabyte on one line, and the marks cost about 1 % of the text. */
#include "core/base/mem.h"
#include "core/base/utf8.h"
#include "core/doc/doc.h"
#include "core/doc/doc_pool.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define BLOCK ((size_t)1024)

/* Columns of the first line start after a byte order mark. */
static uint32_t bom_points(const char *bytes, size_t len, size_t line_start, size_t offset)
{
    return line_start == 0 && offset >= 3 && len >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0;
}

/* Moves *line and *line_start over the newlines in bytes[from..to). */
static void count_lines(const char *bytes, size_t from, size_t to, uint32_t *newlines,
                        size_t *line_start)
{
    while (from < to) {
        const char *nl = memchr(bytes + from, '\n', to - from);
        if (!nl)
            break;
        from = (size_t)(nl - bytes) + 1;
        *line_start = from;
        (*newlines)++;
    }
}

static void marks_make(struct sb_doc_file *file)
{
    size_t blocks = file->len / BLOCK + 1, line_start = 0;
    struct sb_doc_mark at = {0, 0, 0};
    file->marks = sb_xcalloc(blocks, sizeof *file->marks);
    for (size_t i = 0; i < blocks; i++) {
        file->marks[i] = at;
        size_t from = i * BLOCK, to = SB_MIN(from + BLOCK, file->len);
        count_lines(file->bytes, from, to, &at.newlines, &line_start);
        at.line_start = (uint32_t)line_start;
        at.points += (uint32_t)sb_utf8_count(file->bytes + from, to - from);
    }
    file->one_byte_points = at.points == file->len;
}

/* Code points before the offset. */
static uint32_t points_before(const struct sb_doc_file *file, size_t offset)
{
    if (file->one_byte_points)
        return (uint32_t)offset;
    size_t block = offset / BLOCK;
    return file->marks[block].points +
           (uint32_t)sb_utf8_count(file->bytes + block * BLOCK, offset % BLOCK);
}

static struct sb_doc_place place_in(struct sb_doc_file *file, size_t offset)
{
    struct sb_doc_place place = {file->name, 0, 0};
    if (!file->bytes || offset > file->len)
        return place;
    if (!file->marks)
        marks_make(file);
    size_t block = offset / BLOCK, line_start = file->marks[block].line_start;
    uint32_t newlines = file->marks[block].newlines;
    count_lines(file->bytes, block * BLOCK, offset, &newlines, &line_start);
    place.line = newlines + 1;
    place.column = points_before(file, offset) - points_before(file, line_start) + 1 -
                   bom_points(file->bytes, file->len, line_start, offset);
    return place;
}

static struct sb_doc_place resolve(struct sb_doc_pool *pool, uint16_t file, uint32_t line,
                                   uint32_t column)
{
    if (file == 0 || file >= pool->files.len)
        return (struct sb_doc_place){"", line, line ? column : 0};
    if (line)
        return (struct sb_doc_place){pool->files.items[file].name, line, column};
    return place_in(&pool->files.items[file], column);
}

struct sb_doc_place sb_doc_where(struct sb_doc_pool *pool, const struct sb_doc_node *node)
{
    return resolve(pool, node->file, node->line, node->column);
}

struct sb_doc_place sb_doc_where_key(struct sb_doc_pool *pool, const struct sb_doc_node *map,
                                     const struct sb_doc_member *member)
{
    if (member->line == 0 && member->column == 0)
        return sb_doc_where(pool, member->value);
    return resolve(pool, map->file, member->line, member->column);
}

struct sb_doc_place sb_doc_text_place(const struct sb_doc_text *text, size_t offset)
{
    uint32_t newlines = 0;
    size_t line_start = 0;
    offset = SB_MIN(offset, text->len);
    count_lines(text->bytes, 0, offset, &newlines, &line_start);
    uint32_t points = (uint32_t)sb_utf8_count(text->bytes + line_start, offset - line_start);
    uint32_t bom = bom_points(text->bytes, text->len, line_start, offset);
    return (struct sb_doc_place){text->name, newlines + 1, points + 1 - bom};
}

void sb_doc_place_as(struct sb_doc_node *dst, const struct sb_doc_node *src)
{
    dst->file = src->file;
    dst->line = src->line;
    dst->column = src->column;
}

int sb_doc_fail(struct sb_doc_pool *pool, const struct sb_doc_node *node, struct sb_error *e,
                const char *fmt, ...)
{
    struct sb_doc_place at = sb_doc_where(pool, node);
    char text[sizeof e->text];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    return sb_fail_at(e, SB_EINPUT, at.file, at.line, at.column, "%s", text);
}
