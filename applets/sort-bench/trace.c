/* Tracing one sort of a file's keys. What is sorted are indexes into the keys, so that every step can be
 * retold afterwards. */
#include "applets/sort-bench/trace.h"
#include "core/base/mem.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

static int compare(const void *a, const void *b, void *ctx, int *fail)
{
    const struct sort_bench_keys *k = ctx;
    uint64_t x, y;
    (void)fail;
    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    if (k->ints)
        return (k->ints[x] > k->ints[y]) - (k->ints[x] < k->ints[y]);
    return strcmp(k->texts[x], k->texts[y]);
}

/* The tracer's side of the comparator: counts. */
struct telling {
    struct sort_bench_story *story;
    uint64_t comparisons;
};

static int counted(const void *a, const void *b, void *ctx, int *fail)
{
    struct telling *t = ctx;
    t->comparisons++;
    return compare(a, b, &t->story->keys, fail);
}

static void tell(const struct sb_sort_event *ev, void *ctx)
{
    struct telling *t = ctx;
    const struct sort_bench_step step = {*ev, t->comparisons};
    sb_vec_push(&t->story->steps, step);
}

static int order(struct sort_bench_story *s, size_t a, size_t b)
{
    uint64_t x = a, y = b;
    int unused = 0;
    return compare(&x, &y, &s->keys, &unused);
}

static void find_natural(struct sort_bench_story *s)
{
    size_t n = s->keys.n;
    for (size_t at = 0; at < n;) {
        size_t end = at + 1;
        bool down = end < n && order(s, end, at) < 0;
        for (end += end < n; end < n && (order(s, end, end - 1) < 0) == down;)
            end++;
        struct sort_bench_natural run = {at, end - at, down};
        sb_vec_push(&s->natural, run);
        s->nh += (double)run.len * log2((double)n / (double)run.len);
        at = end;
    }
    s->lg_fact = lgamma((double)n + 1) / log(2);
}

static int trace(struct sort_bench_story *s, struct sb_error *e)
{
    struct telling t = {.story = s};
    const struct sb_sort_options opts = {
        .stats = &s->stats, .trace = tell, .trace_ctx = &t, .min_run = (size_t)s->minrun};
    s->order = sb_xcalloc(s->keys.n + 1, sizeof *s->order);
    s->model = sb_xcalloc(s->keys.n + 1, sizeof *s->model);
    for (size_t i = 0; i < s->keys.n; i++)
        s->order[i] = i;
    int rc = sb_sort(s->order, s->keys.n, sizeof *s->order, counted, &t, &opts);
    return rc ? sb_fail(e, SB_EUNSURE, "the sort failed: %d", rc) : 0;
}

/* What the other algorithms pay for the same keys. */
static int count_others(struct sort_bench_story *s, struct sb_error *e)
{
    struct sort_bench_data d = {.memory = -1};
    const struct sort_bench_keys *k = &s->keys;
    int rc = k->ints ? sort_bench_fill(&d, SORT_BENCH_RECORD, k->ints, k->n, e)
                     : sort_bench_fill_texts(&d, k->texts, k->n, e);
    char *work = sb_xmalloc(SB_MAX(k->n * sort_bench_size(d.type), (size_t)1));
    for (int a = 0; rc == 0 && a < SORT_BENCH_LIBC; a++) {
        struct sort_bench_counts c = {0, 0};
        sort_bench_copy(&d, work);
        (void)sort_bench_sort((enum sort_bench_algorithm)a, d.type, work, k->n, &c);
        s->others[a] = c.comparisons;
    }
    free(work);
    sort_bench_data_done(&d);
    return rc;
}

/* --- retelling --- */

void sort_bench_retell(struct sort_bench_story *s)
{
    for (size_t i = 0; i < s->keys.n; i++)
        s->model[i] = i;
}

