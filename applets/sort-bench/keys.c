/* Keys out of a file: JSON, JSON lines, CSV, or plain lines. */
#include "applets/sort-bench/bench.h"
#include "core/base/time.h"
#include "core/doc/csv.h"
#include "core/doc/json.h"
#include "core/doc/number.h"

#include <string.h>

/* While reading: texts in the pool's arena. */
struct reading {
    struct sb_doc_pool *pool;
    const char *file, *key;
    SB_VEC(const char *) texts;
    SB_VEC(const char *) names;
};

static int no_key(const struct reading *r, uint32_t line, struct sb_error *e)
{
    if (!r->key) {
        (void)sb_fail_at(e, SB_EUSAGE, r->file, line, 0, "there are several fields here");
        return sb_hint(e, "Say which to sort by: --key NAME");
    }
    return sb_fail_at(e, SB_EINPUT, r->file, line, 0, "there is no field \"%s\" here", r->key);
}

static const char *keep(struct reading *r, struct sb_str s)
{
    char *copy = sb_arena_alloc(sb_doc_arena(r->pool), s.len + 1);
    if (s.len)
        memcpy(copy, s.p, s.len);
    copy[s.len] = '\0';
    return copy;
}

static void add(struct reading *r, struct sb_str text, struct sb_str name)
{
    sb_vec_push(&r->texts, keep(r, text));
    sb_vec_push(&r->names, keep(r, name));
}

/* --- JSON --- */

static bool is_scalar(const struct sb_doc_node *n)
{
    return n->type == SB_DOC_STRING || n->type == SB_DOC_NUMBER;
}

/* An object's key, named by its first other scalar; or a scalar itself. */
static int add_node(struct reading *r, const struct sb_doc_node *n, struct sb_error *e)
{
    uint32_t line = sb_doc_where(r->pool, n).line;
    if (is_scalar(n) && !r->key) {
        add(r, sb_doc_str(n), (struct sb_str){"", 0});
        return 0;
    }
    const struct sb_doc_node *value =
        n->type == SB_DOC_MAP && r->key ? sb_doc_get_str(r->pool, n, r->key) : NULL;
    if (!value || !is_scalar(value))
        return no_key(r, line, e);
    struct sb_str name = {"", 0};
    for (uint32_t i = 0; i < n->count && name.len == 0; i++)
        if (n->u.members[i].value != value && is_scalar(n->u.members[i].value))
            name = sb_doc_str(n->u.members[i].value);
    add(r, sb_doc_str(value), name);
    return 0;
}

static int read_json(struct reading *r, const struct sb_doc_text *text, struct sb_error *e)
{
    struct sb_doc_node *root;
    int rc = sb_json_read(r->pool, text, NULL, &root, e);
    if (rc)
        return rc;
    if (root->type != SB_DOC_LIST)
        return sb_fail_at(e, SB_EINPUT, r->file, 1, 1, "this is no list of objects or values");
    for (uint32_t i = 0; rc == 0 && i < root->count; i++)
        rc = add_node(r, root->u.items[i], e);
    return rc;
}

static struct sb_str next_line(struct sb_str *rest)
{
    const char *end = memchr(rest->p, '\n', rest->len);
    size_t len = end ? (size_t)(end - rest->p) : rest->len, taken = end ? len + 1 : len;
    struct sb_str line = {rest->p, len && rest->p[len - 1] == '\r' ? len - 1 : len};
    rest->p += taken;
    rest->len -= taken;
    return line;
}

static int read_json_lines(struct reading *r, struct sb_str rest, struct sb_error *e)
{
    for (uint32_t number = 1; rest.len; number++) {
        struct sb_str line = next_line(&rest);
        struct sb_doc_text text;
        struct sb_doc_node *node;
        if (line.len == 0)
            continue;
        int rc = sb_doc_text_copy(r->pool, r->file, line.p, line.len, &text, e);
        if (rc == 0)
            rc = sb_json_read(r->pool, &text, NULL, &node, e);
        if (rc) {
            e->line = number;
            return rc;
        }
        rc = add_node(r, node, e);
        if (rc) {
            e->line = number;
            return rc;
        }
    }
    return 0;
}

/* --- CSV and lines --- */

/* The name of a row is its first field that is not the key. */
static int add_row(struct reading *r, const struct sb_csv_row *row, size_t column,
                   struct sb_error *e)
{
    size_t name = column == 0;
    if (row->n <= column)
        return no_key(r, (uint32_t)SB_MIN(row->line, (uint64_t)UINT32_MAX), e);
    add(r, row->fields[column], name < row->n ? row->fields[name] : (struct sb_str){"", 0});
    return 0;
}

