/* The journal's table, appending and reading. */
#include "core/store/journal.h"

#include "core/base/mem.h"
#include "core/base/utf8.h"
#include "core/doc/json.h"
#include "core/store/store_private.h"

#include <assert.h>

#define SCRATCH_MOST ((size_t)4 << 20)

static const struct sb_migration migrations[] = {
    {1, "events",
     "CREATE TABLE event ("
     " id INTEGER PRIMARY KEY,"
     " at INTEGER NOT NULL,"
     " precision INTEGER NOT NULL DEFAULT 0,"
     " kind TEXT NOT NULL,"
     " subject TEXT,"
     " incident TEXT,"
     " source TEXT NOT NULL,"
     " actor TEXT,"
     " key TEXT,"
     " data TEXT NOT NULL DEFAULT '{}',"
     " corrects INTEGER REFERENCES event (id),"
     " CONSTRAINT \"precision is not negative\" CHECK (precision >= 0),"
     " CONSTRAINT \"kind is not empty\" CHECK (kind <> ''),"
     " CONSTRAINT \"source is not empty\" CHECK (source <> ''),"
     " CONSTRAINT \"data is a JSON object\" CHECK (substr(data, 1, 1) = '{')"
     ") STRICT;"
     "CREATE UNIQUE INDEX event_key ON event (source, key) WHERE key IS NOT NULL;"
     "CREATE INDEX event_at ON event (at);"
     "CREATE INDEX event_subject ON event (subject, at) WHERE subject IS NOT NULL;"
     "CREATE INDEX event_incident ON event (incident, at) WHERE incident IS NOT NULL;"
     "CREATE INDEX event_corrects ON event (corrects) WHERE corrects IS NOT NULL;"
     "CREATE TRIGGER event_no_update BEFORE UPDATE ON event"
     " BEGIN SELECT raise(ABORT, 'the journal is append-only'); END;"
     "CREATE TRIGGER event_no_delete BEFORE DELETE ON event"
     " BEGIN SELECT raise(ABORT, 'the journal is append-only'); END;"},
    /* It cost a third of an insertion; subjects are read in the order of time, and filtered. */
    {2, "no index of subjects", "DROP INDEX event_subject;"},
};
const struct sb_component sb_journal_component = {"journal", migrations, SB_LEN(migrations)};

/* ---- kinds ---- */

static const struct sb_str kind_names[SB_EVENT_COUNT] = {{"other", 5},
#define SB_EVENT_NAME(name, text) {text, sizeof text - 1},
                                                         SB_EVENT_KINDS(SB_EVENT_NAME)
#undef SB_EVENT_NAME
};
_Static_assert(SB_EVENT_COUNT <= 64, "SB_EVENT_BIT");

const char *sb_event_kind_name(enum sb_event_kind kind)
{
    return kind_names[kind].p;
}

enum sb_event_kind sb_event_kind_find(struct sb_str name)
{
    for (int k = 1; k < SB_EVENT_COUNT; k++)
        if (sb_str_eq(kind_names[k], name))
            return (enum sb_event_kind)k;
    return SB_EVENT_OTHER;
}

/* ---- appending ---- */

static int check_text(struct sb_str text, size_t most, const char *what, struct sb_error *e)
{
    if (text.len > most)
        return sb_fail(e, SB_EINPUT, "event: its %s has %zu bytes, at most %zu are taken", what,
                       text.len, most);
    if (text.len && memchr(text.p, '\0', text.len))
        return sb_fail(e, SB_EINPUT, "event: its %s holds a NUL byte", what);
    if (text.len && sb_utf8_valid(text.p, text.len) != text.len)
        return sb_fail(e, SB_EINPUT, "event: its %s is no well-formed UTF-8", what);
    return 0;
}

/* Where the JSON of events is checked: made when needed, made anew when it has grown. */
static struct sb_doc_pool *scratch(struct sb_store *s)
{
    if (s->scratch && sb_doc_arena(s->scratch)->total > SCRATCH_MOST) {
        sb_doc_pool_free(s->scratch);
        s->scratch = NULL;
    }
    if (!s->scratch)
        s->scratch = sb_doc_pool_new();
    return s->scratch;
}