void sort_bench_retell_step(struct sort_bench_story *s, const struct sort_bench_step *step)
{
    uint64_t *from = s->model + step->ev.start;
    size_t len = step->ev.left + step->ev.right;
    switch (step->ev.step) {
    case SB_SORT_RUN_DOWN:
    case SB_SORT_LOOSEN:
    case SB_SORT_EXTEND:
    case SB_SORT_QUICK:
    case SB_SORT_IN_PLACE:
    case SB_SORT_MERGE: /* each leaves its elements in order, equal ones as they were */
        (void)sb_sort(from, len, sizeof *from, compare, &s->keys, NULL);
        break;
    default: break;
    }
}

void sort_bench_step_text(const struct sort_bench_story *s, const struct sort_bench_step *step,
                          struct sb_buf *b)
{
    size_t start = step->ev.start, left = step->ev.left, right = step->ev.right;
    size_t middle = start + left, end = middle + right;
    switch (step->ev.step) {
    case SB_SORT_RUN: sb_buf_printf(b, "run [%zu, %zu) ascends: kept", start, middle); break;
    case SB_SORT_RUN_DOWN:
        sb_buf_printf(b, "run [%zu, %zu) descends%s: reversed in place", start, middle,
                      s->minrun ? " strictly" : "");
        break;
    case SB_SORT_LOOSEN:
        sb_buf_printf(
            b, "run [%zu, %zu) goes on up to %zu but for strays: set aside, sorted and put back",
            start, middle, end);
        break;
    case SB_SORT_EXTEND:
        sb_buf_printf(b, "run [%zu, %zu) is short: lengthened by %zu, inserted%s", start, middle,
                      right, s->minrun ? " by halves" : " from its end");
        break;
    case SB_SORT_STRETCH:
        sb_buf_printf(b, "[%zu, %zu) has no runs worth keeping: left to the quicksort", start,
                      middle);
        break;
    case SB_SORT_JOIN:
        sb_buf_printf(b, "[%zu, %zu) and [%zu, %zu) are joined unsorted (boundary of power %u)",
                      start, middle, middle, end, step->ev.power);
        break;
    case SB_SORT_QUICK: sb_buf_printf(b, "[%zu, %zu) is quicksorted", start, middle); break;
    case SB_SORT_MERGE:
        sb_buf_printf(b,
                      "merge: left [%zu, %zu) with its neighbour right [%zu, %zu); left wins ties. "
                      "The boundary's power is %u",
                      start, middle, middle, end, step->ev.power);
        break;
    case SB_SORT_GALLOP:
        sb_buf_printf(b, "  gallop over %zu of the %s run", SB_MAX(left, right),
                      left ? "left" : "right");
        break;
    case SB_SORT_IN_PLACE:
        sb_buf_printf(b, "no memory: [%zu, %zu) is sorted in place", start, middle);
        break;
    }
}

static void story_done(struct sort_bench_story *s)
{
    sb_vec_done(&s->natural);
    sb_vec_done(&s->steps);
    free(s->order);
    free(s->model);
    sort_bench_keys_done(&s->keys);
}

int sort_bench_trace(struct sb_run *run, struct sb_error *e)
{
    const struct sort_bench_options *o = run->options;
    struct sort_bench_story s = {.file = run->argv[0], .key = o->key, .minrun = o->minrun};
    int rc = sort_bench_keys_read(s.file, o->key, o->max_size, &s.keys, e);
    if (rc)
        return rc;
    find_natural(&s);
    rc = trace(&s, e);
    if (rc == 0)
        rc = count_others(&s, e);
    if (rc == 0 && run->format == SB_FORMAT_JSON)
        sort_bench_story_json(&s, run->out);
    else if (rc == 0 && run->format == SB_FORMAT_HTML)
        sort_bench_story_html(&s, run->out);
    else if (rc == 0)
        sort_bench_story_text(&s, run->width, run->out);
    story_done(&s);
    return rc < 0 ? rc : SB_EXIT_OK;
}
