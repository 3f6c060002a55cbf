/* Replaying a trace through a policy. See replay.h. */
#include "applets/heartbeat/replay.h"

#include "core/base/mem.h"
#include "core/sort/sort.h"

#include <math.h>
#include <stdlib.h>

enum { FLIPS_MAX = 100000 };

/* What is known of a node besides its record. */
struct track {
    int64_t first, last; /* ns since began; -1 = never */
    int64_t gone;        /* said goodbye; -1 = no */
    int64_t alarm;       /* the open alarm's flip; -1 = none */
    int64_t silent_from; /* its last beat before that */
    int64_t dead;        /* marked dead since; -1 = no */
    uint16_t restarts;   /* at the alarm */
    bool marked, noticed;
};

struct heartbeat_replay {
    struct heartbeat_detector *d;
    struct heartbeat_replay_options options;
    const struct heartbeat_policy *policy;
    int64_t now, began_wall, next; /* now: ns since began */
    SB_VEC(struct track) tracks;   /* by index of the registry */
    struct heartbeat_replay_result result;
};

static struct track *track_of(struct heartbeat_replay *r, uint32_t index)
{
    static const struct track none = {-1, -1, -1, -1, -1, -1, 0, false, false};
    while (r->tracks.len <= index)
        sb_vec_push(&r->tracks, none);
    return &r->tracks.items[index];
}

static struct heartbeat_now clocks(const struct heartbeat_replay *r)
{
    return (struct heartbeat_now){.mono = HEARTBEAT_TRACE_MONO + r->now,
                                  .wall = r->began_wall + r->now};
}

/* ---- alarms ---- */

static void close_alarm(struct heartbeat_replay *r, struct track *t, bool is_false)
{
    int64_t from = t->dead >= 0 ? t->dead : t->silent_from;
    if (is_false)
        r->result.false_alarms++;
    else
        sb_vec_push(&r->result.detection, (double)(t->alarm - from) / 1e9);
    t->alarm = -1;
}

static void open_alarm(struct heartbeat_replay *r, const struct heartbeat_flip *flip)
{
    const struct heartbeat_node *n = heartbeat_registry_find(
        heartbeat_detector_nodes(r->d), (struct sb_str){flip->id, flip->id_len});
    struct track *t = track_of(r, n->index);
    r->result.alarms++;
    t->alarm = r->now;
    t->silent_from = t->last >= 0 ? t->last : 0;
    t->restarts = n->restarts;
    t->noticed = true;
    if (t->marked)
        close_alarm(r, t, t->dead < 0);
}

static void take_flip(void *ctx, const struct heartbeat_flip *flip)
{
    struct heartbeat_replay *r = ctx;
    enum heartbeat_rule rule = flip->evidence.rule;
    bool down = flip->what == HEARTBEAT_FLIP_NODE && flip->to == HEARTBEAT_DOWN;
    if (down && (rule == HEARTBEAT_RULE_TOLD))
        r->result.told++;
    else if (down)
        open_alarm(r, flip);
    r->result.masses += flip->what == HEARTBEAT_FLIP_MASS_BEGIN;
    r->result.alerts += flip->alert && (down || flip->what != HEARTBEAT_FLIP_NODE) &&
                        flip->what != HEARTBEAT_FLIP_MASS_END;
    bool minor = flip->what == HEARTBEAT_FLIP_NODE && !down &&
                 (flip->to == HEARTBEAT_LATE || flip->from == HEARTBEAT_LATE ||
                  flip->from == HEARTBEAT_UNKNOWN_STATE);
    if (r->options.keep_flips && !minor && r->result.flips.len < FLIPS_MAX)
        sb_vec_push(&r->result.flips, *flip);
}

/* ---- lines ---- */

struct heartbeat_replay *heartbeat_replay_new(const struct heartbeat_policy *policy,
                                              const struct heartbeat_replay_options *options)
{
    struct heartbeat_replay *r = sb_xcalloc(1, sizeof *r);
    r->options = *options;
    r->policy = policy;
    return r;
}

/* The policy's own nodes are not the trace's: whoever is not heard in it cannot be judged. */
static void begin(struct heartbeat_replay *r, int64_t began_wall)
{
    const struct heartbeat_detector_options options = {.max_nodes = 4000000};
    r->began_wall = began_wall;
    struct heartbeat_now now = clocks(r);
    r->d = heartbeat_detector_new(r->policy, &options, (struct heartbeat_listener){take_flip, r},
                                  &now);
    r->next = now.mono;
}

static void pass_time(struct heartbeat_replay *r, int64_t to)
{
    while (r->next <= HEARTBEAT_TRACE_MONO + to) {
        r->now = SB_MAX(r->now, r->next - HEARTBEAT_TRACE_MONO);
        struct heartbeat_now now = clocks(r);
        r->next = heartbeat_detector_tick(r->d, &now, 0);
    }
    r->now = to;
}

