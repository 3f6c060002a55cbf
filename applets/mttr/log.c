/* mttr log: every event that was written of an incident, in the order of writing, with what became of it.
 *
 * This one does not derive: it shows the journal's rows, those too that were corrected or taken back. */
#include "applets/mttr/corrections.h"
#include "applets/mttr/incident.h"
#include "applets/mttr/members.h"
#include "applets/mttr/moment.h"
#include "applets/mttr/mttr.h"
#include "core/base/utf8.h"
#include "core/doc/json.h"
#include "core/doc/json_write.h"

struct entry {
    int64_t id, at, precision, corrects;
    struct sb_str kind, subject, source, actor, key, data;
    int64_t successor; /* the last that corrects it, or the next in the same place; or 0 */
    bool stands;
};

struct history {
    SB_VEC(struct entry) list; /* by id */
    struct sb_arena arena;
    struct mttr_corrections corrections;
};

static void history_done(struct history *h)
{
    sb_vec_done(&h->list);
    sb_arena_done(&h->arena);
    mttr_corrections_done(&h->corrections);
}

static struct sb_str keep(struct history *h, struct sb_str s)
{
    return (struct sb_str){sb_arena_dup(&h->arena, s.p, s.len), s.len};
}

static void take(struct history *h, const struct sb_rows *r)
{
    const struct entry entry = {.id = sb_rows_int(r, 0),
                                .at = sb_rows_int(r, 1),
                                .precision = sb_rows_int(r, 2),
                                .corrects = sb_rows_int(r, 3),
                                .kind = keep(h, sb_rows_text(r, 4)),
                                .subject = keep(h, sb_rows_text(r, 5)),
                                .source = keep(h, sb_rows_text(r, 6)),
                                .actor = keep(h, sb_rows_text(r, 7)),
                                .key = keep(h, sb_rows_text(r, 8)),
                                .data = keep(h, sb_rows_text(r, 9)),
                                .stands =
                                    !mttr_corrections_gone(&h->corrections, sb_rows_int(r, 0))};
    sb_vec_push(&h->list, entry);
}

/* What corrects comes after what it corrects. */
static struct entry *find(const struct history *h, int64_t id)
{
    size_t low = 0, high = h->list.len;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (h->list.items[middle].id < id)
            low = middle + 1;
        else
            high = middle;
    }
    return low < h->list.len && h->list.items[low].id == id ? &h->list.items[low] : NULL;
}

static int read_rows(struct history *h, struct sb_store *s, struct sb_str incident,
                     struct sb_error *e)
{
    struct sb_rows rows SB_CLEANUP(sb_rows_done) = SB_ROWS_INIT;
    int code = mttr_corrections_read(s, &h->corrections, e);
    if (!code)
        code = sb_store_query(
            s,
            "WITH RECURSIVE mine (id) AS (SELECT id FROM event WHERE incident = ?1"
            " UNION SELECT event.id FROM event JOIN mine ON event.corrects = mine.id)"
            " SELECT id, at, precision, corrects, kind, subject, source, actor, key, data"
            " FROM event WHERE id IN (SELECT id FROM mine) ORDER BY id",
            SB_BINDS(sb_bind_text(incident)), &rows, e);
    while (!code && (code = sb_rows_next(&rows, e)) > 0) {
        take(h, &rows);
        code = 0;
    }
    return code;
}

/* Of several corrections of one event each takes the place of the one before it. */
static void find_successors(struct history *h)
{
    for (size_t i = 0; i < h->list.len; i++) {
        const struct entry *entry = &h->list.items[i];
        struct entry *corrected = find(h, entry->corrects);
        struct entry *before = corrected ? find(h, corrected->successor) : NULL;
        if (before && !before->successor)
            before->successor = entry->id;
        if (corrected)
            corrected->successor = entry->id;
    }
}

/* ---- text ---- */

/* A line of its own, beneath the event's. */
static void part(struct sb_buf *b, const char *name, struct sb_str value)
{
    if (!value.len)
        return;
    sb_buf_printf(b, "        %s", name);
    sb_escape(b, value);
    sb_buf_putc(b, '\n');
}

static void what_became(struct sb_buf *b, const struct history *h, const struct entry *entry)
{
    const struct entry *next = entry->successor ? find(h, entry->successor) : NULL;
    if (entry->corrects)
        sb_buf_printf(b, "        %s %lld\n",
                      sb_str_is(entry->kind, "retracted") ? "takes back" : "corrects",
                      (long long)entry->corrects);
    if (!entry->stands && next)
        sb_buf_printf(b, "        %s by %lld\n",
                      sb_str_is(next->kind, "retracted") ? "taken back" : "corrected",
                      (long long)next->id);
}

static void written(struct sb_buf *b, const struct mttr_members *m, const struct sb_zone *zone)
{
    struct sb_error unreadable;
    int64_t at = 0;
    const bool timed = m->written.len && !sb_time_parse(m->written, &at, &unreadable);
    if (!timed && !m->written_by.len)
        return;
    sb_buf_puts(b, "        written");
    if (timed) {
        sb_buf_putc(b, ' ');
        mttr_moment_print(b, zone, at);
    }
    if (m->written_by.len) {
        sb_buf_puts(b, " by ");
        sb_escape_name(b, m->written_by);
    }
    sb_buf_putc(b, '\n');
}

