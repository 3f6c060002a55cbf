/* The report of sort-bench run as one page: a chart for each input, ratios first. */
#include "applets/sort-bench/measure.h"
#include "core/base/utf8.h"
#include "core/ui/chart.h"
#include "core/ui/html.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

static void describe(const struct sort_bench_report *r, const struct sort_bench_case *c,
                     const struct sort_bench_result *result, char *text, size_t size)
{
    struct sb_buf b = SB_BUF_INIT(256);
    sort_bench_verdict(r, c, result, &b);
    sb_buf_printf(&b, " \u00b7 %.4g ms \u00b7 %" PRIu64 " comparisons", 1e3 * result->cpu_s,
                  result->comparisons);
    if (result->outcome == SORT_BENCH_UNSTABLE)
        sb_buf_puts(&b, " \u00b7 not stable");
    if (result->outcome == SORT_BENCH_WRONG)
        sb_buf_puts(&b, " \u00b7 WRONG RESULT");
    snprintf(text, size, "%s", b.data);
    sb_buf_done(&b);
}

static enum sb_tone tone_of(const struct sort_bench_result *result)
{
    if (result->outcome == SORT_BENCH_WRONG)
        return SB_TONE_BAD;
    return result->algorithm <= SORT_BENCH_SREBOX_CMP ? SB_TONE_GOOD : SB_TONE_INFO;
}

static void put_chart(const struct sort_bench_report *r, const struct sort_bench_case *c,
                      struct sb_buf *out)
{
    struct sb_bar bars[SORT_BENCH_ALGORITHMS];
    char texts[SORT_BENCH_ALGORITHMS][128], title[256];
    for (size_t i = 0; i < c->len; i++) {
        const struct sort_bench_result *result = &c->results[i];
        describe(r, c, result, texts[i], sizeof texts[i]);
        bars[i] = (struct sb_bar){.label = sb_str(sort_bench_algorithm_names[result->algorithm]),
                                  .text = sb_str(texts[i]),
                                  .value = result->cpu_s,
                                  .low = fmax(result->cpu_s - result->spread / 2, 0),
                                  .high = result->cpu_s + result->spread / 2,
                                  .tone = tone_of(result)};
    }
    snprintf(title, sizeof title,
             "%s: %" PRIu64 " runs; n-1 = %zu, n\u00b7H+n = %.0f, lg(n!) = %.0f", c->pattern,
             c->runs, c->n - 1, c->nh + (double)c->n, c->lg_fact);
    const struct sb_bars chart = {
        .title = sb_str(title), .items = bars, .n = c->len, .mark = (double)NAN};
    sb_chart_bars(out, &chart);
}

static void put_notes(const struct sort_bench_report *r, struct sb_buf *out)
{
    struct sb_buf b = SB_BUF_INIT(1 << 14);
    sb_machine_print(&r->machine, "helper", r->peers_compiler, &b);
    sb_buf_puts(out, "<p class=\"muted\">");
    sb_escape_html(out, (struct sb_str){b.data, b.len});
    sb_buf_puts(out, "</p>\n");
    if (!r->peers_compiler[0]) {
        sb_buf_puts(out, "<p class=\"warn\">Without glibc-qsort, std::sort and std::stable_sort: ");
        sb_escape_html(out, sb_str(r->no_peers.text));
        sb_buf_puts(out, ".</p>\n");
    }
    sb_buf_printf(
        out,
        "<p>Ratios are of CPU time, to <b>%s</b>; \u201csame\u201d: the two spreads explain "
        "the difference. A time is the median of %" PRId64
        " rounds in turn, whiskers are between the quarters of the rounds. n\u00b7H+n is "
        "what merging the input\u2019s runs takes in comparisons.</p>\n",
        sort_bench_algorithm_names[r->base], r->rounds);
    sb_buf_done(&b);
}

void sort_bench_print_html(const struct sort_bench_report *r, struct sb_buf *out)
{
    const struct sort_bench_case *last = NULL;
    sb_html_open(out, SB_STR("What sorting costs"));
    sb_buf_puts(out, "<h1>What sorting costs</h1>\n");
    put_notes(r, out);
    for (size_t i = 0; i < r->cases.len; i++) {
        const struct sort_bench_case *c = &r->cases.items[i];
        if (!last || last->type != c->type || last->n != c->n)
            sb_buf_printf(out, "<h2>%zu of %s</h2>\n", c->n, sort_bench_type_names[c->type]);
        put_chart(r, c, out);
        last = c;
    }
    sb_html_close(out);
}
