/* The CSV reader: what real exports hold, what is refused and where, and random tables against a plain
 * reference, in windows of every size. */
#include "core/base/buf.h"
#include "core/doc/csv.h"
#include "tests/unit/unit.h"

#include <unistd.h>

struct table {
    struct sb_buf out; /* fields as <field>, rows ended by the line they begin in */
    size_t refused;
    struct sb_error first; /* refusal */
    int end;
};

static void read_all(struct sb_window *w, const struct sb_csv_options *opts, struct table *t)
{
    struct sb_csv_reader r;
    struct sb_csv_row row;
    struct sb_error e = {0};
    sb_csv_reader_init(&r, w, opts);
    *t = (struct table){.out = SB_BUF_INIT((size_t)1 << 24)};
    for (;;) {
        t->end = sb_csv_read(&r, &row, &e);
        if (t->end == 0)
            break;
        if (t->end < 0) {
            if (t->refused++ == 0)
                t->first = e;
            sb_buf_puts(&t->out, "!\n");
            if (!sb_csv_goes_on(&r))
                break;
            continue;
        }
        for (size_t i = 0; i < row.n; i++) {
            sb_buf_putc(&t->out, '<');
            sb_buf_put(&t->out, row.fields[i].p, row.fields[i].len);
            sb_buf_putc(&t->out, '>');
        }
        sb_buf_printf(&t->out, "%llu\n", (unsigned long long)row.line);
    }
    sb_csv_reader_done(&r);
}

static void read_bytes(const char *p, size_t len, const struct sb_csv_options *opts,
                       struct table *t)
{
    struct sb_window w;
    sb_window_bytes(&w, "f.csv", p, len);
    read_all(&w, opts, t);
    sb_window_done(&w);
}

/* Through a pipe's worth of file, in windows that begin with `size` bytes. */
static void read_in_pieces(const char *p, size_t len, size_t size, struct table *t)
{
    char path[] = "/tmp/srebox-csv-XXXXXX";
    int fd = mkstemp(path);
    ck_assert_int_ge(fd, 0);
    unlink(path);
    ck_assert_int_eq((ssize_t)len, write(fd, p, len));
    lseek(fd, 0, SEEK_SET);
    struct sb_window w;
    sb_window_fd(&w, "f.csv", fd, size);
    read_all(&w, NULL, t);
    sb_window_done(&w);
    close(fd);
}

static void is(const char *text, const char *want)
{
    struct table t;
    read_bytes(text, strlen(text), NULL, &t);
    ck_assert_str_eq(t.out.data ? t.out.data : "", want);
    sb_buf_done(&t.out);
    for (size_t size = 1; size < 12; size++) {
        read_in_pieces(text, strlen(text), size, &t);
        unit_require(strcmp(t.out.data ? t.out.data : "", want) == 0, "window of %zu: %s", size,
                     t.out.data ? t.out.data : "");
        sb_buf_done(&t.out);
    }
}

START_TEST(tables)
{
    is("", "");
    is("\n\r\n\n", "");
    is("a,b\n1,2\n", "<a><b>1\n<1><2>2\n");
    is("a,b\r\n1,2", "<a><b>1\n<1><2>2\n");
    is("a,b\r1,2\r", "<a><b>1\n<1><2>2\n");
    is("a,b\n\n\n1,2\r\n\r\n3,4\r\r5,6", "<a><b>1\n<1><2>4\n<3><4>6\n<5><6>8\n");
    is("\xEF\xBB\xBF\x61,b\n,\n", "<a><b>1\n<><>2\n");
    is("a,b\n\"x,\"\"y\"\"\nz\",2\n3,4", "<a><b>1\n<x,\"y\"\nz><2>2\n<3><4>4\n");
    is("a,b\n\"\",\"\"\"\"\n", "<a><b>1\n<><\">2\n");
    is("a,b\nx\"y,z\"\n", "<a><b>1\n<x\"y><z\">2\n");
    is("a,b\n1\n1,2,3\n", "<a><b>1\n<1>2\n<1><2><3>3\n");
    is("a\n \n", "<a>1\n< >2\n");
}
END_TEST

START_TEST(separators)
{
    is("a;b\n1,5;2\n", "<a><b>1\n<1,5><2>2\n");
    is("a\tb\n1\t2\n", "<a><b>1\n<1><2>2\n");
    is("a|b\n1|2\n", "<a><b>1\n<1><2>2\n");
    is("\"a,b\";c;d\n1;2;3\n", "<a,b><c><d>1\n<1><2><3>2\n");
    is("sep=|\r\na|b,c,d\n", "<a><b,c,d>2\n");
    struct table t;
    read_bytes("a,b;c", 5, &(struct sb_csv_options){.separator = ';'}, &t);
    ck_assert_str_eq(t.out.data, "<a,b><c>1\n");
    sb_buf_done(&t.out);
}
END_TEST

