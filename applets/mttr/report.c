/* mttr report: options to figures. */
#include "applets/mttr/report.h"

#include <math.h>

/* --- options --- */

/* "50" to 0.5; a number from 0 to `most`, no more than 18 characters. */
static bool read_number(struct sb_str s, double most, double *ret)
{
    char copy[20], *end;
    if (!s.len || s.len >= sizeof copy || strspn(s.p, "0123456789.") < s.len)
        return false;
    memcpy(copy, s.p, s.len);
    copy[s.len] = '\0';
    *ret = strtod(copy, &end);
    return !*end && *ret >= 0 && *ret <= most;
}

static int read_slo(struct mttr_report *r, const char *text, struct sb_error *e)
{
    double percent;
    r->impact.slo = (double)NAN;
    if (!text)
        return 0;
    struct sb_str s = sb_str(text);
    if (sb_str_ends(s, SB_STR("%")))
        s.len--;
    if (!read_number(s, 100, &percent) || percent >= 100 || percent <= 0) {
        sb_fail(e, SB_EUSAGE, "--slo %.100s: not a percentage between 0 and 100", text);
        return sb_hint(e, "such as 99.9; nothing is always available, so 100 leaves no budget to "
                          "measure");
    }
    r->impact.slo = percent / 100;
    return 0;
}

static int read_weights(struct mttr_report *r, const struct sb_strings *list, struct sb_error *e)
{
    if (list->len > SB_LEN(r->weights))
        return sb_fail(e, SB_EUSAGE, "more than %zu --weight", SB_LEN(r->weights));
    for (size_t i = 0; i < list->len; i++) {
        const char *text = list->items[i], *eq = strrchr(text, '=');
        struct mttr_weight *w = &r->weights[i];
        if (!eq || !read_number(sb_str(eq + 1), 1, &w->share)) {
            sb_fail(e, SB_EUSAGE, "--weight %.200s: not SEVERITY=SHARE", text);
            return sb_hint(e, "the share of the service that is gone, from 0 to 1: sev2=0.5");
        }
        w->severity = (struct sb_str){text, (size_t)(eq - text)};
    }
    r->impact.weights = r->weights;
    r->impact.n_weights = list->len;
    return 0;
}

static int read_percent(struct sb_str *name, unsigned *ret, struct sb_error *e)
{
    const char *dot = memchr(name->p, '.', name->len);
    *ret = 50;
    if (!dot)
        return 0;
    struct sb_str part = {dot + 1, (size_t)(name->p + name->len - dot - 1)};
    name->len = (size_t)(dot - name->p);
    if (sb_str_is(part, "p90"))
        *ret = 90;
    else if (sb_str_is(part, "p95"))
        *ret = 95;
    else if (!sb_str_is(part, "median"))
        return sb_fail(e, SB_EUSAGE, "an objective is of a metric's .median, .p90 or .p95");
    return 0;
}

static int read_objective(struct mttr_report *r, const char *text, struct mttr_objective *ret,
                          struct sb_error *e)
{
    const char *op = strstr(text, "<=");
    struct sb_str name = {text, op ? (size_t)(op - text) : 0};
    int64_t most;
    int code = 0;
    if (!op) {
        sb_fail(e, SB_EUSAGE, "--objective %.200s: not METRIC<=TIME", text);
        return sb_hint(e, "such as --objective 'respond<=5m' or --objective 'recover.p90<=4h'");
    }
    code = read_percent(&name, &ret->percent, e);
    if (!code)
        code = mttr_metric_find(r->defs, name, &ret->metric, e);
    if (!code)
        code = sb_duration_parse(sb_str(op + 2), false, &most, e);
    if (code) {
        e->code = SB_EUSAGE;
        return sb_wrap(e, "--objective %.200s", text);
    }
    ret->most = (double)most / 1e9;
    return 0;
}

static int read_by(struct mttr_report *r, const char *by, struct sb_error *e)
{
    for (int k = 0; by && mttr_grouping_names[k]; k++)
        if (strcmp(by, mttr_grouping_names[k]) == 0) {
            r->by = (enum mttr_grouping)k;
            return 0;
        }
    if (!by)
        return 0;
    sb_fail(e, SB_EUSAGE, "--by %.100s: no such grouping", by);
    const char *near = sb_str_nearest(by, mttr_grouping_names);
    if (near)
        return sb_hint(e, "did you mean %s?", near);
    return sb_hint(e, "service, severity, team, source, month, week, quarter, weekday or hour");
}

