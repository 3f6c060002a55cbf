/* Time of impact by rate, people's time, and what they come to. */
#include "applets/mttr/loss.h"

#include "core/base/mem.h"
#include "core/sort/sort.h"
#include "core/stat/order.h"
#include "core/stat/quantile.h"
#include "core/stat/rng.h"

#include <math.h>

#define HOUR (3600 * SB_NS_PER_S)

/* --- when, and how heavy --- */

/* A spell begins, or ends. */
struct edge {
    int64_t at;
    bool begins;
    unsigned char impact; /* class */
};
struct edges {
    SB_VEC(struct edge) list;
};

static unsigned char class_of(const struct mttr_rates *r, const struct mttr_incident *i)
{
    for (size_t k = 0; k < r->n_impacts; k++) {
        const struct mttr_share *s = &r->impacts[k];
        if ((!s->severity.p || sb_str_glob(s->severity, i->severity, '\0')) &&
            (!s->service.p || sb_str_glob(s->service, i->service, '\0')))
            return (unsigned char)k;
    }
    return MTTR_IMPACTS;
}

static double share_of(const struct mttr_rates *r, size_t class)
{
    return class < MTTR_IMPACTS ? r->impacts[class].share.likely : 1;
}

static void push(struct edges *edges, int64_t from, int64_t to, unsigned char class)
{
    if (from >= to)
        return;
    sb_vec_push(&edges->list, ((struct edge){from, true, class}));
    sb_vec_push(&edges->list, ((struct edge){to, false, class}));
}

static int by_time(const void *left, const void *right, void *ctx, int *fail)
{
    const struct edge *a = left, *b = right;
    (void)ctx;
    (void)fail;
    return a->at < b->at ? -1 : a->at > b->at;
}

/* One stretch of one class, cut at the hours of the zone's clock. */
static void put_hours(const struct mttr_rates *r, const struct sb_zone *zone, int64_t from,
                      int64_t to, size_t class, struct mttr_exposure *ret)
{
    ret->sum += (double)(to - from) * 1e-9;
    if (r->n_rates == 1) {
        ret->seconds[0][class] += (double)(to - from) * 1e-9;
        return;
    }
    while (from < to) {
        struct sb_civil c;
        sb_zone_civil(zone, from, &c);
        const int64_t into =
            ((int64_t)c.minute * 60 + c.second) * SB_NS_PER_S + (int64_t)c.nanosecond;
        const int64_t end = SB_MIN(to, from + HOUR - into);
        const int hour = (c.weekday + 6) % 7 * 24 + c.hour;
        ret->seconds[r->hours[hour]][class] += (double)(end - from) * 1e-9;
        from = end;
    }
}

/* Walks along the edges; the heaviest class that is going on gets each stretch. */
static void sweep(const struct mttr_rates *r, const struct sb_zone *zone, struct edges *edges,
                  struct mttr_exposure *ret)
{
    size_t going[MTTR_IMPACT_CLASSES] = {0};
    sb_sort(edges->list.items, edges->list.len, sizeof *edges->list.items, by_time, NULL, NULL);
    for (size_t k = 0; k < edges->list.len; k++) {
        const struct edge *edge = &edges->list.items[k];
        size_t heaviest = MTTR_IMPACT_CLASSES;
        if (edge->begins)
            going[edge->impact]++;
        else
            going[edge->impact]--;
        for (size_t c = 0; c < MTTR_IMPACT_CLASSES; c++)
            if (going[c] &&
                (heaviest == MTTR_IMPACT_CLASSES || share_of(r, c) > share_of(r, heaviest)))
                heaviest = c;
        if (heaviest < MTTR_IMPACT_CLASSES && k + 1 < edges->list.len)
            put_hours(r, zone, edge->at, edge[1].at, heaviest, ret);
    }
}

/* Since when somebody could have done something. */
static int64_t called_at(const struct mttr_incident *i)
{
    if (i->first[SB_EVENT_ALERTED] != MTTR_NO_TIME)
        return i->first[SB_EVENT_ALERTED];
    return i->first[SB_EVENT_DETECTED]; /* INT64_MIN: since ever */
}

