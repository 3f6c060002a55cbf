/* What shows only when incidents are looked at together: two for one outage, and times that were rounded. */
#include "applets/mttr/diagnosis.h"

#include "core/base/mem.h"
#include "core/sort/sort.h"
#include "core/stat/special.h"

#define MINUTE (60 * SB_NS_PER_S)

/* --- overlaps --- */

/* When users suffered, from first to last; without spells when it was written of. */
struct stretch {
    struct sb_str service;
    int64_t from, to;
    size_t incident;
};

static struct stretch stretch_of(const struct mttr_incident *i, size_t index, int64_t now)
{
    struct stretch s = {i->service, i->start, i->start, index};
    if (i->n_spells) {
        s.from = i->spells[0].from;
        s.to = i->spells[i->n_spells - 1].to;
        if (s.to == MTTR_NO_TIME)
            s.to = i->closed ? i->last[SB_EVENT_CLOSED] : now;
    }
    return s;
}

static int by_service(const void *left, const void *right, void *ctx, int *fail)
{
    const struct stretch *a = left, *b = right;
    (void)ctx;
    (void)fail;
    int order = sb_str_cmp(a->service, b->service);
    if (order)
        return order;
    return a->from != b->from ? (a->from < b->from ? -1 : 1) : 0;
}

void mttr_diagnose_overlaps(const struct mttr_selection *sel, int64_t now, struct mttr_diagnosis *d)
{
    struct stretch *all SB_CLEANUP_FREE = sb_xcalloc(sel->n + 1, sizeof *all);
    for (size_t k = 0; k < sel->n; k++)
        all[k] = stretch_of(&sel->set->list.items[sel->items[k]], sel->items[k], now);
    sb_sort(all, sel->n, sizeof *all, by_service, NULL, NULL);
    const struct stretch *longest =
        &all[0]; /* of those that began before, the one that lasts longest */
    for (size_t k = 1; k < sel->n; k++) {
        const struct stretch *s = &all[k];
        const bool same = s->service.len && sb_str_eq(s->service, longest->service);
        const int64_t end = SB_MIN(s->to, longest->to);
        if (same && s->from < longest->to && end > s->from)
            sb_vec_push(&d->cases[MTTR_OVERLAP], ((struct mttr_case){.incident = s->incident,
                                                                     .twin = longest->incident,
                                                                     .span = end - s->from,
                                                                     .right = MTTR_NO_TIME}));
        if (!same || s->to > longest->to)
            longest = s;
    }
}

/* --- roundings --- */

static const int units[] = {60, 30, 15, 5}; /* minutes, the coarsest first */

struct source {
    struct sb_str name;
    size_t n, round[SB_LEN(units)];
};
struct sources {
    SB_VEC(struct source) list;
};

enum { SOURCES_MOST = 64, TIMES_LEAST = 20 };

/* There are some dozens at most; whoever has more is not looked at. */
static struct source *source_of(struct sources *all, struct sb_str name)
{
    for (size_t k = 0; k < all->list.len; k++)
        if (sb_str_eq(all->list.items[k].name, name))
            return &all->list.items[k];
    if (all->list.len == SOURCES_MOST)
        return NULL;
    sb_vec_push(&all->list, ((struct source){.name = name}));
    return &all->list.items[all->list.len - 1];
}

static void count(struct sources *all, const struct mttr_incident *i)
{
    struct source *s = NULL;
    for (size_t k = 0; k < i->n_events; k++) {
        const struct mttr_event *event = &i->events[k];
        if (event->kind >= MTTR_STEPS)
            continue;
        if (!s || !sb_str_eq(s->name, event->source))
            s = source_of(all, event->source);
        if (!s)
            continue;
        s->n++;
        for (size_t u = 0; u < SB_LEN(units); u++)
            s->round[u] += event->at % (units[u] * MINUTE) == 0;
    }
}

/* Half of the times at least, and more than chance gives once in a million sources, were all known to a
 * minute. */
static void judge(struct mttr_diagnosis *d, const struct source *s)
{
    for (size_t u = 0; u < SB_LEN(units) && s->n >= TIMES_LEAST; u++) {
        const double expected = 1 / (double)units[u], n = (double)s->n, round = (double)s->round[u];
        if (round < n / 2 || sb_binomial_tail(round - 1, n, expected) > 1e-6)
            continue;
        sb_vec_push(&d->roundings,
                    ((struct mttr_rounding){s->name, units[u], s->round[u], s->n, expected}));
        return;
    }
}

void mttr_diagnose_roundings(const struct mttr_selection *sel, struct mttr_diagnosis *d)
{
    struct sources all = {0};
    for (size_t k = 0; k < sel->n; k++)
        count(&all, &sel->set->list.items[sel->items[k]]);
    for (size_t k = 0; k < all.list.len; k++)
        judge(d, &all.list.items[k]);
    sb_vec_done(&all.list);
}
