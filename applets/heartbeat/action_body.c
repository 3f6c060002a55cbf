/* What happened, and how the receivers of webhooks want to be told. */
#include "applets/heartbeat/action.h"

#include "core/base/hash.h"
#include "core/base/time.h"
#include "core/base/utf8.h"
#include "core/doc/json_write.h"

#include <stdio.h>

/* ---- what happened ---- */

static bool event_of_flip(const struct heartbeat_flip *flip, enum heartbeat_event *ret)
{
    switch (flip->what) {
    case HEARTBEAT_FLIP_RELEASE: *ret = HEARTBEAT_ON_DOWN; return true;
    case HEARTBEAT_FLIP_MASS_BEGIN: *ret = HEARTBEAT_ON_MASS_BEGIN; return true;
    case HEARTBEAT_FLIP_MASS_END: *ret = HEARTBEAT_ON_MASS_END; return true;
    case HEARTBEAT_FLIP_NOTE: *ret = HEARTBEAT_ON_NOTE; return true;
    default: break;
    }
    switch (flip->to) {
    case HEARTBEAT_DOWN: *ret = HEARTBEAT_ON_DOWN; return true;
    case HEARTBEAT_LATE: *ret = HEARTBEAT_ON_LATE; return true;
    case HEARTBEAT_LEFT: *ret = HEARTBEAT_ON_LEFT; return true;
    case HEARTBEAT_UP:
        *ret = HEARTBEAT_ON_UP;
        return flip->from == HEARTBEAT_DOWN || flip->from == HEARTBEAT_LEFT;
    default: return false;
    }
}

static bool event_of(const struct heartbeat_notice *notice, enum heartbeat_event *ret)
{
    static const enum heartbeat_event events[HEARTBEAT_NOTICE_COUNT] = {
        [HEARTBEAT_NOTICE_STILL] = HEARTBEAT_ON_DOWN,
        [HEARTBEAT_NOTICE_REMIND] = HEARTBEAT_ON_REMINDER,
        [HEARTBEAT_NOTICE_FLAPPING] = HEARTBEAT_ON_FLAPPING,
        [HEARTBEAT_NOTICE_CALM] = HEARTBEAT_ON_CALM,
        [HEARTBEAT_NOTICE_FAILING] = HEARTBEAT_ON_FAILING,
        [HEARTBEAT_NOTICE_MENDED] = HEARTBEAT_ON_MENDED};
    if (notice->kind == HEARTBEAT_NOTICE_FLIP)
        return event_of_flip(notice->flip, ret);
    *ret = events[notice->kind];
    return true;
}

static void copy(char *to, size_t size, struct sb_str from)
{
    size_t n = SB_MIN(from.len, size - 1);
    if (n > 0)
        memcpy(to, from.p, n);
    to[n] = '\0';
}

bool heartbeat_happening_of(const struct heartbeat_notice *notice, struct heartbeat_happening *ret)
{
    struct heartbeat_happening h = {.at = notice->at, .since = notice->since};
    const struct heartbeat_flip *flip = notice->flip;
    if (!event_of(notice, &h.event))
        return false;
    bool of_node =
        flip && (flip->what == HEARTBEAT_FLIP_NODE || flip->what == HEARTBEAT_FLIP_RELEASE);
    h.flip = flip ? flip->number : 0;
    h.state = of_node ? heartbeat_state_names[flip->to] : "";
    h.previous = of_node ? heartbeat_state_names[flip->from] : "";
    copy(h.id, sizeof h.id, notice->id);
    copy(h.zone, sizeof h.zone, notice->zone);
    copy(h.text, sizeof h.text, sb_str(notice->text[0] || !flip ? notice->text : flip->text));
    *ret = h;
    return true;
}

static bool among(const struct sb_str *globs, size_t n, const char *text)
{
    for (size_t i = 0; i < n; i++)
        if (sb_str_glob(globs[i], sb_str(text), '\0'))
            return true;
    return n == 0;
}

bool heartbeat_action_matches(const struct heartbeat_action *a, const struct heartbeat_happening *h,
                              bool alert, bool act)
{
    return (a->by_act ? act : alert) && a->on & 1U << h->event && among(a->ids, a->n_ids, h->id) &&
           among(a->zones, a->n_zones, h->zone);
}

