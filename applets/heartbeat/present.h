/* Nodes as JSON: what the API, `heartbeat status` and the status page show.
 *
 * The status document is stable: {"schema":"srebox.heartbeat/1","nodes":[{"id","state":"up|late|down|left|
 * paused|unknown","last_beat","since","zone","metrics":{},"evidence":{}}]}; members may be added. Instants
 * are RFC 3339 in UTC or null, durations are seconds. */
#ifndef HEARTBEAT_PRESENT_H
#define HEARTBEAT_PRESENT_H

#include "applets/heartbeat/detector.h"
#include "applets/heartbeat/hands.h"
#include "core/doc/json_write.h"

/* Members of an open map. */
void heartbeat_put_time(struct sb_json_writer *w, const char *key, int64_t wall); /* 0: null */
void heartbeat_put_seconds(struct sb_json_writer *w, const char *key, int64_t ns);
void heartbeat_put_str(struct sb_json_writer *w, const char *key, struct sb_str s);

/* What there is to show. */
struct heartbeat_scene {
    struct heartbeat_detector *detector;
    struct heartbeat_notices *notices;          /* NULL: it is not said what is muted */
    const struct heartbeat_hands_status *hands; /* NULL: nor what was done */
    struct heartbeat_now now;
};

/* Members of an open map: "by", "who" and "until" of what mutes, each where there is something to say. */
void heartbeat_put_mute(struct sb_json_writer *w, const struct heartbeat_muted *muted);

/* Values. */
void heartbeat_put_node(struct sb_json_writer *w, const struct heartbeat_scene *scene,
                        const struct heartbeat_node *n);

/* Which nodes a status shows. */
struct heartbeat_filter {
    struct sb_str zone; /* p NULL: all */
    int state;          /* -1: all */
    uint32_t from;      /* index to begin at */
    uint32_t limit;     /* at most so many; 0 = 10,000 */
};
/* The whole document. "next" is the `from` of the next page, or null. */
void heartbeat_put_status(struct sb_json_writer *w, const struct heartbeat_scene *scene,
                          const struct heartbeat_filter *filter);

#endif
