/* co-bench: options. */
#include "applets/co-bench/bench.h"

#define AT(member) offsetof(struct co_bench_options, member)

static const struct sb_option options[] = {
    {.name = "base",
     .type = SB_OPT_ENUM,
     .offset = AT(base),
     .arg = "TECHNIQUE",
     .choices = co_bench_technique_names,
     .def = "srebox",
     .help = "What ratios are to"},
    {.name = "chunks",
     .type = SB_OPT_INT,
     .offset = AT(chunks),
     .arg = "N",
     .min = 1,
     .max = 1000000,
     .help = "Measure N chunks in each of the ten parts of the run, however long that takes"},
    {.name = "live",
     .type = SB_OPT_INT,
     .offset = AT(live),
     .arg = "N",
     .min = 1,
     .max = 100000000,
     .def = "1000000",
     .help = "How many are alive at once in live, cancel-live and sleep"},
    {.name = "only",
     .type = SB_OPT_LIST,
     .offset = AT(only),
     .arg = "WHAT",
     .help = "Measure only this; may be given more than once"},
    {.name = "peers",
     .type = SB_OPT_FILE,
     .offset = AT(peers),
     .arg = "FILE",
     .help = "The helper program with C++20 coroutines, where it is not in its place"},
    {.name = "pin",
     .type = SB_OPT_FLAG,
     .offset = AT(pin),
     .def = "true",
     .help = "Stay on one processor"},
    {.name = "time",
     .type = SB_OPT_DURATION,
     .offset = AT(time),
     .arg = "DURATION",
     .min = INT64_C(1000000),
     .max = INT64_C(3600000000000),
     .def = "3s",
     .help = "How long to measure the short cases"},
    {0}};

static int run(struct sb_run *run, struct sb_error *e)
{
    struct co_bench_report report;
    int rc = co_bench_measure(run->options, &report, e);
    if (rc)
        return rc;
    switch (run->format) {
    case SB_FORMAT_JSON: co_bench_print_json(&report, run->out); break;
    case SB_FORMAT_CSV: co_bench_print_csv(&report, run->out); break;
    case SB_FORMAT_HTML: co_bench_print_html(&report, run->out); break;
    default: co_bench_print_text(&report, run->width, run->out);
    }
    co_bench_report_done(&report);
    return SB_EXIT_OK;
}

static const struct sb_verb verbs[] = {{.name = NULL,
                                        .args = "",
                                        .summary = "",
                                        .formats = SB_FORMAT_BIT(TEXT) | SB_FORMAT_BIT(JSON) |
                                                   SB_FORMAT_BIT(CSV) | SB_FORMAT_BIT(HTML),
                                        .run = run},
                                       {.run = NULL}};

extern const struct sb_applet co_bench_applet;
const struct sb_applet co_bench_applet = {
    .name = "co-bench",
    .summary = "what this program's continuations cost, beside other techniques",
    .description =
        "Measures resuming, awaiting, creating and cancelling the continuations that "
        "srebox itself is written with, and what a million of them weigh, beside a plain "
        "call, ucontext and C++20 coroutines. A difference that is smaller than the spread "
        "of the figures is not called one.",
    .example = "  srebox co-bench\n"
               "  srebox co-bench --base c++20 --only resume-1 --only resume-8 --time 10s\n"
               "  srebox co-bench -o html > co.html\n",
    .verbs = verbs,
    .options = options,
    .options_size = sizeof(struct co_bench_options),
};
