/* The run: every algorithm sorts the same input in turn, round after round; a pass before it counts
 * comparisons and judges the result. */
#include "applets/sort-bench/measure.h"
#include "core/base/mem.h"
#include "core/ui/progress.h"

#include <inttypes.h>
#include <malloc.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    ELEMENTS =
        200000, /* a measured stretch sorts at least so many, in several copies of the input */
    MOST_COPIES = 1000,
};

struct run {
    const struct sort_bench_options *o;
    struct sort_bench_report *report;
    struct sb_peers peers;
    struct sb_progress progress;
    struct sort_bench_data data;
    struct sort_bench_keys keys; /* of --data */
    uint64_t done;
    bool chosen[SORT_BENCH_ALGORITHMS], types[SORT_BENCH_TYPES];
    bool patterns[N_PATTERNS];
    SB_VEC(size_t) sizes;
    char *work;
    double *rounds[SORT_BENCH_ALGORITHMS];
};

/* --- what is chosen --- */

typedef int take_name(struct run *r, struct sb_str name, struct sb_error *e);

/* Each name of a list whose items may hold several, by commas. */
static int each_name(struct run *r, const struct sb_strings *list, take_name *take,
                     struct sb_error *e)
{
    for (size_t i = 0; i < list->len; i++) {
        for (const char *at = list->items[i], *comma; at; at = comma ? comma + 1 : NULL) {
            comma = strchr(at, ',');
            int rc = take(r, (struct sb_str){at, comma ? (size_t)(comma - at) : strlen(at)}, e);
            if (rc)
                return rc;
        }
    }
    return 0;
}

static int find_name(struct sb_str name, const char *const *names, size_t n, const char *option,
                     size_t *ret, struct sb_error *e)
{
    struct sb_buf known = SB_BUF_INIT(4096);
    for (*ret = 0; *ret < n; ++*ret)
        if (sb_str_is(name, names[*ret]))
            return 0;
    (void)sb_fail(e, SB_EUSAGE, "--%s: there is no \"%.*s\"", option, (int)SB_MIN(name.len, 60u),
                  name.p);
    for (size_t i = 0; i < n; i++)
        sb_buf_printf(&known, "%s%s", i ? " " : "", names[i]);
    int rc = sb_hint(e, "There are: %s", known.data);
    sb_buf_done(&known);
    return rc;
}

static int take_algorithm(struct run *r, struct sb_str name, struct sb_error *e)
{
    size_t i;
    int rc =
        find_name(name, sort_bench_algorithm_names, SORT_BENCH_ALGORITHMS, "algorithms", &i, e);
    if (rc == 0)
        r->chosen[i] = true;
    return rc;
}

static int take_type(struct run *r, struct sb_str name, struct sb_error *e)
{
    size_t i;
    int rc = find_name(name, sort_bench_type_names, SORT_BENCH_TYPES, "types", &i, e);
    if (rc == 0)
        r->types[i] = true;
    return rc;
}

static int take_pattern(struct run *r, struct sb_str name, struct sb_error *e)
{
    size_t i;
    if (sb_str_is(name, "all")) {
        memset(r->patterns, true, sizeof r->patterns);
        return 0;
    }
    int rc = find_name(name, sort_pattern_names, N_PATTERNS, "patterns", &i, e);
    if (rc == 0)
        r->patterns[i] = true;
    return rc;
}

static int take_size(struct run *r, struct sb_str name, struct sb_error *e)
{
    char text[24], *end;
    snprintf(text, sizeof text, "%.*s", (int)SB_MIN(name.len, sizeof text - 1), name.p);
    unsigned long long n = strtoull(text, &end, 10);
    if (name.len == 0 || name.len > 9 || strspn(text, "0123456789") != name.len || n == 0 ||
        n > 100000000)
        return sb_fail(e, SB_EUSAGE, "--sizes: \"%s\" is no number from 1 to 100000000", text);
    sb_vec_push(&r->sizes, (size_t)n);
    return 0;
}

static int choose(struct run *r, struct sb_error *e)
{
    const struct sort_bench_options *o = r->o;
    int rc = each_name(r, &o->algorithms, take_algorithm, e);
    if (rc == 0)
        rc = each_name(r, &o->types, take_type, e);
    if (rc == 0)
        rc = each_name(r, &o->patterns, take_pattern, e);
    if (rc == 0)
        rc = each_name(r, &o->sizes, take_size, e);
    if (o->algorithms.len == 0)
        memset(r->chosen, true, sizeof r->chosen);
    if (o->types.len == 0)
        memset(r->types, true, sizeof r->types);
    if (o->patterns.len == 0)
        memset(r->patterns, true, 9); /* the first nine are the usual ones */
    if (o->sizes.len == 0)
        sb_vec_push(&r->sizes, 100000);
    r->chosen[o->base] = true;
    return rc;
}

/* --- one sort --- */

static bool by_helper(enum sort_bench_algorithm a)
{
    return a >= SORT_BENCH_LIBC;
}

