/* The report as text, JSON and CSV. */
#include "applets/co-bench/bench.h"
#include "core/base/utf8.h"
#include "core/doc/json_write.h"
#include "core/ui/chart.h"
#include "core/ui/csv.h"
#include "core/ui/table.h"
#include "core/ui/text.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

void co_bench_verdict(const struct co_bench_report *r, const struct co_bench_result *result,
                      struct sb_buf *b)
{
    const struct co_bench_result *base = co_bench_base(r, result);
    if (!base)
        sb_buf_puts(b, "-");
    else if (base == result)
        sb_buf_puts(b, "1 (base)");
    else if (!co_bench_differ(base, result))
        sb_buf_puts(b, "same");
    else
        sb_buf_printf(b,
                      result->ratio < 0.995  ? "%.2fx"
                      : result->ratio < 99.5 ? "%.3gx"
                                             : "%.0fx",
                      result->ratio);
}

void co_bench_put_ns(struct sb_buf *b, double ns)
{
    sb_buf_printf(b, "%.*f", ns < 9.995 ? 2 : ns < 99.95 ? 1 : 0, ns);
}

/* --- text --- */

/* The range of all ns, for bars of logarithmic length. */
struct range {
    double least, most;
};

static struct range find_range(const struct co_bench_report *r)
{
    struct range range = {(double)INFINITY, 0};
    for (size_t i = 0; i < r->results.len; i++) {
        range.least = fmin(range.least, r->results.items[i].ns / 2);
        range.most = fmax(range.most, r->results.items[i].ns);
    }
    return range;
}

static void put_row(const struct co_bench_report *r, const struct co_bench_result *result,
                    struct range range, struct sb_table *t)
{
    struct sb_buf b = SB_BUF_INIT(256);
    const char *texts[7] = {co_bench_technique_names[result->technique]};
    char cells[7][64];
    co_bench_verdict(r, result, &b);
    snprintf(cells[1], sizeof cells[1], "%s", b.data);
    sb_buf_reset(&b);
    co_bench_put_ns(&b, result->ns);
    snprintf(cells[2], sizeof cells[2], "%s", b.data);
    sb_buf_reset(&b);
    co_bench_put_ns(&b, result->spread);
    snprintf(cells[3], sizeof cells[3], "%s", b.data);
    cells[4][0] = '\0';
    if (isfinite(result->bytes))
        snprintf(cells[4], sizeof cells[4], "%.0f", result->bytes);
    sb_buf_reset(&b);
    sb_chart_text_bar(&b, log(result->ns / range.least) / log(range.most / range.least), 16);
    snprintf(cells[5], sizeof cells[5], "%s", b.len ? b.data : "");
    for (int i = 1; i < 6; i++)
        texts[i] = cells[i];
    for (int i = 0; i < 6; i++)
        sb_table_text(t, texts[i]);
    sb_buf_done(&b);
}

static void put_group(struct sb_table *t, enum co_bench_what what)
{
    sb_table_text(t, co_bench_what_names[what]);
    for (int i = 1; i < 6; i++)
        sb_table_text(t, NULL);
}

static void put_notes(const struct co_bench_report *r, size_t width, struct sb_buf *out)
{
    struct sb_buf b = SB_BUF_INIT(1 << 14);
    sb_buf_printf(
        &b,
        "Ratios are of ns, to %s; \"same\": the two spreads explain the difference. ns: the "
        "least of %" PRId64 " chunks in turn; spread: how far above it half of %d parts of the "
        "run came. Bars are logarithmic. live, cancel-live and sleep: %" PRId64
        " at once (ucontext: %" PRId64 "), bytes each, the least of 3 processes.",
        co_bench_technique_names[r->base], r->chunks, CO_BENCH_PARTS, r->live, r->crowd_ucontext);
    sb_text_wrap(out, b.data, 0, 0, width);
    sb_buf_puts(out, "\n");
    sb_buf_done(&b);
}

