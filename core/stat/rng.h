/* Random numbers for simulations: the same on every machine for the same seed, so that a report can be
 * made again. Not for secrets: those take core/base/rand.
 *
 * xoshiro256++ 1.0 (D. Blackman, S. Vigna, 2019), its state filled by splitmix64 from the seed. */
#ifndef SB_STAT_RNG_H
#define SB_STAT_RNG_H

#include <stdint.h>

struct sb_rng {
    uint64_t state[4];
};

void sb_rng_init(struct sb_rng *r, uint64_t seed);
uint64_t sb_rng_next(struct sb_rng *r);
/* From 0 to below - 1, each as likely; below >= 1. (D. Lemire, "Fast Random Integer Generation in an
 * Interval", 2019, 64-bit form.) */
uint64_t sb_rng_below(struct sb_rng *r, uint64_t below);
/* In [0, 1), 53 bits. */
double sb_rng_real(struct sb_rng *r);

#endif
