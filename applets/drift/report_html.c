/* One HTML page to look at: verdict, severities, coverage, then findings by category and resource.
 *
 * Every text goes through sb_html_data() or sb_html_code(). Without scripts: details unfold by themselves,
 * critical ones are open. Very long reports are cut, and say so. */
#include "applets/drift/view.h"

#include "core/base/time.h"
#include "core/base/utf8.h"
#include "core/ui/html.h"

#define MAX_FINDINGS 5000u
#define MAX_WORST 20u
#define CELLS 400u

struct html {
    struct sb_buf *out;
    struct sb_buf text;
    struct drift_mask mask;
    const struct drift_result *r;
};

/* By enum drift_severity: class of badges, colour of bars. */
static const char *const classes[] = {"muted", "muted", "info", "warn", "bad"};
static const char *const colors[] = {"var(--muted);fill-opacity:.5", "var(--muted)", "var(--info)",
                                     "var(--warn)", "var(--bad)"};

static struct sb_str text_of(struct html *h)
{
    return (struct sb_str){h->text.len ? h->text.data : "", h->text.len};
}

static void put_data(struct html *h, const char *s)
{
    sb_html_data(h->out, sb_str(s));
}

static void put_badge(struct html *h, enum drift_severity s)
{
    sb_buf_printf(h->out, "<span class=\"badge %s\">%s</span>", classes[s],
                  drift_severity_names[s]);
}

struct part { /* of a bar */
    const char *label, *color;
    uint64_t n;
};

/* A bar of parts as inline SVG, with its figures in words below: colour is never the only sign. */
static void put_bar(struct html *h, const char *title, const struct part *parts, size_t n)
{
    uint64_t sum = 0;
    double x = 0;
    for (size_t i = 0; i < n; i++)
        sum += parts[i].n;
    sb_buf_printf(h->out,
                  "<p><b>%s</b></p>\n<svg viewBox=\"0 0 1000 24\" width=\"100%%\" "
                  "height=\"24\" preserveAspectRatio=\"none\" role=\"img\" aria-label=\"%s\">"
                  "<rect width=\"1000\" height=\"24\" rx=\"4\" style=\"fill:var(--soft)\"/>",
                  title, title);
    for (size_t i = 0; i < n && sum; i++) {
        double width = 1000.0 * (double)parts[i].n / (double)sum;
        if (parts[i].n)
            sb_buf_printf(h->out,
                          "<rect x=\"%.1f\" width=\"%.1f\" height=\"24\" style=\"fill:%s\">"
                          "<title>%s: %llu</title></rect>",
                          x, width, parts[i].color, parts[i].label, (unsigned long long)parts[i].n);
        x += width;
    }
    sb_buf_puts(h->out, "</svg>\n<p class=\"muted\">");
    for (size_t i = 0; i < n; i++)
        sb_buf_printf(
            h->out,
            "%s<span style=\"white-space:nowrap\"><svg width=\"10\" height=\"10\" "
            "aria-hidden=\"true\"><rect width=\"10\" height=\"10\" style=\"fill:%s\"/></svg> "
            "%llu %s</span>",
            i ? " &nbsp; " : "", parts[i].color, (unsigned long long)parts[i].n, parts[i].label);
    sb_buf_puts(h->out, "</p>\n");
}

static void put_bars(struct html *h)
{
    const struct drift_coverage *c = &h->r->findings->coverage;
    struct part severity[DRIFT_SEVERITY_COUNT];
    for (unsigned s = 0; s < DRIFT_SEVERITY_COUNT; s++) {
        unsigned from = DRIFT_SEVERITY_COUNT - 1 - s;
        severity[s] =
            (struct part){drift_severity_names[from], colors[from], h->r->by_severity[from]};
    }
    const struct part coverage[] = {{"compared", "var(--good)", c->managed},
                                    {"not in the plan", "var(--warn)", c->unmanaged},
                                    {"missing", "var(--bad)", c->missing},
                                    {"unchecked", "var(--muted)", c->unchecked}};
    if (h->r->reported)
        put_bar(h, "Severity of the findings", severity, SB_LEN(severity));
    put_bar(h, "Coverage of the resources", coverage, SB_LEN(coverage));
}

static void put_tiles(struct html *h)
{
    sb_buf_puts(h->out, "<div class=\"cards\">\n");
    for (unsigned s = DRIFT_SEVERITY_COUNT; s-- > 0;) {
        uint64_t n = h->r->by_severity[s];
        sb_buf_printf(h->out, "<div class=\"card\"><b class=\"%s\">%llu</b>%s</div>\n",
                      n ? classes[s] : "muted", (unsigned long long)n, drift_severity_names[s]);
    }
    sb_buf_puts(h->out, "</div>\n");
}

