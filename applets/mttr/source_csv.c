/* CSV of anybody's: a row is an incident, with a column for the time of each event; or, where there are
 * columns "event" and "at", an event.
 *
 * Columns are known by their names, as --map says or as they are called here; case, and blanks or dashes
 * for underscores, do not matter. What is in columns that mean nothing here, and times that are not written
 * as in RFC 3339, are kept with the row's first event. */
#include "applets/mttr/map.h"
#include "applets/mttr/source_list.h"
#include "applets/mttr/take.h"
#include "core/base/map.h"
#include "core/base/mem.h"

#include <stdlib.h>

struct column {
    enum mttr_role role;
    enum sb_event_kind kind;
    char *name; /* as the header says it */
    char *raw;  /* what it is called in the raw record: no two are called the same */
};

struct mttr_rows {
    const struct mttr_source_options *options;
    char *file;
    SB_VEC(struct column) columns;
    bool events; /* a row is an event */
    struct sb_buf raw, key;
};

static const struct {
    const char *name, *means;
} aliases[] = {
    {"incident", "id"}, {"incident_id", "id"}, {"number", "id"},         {"key", "id"},
    {"kind", "event"},  {"time", "at"},        {"actor", "by"},          {"note", "text"},
    {"name", "title"},  {"summary", "title"},  {"priority", "severity"},
};

static void end(struct mttr_rows *r)
{
    if (!r)
        return;
    for (size_t i = 0; i < r->columns.len; i++) {
        free(r->columns.items[i].name);
        free(r->columns.items[i].raw);
    }
    sb_vec_done(&r->columns);
    sb_buf_done(&r->raw);
    sb_buf_done(&r->key);
    free(r->file);
    free(r);
}

/* ---- the header ---- */

/* "Impact start" -> "impact_start". */
static struct sb_str plain_name(struct sb_str name, char (*ret)[64])
{
    size_t len = 0;
    while (name.len && *name.p == ' ') {
        name.p++;
        name.len--;
    }
    while (name.len && name.p[name.len - 1] == ' ')
        name.len--;
    for (; len < name.len && len < sizeof *ret; len++) {
        char c = name.p[len];
        (*ret)[len] = c == ' ' || c == '-' ? '_' : c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
    }
    return (struct sb_str){*ret, len};
}

static size_t find_column(const struct mttr_rows *r, enum mttr_role role, enum sb_event_kind kind)
{
    for (size_t i = 0; i < r->columns.len; i++)
        if (r->columns.items[i].role == role && r->columns.items[i].kind == kind)
            return i;
    return SIZE_MAX;
}

/* The column that --map names: exactly, else in any case, else #N. */
static int find_named(const struct mttr_rows *r, const struct mttr_mapping *m, size_t *ret,
                      struct sb_error *e)
{
    struct sb_str want = m->where;
    for (int nocase = 0; nocase < 2; nocase++)
        for (size_t i = 0; i < r->columns.len; i++) {
            struct sb_str name = sb_str(r->columns.items[i].name);
            if (nocase ? sb_str_eq_nocase(name, want) : sb_str_eq(name, want)) {
                *ret = i;
                return 0;
            }
        }
    size_t number = 0;
    for (size_t i = 1; want.p[0] == '#' && i < want.len && want.p[i] >= '0' && want.p[i] <= '9' &&
                       number < r->columns.len;
         i++)
        number = number * 10 + (size_t)(want.p[i] - '0');
    if (number >= 1 && number <= r->columns.len) {
        *ret = number - 1;
        return 0;
    }
    sb_fail_at(e, SB_EINPUT, r->file, 1, 0, "there is no column \"%.*s\", as --map says",
               (int)SB_MIN(want.len, (size_t)80), want.p);
    return sb_hint(e, "columns are separated by , ; tab or |, and named by the first row");
}

