/* Nodes by id and by index, zones, metrics. See registry.h.
 *
 * Nodes lie in chunks that never move. The table maps ids to indexes: open addressing, linear probing, at
 * most three quarters full, each slot with 32 bits of the hash so that strangers are told apart without
 * touching their ids. Deletion shifts back what follows. */
#include "applets/heartbeat/registry.h"

#include "applets/heartbeat/slab.h"
#include "core/base/hash.h"
#include "core/base/map.h"
#include "core/base/mem.h"
#include "core/base/rand.h"
#include "core/base/utf8.h"
#include "core/base/vec.h"

#include <stdlib.h>

enum { CHUNK = 1024, ZONES_MAX = 4096, METRICS_MAX = 1024, SAID_MAX = 120 };

struct slot {
    uint32_t tag;   /* high half of the hash */
    uint32_t index; /* + 1; 0 = empty */
};

/* Values of a node's metrics: n names, then n values at the next multiple of 8. */
struct heartbeat_values {
    uint16_t n;
    uint16_t names[];
};

/* Names that many share: zones, metrics. */
struct names {
    SB_VEC(struct sb_str) list;
    struct sb_map by_name; /* to index + 1 */
};

struct heartbeat_registry {
    SB_VEC(struct heartbeat_node *) chunks;
    uint32_t count, end, max;
    SB_VEC(uint32_t) holes; /* indexes of forgotten nodes */
    struct slot *slots;
    uint32_t mask; /* slots - 1 */
    uint64_t seed;
    struct heartbeat_slab slab;
    struct names zones, metrics;
    SB_VEC(uint32_t) dirty; /* indexes; some may be forgotten meanwhile */
    size_t window_bytes;
};

static uint16_t name_index(struct heartbeat_registry *r, struct names *names, struct sb_str name,
                           size_t max, uint16_t otherwise)
{
    uintptr_t known = (uintptr_t)sb_map_get(&names->by_name, name.p, name.len);
    if (known)
        return (uint16_t)(known - 1);
    if (names->list.len >= max)
        return otherwise;
    char *copy = sb_arena_dup(&r->slab.arena, name.p ? name.p : "", name.len);
    sb_vec_push(&names->list, ((struct sb_str){copy, name.len}));
    *sb_map_at(&names->by_name, copy, name.len) = (void *)(uintptr_t)names->list.len;
    return (uint16_t)(names->list.len - 1);
}

struct heartbeat_registry *heartbeat_registry_new(uint32_t max_nodes)
{
    struct heartbeat_registry *r = sb_xcalloc(1, sizeof *r);
    r->max = max_nodes;
    r->seed = sb_rand_seed();
    r->mask = 63;
    r->slots = sb_xcalloc(r->mask + 1, sizeof *r->slots);
    name_index(r, &r->zones, (struct sb_str){"", 0}, ZONES_MAX, 0);
    return r;
}

void heartbeat_registry_free(struct heartbeat_registry *r)
{
    if (!r)
        return;
    for (uint32_t i = 0; i < r->end; i++)
        free(r->chunks.items[i / CHUNK][i % CHUNK].window);
    for (size_t i = 0; i < r->chunks.len; i++)
        free(r->chunks.items[i]);
    sb_vec_done(&r->chunks);
    sb_vec_done(&r->holes);
    sb_vec_done(&r->dirty);
    sb_vec_done(&r->zones.list);
    sb_vec_done(&r->metrics.list);
    sb_map_done(&r->zones.by_name);
    sb_map_done(&r->metrics.by_name);
    heartbeat_slab_done(&r->slab);
    free(r->slots);
    free(r);
}

uint32_t heartbeat_registry_count(const struct heartbeat_registry *r)
{
    return r->count;
}

uint32_t heartbeat_registry_end(const struct heartbeat_registry *r)
{
    return r->end;
}

/* Of an index that is below end. */
static struct heartbeat_node *node_at(const struct heartbeat_registry *r, uint32_t index)
{
    return &r->chunks.items[index / CHUNK][index % CHUNK];
}

