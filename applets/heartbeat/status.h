/* What `heartbeat status` knows of a fleet: the monitor's own status document, page by page, or one made
 * from a store. */
#ifndef HEARTBEAT_STATUS_H
#define HEARTBEAT_STATUS_H

#include "applets/heartbeat/heartbeat.h"
#include "applets/heartbeat/node.h"
#include "core/base/arena.h"
#include "core/base/str.h"
#include "core/base/vec.h"

struct heartbeat_row { /* texts are the view's */
    struct sb_str id, zone, said;
    struct sb_str muted; /* why nobody is told of it; empty: nothing mutes it */
    enum heartbeat_state state;
    int64_t since, last; /* wall clock ns; 0 = never */
    double silence;      /* s; NaN = unknown */
    bool acknowledged;
};

/* {0} initialises. */
struct heartbeat_view {
    struct sb_arena arena;
    SB_VEC(struct heartbeat_row) rows;
    int64_t now; /* wall clock of the one who answered */
    uint32_t states[HEARTBEAT_STATE_COUNT];
    SB_VEC(struct sb_str) silent_zones;
    struct json_t *document; /* as it was answered, pages joined */
};
void heartbeat_view_done(struct heartbeat_view *v);

/* Adds a page of a monitor's answer. *ret_next: where the next page begins; 0: this was the last. Whatever
 * is no status is -SB_EINPUT. */
int heartbeat_view_page(struct heartbeat_view *v, struct sb_str json, uint32_t *ret_next,
                        struct sb_error *e);
/* Of a node in a store. */
void heartbeat_view_saved(struct heartbeat_view *v, const struct heartbeat_saved *saved);

/* The worst first. */
void heartbeat_view_sort(struct heartbeat_view *v);
void heartbeat_view_text(const struct heartbeat_view *v, size_t width, struct sb_buf *out);
void heartbeat_view_json(const struct heartbeat_view *v, struct sb_buf *out);
void heartbeat_view_csv(const struct heartbeat_view *v, struct sb_buf *out);

#endif
