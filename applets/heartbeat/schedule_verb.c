/* `heartbeat schedule`: when a cron expression or calendar event comes next, by both clocks, and what
 * recorded pings say about its time zone. */
#include "applets/heartbeat/heartbeat.h"
#include "applets/heartbeat/schedule.h"
#include "core/base/mem.h"
#include "core/doc/json_write.h"
#include "core/ui/csv.h"
#include "core/ui/table.h"

struct forecast {
    struct heartbeat_schedule *schedule;
    SB_VEC(int64_t) times, pings;
    struct heartbeat_diagnosis diagnosis;
    struct sb_buf advice; /* what the diagnosis comes to; empty: it fits */
};

static int parse_time(const char *text, const char *option, int64_t *ret, struct sb_error *e)
{
    return sb_time_parse(sb_str(text), ret, e) < 0 ? sb_wrap(e, "--%s", option) : 0;
}

static int load(const struct sb_run *run, struct forecast *f, struct sb_error *e)
{
    const struct heartbeat_options *o = run->options;
    struct sb_str text = sb_str(run->argv[0]);
    struct heartbeat_schedule_spec spec = {.kind = heartbeat_schedule_kind_of(text),
                                           .text = text,
                                           .zone = sb_str(o->time_zone),
                                           .grace = o->grace};
    int rc = heartbeat_schedule_new(&spec, &f->schedule, e);
    for (size_t i = 0; rc == 0 && i < o->pinged.len; i++) {
        int64_t at;
        rc = parse_time(o->pinged.items[i], "pinged", &at, e);
        if (rc == 0 && f->pings.len > 0 && at < f->pings.items[f->pings.len - 1])
            rc = sb_fail(e, SB_EUSAGE, "--pinged: the oldest must come first");
        if (rc == 0)
            sb_vec_push(&f->pings, at);
    }
    return rc;
}

static int look_ahead(const struct sb_run *run, struct forecast *f, struct sb_error *e)
{
    const struct heartbeat_options *o = run->options;
    int64_t at = sb_time_now();
    int rc = o->after ? parse_time(o->after, "after", &at, e) : 0;
    if (rc < 0)
        return rc;
    for (int64_t i = 0; i < o->next && heartbeat_schedule_next(f->schedule, at, &at); i++)
        sb_vec_push(&f->times, at);
    heartbeat_schedule_diagnose(f->schedule, f->pings.items, f->pings.len, &f->diagnosis);
    heartbeat_diagnosis_print(f->schedule, &f->diagnosis, &f->advice);
    return 0;
}

/* Three texts of a time: expected, by the schedule's clock, and when it would be down. */
struct texts {
    struct sb_buf expected, local, down;
};

static void print_time(const struct forecast *f, int64_t at, struct texts *t)
{
    sb_buf_reset(&t->expected);
    sb_buf_reset(&t->local);
    sb_buf_reset(&t->down);
    sb_time_print(&t->expected, at);
    sb_zone_print(heartbeat_schedule_zone(f->schedule), at, &t->local);
    int64_t grace = heartbeat_schedule_grace(f->schedule);
    sb_time_print(&t->down, SB_MIN(at, INT64_MAX - grace) + grace);
}

static void texts_done(struct texts *t)
{
    sb_buf_done(&t->expected);
    sb_buf_done(&t->local);
    sb_buf_done(&t->down);
}

static void report_text(struct sb_run *run, const struct forecast *f, struct texts *t)
{
    static const struct sb_table_column columns[] = {
        {.title = "LOCAL"}, {.title = "EXPECTED"}, {.title = "DOWN AFTER"}};
    struct sb_table table;
    sb_table_init(&table, columns, SB_LEN(columns));
    for (size_t i = 0; i < f->times.len; i++) {
        print_time(f, f->times.items[i], t);
        sb_table_text(&table, t->local.data);
        sb_table_text(&table, t->expected.data);
        sb_table_text(&table, t->down.data);
    }
    if (f->times.len > 0)
        sb_table_print(&table, run->out, 0, (size_t)run->width);
    else
        sb_buf_puts(run->out, "never any more\n");
    sb_table_done(&table);
    if (f->advice.len > 0)
        sb_buf_printf(run->out, "\n%s\n", f->advice.data);
}

