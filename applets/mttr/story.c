/* Words for one incident. */
#include "applets/mttr/story.h"

#include "applets/mttr/moment.h"
#include "applets/mttr/step.h"
#include "core/base/utf8.h"

void mttr_story_kind(struct sb_buf *b, enum sb_event_kind kind)
{
    const struct mttr_step *step = mttr_step_of(kind);
    if (step) {
        sb_buf_puts(b, step->did);
        return;
    }
    for (const char *p = sb_event_kind_name(kind); *p; p++)
        sb_buf_putc(b, *p == '_' ? ' ' : *p);
}

void mttr_story_state(struct sb_buf *b, const struct mttr_story *s)
{
    const struct mttr_incident *i = s->incident;
    sb_buf_puts(b, mttr_state(i));
    sb_buf_puts(b, i->closed || i->restored ? " after " : " for ");
    mttr_span_print(b, mttr_lasted(i, s->now));
}

/* The sum of the spells, and whether that is all that is known of it. */
static int64_t suffered(const struct mttr_story *s, bool *ret_least)
{
    const struct mttr_incident *i = s->incident;
    int64_t sum = 0;
    *ret_least = false;
    for (size_t k = 0; k < i->n_spells; k++) {
        const struct mttr_spell *spell = &i->spells[k];
        int64_t to = spell->to;
        *ret_least = *ret_least || spell->lower_bound || to == MTTR_NO_TIME;
        if (to == MTTR_NO_TIME)
            to = i->closed ? spell->from : s->now;
        sum += to - spell->from;
    }
    return sum;
}

void mttr_story_impact(struct sb_buf *b, const struct mttr_story *s)
{
    enum { SHOWN_MOST = 3 };
    const struct mttr_incident *i = s->incident;
    bool least;
    if (!i->n_spells)
        return;
    const int64_t sum = suffered(s, &least);
    sb_buf_puts(b, least ? "users suffered at least " : "users suffered ");
    mttr_span_print(b, sum);
    for (size_t k = 0; k < i->n_spells && k < SHOWN_MOST; k++) {
        const struct mttr_spell *spell = &i->spells[k];
        sb_buf_puts(b, k ? ", " : ": ");
        mttr_story_clock(b, s, spell->from);
        if (spell->to != MTTR_NO_TIME) {
            sb_buf_puts(b, " to ");
            mttr_story_clock(b, s, spell->to);
        } else {
            sb_buf_puts(b, i->closed ? " to an end that nobody wrote" : " until now");
        }
    }
    if (i->n_spells > SHOWN_MOST)
        sb_buf_printf(b, ", and %zu times more", i->n_spells - SHOWN_MOST);
}

void mttr_story_offset(struct sb_buf *b, const struct mttr_story *s, int64_t at)
{
    sb_buf_putc(b, '+');
    mttr_span_print(b, at - s->incident->start);
}

void mttr_story_clock(struct sb_buf *b, const struct mttr_story *s, int64_t at)
{
    struct sb_civil c;
    sb_zone_civil(s->zone, at, &c);
    sb_buf_printf(b, "%02d:%02d:%02d", c.hour, c.minute, c.second);
}

bool mttr_story_new_day(const struct mttr_story *s, size_t event, struct sb_buf *ret_day)
{
    struct sb_civil before, c;
    sb_zone_civil(s->zone, s->incident->events[event].at, &c);
    if (event) {
        sb_zone_civil(s->zone, s->incident->events[event - 1].at, &before);
        if (before.year == c.year && before.yearday == c.yearday)
            return false;
    }
    sb_buf_printf(ret_day, "%04lld-%02d-%02d", (long long)c.year, c.month, c.day);
    return true;
}

/* ---- figures ---- */

bool mttr_story_measure(const struct mttr_story *s, enum mttr_metric m, struct mttr_measure *ret)
{
    if (m == MTTR_MTBF || m == MTTR_MTTF || !*mttr_metric_definition(s->defs, m))
        return false;
    *ret = mttr_measure_one(s->defs, m, s->incident, NULL, s->now);
    return ret->what != MTTR_NOT_MINE;
}

void mttr_story_figure(struct sb_buf *b, const struct mttr_measure *m)
{
    const enum sb_event_kind missing = m->from == MTTR_NO_TIME ? m->from_kind : m->to_kind;
    switch (m->what) {
    case MTTR_MEASURED: mttr_span_print(b, m->ns); break;
    case MTTR_OPEN:
        mttr_span_print(b, m->ns);
        sb_buf_puts(b, " so far");
        break;
    case MTTR_NEGATIVE:
        mttr_span_print(b, m->to - m->from);
        sb_buf_puts(b, ": not possible");
        break;
    case MTTR_MISSING: sb_buf_printf(b, "not known: no %s", sb_event_kind_name(missing)); break;
    case MTTR_NOT_MINE:
    default: break;
    }
}

void mttr_story_lines(struct sb_buf *b, struct sb_str said,
                      void (*escape)(struct sb_buf *b, struct sb_str line), const char *between)
{
    bool first = true;
    while (said.len) {
        const char *end = memchr(said.p, '\n', said.len);
        const size_t len = end ? (size_t)(end - said.p) : said.len;
        sb_buf_puts(b, first ? "" : between);
        escape(b, (struct sb_str){said.p, len});
        said =
            end ? (struct sb_str){end + 1, said.len - len - 1} : (struct sb_str){said.p + len, 0};
        first = false;
    }
}

/* ---- head ---- */

static void name_part(struct sb_buf *b, const char *before, struct sb_str part)
{
    if (!part.len)
        return;
    sb_buf_puts(b, before);
    sb_escape(b, part);
}

void mttr_story_head(struct sb_buf *b, const struct mttr_story *s)
{
    const struct mttr_incident *i = s->incident;
    sb_escape_name(b, i->id);
    name_part(b, "  ", i->service);
    name_part(b, "  ", i->severity);
    name_part(b, "  ", i->title);
    sb_buf_putc(b, '\n');
    mttr_story_state(b, s);
    if (i->n_spells) {
        sb_buf_puts(b, "; ");
        mttr_story_impact(b, s);
    }
    sb_buf_putc(b, '\n');
    const struct sb_str from = sb_str_is(i->source, "mttr") ? SB_STR("") : i->source;
    if (i->team.len || i->url.len || from.len) {
        name_part(b, "from ", from);
        name_part(b, from.len ? ", team " : "team ", i->team);
        name_part(b, from.len || i->team.len ? ", " : "", i->url);
        sb_buf_putc(b, '\n');
    }
    if (i->members > 1) {
        sb_buf_printf(b, "%zu incidents in one:", i->members);
        for (size_t k = 0; k < i->members && k < 8; k++)
            name_part(b, " ", i->member_ids[k]);
        sb_buf_puts(b, i->members > 8 ? " ...\n" : "\n");
    }
}
