/* Proving the sort on the user's machine: each check sorts elements that know where they came from and
 * looks at every one of them afterwards. */
#include "applets/sort-bench/bench.h"
#include "core/base/mem.h"
#include "core/doc/json_write.h"
#include "core/ui/table.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct check {
    const char *name, *text;
    uint64_t cases, failed;
    char first[160]; /* the first failure */
};

enum {
    CHECK_ORDER,
    CHECK_FAILING,
    CHECK_MEMORY,
    CHECK_LIES,
    CHECK_FAULTS,
    CHECK_ADVERSARY,
    CHECKS
};

static void judge(struct check *c, bool ok, enum sort_pattern p, size_t n, uint64_t at)
{
    c->cases++;
    if (ok)
        return;
    if (c->failed++ == 0)
        snprintf(c->first, sizeof c->first, "%s, %zu elements, case %" PRIu64,
                 sort_pattern_names[p], n, at);
}

/* --- elements and comparators --- */

struct element {
    int64_t key;
    uint64_t index;
};

enum lie { LIE_NONE, LIE_RANDOM, LIE_LESS, LIE_MORE, LIE_TIES, LIE_CYCLE, LIES };

struct comparator {
    enum lie lie;
    uint64_t random, calls, fail_at; /* 0: never */
    uint64_t after;                  /* calls after it failed */
};

enum { FAILURE = -77 };

static int compare(const void *a, const void *b, void *ctx, int *fail)
{
    struct comparator *c = ctx;
    int64_t x, y;
    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    c->calls++;
    c->after += c->fail_at && c->calls > c->fail_at;
    if (c->calls == c->fail_at)
        *fail = FAILURE;
    switch (c->lie) {
    case LIE_RANDOM: return (int)(sort_random(&c->random) % 3) - 1;
    case LIE_LESS: return -1;
    case LIE_MORE: return 1;
    case LIE_TIES: return x <= y ? -1 : 1;
    case LIE_CYCLE: {
        int64_t turn = ((x - y) % 3 + 3) % 3;
        return turn == 0 ? 0 : turn == 1 ? 1 : -1;
    }
    default: return (x > y) - (x < y);
    }
}

static struct element *make(enum sort_pattern p, size_t n, uint64_t seed)
{
    int64_t *keys = sb_xcalloc(n + 1, sizeof *keys);
    struct element *v = sb_xcalloc(n + 1, sizeof *v);
    sort_fill(keys, n, p, seed);
    for (size_t i = 0; i < n; i++)
        v[i] = (struct element){keys[i], i};
    free(keys);
    return v;
}

static bool is_sorted(const struct element *v, size_t n)
{
    for (size_t i = 1; i < n; i++)
        if (v[i].key < v[i - 1].key || (v[i].key == v[i - 1].key && v[i].index < v[i - 1].index))
            return false;
    return true;
}

/* Each element of the pattern once, with its own key. */
static bool is_whole(const struct element *v, size_t n, enum sort_pattern p, uint64_t seed)
{
    struct element *before = make(p, n, seed);
    bool *seen = sb_xcalloc(n + 1, sizeof *seen), whole = true;
    for (size_t i = 0; whole && i < n; i++) {
        whole = v[i].index < n && !seen[v[i].index] && before[v[i].index].key == v[i].key;
        if (whole)
            seen[v[i].index] = true;
    }
    free(seen);
    free(before);
    return whole;
}

/* --- the checks --- */

static const size_t lengths[] = {0, 1, 2, 3, 9, 33, 100, 1000, 5000, 30000};

static void check_order(struct check *c, uint64_t seed)
{
    for (enum sort_pattern p = 0; p < N_PATTERNS; p++) {
        for (size_t k = 0; k < SB_LEN(lengths); k++) {
            size_t n = lengths[k];
            struct element *v = make(p, n, seed);
            struct comparator cmp = {.lie = LIE_NONE};
            int rc = sb_sort(v, n, sizeof *v, compare, &cmp, NULL);
            judge(c, rc == 0 && is_sorted(v, n) && is_whole(v, n, p, seed), p, n, 0);
            free(v);
        }
    }
}

