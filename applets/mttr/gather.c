/* From the journal's rows to incidents: one pass over the rows in the order in which they were written,
 * one to put them by incident, then each incident by itself.
 *
 * Invariant: rows of one incident stay in the order of their ids until they are sorted by time. */
#include "applets/mttr/gather.h"

#include "applets/mttr/corrections.h"
#include "applets/mttr/members.h"
#include "core/base/map.h"
#include "core/base/mem.h"
#include "core/sort/sort.h"

/* What a row says, without the texts. */
struct row {
    int64_t id, at, precision;
    uint32_t incident;
    uint8_t kind;
    bool person;
};
struct texts {
    struct sb_str actor, source, text;
};

struct gathering {
    const struct mttr_gathering *how;
    struct sb_store *store;
    struct mttr_corrections corrections;
    SB_VEC(struct row) rows;
    SB_VEC(struct texts) texts; /* beside rows, or empty */
    SB_VEC(struct mttr_part) parts;
    struct sb_map by_id; /* incident -> index into parts + 1 */
    struct sb_map interned;
    uint32_t last; /* of the row before */
    struct sb_arena arena;
    int64_t read_to;
};

static void gathering_done(struct gathering *g)
{
    mttr_corrections_done(&g->corrections);
    sb_vec_done(&g->rows);
    sb_vec_done(&g->texts);
    sb_vec_done(&g->parts);
    sb_map_done(&g->by_id);
    sb_map_done(&g->interned);
    sb_arena_done(&g->arena);
}

/* ---- the rows ---- */

#define COLUMNS \
    "SELECT id, at, precision, kind, incident, subject, source, corrects, data, actor FROM event "
enum { ID, AT, PRECISION, KIND, INCIDENT, SUBJECT, SOURCE, CORRECTS, DATA, ACTOR };

static int begin(struct gathering *g, struct sb_rows *rows, struct sb_error *e)
{
    if (g->how->incident.len)
        return sb_store_query(
            g->store,
            "WITH RECURSIVE mine (id) AS (SELECT id FROM event WHERE incident = ?1"
            " UNION SELECT event.id FROM event JOIN mine ON event.corrects = mine.id) " COLUMNS
            "WHERE id IN (SELECT id FROM mine) ORDER BY id",
            SB_BINDS(sb_bind_text(g->how->incident)), rows, e);
    return sb_store_query(g->store,
                          COLUMNS "WHERE incident IS NOT NULL OR corrects IS NOT NULL ORDER BY id",
                          SB_NO_BINDS, rows, e);
}

static struct sb_str keep(struct gathering *g, struct sb_str s)
{
    return s.len ? (struct sb_str){sb_arena_dup(&g->arena, s.p, s.len), s.len} : SB_STR("");
}

/* For texts of which there are few. */
static struct sb_str intern(struct gathering *g, struct sb_str s)
{
    if (!s.len)
        return SB_STR("");
    const char *known = sb_map_get(&g->interned, s.p, s.len);
    if (!known) {
        char *copy = sb_arena_dup(&g->arena, s.p, s.len);
        *sb_map_at(&g->interned, copy, s.len) = copy;
        known = copy;
    }
    return (struct sb_str){known, s.len};
}

static uint32_t part_of(struct gathering *g, struct sb_str id)
{
    if (g->last < g->parts.len && sb_str_eq(g->parts.items[g->last].incident.id, id))
        return g->last; /* those of one incident often come together */
    uintptr_t known = (uintptr_t)sb_map_get(&g->by_id, id.p, id.len);
    if (!known) {
        struct mttr_part part = {.incident = {.id = keep(g, id), .members = 1}};
        sb_vec_push(&g->parts, part);
        known = g->parts.len;
        *sb_map_at(&g->by_id, part.incident.id.p, id.len) = (void *)known;
    }
    return g->last = (uint32_t)(known - 1);
}