static int map_columns(struct mttr_rows *r, struct sb_error *e)
{
    struct mttr_map map = {{NULL, 0, 0}};
    int code = mttr_map_parse(r->options->map, &map, e);
    for (size_t i = 0; !code && i < map.list.len; i++) {
        const struct mttr_mapping *m = &map.list.items[i];
        size_t at = 0;
        code = find_named(r, m, &at, e);
        struct column *c = &r->columns.items[at];
        if (!code && c->role != MTTR_ROLE_NONE)
            code =
                sb_fail(e, SB_EUSAGE, "--map: the column \"%s\" is given to %s and to %s", c->name,
                        mttr_role_name(c->role, c->kind), mttr_role_name(m->role, m->kind));
        if (!code) {
            c->role = m->role;
            c->kind = m->kind;
        }
    }
    mttr_map_done(&map);
    return code;
}

/* Gives columns the roles that their names say, where nobody has them yet. */
static int name_columns(struct mttr_rows *r, struct sb_error *e)
{
    size_t given = 0;
    for (size_t i = 0; i < r->columns.len; i++)
        given += r->columns.items[i].role != MTTR_ROLE_NONE;
    for (size_t i = 0; i < r->columns.len; i++) {
        struct column *c = &r->columns.items[i];
        char text[64];
        enum mttr_role role;
        enum sb_event_kind kind;
        struct sb_str name = plain_name(sb_str(c->name), &text);
        if (c->role != MTTR_ROLE_NONE || name.len < 2 || !mttr_role_find(name, &role, &kind))
            continue;
        size_t other = find_column(r, role, kind);
        if (other == SIZE_MAX) {
            c->role = role;
            c->kind = kind;
        } else if (!given) {
            sb_fail_at(e, SB_EINPUT, r->file, 1, 0, "columns %zu and %zu are both called \"%s\"",
                       other + 1, i + 1, c->name);
            return sb_hint(e, "say which is meant: --map %s=#%zu", mttr_role_name(role, kind),
                           i + 1);
        }
    }
    return 0;
}

/* Other names, for what no column is called. */
static void alias_columns(struct mttr_rows *r)
{
    for (size_t a = 0; a < SB_LEN(aliases); a++) {
        enum mttr_role role;
        enum sb_event_kind kind;
        if (!mttr_role_find(sb_str(aliases[a].means), &role, &kind) ||
            find_column(r, role, kind) != SIZE_MAX)
            continue;
        for (size_t i = 0; i < r->columns.len; i++) {
            char text[64];
            struct column *c = &r->columns.items[i];
            if (c->role == MTTR_ROLE_NONE &&
                sb_str_is(plain_name(sb_str(c->name), &text), aliases[a].name)) {
                c->role = role;
                c->kind = kind;
                break;
            }
        }
    }
}

static int check_columns(struct mttr_rows *r, struct sb_error *e)
{
    bool times = false;
    for (size_t i = 0; i < r->columns.len; i++)
        times |= r->columns.items[i].role == MTTR_ROLE_TIME;
    bool event = find_column(r, MTTR_ROLE_EVENT, SB_EVENT_OTHER) != SIZE_MAX,
         at = find_column(r, MTTR_ROLE_AT, SB_EVENT_OTHER) != SIZE_MAX;
    r->events = event && at;
    if (find_column(r, MTTR_ROLE_ID, SB_EVENT_OTHER) == SIZE_MAX) {
        sb_fail_at(e, SB_EINPUT, r->file, 1, 0, "no column is the incident's id");
        return sb_hint(e,
                       "call it id in the first row, or say --map id=COLUMN; is this a CSV file?");
    }
    if (!r->events && !times) {
        sb_fail_at(e, SB_EINPUT, r->file, 1, 0, "no column is the time of an event");
        return sb_hint(e,
                       "call them impact_start, alerted, acked, restored ... in the first row, or "
                       "say --map impact_start=COLUMN,restored=COLUMN");
    }
    return 0;
}