/* A JSON object that any reader takes. */
static int check_data(struct sb_store *s, struct sb_str data, struct sb_error *e)
{
    struct sb_doc_text text;
    struct sb_doc_node *root = NULL;
    struct sb_doc_pool *pool = scratch(s);
    int code = sb_doc_text_copy(pool, "data of an event", data.p, data.len, &text, e);
    if (!code)
        code = sb_json_read(pool, &text, NULL, &root, e);
    if (!code && (root->type != SB_DOC_MAP || data.p[0] != '{'))
        code = sb_fail(e, SB_EINPUT, "event: its data is no JSON object");
    return code;
}

static int check_event(struct sb_store *s, const struct sb_event *event, struct sb_error *e)
{
    int code = check_text(event->subject, SB_EVENT_TEXT, "subject", e);
    if (!code)
        code = check_text(event->incident, SB_EVENT_TEXT, "incident", e);
    if (!code)
        code = check_text(event->source, SB_EVENT_TEXT, "source", e);
    if (!code)
        code = check_text(event->actor, SB_EVENT_TEXT, "actor", e);
    if (!code)
        code = check_text(event->key, SB_EVENT_TEXT, "key", e);
    if (!code)
        code = check_text(event->data, SB_EVENT_DATA, "data", e);
    if (!code && event->data.len && !event->data_is_json)
        code = check_data(s, event->data, e);
    if (code)
        return code;
    if (event->kind <= SB_EVENT_OTHER || event->kind >= SB_EVENT_COUNT)
        return sb_fail(e, SB_EINPUT, "event: no such kind: %d", (int)event->kind);
    if (!event->source.len)
        return sb_fail(e, SB_EINPUT, "event: it names no source");
    if (event->precision < 0)
        return sb_fail(e, SB_EINPUT, "event: its precision is negative");
    return 0;
}

/* The id in the only row of a query, or 0. */
static int take_id(struct sb_rows *rows, int64_t *ret_id, struct sb_error *e)
{
    int code = sb_rows_next(rows, e);
    if (code < 0)
        return code;
    int64_t id = code ? sb_rows_int(rows, 0) : 0;
    while (code > 0)
        code = sb_rows_next(rows, e); /* the statement is done only past its last row */
    if (!code)
        *ret_id = id;
    return code;
}

static int check_corrected(struct sb_store *s, int64_t id, struct sb_error *e)
{
    struct sb_rows rows SB_CLEANUP(sb_rows_done) = SB_ROWS_INIT;
    int64_t there = 0;
    int code = sb_store_query(s, "SELECT id FROM event WHERE id = ?1", SB_BINDS(sb_bind_int(id)),
                              &rows, e);
    if (!code)
        code = take_id(&rows, &there, e);
    if (!code && !there)
        code = sb_fail(e, SB_EINPUT, "event: it corrects event %lld, which is not there",
                       (long long)id);
    return code;
}

#define INSERT                                                                             \
    "INSERT INTO event (at, precision, kind, subject, incident, source, actor, key, data," \
    " corrects) VALUES "
#define ROW "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
#define ROWS_4 ROW ", " ROW ", " ROW ", " ROW
#define ROWS_16 ROWS_4 ", " ROWS_4 ", " ROWS_4 ", " ROWS_4
#define ROWS_64 ROWS_16 ", " ROWS_16 ", " ROWS_16 ", " ROWS_16
/* RETURNING would cost half of the speed: it makes every insertion keep a journal of its own. */
#define UNLESS_THERE " ON CONFLICT (source, key) WHERE key IS NOT NULL DO NOTHING"
enum { COLUMNS_SET = 10, CHUNK = 64 };

static void bind_event(const struct sb_event *event, struct sb_bind *ret)
{
    struct sb_str data = event->data.len ? event->data : SB_STR("{}");
    ret[0] = sb_bind_int(event->at);
    ret[1] = sb_bind_int(event->precision);
    ret[2] = sb_bind_text(kind_names[event->kind]);
    ret[3] = sb_bind_text_or_null(event->subject);
    ret[4] = sb_bind_text_or_null(event->incident);
    ret[5] = sb_bind_text(event->source);
    ret[6] = sb_bind_text_or_null(event->actor);
    ret[7] = sb_bind_text_or_null(event->key);
    ret[8] = sb_bind_text(data);
    ret[9] = event->corrects ? sb_bind_int(event->corrects) : sb_bind_null();
}

/* ret_id 0: it was there. */
static int insert(struct sb_store *s, const struct sb_event *event, int64_t *ret_id,
                  struct sb_error *e)
{
    struct sb_bind binds[COLUMNS_SET];
    int64_t changed = 0;
    bind_event(event, binds);
    int code = sb_store_run(s, INSERT ROW UNLESS_THERE, binds, COLUMNS_SET, &changed, e);
    if (!code)
        *ret_id = changed ? sb_store_last_id(s) : 0;
    return code;
}

