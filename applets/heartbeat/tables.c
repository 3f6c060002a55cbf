/* The monitor's tables. A flip, its node and its events are one transaction of the caller's. */
#include "applets/heartbeat/tables.h"

#include "applets/heartbeat/events.h"
#include "applets/heartbeat/evidence.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

static const struct sb_migration migrations[] = {
    {1, "nodes, flips, audits",
     "CREATE TABLE heartbeat_node ("
     " id BLOB PRIMARY KEY, zone BLOB NOT NULL, state TEXT NOT NULL, kind TEXT NOT NULL,"
     " source TEXT NOT NULL, flags INTEGER NOT NULL, exit_status INTEGER, said BLOB NOT NULL,"
     " received INTEGER NOT NULL, sent INTEGER, since INTEGER NOT NULL, started INTEGER NOT NULL,"
     " snooze INTEGER NOT NULL, boot INTEGER NOT NULL, seq INTEGER NOT NULL,"
     " interval_ms INTEGER NOT NULL, beats INTEGER NOT NULL, downs INTEGER NOT NULL,"
     " duplicates INTEGER NOT NULL, stale INTEGER NOT NULL, restarts INTEGER NOT NULL"
     ") STRICT, WITHOUT ROWID;"
     "CREATE TABLE heartbeat_flip ("
     " number INTEGER PRIMARY KEY, what TEXT NOT NULL, at INTEGER NOT NULL, id BLOB NOT NULL,"
     " zone BLOB NOT NULL, from_state TEXT NOT NULL, to_state TEXT NOT NULL, alert INTEGER NOT "
     "NULL,"
     " act INTEGER NOT NULL, who BLOB NOT NULL, text BLOB NOT NULL, incident TEXT NOT NULL,"
     " covered INTEGER NOT NULL, evidence TEXT NOT NULL) STRICT;"
     "CREATE INDEX heartbeat_flip_id ON heartbeat_flip (id, number);"
     "CREATE INDEX heartbeat_flip_mass ON heartbeat_flip (zone, number)"
     " WHERE what IN ('mass-begin', 'mass-end');"
     "CREATE TABLE heartbeat_audit ("
     " flip INTEGER NOT NULL, action BLOB NOT NULL, attempt INTEGER NOT NULL, outcome TEXT NOT "
     "NULL,"
     " began INTEGER NOT NULL, ended INTEGER NOT NULL, status INTEGER NOT NULL, text BLOB NOT NULL,"
     " PRIMARY KEY (flip, action, attempt)) STRICT, WITHOUT ROWID;"},
    {2, "which flips were handed on",
     "CREATE TABLE heartbeat_handed (one INTEGER PRIMARY KEY CHECK (one = 1),"
     " number INTEGER NOT NULL) STRICT;"
     "INSERT INTO heartbeat_handed SELECT 1, coalesce(max(number), 0) FROM heartbeat_flip;"},
    {3, "operators' snoozes",
     "CREATE TABLE heartbeat_snooze (number INTEGER PRIMARY KEY, ids BLOB NOT NULL,"
     " began INTEGER NOT NULL, until INTEGER NOT NULL, hold_actions INTEGER NOT NULL,"
     " who BLOB NOT NULL, why BLOB NOT NULL) STRICT;"},
};
const struct sb_component heartbeat_component = {"heartbeat", migrations, SB_LEN(migrations)};
const char *const heartbeat_outcome_names[] = {"done", "failed", "timed-out", "muted", NULL};

static struct sb_str bytes(const char *text, size_t size)
{
    return (struct sb_str){text, strnlen(text, size)};
}
#define BYTES(array) bytes((array), sizeof(array))

static struct sb_bind bind_name(const char *name)
{
    return sb_bind_text(sb_str(name));
}

static struct sb_bind bind_u64(uint64_t value)
{
    return sb_bind_int((int64_t)value);
}

