/* The story of one incident as a page: figures, two strips, the events. */
#include "applets/mttr/moment.h"
#include "applets/mttr/timeline.h"

#include "applets/mttr/filter.h"
#include "core/base/vec.h"
#include "core/ui/chart.h"
#include "core/ui/html.h"

static void put_head(struct sb_buf *b, const struct mttr_story *s)
{
    const struct mttr_incident *i = s->incident;
    const struct sb_str labels[] = {i->id, i->service, i->severity, i->team};
    struct sb_buf zone SB_CLEANUP(sb_buf_done) = SB_BUF_INIT(256);
    bool first = true;
    sb_buf_puts(b, "<h1>");
    sb_html_data(b, i->title.len ? i->title : i->service.len ? i->service : i->id);
    sb_buf_printf(b, "</h1>\n<p class=\"verdict %s\">", i->restored || i->closed ? "good" : "bad");
    mttr_story_state(b, s);
    if (i->n_spells) {
        sb_buf_puts(b, "; ");
        mttr_story_impact(b, s);
    }
    sb_buf_puts(b, "</p>\n<p class=\"muted\">");
    for (size_t k = 0; k < SB_LEN(labels); k++) {
        if (!labels[k].len)
            continue;
        sb_buf_puts(b, first ? "" : " \u00b7 ");
        sb_html_data(b, labels[k]);
        first = false;
    }
    sb_buf_puts(b, "; times are of the zone ");
    mttr_zone_print(&zone, s->zone, i->start);
    sb_html_data(b, (struct sb_str){zone.data, zone.len});
    if (i->url.len) {
        sb_buf_puts(b, "; ");
        sb_html_code(b, i->url); /* no link: it is data, and may lead anywhere */
    }
    sb_buf_puts(b, "</p>\n");
}

static void put_figures(struct sb_buf *b, const struct mttr_story *s)
{
    struct mttr_measure m;
    sb_buf_puts(b, "<div class=\"cards\">\n");
    for (int k = MTTR_RESPOND; k <= MTTR_RESOLVE; k++) {
        struct sb_buf text SB_CLEANUP(sb_buf_done) = SB_BUF_INIT(256);
        if (!mttr_story_measure(s, (enum mttr_metric)k, &m))
            continue;
        if (m.what == MTTR_MISSING)
            sb_buf_puts(&text, "\u2013");
        else
            mttr_story_figure(&text, &m);
        sb_buf_puts(b, "<div class=\"card\"><b>");
        sb_html_data(b, (struct sb_str){text.data, text.len});
        sb_buf_printf(b, "</b>%s<br><span class=\"muted\">", mttr_metric_names[k]);
        sb_html_data(b, sb_str(mttr_metric_definition(s->defs, (enum mttr_metric)k)));
        sb_buf_puts(b, "</span></div>\n");
    }
    sb_buf_puts(b, "</div>\n");
}

/* ---- strips ---- */

struct strip {
    SB_VEC(struct sb_span) spans;
    SB_VEC(struct sb_buf) texts; /* of the spans, by place */
    double from, to;             /* seconds */
};

static double seconds(int64_t ns)
{
    return (double)ns / (double)SB_NS_PER_S;
}

static void put_span(struct strip *strip, const struct mttr_story *s, int64_t from, int64_t to,
                     enum sb_tone tone, const char *what)
{
    if (from == MTTR_NO_TIME || to == MTTR_NO_TIME || from >= to)
        return;
    struct sb_buf text = SB_BUF_INIT(200);
    sb_buf_printf(&text, "%s ", what);
    mttr_story_clock(&text, s, from);
    sb_buf_puts(&text, " to ");
    mttr_story_clock(&text, s, to);
    sb_vec_push(&strip->texts, text);
    const struct sb_span span = {seconds(from), seconds(to), tone, {text.data, text.len}};
    sb_vec_push(&strip->spans, span);
}

static void put_strip(struct sb_buf *b, struct strip *strip, const char *title)
{
    const struct sb_strip drawn = {sb_str(title), strip->from, strip->to, strip->spans.items,
                                   strip->spans.len};
    if (strip->spans.len) {
        sb_buf_printf(b, "<p>%s</p>\n", title);
        sb_chart_strip(b, &drawn);
        sb_buf_putc(b, '\n');
    }
    for (size_t k = 0; k < strip->texts.len; k++)
        sb_buf_done(&strip->texts.items[k]);
    sb_vec_done(&strip->texts);
    sb_vec_done(&strip->spans);
}