/* ---- bodies ---- */

static bool is_good(enum heartbeat_event event)
{
    return event == HEARTBEAT_ON_UP || event == HEARTBEAT_ON_CALM || event == HEARTBEAT_ON_MENDED ||
           event == HEARTBEAT_ON_MASS_END;
}

/* What goes together: the end of something has the name of its beginning. */
static const char *subject_of(enum heartbeat_event event)
{
    switch (event) {
    case HEARTBEAT_ON_FLAPPING:
    case HEARTBEAT_ON_CALM: return "flapping";
    case HEARTBEAT_ON_FAILING:
    case HEARTBEAT_ON_MENDED: return "failing";
    case HEARTBEAT_ON_MASS_BEGIN:
    case HEARTBEAT_ON_MASS_END: return "mass";
    case HEARTBEAT_ON_LATE: return "late";
    case HEARTBEAT_ON_LEFT: return "left";
    case HEARTBEAT_ON_NOTE: return "note";
    default: return "down";
    }
}

static void put_text(struct sb_json_writer *w, const char *key, const char *text)
{
    sb_json_key(w, key);
    sb_json_text(w, text);
}

static void put_time(struct sb_json_writer *w, const char *key, int64_t at)
{
    struct sb_buf b = SB_BUF_INIT(64);
    sb_time_print(&b, at);
    put_text(w, key, b.data);
    sb_buf_done(&b);
}

/* Names one trouble of one node, or of a zone, in at most 255 characters. */
static void make_key(const struct heartbeat_happening *h, char key[64])
{
    struct sb_buf b = SB_BUF_INIT(1024);
    sb_buf_printf(&b, "%s\n%s\n%s", subject_of(h->event), h->zone, h->id);
    uint64_t a = sb_hash_bytes(b.data, b.len, 1), c = sb_hash_bytes(b.data, b.len, 2);
    snprintf(key, 64, "srebox-heartbeat-%016llx%016llx", (unsigned long long)a,
             (unsigned long long)c);
    sb_buf_done(&b);
}

static void put_facts(struct sb_json_writer *w, const struct heartbeat_happening *h)
{
    put_text(w, "event", heartbeat_event_names[h->event]);
    put_text(w, "node", h->id);
    put_text(w, "zone", h->zone);
    put_text(w, "state", h->state);
    put_text(w, "previous", h->previous);
    put_text(w, "reason", h->text);
    put_time(w, "at", h->at);
    if (h->since)
        put_time(w, "since", h->since);
    sb_json_key(w, "flip");
    sb_json_int(w, (int64_t)h->flip);
}

static void put_json(struct sb_json_writer *w, const struct heartbeat_action *a,
                     const struct heartbeat_happening *h)
{
    sb_json_open_map(w);
    put_text(w, "schema", "srebox.heartbeat.action/1");
    put_text(w, "rule", a->name);
    put_facts(w, h);
    sb_json_close_map(w);
}

static void put_labels(struct sb_json_writer *w, const char *key,
                       const struct heartbeat_happening *h)
{
    sb_json_key(w, key);
    sb_json_open_map(w);
    put_text(w, "alertname", "heartbeat");
    put_text(w, "trouble", subject_of(h->event));
    if (h->id[0])
        put_text(w, "node", h->id);
    if (h->zone[0])
        put_text(w, "zone", h->zone);
    sb_json_close_map(w);
}

static void put_annotations(struct sb_json_writer *w, const char *key,
                            const struct heartbeat_happening *h)
{
    sb_json_key(w, key);
    sb_json_open_map(w);
    put_text(w, "summary", h->text);
    put_text(w, "event", heartbeat_event_names[h->event]);
    sb_json_close_map(w);
}