static void put_head(struct html *h)
{
    bool incomplete = drift_incomplete(h->r->findings);
    const char *class = incomplete ? "warn" : h->r->reported ? "bad" : "good";
    struct sb_buf when = SB_BUF_INIT(64);
    sb_time_print(&when, h->r->now - h->r->now % SB_NS_PER_S);
    sb_buf_puts(h->out, "<h1>Drift of ");
    put_data(h, h->r->actual->name);
    sb_buf_printf(h->out, "</h1>\n<p class=\"verdict %s\">", class);
    drift_put_verdict(h->r, h->out, "; ");
    sb_buf_puts(h->out, "</p>\n<p class=\"muted\">Compared with the plan ");
    sb_html_code(h->out, sb_str(h->r->plan->name));
    sb_buf_printf(h->out, " at <span style=\"white-space:nowrap\">%s</span>.</p>\n", when.data);
    sb_buf_done(&when);
}

static void put_value(struct html *h, const char *label, const struct sb_doc_node *n)
{
    if (!n)
        return;
    sb_buf_reset(&h->text);
    drift_show_value(&h->text, n, CELLS);
    sb_buf_printf(h->out, "<tr><th style=\"width:8em\">%s</th><td>", label);
    sb_html_code(h->out, text_of(h));
    sb_buf_puts(h->out, "</td></tr>\n");
}

static void put_place(struct html *h, const char *label, struct sb_doc_place at)
{
    if (!at.file || !at.line)
        return;
    sb_buf_reset(&h->text);
    sb_buf_printf(&h->text, "%s:%u:%u", at.file, at.line, at.column);
    sb_buf_printf(h->out, "<tr><th style=\"width:8em\">%s</th><td>", label);
    sb_html_code(h->out, text_of(h));
    sb_buf_puts(h->out, "</td></tr>\n");
}

static void put_rows(struct html *h, const struct drift_finding *f)
{
    sb_buf_puts(h->out, "<table>\n");
    put_value(h, "planned", drift_mask_value(&h->mask, f, true, NULL));
    put_value(h, "found", drift_mask_value(&h->mask, f, false, NULL));
    put_place(h, "in the plan", f->plan_at);
    put_place(h, "in reality", f->actual_at);
    sb_buf_puts(h->out, "<tr><th>rule</th><td>");
    sb_html_code(h->out, sb_str(f->rule));
    for (unsigned c = 0, n = 0; c < DRIFT_CONSEQUENCE_COUNT; c++)
        if (f->consequences >> c & 1u)
            sb_buf_printf(h->out, "%s%s", n++ ? ", " : "; touches ", drift_consequence_names[c]);
    sb_buf_puts(h->out, "</td></tr>\n<tr><th>fingerprint</th><td>");
    sb_html_code(h->out, sb_str(f->fingerprint));
    sb_buf_puts(h->out, "</td></tr>\n</table>\n");
}

static void put_small(struct html *h, const char *label, const char *s)
{
    sb_buf_printf(h->out, "<br><small class=\"muted\">%s", label);
    put_data(h, s);
    sb_buf_puts(h->out, "</small>");
}

static void put_finding(struct html *h, const struct drift_line *l)
{
    const struct drift_finding *f = l->f;
    sb_buf_printf(h->out, "<details id=\"f-%s\" style=\"margin:.6rem 0\"%s>\n<summary>",
                  f->fingerprint, f->severity == DRIFT_SEV_CRITICAL ? " open" : "");
    put_badge(h, f->severity);
    sb_buf_reset(&h->text);
    drift_put_what(&h->mask, &h->text, l, 1000, 120);
    sb_buf_putc(h->out, ' ');
    sb_html_data(h->out, text_of(h));
    struct sb_doc_place at = drift_finding_place(f);
    if (at.file && at.line) {
        sb_buf_reset(&h->text);
        sb_buf_printf(&h->text, "%s:%u", at.file, at.line);
        sb_buf_puts(h->out, " <small class=\"muted\">");
        sb_html_data(h->out, text_of(h));
        sb_buf_puts(h->out, "</small>");
    }
    if (f->why && f->severity > DRIFT_SEV_INFO)
        put_small(h, "", f->why);
    if (f->note)
        put_small(h, "", f->note);
    if (f->ignored_by)
        put_small(h, "Ignored: ", f->ignored_by->reason);
    else if (f->known)
        put_small(h, "", "Accepted in the baseline");
    sb_buf_puts(h->out, "</summary>\n");
    put_rows(h, f);
    sb_buf_puts(h->out, "</details>\n");
}

/* The critical ones at the top, each a link to its details. */
static void put_worst(struct html *h, const struct drift_view *v)
{
    size_t n = 0;
    for (size_t i = 0; i < v->len && n < MAX_WORST; i++) {
        const struct drift_line *l = &v->lines[i];
        if (l->f->severity != DRIFT_SEV_CRITICAL)
            continue;
        if (n++ == 0)
            sb_buf_puts(h->out, "<ul>\n");
        sb_buf_printf(h->out, "<li><a class=\"bad\" href=\"#f-%s\">", l->f->fingerprint);
        sb_buf_reset(&h->text);
        drift_line_where(l, &h->text);
        sb_html_data(h->out, text_of(h));
        sb_buf_puts(h->out, "</a>: ");
        put_data(h, l->f->why);
        sb_buf_puts(h->out, "</li>\n");
    }
    sb_buf_puts(h->out, n ? "</ul>\n" : "");
}

