/* Incidents that rules make one: heartbeat's of one service that begin close together. */
#include "applets/mttr/gather.h"
#include "applets/mttr/rule.h"
#include "core/base/map.h"
#include "core/base/mem.h"
#include "core/sort/sort.h"

/* An incident that a rule speaks of. */
struct candidate {
    size_t part;
    int64_t start;
    const struct mttr_rule *rule;
    size_t leader; /* index of a candidate: itself, or the first of its group */
};

static int by_start(const void *left, const void *right, void *ctx, int *fail)
{
    const struct candidate *a = left, *b = right;
    (void)ctx;
    (void)fail;
    if (a->start != b->start)
        return a->start < b->start ? -1 : 1;
    return a->part < b->part ? -1 : a->part > b->part;
}

/* By leader; members of one group stay in the order of their begins. */
static int by_leader(const void *left, const void *right, void *ctx, int *fail)
{
    const struct candidate *a = left, *b = right;
    (void)ctx;
    (void)fail;
    return a->leader < b->leader ? -1 : a->leader > b->leader;
}

/* The rules may be gone before the incidents are. */
static struct sb_str keep(struct sb_arena *arena, struct sb_str s)
{
    return s.len ? (struct sb_str){sb_arena_dup(arena, s.p, s.len), s.len} : s;
}

static void say(struct mttr_incident *i, const struct mttr_rule *rule, struct sb_arena *arena)
{
    i->service = keep(arena, rule->service);
    if (!i->severity.len)
        i->severity = keep(arena, rule->severity);
    if (!i->team.len)
        i->team = keep(arena, rule->team);
}

/* candidates: by start. Windows of different rules do not touch each other. */
static void choose_leaders(struct candidate *c, size_t n)
{
    struct sb_map open SB_CLEANUP(sb_map_done) = {0}; /* rule -> its last leader + 1 */
    for (size_t i = 0; i < n; i++) {
        void **slot = sb_map_at(&open, (const char *)&c[i].rule, sizeof c[i].rule);
        const uintptr_t last = (uintptr_t)*slot;
        c[i].leader = i;
        if (last &&
            (uint64_t)c[i].start - (uint64_t)c[last - 1].start < (uint64_t)c[i].rule->window)
            c[i].leader = last - 1;
        else
            *slot = (void *)(uintptr_t)(i + 1);
    }
}

struct laned {
    struct mttr_event event;
    uint32_t lane;
};

static int by_time(const void *left, const void *right, void *ctx, int *fail)
{
    const struct mttr_event *a = &((const struct laned *)left)->event;
    const struct mttr_event *b = &((const struct laned *)right)->event;
    (void)ctx;
    (void)fail;
    if (a->at != b->at)
        return a->at < b->at ? -1 : 1;
    return a->id < b->id ? -1 : a->id > b->id;
}

static void first_said(struct sb_str *slot, struct sb_str said)
{
    if (!slot->len)
        *slot = said;
}

/* All events of members c[0..n), with the lane of each, by time; what they said goes to the leader, whose
 * own words come first. */
static struct laned *collect(struct mttr_part *parts, const struct candidate *c, size_t n,
                             size_t *ret_events)
{
    struct mttr_incident *leader = &parts[c[0].part].incident;
    size_t events = 0, at = 0;
    for (size_t i = 0; i < n; i++)
        events += parts[c[i].part].incident.n_events;
    struct laned *all = sb_xmalloc((events + 1) * sizeof *all);
    for (size_t i = 0; i < n; i++) {
        struct mttr_incident *one = &parts[c[i].part].incident;
        for (size_t k = 0; k < one->n_events; k++)
            all[at++] = (struct laned){one->events[k], (uint32_t)i};
        first_said(&leader->title, one->title);
        first_said(&leader->severity, one->severity);
        first_said(&leader->team, one->team);
        first_said(&leader->url, one->url);
        if (i > 0)
            one->n_events = 0;
    }
    sb_sort(all, events, sizeof *all, by_time, NULL, NULL);
    *ret_events = events;
    return all;
}

static void merge(struct mttr_part *parts, const struct candidate *c, size_t n,
                  struct sb_arena *arena)
{
    struct mttr_incident *leader = &parts[c[0].part].incident;
    size_t n_events;
    struct laned *all SB_CLEANUP_FREE = collect(parts, c, n, &n_events);
    struct mttr_event *events = sb_arena_alloc(arena, n_events * sizeof *events);
    uint32_t *lane_of SB_CLEANUP_FREE = sb_xmalloc((n_events + 1) * sizeof *lane_of);
    for (size_t i = 0; i < n_events; i++) {
        events[i] = all[i].event;
        lane_of[i] = all[i].lane;
    }
    mttr_derive(leader, events, lane_of, n_events, (uint32_t)n, arena);
    struct sb_str *ids = sb_arena_alloc(arena, n * sizeof *ids);
    for (size_t i = 0; i < n; i++)
        ids[i] = parts[c[i].part].incident.id;
    leader->members = n;
    leader->member_ids = ids;
}

void mttr_parts_group(struct mttr_part *parts, size_t n, const struct mttr_rules *rules,
                      struct sb_arena *arena)
{
    SB_VEC(struct candidate) c = {0};
    for (size_t i = 0; i < n; i++) {
        const struct mttr_rule *rule = sb_str_is(parts[i].incident.source, "heartbeat")
                                           ? mttr_rules_find(rules, parts[i].subject)
                                           : NULL;
        if (rule)
            sb_vec_push(&c, ((struct candidate){i, parts[i].incident.start, rule, 0}));
    }
    sb_sort(c.items, c.len, sizeof *c.items, by_start, NULL, NULL);
    choose_leaders(c.items, c.len);
    sb_sort(c.items, c.len, sizeof *c.items, by_leader, NULL, NULL);
    for (size_t i = 0, end; i < c.len; i = end) {
        end = i + 1;
        while (end < c.len && c.items[end].leader == c.items[i].leader)
            end++;
        if (end - i > 1)
            merge(parts, &c.items[i], end - i, arena);
        say(&parts[c.items[i].part].incident, c.items[i].rule, arena);
    }
    sb_vec_done(&c);
}
