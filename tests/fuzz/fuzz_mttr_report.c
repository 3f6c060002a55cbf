/* What people type after report's options, a line each: since, until, where, objective, weight,
 * slo, by, zone. Whatever is taken is in its range; whatever is refused is so with a reason. */
#include "applets/mttr/report.h"

#include <math.h>
#include <stdlib.h>

#define NOW INT64_C(1772460000000000000) /* 2026-03-02 */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool ok)
{
    if (!ok)
        abort();
}

static void check_period(const char *text)
{
    static struct sb_zone *zone;
    struct sb_error e;
    int64_t from, to;
    if (!zone)
        require(sb_zone_load(SB_STR("CET-1CEST,M3.5.0,M10.5.0/3"), &zone, &e) == 0);
    if (mttr_period_read(sb_str(text), zone, NOW, &from, &to, &e))
        require(e.text[0] && e.hint[0]);
    else
        require(from <= to);
}

static void check(const struct mttr_report *r)
{
    const struct mttr_filter *f = &r->filter;
    require(f->since == MTTR_NO_TIME || f->until == MTTR_NO_TIME || f->since < f->until);
    require(isnan(r->impact.slo) || (r->impact.slo > 0 && r->impact.slo < 1));
    for (size_t k = 0; k < r->impact.n_weights; k++)
        require(r->weights[k].share >= 0 && r->weights[k].share <= 1);
    for (size_t k = 0; k < r->n_objectives; k++)
        require(r->objectives[k].most >= 0 &&
                *mttr_metric_definition(r->defs, r->objectives[k].metric));
    require(r->by < MTTR_GROUP_COUNT);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char copy[1024] = "", *rest = copy;
    const char *lines[8] = {NULL};
    struct mttr_report r;
    struct sb_error e;
    if (size >= sizeof copy || memchr(data, '\0', size))
        return 0;
    if (size)
        memcpy(copy, data, size);
    for (size_t k = 0; k < 8; k++) {
        const char *line = strsep(&rest, "\n");
        lines[k] = line && *line ? line : NULL;
    }
    const struct mttr_options o = {.since = lines[0],
                                   .until = lines[1],
                                   .where = {&lines[2], lines[2] != NULL},
                                   .objectives = {&lines[3], lines[3] != NULL},
                                   .weights = {&lines[4], lines[4] != NULL},
                                   .slo = lines[5],
                                   .by = lines[6],
                                   .tz = lines[7] ? lines[7] : "UTC"};
    setenv("TZDIR", "/nonexistent", 1);
    check_period(copy);
    int code = mttr_report_read(&r, &o, NOW, &e);
    if (code)
        require(code < 0 && e.text[0]);
    else
        check(&r);
    mttr_report_done(&r);
    return 0;
}