static int read_rows(struct reading *r, struct sb_csv_reader *reader, struct sb_error *e)
{
    struct sb_csv_row row;
    size_t column = 0;
    int rc = sb_csv_read(reader, &row, e);
    while (rc > 0 && column < row.n && !sb_str_is(row.fields[column], r->key))
        column++;
    if (rc == 0 || (rc > 0 && column == row.n))
        return no_key(r, 1, e);
    while (rc >= 0 && (rc = sb_csv_read(reader, &row, e)) > 0)
        rc = add_row(r, &row, column, e);
    return rc;
}

static int read_csv(struct reading *r, struct sb_str text, struct sb_error *e)
{
    struct sb_window window;
    struct sb_csv_reader reader;
    sb_window_bytes(&window, r->file, text.p, text.len);
    sb_csv_reader_init(&reader, &window, NULL);
    int rc = read_rows(r, &reader, e);
    sb_csv_reader_done(&reader);
    sb_window_done(&window);
    return rc;
}

static void read_lines(struct reading *r, struct sb_str rest)
{
    while (rest.len)
        add(r, next_line(&rest), (struct sb_str){"", 0});
}

/* --- what the keys are --- */

static bool integer(const char *text, int64_t *ret)
{
    struct sb_number number;
    return sb_number_parse(sb_str(text), &number) && sb_number_to_int64(&number, ret);
}

/* "2024-01-15" too: at midnight UTC. */
static bool instant(const char *text, int64_t *ret)
{
    struct sb_error unused;
    struct sb_buf b = SB_BUF_INIT(64);
    size_t len = strlen(text);
    sb_buf_printf(&b, "%.40s%s", text, len == 10 ? "T00:00:00Z" : "");
    bool is = len < 40 && sb_time_parse((struct sb_str){b.data, b.len}, ret, &unused) == 0;
    sb_buf_done(&b);
    return is;
}

typedef bool read_int(const char *text, int64_t *ret);

/* All texts as integers, or false. */
static bool all_ints(struct sort_bench_keys *k, read_int *read)
{
    int64_t *ints = sb_arena_alloc(sb_doc_arena(k->pool), (k->n + 1) * sizeof *ints);
    for (size_t i = 0; i < k->n; i++)
        if (!read(k->texts[i], &ints[i]))
            return false;
    k->ints = ints;
    return true;
}

static int read_any(struct reading *r, const struct sb_doc_text *text, struct sb_error *e)
{
    struct sb_str all = {text->bytes, text->len};
    size_t blank = strspn(text->bytes, " \t\r\n");
    if (text->bytes[blank] == '[')
        return read_json(r, text, e);
    if (text->bytes[blank] == '{')
        return read_json_lines(r, all, e);
    if (r->key)
        return read_csv(r, all, e);
    read_lines(r, all);
    return 0;
}

static int parse(struct reading *r, const struct sb_doc_text *text, struct sort_bench_keys *ret,
                 struct sb_error *e)
{
    int rc = sb_doc_text_check(text, e);
    if (rc == 0)
        rc = read_any(r, text, e);
    if (rc == 0 && r->texts.len == 0)
        rc = sb_fail_at(e, SB_EINPUT, r->file, 0, 0, "there is nothing to sort");
    if (rc) {
        sb_vec_done(&r->texts);
        sb_vec_done(&r->names);
        sb_doc_pool_free(r->pool);
        return rc;
    }
    *ret = (struct sort_bench_keys){
        .n = r->texts.len, .texts = r->texts.items, .names = r->names.items, .pool = r->pool};
    if (!all_ints(ret, integer))
        ret->dates = all_ints(ret, instant);
    return 0;
}

int sort_bench_keys_parse(const char *name, struct sb_str bytes, const char *key,
                          struct sort_bench_keys *ret, struct sb_error *e)
{
    struct reading r = {.pool = sb_doc_pool_new(), .file = name, .key = key};
    struct sb_doc_text text;
    int rc = sb_doc_text_copy(r.pool, name, bytes.p, bytes.len, &text, e);
    if (rc) {
        sb_doc_pool_free(r.pool);
        return rc;
    }
    return parse(&r, &text, ret, e);
}

int sort_bench_keys_read(const char *path, const char *key, int64_t max_size,
                         struct sort_bench_keys *ret, struct sb_error *e)
{
    const struct sb_doc_limits limits = {.bytes = (uint64_t)max_size, .option = "--max-size"};
    struct reading r = {.pool = sb_doc_pool_new(), .file = path, .key = key};
    struct sb_doc_text text;
    int rc = sb_doc_text_read(r.pool, path, &limits, &text, e);
    if (rc) {
        sb_doc_pool_free(r.pool);
        return rc;
    }
    return parse(&r, &text, ret, e);
}

void sort_bench_keys_done(struct sort_bench_keys *k)
{
    free(k->texts);
    free(k->names);
    sb_doc_pool_free(k->pool);
    *k = (struct sort_bench_keys){.n = 0};
}
