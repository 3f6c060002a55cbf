/* Sources: what they make of small exports of each tool (tests/golden/mttr-import), that a journal takes it,
 * and that taking it twice adds nothing.
 *
 * Each FILE stands beside FILE.events, a line an event:
 *     incident kind time [+precision] who actor | subject | key | data without the raw record
 * and a line "aside: why" or "refused: why" for records that give none. MTTR_GOLDEN=write writes them. */
#include "applets/mttr/source.h"
#include "core/base/utf8.h"
#include "core/doc/json.h"
#include "core/doc/json_stream.h"
#include "tests/unit/store_unit.h"

struct fixture {
    const char *file, *source;
    enum mttr_day_order order;
    const char *map;
};
static const struct fixture fixtures[] = {
    {.file = "csv.csv", .source = "csv"},
    {.file = "csv-events.csv", .source = "csv"},
    {.file = "pagerduty.json", .source = "pagerduty"},
    {.file = "pagerduty-log.json", .source = "pagerduty-log"},
    {.file = "opsgenie.json", .source = "opsgenie"},
    {.file = "alertmanager.json", .source = "alertmanager"},
    {.file = "github.json", .source = "github"},
    {.file = "jira.json", .source = "jira", .map = "impact_start=fields/customfield_10010"},
    {.file = "statuspage.json", .source = "statuspage"},
    {.file = "gcp.json", .source = "gcp"},
    {.file = "servicenow.csv", .source = "servicenow", .order = MTTR_DAY_FIRST},
    {.file = "servicenow-list.csv", .source = "servicenow"},
    {.file = "incident-io.json", .source = "incident-io", .map = "note=Customers told"},
};

struct reading {
    const struct mttr_source *source;
    struct mttr_source_options options;
    struct mttr_taken taken;
    struct sb_window window;
    struct sb_buf out;
    struct sb_store *store;
    size_t added;
};

static void print_event(struct sb_buf *b, const struct sb_event *event)
{
    struct sb_str data = event->data;
    size_t raw = data.len;
    for (size_t i = 0; i + 6 < data.len; i++)
        if (memcmp(data.p + i, "\"raw\":", 6) == 0) {
            raw = i;
            break;
        }
    sb_escape_name(b, event->incident);
    sb_buf_printf(b, " %s ", sb_event_kind_name(event->kind));
    sb_time_print(b, event->at);
    if (event->precision) {
        sb_buf_puts(b, " +");
        sb_duration_print(b, event->precision);
    }
    sb_buf_puts(b, " by ");
    sb_escape(b, event->actor);
    sb_buf_puts(b, " | ");
    sb_escape(b, event->subject);
    sb_buf_puts(b, " | ");
    sb_escape(b, event->key);
    sb_buf_puts(b, " | ");
    sb_buf_put(b, data.p, raw);
    if (raw < data.len)
        sb_buf_puts(b, "...");
    sb_buf_putc(b, '\n');
}

static void give(struct reading *r, int code, const struct sb_error *why)
{
    struct sb_error e;
    if (code < 0) {
        sb_buf_puts(&r->out, "refused: ");
        sb_escape(&r->out, sb_str(why->text));
        sb_buf_putc(&r->out, '\n');
        return;
    }
    if (!r->taken.events.len)
        sb_buf_printf(&r->out, "aside: %s\n", r->taken.aside);
    for (size_t i = 0; i < r->taken.events.len; i++) {
        struct sb_appended one;
        struct sb_event event = r->taken.events.items[i];
        ck_assert(event.data_is_json);
        event.data_is_json = false; /* see that it is */
        print_event(&r->out, &event);
        OK(sb_journal_append(r->store, &event, &one, &e));
        r->added += !one.seen;
    }
}

static void read_rows(struct reading *r)
{
    struct sb_csv_reader reader;
    struct sb_csv_row row;
    struct sb_error e;
    struct mttr_rows *rows = NULL;
    int code;
    sb_csv_reader_init(&reader, &r->window, NULL);
    ck_assert_int_eq(sb_csv_read(&reader, &row, &e), 1);
    OK(r->source->table->begin(&row, "file", &r->options, &rows, &e));
    while ((code = sb_csv_read(&reader, &row, &e)) > 0) {
        mttr_taken_clear(&r->taken);
        code = r->source->table->take(rows, &row, &r->taken, &e);
        give(r, code, &e);
    }
    ck_assert_int_eq(code, 0);
    r->source->table->end(rows);
    sb_csv_reader_done(&reader);
}