/* Alertmanager's documentation, "webhook_config", version 4. */
static void put_alertmanager(struct sb_json_writer *w, const struct heartbeat_action *a,
                             const struct heartbeat_happening *h)
{
    const char *status = is_good(h->event) ? "resolved" : "firing";
    char key[64];
    make_key(h, key);
    sb_json_open_map(w);
    put_text(w, "version", "4");
    put_text(w, "groupKey", key);
    sb_json_key(w, "truncatedAlerts");
    sb_json_int(w, 0);
    put_text(w, "status", status);
    put_text(w, "receiver", a->name);
    put_labels(w, "groupLabels", h);
    put_labels(w, "commonLabels", h);
    put_annotations(w, "commonAnnotations", h);
    put_text(w, "externalURL", "");
    sb_json_key(w, "alerts");
    sb_json_open_list(w);
    sb_json_open_map(w);
    put_text(w, "status", status);
    put_labels(w, "labels", h);
    put_annotations(w, "annotations", h);
    put_time(w, "startsAt", h->since ? h->since : h->at);
    if (is_good(h->event))
        put_time(w, "endsAt", h->at);
    else
        put_text(w, "endsAt", "0001-01-01T00:00:00Z");
    put_text(w, "generatorURL", "");
    put_text(w, "fingerprint", key + sizeof "srebox-heartbeat-" - 1 + 16);
    sb_json_close_map(w);
    sb_json_close_list(w);
    sb_json_close_map(w);
}

static const char *severity_of(enum heartbeat_event event)
{
    switch (event) {
    case HEARTBEAT_ON_LATE:
    case HEARTBEAT_ON_LEFT:
    case HEARTBEAT_ON_FLAPPING:
    case HEARTBEAT_ON_FAILING: return "warning";
    case HEARTBEAT_ON_NOTE: return "info";
    default: return "critical";
    }
}

/* PagerDuty, "Events API v2": what is resolved needs no payload; a summary has at most 1024 characters. */
static void put_pagerduty(struct sb_json_writer *w, const struct heartbeat_happening *h,
                          const char *routing_key)
{
    char key[64];
    make_key(h, key);
    sb_json_open_map(w);
    put_text(w, "routing_key", routing_key);
    put_text(w, "event_action", is_good(h->event) ? "resolve" : "trigger");
    put_text(w, "dedup_key", key);
    put_text(w, "client", "srebox heartbeat");
    if (!is_good(h->event)) {
        sb_json_key(w, "payload");
        sb_json_open_map(w);
        put_text(w, "summary", h->text[0] ? h->text : heartbeat_event_names[h->event]);
        put_text(w, "source", h->id[0] ? h->id : h->zone[0] ? h->zone : "srebox heartbeat");
        put_text(w, "severity", severity_of(h->event));
        put_time(w, "timestamp", h->at);
        put_text(w, "group", h->zone);
        put_text(w, "class", subject_of(h->event));
        sb_json_key(w, "custom_details");
        sb_json_open_map(w);
        put_facts(w, h);
        sb_json_close_map(w);
        sb_json_close_map(w);
    }
    sb_json_close_map(w);
}

/* Slack, "Formatting text": & < > begin what means something. Controls and ill-formed bytes are escaped. */
static void put_slack(struct sb_json_writer *w, const struct heartbeat_happening *h)
{
    struct sb_buf plain = SB_BUF_INIT(8192), text = SB_BUF_INIT(65536);
    sb_escape(&plain, sb_str(h->text[0] ? h->text : heartbeat_event_names[h->event]));
    sb_buf_puts(&text, is_good(h->event) ? ":large_green_circle: " : ":red_circle: ");
    for (size_t i = 0; i < plain.len; i++)
        switch (plain.data[i]) {
        case '&': sb_buf_puts(&text, "&amp;"); break;
        case '<': sb_buf_puts(&text, "&lt;"); break;
        case '>': sb_buf_puts(&text, "&gt;"); break;
        default: sb_buf_putc(&text, plain.data[i]);
        }
    sb_json_open_map(w);
    put_text(w, "text", text.data);
    sb_json_close_map(w);
    sb_buf_done(&plain);
    sb_buf_done(&text);
}

void heartbeat_action_body(const struct heartbeat_action *a, const struct heartbeat_happening *h,
                           const char *key, struct sb_buf *out)
{
    struct sb_json_writer w;
    sb_json_writer_init(&w, out, 0);
    switch (a->format) {
    case HEARTBEAT_FORMAT_ALERTMANAGER: put_alertmanager(&w, a, h); break;
    case HEARTBEAT_FORMAT_PAGERDUTY: put_pagerduty(&w, h, key); break;
    case HEARTBEAT_FORMAT_SLACK: put_slack(&w, h); break;
    default: put_json(&w, a, h);
    }
}
