/* mttr list: the open ones first, then the others; the newest of each first.
 *
 * A look, not a judgement: the exit status is 0 whatever stands there. */
#include "applets/mttr/filter.h"
#include "applets/mttr/moment.h"
#include "applets/mttr/mttr.h"
#include "applets/mttr/step.h"
#include "applets/mttr/story.h"
#include "core/base/mem.h"
#include "core/ui/csv.h"
#include "core/ui/table.h"

struct listing {
    const struct mttr_options *o;
    struct mttr_filter filter;
    struct mttr_incidents set;
    struct mttr_selection selection; /* by start */
    size_t n_open;
};

static bool is_over(const struct mttr_incident *i)
{
    return i->closed || i->restored;
}

/* The k-th as they are listed. */
static const struct mttr_incident *at(const struct listing *l, const size_t *order, size_t k)
{
    return &l->set.list.items[order[k]];
}

/* Indexes: open ones from the newest, then the others. The caller frees. */
static size_t *order(struct listing *l)
{
    const struct mttr_selection *s = &l->selection;
    size_t *items = sb_xcalloc(s->n + 1, sizeof *items), n = 0;
    for (int over = 0; over <= 1; over++) {
        for (size_t k = s->n; k-- > 0;)
            if (is_over(&l->set.list.items[s->items[k]]) == (over == 1))
                items[n++] = s->items[k];
        if (!over)
            l->n_open = n;
    }
    return items;
}

static void text(const struct listing *l, const size_t *items, struct sb_run *run)
{
    static const struct sb_table_column columns[] = {
        {"INCIDENT", false, 8}, {"STATE", false, 0}, {"SINCE", false, 0}, {"LASTED", true, 0},
        {"SERVICE", false, 8},  {"SEV", false, 4},   {"TITLE", false, 10}};
    struct sb_table t;
    if (!l->selection.n) {
        sb_buf_puts(run->out, l->set.list.len ? "no incidents like that\n" : "no incidents\n");
        return;
    }
    sb_table_init(&t, columns, SB_LEN(columns));
    for (size_t k = 0; k < l->selection.n; k++) {
        const struct mttr_incident *i = at(l, items, k);
        struct sb_buf b SB_CLEANUP(sb_buf_done) = SB_BUF_INIT(64);
        sb_table_cell(&t, i->id);
        sb_table_text(&t, mttr_state(i));
        mttr_moment_print(&b, l->filter.zone, i->start);
        sb_table_cell(&t, (struct sb_str){b.data, b.len - 3}); /* without seconds */
        sb_buf_reset(&b);
        mttr_span_print(&b, mttr_lasted(i, l->filter.now));
        sb_table_text(&t, b.data);
        sb_table_cell(&t, i->service);
        sb_table_cell(&t, i->severity);
        sb_table_cell(&t, i->title);
    }
    sb_table_print(&t, run->out, 0, (size_t)run->width);
    sb_table_done(&t);
}

static void json(const struct listing *l, const size_t *items, struct sb_run *run)
{
    struct sb_json_writer w;
    sb_json_writer_init(&w, run->out, 2);
    sb_json_open_map(&w);
    sb_json_key(&w, "schema");
    sb_json_text(&w, "srebox.mttr/1");
    sb_json_key(&w, "open");
    sb_json_int(&w, (int64_t)l->n_open);
    sb_json_key(&w, "incidents");
    sb_json_open_list(&w);
    for (size_t k = 0; k < l->selection.n; k++) {
        const struct mttr_story story = {at(l, items, k), l->filter.zone, l->filter.now,
                                         MTTR_DEFS_STRICT};
        mttr_story_json(&w, &story, false);
    }
    sb_json_close_list(&w);
    sb_json_close_map(&w);
    sb_buf_putc(run->out, '\n');
}

static void csv_time(struct sb_csv *w, int64_t t)
{
    struct sb_buf b SB_CLEANUP(sb_buf_done) = SB_BUF_INIT(64);
    if (t != MTTR_NO_TIME)
        sb_time_print(&b, t);
    sb_csv_str(w, (struct sb_str){b.data, b.len});
}

/* The names are those that `import --from csv` takes. */
static void csv(const struct listing *l, const size_t *items, struct sb_run *run)
{
    static const char *const labels[] = {"id", "service", "severity", "team", "title", "state"};
    struct sb_csv w;
    sb_csv_init(&w, run->out);
    for (size_t k = 0; k < SB_LEN(labels); k++)
        sb_csv_text(&w, labels[k]);
    for (unsigned kind = 1; kind < MTTR_STEPS; kind++)
        sb_csv_text(&w, sb_event_kind_name((enum sb_event_kind)kind));
    sb_csv_end(&w);
    for (size_t k = 0; k < l->selection.n; k++) {
        const struct mttr_incident *i = at(l, items, k);
        sb_csv_str(&w, i->id);
        sb_csv_str(&w, i->service);
        sb_csv_str(&w, i->severity);
        sb_csv_str(&w, i->team);
        sb_csv_str(&w, i->title);
        sb_csv_text(&w, mttr_state(i));
        for (unsigned kind = 1; kind < MTTR_STEPS; kind++)
            csv_time(&w, kind >= SB_EVENT_RESTORED ? i->last[kind] : i->first[kind]);
        sb_csv_end(&w);
    }
}

static int read_all(struct listing *l, struct sb_error *e)
{
    int code = mttr_filter_read(l->o, sb_time_now(), &l->filter, e);
    if (!code)
        code = mttr_gather_all(l->o, false, &l->set, e);
    if (!code)
        mttr_filter_select(&l->filter, &l->set, &l->selection);
    return code;
}

int mttr_list_verb(struct sb_run *run, struct sb_error *e)
{
    struct listing l = {.o = run->options};
    int code = read_all(&l, e);
    size_t *items SB_CLEANUP_FREE = code ? NULL : order(&l);
    if (items && run->format == SB_FORMAT_JSON)
        json(&l, items, run);
    else if (items && run->format == SB_FORMAT_CSV)
        csv(&l, items, run);
    else if (items)
        text(&l, items, run);
    mttr_selection_done(&l.selection);
    mttr_incidents_done(&l.set);
    mttr_filter_done(&l.filter);
    return code ? code : SB_EXIT_OK;
}
