/* The verbs that record a step of an incident: impact, detected, alerted, ack, work ... note.
 *
 * What is there, what is to be written and the writing are one transaction: of two people who ack at once,
 * the second is told that it was done. */
#include "applets/mttr/record.h"

#include "applets/mttr/mttr.h"
#include "core/base/log.h"
#include "core/base/utf8.h"
#include "core/doc/doc.h"

/* ---- what can be written ---- */

static void print_at(const struct mttr_recording *r, struct sb_buf *b, int64_t at)
{
    mttr_moment_print(b, r->entry.zone, at);
}

static const struct mttr_event *last_of(const struct mttr_incident *i, enum sb_event_kind kind)
{
    const struct mttr_event *found = NULL;
    for (size_t k = 0; k < i->n_events; k++)
        if (i->events[k].kind == kind)
            found = &i->events[k];
    return found;
}

/* What is over takes notes, and what happened before it was over. */
static int refuse_closed(const struct mttr_recording *r, struct sb_error *e)
{
    const struct mttr_event *closed = last_of(r->incident, SB_EVENT_CLOSED);
    const enum sb_event_kind kind = r->step->kind;
    if (!r->incident->closed || kind == SB_EVENT_NOTE || kind == SB_EVENT_REOPENED ||
        kind == SB_EVENT_CLOSED || r->entry.when.at <= closed->at + closed->precision)
        return 0;
    struct sb_buf at SB_CLEANUP(sb_buf_done) = SB_BUF_INIT(64);
    print_at(r, &at, closed->at);
    sb_fail(e, SB_EUSAGE, "%s is closed since %s", r->id.data, at.data);
    return sb_hint(e,
                   "when it is not over: srebox mttr reopen %s; what happened before it was closed "
                   "takes --at TIME",
                   r->id.data);
}

/* Sets r->already when there is nothing to write. */
static void look_for_same(struct mttr_recording *r)
{
    const struct mttr_incident *i = r->incident;
    const enum sb_event_kind kind = r->step->kind;
    if (r->o->again || kind == SB_EVENT_NOTE)
        return;
    if (kind == SB_EVENT_REOPENED) {
        r->already = i->closed || i->restored ? NULL : last_of(i, SB_EVENT_REOPENED);
        r->never_over = !i->closed && !i->restored && !r->already;
        return;
    }
    r->already = mttr_step_already(i, kind, r->entry.when.at);
}

/* ---- what is corrected or taken back ---- */

static int no_target(const struct mttr_recording *r, size_t n, const char *numbers,
                     struct sb_error *e)
{
    const char *option = r->o->retract ? "--retract" : "--correct";
    if (n > 1) {
        sb_fail(e, SB_EUSAGE, "%s: there are several such events of %s", option, r->id.data);
        return sb_hint(e, "which one? --event %s (srebox mttr log %s shows them)", numbers,
                       r->id.data);
    }
    if (r->o->event)
        sb_fail(e, SB_EUSAGE, "--event %lld: no event of %s that stands, and that %s is about",
                (long long)r->o->event, r->id.data, r->step->verb);
    else
        sb_fail(e, SB_EUSAGE, "%s: nothing was written of this", option);
    return sb_hint(e, "srebox mttr log %s shows what was", r->id.data);
}

/* A note takes back, too, what no verb of its own writes. */
static bool is_about(const struct mttr_recording *r, const struct mttr_event *event)
{
    if (r->o->event && event->id != r->o->event)
        return false;
    if (r->o->event && !r->o->retract)
        return true; /* a correction may change the kind */
    return event->kind == r->step->kind ||
           (r->o->event && r->step->kind == SB_EVENT_NOTE && !mttr_step_of(event->kind));
}

static int find_target(struct mttr_recording *r, struct sb_error *e)
{
    struct sb_buf numbers SB_CLEANUP(sb_buf_done) = SB_BUF_INIT(200);
    size_t n = 0;
    for (size_t k = 0; k < r->incident->n_events; k++) {
        const struct mttr_event *event = &r->incident->events[k];
        if (!is_about(r, event))
            continue;
        r->target = event;
        sb_buf_printf(&numbers, "%s%lld", n++ ? ", " : "", (long long)event->id);
    }
    return n == 1 ? 0 : no_target(r, n, numbers.data, e);
}

/* ---- writing ---- */

