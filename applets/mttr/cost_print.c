/* What outages cost, said to people and as JSON. */
#include "applets/mttr/cost.h"
#include "applets/mttr/prose.h"
#include "core/base/utf8.h"
#include "core/ui/table.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

/* "750 000", "33.33": digits in threes; two decimals for small ones. */
static void put_amount(struct sb_buf *b, double amount)
{
    char digits[64];
    const bool small = fabs(amount) < 1000;
    snprintf(digits, sizeof digits, small && amount != 0 ? "%.2f" : "%.0f", fabs(amount));
    const size_t whole = strcspn(digits, ".");
    if (amount < 0)
        sb_buf_putc(b, '-');
    for (size_t k = 0; digits[k]; k++) {
        if (k && k < whole && (whole - k) % 3 == 0)
            sb_buf_putc(b, ' ');
        sb_buf_putc(b, digits[k]);
    }
}

static void put_currency(const struct mttr_cost *c, struct sb_buf *b)
{
    if (!*c->rates.currency)
        return;
    sb_buf_putc(b, ' ');
    sb_escape(b, sb_str(c->rates.currency));
}

static const char *plural(size_t n)
{
    return n == 1 ? "" : "s";
}

/* --- the table --- */

static void put_row(const struct mttr_cost *c, struct sb_table *t, const char *what,
                    const struct mttr_amount *a, double sign)
{
    struct sb_buf b = SB_BUF_INIT(64);
    const double values[] = {sign * (sign > 0 ? a->low : a->high), sign * a->likely,
                             sign * (sign > 0 ? a->high : a->low)};
    sb_table_text(t, what);
    for (size_t k = 0; k < SB_LEN(values); k++) {
        if (c->loss.certain && k != 1)
            continue;
        sb_buf_reset(&b);
        put_amount(&b, values[k]);
        sb_table_text(t, b.data);
    }
    sb_buf_done(&b);
}

static void put_impact_rows(const struct mttr_cost *c, struct sb_table *t)
{
    struct sb_buf b = SB_BUF_INIT(200);
    sb_buf_puts(&b, "lost, impact_start -> restored, ");
    mttr_seconds_print(&b, c->exposed.impact.sum);
    put_row(c, t, b.data, &c->loss.lost, 1);
    sb_buf_reset(&b);
    sb_buf_puts(&b, "  of it, alerted -> restored, ");
    mttr_seconds_print(&b, c->exposed.called.sum);
    put_row(c, t, b.data, &c->loss.called, 1);
    if (c->rates.back.high > 0)
        put_row(c, t, "comes back later", &c->loss.back, -1);
    sb_buf_done(&b);
}

static void put_other_rows(const struct mttr_cost *c, struct sb_table *t)
{
    struct sb_buf b = SB_BUF_INIT(200);
    size_t months = 0;
    if (c->rates.person.high > 0) {
        sb_buf_printf(&b, "people, %zu time%s, ", c->people.persons, plural(c->people.persons));
        mttr_seconds_print(&b, c->people.seconds);
        put_row(c, t, b.data, &c->loss.people, 1);
    }
    for (size_t k = 0; k < c->months.len; k++)
        months += c->months.items[k].credit > 0;
    if (c->rates.n_credits) {
        const struct mttr_amount a = {c->credits, c->credits, c->credits};
        sb_buf_reset(&b);
        sb_buf_printf(&b, "credits, %zu of %zu month%s", months, c->months.len,
                      plural(c->months.len));
        put_row(c, t, b.data, &a, 1);
    }
    if (c->rates.person.high > 0 || c->rates.n_credits || c->rates.back.high > 0)
        put_row(c, t, "together", &c->loss.total, 1);
    sb_buf_done(&b);
}

static void put_table(const struct mttr_cost *c, int width, struct sb_buf *out)
{
    static const struct sb_table_column ranges[] = {
        {"", false, 0}, {"low", true, 0}, {"likely", true, 0}, {"high", true, 0}};
    static const struct sb_table_column amounts[] = {{"", false, 0}, {"amount", true, 0}};
    struct sb_table t;
    if (c->loss.certain)
        sb_table_init(&t, amounts, SB_LEN(amounts));
    else
        sb_table_init(&t, ranges, SB_LEN(ranges));
    put_impact_rows(c, &t);
    put_other_rows(c, &t);
    sb_table_print(&t, out, 0, (size_t)width);
    sb_table_done(&t);
}

