/* The bodies of beats. */
#include "applets/heartbeat/report.h"

#include "core/base/rand.h"
#include "core/base/time.h"
#include "core/doc/json_write.h"

#include <inttypes.h>
#include <stdio.h>

void heartbeat_boot_id(char ret[HEARTBEAT_BOOT_TEXT])
{
    snprintf(ret, HEARTBEAT_BOOT_TEXT, "%016" PRIx64, sb_rand_u64());
}

static void put_text(struct sb_json_writer *w, const char *key, const char *text)
{
    if (!text)
        return;
    sb_json_key(w, key);
    sb_json_text(w, text);
}

static void put_origin(struct sb_json_writer *w, const struct heartbeat_report *r)
{
    sb_json_key(w, "seq");
    sb_json_int(w, (int64_t)r->seq);
    put_text(w, "boot_id", r->boot_id);
}

void heartbeat_report_put(const struct heartbeat_report *r, int64_t now, struct sb_buf *out)
{
    struct sb_json_writer w;
    sb_json_writer_init(&w, out, 0);
    sb_json_open_map(&w);
    put_text(&w, "server_id", r->id);
    sb_json_key(&w, "timestamp");
    sb_json_int(&w, now / 1000000);
    put_text(&w, "status", r->unhealthy ? "unhealthy" : "alive");
    sb_json_key(&w, "metrics");
    sb_json_open_map(&w);
    for (size_t i = 0; i < r->metrics.len; i++) {
        sb_json_key(&w, r->metrics.items[i].name);
        sb_json_double(&w, r->metrics.items[i].value);
    }
    sb_json_close_map(&w);
    put_origin(&w, r);
    if (r->interval) {
        sb_json_key(&w, "interval_ms");
        sb_json_int(&w, r->interval / 1000000);
    }
    put_text(&w, "zone", r->zone);
    put_text(&w, "reason", r->unhealthy ? r->problem : NULL);
    put_text(&w, "message", r->message[0] ? r->message : NULL);
    sb_json_close_map(&w);
}

void heartbeat_goodbye_put(const struct heartbeat_report *r, const char *reason, struct sb_buf *out)
{
    struct sb_json_writer w;
    sb_json_writer_init(&w, out, 0);
    sb_json_open_map(&w);
    put_text(&w, "server_id", r->id);
    put_text(&w, "reason", reason);
    put_origin(&w, r);
    sb_json_close_map(&w);
}
