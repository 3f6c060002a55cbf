/* The report as one page: a chart for each thing that was measured, with its spreads. */
#include "applets/co-bench/bench.h"
#include "core/base/utf8.h"
#include "core/ui/chart.h"
#include "core/ui/html.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

struct texts {
    char value[CO_BENCH_TECHNIQUES][96];
};

static void describe(const struct co_bench_report *r, const struct co_bench_result *result,
                     char *text, size_t size)
{
    struct sb_buf b = SB_BUF_INIT(256);
    co_bench_verdict(r, result, &b);
    sb_buf_puts(&b, " \u00b7 ");
    co_bench_put_ns(&b, result->ns);
    sb_buf_puts(&b, " \u00b1 ");
    co_bench_put_ns(&b, result->spread);
    sb_buf_puts(&b, " ns");
    if (isfinite(result->bytes))
        sb_buf_printf(&b, " \u00b7 %.0f bytes", result->bytes);
    snprintf(text, size, "%s", b.data);
    sb_buf_done(&b);
}

/* One chart of results[from .. to). */
static void put_chart(const struct co_bench_report *r, size_t from, size_t to, struct sb_buf *out)
{
    struct sb_bar bars[CO_BENCH_TECHNIQUES];
    struct texts texts;
    size_t n = 0;
    for (size_t i = from; i < to && n < SB_LEN(bars); i++, n++) {
        const struct co_bench_result *result = &r->results.items[i];
        describe(r, result, texts.value[n], sizeof texts.value[n]);
        bars[n] = (struct sb_bar){.label = sb_str(co_bench_technique_names[result->technique]),
                                  .text = sb_str(texts.value[n]),
                                  .value = result->ns,
                                  .low = result->ns,
                                  .high = result->ns + result->spread,
                                  .tone = result->technique == CO_BENCH_SREBOX ? SB_TONE_GOOD
                                                                               : SB_TONE_INFO};
    }
    const struct sb_bars chart = {
        .title = sb_str(co_bench_what_texts[r->results.items[from].what]),
        .items = bars,
        .n = n,
        .mark = (double)NAN,
        .log = true,
    };
    sb_chart_bars(out, &chart);
}

static void put_machine(const struct co_bench_report *r, struct sb_buf *out)
{
    struct sb_buf b = SB_BUF_INIT(1 << 14);
    sb_machine_print(&r->machine, "C++", r->peers_compiler, &b);
    sb_buf_puts(out, "<p class=\"muted\">");
    sb_escape_html(out, (struct sb_str){b.data, b.len});
    sb_buf_puts(out, "</p>\n");
    if (!r->peers_compiler[0]) {
        sb_buf_puts(out, "<p class=\"warn\">Without C++20: ");
        sb_escape_html(out, sb_str(r->no_peers.text));
        sb_buf_puts(out, ".</p>\n");
    }
    sb_buf_done(&b);
}

void co_bench_print_html(const struct co_bench_report *r, struct sb_buf *out)
{
    sb_html_open(out, SB_STR("What continuations cost"));
    sb_buf_puts(out, "<h1>What continuations cost</h1>\n");
    put_machine(r, out);
    sb_buf_printf(
        out,
        "<p>Ratios are of time, to <b>%s</b>; \u201csame\u201d: the two spreads explain the "
        "difference. A time is the least of %" PRId64 " chunks measured in turn; whiskers show "
        "how far above it half of %d parts of the run came. Bars are logarithmic, each "
        "chart on its own scale. With all alive: %" PRId64 " at once (ucontext: %" PRId64
        ").</p>\n",
        co_bench_technique_names[r->base], r->chunks, CO_BENCH_PARTS, r->live, r->crowd_ucontext);
    sb_buf_puts(out, "<ul>\n");
    for (size_t i = 0; i < CO_BENCH_TECHNIQUES; i++)
        sb_buf_printf(out, "<li><b>%s</b>: %s</li>\n", co_bench_technique_names[i],
                      co_bench_technique_texts[i]);
    sb_buf_puts(out, "</ul>\n");
    for (size_t from = 0, to; from < r->results.len; from = to) {
        for (to = from + 1; to < r->results.len; to++)
            if (r->results.items[to].what != r->results.items[from].what)
                break;
        put_chart(r, from, to, out);
    }
    sb_html_close(out);
}