/* The place of a name in a list; the list's length when it is none of them. */
static uint8_t place_of(struct sb_str name, const char *const *names, size_t count)
{
    size_t i = 0;
    while (i < count && !sb_str_is(name, names[i]))
        i++;
    return (uint8_t)i;
}

/* Cuts to the room there is, and ends with NUL. */
static void copy_bytes(char *to, size_t size, struct sb_str from)
{
    size_t len = SB_MIN(from.len, size - 1);
    if (len)
        memcpy(to, from.p, len);
    to[len] = '\0';
}

/* ---- nodes ---- */

int heartbeat_tables_save_node(struct sb_store *s, const struct heartbeat_saved *n,
                               struct sb_error *e)
{
    return sb_store_run(
        s,
        "INSERT INTO heartbeat_node (id, zone, state, kind, source, flags, exit_status, said,"
        " received, sent, since, started, snooze, boot, seq, interval_ms, beats, downs, duplicates,"
        " stale, restarts) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, "
        "?15,"
        " ?16, ?17, ?18, ?19, ?20, ?21)"
        " ON CONFLICT (id) DO UPDATE SET zone = ?2, state = ?3, kind = ?4, source = ?5, flags = ?6,"
        " exit_status = ?7, said = ?8, received = ?9, sent = ?10, since = ?11, started = ?12,"
        " snooze = ?13, boot = ?14, seq = ?15, interval_ms = ?16, beats = ?17, downs = ?18,"
        " duplicates = ?19, stale = ?20, restarts = ?21",
        SB_BINDS(sb_bind_blob((struct sb_str){n->id, n->id_len}), sb_bind_blob(BYTES(n->zone)),
                 bind_name(heartbeat_state_names[n->state]),
                 bind_name(heartbeat_kind_names[n->kind]),
                 bind_name(heartbeat_source_names[n->source]), sb_bind_int(n->flags),
                 n->exit_status == INT16_MIN ? sb_bind_null() : sb_bind_int(n->exit_status),
                 sb_bind_blob(BYTES(n->said)), sb_bind_int(n->received_wall),
                 n->sent_wall == HEARTBEAT_NO_TIME ? sb_bind_null() : sb_bind_int(n->sent_wall),
                 sb_bind_int(n->since_wall), sb_bind_int(n->started_wall),
                 sb_bind_int(n->snooze_wall), bind_u64(n->boot), bind_u64(n->seq),
                 sb_bind_int(n->interval_ms), sb_bind_int(n->beats), sb_bind_int(n->downs),
                 sb_bind_int(n->duplicates), sb_bind_int(n->stale), sb_bind_int(n->restarts)),
        NULL, e);
}

int heartbeat_tables_forget(struct sb_store *s, struct sb_str id, struct sb_error *e)
{
    return sb_store_run(s, "DELETE FROM heartbeat_node WHERE id = ?1", SB_BINDS(sb_bind_blob(id)),
                        NULL, e);
}

static void take_node(const struct sb_rows *r, struct heartbeat_saved *n)
{
    struct sb_str id = sb_rows_text(r, 0);
    *n = (struct heartbeat_saved){
        .id_len = (uint8_t)SB_MIN(id.len, (size_t)HEARTBEAT_ID_MAX),
        .state = place_of(sb_rows_text(r, 2), heartbeat_state_names, HEARTBEAT_STATE_COUNT),
        .kind = place_of(sb_rows_text(r, 3), heartbeat_kind_names, HEARTBEAT_KIND_COUNT),
        .source = place_of(sb_rows_text(r, 4), heartbeat_source_names, HEARTBEAT_SOURCE_COUNT),
        .flags = (uint16_t)sb_rows_int(r, 5),
        .exit_status = sb_rows_null(r, 6) ? INT16_MIN : (int16_t)sb_rows_int(r, 6),
        .received_wall = sb_rows_int(r, 8),
        .sent_wall = sb_rows_null(r, 9) ? HEARTBEAT_NO_TIME : sb_rows_int(r, 9),
        .since_wall = sb_rows_int(r, 10),
        .started_wall = sb_rows_int(r, 11),
        .snooze_wall = sb_rows_int(r, 12),
        .boot = (uint64_t)sb_rows_int(r, 13),
        .seq = (uint64_t)sb_rows_int(r, 14),
        .interval_ms = (uint32_t)sb_rows_int(r, 15),
        .beats = (uint32_t)sb_rows_int(r, 16),
        .downs = (uint16_t)sb_rows_int(r, 17),
        .duplicates = (uint16_t)sb_rows_int(r, 18),
        .stale = (uint16_t)sb_rows_int(r, 19),
        .restarts = (uint16_t)sb_rows_int(r, 20),
    };
    copy_bytes(n->id, sizeof n->id, id);
    copy_bytes(n->zone, sizeof n->zone, sb_rows_text(r, 1));
    copy_bytes(n->said, sizeof n->said, sb_rows_text(r, 7));
}

