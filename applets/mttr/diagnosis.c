/* What is wrong with single incidents. */
#include "applets/mttr/diagnosis.h"

#include "core/base/mem.h"
#include "core/sort/sort.h"

#define SECOND SB_NS_PER_S
#define HOUR (3600 * SB_NS_PER_S)
#define DAY (24 * HOUR)

enum { SILENT_DAYS = 7 };

const struct mttr_ailment_text mttr_ailments[] = {
#define AILMENT_TEXT(name, text, title, meaning) {text, title, meaning},
    MTTR_AILMENTS(AILMENT_TEXT)
#undef AILMENT_TEXT
};

const char *const mttr_season_names[] = {"all_year", "summer", "winter", NULL};

struct patient {
    struct mttr_diagnosis *d;
    const struct mttr_incident *i;
    size_t index; /* of the set */
    const struct sb_zone *zone;
    int64_t now;
};

static void add(const struct patient *p, enum mttr_ailment what, const struct mttr_event *event,
                const struct mttr_event *other, int64_t span)
{
    sb_vec_push(&p->d->cases[what], ((struct mttr_case){.incident = p->index,
                                                        .event = event,
                                                        .other = other,
                                                        .span = span,
                                                        .right = MTTR_NO_TIME}));
}

const struct mttr_event *mttr_event_first(const struct mttr_incident *i, enum sb_event_kind kind)
{
    for (size_t k = 0; k < i->n_events; k++)
        if (i->events[k].kind == kind)
            return &i->events[k];
    return NULL;
}

const struct mttr_event *mttr_event_last(const struct mttr_incident *i, enum sb_event_kind kind)
{
    for (size_t k = i->n_events; k > 0; k--)
        if (i->events[k - 1].kind == kind)
            return &i->events[k - 1];
    return NULL;
}

/* Spans that metrics count, and pairs of which the order is known: a cure before the work, say, is none (a
 * failover may serve users before anybody works on the cause). */
static void negative(const struct patient *p)
{
    static const struct {
        enum sb_event_kind from, to;
        bool last; /* the last `to` counts: an end may come several times */
    } pairs[] = {
        {SB_EVENT_IMPACT_START, SB_EVENT_DETECTED, false},
        {SB_EVENT_DETECTED, SB_EVENT_ALERTED, false},
        {SB_EVENT_ALERTED, SB_EVENT_ACKED, false},
        {SB_EVENT_WORK_STARTED, SB_EVENT_FIXED, true},
        {SB_EVENT_IMPACT_START, SB_EVENT_MITIGATED, true},
        {SB_EVENT_IMPACT_START, SB_EVENT_RESTORED, true},
        {SB_EVENT_DETECTED, SB_EVENT_VERIFIED, true},
        {SB_EVENT_RESTORED, SB_EVENT_VERIFIED, true},
        {SB_EVENT_DETECTED, SB_EVENT_CLOSED, true},
    };
    for (size_t k = 0; k < SB_LEN(pairs); k++) {
        const int64_t from = p->i->first[pairs[k].from];
        const int64_t to = pairs[k].last ? p->i->last[pairs[k].to] : p->i->first[pairs[k].to];
        if (from == MTTR_NO_TIME || to == MTTR_NO_TIME || to >= from)
            continue;
        const struct mttr_event *a = mttr_event_first(p->i, pairs[k].from);
        const struct mttr_event *b = pairs[k].last ? mttr_event_last(p->i, pairs[k].to)
                                                   : mttr_event_first(p->i, pairs[k].to);
        if (a && b && b->at + b->precision < a->at)
            add(p, MTTR_NEGATIVE, b, a, b->at - a->at);
    }
}

static bool is_midnight(const struct sb_zone *zone, int64_t at)
{
    if (at % DAY == 0)
        return true;
    if (at % SECOND != 0)
        return false;
    const int64_t seconds = at / SECOND + sb_zone_offset(zone, at, NULL, NULL);
    return seconds % (DAY / SECOND) == 0;
}

static void single_events(const struct patient *p)
{
    for (size_t k = 0; k < p->i->n_events; k++) {
        const struct mttr_event *event = &p->i->events[k];
        if (event->kind >= MTTR_STEPS)
            continue;
        if (event->at > p->now + SECOND)
            add(p, MTTR_FUTURE, event, NULL, event->at - p->now);
        if (is_midnight(p->zone, event->at))
            add(p, MTTR_MIDNIGHT, event, NULL, 0);
    }
}

/* Times that are known to a minute may well be the same. */
static void acks(const struct patient *p)
{
    const struct mttr_event *alert = mttr_event_first(p->i, SB_EVENT_ALERTED);
    const struct mttr_event *ack = mttr_event_first(p->i, SB_EVENT_ACKED);
    if (!ack)
        return;
    if (!ack->person)
        add(p, MTTR_ROBOT_ACK, ack, NULL, 0);
    if (!alert || ack->at < alert->at || ack->at - alert->at >= SECOND)
        return;
    const bool whole = alert->at % (60 * SECOND) == 0 && ack->at == alert->at;
    if (!whole && alert->precision < SECOND && ack->precision < SECOND)
        add(p, MTTR_INSTANT_ACK, ack, alert, ack->at - alert->at);
}