static void check_failing(struct check *c, uint64_t seed)
{
    const size_t n = 300;
    for (enum sort_pattern p = 0; p < N_PATTERNS; p++) {
        for (uint64_t at = 1;; at++) {
            struct element *v = make(p, n, seed);
            struct comparator cmp = {.fail_at = at};
            int rc = sb_sort(v, n, sizeof *v, compare, &cmp, NULL);
            bool reached = cmp.calls >= at;
            judge(c, rc == (reached ? FAILURE : 0) && cmp.after == 0 && is_whole(v, n, p, seed), p,
                  n, at);
            free(v);
            if (!reached)
                break;
        }
    }
}

struct heap {
    uint64_t requests, fail_at;
    int64_t held;
};

static void *heap_take(size_t bytes, void *ctx)
{
    struct heap *h = ctx;
    void *p = ++h->requests == h->fail_at ? NULL : malloc(bytes);
    h->held += p != NULL;
    return p;
}

static void heap_give_back(void *p, void *ctx)
{
    struct heap *h = ctx;
    h->held -= p != NULL;
    free(p);
}

static void check_memory(struct check *c, uint64_t seed)
{
    const size_t n = 3000;
    for (enum sort_pattern p = 0; p < N_PATTERNS; p++) {
        for (uint64_t at = 1;; at++) {
            struct heap h = {.fail_at = at};
            const struct sb_sort_memory memory = {heap_take, heap_give_back, &h};
            const struct sb_sort_options opts = {.memory = &memory};
            struct element *v = make(p, n, seed);
            struct comparator cmp = {.lie = LIE_NONE};
            int rc = sb_sort(v, n, sizeof *v, compare, &cmp, &opts);
            judge(c, rc == 0 && h.held == 0 && is_sorted(v, n) && is_whole(v, n, p, seed), p, n,
                  at);
            free(v);
            if (h.requests < at)
                break;
        }
    }
}

static void check_lies(struct check *c, uint64_t seed)
{
    for (int lie = LIE_RANDOM; lie < LIES; lie++) {
        for (enum sort_pattern p = 0; p < N_PATTERNS; p++) {
            for (size_t k = 0; k < SB_LEN(lengths); k++) {
                size_t n = lengths[k];
                struct element *v = make(p, n, seed);
                struct comparator cmp = {.lie = (enum lie)lie, .random = seed};
                (void)sb_sort(v, n, sizeof *v, compare, &cmp, NULL);
                judge(c, is_whole(v, n, p, seed), p, n, (uint64_t)lie);
                free(v);
            }
        }
    }
}

/* A comparator that is no order is named as one, and a sound one is not. */
static void check_faults(struct check *c, uint64_t seed)
{
    for (int lie = LIE_NONE; lie < LIES; lie++) {
        for (size_t n = 100; n <= 3000; n *= 3) {
            struct sb_sort_fault fault;
            const struct sb_sort_options opts = {.fault = &fault};
            struct element *v = make(PATTERN_RANDOM, n, seed);
            struct comparator cmp = {.lie = (enum lie)lie, .random = seed};
            (void)sb_sort(v, n, sizeof *v, compare, &cmp, &opts);
            judge(c, (fault.kind == SB_SORT_SOUND) == (lie == LIE_NONE), PATTERN_RANDOM, n,
                  (uint64_t)lie);
            free(v);
        }
    }
}

/* McIlroy, "A killer adversary for quicksort", 1999: keys are decided as late as possible. */
struct adversary {
    size_t *rank;
    size_t solid, gas, candidate;
    uint64_t calls;
};

static int adverse(const void *a, const void *b, void *ctx, int *fail)
{
    struct adversary *d = ctx;
    uint64_t x, y;
    (void)fail;
    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    d->calls++;
    if (d->rank[x] == d->gas && d->rank[y] == d->gas)
        d->rank[x == d->candidate ? x : y] = d->solid++;
    if (d->rank[x] == d->gas)
        d->candidate = (size_t)x;
    else if (d->rank[y] == d->gas)
        d->candidate = (size_t)y;
    return (d->rank[x] > d->rank[y]) - (d->rank[x] < d->rank[y]);
}

