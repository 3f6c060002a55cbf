/* sort-bench: what is sorted, by which algorithm, and what came out. */
#ifndef SORT_BENCH_BENCH_H
#define SORT_BENCH_BENCH_H

#include "applets/sort-bench/pattern.h"
#include "core/base/buf.h"
#include "core/base/error.h"
#include "core/base/str.h"
#include "core/base/vec.h"
#include "core/bench/machine.h"
#include "core/bench/peers.h"
#include "core/sort/sort.h"
#include "core/ui/option.h"

/* --- elements --- */

enum sort_bench_type { SORT_BENCH_INT64, SORT_BENCH_RECORD, SORT_BENCH_STRING, SORT_BENCH_TYPES };
extern const char *const sort_bench_type_names[]; /* "int64", ended by NULL */

struct sort_bench_record {
    int64_t key;
    uint64_t index; /* before sorting: shows whether equal ones kept their order */
    uint64_t rest[2];
};

/* Elements in memory that the helper shares: the input, room for a result, then texts. A string is in
 * there as its offset among the texts, so that both can read it. */
struct sort_bench_data {
    enum sort_bench_type type;
    size_t n, size; /* elements; bytes of one */
    int memory;     /* the descriptor, -1: none yet */
    char *map;
    size_t map_bytes;
    const char **strings; /* of type string: the input as pointers into the texts */
};

/* Input and work bytes of elements of the type; of strings, of a pointer. */
size_t sort_bench_size(enum sort_bench_type type);
/* The keys (n of them) as elements; of strings: their decimal text behind a name of a common length.
 * *d keeps its descriptor from call to call. */
int sort_bench_fill(struct sort_bench_data *d, enum sort_bench_type type, const int64_t *keys,
                    size_t n, struct sb_error *e);
/* Texts as elements of type string. */
int sort_bench_fill_texts(struct sort_bench_data *d, const char *const *texts, size_t n,
                          struct sb_error *e);
void sort_bench_data_done(struct sort_bench_data *d);
/* n fresh elements to be sorted into work (n * size bytes). */
void sort_bench_copy(const struct sort_bench_data *d, void *work);

enum sort_bench_outcome {
    SORT_BENCH_WRONG, /* not in order, or not the same elements */
    SORT_BENCH_UNSTABLE,
    SORT_BENCH_STABLE,
    SORT_BENCH_SORTED, /* and nothing can show whether stably: integers */
};
/* Judges a result: n elements of the data, or (offsets) of the helper. */
enum sort_bench_outcome sort_bench_judge(const struct sort_bench_data *d, const void *result,
                                         bool offsets);
/* Runs in the input: how many, and the comparisons n*H that merging them takes at least, H being the
 * entropy of their lengths. */
void sort_bench_runs(const struct sort_bench_data *d, uint64_t *ret_runs, double *ret_nh);

/* --- algorithms --- */

enum sort_bench_algorithm {
    SORT_BENCH_SREBOX,     /* core/sort, comparison inlined */
    SORT_BENCH_SREBOX_CMP, /* core/sort, comparison by pointer */
    SORT_BENCH_TIMSORT,
    SORT_BENCH_MERGESORT,
    SORT_BENCH_QUICKSORT,
    SORT_BENCH_HEAPSORT,
    SORT_BENCH_LIBC, /* from here on by the helper */
    SORT_BENCH_STD_SORT,
    SORT_BENCH_STD_STABLE,
    SORT_BENCH_ALGORITHMS
};
extern const char *const sort_bench_algorithm_names[]; /* "srebox", ended by NULL */
extern const char *const sort_bench_algorithm_texts[];

struct sort_bench_counts {
    uint64_t comparisons, moves;
};

/* What the textbook sorts share (classic_sort.h). */
enum { SORT_BENCH_MIN_GALLOP = 7, SORT_BENCH_MAX_RUNS = 100 };
/* 32 to 64, such that n / minrun is a power of two or a bit less; n where that is below 64. */
size_t sort_bench_min_run(size_t n);

/* Sorts n elements of the type by an algorithm of this program. c: NULL, or counts them. False: there
 * was no memory. */
bool sort_bench_sort(enum sort_bench_algorithm algorithm, enum sort_bench_type type, void *v,
                     size_t n, struct sort_bench_counts *c);

/* The comparator of sb_sort for the type. */
sb_sort_cmp *sort_bench_cmp(enum sort_bench_type type);

/* --- options and verbs --- */

struct sort_bench_options {
    struct sb_strings sizes, patterns, types, algorithms; /* names, or several by commas */
    const char *data, *key, *peers;
    int64_t base, rounds, minrun, max_size, seed;
    bool pin;
};

int sort_bench_run(struct sb_run *run, struct sb_error *e);
int sort_bench_trace(struct sb_run *run, struct sb_error *e);
int sort_bench_verify(struct sb_run *run, struct sb_error *e);

/* Keys read from a file: of a column of CSV, a member of JSON objects (a list of them, or one a line),
 * or whole lines. Either all are integers or instants (ints), or they are texts. */
struct sort_bench_keys {
    size_t n;
    bool dates;         /* ints are instants in ns since the epoch */
    int64_t *ints;      /* NULL: texts */
    const char **texts; /* as written, n of them */
    const char **names; /* of trace: what tells the rows apart */
    struct sb_doc_pool *pool;
};
int sort_bench_keys_read(const char *path, const char *key, int64_t max_size,
                         struct sort_bench_keys *ret, struct sb_error *e);
/* The same from memory; name is for messages. */
int sort_bench_keys_parse(const char *name, struct sb_str bytes, const char *key,
                          struct sort_bench_keys *ret, struct sb_error *e);
void sort_bench_keys_done(struct sort_bench_keys *k);

#endif
