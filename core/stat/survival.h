/* Times of which some are not over yet: E. Kaplan and P. Meier (1958). Open incidents are such: they have
 * lasted so long already, and nobody knows how long they will. Pure. */
#ifndef SB_STAT_SURVIVAL_H
#define SB_STAT_SURVIVAL_H

#include "core/stat/quantile.h"

struct sb_lifetime {
    double time; /* >= 0, finite */
    bool ended;  /* false: censored, it was seen to last at least so long */
};

/* At a time at which something ended. */
struct sb_survival_step {
    double time;
    size_t at_risk, ended;
    double survival;  /* share that lasts longer */
    double deviation; /* of it, by M. Greenwood's formula; NaN where survival is 0 */
    double low, high; /* its interval, on the scale log(-log S); NaN where survival is 0 */
};

/* sorted: by time (the order among equal times does not matter: what ended at a time was at risk with
 * what was censored then). steps has room for n; returns how many there are. */
size_t sb_kaplan_meier(const struct sb_lifetime *sorted, size_t n, double confidence,
                       struct sb_survival_step *steps);

/* The first time by which a share p has ended, in *ret; infinite when the data does not go so far. The
 * interval is where those of the survival reach that share (R. Brookmeyer, J. Crowley, 1982). */
struct sb_interval sb_survival_quantile(const struct sb_survival_step *steps, size_t count,
                                        double p, double *ret);

#endif
