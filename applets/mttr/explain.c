/* mttr explain: the incidents behind a figure, measured and put in order. */
#include "applets/mttr/explanation.h"
#include "core/sort/sort.h"

const char *mttr_measured_name(enum mttr_measured what)
{
    static const char *const names[] = {"measured", "open", "missing", "negative", "not_mine"};
    return names[what];
}

static const struct mttr_event *find_event(const struct mttr_incident *i, enum sb_event_kind kind,
                                           int64_t at)
{
    for (size_t k = 0; at != MTTR_NO_TIME && k < i->n_events; k++)
        if (i->events[k].kind == kind && i->events[k].at == at)
            return &i->events[k];
    return NULL;
}

static int rank(enum mttr_measured what)
{
    static const int ranks[] = {
        [MTTR_MEASURED] = 0, [MTTR_OPEN] = 1, [MTTR_NEGATIVE] = 2, [MTTR_MISSING] = 3};
    return ranks[what];
}

static int by_length(const void *a, const void *b, void *ctx, int *fail)
{
    const struct mttr_row *x = a, *y = b;
    (void)ctx;
    (void)fail;
    int order = rank(x->measure.what) - rank(y->measure.what);
    if (order)
        return order;
    return x->measure.ns > y->measure.ns ? -1 : x->measure.ns < y->measure.ns;
}

static void find_rows(struct mttr_explanation *x)
{
    for (size_t k = 0; k < x->sel.n; k++) {
        struct mttr_row row = {.incident = &x->set.list.items[x->sel.items[k]]};
        row.measure = mttr_measure_one(x->defs, x->metric, row.incident,
                                       mttr_selection_next(&x->sel, k), x->filter.now);
        if (row.measure.what == MTTR_NOT_MINE)
            continue;
        row.from = find_event(row.incident, row.measure.from_kind, row.measure.from);
        row.to = find_event(row.incident, row.measure.to_kind, row.measure.to);
        sb_vec_push(&x->rows, row);
    }
    sb_sort(x->rows.items, x->rows.len, sizeof *x->rows.items, by_length, NULL, NULL);
}

static void explain(struct mttr_explanation *x)
{
    struct mttr_sample sample;
    mttr_filter_select(&x->filter, &x->set, &x->sel);
    mttr_sample_take(x->defs, x->metric, &x->sel, x->filter.now, &sample);
    mttr_summarize(x->metric, &sample, &x->summary);
    mttr_sample_done(&sample);
    find_rows(x);
}

static void done(struct mttr_explanation *x)
{
    sb_vec_done(&x->rows);
    mttr_selection_done(&x->sel);
    mttr_incidents_done(&x->set);
    mttr_filter_done(&x->filter);
}

int mttr_explain_verb(struct sb_run *run, struct sb_error *e)
{
    const struct mttr_options *o = run->options;
    struct mttr_explanation x = {.defs = (enum mttr_defs)o->defs};
    int code = mttr_metric_find(x.defs, sb_str(run->argv[0]), &x.metric, e);
    if (!code)
        code = mttr_filter_read(o, sb_time_now(), &x.filter, e);
    if (!code)
        code = mttr_gather_all(o, true, &x.set, e);
    if (!code) {
        explain(&x);
        if (run->format == SB_FORMAT_JSON)
            mttr_explain_json(&x, run->out);
        else if (run->format == SB_FORMAT_CSV)
            mttr_explain_csv(&x, run->out);
        else
            mttr_explain_text(&x, run->width, run->out);
    }
    done(&x);
    return code;
}
