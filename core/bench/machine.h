/* The machine a figure was measured on, and how quiet it is.
 *
 * A figure without its machine is no figure: every benchmark prints this beside its results. */
#ifndef SB_BENCH_MACHINE_H
#define SB_BENCH_MACHINE_H

#include "core/base/buf.h"

#include <stdint.h>

struct sb_machine {
    char model[96];    /* of the processor, as the system names it (data: escape it) */
    char system[96];   /* kernel and its release (data) */
    char compiler[96]; /* that built this program, with what it optimised for */
    int processors;    /* that may be used */
    int cpu;           /* the one this thread is pinned to; -1: none */
    double load;       /* runnable threads, mean of the last minute; NaN: not known */
    double noise; /* how much longer than the least the median of equal short loops took: 0.05 */
};

/* Fills m; runs a loop for about 20 ms to find `noise`. Never fails: what is not known says so. */
void sb_machine_look(struct sb_machine *m);

/* Pins this thread, and the processes it starts from here on, to the processor it runs on. Returns its
 * number, or -1 where that is not allowed. */
int sb_machine_pin(void);

/* "AMD EPYC, 2 processors, pinned to 0; Linux 6.1; gcc 12.2 -O2; load 0.3, noise 4 %; helper by g++ 12.",
 * and a sentence more where the machine is not quiet: for a terminal, escaped. helper: what `compiler`
 * (data) built; without a compiler that is left out. */
void sb_machine_print(const struct sb_machine *m, const char *helper, const char *compiler,
                      struct sb_buf *b);

/* CLOCK_MONOTONIC in ns. */
int64_t sb_bench_now(void);
/* CPU time of this thread in ns. */
int64_t sb_bench_cpu(void);
/* Resident bytes of this process, from /proc/self/statm; -1: not known. */
int64_t sb_bench_resident(void);

#endif
