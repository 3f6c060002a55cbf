/* Strips over a restart: the changes that the run of the monitor before this one left in the store. */
#include "applets/heartbeat/history.h"

#include "core/base/vec.h"

enum { CHANGES_MOST = 16384 };

struct past {
    int64_t at;
    uint32_t node;
    enum heartbeat_state to;
};

struct loading {
    const struct heartbeat_registry *nodes;
    SB_VEC(struct past) changes; /* newest first */
};

/* The note with which a run begins: what was before it, nobody vouches for up to then. */
static bool begins_a_run(const struct heartbeat_flip_row *row)
{
    return row->what == HEARTBEAT_FLIP_NOTE &&
           sb_str_has(row->evidence, SB_STR("\"fresh_why\":\"start\""));
}

static bool take(void *ctx, const struct heartbeat_flip_row *row)
{
    struct loading *l = ctx;
    const struct heartbeat_node *n;
    if (begins_a_run(row))
        return false;
    n = row->what == HEARTBEAT_FLIP_NODE ? heartbeat_registry_find(l->nodes, row->id) : NULL;
    if (n)
        sb_vec_push(&l->changes,
                    ((struct past){row->at_wall, n->index, (enum heartbeat_state)row->to}));
    return true;
}

int heartbeat_history_load(struct heartbeat_history *h, struct sb_store *s,
                           const struct heartbeat_registry *nodes, int64_t since,
                           struct sb_error *e)
{
    struct loading l = {.nodes = nodes};
    const struct heartbeat_flip_filter filter = {.since_wall = since, .limit = CHANGES_MOST};
    int r = heartbeat_tables_flips(s, &filter, take, &l, e);
    for (size_t i = l.changes.len; r == 0 && i-- > 0;)
        heartbeat_history_change(h, l.changes.items[i].node, l.changes.items[i].to,
                                 l.changes.items[i].at);
    sb_vec_done(&l.changes);
    return r;
}