/* The first of some kinds that happened. */
static int64_t first_of(const struct mttr_incident *i, const enum sb_event_kind *kinds)
{
    for (; *kinds; kinds++)
        if (i->first[*kinds] != MTTR_NO_TIME)
            return i->first[*kinds];
    return MTTR_NO_TIME;
}

static void put_hands(struct strip *strip, const struct mttr_story *s, int64_t end)
{
    static const enum sb_event_kind seen[] = {SB_EVENT_DETECTED, SB_EVENT_ALERTED, SB_EVENT_OTHER};
    static const enum sb_event_kind taken[] = {SB_EVENT_ACKED, SB_EVENT_WORK_STARTED,
                                               SB_EVENT_DIAGNOSED, SB_EVENT_OTHER};
    static const enum sb_event_kind cured[] = {SB_EVENT_FIXED, SB_EVENT_MITIGATED,
                                               SB_EVENT_RESTORED, SB_EVENT_OTHER};
    const struct mttr_incident *i = s->incident;
    int64_t at[5] = {i->start, first_of(i, seen), first_of(i, taken), first_of(i, cured), end};
    static const struct {
        enum sb_tone tone;
        const char *what;
    } between[] = {{SB_TONE_MUTED, "not seen"},
                   {SB_TONE_BAD, "nobody on it"},
                   {SB_TONE_WARN, "in hand"},
                   {SB_TONE_GOOD, "cured"}};
    for (size_t k = 3; k > 0; k--) /* what is not known has no length */
        if (at[k] == MTTR_NO_TIME)
            at[k] = at[k + 1];
    for (size_t k = 0; k < SB_LEN(between); k++)
        put_span(strip, s, at[k], at[k + 1], between[k].tone, between[k].what);
}

static void put_strips(struct sb_buf *b, const struct mttr_story *s)
{
    const struct mttr_incident *i = s->incident;
    int64_t end = mttr_incident_end(i);
    end = SB_MAX(end == MTTR_NO_TIME ? s->now : end, i->events[i->n_events - 1].at);
    struct strip users = {.from = seconds(i->start), .to = seconds(end)}, hands = users;
    if (end <= i->start)
        return;
    for (size_t k = 0; k < i->n_spells; k++) {
        const struct mttr_spell *spell = &i->spells[k];
        const int64_t to = spell->to != MTTR_NO_TIME ? spell->to : i->closed ? spell->from : s->now;
        put_span(&users, s, spell->from, to, SB_TONE_BAD, "users suffered");
    }
    put_hands(&hands, s, end);
    put_strip(b, &users, "When users suffered");
    put_strip(b, &hands, "Who had it: not seen, nobody, in hand, cured");
}

/* ---- events ---- */

static void put_events(struct sb_buf *b, const struct mttr_story *s)
{
    const struct mttr_incident *i = s->incident;
    sb_buf_puts(b, "<h2>What happened</h2>\n<div class=\"scroll\"><table>\n<thead><tr><th>Time</th>"
                   "<th class=\"num\">From the start</th><th>What</th><th>Who</th></tr></thead>\n"
                   "<tbody>\n");
    for (size_t k = 0; k < i->n_events; k++) {
        const struct mttr_event *event = &i->events[k];
        sb_buf_puts(b, "<tr><td>");
        mttr_moment_print(b, s->zone, event->at);
        sb_buf_puts(b, "</td><td class=\"num\">");
        mttr_story_offset(b, s, event->at);
        sb_buf_puts(b, "</td><td>");
        mttr_story_kind(b, event->kind);
        if (event->text.len) {
            sb_buf_puts(b, "<br>");
            mttr_story_lines(b, event->text, sb_html_data, "<br>");
        }
        sb_buf_puts(b, "</td><td>");
        sb_html_data(b, event->actor.len ? event->actor : event->source);
        sb_buf_puts(b, "</td></tr>\n");
    }
    sb_buf_puts(b, "</tbody></table></div>\n");
}

void mttr_timeline_html(struct sb_buf *b, const struct mttr_story *s)
{
    const struct mttr_incident *i = s->incident;
    struct sb_buf title SB_CLEANUP(sb_buf_done) = SB_BUF_INIT(4096);
    sb_buf_puts(&title, "Incident ");
    sb_buf_put(&title, i->id.p, i->id.len);
    sb_html_open(b, (struct sb_str){title.data, title.len});
    put_head(b, s);
    put_figures(b, s);
    put_strips(b, s);
    put_events(b, s);
    sb_html_close(b);
}