static int ask(struct run *r, enum sort_bench_algorithm a, const char *what, size_t copies,
               uint64_t *ret, struct sb_error *e)
{
    char line[160], answer[64], *end;
    const struct sort_bench_data *d = &r->data;
    snprintf(line, sizeof line, "sort %s %zu %s %zu %s", sort_bench_type_names[d->type], d->n, what,
             copies, sort_bench_algorithm_names[a]);
    int rc = sb_peers_ask(&r->peers, line, answer, sizeof answer, e);
    if (rc)
        return rc;
    *ret = strtoull(answer, &end, 10);
    if (end == answer || *end)
        return sb_fail(e, SB_EUNSURE, "srebox-peers answers no number to \"%s\"", line);
    return 0;
}

/* Comparisons and moves, and whether the result is right. */
static int count(struct run *r, struct sort_bench_result *result, struct sb_error *e)
{
    struct sort_bench_data *d = &r->data;
    struct sort_bench_counts c = {0, 0};
    if (by_helper(result->algorithm)) {
        result->moves = -1;
        int rc = ask(r, result->algorithm, "count", 1, &result->comparisons, e);
        if (rc == 0)
            result->outcome = sort_bench_judge(d, d->map + d->n * d->size, true);
        return rc;
    }
    sort_bench_copy(d, r->work);
    if (!sort_bench_sort(result->algorithm, d->type, r->work, d->n, &c))
        return sb_fail(e, SB_EUNSURE, "no memory for %s",
                       sort_bench_algorithm_names[result->algorithm]);
    result->outcome = sort_bench_judge(d, r->work, false);
    result->comparisons = c.comparisons;
    result->moves = (int64_t)c.moves;
    return 0;
}

static size_t copies_of(size_t n)
{
    return SB_MAX(SB_MIN((size_t)ELEMENTS / n, (size_t)MOST_COPIES), (size_t)1);
}

/* CPU seconds of one sort. */
static int time_once(struct run *r, enum sort_bench_algorithm a, double *ret, struct sb_error *e)
{
    const struct sort_bench_data *d = &r->data;
    size_t copies = copies_of(d->n);
    uint64_t ns;
    if (by_helper(a)) {
        int rc = ask(r, a, "time", copies, &ns, e);
        if (rc == 0)
            *ret = 1e-9 * (double)ns / (double)copies;
        return rc;
    }
    for (size_t i = 0; i < copies; i++)
        sort_bench_copy(d, r->work + i * d->n * d->size);
    int64_t start = sb_bench_cpu();
    bool ok = true;
    for (size_t i = 0; i < copies; i++)
        ok &= sort_bench_sort(a, d->type, r->work + i * d->n * d->size, d->n, NULL);
    *ret = 1e-9 * (double)(sb_bench_cpu() - start) / (double)copies;
    return ok ? 0 : sb_fail(e, SB_EUNSURE, "no memory for %s", sort_bench_algorithm_names[a]);
}

/* --- one input --- */

