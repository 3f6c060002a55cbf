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
        size_t k = 0;
        while (k < len && v[i][k] == v[0][k])
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

void sb_sort_strings(const char **v, size_t n, const struct sb_sort_options *opts)
{
    struct sb_sort_job j;
    sb_sort_job_init(&j, NULL, NULL, opts);
    struct text *texts = n < 2 ? NULL : sb_sort_take(&j, n, sizeof *texts);
    if (!texts) {
        (void)sb_sort(v, n, sizeof *v, compare_strings, NULL,
                      opts); /* its comparator cannot fail */
        return;
    }
    size_t common = common_prefix(v, n);
    for (size_t i = 0; i < n; i++)
        texts[i] = text_of(v[i], common);
    if (opts && opts->stats)
        count_texts(&j, texts, n);
    else
        sort_texts(&j, texts, n);
    for (size_t i = 0; i < n; i++)
        v[i] = texts[i].whole;
    sb_sort_give_back(&j, texts);
    if (opts && opts->stats)
        *opts->stats = j.stats;
}
