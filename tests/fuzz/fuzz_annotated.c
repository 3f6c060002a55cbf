/* Notes in glyphs: every line keeps its code points, what is left was there before, and a second strip
 * finds nothing. */
#include "applets/drift/annotated.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool ok)
{
    if (!ok)
        abort();
}

static size_t points(const char *p, size_t len)
{
    size_t n = 0;
    for (size_t i = 0; i < len; i++)
        n += ((unsigned char)p[i] & 0xC0u) != 0x80u;
    return n;
}

/* One line before and after: the same but for one run of blanks, and as many code points. */
static void check_line(const char *in, size_t len, const char *out, size_t out_len)
{
    size_t head = 0, tail = 0;
    must(points(in, len) == points(out, out_len));
    while (head < len && head < out_len && in[head] == out[head])
        head++;
    while (tail + head < len && tail + head < out_len &&
           in[len - 1 - tail] == out[out_len - 1 - tail])
        tail++;
    for (size_t i = head; i + tail < out_len; i++)
        must(out[i] == ' ');
}

static size_t line_len(const char *p, size_t len)
{
    const char *nl = len ? memchr(p, '\n', len) : NULL;
    return nl ? (size_t)(nl - p) + 1 : len;
}

static void compare_texts(const char *in, size_t len, const char *out, size_t out_len)
{
    while (len || out_len) {
        size_t n = line_len(in, len), m = line_len(out, out_len);
        check_line(in, n, out, m);
        in += n;
        len -= n;
        out += m;
        out_len -= m;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sb_buf once = SB_BUF_INIT(size + 1), twice = SB_BUF_INIT(size + 1);
    size_t notes = 0, again = 0;
    const char *text = (const char *)data;
    if (size == 0)
        return 0;
    must(drift_annotated_strip(text, size, &once, &notes));
    must(once.len <= size && (notes != 0 || once.len == size));
    compare_texts(text, size, once.data, once.len);
    must(drift_annotated_strip(once.data, once.len, &twice, &again));
    must(again == 0 && twice.len == once.len);
    sb_buf_done(&once);
    sb_buf_done(&twice);
    return 0;
}