static void check_adversary(struct check *c, uint64_t seed)
{
    for (size_t n = 1000; n <= 64000; n *= 2) {
        uint64_t *v = sb_xcalloc(n, sizeof *v), random = seed;
        struct adversary d = {.rank = sb_xcalloc(n, sizeof *d.rank), .solid = n, .gas = 2 * n};
        size_t lg = 0;
        while (n >> lg)
            lg++;
        for (size_t i = 0; i < n; i++) {
            v[i] = i;
            d.rank[i] = i % 3 == 0 ? d.gas : (size_t)(sort_random(&random) % n); /* no runs */
        }
        (void)sb_sort(v, n, sizeof *v, adverse, &d, NULL);
        judge(c, d.calls <= 4 * n * lg, PATTERN_RANDOM, n, d.calls);
        free(d.rank);
        free(v);
    }
}

/* --- the whole --- */

static void print_json(const struct check *checks, struct sb_buf *out)
{
    struct sb_json_writer w;
    sb_json_writer_init(&w, out, 2);
    sb_json_open_map(&w);
    sb_json_key(&w, "schema");
    sb_json_text(&w, "srebox.sort-bench-verify/1");
    sb_json_key(&w, "checks");
    sb_json_open_list(&w);
    for (int i = 0; i < CHECKS; i++) {
        sb_json_open_map(&w);
        sb_json_key(&w, "name");
        sb_json_text(&w, checks[i].name);
        sb_json_key(&w, "cases");
        sb_json_int(&w, (int64_t)checks[i].cases);
        sb_json_key(&w, "failed");
        sb_json_int(&w, (int64_t)checks[i].failed);
        sb_json_key(&w, "first_failure");
        sb_json_text(&w, checks[i].failed ? checks[i].first : NULL);
        sb_json_close_map(&w);
    }
    sb_json_close_list(&w);
    sb_json_close_map(&w);
    sb_buf_putc(out, '\n');
}

static void print_text(const struct check *checks, int width, struct sb_buf *out)
{
    static const struct sb_table_column columns[] = {{.title = "CHECK"},
                                                     {.title = "CASES", .right = true},
                                                     {.title = "FAILED", .right = true},
                                                     {.title = "WHAT IT PROVES", .min = 20}};
    struct sb_table t;
    sb_table_init(&t, columns, SB_LEN(columns));
    for (int i = 0; i < CHECKS; i++) {
        sb_table_text(&t, checks[i].name);
        sb_table_int(&t, (int64_t)checks[i].cases);
        sb_table_int(&t, (int64_t)checks[i].failed);
        sb_table_text(&t, checks[i].text);
    }
    sb_table_print(&t, out, 0, (size_t)SB_MAX(width, 100));
    sb_table_done(&t);
    for (int i = 0; i < CHECKS; i++)
        if (checks[i].failed)
            sb_buf_printf(out, "%s: first failure: %s\n", checks[i].name, checks[i].first);
}

int sort_bench_verify(struct sb_run *run, struct sb_error *e)
{
    const struct sort_bench_options *o = run->options;
    uint64_t seed = (uint64_t)o->seed, failed = 0;
    struct check checks[CHECKS] = {
        [CHECK_ORDER] = {.name = "order", .text = "every pattern is sorted, stably, and complete"},
        [CHECK_FAILING] = {.name = "failing",
                           .text =
                               "a comparator that fails at any call stops the sort; all is kept"},
        [CHECK_MEMORY] = {.name = "memory",
                          .text = "any allocation may fail: sorted and stable all the same"},
        [CHECK_LIES] = {.name = "lies", .text = "comparators that are no order lose no element"},
        [CHECK_FAULTS] = {.name = "faults",
                          .text = "they are found out, and sound ones are not accused"},
        [CHECK_ADVERSARY] = {.name = "adversary",
                             .text = "McIlroy's adversary costs at most 4 n lg n comparisons"},
    };
    (void)e;
    check_order(&checks[CHECK_ORDER], seed);
    check_failing(&checks[CHECK_FAILING], seed);
    check_memory(&checks[CHECK_MEMORY], seed);
    check_lies(&checks[CHECK_LIES], seed);
    check_faults(&checks[CHECK_FAULTS], seed);
    check_adversary(&checks[CHECK_ADVERSARY], seed);
    for (int i = 0; i < CHECKS; i++)
        failed += checks[i].failed;
    if (run->format == SB_FORMAT_JSON)
        print_json(checks, run->out);
    else
        print_text(checks, run->width, run->out);
    return failed ? SB_EXIT_FOUND : SB_EXIT_OK;
}
