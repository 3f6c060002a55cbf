/* The report for a terminal: verdict first, then the worst, then everything by category and resource.
 *
 * Nothing is wider than run->width unless one word is. Severity is always a word; colour only repeats
 * it. Data reaches the buffer through drift_show_...() only. */
#include "applets/drift/view.h"

#include "core/base/time.h"
#include "core/base/utf8.h"
#include "core/ui/text.h"

#define INDENT 14u     /* where a finding's text begins */
#define WORST_LINES 5u /* critical findings named at the top */
#define TAIL_LINES 20u /* gone findings and ignore rules listed */

struct text {
    struct sb_buf *out;
    struct drift_mask mask;
    const struct drift_result *r;
    size_t width;
    bool color;
};

static const char *const colors[] = {"2", "36", "33", "31", "1;31"}; /* by enum drift_severity */

static void paint(struct text *t, const char *code, const char *s)
{
    sb_buf_printf(t->out, t->color ? "\033[%s%s%s\033[0m" : "%.0s%.0s%s", code, "m", s);
}

static void put_plain(struct text *t, struct sb_str s, size_t cells)
{
    drift_show_text(t->out, s, cells);
}

/* Our words and words made from data alike, wrapped at INDENT. */
static void put_sentence(struct text *t, const char *prefix, const char *s)
{
    struct sb_buf clean = SB_BUF_INIT(1u << 20);
    sb_buf_puts(&clean, prefix);
    sb_escape(&clean, sb_str(s));
    sb_buf_fill(t->out, ' ', INDENT);
    sb_text_wrap(t->out, clean.data, INDENT, INDENT, t->width);
    sb_buf_putc(t->out, '\n');
    sb_buf_done(&clean);
}

/* "plan:12" or "actual:12"; of a side made of many files the file's own name: "web.yaml:12". With
 * the column, if that is not 0: "plan:1:7003". */
static void put_place(struct sb_buf *b, const struct drift_result *r, struct sb_doc_place at,
                      uint32_t column)
{
    if (!at.file || !at.line)
        return;
    const char *slash = strrchr(at.file, '/');
    if (strcmp(at.file, r->plan->name) == 0)
        sb_buf_puts(b, "plan");
    else if (strcmp(at.file, r->actual->name) == 0)
        sb_buf_puts(b, "actual");
    else
        drift_show_text(b, sb_str(slash && slash[1] ? slash + 1 : at.file), 30);
    drift_put_position(b, at.line, column);
}

static void put_pair(struct text *t, const char *label, const struct sb_doc_node *n, bool typed)
{
    if (!n)
        return;
    sb_buf_fill(t->out, ' ', INDENT + 2);
    sb_buf_puts(t->out, label);
    size_t room = t->width > INDENT + 24 ? t->width - INDENT - 11 : 22;
    drift_put_side(t->out, n, typed, typed ? room - 9 : room);
    sb_buf_putc(t->out, '\n');
}

static void put_severity(struct text *t, enum drift_severity severity)
{
    const char *name = severity == DRIFT_SEV_CRITICAL ? "CRITICAL" : drift_severity_names[severity];
    sb_buf_puts(t->out, "    ");
    paint(t, colors[severity], name);
    sb_buf_fill(t->out, ' ', INDENT - 4 - strlen(name));
}

static void put_right(struct text *t, const struct sb_buf *place, size_t used, size_t room)
{
    if (place->len) {
        sb_buf_fill(t->out, ' ', used < room ? room - used + 2 : 2);
        paint(t, "2", place->data);
    }
    sb_buf_putc(t->out, '\n');
}

/* What happened without the values, which get lines of their own. */
static void put_short(struct sb_buf *what, const struct drift_line *l, size_t room)
{
    const char *word = l->f->kind == DRIFT_MISSING ? "missing"
                       : l->f->kind == DRIFT_EXTRA ? "not in the plan"
                       : l->attribute.len          ? ""
                                                   : drift_kind_names[l->f->kind];
    size_t taken = strlen(word) + 2;
    sb_buf_reset(what);
    drift_show_tail(what, l->attribute, room > taken ? room - taken : 1);
    sb_buf_printf(what, "%s%s", !l->attribute.len ? "" : *word ? ": " : ":", word);
}

