/* ServiceNow, as CSV: the list of incidents, or the log of their changes with a row for each.
 *
 * Columns are known by their names in the database (opened_at) or on the screen (Opened). "?" and "" are
 * nothing. Of a log the rows of an incident stand together, by time, as it is exported: the first one that
 * is active is somebody who has it, and one in which it was handed over is work; the state of an incident
 * that has but one row says how it stands, and not since when. */
#include "applets/mttr/source_list.h"
#include "applets/mttr/take.h"
#include "core/base/mem.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum field {
    NUMBER,
    OPENED,
    RESOLVED,
    CLOSED,
    UPDATED,
    CHANGES,
    STATE,
    REASSIGNED,
    REOPENED,
    SEVERITY,
    TEAM,
    TITLE,
    SERVICE,
    BY,
    FIELDS
};

/* Names of columns, the best first. */
static const char *const names[FIELDS][5] = {
    [NUMBER] = {"number"},
    [OPENED] = {"opened_at", "opened", "sys_created_on", "created"},
    [RESOLVED] = {"resolved_at", "resolved"},
    [CLOSED] = {"closed_at", "closed"},
    [UPDATED] = {"sys_updated_at", "sys_updated_on", "updated"},
    [CHANGES] = {"sys_mod_count", "updates"},
    [STATE] = {"incident_state", "state"},
    [REASSIGNED] = {"reassignment_count", "reassignment count"},
    [REOPENED] = {"reopen_count", "reopen count"},
    [SEVERITY] = {"severity", "priority"},
    [TEAM] = {"assignment_group", "assignment group"},
    [TITLE] = {"short_description", "short description"},
    [SERVICE] = {"business_service", "service", "cmdb_ci", "configuration item"},
    [BY] = {"sys_updated_by", "updated by"},
};

struct mttr_rows {
    const struct mttr_source_options *options;
    char *file;
    size_t at[FIELDS]; /* columns; SIZE_MAX: there is none */
    SB_VEC(char *) header;
    struct sb_buf raw;
    /* of the row before, for a log */
    struct sb_buf number;
    int64_t updated;
    uint64_t reassigned, reopened;
    bool acked, had_rows;
};

static void end(struct mttr_rows *r)
{
    if (!r)
        return;
    for (size_t i = 0; i < r->header.len; i++)
        free(r->header.items[i]);
    sb_vec_done(&r->header);
    sb_buf_done(&r->raw);
    sb_buf_done(&r->number);
    free(r->file);
    free(r);
}

static size_t find_column(const struct mttr_rows *r, enum field f)
{
    for (size_t n = 0; n < SB_LEN(names[f]) && names[f][n]; n++)
        for (size_t i = 0; i < r->header.len; i++)
            if (sb_str_eq_nocase(sb_str(r->header.items[i]), sb_str(names[f][n])))
                return i;
    return SIZE_MAX;
}

static int begin(const struct sb_csv_row *header, const char *file,
                 const struct mttr_source_options *options, struct mttr_rows **ret,
                 struct sb_error *e)
{
    if (options->map && *options->map) {
        sb_fail(e, SB_EUSAGE, "--map: the columns of servicenow are known");
        return sb_hint(e, "for columns of your own, say --from csv");
    }
    struct mttr_rows *r = sb_xcalloc(1, sizeof *r);
    r->options = options;
    r->file = sb_xstrdup(file);
    r->raw = (struct sb_buf)SB_BUF_INIT(SB_EVENT_DATA);
    r->number = (struct sb_buf)SB_BUF_INIT(SB_EVENT_TEXT);
    struct sb_map seen = {NULL, 0, 0};
    for (size_t i = 0; i < header->n; i++)
        sb_vec_push(&r->header, mttr_raw_name(&seen, header->fields[i], i));
    sb_map_done(&seen);
    for (int f = 0; f < FIELDS; f++)
        r->at[f] = find_column(r, (enum field)f);
    if (r->at[NUMBER] != SIZE_MAX && r->at[OPENED] != SIZE_MAX) {
        *ret = r;
        return 0;
    }
    sb_fail_at(e, SB_EINPUT, r->file, 1, 0,
               "this is no table of ServiceNow's: there is no column \"number\" with a column "
               "\"opened_at\" or \"Opened\"");
    end(r);
    return sb_hint(e, "export the list of incidents as CSV; for any other table, say --from csv");
}

static struct sb_str field(const struct mttr_rows *r, const struct sb_csv_row *row, enum field f)
{
    struct sb_str text = r->at[f] == SIZE_MAX ? (struct sb_str){"", 0} : row->fields[r->at[f]];
    return sb_str_is(text, "?") ? (struct sb_str){"", 0} : text;
}

static uint64_t number_of(struct sb_str s)
{
    uint64_t n = 0;
    for (size_t i = 0; i < s.len && s.p[i] >= '0' && s.p[i] <= '9' && n < UINT32_MAX; i++)
        n = n * 10 + (uint64_t)(s.p[i] - '0');
    return n;
}

