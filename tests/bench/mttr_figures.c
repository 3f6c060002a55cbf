/* The figures of `mttr report` over durations in a CSV file, in seconds, a column a metric:
 * mttr_figures FILE. What a peer's statistics are measured beside: the same file, without the
 * journal. Ours are more: intervals, quartiles, trend, control limits, histogram. */
#include "applets/mttr/summary.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COLUMNS = 8, LINE = 1024 };

struct column {
    char name[32];
    SB_VEC(double) values;
};

/* "12.345": no sign, no exponent; *at ends behind it. Exact while the digits fit 53 bits. */
static double read_decimal(const char **at)
{
    static const double tens[] = {1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9};
    uint64_t digits = 0;
    const char *p = *at, *point = NULL;
    for (; (*p >= '0' && *p <= '9') || (*p == '.' && !point); p++)
        if (*p == '.')
            point = p;
        else
            digits = digits * 10 + (uint64_t)(*p - '0');
    *at = p;
    return (double)digits / (point ? tens[SB_MIN(p - point - 1, 9)] : 1);
}

static void read_names(char *line, struct column *columns)
{
    char *rest = line;
    for (int c = 0; c < COLUMNS; c++) {
        char *name = strtok_r(rest, ",\n", &rest);
        snprintf(columns[c].name, sizeof columns[c].name, "%s", name ? name : "");
    }
}

static void print_figures(const struct column *c, size_t *incident, int64_t *at)
{
    static struct mttr_summary s;
    for (size_t k = 0; k < c->values.len; k++) {
        incident[k] = k;
        at[k] = (int64_t)k * 300 * SB_NS_PER_S;
    }
    const struct mttr_sample sample = {
        .n = c->values.len, .seconds = c->values.items, .incident = incident, .at = at};
    mttr_summarize(MTTR_RECOVER, &sample, &s);
    printf("%s %zu mean %.10g median %.10g (%.10g to %.10g) sd %.10g p90 %.10g trend %.4g\n",
           c->name, s.n, s.sums.mean, s.median.value, s.median.interval.low, s.median.interval.high,
           s.sums.sd, s.p90.value, s.trend);
}

int main(int argc, char **argv)
{
    static struct column columns[COLUMNS];
    char line[LINE];
    FILE *f = argc == 2 ? fopen(argv[1], "r") : NULL;
    if (!f || !fgets(line, sizeof line, f)) {
        fprintf(stderr, "usage: mttr_figures FILE\n");
        return 2;
    }
    read_names(line, columns);
    while (fgets(line, sizeof line, f)) {
        const char *p = line;
        for (int c = 0; c < COLUMNS; c++, p++)
            sb_vec_push(&columns[c].values, read_decimal(&p));
    }
    fclose(f);
    size_t n = columns[0].values.len;
    size_t *incident = calloc(n + 1, sizeof *incident);
    int64_t *at = calloc(n + 1, sizeof *at);
    for (int c = 0; c < COLUMNS; c++)
        print_figures(&columns[c], incident, at);
    for (int c = 0; c < COLUMNS; c++)
        sb_vec_done(&columns[c].values);
    free(incident);
    free(at);
    return 0;
}
