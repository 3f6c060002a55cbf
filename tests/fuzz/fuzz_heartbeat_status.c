/* `heartbeat status` given any bytes as a monitor's answer: it is read or refused, and what is shown of it
 * brings no control character to a terminal, whatever the names are. A first line "2" makes two pages of it. */
#include "applets/heartbeat/status.h"
#include "core/base/utf8.h"
#include "core/doc/json.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool ok)
{
    if (!ok)
        abort();
}

static void check_text(const struct heartbeat_view *v, size_t width)
{
    struct sb_buf out = SB_BUF_INIT(1 << 24);
    heartbeat_view_text(v, width, &out);
    require(sb_utf8_valid(out.data, out.len) == out.len);
    for (size_t i = 0; i < out.len; i++) {
        unsigned char c = (unsigned char)out.data[i];
        require(c == '\n' || (c >= ' ' && c != 0x7f));
        require(c != 0xc2 || (unsigned char)out.data[i + 1] >= 0xa0); /* C1 controls */
    }
    sb_buf_done(&out);
}

static void check_json(const struct heartbeat_view *v)
{
    struct sb_buf out = SB_BUF_INIT(1 << 24);
    struct sb_doc_pool *pool = sb_doc_pool_new();
    struct sb_doc_node *root = NULL;
    struct sb_doc_text text;
    struct sb_error e;
    heartbeat_view_json(v, &out);
    require(sb_doc_text_copy(pool, "status", out.data, out.len, &text, &e) == 0);
    require(sb_json_read(pool, &text, NULL, &root, &e) == 0);
    sb_doc_pool_free(pool);
    sb_buf_done(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct heartbeat_view v = {.now = 0};
    struct sb_str text = {(const char *)data, size};
    struct sb_buf csv = SB_BUF_INIT(1 << 24);
    struct sb_error e;
    uint32_t next = 0;
    size_t total = 0;
    int pages = 1, r = 0;
    if (size == 0 || size > 60000)
        return 0;
    if (sb_str_starts(text, SB_STR("2\n"))) {
        pages = 2;
        text = (struct sb_str){text.p + 2, text.len - 2};
    }
    for (int i = 0; r == 0 && i < pages; i++)
        r = heartbeat_view_page(&v, text, &next, &e);
    require(r == 0 || e.text[0]);
    if (r == 0) {
        heartbeat_view_sort(&v);
        for (size_t i = 0; i < HEARTBEAT_STATE_COUNT; i++)
            total += v.states[i];
        require(total == v.rows.len);
        check_text(&v, 80);
        check_text(&v, 20);
        check_json(&v);
        heartbeat_view_csv(&v, &csv);
        require(csv.len > 0 && !csv.failed);
    }
    sb_buf_done(&csv);
    heartbeat_view_done(&v);
    return 0;
}
