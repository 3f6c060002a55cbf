/* GET /api/flips: what changed, newest first. Those of this start come from memory, those of before from the
 * store, which is read on another thread. */
#ifndef HEARTBEAT_API_FLIPS_H
#define HEARTBEAT_API_FLIPS_H

#include "applets/heartbeat/tables.h"
#include "core/co/work.h"
#include "core/doc/json_write.h"
#include "core/net/server.h"

struct heartbeat_monitor;

enum {
    HEARTBEAT_FLIP_READERS =
        4, /* of the store at a time; who comes when all are busy may come again */
};

/* What is asked for, and the answer as far as it is written. */
struct heartbeat_flip_page {
    struct heartbeat_flip_filter filter; /* id.p is the page's own */
    char id[HEARTBEAT_ID_MAX + 1];
    uint64_t after;      /* numbers above */
    uint32_t limit;      /* flips of a page */
    uint32_t n;          /* in the answer */
    uint64_t last, next; /* number of the last one looked at; `before` of the next page, or 0 */
    struct sb_buf out;
    struct sb_json_writer w;
    const char *store; /* path, borrowed */
    struct sb_error error;
};

/* Reads the rest of a page from the store and answers. */
#define heartbeat_flip_reader_SAVED(F)
#define heartbeat_flip_reader_LIVE(F) \
    F(struct sb_later, later) F(struct heartbeat_flip_page, page) F(struct sb_co_work, work)
#define heartbeat_flip_reader_POINTS(P) P(reading)
CO_FRAME(heartbeat_flip_reader);

/* Before the monitor ends, each is to be cancelled and awaited. */
struct heartbeat_flip_readers {
    struct heartbeat_flip_reader items[HEARTBEAT_FLIP_READERS];
};

void heartbeat_flips_routes(struct heartbeat_monitor *m);

#endif
