/* The heap of deadlines. See heap.h. */
#include "applets/heartbeat/heap.h"

#include "core/base/mem.h"

#include <stdlib.h>

enum { WIDTH = 4 };

void heartbeat_heap_done(struct heartbeat_heap *h)
{
    free(h->entries);
    h->entries = NULL;
    h->len = h->cap = 0;
}

static void put(struct heartbeat_heap *h, uint32_t slot, struct heartbeat_heap_entry entry)
{
    h->entries[slot] = entry;
    heartbeat_registry_at(h->nodes, entry.index)->heap_slot = slot;
}

/* Ties go by index, so that what happens at once happens in a stable order. */
static bool before(struct heartbeat_heap_entry a, struct heartbeat_heap_entry b)
{
    return a.at < b.at || (a.at == b.at && a.index < b.index);
}

static void rise(struct heartbeat_heap *h, uint32_t slot, struct heartbeat_heap_entry entry)
{
    while (slot > 0 && before(entry, h->entries[(slot - 1) / WIDTH])) {
        put(h, slot, h->entries[(slot - 1) / WIDTH]);
        slot = (slot - 1) / WIDTH;
    }
    put(h, slot, entry);
}

static void sink(struct heartbeat_heap *h, uint32_t slot, struct heartbeat_heap_entry entry)
{
    for (;;) {
        uint32_t child = slot * WIDTH + 1, least = child;
        if (child >= h->len)
            break;
        for (uint32_t i = child + 1; i < h->len && i < child + WIDTH; i++)
            if (before(h->entries[i], h->entries[least]))
                least = i;
        if (!before(h->entries[least], entry))
            break;
        put(h, slot, h->entries[least]);
        slot = least;
    }
    put(h, slot, entry);
}

void heartbeat_heap_watch(struct heartbeat_heap *h, struct heartbeat_node *n)
{
    struct heartbeat_heap_entry entry = {n->due_at, n->index};
    if (n->heap_slot != UINT32_MAX) {
        if (n->due_at < h->entries[n->heap_slot].at)
            rise(h, n->heap_slot, entry);
        return;
    }
    if (n->due_at == INT64_MAX)
        return;
    if (h->len == h->cap) {
        h->cap = h->cap + h->cap / 4 + 64;
        h->entries = sb_xrealloc_array(h->entries, h->cap, sizeof *h->entries);
    }
    rise(h, h->len++, entry);
}

/* At a slot whose entry may go: up or down, as it must. */
static void place(struct heartbeat_heap *h, uint32_t slot, struct heartbeat_heap_entry entry)
{
    if (slot > 0 && before(entry, h->entries[(slot - 1) / WIDTH]))
        rise(h, slot, entry);
    else
        sink(h, slot, entry);
}

void heartbeat_heap_remove(struct heartbeat_heap *h, struct heartbeat_node *n)
{
    uint32_t slot = n->heap_slot;
    if (slot == UINT32_MAX)
        return;
    struct heartbeat_heap_entry last = h->entries[--h->len];
    n->heap_slot = UINT32_MAX;
    if (slot < h->len)
        place(h, slot, last);
}

void heartbeat_heap_settle(struct heartbeat_heap *h, struct heartbeat_node *n)
{
    if (n->due_at == INT64_MAX)
        heartbeat_heap_remove(h, n);
    else
        place(h, n->heap_slot, (struct heartbeat_heap_entry){n->due_at, n->index});
}

struct heartbeat_node *heartbeat_heap_first(const struct heartbeat_heap *h, int64_t *ret_at)
{
    if (h->len == 0)
        return NULL;
    *ret_at = h->entries[0].at;
    return heartbeat_registry_at(h->nodes, h->entries[0].index);
}
