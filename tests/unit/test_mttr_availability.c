/* Availability: the union of impact beside a model that looks at every minute. */
#include "applets/mttr/availability.h"
#include "core/stat/rng.h"
#include "tests/unit/mttr_unit.h"

enum { MINUTES = 400, INCIDENTS = 8, SPELLS = 3, EVENTS = 12 };

static const struct mttr_weight weights[] = {
    {{"sev1", 4}, 1}, {{"sev2", 4}, 0.5}, {{"sev[34]", 7}, 0.125}, {{"none", 4}, 0}};

struct world {
    struct mttr_incident items[INCIDENTS];
    struct mttr_spell spells[INCIDENTS][SPELLS];
    struct mttr_event events[INCIDENTS][EVENTS];
    size_t indexes[INCIDENTS];
    struct mttr_incidents set;
    struct mttr_selection sel;
    int64_t now;
};

static void add_spells(struct mttr_incident *i, struct mttr_spell *spells, struct sb_rng *r)
{
    int64_t at = (int64_t)sb_rng_below(r, MINUTES) - 50;
    i->start = minute((double)at);
    i->spells = spells;
    for (size_t n = (size_t)sb_rng_below(r, SPELLS + 1); i->n_spells < n; i->n_spells++) {
        int64_t to = at + 1 + (int64_t)sb_rng_below(r, 60);
        spells[i->n_spells] = (struct mttr_spell){minute((double)at), minute((double)to), false};
        at = to + 1 + (int64_t)sb_rng_below(r, 30);
    }
    if (i->n_spells && sb_rng_below(r, 4) == 0)
        spells[i->n_spells - 1].to = MTTR_NO_TIME;
}

static void add_events(struct mttr_incident *i, struct mttr_event *events, struct sb_rng *r)
{
    static const enum sb_event_kind kinds[] = {SB_EVENT_PAUSED, SB_EVENT_PAUSED, SB_EVENT_NOTE,
                                               SB_EVENT_ACKED, SB_EVENT_WORK_STARTED};
    int64_t at = (i->start - EPOCH) / MINUTE;
    i->events = events;
    for (; i->n_events < EVENTS; i->n_events++, at += (int64_t)sb_rng_below(r, 20))
        events[i->n_events] =
            (struct mttr_event){.kind = kinds[sb_rng_below(r, 5)], .at = minute((double)at)};
}

static void make(struct world *w, struct sb_rng *r)
{
    static const char *const severities[] = {"sev1", "sev2", "sev3", "sev4", "none", ""};
    *w = (struct world){.now = minute((double)(MINUTES / 2 + (int64_t)sb_rng_below(r, MINUTES)))};
    for (size_t k = 0; k < INCIDENTS; k++) {
        w->items[k].severity = sb_str(severities[sb_rng_below(r, 6)]);
        w->indexes[k] = k;
        add_spells(&w->items[k], w->spells[k], r);
        add_events(&w->items[k], w->events[k], r);
    }
    w->set.list.items = w->items;
    w->set.list.len = INCIDENTS;
    w->sel = (struct mttr_selection){.set = &w->set, .items = w->indexes, .n = INCIDENTS};
}

/* --- the model --- */

static bool suffers(const struct world *w, size_t k, int64_t at)
{
    for (size_t s = 0; s < w->items[k].n_spells; s++) {
        const struct mttr_spell *spell = &w->spells[k][s];
        int64_t to = spell->to == MTTR_NO_TIME ? w->now : spell->to;
        if (spell->from <= at && at < to)
            return true;
    }
    return false;
}

/* The last event that is no note, up to then, paused it. */
static bool paused(const struct world *w, size_t k, int64_t at)
{
    bool now = false;
    for (size_t e = 0; e < EVENTS; e++)
        if (w->events[k][e].at <= at && w->events[k][e].kind != SB_EVENT_NOTE)
            now = w->events[k][e].kind == SB_EVENT_PAUSED;
    return now;
}

static double weight(struct sb_str severity)
{
    for (size_t k = 0; k < sizeof weights / sizeof *weights; k++)
        if (sb_str_glob(weights[k].severity, severity, 0))
            return weights[k].share;
    return 1;
}

struct model {
    double down, impact, out;
};

