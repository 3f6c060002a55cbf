/* Stable natural merge sort over elements of any size: the floor that `TimSort in core` replaces. */
#include "core/sort/sort.h"

#include "core/base/mem.h"

#include <stdlib.h>
#include <string.h>

struct job {
    char *base, *spare;
    size_t size;
    sb_sort_cmp *cmp;
    void *ctx;
    int fail;
};

static int compare(struct job *j, size_t a, size_t b)
{
    return j->cmp(j->base + a * j->size, j->base + b * j->size, j->ctx, &j->fail);
}

/* End of the ascending run that starts at `from`. */
static size_t run_end(struct job *j, size_t from, size_t n)
{
    size_t end = from + 1;
    while (end < n && !j->fail && compare(j, end - 1, end) <= 0)
        end++;
    return end;
}

/* Merges [lo, mid) and [mid, hi); on failure what is left is copied back unmerged. */
static void merge(struct job *j, size_t lo, size_t mid, size_t hi)
{
    size_t size = j->size, left = 0, n_left = mid - lo, right = mid, out = lo;
    memcpy(j->spare, j->base + lo * size, n_left * size);
    while (left < n_left && right < hi && !j->fail) {
        const char *l = j->spare + left * size, *r = j->base + right * size;
        if (j->cmp(r, l, j->ctx, &j->fail) < 0 && !j->fail)
            memcpy(j->base + out++ * size, j->base + right++ * size, size);
        else
            memcpy(j->base + out++ * size, j->spare + left++ * size, size);
    }
    memcpy(j->base + out * size, j->spare + left * size, (n_left - left) * size);
}

int sb_sort(void *base, size_t n, size_t size, sb_sort_cmp *cmp, void *ctx,
            const struct sb_sort_options *opts)
{
    (void)opts;
    struct job j = {.base = base, .size = size, .cmp = cmp, .ctx = ctx};
    if (n < 2 || run_end(&j, 0, n) == n || j.fail)
        return j.fail;
    char *spare SB_CLEANUP_FREE = sb_xrealloc_array(NULL, n, size);
    j.spare = spare;
    while (!j.fail) {
        size_t merges = 0;
        for (size_t lo = 0; lo < n && !j.fail;) {
            size_t mid = run_end(&j, lo, n);
            if (mid >= n)
                break;
            size_t hi = run_end(&j, mid, n);
            merge(&j, lo, mid, hi);
            merges++;
            lo = hi;
        }
        if (merges == 0)
            break;
    }
    return j.fail;
}
