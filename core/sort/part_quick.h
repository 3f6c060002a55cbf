/* Part of sort_template.h: the stable quicksort for stretches without order.
 *
 * Each element is stored twice, unconditionally, at the end of the lower part in dst and of the upper
 * part in the buffer; the comparison only decides which end moves on. The upper part is sorted out of
 * the buffer, so that nothing is copied back. Keys that are equal to an earlier pivot go in one
 * partition, which makes n lg k comparisons of k different keys. */

/* Parts src[0, n): elements before the pivot (with `equal`: not after it) go to dst[0, result), the
 * others to buf[0, n - result), both in their order. src is dst or buf. */
static inline size_t S(partition)(struct sb_sort_job *j, SORT_T *dst, SORT_T *buf,
                                  const SORT_T *src, size_t n, const SORT_T *pivot, size_t equal)
{
    size_t low = 0;
    SORT_T *high = buf; /* high + i is the next place in buf, less what went low */
    if (equal) {
        for (size_t i = 0; i < n; i++) {
            size_t goes_low = S(less)(j, pivot, src + i) ^ 1;
            dst[low] = high[i - low] = src[i];
            low += goes_low;
        }
    } else {
        for (size_t i = 0; i < n; i++) {
            size_t goes_low = S(less)(j, src + i, pivot);
            dst[low] = high[i - low] = src[i];
            low += goes_low;
        }
    }
    j->stats.moves += n;
    return low;
}

static const SORT_T *S(median3)(struct sb_sort_job *j, const SORT_T *a, const SORT_T *b,
                                const SORT_T *c)
{
    size_t ab = S(less)(j, a, b);
    if (ab != S(less)(j, a, c))
        return a;
    return S(less)(j, b, c) == ab ? b : c;
}

/* A pivot near the median: the middle of 31 elements for long stretches. */
static void S(pivot)(struct sb_sort_job *j, SORT_T *ret_pivot, const SORT_T *v, size_t n)
{
    enum { SAMPLE = 31, LONG = 2048 };
    size_t step = n / 8;
    if (n >= LONG) {
        _Static_assert((int)SAMPLE <= (int)SB_SORT_SMALL, "sorted by the small sort");
        _Alignas(16) SORT_T sample[SAMPLE];
        for (size_t i = 0; i < SAMPLE; i++)
            sample[i] = v[(2 * i + 1) * (n / (2 * SAMPLE))];
        S(small)(j, sample, sample, SAMPLE);
        *ret_pivot = sample[SAMPLE / 2];
    } else if (n >= 128) {
        const SORT_T *a = S(median3)(j, v, v + step, v + 2 * step);
        const SORT_T *b = S(median3)(j, v + 3 * step, v + 4 * step, v + 5 * step);
        const SORT_T *c = S(median3)(j, v + 6 * step, v + 7 * step, v + n - 1);
        *ret_pivot = *S(median3)(j, a, b, c);
    } else {
        *ret_pivot = *S(median3)(j, v + step, v + 4 * step, v + 7 * step);
    }
}

/* When pivots keep failing: plain mergesort of v[0, n), n lg n whatever the input. */
static void S(merge_sort)(struct sb_sort_job *j, SORT_T *v, SORT_T *buf, size_t n)
{
    if (n <= SB_SORT_SMALL) {
        S(small)(j, v, v, n);
        return;
    }
    size_t half = n / 2;
    S(merge_sort)(j, v, buf, half);
    S(merge_sort)(j, v + half, buf + half, n - half);
    if (S(merge_runs)(j, v, buf, 0, half, n) != v)
        S(copy)(v, buf, n);
}

/* Is src[0, n) a single run? Then it is put into dst, which src may be. */
static int S(is_run)(struct sb_sort_job *j, SORT_T *dst, SORT_T *src, size_t n)
{
    struct sb_sort_run run = S(natural_run)(j, src, 0, n);
    if (run.len < n)
        return 0;
    S(turn)(j, src, &run);
    if (src != dst) {
        S(copy)(dst, src, n);
        j->stats.moves += n;
    }
    return 1;
}

/* Sorts src[0, n) into dst, where src is dst or buf. No element is before *floor, if there is one.
 * At most `limit` partitions lie above any element. */
static void S(quick)(struct sb_sort_job *j, SORT_T *dst, SORT_T *buf, SORT_T *src, size_t n,
                     const SORT_T *floor, unsigned limit)
{
    enum { LONG = 1024 };
    _Alignas(16) SORT_T pivot;
    while (n > SB_SORT_SMALL && limit > 0 && !j->fail) {
        if (n >= LONG &&
            S(is_run)(j, dst, src, n)) /* streams that took turns come apart like this */
            return;
        limit--;
        S(pivot)(j, &pivot, src, n);
        size_t low = 0;
        if (!floor || S(less)(j, floor, &pivot)) {
            low = S(partition)(j, dst, buf, src, n, &pivot, 0);
            if (low == 0)
                src = buf; /* where all of them are now */
        }
        if (low == 0) { /* the pivot is a least element: those equal to it are then in place */
            low = S(partition)(j, dst, buf, src, n, &pivot, 1);
            dst += low, src = buf, n -= low, floor = NULL;
            continue;
        }
        S(quick)(j, dst + low, buf, buf, n - low, &pivot, limit);
        src = dst, n = low;
    }
    if (n <= SB_SORT_SMALL && !j->fail) {
        S(small)(j, dst, src, n);
        return;
    }
    if (src != dst)
        S(copy)(dst, src, n);
    if (!j->fail)
        S(merge_sort)(j, dst, buf, n);
}

/* Sorts v[0, n) with a buffer of n. */
static void S(sort_all)(struct sb_sort_job *j, SORT_T *v, SORT_T *buf, size_t n)
{
    unsigned limit = 2;
    for (size_t k = n; k > 1; k /= 2)
        limit += 2;
    S(quick)(j, v, buf, v, n, NULL, limit);
}