static void name_raw(struct mttr_rows *r)
{
    struct sb_map seen = {NULL, 0, 0};
    for (size_t i = 0; i < r->columns.len; i++)
        r->columns.items[i].raw = mttr_raw_name(&seen, sb_str(r->columns.items[i].name), i);
    sb_map_done(&seen);
}

static int begin(const struct sb_csv_row *header, const char *file,
                 const struct mttr_source_options *options, struct mttr_rows **ret,
                 struct sb_error *e)
{
    struct mttr_rows *r = sb_xcalloc(1, sizeof *r);
    r->options = options;
    r->file = sb_xstrdup(file);
    r->raw = (struct sb_buf)SB_BUF_INIT(SB_EVENT_DATA);
    r->key = (struct sb_buf)SB_BUF_INIT(8 << 20);
    for (size_t i = 0; i < header->n; i++)
        sb_vec_push(&r->columns, ((struct column){.name = sb_xmemdup0(header->fields[i].p,
                                                                      header->fields[i].len)}));
    name_raw(r);
    int code = map_columns(r, e);
    if (!code)
        code = name_columns(r, e);
    if (!code) {
        alias_columns(r);
        code = check_columns(r, e);
    }
    if (code)
        end(r);
    else
        *ret = r;
    return code;
}

/* ---- rows ---- */

/* "2026-11-23T14:30:00Z": nothing is lost by reading it. */
static bool is_plain_time(struct sb_str s)
{
    return s.len == 20 && s.p[10] == 'T' && s.p[19] == 'Z' && s.p[4] == '-';
}

/* What the row's events do not say, as a JSON object. */
static void make_raw(struct mttr_rows *r, const struct sb_csv_row *row)
{
    struct sb_json_writer w;
    sb_buf_reset(&r->raw);
    for (size_t i = 0; i < row->n; i++) {
        const struct column *c = &r->columns.items[i];
        bool time = c->role == MTTR_ROLE_TIME || c->role == MTTR_ROLE_AT;
        if (!row->fields[i].len ||
            (time ? is_plain_time(row->fields[i]) : c->role != MTTR_ROLE_NONE))
            continue;
        if (!r->raw.len) {
            sb_json_writer_init(&w, &r->raw, 0);
            sb_json_open_map(&w);
        }
        sb_json_key(&w, c->raw);
        sb_json_str(&w, row->fields[i]);
    }
    if (r->raw.len)
        sb_json_close_map(&w);
}

static int in_column(const struct mttr_rows *r, size_t i, struct sb_error *e)
{
    return sb_wrap(e, "column %zu, \"%.80s\"", i + 1, r->columns.items[i].name);
}

/* Somebody who writes a table of incidents means people by these. */
static enum mttr_actor whose(enum sb_event_kind kind)
{
    return kind == SB_EVENT_ACKED || kind == SB_EVENT_WORK_STARTED || kind == SB_EVENT_DIAGNOSED
               ? MTTR_ACTOR_PERSON
               : MTTR_ACTOR_UNKNOWN;
}

static int take_times(struct mttr_rows *r, const struct sb_csv_row *row, struct mttr_take *t,
                      struct sb_error *e)
{
    for (size_t i = 0; i < row->n; i++) {
        const struct column *c = &r->columns.items[i];
        struct mttr_step step = {.kind = c->kind, .who = whose(c->kind)};
        if (c->role != MTTR_ROLE_TIME)
            continue;
        int code = mttr_time_read(r->options, row->fields[i], &step.time, e);
        if (code < 0)
            return in_column(r, i, e);
        if (code)
            mttr_take_step(t, &step);
    }
    return 0;
}

static int unknown_event(const struct mttr_rows *r, size_t i, struct sb_str name,
                         struct sb_error *e)
{
    char word[64];
    mttr_event_unknown(name, plain_name(name, &word), e);
    return in_column(r, i, e);
}

