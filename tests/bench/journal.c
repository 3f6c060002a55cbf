/* How fast the journal takes and gives events: journal FILE EVENTS. Four lines: appended in batches of
 * 1000, appended again (all seen already), read by time, appended one commit each. */
#include "core/store/journal.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define BATCH 1000

static const struct sb_component *const components[] = {&sb_journal_component, NULL};

static double seconds(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void check(int code, const struct sb_error *e)
{
    if (code >= 0)
        return;
    fprintf(stderr, "%s\n", e->text);
    exit(2);
}

static void report(const char *what, size_t n, double wall, double cpu)
{
    wall = seconds(CLOCK_MONOTONIC) - wall;
    cpu = seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu;
    printf("  %-32s %9zu events %8.0f /s of time %8.0f /s of CPU\n", what, n, (double)n / wall,
           (double)n / cpu);
}

struct texts {
    char subject[32], incident[32], key[32], data[96];
};

static void make_event(size_t i, struct texts *t, struct sb_event *event)
{
    snprintf(t->subject, sizeof t->subject, "service-%zu", i * 7 % 300);
    snprintf(t->incident, sizeof t->incident, "INC-%zu", i / 12);
    snprintf(t->key, sizeof t->key, "event-%zu", i);
    snprintf(t->data, sizeof t->data,
             "{\"severity\": \"high\", \"region\": \"eu-%zu\", \"n\": %zu}", i % 4, i);
    *event = (struct sb_event){.at = (int64_t)i * 1000000007,
                               .kind = (enum sb_event_kind)(1 + i % 12),
                               .subject = sb_str(t->subject),
                               .incident = sb_str(t->incident),
                               .source = SB_STR("bench"),
                               .key = sb_str(t->key),
                               .data = sb_str(t->data)};
}

static void append(struct sb_store *s, const char *what, size_t n)
{
    static struct texts texts[BATCH];
    static struct sb_event events[BATCH];
    struct sb_error e;
    double wall = seconds(CLOCK_MONOTONIC), cpu = seconds(CLOCK_PROCESS_CPUTIME_ID);
    for (size_t i = 0; i < n; i += BATCH) {
        for (size_t k = 0; k < BATCH; k++)
            make_event(i + k, &texts[k], &events[k]);
        check(sb_journal_append_all(s, events, BATCH, NULL, NULL, &e), &e);
    }
    report(what, n, wall, cpu);
}

static void read_all(struct sb_store *s)
{
    struct sb_error e;
    struct sb_journal_cursor c;
    struct sb_event event;
    size_t n = 0;
    int code;
    double wall = seconds(CLOCK_MONOTONIC), cpu = seconds(CLOCK_PROCESS_CPUTIME_ID);
    check(sb_journal_read(&c, s, &(struct sb_journal_filter){.order = SB_JOURNAL_BY_TIME}, &e), &e);
    while ((code = sb_journal_next(&c, &event, &e)) > 0)
        n++;
    check(code, &e);
    sb_journal_end(&c);
    report("read by time", n, wall, cpu);
}

static void append_singly(struct sb_store *s, size_t n)
{
    struct sb_error e;
    struct texts t;
    struct sb_event event;
    double wall = seconds(CLOCK_MONOTONIC), cpu = seconds(CLOCK_PROCESS_CPUTIME_ID);
    for (size_t i = 0; i < n; i++) {
        make_event(i, &t, &event);
        event.key = (struct sb_str){NULL, 0};
        check(sb_journal_append(s, &event, NULL, &e), &e);
    }
    report("appended, a durable commit each", n, wall, cpu);
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        fputs("usage: journal FILE EVENTS\n", stderr);
        return 2;
    }
    size_t n = strtoul(argv[2], NULL, 10);
    struct sb_store *s =
        sb_store_new(argv[1], &(struct sb_store_options){.components = components});
    append(s, "appended, 1000 a commit", n);
    append(s, "appended again: seen already", n);
    read_all(s);
    append_singly(s, 300);
    sb_store_free(s);
    return 0;
}
