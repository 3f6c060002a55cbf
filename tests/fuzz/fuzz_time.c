/* The small parsers: times, durations, numbers, quantities, globs, text. The first byte chooses; what
 * is read must be printed and read back equal. */
#include "core/base/time.h"
#include "core/base/utf8.h"
#include "core/doc/number.h"

#include <math.h>
#include <stdlib.h>

enum { MAX_OUTPUT = 1 << 20 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool ok)
{
    if (!ok)
        abort();
}

static void check_time(struct sb_str s)
{
    struct sb_buf b = SB_BUF_INIT(MAX_OUTPUT);
    struct sb_error e;
    int64_t ns, back;
    if (sb_time_parse(s, &ns, &e) == 0) {
        sb_time_print(&b, ns);
        require(sb_time_parse((struct sb_str){b.data, b.len}, &back, &e) == 0 && back == ns);
    }
    sb_buf_done(&b);
}

static void check_duration(struct sb_str s)
{
    struct sb_buf b = SB_BUF_INIT(MAX_OUTPUT);
    struct sb_error e;
    int64_t ns, back;
    if (sb_duration_parse(s, true, &ns, &e) == 0) {
        sb_duration_print(&b, ns);
        require(sb_duration_parse((struct sb_str){b.data, b.len}, true, &back, &e) == 0);
        require(back == ns);
    }
    sb_buf_done(&b);
}

/* Two numbers with a blank between them. */
static void check_number(struct sb_str s)
{
    const char *blank = s.len ? memchr(s.p, ' ', s.len) : NULL;
    struct sb_str first = {s.p, blank ? (size_t)(blank - s.p) : s.len};
    struct sb_str second = blank ? (struct sb_str){blank + 1, s.len - first.len - 1} : first;
    struct sb_number a, b;
    int64_t x, y;
    if (!sb_number_parse(first, &a) || !sb_number_parse(second, &b))
        return;
    int order = sb_number_cmp(&a, &b);
    double p = sb_number_to_double(&a), q = sb_number_to_double(&b);
    require(sb_number_cmp(&b, &a) == -order && sb_number_cmp(&a, &a) == 0);
    require(order != 0 || sb_number_hash(&a, 1) == sb_number_hash(&b, 1));
    require(order > 0 ? p >= q : p <= q);
    if (sb_number_to_int64(&a, &x) && sb_number_to_int64(&b, &y))
        require((x > y) - (x < y) == order);
}

static void check_quantity(struct sb_str s)
{
    struct sb_quantity q;
    if (sb_quantity_parse(s, &q)) {
        require(q.units >= 0 && q.nanos < 1000000000 && sb_quantity_cmp(&q, &q) == 0);
        require(!q.negative || q.units || q.nanos);
    }
}

/* Separator, pattern, NUL, text. */
static void check_glob(struct sb_str s)
{
    const char *nul = s.len > 1 ? memchr(s.p + 1, '\0', s.len - 1) : NULL;
    if (!nul)
        return;
    struct sb_str pattern = {s.p + 1, (size_t)(nul - s.p) - 1};
    struct sb_str text = {nul + 1, s.len - pattern.len - 2};
    char sep = s.p[0] == '/' ? '/' : '\0';
    if (sb_str_glob(pattern, text, '/'))
        require(sb_str_glob(pattern, text, '\0'));
    (void)sb_str_glob(pattern, text, sep);
}

static void check_escapes(struct sb_str s)
{
    static void (*const formats[])(struct sb_buf *, struct sb_str) = {
        sb_escape, sb_escape_name, sb_escape_json, sb_escape_html};
    for (size_t i = 0; i < SB_LEN(formats); i++) {
        struct sb_buf b = SB_BUF_INIT(MAX_OUTPUT);
        formats[i](&b, s);
        for (size_t at = 0; at < b.len && !b.failed;) {
            uint32_t code = 0;
            size_t step = sb_utf8_decode(b.data + at, b.len - at, &code);
            require(step > 0 && !sb_utf8_hostile(code));
            at += step;
        }
        sb_buf_done(&b);
    }
    (void)sb_text_width(s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    struct sb_str s = {(const char *)data + 1, size - 1};
    switch (data[0]) {
    case 't': check_time(s); break;
    case 'd': check_duration(s); break;
    case 'n': check_number(s); break;
    case 'q': check_quantity(s); break;
    case 'g': check_glob(s); break;
    default: check_escapes(s); break;
    }
    return 0;
}