static struct model look(const struct world *w, enum mttr_pauses how, int64_t from, int64_t to)
{
    struct model m = {0};
    for (int64_t at = from; at < to; at += MINUTE) {
        double heaviest = 0;
        bool any = false, waits = false;
        for (size_t k = 0; k < INCIDENTS; k++) {
            if (!suffers(w, k, at))
                continue;
            if (how != MTTR_PAUSES_DOWN && paused(w, k, at)) {
                waits = true;
                continue;
            }
            any = true;
            heaviest = fmax(heaviest, weight(w->items[k].severity));
        }
        m.down += 60 * heaviest;
        m.impact += any ? 60 : 0;
        m.out += how == MTTR_PAUSES_OUT && waits && !any ? 60 : 0;
    }
    return m;
}

START_TEST(random_worlds)
{
    static struct world w;
    struct sb_rng r;
    sb_rng_init(&r, 5);
    for (int round = 0; round < 600; round++) {
        const struct mttr_impact rules = {.pauses = (enum mttr_pauses)(round % 3),
                                          .weights = weights,
                                          .n_weights = sizeof weights / sizeof *weights,
                                          .slo = 0.99};
        int64_t from = minute((double)sb_rng_below(&r, 200)),
                to = from + (1 + (int64_t)sb_rng_below(&r, 200)) * MINUTE;
        struct mttr_availability a;
        make(&w, &r);
        mttr_availability(&rules, &w.sel, from, to, w.now, &a);
        struct model m = look(&w, rules.pauses, from, to);
        double window = (double)(to - from) / 1e9 - m.out;
        unit_require(fabs(a.down - m.down) < 1e-6, "round %d: down %g, not %g", round, a.down,
                     m.down);
        unit_require(a.impact == (int64_t)m.impact * SB_NS_PER_S, "round %d: impact", round);
        unit_require(a.left_out == (int64_t)m.out * SB_NS_PER_S, "round %d: out", round);
        if (window <= 0) {
            unit_require(isnan(a.share), "round %d: a share of nothing", round);
            continue;
        }
        unit_require(fabs(a.share - (1 - m.down / window)) < 1e-12, "round %d: share", round);
        unit_require(fabs(a.left - (0.01 * window - m.down)) < 1e-6, "round %d: left", round);
        unit_require(fabs(a.burn - m.down / window / 0.01) < 1e-9, "round %d: burn", round);
    }
}
END_TEST

/* 30 days at 99.9 %: 43.2 minutes of budget. The text's example uses 15 of them. */
START_TEST(budget)
{
    struct journal j;
    size_t index = 0;
    const struct mttr_impact rules = {.slo = 0.999};
    struct mttr_availability a;
    journal_open(&j);
    put(&j, "A", SB_EVENT_IMPACT_START, 30);
    put(&j, "A", SB_EVENT_RESTORED, 45);
    const struct mttr_selection sel = {.set = gather(&j), .items = &index, .n = 1};
    mttr_availability(&rules, &sel, minute(0), minute(30 * DAY), minute(40 * DAY), &a);
    ck_assert(fabs(a.budget - 43.2 * 60) < 1e-6 && fabs(a.left - 28.2 * 60) < 1e-6);
    ck_assert(fabs(a.burn - 15 / 43.2) < 1e-9 && a.incidents == 1 && a.open == 0);
    mttr_availability(&rules, &sel, minute(40), minute(50), minute(40 * DAY), &a);
    ck_assert(fabs(a.share - 0.5) < 1e-12); /* cut to the window */
    journal_done(&j);
}
END_TEST

/* What is not known is said. */
START_TEST(unknown)
{
    struct journal j;
    size_t indexes[] = {0, 1, 2};
    const struct mttr_impact rules = {.slo = (double)NAN};
    struct mttr_availability a;
    journal_open(&j);
    put(&j, "A", SB_EVENT_ALERTED, 10); /* seen, not known since when */
    put(&j, "A", SB_EVENT_RESTORED, 20);
    put(&j, "B", SB_EVENT_IMPACT_START, 30); /* goes on */
    put(&j, "C", SB_EVENT_IMPACT_START, 40); /* closed, and nobody wrote when it ended */
    put(&j, "C", SB_EVENT_CLOSED, 50);
    const struct mttr_selection sel = {.set = gather(&j), .items = indexes, .n = 3};
    mttr_availability(&rules, &sel, minute(0), minute(100), minute(60), &a);
    ck_assert_uint_eq(a.incidents, 2);
    ck_assert_uint_eq(a.lower, 1);
    ck_assert_uint_eq(a.open, 1);
    ck_assert_uint_eq(a.unknown, 1);
    ck_assert(fabs(a.down - 40 * 60) < 1e-9 && isnan(a.budget) && isnan(a.burn));
    journal_done(&j);
}
END_TEST

UNIT_MAIN("mttr_availability", random_worlds, budget, unknown)