static void read_json(struct reading *r)
{
    struct sb_json_stream stream;
    struct sb_json_piece piece;
    struct sb_error e;
    int code;
    sb_json_stream_init(&stream, &r->window, r->source->lists, 0);
    while ((code = sb_json_stream_next(&stream, &piece, &e)) > 0) {
        struct sb_doc_pool *pool = sb_doc_pool_new();
        struct sb_doc_text text;
        struct sb_doc_node *node = NULL;
        mttr_taken_clear(&r->taken);
        OK(sb_doc_text_copy(pool, "file", piece.text.p, piece.text.len, &text, &e));
        OK(sb_json_read(pool, &text, NULL, &node, &e));
        const struct mttr_record record = {
            .pool = pool, .node = node, .raw = piece.text, .options = &r->options};
        code = r->source->take(&record, &r->taken, &e);
        give(r, code, &e);
        sb_doc_pool_free(pool);
    }
    unit_require(code == 0, "%s: %s", r->window.name, e.text);
}

static void read_fixture(const struct fixture *f, struct reading *r)
{
    struct sb_error e;
    char path[PATH_MAX];
    const char *map[] = {f->map, NULL};
    snprintf(path, sizeof path, "%s/tests/golden/mttr-import/%s", getenv("SB_SRC"), f->file);
    r->source = mttr_source_find(sb_str(f->source));
    ck_assert_ptr_nonnull(r->source);
    r->options = (struct mttr_source_options){.day_order = f->order, .map = f->map ? map : NULL};
    OK(sb_window_open(&r->window, path, &e));
    if (r->source->table)
        read_rows(r);
    else
        read_json(r);
    sb_window_done(&r->window);
    mttr_taken_done(&r->taken);
}

static void compare(const struct fixture *f, const struct sb_buf *out)
{
    struct sb_error e;
    struct sb_doc_text text;
    struct sb_doc_pool *pool = sb_doc_pool_new();
    const char *mode = getenv("MTTR_GOLDEN");
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/tests/golden/mttr-import/%s.events", getenv("SB_SRC"), f->file);
    if (mode && strcmp(mode, "write") == 0) {
        FILE *file = fopen(path, "w");
        ck_assert_ptr_nonnull(file);
        fwrite(out->data, 1, out->len, file);
        fclose(file);
    }
    OK(sb_doc_text_read(pool, path, NULL, &text, &e));
    bool same = text.len == out->len && memcmp(text.bytes, out->data, out->len) == 0;
    if (!same)
        fprintf(stderr, "%s gives\n%s\nand should give\n%s\n", f->file, out->data, text.bytes);
    ck_assert_msg(same, "%s is read differently", f->file);
    sb_doc_pool_free(pool);
}

START_TEST(exports_are_read)
{
    char folder[PATH_MAX], path[PATH_MAX + 8];
    unit_folder(&folder);
    for (size_t i = 0; i < SB_LEN(fixtures); i++) {
        struct reading r = {.out = SB_BUF_INIT((size_t)1 << 20)};
        snprintf(path, sizeof path, "%s/%zu.db", folder, i);
        r.store = sb_store_new(path, &unit_options);
        read_fixture(&fixtures[i], &r);
        compare(&fixtures[i], &r.out);
        ck_assert_uint_gt(r.added, 0);
        r.added = 0;
        read_fixture(&fixtures[i], &r);
        ck_assert_msg(r.added == 0, "%s twice adds %zu events", fixtures[i].file, r.added);
        sb_store_free(r.store);
        sb_buf_done(&r.out);
    }
    unit_folder_done(folder);
}
END_TEST

START_TEST(names)
{
    ck_assert_ptr_null(mttr_source_find(SB_STR("nagios")));
    for (const char *const *name = mttr_source_names; *name; name++) {
        const struct mttr_source *s = mttr_source_find(sb_str(*name));
        ck_assert_ptr_nonnull(s);
        ck_assert_str_eq(s->name, *name);
        ck_assert_int_ne(!s->table, !s->take);
    }
}
END_TEST

UNIT_MAIN("mttr_sources", exports_are_read, names)
