/* The run: short cases in turn, chunk by chunk; then the large ones, each in its own process. */
#include "applets/co-bench/bench.h"
#include "core/base/str.h"
#include "core/sort/sort.h"
#include "core/ui/progress.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static const int64_t chunk_ns =
    50000; /* long beside the clock, short beside the scheduler's slice */

struct one_case {
    enum co_bench_what what;
    enum co_bench_technique technique;
    uint64_t n;                   /* of a chunk */
    double least[CO_BENCH_PARTS]; /* ns each; INFINITY until measured */
};

struct run {
    const struct co_bench_options *o;
    struct co_bench_report *report;
    struct sb_peers peers;
    struct sb_progress progress;
    uint64_t done; /* steps of the progress */
    SB_VEC(struct one_case) cases;
};

static bool wanted(const struct co_bench_options *o, enum co_bench_what what)
{
    bool any = false;
    for (size_t i = 0; i < o->only.len; i++)
        any |= strcmp(o->only.items[i], co_bench_what_names[what]) == 0;
    return any || o->only.len == 0;
}

static int check_names(const struct co_bench_options *o, struct sb_error *e)
{
    for (size_t i = 0; i < o->only.len; i++) {
        const char *name = o->only.items[i];
        bool known = false;
        for (size_t k = 0; co_bench_what_names[k]; k++)
            known |= strcmp(name, co_bench_what_names[k]) == 0;
        if (known)
            continue;
        const char *near = sb_str_nearest(name, co_bench_what_names);
        (void)sb_fail(e, SB_EUSAGE, "--only: there is no \"%s\"", name);
        return near ? sb_hint(e, "Did you mean \"%s\"?", near)
                    : sb_hint(e, "resume-1 resume-8 depth-1 depth-8 depth-64 await create cancel "
                                 "live cancel-live sleep");
    }
    return 0;
}

/* --- one chunk --- */

static co_bench_chunk *chunk_of(enum co_bench_technique technique, enum co_bench_what what)
{
    switch (technique) {
    case CO_BENCH_SREBOX: return co_bench_srebox[what];
    case CO_BENCH_ISO: return co_bench_iso[what];
    case CO_BENCH_CALL: return co_bench_call[what];
    case CO_BENCH_UCONTEXT: return co_bench_ucontext[what];
    default: return NULL;
    }
}

static int wrong(const struct one_case *c, struct sb_error *e)
{
    return sb_fail(e, SB_EUNSURE, "%s with %s: the outcome is wrong", co_bench_what_names[c->what],
                   co_bench_technique_names[c->technique]);
}

/* The ns of c->n times. */
static int run_chunk(struct run *r, const struct one_case *c, int64_t *ret_ns, struct sb_error *e)
{
    char line[64], answer[64];
    if (c->technique != CO_BENCH_CXX) {
        *ret_ns = chunk_of(c->technique, c->what)(c->n);
        return *ret_ns < 0 ? wrong(c, e) : 0;
    }
    snprintf(line, sizeof line, "co %s %" PRIu64, co_bench_what_names[c->what], c->n);
    int rc = sb_peers_ask(&r->peers, line, answer, sizeof answer, e);
    if (rc)
        return rc;
    *ret_ns = strtoll(answer, NULL, 10);
    return *ret_ns <= 0 ? wrong(c, e) : 0;
}

/* How many a chunk needs to be long enough. */
static int calibrate(struct run *r, struct one_case *c, struct sb_error *e)
{
    bool objects = c->what == CO_BENCH_CREATE || c->what == CO_BENCH_CANCEL;
    uint64_t most = objects ? CO_BENCH_MOST_OBJECTS : CO_BENCH_MOST;
    for (c->n = 64; c->n < most; c->n *= 2) {
        int64_t ns;
        int rc = run_chunk(r, c, &ns, e);
        if (rc)
            return rc;
        if (ns >= chunk_ns)
            return 0;
    }
    c->n = most;
    return 0;
}

/* --- the short cases --- */

