/* The report of sort-bench run as text, JSON and CSV. */
#include "applets/sort-bench/measure.h"
#include "core/base/utf8.h"
#include "core/doc/json_write.h"
#include "core/ui/chart.h"
#include "core/ui/csv.h"
#include "core/ui/table.h"
#include "core/ui/text.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

static const struct sort_bench_result *base_of(const struct sort_bench_report *r,
                                               const struct sort_bench_case *c)
{
    for (size_t i = 0; i < c->len; i++)
        if (c->results[i].algorithm == r->base)
            return &c->results[i];
    return NULL;
}

void sort_bench_verdict(const struct sort_bench_report *r, const struct sort_bench_case *c,
                        const struct sort_bench_result *result, struct sb_buf *b)
{
    const struct sort_bench_result *base = base_of(r, c);
    if (!base)
        sb_buf_puts(b, "-");
    else if (base == result)
        sb_buf_puts(b, "1 (base)");
    else if (fabs(result->cpu_s - base->cpu_s) <= result->spread + base->spread)
        sb_buf_puts(b, "same");
    else
        sb_buf_printf(b,
                      result->ratio < 0.995  ? "%.2fx"
                      : result->ratio < 99.5 ? "%.3gx"
                                             : "%.0fx",
                      result->ratio);
}

const char *sort_bench_stable_text(enum sort_bench_outcome outcome)
{
    switch (outcome) {
    case SORT_BENCH_STABLE: return "yes";
    case SORT_BENCH_UNSTABLE: return "no";
    case SORT_BENCH_SORTED: return "-";
    default: return "WRONG";
    }
}

/* --- text --- */

static void put_row(const struct sort_bench_report *r, const struct sort_bench_case *c,
                    const struct sort_bench_result *result, double most, struct sb_table *t)
{
    struct sb_buf b = SB_BUF_INIT(256);
    char text[64];
    sb_table_text(t, sort_bench_algorithm_names[result->algorithm]);
    sort_bench_verdict(r, c, result, &b);
    sb_table_text(t, b.data);
    snprintf(text, sizeof text, "%.4g", 1e3 * result->cpu_s);
    sb_table_text(t, text);
    snprintf(text, sizeof text, "%.2g", 1e3 * result->spread);
    sb_table_text(t, text);
    snprintf(text, sizeof text, "%" PRIu64, result->comparisons);
    sb_table_text(t, text);
    snprintf(text, sizeof text, "%" PRId64, result->moves);
    sb_table_text(t, result->moves < 0 ? "-" : text);
    sb_table_text(t, sort_bench_stable_text(result->outcome));
    sb_buf_reset(&b);
    sb_chart_text_bar(&b, result->cpu_s / most, 10);
    sb_table_text(t, b.len ? b.data : "");
    sb_buf_done(&b);
}

static void put_case(const struct sort_bench_report *r, const struct sort_bench_case *c, int width,
                     struct sb_buf *out)
{
    static const struct sb_table_column columns[] = {
        {.title = ""},
        {.title = "RATIO", .right = true},
        {.title = "CPU MS", .right = true},
        {.title = "SPREAD", .right = true},
        {.title = "COMPARISONS", .right = true},
        {.title = "MOVES", .right = true},
        {.title = "STABLE"},
        {.title = ""},
    };
    double most = 0;
    struct sb_table t;
    for (size_t i = 0; i < c->len; i++)
        most = fmax(most, c->results[i].cpu_s);
    sb_buf_printf(out, "%s of %zu %s: %" PRIu64 " runs; n-1 = %zu, n*H+n = %.0f, lg(n!) = %.0f\n",
                  c->pattern, c->n, sort_bench_type_names[c->type], c->runs, c->n - 1,
                  c->nh + (double)c->n, c->lg_fact);
    sb_table_init(&t, columns, SB_LEN(columns));
    for (size_t i = 0; i < c->len; i++)
        put_row(r, c, &c->results[i], most, &t);
    sb_table_print(&t, out, 2, (size_t)width);
    sb_table_done(&t);
    sb_buf_putc(out, '\n');
}

static void put_notes(const struct sort_bench_report *r, int width, struct sb_buf *out)
{
    struct sb_buf b = SB_BUF_INIT(1 << 14);
    sb_buf_printf(
        &b,
        "Ratios are of CPU time, to %s; \"same\": the two spreads explain the difference. CPU "
        "MS: of one sort, the median of %" PRId64
        " rounds in turn; SPREAD: between the quarters of the rounds. n*H+n: what merging "
        "the input's runs takes. Each result was checked for order, elements and "
        "stability, which integers cannot show.",
        sort_bench_algorithm_names[r->base], r->rounds);
    sb_text_wrap(out, b.data, 0, 0, (size_t)width);
    sb_buf_putc(out, '\n');
    sb_buf_reset(&b);
    sb_machine_print(&r->machine, "helper", r->peers_compiler, &b);
    sb_text_wrap(out, b.data, 0, 0, (size_t)width);
    sb_buf_putc(out, '\n');
    if (!r->peers_compiler[0]) {
        sb_buf_puts(out, "Without glibc-qsort, std::sort and std::stable_sort: ");
        sb_escape(out, sb_str(r->no_peers.text));
        sb_buf_puts(out, ".\n");
    }
    sb_buf_done(&b);
}

