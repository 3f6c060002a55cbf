/* The story of one sort as text and JSON. */
#include "applets/sort-bench/trace.h"
#include "core/base/utf8.h"
#include "core/doc/json_write.h"
#include "core/ui/text.h"

#include <inttypes.h>
#include <math.h>

enum { MOST_STEPS = 200 }; /* listed in text */

/* "A1:2024-01-15"; without a name only the key. */
static void put_element(const struct sort_bench_story *s, uint64_t i, struct sb_buf *out)
{
    if (s->keys.names[i][0]) {
        sb_escape(out, sb_str(s->keys.names[i]));
        sb_buf_putc(out, ':');
    }
    sb_escape(out, sb_str(s->keys.texts[i]));
}

static void put_elements(const struct sort_bench_story *s, const uint64_t *order, size_t n,
                         int width, struct sb_buf *out)
{
    struct sb_buf b = SB_BUF_INIT(1 << 20);
    for (size_t i = 0; i < n; i++) {
        sb_buf_puts(&b, i ? " " : "");
        put_element(s, order[i], &b);
    }
    sb_buf_puts(out, "    ");
    sb_text_wrap(out, b.data ? b.data : "", 4, 4, (size_t)width);
    sb_buf_putc(out, '\n');
    sb_buf_done(&b);
}

static void put_natural(struct sort_bench_story *s, int width, struct sb_buf *out)
{
    sb_buf_printf(out, "Natural runs: %zu\n", s->natural.len);
    sort_bench_retell(s);
    for (size_t i = 0; i < s->natural.len && i < SORT_BENCH_SHOW; i++) {
        const struct sort_bench_natural *run = &s->natural.items[i];
        sb_buf_printf(out, "  [%zu, %zu) %s\n", run->start, run->start + run->len,
                      run->len == 1 ? "a single one"
                      : run->down   ? "descends strictly"
                                    : "ascends");
        if (s->keys.n <= SORT_BENCH_SHOW)
            put_elements(s, s->model + run->start, run->len, width, out);
    }
    if (s->natural.len > SORT_BENCH_SHOW)
        sb_buf_printf(out, "  and %zu more\n", s->natural.len - SORT_BENCH_SHOW);
}

static void put_steps(struct sort_bench_story *s, int width, struct sb_buf *out)
{
    bool show = s->keys.n <= SORT_BENCH_SHOW;
    if (s->minrun)
        sb_buf_printf(out, "\nWhat the sort did, every run kept and lengthened to %" PRId64 ":\n",
                      s->minrun);
    else
        sb_buf_puts(out, "\nWhat the sort did:\n");
    if (s->steps.len == 0)
        sb_buf_puts(out,
                    "  so few elements that are in no order are sorted at once, without runs\n");
    sort_bench_retell(s);
    for (size_t i = 0; i < s->steps.len && i < MOST_STEPS; i++) {
        const struct sort_bench_step *step = &s->steps.items[i];
        struct sb_buf b = SB_BUF_INIT(4096);
        sort_bench_step_text(s, step, &b);
        sb_buf_printf(&b, " (after %" PRIu64 " comparisons)", step->comparisons);
        sb_buf_puts(out, "  ");
        sb_text_wrap(out, b.data, 2, 4, (size_t)width);
        sb_buf_putc(out, '\n');
        sb_buf_done(&b);
        if (!show || step->ev.step == SB_SORT_GALLOP)
            continue;
        sort_bench_retell_step(s, step);
        put_elements(s, s->model + step->ev.start, step->ev.left + step->ev.right, width, out);
    }
    if (s->steps.len > MOST_STEPS)
        sb_buf_printf(out, "  and %zu steps more\n", s->steps.len - MOST_STEPS);
}

static void put_costs(const struct sort_bench_story *s, int width, struct sb_buf *out)
{
    const struct sb_sort_stats *t = &s->stats;
    double n = (double)s->keys.n;
    struct sb_buf b = SB_BUF_INIT(1 << 14);
    if (t->merges)
        sb_buf_puts(&b,
                    "Which boundary first: its power is how deep it lies in the tree that halves "
                    "the array again and again; two runs are merged when the next boundary's "
                    "power is not higher, and what is left at the end from the right.\n");
    sb_buf_printf(&b,
                  "It took: comparisons %" PRIu64 ", moves %" PRIu64 "; runs %" PRIu64
                  " (reversed %" PRIu64 ", lengthened %" PRIu64 ")",
                  t->comparisons, t->moves, t->runs, t->reversed, t->extended);
    if (t->strays)
        sb_buf_printf(&b, ", strays %" PRIu64, t->strays);
    sb_buf_printf(&b, ", merges %" PRIu64 ", gallops %" PRIu64 ".\n", t->merges, t->gallops);
    sb_buf_printf(&b,
                  "Bounds on comparisons: n-1 = %.0f (all in order already), n*H+n = %.1f (merging "
                  "its natural runs), lg(n!) = %.2f (no order at all).\n",
                  n - 1, s->nh + n, s->lg_fact);
    sb_buf_puts(&b, "Comparisons of others on the same keys:");
    for (int a = 0; a < SORT_BENCH_LIBC; a++)
        sb_buf_printf(&b, "%s %s %" PRIu64, a ? "," : "", sort_bench_algorithm_names[a],
                      s->others[a]);
    sb_buf_putc(&b, '.');
    sb_buf_putc(out, '\n');
    sb_text_wrap(out, b.data, 0, 0, (size_t)width);
    sb_buf_putc(out, '\n');
    sb_buf_done(&b);
}

