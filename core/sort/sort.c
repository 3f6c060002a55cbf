/* sb_sort(): elements of any size, compared through a pointer. Common sizes are moved as whole
 * elements; all others are sorted as pointers and then brought into place along the cycles of the
 * permutation, each by one exchange. */
#include "core/sort/sort.h"

#include "core/base/error.h"
#include "core/sort/job.h"

/* Byte arrays: base need not be aligned, and copies keep the alignment that base has. */
#define ELEMENT(bytes)             \
    struct element_##bytes {       \
        unsigned char byte[bytes]; \
    }
ELEMENT(4);
ELEMENT(8);
ELEMENT(16);
ELEMENT(24);
ELEMENT(32);
ELEMENT(48);
ELEMENT(64);

#define SORT_NAME sort_4
#define SORT_T struct element_4
#define SORT_LESS(j, a, b) sb_sort_less(j, a, b)
#define SORT_CALLS 1
#include "core/sort/sort_template.h"

#define SORT_NAME sort_8
#define SORT_T struct element_8
#define SORT_LESS(j, a, b) sb_sort_less(j, a, b)
#define SORT_CALLS 1
#include "core/sort/sort_template.h"

#define SORT_NAME sort_16
#define SORT_T struct element_16
#define SORT_LESS(j, a, b) sb_sort_less(j, a, b)
#define SORT_CALLS 1
#include "core/sort/sort_template.h"

#define SORT_NAME sort_24
#define SORT_T struct element_24
#define SORT_LESS(j, a, b) sb_sort_less(j, a, b)
#define SORT_CALLS 1
#include "core/sort/sort_template.h"

#define SORT_NAME sort_32
#define SORT_T struct element_32
#define SORT_LESS(j, a, b) sb_sort_less(j, a, b)
#define SORT_CALLS 1
#include "core/sort/sort_template.h"

#define SORT_NAME sort_48
#define SORT_T struct element_48
#define SORT_LESS(j, a, b) sb_sort_less(j, a, b)
#define SORT_CALLS 1
#include "core/sort/sort_template.h"

#define SORT_NAME sort_64
#define SORT_T struct element_64
#define SORT_LESS(j, a, b) sb_sort_less(j, a, b)
#define SORT_CALLS 1
#include "core/sort/sort_template.h"

struct pointer {
    char *to;
};
#define SORT_NAME sort_pointers
#define SORT_T struct pointer
#define SORT_LESS(j, a, b) sb_sort_less(j, (a)->to, (b)->to)
#define SORT_CALLS 1
#include "core/sort/sort_template.h"

static int less_plain(struct sb_sort_job *j, const void *a, const void *b)
{
    return sb_sort_less(j, a, b);
}

/* Puts at base[i] the element that order[i] points to, for all i. */
static void permute(struct sb_sort_job *j, char *base, struct pointer *order, size_t n, size_t size)
{
    for (size_t i = 0; i < n; i++) {
        char *hole = base + i * size;
        size_t k = i;
        while (order[k].to != base + i * size) { /* the last of the cycle takes what was at i */
            char *next = order[k].to;
            order[k].to = hole;
            sb_sort_swap(hole, next, size);
            j->stats.moves += 2;
            hole = next;
            k = (size_t)(next - base) / size;
        }
        order[k].to = hole;
    }
}

static void sort_by_pointer(struct sb_sort_job *j, char *base, size_t n, size_t size)
{
    enum { ON_STACK = SB_SORT_STACK_BYTES / sizeof(struct pointer) };
    struct pointer few[ON_STACK];
    struct pointer *order = n <= ON_STACK ? few : sb_sort_take(j, n, sizeof *order);
    if (!order) {
        sb_sort_in_place(j, base, n, size, less_plain);
        return;
    }
    for (size_t i = 0; i < n; i++)
        order[i].to = base + i * size;
    sort_pointers(j, order, n);
    if (!j->fail)
        permute(j, base, order, n, size);
    if (order != few)
        sb_sort_give_back(j, order);
}

static void sort_any(struct sb_sort_job *j, void *base, size_t n, size_t size)
{
    switch (size) {
    case 4: sort_4(j, base, n); break;
    case 8: sort_8(j, base, n); break;
    case 16: sort_16(j, base, n); break;
    case 24: sort_24(j, base, n); break;
    case 32: sort_32(j, base, n); break;
    case 48: sort_48(j, base, n); break;
    case 64: sort_64(j, base, n); break;
    default: sort_by_pointer(j, base, n, size);
    }
}

/* The caller's comparator, counted. */
struct counted {
    sb_sort_cmp *cmp;
    void *ctx;
    uint64_t comparisons;
};

static int count(const void *a, const void *b, void *ctx, int *fail)
{
    struct counted *c = ctx;
    c->comparisons++;
    return c->cmp(a, b, c->ctx, fail);
}

int sb_sort(void *base, size_t n, size_t size, sb_sort_cmp *cmp, void *ctx,
            const struct sb_sort_options *opts)
{
    struct counted counted = {cmp, ctx, 0};
    struct sb_sort_job j;
    if (opts && opts->stats)
        sb_sort_job_init(&j, count, &counted, opts);
    else
        sb_sort_job_init(&j, cmp, ctx, opts);
    if (n > 1 && size > 0)
        sort_any(&j, base, n, size);
    if (opts && opts->fault) {
        *opts->fault = (struct sb_sort_fault){0};
        if (!j.fail && n > 0 && size > 0)
            j.fail = sb_sort_find_fault(base, n, size, cmp, ctx, opts->fault);
    }
    if (opts && opts->stats) {
        j.stats.comparisons = counted.comparisons;
        *opts->stats = j.stats;
    }
    return j.fail;
}