static int add_cases(struct run *r, struct sb_error *e)
{
    for (enum co_bench_what what = 0; what < CO_BENCH_SHORT; what++) {
        for (enum co_bench_technique t = 0; wanted(r->o, what) && t < CO_BENCH_TECHNIQUES; t++) {
            struct one_case c = {.what = what, .technique = t};
            if (t == CO_BENCH_CXX ? r->peers.pid == 0 : !chunk_of(t, what))
                continue;
            for (int part = 0; part < CO_BENCH_PARTS; part++)
                c.least[part] = (double)INFINITY;
            int rc = calibrate(r, &c, e);
            if (rc)
                return rc;
            sb_vec_push(&r->cases, c);
        }
    }
    return 0;
}

static int measure_round(struct run *r, int part, struct sb_error *e)
{
    for (size_t i = 0; i < r->cases.len; i++) {
        struct one_case *c = &r->cases.items[i];
        int64_t ns;
        int rc = run_chunk(r, c, &ns, e);
        if (rc)
            return rc;
        c->least[part] = fmin(c->least[part], (double)ns / (double)c->n);
    }
    return 0;
}

/* Each part has the same number of rounds: --chunks of them, or as many as fit into its time. */
static int measure_part(struct run *r, int part, struct sb_error *e)
{
    int64_t end = sb_bench_now() + r->o->time / CO_BENCH_PARTS, rounds = 0;
    do {
        int rc = measure_round(r, part, e);
        if (rc)
            return rc;
        rounds++;
    } while (r->o->chunks ? rounds < r->o->chunks : sb_bench_now() < end);
    r->report->chunks += rounds;
    return 0;
}

