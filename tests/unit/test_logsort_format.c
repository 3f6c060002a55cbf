/* logsort: what is found out about a file by its first lines, and where a line's time is. */
#include "applets/logsort/format.h"
#include "applets/logsort/place.h"
#include "tests/unit/unit.h"

static struct logsort_hints hints(void)
{
    struct logsort_hints h = {.key = NULL};
    sb_stamp_rules_init(&h.rules);
    return h;
}

static int detect(const char *text, const struct logsort_hints *h, struct logsort_format *ret,
                  struct sb_error *e)
{
    return logsort_format_detect(sb_str(text), true, "x.log", h, ret, e);
}

#define REPEAT(line) line "\n" line "\n" line "\n"

START_TEST(shapes_of_the_wild)
{
    static const struct {
        const char *line;
        enum logsort_shape shape;
        enum sb_stamp_format stamp;
        unsigned field;
    } cases[] = {
        {"2026-11-23T09:15:02Z x", LOGSORT_FIELD, SB_STAMP_ISO, 0},
        {"[2026-11-23 09:15:02,123] INFO x", LOGSORT_FIELD, SB_STAMP_ISO, 0},
        {"\x1B[32m2026-11-23 09:15:02\x1B[0m x", LOGSORT_FIELD, SB_STAMP_ISO, 0},
        {"<34>1 2026-11-23T09:15:02Z host app", LOGSORT_FIELD, SB_STAMP_ISO, 0},
        {"<34>Nov 23 09:15:02 host app: x", LOGSORT_FIELD, SB_STAMP_RFC3164, 0},
        {"Nov 23 09:15:02 host app: 2026-11-23", LOGSORT_FIELD, SB_STAMP_RFC3164, 0},
        {"time=\"2026-11-23T09:15:02Z\" level=info", LOGSORT_FIELD, SB_STAMP_ISO, 0},
        {"level=info ts=2026-11-23T09:15:02Z msg=x", LOGSORT_FIELD, SB_STAMP_ISO, 1},
        {"ts=1795425302.5 caller=x", LOGSORT_FIELD, SB_STAMP_EPOCH, 0},
        {"level=info ts=1795425302.123 msg=x", LOGSORT_FIELD, SB_STAMP_EPOCH, 1},
        {"type=SYSCALL msg=audit(1795425302.123:456): arch=c000003e", LOGSORT_FIELD, SB_STAMP_EPOCH,
         1},
        {"*Nov 23 09:15:02.123: %SYS-5-CONFIG_I: x", LOGSORT_FIELD, SB_STAMP_RFC3164, 0},
        {"INFO\t2026-11-23 09:15:02\tx", LOGSORT_FIELD, SB_STAMP_ISO, 1},
        {"20171223-22:15:29:606|Step_LSC|30002312|x", LOGSORT_FIELD, SB_STAMP_BASIC, 0},
        {"I, [2026-11-23T09:15:02.123456 #123]  INFO -- : x", LOGSORT_FIELD, SB_STAMP_ISO, 1},
        {"Mon 2026-11-23 09:15:02 CET host x", LOGSORT_FIELD, SB_STAMP_ISO, 1},
        {"- 1131566461 2005.11.09 dn228 Nov 9 12:01:01 dn228 crond", LOGSORT_FIELD,
         SB_STAMP_RFC3164, 4},
        {"2026-11-23 09:15:02, Info CBS x", LOGSORT_FIELD, SB_STAMP_ISO, 0},
        {"I1123 09:15:02.123456    1 main.go:1] x", LOGSORT_FIELD, SB_STAMP_KLOG, 0},
        {"INFO 2026-11-23 09:15:02 x", LOGSORT_FIELD, SB_STAMP_ISO, 1},
        {"1795425302.123    45 10.0.0.1 TCP_MISS/200 512 GET", LOGSORT_FIELD, SB_STAMP_EPOCH, 0},
        {"10.0.0.1 - - [23/Nov/2026:09:15:02 +0100] \"GET / HTTP/1.1\" 200 5", LOGSORT_BRACKET,
         SB_STAMP_CLF, 0},
        {"[Mon Nov 23 09:15:02.123456 2026] [core:notice] [pid 1] x", LOGSORT_FIELD, SB_STAMP_CTIME,
         0},
        {"Mon Nov 23 09:15:02 2026 x", LOGSORT_FIELD, SB_STAMP_CTIME, 0},
        {"Mon, 23 Nov 2026 09:15:02 +0100 x", LOGSORT_FIELD, SB_STAMP_MAIL, 0},
        {"12:M 23 Nov 2026 09:15:02.123 * Ready", LOGSORT_FIELD, SB_STAMP_MAIL, 1},
        {"2026/11/23 09:15:02 [error] 12#0: *1 x", LOGSORT_FIELD, SB_STAMP_ISO, 0},
        {"20261123T091502.123Z x", LOGSORT_FIELD, SB_STAMP_BASIC, 0},
        {"23/11/2026 09:15:02 x", LOGSORT_FIELD, SB_STAMP_DMY, 0},
        {"11/23/2026 09:15:02 AM x", LOGSORT_FIELD, SB_STAMP_MDY, 0},
        {"Nov 23, 2026 9:15:02 AM org.apache.Main run", LOGSORT_FIELD, SB_STAMP_RFC3164, 0},
        {"2026-11-23 09:15:02.123 UTC [12] LOG:  x", LOGSORT_FIELD, SB_STAMP_ISO, 0},
        {"{\"ts\":1795425302.123,\"msg\":\"x\"}", LOGSORT_JSON, SB_STAMP_EPOCH, 0},
        {"{\"msg\":\"ts\",\"@timestamp\":\"2026-11-23T09:15:02Z\"}", LOGSORT_JSON, SB_STAMP_ISO, 0},
        {"{\"t\":{\"$date\":\"2026-11-23T09:15:02.123+00:00\"},\"s\":\"I\"}", LOGSORT_JSON,
         SB_STAMP_ISO, 0},
        {"{\"__REALTIME_TIMESTAMP\":\"1795425302000000\"}", LOGSORT_JSON, SB_STAMP_EPOCH, 0},
        {"__CURSOR=x\n__REALTIME_TIMESTAMP=1795425302000000\n", LOGSORT_JOURNAL, SB_STAMP_EPOCH, 0},
    };
    struct logsort_hints h = hints();
    for (size_t i = 0; i < SB_LEN(cases); i++) {
        struct logsort_format f = {.sampled = 0};
        struct sb_error e;
        char text[1000];
        snprintf(text, sizeof text, "%s\n%s\r\n%s\n", cases[i].line, cases[i].line, cases[i].line);
        unit_require(detect(text, &h, &f, &e) == 0, "%s: %s", cases[i].line, e.text);
        unit_require(f.shape == cases[i].shape && f.stamp == cases[i].stamp &&
                         f.field == cases[i].field,
                     "%s: %s, %s, %u", cases[i].line, logsort_shape_name(f.shape),
                     sb_stamp_name(f.stamp), f.field);
        unit_require(f.timed > 0 && f.timed <= f.sampled, "%u of %u", f.timed, f.sampled);
    }
}
END_TEST

