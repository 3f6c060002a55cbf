/* `heartbeat replay`: a recorded trace through one or more policies, side by side. */
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

enum { POLICIES_MAX = 20 };

struct contest {
    struct heartbeat_policy *policies[POLICIES_MAX];
    struct heartbeat_replay *replays[POLICIES_MAX];
    const char *names[POLICIES_MAX];
    const struct heartbeat_replay_result *results[POLICIES_MAX];
    size_t n;
    int64_t began_wall;
};

static int add_policy(struct contest *c, const char *path, const struct heartbeat_options *o,
                      struct sb_error *e)
{
    const struct heartbeat_replay_options options = {.blip = o->blip, .keep_flips = true};
    if (c->n == POLICIES_MAX)
        return sb_fail(e, SB_EUSAGE, "more than %d policies", POLICIES_MAX);
    int r = heartbeat_policy_load(path, &c->policies[c->n], e);
    if (r < 0)
        return r;
    c->names[c->n] = path ? path : "built-in";
    c->replays[c->n] = heartbeat_replay_new(c->policies[c->n], &options);
    c->n++;
    return 0;
}

static void contest_done(struct contest *c)
{
    for (size_t i = 0; i < c->n; i++) {
        heartbeat_replay_free(c->replays[i]);
        heartbeat_policy_free(c->policies[i]);
    }
}

static int take_line(void *ctx, const struct heartbeat_trace_line *line, int64_t began_wall,
                     struct sb_error *e)
{
    struct contest *c = ctx;
    (void)e;
    c->began_wall = began_wall;
    for (size_t i = 0; i < c->n; i++)
        heartbeat_replay_line(c->replays[i], line, began_wall);
    return 0;
}

/* ---- reports ---- */

static double per_node_day(const struct heartbeat_replay_result *r, double count)
{
    return count / r->node_days; /* of none: not a number, or infinite */
}

static void print_figure(char *cell, size_t size, double value)
{
    if (!isfinite(value))
        snprintf(cell, size, "-");
    else
        snprintf(cell, size, "%.3g", value);
}

static void add_row(struct sb_table *t, const struct contest *c, size_t i)
{
    const struct heartbeat_replay_result *r = c->results[i];
    const double *s = r->detection.items;
    const double figures[] = {
        per_node_day(r, (double)r->false_alarms),
        per_node_day(r, heartbeat_poisson_upper(r->false_alarms)),
        heartbeat_quantile(s, r->detection.len, 0.5),
        heartbeat_quantile(s, r->detection.len, 0.99),
    };
    char cell[32];
    sb_table_text(t, c->names[i]);
    sb_table_int(t, (int64_t)r->alarms);
    sb_table_int(t, (int64_t)r->false_alarms);
    for (size_t k = 0; k < SB_LEN(figures); k++) {
        print_figure(cell, sizeof cell, figures[k]);
        sb_table_text(t, cell);
    }
    sb_table_int(t, (int64_t)r->unnoticed);
    sb_table_int(t, (int64_t)r->masses);
    sb_table_int(t, (int64_t)r->alerts);
}

static void print_flips(const struct contest *c, size_t i, struct sb_run *run)
{
    static const struct sb_table_column columns[] = {
        {.title = "TIME"}, {.title = "NODE"}, {.title = "WHAT"}};
    const struct heartbeat_replay_result *r = c->results[i];
    struct sb_table t;
    struct sb_buf at = SB_BUF_INIT(64);
    sb_buf_printf(run->out, "\n%s:\n", c->names[i]);
    sb_table_init(&t, columns, SB_LEN(columns));
    for (size_t k = 0; k < r->flips.len; k++) {
        const struct heartbeat_flip *f = &r->flips.items[k];
        sb_buf_reset(&at);
        sb_time_print(&at, f->at_wall / SB_NS_PER_S * SB_NS_PER_S);
        sb_table_text(&t, at.data);
        sb_table_cell(&t, (struct sb_str){f->id, f->id_len});
        sb_table_text(&t, f->text);
    }
    sb_table_print(&t, run->out, 2, (size_t)run->width);
    sb_table_done(&t);
    sb_buf_done(&at);
}

