/* The CSV reader under small caps, in windows of a few bytes: what it gives must be inside the window, text,
 * and the same as from one whole window; lines never go back; it ends. */
#include "core/base/buf.h"
#include "core/base/utf8.h"
#include "core/doc/csv.h"

#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

static void read_all(struct sb_window *w, size_t size, struct sb_buf *out)
{
    const struct sb_csv_options options = {.columns = 16, .field = 64, .row = 256};
    struct sb_csv_reader r;
    struct sb_csv_row row;
    struct sb_error e;
    uint64_t line = 0;
    size_t calls = 0;
    int code;
    sb_csv_reader_init(&r, w, &options);
    while ((code = sb_csv_read(&r, &row, &e)) != 0) {
        must(++calls <= size + 2);
        if (code < 0) {
            must(*e.text && e.file[0]);
            sb_buf_printf(out, "!%d\n", code);
            if (!sb_csv_goes_on(&r))
                break;
            continue;
        }
        must(row.n >= 1 && row.n <= 16 && row.line > line);
        line = row.line;
        for (size_t i = 0; i < row.n; i++) {
            struct sb_str f = row.fields[i];
            must(f.len <= 64 && f.p >= w->data && f.p + f.len <= w->data + w->size);
            must(sb_utf8_valid(f.p, f.len) == f.len && !(f.len && memchr(f.p, '\0', f.len)));
            sb_buf_putc(out, '<');
            sb_buf_put(out, f.p, f.len);
        }
        sb_buf_printf(out, ">%llu\n", (unsigned long long)row.line);
    }
    sb_csv_reader_done(&r);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sb_window w;
    struct sb_buf whole = SB_BUF_INIT((size_t)1 << 24), pieces = SB_BUF_INIT((size_t)1 << 24);
    sb_window_bytes(&w, "fuzz", (const char *)data, size);
    read_all(&w, size, &whole);
    sb_window_done(&w);
    int fd = memfd_create("fuzz", 0);
    must(fd >= 0 && write(fd, data, size) == (ssize_t)size && lseek(fd, 0, SEEK_SET) == 0);
    sb_window_fd(&w, "fuzz", fd, 1 + size % 7);
    read_all(&w, size, &pieces);
    sb_window_done(&w);
    close(fd);
    /* A row over the cap may end the reading at other places: the window holds more or less of it. */
    bool refused =
        (whole.data && strstr(whole.data, "!")) || (pieces.data && strstr(pieces.data, "!"));
    must(refused || whole.len == pieces.len);
    if (!refused && whole.data && pieces.data)
        must(memcmp(whole.data, pieces.data, whole.len) == 0);
    sb_buf_done(&whole);
    sb_buf_done(&pieces);
    return 0;
}