int mttr_report_read(struct mttr_report *r, const struct mttr_options *o, int64_t now,
                     struct sb_error *e)
{
    *r = (struct mttr_report){.options = o, .defs = (enum mttr_defs)o->defs};
    r->impact.pauses = (enum mttr_pauses)o->pauses;
    int code = read_by(r, o->by, e);
    if (!code)
        code = read_slo(r, o->slo, e);
    if (!code)
        code = read_weights(r, &o->weights, e);
    if (!code && o->objectives.len > SB_LEN(r->objectives))
        code = sb_fail(e, SB_EUSAGE, "more than %zu --objective", SB_LEN(r->objectives));
    for (; !code && r->n_objectives < o->objectives.len; r->n_objectives++)
        code = read_objective(r, o->objectives.items[r->n_objectives],
                              &r->objectives[r->n_objectives], e);
    return code ? code : mttr_filter_read(o, now, &r->filter, e);
}

/* --- figures --- */

static void put_metrics(const struct mttr_report *r, const struct mttr_selection *sel,
                        struct mttr_figures *ret)
{
    struct mttr_sample s;
    ret->incidents = sel->n;
    for (size_t k = 0; k < sel->n; k++)
        ret->open += mttr_incident_end(&sel->set->list.items[sel->items[k]]) == MTTR_NO_TIME;
    for (int m = 0; m < MTTR_METRIC_COUNT; m++) {
        mttr_sample_take(r->defs, (enum mttr_metric)m, sel, r->filter.now, &s);
        mttr_summarize((enum mttr_metric)m, &s, &ret->metrics[m]);
        mttr_sample_done(&s);
    }
}

static void put_up(const struct mttr_report *r, const struct mttr_selection *sel, int64_t from,
                   int64_t to, struct mttr_figures *ret)
{
    from = SB_MAX(from, r->from);
    to = SB_MIN(to, r->to);
    ret->has_up = from < to;
    if (ret->has_up)
        mttr_availability(&r->impact, sel, from, to, r->filter.now, &ret->up);
}

/* By the calendar: all incidents that overlap the stretch; by a label: those with it, whenever
 * they began. labels: their groups, in the order of the parts; *at is where the one before was
 * found. */
static void put_part_up(struct mttr_report *r, const struct mttr_selection *all,
                        const struct mttr_groups *labels, size_t *at, struct mttr_figures *part)
{
    struct sb_error ignored;
    int64_t from, to;
    if (r->by <= MTTR_GROUP_SOURCE) {
        while (*at < labels->list.len && !sb_str_eq(labels->list.items[*at].name, part->name))
            ++*at;
        if (*at < labels->list.len)
            put_up(r, &labels->list.items[*at].incidents, r->from, r->to, part);
    } else if (r->by <= MTTR_GROUP_QUARTER &&
               !mttr_period_read(part->name, r->filter.zone, r->filter.now, &from, &to, &ignored)) {
        put_up(r, all, from, to, part);
    }
}

static int put_parts(struct mttr_report *r, const struct mttr_selection *all, struct sb_error *e)
{
    struct mttr_groups labels = {0};
    size_t at = 0;
    mttr_group_split(&r->filter, r->by, &r->sel, &r->groups);
    if (r->groups.list.len > MTTR_GROUPS_MOST) {
        sb_fail(e, SB_ETOOBIG, "--by %s: %zu groups; at most %d can be told apart",
                mttr_grouping_names[r->by], r->groups.list.len, MTTR_GROUPS_MOST);
        return sb_hint(e, "take some of them: --where, --since, --until");
    }
    if (r->by <= MTTR_GROUP_SOURCE)
        mttr_group_split(&r->filter, r->by, all, &labels);
    for (size_t k = 0; k < r->groups.list.len; k++) {
        struct mttr_figures part = {.name = r->groups.list.items[k].name};
        put_metrics(r, &r->groups.list.items[k].incidents, &part);
        put_part_up(r, all, &labels, &at, &part);
        sb_vec_push(&r->parts, part);
    }
    mttr_groups_done(&labels);
    return 0;
}

