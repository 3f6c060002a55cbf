/* `heartbeat tune`: the shortest deadline whose false alarms in a recorded trace stay within a target.
 *
 * A false alarm of the rule `missed` is a gap between two beats of a node that lived through it (no
 * restart, no goodbye, no pause of the monitor in it, no longer than --blip) and was longer than
 * missed * interval + slack. So for each `missed` the slack follows from the gaps: with so many false alarms
 * to spend, it is the longest excess that is not paid for. What the trace does not show, it does not prove:
 * the upper limit at 95 % stands beside each figure. */
#include "applets/heartbeat/heartbeat.h"
#include "applets/heartbeat/replay.h"

#include "core/base/mem.h"
#include "core/base/time.h"
#include "core/doc/json_write.h"
#include "core/ui/csv.h"
#include "core/ui/table.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { MISSED_MOST = 10 };
#define GRAIN 0.01 /* s: slack is rounded up to it */
/* Slack below this part of an interval would leave no room for jitter that the trace did not happen to
 * show; gaps below 1 + this are not kept. */
#define LEAST_SLACK 0.1

struct gap {
    double length, interval; /* s */
};

struct last {   /* of a node, by its index */
    int64_t at; /* ns since began; -1 = nothing to measure from */
    int64_t first, gone;
    uint16_t restarts;
};

struct tuner {
    struct heartbeat_detector *d; /* tells copies and restarts apart; judges nothing */
    const struct heartbeat_policy *policy;
    int64_t blip, now;
    SB_VEC(struct gap) gaps;
    SB_VEC(struct last) nodes;
    double intervals; /* sum over beats, s */
    uint64_t beats;
    double node_days;
};

struct choice {
    unsigned missed;
    double slack, deadline; /* s; deadline of the mean interval */
    uint64_t false_alarms;
    double rate, at_most; /* a node-day */
};

static struct last *last_of(struct tuner *t, uint32_t index)
{
    while (t->nodes.len <= index)
        sb_vec_push(&t->nodes, ((struct last){-1, -1, -1, 0}));
    return &t->nodes.items[index];
}

static void take_beat(struct tuner *t, const struct heartbeat_beat *b)
{
    enum heartbeat_verdict v = heartbeat_detector_beat(t->d, b);
    if ((v != HEARTBEAT_TAKEN && v != HEARTBEAT_CREATED) || b->kind == HEARTBEAT_LOG ||
        b->kind == HEARTBEAT_START)
        return;
    const struct heartbeat_node *n = heartbeat_registry_find(heartbeat_detector_nodes(t->d), b->id);
    struct last *l = last_of(t, n->index);
    double interval = n->interval_ms ? n->interval_ms / 1e3
                                     : (double)t->policy->profiles[n->profile].interval / 1e9;
    double gap = (double)(t->now - l->at) / 1e9;
    bool lived = l->at >= 0 && n->restarts == l->restarts && gap * 1e9 <= (double)t->blip;
    if (lived && gap > interval * (1 + LEAST_SLACK))
        sb_vec_push(&t->gaps, ((struct gap){gap, interval}));
    t->intervals += interval;
    t->beats++;
    if (l->first < 0)
        l->first = t->now;
    bool leaves = b->kind == HEARTBEAT_LEAVE;
    l->at = leaves ? -1 : t->now;
    l->gone = leaves ? t->now : -1;
    l->restarts = n->restarts;
}

static int take_line(void *ctx, const struct heartbeat_trace_line *line, int64_t began_wall,
                     struct sb_error *e)
{
    struct tuner *t = ctx;
    (void)e;
    t->now = line->at;
    if (!t->d) {
        const struct heartbeat_detector_options options = {.max_nodes = 4000000};
        const struct heartbeat_now now = {.mono = HEARTBEAT_TRACE_MONO, .wall = began_wall};
        t->d = heartbeat_detector_new(t->policy, &options, (struct heartbeat_listener){NULL, NULL},
                                      &now);
    }
    if (line->what == HEARTBEAT_TRACE_BEAT)
        take_beat(t, &line->beat);
    for (size_t i = 0; line->what == HEARTBEAT_TRACE_FRESH && i < t->nodes.len; i++)
        t->nodes.items[i].at = -1; /* nobody was looking: no gap */
    return 0;
}

