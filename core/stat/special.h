/* Distribution functions and their inverses: normal, gamma (Poisson, chi-square), beta (binomial).
 *
 * Relative error of at most 1e-12 in the ordinary range (parameters up to 1e6), both tails computed
 * directly: no 1 - p. Pure; arguments outside of the domain give NaN. */
#ifndef SB_STAT_SPECIAL_H
#define SB_STAT_SPECIAL_H

/* P(Z <= z), and P(Z > z). */
double sb_normal_cdf(double z);
double sb_normal_tail(double z);
/* z with P(Z <= z) = p; -inf and inf at 0 and 1. */
double sb_normal_quantile(double p);

/* Regularised incomplete gamma functions, a > 0, x >= 0: P is the lower, Q = 1 - P the upper one. */
double sb_gamma_p(double a, double x);
double sb_gamma_q(double a, double x);
/* x with P(a, x) = p. */
double sb_gamma_quantile(double a, double p);
/* x with P(X <= x) = p for a chi-square of df > 0 degrees of freedom. */
double sb_chi2_quantile(double df, double p);

/* Regularised incomplete beta function I_x(a, b), a, b > 0, 0 <= x <= 1. */
double sb_beta_i(double a, double b, double x);
/* x with I_x(a, b) = p. */
double sb_beta_quantile(double a, double b, double p);

/* P(B <= k) and P(B > k) for B binomial of n trials; k may be any whole number. */
double sb_binomial_cdf(double k, double n, double p);
double sb_binomial_tail(double k, double n, double p);

#endif
