/* All sources: the first byte says which, the rest is the file. Whatever they are given, each record gives
 * events that the journal takes (texts, lengths, JSON), or is set aside with a reason, or is refused with
 * one; and the same record gives the same events again. */
#include "applets/mttr/source.h"
#include "core/base/utf8.h"
#include "core/doc/json.h"
#include "core/doc/json_stream.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

static void check_text(struct sb_str s)
{
    must(s.len <= SB_EVENT_TEXT);
    must(!s.len || (sb_utf8_valid(s.p, s.len) == s.len && !memchr(s.p, '\0', s.len)));
}

static void check_data(struct sb_str data)
{
    struct sb_doc_pool *pool = sb_doc_pool_new();
    struct sb_doc_text text;
    struct sb_doc_node *node = NULL;
    struct sb_error e;
    must(data.len <= SB_EVENT_DATA);
    must(sb_doc_text_copy(pool, "data", data.p, data.len, &text, &e) == 0);
    must(sb_json_read(pool, &text, NULL, &node, &e) == 0 && node->type == SB_DOC_MAP);
    must(data.p[0] == '{');
    sb_doc_pool_free(pool);
}

static void check_taken(const struct mttr_source *source, const struct mttr_taken *t)
{
    must(t->events.len > 0 || t->aside[0]);
    for (size_t i = 0; i < t->events.len; i++) {
        const struct sb_event *event = &t->events.items[i];
        check_text(event->subject);
        check_text(event->incident);
        check_text(event->actor);
        check_text(event->key);
        must(event->incident.len && event->key.len && event->precision >= 0);
        must(event->kind >= SB_EVENT_IMPACT_START && event->kind <= SB_EVENT_NOTE);
        must(sb_str_is(event->source, source->name));
        if (event->data.len)
            check_data(event->data);
    }
}

static void take_record(const struct mttr_source *source, const struct mttr_record *record)
{
    struct mttr_taken t = {.aside = ""}, again = {.aside = ""};
    struct sb_error e = {0};
    int code = source->take(record, &t, &e);
    must(code == 0 || (code < 0 && *e.text && !t.events.len));
    if (code == 0)
        check_taken(source, &t);
    must(source->take(record, &again, &e) == code && again.events.len == t.events.len);
    for (size_t i = 0; i < t.events.len; i++)
        must(sb_str_eq(t.events.items[i].key, again.events.items[i].key));
    mttr_taken_done(&t);
    mttr_taken_done(&again);
}

static void read_json(const struct mttr_source *source, struct sb_window *w,
                      const struct mttr_source_options *options)
{
    struct sb_json_stream stream;
    struct sb_json_piece piece;
    struct sb_error e;
    sb_json_stream_init(&stream, w, source->lists, 1 << 16);
    while (sb_json_stream_next(&stream, &piece, &e) > 0) {
        struct sb_doc_pool *pool = sb_doc_pool_new();
        struct sb_doc_text text;
        struct sb_doc_node *node = NULL;
        if (!sb_doc_text_copy(pool, "fuzz", piece.text.p, piece.text.len, &text, &e) &&
            !sb_json_read(pool, &text, NULL, &node, &e)) {
            const struct mttr_record record = {
                .pool = pool, .node = node, .raw = piece.text, .options = options};
            take_record(source, &record);
        }
        sb_doc_pool_free(pool);
    }
}

static void read_rows(const struct mttr_source *source, struct sb_window *w,
                      const struct mttr_source_options *options)
{
    struct sb_csv_reader reader;
    struct sb_csv_row row;
    struct mttr_rows *rows = NULL;
    struct mttr_taken t = {.aside = ""};
    struct sb_error e;
    int code;
    sb_csv_reader_init(&reader, w, NULL);
    if (sb_csv_read(&reader, &row, &e) > 0 &&
        source->table->begin(&row, "fuzz", options, &rows, &e) == 0)
        while ((code = sb_csv_read(&reader, &row, &e)) != 0) {
            if (code < 0 && !sb_csv_goes_on(&reader))
                break;
            if (code < 0)
                continue;
            mttr_taken_clear(&t);
            code = source->table->take(rows, &row, &t, &e);
            must(code == 0 || (code < 0 && *e.text && !t.events.len));
            if (code == 0)
                check_taken(source, &t);
        }
    source->table->end(rows);
    mttr_taken_done(&t);
    sb_csv_reader_done(&reader);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const map[] = {"impact_start=fields/from,title=name", NULL};
    size_t sources = 0;
    while (mttr_source_names[sources])
        sources++;
    if (!size || !sources)
        return 0;
    const struct mttr_source *source =
        mttr_source_find(sb_str(mttr_source_names[data[0] % sources]));
    const struct mttr_source_options options = {.day_order = MTTR_DAY_FIRST,
                                                .map = source->table ? NULL : map};
    struct sb_window w;
    sb_window_bytes(&w, "fuzz", (const char *)data + 1, size - 1);
    if (source->table)
        read_rows(source, &w, &options);
    else
        read_json(source, &w, &options);
    sb_window_done(&w);
    return 0;
}