static int last_number(struct sb_store *s, uint64_t *ret, struct sb_error *e)
{
    struct sb_rows rows SB_CLEANUP(sb_rows_done) = SB_ROWS_INIT;
    int code = sb_store_query(s, "SELECT coalesce(max(number), 0) FROM heartbeat_flip", SB_NO_BINDS,
                              &rows, e);
    if (code || (code = sb_rows_next(&rows, e)) <= 0)
        return code;
    *ret = (uint64_t)sb_rows_int(&rows, 0);
    return 0;
}

int heartbeat_tables_load(struct sb_store *s,
                          void (*each)(void *ctx, const struct heartbeat_saved *node), void *ctx,
                          uint64_t *ret_last, struct sb_error *e)
{
    struct sb_rows rows SB_CLEANUP(sb_rows_done) = SB_ROWS_INIT;
    int code = sb_store_query(
        s,
        "SELECT id, zone, state, kind, source, flags, exit_status, said, received, sent, since,"
        " started, snooze, boot, seq, interval_ms, beats, downs, duplicates, stale, restarts"
        " FROM heartbeat_node",
        SB_NO_BINDS, &rows, e);
    while (!code && (code = sb_rows_next(&rows, e)) > 0) {
        struct heartbeat_saved node;
        take_node(&rows, &node);
        each(ctx, &node);
        code = 0;
    }
    return code ? code : last_number(s, ret_last, e);
}

/* ---- flips ---- */

struct incident {
    char name[HEARTBEAT_INCIDENT_MAX];
    bool covered;
};

static void name_incident(uint64_t number, struct incident *ret)
{
    snprintf(ret->name, sizeof ret->name, "heartbeat-%" PRIu64, number);
}

/* Of a query that selects incident and covered, at most one row. */
static int take_incident(struct sb_rows *rows, struct incident *ret, struct sb_error *e)
{
    int code = sb_rows_next(rows, e);
    if (code <= 0)
        return code;
    copy_bytes(ret->name, sizeof ret->name, sb_rows_text(rows, 0));
    ret->covered = sb_rows_int(rows, 1);
    return 0;
}

/* That of the flip that took the node down. */
static int incident_of_down(struct sb_store *s, const struct heartbeat_flip *f,
                            struct incident *ret, struct sb_error *e)
{
    struct sb_rows rows SB_CLEANUP(sb_rows_done) = SB_ROWS_INIT;
    int code = sb_store_query(
        s,
        "SELECT incident, covered FROM heartbeat_flip WHERE id = ?1 AND number < ?2"
        " AND what = 'node' AND to_state = 'down' ORDER BY number DESC LIMIT 1",
        SB_BINDS(sb_bind_blob((struct sb_str){f->id, f->id_len}), bind_u64(f->number)), &rows, e);
    return code ? code : take_incident(&rows, ret, e);
}

