/* The names of what is measured and of the techniques. */
#include "applets/co-bench/bench.h"

const char *const co_bench_what_names[] = {"resume-1", "resume-8",    "depth-1", "depth-8",
                                           "depth-64", "await",       "create",  "cancel",
                                           "live",     "cancel-live", "sleep",   NULL};

const char *const co_bench_what_texts[] = {"resume a generator of 1 point",
                                           "resume a generator of 8 points",
                                           "resume by an event, alone",
                                           "resume by an event, under 7 that await",
                                           "resume by an event, under 63 that await",
                                           "await a child that ends at once",
                                           "create, and run to the first point",
                                           "cancel through finally:, and free",
                                           "resume in turn, with all alive",
                                           "cancel all that are alive",
                                           "fall asleep, wake and end, with all asleep",
                                           NULL};

const char *const co_bench_technique_names[] = {"srebox", "iso", "call", "c++20", "ucontext", NULL};

const char *const co_bench_technique_texts[] = {
    "this program's continuations (core/co)",        "the same, by a switch of strict ISO C",
    "a plain call through a pointer; keeps nothing", "C++20 coroutines",
    "ucontext: a stack each, swapcontext(3)",        NULL};