static void judge(const struct mttr_report *r, struct mttr_objective *o)
{
    struct mttr_sample s;
    mttr_sample_take(r->defs, o->metric, &r->sel, r->filter.now, &s);
    o->n = s.n;
    for (size_t k = 0; k < s.n; k++)
        o->within += s.seconds[k] <= o->most;
    for (size_t k = 0; k < s.open; k++)
        o->n += s.lasted[k] > o->most;
    if (!o->n)
        o->kept = s.missing + s.negative + s.open ? MTTR_UNTOLD : MTTR_KEPT;
    else
        o->kept = o->within * 100 >= o->n * o->percent ? MTTR_KEPT : MTTR_MISSED;
    mttr_sample_done(&s);
}

/* Where no window was asked for, it begins with the first incident of these labels. */
static void set_window(struct mttr_report *r, const struct mttr_selection *all)
{
    const struct mttr_filter *f = &r->filter;
    r->from = f->now;
    if (f->since != MTTR_NO_TIME)
        r->from = f->since;
    else if (all->n)
        r->from = SB_MIN(r->set.list.items[all->items[0]].start, f->now);
    r->to = f->until != MTTR_NO_TIME ? SB_MIN(f->until, f->now) : f->now;
    if (r->to > 0)
        r->from = SB_MAX(r->from, r->to - INT64_MAX); /* 292 years are enough */
}

int mttr_report_compute(struct mttr_report *r, struct sb_error *e)
{
    struct mttr_filter anytime = r->filter;
    struct mttr_selection all;
    int code = 0;
    anytime.since = anytime.until = MTTR_NO_TIME;
    mttr_filter_select(&r->filter, &r->set, &r->sel);
    mttr_filter_select(&anytime, &r->set, &all);
    set_window(r, &all);
    put_metrics(r, &r->sel, &r->total);
    put_up(r, &all, r->from, r->to, &r->total);
    if (r->by != MTTR_GROUP_NONE)
        code = put_parts(r, &all, e);
    for (size_t k = 0; k < r->n_objectives; k++)
        judge(r, &r->objectives[k]);
    mttr_selection_done(&all);
    return code;
}

void mttr_report_done(struct mttr_report *r)
{
    sb_vec_done(&r->parts);
    mttr_groups_done(&r->groups);
    mttr_selection_done(&r->sel);
    mttr_incidents_done(&r->set);
    mttr_filter_done(&r->filter);
}

enum sb_exit mttr_report_exit(const struct mttr_report *r)
{
    bool missed = r->total.has_up && r->total.up.left < 0;
    for (size_t k = 0; k < r->n_objectives; k++) {
        if (r->objectives[k].kept == MTTR_UNTOLD)
            return SB_EXIT_UNSURE;
        missed = missed || r->objectives[k].kept == MTTR_MISSED;
    }
    return missed ? SB_EXIT_FOUND : SB_EXIT_OK;
}

bool mttr_report_shows(const struct mttr_report *r, enum mttr_metric m)
{
    const struct mttr_summary *s = &r->total.metrics[m];
    if (!*mttr_metric_definition(r->defs, m))
        return false;
    return m <= MTTR_RESOLVE || s->n || s->open || s->negative;
}

struct sb_str mttr_report_id(const struct mttr_report *r, size_t incident)
{
    return incident < r->set.list.len ? r->set.list.items[incident].id : SB_STR("");
}

/* --- the verb --- */

static void print(const struct sb_run *run, const struct mttr_report *r)
{
    switch (run->format) {
    case SB_FORMAT_JSON: mttr_report_json(r, run->out); break;
    case SB_FORMAT_CSV: mttr_report_csv(r, run->out); break;
    case SB_FORMAT_MARKDOWN: mttr_report_markdown(r, run->out); break;
    case SB_FORMAT_PROM: mttr_report_prom(r, run->out); break;
    case SB_FORMAT_HTML: mttr_report_page(r, run->out); break;
    default: mttr_report_text(r, run->width, run->out); break;
    }
}

int mttr_report_verb(struct sb_run *run, struct sb_error *e)
{
    struct mttr_report r;
    int code = mttr_report_read(&r, run->options, sb_time_now(), e);
    if (!code)
        code = mttr_gather_all(run->options, false, &r.set, e);
    if (!code)
        code = mttr_report_compute(&r, e);
    if (!code) {
        print(run, &r);
        code = (int)mttr_report_exit(&r);
    }
    mttr_report_done(&r);
    return code;
}
