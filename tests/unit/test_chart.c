/* core/ui: charts as text and SVG, and the line of progress. */
#include "core/ui/chart.h"
#include "core/ui/progress.h"
#include "tests/unit/unit.h"

#include <math.h>

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

static void has(const struct sb_buf *b, const char *text)
{
    ck_assert_msg(strstr(b->data, text) != NULL, "no %s in %s", text, b->data);
}

static void lacks(const struct sb_buf *b, const char *text)
{
    ck_assert_msg(strstr(b->data, text) == NULL, "%s in %s", text, b->data);
}

START_TEST(lines_leave_gaps_and_stay_inside)
{
    static const double x[] = {0, 1, 2, 3, 4}, y[] = {0, 10, (double)NAN, 30, 40};
    const struct sb_series series[] = {
        {.name = SB_STR("a & b"), .x = x, .y = y, .n = 5, .tone = SB_TONE_SERIES},
        {.x = x, .y = y, .n = 5, .tone = SB_TONE_BAD, .points = true},
        {.name = SB_STR("steps"),
         .x = x,
         .y = y,
         .n = 2,
         .tone = SB_TONE_SERIES + 1,
         .steps = true},
    };
    const struct sb_lines chart = {.title = SB_STR("<t>"),
                                   .x_label = SB_STR("s"),
                                   .y_label = SB_STR("ms"),
                                   .series = series,
                                   .n = 3};
    struct sb_buf b = SB_BUF_INIT(1 << 20);
    sb_chart_lines(&b, &chart);
    has(&b, "<figcaption>&lt;t&gt;</figcaption>");
    has(&b, "d=\"M52.0 226.0L156.0 175.0M364.0 73.0L468.0 22.0\""); /* a gap at NaN */
    has(&b, "d=\"M52.0 226.0H156.0V175.0\"");
    has(&b, "<circle cx=\"468.0\" cy=\"22.0\"");
    has(&b, ">a &amp; b</text>");
    has(&b, ">40</text>");
    lacks(&b, "nan");
    sb_buf_done(&b);
}
END_TEST

START_TEST(axes_of_odd_values)
{
    static const double huge[] = {-1e300, 1e300}, same[] = {5, 5}, none[] = {(double)NAN, -1};
    static const double decades[] = {0.001, 1e6};
    const double *const cases[] = {huge, same, none, decades};
    for (size_t i = 0; i < SB_LEN(cases); i++) {
        for (int flags = 0; flags < 8; flags++) {
            const struct sb_series series = {.x = cases[i], .y = cases[i], .n = 2};
            const struct sb_lines chart = {.series = &series,
                                           .n = 1,
                                           .log_x = flags & 1,
                                           .log_y = flags & 2,
                                           .time_x = flags & 4,
                                           .from_zero = true};
            struct sb_buf b = SB_BUF_INIT(1 << 20);
            sb_chart_lines(&b, &chart);
            lacks(&b, "nan");
            lacks(&b, "inf");
            ck_assert_uint_lt(b.len, 8000); /* ticks are bounded */
            sb_buf_done(&b);
        }
    }
}
END_TEST

START_TEST(time_is_told_in_utc)
{
    static const double x[] = {1705312800, 1705323600}, y[] = {1, 2}; /* 2024-01-15 10:00, 13:00 */
    const struct sb_series series = {.x = x, .y = y, .n = 2};
    struct sb_lines chart = {.series = &series, .n = 1, .time_x = true};
    struct sb_buf b = SB_BUF_INIT(1 << 20);
    sb_chart_lines(&b, &chart);
    has(&b, ">10:00</text>");
    has(&b, ">11:00</text>");
    has(&b, ">13:00</text>");
    lacks(&b, ">10:30</text>");
    sb_buf_done(&b);
}
END_TEST

START_TEST(decades_are_the_ticks_of_long_logarithmic_axes)
{
    static const double x[] = {1, 2}, y[] = {1, 20000};
    const struct sb_series series = {.x = x, .y = y, .n = 2};
    struct sb_lines chart = {.series = &series, .n = 1, .log_y = true};
    struct sb_buf b = SB_BUF_INIT(1 << 20);
    sb_chart_lines(&b, &chart);
    has(&b, ">1000</text>");
    has(&b, ">10k</text>");
    lacks(&b, ">5000</text>");
    sb_buf_done(&b);
}
END_TEST

UNIT_MAIN("charts and progress", bars_of_text, bars_are_escaped_and_bounded,
          a_strip_is_cut_to_its_ends, progress_says_how_far_and_how_long,
          lines_leave_gaps_and_stay_inside, axes_of_odd_values, time_is_told_in_utc,
          decades_are_the_ticks_of_long_logarithmic_axes)