/* The finding's own line, the place at its right end, and the values below it when they do not fit. */
static void put_finding(struct text *t, const struct drift_line *l)
{
    const struct drift_finding *f = l->f;
    struct sb_buf what = SB_BUF_INIT(1u << 20), place = SB_BUF_INIT(4096);
    drift_put_what(&t->mask, &what, l, t->width - 34, 200);
    put_place(&place, t->r, drift_finding_place(f), l->column);
    put_severity(t, f->severity);
    size_t room = t->width > INDENT + place.len + 12 ? t->width - INDENT - place.len - 2 : 10;
    size_t used = sb_text_width((struct sb_str){what.data, what.len});
    bool below = used > room;
    if (below)
        put_short(&what, l, room);
    sb_buf_put(t->out, what.data, what.len);
    put_right(t, &place, sb_text_width((struct sb_str){what.data, what.len}), room);
    if (below) {
        put_pair(t, "planned  ", drift_mask_value(&t->mask, f, true, NULL), f->kind == DRIFT_TYPE);
        put_pair(t, "found    ", drift_mask_value(&t->mask, f, false, NULL), f->kind == DRIFT_TYPE);
    }
    sb_buf_done(&what);
    sb_buf_done(&place);
}

static const char *sentence(const struct drift_finding *f, bool note)
{
    return note ? f->note : f->why;
}

/* Sentences are said once for each resource. Looks back a little only: equal ones stand together. */
static bool said_before(const struct drift_view *v, size_t i, bool note)
{
    const char *now = sentence(v->lines[i].f, note);
    size_t first = i > 16 ? i - 16 : 0;
    for (size_t k = i; k-- > first && v->lines[k].group == v->lines[i].group;) {
        const char *then = sentence(v->lines[k].f, note);
        if (then && strcmp(then, now) == 0)
            return true;
    }
    return false;
}

static void put_line(struct text *t, const struct drift_view *v, size_t i)
{
    const struct drift_finding *f = v->lines[i].f;
    put_finding(t, &v->lines[i]);
    if (f->severity > DRIFT_SEV_INFO && !said_before(v, i, false))
        put_sentence(t, "", f->why);
    if (f->note && !said_before(v, i, true))
        put_sentence(t, "", f->note);
    if (f->ignored_by)
        put_sentence(t, "ignored: ", f->ignored_by->reason);
    else if (f->known)
        put_sentence(t, "accepted in the baseline", "");
}

static void put_upper(struct sb_buf *b, const char *s)
{
    for (; *s; s++)
        sb_buf_putc(b, *s >= 'a' && *s <= 'z' ? (char)(*s - 'a' + 'A') : *s);
}

static void put_category(struct text *t, enum drift_category c, uint64_t n)
{
    struct sb_buf b = SB_BUF_INIT(256);
    put_upper(&b, drift_category_names[c]);
    sb_buf_putc(t->out, '\n');
    paint(t, "1", b.data);
    sb_buf_printf(t->out, "  %llu finding%s\n", (unsigned long long)n, n == 1 ? "" : "s");
    sb_buf_done(&b);
}

static void put_lines(struct text *t, const struct drift_view *v)
{
    for (size_t i = 0; i < v->len; i++) {
        const struct drift_line *l = &v->lines[i], *last = i ? &v->lines[i - 1] : NULL;
        bool new_category = !last || last->f->category != l->f->category;
        if (new_category) {
            size_t end = i;
            while (end < v->len && v->lines[end].f->category == l->f->category)
                end++;
            put_category(t, l->f->category, end - i);
        }
        if (new_category || last->group != l->group) {
            sb_buf_puts(t->out, "  ");
            put_plain(t, l->resource.len ? l->resource : SB_STR("(belongs to no resource)"),
                      t->width - 2);
            sb_buf_putc(t->out, '\n');
        }
        put_line(t, v, i);
    }
}

