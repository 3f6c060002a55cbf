/* Phi: how surprising the present silence is, given the intervals seen so far, as a score.
 *
 * N. Hayashibara et al., "The phi accrual failure detector" (SRDS 2004): phi = -log10 P(silence > t) of a
 * normal distribution. The tail is the usual logistic fit, in one form without branch and overflow:
 *     y = (t - mean - pause) / sd,  x = y (1.5976 + 0.070566 y^2)
 *     phi = (max(x, 0) + log1p(exp(-|x|))) / ln 10
 * The fit is off in the tail (a true 8 is given as 9.2), so that phi is a score and no probability.
 * Pure functions. */
#ifndef HEARTBEAT_PHI_H
#define HEARTBEAT_PHI_H

#include "applets/heartbeat/node.h"

/* Fewer intervals than this say nothing yet: no phi, and no rule by phi. */
#define HEARTBEAT_WINDOW_LEAST 10

struct heartbeat_summary {
    uint32_t len;
    double mean, sd, min, max; /* ms; 0 when len is 0 */
};

/* Adds an interval to the ring, in ns; cut to what 32 bits of ms hold. */
void heartbeat_window_add(struct heartbeat_window *w, int64_t interval);
void heartbeat_window_summary(const struct heartbeat_window *w, struct heartbeat_summary *ret);

/* The least sd that is believed: a twentieth of the interval, at least 1 ms. Steady senders would
 * otherwise be accused of a hiccup. */
double heartbeat_phi_least_sd(double interval_ms);

/* The score of `silence` ms; sd is raised to least_sd. */
double heartbeat_phi(const struct heartbeat_summary *s, double pause_ms, double least_sd,
                     double silence_ms);
/* The silence in ms at which phi reaches threshold (> 0.31: what it is at the mean). */
double heartbeat_phi_deadline(const struct heartbeat_summary *s, double pause_ms, double least_sd,
                              double threshold);

#endif
