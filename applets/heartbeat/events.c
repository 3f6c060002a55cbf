/* What a flip means in the journal. */
#include "applets/heartbeat/events.h"

#include "applets/heartbeat/evidence.h"
#include "core/base/hash.h"
#include "core/base/utf8.h"

#include <inttypes.h>
#include <stdio.h>

/* The escaped name; one that grows too long by escaping is cut, and told apart by its hash. */
void heartbeat_events_subject(struct sb_buf *b, bool of_zone, struct sb_str name)
{
    if (of_zone)
        sb_buf_puts(b, name.len ? "zone " : "all zones");
    sb_escape(b, name);
    if (b->len > SB_EVENT_TEXT) {
        uint64_t hash = sb_hash_bytes(name.p, name.len, 0);
        b->len = SB_EVENT_TEXT - 32;
        while (b->len && ((unsigned char)b->data[b->len] & 0xc0) == 0x80)
            b->len--; /* not in the middle of a character */
        sb_buf_printf(b, "...#%016" PRIx64, hash);
    }
}

static void put_subject(struct sb_buf *b, const struct heartbeat_flip *flip)
{
    if (flip->what == HEARTBEAT_FLIP_MASS_BEGIN || flip->what == HEARTBEAT_FLIP_MASS_END)
        heartbeat_events_subject(
            b, true, (struct sb_str){flip->zone, strnlen(flip->zone, sizeof flip->zone)});
    else
        heartbeat_events_subject(b, false, (struct sb_str){flip->id, flip->id_len});
}

static void put_data(struct sb_buf *b, const struct heartbeat_flip *flip)
{
    struct sb_json_writer w;
    sb_json_writer_init(&w, b, 0);
    heartbeat_flip_json(&w, flip);
}

static struct sb_event *add(struct heartbeat_events *ev, const struct heartbeat_flip *flip,
                            enum sb_event_kind kind, int64_t at, const char *incident)
{
    struct sb_event *event = &ev->events[ev->n];
    char *key = ev->keys[ev->n++];
    snprintf(key, sizeof ev->keys[0], "%" PRIu64 ":%s", flip->number, sb_event_kind_name(kind));
    *event = (struct sb_event){.at = at,
                               .kind = kind,
                               .subject = {ev->subject.data, ev->subject.len},
                               .incident = sb_str(incident),
                               .source = SB_STR("heartbeat"),
                               .key = sb_str(key)};
    return event;
}

/* When it began to hurt: somewhere between the last sign of life and the moment the next was due; of a
 * job that did not come, when it should have; of one that says so itself, now. */
static void add_impact(struct heartbeat_events *ev, const struct heartbeat_flip *flip,
                       const char *incident)
{
    const struct heartbeat_evidence *e = &flip->evidence;
    int64_t at = e->received_wall, precision = e->interval;
    if (e->rule == HEARTBEAT_RULE_TOLD) {
        at = flip->at_wall;
        precision = 0;
    } else if (e->expected_wall) {
        at = e->expected_wall;
        precision = 0;
    }
    if (at == 0)
        return; /* never heard: nobody knows */
    if (at > flip->at_wall)
        at = flip->at_wall; /* the clock was set back meanwhile */
    struct sb_event *event = add(ev, flip, SB_EVENT_IMPACT_START, at, incident);
    event->precision = SB_MAX(0, SB_MIN(precision, flip->at_wall - at));
}

static void add_node(struct heartbeat_events *ev, const struct heartbeat_flip *flip,
                     const char *incident, bool covered)
{
    int64_t at = flip->at_wall;
    if (flip->to == HEARTBEAT_DOWN) {
        if (!covered)
            add_impact(ev, flip, incident);
        add(ev, flip, SB_EVENT_BEAT_LOST, at, incident);
        if (!covered)
            add(ev, flip, SB_EVENT_DETECTED, at, incident);
    } else if (flip->to == HEARTBEAT_LEFT) {
        add(ev, flip, SB_EVENT_NODE_LEFT, at, incident);
    } else if (flip->to == HEARTBEAT_PAUSED) {
        add(ev, flip, SB_EVENT_PAUSED, at, incident);
    } else if (flip->from == HEARTBEAT_DOWN && flip->to == HEARTBEAT_UP) {
        add(ev, flip, SB_EVENT_BEAT_BACK, at, incident);
        if (!covered)
            add(ev, flip, SB_EVENT_RESTORED, at, incident);
    }
}

void heartbeat_events_make(const struct heartbeat_flip *flip, const char *incident, bool covered,
                           struct heartbeat_events *ret)
{
    struct heartbeat_events *ev = ret;
    *ev =
        (struct heartbeat_events){.subject = SB_BUF_INIT(8192), .data = SB_BUF_INIT(SB_EVENT_DATA)};
    put_subject(&ev->subject, flip);
    put_data(&ev->data, flip);
    switch (flip->what) {
    case HEARTBEAT_FLIP_NODE: add_node(ev, flip, incident, covered); break;
    case HEARTBEAT_FLIP_MASS_BEGIN:
        add(ev, flip, SB_EVENT_DETECTED, flip->at_wall, incident);
        break;
    case HEARTBEAT_FLIP_MASS_END: add(ev, flip, SB_EVENT_RESTORED, flip->at_wall, incident); break;
    case HEARTBEAT_FLIP_NOTE: add(ev, flip, SB_EVENT_NOTE, flip->at_wall, incident); break;
    case HEARTBEAT_FLIP_RELEASE:
    case HEARTBEAT_WHAT_COUNT:
    default: break;
    }
    if (ev->n == 0)
        return;
    bool later = ev->events[0].kind == SB_EVENT_IMPACT_START; /* the evidence is of what was seen */
    ev->events[later].data = (struct sb_str){ev->data.data, ev->data.len};
}

void heartbeat_events_done(struct heartbeat_events *ev)
{
    sb_buf_done(&ev->subject);
    sb_buf_done(&ev->data);
}
