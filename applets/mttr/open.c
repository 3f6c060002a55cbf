/* mttr open: a new incident, and the number that it gets.
 *
 * Ids are i1, i2, i3 ...: short enough for three in the morning. They are given within the transaction that
 * writes the first event, which holds the file's one writing lock: no two processes give the same. */
#include "applets/mttr/entry.h"
#include "applets/mttr/mttr.h"
#include "core/base/log.h"
#include "core/base/utf8.h"
#include "core/doc/json_write.h"

#include <inttypes.h>

static int is_taken(struct sb_store *s, uint64_t number, struct sb_buf *id, bool *ret,
                    struct sb_error *e)
{
    struct sb_rows rows SB_CLEANUP(sb_rows_done) = SB_ROWS_INIT;
    sb_buf_reset(id);
    sb_buf_printf(id, "i%" PRIu64, number);
    int code = sb_store_query(s, "SELECT 1 FROM event WHERE incident = ?1 LIMIT 1",
                              SB_BINDS(sb_bind_text((struct sb_str){id->data, id->len})), &rows, e);
    if (!code && (code = sb_rows_next(&rows, e)) >= 0) {
        *ret = code > 0;
        code = 0;
    }
    return code;
}

/* Numbers are given one after the other and never given back, so the first free one is found by halving;
 * one that another tool took meanwhile is passed over. */
static int next_id(struct sb_store *s, struct sb_buf *ret, struct sb_error *e)
{
    uint64_t low = 0, high = 1; /* low is taken, or 0 */
    bool taken = true;
    int code = 0;
    while (!code && !(code = is_taken(s, high, ret, &taken, e)) && taken) {
        low = high;
        high *= 2;
    }
    while (!code && high - low > 1) {
        const uint64_t middle = low + (high - low) / 2;
        code = is_taken(s, middle, ret, &taken, e);
        if (taken)
            low = middle;
        else
            high = middle;
    }
    sb_buf_reset(ret);
    sb_buf_printf(ret, "i%" PRIu64, high);
    return code;
}

struct opening {
    const struct mttr_options *o;
    struct mttr_entry entry;
    struct mttr_moment impact;
    struct sb_str service;
    struct sb_buf id;
    bool seen; /* the key was there */
};

static int write_event(struct opening *op, struct sb_store *s, enum sb_event_kind kind,
                       const struct mttr_moment *when, bool describes, struct sb_error *e)
{
    struct sb_event event = {.kind = kind,
                             .at = when->at,
                             .precision = when->precision,
                             .subject = op->service,
                             .incident = {op->id.data, op->id.len}};
    struct mttr_entry entry = op->entry; /* its memory stays op's */
    if (!describes)
        entry.said = (struct mttr_members){.actor_type = op->entry.said.actor_type};
    return mttr_entry_append(&entry, s, &event, op->o->key, NULL, e);
}

static int write_all(struct opening *op, struct sb_store *s, struct sb_error *e)
{
    int code = 0;
    if (op->o->key)
        code = mttr_entry_incident(s, op->o->key, SB_EVENT_DETECTED, &op->id, e);
    if (!code && op->id.len) {
        op->seen = true;
        return 0;
    }
    if (!code)
        code = next_id(s, &op->id, e);
    if (!code && op->o->impact_start)
        code = write_event(op, s, SB_EVENT_IMPACT_START, &op->impact, false, e);
    if (!code)
        code = write_event(op, s, SB_EVENT_DETECTED, &op->entry.when, true, e);
    if (!code && op->o->alerted)
        code = write_event(op, s, SB_EVENT_ALERTED, &op->entry.when, false, e);
    return code;
}

static int store_all(struct opening *op, struct sb_error *e)
{
    struct sb_store *s = NULL;
    int code = mttr_open_store(op->o, false, &s, e);
    if (!code && !(code = sb_store_begin(s, e))) {
        code = write_all(op, s, e);
        if (code)
            sb_store_rollback(s);
        else
            code = sb_store_commit(s, e);
    }
    sb_store_free(s);
    return code;
}

/* Stdout has the id and nothing else, for scripts; the rest is for whoever looks. */
static void answer(const struct opening *op, struct sb_run *run)
{
    if (run->format == SB_FORMAT_JSON) {
        struct sb_json_writer w;
        sb_json_writer_init(&w, run->out, 2);
        sb_json_open_map(&w);
        sb_json_key(&w, "schema");
        sb_json_text(&w, "srebox.mttr/1");
        sb_json_key(&w, "incident");
        sb_json_text(&w, op->id.data);
        sb_json_key(&w, "written");
        sb_json_bool(&w, !op->seen);
        sb_json_close_map(&w);
        sb_buf_putc(run->out, '\n');
        return;
    }
    sb_buf_printf(run->out, "%s\n", op->id.data);
    if (op->seen) {
        sb_note("%s was opened before under this key; nothing was written", op->id.data);
        return;
    }
    struct sb_buf text SB_CLEANUP(sb_buf_done) = SB_BUF_INIT(1024);
    sb_buf_printf(&text, "%s is open: %.*s, detected ", op->id.data, SB_STR_ARG(op->service));
    mttr_moment_print(&text, op->entry.zone, op->entry.when.at);
    if (op->o->impact_start) {
        sb_buf_puts(&text, ", ");
        mttr_span_print(&text, op->entry.when.at - op->impact.at);
        sb_buf_puts(&text, " after the impact began");
    }
    sb_note("%s; next: srebox mttr ack %s", text.data, op->id.data);
}

static int prepare(struct opening *op, const char *service, struct sb_error *e)
{
    const size_t len = strlen(service);
    int code = mttr_entry_init(&op->entry, op->o, NULL, e);
    if (!code && (len == 0 || len > 200 || sb_utf8_valid(service, len) != len)) {
        sb_fail(e, SB_EUSAGE, "that is no name of a service");
        code = sb_hint(e, "a name has 1 to 200 bytes of UTF-8");
    }
    if (!code && op->o->impact_start)
        code = mttr_entry_time(&op->entry, "--impact-start", op->o->impact_start, &op->impact, e);
    if (!code && op->o->impact_start &&
        op->impact.at > op->entry.when.at + op->entry.when.precision)
        sb_warn("--impact-start is later than the detection: written as you said it");
    return code;
}

int mttr_open_verb(struct sb_run *run, struct sb_error *e)
{
    struct opening op = {
        .o = run->options, .service = sb_str(run->argv[0]), .id = SB_BUF_INIT(SB_EVENT_TEXT)};
    int code = prepare(&op, run->argv[0], e);
    if (!code)
        code = store_all(&op, e);
    if (!code)
        answer(&op, run);
    sb_buf_done(&op.id);
    mttr_entry_done(&op.entry);
    return code ? code : SB_EXIT_OK;
}