/* Of a correction: the event that was there first, whose place it has. */
static int first_of_chain(struct mttr_recording *r, int64_t *id, struct sb_error *e)
{
    enum { CHAIN_MOST = 64 };
    int code = 0;
    for (int i = 0; !code && i < CHAIN_MOST; i++) {
        struct sb_rows rows SB_CLEANUP(sb_rows_done) = SB_ROWS_INIT;
        code = sb_store_query(r->store,
                              "SELECT corrects FROM event WHERE id = ?1 AND corrects IS NOT NULL",
                              SB_BINDS(sb_bind_int(*id)), &rows, e);
        if (code || (code = sb_rows_next(&rows, e)) <= 0)
            return code;
        *id = sb_rows_int(&rows, 0);
        code = 0;
    }
    return code;
}

/* Taking back the correction alone would bring back what it corrected; so all are of what was there first. */
static int write_retraction(struct mttr_recording *r, struct sb_event *event,
                            struct sb_appended *done, struct sb_error *e)
{
    event->kind = SB_EVENT_RETRACTED;
    return mttr_entry_append(&r->entry, r->store, event, r->o->key, done, e);
}

/* What is not said anew stays as it was: time, actor, words. */
static int write_correction(struct mttr_recording *r, struct sb_event *event,
                            struct sb_appended *done, struct sb_error *e)
{
    struct sb_rows rows SB_CLEANUP(sb_rows_done) = SB_ROWS_INIT;
    struct sb_arena arena SB_CLEANUP(sb_arena_done) = SB_ARENA_INIT;
    struct sb_buf data SB_CLEANUP(sb_buf_done) = SB_BUF_INIT(SB_EVENT_DATA);
    struct mttr_members old;
    int code = sb_store_query(r->store, "SELECT data FROM event WHERE id = ?1",
                              SB_BINDS(sb_bind_int(r->target->id)), &rows, e);
    if (code || (code = sb_rows_next(&rows, e)) < 0)
        return code;
    mttr_members_read(sb_rows_text(&rows, 0), &arena, &old);
    if (!r->o->at) {
        event->at = r->target->at;
        event->precision = r->target->precision;
    }
    event->actor =
        r->o->by ? (struct sb_str){r->entry.who.data, r->entry.who.len} : r->target->actor;
    if (!r->o->by_robot)
        old.actor_type = r->o->by || r->target->person ? SB_STR("person") : SB_STR("machine");
    mttr_entry_data(&r->entry, event->at, event->actor, &old, &data);
    event->data = (struct sb_str){data.data, data.len};
    code = sb_buf_check(&data, "what there is to say", e);
    return code ? code : mttr_entry_append(&r->entry, r->store, event, r->o->key, done, e);
}

/* Corrected as a note, what no verb of its own writes stays what it is. */
static enum sb_event_kind kind_of(const struct mttr_recording *r)
{
    const bool keeps =
        r->step->kind == SB_EVENT_NOTE && r->target && !mttr_step_of(r->target->kind);
    return keeps ? r->target->kind : r->step->kind;
}

static int write_event(struct mttr_recording *r, struct sb_error *e)
{
    struct sb_appended done = {0, false};
    struct sb_event event = {.kind = kind_of(r),
                             .at = r->entry.when.at,
                             .precision = r->entry.when.precision,
                             .subject = r->incident->service,
                             .incident = {r->id.data, r->id.len},
                             .corrects = r->target ? r->target->id : 0};
    int code = r->target ? first_of_chain(r, &event.corrects, e) : 0;
    if (!code && r->o->retract)
        code = write_retraction(r, &event, &done, e);
    else if (!code && r->o->correct)
        code = write_correction(r, &event, &done, e);
    else if (!code)
        code = mttr_entry_append(&r->entry, r->store, &event, r->o->key, &done, e);
    if (code)
        return code;
    r->written = done.id;
    r->kind = event.kind;
    r->seen = done.seen;
    r->at = event.at;
    r->precision = event.precision;
    return 0;
}

/* The key of a retry: what it wrote is not looked at again, but it must have been this incident. */
static int look_for_key(struct mttr_recording *r, struct sb_error *e)
{
    struct sb_buf used SB_CLEANUP(sb_buf_done) = SB_BUF_INIT(SB_EVENT_TEXT);
    if (!r->o->key)
        return 0;
    int code = mttr_entry_incident(r->store, r->o->key,
                                   r->o->retract ? SB_EVENT_RETRACTED : r->step->kind, &used, e);
    if (code || !used.len)
        return code;
    if (!sb_str_eq((struct sb_str){used.data, used.len}, (struct sb_str){r->id.data, r->id.len})) {
        sb_fail(e, SB_EUSAGE, "--key: it was used for %s before", used.data);
        return sb_hint(e, "a key belongs to one command and its retries");
    }
    r->seen = true;
    return 0;
}

