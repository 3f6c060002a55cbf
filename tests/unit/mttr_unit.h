/* Incidents for the tests of mttr's figures, by the way that real ones take: events are appended
 * to a journal, and gathered. Times are minutes after 2026-03-02T14:00:00Z, a Monday. */
#ifndef SB_TESTS_MTTR_UNIT_H
#define SB_TESTS_MTTR_UNIT_H

#include "applets/mttr/filter.h"
#include "applets/mttr/metric.h"
#include "tests/unit/store_unit.h"

#include <math.h>

#define MINUTE (60 * SB_NS_PER_S)
#define DAY (1440.0)
#define EPOCH INT64_C(1772460000000000000)

struct journal {
    char folder[PATH_MAX];
    struct sb_store *store;
    struct mttr_incidents set;
};

static inline int64_t minute(double m)
{
    return EPOCH + (int64_t)llround(m * 60e9);
}

static inline void journal_open(struct journal *j)
{
    char path[PATH_MAX + 16];
    struct sb_error e;
    *j = (struct journal){0};
    unit_folder(&j->folder);
    snprintf(path, sizeof path, "%s/journal", j->folder);
    j->store = sb_store_new(path, &unit_options);
    OK(sb_store_open(j->store, &e));
}

static inline void journal_done(struct journal *j)
{
    mttr_incidents_done(&j->set);
    sb_store_free(j->store);
    unit_folder_done(j->folder);
}

/* An event by a person, of the service "checkout" unless data says another. */
static inline void put_full(struct journal *j, const char *incident, enum sb_event_kind kind,
                            double at, const char *data)
{
    struct sb_error e;
    struct sb_event ev = unit_event(minute(at), kind, "checkout");
    ev.incident = sb_str(incident);
    ev.source = SB_STR("mttr");
    ev.data = sb_str(data);
    OK(sb_journal_append(j->store, &ev, NULL, &e));
}

static inline void put(struct journal *j, const char *incident, enum sb_event_kind kind, double at)
{
    put_full(j, incident, kind, at, "{}");
}

static inline void put_machine(struct journal *j, const char *incident, enum sb_event_kind kind,
                               double at)
{
    put_full(j, incident, kind, at, "{\"actor_type\":\"machine\"}");
}

/* Reads everything again. */
static inline const struct mttr_incidents *gather(struct journal *j)
{
    static const struct mttr_gathering how = {0};
    struct sb_error e;
    mttr_incidents_done(&j->set);
    j->set = (struct mttr_incidents){0};
    OK(mttr_incidents_gather(j->store, &how, &j->set, &e));
    return &j->set;
}

#endif
