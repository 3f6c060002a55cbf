/* Times commands side by side: CPU seconds and peak memory of whole processes, in turn, many rounds.
 *
 *   stopwatch ROUNDS LABEL COMMAND [-- LABEL COMMAND]...
 *
 * Each COMMAND is one string for /bin/sh. Prints for each: label, median CPU milliseconds, lowest,
 * highest, median wall milliseconds, peak KiB, and the ratio of its median CPU to the first label's.
 * Output of the commands is thrown away; exit statuses are not judged, but a command that cannot be
 * started is reported. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MAX_COMMANDS 16
#define MAX_ROUNDS 1000

struct entry {
    const char *label, *command;
    double cpu[MAX_ROUNDS], wall[MAX_ROUNDS];
    long peak;
    int status;
};

static double milliseconds(struct timeval t)
{
    return (double)t.tv_sec * 1e3 + (double)t.tv_usec / 1e3;
}

static void run(struct entry *e, int round)
{
    struct timespec from, to;
    struct rusage usage;
    int status = 0;
    clock_gettime(CLOCK_MONOTONIC, &from);
    pid_t pid = fork();
    if (pid == 0) {
        int null = open("/dev/null", O_RDWR);
        dup2(null, 0);
        dup2(null, 1);
        dup2(null, 2);
        execl("/bin/sh", "sh", "-c", e->command, (char *)NULL);
        _exit(127);
    }
    wait4(pid, &status, 0, &usage);
    clock_gettime(CLOCK_MONOTONIC, &to);
    e->cpu[round] = milliseconds(usage.ru_utime) + milliseconds(usage.ru_stime);
    e->wall[round] =
        (double)(to.tv_sec - from.tv_sec) * 1e3 + (double)(to.tv_nsec - from.tv_nsec) / 1e6;
    if (usage.ru_maxrss > e->peak)
        e->peak = usage.ru_maxrss;
    e->status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void report(struct entry *e, int rounds, double base)
{
    double median = e->cpu[rounds / 2];
    printf("  %-26s %9.2f %9.2f %9.2f %9.2f %10ld %7.3f%s\n", e->label, median, e->cpu[0],
           e->cpu[rounds - 1], e->wall[rounds / 2], e->peak, base > 0 ? median / base : 0.0,
           e->status == 126 || e->status == 127 ? "  (did not start)" : "");
}

int main(int argc, char **argv)
{
    static struct entry entries[MAX_COMMANDS];
    int n = 0, rounds = argc > 1 ? (int)strtol(argv[1], NULL, 10) : 0;
    for (int i = 2; i + 1 < argc && n < MAX_COMMANDS; i += 3, n++) {
        entries[n].label = argv[i];
        entries[n].command = argv[i + 1];
    }
    if (rounds < 1 || rounds > MAX_ROUNDS || n == 0) {
        fputs("usage: stopwatch ROUNDS LABEL COMMAND [-- LABEL COMMAND]...\n", stderr);
        return 2;
    }
    for (int i = 0; i < n; i++)
        run(&entries[i], 0); /* warm-up */
    for (int r = 0; r < rounds; r++)
        for (int i = 0; i < n; i++)
            run(&entries[i], r);
    printf("  %-26s %9s %9s %9s %9s %10s %7s\n", "", "cpu ms", "lowest", "highest", "wall ms",
           "peak KiB", "ratio");
    for (int i = 0; i < n; i++) {
        qsort(entries[i].cpu, (size_t)rounds, sizeof(double), by_value);
        qsort(entries[i].wall, (size_t)rounds, sizeof(double), by_value);
        report(&entries[i], rounds, entries[0].cpu[rounds / 2]);
    }
    return 0;
}
