/* core/ui: CSV, tables, cutting and wrapping, Markdown, XML and HTML, typed values, whole files. */
#include "core/base/utf8.h"
#include "core/ui/config.h"
#include "core/ui/csv.h"
#include "core/ui/file_write.h"
#include "core/ui/html.h"
#include "core/ui/settings.h"
#include "core/ui/table.h"
#include "core/ui/text.h"
#include "core/ui/value.h"
#include "tests/unit/unit.h"

#include <errno.h>
#include <sys/resource.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#define CAP ((size_t)1 << 20)

/* --- CSV --- */

/* Reads one record as RFC 4180 says; the reference the writer is held against. */
static size_t csv_read(const char *p, char fields[][64], size_t max)
{
    size_t n = 0, len = 0;
    bool quoted = false;
    for (;; p++) {
        if (quoted && *p == '"' && p[1] == '"')
            fields[n][len++] = *p++;
        else if (*p == '"')
            quoted = !quoted;
        else if (!quoted && (*p == ',' || *p == '\r')) {
            fields[n++][len] = '\0';
            len = 0;
            if (*p == '\r' || n == max)
                return n;
        } else
            fields[n][len++] = *p;
    }
}

START_TEST(csv_reads_back)
{
    static const char *const texts[] = {"",        "plain", "a,b", "say \"no\"",
                                        " blank ", "\"",    ",,",  "é"};
    for (size_t i = 0; i < SB_LEN(texts); i++) {
        for (size_t j = 0; j < SB_LEN(texts); j++) {
            struct sb_buf b = SB_BUF_INIT(CAP);
            struct sb_csv w;
            char fields[4][64];
            sb_csv_init(&w, &b);
            sb_csv_text(&w, texts[i]);
            sb_csv_int(&w, -7);
            sb_csv_text(&w, texts[j]);
            sb_csv_end(&w);
            ck_assert_uint_eq(csv_read(b.data, fields, 4), 3);
            ck_assert_str_eq(fields[0], texts[i]);
            ck_assert_str_eq(fields[1], "-7");
            ck_assert_str_eq(fields[2], texts[j]);
            ck_assert_ptr_nonnull(strstr(b.data, "\r\n"));
            sb_buf_done(&b);
        }
    }
}
END_TEST

static void csv_one(const char *text, const char *wanted)
{
    struct sb_buf b = SB_BUF_INIT(CAP);
    struct sb_csv w;
    sb_csv_init(&w, &b);
    sb_csv_text(&w, text);
    ck_assert_str_eq(b.data ? b.data : "", wanted);
    sb_buf_done(&b);
}

START_TEST(csv_disarms_formulas_and_controls)
{
    csv_one("=1+2", "'=1+2");
    csv_one("+cmd", "'+cmd");
    csv_one("-x", "'-x");
    csv_one("@SUM(A1)", "'@SUM(A1)");
    csv_one("\xef\xbc\x9d"
            "1",
            "'\xef\xbc\x9d"
            "1");
    csv_one("-5", "-5");
    csv_one("+1.50", "+1.50");
    csv_one("-", "'-");
    csv_one("-1.2.3", "'-1.2.3");
    csv_one("a=b", "a=b");
    struct sb_buf b = SB_BUF_INIT(CAP);
    struct sb_csv w;
    sb_csv_init(&w, &b);
    sb_csv_text(&w, "two\nlines\x1b[31m");
    sb_csv_text(&w, NULL);
    sb_csv_end(&w);
    ck_assert_ptr_null(strchr(b.data, '\x1b'));
    ck_assert_ptr_eq(strchr(b.data, '\n'), b.data + b.len - 1);
    sb_buf_done(&b);
}
END_TEST

/* --- text --- */

