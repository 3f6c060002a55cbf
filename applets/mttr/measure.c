/* What one incident says of a metric: from which of its events to which, or why it cannot be
 * told. */
#include "applets/mttr/metric.h"

/* From the first event of the first kind that there is to one of the second list likewise; lists
 * end with SB_EVENT_OTHER. What is not the first of its list is derived. */
struct rule {
    enum sb_event_kind from[4], to[3];
    bool last; /* the end is the last of its kind, and must still hold */
};

static const struct rule strict[MTTR_METRIC_COUNT] = {
    [MTTR_REPAIR] = {{SB_EVENT_WORK_STARTED, SB_EVENT_DIAGNOSED, SB_EVENT_ACKED},
                     {SB_EVENT_FIXED, SB_EVENT_MITIGATED},
                     true},
    [MTTR_RESOLVE] = {{SB_EVENT_DETECTED, SB_EVENT_ALERTED},
                      {SB_EVENT_VERIFIED, SB_EVENT_CLOSED},
                      true},
    [MTTR_DETECT] = {{SB_EVENT_IMPACT_START}, {SB_EVENT_DETECTED, SB_EVENT_ALERTED}, false},
    [MTTR_ACKNOWLEDGE] = {{SB_EVENT_ALERTED}, {SB_EVENT_ACKED}, false},
    [MTTR_MITIGATE] = {{SB_EVENT_IMPACT_START}, {SB_EVENT_MITIGATED, SB_EVENT_RESTORED}, false},
    [MTTR_CLOSE] = {{SB_EVENT_DETECTED, SB_EVENT_ALERTED}, {SB_EVENT_CLOSED}, true},
};

static const struct rule table[] = {
    [MTTR_RESPOND] = {{SB_EVENT_ALERTED}, {SB_EVENT_ACKED}, false},
    [MTTR_REPAIR] = {{SB_EVENT_WORK_STARTED, SB_EVENT_DIAGNOSED, SB_EVENT_ACKED},
                     {SB_EVENT_FIXED},
                     true},
    [MTTR_RECOVER] = {{SB_EVENT_IMPACT_START}, {SB_EVENT_RESTORED}, true},
    [MTTR_RESOLVE] = {{SB_EVENT_DETECTED, SB_EVENT_ALERTED},
                      {SB_EVENT_VERIFIED, SB_EVENT_CLOSED},
                      true},
};

static const struct rule drawing[] = {
    [MTTR_RESPOND] = {{SB_EVENT_ALERTED}, {SB_EVENT_ACKED}, false},
    [MTTR_REPAIR] = {{SB_EVENT_WORK_STARTED}, {SB_EVENT_FIXED}, true},
    [MTTR_RECOVER] = {{SB_EVENT_WORK_STARTED}, {SB_EVENT_RESTORED}, true},
    [MTTR_RESOLVE] = {{SB_EVENT_ALERTED}, {SB_EVENT_CLOSED, SB_EVENT_VERIFIED}, true},
};

static const struct rule example[] = {
    [MTTR_RESPOND] = {{SB_EVENT_ALERTED}, {SB_EVENT_ACKED}, false},
    [MTTR_REPAIR] = {{SB_EVENT_DIAGNOSED}, {SB_EVENT_VERIFIED}, true},
    [MTTR_RECOVER] = {{SB_EVENT_ALERTED}, {SB_EVENT_RESTORED}, true},
    [MTTR_RESOLVE] = {{SB_EVENT_ALERTED}, {SB_EVENT_CLOSED}, true},
};

static const struct rule *const profiles[] = {strict, table, drawing, example};

/* From one instant to another; cut where it does not fit: 292 years, the journal has twice as
 * many. */
static int64_t span(int64_t from, int64_t to)
{
    int64_t ns;
    if (__builtin_sub_overflow(to, from, &ns))
        return to > from ? INT64_MAX : INT64_MIN;
    return ns;
}

static int64_t add(int64_t a, int64_t b) /* both >= 0 */
{
    return a > INT64_MAX - b ? INT64_MAX : a + b;
}

static int64_t since(int64_t from, int64_t now)
{
    return now > from ? span(from, now) : 0;
}

