/* Availability of a window by the union of spells of impact. */
#include "applets/mttr/availability.h"

#include "core/base/mem.h"
#include "core/sort/sort.h"

#include <math.h>

const char *const mttr_pauses_names[] = {"down", "up", "out", NULL};

struct piece {
    int64_t from, to; /* within the window, from < to */
    double weight;
    bool paused;
};

struct sweep {
    const struct mttr_impact *rules;
    struct mttr_availability *ret;
    int64_t now;
    SB_VEC(struct piece) pieces;
    SB_VEC(struct mttr_spell) pauses; /* of the incident at hand */
};

static double weight_of(const struct mttr_impact *rules, struct sb_str severity)
{
    for (size_t k = 0; k < rules->n_weights; k++)
        if (sb_str_glob(rules->weights[k].severity, severity, 0))
            return rules->weights[k].share;
    return 1;
}

/* --- pieces of impact, and of pauses --- */

static void find_pauses(struct sweep *w, const struct mttr_incident *i)
{
    int64_t from = MTTR_NO_TIME;
    w->pauses.len = 0;
    for (size_t k = 0; k < i->n_events; k++) {
        const struct mttr_event *e = &i->events[k];
        if (e->kind == SB_EVENT_PAUSED && from == MTTR_NO_TIME) {
            from = e->at;
        } else if (from != MTTR_NO_TIME && e->kind != SB_EVENT_PAUSED && e->kind != SB_EVENT_NOTE) {
            struct mttr_spell pause = {.from = from, .to = e->at};
            sb_vec_push(&w->pauses, pause);
            from = MTTR_NO_TIME;
        }
    }
    if (from != MTTR_NO_TIME) { /* still */
        struct mttr_spell pause = {.from = from, .to = INT64_MAX};
        sb_vec_push(&w->pauses, pause);
    }
}

static void put(struct sweep *w, int64_t from, int64_t to, double weight, bool paused)
{
    struct piece p = {SB_MAX(from, w->ret->from), SB_MIN(to, w->ret->to), weight, paused};
    if (p.from < p.to)
        sb_vec_push(&w->pieces, p);
}

/* One spell, cut where the incident was paused. */
static void put_spell(struct sweep *w, int64_t from, int64_t to, double weight)
{
    for (size_t k = 0; k < w->pauses.len && from < to; k++) {
        const struct mttr_spell *pause = &w->pauses.items[k];
        if (pause->to <= from || pause->from >= to)
            continue;
        put(w, from, SB_MIN(pause->from, to), weight, false);
        put(w, SB_MAX(pause->from, from), SB_MIN(pause->to, to), weight, true);
        from = pause->to;
    }
    put(w, from, to, weight, false);
}

static void put_incident(struct sweep *w, const struct mttr_incident *i)
{
    struct mttr_availability *ret = w->ret;
    double weight = weight_of(w->rules, i->severity);
    size_t before = w->pieces.len;
    bool unknown = i->n_spells == 0 && i->start >= ret->from && i->start < ret->to;
    bool lower = false, open = false;
    if (w->rules->pauses != MTTR_PAUSES_DOWN)
        find_pauses(w, i);
    for (size_t k = 0; k < i->n_spells; k++) {
        const struct mttr_spell *s = &i->spells[k];
        int64_t to = s->to == MTTR_NO_TIME ? w->now : s->to;
        if (s->to == MTTR_NO_TIME && i->closed) {
            unknown = unknown || (s->from >= ret->from && s->from < ret->to);
            continue;
        }
        if (s->from >= ret->to || to <= ret->from)
            continue;
        put_spell(w, s->from, to, weight);
        lower = lower || s->lower_bound;
        open = open || s->to == MTTR_NO_TIME;
    }
    ret->incidents += w->pieces.len > before;
    ret->lower += lower;
    ret->open += open;
    ret->unknown += unknown;
}

/* --- unions --- */

static int by_start(const void *a, const void *b, void *ctx, int *fail)
{
    const struct piece *x = a, *y = b;
    (void)ctx;
    (void)fail;
    return x->from < y->from ? -1 : x->from > y->from;
}

/* Of the pieces with at least this weight; paused ones only when they are wanted. */
static int64_t measure(const struct sweep *w, double weight, bool paused)
{
    int64_t sum = 0, end = INT64_MIN;
    for (size_t k = 0; k < w->pieces.len; k++) {
        const struct piece *p = &w->pieces.items[k];
        if (p->weight < weight || (p->paused && !paused) || p->to <= end)
            continue;
        sum += p->to - SB_MAX(p->from, end);
        end = p->to;
    }
    return sum;
}

/* The integral of the heaviest weight of each moment: of all levels, the time above it times the
 * step. */
static double weigh(const struct sweep *w)
{
    bool paused = w->rules->pauses == MTTR_PAUSES_DOWN;
    double sum = 0, done = 0;
    for (;;) {
        double next = (double)INFINITY;
        for (size_t k = 0; k < w->pieces.len; k++)
            if (w->pieces.items[k].weight > done)
                next = fmin(next, w->pieces.items[k].weight);
        if (isinf(next))
            return sum;
        sum += (next - done) * (double)measure(w, next, paused) / 1e9;
        done = next;
    }
}

void mttr_availability(const struct mttr_impact *rules, const struct mttr_selection *sel,
                       int64_t from, int64_t to, int64_t now, struct mttr_availability *ret)
{
    struct mttr_availability a = {
        .from = from, .to = to, .budget = (double)NAN, .left = (double)NAN, .burn = (double)NAN};
    struct sweep w = {.rules = rules, .ret = &a, .now = now};
    for (size_t k = 0; k < sel->n; k++)
        put_incident(&w, &sel->set->list.items[sel->items[k]]);
    sb_sort(w.pieces.items, w.pieces.len, sizeof *w.pieces.items, by_start, NULL, NULL);
    a.impact = measure(&w, 0, rules->pauses == MTTR_PAUSES_DOWN);
    if (rules->pauses == MTTR_PAUSES_OUT)
        a.left_out = measure(&w, 0, true) - a.impact;
    a.down = weigh(&w);
    double window = (double)(to - from - a.left_out) / 1e9;
    a.share = window > 0 ? 1 - a.down / window : (double)NAN;
    if (!isnan(rules->slo)) {
        a.budget = (1 - rules->slo) * window;
        a.left = a.budget - a.down;
        a.burn = (1 - a.share) / (1 - rules->slo);
    }
    sb_vec_done(&w.pieces);
    sb_vec_done(&w.pauses);
    *ret = a;
}