void sort_bench_print_text(const struct sort_bench_report *r, int width, struct sb_buf *out)
{
    for (size_t i = 0; i < r->cases.len; i++)
        put_case(r, &r->cases.items[i], width, out);
    put_notes(r, width, out);
}

/* --- JSON and CSV --- */

static void json_result(struct sb_json_writer *w, const struct sort_bench_case *c,
                        const struct sort_bench_result *result)
{
    sb_json_open_map(w);
    sb_json_key(w, "algorithm");
    sb_json_text(w, sort_bench_algorithm_names[result->algorithm]);
    sb_json_key(w, "type");
    sb_json_text(w, sort_bench_type_names[c->type]);
    sb_json_key(w, "pattern");
    sb_json_text(w, c->pattern);
    sb_json_key(w, "n");
    sb_json_int(w, (int64_t)c->n);
    sb_json_key(w, "cpu_s");
    sb_json_double(w, result->cpu_s);
    sb_json_key(w, "spread");
    sb_json_double(w, result->spread);
    sb_json_key(w, "ratio");
    sb_json_double(w, result->ratio);
    sb_json_key(w, "comparisons");
    sb_json_int(w, (int64_t)result->comparisons);
    sb_json_key(w, "moves");
    if (result->moves < 0)
        sb_json_null(w);
    else
        sb_json_int(w, result->moves);
    sb_json_key(w, "stable");
    if (result->outcome == SORT_BENCH_SORTED)
        sb_json_null(w);
    else
        sb_json_bool(w, result->outcome == SORT_BENCH_STABLE);
    sb_json_close_map(w);
}

void sort_bench_print_json(const struct sort_bench_report *r, struct sb_buf *out)
{
    struct sb_json_writer w;
    sb_json_writer_init(&w, out, 2);
    sb_json_open_map(&w);
    sb_json_key(&w, "schema");
    sb_json_text(&w, "srebox.sort-bench/1");
    sb_json_key(&w, "results");
    sb_json_open_list(&w);
    for (size_t i = 0; i < r->cases.len; i++)
        for (size_t k = 0; k < r->cases.items[i].len; k++)
            json_result(&w, &r->cases.items[i], &r->cases.items[i].results[k]);
    sb_json_close_list(&w);
    sb_json_close_map(&w);
    sb_buf_putc(out, '\n');
}

static void csv_double(struct sb_csv *csv, double value)
{
    char text[32] = "";
    if (isfinite(value))
        snprintf(text, sizeof text, "%.17g", value);
    sb_csv_text(csv, text);
}

static void csv_result(struct sb_csv *csv, const struct sort_bench_case *c,
                       const struct sort_bench_result *result)
{
    static const char *const stable[] = {
        [SORT_BENCH_WRONG] = "false",
        [SORT_BENCH_UNSTABLE] = "false",
        [SORT_BENCH_STABLE] = "true",
        [SORT_BENCH_SORTED] = "",
    };
    sb_csv_text(csv, sort_bench_algorithm_names[result->algorithm]);
    sb_csv_text(csv, sort_bench_type_names[c->type]);
    sb_csv_text(csv, c->pattern);
    sb_csv_int(csv, (int64_t)c->n);
    csv_double(csv, result->cpu_s);
    csv_double(csv, result->spread);
    csv_double(csv, result->ratio);
    sb_csv_int(csv, (int64_t)result->comparisons);
    if (result->moves < 0)
        sb_csv_text(csv, "");
    else
        sb_csv_int(csv, result->moves);
    sb_csv_text(csv, stable[result->outcome]);
    sb_csv_end(csv);
}

void sort_bench_print_csv(const struct sort_bench_report *r, struct sb_buf *out)
{
    static const char *const names[] = {"algorithm", "type",  "pattern",     "n",     "cpu_s",
                                        "spread",    "ratio", "comparisons", "moves", "stable"};
    struct sb_csv csv;
    sb_csv_init(&csv, out);
    for (size_t i = 0; i < SB_LEN(names); i++)
        sb_csv_text(&csv, names[i]);
    sb_csv_end(&csv);
    for (size_t i = 0; i < r->cases.len; i++)
        for (size_t k = 0; k < r->cases.items[i].len; k++)
            csv_result(&csv, &r->cases.items[i], &r->cases.items[i].results[k]);
}