static void put_machine(const struct co_bench_report *r, size_t width, struct sb_buf *out)
{
    struct sb_buf b = SB_BUF_INIT(1 << 14);
    sb_machine_print(&r->machine, "C++", r->peers_compiler, &b);
    sb_text_wrap(out, b.data, 0, 0, width);
    sb_buf_puts(out, "\n");
    if (!r->peers_compiler[0]) {
        sb_buf_puts(out, "Without C++20: ");
        sb_escape(out, sb_str(r->no_peers.text));
        sb_buf_puts(out, ".\n");
    }
    sb_buf_done(&b);
}

void co_bench_print_text(const struct co_bench_report *r, int width, struct sb_buf *out)
{
    static const struct sb_table_column columns[] = {
        {.title = ""},
        {.title = "RATIO", .right = true},
        {.title = "NS", .right = true},
        {.title = "SPREAD", .right = true},
        {.title = "BYTES", .right = true},
        {.title = ""},
    };
    struct sb_table t;
    struct range range = find_range(r);
    sb_table_init(&t, columns, SB_LEN(columns));
    for (size_t i = 0; i < r->results.len; i++) {
        const struct co_bench_result *result = &r->results.items[i];
        if (i == 0 || result->what != result[-1].what)
            put_group(&t, result->what);
        put_row(r, result, range, &t);
    }
    sb_table_print(&t, out, 0, (size_t)width);
    sb_table_done(&t);
    sb_buf_puts(out, "\n");
    put_notes(r, (size_t)width, out);
    put_machine(r, (size_t)width, out);
}

/* --- JSON and CSV --- */

void co_bench_print_json(const struct co_bench_report *r, struct sb_buf *out)
{
    struct sb_json_writer w;
    sb_json_writer_init(&w, out, 2);
    sb_json_open_map(&w);
    sb_json_key(&w, "schema");
    sb_json_text(&w, "srebox.co-bench/1");
    sb_json_key(&w, "results");
    sb_json_open_list(&w);
    for (size_t i = 0; i < r->results.len; i++) {
        const struct co_bench_result *result = &r->results.items[i];
        sb_json_open_map(&w);
        sb_json_key(&w, "what");
        sb_json_text(&w, co_bench_what_names[result->what]);
        sb_json_key(&w, "technique");
        sb_json_text(&w, co_bench_technique_names[result->technique]);
        sb_json_key(&w, "ns");
        sb_json_double(&w, result->ns);
        sb_json_key(&w, "spread");
        sb_json_double(&w, result->spread);
        sb_json_key(&w, "ratio");
        sb_json_double(&w, result->ratio);
        sb_json_key(&w, "bytes");
        sb_json_double(&w, result->bytes);
        sb_json_close_map(&w);
    }
    sb_json_close_list(&w);
    sb_json_close_map(&w);
    sb_buf_putc(out, '\n');
}

static void put_number(struct sb_csv *csv, double value)
{
    char text[32] = "";
    if (isfinite(value))
        snprintf(text, sizeof text, "%.17g", value);
    sb_csv_text(csv, text);
}

void co_bench_print_csv(const struct co_bench_report *r, struct sb_buf *out)
{
    static const char *const names[] = {"what", "technique", "ns", "spread", "ratio", "bytes"};
    struct sb_csv csv;
    sb_csv_init(&csv, out);
    for (size_t i = 0; i < SB_LEN(names); i++)
        sb_csv_text(&csv, names[i]);
    sb_csv_end(&csv);
    for (size_t i = 0; i < r->results.len; i++) {
        const struct co_bench_result *result = &r->results.items[i];
        sb_csv_text(&csv, co_bench_what_names[result->what]);
        sb_csv_text(&csv, co_bench_technique_names[result->technique]);
        put_number(&csv, result->ns);
        put_number(&csv, result->spread);
        put_number(&csv, result->ratio);
        put_number(&csv, result->bytes);
        sb_csv_end(&csv);
    }
}
