/* Traffic: a table of nodes and what is wanted of them. See traffic.h. */
#include "applets/heartbeat/traffic.h"

#include "core/base/map.h"
#include "core/base/mem.h"

#include <stdlib.h>

const char *const heartbeat_want_names[] = {"nothing", "ready", "drain", "down", NULL};

struct entry {
    struct entry *next; /* of all, for freeing */
    struct heartbeat_wanted wanted;
    char id[]; /* the map's key */
};

struct heartbeat_traffic {
    struct sb_map nodes;
    struct entry *all;
    struct heartbeat_traffic_follower *followers;
};

struct heartbeat_traffic *heartbeat_traffic_new(void)
{
    return sb_xcalloc(1, sizeof(struct heartbeat_traffic));
}

void heartbeat_traffic_free(struct heartbeat_traffic *t)
{
    if (!t)
        return;
    while (t->all) {
        struct entry *next = t->all->next;
        free(t->all);
        t->all = next;
    }
    sb_map_done(&t->nodes);
    free(t);
}

static struct entry *entry_of(struct heartbeat_traffic *t, struct sb_str id)
{
    struct entry *n = sb_map_get(&t->nodes, id.p, id.len);
    if (n)
        return n;
    n = sb_xcalloc(1, sizeof *n + id.len + 1);
    memcpy(n->id, id.p, id.len);
    n->wanted.weight = 100;
    n->next = t->all;
    t->all = n;
    *sb_map_at(&t->nodes, n->id, id.len) = n;
    return n;
}

static void tell(struct heartbeat_traffic *t)
{
    for (struct heartbeat_traffic_follower *f = t->followers, *next; f; f = next) {
        next = f->next; /* it may leave */
        f->changed(f->ctx);
    }
}

void heartbeat_traffic_state(struct heartbeat_traffic *t, struct sb_str id,
                             enum heartbeat_state state, struct sb_str reason, uint64_t flip)
{
    static const enum heartbeat_want wants[HEARTBEAT_STATE_COUNT] = {
        [HEARTBEAT_UP] = HEARTBEAT_WANT_READY,
        [HEARTBEAT_LATE] = HEARTBEAT_WANT_READY,
        [HEARTBEAT_DOWN] = HEARTBEAT_WANT_DOWN,
        [HEARTBEAT_LEFT] = HEARTBEAT_WANT_DRAIN};
    if (wants[state] == HEARTBEAT_WANT_NOTHING)
        return;
    struct heartbeat_wanted *w = &entry_of(t, id)->wanted;
    size_t n = SB_MIN(reason.len, sizeof w->reason - 1);
    w->want = wants[state];
    w->flip = flip;
    if (n > 0)
        memcpy(w->reason, reason.p, n);
    w->reason[n] = '\0';
    tell(t);
}

void heartbeat_traffic_weight(struct heartbeat_traffic *t, struct sb_str id, uint8_t percent)
{
    struct heartbeat_wanted *w = &entry_of(t, id)->wanted;
    percent = SB_MIN(percent, 100);
    if (w->weighed && w->weight == percent)
        return;
    w->weight = percent;
    w->weighed = true;
    tell(t);
}

void heartbeat_traffic_forget(struct heartbeat_traffic *t, struct sb_str id)
{
    struct entry *n = sb_map_get(&t->nodes, id.p, id.len);
    if (!n)
        return;
    n->wanted = (struct heartbeat_wanted){.weight = 100};
    tell(t);
}

void heartbeat_traffic_notice(struct heartbeat_traffic *t, const struct heartbeat_notice *notice)
{
    const struct heartbeat_flip *flip = notice->flip;
    if (flip && notice->act &&
        (flip->what == HEARTBEAT_FLIP_NODE || flip->what == HEARTBEAT_FLIP_RELEASE))
        heartbeat_traffic_state(t, (struct sb_str){flip->id, flip->id_len}, flip->to,
                                sb_str(flip->text), flip->number);
}

const struct heartbeat_wanted *heartbeat_traffic_look(const struct heartbeat_traffic *t,
                                                      struct sb_str id)
{
    const struct entry *n = sb_map_get(&t->nodes, id.p, id.len);
    return n && n->wanted.want != HEARTBEAT_WANT_NOTHING ? &n->wanted : NULL;
}

void heartbeat_traffic_follow(struct heartbeat_traffic *t, struct heartbeat_traffic_follower *f)
{
    f->next = t->followers;
    t->followers = f;
}

void heartbeat_traffic_unfollow(struct heartbeat_traffic *t, struct heartbeat_traffic_follower *f)
{
    struct heartbeat_traffic_follower **at = &t->followers;
    while (*at && *at != f)
        at = &(*at)->next;
    if (*at)
        *at = f->next;
}
