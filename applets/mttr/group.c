/* Splitting a selection into groups. */
#include "applets/mttr/group.h"

#include "core/base/map.h"
#include "core/base/mem.h"
#include "core/sort/sort.h"

#include <stdio.h>

const char *const mttr_grouping_names[] = {
#define MTTR_GROUPING_NAME(name, text) text,
    MTTR_GROUPINGS(MTTR_GROUPING_NAME)
#undef MTTR_GROUPING_NAME
        NULL};

/* A group's name in text[], and where it stands among the others. */
static int64_t calendar_name(enum mttr_grouping by, const struct sb_civil *c, char *text,
                             size_t size)
{
    static const char *const weekdays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    int64_t days = sb_days_from_civil(c->year, c->month, c->day);
    int64_t thursday = days - (c->weekday + 6) % 7 + 3; /* of its ISO 8601 week */
    struct sb_civil t;
    switch (by) {
    case MTTR_GROUP_MONTH:
        snprintf(text, size, "%04d-%02d", (int)c->year, c->month);
        return c->year * 12 + c->month;
    case MTTR_GROUP_QUARTER:
        snprintf(text, size, "%04d-Q%d", (int)c->year, (c->month + 2) / 3);
        return c->year * 4 + (c->month + 2) / 3;
    case MTTR_GROUP_WEEK:
        sb_civil_from(thursday * INT64_C(86400) * SB_NS_PER_S, 0, &t);
        snprintf(text, size, "%04d-W%02d", (int)t.year, t.yearday / 7 + 1);
        return thursday;
    case MTTR_GROUP_WEEKDAY:
        snprintf(text, size, "%s", weekdays[c->weekday]);
        return (c->weekday + 6) % 7;
    default: snprintf(text, size, "%02d", c->hour); return c->hour;
    }
}

static int64_t name_of(const struct mttr_filter *f, enum mttr_grouping by,
                       const struct mttr_incident *i, char *text, size_t size, struct sb_str *ret)
{
    struct sb_civil c;
    int64_t at = f->attribute == MTTR_BY_END ? mttr_incident_end(i) : i->start;
    if (by >= MTTR_GROUP_SERVICE && by <= MTTR_GROUP_SOURCE) {
        *ret = mttr_label_of(i, (enum mttr_label)(by - MTTR_GROUP_SERVICE));
        return 0;
    }
    if (at == MTTR_NO_TIME) {
        *ret = SB_STR("open");
        return INT64_MAX;
    }
    sb_zone_civil(f->zone, at, &c);
    int64_t order = calendar_name(by, &c, text, size);
    *ret = sb_str(text);
    return order;
}

static int compare(const void *a, const void *b, void *ctx, int *fail)
{
    const struct mttr_group *x = a, *y = b;
    (void)ctx;
    (void)fail;
    if (x->order != y->order)
        return x->order < y->order ? -1 : 1;
    return sb_str_cmp(x->name, y->name);
}

/* The group of this name, made where there is none; as 1 + its index in the map. */
static size_t find(struct mttr_groups *g, struct sb_map *map, struct sb_str name, int64_t order)
{
    void **slot = sb_map_at(map, name.p, name.len);
    if (*slot)
        return (size_t)((uintptr_t)*slot - 1);
    struct mttr_group fresh = {.name = name, .order = order};
    sb_vec_push(&g->list, fresh);
    *slot = (void *)(uintptr_t)g->list.len;
    return g->list.len - 1;
}

static struct sb_str keep(struct mttr_groups *g, struct sb_map *map, struct sb_str name)
{
    if (!name.len || sb_map_get(map, name.p, name.len))
        return name.len ? name : SB_STR("");
    return (struct sb_str){sb_arena_dup(&g->arena, name.p, name.len), name.len};
}

/* of[k]: the group of the selection's k-th; each group has counted its own. */
static void deal(const struct mttr_selection *sel, const size_t *of, struct mttr_groups *g)
{
    for (size_t k = 0; k < g->list.len; k++) {
        struct mttr_selection *s = &g->list.items[k].incidents;
        s->set = sel->set;
        s->items = sb_xcalloc(s->n, sizeof *s->items);
        s->next = sb_xcalloc(s->n, sizeof *s->next);
        s->n = 0;
    }
    for (size_t k = 0; k < sel->n; k++) {
        struct mttr_selection *s = &g->list.items[of[k]].incidents;
        s->next[s->n] = sel->next ? sel->next[k] : MTTR_NO_NEXT;
        s->items[s->n++] = sel->items[k];
    }
}

void mttr_group_split(const struct mttr_filter *f, enum mttr_grouping by,
                      const struct mttr_selection *sel, struct mttr_groups *ret)
{
    struct mttr_groups g = {0};
    struct sb_map map = {0};
    size_t *of = sb_xcalloc(sel->n + 1, sizeof *of);
    char text[32];
    struct sb_str name;
    sb_vec_reserve(&g.list, 16);
    for (size_t k = 0; k < sel->n; k++) {
        const struct mttr_incident *i = &sel->set->list.items[sel->items[k]];
        int64_t order = name_of(f, by, i, text, sizeof text, &name);
        of[k] = find(&g, &map, keep(&g, &map, name), order);
        g.list.items[of[k]].incidents.n++;
    }
    deal(sel, of, &g);
    sb_sort(g.list.items, g.list.len, sizeof *g.list.items, compare, NULL, NULL);
    free(of);
    sb_map_done(&map);
    *ret = g;
}

void mttr_groups_done(struct mttr_groups *g)
{
    for (size_t k = 0; k < g->list.len; k++)
        mttr_selection_done(&g->list.items[k].incidents);
    sb_vec_done(&g->list);
    sb_arena_done(&g->arena);
}