/* Gives the s of impact, -1 while it goes on. */
static double take(const struct mttr_rates *r, const struct mttr_incident *i, int64_t now,
                   struct edges *all, struct edges *called, struct mttr_exposed *ret)
{
    const unsigned char class = class_of(r, i);
    bool open = false;
    double seconds = 0;
    for (size_t k = 0; k < i->n_spells; k++) {
        const struct mttr_spell *s = &i->spells[k];
        const bool lasts = s->to == MTTR_NO_TIME && !i->closed;
        if (s->to == MTTR_NO_TIME && i->closed)
            continue; /* nobody says when it ended */
        const int64_t to = lasts ? now : s->to;
        open |= lasts;
        ret->lower += s->lower_bound;
        push(all, s->from, to, class);
        push(called, SB_MAX(s->from, called_at(i)), to, class);
        seconds += to > s->from ? (double)(to - s->from) * 1e-9 : 0;
    }
    ret->open += open;
    ret->incidents += open || seconds > 0;
    ret->unknown += !open && seconds <= 0;
    return open ? -1 : seconds;
}

void mttr_expose(const struct mttr_rates *r, const struct mttr_selection *sel,
                 const struct sb_zone *zone, int64_t now, struct mttr_exposed *ret)
{
    struct edges all = {0}, called = {0};
    *ret = (struct mttr_exposed){.lengths = sb_xcalloc(sel->n + 1, sizeof(double))};
    for (size_t k = 0; k < sel->n; k++) {
        const double s = take(r, &sel->set->list.items[sel->items[k]], now, &all, &called, ret);
        if (s > 0)
            ret->lengths[ret->n_lengths++] = s;
    }
    sb_sort_doubles(ret->lengths, ret->n_lengths);
    sweep(r, zone, &all, &ret->impact);
    sweep(r, zone, &called, &ret->called);
    sb_vec_done(&all.list);
    sb_vec_done(&called.list);
}

void mttr_exposed_done(struct mttr_exposed *e)
{
    free(e->lengths);
    e->lengths = NULL;
}

/* --- people --- */

enum { PERSONS_MOST = 256 }; /* of one incident; more are not counted */

/* When whoever came was free again: MTTR_NO_TIME, it is not over. */
static int64_t free_again(const struct mttr_incident *i)
{
    if (!i->restored && !i->closed)
        return MTTR_NO_TIME;
    if (i->last[SB_EVENT_VERIFIED] != MTTR_NO_TIME)
        return i->last[SB_EVENT_VERIFIED];
    return i->restored ? i->last[SB_EVENT_RESTORED] : i->last[SB_EVENT_CLOSED];
}

static void count_person(const struct mttr_rates *r, int64_t from, int64_t to,
                         struct mttr_people *ret)
{
    int64_t span = SB_MAX(to - from, 0);
    if (span == 0)
        return; /* who came after it was over did the paperwork */
    ret->capped += span > r->people_most;
    span = SB_MIN(span, r->people_most) + r->people_switch;
    ret->persons++;
    ret->seconds += (double)span * 1e-9;
}

static void count_incident(const struct mttr_rates *r, const struct mttr_incident *i, int64_t now,
                           struct mttr_people *ret)
{
    struct sb_str seen[PERSONS_MOST];
    size_t n = 0;
    bool nameless = false;
    const int64_t end = free_again(i), to = end == MTTR_NO_TIME ? now : end;
    const size_t before = ret->persons;
    for (size_t k = 0; k < i->n_events && n < PERSONS_MOST; k++) {
        const struct mttr_event *event = &i->events[k];
        const bool act = event->kind >= SB_EVENT_ACKED && event->kind <= SB_EVENT_VERIFIED;
        bool known = false;
        nameless |= act && event->kind < SB_EVENT_RESTORED && (!event->person || !event->actor.len);
        if (!event->person || !event->actor.len || event->kind == SB_EVENT_CLOSED)
            continue;
        for (size_t p = 0; p < n && !known; p++)
            known = sb_str_eq(seen[p], event->actor);
        if (known)
            continue;
        seen[n++] = event->actor;
        count_person(r, event->at, to, ret);
    }
    ret->incidents += ret->persons > before;
    ret->nameless += nameless;
}

void mttr_people_count(const struct mttr_rates *r, const struct mttr_selection *sel, int64_t now,
                       struct mttr_people *ret)
{
    *ret = (struct mttr_people){0};
    for (size_t k = 0; k < sel->n; k++)
        count_incident(r, &sel->set->list.items[sel->items[k]], now, ret);
}

/* --- amounts --- */

double mttr_credit_of(const struct mttr_rates *r, double availability)
{
    double share = 0;
    for (size_t k = 0; k < r->n_credits; k++)
        if (availability < r->credits[k].below - 1e-12) /* 99.9 / 100 is not quite 0.999 */
            share = fmax(share, r->credits[k].share);
    return share;
}

