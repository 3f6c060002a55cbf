/* Lines with axes, as SVG. */
#include "core/base/time.h"
#include "core/base/utf8.h"
#include "core/ui/chart_draw.h"

#include <math.h>
#include <stdio.h>

enum {
    WIDTH = 480,
    HEIGHT = 260,
    LEFT = 52, /* room for the labels of y */
    RIGHT = 12,
    TOP = 22,
    BOTTOM = 34,
    MOST_TICKS = 12,
    TICKS_WANTED = 5,
    LEGEND_ROW = 18,
    DIGIT_WIDTH = 8, /* of the labels, about */
};

/* One direction: values from low to high lie on the drawing from `from` to `to`. */
struct axis {
    double low, high, from, to;
    bool log, time;
    double ticks[MOST_TICKS];
    int n;
};

static bool usable(const struct axis *a, double v)
{
    return fabs(v) <= 1e300 && !(a->log && v <= 0); /* NaN is not */
}

static double place(const struct axis *a, double v)
{
    double at =
        a->log ? log(v / a->low) / log(a->high / a->low) : (v - a->low) / (a->high - a->low);
    return a->from + fmin(fmax(at, 0), 1) * (a->to - a->from);
}

static void widen(struct axis *a, double v)
{
    a->low = fmin(a->low, v);
    a->high = fmax(a->high, v);
}

/* Both directions' ends, from the points that are usable in both. */
static void find_ends(const struct sb_lines *c, struct axis *x, struct axis *y)
{
    x->low = y->low = (double)INFINITY;
    x->high = y->high = (double)-INFINITY;
    for (size_t s = 0; s < c->n; s++) {
        for (size_t i = 0; i < c->series[s].n; i++) {
            if (usable(x, c->series[s].x[i]) && usable(y, c->series[s].y[i])) {
                widen(x, c->series[s].x[i]);
                widen(y, c->series[s].y[i]);
            }
        }
    }
    if (c->from_zero && !y->log && isfinite(y->low))
        widen(y, 0);
}

/* An axis that has no extent gets one; without any value it is 0 to 1 (1 to 10). */
static void give_extent(struct axis *a)
{
    if (!isfinite(a->low)) {
        a->low = a->log ? 1 : 0;
        a->high = a->log ? 10 : 1;
    } else if (a->log && a->high < a->low * 1.01) {
        a->low /= 2;
        a->high *= 2;
    } else if (!(a->high > a->low)) {
        double margin = fmax(fabs(a->low) / 10, a->time ? 30 : 0.5);
        a->low -= margin;
        a->high += margin;
    }
}

/* --- ticks --- */

static void add_tick(struct axis *a, double v)
{
    if (a->n < MOST_TICKS && v >= a->low - (a->high - a->low) * 1e-9 &&
        v <= a->high + (a->high - a->low) * 1e-9)
        a->ticks[a->n++] = v;
}

/* 1, 2 or 5 times a power of ten. */
static double round_step(double least)
{
    double unit = pow(10, floor(log10(least)));
    if (least <= unit)
        return unit;
    return least <= 2 * unit ? 2 * unit : least <= 5 * unit ? 5 * unit : 10 * unit;
}

/* A step people count time by, in seconds. */
static double time_step(double least)
{
    static const double steps[] = {1,     2,     5,     10,    15,     30,     60,
                                   120,   300,   600,   900,   1800,   3600,   7200,
                                   10800, 21600, 43200, 86400, 172800, 604800, 2419200};
    for (size_t i = 0; i < SB_LEN(steps); i++)
        if (steps[i] >= least)
            return steps[i];
    return 86400 * round_step(least / 86400);
}

static void find_ticks(struct axis *a)
{
    if (a->log && a->high / a->low >= 100) {
        double first = ceil(log10(a->low) - 1e-9), last = floor(log10(a->high) + 1e-9);
        double every = fmax(1, ceil((last - first) / (MOST_TICKS - 2)));
        for (int i = 0; i < MOST_TICKS && first + i * every <= last; i++)
            add_tick(a, pow(10, first + i * every));
        return;
    }
    double least = (a->high - a->low) / TICKS_WANTED;
    double step = a->time ? time_step(least) : round_step(least);
    double first = ceil(a->low / step - 1e-9);
    for (int i = 0; i < MOST_TICKS; i++) /* a multiple of the step each: sums would drift */
        add_tick(a, (first + i) * step);
}

