/* Part of sort_template.h: up to SB_SORT_SMALL elements, without a branch on any comparison.
 * Leaves of 2 to 4 elements by a stable network, then merges from both ends at once. */

/* Sorts 2, 3 or 4 elements; dst and src are apart. Whatever less says, dst is a permutation. */
static inline void S(leaf)(struct sb_sort_job *j, SORT_T *dst, const SORT_T *src, size_t n)
{
    size_t first = S(less)(j, src + 1, src), a = first, b = first ^ 1;
    if (n == 2) {
        dst[0] = src[a];
        dst[1] = src[b];
    } else if (n == 3) { /* a <= b; one branch, because a third of all times saves a comparison */
        size_t below_b = sb_sort_mask(S(less)(j, src + 2, src + b));
        size_t below_a = below_b ? sb_sort_mask(S(less)(j, src + 2, src + a)) : 0;
        dst[0] = src[sb_sort_pick(below_a, 2, a)];
        dst[1] = src[sb_sort_pick(below_a, a, sb_sort_pick(below_b, 2, b))];
        dst[2] = src[sb_sort_pick(below_b, b, 2)];
    } else { /* a <= b and c <= d: the ends are known after two more, the middle after three */
        size_t second = S(less)(j, src + 3, src + 2), c = 2 + second, d = 3 - second;
        size_t low = sb_sort_mask(S(less)(j, src + c, src + a));
        size_t high = sb_sort_mask(S(less)(j, src + d, src + b));
        size_t left = sb_sort_pick(low, a, sb_sort_pick(high, c, b));
        size_t right = sb_sort_pick(high, d, sb_sort_pick(low, b, c));
        size_t swap = sb_sort_mask(S(less)(j, src + right, src + left));
        dst[0] = src[sb_sort_pick(low, c, a)];
        dst[1] = src[sb_sort_pick(swap, right, left)];
        dst[2] = src[sb_sort_pick(swap, left, right)];
        dst[3] = src[sb_sort_pick(high, b, d)];
    }
}

/* Merges the sorted halves [0, n/2) and [n/2, n) of src into dst, half of the elements from each end:
 * neither half can run out before its last step. Under an order one element is left that needs no
 * comparison; if it is not so, less is no order, and the elements are copied as they were. */
static inline void S(halves)(struct sb_sort_job *j, SORT_T *dst, const SORT_T *src, size_t n)
{
    size_t half = n / 2, l = 0, r = half, l_end = half, r_end = n, back = n;
    for (size_t i = 0; i < half; i++) {
        size_t right = sb_sort_mask(S(less)(j, src + r, src + l));
        dst[i] = src[sb_sort_pick(right, r, l)];
        r -= right;
        l += 1 + right;
        if (back - 1 == half)
            break;
        size_t left = sb_sort_mask(S(less)(j, src + r_end - 1, src + l_end - 1));
        dst[--back] = src[sb_sort_pick(left, l_end, r_end) - 1];
        l_end += left;
        r_end -= 1 + left;
    }
    if (l > l_end || r > r_end)
        S(copy)(dst, src, n);
    else
        dst[half] = src[l < l_end ? l : r];
}

/* Sorts src[0, n) into a; b is scratch of the same size. All three are apart. */
static void S(small_into)(struct sb_sort_job *j, const SORT_T *src, SORT_T *a, SORT_T *b, size_t n)
{
    if (n <= 4) {
        S(leaf)(j, a, src, n);
        return;
    }
    size_t half = n / 2;
    S(small_into)(j, src, b, a, half);
    S(small_into)(j, src + half, b + half, a + half, n - half);
    S(halves)(j, a, b, n);
}

/* Sorts src[0, n), n <= SB_SORT_SMALL, into dst, which may be src. */
static void S(small)(struct sb_sort_job *j, SORT_T *dst, const SORT_T *src, size_t n)
{
    _Alignas(16) SORT_T a[SB_SORT_SMALL], b[SB_SORT_SMALL];
    if (n < 2) {
        if (n == 1)
            dst[0] = src[0];
        return;
    }
    j->stats.moves += n;
    if (n <= 4) {
        S(leaf)(j, a, src, n);
        S(copy)(dst, a, n);
        return;
    }
    size_t half = n / 2;
    S(small_into)(j, src, a, b, half);
    S(small_into)(j, src + half, a + half, b + half, n - half);
    S(halves)(j, dst, a, n);
    for (size_t most = 4; most < n; most *= 2)
        j->stats.moves += n;
}
