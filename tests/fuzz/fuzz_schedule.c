/* Cron expressions and calendar events: whatever is accepted has instants that ascend, each of which is
 * found again from just before it, in a zone that changes its clocks. */
#include "applets/heartbeat/schedule.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool ok)
{
    if (!ok)
        abort();
}

static void check(const struct heartbeat_schedule *s)
{
    int64_t at = INT64_C(1774700000) * SB_NS_PER_S, next, again; /* the day before a change */
    for (int i = 0; i < 20 && heartbeat_schedule_next(s, at, &next); i++, at = next) {
        require(next > at);
        require(heartbeat_schedule_next(s, next - 1, &again) && again == next);
        if (i == 1)
            require(heartbeat_schedule_previous(s, next, &again) && again == at);
    }
    require(!heartbeat_schedule_next(s, INT64_MAX, &next));
    heartbeat_schedule_next(s, INT64_MIN, &next);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct heartbeat_schedule *s = NULL;
    struct sb_error e;
    struct sb_str text = {(const char *)data, size};
    struct heartbeat_schedule_spec spec = {.kind = heartbeat_schedule_kind_of(text),
                                           .text = text,
                                           .zone = SB_STR("CET-1CEST,M3.5.0,M10.5.0/3")};
    setenv("TZDIR", "/nonexistent", 1);
    int rc = heartbeat_schedule_new(&spec, &s, &e);
    require(rc == 0 || (rc == -(int)e.code && e.text[0] && e.hint[0]));
    if (rc == 0)
        check(s);
    heartbeat_schedule_free(s);
    return 0;
}
