/* One incident as JSON; the keys are stable. */
#include "applets/mttr/step.h"
#include "applets/mttr/story.h"

static void text(struct sb_json_writer *w, const char *key, struct sb_str s)
{
    sb_json_key(w, key);
    if (s.len)
        sb_json_str(w, s);
    else
        sb_json_null(w);
}

static void at(struct sb_json_writer *w, const char *key, int64_t t)
{
    struct sb_buf b SB_CLEANUP(sb_buf_done) = SB_BUF_INIT(64);
    if (t != MTTR_NO_TIME)
        sb_time_print(&b, t);
    text(w, key, (struct sb_str){b.data, b.len});
}

static void seconds(struct sb_json_writer *w, const char *key, int64_t ns)
{
    sb_json_key(w, key);
    sb_json_double(w, (double)ns / (double)SB_NS_PER_S);
}

static void spells(struct sb_json_writer *w, const struct mttr_incident *i)
{
    sb_json_key(w, "impact");
    sb_json_open_list(w);
    for (size_t k = 0; k < i->n_spells; k++) {
        sb_json_open_map(w);
        at(w, "from", i->spells[k].from);
        at(w, "to", i->spells[k].to);
        sb_json_key(w, "lower_bound");
        sb_json_bool(w, i->spells[k].lower_bound);
        sb_json_close_map(w);
    }
    sb_json_close_list(w);
}

static void events(struct sb_json_writer *w, const struct mttr_incident *i)
{
    sb_json_key(w, "events");
    sb_json_open_list(w);
    for (size_t k = 0; k < i->n_events; k++) {
        const struct mttr_event *event = &i->events[k];
        sb_json_open_map(w);
        sb_json_key(w, "event");
        sb_json_int(w, event->id);
        at(w, "at", event->at);
        seconds(w, "precision_s", event->precision);
        sb_json_key(w, "kind");
        sb_json_text(w, sb_event_kind_name(event->kind));
        text(w, "actor", event->actor);
        sb_json_key(w, "person");
        sb_json_bool(w, event->person);
        text(w, "source", event->source);
        text(w, "text", event->text);
        sb_json_close_map(w);
    }
    sb_json_close_list(w);
}

static const char *outcome(enum mttr_measured what)
{
    switch (what) {
    case MTTR_MEASURED: return "measured";
    case MTTR_OPEN: return "open";
    case MTTR_NEGATIVE: return "negative";
    case MTTR_MISSING:
    case MTTR_NOT_MINE:
    default: return "missing";
    }
}

static void metrics(struct sb_json_writer *w, const struct mttr_story *s)
{
    struct mttr_measure m;
    sb_json_key(w, "defs");
    sb_json_text(w, mttr_defs_names[s->defs]);
    sb_json_key(w, "metrics");
    sb_json_open_map(w);
    for (int k = 0; k < MTTR_METRIC_COUNT; k++) {
        if (!mttr_story_measure(s, (enum mttr_metric)k, &m))
            continue;
        sb_json_key(w, mttr_metric_names[k]);
        sb_json_open_map(w);
        sb_json_key(w, "definition");
        sb_json_text(w, mttr_metric_definition(s->defs, (enum mttr_metric)k));
        sb_json_key(w, "what");
        sb_json_text(w, outcome(m.what));
        if (m.what == MTTR_MEASURED || m.what == MTTR_OPEN) {
            seconds(w, "s", m.ns);
        } else {
            sb_json_key(w, "s");
            sb_json_null(w);
        }
        sb_json_key(w, "derived");
        sb_json_bool(w, m.derived);
        sb_json_close_map(w);
    }
    sb_json_close_map(w);
}

void mttr_story_json(struct sb_json_writer *w, const struct mttr_story *s, bool whole)
{
    const struct mttr_incident *i = s->incident;
    sb_json_open_map(w);
    sb_json_key(w, "id");
    sb_json_str(w, i->id);
    text(w, "service", i->service);
    text(w, "severity", i->severity);
    text(w, "team", i->team);
    text(w, "title", i->title);
    text(w, "source", i->source);
    sb_json_key(w, "state");
    sb_json_text(w, mttr_state(i));
    at(w, "start", i->start);
    seconds(w, "lasted_s", mttr_lasted(i, s->now));
    if (whole)
        text(w, "url", i->url);
    sb_json_key(w, "members");
    sb_json_open_list(w);
    for (size_t k = 0; i->member_ids && k < i->members; k++)
        sb_json_str(w, i->member_ids[k]);
    sb_json_close_list(w);
    spells(w, i);
    if (whole) {
        metrics(w, s);
        events(w, i);
    }
    sb_json_close_map(w);
}