/* By the journal's name, else by the letter of --map. */
static bool find_event(struct sb_str name, enum sb_event_kind *ret)
{
    char word[64];
    enum mttr_role role;
    name = plain_name(name, &word);
    *ret = sb_event_kind_find(name);
    if (*ret >= SB_EVENT_IMPACT_START && *ret <= SB_EVENT_NOTE)
        return true;
    return mttr_role_find(name, &role, ret) && role == MTTR_ROLE_TIME;
}

static void put_number(struct sb_buf *b, uint64_t n)
{
    char digits[20];
    size_t at = sizeof digits;
    do
        digits[--at] = (char)('0' + n % 10);
    while (n /= 10);
    sb_buf_put(b, digits + at, sizeof digits - at);
}

/* "acked@1795790100/sarah": what, when (seconds, or ns where it is no whole second) and by whom. */
static struct sb_str make_key(struct mttr_rows *r, const struct mttr_step *step)
{
    bool whole = step->time.at % SB_NS_PER_S == 0;
    int64_t time = whole ? step->time.at / SB_NS_PER_S : step->time.at;
    sb_buf_reset(&r->key);
    sb_buf_puts(&r->key, sb_event_kind_name(step->kind));
    sb_buf_puts(&r->key, time < 0 ? "@-" : "@");
    put_number(&r->key, time < 0 ? 0 - (uint64_t)time : (uint64_t)time);
    if (step->actor.len) {
        sb_buf_putc(&r->key, '/');
        sb_buf_put(&r->key, step->actor.p, step->actor.len);
    }
    return (struct sb_str){r->key.data, r->key.len};
}

/* A row that is an event. Without an id of its own it is known by what it is, when and by whom. */
static int take_event(struct mttr_rows *r, const struct sb_csv_row *row, struct mttr_take *t,
                      struct sb_error *e)
{
    struct mttr_step step = {.kind = SB_EVENT_OTHER};
    struct sb_str id = {"", 0}, name = {"", 0}, time = {"", 0};
    size_t at = 0, event = 0;
    for (size_t i = 0; i < row->n; i++)
        switch (r->columns.items[i].role) {
        case MTTR_ROLE_EVENT_ID: id = row->fields[i]; break;
        case MTTR_ROLE_EVENT:
            name = row->fields[i];
            event = i;
            break;
        case MTTR_ROLE_AT:
            time = row->fields[i];
            at = i;
            break;
        case MTTR_ROLE_BY: step.actor = row->fields[i]; break;
        case MTTR_ROLE_TEXT: step.text = row->fields[i]; break;
        default: break;
        }
    if (!find_event(name, &step.kind))
        return unknown_event(r, event, name, e);
    int code = mttr_time_read(r->options, time, &step.time, e);
    if (code == 0)
        code = sb_fail(e, SB_EINPUT, "there is no time");
    if (code < 0)
        return in_column(r, at, e);
    step.key = id.len ? id : make_key(r, &step);
    step.who = whose(step.kind);
    mttr_take_step(t, &step);
    return 0;
}

static int take(struct mttr_rows *r, const struct sb_csv_row *row, struct mttr_taken *ret,
                struct sb_error *e)
{
    struct mttr_about about = {.id = {"", 0}};
    if (row->n != r->columns.len)
        return sb_fail(e, SB_EINPUT, "the row has %zu fields, the first row has %zu", row->n,
                       r->columns.len);
    for (size_t i = 0; i < row->n; i++) {
        struct sb_str *field = mttr_about_text(&about, r->columns.items[i].role);
        if (field)
            *field = row->fields[i];
    }
    if (!about.id.len)
        return sb_fail(e, SB_EINPUT, "the row has no id");
    struct mttr_take t;
    mttr_take_begin(&t, "csv", NULL, ret, &about);
    make_raw(r, row);
    t.raw = (struct sb_str){r->raw.data, r->raw.len};
    int code = r->events ? take_event(r, row, &t, e) : take_times(r, row, &t, e);
    return mttr_take_finish(&t, code, e);
}

static const struct mttr_table table = {.begin = begin, .take = take, .end = end};
const struct mttr_source mttr_source_csv = {.name = "csv", .table = &table};
