/* What outages cost: time of impact by the rates of its hours, people's time, credits. Pure.
 *
 * At each moment the heaviest impact counts once, however many incidents are going on: what is lost cannot
 * be lost twice. A spell that lasts, lasts until now. Costs are never a mean times a rate. Each thing that is not known well is a
 * range, drawn from the triangle over it; all moments of a draw share it, because whoever guesses a rate wrong
 * does so for all of them. */
#ifndef MTTR_LOSS_H
#define MTTR_LOSS_H

#include "applets/mttr/filter.h"
#include "applets/mttr/rates.h"

enum { MTTR_IMPACT_CLASSES = MTTR_IMPACTS + 1 }; /* the last: no line says, all is gone */

/* s of impact, by rate (index into rates) and by the line of impact that was the heaviest. */
struct mttr_exposure {
    double seconds[1 + MTTR_RATES_HOURS][MTTR_IMPACT_CLASSES];
    double sum; /* s, unweighted */
};

struct mttr_exposed {
    struct mttr_exposure impact; /* all spells */
    struct mttr_exposure
        called;       /* of them, what came after the incident's first alert (else detection) */
    size_t incidents; /* with impact */
    size_t open;      /* of them, still going on */
    size_t unknown;   /* of which nobody says when impact was */
    size_t lower;     /* spells that may have begun before they were seen */
    size_t n_lengths;
    double *lengths; /* s of impact of each incident, sorted; those that go on are left out */
};
/* zone: of the hours. now: until when what is open lasts. ret is initialised here. O(spells log spells + hours
 * of impact). */
void mttr_expose(const struct mttr_rates *r, const struct mttr_selection *sel,
                 const struct sb_zone *zone, int64_t now, struct mttr_exposed *ret);
void mttr_exposed_done(struct mttr_exposed *e); /* {0} is fine */

/* From a person's first act (a note is one) to when the incident was verified, else restored, else closed;
 * nobody counts twice in an incident. */
struct mttr_people {
    size_t persons; /* counted once for each incident */
    size_t incidents;
    double seconds;  /* with what it takes to get back to work */
    size_t capped;   /* persons cut to people_most */
    size_t nameless; /* incidents with acts of somebody, or something, that has no name */
};
void mttr_people_count(const struct mttr_rates *r, const struct mttr_selection *sel, int64_t now,
                       struct mttr_people *ret);

/* An amount: every input at its likely value, and the range in which 9 of 10 draws lie. */
struct mttr_amount {
    double low, likely, high;
};
struct mttr_loss {
    struct mttr_amount lost;   /* impact x rate */
    struct mttr_amount called; /* of it, counted from the alert */
    struct mttr_amount back;   /* of `lost`, comes back later */
    struct mttr_amount people;
    struct mttr_amount total; /* lost - back + people + credits */
    bool certain;             /* nothing is a range: all three are the same */
};
/* credits: added to the total as it is. draws >= 1. O(draws x rates x impacts). */
void mttr_loss_draw(const struct mttr_rates *r, const struct mttr_exposed *e,
                    const struct mttr_people *people, double credits, uint64_t draws, uint64_t seed,
                    struct mttr_loss *ret);

/* The share of the highest step that an availability calls for; 0: it keeps the promise. */
double mttr_credit_of(const struct mttr_rates *r, double availability);

#endif