START_TEST(cut_never_passes_the_width_nor_splits_a_code_point)
{
    static const char *const texts[] = {"",
                                        "plain text",
                                        "\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e",
                                        "na\xc3\xafve",
                                        "a\xcc\x81"
                                        "b\xcc\x82"
                                        "c",
                                        "x\xe6\x97\xa5y"};
    for (size_t i = 0; i < SB_LEN(texts); i++) {
        struct sb_str s = sb_str(texts[i]);
        for (size_t cells = 0; cells < 14; cells++) {
            struct sb_buf b = SB_BUF_INIT(CAP);
            size_t width = sb_text_cut(&b, s, cells);
            struct sb_str got = {b.data ? b.data : "", b.len};
            ck_assert_uint_le(width, cells);
            ck_assert_uint_eq(width, sb_shown_width(got));
            ck_assert_uint_eq(sb_utf8_valid(got.p, got.len), got.len);
            if (sb_shown_width(s) <= cells)
                ck_assert(sb_str_eq(got, s));
            else if (cells)
                ck_assert(sb_str_ends(got, SB_STR("\xe2\x80\xa6")));
            sb_buf_done(&b);
        }
    }
}
END_TEST

START_TEST(wrap_keeps_words_and_width)
{
    static const char text[] = "one two  three\nfour averyveryverylongword five";
    for (size_t width = 1; width < 50; width++) {
        struct sb_buf b = SB_BUF_INIT(CAP);
        sb_text_wrap(&b, text, 0, 2, width);
        char *line, *rest = b.data;
        while ((line = strsep(&rest, "\n"))) {
            size_t len = strlen(line), blanks = strspn(line, " ");
            ck_assert(len <= width || !strchr(line + blanks, ' ')); /* one word too wide */
            ck_assert(len == 0 || line[len - 1] != ' ');
        }
        sb_buf_done(&b);
    }
    struct sb_buf b = SB_BUF_INIT(CAP);
    sb_text_wrap(&b, "alpha beta gamma", 4, 4, 14);
    ck_assert_str_eq(b.data, "alpha beta\n    gamma");
    sb_buf_done(&b);
}
END_TEST

START_TEST(markdown_and_xml_show_data_only)
{
    struct sb_buf b = SB_BUF_INIT(CAP);
    sb_escape_markdown(&b, SB_STR("a|b <i> *x* `c` [l](u)\n# h"));
    ck_assert_ptr_null(strchr(b.data, '\n'));
    for (const char *p = b.data; *p; p++) {
        if (strchr("|<>*`[]()#", *p))
            ck_assert(p > b.data && p[-1] == '\\');
    }
    sb_buf_reset(&b);
    sb_escape_xml(&b, SB_STR("<a b='c'>&\x01\n\t\xff\xef\xbf\xbf]]>"), true);
    ck_assert_ptr_null(strpbrk(b.data, "<>'\x01\xff"));
    ck_assert_ptr_nonnull(strchr(b.data, '\n'));
    ck_assert_ptr_nonnull(strstr(b.data, "\\xff"));
    ck_assert_ptr_nonnull(strstr(b.data, "\\u{ffff}"));
    sb_buf_reset(&b);
    sb_escape_xml(&b, SB_STR("a\nb"), false);
    ck_assert_ptr_null(strchr(b.data, '\n'));
    sb_buf_done(&b);
}
END_TEST

START_TEST(html_is_one_closed_page)
{
    struct sb_buf b = SB_BUF_INIT(CAP);
    sb_html_open(&b, SB_STR("</title><script>alert(1)</script>"));
    sb_html_data(&b, SB_STR("<script>\xe2\x80\xae"));
    sb_html_code(&b, SB_STR("a&b"));
    sb_html_close(&b);
    ck_assert_ptr_null(strstr(b.data, "<script"));
    ck_assert_ptr_null(strstr(b.data, "\xe2\x80\xae"));
    ck_assert_ptr_null(strstr(b.data, "http://"));
    ck_assert_ptr_null(strstr(b.data, "https://"));
    ck_assert_ptr_null(strstr(b.data, "url("));
    ck_assert_ptr_nonnull(strstr(b.data, "default-src 'none'; style-src 'unsafe-inline'"));
    ck_assert_ptr_nonnull(strstr(b.data, "<code><bdi>a&amp;b</bdi></code>"));
    ck_assert(sb_str_ends((struct sb_str){b.data, b.len}, SB_STR("</html>\n")));
    sb_buf_done(&b);
}
END_TEST

/* --- tables --- */

