/* sort-bench: options and verbs. */
#include "applets/sort-bench/measure.h"

enum { RUN = 1 << 0, TRACE = 1 << 1, VERIFY = 1 << 2 }; /* bits of verbs[] below */

#define AT(member) offsetof(struct sort_bench_options, member)

static const struct sb_option options[] = {
    {.name = "algorithms",
     .type = SB_OPT_LIST,
     .offset = AT(algorithms),
     .verbs = RUN,
     .arg = "NAME",
     .help = "Sort by these; several by commas. Unless given, by all"},
    {.name = "base",
     .type = SB_OPT_ENUM,
     .offset = AT(base),
     .verbs = RUN,
     .arg = "NAME",
     .choices = sort_bench_algorithm_names,
     .def = "srebox",
     .help = "What ratios are to"},
    {.name = "data",
     .type = SB_OPT_FILE,
     .offset = AT(data),
     .verbs = RUN,
     .arg = "FILE",
     .help = "Sort the keys of FILE instead of patterns: CSV, a JSON list, JSON lines, or lines"},
    {.name = "key",
     .letter = 'k',
     .type = SB_OPT_STRING,
     .offset = AT(key),
     .verbs = RUN | TRACE,
     .arg = "NAME",
     .help = "The column or member of a file that holds the keys"},
    {.name = "max-size",
     .type = SB_OPT_SIZE,
     .offset = AT(max_size),
     .verbs = RUN | TRACE,
     .arg = "SIZE",
     .def = "256MiB",
     .min = 1,
     .max = INT64_C(4294967295),
     .help = "The largest file to read"},
    {.name = "minrun",
     .type = SB_OPT_INT,
     .offset = AT(minrun),
     .verbs = TRACE,
     .arg = "N",
     .def = "32",
     .min = 0,
     .max = 48,
     .help = "Keep every run and lengthen short ones to N, as classic TimSort does with 32 to 64; "
             "0: as "
             "the sort itself chooses"},
    {.name = "patterns",
     .type = SB_OPT_LIST,
     .offset = AT(patterns),
     .verbs = RUN,
     .arg = "NAME",
     .help = "Sort these patterns; several by commas, or all. Unless given, the first nine"},
    {.name = "peers",
     .type = SB_OPT_FILE,
     .offset = AT(peers),
     .verbs = RUN,
     .arg = "FILE",
     .help = "The helper program with the libraries' sorts, where it is not in its place"},
    {.name = "pin",
     .type = SB_OPT_FLAG,
     .offset = AT(pin),
     .verbs = RUN,
     .def = "true",
     .help = "Stay on one processor"},
    {.name = "rounds",
     .type = SB_OPT_INT,
     .offset = AT(rounds),
     .verbs = RUN,
     .arg = "N",
     .min = 1,
     .max = 1000,
     .def = "5",
     .help = "How often each sort is measured"},
    {.name = "seed",
     .type = SB_OPT_INT,
     .offset = AT(seed),
     .verbs = RUN | VERIFY,
     .arg = "N",
     .min = 0,
     .max = INT64_MAX,
     .def = "1",
     .help = "Of the patterns' random keys: the same seed, the same keys"},
    {.name = "sizes",
     .type = SB_OPT_LIST,
     .offset = AT(sizes),
     .verbs = RUN,
     .arg = "N",
     .help = "Sort so many elements; several by commas. Unless given, 100000"},
    {.name = "types",
     .type = SB_OPT_LIST,
     .offset = AT(types),
     .verbs = RUN,
     .arg = "NAME",
     .help = "Sort int64, record (32 bytes) or string; several by commas. Unless given, all"},
    {0}};

int sort_bench_run(struct sb_run *run, struct sb_error *e)
{
    struct sort_bench_report report;
    int rc = sort_bench_measure(run->options, &report, e);
    if (rc)
        return rc;
    switch (run->format) {
    case SB_FORMAT_JSON: sort_bench_print_json(&report, run->out); break;
    case SB_FORMAT_CSV: sort_bench_print_csv(&report, run->out); break;
    case SB_FORMAT_HTML: sort_bench_print_html(&report, run->out); break;
    default: sort_bench_print_text(&report, run->width, run->out);
    }
    bool unsound = report.unsound;
    sort_bench_report_done(&report);
    return unsound ? SB_EXIT_FOUND : SB_EXIT_OK;
}

#define REPORTS \
    (SB_FORMAT_BIT(TEXT) | SB_FORMAT_BIT(JSON) | SB_FORMAT_BIT(CSV) | SB_FORMAT_BIT(HTML))

static const struct sb_verb verbs[] = {
    {"run", "", "measure sorts side by side", 0, 0, REPORTS, sort_bench_run},
    {"trace", "FILE", "tell what one sort of the file's keys does, step by step", 1, 1,
     SB_FORMAT_BIT(TEXT) | SB_FORMAT_BIT(JSON) | SB_FORMAT_BIT(HTML), sort_bench_trace},
    {"verify", "", "put this program's sort to the proof: orders, lies, faults, adversaries", 0, 0,
     SB_FORMAT_BIT(TEXT) | SB_FORMAT_BIT(JSON), sort_bench_verify},
    {0}};

extern const struct sb_applet sort_bench_applet;
const struct sb_applet sort_bench_applet = {
    .name = "sort-bench",
    .summary = "what this program's sort costs, beside others, and what it does",
    .description = "Measures the sort that all of srebox sorts with beside the textbooks' and the "
                   "libraries', tells its steps on given data, and proves it on this machine. A "
                   "difference that is smaller than the spread of the figures is not called one.",
    .example = "  srebox sort-bench run --patterns random,runs16 --types int64\n"
               "  srebox sort-bench trace --key date --minrun 3 orders.json\n"
               "  srebox sort-bench verify\n",
    .verbs = verbs,
    .options = options,
    .options_size = sizeof(struct sort_bench_options),
};