static void sum_up(struct tuner *t)
{
    for (size_t i = 0; i < t->nodes.len; i++) {
        const struct last *l = &t->nodes.items[i];
        if (l->first >= 0)
            t->node_days += (double)((l->gone >= 0 ? l->gone : t->now) - l->first) / 86400e9;
    }
}

/* The best slack for that many missed beats. */
static void choose(const struct tuner *t, unsigned missed, double target, struct choice *ret)
{
    double *excess = sb_xcalloc(t->gaps.len + 1, sizeof *excess);
    double mean = t->intervals / (double)t->beats;
    double slack = mean * LEAST_SLACK;
    size_t n = 0, allowed = (size_t)SB_MIN(floor(target * t->node_days), 1e15);
    for (size_t i = 0; i < t->gaps.len; i++) {
        excess[n] = t->gaps.items[i].length - missed * t->gaps.items[i].interval;
        n += excess[n] > 0;
    }
    heartbeat_sort_doubles(excess, n);
    if (allowed < n)
        slack = fmax(slack, excess[n - 1 - allowed]);
    slack = ceil(slack / GRAIN - 1e-9) * GRAIN;
    struct choice c = {.missed = missed, .slack = slack, .deadline = missed * mean + slack};
    for (size_t i = n; i-- > 0 && excess[i] > slack;)
        c.false_alarms++;
    c.rate = (double)c.false_alarms / t->node_days;
    c.at_most = heartbeat_poisson_upper(c.false_alarms) / t->node_days;
    free(excess);
    *ret = c;
}

/* The shortest deadline; of equal ones the one with more beats and less slack. */
static size_t best_of(const struct choice *choices, size_t n)
{
    size_t best = 0;
    for (size_t i = 1; i < n; i++)
        if (choices[i].deadline <= choices[best].deadline + GRAIN)
            best = i;
    return best;
}

/* ---- reports ---- */

static void report_text(const struct tuner *t, const struct choice *choices, size_t n, size_t best,
                        double target, struct sb_run *run)
{
    static const struct sb_table_column columns[] = {{.title = "MISSED", .right = true},
                                                     {.title = "SLACK", .right = true},
                                                     {.title = "DEAD AFTER", .right = true},
                                                     {.title = "FALSE", .right = true},
                                                     {.title = "A NODE-DAY", .right = true},
                                                     {.title = "AT MOST", .right = true},
                                                     {.title = ""}};
    struct sb_table table;
    char cell[32];
    sb_buf_printf(run->out, "%zu nodes, %llu beats, %.3g node-days; target: %g a node-day\n\n",
                  t->nodes.len, (unsigned long long)t->beats, t->node_days, target);
    sb_table_init(&table, columns, SB_LEN(columns));
    for (size_t i = 0; i < n; i++) {
        const double figures[] = {choices[i].slack, choices[i].deadline};
        sb_table_int(&table, choices[i].missed);
        for (size_t k = 0; k < SB_LEN(figures); k++) {
            snprintf(cell, sizeof cell, "%.2fs", figures[k]);
            sb_table_text(&table, cell);
        }
        sb_table_int(&table, (int64_t)choices[i].false_alarms);
        snprintf(cell, sizeof cell, "%.3g", choices[i].rate);
        sb_table_text(&table, cell);
        snprintf(cell, sizeof cell, "%.3g", choices[i].at_most);
        sb_table_text(&table, cell);
        sb_table_text(&table, i == best ? "<-" : "");
    }
    sb_table_print(&table, run->out, 0, (size_t)run->width);
    sb_table_done(&table);
    sb_buf_printf(run->out, "\nmissed: %u\nslack: %.0fms\n", choices[best].missed,
                  choices[best].slack * 1e3);
    if (choices[best].at_most > target)
        sb_buf_printf(
            run->out,
            "\nThe trace is too short to promise it: it shows at most %.3g a node-day with "
            "95 %% confidence.\n",
            choices[best].at_most);
}

static void put_choice(struct sb_json_writer *w, const struct choice *c)
{
    sb_json_open_map(w);
    sb_json_key(w, "missed");
    sb_json_int(w, c->missed);
    sb_json_key(w, "slack_s");
    sb_json_double(w, c->slack);
    sb_json_key(w, "deadline_s");
    sb_json_double(w, c->deadline);
    sb_json_key(w, "false_alarms");
    sb_json_int(w, (int64_t)c->false_alarms);
    sb_json_key(w, "false_per_node_day");
    sb_json_double(w, c->rate);
    sb_json_key(w, "false_per_node_day_at_most");
    sb_json_double(w, c->at_most);
    sb_json_close_map(w);
}

