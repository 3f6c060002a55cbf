/* Server-Sent Events: one history, any number of readers (WHATWG HTML, 9.2).
 *
 * The last events are kept once, as the bytes that go on the wire; a reader is a place in them. So a
 * slow reader costs nothing, and one who falls out of the history is dropped; his browser comes back
 * with Last-Event-ID and goes on there, or gets an event "reset" when that is gone too and must ask for
 * the whole state again. Invariant: a reader's place lies within the history or at its end. */
#ifndef SB_NET_EVENTS_H
#define SB_NET_EVENTS_H

#include "core/net/server.h"

struct sb_events;
struct sb_events_options {
    uint32_t history;    /* events kept; 0 = 1024 */
    size_t history_max;  /* their bytes; 0 = 1 MiB */
    uint32_t reader_max; /* more get 503; 0 = 256 */
    int64_t heartbeat;   /* ns of silence after which a comment is sent; 0 = 15 s */
};

struct sb_events *sb_events_new(struct sb_server *s, const struct sb_events_options *opts);
/* Ends the streams. Before sb_server_free; NULL is fine. */
void sb_events_free(struct sb_events *v);

/* In a handler: answers r with the stream. `first`, when it is not empty, is sent as the first event of
 * that name to readers who do not resume (the state as it is now). */
void sb_events_subscribe(struct sb_events *v, struct sb_request *r, const char *first_name,
                         struct sb_str first);
/* To everyone. name: letters; data: UTF-8, lines are kept. Larger than half the history: dropped. */
void sb_events_send(struct sb_events *v, const char *name, struct sb_str data);

struct sb_events_stats {
    uint32_t readers;
    uint64_t sent, dropped_readers;
};
struct sb_events_stats sb_events_stats(const struct sb_events *v);

#endif
