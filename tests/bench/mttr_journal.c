/* A journal of incidents for measuring: mttr_journal STORE INCIDENTS SEED. Ten events each,
 * log-normal steps (sigma 1.58, as in published incident data), 40 services, three severities, a
 * year. Prints the durations of the metrics as CSV, in seconds, as a peer would read them. */
#include "core/base/time.h"
#include "core/stat/rng.h"
#include "core/stat/special.h"
#include "core/store/journal.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { EVENTS = 10, BATCH = 100 };
#define YEAR_NS (INT64_C(365) * 86400 * SB_NS_PER_S)
#define START INT64_C(1735689600000000000) /* 2025-01-01 */

static const struct sb_component *const components[] = {&sb_journal_component, NULL};
static const enum sb_event_kind kinds[EVENTS] = {
    SB_EVENT_IMPACT_START, SB_EVENT_DETECTED,  SB_EVENT_ALERTED, SB_EVENT_ACKED,
    SB_EVENT_WORK_STARTED, SB_EVENT_DIAGNOSED, SB_EVENT_FIXED,   SB_EVENT_RESTORED,
    SB_EVENT_VERIFIED,     SB_EVENT_CLOSED};
static const double medians[EVENTS] = {0, 120, 20, 180, 240, 600, 900, 180, 600, 3600};

struct texts {
    char subject[32], incident[32], key[32], data[96];
};

static void check(int code, const struct sb_error *e)
{
    if (code >= 0)
        return;
    fprintf(stderr, "%s\n", e->text);
    exit(2);
}

static void make(size_t i, int64_t first, struct sb_rng *r, struct texts *t, struct sb_event *ev)
{
    double at[EVENTS] = {0};
    for (int k = 1; k < EVENTS; k++)
        at[k] = at[k - 1] +
                round(medians[k] *
                      exp(1.58 * sb_normal_quantile(sb_rng_real(r) * 0.999998 + 1e-6)) * 1e3) /
                    1e3;
    for (int k = 0; k < EVENTS; k++, t++) {
        snprintf(t->subject, sizeof t->subject, "service-%zu", i % 40);
        snprintf(t->incident, sizeof t->incident, "INC-%zu", i);
        snprintf(t->key, sizeof t->key, "%zu-%d", i, k);
        snprintf(t->data, sizeof t->data,
                 k ? "{\"actor_type\":\"person\"}"
                   : "{\"severity\":\"sev%zu\",\"team\":\"team-%zu\"}",
                 i % 3 + 1, i % 7);
        ev[k] = (struct sb_event){.at = first + (int64_t)(at[k] * 1e9),
                                  .kind = kinds[k],
                                  .subject = sb_str(t->subject),
                                  .incident = sb_str(t->incident),
                                  .source = SB_STR("bench"),
                                  .actor = SB_STR("sarah"),
                                  .key = sb_str(t->key),
                                  .data = sb_str(t->data)};
    }
    printf("%.3f,%.3f,%.3f,%.3f,%.3f,%.3f,%.3f,%.3f\n", at[3] - at[2], at[6] - at[4], at[7],
           at[8] - at[1], at[1], at[3] - at[2], at[7], at[9] - at[1]);
}

int main(int argc, char **argv)
{
    static struct texts texts[BATCH * EVENTS];
    static struct sb_event events[BATCH * EVENTS];
    const struct sb_store_options options = {.components = components};
    struct sb_error e;
    struct sb_rng r;
    if (argc != 4) {
        fprintf(stderr, "usage: mttr_journal STORE INCIDENTS SEED\n");
        return 2;
    }
    size_t n = strtoul(argv[2], NULL, 10), in = 0;
    struct sb_store *s = sb_store_new(argv[1], &options);
    sb_rng_init(&r, strtoul(argv[3], NULL, 10));
    check(sb_store_open(s, &e), &e);
    printf("respond,repair,recover,resolve,detect,acknowledge,mitigate,close\n");
    for (size_t i = 0; i < n; i++) {
        int64_t first = START + (int64_t)((double)YEAR_NS * (double)i / (double)n);
        make(i, first, &r, texts + in * EVENTS, events + in * EVENTS);
        if (++in < BATCH && i + 1 < n)
            continue;
        check(sb_journal_append_all(s, events, in * EVENTS, NULL, NULL, &e), &e);
        in = 0;
    }
    sb_store_free(s);
    return 0;
}