/* That of a mass silence that is on in this zone: the last flip about it is its begin. */
static int incident_of_mass(struct sb_store *s, struct sb_str zone, uint64_t number,
                            uint64_t session, struct incident *ret, struct sb_error *e)
{
    struct sb_rows rows SB_CLEANUP(sb_rows_done) = SB_ROWS_INIT;
    int code =
        sb_store_query(s,
                       "SELECT incident, what = 'mass-begin' FROM heartbeat_flip"
                       " WHERE what IN ('mass-begin', 'mass-end') AND zone = ?1"
                       " AND number < ?2 AND number > ?3 ORDER BY number DESC LIMIT 1",
                       SB_BINDS(sb_bind_blob(zone), bind_u64(number), bind_u64(session)), &rows, e);
    struct incident found = {"", false};
    if (!code)
        code = take_incident(&rows, &found, e);
    if (!code && found.covered)
        *ret = found;
    return code;
}

static int find_incident(struct sb_store *s, const struct heartbeat_flip *f, uint64_t session,
                         struct incident *ret, struct sb_error *e)
{
    int code = 0;
    switch (f->what) {
    case HEARTBEAT_FLIP_MASS_BEGIN: name_incident(f->number, ret); return 0;
    case HEARTBEAT_FLIP_MASS_END:
        code = incident_of_mass(s, BYTES(f->zone), f->number, session, ret, e);
        ret->covered = false;
        return code;
    case HEARTBEAT_FLIP_RELEASE: return incident_of_down(s, f, ret, e);
    case HEARTBEAT_FLIP_NODE: break;
    case HEARTBEAT_FLIP_NOTE:
    case HEARTBEAT_WHAT_COUNT:
    default: return 0;
    }
    if (f->to != HEARTBEAT_DOWN)
        return f->from == HEARTBEAT_DOWN ? incident_of_down(s, f, ret, e) : 0;
    if (!f->alert) { /* by itself, or silent because its zone is, or all zones are */
        code = incident_of_mass(s, BYTES(f->zone), f->number, session, ret, e);
        if (!code && !ret->covered)
            code = incident_of_mass(s, SB_STR(""), f->number, session, ret, e);
    }
    if (!code && !ret->covered)
        name_incident(f->number, ret);
    return code;
}

static int save_row(struct sb_store *s, const struct heartbeat_flip *f, const struct incident *i,
                    int64_t *ret_added, struct sb_error *e)
{
    struct sb_buf evidence SB_CLEANUP(sb_buf_done) = SB_BUF_INIT(64 << 10);
    struct sb_json_writer w;
    sb_json_writer_init(&w, &evidence, 0);
    heartbeat_evidence_json(&w, &f->evidence);
    return sb_store_run(
        s,
        "INSERT INTO heartbeat_flip (number, what, at, id, zone, from_state, to_state, alert, act, "
        "who,"
        " text, incident, covered, evidence)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)"
        " ON CONFLICT (number) DO NOTHING",
        SB_BINDS(bind_u64(f->number), bind_name(heartbeat_what_names[f->what]),
                 sb_bind_int(f->at_wall), sb_bind_blob((struct sb_str){f->id, f->id_len}),
                 sb_bind_blob(BYTES(f->zone)), bind_name(heartbeat_state_names[f->from]),
                 bind_name(heartbeat_state_names[f->to]), sb_bind_int(f->alert),
                 sb_bind_int(f->act), sb_bind_blob(BYTES(f->who)), sb_bind_blob(BYTES(f->text)),
                 bind_name(i->name), sb_bind_int(i->covered),
                 sb_bind_text((struct sb_str){evidence.data, evidence.len})),
        ret_added, e);
}

static int save_events(struct sb_store *s, const struct heartbeat_flip *f, const struct incident *i,
                       struct sb_error *e)
{
    struct heartbeat_events events SB_CLEANUP(heartbeat_events_done);
    heartbeat_events_make(f, i->name, i->covered, &events);
    int code = 0;
    for (size_t k = 0; !code && k < events.n; k++)
        code = sb_journal_append(s, &events.events[k], NULL, e);
    return code;
}

