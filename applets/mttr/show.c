/* mttr show: one incident, its figures and its events. */
#include "applets/mttr/moment.h"
#include "applets/mttr/mttr.h"
#include "applets/mttr/story.h"
#include "core/base/utf8.h"
#include "core/ui/table.h"

static void figures(const struct mttr_story *s, struct sb_run *run)
{
    static const struct sb_table_column columns[] = {
        {NULL, false, 0}, {NULL, true, 0}, {NULL, false, 10}};
    struct mttr_measure m;
    struct sb_table t;
    sb_table_init(&t, columns, SB_LEN(columns));
    for (int k = 0; k < MTTR_METRIC_COUNT; k++) {
        struct sb_buf b SB_CLEANUP(sb_buf_done) = SB_BUF_INIT(256);
        if (!mttr_story_measure(s, (enum mttr_metric)k, &m))
            continue;
        sb_table_text(&t, mttr_metric_names[k]);
        mttr_story_figure(&b, &m);
        sb_table_text(&t, b.data);
        sb_buf_reset(&b);
        sb_buf_puts(&b, mttr_metric_definition(s->defs, (enum mttr_metric)k));
        if (m.what == MTTR_MEASURED && m.derived)
            sb_buf_printf(&b, ", here %s -> %s", sb_event_kind_name(m.from_kind),
                          sb_event_kind_name(m.to_kind));
        sb_table_text(&t, b.data);
    }
    sb_buf_printf(run->out, "\nTimes (%s)\n", mttr_defs_names[s->defs]);
    sb_table_print(&t, run->out, 2, (size_t)run->width);
    sb_table_done(&t);
}

static void who(struct sb_buf *b, const struct mttr_event *event)
{
    if (event->actor.len)
        sb_buf_put(b, event->actor.p, event->actor.len);
    if (!event->source.len || sb_str_is(event->source, "mttr"))
        return;
    sb_buf_puts(b, event->actor.len ? ", " : "");
    sb_buf_put(b, event->source.p, event->source.len);
}

static void events(const struct mttr_story *s, struct sb_run *run)
{
    static const struct sb_table_column columns[] = {
        {NULL, false, 0}, {NULL, true, 0}, {NULL, false, 0}, {NULL, false, 6}, {NULL, false, 10}};
    const struct mttr_incident *i = s->incident;
    struct sb_table t;
    sb_table_init(&t, columns, SB_LEN(columns));
    for (size_t k = 0; k < i->n_events; k++) {
        const struct mttr_event *event = &i->events[k];
        struct sb_buf b SB_CLEANUP(sb_buf_done) = SB_BUF_INIT(4096);
        mttr_moment_print(&b, s->zone, event->at);
        sb_table_text(&t, b.data);
        sb_buf_reset(&b);
        mttr_story_offset(&b, s, event->at);
        sb_table_text(&t, b.data);
        sb_buf_reset(&b);
        mttr_story_kind(&b, event->kind);
        sb_table_text(&t, b.data);
        sb_buf_reset(&b);
        who(&b, event);
        sb_table_cell(&t, (struct sb_str){b.data, b.len});
        sb_table_cell(&t, event->text);
    }
    sb_buf_puts(run->out, "\nEvents\n");
    sb_table_print(&t, run->out, 2, (size_t)run->width);
    sb_table_done(&t);
}

int mttr_show_verb(struct sb_run *run, struct sb_error *e)
{
    const struct mttr_options *o = run->options;
    struct mttr_incidents set;
    struct sb_zone *zone = NULL;
    size_t place;
    int code = mttr_zone(o->tz, &zone, e);
    if (!code && !(code = mttr_gather_one(o, run->argv[0], &set, &place, e))) {
        const struct mttr_story s = {&set.list.items[place], zone, sb_time_now(),
                                     (enum mttr_defs)o->defs};
        if (run->format == SB_FORMAT_JSON) {
            struct sb_json_writer w;
            sb_json_writer_init(&w, run->out, 2);
            sb_json_open_map(&w);
            sb_json_key(&w, "schema");
            sb_json_text(&w, "srebox.mttr/1");
            sb_json_key(&w, "incident");
            mttr_story_json(&w, &s, true);
            sb_json_close_map(&w);
            sb_buf_putc(run->out, '\n');
        } else {
            mttr_story_head(run->out, &s);
            figures(&s, run);
            events(&s, run);
        }
        mttr_incidents_done(&set);
    }
    sb_zone_free(zone);
    return code ? code : SB_EXIT_OK;
}
