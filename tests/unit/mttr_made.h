/* Incidents made by hand, for the tests of mttr's figures. One translation unit each. */
#ifndef TESTS_UNIT_MTTR_MADE_H
#define TESTS_UNIT_MTTR_MADE_H

#include "applets/mttr/filter.h"
#include "core/base/mem.h"

#define MADE_S SB_NS_PER_S
#define MADE_MIN (60 * MADE_S)
#define MADE_H (60 * MADE_MIN)

/* A set in the making. Events borrow their texts. */
struct made {
    struct mttr_incidents set;
    size_t *all;
    int64_t last_id;
};

static inline int64_t made_time(const char *text)
{
    struct sb_error e;
    int64_t at = 0;
    if (sb_time_parse(sb_str(text), &at, &e))
        abort();
    return at;
}

/* A new incident without events. */
static inline void made_incident(struct made *m, const char *id, const char *service)
{
    struct mttr_incident i = {.id = sb_str(id), .service = sb_str(service), .members = 1};
    i.severity = i.team = i.title = i.url = i.source = SB_STR("");
    for (size_t k = 0; k < MTTR_STEPS; k++)
        i.first[k] = i.last[k] = MTTR_NO_TIME;
    sb_vec_push(&m->set.list, i);
}

/* An event of the last incident; events come by time. */
static inline struct mttr_event *made_event(struct made *m, enum sb_event_kind kind, int64_t at,
                                            const char *source, const char *person)
{
    struct mttr_incident *i = &m->set.list.items[m->set.list.len - 1];
    struct mttr_event *events = sb_arena_alloc(&m->set.arena, (i->n_events + 1) * sizeof *events);
    if (i->n_events)
        memcpy(events, i->events, i->n_events * sizeof *events);
    struct mttr_event *e = &events[i->n_events++];
    *e = (struct mttr_event){.id = ++m->last_id,
                             .at = at,
                             .kind = kind,
                             .person = person != NULL,
                             .actor = sb_str(person ? person : ""),
                             .source = sb_str(source),
                             .text = SB_STR("")};
    i->events = events;
    if (i->n_events == 1)
        i->start = at;
    if (kind < MTTR_STEPS) {
        if (i->first[kind] == MTTR_NO_TIME)
            i->first[kind] = at;
        i->last[kind] = at;
    }
    i->restored |= kind == SB_EVENT_RESTORED;
    i->closed |= kind == SB_EVENT_CLOSED;
    return e;
}

/* A stretch of the last incident in which users suffered. */
static inline void made_spell(struct made *m, int64_t from, int64_t to)
{
    struct mttr_incident *i = &m->set.list.items[m->set.list.len - 1];
    struct mttr_spell *spells = sb_arena_alloc(&m->set.arena, (i->n_spells + 1) * sizeof *spells);
    if (i->n_spells)
        memcpy(spells, i->spells, i->n_spells * sizeof *spells);
    spells[i->n_spells++] = (struct mttr_spell){from, to, false};
    i->spells = spells;
}

static inline struct mttr_selection made_all(struct made *m)
{
    free(m->all);
    m->all = sb_xcalloc(m->set.list.len + 1, sizeof *m->all);
    for (size_t k = 0; k < m->set.list.len; k++)
        m->all[k] = k;
    return (struct mttr_selection){.set = &m->set, .items = m->all, .n = m->set.list.len};
}

static inline void made_done(struct made *m)
{
    free(m->all);
    sb_vec_done(&m->set.list);
    sb_arena_done(&m->set.arena);
}

#endif
