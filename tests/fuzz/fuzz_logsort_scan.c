/* logsort's detection and scanner. The first byte says how bytes are cut and what the user said; the rest
 * is a file. However it is cut, the records are the same, and none of its bytes is lost. */
#include "applets/logsort/format.h"
#include "applets/logsort/scan.h"

#include "core/base/buf.h"
#include "core/base/mem.h"

#include <stdlib.h>

enum { MOST = 4096 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool ok)
{
    if (!ok)
        abort();
}

static size_t scan_whole(const struct logsort_scanner *start, struct sb_str text,
                         struct logsort_record *ret)
{
    struct logsort_scanner s = *start;
    size_t used = 0, n = logsort_scan(&s, text.p, text.len, true, ret, MOST, &used);
    require(n == MOST || used == text.len);
    return n;
}

static void scan_cut(const struct logsort_scanner *start, struct sb_str text, size_t step,
                     const struct logsort_record *wanted, size_t n_wanted)
{
    struct logsort_scanner s = *start;
    struct logsort_record records[3];
    size_t from = 0, given = 0, n = 0, got;
    bool is_last;
    do {
        size_t used = 0;
        is_last = given == text.len;
        got = logsort_scan(&s, text.p + from, given - from, is_last, records, 3, &used);
        require(got <= 3 && used <= given - from && n + got <= n_wanted);
        for (size_t i = 0; i < got; i++, n++) {
            require(records[i].at == wanted[n].at && records[i].offset == wanted[n].offset &&
                    records[i].length == wanted[n].length && records[i].flags == wanted[n].flags);
        }
        from += used;
        if (got == 0 && used == 0) {
            require(!is_last || from == text.len);
            given += SB_MIN(step, text.len - given);
        }
    } while (!is_last || from < text.len || got == 3);
    require(n == n_wanted);
}

static void require_all(const struct logsort_record *r, size_t n, size_t size)
{
    uint64_t at = 0;
    for (size_t i = 0; i < n; i++) {
        require(r[i].offset == at);
        at += r[i].length;
    }
    require(n == MOST || at == size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct logsort_record records[MOST];
    if (size == 0)
        return 0;
    struct sb_str text = {(const char *)data + 1, size - 1};
    struct logsort_hints hints = {.day_first = data[0] & 0x80};
    struct logsort_format format;
    struct logsort_scanner s;
    struct sb_error e;
    sb_stamp_rules_init(&hints.rules);
    hints.rules.latest = INT64_C(1795425302) * SB_NS_PER_S;
    hints.key = (data[0] & 0x60) == 0x60 ? ".a[0].b" : (data[0] & 0x60) == 0x40 ? "2" : NULL;
    if (logsort_format_detect(text, true, "x", &hints, &format, &e) < 0)
        return 0;
    struct sb_buf shown = SB_BUF_INIT(4096);
    logsort_format_print(&format, &shown);
    sb_buf_done(&shown);
    enum logsort_orphans orphans = (enum logsort_orphans)((data[0] & 0x18) >> 3) % 3;
    logsort_scanner_init(&s, &format, 1, orphans);
    if (data[0] & 1)
        s.line_most = 24;
    size_t n = scan_whole(&s, text, records);
    if (orphans != LOGSORT_ORPHANS_DROP)
        require_all(records, n, text.len);
    if (n < MOST)
        scan_cut(&s, text, 1 + (data[0] & 7), records, n);
    return 0;
}
