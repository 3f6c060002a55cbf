/* Flips in the journal: what they say about incidents, in the words that every applet shares (core/store/
 * journal.h). The journal's source is "heartbeat"; keys are made of the flip's number, so that doing it
 * again adds nothing.
 *
 *     down        beat_lost; and, unless a mass silence speaks for it: impact_start, detected
 *     down -> up  beat_back; and, unless one spoke for it: restored
 *     left        node_left        paused      paused
 *     mass-begin  detected         mass-end    restored    (subject: the zone)
 *     note        note
 *
 * That people are told comes after quiet times and dependencies, and is an event of its own: alerted,
 * re_alerted when they are reminded, note of flapping and failing.
 *
 * impact_start is the last beat seen, and its precision reaches to when the next was due. */
#ifndef HEARTBEAT_EVENTS_H
#define HEARTBEAT_EVENTS_H

#include "applets/heartbeat/flip.h"
#include "core/store/journal.h"

enum {
    HEARTBEAT_EVENTS_MOST = 3, /* of one flip */
    HEARTBEAT_INCIDENT_MAX = 64,
};

/* Events of one flip, with the bytes that they borrow. */
struct heartbeat_events {
    struct sb_event events[HEARTBEAT_EVENTS_MOST];
    size_t n;
    char keys[HEARTBEAT_EVENTS_MOST][48];
    struct sb_buf subject, data;
};

/* incident: of which the flip is a part; covered: a mass silence speaks for it. */
void heartbeat_events_make(const struct heartbeat_flip *flip, const char *incident, bool covered,
                           struct heartbeat_events *ret);
/* What the journal calls that which the flip, or notice, is about: the escaped name of the node, or its
 * zone. At most SB_EVENT_TEXT bytes; different names differ. */
void heartbeat_events_subject(struct sb_buf *b, bool of_zone, struct sb_str name);
void heartbeat_events_done(struct heartbeat_events *ev);

#endif
