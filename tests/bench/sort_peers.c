/* sort_peers N ROUNDS [PATTERN...]: the sorts of core/sort beside glibc's qsort and (when a C++ compiler
 * was there) std::sort and std::stable_sort. All in this process, one after the other in each round,
 * measured in CPU time of the thread; printed are medians over the rounds of the time of
 * std::stable_sort (else of qsort) divided by each one's own: above 1 is faster. Freed memory stays in
 * the process, so that no sort is charged for the kernel's clearing of another's buffer. */
#include "core/sort/sort.h"
#include "tests/bench/sort_peers.h"
#include "applets/sort-bench/pattern.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { BYTES_OF_STRING = 28, MOST_ROUNDS = 101, MOST_SORTS = 6 };

struct table {
    size_t n, size;
    const char *title;
    void *input, *work;
};

struct sort {
    const char *name;
    void (*run)(void *v, size_t n, size_t size);
};

/* --- comparators --- */

static int order_int64(const void *a, const void *b)
{
    const int64_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

static int order_string(const void *a, const void *b)
{
    const char *const *x = a, *const *y = b;
    return strcmp(*x, *y);
}

static int sb_order_int64(const void *a, const void *b, void *ctx, int *fail)
{
    (void)ctx;
    (void)fail;
    const int64_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

static int sb_order_string(const void *a, const void *b, void *ctx, int *fail)
{
    (void)ctx;
    (void)fail;
    const char *const *x = a, *const *y = b;
    return strcmp(*x, *y);
}

/* --- the sorts --- */

static void sb_inline(void *v, size_t n, size_t size)
{
    (void)size;
    sb_sort_int64(v, n, NULL);
}

static void sb_keyed(void *v, size_t n, size_t size)
{
    (void)size;
    sb_sort_keyed(v, n, NULL);
}

static void sb_pointer(void *v, size_t n, size_t size)
{
    (void)sb_sort(v, n, size, sb_order_int64, NULL, NULL);
}

static void sb_string(void *v, size_t n, size_t size)
{
    (void)sb_sort(v, n, size, sb_order_string, NULL, NULL);
}

static void sb_string_heads(void *v, size_t n, size_t size)
{
    (void)size;
    sb_sort_strings(v, n, NULL);
}

static void libc_int64(void *v, size_t n, size_t size)
{
    qsort(v, n, size, order_int64);
}

static void libc_string(void *v, size_t n, size_t size)
{
    qsort(v, n, size, order_string);
}

#if HAVE_SORT_PEERS_CXX
#define CXX_SORT(name, call)                         \
    static void name(void *v, size_t n, size_t size) \
    {                                                \
        (void)size;                                  \
        call;                                        \
    }
CXX_SORT(std_stable_inline, peer_stable_sort_int64(v, n, NULL))
CXX_SORT(std_sort_inline, peer_sort_int64(v, n, NULL))
CXX_SORT(std_stable_keyed, peer_stable_sort_keyed(v, n))
CXX_SORT(std_sort_keyed, peer_sort_keyed(v, n))
CXX_SORT(std_stable_pointer, peer_stable_sort_int64(v, n, order_int64))
CXX_SORT(std_sort_pointer, peer_sort_int64(v, n, order_int64))
CXX_SORT(std_stable_record, peer_stable_sort_record(v, n, order_int64))
CXX_SORT(std_sort_record, peer_sort_record(v, n, order_int64))
CXX_SORT(std_stable_string, peer_stable_sort_string(v, n, order_string))
CXX_SORT(std_sort_string, peer_sort_string(v, n, order_string))
#define PEERS(kind) {"std::stable_sort", std_stable_##kind}, {"std::sort", std_sort_##kind},
#else
#define PEERS(kind)
#endif

/* --- measuring --- */

static double cpu_seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int order_double(const void *a, const void *b, void *ctx, int *fail)
{
    (void)ctx;
    (void)fail;
    const double *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

static double median(double *v, size_t n)
{
    (void)sb_sort(v, n, sizeof *v, order_double, NULL, NULL);
    return v[n / 2];
}

static char *strings_of(const int64_t *keys, size_t n)
{
    char *text = malloc(n * BYTES_OF_STRING);
    for (size_t i = 0; i < n && text; i++)
        snprintf(text + i * BYTES_OF_STRING, BYTES_OF_STRING, "server-%019lld/",
                 (long long)keys[i]);
    return text;
}

/* Elements whose first eight bytes are the key, or pointers to its decimal text. */
static char *fill(const struct table *t, enum sort_pattern p)
{
    int64_t *keys = malloc(t->n * sizeof *keys);
    char *text = NULL;
    if (!keys)
        exit(2);
    sort_fill(keys, t->n, p, 1);
    if (strncmp(t->title, "string", 6) == 0)
        text = strings_of(keys, t->n);
    for (size_t i = 0; i < t->n; i++) {
        char *at = (char *)t->input + i * t->size;
        const char *s = text ? text + i * BYTES_OF_STRING : NULL;
        memset(at, 0, t->size);
        memcpy(at, text ? (const void *)&s : (const void *)&keys[i], 8);
    }
    free(keys);
    return text;
}

static void row(const struct table *t, const struct sort *sorts, size_t count, enum sort_pattern p,
                size_t rounds)
{
    double seconds[MOST_SORTS][MOST_ROUNDS], ratio[MOST_SORTS][MOST_ROUNDS];
    char *text = fill(t, p);
    for (size_t r = 0; r < rounds; r++) {
        for (size_t k = 0; k < count; k++) {
            memcpy(t->work, t->input, t->n * t->size);
            double start = cpu_seconds();
            sorts[k].run(t->work, t->n, t->size);
            seconds[k][r] = cpu_seconds() - start;
        }
        for (size_t k = 0; k < count; k++)
            ratio[k][r] = seconds[0][r] / seconds[k][r];
    }
    printf("%-16s %8.2f", sort_pattern_names[p], 1e3 * median(seconds[0], rounds));
    for (size_t k = 1; k < count; k++)
        printf(" %18.2f", median(ratio[k], rounds));
    printf("\n");
    fflush(stdout);
    free(text);
}

static void table(const struct table *t, const struct sort *sorts, size_t count, size_t rounds,
                  int argc, char **argv)
{
    printf("\n%s, n = %zu; %s in CPU ms, then its time by theirs\n%-16s %8s", t->title, t->n,
           sorts[0].name, "", "ms");
    for (size_t k = 1; k < count; k++)
        printf(" %18s", sorts[k].name);
    printf("\n");
    for (enum sort_pattern p = 0; p < N_PATTERNS; p++) {
        int wanted = argc < 4;
        for (int i = 3; i < argc; i++)
            wanted |= strcmp(argv[i], sort_pattern_names[p]) == 0;
        if (wanted)
            row(t, sorts, count, p, rounds);
    }
}

int main(int argc, char **argv)
{
    static const struct sort of_int64[] = {PEERS(inline){"qsort", libc_int64},
                                           {"sb_sort_int64", sb_inline}};
    static const struct sort of_keyed[] = {PEERS(keyed){"qsort", libc_int64},
                                           {"sb_sort_keyed", sb_keyed}};
    static const struct sort by_pointer[] = {PEERS(pointer){"qsort", libc_int64},
                                             {"sb_sort", sb_pointer}};
    static const struct sort of_records[] = {PEERS(record){"qsort", libc_int64},
                                             {"sb_sort", sb_pointer}};
    static const struct sort of_strings[] = {PEERS(string){"qsort", libc_string},
                                             {"sb_sort", sb_string},
                                             {"sb_sort_strings", sb_string_heads}};
    size_t n = argc > 1 ? strtoul(argv[1], NULL, 10) : 1000000;
    size_t rounds = argc > 2 ? strtoul(argv[2], NULL, 10) : 5;
    if (n == 0 || rounds == 0 || rounds > MOST_ROUNDS)
        return 2;
    mallopt(M_MMAP_THRESHOLD, 1 << 30);
    mallopt(M_TRIM_THRESHOLD, 1 << 30);
    struct table t = {.n = n, .input = malloc(32 * n), .work = malloc(32 * n)};
    if (!t.input || !t.work)
        return 2;
#define TABLE(text, bytes, sorts)   \
    t.title = text, t.size = bytes; \
    table(&t, sorts, sizeof(sorts) / sizeof *(sorts), rounds, argc, argv)
    TABLE("int64, inlined", 8, of_int64);
    TABLE("int64, by pointer", 8, by_pointer);
    TABLE("records of 32 bytes, by pointer", 32, of_records);
    TABLE("strings of 27 bytes", 8, of_strings);
    TABLE("{key, offset}, inlined", 16, of_keyed);
    free(t.input);
    free(t.work);
    return 0;
}
