/* Whole sources whose clocks are off by hours.
 *
 * Steps that follow each other are compared: when nearly all spans between two kinds of two sources lie
 * within a quarter of an hour above the same whole number of hours, that number is no coincidence. What
 * people do spreads over minutes and hours; clocks do not. Steps are looked at in their natural order, so
 * that one which is off does not make its follower look so. Summer and winter are also looked at by
 * themselves: a source that forgets summer time is right for half of the year. */
#include "applets/mttr/diagnosis.h"

#include "core/base/mem.h"
#include "core/sort/sort.h"

#define HOUR (3600 * SB_NS_PER_S)
#define BEFORE (60 * SB_NS_PER_S) /* clocks that are set differ by this */
#define AFTER (900 * SB_NS_PER_S) /* so soon one step follows the other */

enum {
    HOURS_MOST = 14, /* the zone farthest from UTC */
    SPANS_LEAST = 5,
    SPANS_LEAST_ALONE = 20, /* of one source with itself: things may just take an hour */
    PERCENT_LEAST = 80,
    NO_HOURS = HOURS_MOST + 1
};

struct span {
    const struct mttr_event *from, *to;
    size_t incident;
    bool summer;
    int hours; /* NO_HOURS: none of the whole ones */
};
struct spans {
    SB_VEC(struct span) list;
};

static int hours_of(int64_t from, int64_t to)
{
    int64_t shifted;
    if (__builtin_sub_overflow(to, from, &shifted) ||
        __builtin_add_overflow(shifted, BEFORE, &shifted))
        return NO_HOURS;
    const int64_t whole = shifted / HOUR - (shifted % HOUR < 0);
    if (whole < -HOURS_MOST || whole > HOURS_MOST || shifted - whole * HOUR > BEFORE + AFTER)
        return NO_HOURS;
    return (int)whole;
}

/* The steps of an incident that are there, each beside the one before it. The paperwork is no step here. */
static void take(const struct mttr_incident *i, size_t index, const struct sb_zone *zone,
                 struct spans *spans)
{
    const struct mttr_event *before = NULL;
    for (enum sb_event_kind kind = SB_EVENT_IMPACT_START; kind < SB_EVENT_CLOSED; kind++) {
        const struct mttr_event *event =
            i->first[kind] == MTTR_NO_TIME ? NULL : mttr_event_first(i, kind);
        if (event && before) {
            struct span s = {.from = before, .to = event, .incident = index};
            sb_zone_offset(zone, before->at, NULL, &s.summer);
            s.hours = hours_of(before->at, event->at);
            sb_vec_push(&spans->list, s);
        }
        if (event)
            before = event;
    }
}

/* Spans of the same two kinds and sources; the later kind first, so that what it stands on is known. */
static int by_kinds(const struct span *a, const struct span *b)
{
    if (a->to->kind != b->to->kind)
        return a->to->kind < b->to->kind ? -1 : 1;
    if (a->from->kind != b->from->kind)
        return a->from->kind < b->from->kind ? -1 : 1;
    int sources = sb_str_cmp(a->to->source, b->to->source);
    return sources ? sources : sb_str_cmp(a->from->source, b->from->source);
}

static int compare(const void *left, const void *right, void *ctx, int *fail)
{
    (void)ctx;
    (void)fail;
    return by_kinds(left, right);
}

struct group {
    const struct span *spans;
    size_t n;
};

static bool counts(const struct span *s, enum mttr_season season)
{
    return season == MTTR_ALL_YEAR || s->summer == (season == MTTR_IN_SUMMER);
}

/* The hours that nearly all spans of the season lie above; NO_HOURS: there are none, or too few spans. */
static int hours_in(const struct group *g, enum mttr_season season, size_t *ret_n, size_t *ret_of)
{
    size_t tally[2 * HOURS_MOST + 1] = {0}, best = 0, of = 0;
    for (size_t k = 0; k < g->n; k++) {
        of += counts(&g->spans[k], season);
        if (counts(&g->spans[k], season) && g->spans[k].hours != NO_HOURS)
            tally[g->spans[k].hours + HOURS_MOST]++;
    }
    for (size_t k = 0; k < SB_LEN(tally); k++)
        if (tally[k] > tally[best])
            best = k;
    *ret_n = tally[best];
    *ret_of = of;
    const int hours = (int)best - HOURS_MOST;
    const bool alone = sb_str_eq(g->spans[0].from->source, g->spans[0].to->source);
    const size_t least = alone && hours > 0 ? SPANS_LEAST_ALONE : SPANS_LEAST;
    return *ret_n >= least && *ret_n * 100 >= of * PERCENT_LEAST ? hours : NO_HOURS;
}

