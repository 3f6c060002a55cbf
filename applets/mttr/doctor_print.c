/* What the doctor says: to people a few cases of each finding, as JSON all of them. */
#include "applets/mttr/doctor.h"
#include "applets/mttr/moment.h"
#include "applets/mttr/prose.h"
#include "core/base/utf8.h"
#include "core/ui/table.h"

#include <inttypes.h>

enum { CASES_SHOWN = 3 };

static const char *plural(size_t n)
{
    return n == 1 ? "" : "s";
}

/* "acked 2026-02-03 10:12:13, 2m before alerted" */
static void put_what(const struct mttr_examination *x, enum mttr_ailment what,
                     const struct mttr_case *c, struct sb_buf *b)
{
    if (c->event) {
        sb_buf_printf(b, "%s ", sb_event_kind_name(c->event->kind));
        mttr_moment_print(b, x->filter.zone, c->event->at);
    }
    if (what == MTTR_OVERLAP) {
        mttr_span_print(b, c->span);
        sb_buf_puts(b, " at the same time as ");
        sb_escape(b, x->set.list.items[c->twin].id);
    } else if (what == MTTR_FORGOTTEN) {
        sb_buf_puts(b, ", nothing since: ");
        mttr_span_print(b, c->span);
    } else if (c->event && c->other) {
        sb_buf_puts(b, ", ");
        mttr_span_print(b, c->span < 0 ? -c->span : c->span);
        sb_buf_printf(b, " %s %s", c->span < 0 ? "before" : "after",
                      sb_event_kind_name(c->other->kind));
    } else if (c->other) {
        sb_buf_printf(b, "%s ", sb_event_kind_name(c->other->kind));
        mttr_moment_print(b, x->filter.zone, c->other->at);
    }
}

static void put_cases(const struct mttr_examination *x, enum mttr_ailment what, int width,
                      struct sb_buf *out)
{
    static const struct sb_table_column columns[] = {
        {NULL, false, 8}, {NULL, false, 8}, {NULL, false, 20}};
    const size_t n = x->diagnosis.cases[what].len;
    struct sb_buf b = SB_BUF_INIT(512);
    struct sb_table t;
    sb_table_init(&t, columns, SB_LEN(columns));
    for (size_t k = 0; k < n && k < CASES_SHOWN; k++) {
        const struct mttr_case *c = &x->diagnosis.cases[what].items[k];
        const struct mttr_incident *i = &x->set.list.items[c->incident];
        sb_table_cell(&t, i->id);
        sb_table_cell(&t, i->service);
        sb_buf_reset(&b);
        put_what(x, what, c, &b);
        sb_table_text(&t, b.len ? b.data : "");
    }
    sb_table_print(&t, out, 2, (size_t)width);
    sb_table_done(&t);
    if (n > CASES_SHOWN)
        sb_buf_printf(out, "  ... and %zu more; -o json has all of them.\n", n - CASES_SHOWN);
    sb_buf_done(&b);
}

static void put_commands(const struct mttr_examination *x, enum mttr_ailment what, int width,
                         struct sb_buf *out)
{
    const size_t n = x->diagnosis.cases[what].len;
    const char *advice = mttr_doctor_advice(what);
    if (*advice)
        mttr_say(out, 2, width, "%s", advice);
    for (size_t k = 0; k < n && k < CASES_SHOWN; k++) {
        sb_buf_puts(out, "    ");
        mttr_doctor_command(x, what, &x->diagnosis.cases[what].items[k], out);
        sb_buf_putc(out, '\n');
    }
}

static void put_slips(const struct mttr_examination *x, int width, struct sb_buf *out)
{
    static const char *const when[] = {"", " in summer time", " outside of summer time"};
    struct sb_buf source = SB_BUF_INIT(2048), other = SB_BUF_INIT(2048);
    for (size_t k = 0; k < x->diagnosis.slips.len; k++) {
        const struct mttr_slip *s = &x->diagnosis.slips.items[k];
        sb_buf_reset(&source);
        sb_buf_reset(&other);
        sb_escape(&source, s->source);
        sb_escape(&other, s->other);
        mttr_say(out, 2, width,
                 "%zu of %zu times \"%s\" of %s are %d hour%s too %s%s, beside \"%s\" of %s.", s->n,
                 s->of, sb_event_kind_name(s->kind), source.data,
                 s->hours < 0 ? -s->hours : s->hours, s->hours == 1 || s->hours == -1 ? "" : "s",
                 s->hours < 0 ? "early" : "late", when[s->season], sb_event_kind_name(s->near),
                 other.data);
    }
    sb_buf_done(&source);
    sb_buf_done(&other);
}

static void put_roundings(const struct mttr_examination *x, int width, struct sb_buf *out)
{
    struct sb_buf source = SB_BUF_INIT(2048);
    for (size_t k = 0; k < x->diagnosis.roundings.len; k++) {
        const struct mttr_rounding *r = &x->diagnosis.roundings.items[k];
        sb_buf_reset(&source);
        sb_escape(&source, r->source);
        mttr_say(out, 2, width,
                 "%.0f %% of %zu times of %s are whole %d minutes; chance makes it %.0f %%.",
                 100 * (double)r->n / (double)r->of, r->of, source.data, r->minutes,
                 100 * r->expected);
    }
    sb_buf_done(&source);
}