void sort_bench_story_text(struct sort_bench_story *s, int width, struct sb_buf *out)
{
    sb_buf_printf(out, "%zu elements", s->keys.n);
    if (s->key) {
        sb_buf_puts(out, " by ");
        sb_escape(out, sb_str(s->key));
    }
    sb_buf_puts(out, ", ");
    sb_escape_name(out, sb_str(s->file));
    sb_buf_printf(out, ", compared as %s\n\n",
                  s->keys.dates  ? "instants"
                  : s->keys.ints ? "integers"
                                 : "texts");
    put_natural(s, width, out);
    put_steps(s, width, out);
    if (s->keys.n <= SORT_BENCH_SHOW) {
        sb_buf_puts(out, "\nThe result:\n");
        put_elements(s, s->order, s->keys.n, width, out);
    }
    put_costs(s, width, out);
}

/* --- JSON --- */

static const char *const step_names[] = {
    [SB_SORT_RUN] = "run",           [SB_SORT_RUN_DOWN] = "reverse", [SB_SORT_EXTEND] = "extend",
    [SB_SORT_LOOSEN] = "loosen",     [SB_SORT_STRETCH] = "stretch",  [SB_SORT_JOIN] = "join",
    [SB_SORT_QUICK] = "quicksort",   [SB_SORT_MERGE] = "merge",      [SB_SORT_GALLOP] = "gallop",
    [SB_SORT_IN_PLACE] = "in-place",
};

static void json_int(struct sb_json_writer *w, const char *key, uint64_t value)
{
    sb_json_key(w, key);
    sb_json_int(w, (int64_t)value);
}

static void json_natural(const struct sort_bench_story *s, struct sb_json_writer *w)
{
    sb_json_key(w, "natural_runs");
    sb_json_open_list(w);
    for (size_t i = 0; i < s->natural.len; i++) {
        sb_json_open_map(w);
        json_int(w, "start", s->natural.items[i].start);
        json_int(w, "length", s->natural.items[i].len);
        sb_json_key(w, "descends");
        sb_json_bool(w, s->natural.items[i].down);
        sb_json_close_map(w);
    }
    sb_json_close_list(w);
}

static void json_steps(const struct sort_bench_story *s, struct sb_json_writer *w)
{
    sb_json_key(w, "steps");
    sb_json_open_list(w);
    for (size_t i = 0; i < s->steps.len; i++) {
        const struct sort_bench_step *step = &s->steps.items[i];
        sb_json_open_map(w);
        sb_json_key(w, "step");
        sb_json_text(w, step_names[step->ev.step]);
        json_int(w, "start", step->ev.start);
        json_int(w, "left", step->ev.left);
        json_int(w, "right", step->ev.right);
        json_int(w, "power", step->ev.power);
        json_int(w, "comparisons", step->comparisons);
        sb_json_close_map(w);
    }
    sb_json_close_list(w);
}

void sort_bench_story_json(const struct sort_bench_story *s, struct sb_buf *out)
{
    struct sb_json_writer w;
    sb_json_writer_init(&w, out, 2);
    sb_json_open_map(&w);
    sb_json_key(&w, "schema");
    sb_json_text(&w, "srebox.sort-bench-trace/1");
    json_int(&w, "n", s->keys.n);
    json_int(&w, "minrun", (uint64_t)s->minrun);
    json_natural(s, &w);
    json_steps(s, &w);
    json_int(&w, "comparisons", s->stats.comparisons);
    json_int(&w, "moves", s->stats.moves);
    json_int(&w, "merges", s->stats.merges);
    json_int(&w, "gallops", s->stats.gallops);
    sb_json_key(&w, "order");
    sb_json_open_list(&w);
    for (size_t i = 0; i < s->keys.n; i++)
        sb_json_int(&w, (int64_t)s->order[i]);
    sb_json_close_list(&w);
    sb_json_close_map(&w);
    sb_buf_putc(out, '\n');
}