/* How far a source's kind was found to be off then. */
static int known(const struct mttr_diagnosis *d, struct sb_str source, enum sb_event_kind kind,
                 enum mttr_season season)
{
    for (size_t k = 0; k < d->slips.len; k++) {
        const struct mttr_slip *s = &d->slips.items[k];
        if (s->kind == kind && sb_str_eq(s->source, source) &&
            (s->season == MTTR_ALL_YEAR || s->season == season))
            return s->hours;
    }
    return 0;
}

/* Our own clocks are not the ones that are off. */
static bool is_ours(struct sb_str source)
{
    return sb_str_is(source, "heartbeat") || sb_str_is(source, "mttr");
}

static void blame(struct mttr_diagnosis *d, const struct group *g, enum mttr_season season,
                  int hours, int relative)
{
    const struct span *first = &g->spans[0];
    const bool from = is_ours(first->to->source) && !is_ours(first->from->source);
    const struct mttr_event *wrong = from ? first->from : first->to;
    const struct mttr_event *right = from ? first->to : first->from;
    struct mttr_slip s = {.source = wrong->source,
                          .other = right->source,
                          .kind = wrong->kind,
                          .near = right->kind,
                          .hours = from ? -hours : hours,
                          .season = season};
    if (from && known(d, s.source, s.kind, season))
        return; /* what it stands beside said so already */
    for (size_t k = 0; k < g->n; k++) {
        const struct span *one = &g->spans[k];
        const struct mttr_event *event = from ? one->from : one->to;
        if (!counts(one, season))
            continue;
        s.of++;
        if (one->hours != relative)
            continue;
        s.n++;
        sb_vec_push(&d->cases[MTTR_SLIP],
                    ((struct mttr_case){.incident = one->incident,
                                        .event = event,
                                        .other = from ? one->to : one->from,
                                        .span = event->at - (from ? one->to : one->from)->at,
                                        .right = event->at - s.hours * HOUR,
                                        .source = d->slips.len}));
    }
    sb_vec_push(&d->slips, s);
}

static void judge(struct mttr_diagnosis *d, const struct group *g, enum mttr_season season)
{
    size_t n, of;
    const struct mttr_event *from = g->spans[0].from;
    const int relative = hours_in(g, season, &n, &of);
    if (relative == NO_HOURS)
        return;
    const int hours = relative + known(d, from->source, from->kind, season);
    if (hours)
        blame(d, g, season, hours, relative);
}

/* The season of which all others are free; MTTR_ALL_YEAR: of neither. */
static enum mttr_season season_of(const struct group *g)
{
    size_t n[2], of[2];
    const int summer = hours_in(g, MTTR_IN_SUMMER, &n[0], &of[0]);
    const int winter = hours_in(g, MTTR_IN_WINTER, &n[1], &of[1]);
    if (of[0] < SPANS_LEAST || of[1] < SPANS_LEAST || summer == winter)
        return MTTR_ALL_YEAR;
    return summer != NO_HOURS && summer != 0 ? MTTR_IN_SUMMER : MTTR_IN_WINTER;
}

/* The last two, of summer and of winter, are one when they say the same: only what they stand beside has
 * seasons. */
static void join_seasons(struct mttr_diagnosis *d)
{
    struct mttr_slip *summer = &d->slips.items[d->slips.len - 2], *winter = summer + 1;
    if (summer->hours != winter->hours || !sb_str_eq(summer->source, winter->source))
        return;
    summer->season = MTTR_ALL_YEAR;
    summer->n += winter->n;
    summer->of += winter->of;
    d->slips.len--;
    for (size_t k = d->cases[MTTR_SLIP].len; k > 0; k--) {
        if (d->cases[MTTR_SLIP].items[k - 1].source != d->slips.len)
            break;
        d->cases[MTTR_SLIP].items[k - 1].source--;
    }
}

static void judge_group(struct mttr_diagnosis *d, const struct group *g)
{
    const enum mttr_season season = season_of(g);
    if (season == MTTR_ALL_YEAR) {
        judge(d, g, MTTR_ALL_YEAR);
    } else {
        const size_t before = d->slips.len;
        judge(d, g, MTTR_IN_SUMMER);
        judge(d, g, MTTR_IN_WINTER);
        if (d->slips.len == before + 2)
            join_seasons(d);
    }
}

void mttr_diagnose_slips(const struct mttr_selection *sel, const struct sb_zone *zone,
                         struct mttr_diagnosis *d)
{
    struct spans spans = {0};
    for (size_t k = 0; k < sel->n; k++)
        take(&sel->set->list.items[sel->items[k]], sel->items[k], zone, &spans);
    sb_sort(spans.list.items, spans.list.len, sizeof *spans.list.items, compare, NULL, NULL);
    for (size_t from = 0, to; from < spans.list.len; from = to) {
        to = from + 1;
        while (to < spans.list.len && by_kinds(&spans.list.items[from], &spans.list.items[to]) == 0)
            to++;
        judge_group(d, &(struct group){&spans.list.items[from], to - from});
    }
    sb_vec_done(&spans.list);
}
