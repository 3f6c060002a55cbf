/* What an import says of itself. */
#include "applets/mttr/import.h"

#include "core/base/utf8.h"

#include <inttypes.h>

#define SHOWN ((size_t)10) /* reasons of each kind, in text */

const char *mttr_verdict_name(enum mttr_verdict v)
{
    static const char *const names[] = {"taken", "known", "set_aside", "refused"};
    return names[v];
}

static bool in_json(const struct mttr_import *m)
{
    return m->run->format == SB_FORMAT_JSON;
}

static void put_count(struct sb_json_writer *w, const char *key, uint64_t count)
{
    sb_json_key(w, key);
    sb_json_int(w, (int64_t)count);
}

static void put_text(struct sb_json_writer *w, const char *key, const char *text)
{
    sb_json_key(w, key);
    sb_json_text(w, text);
}

void mttr_import_report_begin(struct mttr_import *m)
{
    if (!in_json(m))
        return;
    sb_json_writer_init(&m->json, m->run->out, 2);
    sb_json_open_map(&m->json);
    put_text(&m->json, "schema", "srebox.mttr/1");
    sb_json_key(&m->json, "import");
    sb_json_open_map(&m->json);
    put_text(&m->json, "file", m->window.name);
    put_text(&m->json, "source", m->source->name);
    sb_json_key(&m->json, "dry_run");
    sb_json_bool(&m->json, !m->store);
    if (m->rows) {
        sb_json_key(&m->json, "rows");
        sb_json_open_list(&m->json);
    }
}

void mttr_import_report_record(struct mttr_import *m, uint64_t line, enum mttr_verdict verdict,
                               const char *why)
{
    struct sb_buf *b = m->run->out;
    if (in_json(m)) {
        sb_json_open_map(&m->json);
        put_count(&m->json, "line", line);
        put_text(&m->json, "verdict", mttr_verdict_name(verdict));
        put_text(&m->json, "reason", why);
        sb_json_close_map(&m->json);
        return;
    }
    sb_buf_printf(b, "line %" PRIu64 ": %s: ", line,
                  verdict == MTTR_ASIDE ? "set aside" : mttr_verdict_name(verdict));
    sb_escape(b, sb_str(why));
    sb_buf_putc(b, '\n');
}

void mttr_import_report_taken(struct mttr_import *m, enum mttr_verdict verdict,
                              const struct mttr_waiting *record, const struct sb_event *events)
{
    struct sb_buf *b = m->run->out;
    if (in_json(m)) {
        sb_json_open_map(&m->json);
        put_count(&m->json, "line", record->line);
        put_text(&m->json, "verdict", mttr_verdict_name(verdict));
        sb_json_key(&m->json, "incident");
        sb_json_str(&m->json, events->incident);
        put_count(&m->json, "events", record->events);
        sb_json_close_map(&m->json);
        return;
    }
    sb_buf_printf(b, "line %" PRIu64 ": %s: ", record->line, mttr_verdict_name(verdict));
    sb_escape_name(b, events->incident);
    sb_buf_printf(b, ", %zu event%s\n", record->events, record->events == 1 ? "" : "s");
}

/* ---- JSON ---- */

static void end_json(struct mttr_import *m, const struct sb_error *early)
{
    struct sb_json_writer *w = &m->json;
    if (m->rows)
        sb_json_close_list(w);
    put_count(w, "records", m->records);
    for (int v = 0; v < MTTR_VERDICTS; v++)
        put_count(w, mttr_verdict_name((enum mttr_verdict)v), m->verdicts[v]);
    put_count(w, "events", m->events);
    put_count(w, "events_added", m->added);
    put_count(w, "backwards", m->backwards);
    put_count(w, "without_zone", m->options.zoneless ? *m->options.zoneless : 0);
    sb_json_key(w, "complete");
    sb_json_bool(w, !early);
    put_text(w, "ended_by", early ? early->text : NULL);
    sb_json_key(w, "reasons");
    sb_json_open_list(w);
    for (size_t i = 0; i < m->reasons.len; i++) {
        const struct mttr_reason *r = &m->reasons.items[i];
        sb_json_open_map(w);
        put_text(w, "verdict", mttr_verdict_name(r->verdict));
        put_text(w, "reason", r->text);
        put_count(w, "records", r->count);
        put_count(w, "first_line", r->line);
        sb_json_close_map(w);
    }
    sb_json_close_list(w);
    put_count(w, "records_with_more_reasons", m->more_reasons);
    sb_json_close_map(w);
    sb_json_close_map(w);
    sb_buf_putc(m->run->out, '\n');
}