/* The inputs of one draw. */
struct inputs {
    double rates[1 + MTTR_RATES_HOURS], impacts[MTTR_IMPACT_CLASSES], back, person;
};
struct sums {
    double lost, called, back, people, total;
};

static struct inputs likely_of(const struct mttr_rates *r)
{
    struct inputs in = {.back = r->back.likely, .person = r->person.likely};
    for (size_t k = 0; k < r->n_rates; k++)
        in.rates[k] = r->rates[k].likely;
    for (size_t k = 0; k < MTTR_IMPACT_CLASSES; k++)
        in.impacts[k] = share_of(r, k);
    return in;
}

/* Of the triangle over a range, by the inverse of its distribution. */
static double draw(const struct mttr_range *x, struct sb_rng *rng)
{
    const double width = x->high - x->low, u = sb_rng_real(rng);
    if (!(width > 0))
        return x->likely;
    const double below = (x->likely - x->low) / width;
    if (u < below)
        return x->low + sqrt(u * width * (x->likely - x->low));
    return x->high - sqrt((1 - u) * width * (x->high - x->likely));
}

static struct inputs draw_all(const struct mttr_rates *r, struct sb_rng *rng)
{
    struct inputs in = {.back = draw(&r->back, rng), .person = draw(&r->person, rng)};
    for (size_t k = 0; k < r->n_rates; k++)
        in.rates[k] = draw(&r->rates[k], rng);
    for (size_t k = 0; k < r->n_impacts; k++)
        in.impacts[k] = draw(&r->impacts[k].share, rng);
    in.impacts[MTTR_IMPACTS] = 1;
    return in;
}

static double cost_of(const struct mttr_rates *r, const struct mttr_exposure *e,
                      const struct inputs *in)
{
    double sum = 0;
    for (size_t k = 0; k < r->n_rates; k++) {
        double seconds = e->seconds[k][MTTR_IMPACTS];
        for (size_t c = 0; c < r->n_impacts; c++)
            seconds += e->seconds[k][c] * in->impacts[c];
        sum += seconds * in->rates[k];
    }
    return sum;
}

static struct sums add_up(const struct mttr_rates *r, const struct mttr_exposed *e,
                          const struct mttr_people *people, double credits, const struct inputs *in)
{
    struct sums s = {.lost = cost_of(r, &e->impact, in), .called = cost_of(r, &e->called, in)};
    s.back = s.lost * in->back;
    s.people = people->seconds * in->person;
    s.total = s.lost - s.back + s.people + credits;
    return s;
}

static bool is_sure(const struct mttr_range *x)
{
    return !(x->high > x->low);
}

static bool all_sure(const struct mttr_rates *r)
{
    bool sure = is_sure(&r->back) && is_sure(&r->person);
    for (size_t k = 0; k < r->n_rates; k++)
        sure = sure && is_sure(&r->rates[k]);
    for (size_t k = 0; k < r->n_impacts; k++)
        sure = sure && is_sure(&r->impacts[k].share);
    return sure;
}

static struct mttr_amount amount(double likely, double *drawn, size_t n)
{
    struct mttr_amount a = {likely, likely, likely};
    if (!n)
        return a;
    sb_sort_doubles(drawn, n);
    a.low = sb_quantile(drawn, n, 0.05);
    a.high = sb_quantile(drawn, n, 0.95);
    return a;
}

void mttr_loss_draw(const struct mttr_rates *r, const struct mttr_exposed *e,
                    const struct mttr_people *people, double credits, uint64_t draws, uint64_t seed,
                    struct mttr_loss *ret)
{
    const struct inputs likely = likely_of(r);
    const struct sums at = add_up(r, e, people, credits, &likely);
    const bool certain = all_sure(r);
    const size_t n = certain ? 0 : (size_t)draws;
    double *all SB_CLEANUP_FREE = sb_xcalloc(5 * n + 1, sizeof *all);
    struct sb_rng rng;
    sb_rng_init(&rng, seed);
    for (size_t d = 0; d < n; d++) {
        const struct inputs in = draw_all(r, &rng);
        const struct sums s = add_up(r, e, people, credits, &in);
        all[d] = s.lost;
        all[n + d] = s.called;
        all[2 * n + d] = s.back;
        all[3 * n + d] = s.people;
        all[4 * n + d] = s.total;
    }
    *ret = (struct mttr_loss){.lost = amount(at.lost, all, n),
                              .called = amount(at.called, all + n, n),
                              .back = amount(at.back, all + 2 * n, n),
                              .people = amount(at.people, all + 3 * n, n),
                              .total = amount(at.total, all + 4 * n, n),
                              .certain = certain};
}
