/* Charts: bars for a terminal, and inline SVG for pages of core/ui/html.h.
 *
 * SVG here is part of the page: it takes its colours from the page's style sheet (light and dark),
 * runs no script, loads nothing, scales to the width of a phone, and tells the same in <title> and
 * aria-label. Labels and titles are data and are escaped. Values that are not finite are left out of
 * the drawing. Nothing here keeps state; every call appends one whole drawing. */
#ifndef SB_UI_CHART_H
#define SB_UI_CHART_H

#include "core/base/buf.h"
#include "core/base/str.h"

#include <stdbool.h>
#include <stdint.h>

/* Colours by meaning, and eight that only tell series apart (readable in both schemes). */
enum sb_tone {
    SB_TONE_MUTED,
    SB_TONE_INFO,
    SB_TONE_GOOD,
    SB_TONE_WARN,
    SB_TONE_BAD,
    SB_TONE_SERIES, /* SB_TONE_SERIES + 0 .. + 7; more wrap around */
};

/* ---- bars ---- */

struct sb_bar {
    struct sb_str label; /* above the bar, at the left */
    struct sb_str text;  /* the value as people read it, above the bar, at the right */
    double value;        /* >= 0; the length */
    double low, high;    /* whisker; NaN in either: none */
    enum sb_tone tone;
};

struct sb_bars {
    struct sb_str title;
    const struct sb_bar *items;
    size_t n;
    double mark; /* a line across all bars, as at ratio 1; NaN: none */
    bool log;    /* logarithmic length: for values that span decades; those <= 0 have no bar */
};

/* Horizontal bars, from the top, as one <figure>. */
void sb_chart_bars(struct sb_buf *b, const struct sb_bars *c);

/* A bar of a terminal: `fraction` (0..1, cut to it; NaN is 0) of `cells` cells, in eighths, without
 * trailing blanks. A fraction above 0 shows at least an eighth. */
void sb_chart_text_bar(struct sb_buf *b, double fraction, size_t cells);

/* ---- lines ---- */

struct sb_series {
    struct sb_str name; /* in the legend; empty: none */
    const double *x, *y;
    size_t n;
    enum sb_tone tone;
    bool steps;  /* a staircase that holds y until the next x */
    bool points; /* dots instead of a line */
};

struct sb_lines {
    struct sb_str title, x_label, y_label;
    const struct sb_series *series;
    size_t n;
    bool log_x, log_y; /* values <= 0 are left out */
    bool time_x;       /* x are seconds since the epoch: ticks are UTC times */
    bool from_zero;    /* the y axis starts at 0 */
};

/* A chart with axes, ticks at round values, and a legend, as one <figure>. */
void sb_chart_lines(struct sb_buf *b, const struct sb_lines *c);

/* ---- strips ---- */

struct sb_span {
    double from, to; /* on the strip's axis */
    enum sb_tone tone;
    struct sb_str text; /* its <title>: "down 13:00 to 13:05" */
};

struct sb_strip {
    struct sb_str title;
    double from, to; /* the ends of the axis; spans are cut to them */
    const struct sb_span *spans;
    size_t n;
};

/* States over time as one thin bar without axes (a row of a status page), as one <svg>. */
void sb_chart_strip(struct sb_buf *b, const struct sb_strip *c);

#endif