struct heartbeat_node *heartbeat_registry_at(const struct heartbeat_registry *r, uint32_t index)
{
    if (index >= r->end)
        return NULL;
    struct heartbeat_node *n = node_at(r, index);
    return n->id ? n : NULL;
}

static uint64_t hash_id(const struct heartbeat_registry *r, struct sb_str id)
{
    return sb_hash_bytes(id.p, id.len, r->seed);
}

/* The slot of the id, or the empty one where it would stand. */
static struct slot *find_slot(const struct heartbeat_registry *r, struct sb_str id, uint64_t hash)
{
    uint32_t tag = (uint32_t)(hash >> 32), at = (uint32_t)hash & r->mask;
    for (;; at = (at + 1) & r->mask) {
        struct slot *s = &r->slots[at];
        if (s->index == 0)
            return s;
        if (s->tag != tag)
            continue;
        const struct heartbeat_node *n = node_at(r, s->index - 1);
        if (n->id_len == id.len && memcmp(n->id, id.p, id.len) == 0)
            return s;
    }
}

struct heartbeat_node *heartbeat_registry_find(const struct heartbeat_registry *r, struct sb_str id)
{
    const struct slot *s = find_slot(r, id, hash_id(r, id));
    return s->index ? node_at(r, s->index - 1) : NULL;
}

static void grow_table(struct heartbeat_registry *r)
{
    struct slot *old = r->slots;
    uint32_t n = r->mask + 1;
    r->mask = n * 2 - 1;
    r->slots = sb_xcalloc(n * 2ul, sizeof *r->slots);
    for (uint32_t i = 0; i < n; i++) {
        if (!old[i].index)
            continue;
        struct sb_str id = heartbeat_node_id(node_at(r, old[i].index - 1));
        uint32_t at = (uint32_t)hash_id(r, id) & r->mask;
        while (r->slots[at].index)
            at = (at + 1) & r->mask;
        r->slots[at] = old[i];
    }
    free(old);
}

static struct heartbeat_node *take_index(struct heartbeat_registry *r)
{
    uint32_t index = r->holes.len ? r->holes.items[--r->holes.len] : r->end++;
    if (index / CHUNK == r->chunks.len)
        sb_vec_push(&r->chunks, sb_xcalloc(CHUNK, sizeof(struct heartbeat_node)));
    struct heartbeat_node *n = node_at(r, index);
    *n = (struct heartbeat_node){.index = index,
                                 .heap_slot = UINT32_MAX,
                                 .sent_wall = HEARTBEAT_NO_TIME,
                                 .due_at = INT64_MAX,
                                 .exit_status = INT16_MIN};
    return n;
}

struct heartbeat_node *heartbeat_registry_need(struct heartbeat_registry *r, struct sb_str id,
                                               bool *ret_created)
{
    if (id.len == 0 || id.len > HEARTBEAT_ID_MAX)
        return NULL;
    uint64_t hash = hash_id(r, id);
    struct slot *s = find_slot(r, id, hash);
    if (s->index) {
        *ret_created = false;
        return node_at(r, s->index - 1);
    }
    if (r->count >= r->max)
        return NULL;
    if (r->count >= (r->mask / 4) * 3) {
        grow_table(r);
        s = find_slot(r, id, hash);
    }
    struct heartbeat_node *n = take_index(r);
    char *copy = heartbeat_slab_alloc(&r->slab, id.len + 1);
    memcpy(copy, id.p, id.len);
    copy[id.len] = '\0';
    n->id = copy;
    n->id_len = (uint8_t)id.len;
    *s = (struct slot){(uint32_t)(hash >> 32), n->index + 1};
    r->count++;
    *ret_created = true;
    return n;
}

/* Empties a slot and shifts back those behind it that would be lost. */
static void empty_slot(struct heartbeat_registry *r, struct slot *slot)
{
    uint32_t hole = (uint32_t)(slot - r->slots), at = hole;
    for (;;) {
        at = (at + 1) & r->mask;
        if (!r->slots[at].index)
            break;
        struct sb_str id = heartbeat_node_id(node_at(r, r->slots[at].index - 1));
        uint32_t home = (uint32_t)hash_id(r, id) & r->mask;
        if (((at - home) & r->mask) < ((at - hole) & r->mask))
            continue; /* its home lies behind the hole */
        r->slots[hole] = r->slots[at];
        hole = at;
    }
    r->slots[hole].index = 0;
}