START_TEST(no_times)
{
    static const struct {
        const char *text, *says;
    } cases[] = {
        {REPEAT("hello 4711"), "no time found in the first 3 lines"},
        {REPEAT("[    0.000000] Linux"), "from the start of a machine"},
        {REPEAT("127.0.0.1 localhost"), "no time"},
        {REPEAT("09:15:02.123 [main] INFO x"), "say no day"},
        {REPEAT("level=info id=1795425302 msg=x"), "no time"},
        {REPEAT("request 1795425302 took 2026 ms"), "no time"},
        {REPEAT("a,b,c"), "no time"},
        {REPEAT("{\"a\":1}"), "no time"},
        {"\x7F"
         "ELF\1\1\1\2\3\4\5\6\1\2\3",
         "binary"},
        {"PK\x03\x04\1\2\3\4\5\6\1\2\3\4", "zip"},
        {"BZh91AY\1\2\3\4\5\6", "bzip2"},
    };
    struct logsort_hints h = hints();
    for (size_t i = 0; i < SB_LEN(cases); i++) {
        struct logsort_format f;
        struct sb_error e;
        int rc = detect(cases[i].text, &h, &f, &e);
        unit_require(rc == -SB_EINPUT && strstr(e.text, cases[i].says) && e.hint[0], "%s: %d %s",
                     cases[i].text, rc, rc ? e.text : "");
        ck_assert_str_eq(e.file, "x.log");
    }
}
END_TEST