static int by_value(const void *a, const void *b, void *ctx, int *fail)
{
    (void)ctx;
    (void)fail;
    const double *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

/* The least part, and how far above it the middle one lies. Sorts the parts. */
static void keep(struct run *r, enum co_bench_what what, enum co_bench_technique technique,
                 double *parts, size_t n, double bytes)
{
    (void)sb_sort(parts, n, sizeof *parts, by_value, NULL, NULL);
    struct co_bench_result result = {.what = what,
                                     .technique = technique,
                                     .ns = parts[0],
                                     .spread = parts[n / 2] - parts[0],
                                     .bytes = bytes,
                                     .ratio = (double)NAN};
    sb_vec_push(&r->report->results, result);
}

static int measure_short(struct run *r, struct sb_error *e)
{
    int rc = add_cases(r, e);
    for (int part = 0; rc == 0 && r->cases.len && part < CO_BENCH_PARTS; part++) {
        sb_progress_at(&r->progress, r->done++, "in turn");
        rc = measure_part(r, part, e);
    }
    for (size_t i = 0; rc == 0 && i < r->cases.len; i++) {
        struct one_case *c = &r->cases.items[i];
        keep(r, c->what, c->technique, c->least, CO_BENCH_PARTS, (double)NAN);
    }
    return rc;
}

/* --- the large cases --- */

enum { CROWD_TIMES = 3 };

static int crowd_cxx(struct run *r, uint64_t n, struct co_bench_crowd *ret, struct sb_error *e)
{
    char line[64], answer[128];
    snprintf(line, sizeof line, "co live %" PRIu64, n);
    int rc = sb_peers_ask(&r->peers, line, answer, sizeof answer, e);
    if (rc)
        return rc;
    double *const figures[] = {&ret->resume_ns, &ret->cancel_ns, &ret->bytes};
    char *at = answer;
    for (size_t i = 0; i < SB_LEN(figures); i++) {
        char *end;
        *figures[i] = strtod(at, &end);
        if (end == at)
            return sb_fail(e, SB_EUNSURE, "%s with c++20: the outcome is wrong", line);
        at = end;
    }
    return 0;
}

typedef void crowd_function(uint64_t n, struct co_bench_crowd *ret);

static int measure_crowd(struct run *r, enum co_bench_technique technique, crowd_function *crowd,
                         uint64_t n, bool sleeps, struct sb_error *e)
{
    struct co_bench_crowd got = {.sound = false};
    double resume[CROWD_TIMES], cancel[CROWD_TIMES];
    for (int i = 0; i < CROWD_TIMES; i++) {
        sb_progress_at(&r->progress, r->done++, co_bench_technique_names[technique]);
        int rc = crowd ? co_bench_apart(crowd, n, &got, e) : crowd_cxx(r, n, &got, e);
        if (rc)
            return rc;
        resume[i] = got.resume_ns;
        cancel[i] = got.cancel_ns;
    }
    if (sleeps)
        keep(r, CO_BENCH_SLEEP, technique, resume, CROWD_TIMES, got.bytes);
    else if (wanted(r->o, CO_BENCH_LIVE))
        keep(r, CO_BENCH_LIVE, technique, resume, CROWD_TIMES, got.bytes);
    if (!sleeps && wanted(r->o, CO_BENCH_CANCEL_LIVE))
        keep(r, CO_BENCH_CANCEL_LIVE, technique, cancel, CROWD_TIMES, (double)NAN);
    return 0;
}

static int measure_crowds(struct run *r, struct sb_error *e)
{
    uint64_t n = (uint64_t)r->o->live, fibers = (uint64_t)r->report->crowd_ucontext;
    int rc = 0;
    if (wanted(r->o, CO_BENCH_LIVE) || wanted(r->o, CO_BENCH_CANCEL_LIVE)) {
        rc = measure_crowd(r, CO_BENCH_SREBOX, co_bench_crowd_srebox, n, false, e);
        if (rc == 0)
            rc = measure_crowd(r, CO_BENCH_ISO, co_bench_crowd_iso, n, false, e);
        if (rc == 0 && r->peers.pid)
            rc = measure_crowd(r, CO_BENCH_CXX, NULL, n, false, e);
        if (rc == 0)
            rc = measure_crowd(r, CO_BENCH_UCONTEXT, co_bench_crowd_ucontext, fibers, false, e);
    }
    if (rc == 0 && wanted(r->o, CO_BENCH_SLEEP))
        rc = measure_crowd(r, CO_BENCH_SREBOX, co_bench_sleepers, n, true, e);
    return rc;
}

/* --- comparing --- */

const struct co_bench_result *co_bench_base(const struct co_bench_report *r,
                                            const struct co_bench_result *result)
{
    for (size_t i = 0; i < r->results.len; i++)
        if (r->results.items[i].what == result->what && r->results.items[i].technique == r->base)
            return &r->results.items[i];
    return NULL;
}

bool co_bench_differ(const struct co_bench_result *a, const struct co_bench_result *b)
{
    return fabs(a->ns - b->ns) > a->spread + b->spread;
}

static int by_what(const void *a, const void *b, void *ctx, int *fail)
{
    (void)ctx;
    (void)fail;
    const struct co_bench_result *x = a, *y = b;
    if (x->what != y->what)
        return (x->what > y->what) - (x->what < y->what);
    return (x->technique > y->technique) - (x->technique < y->technique);
}

static void compare(struct co_bench_report *r)
{
    (void)sb_sort(r->results.items, r->results.len, sizeof *r->results.items, by_what, NULL, NULL);
    for (size_t i = 0; i < r->results.len; i++) {
        const struct co_bench_result *base = co_bench_base(r, &r->results.items[i]);
        if (base && base->ns > 0)
            r->results.items[i].ratio = r->results.items[i].ns / base->ns;
    }
}

/* --- the whole --- */

static void start_peers(struct run *r)
{
    if (sb_peers_start(&r->peers, r->o->peers, -1, &r->report->no_peers) == 0)
        snprintf(r->report->peers_compiler, sizeof r->report->peers_compiler, "%s",
                 r->peers.compiler);
}

int co_bench_measure(const struct co_bench_options *o, struct co_bench_report *ret,
                     struct sb_error *e)
{
    int rc = check_names(o, e);
    if (rc)
        return rc;
    struct run r = {.o = o, .report = ret};
    *ret = (struct co_bench_report){.base = (enum co_bench_technique)o->base,
                                    .live = o->live,
                                    .crowd_ucontext = SB_MIN(o->live, INT64_C(10000))};
    if (o->pin)
        (void)sb_machine_pin();
    sb_machine_look(&ret->machine);
    start_peers(&r);
    sb_progress_start(&r.progress, "measuring", CO_BENCH_PARTS + 5 * CROWD_TIMES,
                      SB_PROGRESS_STEPS);
    rc = measure_short(&r, e);
    if (rc == 0)
        rc = measure_crowds(&r, e);
    sb_progress_stop(&r.progress);
    sb_peers_stop(&r.peers);
    sb_vec_done(&r.cases);
    compare(ret);
    if (rc)
        co_bench_report_done(ret);
    return rc;
}

void co_bench_report_done(struct co_bench_report *r)
{
    sb_vec_done(&r->results);
}