static void put_finding(const struct mttr_examination *x, enum mttr_ailment what, int width,
                        struct sb_buf *out)
{
    const struct mttr_diagnosis *d = &x->diagnosis;
    const size_t n = what == MTTR_ROUNDED ? d->roundings.len : d->cases[what].len;
    if (!n)
        return;
    sb_buf_printf(out, "\n%zu %s: %s\n", n, mttr_ailments[what].name, mttr_ailments[what].title);
    mttr_say(out, 2, width, "%s", mttr_ailments[what].meaning);
    if (what == MTTR_SLIP)
        put_slips(x, width, out);
    if (what == MTTR_ROUNDED) {
        put_roundings(x, width, out);
        return;
    }
    put_cases(x, what, width, out);
    put_commands(x, what, width, out);
}

void mttr_doctor_text(const struct mttr_examination *x, int width, struct sb_buf *out)
{
    const struct mttr_diagnosis *d = &x->diagnosis;
    size_t kinds = 0;
    for (int what = 0; what < MTTR_AILMENT_COUNT; what++)
        kinds += d->cases[what].len || (what == MTTR_ROUNDED && d->roundings.len);
    if (!kinds) {
        mttr_say(out, 0, width, "%zu incident%s with %zu events: nothing looks wrong.",
                 d->incidents, plural(d->incidents), d->events);
        return;
    }
    mttr_say(out, 0, width,
             "%zu incident%s with %zu events: %zu of them may have wrong times or gaps, of %zu "
             "kind%s. Nothing was changed; in the commands TIME and NAME are for you to fill in.",
             d->incidents, plural(d->incidents), d->events, d->ill, kinds, plural(kinds));
    for (int what = 0; what < MTTR_AILMENT_COUNT; what++)
        put_finding(x, (enum mttr_ailment)what, width, out);
}

/* --- JSON --- */

static void put_event(struct sb_json_writer *w, const char *key, const struct mttr_event *event)
{
    sb_json_key(w, key);
    if (!event) {
        sb_json_null(w);
        return;
    }
    sb_json_open_map(w);
    mttr_json_count(w, "id", (size_t)event->id);
    mttr_json_name(w, "kind", sb_event_kind_name(event->kind));
    mttr_json_time(w, "at", event->at);
    mttr_json_str(w, "source", event->source);
    sb_json_close_map(w);
}

static void put_case(struct sb_json_writer *w, const struct mttr_examination *x,
                     enum mttr_ailment what, const struct mttr_case *c)
{
    struct sb_buf command = SB_BUF_INIT((size_t)64 << 10);
    const struct mttr_incident *i = &x->set.list.items[c->incident];
    sb_json_open_map(w);
    mttr_json_str(w, "incident", i->id);
    mttr_json_str(w, "service", i->service);
    put_event(w, "event", c->event);
    put_event(w, "other", c->other);
    if (what == MTTR_OVERLAP)
        mttr_json_str(w, "twin", x->set.list.items[c->twin].id);
    mttr_json_number(w, "span_s", (double)c->span * 1e-9);
    mttr_json_time(w, "right", c->right);
    mttr_doctor_command(x, what, c, &command);
    mttr_json_str(w, "command", (struct sb_str){command.data, command.len});
    sb_json_close_map(w);
    sb_buf_done(&command);
}

static void put_slips_json(struct sb_json_writer *w, const struct mttr_diagnosis *d)
{
    sb_json_key(w, "slips");
    sb_json_open_list(w);
    for (size_t k = 0; k < d->slips.len; k++) {
        const struct mttr_slip *s = &d->slips.items[k];
        sb_json_open_map(w);
        mttr_json_str(w, "source", s->source);
        mttr_json_name(w, "kind", sb_event_kind_name(s->kind));
        mttr_json_str(w, "beside_source", s->other);
        mttr_json_name(w, "beside_kind", sb_event_kind_name(s->near));
        mttr_json_number(w, "hours_late", s->hours);
        mttr_json_name(w, "season", mttr_season_names[s->season]);
        mttr_json_count(w, "n", s->n);
        mttr_json_count(w, "of", s->of);
        sb_json_close_map(w);
    }
    sb_json_close_list(w);
}

static void put_roundings_json(struct sb_json_writer *w, const struct mttr_diagnosis *d)
{
    sb_json_key(w, "roundings");
    sb_json_open_list(w);
    for (size_t k = 0; k < d->roundings.len; k++) {
        const struct mttr_rounding *r = &d->roundings.items[k];
        sb_json_open_map(w);
        mttr_json_str(w, "source", r->source);
        mttr_json_number(w, "minutes", r->minutes);
        mttr_json_count(w, "n", r->n);
        mttr_json_count(w, "of", r->of);
        mttr_json_number(w, "expected_share", r->expected);
        sb_json_close_map(w);
    }
    sb_json_close_list(w);
}

void mttr_doctor_json(const struct mttr_examination *x, struct sb_buf *out)
{
    const struct mttr_diagnosis *d = &x->diagnosis;
    struct sb_json_writer w;
    mttr_json_begin(&w, out, "doctor");
    mttr_json_count(&w, "incidents", d->incidents);
    mttr_json_count(&w, "events", d->events);
    mttr_json_count(&w, "incidents_ill", d->ill);
    sb_json_key(&w, "findings");
    sb_json_open_map(&w);
    for (int what = 0; what < MTTR_AILMENT_COUNT; what++) {
        if (what == MTTR_ROUNDED)
            continue;
        sb_json_key(&w, mttr_ailments[what].name);
        sb_json_open_list(&w);
        for (size_t k = 0; k < d->cases[what].len; k++)
            put_case(&w, x, (enum mttr_ailment)what, &d->cases[what].items[k]);
        sb_json_close_list(&w);
    }
    sb_json_close_map(&w);
    put_slips_json(&w, d);
    put_roundings_json(&w, d);
    mttr_json_end(&w);
}
