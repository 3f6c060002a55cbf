/* Records out of JSON files: lists, lines, envelopes, what is cut off; in windows of every size. */
#include "core/base/buf.h"
#include "core/doc/json_stream.h"
#include "tests/unit/unit.h"

#include <unistd.h>

static const char *const lists[] = {"incidents", "data", NULL};

/* The records as LINE:COLUMN TEXT, and "!" with the error at the end. */
static void read_all(struct sb_window *w, const char *const *names, size_t cap, struct sb_buf *out)
{
    struct sb_json_stream s;
    struct sb_json_piece piece;
    struct sb_error e = {0};
    int code;
    sb_json_stream_init(&s, w, names, cap);
    while ((code = sb_json_stream_next(&s, &piece, &e)) > 0) {
        sb_buf_printf(out, "%llu:%llu ", (unsigned long long)piece.line,
                      (unsigned long long)piece.column);
        sb_buf_put(out, piece.text.p, piece.text.len);
        sb_buf_putc(out, '\n');
    }
    if (code < 0)
        sb_buf_printf(out, "! %s:%u:%u %s\n", e.file, e.line, e.column, e.text);
}

static void is_with(const char *text, const char *const *names, size_t cap, const char *want)
{
    struct sb_window w;
    size_t len = strlen(text);
    for (size_t size = 0; size < 20; size++) {
        struct sb_buf out = SB_BUF_INIT(1 << 20);
        char path[] = "/tmp/srebox-json-XXXXXX";
        int fd = mkstemp(path);
        unlink(path);
        ck_assert_int_eq((ssize_t)len, write(fd, text, len));
        lseek(fd, 0, SEEK_SET);
        if (size)
            sb_window_fd(&w, "f", fd, size);
        else
            sb_window_bytes(&w, "f", text, len);
        read_all(&w, names, cap, &out);
        unit_require(strcmp(out.data ? out.data : "", want) == 0,
                     "window of %zu: %s\nis read as\n%s\nnot as\n%s", size, text,
                     out.data ? out.data : "", want);
        sb_window_done(&w);
        sb_buf_done(&out);
        close(fd);
    }
}

static void is(const char *text, const char *want)
{
    is_with(text, lists, 0, want);
}

START_TEST(lists_and_lines)
{
    is("[]", "");
    is(" [ 1 , {\"a\":[1,2]},\n\"x,]\\\"\" ]\n", "1:4 1\n1:8 {\"a\":[1,2]}\n2:1 \"x,]\\\"\"\n");
    is("{\"a\":1}\n{\"a\":2}\n\n{\"a\":3}", "1:1 {\"a\":1}\n2:1 {\"a\":2}\n4:1 {\"a\":3}\n");
    is("[{\"a\":1}]\n[{\"a\":2}]", "1:2 {\"a\":1}\n2:2 {\"a\":2}\n");
    is("\xEF\xBB\xBF[{\"\xC3\xA4\":1},2]", "1:2 {\"\xC3\xA4\":1}\n1:10 2\n");
}
END_TEST

START_TEST(envelopes)
{
    is("{\"incidents\":[{\"a\":1},{\"b\":[]}],\"more\":false}",
       "1:15 {\"a\":1}\n1:23 {\"b\":[]}\n");
    is("{\"page\":{\"incidents\":[1]}, \"x\":\"]\", \"data\" : [2]}", "1:47 2\n");
    is("{\"incidents\":{\"a\":1}}", "1:1 {\"incidents\":{\"a\":1}}\n");
    is("{\"other\":[1]}", "1:1 {\"other\":[1]}\n");
    is("{\"incidents\":[]}\n{\"incidents\":[3]}", "2:15 3\n");
    is_with("{\"incidents\":[1]}", NULL, 0, "1:1 {\"incidents\":[1]}\n");
}
END_TEST

START_TEST(refusals)
{
    is("", "! f:1:1 there is nothing in it\n");
    is(" \n ", "! f:2:2 there is nothing in it\n");
    is("id,service\n1,x\n", "! f:1:1 expected a list or an object of JSON\n");
    is("[1,2", "1:2 1\n1:4 2\n! f:1:5 the file ends inside a list or an object\n");
    is("[{\"a\":", "1:2 {\"a\":\n! f:1:7 the file ends inside a list or an object\n");
    is_with("[1,\"aaaaaaaaaaaaaaaa\"]", NULL, 8,
            "1:2 1\n! f:1:4 a record of more than 8 bytes begins here\n");
}
END_TEST

UNIT_MAIN("json_stream", lists_and_lines, envelopes, refusals)