/* One critical finding; what stands on one side only says by itself why it matters. */
static void put_worst_line(struct text *t, const struct drift_line *l)
{
    struct sb_buf what = SB_BUF_INIT(1u << 20);
    bool two = l->f->expected && l->f->actual;
    drift_show_text(&what, l->resource, 100);
    sb_buf_puts(&what, l->resource.len ? ": " : "");
    if (two) {
        drift_put_what(&t->mask, &what, l, t->width - 34, 60);
    } else {
        drift_show_tail(&what, l->attribute, t->width - 34);
        sb_buf_printf(&what, "%s%s. ", l->attribute.len ? ": " : "",
                      l->f->kind == DRIFT_MISSING ? "missing" : "not in the plan");
        sb_escape(&what, sb_str(l->f->why));
    }
    sb_buf_puts(t->out, "  ");
    paint(t, colors[DRIFT_SEV_CRITICAL], "CRITICAL");
    sb_buf_puts(t->out, "  ");
    sb_text_wrap(t->out, what.data, 12, 12, t->width);
    sb_buf_putc(t->out, '\n');
    sb_buf_done(&what);
}

/* The critical ones again, at the top, where tired eyes begin. */
static void put_worst(struct text *t, const struct drift_view *v)
{
    uint64_t n = t->r->by_severity[DRIFT_SEV_CRITICAL], shown = 0;
    if (n == 0)
        return;
    sb_buf_putc(t->out, '\n');
    for (size_t i = 0; i < v->len && shown < WORST_LINES; i++) {
        if (v->lines[i].f->severity != DRIFT_SEV_CRITICAL)
            continue;
        put_worst_line(t, &v->lines[i]);
        shown++;
    }
    if (shown < n)
        sb_buf_printf(t->out, "  and %llu more critical\n", (unsigned long long)(n - shown));
}

static void put_consequences(struct text *t)
{
    uint64_t counts[DRIFT_CONSEQUENCE_COUNT];
    drift_count_consequences(t->r, counts);
    for (size_t c = 0, n = 0; c < DRIFT_CONSEQUENCE_COUNT; c++) {
        if (!counts[c])
            continue;
        if (n++ == 0) {
            sb_buf_putc(t->out, '\n');
            paint(t, "1", "CONSEQUENCES");
            sb_buf_putc(t->out, '\n');
        }
        sb_buf_printf(t->out, "  %-15s %5llu  %s\n", drift_consequence_names[c],
                      (unsigned long long)counts[c], drift_consequence_texts[c]);
    }
}

static void put_gone(struct text *t)
{
    const struct drift_baseline *b = t->r->baseline;
    if (!b)
        return;
    struct sb_buf day = SB_BUF_INIT(64);
    sb_time_print(&day, b->at);
    sb_buf_printf(t->out, "\nBaseline of %.10s: ", day.data);
    put_plain(t, sb_str(b->reason ? b->reason : ""), t->width - 26);
    sb_buf_printf(t->out, "\n  %llu accepted, %zu gone since\n", (unsigned long long)t->r->known,
                  b->n_gone);
    for (size_t i = 0; i < b->n_gone && i < TAIL_LINES; i++) {
        sb_buf_puts(t->out, "  gone: ");
        put_plain(t, sb_str(b->gone[i].kind), 20);
        sb_buf_putc(t->out, ' ');
        put_plain(t, sb_str(b->gone[i].path), t->width - 20);
        sb_buf_putc(t->out, '\n');
    }
    if (b->n_gone > TAIL_LINES)
        sb_buf_printf(t->out, "  and %zu more\n", b->n_gone - TAIL_LINES);
    sb_buf_done(&day);
}

static void put_ignore_rule(struct text *t, const struct drift_ignore_rule *rule)
{
    struct sb_buf b = SB_BUF_INIT(1u << 20), place = SB_BUF_INIT(4096);
    put_place(&place, t->r, rule->at, 0);
    sb_buf_printf(t->out, "  %-8s ", rule->expired ? "expired" : "unused");
    sb_buf_puts(&b, rule->text);
    size_t room = t->width > place.len + 24 ? t->width - place.len - 13 : 10;
    put_plain(t, (struct sb_str){b.data, b.len}, room);
    sb_buf_printf(t->out, "  %s\n", place.len ? place.data : "");
    if (rule->expired && rule->hits)
        sb_buf_printf(t->out, "           no longer hides the %llu finding%s it covers\n",
                      (unsigned long long)rule->hits, rule->hits == 1 ? "" : "s");
    sb_buf_done(&b);
    sb_buf_done(&place);
}

