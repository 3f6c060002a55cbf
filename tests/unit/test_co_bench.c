/* co-bench: which differences it calls one, what its reports say of given figures; and the text that
 * charts and progress make of them. */
#include "applets/co-bench/bench.h"
#include "core/base/utf8.h"
#include "core/ui/chart.h"
#include "core/ui/progress.h"
#include "tests/unit/unit.h"

#include <math.h>

static struct co_bench_result result(enum co_bench_technique technique, double ns, double spread)
{
    return (struct co_bench_result){
        .technique = technique, .ns = ns, .spread = spread, .bytes = (double)NAN, .ratio = ns};
}

static void verdict_is(double base, double base_spread, double ns, double spread,
                       const char *wanted)
{
    struct co_bench_result results[] = {result(CO_BENCH_SREBOX, base, base_spread),
                                        result(CO_BENCH_CXX, ns, spread)};
    struct co_bench_report r = {.base = CO_BENCH_SREBOX};
    struct sb_buf b = SB_BUF_INIT(256);
    results[1].ratio = ns / base;
    r.results.items = results;
    r.results.len = 2;
    co_bench_verdict(&r, &results[1], &b);
    ck_assert_str_eq(b.data, wanted);
    sb_buf_done(&b);
}

START_TEST(a_difference_within_the_spreads_is_none)
{
    verdict_is(10, 1, 12.1, 1, "1.21x");
    verdict_is(10, 1, 12, 1, "same");
    verdict_is(10, 2.5, 12, 0, "same");
    verdict_is(10, 0, 12, 2.5, "same");
    verdict_is(10, 0, 7, 2.9, "0.70x");
    verdict_is(10, 0, 7, 3.1, "same");
    verdict_is(10, 0, 10.1, 0, "1.01x");
    verdict_is(10, 0, 4460, 100, "446x");
}
END_TEST

START_TEST(without_a_base_there_is_no_verdict)
{
    struct co_bench_result only = result(CO_BENCH_CXX, 3, 0);
    struct co_bench_report r = {.base = CO_BENCH_SREBOX};
    struct sb_buf b = SB_BUF_INIT(256);
    r.results.items = &only;
    r.results.len = 1;
    co_bench_verdict(&r, &only, &b);
    ck_assert_str_eq(b.data, "-");
    r.base = CO_BENCH_CXX;
    sb_buf_reset(&b);
    co_bench_verdict(&r, &only, &b);
    ck_assert_str_eq(b.data, "1 (base)");
    sb_buf_done(&b);
}
END_TEST

/* Every technique's chunk checks its own outcome; here, that the checks pass for odd counts too. */
START_TEST(each_chunk_finds_its_outcome_right)
{
    co_bench_chunk *const *const all[] = {co_bench_srebox, co_bench_iso, co_bench_call,
                                          co_bench_ucontext};
    for (size_t t = 0; t < SB_LEN(all); t++)
        for (size_t what = 0; what < CO_BENCH_SHORT; what++)
            for (uint64_t n = 1; all[t][what] && n <= 100; n += 33)
                ck_assert_int_ge(all[t][what](n), 0);
}
END_TEST

static void bar_is(double fraction, size_t cells, const char *wanted)
{
    struct sb_buf b = SB_BUF_INIT(256);
    sb_chart_text_bar(&b, fraction, cells);
    ck_assert_str_eq(b.len ? b.data : "", wanted);
    sb_buf_done(&b);
}

START_TEST(bars_of_text)
{
    bar_is(0, 4, "");
    bar_is(-1, 4, "");
    bar_is((double)NAN, 4, "");
    bar_is(1, 0, "");
    bar_is(1e-9, 4, "▏");
    bar_is(0.5, 4, "██");
    bar_is(0.53125, 4, "██▏");
    bar_is(1, 4, "████");
    bar_is((double)INFINITY, 2, "██");
}
END_TEST

