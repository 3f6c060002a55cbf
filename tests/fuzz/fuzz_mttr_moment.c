/* Times as people type them: what is taken is in [1970, now], prints to what reads back as the same second,
 * and what is refused says why, and what would be right. The first byte chooses the zone. */
#include "applets/mttr/moment.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool ok)
{
    if (!ok)
        abort();
}

static void check(const struct mttr_moment *m, const struct sb_zone *zone, int64_t now)
{
    struct sb_buf b SB_CLEANUP(sb_buf_done) = SB_BUF_INIT(256);
    struct mttr_moment again;
    struct sb_error e;
    require(m->at >= 0 && m->precision >= 0 && strlen(m->reading) < sizeof m->reading);
    sb_time_print(&b, m->at);
    require(mttr_moment_read((struct sb_str){b.data, b.len}, zone, INT64_MAX, false, &again, &e) ==
            0);
    require(again.at == m->at);
    sb_buf_reset(&b);
    mttr_moment_print(&b, zone, m->at);
    require(!sb_buf_check(&b, "time", &e));
    sb_buf_reset(&b);
    mttr_span_print(&b, m->at - now);
    require(b.len > 0 && !sb_buf_check(&b, "span", &e));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const zones[] = {"UTC", "CET-1CEST,M3.5.0,M10.5.0/3", "-11:00", "+13:00",
                                        "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0"};
    const int64_t now =
        INT64_C(1793030400) * SB_NS_PER_S; /* an hour after a change in the second */
    struct sb_zone *zone = NULL;
    struct mttr_moment m;
    struct sb_error e;
    if (!size)
        return 0;
    setenv("TZDIR", "/nonexistent", 1);
    require(mttr_zone(zones[data[0] % SB_LEN(zones)], &zone, &e) == 0);
    const struct sb_str text = {(const char *)data + 1, size - 1};
    for (int future = 0; future < 2; future++) {
        const int code = mttr_moment_read(text, zone, now, future, &m, &e);
        require(code == 0 || (code == -SB_EINPUT && e.text[0] && e.hint[0]));
        if (code == 0) {
            require(future || m.at <= now);
            check(&m, zone, now);
        }
    }
    sb_zone_free(zone);
    return 0;
}
