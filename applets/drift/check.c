/* The verbs that compare: check, accept, patch. See check.h. */
#include "applets/drift/check.h"

#include "applets/drift/failure.h"
#include "applets/drift/fingerprint.h"
#include "core/base/log.h"
#include "core/base/time.h"
#include "core/base/utf8.h"
#include "core/doc/json_write.h"

#define MAX_WARNINGS 5u
#define MAX_LIST_RULES 1000u

void drift_case_init(struct drift_case *c, const struct drift_options *opts)
{
    *c = (struct drift_case){.opts = opts, .now = sb_time_now(), .pool = sb_doc_pool_new()};
}

void drift_case_done(struct drift_case *c)
{
    drift_findings_done(&c->findings);
    drift_policy_free(c->policy);
    drift_ignores_done(&c->ignores);
    sb_doc_pool_free(c->pool);
}

static int bad_normalizer(const char *name, struct sb_error *e)
{
    const char *names[DRIFT_NORMALIZER_COUNT + 1] = {NULL};
    for (size_t i = 0; i < DRIFT_NORMALIZER_COUNT; i++)
        names[i] = drift_normalizers[i].name;
    const char *near = sb_str_nearest(name, names);
    sb_fail(e, SB_EUSAGE, "--without: there is no normaliser \"%.60s\"", name);
    if (near)
        return sb_hint(e, "did you mean \"%s\"? `srebox drift normalizers` lists them", near);
    return sb_hint(e, "`srebox drift normalizers` lists them");
}

static int choose_normalizers(const struct sb_strings *without, unsigned *ret, struct sb_error *e)
{
    unsigned on = (1u << DRIFT_NORMALIZER_COUNT) - 1;
    for (size_t i = 0; i < without->len; i++) {
        size_t k = 0;
        while (k < DRIFT_NORMALIZER_COUNT &&
               strcmp(drift_normalizers[k].name, without->items[i]) != 0)
            k++;
        if (k == DRIFT_NORMALIZER_COUNT)
            return bad_normalizer(without->items[i], e);
        on &= ~(1u << k);
    }
    *ret = on;
    return 0;
}

static int parse_list_rules(struct drift_case *c, struct drift_compare_options *ret,
                            struct sb_error *e)
{
    const struct sb_strings *list = &c->opts->list;
    if (list->len > MAX_LIST_RULES)
        return sb_fail(e, SB_EUSAGE, "--list: more than %u rules", MAX_LIST_RULES);
    struct drift_list_rule *rules =
        sb_arena_zalloc(sb_doc_arena(c->pool), (list->len + 1) * sizeof *rules);
    for (size_t i = 0; i < list->len; i++) {
        int r = drift_list_rule_parse(c->pool, list->items[i], &rules[i], e);
        if (r < 0)
            return sb_wrap(e, "--list");
    }
    ret->list_rules = rules;
    ret->n_list_rules = list->len;
    return 0;
}

static int load_rules(struct drift_case *c, struct sb_error *e)
{
    const struct drift_options *o = c->opts;
    int r = drift_policy_load(c->pool, o->policy.items, o->policy.len, &c->policy, e);
    if (r == 0 && o->ignore)
        r = drift_ignores_load(c->pool, o->ignore, c->now, &c->ignores, e);
    return r;
}

static void warn_traps(const struct sb_doc_traps *traps)
{
    size_t shown = SB_MIN(traps->len, (size_t)MAX_WARNINGS);
    for (size_t i = 0; i < shown; i++) {
        const struct sb_doc_trap *t = &traps->items[i];
        sb_warn("%s:%u:%u: %s", t->at.file, t->at.line, t->at.column, t->text);
    }
    size_t rest = traps->len - shown + traps->skipped;
    if (rest)
        sb_warn("and %zu more values that other YAML readers take otherwise", rest);
}

/* Also in the report; but whoever sees only a status of 2 looks here. */
static void warn_failures(const struct drift_findings *f)
{
    struct sb_buf b = SB_BUF_INIT(1u << 20);
    for (size_t i = 0; i < f->failures.len && i < MAX_WARNINGS; i++) {
        sb_buf_reset(&b);
        drift_failure_put(f->failures.items[i], &b);
        sb_warn("%s", b.data);
    }
    if (f->failures.len > MAX_WARNINGS)
        sb_warn("and %zu more rules that could not judge", f->failures.len - MAX_WARNINGS);
    sb_buf_done(&b);
}