START_TEST(tables_fit)
{
    static const struct sb_table_column columns[] = {
        {"NAME", false, 4}, {"COUNT", true, 0}, {"WHY", false, 6}};
    struct sb_table t;
    sb_table_init(&t, columns, SB_LEN(columns));
    sb_table_text(&t, "a rather long name of something");
    sb_table_int(&t, 12345);
    sb_table_text(&t, "because of this and of that and of more");
    sb_table_text(&t, "\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e");
    sb_table_int(&t, -1);
    sb_table_text(&t, NULL);
    for (size_t width = 1; width < 120; width++) {
        struct sb_buf b = SB_BUF_INIT(CAP);
        sb_table_print(&t, &b, 2, width);
        char *line, *rest = b.data;
        size_t lines = 0;
        while ((line = strsep(&rest, "\n")) && *line) {
            size_t cells = sb_shown_width(sb_str(line));
            ck_assert_uint_le(cells, SB_MAX(width, (size_t)(2 + 4 + 2 + 5 + 2 + 6)));
            ck_assert(line[strlen(line) - 1] != ' ');
            lines++;
        }
        ck_assert_uint_eq(lines, 3);
        sb_buf_done(&b);
    }
    struct sb_buf b = SB_BUF_INIT(CAP);
    sb_table_print(&t, &b, 0, 200);
    ck_assert_ptr_nonnull(strstr(b.data, "NAME                             COUNT  WHY\n"));
    ck_assert_ptr_nonnull(strstr(b.data, "   -1\n"));
    sb_buf_done(&b);
    sb_table_done(&t);
}
END_TEST

START_TEST(tables_show_hostile_text_escaped)
{
    static const struct sb_table_column columns[] = {{NULL, false, 0}, {NULL, false, 0}};
    struct sb_table t;
    struct sb_buf b = SB_BUF_INIT(CAP);
    sb_table_init(&t, columns, SB_LEN(columns));
    sb_table_text(&t, "x\x1b[2Jy");
    sb_table_text(&t, "z\nw");
    sb_table_text(&t, "unfinished");
    sb_table_print(&t, &b, 0, 80);
    ck_assert_ptr_null(strchr(b.data, '\x1b'));
    ck_assert(sb_str_ends((struct sb_str){b.data, b.len}, SB_STR("\nunfinished\n")));
    sb_buf_done(&b);
    sb_table_done(&t);
}
END_TEST

/* --- values --- */

START_TEST(printed_values_parse_to_the_same)
{
    static const struct {
        struct sb_option o;
        const char *text;
    } cases[] = {
        {{.type = SB_OPT_INT}, "-9223372036854775808"},
        {{.type = SB_OPT_INT}, "0"},
        {{.type = SB_OPT_SIZE}, "0"},
        {{.type = SB_OPT_SIZE}, "1"},
        {{.type = SB_OPT_SIZE}, "1025"},
        {{.type = SB_OPT_SIZE}, "3K"},
        {{.type = SB_OPT_SIZE}, "8388607T"},
        {{.type = SB_OPT_DURATION}, "1h30m"},
        {{.type = SB_OPT_FLAG}, "true"},
        {{.type = SB_OPT_LIST}, "a,b\\,c,d"},
    };
    for (size_t i = 0; i < SB_LEN(cases); i++) {
        struct sb_arena a = SB_ARENA_INIT;
        struct sb_error e;
        struct sb_strings value = {NULL, 0}; /* the largest of all types */
        struct sb_buf b = SB_BUF_INIT(CAP);
        ck_assert_int_eq(sb_value_parse_whole(&cases[i].o, cases[i].text, &value, &a, &e), 0);
        sb_value_print(&cases[i].o, &value, &b);
        ck_assert_str_eq(b.data, cases[i].text);
        sb_buf_done(&b);
        sb_arena_done(&a);
    }
}
END_TEST

START_TEST(long_lists_keep_every_item)
{
    struct sb_arena a = SB_ARENA_INIT;
    struct sb_error e;
    struct sb_strings list = {NULL, 0};
    const struct sb_option o = {.type = SB_OPT_LIST};
    char item[32];
    for (int i = 0; i < 1000; i++) {
        snprintf(item, sizeof item, "item %d", i);
        ck_assert_int_eq(sb_value_parse(&o, item, &list, &a, &e), 0);
    }
    ck_assert_uint_eq(list.len, 1000);
    for (int i = 0; i < 1000; i++) {
        snprintf(item, sizeof item, "item %d", i);
        ck_assert_str_eq(list.items[i], item);
    }
    sb_arena_done(&a);
}
END_TEST