/* ---- text ---- */

static const char *plural(uint64_t n)
{
    return n == 1 ? "" : "s";
}

static void put_reasons(const struct mttr_import *m, enum mttr_verdict verdict, const char *heading)
{
    struct sb_buf *b = m->run->out;
    uint64_t shown = 0;
    if (!m->verdicts[verdict])
        return;
    sb_buf_printf(b, "  %" PRIu64 " %s:\n", m->verdicts[verdict], heading);
    size_t n = 0;
    for (size_t i = 0; i < m->reasons.len && n < SHOWN; i++) {
        const struct mttr_reason *r = &m->reasons.items[i];
        if (r->verdict != verdict)
            continue;
        sb_buf_printf(b, "    line %" PRIu64 ": ", r->line);
        sb_escape(b, sb_str(r->text));
        if (r->count > 1)
            sb_buf_printf(b, " (and %" PRIu64 " more like it)", r->count - 1);
        sb_buf_putc(b, '\n');
        shown += r->count;
        n++;
    }
    if (shown < m->verdicts[verdict])
        sb_buf_printf(b, "    and %" PRIu64 " for other reasons: --rows lists them all\n",
                      m->verdicts[verdict] - shown);
}

static void put_events(const struct mttr_import *m)
{
    struct sb_buf *b = m->run->out;
    if (!m->store)
        sb_buf_printf(b, "  %" PRIu64 " would be taken: %" PRIu64 " event%s\n",
                      m->verdicts[MTTR_TAKEN], m->events, plural(m->events));
    else
        sb_buf_printf(b, "  %" PRIu64 " taken: %" PRIu64 " event%s added\n",
                      m->verdicts[MTTR_TAKEN], m->added, plural(m->added));
    if (m->verdicts[MTTR_KNOWN])
        sb_buf_printf(b, "  %" PRIu64 " known already: nothing to add\n", m->verdicts[MTTR_KNOWN]);
}

static void end_text(const struct mttr_import *m, const struct sb_error *early)
{
    struct sb_buf *b = m->run->out;
    sb_escape(b, sb_str(m->window.name));
    sb_buf_printf(b, ": %" PRIu64 " record%s of %s\n", m->records, plural(m->records),
                  m->source->name);
    put_events(m);
    put_reasons(m, MTTR_ASIDE, "set aside");
    put_reasons(m, MTTR_REFUSED, "refused");
    if (m->backwards)
        sb_buf_printf(b,
                      "  %" PRIu64 " end%s before %s: taken as written, `srebox mttr doctor` lists "
                      "them\n",
                      m->backwards, m->backwards == 1 ? "s" : "",
                      m->backwards == 1 ? "it begins" : "they begin");
    if (m->options.zoneless && *m->options.zoneless)
        sb_buf_printf(b,
                      "  %" PRIu64 " time%s did not say %s zone: read as %s (--tz says another)\n",
                      *m->options.zoneless, plural(*m->options.zoneless),
                      *m->options.zoneless == 1 ? "its" : "their",
                      m->options.zone ? sb_zone_name(m->options.zone) : "UTC");
    if (early && m->store)
        sb_buf_puts(b, "  The import ended early. What was taken before is kept; importing the "
                       "file again adds what is missing.\n");
}

void mttr_import_report_end(struct mttr_import *m, const struct sb_error *early)
{
    if (in_json(m))
        end_json(m, early);
    else
        end_text(m, early);
}