static int64_t impact_of(const struct mttr_incident *i)
{
    int64_t sum = 0;
    for (size_t k = 0; k < i->n_spells; k++)
        if (i->spells[k].to != MTTR_NO_TIME)
            sum += i->spells[k].to - i->spells[k].from;
    return sum;
}

static void ends(const struct patient *p)
{
    const struct mttr_incident *i = p->i;
    const struct mttr_event *restored = mttr_event_last(i, SB_EVENT_RESTORED);
    const struct mttr_event *closed = mttr_event_last(i, SB_EVENT_CLOSED);
    const struct mttr_event *last = i->n_events ? &i->events[i->n_events - 1] : NULL;
    if (!i->restored && !i->closed) {
        if (last && p->now - last->at > SILENT_DAYS * DAY)
            add(p, MTTR_FORGOTTEN, last, NULL, p->now - last->at);
        return;
    }
    if (!restored)
        add(p, MTTR_NO_END, NULL, closed, 0);
    if (!restored || !closed || i->first[SB_EVENT_VERIFIED] != MTTR_NO_TIME)
        return;
    const int64_t lag = closed->at - restored->at;
    if (lag > HOUR && lag > impact_of(i))
        add(p, MTTR_PAPERWORK, closed, restored, lag);
}

static void begins(const struct patient *p)
{
    const struct mttr_incident *i = p->i;
    const struct mttr_event *impact = mttr_event_first(i, SB_EVENT_IMPACT_START);
    const struct mttr_event *seen = mttr_event_first(i, SB_EVENT_DETECTED);
    const struct mttr_event *alert = mttr_event_first(i, SB_EVENT_ALERTED);
    if (!impact) {
        add(p, MTTR_NO_START, NULL, i->n_events ? &i->events[0] : NULL, 0);
        return;
    }
    if (!seen || (alert && alert->at != seen->at) || sb_str_is(seen->source, "heartbeat"))
        return;
    if (seen->at - (impact->at + impact->precision) > HOUR)
        add(p, MTTR_LATE, seen, impact, seen->at - impact->at);
}

/* --- what slips explain --- */

static int by_event(const void *left, const void *right, void *ctx, int *fail)
{
    const int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;
    (void)ctx;
    (void)fail;
    return a < b ? -1 : a > b;
}

static bool has(const int64_t *ids, size_t n, const struct mttr_event *event)
{
    size_t low = 0, high = n;
    while (event && low < high) {
        size_t mid = low + (high - low) / 2;
        if (ids[mid] == event->id)
            return true;
        if (ids[mid] < event->id)
            low = mid + 1;
        else
            high = mid;
    }
    return false;
}

static void drop_explained(struct mttr_diagnosis *d)
{
    const size_t n = d->cases[MTTR_SLIP].len;
    int64_t *ids SB_CLEANUP_FREE = sb_xcalloc(n + 1, sizeof *ids);
    size_t kept = 0;
    for (size_t k = 0; k < n; k++)
        ids[k] = d->cases[MTTR_SLIP].items[k].event->id;
    sb_sort(ids, n, sizeof *ids, by_event, NULL, NULL);
    for (size_t k = 0; k < d->cases[MTTR_NEGATIVE].len; k++) {
        const struct mttr_case c = d->cases[MTTR_NEGATIVE].items[k];
        if (!has(ids, n, c.event) && !has(ids, n, c.other))
            d->cases[MTTR_NEGATIVE].items[kept++] = c;
    }
    d->cases[MTTR_NEGATIVE].len = kept;
}

static size_t count_ill(const struct mttr_diagnosis *d, size_t incidents)
{
    bool *ill SB_CLEANUP_FREE = sb_xcalloc(incidents + 1, sizeof *ill);
    size_t n = 0;
    for (int what = 0; what < MTTR_AILMENT_COUNT; what++) {
        for (size_t k = 0; k < d->cases[what].len; k++) {
            bool *one = &ill[d->cases[what].items[k].incident];
            n += !*one;
            *one = true;
        }
    }
    return n;
}

void mttr_diagnose(const struct mttr_selection *sel, const struct sb_zone *zone, int64_t now,
                   struct mttr_diagnosis *ret)
{
    *ret = (struct mttr_diagnosis){.incidents = sel->n};
    for (size_t k = 0; k < sel->n; k++) {
        const struct patient p = {.d = ret,
                                  .i = &sel->set->list.items[sel->items[k]],
                                  .index = sel->items[k],
                                  .zone = zone,
                                  .now = now};
        ret->events += p.i->n_events;
        negative(&p);
        single_events(&p);
        acks(&p);
        begins(&p);
        ends(&p);
    }
    mttr_diagnose_slips(sel, zone, ret);
    mttr_diagnose_overlaps(sel, now, ret);
    mttr_diagnose_roundings(sel, ret);
    drop_explained(ret);
    ret->ill = count_ill(ret, sel->set->list.len);
}

void mttr_diagnosis_done(struct mttr_diagnosis *d)
{
    for (int what = 0; what < MTTR_AILMENT_COUNT; what++)
        sb_vec_done(&d->cases[what]);
    sb_vec_done(&d->slips);
    sb_vec_done(&d->roundings);
}