static void report_text(const struct contest *c, struct sb_run *run, bool flips)
{
    static const struct sb_table_column columns[] = {
        {.title = "POLICY", .min = 8},       {.title = "ALARMS", .right = true},
        {.title = "FALSE", .right = true},   {.title = "A NODE-DAY", .right = true},
        {.title = "AT MOST", .right = true}, {.title = "FOUND IN", .right = true},
        {.title = "P99", .right = true},     {.title = "MISSED", .right = true},
        {.title = "MASS", .right = true},    {.title = "CALLS", .right = true},
    };
    const struct heartbeat_replay_result *r = c->results[0];
    struct sb_table t;
    sb_buf_printf(run->out, "%u nodes, %llu beats, %.3g node-days\n\n", r->nodes,
                  (unsigned long long)r->beats, r->node_days);
    sb_table_init(&t, columns, SB_LEN(columns));
    for (size_t i = 0; i < c->n; i++)
        add_row(&t, c, i);
    sb_table_print(&t, run->out, 0, (size_t)run->width);
    sb_table_done(&t);
    sb_buf_puts(run->out,
                "\nFALSE: not dead, heard again soon and not restarted. AT MOST: with 95 % "
                "confidence.\nFOUND IN: seconds from the last beat, median and p99.\n");
    for (size_t i = 0; flips && i < c->n; i++)
        print_flips(c, i, run);
}

static void put_result(struct sb_json_writer *w, const struct heartbeat_replay_result *r)
{
    const struct {
        const char *key;
        uint64_t value;
    } counts[] = {
        {"alarms", r->alarms},    {"false_alarms", r->false_alarms}, {"told", r->told},
        {"missed", r->unnoticed}, {"mass_silences", r->masses},      {"alerts", r->alerts},
    };
    const struct {
        const char *key;
        double value;
    } figures[] = {
        {"false_per_node_day", per_node_day(r, (double)r->false_alarms)},
        {"false_per_node_day_at_most", per_node_day(r, heartbeat_poisson_upper(r->false_alarms))},
        {"detection_s_p50", heartbeat_quantile(r->detection.items, r->detection.len, 0.5)},
        {"detection_s_p99", heartbeat_quantile(r->detection.items, r->detection.len, 0.99)},
        {"detection_s_max", heartbeat_quantile(r->detection.items, r->detection.len, 1)},
    };
    for (size_t i = 0; i < SB_LEN(counts); i++) {
        sb_json_key(w, counts[i].key);
        sb_json_int(w, (int64_t)counts[i].value);
    }
    for (size_t i = 0; i < SB_LEN(figures); i++) {
        sb_json_key(w, figures[i].key);
        sb_json_double(w, figures[i].value);
    }
}

static void put_flip(struct sb_json_writer *w, const struct heartbeat_flip *f)
{
    struct sb_buf at = SB_BUF_INIT(64);
    sb_time_print(&at, f->at_wall);
    sb_json_open_map(w);
    sb_json_key(w, "at");
    sb_json_text(w, at.data);
    sb_json_key(w, "what");
    sb_json_text(w, heartbeat_what_names[f->what]);
    if (f->id_len) {
        sb_json_key(w, "id");
        sb_json_str(w, (struct sb_str){f->id, f->id_len});
        sb_json_key(w, "from");
        sb_json_text(w, heartbeat_state_names[f->from]);
        sb_json_key(w, "to");
        sb_json_text(w, heartbeat_state_names[f->to]);
    }
    sb_json_key(w, "alert");
    sb_json_bool(w, f->alert);
    sb_json_key(w, "text");
    sb_json_text(w, f->text);
    sb_json_close_map(w);
    sb_buf_done(&at);
}