static void report_csv(struct sb_run *run, const struct forecast *f, struct texts *t)
{
    struct sb_csv csv;
    sb_csv_init(&csv, run->out);
    sb_csv_text(&csv, "local");
    sb_csv_text(&csv, "expected");
    sb_csv_text(&csv, "down_after");
    sb_csv_end(&csv);
    for (size_t i = 0; i < f->times.len; i++) {
        print_time(f, f->times.items[i], t);
        sb_csv_text(&csv, t->local.data);
        sb_csv_text(&csv, t->expected.data);
        sb_csv_text(&csv, t->down.data);
        sb_csv_end(&csv);
    }
}

static void put_text(struct sb_json_writer *w, const char *key, const char *text)
{
    sb_json_key(w, key);
    sb_json_text(w, text);
}

static void put_diagnosis(struct sb_json_writer *w, const struct forecast *f)
{
    static const char *const fits[] = {"fits", "early", "wrong-zone"};
    const struct heartbeat_diagnosis *d = &f->diagnosis;
    sb_json_key(w, "pings");
    sb_json_open_map(w);
    put_text(w, "fit", fits[d->fit]);
    if (d->fit != HEARTBEAT_FITS) {
        sb_json_key(w, "early_s");
        sb_json_int(w, d->early / SB_NS_PER_S);
        put_text(w, "text", f->advice.data);
    }
    if (d->fit == HEARTBEAT_WRONG_ZONE) {
        sb_json_key(w, "seems_offset_s");
        sb_json_int(w, d->seems_s);
    }
    sb_json_close_map(w);
}

static void report_json(struct sb_run *run, const struct forecast *f, struct texts *t)
{
    struct sb_json_writer w;
    bool cron = heartbeat_schedule_kind(f->schedule) == HEARTBEAT_CRON;
    sb_json_writer_init(&w, run->out, 2);
    sb_json_open_map(&w);
    put_text(&w, "schema", "srebox.heartbeat-schedule/1");
    put_text(&w, "schedule", run->argv[0]);
    put_text(&w, "notation", cron ? "cron" : "calendar");
    put_text(&w, "time_zone", sb_zone_name(heartbeat_schedule_zone(f->schedule)));
    sb_json_key(&w, "times");
    sb_json_open_list(&w);
    for (size_t i = 0; i < f->times.len; i++) {
        print_time(f, f->times.items[i], t);
        sb_json_open_map(&w);
        put_text(&w, "local", t->local.data);
        put_text(&w, "expected", t->expected.data);
        put_text(&w, "down_after", t->down.data);
        sb_json_close_map(&w);
    }
    sb_json_close_list(&w);
    if (f->pings.len > 0)
        put_diagnosis(&w, f);
    sb_json_close_map(&w);
    sb_buf_putc(run->out, '\n');
}

int heartbeat_schedule_verb(struct sb_run *run, struct sb_error *e)
{
    enum { TIME_MAX = 64, ADVICE_MAX = 1000 };
    struct forecast f = {.advice = SB_BUF_INIT(ADVICE_MAX)};
    struct texts t = {SB_BUF_INIT(TIME_MAX), SB_BUF_INIT(TIME_MAX), SB_BUF_INIT(TIME_MAX)};
    int rc = load(run, &f, e);
    if (rc == 0)
        rc = look_ahead(run, &f, e);
    if (rc == 0 && run->format == SB_FORMAT_JSON)
        report_json(run, &f, &t);
    else if (rc == 0 && run->format == SB_FORMAT_CSV)
        report_csv(run, &f, &t);
    else if (rc == 0)
        report_text(run, &f, &t);
    if (rc == 0)
        rc = f.diagnosis.fit == HEARTBEAT_FITS ? SB_EXIT_OK : SB_EXIT_FOUND;
    texts_done(&t);
    sb_buf_done(&f.advice);
    sb_vec_done(&f.times);
    sb_vec_done(&f.pings);
    heartbeat_schedule_free(f.schedule);
    return rc;
}