START_TEST(bars_are_escaped_and_bounded)
{
    const struct sb_bar bars[] = {
        {.label = SB_STR("<b>\x1b[31m"), .text = SB_STR("\"1\""), .value = 1, .low = 1, .high = 2},
        {.label = SB_STR("nan"), .value = (double)NAN, .low = (double)NAN, .high = 3},
        {.label = SB_STR("zero"), .value = 0, .low = (double)NAN, .high = (double)NAN},
        {.label = SB_STR("inf"), .value = (double)INFINITY, .tone = SB_TONE_SERIES + 9},
    };
    for (int log = 0; log < 2; log++) {
        const struct sb_bars chart = {
            .title = SB_STR("a < b"), .items = bars, .n = SB_LEN(bars), .mark = 1, .log = log != 0};
        struct sb_buf b = SB_BUF_INIT(1 << 20);
        sb_chart_bars(&b, &chart);
        ck_assert_ptr_nonnull(strstr(b.data, "<figcaption>a &lt; b</figcaption>"));
        ck_assert_ptr_nonnull(strstr(b.data, "&lt;b&gt;"));
        ck_assert_ptr_null(strchr(b.data, 0x1b));
        ck_assert_ptr_nonnull(strstr(b.data, "class=\"s1\""));
        ck_assert_ptr_null(strstr(b.data, "nan\""));
        ck_assert_ptr_null(strstr(b.data, "inf\""));
        ck_assert_ptr_null(strstr(b.data, "=\"-"));
        sb_buf_done(&b);
    }
}
END_TEST

START_TEST(a_strip_is_cut_to_its_ends)
{
    const struct sb_span spans[] = {
        {.from = -5, .to = 5, .tone = SB_TONE_GOOD, .text = SB_STR("up & well")},
        {.from = 5, .to = 5, .tone = SB_TONE_WARN},
        {.from = 9, .to = 50, .tone = SB_TONE_BAD},
        {.from = 20, .to = 50, .tone = SB_TONE_INFO},
    };
    const struct sb_strip strip = {
        .title = SB_STR("node"), .from = 0, .to = 10, .spans = spans, .n = SB_LEN(spans)};
    struct sb_buf b = SB_BUF_INIT(1 << 20);
    sb_chart_strip(&b, &strip);
    ck_assert_ptr_nonnull(strstr(b.data, "class=\"good\" fill=\"currentColor\" x=\"0.00\" "
                                         "width=\"500.00\""));
    ck_assert_ptr_nonnull(strstr(b.data, "<title>up &amp; well</title>"));
    ck_assert_ptr_nonnull(strstr(b.data, "class=\"bad\" fill=\"currentColor\" x=\"900.00\" "
                                         "width=\"100.00\""));
    ck_assert_ptr_null(strstr(b.data, "class=\"warn\""));
    ck_assert_ptr_null(strstr(b.data, "class=\"info\""));
    sb_buf_done(&b);
}
END_TEST

static void progress_is(uint64_t total, enum sb_progress_unit unit, uint64_t done, double seconds,
                        const char *wanted)
{
    const struct sb_progress p = {.what = "reading", .total = total, .unit = unit};
    struct sb_buf b = SB_BUF_INIT(256);
    sb_progress_line(&p, done, (int64_t)(seconds * 1e9), NULL, &b);
    ck_assert_str_eq(b.data, wanted);
    sb_buf_done(&b);
}

START_TEST(progress_says_how_far_and_how_long)
{
    progress_is(4, SB_PROGRESS_STEPS, 1, 1, "reading [#####...............]  25 %  1 of 4");
    progress_is(4, SB_PROGRESS_STEPS, 1, 30,
                "reading [#####...............]  25 %  1 of 4, 1 min 30 s left");
    progress_is(4, SB_PROGRESS_STEPS, 9, 30, "reading [####################] 100 %  4 of 4");
    progress_is(0, SB_PROGRESS_STEPS, 9, 30, "reading  9");
    progress_is(0, SB_PROGRESS_BYTES, 3 << 20, 2, "reading  3.0 MiB, 1.5 MiB/s");
    progress_is(4096, SB_PROGRESS_BYTES, 1024, 4,
                "reading [#####...............]  25 %  1.0 KiB of 4.0 KiB, 256 B/s, 12 s left");
}
END_TEST

UNIT_MAIN("co-bench, charts and progress", a_difference_within_the_spreads_is_none,
          without_a_base_there_is_no_verdict, each_chunk_finds_its_outcome_right, bars_of_text,
          bars_are_escaped_and_bounded, a_strip_is_cut_to_its_ends,
          progress_says_how_far_and_how_long)