static void mark(struct heartbeat_replay *r, const struct heartbeat_trace_line *line)
{
    const struct heartbeat_node *n =
        heartbeat_registry_find(heartbeat_detector_nodes(r->d), line->beat.id);
    if (!n)
        return;
    struct track *t = track_of(r, n->index);
    if (!line->dead && t->dead >= 0 && !t->noticed)
        r->result.unnoticed++;
    t->marked = true;
    t->noticed = n->state == HEARTBEAT_DOWN;
    t->dead = line->dead ? line->at : -1;
}

static void beat(struct heartbeat_replay *r, const struct heartbeat_beat *b, int64_t at)
{
    enum heartbeat_verdict v = heartbeat_detector_beat(r->d, b);
    r->next = HEARTBEAT_TRACE_MONO + at; /* it may be due earlier than it was */
    if (v != HEARTBEAT_TAKEN && v != HEARTBEAT_CREATED)
        return;
    const struct heartbeat_node *n = heartbeat_registry_find(heartbeat_detector_nodes(r->d), b->id);
    struct track *t = track_of(r, n->index);
    r->result.beats++;
    if (t->alarm >= 0)
        close_alarm(r, t, n->restarts == t->restarts && at - t->silent_from <= r->options.blip);
    if (t->first < 0)
        t->first = at;
    t->last = at;
    t->gone = b->kind == HEARTBEAT_LEAVE ? at : -1;
}

void heartbeat_replay_line(struct heartbeat_replay *r, const struct heartbeat_trace_line *line,
                           int64_t began_wall)
{
    if (!r->d)
        begin(r, began_wall);
    bool stopped = line->what == HEARTBEAT_TRACE_FRESH && line->fresh == HEARTBEAT_FRESH_STOPPED;
    if (stopped && line->lost > 0) /* in that time nobody was judged */
        pass_time(r, SB_MAX(r->now, line->at - line->lost));
    else
        pass_time(r, line->at);
    r->now = line->at;
    struct heartbeat_now now = clocks(r);
    switch (line->what) {
    case HEARTBEAT_TRACE_BEAT: beat(r, &line->beat, line->at); break;
    case HEARTBEAT_TRACE_FRESH:
        heartbeat_detector_fresh(r->d, &now, line->fresh, line->lost);
        r->next = now.mono;
        break;
    case HEARTBEAT_TRACE_MARK: mark(r, line); break;
    default: break;
    }
}

static int compare_doubles(const void *a, const void *b, void *ctx, int *fail)
{
    double x = *(const double *)a, y = *(const double *)b;
    (void)ctx;
    (void)fail;
    return (x > y) - (x < y);
}

void heartbeat_sort_doubles(double *values, size_t n)
{
    sb_sort(values, n, sizeof *values, compare_doubles, NULL, NULL);
}

const struct heartbeat_replay_result *heartbeat_replay_end(struct heartbeat_replay *r)
{
    struct heartbeat_replay_result *res = &r->result;
    if (r->d)
        pass_time(r, r->now); /* what is due at the last moment */
    for (size_t i = 0; i < r->tracks.len; i++) {
        struct track *t = &r->tracks.items[i];
        if (t->alarm >= 0)
            close_alarm(r, t, false);
        res->unnoticed += t->dead >= 0 && !t->noticed;
        res->nodes += t->first >= 0;
        if (t->first >= 0)
            res->node_days += (double)((t->gone >= 0 ? t->gone : r->now) - t->first) / 86400e9;
    }
    heartbeat_sort_doubles(res->detection.items, res->detection.len);
    return res;
}

void heartbeat_replay_free(struct heartbeat_replay *r)
{
    if (!r)
        return;
    heartbeat_detector_free(r->d);
    sb_vec_done(&r->tracks);
    sb_vec_done(&r->result.detection);
    sb_vec_done(&r->result.flips);
    free(r);
}

/* ---- figures ---- */

double heartbeat_quantile(const double *sorted, size_t n, double q)
{
    if (n == 0)
        return (double)NAN;
    size_t rank = (size_t)ceil(q * (double)n);
    return sorted[rank ? rank - 1 : 0];
}

/* P(X <= n) of a Poisson distribution with that mean, summed from its largest term down. */
static double poisson_below(uint64_t n, double mean)
{
    double sum = 0, term = exp((double)n * log(mean) - mean - lgamma((double)n + 1));
    for (uint64_t i = n; term > 0 && (double)i > (double)n - 20 * sqrt((double)n + 1) - 20; i--) {
        sum += term;
        if (i == 0)
            break;
        term *= (double)i / mean;
    }
    return sum;
}

double heartbeat_poisson_upper(uint64_t n)
{
    double low = (double)n, high = (double)n + 10 + 5 * sqrt((double)n + 1);
    for (int i = 0; i < 60; i++) {
        double middle = (low + high) / 2;
        if (middle > 0 && poisson_below(n, middle) < 0.05)
            high = middle;
        else
            low = middle;
    }
    return high;
}
