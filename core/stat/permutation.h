/* Permutation test of a difference of medians. Pure; samples are sorted and finite. */
#ifndef SB_STAT_PERMUTATION_H
#define SB_STAT_PERMUTATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sb_permutation {
    double difference; /* median of x less median of y (sb_quantile at 0.5) */
    double p;          /* two-sided: how many ways to deal the values out differ at least as much */
    bool exact;        /* all ways were looked at; otherwise `draws` of them, by chance */
    uint64_t draws;
};

/* When there are at most `draws` ways, all are looked at and p is their share. Otherwise they are drawn by
 * core/stat/rng from this seed, and p = (1 + hits) / (1 + draws) (B. Phipson, G. Smyth, 2010). n, m >= 1;
 * O((n + m) draws). */
void sb_permutation_medians(const double *x, size_t n, const double *y, size_t m, uint64_t draws,
                            uint64_t seed, struct sb_permutation *ret);

#endif