static int gather(struct mttr_recording *r, struct sb_error *e)
{
    const struct mttr_gathering how = {.texts = true, .incident = {r->id.data, r->id.len}};
    int code = mttr_incidents_gather(r->store, &how, &r->set, e);
    if (!code && !r->set.list.len) {
        sb_fail(e, SB_EUSAGE, "all that was written of %s was taken back", r->id.data);
        code = sb_hint(e, "srebox mttr log %s shows it", r->id.data);
    }
    if (!code)
        r->incident = &r->set.list.items[0];
    return code;
}

static int within(struct mttr_recording *r, struct sb_error *e)
{
    int code = mttr_find(r->store, sb_str(r->run->argv[0]), &r->id, e);
    if (!code)
        code = gather(r, e);
    if (!code)
        code = look_for_key(r, e);
    if (code || r->seen)
        return code;
    if (r->o->correct || r->o->retract) {
        code = find_target(r, e);
    } else {
        code = refuse_closed(r, e);
        if (!code)
            look_for_same(r);
    }
    return code || r->already || r->never_over ? code : write_event(r, e);
}

static int store_it(struct mttr_recording *r, struct sb_error *e)
{
    int code = mttr_open_store(r->o, false, &r->store, e);
    if (!code && !(code = sb_store_begin(r->store, e))) {
        code = within(r, e);
        if (code)
            sb_store_rollback(r->store);
        else
            code = sb_store_commit(r->store, e);
    }
    sb_store_free(r->store);
    return code;
}

/* ---- the command line ---- */

static int check_options(const struct mttr_recording *r, struct sb_error *e)
{
    const struct mttr_options *o = r->o;
    if ((o->again && o->correct) || (o->again && o->retract) || (o->correct && o->retract))
        return sb_fail(e, SB_EUSAGE, "only one of --again, --correct and --retract can be meant");
    if (o->event && !o->correct && !o->retract)
        return sb_fail(e, SB_EUSAGE, "--event says what --correct or --retract is about");
    if (r->step->kind == SB_EVENT_NOTE && r->run->argc < 2 && !o->retract && !o->correct) {
        sb_fail(e, SB_EUSAGE, "a note without a text");
        return sb_hint(e, "srebox mttr note INCIDENT 'what was seen'");
    }
    return 0;
}

/* "-": what stdin says. */
static int read_note(struct mttr_recording *r, struct sb_error *e)
{
    struct sb_doc_pool *pool SB_CLEANUP(sb_doc_pool_freep) = NULL;
    struct sb_doc_text text;
    const struct sb_doc_limits limits = {.bytes = r->note.max};
    if (strcmp(r->run->argv[1], "-") != 0) {
        sb_buf_puts(&r->note, r->run->argv[1]);
        return sb_buf_check(&r->note, "the note", e);
    }
    pool = sb_doc_pool_new();
    int code = sb_doc_text_read(pool, "-", &limits, &text, e);
    if (!code && memchr(text.bytes, '\0', text.len))
        code = sb_fail(e, SB_EINPUT, "<stdin>: a note holds no NUL byte");
    while (!code && text.len && text.bytes[text.len - 1] == '\n')
        text.len--;
    if (!code)
        sb_buf_put(&r->note, text.bytes, text.len);
    return code;
}

static int record(struct mttr_recording *r, struct sb_error *e)
{
    const bool noted = r->run->argc > 1;
    int code = check_options(r, e);
    if (!code && noted)
        code = read_note(r, e);
    if (!code)
        code =
            mttr_entry_init(&r->entry, r->o, noted ? (r->note.data ? r->note.data : "") : NULL, e);
    if (!code)
        code = store_it(r, e);
    if (!code)
        mttr_record_answer(r);
    return code;
}

int mttr_record_verb(struct sb_run *run, struct sb_error *e)
{
    struct mttr_recording r = {.run = run,
                               .o = run->options,
                               .step = mttr_step_of_verb(run->verb->name),
                               .id = SB_BUF_INIT(SB_EVENT_TEXT),
                               .note = SB_BUF_INIT(64 << 10)};
    int code = record(&r, e);
    mttr_incidents_done(&r.set);
    mttr_entry_done(&r.entry);
    sb_buf_done(&r.id);
    sb_buf_done(&r.note);
    return code ? code : SB_EXIT_OK;
}
