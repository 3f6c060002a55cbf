/* Options to durations. */
#include "applets/mttr/durations.h"

#include "applets/mttr/prose.h"
#include "applets/mttr/report.h"
#include "core/doc/number.h"
#include "core/stat/order.h"

#include <inttypes.h>

static int none(const struct mttr_durations *d, struct sb_error *e)
{
    const char *metric = mttr_metric_names[d->metric];
    if (!d->sel.n) {
        sb_fail(e, SB_EUNSURE, "there are no such incidents");
        return sb_hint(e, "srebox mttr list shows those that there are");
    }
    sb_fail(e, SB_EUNSURE, "none of %zu incidents has a %s time (%s)", d->sel.n, metric,
            mttr_metric_definition(d->defs, d->metric));
    if (d->sample.missing)
        return sb_hint(e, "%zu have no event \"%s\"; --metric takes another time",
                       d->sample.missing, sb_event_kind_name(d->sample.lacks));
    return sb_hint(e, "srebox mttr explain %s says why; --metric takes another time", metric);
}

int mttr_durations_take(const struct mttr_options *o, struct mttr_durations *ret,
                        struct sb_error *e)
{
    *ret = (struct mttr_durations){.defs = (enum mttr_defs)o->defs};
    int code = mttr_metric_find(ret->defs, sb_str(o->metric), &ret->metric, e);
    if (!code)
        code = mttr_filter_read(o, sb_time_now(), &ret->filter, e);
    if (!code)
        code = mttr_gather_all(o, false, &ret->set, e);
    if (code)
        return code;
    mttr_filter_select(&ret->filter, &ret->set, &ret->sel);
    mttr_sample_take(ret->defs, ret->metric, &ret->sel, ret->filter.now, &ret->sample);
    const struct mttr_sample *s = &ret->sample;
    if (!s->n)
        return none(ret, e);
    ret->first = (double)s->at[0] * 1e-9;
    ret->last = (double)s->at[s->n - 1] * 1e-9;
    sb_sort_doubles(s->seconds, s->n);
    return 0;
}

void mttr_durations_done(struct mttr_durations *d)
{
    mttr_sample_done(&d->sample);
    mttr_selection_done(&d->sel);
    mttr_incidents_done(&d->set);
    mttr_filter_done(&d->filter);
}

void mttr_durations_say(const struct mttr_durations *d, int width, struct sb_buf *out)
{
    struct sb_buf b = SB_BUF_INIT(1024);
    const struct mttr_sample *s = &d->sample;
    sb_buf_printf(&b, "%s, %s: %zu incident%s", mttr_metric_names[d->metric],
                  mttr_metric_definition(d->defs, d->metric), s->n, s->n == 1 ? "" : "s");
    if (s->open)
        sb_buf_printf(&b, "; left out are %zu that are open", s->open);
    if (s->missing)
        sb_buf_printf(&b, "%s %zu without %s", s->open ? "," : "; left out are", s->missing,
                      sb_event_kind_name(s->lacks));
    if (s->negative)
        sb_buf_printf(&b, "%s %zu that end before they begin",
                      s->open || s->missing ? "," : "; left out are", s->negative);
    mttr_say(out, 0, width, "%s.", b.data);
    sb_buf_done(&b);
}

void mttr_durations_json(const struct mttr_durations *d, struct sb_json_writer *w)
{
    mttr_json_name(w, "metric", mttr_metric_names[d->metric]);
    mttr_json_name(w, "definition", mttr_metric_definition(d->defs, d->metric));
    mttr_json_name(w, "defs", mttr_defs_names[d->defs]);
    mttr_json_count(w, "n", d->sample.n);
    mttr_json_count(w, "open", d->sample.open);
    mttr_json_count(w, "missing", d->sample.missing);
    mttr_json_count(w, "negative", d->sample.negative);
}

int mttr_cut_read(const char *text, double *ret, struct sb_error *e)
{
    struct sb_number number;
    struct sb_str s = sb_str(text);
    const bool percent = sb_str_ends(s, SB_STR("%"));
    s.len -= percent;
    if (sb_number_parse(s, &number)) {
        const double value = sb_number_to_double(&number) / (percent ? 100 : 1);
        if (value >= 0.001 && value <= 0.999) {
            *ret = value;
            return 0;
        }
    }
    sb_fail(e, SB_EUSAGE, "--cut %.100s: not a share between 0.1%% and 99.9%%", text);
    return sb_hint(e, "--cut 10%% is every incident a tenth shorter");
}