static void report_json(const struct tuner *t, const struct choice *choices, size_t n, size_t best,
                        double target, struct sb_run *run)
{
    struct sb_json_writer w;
    sb_json_writer_init(&w, run->out, 2);
    sb_json_open_map(&w);
    sb_json_key(&w, "schema");
    sb_json_text(&w, "srebox.heartbeat-tune/1");
    sb_json_key(&w, "nodes");
    sb_json_int(&w, (int64_t)t->nodes.len);
    sb_json_key(&w, "beats");
    sb_json_int(&w, (int64_t)t->beats);
    sb_json_key(&w, "node_days");
    sb_json_double(&w, t->node_days);
    sb_json_key(&w, "target");
    sb_json_double(&w, target);
    sb_json_key(&w, "proven");
    sb_json_bool(&w, choices[best].at_most <= target);
    sb_json_key(&w, "best");
    put_choice(&w, &choices[best]);
    sb_json_key(&w, "choices");
    sb_json_open_list(&w);
    for (size_t i = 0; i < n; i++)
        put_choice(&w, &choices[i]);
    sb_json_close_list(&w);
    sb_json_close_map(&w);
    sb_buf_putc(run->out, '\n');
}

static void report_csv(const struct choice *choices, size_t n, size_t best, struct sb_run *run)
{
    static const char *const titles[] = {"missed",
                                         "slack_s",
                                         "deadline_s",
                                         "false_alarms",
                                         "false_per_node_day",
                                         "false_per_node_day_at_most",
                                         "best"};
    struct sb_csv w;
    char cell[32];
    sb_csv_init(&w, run->out);
    for (size_t i = 0; i < SB_LEN(titles); i++)
        sb_csv_text(&w, titles[i]);
    sb_csv_end(&w);
    for (size_t i = 0; i < n; i++) {
        const struct choice *c = &choices[i];
        const double figures[] = {c->slack, c->deadline, (double)c->false_alarms, c->rate,
                                  c->at_most};
        sb_csv_int(&w, c->missed);
        for (size_t k = 0; k < SB_LEN(figures); k++) {
            snprintf(cell, sizeof cell, "%.6g", figures[k]);
            sb_csv_text(&w, cell);
        }
        sb_csv_text(&w, i == best ? "true" : "false");
        sb_csv_end(&w);
    }
}

static int read_target(const char *text, double *ret, struct sb_error *e)
{
    char *end = NULL;
    double value = strtod(text, &end);
    if (*text == '\0' || *end != '\0' || !(value >= 0 && value <= 1e6))
        return sb_fail(e, SB_EUSAGE, "--target must be a number of false alarms a node-day: \"%s\"",
                       text);
    *ret = value;
    return 0;
}

static int tune(struct tuner *t, struct sb_run *run, double target, struct sb_error *e)
{
    struct choice choices[MISSED_MOST];
    int r = heartbeat_trace_read(run->argv[0], take_line, t, e);
    if (r < 0)
        return r;
    sum_up(t);
    if (t->beats == 0 || t->node_days <= 0)
        return sb_fail(e, SB_EUNSURE, "%s: there is nothing to learn from: no node beats twice",
                       run->argv[0]);
    for (unsigned k = 1; k <= MISSED_MOST; k++)
        choose(t, k, target, &choices[k - 1]);
    size_t best = best_of(choices, MISSED_MOST);
    if (run->format == SB_FORMAT_JSON)
        report_json(t, choices, MISSED_MOST, best, target, run);
    else if (run->format == SB_FORMAT_CSV)
        report_csv(choices, MISSED_MOST, best, run);
    else
        report_text(t, choices, MISSED_MOST, best, target, run);
    return SB_EXIT_OK;
}

int heartbeat_tune_verb(struct sb_run *run, struct sb_error *e)
{
    const struct heartbeat_options *o = run->options;
    struct heartbeat_policy *policy = NULL;
    double target = 0;
    int r = read_target(o->target, &target, e);
    if (r == 0)
        r = heartbeat_one_policy(o, &policy, e);
    if (r < 0)
        return r;
    struct tuner t = {.policy = policy, .blip = o->blip};
    r = tune(&t, run, target, e);
    heartbeat_detector_free(t.d);
    sb_vec_done(&t.gaps);
    sb_vec_done(&t.nodes);
    heartbeat_policy_free(policy);
    return r;
}