static int find_key(struct sb_store *s, const struct sb_event *event, int64_t *ret_id,
                    struct sb_error *e)
{
    struct sb_rows rows SB_CLEANUP(sb_rows_done) = SB_ROWS_INIT;
    int code =
        sb_store_query(s, "SELECT id FROM event WHERE source = ?1 AND key = ?2 AND key IS NOT NULL",
                       SB_BINDS(sb_bind_text(event->source), sb_bind_text(event->key)), &rows, e);
    return code ? code : take_id(&rows, ret_id, e);
}

static int check(struct sb_store *s, const struct sb_event *event, struct sb_error *e)
{
    int code = check_event(s, event, e);
    return code || !event->corrects ? code : check_corrected(s, event->corrects, e);
}

int sb_journal_append(struct sb_store *s, const struct sb_event *event, struct sb_appended *ret,
                      struct sb_error *e)
{
    struct sb_appended done = {0, false};
    int code = check(s, event, e);
    if (!code)
        code = insert(s, event, &done.id, e);
    if (!code && !done.id) {
        done.seen = true;
        if (ret)
            code = find_key(s, event, &done.id, e);
    }
    if (!code && ret)
        *ret = done;
    return code;
}

/* Some of a chunk were there: new are those with the ids that were given now, (last - added, last], and of
 * several with the same key the first. */
static int tell_new(struct sb_store *s, const struct sb_event *events, int64_t added, bool *ret_new,
                    struct sb_error *e)
{
    int64_t last = sb_store_last_id(s), ids[CHUNK];
    for (size_t i = 0; i < CHUNK; i++) {
        int code = 0;
        ids[i] = 0;
        if (events[i].key.len)
            code = find_key(s, &events[i], &ids[i], e);
        if (code)
            return code;
        ret_new[i] = !events[i].key.len || ids[i] > last - added;
        for (size_t k = 0; k < i && ids[i] && ret_new[i]; k++)
            ret_new[i] = ids[k] != ids[i];
    }
    return 0;
}

/* CHUNK events by one statement, which costs half of what as many statements do. */
static int add_chunk(struct sb_store *s, const struct sb_event *events, bool *ret_new,
                     struct sb_error *e)
{
    struct sb_bind binds[CHUNK * COLUMNS_SET];
    int64_t added = 0;
    for (size_t i = 0; i < CHUNK; i++)
        bind_event(&events[i], binds + i * COLUMNS_SET);
    int code = sb_store_run(s, INSERT ROWS_64 UNLESS_THERE, binds, SB_LEN(binds), &added, e);
    if (code)
        return code;
    if (added > 0 && added < CHUNK)
        return tell_new(s, events, added, ret_new, e);
    memset(ret_new, added > 0, CHUNK * sizeof *ret_new);
    return 0;
}

int sb_journal_add(struct sb_store *s, const struct sb_event *events, size_t n, bool *ret_new,
                   size_t *ret_failed, struct sb_error *e)
{
    size_t i = 0;
    int code = 0;
    assert(sb_store_begun(s));
    for (size_t checked = 0; !code && i < n; i += checked) {
        size_t chunk = n - i >= CHUNK ? CHUNK : 1;
        for (checked = 0; !code && checked < chunk; checked++)
            code = check(s, &events[i + checked], e);
        if (code) {
            *ret_failed = i + checked - 1;
            return code;
        }
        int64_t id = 0;
        code = chunk == CHUNK ? add_chunk(s, events + i, ret_new + i, e)
                              : insert(s, &events[i], &id, e);
        if (chunk == 1)
            ret_new[i] = id != 0;
    }
    if (code)
        *ret_failed = n;
    return code;
}

int sb_journal_append_all(struct sb_store *s, const struct sb_event *events, size_t n,
                          size_t *ret_added, size_t *ret_failed, struct sb_error *e)
{
    bool *are_new SB_CLEANUP_FREE = sb_xcalloc(n + 1, sizeof *are_new);
    size_t added = 0, failed = n;
    int code = sb_store_begin(s, e);
    if (!code) {
        code = sb_journal_add(s, events, n, are_new, &failed, e);
        if (code)
            sb_store_rollback(s);
        else
            code = sb_store_commit(s, e);
    }
    for (size_t i = 0; i < n; i++)
        added += are_new[i];
    if (code && ret_failed)
        *ret_failed = failed;
    if (!code && ret_added)
        *ret_added = added;
    return code;
}