static size_t values_size(size_t n)
{
    return ((sizeof(struct heartbeat_values) + n * sizeof(uint16_t) + 7) & ~(size_t)7) +
           n * sizeof(double);
}

static void free_text(struct heartbeat_registry *r, const char **slot)
{
    if (*slot)
        heartbeat_slab_free(&r->slab, (void *)(uintptr_t)*slot, strlen(*slot) + 1);
    *slot = NULL;
}

void heartbeat_registry_forget(struct heartbeat_registry *r, uint32_t index)
{
    struct heartbeat_node *n = heartbeat_registry_at(r, index);
    if (!n)
        return;
    struct sb_str id = heartbeat_node_id(n);
    empty_slot(r, find_slot(r, id, hash_id(r, id)));
    heartbeat_registry_set_window(r, n, 0);
    if (n->values)
        heartbeat_slab_free(&r->slab, n->values, values_size(n->values->n));
    free_text(r, &n->said);
    free_text(r, &n->peer);
    heartbeat_slab_free(&r->slab, (void *)(uintptr_t)n->id, n->id_len + 1u);
    n->id = NULL;
    n->values = NULL;
    sb_vec_push(&r->holes, index);
    r->count--;
}

/* ---- zones ---- */

uint16_t heartbeat_registry_zone(struct heartbeat_registry *r, struct sb_str name)
{
    return name.len == 0 ? 0 : name_index(r, &r->zones, name, ZONES_MAX, 0);
}

struct sb_str heartbeat_registry_zone_name(const struct heartbeat_registry *r, uint16_t zone)
{
    return r->zones.list.items[zone < r->zones.list.len ? zone : 0];
}

uint16_t heartbeat_registry_zones(const struct heartbeat_registry *r)
{
    return (uint16_t)r->zones.list.len;
}

/* ---- what hangs off a node ---- */

static void *values_at(struct heartbeat_values *v)
{
    return (char *)v + values_size(v->n) - v->n * sizeof(double);
}

void heartbeat_registry_set_metrics(struct heartbeat_registry *r, struct heartbeat_node *n,
                                    const struct heartbeat_metric *metrics, size_t count)
{
    uint16_t names[HEARTBEAT_METRICS_MAX];
    double values[HEARTBEAT_METRICS_MAX];
    size_t len = 0;
    for (size_t i = 0; i < count && i < HEARTBEAT_METRICS_MAX; i++) {
        names[len] = name_index(r, &r->metrics, metrics[i].name, METRICS_MAX, METRICS_MAX);
        values[len] = metrics[i].value;
        len += names[len] != METRICS_MAX;
    }
    if (n->values && n->values->n != len) {
        heartbeat_slab_free(&r->slab, n->values, values_size(n->values->n));
        n->values = NULL;
    }
    if (len == 0)
        return;
    if (!n->values)
        n->values = heartbeat_slab_alloc(&r->slab, values_size(len));
    n->values->n = (uint16_t)len;
    memcpy(n->values->names, names, len * sizeof names[0]);
    memcpy(values_at(n->values), values, len * sizeof values[0]);
}

size_t heartbeat_registry_metrics(const struct heartbeat_registry *r,
                                  const struct heartbeat_node *n, struct heartbeat_metric *ret,
                                  size_t max)
{
    double values[HEARTBEAT_METRICS_MAX];
    if (!n->values)
        return 0;
    memcpy(values, values_at(n->values), n->values->n * sizeof values[0]);
    for (size_t i = 0; i < n->values->n && i < max; i++)
        ret[i] = (struct heartbeat_metric){r->metrics.list.items[n->values->names[i]], values[i]};
    return n->values->n;
}