static void put_ignores(struct text *t)
{
    const struct drift_ignores *ig = t->r->ignores;
    size_t n = 0;
    for (size_t i = 0; ig && i < ig->len; i++) {
        if (!ig->rules[i].expired && ig->rules[i].hits)
            continue;
        if (n == 0)
            sb_buf_puts(t->out, "\nIgnore rules to clean up:\n");
        if (n++ < TAIL_LINES)
            put_ignore_rule(t, &ig->rules[i]);
    }
    if (n > TAIL_LINES)
        sb_buf_printf(t->out, "  and %zu more\n", n - TAIL_LINES);
}

static void put_wrapped(struct text *t, size_t indent, const char *s)
{
    struct sb_buf clean = SB_BUF_INIT(1u << 20);
    sb_escape(&clean, sb_str(s));
    sb_buf_fill(t->out, ' ', indent);
    sb_text_wrap(t->out, clean.data, indent, indent + 2, t->width);
    sb_buf_putc(t->out, '\n');
    sb_buf_done(&clean);
}

static void put_failures(struct text *t)
{
    const struct drift_findings *f = t->r->findings;
    struct sb_buf b = SB_BUF_INIT(1u << 20);
    if (f->failures.len)
        sb_buf_puts(t->out, "\nRules that could not judge (something may be worse than told):\n");
    for (size_t i = 0; i < f->failures.len && i < TAIL_LINES; i++) {
        sb_buf_reset(&b);
        drift_failure_put(f->failures.items[i], &b);
        put_wrapped(t, 2, b.data);
        sb_buf_reset(&b);
        sb_buf_printf(&b, "hint: %s", drift_failure_hint(f->failures.items[i]));
        put_wrapped(t, 4, b.data);
    }
    if (f->failures.len > TAIL_LINES)
        sb_buf_printf(t->out, "  and %zu more\n", f->failures.len - TAIL_LINES);
    sb_buf_done(&b);
}

static void put_coverage(struct text *t)
{
    struct sb_buf b = SB_BUF_INIT(4096);
    sb_buf_puts(&b, "Coverage: ");
    drift_put_coverage(t->r, &b);
    sb_buf_puts(&b, ".");
    sb_buf_putc(t->out, '\n');
    put_wrapped(t, 0, b.data);
    for (size_t i = 0; i < t->r->findings->limits.len; i++) {
        sb_buf_reset(&b);
        sb_buf_printf(&b, "Note: %s", t->r->findings->limits.items[i]);
        put_wrapped(t, 0, b.data);
    }
    sb_buf_done(&b);
}

static void put_head(struct text *t)
{
    struct sb_buf b = SB_BUF_INIT(4096);
    drift_put_verdict(t->r, &b, "\n");
    const char *color = t->r->reported ? colors[DRIFT_SEV_CRITICAL] : "1;32";
    paint(t, drift_incomplete(t->r->findings) ? "1;33" : color, b.data);
    sb_buf_puts(t->out, "\nplan    ");
    put_plain(t, sb_str(t->r->plan->name), 200);
    sb_buf_puts(t->out, "\nactual  ");
    put_plain(t, sb_str(t->r->actual->name), 200);
    sb_buf_putc(t->out, '\n');
    sb_buf_done(&b);
}

int drift_report_text(const struct drift_result *r, const struct sb_run *run, struct sb_buf *out,
                      struct sb_error *e)
{
    struct text t = {.out = out, .r = r, .color = run->color};
    struct drift_view shown, hidden;
    (void)e;
    t.width = (size_t)SB_MIN(SB_MAX(run->width, 60), 160);
    drift_mask_init(&t.mask, r->pool, true);
    drift_view_make(r, false, &shown);
    put_head(&t);
    put_worst(&t, &shown);
    put_lines(&t, &shown);
    if (r->show_ignored) {
        drift_view_make(r, true, &hidden);
        if (hidden.len)
            sb_buf_puts(out, "\nNOT REPORTED (ignored or accepted)\n");
        put_lines(&t, &hidden);
    }
    put_consequences(&t);
    put_gone(&t);
    put_ignores(&t);
    put_failures(&t);
    put_coverage(&t);
    drift_mask_done(&t.mask);
    return 0;
}
