/* Part of sort_template.h: galloping, that is exponential, then binary search in a sorted range, from
 * the end where the answer is expected: about 2 lg k comparisons for the k-th place. */

/* Does e go before key? Where they are equal, `ties` decides. */
static inline size_t S(before)(struct sb_sort_job *j, const SORT_T *e, const SORT_T *key,
                               size_t ties)
{
    return ties ? S(less)(j, key, e) ^ 1 : S(less)(j, e, key);
}

/* The first place in v[lo, hi) whose element does not go before key, or hi. */
static inline size_t S(search)(struct sb_sort_job *j, const SORT_T *v, size_t lo, size_t hi,
                               const SORT_T *key, size_t ties)
{
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (S(before)(j, v + mid, key, ties))
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

/* How many elements at the start of v[0, n) go before key. */
static size_t S(gallop_up)(struct sb_sort_job *j, const SORT_T *v, size_t n, const SORT_T *key,
                           size_t ties)
{
    size_t known = 0, step = 1; /* the first `known` go before */
    while (known + step <= n && S(before)(j, v + known + step - 1, key, ties)) {
        known += step;
        step *= 2;
    }
    size_t end = known + step - 1 < n ? known + step - 1 : n; /* v[end] does not, if there is one */
    return S(search)(j, v, known, end, key, ties);
}

/* How many elements at the end of v[0, n) do not go before key. */
static size_t S(gallop_down)(struct sb_sort_job *j, const SORT_T *v, size_t n, const SORT_T *key,
                             size_t ties)
{
    size_t known = 0, step = 1; /* the last `known` go after */
    while (known + step <= n && !S(before)(j, v + n - known - step, key, ties)) {
        known += step;
        step *= 2;
    }
    size_t end = known + step - 1 < n ? known + step - 1 : n;
    return n - S(search)(j, v, n - end, n - known, key, ties);
}