void heartbeat_registry_set_said(struct heartbeat_registry *r, struct heartbeat_node *n,
                                 struct sb_str body)
{
    size_t len = SB_MIN(body.len, (size_t)SAID_MAX);
    if (len == 0)
        return;
    while (len < body.len && len > SAID_MAX - 4 && ((unsigned char)body.p[len] & 0xC0) == 0x80)
        len--;
    const char *nul = memchr(body.p, 0, len);
    heartbeat_slab_text(&r->slab, &n->said, body.p, nul ? (size_t)(nul - body.p) : len);
}

void heartbeat_registry_set_peer(struct heartbeat_registry *r, struct heartbeat_node *n,
                                 struct sb_str peer)
{
    heartbeat_slab_text(&r->slab, &n->peer, peer.p ? peer.p : "",
                        SB_MIN(peer.len, (size_t)HEARTBEAT_PEER_MAX));
}

void heartbeat_registry_set_window(struct heartbeat_registry *r, struct heartbeat_node *n,
                                   uint16_t cap)
{
    size_t old = n->window ? sizeof *n->window + n->window->cap * sizeof(uint32_t) : 0;
    size_t size = sizeof *n->window + cap * sizeof(uint32_t);
    if ((n->window ? n->window->cap : 0) == cap)
        return;
    r->window_bytes -= old;
    free(n->window);
    n->window = NULL;
    if (!cap)
        return;
    n->window = sb_xcalloc(1, size);
    n->window->cap = cap;
    r->window_bytes += size;
}

/* ---- saving ---- */

void heartbeat_registry_touch(struct heartbeat_registry *r, struct heartbeat_node *n)
{
    if (n->flags & HEARTBEAT_NODE_DIRTY)
        return;
    n->flags |= HEARTBEAT_NODE_DIRTY;
    sb_vec_push(&r->dirty, n->index);
}

size_t heartbeat_registry_take_dirty(struct heartbeat_registry *r, uint32_t *indexes, size_t max)
{
    size_t len = 0;
    while (r->dirty.len && len < max) {
        struct heartbeat_node *n = heartbeat_registry_at(r, r->dirty.items[--r->dirty.len]);
        if (!n || !(n->flags & HEARTBEAT_NODE_DIRTY))
            continue;
        n->flags = (uint16_t)(n->flags & ~HEARTBEAT_NODE_DIRTY);
        indexes[len++] = n->index;
    }
    return len;
}

void heartbeat_node_save(const struct heartbeat_registry *r, const struct heartbeat_node *n,
                         struct heartbeat_saved *ret)
{
    struct sb_str zone = heartbeat_registry_zone_name(r, n->zone);
    *ret = (struct heartbeat_saved){.id_len = n->id_len,
                                    .state = n->state,
                                    .kind = n->kind,
                                    .source = n->source,
                                    .flags = n->flags & HEARTBEAT_NODE_KEPT,
                                    .exit_status = n->exit_status,
                                    .received_wall = n->received_wall,
                                    .sent_wall = n->sent_wall,
                                    .since_wall = n->since_wall,
                                    .started_wall = n->started_wall,
                                    .snooze_wall = n->snooze_wall,
                                    .boot = n->boot,
                                    .seq = n->seq,
                                    .interval_ms = n->interval_ms,
                                    .beats = n->beats,
                                    .downs = n->downs,
                                    .duplicates = n->duplicates,
                                    .stale = n->stale,
                                    .restarts = n->restarts};
    memcpy(ret->id, n->id, n->id_len);
    memcpy(ret->zone, zone.p, SB_MIN(zone.len, sizeof ret->zone - 1));
    if (n->said)
        memcpy(ret->said, n->said, SB_MIN(strlen(n->said), sizeof ret->said - 1));
}

struct heartbeat_memory heartbeat_registry_memory(const struct heartbeat_registry *r)
{
    struct heartbeat_memory m = {.windows = r->window_bytes};
    m.nodes = sizeof *r + r->chunks.len * CHUNK * sizeof(struct heartbeat_node) +
              (r->mask + 1ul) * sizeof(struct slot) + r->slab.arena.total +
              r->chunks.cap * sizeof(void *) + (r->dirty.cap + r->holes.cap) * sizeof(uint32_t) +
              (r->zones.by_name.cap + r->metrics.by_name.cap) * sizeof(struct sb_map_slot);
    return m;
}
