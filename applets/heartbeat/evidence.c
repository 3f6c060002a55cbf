/* Evidence as JSON. */
#include "applets/heartbeat/evidence.h"

#include "core/base/time.h"

#include <math.h>

static void put_seconds(struct sb_json_writer *w, const char *key, int64_t ns)
{
    sb_json_key(w, key);
    sb_json_double(w, (double)ns / (double)SB_NS_PER_S);
}

static void put_count(struct sb_json_writer *w, const char *key, uint64_t n)
{
    sb_json_key(w, key);
    sb_json_int(w, n > INT64_MAX ? INT64_MAX : (int64_t)n);
}

static void put_name(struct sb_json_writer *w, const char *key, const char *name)
{
    sb_json_key(w, key);
    sb_json_text(w, name);
}

/* Raw bytes of hostile origin; nothing where there is nothing. */
static void put_bytes(struct sb_json_writer *w, const char *key, const char *text, size_t size)
{
    size_t len = strnlen(text, size);
    if (len == 0)
        return;
    sb_json_key(w, key);
    sb_json_str(w, (struct sb_str){text, len});
}

void heartbeat_time_json(struct sb_json_writer *w, int64_t wall)
{
    struct sb_buf text = SB_BUF_INIT(64);
    sb_time_print(&text, wall);
    sb_json_text(w, text.data);
    sb_buf_done(&text);
}

static void put_time(struct sb_json_writer *w, const char *key, int64_t wall)
{
    if (wall == 0 || wall == HEARTBEAT_NO_TIME)
        return;
    sb_json_key(w, key);
    heartbeat_time_json(w, wall);
}

static void put_rule(struct sb_json_writer *w, const struct heartbeat_evidence *e)
{
    put_name(w, "rule", heartbeat_rule_names[e->rule]);
    if (e->k)
        put_count(w, "missed", e->k);
    if (e->interval)
        put_seconds(w, "interval", e->interval);
    if (e->allowed) {
        put_seconds(w, "slack", e->slack);
        put_seconds(w, "allowed", e->allowed);
    }
    put_seconds(w, "silence", e->silence);
    put_time(w, "expected", e->expected_wall);
}

static void put_window(struct sb_json_writer *w, const struct heartbeat_evidence *e)
{
    if (isfinite(e->phi)) {
        sb_json_key(w, "phi");
        sb_json_double(w, e->phi);
        sb_json_key(w, "phi_threshold");
        sb_json_double(w, e->phi_threshold);
    }
    if (e->window_len == 0)
        return;
    const double values[] = {e->window_mean, e->window_sd, e->window_min, e->window_max};
    static const char *const keys[] = {"mean_ms", "sd_ms", "min_ms", "max_ms"};
    sb_json_key(w, "window");
    sb_json_open_map(w);
    put_count(w, "intervals", e->window_len);
    for (size_t i = 0; i < SB_LEN(values); i++) {
        sb_json_key(w, keys[i]);
        sb_json_double(w, values[i]);
    }
    sb_json_close_map(w);
}

static void put_last_beat(struct sb_json_writer *w, const struct heartbeat_evidence *e)
{
    if (e->received_wall == 0)
        return;
    put_time(w, "last_beat", e->received_wall);
    put_name(w, "kind", heartbeat_kind_names[e->kind]);
    put_name(w, "source", heartbeat_source_names[e->source]);
    put_time(w, "sent", e->sent_wall);
    if (e->sent_wall != HEARTBEAT_NO_TIME)
        put_seconds(w, "skew", e->skew);
    if (e->has_seq)
        put_count(w, "seq", e->seq);
    if (e->exit_status != INT16_MIN) {
        sb_json_key(w, "exit_status");
        sb_json_int(w, e->exit_status);
    }
    put_bytes(w, "peer", e->peer, sizeof e->peer);
    put_bytes(w, "said", e->said, sizeof e->said);
    put_count(w, "beats", e->beats);
    put_count(w, "duplicates", e->duplicates);
    put_count(w, "stale", e->stale);
    put_count(w, "restarts", e->restarts);
}

static void put_monitor(struct sb_json_writer *w, const struct heartbeat_evidence *e)
{
    sb_json_key(w, "monitor");
    sb_json_open_map(w);
    put_seconds(w, "lag", e->lag);
    put_seconds(w, "lag_worst", e->lag_worst);
    if (e->fresh_wall) {
        put_time(w, "fresh", e->fresh_wall);
        put_name(w, "fresh_why", heartbeat_fresh_names[e->fresh_why]);
        put_seconds(w, "fresh_lost", e->fresh_lost);
    }
    sb_json_close_map(w);
    sb_json_key(w, "zone");
    sb_json_open_map(w);
    put_count(w, "expected", e->zone_expected);
    put_count(w, "silent", e->zone_silent);
    sb_json_close_map(w);
}

void heartbeat_evidence_json(struct sb_json_writer *w, const struct heartbeat_evidence *e)
{
    sb_json_open_map(w);
    put_rule(w, e);
    put_window(w, e);
    put_last_beat(w, e);
    put_monitor(w, e);
    sb_json_close_map(w);
}

/* All but the evidence, whose value is to be written next, and the map to be closed. */
static void open_flip(struct sb_json_writer *w, const struct heartbeat_flip_row *row)
{
    bool node = row->what == HEARTBEAT_FLIP_NODE || row->what == HEARTBEAT_FLIP_RELEASE;
    sb_json_open_map(w);
    put_count(w, "number", row->number);
    put_name(w, "what", heartbeat_what_names[row->what]);
    sb_json_key(w, "at");
    heartbeat_time_json(w, row->at_wall);
    if (node) {
        sb_json_key(w, "id");
        sb_json_str(w, row->id);
        put_name(w, "from", heartbeat_state_names[row->from]);
        put_name(w, "to", heartbeat_state_names[row->to]);
    }
    sb_json_key(w, "zone");
    sb_json_str(w, row->zone);
    sb_json_key(w, "alert");
    sb_json_bool(w, row->alert);
    sb_json_key(w, "act");
    sb_json_bool(w, row->act);
    put_bytes(w, "who", row->who.p, row->who.len);
    put_bytes(w, "text", row->text.p, row->text.len);
    sb_json_key(w, "evidence");
}

void heartbeat_flip_json(struct sb_json_writer *w, const struct heartbeat_flip *flip)
{
    const struct heartbeat_flip_row row = {
        .number = flip->number,
        .what = flip->what,
        .at_wall = flip->at_wall,
        .id = {flip->id, flip->id_len},
        .zone = {flip->zone, strnlen(flip->zone, sizeof flip->zone)},
        .from = flip->from,
        .to = flip->to,
        .alert = flip->alert,
        .act = flip->act,
        .who = {flip->who, strnlen(flip->who, sizeof flip->who)},
        .text = {flip->text, strnlen(flip->text, sizeof flip->text)},
    };
    open_flip(w, &row);
    heartbeat_evidence_json(w, &flip->evidence);
    sb_json_close_map(w);
}

void heartbeat_flip_row_json(struct sb_json_writer *w, const struct heartbeat_flip_row *row)
{
    open_flip(w, row);
    sb_json_before_value(w);
    sb_buf_put(w->out, row->evidence.p, row->evidence.len);
    sb_json_close_map(w);
}
