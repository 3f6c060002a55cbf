/* The same continuations with the dispatch of strict ISO C: a switch in front of the body. */
#define SB_CO_ISO
#define co_bench_srebox co_bench_iso
#define co_bench_crowd_srebox co_bench_crowd_iso
#include "applets/co-bench/case_srebox.c"
