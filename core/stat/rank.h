/* Two samples compared by ranks: is one greater, and by how much? Pure; samples are sorted and finite. */
#ifndef SB_STAT_RANK_H
#define SB_STAT_RANK_H

#include "core/stat/quantile.h"

struct sb_rank_test {
    double u;      /* pairs in which x is the greater one, ties half */
    double p;      /* two-sided: twice the smaller tail, at most 1 */
    double chance; /* u / (n m): that a value of x is greater than one of y */
    bool exact;
};

/* H. Mann and D. Whitney (1947). Up to 40 values in all p is exact, ties included (over all ways to deal
 * out the midranks); above it is normal, corrected for ties and continuity. n, m >= 1. */
void sb_mann_whitney(const double *x, size_t n, const double *y, size_t m,
                     struct sb_rank_test *ret);

/* J. Hodges and E. Lehmann (1963): the median of all differences x - y, as *ret_shift, and its interval,
 * of two of those differences: their ranks are exact up to 40 values in all (ties make it wider, not
 * narrower), normal above. O((n + m) log) time, no memory of n m. n, m >= 1. */
struct sb_interval sb_hodges_lehmann(const double *x, size_t n, const double *y, size_t m,
                                     double confidence, double *ret_shift);

#endif
