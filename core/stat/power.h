/* How many values does it take to see a change, and what change can so many show? Pure.
 *
 * A test at two-sided level `alpha` that finds the change with probability `power`; two arms. Results are
 * counts for each arm, rounded up; infinite when there is no change to be seen. */
#ifndef SB_STAT_POWER_H
#define SB_STAT_POWER_H

struct sb_power {
    double alpha, power; /* both in (0, 1): 0.05, 0.8 */
};

/* Two normal samples of deviation sigma, apart by delta: 2 (z_a/2 + z_power)^2 sigma^2 / delta^2. */
double sb_power_normal(const struct sb_power *p, double sigma, double delta);
/* The same by Mann and Whitney's test: pi / 3 times as many, its asymptotic relative efficiency (E. Pitman,
 * 1948). */
double sb_power_rank_normal(const struct sb_power *p, double sigma, double delta);
/* By Mann and Whitney's test whatever the distribution: chance is P(X > Y) + P(X = Y) / 2. (z_a/2 +
 * z_power)^2 / (6 (chance - 1/2)^2). (G. Noether, "Sample Size Determination for Some Common Nonparametric
 * Tests", 1987, equation 5 with two arms of one size.) */
double sb_power_rank(const struct sb_power *p, double chance);

/* The least distance that arms of n and m normal values show by Mann and Whitney's test: the inverse of
 * sb_power_rank_normal(). n, m > 0. */
double sb_detectable_normal(const struct sb_power *p, double sigma, double n, double m);

#endif
