/* mttr cost: what the verb has found out, and its forms. */
#ifndef MTTR_COST_H
#define MTTR_COST_H

#include "applets/mttr/loss.h"
#include "applets/mttr/report.h"

/* One calendar month, so far as it has passed. */
struct mttr_month {
    char name[16]; /* 2026-02 */
    bool passing;  /* it is not over */
    double share;  /* available */
    double credit; /* share of the revenue */
};

struct mttr_cost {
    struct mttr_report report; /* the options that both verbs have: window, labels, weights, SLO */
    struct mttr_rates rates;
    uint64_t draws, seed;
    struct mttr_exposed exposed;
    struct mttr_people people;
    SB_VEC(struct mttr_month) months; /* when there are credits to give */
    double credits;                   /* amount */
    bool has_up;                      /* the window is not empty, and --slo was given */
    struct mttr_availability up;
    struct mttr_loss loss;
};

/* What an outage of so many seconds costs, at the average rate of these; NaN: nothing to go by. */
double mttr_cost_of(const struct mttr_cost *c, double seconds);
/* A quantile of the lengths, NaN where n is too small for it. */
double mttr_cost_length(const struct mttr_cost *c, double p);

void mttr_cost_text(const struct mttr_cost *c, int width, struct sb_buf *out);
void mttr_cost_json(const struct mttr_cost *c, struct sb_buf *out);

#endif
