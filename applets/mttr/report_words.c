/* What the forms for people of a report share: times, intervals, windows, counts in words. */
#include "applets/mttr/moment.h"
#include "applets/mttr/report.h"
#include "core/doc/number.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

enum { STRIP_CELLS = 12 };

void mttr_seconds_print(struct sb_buf *b, double seconds)
{
    if (!isfinite(seconds) || fabs(seconds) > 9e9)
        sb_buf_putc(b, '-');
    else if (seconds > 0 && seconds < 1e-3)
        sb_buf_puts(b, "<1ms");
    else
        mttr_span_print(b, (int64_t)llround(seconds * 1e9));
}

void mttr_interval_print(struct sb_buf *b, const struct sb_interval *i)
{
    if (!i->has_low && !i->has_high)
        return;
    if (i->has_low && i->has_high) {
        mttr_seconds_print(b, i->low);
        sb_buf_puts(b, " to ");
        mttr_seconds_print(b, i->high);
    } else {
        sb_buf_puts(b, i->has_low ? "at least " : "at most ");
        mttr_seconds_print(b, i->has_low ? i->low : i->high);
    }
    if (i->coverage > MTTR_COVERAGE_MOST)
        sb_buf_puts(b, " (99 %)");
}

void mttr_percent_print(struct sb_buf *b, double share, int digits)
{
    sb_buf_printf(b, "%.*f %%", digits, share * 100);
}

void mttr_day_print(struct sb_buf *b, const struct sb_zone *zone, int64_t at)
{
    struct sb_civil c;
    sb_zone_civil(zone, at, &c);
    if (c.hour || c.minute || c.second || c.nanosecond)
        mttr_moment_print(b, zone, at);
    else
        sb_buf_printf(b, "%04" PRId64 "-%02d-%02d", c.year, c.month, c.day);
}

void mttr_report_window(const struct mttr_report *r, struct sb_buf *b)
{
    const struct mttr_filter *f = &r->filter;
    const char *when = f->attribute == MTTR_BY_END ? "were over" : "began";
    if (f->since == MTTR_NO_TIME && f->until == MTTR_NO_TIME)
        return;
    sb_buf_printf(b, " that %s", when);
    if (f->since != MTTR_NO_TIME) {
        sb_buf_puts(b, " from ");
        mttr_day_print(b, f->zone, f->since);
    }
    if (f->until != MTTR_NO_TIME) {
        sb_buf_puts(b, " before ");
        mttr_day_print(b, f->zone, f->until);
    }
    sb_buf_printf(b, " (%s)", sb_zone_name(f->zone));
}

static void put_count(struct sb_buf *b, size_t *items, size_t n, const char *what)
{
    if (!n)
        return;
    sb_buf_printf(b, "%s%zu %s", (*items)++ ? ", " : "", n, what);
}

void mttr_report_counts(const struct mttr_summary *s, struct sb_buf *b)
{
    char without[64];
    size_t items = 0;
    snprintf(without, sizeof without, "without %s", sb_event_kind_name(s->lacks));
    put_count(b, &items, s->open, "open");
    put_count(b, &items, s->missing, without);
    put_count(b, &items, s->negative, "that end before they start");
}

void mttr_report_up(const struct mttr_availability *a, struct sb_buf *b)
{
    size_t items = 0;
    mttr_seconds_print(b, a->down);
    sb_buf_printf(b, " of impact by %zu incident%s, overlaps counted once", a->incidents,
                  a->incidents == 1 ? "" : "s");
    sb_buf_puts(b, a->open || a->lower || a->unknown ? "; " : "");
    put_count(b, &items, a->open, "still going on");
    put_count(b, &items, a->lower, "may have begun before it was seen");
    put_count(b, &items, a->unknown, "of which nobody says when there was impact");
    sb_buf_putc(b, '.');
    if (a->left_out) {
        sb_buf_puts(b, " Paused time is left out: ");
        mttr_span_print(b, a->left_out);
        sb_buf_putc(b, '.');
    }
}

void mttr_report_budget(const struct mttr_report *r, const struct mttr_availability *a,
                        struct sb_buf *b)
{
    sb_buf_puts(b, "Error budget at ");
    sb_number_print_double(b, round(r->impact.slo * 1e8) / 1e6);
    sb_buf_puts(b, " %: ");
    mttr_seconds_print(b, a->budget);
    sb_buf_puts(b, a->left < 0 ? ", overspent by " : ", of which are left ");
    mttr_seconds_print(b, fabs(a->left));
    sb_buf_printf(b, ". Burn rate %.*f: 1 would use it up exactly.", a->burn < 10 ? 2 : 0, a->burn);
}

void mttr_report_many(const struct mttr_report *r, struct sb_buf *b)
{
    if (r->parts.len < 2)
        return;
    sb_buf_printf(b,
                  "%zu groups: with so many, some look better or worse by chance alone, and of "
                  "their intervals about one in 20 is wrong. Before saying that two differ, ask "
                  "\"srebox mttr compare\".",
                  r->parts.len);
}

void mttr_report_objective(const struct mttr_objective *o, struct sb_buf *b)
{
    static const char *const words[] = {"half", "nine in ten", "95 of 100"};
    const char *share = words[o->percent == 50 ? 0 : o->percent == 90 ? 1 : 2];
    sb_buf_printf(b, "%s: %s within ", mttr_metric_names[o->metric], share);
    mttr_seconds_print(b, o->most);
    if (o->n)
        sb_buf_printf(b, ": %zu of %zu", o->within, o->n);
    else
        sb_buf_puts(b, o->kept == MTTR_KEPT ? ": nothing happened" : ": no incident tells");
}

void mttr_report_strip(const struct mttr_summary *s, struct sb_buf *b)
{
    static const char *const levels[] = {" ",      "\u2581", "\u2582", "\u2583", "\u2584",
                                         "\u2585", "\u2586", "\u2587", "\u2588"};
    size_t from = 0, to = MTTR_BINS, most = 1, cells[STRIP_CELLS] = {0};
    while (from < to && !s->histogram[from])
        from++;
    while (to > from && !s->histogram[to - 1])
        to--;
    size_t step = (to - from + STRIP_CELLS - 1) / STRIP_CELLS;
    for (size_t k = from; k < to; k++)
        cells[(k - from) / step] += s->histogram[k];
    for (size_t k = 0; k < STRIP_CELLS; k++)
        most = SB_MAX(most, cells[k]);
    for (size_t k = 0; from + k * step < to; k++)
        sb_buf_puts(b, levels[(cells[k] * 8 + most - 1) / most]);
}