static void tell_notes(const struct drift_side *side)
{
    for (size_t i = 0; i < side->n_notes; i++)
        sb_note("%s", side->notes[i]);
}

/* One operand is a Terraform plan that holds both sides. */
static int read_sides(struct drift_case *c, const struct sb_run *run, struct sb_error *e)
{
    struct sb_doc_traps traps = {0};
    struct drift_read_options opts = {.annotated = c->opts->annotated,
                                      .yaml_1_1 = c->opts->yaml_1_1,
                                      .max_size = c->opts->max_size,
                                      .traps = &traps};
    int r;
    if (run->argc == 1 && strncmp(run->argv[0], "tfplan:", 7) != 0) {
        sb_fail(e, SB_EUSAGE, "only one side is given: \"%.200s\"", run->argv[0]);
        return sb_hint(e, "give PLAN and ACTUAL, or one Terraform plan as tfplan:FILE");
    }
    if (run->argc == 1) {
        r = drift_sides_from_tfplan(c->pool, run->argv[0], &opts, &c->plan, &c->actual, e);
    } else if (drift_side_is_stdin(run->argv[0]) && drift_side_is_stdin(run->argv[1])) {
        sb_fail(e, SB_EUSAGE, "both sides are standard input");
        return sb_hint(e, "write one of them to a file");
    } else {
        r = drift_side_read(c->pool, run->argv[0], true, &opts, &c->plan, e);
        if (r == 0)
            r = drift_side_read(c->pool, run->argv[1], false, &opts, &c->actual, e);
    }
    if (r < 0)
        return r;
    tell_notes(&c->plan);
    tell_notes(&c->actual);
    warn_traps(&traps);
    return 0;
}

int drift_case_run(struct drift_case *c, const struct sb_run *run, struct sb_error *e)
{
    struct drift_compare_options compare = {0};
    int r = choose_normalizers(&c->opts->without, &compare.normalizers, e);
    if (r == 0)
        r = parse_list_rules(c, &compare, e);
    if (r == 0)
        r = load_rules(c, e);
    if (r == 0)
        r = read_sides(c, run, e);
    if (r == 0)
        r = drift_compare(c->pool, &c->plan, &c->actual, &compare, &c->findings, e);
    if (r < 0)
        return r;
    drift_fingerprints(&c->findings);
    drift_policy_judge(c->policy, c->pool, c->now, &c->findings);
    drift_ignores_apply(&c->ignores, c->pool, c->now, &c->findings);
    return 0;
}

/* The verbs that write need a whole comparison. A patch does not ask what the policy says. */
static int need_whole(const struct drift_case *c, bool judged, const char *otherwise,
                      struct sb_error *e)
{
    const struct drift_findings *f = &c->findings;
    if (f->coverage.unchecked > 0) {
        sb_fail(e, SB_EUNSURE, "%llu value%s could not be checked: %s",
                (unsigned long long)f->coverage.unchecked, f->coverage.unchecked == 1 ? "" : "s",
                otherwise);
        return sb_hint(e, "`srebox drift check` shows what is not known");
    }
    for (size_t i = 0; i < f->failures.len; i++) {
        const struct drift_failure *failure = f->failures.items[i];
        if (!judged && !failure->ignore)
            continue;
        struct sb_buf b = SB_BUF_INIT(1u << 20);
        drift_failure_put(failure, &b);
        sb_fail(e, SB_EUNSURE, "%s: %s", otherwise, b.data);
        sb_buf_done(&b);
        return sb_hint(e, "%s", drift_failure_hint(failure));
    }
    return 0;
}

/* --- check --- */

static enum sb_exit status(const struct drift_result *r)
{
    if (drift_incomplete(r->findings))
        return SB_EXIT_UNSURE;
    for (unsigned s = r->fail_on; s < DRIFT_SEVERITY_COUNT; s++)
        if (r->by_severity[s])
            return SB_EXIT_FOUND;
    return SB_EXIT_OK;
}