/* --- sentences --- */

static void say_head(const struct mttr_cost *c, int width, struct sb_buf *out)
{
    struct sb_buf b = SB_BUF_INIT(1024);
    const struct mttr_amount *a = &c->loss.total;
    const size_t n = c->report.sel.n;
    sb_buf_printf(&b, "%zu incident%s", n, plural(n));
    mttr_report_window(&c->report, &b);
    sb_buf_puts(&b, n == 1 ? " cost about " : " cost together about ");
    put_amount(&b, a->likely);
    put_currency(c, &b);
    if (!c->loss.certain) {
        sb_buf_puts(&b, ", in 9 of 10 draws from ");
        put_amount(&b, a->low);
        sb_buf_puts(&b, " to ");
        put_amount(&b, a->high);
    }
    mttr_say(out, 0, width, "%s. Each minute of impact counts at the rate of its hour, once.",
             b.data);
    sb_buf_done(&b);
}

/* What the same length would cost again: tails cost more than means say. */
static void say_next(const struct mttr_cost *c, int width, struct sb_buf *out)
{
    static const struct {
        double p;
        const char *name;
    } lengths[] = {{0.5, "median length"}, {0.9, "the length that one in ten exceeds"}};
    struct sb_buf b = SB_BUF_INIT(512);
    for (size_t k = 0; k < SB_LEN(lengths) && c->exposed.n_lengths > 1; k++) {
        const double s = mttr_cost_length(c, lengths[k].p);
        if (isnan(s))
            continue;
        sb_buf_printf(&b, "%s of %s (", b.len ? "; one" : "Another", lengths[k].name);
        mttr_seconds_print(&b, s);
        sb_buf_puts(&b, ") would lose about ");
        put_amount(&b, mttr_cost_of(c, s));
    }
    if (b.len)
        mttr_say(out, 0, width, "%s.", b.data);
    sb_buf_done(&b);
}

static void say_gaps(const struct mttr_cost *c, int width, struct sb_buf *out)
{
    const struct mttr_exposed *e = &c->exposed;
    if (e->open)
        mttr_say(out, 0, width, "%zu go on: they are counted until now.", e->open);
    if (e->lower)
        mttr_say(out, 0, width,
                 "%zu may have begun before they were noticed: what they lost is a lower bound.",
                 e->lower);
    if (e->unknown)
        mttr_say(out, 0, width, "%zu are left out: nobody says when users suffered.", e->unknown);
    if (c->rates.person.high > 0 && c->people.nameless)
        mttr_say(out, 0, width,
                 "In %zu somebody without a name acted, a machine or a person: not counted.",
                 c->people.nameless);
    if (c->people.capped && c->rates.person.high > 0)
        mttr_say(out, 0, width, "%zu times a person was at it for longer than is counted.",
                 c->people.capped);
}

static void say_months(const struct mttr_cost *c, int width, struct sb_buf *out)
{
    struct sb_buf b = SB_BUF_INIT((size_t)64 << 10);
    for (size_t k = 0; k < c->months.len; k++) {
        const struct mttr_month *m = &c->months.items[k];
        if (m->credit > 0)
            sb_buf_printf(&b, "%s %s%s %.4g %% (credit %g %%)", b.len ? "," : "", m->name,
                          m->passing ? " so far" : "", m->share * 100, m->credit * 100);
    }
    if (b.len)
        mttr_say(out, 0, width, "Availability below what was promised:%s.", b.data);
    sb_buf_done(&b);
    if (!c->has_up)
        return;
    b = (struct sb_buf)SB_BUF_INIT(1024);
    mttr_report_budget(&c->report, &c->up, &b);
    mttr_say(out, 0, width, "%s", b.data);
    sb_buf_done(&b);
}

void mttr_cost_text(const struct mttr_cost *c, int width, struct sb_buf *out)
{
    say_head(c, width, out);
    sb_buf_putc(out, '\n');
    put_table(c, width, out);
    sb_buf_putc(out, '\n');
    say_next(c, width, out);
    say_gaps(c, width, out);
    say_months(c, width, out);
    mttr_say(out, 0, width,
             "What is counted from the alert leaves out the time in which nobody had noticed yet; "
             "users pay for that, too.");
    if (!c->loss.certain)
        mttr_say(out, 0, width,
                 "low and high: 9 of 10 of %" PRIu64 " draws lie between, seed %" PRIu64
                 "; likely: every input at its likely value.",
                 c->draws, c->seed);
}

