/* Mann and Whitney's test, Hodges and Lehmann's shift. */
#include "core/stat/rank.h"

#include "core/base/mem.h"
#include "core/stat/special.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { EXACT = 40 };

/* Midranks of both samples together, doubled so that they are whole, in order of the values; the sum of
 * x's, and the sum of t^3 - t over ties. */
struct ranks {
    int doubled[EXACT]; /* only of the first EXACT */
    double sum_x, ties;
};

static void rank_both(const double *x, size_t n, const double *y, size_t m, struct ranks *ret)
{
    size_t i = 0, k = 0;
    *ret = (struct ranks){.sum_x = 0, .ties = 0};
    while (i < n || k < m) {
        double value = k >= m || (i < n && x[i] <= y[k]) ? x[i] : y[k];
        size_t first = i + k, of_x = 0;
        for (; i < n && x[i] == value; i++)
            of_x++;
        while (k < m && y[k] == value)
            k++;
        size_t end = i + k;
        double t = (double)(end - first);
        for (size_t r = first; r < end && r < EXACT; r++)
            ret->doubled[r] = (int)(first + end + 1);
        ret->sum_x += (double)of_x * (double)(first + end + 1) / 2;
        ret->ties += t * t * t - t;
    }
}

/* In how many ways n of the ranks have each sum: counts[sum], sums up to total. All counts are whole and
 * below 2^53. */
static double *count_sums(const int *doubled, size_t all, size_t n, size_t total)
{
    size_t width = total + 1;
    double *ways = sb_xcalloc((n + 1) * width, sizeof *ways);
    ways[0] = 1;
    for (size_t r = 0; r < all; r++)
        for (size_t k = SB_MIN(r + 1, n); k > 0; k--)
            for (size_t sum = total; sum >= (size_t)doubled[r]; sum--)
                ways[k * width + sum] += ways[(k - 1) * width + sum - (size_t)doubled[r]];
    memmove(ways, ways + n * width, width * sizeof *ways);
    return ways;
}

/* Twice the smaller tail at the doubled rank sum. */
static double exact_p(const struct ranks *r, size_t n, size_t all)
{
    size_t total = all * (all + 1), at = (size_t)(2 * r->sum_x);
    double *ways SB_CLEANUP_FREE = count_sums(r->doubled, all, n, total);
    double low = 0, high = 0, sum = 0;
    for (size_t s = 0; s <= total; s++) {
        sum += ways[s];
        low += s <= at ? ways[s] : 0;
        high += s >= at ? ways[s] : 0;
    }
    return fmin(1, 2 * fmin(low, high) / sum);
}

static double normal_p(const struct ranks *r, double u, double n, double m)
{
    double all = n + m, mean = n * m / 2;
    double variance = n * m / 12 * (all + 1 - r->ties / (all * (all - 1)));
    if (!(variance > 0))
        return 1;
    return fmin(1, 2 * sb_normal_tail((fabs(u - mean) - 0.5) / sqrt(variance)));
}

void sb_mann_whitney(const double *x, size_t n, const double *y, size_t m, struct sb_rank_test *ret)
{
    struct ranks r;
    double dn = (double)n, dm = (double)m;
    rank_both(x, n, y, m, &r);
    ret->u = r.sum_x - dn * (dn + 1) / 2;
    ret->chance = ret->u / (dn * dm);
    ret->exact = n + m <= EXACT;
    ret->p = ret->exact ? exact_p(&r, n, n + m) : normal_p(&r, ret->u, dn, dm);
}

/* ---- the shift ---- */

/* Doubles as whole numbers in the same order. */
static uint64_t order_of(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits >> 63 ? ~bits : bits | UINT64_C(1) << 63;
}

static double of_order(uint64_t order)
{
    uint64_t bits = order >> 63 ? order & ~(UINT64_C(1) << 63) : ~order;
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* How many differences are at most t. */
static double count_upto(const double *x, size_t n, const double *y, size_t m, double t)
{
    double count = 0;
    size_t k = 0;
    for (size_t i = 0; i < n; i++) {
        while (k < m && x[i] - y[k] > t)
            k++;
        count += (double)(m - k);
    }
    return count;
}

/* The rank-th smallest difference, from 1: bisection over the order of doubles, hence exact. */
static double difference(const double *x, size_t n, const double *y, size_t m, double rank)
{
    uint64_t low = order_of(x[0] - y[m - 1]), high = order_of(x[n - 1] - y[0]);
    while (low < high) {
        uint64_t mid = low + (high - low) / 2;
        if (count_upto(x, n, y, m, of_order(mid)) >= rank)
            high = mid;
        else
            low = mid + 1;
    }
    return of_order(low);
}

/* The greatest k with P(U < k) at most `most`, without ties; *ret_tail is that probability. */
static double exact_rank(size_t n, size_t m, double most, double *ret_tail)
{
    size_t all = n + m, total = all * (all + 1), least = n * (n + 1);
    int doubled[EXACT];
    for (size_t i = 0; i < all; i++)
        doubled[i] = 2 * (int)(i + 1);
    double *ways SB_CLEANUP_FREE = count_sums(doubled, all, n, total);
    double sum = 0, below = 0, k = 0;
    for (size_t s = 0; s <= total; s++)
        sum += ways[s];
    *ret_tail = 0;
    for (size_t s = least; s <= total; s += 2) {
        below += ways[s];
        if (below / sum > most)
            break;
        *ret_tail = below / sum;
        k++;
    }
    return k;
}

struct sb_interval sb_hodges_lehmann(const double *x, size_t n, const double *y, size_t m,
                                     double confidence, double *ret_shift)
{
    double pairs = (double)n * (double)m, each = (1 - confidence) / 2, tail = 0, k;
    double low = difference(x, n, y, m, floor((pairs + 1) / 2));
    double high = difference(x, n, y, m, ceil((pairs + 1) / 2));
    *ret_shift = low / 2 + high / 2;
    bool exact = n + m <= EXACT;
    if (exact)
        k = exact_rank(n, m, each, &tail);
    else
        k = floor(pairs / 2 + 0.5 +
                  sb_normal_quantile(each) * sqrt(pairs * (double)(n + m + 1) / 12));
    struct sb_interval i = {.low = (double)-INFINITY, .high = (double)INFINITY};
    i.has_low = i.has_high = k >= 1;
    i.coverage = exact ? 1 - 2 * tail : (double)NAN;
    if (k >= 1) {
        i.low = difference(x, n, y, m, k);
        i.high = difference(x, n, y, m, pairs + 1 - k);
    }
    return i;
}