/* Incident and subject of what the row corrects, where it does not say its own. */
enum { CHAIN_MOST = 64 };
static int inherit(struct gathering *g, int64_t corrects, struct sb_str *incident,
                   struct sb_str *subject, struct sb_error *e)
{
    int code = 0;
    for (int i = 0; i < CHAIN_MOST && corrects && !(incident->len && subject->len); i++) {
        struct sb_rows rows SB_CLEANUP(sb_rows_done) = SB_ROWS_INIT;
        code =
            sb_store_query(g->store, "SELECT incident, subject, corrects FROM event WHERE id = ?1",
                           SB_BINDS(sb_bind_int(corrects)), &rows, e);
        if (code || (code = sb_rows_next(&rows, e)) <= 0)
            return code;
        if (!incident->len)
            *incident = keep(g, sb_rows_text(&rows, 0));
        if (!subject->len)
            *subject = keep(g, sb_rows_text(&rows, 1));
        corrects = sb_rows_int(&rows, 2);
        code = 0;
    }
    return code;
}

static void latest(struct gathering *g, struct sb_str *slot, struct sb_str said)
{
    if (said.len)
        *slot = intern(g, said);
}

/* What the row says of its incident. */
static void describe(struct gathering *g, struct mttr_part *part, struct sb_str subject,
                     struct sb_str source, const struct mttr_members *m)
{
    struct mttr_incident *i = &part->incident;
    if (!part->subject.len && subject.len)
        part->subject = intern(g, subject);
    if (!i->source.len)
        i->source = intern(g, source);
    latest(g, &i->service, m->service);
    latest(g, &i->severity, m->severity);
    latest(g, &i->team, m->team);
    if (m->title.len)
        i->title = keep(g, m->title);
    if (m->url.len && g->how->texts)
        i->url = keep(g, m->url);
}

static bool is_person(struct sb_str source, struct sb_str actor_type)
{
    return actor_type.len ? sb_str_is(actor_type, "person") : sb_str_is(source, "mttr");
}

static int take_row(struct gathering *g, const struct sb_rows *r, enum sb_event_kind kind,
                    struct sb_error *e)
{
    struct sb_str incident = sb_rows_text(r, INCIDENT), subject = sb_rows_text(r, SUBJECT);
    struct sb_str source = sb_rows_text(r, SOURCE);
    const int64_t corrects = sb_rows_int(r, CORRECTS);
    if (corrects) {
        int code = inherit(g, corrects, &incident, &subject, e);
        if (code)
            return code;
    }
    if (!incident.len || (g->how->incident.len && !sb_str_eq(incident, g->how->incident)))
        return 0;
    struct mttr_members m;
    const int64_t at = sb_rows_int(r, AT), precision = sb_rows_int(r, PRECISION);
    mttr_members_read(sb_rows_text(r, DATA), &g->arena, &m);
    const struct row row = {.id = sb_rows_int(r, ID),
                            .at = SB_MAX(at, 0),
                            .precision = SB_MIN(precision, INT64_MAX - SB_MAX(at, 0)),
                            .incident = part_of(g, incident),
                            .kind = (uint8_t)kind,
                            .person = is_person(source, m.actor_type)};
    struct mttr_part *part = &g->parts.items[row.incident];
    part->incident.n_events++;
    describe(g, part, subject, source, &m);
    if (g->how->texts) {
        const struct texts texts = {intern(g, sb_rows_text(r, ACTOR)), intern(g, source),
                                    keep(g, m.text)};
        sb_vec_push(&g->texts, texts);
    }
    sb_vec_push(&g->rows, row);
    return 0;
}

