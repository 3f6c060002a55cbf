/* The ring of changes. See history.h. Changes are numbered from 1; number n lies at n % cap, and is there
 * as long as count - n < cap. */
#include "applets/heartbeat/history.h"

#include "core/base/mem.h"

#include <stdlib.h>

enum { GAPS = 64 };

struct change {
    int64_t at;
    uint64_t before; /* number of the one before it of the same node; 0 = none */
    uint8_t to;
};

struct gap {
    int64_t from, to;
};

struct heartbeat_history {
    struct change *ring;
    uint64_t count; /* changes ever */
    uint32_t cap;
    uint64_t *last; /* by node: number of its last change; 0 = none */
    size_t nodes;
    struct gap gaps[GAPS];
    uint64_t n_gaps; /* ever */
};

struct heartbeat_history *heartbeat_history_new(uint32_t changes)
{
    struct heartbeat_history *h = sb_xcalloc(1, sizeof *h);
    h->cap = changes ? changes : 1;
    h->ring = sb_xcalloc(h->cap, sizeof *h->ring);
    return h;
}

void heartbeat_history_free(struct heartbeat_history *h)
{
    if (!h)
        return;
    free(h->ring);
    free(h->last);
    free(h);
}

static void make_room(struct heartbeat_history *h, uint32_t node)
{
    size_t want = h->nodes ? h->nodes : 64;
    if (node < h->nodes)
        return;
    while (want <= node)
        want *= 2;
    h->last = sb_xrealloc_array(h->last, want, sizeof *h->last);
    memset(h->last + h->nodes, 0, (want - h->nodes) * sizeof *h->last);
    h->nodes = want;
}

void heartbeat_history_change(struct heartbeat_history *h, uint32_t node, enum heartbeat_state to,
                              int64_t at)
{
    make_room(h, node);
    h->count++;
    h->ring[h->count % h->cap] = (struct change){at, h->last[node], (uint8_t)to};
    h->last[node] = h->count;
}

void heartbeat_history_forget(struct heartbeat_history *h, uint32_t node)
{
    if (node < h->nodes)
        h->last[node] = 0;
}

void heartbeat_history_gap(struct heartbeat_history *h, int64_t from, int64_t to)
{
    if (from < to)
        h->gaps[h->n_gaps++ % GAPS] = (struct gap){from, to};
}

static const struct change *change_at(const struct heartbeat_history *h, uint64_t number)
{
    return number && h->count - number < h->cap ? &h->ring[number % h->cap] : NULL;
}

struct stretches {
    struct heartbeat_stretch *items;
    size_t len;
    int64_t from, to; /* all are cut to these */
};

static void add(struct stretches *s, int64_t from, int64_t to, enum heartbeat_state state)
{
    from = SB_MAX(from, s->from);
    to = SB_MIN(to, s->to);
    if (from < to && s->len < HEARTBEAT_STRETCHES)
        s->items[s->len++] = (struct heartbeat_stretch){from, to, state};
}

size_t heartbeat_history_read(const struct heartbeat_history *h, uint32_t node,
                              enum heartbeat_state now, int64_t since, int64_t from, int64_t to,
                              struct heartbeat_stretch ret[HEARTBEAT_STRETCHES])
{
    struct stretches s = {ret, 0, from, to};
    uint64_t number = node < h->nodes ? h->last[node] : 0;
    const struct change *c = change_at(h, number);
    int64_t end = to;
    if (!c)
        add(&s, since, end, now);
    for (; c && end > from; c = change_at(h, c->before)) {
        add(&s, c->at, end, (enum heartbeat_state)c->to);
        end = SB_MIN(end, c->at);
    }
    uint64_t oldest = h->n_gaps > GAPS ? h->n_gaps - GAPS : 0;
    for (uint64_t i = oldest; i < h->n_gaps; i++)
        add(&s, h->gaps[i % GAPS].from, h->gaps[i % GAPS].to, HEARTBEAT_STATE_COUNT);
    return s.len;
}