START_TEST(empty_files_are_fine)
{
    struct logsort_hints h = hints();
    struct logsort_format f = {.sampled = 7};
    struct sb_error e;
    ck_assert_int_eq(detect("", &h, &f, &e), 0);
    ck_assert_uint_eq(f.sampled, 0);
    f.sampled = 7;
    ck_assert_int_eq(detect("\n\r\n", &h, &f, &e), 0);
    ck_assert_uint_eq(f.sampled, 0);
}
END_TEST

START_TEST(a_long_trace_in_front)
{
    struct logsort_hints h = hints();
    struct logsort_format f;
    struct sb_error e;
    struct sb_buf b = SB_BUF_INIT(1 << 20);
    for (int i = 0; i < 1000; i++)
        sb_buf_puts(&b, "  at com.example.Main.run(Main.java:1)\n");
    ck_assert_int_eq(
        logsort_format_detect((struct sb_str){b.data, b.len}, true, "x.log", &h, &f, &e),
        -SB_EINPUT);
    ck_assert_ptr_nonnull(strstr(e.text, "in the first 1000 lines"));
    sb_buf_puts(&b, "2026-11-23 09:15:02 x\n");
    ck_assert_int_eq(
        logsort_format_detect((struct sb_str){b.data, b.len}, true, "x.log", &h, &f, &e), 0);
    ck_assert_int_eq(f.stamp, SB_STAMP_ISO);
    ck_assert_uint_eq(f.timed, 1);
    sb_buf_done(&b);
}
END_TEST

START_TEST(day_and_month)
{
    struct logsort_hints h = hints();
    struct logsort_format f;
    struct sb_error e;
    const char *unclear = REPEAT("03/04/2026 09:15:02 x");
    ck_assert_int_eq(detect(unclear, &h, &f, &e), -SB_EINPUT);
    ck_assert_ptr_nonnull(strstr(e.text, "2026-04-03 (day-first) or 2026-03-04 (month-first)"));
    ck_assert_ptr_nonnull(strstr(e.hint, "--dayfirst or --monthfirst"));
    ck_assert_int_eq(detect("03/04/2026 09:15:02 x\n13/04/2026 09:15:02 x\n", &h, &f, &e), 0);
    ck_assert_int_eq(f.stamp, SB_STAMP_DMY);
    ck_assert_int_eq(detect("03/04/2026 09:15:02 x\n03/14/2026 09:15:02 x\n", &h, &f, &e), 0);
    ck_assert_int_eq(f.stamp, SB_STAMP_MDY);
    h.day_first = true;
    ck_assert_int_eq(detect(unclear, &h, &f, &e), 0);
    ck_assert_int_eq(f.stamp, SB_STAMP_DMY);
    h.day_first = false;
    h.month_first = true;
    ck_assert_int_eq(detect(unclear, &h, &f, &e), 0);
    ck_assert_int_eq(f.stamp, SB_STAMP_MDY);
    h.month_first = false;
    ck_assert_int_eq(detect(REPEAT("03/04/05 09:15:02 x"), &h, &f, &e), -SB_EINPUT);
    ck_assert_ptr_nonnull(strstr(e.text, "2005-04-03 (day-first) or 2005-03-04 (month-first) or "
                                         "2003-04-05 (short-year)"));
}
END_TEST

