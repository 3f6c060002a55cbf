/* mttr simulate: what a cut would look like in the user's own figures, and what none would. */
#include "applets/mttr/simulation.h"

#include "applets/mttr/durations.h"
#include "applets/mttr/mttr.h"
#include "applets/mttr/prose.h"
#include "applets/mttr/report.h"
#include "core/ui/table.h"

#include <inttypes.h>
#include <math.h>

static void put_share(struct sb_table *t, double share)
{
    struct sb_buf b = SB_BUF_INIT(64);
    sb_buf_printf(&b, "%.1f %%", share * 100);
    sb_table_text(t, b.data);
    sb_buf_done(&b);
}

static void put_range(struct sb_table *t, const struct mttr_outcome *o)
{
    struct sb_buf b = SB_BUF_INIT(64);
    sb_buf_printf(&b, "%+.0f %% to %+.0f %%", o->low * 100, o->high * 100);
    sb_table_text(t, b.data);
    sb_buf_done(&b);
}

static void put_table(const struct mttr_simulated *s, const char *cut, struct sb_buf *out,
                      int width)
{
    static const struct sb_table_column columns[] = {
        {"", false, 0}, {"mean", true, 0}, {"median", true, 0}};
    struct sb_table t;
    struct sb_buf row = SB_BUF_INIT(200);
    sb_table_init(&t, columns, SB_LEN(columns));
    sb_buf_printf(&row, "a real cut of %s, and the figure rises", cut);
    sb_table_text(&t, row.data);
    put_share(&t, s->mean.worse);
    put_share(&t, s->median.worse);
    sb_table_text(&t, "a real cut, and the figure shows half of it or more");
    put_share(&t, s->mean.half);
    put_share(&t, s->median.half);
    sb_buf_reset(&row);
    sb_buf_printf(&row, "no change, and the figure falls by %s or more", cut);
    sb_table_text(&t, row.data);
    put_share(&t, s->mean.phantom);
    put_share(&t, s->median.phantom);
    sb_table_text(&t, "no change: 9 of 10 times it moves by");
    put_range(&t, &s->mean);
    put_range(&t, &s->median);
    sb_table_print(&t, out, 0, (size_t)width);
    sb_table_done(&t);
    sb_buf_done(&row);
}

static void print_text(const struct sb_run *run, const struct mttr_durations *d,
                       const struct mttr_simulation *s, const struct mttr_simulated *got)
{
    struct sb_buf cut = SB_BUF_INIT(32);
    sb_buf_printf(&cut, "%g %%", s->cut * 100);
    mttr_durations_say(d, run->width, run->out);
    mttr_say(run->out, 0, run->width,
             "With %zu such incidents before and %zu after, the mean of %.0f of 100 teams that "
             "really cut every incident by %s would have risen. And without any change, it would "
             "have fallen by %s or more for %.0f of 100.",
             s->arm, s->arm, got->mean.worse * 100, cut.data, cut.data, got->mean.phantom * 100);
    sb_buf_putc(run->out, '\n');
    put_table(got, cut.data, run->out, run->width);
    sb_buf_putc(run->out, '\n');
    mttr_say(run->out, 0, run->width,
             "%" PRIu64 " draws of %zu and %zu out of these %zu incidents, with replacement (S. "
             "Davidovic, 2021), seed %" PRIu64 ". srebox mttr power says how many incidents it "
             "takes.",
             s->draws, s->arm, s->arm, s->n, s->seed);
    sb_buf_done(&cut);
}

static void put_outcome(struct sb_json_writer *w, const char *key, const struct mttr_outcome *o)
{
    sb_json_key(w, key);
    sb_json_open_map(w);
    mttr_json_number(w, "cut_looks_worse", o->worse);
    mttr_json_number(w, "cut_shows_half", o->half);
    mttr_json_number(w, "nothing_looks_like_cut", o->phantom);
    sb_json_key(w, "nothing_moves_90");
    sb_json_open_list(w);
    sb_json_double(w, o->low);
    sb_json_double(w, o->high);
    sb_json_close_list(w);
    sb_json_close_map(w);
}

static void print_json(const struct sb_run *run, const struct mttr_durations *d,
                       const struct mttr_simulation *s, const struct mttr_simulated *got)
{
    struct sb_json_writer w;
    mttr_json_begin(&w, run->out, "simulate");
    mttr_durations_json(d, &w);
    mttr_json_number(&w, "cut", s->cut);
    mttr_json_count(&w, "arm", s->arm);
    mttr_json_count(&w, "draws", s->draws);
    mttr_json_count(&w, "seed", s->seed);
    put_outcome(&w, "mean", &got->mean);
    put_outcome(&w, "median", &got->median);
    mttr_json_end(&w);
}

static int simulate(const struct sb_run *run, const struct mttr_options *o,
                    const struct mttr_durations *d, struct sb_error *e)
{
    struct mttr_simulation s = {.seconds = d->sample.seconds,
                                .n = d->sample.n,
                                .arm = o->arm ? (size_t)o->arm : SB_MAX(d->sample.n / 2, 1),
                                .draws = (uint64_t)o->draws,
                                .seed = (uint64_t)o->seed};
    struct mttr_simulated got;
    int code = mttr_cut_read(o->cut ? o->cut : "10%", &s.cut, e);
    if (code)
        return code;
    mttr_simulate(&s, &got);
    if (run->format == SB_FORMAT_JSON)
        print_json(run, d, &s, &got);
    else
        print_text(run, d, &s, &got);
    return SB_EXIT_OK;
}

int mttr_simulate_verb(struct sb_run *run, struct sb_error *e)
{
    struct mttr_durations d;
    int code = mttr_durations_take(run->options, &d, e);
    if (!code)
        code = simulate(run, run->options, &d, e);
    mttr_durations_done(&d);
    return code;
}
