/* What follows from the events of one incident: when users suffered, and how it stands.
 *
 * Users suffer while any member does. A lane is what is known of one member; a person's "restored" is said
 * of all of them at once, which raises the epoch: lanes of older epochs are closed. */
#include "applets/mttr/gather.h"

#include "core/base/mem.h"
#include "core/sort/sort.h"

struct lane {
    uint64_t epoch;
    bool open, begun;
};

struct derivation {
    struct mttr_incident *incident;
    struct lane *lanes;
    uint32_t n_lanes;
    uint64_t epoch;
    size_t open; /* lanes */
    bool restored;
    SB_VEC(struct mttr_spell) spells;
};

static void open_lane(struct derivation *d, struct lane *lane, int64_t at, bool lower_bound)
{
    lane->begun = true;
    if (lane->open && lane->epoch == d->epoch)
        return;
    lane->open = true;
    lane->epoch = d->epoch;
    if (d->open++ == 0)
        sb_vec_push(&d->spells, ((struct mttr_spell){at, MTTR_NO_TIME, lower_bound}));
}

static void close_lane(struct derivation *d, struct lane *lane, int64_t at, bool all)
{
    lane->begun = true; /* whatever is said of an earlier begin comes too late */
    d->restored = true;
    if (all) {
        d->epoch++;
        d->open = d->open ? 1 : 0;
    } else if (!lane->open || lane->epoch != d->epoch) {
        return;
    }
    lane->open = false;
    if (d->open && --d->open == 0)
        d->spells.items[d->spells.len - 1].to = at;
}

static void impact(struct derivation *d, struct lane *lane, int64_t at)
{
    struct mttr_spell *now = d->open ? &d->spells.items[d->spells.len - 1] : NULL;
    if (d->n_lanes == 1 && now && now->lower_bound && d->spells.len == 1) {
        now->from =
            at; /* it was seen before it began: the times contradict each other, this one is of it */
        now->lower_bound = false;
    } else {
        open_lane(d, lane, at, false);
    }
}

static void take(struct derivation *d, const struct mttr_event *event, struct lane *lane,
                 bool of_one)
{
    switch (event->kind) {
    case SB_EVENT_IMPACT_START: impact(d, lane, event->at); break;
    case SB_EVENT_DETECTED:
    case SB_EVENT_ALERTED:
    case SB_EVENT_ACKED:
    case SB_EVENT_WORK_STARTED:
        if (!lane->begun)
            open_lane(d, lane, event->at, true);
        break;
    case SB_EVENT_RESTORED: close_lane(d, lane, event->at, !of_one); break;
    case SB_EVENT_REOPENED:
        open_lane(d, lane, event->at, true);
        d->incident->closed = false;
        break;
    case SB_EVENT_CLOSED: d->incident->closed = true; break;
    default: break;
    }
}

static void step(struct mttr_incident *i, const struct mttr_event *event)
{
    if (event->kind >= MTTR_STEPS)
        return;
    if (i->first[event->kind] == MTTR_NO_TIME)
        i->first[event->kind] = event->at;
    i->last[event->kind] = event->at;
}

/* Of several members: restored is when the last of them was. */
static void restored_steps(struct mttr_incident *i)
{
    i->first[SB_EVENT_RESTORED] = i->last[SB_EVENT_RESTORED] = MTTR_NO_TIME;
    for (size_t k = 0; k < i->n_spells; k++) {
        if (i->spells[k].to == MTTR_NO_TIME)
            continue;
        if (i->first[SB_EVENT_RESTORED] == MTTR_NO_TIME)
            i->first[SB_EVENT_RESTORED] = i->spells[k].to;
        i->last[SB_EVENT_RESTORED] = i->spells[k].to;
    }
}

static void keep_spells(struct derivation *d, struct sb_arena *arena)
{
    struct mttr_incident *i = d->incident;
    const size_t size = d->spells.len * sizeof *d->spells.items;
    i->spells = NULL;
    i->n_spells = d->spells.len;
    if (size) {
        struct mttr_spell *kept = sb_arena_alloc(arena, size);
        memcpy(kept, d->spells.items, size);
        i->spells = kept;
    }
    sb_vec_done(&d->spells);
}

void mttr_derive(struct mttr_incident *i, const struct mttr_event *events, const uint32_t *lane_of,
                 size_t n, uint32_t lanes, struct sb_arena *arena)
{
    struct lane one = {0, false, false};
    struct derivation d = {.incident = i, .lanes = &one, .n_lanes = lanes};
    if (lanes > 1)
        d.lanes = sb_xcalloc(lanes, sizeof *d.lanes);
    for (size_t k = 0; k < MTTR_STEPS; k++)
        i->first[k] = i->last[k] = MTTR_NO_TIME;
    i->events = events;
    i->n_events = n;
    i->start = n ? events[0].at : 0;
    i->closed = false;
    for (size_t k = 0; k < n; k++) {
        step(i, &events[k]);
        take(&d, &events[k], &d.lanes[lane_of ? lane_of[k] : 0], lanes > 1 && !events[k].person);
    }
    i->restored = d.restored && d.open == 0;
    keep_spells(&d, arena);
    if (lanes > 1) {
        restored_steps(i);
        free(d.lanes);
    }
}

static int by_time(const void *left, const void *right, void *ctx, int *fail)
{
    const struct mttr_event *a = left, *b = right;
    (void)ctx;
    (void)fail;
    if (a->at != b->at)
        return a->at < b->at ? -1 : 1;
    return a->id < b->id ? -1 : a->id > b->id;
}

void mttr_events_sort(struct mttr_event *events, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        if (by_time(&events[i - 1], &events[i], NULL, NULL) > 0) {
            sb_sort(events, n, sizeof *events, by_time, NULL, NULL);
            return;
        }
    }
}

void mttr_part_derive(struct mttr_part *part, struct sb_arena *arena)
{
    struct mttr_incident *i = &part->incident;
    mttr_events_sort(part->events, i->n_events);
    if (!i->service.len)
        i->service = part->subject;
    mttr_derive(i, part->events, NULL, i->n_events, 1, arena);
}