int heartbeat_tables_save_flip(struct sb_store *s, const struct heartbeat_flip *flip,
                               const struct heartbeat_saved *node, uint64_t session,
                               struct sb_error *e)
{
    struct incident incident = {"", false};
    int64_t added = 0;
    int code = find_incident(s, flip, session, &incident, e);
    if (!code)
        code = save_row(s, flip, &incident, &added, e);
    if (!code && added)
        code = save_events(s, flip, &incident, e);
    if (!code && node)
        code = heartbeat_tables_save_node(s, node, e);
    return code;
}

static void take_flip(const struct sb_rows *r, struct heartbeat_flip_row *row)
{
    *row = (struct heartbeat_flip_row){
        .number = (uint64_t)sb_rows_int(r, 0),
        .what = (enum heartbeat_what)place_of(sb_rows_text(r, 1), heartbeat_what_names,
                                              HEARTBEAT_WHAT_COUNT),
        .at_wall = sb_rows_int(r, 2),
        .id = sb_rows_text(r, 3),
        .zone = sb_rows_text(r, 4),
        .from = place_of(sb_rows_text(r, 5), heartbeat_state_names, HEARTBEAT_STATE_COUNT),
        .to = place_of(sb_rows_text(r, 6), heartbeat_state_names, HEARTBEAT_STATE_COUNT),
        .alert = sb_rows_int(r, 7),
        .act = sb_rows_int(r, 8),
        .who = sb_rows_text(r, 9),
        .text = sb_rows_text(r, 10),
        .incident = sb_rows_text(r, 11),
        .evidence = sb_rows_text(r, 12),
    };
}

#define FLIP_COLUMNS                                                                            \
    "SELECT number, what, at, id, zone, from_state, to_state, alert, act, who, text, incident," \
    " evidence FROM heartbeat_flip "

int heartbeat_tables_flips(struct sb_store *s, const struct heartbeat_flip_filter *filter,
                           bool (*each)(void *ctx, const struct heartbeat_flip_row *row), void *ctx,
                           struct sb_error *e)
{
    struct sb_rows rows SB_CLEANUP(sb_rows_done) = SB_ROWS_INIT;
    const struct sb_bind before =
        filter->before ? bind_u64(filter->before) : sb_bind_int(INT64_MAX);
    const struct sb_bind limit = sb_bind_int(filter->limit ? filter->limit : 100);
    const struct sb_bind since = sb_bind_int(filter->since_wall);
    int code;
    if (filter->id.len)
        code = sb_store_query(s,
                              FLIP_COLUMNS "WHERE number < ?1 AND at >= ?2 AND id = ?4"
                                           " ORDER BY number DESC LIMIT ?3",
                              SB_BINDS(before, since, limit, sb_bind_blob(filter->id)), &rows, e);
    else
        code = sb_store_query(
            s, FLIP_COLUMNS "WHERE number < ?1 AND at >= ?2 ORDER BY number DESC LIMIT ?3",
            SB_BINDS(before, since, limit), &rows, e);
    while (!code && (code = sb_rows_next(&rows, e)) > 0) {
        struct heartbeat_flip_row row;
        take_flip(&rows, &row);
        if (!each(ctx, &row))
            return 0;
        code = 0;
    }
    return code;
}

/* ---- handing on ---- */

int heartbeat_tables_save_handed(struct sb_store *s, uint64_t number, struct sb_error *e)
{
    return sb_store_run(s, "UPDATE heartbeat_handed SET number = ?1 WHERE number < ?1",
                        SB_BINDS(bind_u64(number)), NULL, e);
}

