/* The sort of last resort: stable, without any buffer. Blocks by insertion, then merges by rotation:
 * SymMerge, from Kim and Kutzner, "Stable Minimum Storage Merging by Symmetric Comparisons", ESA 2004.
 *
 * Elements only ever change places, so none can be lost whatever the comparator says; a merge splits
 * its range in halves, so recursion is lg n deep. */
#include "core/sort/job.h"

enum { BLOCK = 16, CHUNK = 256 };

struct plain {
    struct sb_sort_job *job;
    char *base;
    size_t size;
    sb_sort_less_fn *less;
};

void sb_sort_swap(char *a, char *b, size_t size)
{
    char tmp[CHUNK];
    while (size > 0) {
        size_t part = size < sizeof tmp ? size : sizeof tmp;
        memcpy(tmp, a, part);
        memcpy(a, b, part);
        memcpy(b, tmp, part);
        a += part, b += part, size -= part;
    }
}

static int less(const struct plain *p, size_t a, size_t b)
{
    return p->less(p->job, p->base + a * p->size, p->base + b * p->size);
}

static void swap_ranges(const struct plain *p, size_t a, size_t b, size_t n)
{
    sb_sort_swap(p->base + a * p->size, p->base + b * p->size, n * p->size);
    p->job->stats.moves += 2 * n;
}

/* Exchanges the neighbours [lo, mid) and [mid, hi), both in their order, by swapping the shorter one
 * into place until both have the same length. */
static void rotate(const struct plain *p, size_t lo, size_t mid, size_t hi)
{
    size_t left = mid - lo, right = hi - mid;
    if (left == 0 || right == 0)
        return;
    while (left != right) {
        if (left > right) {
            swap_ranges(p, mid - left, mid, right);
            left -= right;
        } else {
            swap_ranges(p, mid - left, mid + right - left, left);
            right -= left;
        }
    }
    swap_ranges(p, mid - left, mid, left);
}

static void insertion(const struct plain *p, size_t lo, size_t hi)
{
    for (size_t i = lo + 1; i < hi; i++)
        for (size_t k = i; k > lo && less(p, k, k - 1); k--)
            swap_ranges(p, k, k - 1, 1);
}

/* Merges [lo, mid) and [mid, hi): finds the part of the left's end and of the right's start that lie
 * on the wrong side of the range's middle, rotates them, and merges both halves. */
static void sym_merge(const struct plain *p, size_t lo, size_t mid, size_t hi)
{
    if (lo >= mid || mid >= hi || p->job->fail)
        return;
    if (hi - lo == 2) {
        if (less(p, mid, lo))
            swap_ranges(p, lo, mid, 1);
        return;
    }
    size_t half = lo + (hi - lo) / 2, sum = half + mid;
    size_t start = mid > half ? sum - hi : lo, end = mid > half ? half : mid;
    while (start < end) {
        size_t at = start + (end - start) / 2;
        if (less(p, sum - 1 - at, at))
            end = at;
        else
            start = at + 1;
    }
    rotate(p, start, mid, sum - start);
    sym_merge(p, lo, start, half);
    sym_merge(p, half, sum - start, hi);
}

void sb_sort_in_place(struct sb_sort_job *j, void *base, size_t n, size_t size,
                      sb_sort_less_fn *less_fn)
{
    const struct plain p = {j, base, size, less_fn};
    j->stats.in_place = 1;
    sb_sort_note(j, SB_SORT_IN_PLACE, 0, n, 0, 0);
    for (size_t lo = 0; lo < n; lo += BLOCK)
        insertion(&p, lo, n - lo < BLOCK ? n : lo + BLOCK);
    for (size_t len = BLOCK; len < n && !j->fail; len *= 2)
        for (size_t lo = 0; n - lo > len; lo += 2 * len) {
            size_t hi = n - lo < 2 * len ? n : lo + 2 * len;
            j->stats.merges++;
            sb_sort_note(j, SB_SORT_MERGE, lo, len, hi - lo - len, 0);
            sym_merge(&p, lo, lo + len, hi);
            if (hi == n)
                break;
        }
}
