/* Records out of files: the rows of a table, the values of a JSON export. */
#include "applets/mttr/import.h"

#include "core/doc/json.h"
#include "core/doc/json_stream.h"

enum {
    RECORD_DEPTH = 256, /* of a JSON record: as deep as the journal takes it, with room */
};
#define RECORD_MOST ((size_t)16 << 20)
#define POOL_MOST ((size_t)4 << 20)

/* ---- rows ---- */

static int no_rows(struct mttr_import *m, struct sb_error *e)
{
    sb_fail_at(e, SB_EINPUT, m->window.name, 0, 0, "there is nothing in it");
    return sb_hint(e, "the first row names the columns");
}

static int take_row(struct mttr_import *m, struct mttr_rows *rows, const struct sb_csv_row *row,
                    struct sb_error *e)
{
    struct sb_error why;
    mttr_taken_next(&m->taken);
    int code = m->source->table->take(rows, row, &m->taken, &why);
    if (code < 0)
        sb_locate(&why, m->window.name, (uint32_t)SB_MIN(row->line, UINT32_MAX), 0);
    if (code == -SB_EUNSURE) {
        *e = why;
        return code;
    }
    return mttr_import_record(m, row->line, code < 0 ? &why : NULL, e);
}

static int take_rows(struct mttr_import *m, struct sb_csv_reader *reader, struct mttr_rows *rows,
                     struct sb_error *e)
{
    struct sb_csv_row row;
    for (;;) {
        struct sb_error why;
        uint64_t line = reader->line;
        int code = sb_csv_read(reader, &row, &why);
        if (code == 0)
            return 0;
        if (code < 0 && !sb_csv_goes_on(reader)) {
            *e = why;
            return code;
        }
        if (code > 0)
            code = take_row(m, rows, &row, e);
        else
            code = mttr_import_record(m, why.line ? why.line : line, &why, e);
        if (code < 0)
            return code;
    }
}

int mttr_import_rows(struct mttr_import *m, char separator, struct sb_error *e)
{
    const struct sb_csv_options options = {.separator = separator};
    struct sb_csv_reader reader;
    struct sb_csv_row header;
    struct mttr_rows *rows = NULL;
    sb_csv_reader_init(&reader, &m->window, &options);
    int code = sb_csv_read(&reader, &header, e);
    if (code == 0)
        code = no_rows(m, e);
    if (code > 0)
        code = m->source->table->begin(&header, m->window.name, &m->options, &rows, e);
    if (code == 0)
        code = take_rows(m, &reader, rows, e);
    m->source->table->end(rows);
    sb_csv_reader_done(&reader);
    return code;
}

/* ---- JSON ---- */

/* The place in the record as one in the file. */
static void place_in_file(struct sb_error *why, const struct sb_json_piece *piece)
{
    uint64_t line = piece->line + (why->line ? why->line - 1 : 0);
    if (why->line <= 1 && why->column)
        why->column = (uint32_t)SB_MIN(piece->column + why->column - 1, UINT32_MAX);
    why->line = (uint32_t)SB_MIN(line, UINT32_MAX);
}

static int take_piece(struct mttr_import *m, struct sb_doc_pool *pool,
                      const struct sb_json_piece *piece, struct sb_error *e)
{
    static const struct sb_json_options options = {.limits = {.depth = RECORD_DEPTH}};
    struct mttr_record record = {.pool = pool, .raw = piece->text, .options = &m->options};
    struct sb_doc_text text;
    struct sb_doc_node *node = NULL;
    struct sb_error why;
    mttr_taken_next(&m->taken);
    int code = sb_doc_text_copy(pool, m->window.name, piece->text.p, piece->text.len, &text, &why);
    if (!code)
        code = sb_json_read(pool, &text, &options, &node, &why);
    record.node = node;
    if (!code)
        code = m->source->take(&record, &m->taken, &why);
    if (code < 0) {
        sb_locate(&why, m->window.name, 0, 0);
        place_in_file(&why, piece);
    }
    if (code == -SB_EUNSURE) {
        *e = why;
        return code;
    }
    return mttr_import_record(m, code < 0 ? why.line : piece->line, code < 0 ? &why : NULL, e);
}

int mttr_import_json(struct mttr_import *m, struct sb_error *e)
{
    struct sb_json_stream stream;
    struct sb_json_piece piece;
    struct sb_doc_pool *pool = sb_doc_pool_new();
    int code;
    sb_json_stream_init(&stream, &m->window, m->source->lists, RECORD_MOST);
    while ((code = sb_json_stream_next(&stream, &piece, e)) > 0) {
        code = take_piece(m, pool, &piece, e);
        if (code < 0)
            break;
        if (sb_doc_arena(pool)->total > POOL_MOST) {
            sb_doc_pool_free(pool);
            pool = sb_doc_pool_new();
        }
    }
    sb_doc_pool_free(pool);
    return code;
}