/* All but its evidence, which only people read. */
static void restore_flip(const struct heartbeat_flip_row *row, struct heartbeat_flip *f)
{
    *f = (struct heartbeat_flip){
        .number = row->number,
        .what = row->what,
        .at_wall = row->at_wall,
        .from = SB_MIN(row->from, HEARTBEAT_PAUSED),
        .to = SB_MIN(row->to, HEARTBEAT_PAUSED),
        .id_len = (uint8_t)SB_MIN(row->id.len, (size_t)HEARTBEAT_ID_MAX),
        .alert = row->alert,
        .act = row->act,
        .evidence = {.sent_wall = HEARTBEAT_NO_TIME, .exit_status = INT16_MIN, .phi = (double)NAN},
    };
    copy_bytes(f->id, sizeof f->id, row->id);
    copy_bytes(f->zone, sizeof f->zone, row->zone);
    copy_bytes(f->who, sizeof f->who, row->who);
    copy_bytes(f->text, sizeof f->text, row->text);
}

int heartbeat_tables_unhanded(struct sb_store *s,
                              void (*each)(void *ctx, const struct heartbeat_flip *flip), void *ctx,
                              struct sb_error *e)
{
    struct sb_rows rows SB_CLEANUP(sb_rows_done) = SB_ROWS_INIT;
    int code = sb_store_query(s,
                              FLIP_COLUMNS "WHERE number > (SELECT number FROM heartbeat_handed)"
                                           " AND (alert <> 0 OR act <> 0) ORDER BY number",
                              SB_NO_BINDS, &rows, e);
    while (!code && (code = sb_rows_next(&rows, e)) > 0) {
        struct heartbeat_flip_row row;
        struct heartbeat_flip flip;
        take_flip(&rows, &row);
        restore_flip(&row, &flip);
        each(ctx, &flip);
        code = 0;
    }
    return code;
}

/* ---- audits ---- */

int heartbeat_tables_save_audit(struct sb_store *s, const struct heartbeat_audit *a,
                                struct sb_error *e)
{
    return sb_store_run(
        s,
        "INSERT INTO heartbeat_audit (flip, action, attempt, outcome, began, ended,"
        " status, text) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"
        " ON CONFLICT (flip, action, attempt) DO NOTHING",
        SB_BINDS(bind_u64(a->flip), sb_bind_blob(BYTES(a->action)), sb_bind_int(a->attempt),
                 bind_name(heartbeat_outcome_names[a->outcome]), sb_bind_int(a->began_wall),
                 sb_bind_int(a->ended_wall), sb_bind_int(a->status), sb_bind_blob(BYTES(a->text))),
        NULL, e);
}

int heartbeat_tables_audits(struct sb_store *s, uint64_t flip,
                            void (*each)(void *ctx, const struct heartbeat_audit *audit), void *ctx,
                            struct sb_error *e)
{
    struct sb_rows rows SB_CLEANUP(sb_rows_done) = SB_ROWS_INIT;
    int code =
        sb_store_query(s,
                       "SELECT action, attempt, outcome, began, ended, status, text"
                       " FROM heartbeat_audit WHERE flip = ?1 ORDER BY began, action, attempt",
                       SB_BINDS(bind_u64(flip)), &rows, e);
    while (!code && (code = sb_rows_next(&rows, e)) > 0) {
        struct heartbeat_audit a = {
            .flip = flip,
            .attempt = (uint32_t)sb_rows_int(&rows, 1),
            .outcome = (enum heartbeat_outcome)place_of(
                sb_rows_text(&rows, 2), heartbeat_outcome_names, HEARTBEAT_OUTCOME_COUNT),
            .began_wall = sb_rows_int(&rows, 3),
            .ended_wall = sb_rows_int(&rows, 4),
            .status = (int32_t)sb_rows_int(&rows, 5),
        };
        copy_bytes(a.action, sizeof a.action, sb_rows_text(&rows, 0));
        copy_bytes(a.text, sizeof a.text, sb_rows_text(&rows, 6));
        each(ctx, &a);
        code = 0;
    }
    return code;
}

/* ---- who was told ---- */