/* The kind of `list` that the incident has, its first where it has none. */
static enum sb_event_kind choose(const int64_t *when, const enum sb_event_kind *list)
{
    for (size_t i = 0; list[i] != SB_EVENT_OTHER; i++)
        if (when[list[i]] != MTTR_NO_TIME)
            return list[i];
    return list[0];
}

/* Whether an event of this kind, should it be missing, may still come. */
static bool awaited(const struct mttr_incident *i, enum sb_event_kind kind, int64_t now)
{
    int64_t restored = i->last[SB_EVENT_RESTORED];
    if (i->closed)
        return false;
    if (kind < SB_EVENT_VERIFIED || restored == MTTR_NO_TIME)
        return !i->restored;
    return !i->restored || since(restored, now) < MTTR_PAPERWORK;
}

/* Whether the incident was reopened after its last event of this kind, and what that undid is
 * not done again. */
static bool undone(const struct mttr_incident *i, enum sb_event_kind kind)
{
    if (i->closed || (kind < SB_EVENT_VERIFIED && i->restored))
        return false;
    for (size_t k = i->n_events; k-- > 0 && i->events[k].at > i->last[kind];)
        if (i->events[k].kind == SB_EVENT_REOPENED)
            return true;
    return false;
}

/* Fills what, and ns, of a measure whose from, to and kinds are there. */
static void judge(struct mttr_measure *m, const struct mttr_incident *i, int64_t now)
{
    if (m->from == MTTR_NO_TIME) {
        m->what = MTTR_MISSING;
    } else if (m->to == MTTR_NO_TIME) {
        m->what = awaited(i, m->to_kind, now) ? MTTR_OPEN : MTTR_MISSING;
        m->ns = m->what == MTTR_OPEN ? since(m->from, now) : 0;
    } else {
        m->what = m->to < m->from ? MTTR_NEGATIVE : MTTR_MEASURED;
        m->ns = span(m->from, m->to);
    }
}

static struct mttr_measure by_rule(const struct rule *r, const struct mttr_incident *i, int64_t now)
{
    struct mttr_measure m = {0};
    const int64_t *ends = r->last ? i->last : i->first;
    m.from_kind = choose(i->first, r->from);
    m.to_kind = choose(ends, r->to);
    m.from = i->first[m.from_kind];
    m.to = ends[m.to_kind];
    if (r->last && m.to != MTTR_NO_TIME && undone(i, m.to_kind)) {
        m.to = MTTR_NO_TIME;
        m.to_kind = r->to[0];
    }
    m.derived = m.from_kind != r->from[0] || m.to_kind != r->to[0];
    judge(&m, i, now);
    return m;
}

/* Something that a person does because they were called. */
static bool is_act(const struct mttr_event *e)
{
    return e->person && e->kind >= SB_EVENT_ACKED && e->kind <= SB_EVENT_NOTE &&
           e->kind != SB_EVENT_RE_ALERTED;
}

static struct mttr_measure respond(const struct mttr_incident *i, int64_t now)
{
    struct mttr_measure m = {.from_kind = SB_EVENT_ALERTED,
                             .to_kind = SB_EVENT_ACKED,
                             .from = i->first[SB_EVENT_ALERTED],
                             .to = MTTR_NO_TIME};
    const struct mttr_event *other = NULL;
    for (size_t k = 0; k < i->n_events && m.to == MTTR_NO_TIME; k++) {
        const struct mttr_event *e = &i->events[k];
        if (e->person && e->kind == SB_EVENT_ACKED)
            m.to = e->at;
        else if (!other && is_act(e) && e->at >= m.from)
            other = e;
    }
    if (m.to == MTTR_NO_TIME && other) {
        m.to = other->at;
        m.to_kind = other->kind;
        m.derived = true;
    } else if (m.to == MTTR_NO_TIME && i->first[SB_EVENT_ACKED] != MTTR_NO_TIME) {
        m.to = i->first[SB_EVENT_ACKED]; /* nobody knows by whom */
        m.derived = true;
    }
    judge(&m, i, now);
    return m;
}

