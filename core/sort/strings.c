/* Sorting strings: each pointer is kept beside the eight bytes that follow what all strings have in
 * common, as a big-endian number, so that most comparisons touch no string. */
#include "core/sort/job.h"

struct text {
    uint64_t head; /* bytes [common, common + 8), zeros after the end */
    const char *s; /* past these bytes; NULL if the string ends within them: head says it all */
    const char *whole;
};

static inline int text_less(const struct text *a, const struct text *b)
{
    if (a->head != b->head)
        return a->head < b->head;
    return a->s && strcmp(a->s, b->s) < 0; /* equal heads end at the same byte, or both go on */
}

#define SORT_NAME sort_texts
#define SORT_T struct text
#define SORT_LESS(j, a, b) text_less(a, b)
#include "core/sort/sort_template.h"

#define SORT_NAME count_texts
#define SORT_T struct text
#define SORT_LESS(j, a, b) text_less(a, b)
#define SORT_COUNT 1
#include "core/sort/sort_template.h"

/* How many bytes all strings start with. */
static size_t common_prefix(const char *const *v, size_t n)
{
    size_t len = strlen(v[0]);
    for (size_t i = 1; i < n && len > 0; i++) {
        if (strncmp(v[i], v[0], len) == 0)
            continue;
        size_t k = 0;
        while (v[i][k] == v[0][k])
            k++;
        len = k;
    }
    return len;
}

static struct text text_of(const char *whole, size_t common)
{
    struct text t = {.whole = whole};
    const char *s = whole + common;
    for (unsigned i = 0; i < 8; i++) {
        t.head <<= 8;
        if (*s)
            t.head |= (unsigned char)*s++;
    }
    t.s = t.head & 0xff ? s : NULL;
    return t;
}

static int compare_strings(const void *a, const void *b, void *ctx, int *fail)
{
    (void)ctx;
    (void)fail;
    const char *const *x = a, *const *y = b;
    return strcmp(*x, *y);
}

/* Does v start with a long run, or ascend (or descend) as a whole? Then heads cost more than they save. */
static int is_mostly_sorted(const char *const *v, size_t n)
{
    enum { SAMPLE = 64 };
    size_t end = 1, down = 0, far = n / SAMPLE;
    int sign = strcmp(v[1], v[0]) < 0;
    while (end < n / 8 && (strcmp(v[end], v[end - 1]) < 0) == sign)
        end++;
    if (end >= n / 8)
        return 1;
    for (size_t i = 0; i + far < n && far > 0; i += far)
        down += strcmp(v[i + far], v[i]) < 0;
    return far > 0 && (down <= SAMPLE / 16 || down >= SAMPLE - SAMPLE / 16);
}

static int sort_with_heads(struct sb_sort_job *j, const char **v, size_t n, int counted)
{
    struct text *texts = sb_sort_take(j, n, sizeof *texts);
    if (!texts)
        return 0;
    size_t common = common_prefix(v, n);
    for (size_t i = 0; i < n; i++)
        texts[i] = text_of(v[i], common);
    if (counted)
        count_texts(j, texts, n);
    else
        sort_texts(j, texts, n);
    for (size_t i = 0; i < n; i++)
        v[i] = texts[i].whole;
    sb_sort_give_back(j, texts);
    return 1;
}

void sb_sort_strings(const char **v, size_t n, const struct sb_sort_options *opts)
{
    int counted = opts && opts->stats;
    struct sb_sort_job j;
    sb_sort_job_init(&j, NULL, NULL, opts);
    if (n < 2 || is_mostly_sorted(v, n) || !sort_with_heads(&j, v, n, counted))
        (void)sb_sort(v, n, sizeof *v, compare_strings, NULL,
                      opts); /* its comparator cannot fail */
    else if (counted)
        *opts->stats = j.stats;
}