/* --- labels --- */

static void put_time(struct sb_buf *b, const struct axis *a, double v)
{
    struct sb_civil t;
    if (fabs(v) > 9e9) {
        sb_buf_puts(b, "?");
        return;
    }
    sb_civil_from((int64_t)v * SB_NS_PER_S, 0, &t);
    if (a->high - a->low >= 3 * 86400)
        sb_buf_printf(b, "%d-%02d-%02d", (int)t.year, t.month, t.day);
    else if (a->high - a->low >= 300)
        sb_buf_printf(b, "%02d:%02d", t.hour, t.minute);
    else
        sb_buf_printf(b, "%02d:%02d:%02d", t.hour, t.minute, t.second);
}

/* 0.25, 40, 12k, 3M: at most four digits. */
static void put_number(struct sb_buf *b, double v)
{
    static const struct {
        double unit;
        const char *suffix;
    } units[] = {{1e12, "T"}, {1e9, "G"}, {1e6, "M"}, {1e3, "k"}};
    for (size_t i = 0; i < SB_LEN(units); i++) {
        if (fabs(v) >= units[i].unit && fabs(v) >= 10000) {
            sb_buf_printf(b, "%.4g%s", v / units[i].unit, units[i].suffix);
            return;
        }
    }
    sb_buf_printf(b, "%.4g", v);
}

static void put_label(struct sb_buf *b, const struct axis *a, double v)
{
    if (a->time)
        put_time(b, a, v);
    else
        put_number(b, v);
}

/* A tick's label, unless it would run into the one before, which ends at *ret_taken. */
static void put_x_label(struct sb_buf *b, const struct axis *x, double tick, double *ret_taken)
{
    struct sb_buf text SB_CLEANUP(sb_buf_done) = SB_BUF_INIT(64);
    double at = place(x, tick);
    put_label(&text, x, tick);
    double width = (double)text.len * DIGIT_WIDTH;
    double share = at > x->to - 24 ? 1 : at < x->from + 16 ? 0 : 0.5; /* of it, left of the tick */
    if (at - share * width < *ret_taken + DIGIT_WIDTH)
        return;
    *ret_taken = at + (1 - share) * width;
    sb_buf_printf(b, "<text class=\"tick\" x=\"%.1f\" y=\"%d\" text-anchor=\"%s\">%s</text>\n", at,
                  HEIGHT - BOTTOM + 15,
                  share > 0.9   ? "end"
                  : share > 0.1 ? "middle"
                                : "start",
                  text.data);
}

static void put_x_axis(struct sb_buf *b, const struct axis *x, struct sb_str label)
{
    double taken = -DIGIT_WIDTH;
    for (int i = 0; i < x->n; i++) {
        sb_buf_printf(b, "<path class=\"axis\" d=\"M%.1f %dV%d\"/>", place(x, x->ticks[i]), TOP,
                      HEIGHT - BOTTOM);
        put_x_label(b, x, x->ticks[i], &taken);
    }
    if (!label.len)
        return;
    sb_buf_printf(b, "<text class=\"tick\" x=\"%d\" y=\"%d\" text-anchor=\"end\">", WIDTH - RIGHT,
                  HEIGHT - 4);
    sb_escape_html(b, label);
    sb_buf_puts(b, "</text>\n");
}

static void put_y_axis(struct sb_buf *b, const struct axis *y, struct sb_str label)
{
    for (int i = 0; i < y->n; i++) {
        double at = place(y, y->ticks[i]);
        sb_buf_printf(b,
                      "<path class=\"axis\" d=\"M%d %.1fH%d\"/><text class=\"tick\" x=\"%d\" "
                      "y=\"%.1f\" text-anchor=\"end\">",
                      LEFT, at, WIDTH - RIGHT, LEFT - 5, at + 4);
        put_label(b, y, y->ticks[i]);
        sb_buf_puts(b, "</text>\n");
    }
    if (!label.len)
        return;
    sb_buf_puts(b, "<text class=\"tick\" x=\"0\" y=\"12\">");
    sb_escape_html(b, label);
    sb_buf_puts(b, "</text>\n");
}