static void words(struct sb_buf *b, const struct entry *entry, const struct sb_zone *zone)
{
    struct sb_arena arena SB_CLEANUP(sb_arena_done) = SB_ARENA_INIT;
    struct mttr_members m;
    mttr_members_read(entry->data, &arena, &m);
    written(b, &m, zone);
    part(b, "service: ", m.service);
    part(b, "severity: ", m.severity);
    part(b, "team: ", m.team);
    part(b, "title: ", m.title);
    part(b, "url: ", m.url);
    part(b, "", m.text);
}

static void text(const struct history *h, const struct sb_zone *zone, struct sb_buf *b)
{
    for (size_t i = 0; i < h->list.len; i++) {
        const struct entry *entry = &h->list.items[i];
        sb_buf_printf(b, "%6lld  ", (long long)entry->id);
        mttr_moment_print(b, zone, entry->at);
        sb_buf_puts(b, entry->stands ? "  " : "  (");
        sb_escape(b, entry->kind);
        sb_buf_puts(b, entry->stands ? "" : ")");
        if (entry->actor.len) {
            sb_buf_puts(b, " by ");
            sb_escape_name(b, entry->actor);
        }
        sb_buf_puts(b, ", ");
        sb_escape(b, entry->source);
        sb_buf_putc(b, '\n');
        what_became(b, h, entry);
        words(b, entry, zone);
    }
}

/* ---- JSON ---- */

/* As it stands in the journal; as a text where it cannot be read. */
static void data(struct sb_json_writer *w, struct sb_str s)
{
    struct sb_doc_pool *pool SB_CLEANUP(sb_doc_pool_freep) = sb_doc_pool_new();
    struct sb_doc_text doc;
    struct sb_doc_node *root;
    struct sb_error e;
    sb_json_key(w, "data");
    if (sb_doc_text_copy(pool, "data", s.p, s.len, &doc, &e) ||
        sb_json_read(pool, &doc, NULL, &root, &e) || sb_json_node(w, root, (uint64_t)1 << 20, &e))
        sb_json_str(w, s);
}

static void optional(struct sb_json_writer *w, const char *key, struct sb_str s)
{
    sb_json_key(w, key);
    if (s.len)
        sb_json_str(w, s);
    else
        sb_json_null(w);
}

static void json_entry(struct sb_json_writer *w, const struct entry *entry)
{
    struct sb_buf at SB_CLEANUP(sb_buf_done) = SB_BUF_INIT(64);
    sb_time_print(&at, entry->at);
    sb_json_open_map(w);
    sb_json_key(w, "event");
    sb_json_int(w, entry->id);
    sb_json_key(w, "at");
    sb_json_text(w, at.data);
    sb_json_key(w, "precision_s");
    sb_json_double(w, (double)entry->precision / (double)SB_NS_PER_S);
    sb_json_key(w, "kind");
    sb_json_str(w, entry->kind);
    optional(w, "subject", entry->subject);
    optional(w, "source", entry->source);
    optional(w, "actor", entry->actor);
    optional(w, "key", entry->key);
    sb_json_key(w, "corrects");
    if (entry->corrects)
        sb_json_int(w, entry->corrects);
    else
        sb_json_null(w);
    sb_json_key(w, "stands");
    sb_json_bool(w, entry->stands);
    data(w, entry->data);
    sb_json_close_map(w);
}

static void json(const struct history *h, struct sb_str incident, struct sb_run *run)
{
    struct sb_json_writer w;
    sb_json_writer_init(&w, run->out, 2);
    sb_json_open_map(&w);
    sb_json_key(&w, "schema");
    sb_json_text(&w, "srebox.mttr/1");
    sb_json_key(&w, "incident");
    sb_json_str(&w, incident);
    sb_json_key(&w, "log");
    sb_json_open_list(&w);
    for (size_t i = 0; i < h->list.len; i++)
        json_entry(&w, &h->list.items[i]);
    sb_json_close_list(&w);
    sb_json_close_map(&w);
    sb_buf_putc(run->out, '\n');
}

int mttr_log_verb(struct sb_run *run, struct sb_error *e)
{
    const struct mttr_options *o = run->options;
    struct history h SB_CLEANUP(history_done) = {.arena = SB_ARENA_INIT};
    struct sb_buf id SB_CLEANUP(sb_buf_done) = SB_BUF_INIT(SB_EVENT_TEXT);
    struct sb_store *s = NULL;
    struct sb_zone *zone = NULL;
    int code = mttr_zone(o->tz, &zone, e);
    if (!code)
        code = mttr_open_store(o, true, &s, e);
    if (!code)
        code = mttr_find(s, sb_str(run->argv[0]), &id, e);
    const struct sb_str incident = {id.data, id.len};
    if (!code)
        code = read_rows(&h, s, incident, e);
    find_successors(&h);
    if (!code && run->format == SB_FORMAT_JSON)
        json(&h, incident, run);
    else if (!code)
        text(&h, zone, run->out);
    sb_store_free(s);
    sb_zone_free(zone);
    return code ? code : SB_EXIT_OK;
}