/* The row, and whether the rest is read. */
static void refused(const char *text, size_t len, const struct sb_csv_options *opts, uint32_t line,
                    uint32_t column, const char *part, const char *want)
{
    struct table t;
    read_bytes(text, len, opts, &t);
    ck_assert_uint_gt(t.refused, 0);
    ck_assert_msg(strstr(t.first.text, part) != NULL, "%s", t.first.text);
    ck_assert_str_eq(t.first.file, "f.csv");
    ck_assert_uint_eq(t.first.line, line);
    ck_assert_uint_eq(t.first.column, column);
    ck_assert_str_eq(t.out.data, want);
    sb_buf_done(&t.out);
}
#define REFUSED(text, ...) refused(text, sizeof(text) - 1, __VA_ARGS__)

START_TEST(refusals)
{
    REFUSED("\xFF\xFE\x61\x00", NULL, 1, 1, "UTF-16", "!\n");
    REFUSED("PK\x03\x04\x00\x00", NULL, 0, 0, "NUL", "!\n");
    REFUSED("a,b\n1,\"x\"y\n3,4\n", NULL, 2, 6, "behind a closing quote", "<a><b>1\n!\n<3><4>3\n");
    REFUSED("a,b\n1,\"x\n3,4\n", NULL, 2, 0, "never closed", "<a><b>1\n!\n");
    REFUSED("a,b\n1,\xE4\n3,4\n", NULL, 2, 3, "0xE4", "<a><b>1\n!\n<3><4>3\n");
    REFUSED("a,b\n1,2,3\n3,4\n", &(struct sb_csv_options){.columns = 2}, 2, 0, "more than 2 fields",
            "<a><b>1\n!\n<3><4>3\n");
    REFUSED("a,b\n1,12345\n3,4\n", &(struct sb_csv_options){.field = 4}, 2, 0, "more than 4 bytes",
            "<a><b>1\n!\n<3><4>3\n");
    REFUSED("a,b\n1,\"2345\n6\n7\"\n", &(struct sb_csv_options){.row = 8}, 2, 1,
            "more than 8 bytes", "<a><b>1\n!\n");
}
END_TEST

static size_t below(uint64_t *state, size_t n)
{
    *state = *state * UINT64_C(6364136223846793005) + 1442695040888963407u;
    return (size_t)(*state >> 33) % n;
}

/* Random tables, written and read back. */
static void write_field(struct sb_buf *b, const char *field, bool quote, char separator)
{
    if (!quote && strpbrk(field, "\"\r\n") == NULL && !strchr(field, separator)) {
        sb_buf_puts(b, field);
        return;
    }
    sb_buf_putc(b, '"');
    for (const char *p = field; *p; p++) {
        if (*p == '"')
            sb_buf_putc(b, '"');
        sb_buf_putc(b, *p);
    }
    sb_buf_putc(b, '"');
}

static void make_table(uint64_t *rand, struct sb_buf *text, struct sb_buf *want)
{
    static const char *const parts[] = {"a",    "1",        " ",   ",",  ";", "\"", "\n",
                                        "\r\n", "\xC3\xA4", "x y", "\t", "'", "|"};
    static const char *const ends[] = {"\n", "\r\n", "\r"};
    size_t rows = 1 + below(rand, 12), columns = 2 + below(rand, 5), line = 1;
    for (size_t i = 0; i < rows; i++) {
        size_t begins = line;
        for (size_t k = 0; k < columns; k++) {
            char field[64] = "";
            for (size_t n = below(rand, 6); i && n; n--)
                snprintf(field + strlen(field), sizeof field - strlen(field), "%s",
                         parts[below(rand, SB_LEN(parts))]);
            if (!i)
                snprintf(field, sizeof field, "c%zu", k);
            if (k)
                sb_buf_putc(text, ',');
            write_field(text, field, below(rand, 2), ',');
            sb_buf_printf(want, "<%s>", field);
            for (const char *p = field; *p; p++)
                line += *p == '\n';
        }
        sb_buf_printf(want, "%zu\n", begins);
        if (i + 1 < rows || below(rand, 2))
            sb_buf_puts(text, ends[below(rand, 3)]);
        line++;
    }
}

START_TEST(random_tables)
{
    uint64_t rand = 20261123;
    for (int round = 0; round < 400; round++) {
        struct sb_buf text = SB_BUF_INIT(1 << 16), want = SB_BUF_INIT(1 << 16);
        struct table t;
        make_table(&rand, &text, &want);
        read_in_pieces(text.data, text.len, 1 + below(&rand, 40), &t);
        unit_require(
            t.refused == 0 && t.out.data && want.data && strcmp(t.out.data, want.data) == 0,
            "round %d:\n%s\nis read as\n%s\nnot as\n%s", round, text.data, t.out.data, want.data);
        sb_buf_done(&t.out);
        sb_buf_done(&text);
        sb_buf_done(&want);
    }
}
END_TEST

UNIT_MAIN("csv", tables, separators, refusals, random_tables)