/* --- JSON --- */

static void put_amount_json(struct sb_json_writer *w, const char *key, const struct mttr_amount *a)
{
    sb_json_key(w, key);
    sb_json_open_map(w);
    mttr_json_number(w, "low", a->low);
    mttr_json_number(w, "likely", a->likely);
    mttr_json_number(w, "high", a->high);
    sb_json_close_map(w);
}

static void put_people_json(struct sb_json_writer *w, const struct mttr_cost *c)
{
    sb_json_key(w, "people");
    sb_json_open_map(w);
    mttr_json_count(w, "persons", c->people.persons);
    mttr_json_count(w, "incidents", c->people.incidents);
    mttr_json_number(w, "time_s", c->people.seconds);
    mttr_json_count(w, "capped", c->people.capped);
    mttr_json_count(w, "incidents_with_nameless", c->people.nameless);
    put_amount_json(w, "cost", &c->loss.people);
    sb_json_close_map(w);
}

static void put_credits_json(struct sb_json_writer *w, const struct mttr_cost *c)
{
    sb_json_key(w, "credits");
    sb_json_open_map(w);
    mttr_json_number(w, "sum", c->credits);
    sb_json_key(w, "months");
    sb_json_open_list(w);
    for (size_t k = 0; k < c->months.len; k++) {
        const struct mttr_month *m = &c->months.items[k];
        sb_json_open_map(w);
        mttr_json_name(w, "month", m->name);
        mttr_json_flag(w, "over", !m->passing);
        mttr_json_number(w, "availability", m->share);
        mttr_json_number(w, "credit", m->credit);
        mttr_json_number(w, "amount", m->credit * c->rates.revenue);
        sb_json_close_map(w);
    }
    sb_json_close_list(w);
    sb_json_close_map(w);
}

static void put_budget_json(struct sb_json_writer *w, const struct mttr_cost *c)
{
    sb_json_key(w, "error_budget");
    if (!c->has_up) {
        sb_json_null(w);
        return;
    }
    sb_json_open_map(w);
    mttr_json_time(w, "from", c->up.from);
    mttr_json_time(w, "to", c->up.to);
    mttr_json_number(w, "slo", c->report.impact.slo);
    mttr_json_number(w, "budget_s", c->up.budget);
    mttr_json_number(w, "left_s", c->up.left);
    mttr_json_number(w, "burn", c->up.burn);
    sb_json_close_map(w);
}

static void put_next_json(struct sb_json_writer *w, const struct mttr_cost *c, const char *key,
                          double p)
{
    const double s = mttr_cost_length(c, p);
    sb_json_key(w, key);
    sb_json_open_map(w);
    mttr_json_number(w, "impact_s", s);
    mttr_json_number(w, "lost", mttr_cost_of(c, s));
    sb_json_close_map(w);
}

void mttr_cost_json(const struct mttr_cost *c, struct sb_buf *out)
{
    struct sb_json_writer w;
    mttr_json_begin(&w, out, "cost");
    mttr_json_name(&w, "currency", *c->rates.currency ? c->rates.currency : NULL);
    mttr_json_count(&w, "incidents", c->report.sel.n);
    mttr_json_count(&w, "with_impact", c->exposed.incidents);
    mttr_json_count(&w, "open", c->exposed.open);
    mttr_json_count(&w, "unknown", c->exposed.unknown);
    mttr_json_count(&w, "lower_bounds", c->exposed.lower);
    mttr_json_number(&w, "impact_s", c->exposed.impact.sum);
    mttr_json_number(&w, "impact_from_alert_s", c->exposed.called.sum);
    put_amount_json(&w, "lost", &c->loss.lost);
    put_amount_json(&w, "lost_from_alert", &c->loss.called);
    put_amount_json(&w, "comes_back", &c->loss.back);
    put_people_json(&w, c);
    put_credits_json(&w, c);
    put_amount_json(&w, "total", &c->loss.total);
    put_budget_json(&w, c);
    put_next_json(&w, c, "next_median", 0.5);
    put_next_json(&w, c, "next_p90", 0.9);
    mttr_json_count(&w, "draws", c->draws);
    mttr_json_count(&w, "seed", c->seed);
    mttr_json_end(&w);
}