static int read_rows(struct gathering *g, struct sb_error *e)
{
    struct sb_rows rows SB_CLEANUP(sb_rows_done) = SB_ROWS_INIT;
    int code = begin(g, &rows, e), more;
    if (code || (more = sb_rows_next(&rows, e)) <= 0)
        return code ? code : more;
    /* the rows are held open: what is read now is of the same state of the file */
    code = mttr_corrections_read(g->store, &g->corrections, e);
    size_t gone = 0;
    for (; !code && more > 0; more = code ? code : sb_rows_next(&rows, e)) {
        g->read_to = sb_rows_int(&rows, ID);
        while (gone < g->corrections.n && g->corrections.gone[gone] < g->read_to)
            gone++;
        const enum sb_event_kind kind = sb_event_kind_find(sb_rows_text(&rows, KIND));
        if ((gone < g->corrections.n && g->corrections.gone[gone] == g->read_to) ||
            kind == SB_EVENT_RETRACTED)
            continue;
        if (g->rows.len == UINT32_MAX - 1)
            return sb_fail(e, SB_ETOOBIG, "the journal holds more events than can be looked at");
        code = take_row(g, &rows, kind, e);
    }
    return code ? code : more;
}

/* ---- by incident ---- */

/* Puts the rows where they belong: g's parts get their events, by id. */
static struct mttr_event *spread(struct gathering *g)
{
    struct mttr_event *all = sb_arena_alloc(&g->arena, (g->rows.len + 1) * sizeof *all);
    size_t at = 0;
    for (size_t i = 0; i < g->parts.len; i++) {
        struct mttr_part *part = &g->parts.items[i];
        part->events = all + at;
        at += part->incident.n_events;
        part->incident.n_events = 0;
    }
    for (size_t i = 0; i < g->rows.len; i++) {
        const struct row *row = &g->rows.items[i];
        struct mttr_part *part = &g->parts.items[row->incident];
        const struct texts texts =
            g->texts.len ? g->texts.items[i] : (struct texts){{"", 0}, {"", 0}, {"", 0}};
        part->events[part->incident.n_events++] = (struct mttr_event){.id = row->id,
                                                                      .at = row->at,
                                                                      .precision = row->precision,
                                                                      .kind = row->kind,
                                                                      .person = row->person,
                                                                      .actor = texts.actor,
                                                                      .source = texts.source,
                                                                      .text = texts.text};
    }
    return all;
}

/* Where an incident goes in the list. */
struct place {
    int64_t start;
    const struct mttr_incident *incident;
};
static int by_start(const void *left, const void *right, void *ctx, int *fail)
{
    const struct place *a = left, *b = right;
    (void)ctx;
    (void)fail;
    if (a->start != b->start)
        return a->start < b->start ? -1 : 1;
    return sb_str_cmp(a->incident->id, b->incident->id);
}

static void list(struct gathering *g, struct mttr_incidents *ret)
{
    SB_VEC(struct place) places = {0};
    for (size_t i = 0; i < g->parts.len; i++) {
        const struct mttr_incident *one = &g->parts.items[i].incident;
        if (one->n_events) /* not only retracted ones, not in a group */
            sb_vec_push(&places, ((struct place){one->start, one}));
    }
    sb_sort(places.items, places.len, sizeof *places.items, by_start, NULL, NULL);
    *ret = (struct mttr_incidents){.read_to = g->read_to};
    sb_vec_reserve(&ret->list, places.len + 1);
    for (size_t i = 0; i < places.len; i++)
        ret->list.items[ret->list.len++] = *places.items[i].incident;
    sb_vec_done(&places);
    ret->arena = g->arena;
    g->arena = (struct sb_arena)SB_ARENA_INIT;
}

int mttr_incidents_gather(struct sb_store *s, const struct mttr_gathering *how,
                          struct mttr_incidents *ret, struct sb_error *e)
{
    struct gathering g SB_CLEANUP(gathering_done) = {.how = how, .store = s};
    int code = read_rows(&g, e);
    if (code)
        return code;
    spread(&g);
    for (size_t i = 0; i < g.parts.len; i++)
        mttr_part_derive(&g.parts.items[i], &g.arena);
    if (how->rules)
        mttr_parts_group(g.parts.items, g.parts.len, how->rules, &g.arena);
    list(&g, ret);
    return 0;
}

void mttr_incidents_done(struct mttr_incidents *i)
{
    sb_vec_done(&i->list);
    sb_arena_done(&i->arena);
}