static int check(struct drift_case *c, struct sb_run *run, struct sb_error *e)
{
    bool baseline = c->opts->baseline != NULL;
    int r = baseline ? drift_baseline_load(c->pool, c->opts->baseline, &c->baseline, e) : 0;
    if (r == 0)
        r = drift_case_run(c, run, e);
    if (r < 0)
        return r;
    if (baseline)
        drift_baseline_apply(&c->baseline, c->pool, &c->findings);
    struct drift_result result = {.plan = &c->plan,
                                  .actual = &c->actual,
                                  .pool = c->pool,
                                  .findings = &c->findings,
                                  .ignores = c->opts->ignore ? &c->ignores : NULL,
                                  .baseline = baseline ? &c->baseline : NULL,
                                  .show_ignored = c->opts->show_ignored,
                                  .fail_on = (enum drift_severity)c->opts->fail_on,
                                  .now = c->now};
    drift_result_sum(&result);
    warn_failures(&c->findings);
    r = drift_report(&result, run, run->out, e);
    return r < 0 ? r : (int)status(&result);
}

int drift_check(struct sb_run *run, struct sb_error *e)
{
    struct drift_case c;
    drift_case_init(&c, run->options);
    int r = check(&c, run, e);
    drift_case_done(&c);
    return r;
}

/* --- accept --- */

static void put_accepted(const struct drift_case *c, struct sb_run *run)
{
    uint64_t n = 0, ignored = 0;
    for (size_t i = 0; i < c->findings.list.len; i++)
        ignored += c->findings.list.items[i].ignored_by != NULL;
    n = c->findings.list.len - ignored;
    if (run->format == SB_FORMAT_JSON) {
        struct sb_json_writer w;
        sb_json_writer_init(&w, run->out, 2);
        sb_json_open_map(&w);
        sb_json_key(&w, "schema");
        sb_json_text(&w, "srebox.drift-accept/1");
        sb_json_key(&w, "baseline");
        sb_json_text(&w, c->opts->baseline);
        sb_json_key(&w, "accepted");
        sb_json_int(&w, (int64_t)n);
        sb_json_key(&w, "ignored");
        sb_json_int(&w, (int64_t)ignored);
        sb_json_close_map(&w);
        sb_buf_putc(run->out, '\n');
        return;
    }
    sb_buf_printf(run->out, "Accepted %llu finding%s in ", (unsigned long long)n,
                  n == 1 ? "" : "s");
    sb_escape(run->out, sb_str(c->opts->baseline));
    if (ignored)
        sb_buf_printf(run->out, "; %llu ignored left out", (unsigned long long)ignored);
    sb_buf_puts(run->out, "\n");
}

static int accept_findings(struct drift_case *c, struct sb_run *run, struct sb_error *e)
{
    const struct drift_options *o = c->opts;
    if (!o->baseline || !o->reason || !o->reason[0]) {
        sb_fail(e, SB_EUSAGE, "accept needs --baseline FILE and --reason TEXT");
        return sb_hint(
            e, "the reason is what the next person on call reads: say why, and who decided");
    }
    int r = drift_case_run(c, run, e);
    if (r < 0)
        return r;
    r = need_whole(c, true, "nothing was accepted", e);
    if (r == 0)
        r = drift_baseline_write(c->pool, &c->findings, o->baseline, o->reason, c->now, e);
    if (r == 0)
        put_accepted(c, run);
    return r;
}

int drift_accept(struct sb_run *run, struct sb_error *e)
{
    struct drift_case c;
    drift_case_init(&c, run->options);
    int r = accept_findings(&c, run, e);
    drift_case_done(&c);
    return r;
}

/* --- patch --- */

static int patch(struct drift_case *c, struct sb_run *run, struct sb_error *e)
{
    int r = drift_case_run(c, run, e);
    if (r == 0)
        r = need_whole(c, false, "a patch would be half", e);
    if (r < 0)
        return r;
    return drift_patch_write(c->pool, &c->plan, &c->actual, &c->findings,
                             (enum drift_patch_format)c->opts->patch_format, c->opts->reveal,
                             run->out, e);
}

int drift_patch(struct sb_run *run, struct sb_error *e)
{
    struct drift_case c;
    drift_case_init(&c, run->options);
    int r = patch(&c, run, e);
    drift_case_done(&c);
    return r;
}