/* Number and incident of the flip that was told of; both are 0 and "" when nothing is known of it. */
static int told_of(struct sb_store *s, const struct heartbeat_told *t, uint64_t *ret_number,
                   struct incident *ret, struct sb_error *e)
{
    struct sb_rows rows SB_CLEANUP(sb_rows_done) = SB_ROWS_INIT;
    int code;
    if (t->flip)
        code = sb_store_query(s,
                              "SELECT incident, covered, number FROM heartbeat_flip"
                              " WHERE number = ?1",
                              SB_BINDS(bind_u64(t->flip)), &rows, e);
    else
        code = sb_store_query(s,
                              "SELECT incident, covered, number FROM heartbeat_flip"
                              " WHERE id = ?1 AND what = 'node' AND to_state = 'down'"
                              " ORDER BY number DESC LIMIT 1",
                              SB_BINDS(sb_bind_blob((struct sb_str){t->id, t->id_len})), &rows, e);
    if (code || (code = sb_rows_next(&rows, e)) <= 0)
        return code;
    copy_bytes(ret->name, sizeof ret->name, sb_rows_text(&rows, 0));
    *ret_number = (uint64_t)sb_rows_int(&rows, 2);
    return 0;
}

int heartbeat_tables_save_told(struct sb_store *s, const struct heartbeat_told *t,
                               struct sb_error *e)
{
    struct sb_buf subject SB_CLEANUP(sb_buf_done) = SB_BUF_INIT(8192);
    struct sb_buf data SB_CLEANUP(sb_buf_done) = SB_BUF_INIT(8192);
    struct incident incident = {"", false};
    uint64_t number = 0;
    char key[96];
    int code = told_of(s, t, &number, &incident, e);
    if (code)
        return code;
    struct sb_json_writer w;
    sb_json_writer_init(&w, &data, 0);
    sb_json_open_map(&w);
    sb_json_key(&w, "text");
    sb_json_str(&w, BYTES(t->text));
    sb_json_close_map(&w);
    heartbeat_events_subject(&subject, t->of_zone, (struct sb_str){t->id, t->id_len});
    snprintf(key, sizeof key, "%" PRIu64 ":%s:%" PRId64, number, sb_event_kind_name(t->kind),
             t->at_wall);
    const struct sb_event event = {.at = t->at_wall,
                                   .kind = t->kind,
                                   .subject = {subject.data, subject.len},
                                   .incident = sb_str(incident.name),
                                   .source = SB_STR("heartbeat"),
                                   .key = sb_str(key),
                                   .data = {data.data, data.len}};
    return sb_journal_append(s, &event, NULL, e);
}

/* ---- retention ---- */

/* Numbers grow with time: what is older than the first that is young enough may go. */
#define YOUNG                                                                               \
    "coalesce((SELECT number FROM heartbeat_flip WHERE at >= ?1 ORDER BY number LIMIT 1), " \
    "9223372036854775807)"

int heartbeat_tables_prune(struct sb_store *s, int64_t before_wall, uint32_t limit,
                           int64_t *ret_removed, struct sb_error *e)
{
    int64_t removed = 0;
    int code = sb_store_run(
        s,
        "DELETE FROM heartbeat_flip WHERE number IN (SELECT number FROM heartbeat_flip AS f"
        " WHERE number < " YOUNG " AND NOT (to_state = 'down' AND EXISTS"
        " (SELECT 1 FROM heartbeat_node AS n WHERE n.id = f.id AND n.state = 'down'"
        " AND n.since = f.at)) ORDER BY number LIMIT ?2)",
        SB_BINDS(sb_bind_int(before_wall), sb_bind_int(limit)), &removed, e);
    if (!code && removed)
        code = sb_store_run(s,
                            "DELETE FROM heartbeat_audit WHERE flip < " YOUNG
                            " AND NOT EXISTS (SELECT 1 FROM heartbeat_flip WHERE number = flip)",
                            SB_BINDS(sb_bind_int(before_wall)), NULL, e);
    if (!code)
        *ret_removed = removed;
    return code;
}