/* 1, 0 (no time), or negative, with the column named. */
static int read_time(const struct mttr_rows *r, const struct sb_csv_row *row, enum field f,
                     struct mttr_time *ret, struct sb_error *e)
{
    int code = mttr_time_read(r->options, field(r, row, f), ret, e);
    if (code < 0)
        return sb_wrap(e, "column %zu, \"%.80s\"", r->at[f] + 1, r->header.items[r->at[f]]);
    return code;
}

static int take_time(struct mttr_rows *r, const struct sb_csv_row *row, struct mttr_take *t,
                     enum field f, enum sb_event_kind kind, struct sb_error *e)
{
    struct mttr_step step = {.kind = kind};
    int code = read_time(r, row, f, &step.time, e);
    if (code > 0)
        mttr_take_step(t, &step);
    return SB_MIN(code, 0);
}

static bool is_active(struct sb_str state)
{
    return sb_str_eq_nocase(state, SB_STR("Active")) ||
           sb_str_eq_nocase(state, SB_STR("In Progress")) || sb_str_is(state, "2");
}

/* What a row of a log tells by what is different from the row before. */
static int take_change(struct mttr_rows *r, const struct sb_csv_row *row, struct mttr_take *t,
                       struct sb_error *e)
{
    struct sb_str by = field(r, row, BY), number = field(r, row, NUMBER);
    struct mttr_step step = {.kind = SB_EVENT_ACKED, .actor = by};
    uint64_t reassigned = number_of(field(r, row, REASSIGNED)),
             reopened = number_of(field(r, row, REOPENED));
    bool again = r->had_rows && sb_str_eq(number, (struct sb_str){r->number.data, r->number.len});
    int code = read_time(r, row, UPDATED, &step.time, e);
    if (code <= 0)
        return code;
    if (again && step.time.at < r->updated)
        return sb_fail(e, SB_EINPUT, "the rows of an incident are not in the order of their time");
    if (by.len)
        step.who = sb_str_is(by, "system") ? MTTR_ACTOR_MACHINE : MTTR_ACTOR_PERSON;
    bool first = again || sb_str_is(field(r, row, CHANGES), "0");
    bool acked = again && r->acked;
    if (first && !acked && is_active(field(r, row, STATE))) {
        mttr_take_step(t, &step);
        acked = true;
    }
    step.kind = SB_EVENT_WORK_STARTED;
    if (again && reassigned > r->reassigned)
        mttr_take_step(t, &step);
    char key[40];
    step.kind = SB_EVENT_REOPENED;
    int len = snprintf(key, sizeof key, "reopened %" PRIu64, reopened);
    step.key = (struct sb_str){key, (size_t)len};
    if (again && reopened > r->reopened)
        mttr_take_step(t, &step);
    sb_buf_reset(&r->number);
    sb_buf_put(&r->number, number.p, number.len);
    r->updated = step.time.at;
    r->reassigned = reassigned;
    r->reopened = reopened;
    r->acked = acked;
    r->had_rows = true;
    return 0;
}

static void make_raw(struct mttr_rows *r, const struct sb_csv_row *row)
{
    struct sb_json_writer w;
    sb_buf_reset(&r->raw);
    sb_json_writer_init(&w, &r->raw, 0);
    sb_json_open_map(&w);
    for (size_t i = 0; i < row->n; i++)
        if (row->fields[i].len && !sb_str_is(row->fields[i], "?")) {
            sb_json_key(&w, r->header.items[i]);
            sb_json_str(&w, row->fields[i]);
        }
    sb_json_close_map(&w);
}

static int take(struct mttr_rows *r, const struct sb_csv_row *row, struct mttr_taken *ret,
                struct sb_error *e)
{
    if (row->n != r->header.len)
        return sb_fail(e, SB_EINPUT, "the row has %zu fields, the first row has %zu", row->n,
                       r->header.len);
    struct mttr_about about = {.id = field(r, row, NUMBER),
                               .service = field(r, row, SERVICE),
                               .severity = field(r, row, SEVERITY),
                               .team = field(r, row, TEAM),
                               .title = field(r, row, TITLE)};
    struct mttr_take t;
    if (!about.id.len)
        return sb_fail(e, SB_EINPUT, "the row has no number");
    mttr_take_begin(&t, "servicenow", NULL, ret, &about);
    make_raw(r, row);
    t.raw = (struct sb_str){r->raw.data, r->raw.len};
    int code = take_time(r, row, &t, OPENED, SB_EVENT_ALERTED, e);
    if (!code)
        code = take_change(r, row, &t, e);
    if (!code)
        code = take_time(r, row, &t, RESOLVED, SB_EVENT_RESTORED, e);
    if (!code)
        code = take_time(r, row, &t, CLOSED, SB_EVENT_CLOSED, e);
    return mttr_take_finish(&t, code, e);
}

static const struct mttr_table table = {.begin = begin, .take = take, .end = end};
const struct mttr_source mttr_source_servicenow = {.name = "servicenow", .table = &table};
