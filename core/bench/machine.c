/* What /proc, uname and the compiler say of the machine. */
#include "core/bench/machine.h"

#include "core/base/str.h"
#include "core/base/utf8.h"
#include "core/sort/sort.h"

#include <math.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

static int64_t read_clock(clockid_t which)
{
    struct timespec t;
    clock_gettime(which, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

int64_t sb_bench_now(void)
{
    return read_clock(CLOCK_MONOTONIC);
}

int64_t sb_bench_cpu(void)
{
    return read_clock(CLOCK_THREAD_CPUTIME_ID);
}

int64_t sb_bench_resident(void)
{
    char text[128] = "", *end;
    FILE *f = fopen("/proc/self/statm", "re");
    const char *line = f ? fgets(text, sizeof text, f) : NULL;
    if (f)
        (void)fclose(f);
    const char *second = line ? strchr(line, ' ') : NULL;
    if (!second)
        return -1;
    long long pages = strtoll(second, &end, 10);
    return end == second ? -1 : pages * sysconf(_SC_PAGESIZE);
}

int sb_machine_pin(void)
{
    cpu_set_t set;
    int cpu = sched_getcpu();
    if (cpu < 0 || cpu >= CPU_SETSIZE)
        return -1;
    CPU_ZERO(&set);
    CPU_SET((size_t)cpu, &set);
    return sched_setaffinity(0, sizeof set, &set) == 0 ? cpu : -1;
}

/* The processor this thread may only run on, or -1. */
static int pinned(void)
{
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) != 0 || CPU_COUNT(&set) != 1)
        return -1;
    for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
        if (CPU_ISSET((size_t)cpu, &set))
            return cpu;
    return -1;
}

/* The value behind "model name : " and its like on other architectures. */
static void find_model(char *model, size_t size)
{
    char line[256];
    FILE *f = fopen("/proc/cpuinfo", "re");
    snprintf(model, size, "unknown processor");
    while (f && fgets(line, sizeof line, f)) {
        const char *colon = strchr(line, ':');
        bool named = strncmp(line, "model name", 10) == 0 || strncmp(line, "cpu\t", 4) == 0 ||
                     strncmp(line, "Model\t", 6) == 0;
        if (!named || !colon)
            continue;
        const char *value = colon + 1 + strspn(colon + 1, " \t");
        snprintf(model, size, "%.*s", (int)strcspn(value, "\n"), value);
        break;
    }
    if (f)
        (void)fclose(f);
}

/* Additions that the compiler may neither fold nor vectorise. */
static void spin(void)
{
    volatile uint32_t sink;
    uint32_t x = 1;
    for (int i = 0; i < 4000; i++)
        x = x * 1664525 + 1013904223;
    sink = x;
    (void)sink;
}

static int by_value(const void *a, const void *b, void *ctx, int *fail)
{
    (void)ctx;
    (void)fail;
    const int64_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

static double find_noise(void)
{
    enum { TIMES = 2000 };
    int64_t took[TIMES];
    for (size_t i = 0; i < TIMES; i++) {
        int64_t start = sb_bench_now();
        spin();
        took[i] = sb_bench_now() - start;
    }
    (void)sb_sort(took, TIMES, sizeof took[0], by_value, NULL, NULL);
    int64_t least = took[0], median = took[TIMES / 2];
    return least > 0 ? (double)median / (double)least - 1 : (double)NAN;
}

static void find_compiler(char *text, size_t size)
{
#if defined(__clang__)
    snprintf(text, size, "clang %d.%d", __clang_major__, __clang_minor__);
#elif defined(__GNUC__)
    snprintf(text, size, "gcc %d.%d", __GNUC__, __GNUC_MINOR__);
#else
    snprintf(text, size, "unknown compiler");
#endif
#if !defined(__OPTIMIZE__)
    size_t len = strlen(text);
    snprintf(text + len, size - len, ", not optimised");
#endif
#if defined(__SANITIZE_ADDRESS__)
    size_t end = strlen(text);
    snprintf(text + end, size - end, ", with sanitizers");
#endif
}

void sb_machine_look(struct sb_machine *m)
{
    struct utsname u;
    double load = (double)NAN;
    find_model(m->model, sizeof m->model);
    snprintf(m->system, sizeof m->system, "unknown system");
    if (uname(&u) == 0)
        snprintf(m->system, sizeof m->system, "%.40s %.50s", u.sysname, u.release);
    find_compiler(m->compiler, sizeof m->compiler);
    m->processors = (int)sysconf(_SC_NPROCESSORS_ONLN);
    m->cpu = pinned();
    m->load = getloadavg(&load, 1) == 1 ? load : (double)NAN;
    m->noise = find_noise();
}

void sb_machine_print(const struct sb_machine *m, const char *helper, const char *compiler,
                      struct sb_buf *b)
{
    const double quiet = 0.1;
    sb_escape(b, sb_str(m->model));
    sb_buf_printf(b, ", %d processor%s, ", m->processors, m->processors == 1 ? "" : "s");
    if (m->cpu >= 0)
        sb_buf_printf(b, "pinned to %d; ", m->cpu);
    else
        sb_buf_puts(b, "not pinned; ");
    sb_escape(b, sb_str(m->system));
    sb_buf_printf(b, "; %s", m->compiler);
    if (isfinite(m->load))
        sb_buf_printf(b, "; load %.1f", m->load);
    if (isfinite(m->noise))
        sb_buf_printf(b, ", noise %.0f %%", 100 * m->noise);
    if (compiler[0]) {
        sb_buf_printf(b, "; %s by ", helper);
        sb_escape(b, sb_str(compiler));
    }
    sb_buf_putc(b, '.');
    if (m->noise > quiet)
        sb_buf_puts(b, " This machine is not quiet: equal loops took unequal times.");
}
