/* Time zones: the first byte chooses a TZif file ('f') or a name (anything else). Of what is accepted,
 * changes must ascend and local times must lead back. */
#include "core/base/zone.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool ok)
{
    if (!ok)
        abort();
}

static void check_instant(const struct sb_zone *z, int64_t ns)
{
    struct sb_civil c;
    struct sb_zone_local at;
    sb_zone_civil(z, ns, &c);
    if (c.year < 1678 || c.year > 2261)
        return;
    sb_zone_local(z, &c, &at);
    require(at.fit == SB_ZONE_UNIQUE || at.fit == SB_ZONE_OVERLAP);
    require(at.first <= ns && ns <= at.last);
    require(at.fit == SB_ZONE_OVERLAP ? at.first < at.change && at.change <= at.last
                                      : at.first == at.last);
}

static void check_zone(const struct sb_zone *z)
{
    struct sb_buf b = SB_BUF_INIT(64);
    int64_t at = INT64_MIN, next;
    check_instant(z, at);
    check_instant(z, INT64_MAX);
    for (int i = 0; i < 200 && sb_zone_next_change(z, at, &next); i++, at = next) {
        require(next > at);
        check_instant(z, next - 1);
        check_instant(z, next);
        check_instant(z, next + 1800 * SB_NS_PER_S);
        /* What a clock says in the middle of a gap must not be refused. */
        struct sb_zone_local local;
        struct sb_civil c;
        sb_civil_from(next, sb_zone_offset(z, next - 1, NULL, NULL), &c);
        sb_zone_local(z, &c, &local);
        require(local.first <= local.last);
        sb_zone_print(z, next, &b);
        sb_buf_reset(&b);
    }
    sb_buf_done(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sb_zone *z = NULL;
    struct sb_error e;
    if (size == 0)
        return 0;
    setenv("TZDIR", "/nonexistent", 1);
    struct sb_str rest = {(const char *)data + 1, size - 1};
    int rc = data[0] == 'f' ? sb_zone_read(rest, "fuzz", &z, &e) : sb_zone_load(rest, &z, &e);
    require(rc == 0 || (rc == -(int)e.code && e.hint[0]));
    if (rc == 0)
        check_zone(z);
    sb_zone_free(z);
    return 0;
}