START_TEST(layers_lie_over_each_other)
{
    struct values {
        int64_t n;
        struct sb_strings list;
    };
    static const struct sb_option options[] = {
        {.name = "n", .type = SB_OPT_INT, .offset = offsetof(struct values, n), .def = "1"},
        {.name = "list",
         .type = SB_OPT_LIST,
         .offset = offsetof(struct values, list),
         .def = "a,b"},
        {.name = NULL}};
    static const struct sb_applet applet = {
        .name = "x", .options = options, .options_size = sizeof(struct values)};
    static const struct sb_applet_entry applets[] = {{"x", "", 0, &applet}, {NULL, NULL, 0, NULL}};
    char path[] = "/tmp/srebox-unit-XXXXXX";
    int fd = mkstemp(path);
    static const char text[] = "x: {n: 2, list: [c]}\n";
    ck_assert_int_eq(write(fd, text, sizeof text - 1), (int)sizeof text - 1);
    close(fd);
    struct sb_settings s;
    struct sb_error e;
    ck_assert_int_eq(sb_settings_init(&s, &applet, applets, &e), 0);
    const struct values *v = s.options;
    ck_assert_int_eq(v->n, 1);
    ck_assert_uint_eq(v->list.len, 2);
    ck_assert_int_eq(sb_config_file(&s, path, SB_FROM_SYSTEM, &e), 0);
    ck_assert_int_eq(v->n, 2);
    ck_assert_uint_eq(v->list.len, 1);
    ck_assert_int_eq(sb_settings_find(&s, "n")->origin, SB_FROM_SYSTEM);
    ck_assert_int_eq(sb_config_file(&s, path, SB_FROM_USER, &e), 0);
    ck_assert_uint_eq(v->list.len, 1);
    ck_assert_int_eq(sb_settings_find(&s, "list")->origin, SB_FROM_USER);
    char variable[] = "SREBOX_X_N=3", other[] = "SREBOX_XY_N=4";
    char *const environment[] = {variable, other, NULL};
    ck_assert_int_eq(sb_settings_env(&s, environment, &e), 0);
    ck_assert_int_eq(v->n, 3);
    sb_settings_done(&s);
    unlink(path);
}
END_TEST

/* --- files --- */

static char folder[] = "/tmp/srebox-unit-XXXXXX";
static char file_path[sizeof folder + 8];

static void read_file(char *text, size_t size)
{
    FILE *f = fopen(file_path, "r");
    ck_assert_ptr_nonnull(f);
    size_t n = fread(text, 1, size - 1, f);
    text[n] = '\0';
    fclose(f);
}

START_TEST(a_failed_write_leaves_the_old_file_alone)
{
    struct sb_buf old = SB_BUF_INIT(CAP), big = SB_BUF_INIT(CAP);
    struct sb_error e;
    char text[64];
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(file_path, sizeof file_path, "%s/file", folder);
    sb_buf_puts(&old, "old");
    sb_buf_fill(&big, 'x', 100000);
    ck_assert_int_eq(sb_file_write_whole(file_path, &old, 0644, &e), 0);
    /* The disk "fills up" in the middle of the new content. */
    struct rlimit limit = {4096, 4096};
    signal(SIGXFSZ, SIG_IGN);
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
    ck_assert_int_eq(sb_file_write_whole(file_path, &big, 0644, &e), -SB_EIO);
    ck_assert_ptr_nonnull(strstr(e.text, strerror(EFBIG)));
    read_file(text, sizeof text);
    ck_assert_str_eq(text, "old");
    unlink(file_path);
    ck_assert_int_eq(rmdir(folder), 0); /* nothing else was left in it */
    sb_buf_done(&old);
    sb_buf_done(&big);
}
END_TEST

UNIT_MAIN("ui", csv_reads_back, csv_disarms_formulas_and_controls,
          cut_never_passes_the_width_nor_splits_a_code_point, wrap_keeps_words_and_width,
          markdown_and_xml_show_data_only, html_is_one_closed_page, tables_fit,
          tables_show_hostile_text_escaped, printed_values_parse_to_the_same,
          long_lists_keep_every_item, layers_lie_over_each_other,
          a_failed_write_leaves_the_old_file_alone)
