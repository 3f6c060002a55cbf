/* What is said when a step was recorded: what was written, and what it means. */
#include "applets/mttr/mttr.h"
#include "applets/mttr/record.h"
#include "applets/mttr/story.h"
#include "core/base/log.h"
#include "core/base/utf8.h"
#include "core/doc/json_write.h"

/* The other end of the stretch that ends, or begins, with what was written. */
static const struct mttr_event *counted_from(const struct mttr_recording *r)
{
    if (r->step->kind != SB_EVENT_IMPACT_START)
        return mttr_step_from(r->incident, r->step->kind, r->at);
    for (size_t k = 0; k < r->incident->n_events; k++)
        if (r->incident->events[k].kind == SB_EVENT_DETECTED)
            return &r->incident->events[k];
    return NULL;
}

static void say_span(const struct mttr_recording *r, struct sb_buf *b)
{
    const struct mttr_event *from = counted_from(r);
    if (!from || from == r->target)
        return;
    const struct mttr_step *other = mttr_step_of(from->kind);
    const bool backwards = r->step->kind == SB_EVENT_IMPACT_START;
    int64_t span = r->at - from->at;
    if ((span < 0 && r->at + r->precision >= from->at) ||
        (span > 0 && from->at + from->precision >= r->at && from->precision > 0 && backwards))
        span = 0; /* as far as is known */
    sb_buf_puts(b, ", ");
    if (span == 0) {
        sb_buf_printf(b, "when %s", other->since);
        return;
    }
    mttr_span_print(b, span < 0 ? -span : span);
    sb_buf_printf(b, " %s %s", span < 0 ? "before" : "after", other->since);
    if ((span < 0) != backwards)
        sb_warn("that is %s %s: written as you said it; --correct --at TIME mends it",
                span < 0 ? "before" : "after", other->since);
}

static void warn_unrestored(const struct mttr_recording *r)
{
    const enum sb_event_kind kind = r->step->kind;
    if ((kind == SB_EVENT_VERIFIED || kind == SB_EVENT_CLOSED) && !r->incident->restored)
        sb_warn("nothing says when users were served again: srebox mttr restored %s --at TIME",
                r->id.data);
}

static void head(const struct mttr_recording *r, struct sb_buf *b)
{
    sb_escape_name(b, (struct sb_str){r->id.data, r->id.len});
    if (r->incident->service.len) {
        sb_buf_putc(b, ' ');
        sb_escape_name(b, r->incident->service);
    }
    sb_buf_puts(b, ": ");
}

static void say_already(const struct mttr_recording *r, struct sb_buf *b)
{
    sb_buf_printf(b, "%s already, ", r->step->did);
    mttr_moment_print(b, r->entry.zone, r->already->at);
    if (r->already->actor.len) {
        sb_buf_puts(b, " by ");
        sb_escape_name(b, r->already->actor);
    }
    sb_buf_puts(b, "; nothing was written\n");
    sb_note("--again writes it once more, --correct changes what is written");
}

static void say_written(const struct mttr_recording *r, struct sb_buf *b)
{
    mttr_story_kind(b, r->kind);
    sb_buf_putc(b, ' ');
    mttr_moment_print(b, r->entry.zone, r->at);
    say_span(r, b);
    if (r->target) {
        sb_buf_printf(b, " (event %lld said ", (long long)r->target->id);
        if (r->target->kind != r->kind)
            sb_buf_printf(b, "%s ", sb_event_kind_name(r->target->kind));
        mttr_moment_print(b, r->entry.zone, r->target->at);
        sb_buf_putc(b, ')');
    }
    sb_buf_putc(b, '\n');
}

static void say_retracted(const struct mttr_recording *r, struct sb_buf *b)
{
    sb_buf_printf(b, "event %lld is taken back: %s, ", (long long)r->target->id,
                  sb_event_kind_name(r->target->kind));
    mttr_moment_print(b, r->entry.zone, r->target->at);
    sb_buf_putc(b, '\n');
}

static void text(const struct mttr_recording *r, struct sb_buf *b)
{
    head(r, b);
    if (r->seen)
        sb_buf_puts(b, "written before under this key; nothing was written\n");
    else if (r->never_over)
        sb_buf_puts(b, "it was not over; nothing was written\n");
    else if (r->already)
        say_already(r, b);
    else if (r->o->retract)
        say_retracted(r, b);
    else
        say_written(r, b);
}

static void json(const struct mttr_recording *r, struct sb_buf *out)
{
    struct sb_buf at SB_CLEANUP(sb_buf_done) = SB_BUF_INIT(64);
    struct sb_json_writer w;
    sb_json_writer_init(&w, out, 2);
    sb_json_open_map(&w);
    sb_json_key(&w, "schema");
    sb_json_text(&w, "srebox.mttr/1");
    sb_json_key(&w, "incident");
    sb_json_str(&w, (struct sb_str){r->id.data, r->id.len});
    sb_json_key(&w, "service");
    sb_json_str(&w, r->incident->service);
    sb_json_key(&w, "written");
    sb_json_bool(&w, r->written && !r->seen);
    if (r->written && !r->seen) {
        sb_time_print(&at, r->at);
        sb_json_key(&w, "event");
        sb_json_int(&w, r->written);
        sb_json_key(&w, "kind");
        sb_json_text(&w, sb_event_kind_name(r->kind));
        sb_json_key(&w, "at");
        sb_json_text(&w, at.data);
    }
    sb_json_close_map(&w);
    sb_buf_putc(out, '\n');
}

void mttr_record_answer(const struct mttr_recording *r)
{
    struct sb_buf unshown SB_CLEANUP(sb_buf_done) = SB_BUF_INIT(4096);
    if (r->written && !r->seen && !r->o->retract)
        warn_unrestored(r);
    if (r->run->format == SB_FORMAT_JSON) {
        json(r, r->run->out);
        if (r->written && !r->seen && !r->o->retract)
            say_span(r, &unshown); /* for its warning */
        return;
    }
    text(r, r->run->out);
}