/* --- series --- */

static void put_points(struct sb_buf *b, const struct sb_series *s, const struct axis *x,
                       const struct axis *y)
{
    for (size_t i = 0; i < s->n; i++)
        if (usable(x, s->x[i]) && usable(y, s->y[i]))
            sb_buf_printf(b, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"2.5\" fill=\"currentColor\"/>\n",
                          place(x, s->x[i]), place(y, s->y[i]));
}

/* A value that cannot be drawn leaves a gap. */
static void put_path(struct sb_buf *b, const struct sb_series *s, const struct axis *x,
                     const struct axis *y)
{
    bool drawing = false;
    sb_buf_puts(b, "<path fill=\"none\" stroke=\"currentColor\" stroke-width=\"1.75\" "
                   "stroke-linejoin=\"round\" d=\"");
    for (size_t i = 0; i < s->n; i++) {
        if (!usable(x, s->x[i]) || !usable(y, s->y[i])) {
            drawing = false;
            continue;
        }
        double px = place(x, s->x[i]), py = place(y, s->y[i]);
        if (drawing && s->steps)
            sb_buf_printf(b, "H%.1fV%.1f", px, py);
        else
            sb_buf_printf(b, "%c%.1f %.1f", drawing ? 'L' : 'M', px, py);
        drawing = true;
    }
    sb_buf_puts(b, "\"/>\n");
}

static void put_series(struct sb_buf *b, const struct sb_series *s, const struct axis *x,
                       const struct axis *y)
{
    sb_buf_puts(b, "<g class=\"");
    sb_chart_class(b, s->tone);
    sb_buf_puts(b, "\">\n");
    if (s->points)
        put_points(b, s, x, y);
    else
        put_path(b, s, x, y);
    sb_buf_puts(b, "</g>\n");
}

/* One row a name, under the axes. */
static int put_legend(struct sb_buf *b, const struct sb_lines *c)
{
    int rows = 0;
    for (size_t i = 0; i < c->n && rows < 100; i++) {
        if (!c->series[i].name.len)
            continue;
        int top = HEIGHT + LEGEND_ROW * rows++;
        sb_buf_puts(b, "<rect class=\"");
        sb_chart_class(b, c->series[i].tone);
        sb_buf_printf(b,
                      "\" fill=\"currentColor\" x=\"%d\" y=\"%d\" width=\"12\" height=\"4\"/>"
                      "<text x=\"%d\" y=\"%d\">",
                      LEFT, top + 6, LEFT + 18, top + 12);
        sb_escape_html(b, c->series[i].name);
        sb_buf_puts(b, "</text>\n");
    }
    return rows;
}

void sb_chart_lines(struct sb_buf *b, const struct sb_lines *c)
{
    struct axis x = {.from = LEFT, .to = WIDTH - RIGHT, .log = c->log_x, .time = c->time_x};
    struct axis y = {.from = HEIGHT - BOTTOM, .to = TOP, .log = c->log_y};
    struct sb_buf legend = SB_BUF_INIT((size_t)1 << 20);
    find_ends(c, &x, &y);
    give_extent(&x);
    give_extent(&y);
    find_ticks(&x);
    find_ticks(&y);
    int rows = put_legend(&legend, c);
    sb_chart_open(b, c->title, WIDTH, HEIGHT + LEGEND_ROW * rows);
    put_x_axis(b, &x, c->x_label);
    put_y_axis(b, &y, c->y_label);
    for (size_t s = 0; s < c->n; s++)
        put_series(b, &c->series[s], &x, &y);
    if (legend.len)
        sb_buf_put(b, legend.data, legend.len);
    sb_buf_done(&legend);
    sb_chart_close(b);
}
