/* What a figure is made of, as JSON and as CSV: every incident. */
#include "applets/mttr/explanation.h"
#include "core/doc/json_write.h"
#include "core/doc/number.h"
#include "core/ui/csv.h"

#include <math.h>

static double seconds_of(const struct mttr_row *row)
{
    return row->measure.what == MTTR_MISSING ? (double)NAN : (double)row->measure.ns / 1e9;
}

/* RFC 3339, in b; empty for no time. */
static struct sb_str time_text(struct sb_buf *b, int64_t at)
{
    sb_buf_reset(b);
    if (at != MTTR_NO_TIME)
        sb_time_print(b, at);
    return (struct sb_str){b->len ? b->data : "", b->len};
}

static void put_end(struct sb_json_writer *w, const char *key, enum sb_event_kind kind, int64_t at,
                    const struct mttr_event *ev)
{
    struct sb_buf text = SB_BUF_INIT(64);
    sb_json_key(w, key);
    sb_json_open_map(w);
    sb_json_key(w, "kind");
    sb_json_text(w, sb_event_kind_name(kind));
    sb_json_key(w, "at");
    if (at == MTTR_NO_TIME)
        sb_json_null(w);
    else
        sb_json_str(w, time_text(&text, at));
    if (ev) {
        sb_json_key(w, "event");
        sb_json_int(w, ev->id);
        sb_json_key(w, "source");
        sb_json_str(w, ev->source);
        sb_json_key(w, "actor");
        sb_json_str(w, ev->actor);
        sb_json_key(w, "person");
        sb_json_bool(w, ev->person);
    }
    sb_json_close_map(w);
    sb_buf_done(&text);
}

static void put_row(struct sb_json_writer *w, const struct mttr_row *row)
{
    const struct mttr_measure *m = &row->measure;
    sb_json_open_map(w);
    sb_json_key(w, "incident");
    sb_json_str(w, row->incident->id);
    for (int l = 0; l < MTTR_LABELS; l++) {
        sb_json_key(w, mttr_label_names[l]);
        sb_json_str(w, mttr_label_of(row->incident, (enum mttr_label)l));
    }
    sb_json_key(w, "state");
    sb_json_text(w, mttr_measured_name(m->what));
    sb_json_key(w, "seconds");
    sb_json_double(w, seconds_of(row));
    sb_json_key(w, "derived");
    sb_json_bool(w, m->derived);
    put_end(w, "from", m->from_kind, m->from, row->from);
    put_end(w, "to", m->to_kind, m->to, row->to);
    sb_json_close_map(w);
}

void mttr_explain_json(const struct mttr_explanation *x, struct sb_buf *out)
{
    struct sb_json_writer w;
    sb_json_writer_init(&w, out, 2);
    sb_json_open_map(&w);
    sb_json_key(&w, "schema");
    sb_json_text(&w, "srebox.mttr/1");
    sb_json_key(&w, "defs");
    sb_json_text(&w, mttr_defs_names[x->defs]);
    sb_json_key(&w, "metric");
    sb_json_text(&w, mttr_metric_names[x->metric]);
    sb_json_key(&w, "definition");
    sb_json_text(&w, mttr_metric_definition(x->defs, x->metric));
    sb_json_key(&w, "note");
    sb_json_text(&w, mttr_metric_note(x->defs, x->metric));
    sb_json_key(&w, "n");
    sb_json_int(&w, (int64_t)x->summary.n);
    sb_json_key(&w, "incidents");
    sb_json_open_list(&w);
    for (size_t k = 0; k < x->rows.len; k++)
        put_row(&w, &x->rows.items[k]);
    sb_json_close_list(&w);
    sb_json_close_map(&w);
    sb_buf_putc(out, '\n');
}

void mttr_explain_csv(const struct mttr_explanation *x, struct sb_buf *out)
{
    static const char *const columns[] = {
        "metric",  "incident",  "service", "severity", "team",  "source", "state",    "seconds",
        "derived", "from_kind", "from_at", "to_kind",  "to_at", "to_by",  "to_source"};
    struct sb_buf text = SB_BUF_INIT(64);
    struct sb_csv w;
    sb_csv_init(&w, out);
    for (size_t k = 0; k < SB_LEN(columns); k++)
        sb_csv_text(&w, columns[k]);
    sb_csv_end(&w);
    for (size_t k = 0; k < x->rows.len; k++) {
        const struct mttr_row *row = &x->rows.items[k];
        const struct mttr_measure *m = &row->measure;
        sb_csv_text(&w, mttr_metric_names[x->metric]);
        sb_csv_str(&w, row->incident->id);
        for (int l = 0; l < MTTR_LABELS; l++)
            sb_csv_str(&w, mttr_label_of(row->incident, (enum mttr_label)l));
        sb_csv_text(&w, mttr_measured_name(m->what));
        sb_buf_reset(&text);
        if (m->what != MTTR_MISSING)
            sb_number_print_double(&text, seconds_of(row));
        sb_csv_str(&w, (struct sb_str){text.len ? text.data : "", text.len});
        sb_csv_text(&w, m->derived ? "yes" : "no");
        sb_csv_text(&w, sb_event_kind_name(m->from_kind));
        sb_csv_str(&w, time_text(&text, m->from));
        sb_csv_text(&w, sb_event_kind_name(m->to_kind));
        sb_csv_str(&w, time_text(&text, m->to));
        sb_csv_str(&w, row->to ? row->to->actor : SB_STR(""));
        sb_csv_str(&w, row->to ? row->to->source : SB_STR(""));
        sb_csv_end(&w);
    }
    sb_buf_done(&text);
}