START_TEST(keys)
{
    static const struct {
        const char *key, *text;
        enum logsort_shape shape;
        size_t column;
    } good[] = {
        {".a.b", REPEAT("{\"a\":{\"x\":0,\"b\":\"2026-11-23T09:15:02Z\"},\"time\":1}"),
         LOGSORT_JSON, 0},
        {".a[\"b.c\"]", REPEAT("{\"a\":{\"b.c\":\"2026-11-23T09:15:02Z\"}}"), LOGSORT_JSON, 0},
        {".a[1]", REPEAT("{\"a\":[5,\"2026-11-23T09:15:02Z\"]}"), LOGSORT_JSON, 0},
        {"when", REPEAT("{\"when\":\"2026\\/11\\/23 09:15:02\"}"), LOGSORT_JSON, 0},
        {"when", "id;when\n1;2026-11-23 09:15:02\n2;2026-11-23 09:15:02\n", LOGSORT_CSV, 1},
        {"2", "1\t2026-11-23 09:15:02\n2\t2026-11-23 09:15:02\n", LOGSORT_CSV, 1},
        {"3", "a,b,c\n\"x,y\",1,\"2026-11-23 09:15:02\"\n", LOGSORT_CSV, 2},
    };
    static const struct {
        const char *key, *text;
    } bad[] = {{".a.c", REPEAT("{\"a\":{\"b\":\"2026-11-23T09:15:02Z\"}}")},
               {"9", "a,2026-11-23 09:15:02\n"},
               {"when", "id,then\n1,2026-11-23 09:15:02\n"},
               {".a..b", REPEAT("{\"a\":1}")},
               {".a[", REPEAT("{\"a\":1}")},
               {".1.2.3.4.5.6.7.8.9", REPEAT("{\"a\":1}")}};
    struct logsort_hints h = hints();
    struct logsort_format f;
    struct sb_error e;
    for (size_t i = 0; i < SB_LEN(good); i++) {
        h.key = good[i].key;
        unit_require(detect(good[i].text, &h, &f, &e) == 0, "%s: %s", h.key, e.text);
        unit_require(f.shape == good[i].shape && f.column == good[i].column, "%s: %s %zu", h.key,
                     logsort_shape_name(f.shape), f.column);
    }
    for (size_t i = 0; i < SB_LEN(bad); i++) {
        h.key = bad[i].key;
        unit_require(detect(bad[i].text, &h, &f, &e) < 0 && e.hint[0], "%s", h.key);
    }
}
END_TEST

START_TEST(members_of_objects)
{
    static const struct {
        const char *line, *value;
    } cases[] = {
        {"{\"k\":\"v\"}", "v"},
        {" { \"a\" : {\"k\":1}, \"k\" : 2.5 } ", "2.5"},
        {"{\"a\":\"\\\"k\\\":1\",\"k\":\"x\\\"y\"}", "x\\\"y"},
        {"{\"a\":[[{\"]\":\"}\"}]],\"b\":null,\"k\":3}", "3"},
        {"{\"a\\\\\":1,\"k\":4}", "4"},
        {"{\"k\":null}", NULL},
        {"{\"k\":{}}", NULL},
        {"{\"k\":\"unfinished", NULL},
        {"{\"a\":1", NULL},
        {"{\"a\"", NULL},
        {"{", NULL},
        {"[1]", NULL},
        {"", NULL},
    };
    struct sb_str parts[LOGSORT_KEY_PARTS], value;
    struct sb_error e;
    size_t n = 0;
    ck_assert_int_eq(logsort_key_parse(".k", parts, &n, &e), 0);
    for (size_t i = 0; i < SB_LEN(cases); i++) {
        bool found = logsort_json_find(sb_str(cases[i].line), parts, n, &value);
        unit_require(found == (cases[i].value != NULL) &&
                         (!found || sb_str_is(value, cases[i].value)),
                     "%s", cases[i].line);
    }
}
END_TEST

START_TEST(cells_of_records)
{
    static const struct {
        const char *line;
        size_t column;
        const char *value;
    } cases[] = {
        {"a,b,c", 0, "a"},           {"a,b,c", 2, "c"},     {"a,b,c", 3, NULL},
        {"\"x,y\",b", 0, "x,y"},     {"\"x,y\",b", 1, "b"}, {"\"x\"\"y\",b", 1, "b"},
        {"\"unfinished,b", 0, NULL}, {",,", 2, ""},         {"", 0, ""},
    };
    struct sb_str value;
    for (size_t i = 0; i < SB_LEN(cases); i++) {
        bool found = logsort_csv_cell(sb_str(cases[i].line), ',', cases[i].column, &value);
        unit_require(found == (cases[i].value != NULL) &&
                         (!found || sb_str_is(value, cases[i].value)),
                     "%s %zu", cases[i].line, cases[i].column);
    }
}
END_TEST

UNIT_MAIN("logsort_format", shapes_of_the_wild, no_times, empty_files_are_fine,
          a_long_trace_in_front, day_and_month, keys, members_of_objects, cells_of_records)
