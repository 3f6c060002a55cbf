/* The life of incidents, cut at their events. */
#include "applets/mttr/decompose.h"

#include "core/base/time.h"
#include "core/stat/order.h"
#include "core/stat/quantile.h"

#include <math.h>
#include <stdlib.h>

static const char *const texts[MTTR_STEPS] = {
    [SB_EVENT_IMPACT_START] = "until it began",
    [SB_EVENT_DETECTED] = "until it was seen",
    [SB_EVENT_ALERTED] = "until someone was called",
    [SB_EVENT_ACKED] = "until someone answered",
    [SB_EVENT_WORK_STARTED] = "until work began",
    [SB_EVENT_DIAGNOSED] = "until the cause was known",
    [SB_EVENT_FIXED] = "until the cure was applied",
    [SB_EVENT_MITIGATED] = "until users suffered less",
    [SB_EVENT_RESTORED] = "until users were served again",
    [SB_EVENT_VERIFIED] = "until that was checked",
    [SB_EVENT_CLOSED] = "until the paperwork was done",
};

const char *mttr_wait_text(enum sb_event_kind kind)
{
    return texts[kind];
}

/* Waits of one kind, as they come. */
struct wait_list {
    SB_VEC(double) seconds;
    double longest;
};

static void take_incident(const struct mttr_selection *sel, size_t index, struct wait_list *lists,
                          struct mttr_decomposition *d)
{
    const struct mttr_incident *i = &sel->set->list.items[index];
    int64_t before = MTTR_NO_TIME;
    bool any = false;
    for (unsigned kind = SB_EVENT_IMPACT_START; kind < MTTR_STEPS; kind++) {
        int64_t at = kind >= SB_EVENT_RESTORED ? i->last[kind] : i->first[kind];
        if (at == MTTR_NO_TIME)
            continue;
        if (before != MTTR_NO_TIME && at < before) {
            d->disordered++;
            continue;
        }
        if (before != MTTR_NO_TIME) {
            /* unsigned: what a journal can hold spans 584 years */
            double seconds = (double)((uint64_t)at - (uint64_t)before) / (double)SB_NS_PER_S;
            any = true;
            if (lists[kind].seconds.len == 0 || seconds > lists[kind].longest) {
                lists[kind].longest = seconds;
                d->waits[kind].longest = index;
            }
            sb_vec_push(&lists[kind].seconds, seconds);
            d->waits[kind].seconds += seconds;
        }
        before = at;
    }
    d->incidents += any;
}

void mttr_decompose(const struct mttr_selection *sel, struct mttr_decomposition *ret)
{
    struct wait_list lists[MTTR_STEPS] = {0};
    *ret = (struct mttr_decomposition){0};
    for (size_t i = 0; i < sel->n; i++)
        take_incident(sel, sel->items[i], lists, ret);
    for (unsigned kind = 0; kind < MTTR_STEPS; kind++) {
        struct mttr_wait *w = &ret->waits[kind];
        w->n = lists[kind].seconds.len;
        w->median = (double)NAN;
        if (w->n) {
            sb_sort_doubles(lists[kind].seconds.items, w->n);
            w->median = sb_quantile(lists[kind].seconds.items, w->n, 0.5);
        }
        ret->seconds += w->seconds;
        sb_vec_done(&lists[kind].seconds);
    }
}