/* ---- reading ---- */

#define COLUMNS                                                                                   \
    "SELECT id, at, precision, kind, subject, incident, source, actor, key, data, corrects FROM " \
    "event "

/* Kinds and sources have no index: they are filtered while reading, at about a microsecond an event. */

static int read_by_time(struct sb_journal_cursor *c, struct sb_store *s,
                        const struct sb_journal_filter *f, struct sb_error *e)
{
    const struct sb_bind from = sb_bind_int(f->has_from ? f->from : INT64_MIN);
    const struct sb_bind last = sb_bind_int(f->has_to && f->to > INT64_MIN ? f->to - 1 : INT64_MAX);
    if (f->incident.len)
        return sb_store_query(
            s, COLUMNS "WHERE incident = ?1 AND at BETWEEN ?2 AND ?3 ORDER BY at, id",
            SB_BINDS(sb_bind_text(f->incident), from, last), &c->rows, e);
    if (f->subject.len)
        return sb_store_query(s,
                              COLUMNS "WHERE subject = ?1 AND at BETWEEN ?2 AND ?3 ORDER BY at, id",
                              SB_BINDS(sb_bind_text(f->subject), from, last), &c->rows, e);
    return sb_store_query(s, COLUMNS "WHERE at BETWEEN ?1 AND ?2 ORDER BY at, id",
                          SB_BINDS(from, last), &c->rows, e);
}

static int read_by_id(struct sb_journal_cursor *c, struct sb_store *s,
                      const struct sb_journal_filter *f, struct sb_error *e)
{
    const struct sb_bind after = sb_bind_int(f->after);
    if (f->incident.len)
        return sb_store_query(s, COLUMNS "WHERE incident = ?1 AND id > ?2 ORDER BY id",
                              SB_BINDS(sb_bind_text(f->incident), after), &c->rows, e);
    if (f->subject.len)
        return sb_store_query(s, COLUMNS "WHERE subject = ?1 AND id > ?2 ORDER BY id",
                              SB_BINDS(sb_bind_text(f->subject), after), &c->rows, e);
    return sb_store_query(s, COLUMNS "WHERE id > ?1 ORDER BY id", SB_BINDS(after), &c->rows, e);
}

int sb_journal_read(struct sb_journal_cursor *c, struct sb_store *s,
                    const struct sb_journal_filter *filter, struct sb_error *e)
{
    *c = (struct sb_journal_cursor){.rows = SB_ROWS_INIT, .filter = *filter};
    return filter->order == SB_JOURNAL_BY_TIME ? read_by_time(c, s, filter, e)
                                               : read_by_id(c, s, filter, e);
}

static void take_row(const struct sb_rows *r, struct sb_event *event)
{
    *event = (struct sb_event){
        .id = sb_rows_int(r, 0),
        .at = sb_rows_int(r, 1),
        .precision = sb_rows_int(r, 2),
        .kind_name = sb_rows_text(r, 3),
        .subject = sb_rows_text(r, 4),
        .incident = sb_rows_text(r, 5),
        .source = sb_rows_text(r, 6),
        .actor = sb_rows_text(r, 7),
        .key = sb_rows_text(r, 8),
        .data = sb_rows_text(r, 9),
        .corrects = sb_rows_int(r, 10),
    };
    event->kind = sb_event_kind_find(event->kind_name);
}

static bool wanted(const struct sb_journal_filter *f, const struct sb_event *event)
{
    return event->id > f->after && (!f->has_from || event->at >= f->from) &&
           (!f->has_to || event->at < f->to) && (!f->kinds || (f->kinds >> event->kind & 1)) &&
           (!f->subject.len || sb_str_eq(f->subject, event->subject)) &&
           (!f->incident.len || sb_str_eq(f->incident, event->incident)) &&
           (!f->source.len || sb_str_eq(f->source, event->source));
}

int sb_journal_next(struct sb_journal_cursor *c, struct sb_event *ret_event, struct sb_error *e)
{
    int code;
    while ((code = sb_rows_next(&c->rows, e)) > 0) {
        struct sb_event event;
        take_row(&c->rows, &event);
        if (wanted(&c->filter, &event)) {
            *ret_event = event;
            return 1;
        }
    }
    return code;
}

void sb_journal_end(struct sb_journal_cursor *c)
{
    sb_rows_done(&c->rows);
}
