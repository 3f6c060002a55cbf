/* Availability: of a window, the share in which no incident had impact, by the union of their
 * spells.
 *
 * Overlapping incidents count once. Where incidents take a share of the service only (weights),
 * each moment counts with the heaviest that is going on. Spells are cut to the window; one that
 * lasts, lasts until now. Pure. */
#ifndef MTTR_AVAILABILITY_H
#define MTTR_AVAILABILITY_H

#include "applets/mttr/filter.h"

/* What becomes of time between an incident's paused event and its next one that is not a note. */
enum mttr_pauses {
    MTTR_PAUSES_DOWN, /* as all of the impact */
    MTTR_PAUSES_UP,
    MTTR_PAUSES_OUT, /* left out of the window, unless another incident has impact then */
};
extern const char *const mttr_pauses_names[]; /* by enum, NULL-ended */

struct mttr_weight {
    struct sb_str severity; /* glob */
    double share;           /* 0 to 1 */
};
struct mttr_impact {
    enum mttr_pauses pauses;
    const struct mttr_weight *weights; /* the first that matches counts; none: 1 */
    size_t n_weights;
    double slo; /* 0.999; NaN: none was promised */
};

struct mttr_availability {
    int64_t from, to; /* the window, ns */
    int64_t left_out; /* ns of it that were paused */
    int64_t impact;   /* ns in which there was impact, of whatever weight */
    double down;      /* s, weighted */
    double share;     /* available; NaN for an empty window */
    size_t incidents; /* with impact in the window */
    size_t open,
        unknown;  /* of these, still going on; incidents of which nobody says when impact was */
    size_t lower; /* spells that may have begun earlier than was seen */
    double budget, left; /* s: (1 - slo) of the window, and what is left of it; NaN without slo */
    double burn;         /* how many times faster than promised it is used: 1 uses it up exactly */
};
/* from < to; now: until when an open spell lasts. All incidents of sel that overlap the window
 * count, whatever window they were chosen by. O(spells log spells). */
void mttr_availability(const struct mttr_impact *rules, const struct mttr_selection *sel,
                       int64_t from, int64_t to, int64_t now, struct mttr_availability *ret);

#endif
