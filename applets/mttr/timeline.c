/* mttr timeline: as text, and as Markdown with the headings that a post-mortem has. */
#include "applets/mttr/timeline.h"

#include "applets/mttr/moment.h"
#include "applets/mttr/mttr.h"
#include "core/base/utf8.h"
#include "core/ui/text.h"

static bool is_elsewhere(struct sb_str source)
{
    return source.len && !sb_str_is(source, "mttr");
}

/* ---- text ---- */

#define MARGIN "                    " /* of what was said, beneath its event */

void mttr_timeline_text(struct sb_buf *b, const struct mttr_story *s)
{
    mttr_story_head(b, s);
    for (size_t k = 0; k < s->incident->n_events; k++) {
        const struct mttr_event *event = &s->incident->events[k];
        struct sb_buf offset SB_CLEANUP(sb_buf_done) = SB_BUF_INIT(64);
        struct sb_buf day SB_CLEANUP(sb_buf_done) = SB_BUF_INIT(64);
        if (mttr_story_new_day(s, k, &day))
            sb_buf_printf(b, "\n%s\n", day.data);
        sb_buf_puts(b, "  ");
        mttr_story_clock(b, s, event->at);
        mttr_story_offset(&offset, s, event->at);
        sb_buf_printf(b, "%9s ", offset.data);
        mttr_story_kind(b, event->kind);
        if (event->actor.len) {
            sb_buf_puts(b, " by ");
            sb_escape_name(b, event->actor);
        }
        if (is_elsewhere(event->source)) {
            sb_buf_puts(b, " (");
            sb_escape(b, event->source);
            sb_buf_putc(b, ')');
        }
        sb_buf_putc(b, '\n');
        if (!event->text.len)
            continue;
        sb_buf_puts(b, MARGIN);
        mttr_story_lines(b, event->text, sb_escape, "\n" MARGIN);
        sb_buf_putc(b, '\n');
    }
}

/* ---- Markdown ---- */

static void markdown_fact(struct sb_buf *b, const char *name, struct sb_str value)
{
    if (!value.len)
        return;
    sb_buf_printf(b, "| %s | ", name);
    sb_escape_markdown(b, value);
    sb_buf_puts(b, " |\n");
}

/* The same of our own words. */
static void markdown_figure(struct sb_buf *b, const char *name, const struct sb_buf *words)
{
    if (words->len)
        sb_buf_printf(b, "| %s | %s |\n", name, words->data);
}

static void markdown_facts(struct sb_buf *b, const struct mttr_story *s)
{
    const struct mttr_incident *i = s->incident;
    struct sb_buf line SB_CLEANUP(sb_buf_done) = SB_BUF_INIT(1024);
    struct mttr_measure m;
    sb_buf_puts(b, "| | |\n|---|---|\n");
    markdown_fact(b, "Incident", i->id);
    markdown_fact(b, "Service", i->service);
    markdown_fact(b, "Severity", i->severity);
    markdown_fact(b, "Team", i->team);
    markdown_fact(b, "More", i->url);
    mttr_story_state(&line, s);
    markdown_figure(b, "State", &line);
    sb_buf_reset(&line);
    mttr_story_impact(&line, s);
    markdown_figure(b, "Impact", &line);
    for (int k = 0; k < MTTR_METRIC_COUNT; k++) {
        if (!mttr_story_measure(s, (enum mttr_metric)k, &m))
            continue;
        sb_buf_reset(&line);
        mttr_story_figure(&line, &m);
        sb_buf_printf(&line, " (%s)", mttr_metric_definition(s->defs, (enum mttr_metric)k));
        markdown_figure(b, mttr_metric_names[k], &line);
    }
}

static void markdown_event(struct sb_buf *b, const struct mttr_story *s,
                           const struct mttr_event *event)
{
    sb_buf_puts(b, "| ");
    mttr_moment_print(b, s->zone, event->at);
    sb_buf_puts(b, " | ");
    mttr_story_offset(b, s, event->at);
    sb_buf_puts(b, " | ");
    mttr_story_kind(b, event->kind);
    if (event->text.len) {
        sb_buf_puts(b, ": ");
        mttr_story_lines(b, event->text, sb_escape_markdown, "<br>");
    }
    sb_buf_puts(b, " | ");
    sb_escape_markdown(b, event->actor.len ? event->actor : event->source);
    sb_buf_puts(b, " |\n");
}

void mttr_timeline_markdown(struct sb_buf *b, const struct mttr_story *s)
{
    const struct mttr_incident *i = s->incident;
    struct sb_buf zone SB_CLEANUP(sb_buf_done) = SB_BUF_INIT(256);
    sb_buf_puts(b, "# ");
    sb_escape_markdown(b, i->title.len ? i->title : i->service.len ? i->service : i->id);
    sb_buf_puts(b, "\n\n");
    markdown_facts(b, s);
    sb_buf_puts(b, "\n## Timeline\n\nTimes are of the zone ");
    mttr_zone_print(&zone, s->zone, i->start);
    sb_escape_markdown(b, (struct sb_str){zone.data, zone.len});
    sb_buf_puts(b, ".\n\n| Time | From the start | What | Who |\n|---|---|---|---|\n");
    for (size_t k = 0; k < i->n_events; k++)
        markdown_event(b, s, &i->events[k]);
    sb_buf_puts(b, "\n## What users saw\n\n## Causes\n\n## What helped, what was in the way\n\n"
                   "## What is to be done, by whom, by when\n");
}

/* ---- the verb ---- */

int mttr_timeline_verb(struct sb_run *run, struct sb_error *e)
{
    const struct mttr_options *o = run->options;
    struct mttr_incidents set;
    struct sb_zone *zone = NULL;
    size_t place;
    int code = mttr_zone(o->tz, &zone, e);
    if (!code && !(code = mttr_gather_one(o, run->argv[0], &set, &place, e))) {
        const struct mttr_story s = {&set.list.items[place], zone, sb_time_now(),
                                     (enum mttr_defs)o->defs};
        if (run->format == SB_FORMAT_MARKDOWN)
            mttr_timeline_markdown(run->out, &s);
        else if (run->format == SB_FORMAT_HTML)
            mttr_timeline_html(run->out, &s);
        else
            mttr_timeline_text(run->out, &s);
        mttr_incidents_done(&set);
    }
    sb_zone_free(zone);
    return code ? code : SB_EXIT_OK;
}
