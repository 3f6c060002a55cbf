/* A trace of heartbeat, line by line, and what a policy makes of it. */
#include "applets/heartbeat/replay.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool ok)
{
    if (!ok)
        abort();
}

/* What cannot be, whatever the trace. */
static void check(const struct heartbeat_replay_result *r)
{
    require(r->false_alarms + r->detection.len == r->alarms);
    require(isfinite(r->node_days) && r->node_days >= 0);
    for (size_t i = 0; i < r->detection.len; i++)
        require(isfinite(r->detection.items[i]));
    for (size_t i = 1; i < r->flips.len; i++)
        require(r->flips.items[i - 1].number < r->flips.items[i].number);
}

static void play(struct heartbeat_replay *r, const char *p, size_t size)
{
    int64_t last = 0, began = 0;
    uint32_t number = 0;
    struct sb_error e = {0};
    int code = 0;
    for (const char *end = p + size; code >= 0 && p < end;) {
        const char *stop = memchr(p, '\n', (size_t)(end - p));
        size_t len = (size_t)((stop ? stop : end) - p);
        struct heartbeat_trace_line line;
        struct json_t *json = NULL;
        code = heartbeat_trace_parse((struct sb_str){p, len}, "fuzz", ++number, &last, &began,
                                     &line, &json, &e);
        if (code == 1) {
            heartbeat_replay_line(r, &line, began);
            heartbeat_trace_line_done(json);
        }
        p += len + 1;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char yaml[] =
        "{rise: 2, fall: 2, phi: {window: 12, judge: true}, mass: {least: 2}}";
    const struct heartbeat_replay_options options = {.blip = INT64_C(600000000000),
                                                     .keep_flips = true};
    struct heartbeat_policy *p = NULL;
    struct sb_error e = {0};
    if (size > 20000)
        return 0;
    require(heartbeat_policy_load_text("p", yaml, sizeof yaml - 1, &p, &e) == 0);
    struct heartbeat_replay *r = heartbeat_replay_new(p, &options);
    play(r, (const char *)data, size);
    check(heartbeat_replay_end(r));
    heartbeat_replay_free(r);
    heartbeat_policy_free(p);
    return 0;
}
