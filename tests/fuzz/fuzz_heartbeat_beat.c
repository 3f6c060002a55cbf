/* The whole way of a beat: JSON, datagrams, ping paths and Alertmanager's webhook into one detector. The
 * first byte chooses. What a reader lets through keeps the promises of beat.h; a datagram that was read
 * is written and read again, equal; the detector takes whatever there is. */
#include "applets/heartbeat/alertmanager.h"
#include "applets/heartbeat/beat_json.h"
#include "applets/heartbeat/beat_udp.h"
#include "applets/heartbeat/detector.h"
#include "applets/heartbeat/ping.h"
#include "core/base/utf8.h"
#include "core/net/target.h"

#include <math.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct heartbeat_scratch scratch;
static struct heartbeat_detector *detector;
static struct heartbeat_policy *policy;
static struct heartbeat_ping *ping;
static int64_t clock_ns = 1000000000;

static void require(bool ok)
{
    if (!ok)
        abort();
}

static void no_flip(void *ctx, const struct heartbeat_flip *flip)
{
    (void)ctx;
    require(flip != NULL);
}

static void set_up(void)
{
    static const char text[] =
        "ping:\n  checks:\n    - {uuid: 8f3a1b2c-0000-4000-8000-000000000001, id: a}\n"
        "    - {slug: one, id: b}\n    - {slug: two, id: c}\n    - {slug: two, id: d}\n";
    const struct heartbeat_detector_options options = {.max_nodes = 1000};
    const struct heartbeat_now now = {.mono = clock_ns, .wall = clock_ns};
    struct sb_error e;
    require(heartbeat_policy_load_text("p", text, sizeof text - 1, &policy, &e) == 0);
    require(heartbeat_ping_new(policy, &ping, &e) == 0);
    detector =
        heartbeat_detector_new(policy, &options, (struct heartbeat_listener){no_flip, NULL}, &now);
}

static void judge(struct heartbeat_beat *b)
{
    require(b->id.len >= 1 && b->id.len <= HEARTBEAT_ID_MAX);
    require(b->zone.len <= HEARTBEAT_ZONE_MAX && b->boot_id.len <= HEARTBEAT_BOOT_MAX);
    require(b->run_id.len <= HEARTBEAT_RUN_MAX && b->n_metrics <= HEARTBEAT_METRICS_MAX);
    for (size_t i = 0; i < b->n_metrics; i++)
        require(isfinite(b->metrics[i].value) && b->metrics[i].name.len <= HEARTBEAT_METRIC_MAX);
    clock_ns += 1000000;
    b->received = b->received_wall = clock_ns;
    b->create = true;
    b->peer = SB_STR("fuzz");
    heartbeat_detector_beat(detector, b);
    const struct heartbeat_now now = {.mono = clock_ns, .wall = clock_ns};
    heartbeat_detector_tick(detector, &now, 10);
}

static struct heartbeat_beat nothing(enum heartbeat_source source)
{
    const struct sb_str none = SB_STR("");
    return (struct heartbeat_beat){.source = source,
                                   .zone = none,
                                   .boot_id = none,
                                   .run_id = none,
                                   .body = none,
                                   .sent = HEARTBEAT_NO_TIME};
}

static void check_json(struct sb_str s, bool goodbye)
{
    struct heartbeat_beat b = nothing(HEARTBEAT_BY_HTTP);
    struct sb_error e;
    if (heartbeat_json_read(s, goodbye, &scratch, &b, &e) < 0)
        return;
    require(sb_utf8_valid(b.id.p, b.id.len) == b.id.len && scratch.used <= s.len);
    judge(&b);
}

static void check_datagram(const unsigned char *p, size_t len)
{
    unsigned char out[HEARTBEAT_UDP_MAX];
    struct heartbeat_beat b = nothing(HEARTBEAT_BY_UDP), again = b;
    struct sb_error e;
    size_t n;
    if (heartbeat_udp_read(p, len, NULL, 0, &b) != HEARTBEAT_UDP_OK)
        return;
    require(heartbeat_udp_write(&b, NULL, out, &n, &e) == 0);
    require(heartbeat_udp_read(out, n, NULL, 0, &again) == HEARTBEAT_UDP_OK);
    require(sb_str_eq(b.id, again.id) && sb_str_eq(b.body, again.body) && b.seq == again.seq &&
            b.sent == again.sent && b.n_metrics == again.n_metrics);
    judge(&b);
}

static void check_path(struct sb_str s)
{
    static const char *const patterns[] = {"/{a}", "/{a}/{b}", "/{a}/{b}/{c}"};
    struct sb_target target;
    char lower[36];
    if (!sb_target_split(s, &target))
        return;
    for (size_t i = 0; i < SB_LEN(patterns); i++) {
        struct sb_pattern pattern;
        struct sb_str params[SB_PATTERN_PARAMS] = {{NULL, 0}};
        struct heartbeat_beat b = nothing(HEARTBEAT_BY_PING);
        require(sb_pattern_parse(patterns[i], &pattern));
        if (!sb_pattern_match(&pattern, target.path, params))
            continue;
        struct heartbeat_ping_path path = {.open = s.len % 2, .hosted = s.len % 3 == 0};
        memcpy(path.segments, params, sizeof path.segments);
        if (heartbeat_ping_read(ping, &path, lower, &b) < HEARTBEAT_PING_NOT_FOUND)
            judge(&b);
    }
}

static void give(void *ctx, struct heartbeat_beat *b)
{
    (void)ctx;
    judge(b);
}

static void check_alerts(struct sb_str s)
{
    const struct heartbeat_alert_options options = {SB_STR(""), SB_STR("")};
    struct heartbeat_beat b = nothing(HEARTBEAT_BY_ALERTMANAGER);
    struct sb_error e;
    heartbeat_alertmanager_read(s, &options, &b, give, NULL, &e);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!detector)
        set_up();
    if (!size)
        return 0;
    unsigned char *copy = malloc(size); /* exactly as long as it is: ASan sees a byte too far */
    require(copy);
    memcpy(copy, data + 1, size - 1);
    struct sb_str s = {(char *)copy, size - 1};
    switch (data[0] % 5) {
    case 0: check_json(s, false); break;
    case 1: check_json(s, true); break;
    case 2: check_datagram(copy, size - 1); break;
    case 3: check_path(s); break;
    default: check_alerts(s);
    }
    free(copy);
    return 0;
}
