/* JUnit XML, as CI servers read it (the Ant/Jenkins schema): one suite a category, one case a finding.
 *
 * A finding at least as severe as --fail-on is a failure, a lesser one passes and says itself in
 * system-out, a hidden one is skipped (with --show-ignored). Nothing found is one case that passes;
 * what could not be checked or judged is an error, so that no CI takes it for success. */
#include "applets/drift/view.h"

#include "core/base/time.h"
#include "core/ui/text.h"

struct junit {
    struct sb_buf *out;
    struct sb_buf text;
    struct drift_mask mask;
    const struct drift_result *r;
    bool show_ignored;
};

/* What stands in j->text, escaped. */
static void put_text(struct junit *j, bool lines)
{
    sb_escape_xml(j->out, (struct sb_str){j->text.len ? j->text.data : "", j->text.len}, lines);
    sb_buf_reset(&j->text);
}

static bool fails(const struct junit *j, const struct drift_finding *f)
{
    return drift_reported(f) && f->severity >= j->r->fail_on;
}

static void put_details(struct junit *j, const struct drift_line *l)
{
    const struct drift_finding *f = l->f;
    drift_put_what(&j->mask, &j->text, l, 1000, 1000);
    sb_buf_printf(&j->text, "\n%s\n", f->why ? f->why : "");
    if (f->note)
        sb_buf_printf(&j->text, "%s\n", f->note);
    if (f->plan_at.file && f->plan_at.line)
        sb_buf_printf(&j->text, "plan: %s:%u:%u\n", f->plan_at.file, f->plan_at.line,
                      f->plan_at.column);
    if (f->actual_at.file && f->actual_at.line)
        sb_buf_printf(&j->text, "actual: %s:%u:%u\n", f->actual_at.file, f->actual_at.line,
                      f->actual_at.column);
    sb_buf_printf(&j->text, "fingerprint: %s\n", f->fingerprint);
}

static void put_case(struct junit *j, const struct drift_line *l)
{
    const struct drift_finding *f = l->f;
    sb_buf_puts(j->out, "    <testcase classname=\"drift.");
    sb_buf_puts(j->out, drift_category_names[f->category]);
    sb_buf_puts(j->out, "\" name=\"");
    drift_show_identity(&j->text, f);
    sb_buf_printf(&j->text, " (%s)", drift_kind_names[f->kind]);
    put_text(j, false);
    sb_buf_puts(j->out, "\" time=\"0\">\n      ");
    if (!drift_reported(f)) {
        sb_buf_puts(j->out, "<skipped message=\"");
        sb_buf_puts(&j->text, f->ignored_by ? f->ignored_by->reason : "accepted in the baseline");
        put_text(j, false);
        sb_buf_puts(j->out, "\"/>");
    } else if (fails(j, f)) {
        sb_buf_printf(j->out, "<failure type=\"%s\" message=\"", drift_severity_names[f->severity]);
        drift_put_what(&j->mask, &j->text, l, 1000, 200);
        put_text(j, false);
        sb_buf_puts(j->out, "\">");
        put_details(j, l);
        put_text(j, true);
        sb_buf_puts(j->out, "</failure>");
    } else {
        sb_buf_puts(j->out, "<system-out>");
        put_details(j, l);
        put_text(j, true);
        sb_buf_puts(j->out, "</system-out>");
    }
    sb_buf_puts(j->out, "\n    </testcase>\n");
}

static void put_suite_head(struct junit *j, const char *name, size_t tests, size_t failures,
                           size_t errors, size_t skipped)
{
    struct sb_buf when = SB_BUF_INIT(64);
    sb_time_print(&when, j->r->now);
    sb_buf_printf(j->out,
                  "  <testsuite name=\"drift.%s\" tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" "
                  "skipped=\"%zu\" time=\"0\" timestamp=\"%.19s\" hostname=\"localhost\">\n",
                  name, tests, failures, errors, skipped, when.data);
    sb_buf_done(&when);
}

