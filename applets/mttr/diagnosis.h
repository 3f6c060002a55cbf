/* What is wrong with the data, or looks like it: the findings of mttr doctor. Pure.
 *
 * A finding is no verdict: clocks, people and other tools err in ways that leave traces, and these are the
 * traces. Every case names the incident, and the event that somebody should look at where there is one.
 * What a time slip of a whole source explains is not reported a second time as a negative span. */
#ifndef MTTR_DIAGNOSIS_H
#define MTTR_DIAGNOSIS_H

#include "applets/mttr/filter.h"

/* Name (stable), title, what it means. In the order in which they are worth looking at. */
#define MTTR_AILMENTS(X)                                                                        \
    X(NEGATIVE, "negative_span", "an event before the one it must follow",                      \
      "The span between them is negative, and is left out of all figures.")                     \
    X(FUTURE, "future", "events later than now",                                                \
      "A clock is wrong, or a time was read in the wrong zone.")                                \
    X(SLIP, "zone_slip", "times that are off by whole hours",                                   \
      "All times of one kind and source lie a whole number of hours beside those they belong "  \
      "to: a wrong time zone, or summer time.")                                                 \
    X(OVERLAP, "overlap", "incidents of one service at the same time",                          \
      "The same outage may have been written down twice; it then counts as two.")               \
    X(MIDNIGHT, "midnight", "times that are exactly midnight",                                  \
      "A date without a time, most likely: the spans to and from it mean nothing.")             \
    X(ROUNDED, "rounded", "times that were rounded",                                            \
      "Far more of a source's times than chance allows are round: its spans are known to that " \
      "much, not to a minute.")                                                                 \
    X(INSTANT_ACK, "instant_ack", "acknowledged within a second of the alert",                  \
      "No person is as fast: a rule acknowledges, and the time to respond is not a person's.")  \
    X(ROBOT_ACK, "robot_ack", "first acknowledged by a machine, or by nobody knows whom",       \
      "The time to respond counts people's acts; these do not tell one.")                       \
    X(NO_START, "no_impact_start", "nobody wrote when users began to suffer",                   \
      "The time to recover counts from when it was noticed, and is a lower bound.")             \
    X(NO_END, "no_restored", "over, but nobody wrote when users were served again",             \
      "They are missing from the time to recover.")                                             \
    X(FORGOTTEN, "forgotten", "open, and silent for a week",                                    \
      "Either an outage that lasts, or one that nobody wrote the end of.")                      \
    X(PAPERWORK, "paperwork", "closed long after users were served again",                      \
      "Without a verification the time to resolve ends when the form was closed.")              \
    X(LATE, "late_record", "noticed more than an hour after it began",                          \
      "Was it noticed then, or written down then? No alert says.")

enum mttr_ailment {
#define MTTR_AILMENT_ENUM(name, text, title, meaning) MTTR_##name,
    MTTR_AILMENTS(MTTR_AILMENT_ENUM)
#undef MTTR_AILMENT_ENUM
        MTTR_AILMENT_COUNT
};

struct mttr_ailment_text {
    const char *name, *title, *meaning;
};
extern const struct mttr_ailment_text mttr_ailments[]; /* by enum */

struct mttr_case {
    size_t incident;                /* index into the set */
    const struct mttr_event *event; /* what to look at; NULL: it is not there */
    const struct mttr_event *other; /* what it contradicts, or NULL */
    size_t twin;   /* OVERLAP: the incident that began before; index into the set */
    int64_t span;  /* ns: how negative, how late, how long silent; 0: none */
    int64_t right; /* when it will have been; MTTR_NO_TIME: somebody has to know */
    size_t source; /* SLIP: index into slips */
};

enum mttr_season { MTTR_ALL_YEAR, MTTR_IN_SUMMER, MTTR_IN_WINTER };
extern const char *const mttr_season_names[]; /* by enum */

struct mttr_slip {
    struct sb_str source, other;   /* whose times are off, beside whose */
    enum sb_event_kind kind, near; /* which of them, beside which */
    int hours;                     /* so much too late; negative: too early */
    enum mttr_season season;       /* when, in a zone with summer time */
    size_t n, of;                  /* so many of those that could be compared */
};

struct mttr_rounding {
    struct sb_str source;
    int minutes;     /* 5, 15, 30, 60 */
    size_t n, of;    /* round ones; all times of the source */
    double expected; /* share that chance makes round */
};

struct mttr_diagnosis {
    size_t incidents, events; /* looked at */
    size_t ill;               /* incidents with a case of any kind */
    SB_VEC(struct mttr_case) cases[MTTR_AILMENT_COUNT];
    SB_VEC(struct mttr_slip) slips;
    SB_VEC(struct mttr_rounding) roundings; /* sources, not cases: no command mends them */
};

/* zone: whose midnights and summers count (UTC's midnights always do). Points into the set, which must have
 * been gathered with texts. ret is initialised here. O(events log events). */
void mttr_diagnose(const struct mttr_selection *sel, const struct sb_zone *zone, int64_t now,
                   struct mttr_diagnosis *ret);
void mttr_diagnosis_done(struct mttr_diagnosis *d); /* {0} is fine */

/* Parts of mttr_diagnose(): what shows in many incidents only. */
void mttr_diagnose_slips(const struct mttr_selection *sel, const struct sb_zone *zone,
                         struct mttr_diagnosis *d);
void mttr_diagnose_overlaps(const struct mttr_selection *sel, int64_t now,
                            struct mttr_diagnosis *d);
void mttr_diagnose_roundings(const struct mttr_selection *sel, struct mttr_diagnosis *d);
/* The first event of a kind, or NULL. */
const struct mttr_event *mttr_event_first(const struct mttr_incident *i, enum sb_event_kind kind);
const struct mttr_event *mttr_event_last(const struct mttr_incident *i, enum sb_event_kind kind);

#endif