static size_t category_end(const struct drift_view *v, size_t i)
{
    enum drift_category c = v->lines[i].f->category;
    while (i < v->len && v->lines[i].f->category == c)
        i++;
    return i;
}

static void put_view(struct html *h, const struct drift_view *v)
{
    size_t n = SB_MIN(v->len, (size_t)MAX_FINDINGS);
    for (size_t i = 0; i < n; i++) {
        const struct drift_line *l = &v->lines[i], *last = i ? &v->lines[i - 1] : NULL;
        bool new_category = !last || last->f->category != l->f->category;
        if (new_category)
            sb_buf_printf(h->out, "<h2>%s <span class=\"muted\">%zu</span></h2>\n",
                          drift_category_names[l->f->category], category_end(v, i) - i);
        if (new_category || last->group != l->group) {
            sb_buf_puts(h->out, "<h3>");
            sb_html_data(h->out, l->resource.len ? l->resource : SB_STR("belongs to no resource"));
            sb_buf_puts(h->out, "</h3>\n");
        }
        put_finding(h, l);
    }
    if (n < v->len)
        sb_buf_printf(h->out,
                      "<p class=\"verdict warn\">%zu more findings are not on this page; the JSON "
                      "report has all.</p>\n",
                      v->len - n);
}

static void put_consequences(struct html *h)
{
    uint64_t counts[DRIFT_CONSEQUENCE_COUNT];
    drift_count_consequences(h->r, counts);
    if (!h->r->reported)
        return;
    sb_buf_puts(h->out, "<h2>Consequences</h2>\n<table>\n");
    for (size_t c = 0; c < DRIFT_CONSEQUENCE_COUNT; c++)
        if (counts[c])
            sb_buf_printf(h->out, "<tr><th>%s</th><td class=\"num\">%llu</td><td>%s</td></tr>\n",
                          drift_consequence_names[c], (unsigned long long)counts[c],
                          drift_consequence_texts[c]);
    sb_buf_puts(h->out, "</table>\n");
}

static void put_item(struct html *h, const char *label, const char *what)
{
    sb_buf_printf(h->out, "<li>%s: ", label);
    put_data(h, what);
    sb_buf_puts(h->out, "</li>\n");
}

static void put_remarks(struct html *h)
{
    const struct drift_ignores *ig = h->r->ignores;
    const struct drift_baseline *b = h->r->baseline;
    sb_buf_puts(h->out, "<ul class=\"muted\">\n");
    for (size_t i = 0; ig && i < ig->len; i++)
        if (ig->rules[i].expired || !ig->rules[i].hits)
            put_item(h, ig->rules[i].expired ? "expired ignore rule" : "unused ignore rule",
                     ig->rules[i].text);
    for (size_t i = 0; b && i < b->n_gone && i < MAX_FINDINGS; i++)
        put_item(h, "gone since the baseline", b->gone[i].path);
    for (size_t i = 0; i < h->r->findings->failures.len && i < MAX_FINDINGS; i++) {
        struct sb_buf text = SB_BUF_INIT(1u << 20);
        drift_failure_put(h->r->findings->failures.items[i], &text);
        put_item(h, "warning", text.data);
        sb_buf_done(&text);
    }
    for (size_t i = 0; i < h->r->findings->limits.len; i++)
        put_item(h, "note", h->r->findings->limits.items[i]);
    sb_buf_puts(h->out, "</ul>\n");
}

int drift_report_html(const struct drift_result *r, const struct sb_run *run, struct sb_buf *out,
                      struct sb_error *e)
{
    struct html h = {.out = out, .r = r, .text = SB_BUF_INIT(1u << 20)};
    struct drift_view v;
    (void)run;
    (void)e;
    drift_mask_init(&h.mask, r->pool, true);
    sb_buf_printf(&h.text, "Drift of %s", r->actual->name);
    sb_html_open(out, text_of(&h));
    drift_view_make(r, false, &v);
    put_head(&h);
    put_worst(&h, &v);
    put_tiles(&h);
    put_bars(&h);
    put_view(&h, &v);
    if (r->show_ignored) {
        drift_view_make(r, true, &v);
        sb_buf_puts(out, v.len ? "<h1>Ignored or accepted</h1>\n" : "");
        put_view(&h, &v);
    }
    put_consequences(&h);
    put_remarks(&h);
    sb_html_close(out);
    drift_mask_done(&h.mask);
    sb_buf_done(&h.text);
    return 0;
}