/* The kind of the event by which a spell was seen to begin. */
static enum sb_event_kind seen_by(const struct mttr_incident *i, int64_t at)
{
    for (int kind = SB_EVENT_IMPACT_START; kind <= SB_EVENT_WORK_STARTED; kind++)
        if (i->first[kind] == at)
            return (enum sb_event_kind)kind;
    return SB_EVENT_IMPACT_START;
}

static struct mttr_measure recover(const struct mttr_incident *i, int64_t now)
{
    struct mttr_measure m = {.from_kind = SB_EVENT_IMPACT_START,
                             .to_kind = SB_EVENT_RESTORED,
                             .from = i->first[SB_EVENT_IMPACT_START],
                             .to = i->last[SB_EVENT_RESTORED]};
    if (!i->n_spells || (m.from != MTTR_NO_TIME && m.to != MTTR_NO_TIME && m.to < m.from)) {
        judge(&m, i, now);
        return m;
    }
    m.from = i->spells[0].from;
    m.from_kind = seen_by(i, m.from);
    m.to = i->spells[i->n_spells - 1].to;
    m.what = MTTR_MEASURED;
    for (size_t k = 0; k < i->n_spells; k++) {
        const struct mttr_spell *s = &i->spells[k];
        m.derived = m.derived || s->lower_bound;
        if (s->to != MTTR_NO_TIME)
            m.ns = add(m.ns, span(s->from, s->to));
        else if (i->closed)
            m.what = MTTR_MISSING;
        else
            m.ns = add(m.ns, since(s->from, now));
        if (s->to == MTTR_NO_TIME && m.what != MTTR_MISSING)
            m.what = MTTR_OPEN;
    }
    return m;
}

static enum sb_event_kind failure_of(const struct mttr_incident *i)
{
    static const enum sb_event_kind kinds[] = {SB_EVENT_IMPACT_START, SB_EVENT_DETECTED,
                                               SB_EVENT_ALERTED, SB_EVENT_OTHER};
    return choose(i->first, kinds);
}

static struct mttr_measure between(enum mttr_metric metric, const struct mttr_incident *i,
                                   const struct mttr_incident *next, int64_t now)
{
    struct mttr_measure m = {.what = MTTR_NOT_MINE,
                             .from_kind = metric == MTTR_MTTF ? SB_EVENT_RESTORED : failure_of(i),
                             .to_kind = next ? failure_of(next) : SB_EVENT_IMPACT_START,
                             .to = MTTR_NO_TIME};
    m.from = metric == MTTR_MTTF ? i->last[SB_EVENT_RESTORED] : i->first[m.from_kind];
    if (next)
        m.to = next->first[m.to_kind];
    m.derived = m.to_kind != SB_EVENT_IMPACT_START ||
                (metric == MTTR_MTBF && m.from_kind != SB_EVENT_IMPACT_START);
    if (!i->service.len || (metric == MTTR_MTTF && !i->restored))
        return m;
    if (m.from == MTTR_NO_TIME || (next && m.to == MTTR_NO_TIME)) {
        m.what = MTTR_MISSING;
    } else if (!next) {
        m.what = MTTR_OPEN;
        m.ns = since(m.from, now);
    } else if (m.to >= m.from) {
        m.what = MTTR_MEASURED;
        m.ns = span(m.from, m.to);
    }
    return m;
}

struct mttr_measure mttr_measure_one(enum mttr_defs defs, enum mttr_metric m,
                                     const struct mttr_incident *of,
                                     const struct mttr_incident *next, int64_t now)
{
    if (!*mttr_metric_definition(defs, m))
        return (struct mttr_measure){
            .what = MTTR_NOT_MINE, .from = MTTR_NO_TIME, .to = MTTR_NO_TIME};
    if (defs == MTTR_DEFS_STRICT && m == MTTR_RESPOND)
        return respond(of, now);
    if (defs == MTTR_DEFS_STRICT && m == MTTR_RECOVER)
        return recover(of, now);
    if (m == MTTR_MTBF || m == MTTR_MTTF)
        return between(m, of, next, now);
    return by_rule(&profiles[defs][m], of, now);
}