static int by_value(const void *a, const void *b, void *ctx, int *fail)
{
    (void)ctx;
    (void)fail;
    const double *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

static void sum_up(struct run *r, struct sort_bench_case *c)
{
    size_t n = (size_t)r->o->rounds;
    const struct sort_bench_result *base = NULL;
    for (size_t i = 0; i < c->len; i++) {
        struct sort_bench_result *result = &c->results[i];
        double *v = r->rounds[result->algorithm];
        (void)sb_sort(v, n, sizeof *v, by_value, NULL, NULL);
        result->cpu_s = v[n / 2];
        result->spread = v[n - 1 - n / 4] - v[n / 4];
        if (result->algorithm == r->report->base)
            base = result;
        if (result->outcome == SORT_BENCH_WRONG)
            r->report->unsound = true;
    }
    for (size_t i = 0; i < c->len; i++)
        c->results[i].ratio =
            base && base->cpu_s > 0 ? c->results[i].cpu_s / base->cpu_s : (double)NAN;
}

static int measure_case(struct run *r, const char *pattern, struct sb_error *e)
{
    const struct sort_bench_data *d = &r->data;
    struct sort_bench_case c = {.type = d->type, .pattern = pattern, .n = d->n};
    sort_bench_runs(d, &c.runs, &c.nh);
    c.lg_fact = lgamma((double)d->n + 1) / log(2);
    free(r->work);
    r->work = sb_xmalloc(SB_MAX(copies_of(d->n) * d->n * d->size, (size_t)1));
    for (size_t a = 0; a < SORT_BENCH_ALGORITHMS; a++) {
        if (!r->chosen[a] || (by_helper((enum sort_bench_algorithm)a) && r->peers.pid == 0))
            continue;
        struct sort_bench_result *result = &c.results[c.len++];
        result->algorithm = (enum sort_bench_algorithm)a;
        int rc = count(r, result, e);
        if (rc)
            return rc;
    }
    for (int64_t round = 0; round < r->o->rounds; round++) {
        sb_progress_at(&r->progress, r->done++, pattern);
        for (size_t i = 0; i < c.len; i++) {
            enum sort_bench_algorithm a = c.results[i].algorithm;
            int rc = time_once(r, a, &r->rounds[a][round], e);
            if (rc)
                return rc;
        }
    }
    sum_up(r, &c);
    sb_vec_push(&r->report->cases, c);
    return 0;
}

static int measure_pattern(struct run *r, enum sort_bench_type type, size_t n, enum sort_pattern p,
                           struct sb_error *e)
{
    int64_t *keys = sb_xcalloc(n, sizeof *keys);
    sort_fill(keys, n, p, (uint64_t)r->o->seed);
    int rc = sort_bench_fill(&r->data, type, keys, n, e);
    free(keys);
    return rc ? rc : measure_case(r, sort_pattern_names[p], e);
}

/* Every type that the file's keys can be. */
static int measure_file(struct run *r, struct sb_error *e)
{
    const struct sort_bench_keys *k = &r->keys;
    int rc = 0;
    for (size_t type = 0; rc == 0 && type < SORT_BENCH_TYPES; type++) {
        if (!r->types[type] || (!k->ints && type != SORT_BENCH_STRING))
            continue;
        if (type == SORT_BENCH_STRING)
            rc = sort_bench_fill_texts(&r->data, k->texts, k->n, e);
        else
            rc = sort_bench_fill(&r->data, (enum sort_bench_type)type, k->ints, k->n, e);
        if (rc == 0)
            rc = measure_case(r, "data", e);
    }
    return rc;
}

static int measure_patterns(struct run *r, struct sb_error *e)
{
    int rc = 0;
    for (size_t type = 0; type < SORT_BENCH_TYPES; type++)
        for (size_t s = 0; r->types[type] && s < r->sizes.len; s++)
            for (size_t p = 0; p < N_PATTERNS && rc == 0; p++)
                if (r->patterns[p])
                    rc = measure_pattern(r, (enum sort_bench_type)type, r->sizes.items[s],
                                         (enum sort_pattern)p, e);
    return rc;
}

static uint64_t count_steps(const struct run *r)
{
    uint64_t types = 0, patterns = 0;
    for (size_t i = 0; i < SORT_BENCH_TYPES; i++)
        types += r->types[i];
    for (size_t i = 0; i < N_PATTERNS; i++)
        patterns += r->patterns[i];
    return types * (uint64_t)r->o->rounds * (r->o->data ? 1 : patterns * r->sizes.len);
}

static int measure_all(struct run *r, struct sb_error *e)
{
    if (r->o->data) {
        int rc = sort_bench_keys_read(r->o->data, r->o->key, r->o->max_size, &r->keys, e);
        if (rc)
            return rc;
    }
    int rc = sort_bench_fill(&r->data, SORT_BENCH_INT64, NULL, 0, e); /* makes the descriptor */
    if (rc)
        return rc;
    if (sb_peers_start(&r->peers, r->o->peers, r->data.memory, &r->report->no_peers) == 0)
        snprintf(r->report->peers_compiler, sizeof r->report->peers_compiler, "%s",
                 r->peers.compiler);
    sb_progress_start(&r->progress, "sorting", count_steps(r), SB_PROGRESS_STEPS);
    rc = r->o->data ? measure_file(r, e) : measure_patterns(r, e);
    sb_progress_stop(&r->progress);
    sb_peers_stop(&r->peers);
    return rc;
}

int sort_bench_measure(const struct sort_bench_options *o, struct sort_bench_report *ret,
                       struct sb_error *e)
{
    struct run r = {.o = o, .report = ret, .data = {.memory = -1}};
    *ret =
        (struct sort_bench_report){.base = (enum sort_bench_algorithm)o->base, .rounds = o->rounds};
    int rc = choose(&r, e);
    if (rc == 0) {
#if defined(__GLIBC__)
        /* Freed memory stays here, so that no sort is charged for the kernel's clearing of it. */
        mallopt(M_MMAP_THRESHOLD, 1 << 30);
        mallopt(M_TRIM_THRESHOLD, 1 << 30);
#endif
        if (o->pin)
            (void)sb_machine_pin();
        sb_machine_look(&ret->machine);
        for (size_t a = 0; a < SORT_BENCH_ALGORITHMS; a++)
            r.rounds[a] = sb_xcalloc((size_t)o->rounds, sizeof(double));
        rc = measure_all(&r, e);
    }
    for (size_t a = 0; a < SORT_BENCH_ALGORITHMS; a++)
        free(r.rounds[a]);
    free(r.work);
    sb_vec_done(&r.sizes);
    sort_bench_data_done(&r.data);
    sort_bench_keys_done(&r.keys);
    if (rc)
        sort_bench_report_done(ret);
    return rc;
}

void sort_bench_report_done(struct sort_bench_report *r)
{
    sb_vec_done(&r->cases);
}
