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

static bool starts_point(char c)
{
    return ((unsigned char)c & 0xC0u) != 0x80u;
}

/* Walks both texts together: equal bytes, or a blank where a note was. */
static void compare_texts(const char *in, size_t len, const struct sb_buf *out)
{
    size_t i = 0, k = 0;
    while (i < len && k < out->len) {
        if (in[i] == out->data[k]) {
            i++;
            k++;
            continue;
        }
        must(out->data[k] == ' ' && in[i] != '\n');
        k++;
        i++;
        while (i < len && !starts_point(in[i]))
            i++;
    }
    while (i < len && !starts_point(in[i]))
        i++;
    must(i == len && k == out->len);
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
    compare_texts(text, size, &once);
    must(drift_annotated_strip(once.data, once.len, &twice, &again));
    must(again == 0 && twice.len == once.len);
    sb_buf_done(&once);
    sb_buf_done(&twice);
    return 0;
}