static bool in_report(const struct junit *j, const struct drift_finding *f)
{
    return drift_reported(f) || j->show_ignored;
}

static void put_suite(struct junit *j, enum drift_category c, const struct drift_view views[2])
{
    size_t tests = 0, failures = 0, skipped = 0;
    for (size_t i = 0; i < j->r->findings->list.len; i++) {
        const struct drift_finding *f = &j->r->findings->list.items[i];
        if (f->category != c || !in_report(j, f))
            continue;
        tests++;
        failures += fails(j, f);
        skipped += !drift_reported(f);
    }
    if (tests == 0)
        return;
    put_suite_head(j, drift_category_names[c], tests, failures, 0, skipped);
    for (size_t k = 0; k < (j->show_ignored ? 2u : 1u); k++)
        for (size_t i = 0; i < views[k].len; i++)
            if (views[k].lines[i].f->category == c)
                put_case(j, &views[k].lines[i]);
    sb_buf_puts(j->out, "  </testsuite>\n");
}

/* A case that says whether the comparison was whole; how it went stands in j->text. */
static void put_whole(struct junit *j, const char *name, bool failed)
{
    sb_buf_printf(
        j->out, "    <testcase classname=\"drift.coverage\" name=\"%s\" time=\"0\">\n      ", name);
    sb_buf_puts(j->out, failed ? "<error type=\"unchecked\" message=\"" : "<system-out>");
    put_text(j, false);
    sb_buf_puts(j->out, failed ? "\"/>" : "</system-out>");
    sb_buf_puts(j->out, "\n    </testcase>\n");
}

/* Always one, so that no report is empty. */
static size_t coverage_cases(const struct drift_findings *f)
{
    return f->failures.len ? 2 : 1;
}

static size_t errors(const struct drift_findings *f)
{
    return (f->coverage.unchecked ? 1u : 0u) + (f->failures.len ? 1u : 0u);
}

static void put_coverage(struct junit *j)
{
    const struct drift_findings *f = j->r->findings;
    put_suite_head(j, "coverage", coverage_cases(f), 0, errors(f), 0);
    drift_put_coverage(j->r, &j->text);
    put_whole(j, "everything was checked", f->coverage.unchecked > 0);
    for (size_t i = 0; i < f->failures.len; i++) {
        sb_buf_puts(&j->text, i ? "; " : "");
        drift_failure_put(f->failures.items[i], &j->text);
    }
    if (f->failures.len)
        put_whole(j, "every rule could judge", true);
    sb_buf_puts(j->out, "  </testsuite>\n");
}

int drift_report_junit(const struct drift_result *r, const struct sb_run *run, struct sb_buf *out,
                       struct sb_error *e)
{
    struct junit j = {.out = out, .r = r, .text = SB_BUF_INIT(1u << 20)};
    struct drift_view views[2];
    size_t failures = 0, tests = coverage_cases(r->findings);
    (void)run;
    (void)e;
    j.show_ignored = r->show_ignored;
    drift_mask_init(&j.mask, r->pool, false);
    drift_view_make(r, false, &views[0]);
    drift_view_make(r, true, &views[1]);
    for (size_t i = 0; i < r->findings->list.len; i++) {
        tests += in_report(&j, &r->findings->list.items[i]);
        failures += fails(&j, &r->findings->list.items[i]);
    }
    sb_buf_printf(out,
                  "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                  "<testsuites name=\"srebox drift\" tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" "
                  "time=\"0\">\n",
                  tests, failures, errors(r->findings));
    put_coverage(&j);
    for (unsigned c = 0; c < DRIFT_CATEGORY_COUNT; c++)
        put_suite(&j, (enum drift_category)c, views);
    sb_buf_puts(out, "</testsuites>\n");
    drift_mask_done(&j.mask);
    sb_buf_done(&j.text);
    return 0;
}