static void report_json(const struct contest *c, struct sb_run *run, bool flips)
{
    const struct heartbeat_replay_result *first = c->results[0];
    struct sb_json_writer w;
    sb_json_writer_init(&w, run->out, 2);
    sb_json_open_map(&w);
    sb_json_key(&w, "schema");
    sb_json_text(&w, "srebox.heartbeat-replay/1");
    sb_json_key(&w, "nodes");
    sb_json_int(&w, first->nodes);
    sb_json_key(&w, "beats");
    sb_json_int(&w, (int64_t)first->beats);
    sb_json_key(&w, "node_days");
    sb_json_double(&w, first->node_days);
    sb_json_key(&w, "policies");
    sb_json_open_list(&w);
    for (size_t i = 0; i < c->n; i++) {
        sb_json_open_map(&w);
        sb_json_key(&w, "policy");
        sb_json_text(&w, c->names[i]);
        put_result(&w, c->results[i]);
        sb_json_key(&w, "flips");
        sb_json_open_list(&w);
        for (size_t k = 0; flips && k < c->results[i]->flips.len; k++)
            put_flip(&w, &c->results[i]->flips.items[k]);
        sb_json_close_list(&w);
        sb_json_close_map(&w);
    }
    sb_json_close_list(&w);
    sb_json_close_map(&w);
    sb_buf_putc(run->out, '\n');
}

static void report_csv(const struct contest *c, struct sb_run *run)
{
    static const char *const titles[] = {
        "policy",          "node_days",       "alarms", "false_alarms",  "false_per_node_day",
        "detection_s_p50", "detection_s_p99", "missed", "mass_silences", "alerts"};
    struct sb_csv w;
    sb_csv_init(&w, run->out);
    for (size_t i = 0; i < SB_LEN(titles); i++)
        sb_csv_text(&w, titles[i]);
    sb_csv_end(&w);
    for (size_t i = 0; i < c->n; i++) {
        const struct heartbeat_replay_result *r = c->results[i];
        char cell[32];
        sb_csv_text(&w, c->names[i]);
        print_figure(cell, sizeof cell, r->node_days);
        sb_csv_text(&w, cell);
        sb_csv_int(&w, (int64_t)r->alarms);
        sb_csv_int(&w, (int64_t)r->false_alarms);
        print_figure(cell, sizeof cell, per_node_day(r, (double)r->false_alarms));
        sb_csv_text(&w, cell);
        print_figure(cell, sizeof cell,
                     heartbeat_quantile(r->detection.items, r->detection.len, 0.5));
        sb_csv_text(&w, cell);
        print_figure(cell, sizeof cell,
                     heartbeat_quantile(r->detection.items, r->detection.len, 0.99));
        sb_csv_text(&w, cell);
        sb_csv_int(&w, (int64_t)r->unnoticed);
        sb_csv_int(&w, (int64_t)r->masses);
        sb_csv_int(&w, (int64_t)r->alerts);
        sb_csv_end(&w);
    }
}

int heartbeat_replay_verb(struct sb_run *run, struct sb_error *e)
{
    const struct heartbeat_options *o = run->options;
    struct contest c = {.n = 0};
    int r = o->policy.len ? 0 : add_policy(&c, NULL, o, e);
    for (size_t i = 0; r == 0 && i < o->policy.len; i++)
        r = add_policy(&c, o->policy.items[i], o, e);
    if (r == 0)
        r = heartbeat_trace_read(run->argv[0], take_line, &c, e);
    for (size_t i = 0; r == 0 && i < c.n; i++)
        c.results[i] = heartbeat_replay_end(c.replays[i]);
    if (r == 0 && run->format == SB_FORMAT_JSON)
        report_json(&c, run, o->flips);
    else if (r == 0 && run->format == SB_FORMAT_CSV)
        report_csv(&c, run);
    else if (r == 0)
        report_text(&c, run, o->flips);
    contest_done(&c);
    return r < 0 ? r : SB_EXIT_OK;
}
