/* The story of one sort as a page: the elements drawn after each step, what it touched in colour. */
#include "applets/sort-bench/trace.h"
#include "core/base/mem.h"
#include "core/base/utf8.h"
#include "core/ui/html.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { WIDTH = 480, HEIGHT = 60, MOST_DRAWN = 100, MOST_STEPS = 1000 };

/* The rank of each element of the input in the result: the height of its column. */
static size_t *ranks_of(const struct sort_bench_story *s)
{
    size_t *rank = sb_xcalloc(s->keys.n + 1, sizeof *rank);
    for (size_t i = 0; i < s->keys.n; i++)
        rank[s->order[i]] = i + 1;
    return rank;
}

/* Which run of a step an element belongs to, by its index in the input. */
enum side { SIDE_NONE, SIDE_LEFT, SIDE_RIGHT };

/* The model as columns, in the colours of the step's runs. */
static void draw(const struct sort_bench_story *s, const size_t *rank, const unsigned char *side,
                 struct sb_buf *out)
{
    static const char *const tones[] = {"muted", "s0", "s1"};
    double column = (double)WIDTH / (double)s->keys.n;
    sb_buf_printf(out,
                  "<figure class=\"chart\"><svg viewBox=\"0 0 %d %d\" role=\"img\" "
                  "aria-label=\"the order after this step\">\n",
                  WIDTH, HEIGHT);
    for (size_t i = 0; i < s->keys.n; i++) {
        double height = HEIGHT * (double)rank[s->model[i]] / (double)s->keys.n;
        sb_buf_printf(out,
                      "<rect class=\"%s\" fill=\"currentColor\" x=\"%.2f\" y=\"%.2f\" "
                      "width=\"%.2f\" height=\"%.2f\"><title>",
                      tones[side[s->model[i]]], (double)i * column, HEIGHT - height, column * 0.85,
                      height);
        sb_escape_html(out, sb_str(s->keys.texts[s->model[i]]));
        sb_buf_puts(out, "</title></rect>\n");
    }
    sb_buf_puts(out, "</svg></figure>\n");
}

static void take_sides(const struct sort_bench_story *s, const struct sort_bench_step *step,
                       unsigned char *side)
{
    size_t start = step->ev.start, middle = start + step->ev.left;
    memset(side, SIDE_NONE, s->keys.n);
    for (size_t i = start; i < middle; i++)
        side[s->model[i]] = SIDE_LEFT;
    for (size_t i = middle; i < middle + step->ev.right; i++)
        side[s->model[i]] = SIDE_RIGHT;
}

static void put_step(struct sort_bench_story *s, const struct sort_bench_step *step,
                     const size_t *rank, unsigned char *side, bool drawn, struct sb_buf *out)
{
    struct sb_buf b = SB_BUF_INIT(4096);
    sort_bench_step_text(s, step, &b);
    sb_buf_puts(out, "<li>");
    sb_escape_html(out, (struct sb_str){b.data, b.len});
    sb_buf_printf(out, " <span class=\"muted\">(after %" PRIu64 " comparisons)</span>\n",
                  step->comparisons);
    sb_buf_done(&b);
    if (drawn && step->ev.step != SB_SORT_GALLOP) {
        take_sides(s, step, side);
        sort_bench_retell_step(s, step);
        draw(s, rank, side, out);
    }
    sb_buf_puts(out, "</li>\n");
}

static void put_steps(struct sort_bench_story *s, const size_t *rank, struct sb_buf *out)
{
    bool drawn = s->keys.n <= SORT_BENCH_DRAW;
    unsigned char *side = sb_xcalloc(s->keys.n + 1, 1);
    sort_bench_retell(s);
    if (drawn) {
        sb_buf_puts(out, "<p>The input, then the order after each step; what was in the left (or "
                         "only) run before it in the one colour, what was in the right one in the "
                         "other:</p>\n");
        draw(s, rank, side, out);
    }
    sb_buf_puts(out, "<ol>\n");
    for (size_t i = 0; i < s->steps.len && i < MOST_STEPS; i++)
        put_step(s, &s->steps.items[i], rank, side, drawn && i < MOST_DRAWN, out);
    sb_buf_puts(out, "</ol>\n");
    if (s->steps.len > MOST_STEPS)
        sb_buf_printf(out, "<p>And %zu steps more.</p>\n", s->steps.len - MOST_STEPS);
    free(side);
}

static void put_costs(const struct sort_bench_story *s, struct sb_buf *out)
{
    sb_buf_printf(out,
                  "<div class=\"cards\"><div class=\"card\"><b>%" PRIu64 "</b>comparisons</div>"
                  "<div class=\"card\"><b>%" PRIu64 "</b>moves</div>"
                  "<div class=\"card\"><b>%zu</b>natural runs</div>"
                  "<div class=\"card\"><b>%" PRIu64 "</b>merges</div>"
                  "<div class=\"card\"><b>%" PRIu64 "</b>gallops</div></div>\n",
                  s->stats.comparisons, s->stats.moves, s->natural.len, s->stats.merges,
                  s->stats.gallops);
    sb_buf_printf(
        out,
        "<p>Bounds on comparisons: n-1 = %zu (sorted already), n\u00b7H+n = %.1f (its natural "
        "runs), lg(n!) = %.2f (no order at all).</p>\n<p>Others on the same keys:",
        s->keys.n - 1, s->nh + (double)s->keys.n, s->lg_fact);
    for (int a = 0; a < SORT_BENCH_LIBC; a++)
        sb_buf_printf(out, "%s %s <b>%" PRIu64 "</b>", a ? "," : "", sort_bench_algorithm_names[a],
                      s->others[a]);
    sb_buf_puts(out, ".</p>\n");
}

void sort_bench_story_html(struct sort_bench_story *s, struct sb_buf *out)
{
    size_t *rank = ranks_of(s);
    sb_html_open(out, SB_STR("How a sort went"));
    sb_buf_puts(out, "<h1>How a sort went</h1>\n<p>");
    sb_buf_printf(out, "%zu elements of ", s->keys.n);
    sb_html_code(out, sb_str(s->file));
    if (s->key) {
        sb_buf_puts(out, " by ");
        sb_html_code(out, sb_str(s->key));
    }
    if (s->minrun)
        sb_buf_printf(out, ", every run kept and lengthened to %" PRId64, s->minrun);
    sb_buf_puts(out, ".</p>\n");
    put_costs(s, out);
    if (s->steps.len == 0)
        sb_buf_puts(out, "<p>So few elements that are in no order are sorted at once, without "
                         "runs.</p>\n");
    put_steps(s, rank, out);
    sb_html_close(out);
    free(rank);
}
