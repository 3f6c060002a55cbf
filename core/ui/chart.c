/* What all drawings share, and strips. */
#include "core/ui/chart.h"

#include "core/base/utf8.h"
#include "core/ui/chart_draw.h"

#include <math.h>

void sb_chart_class(struct sb_buf *b, enum sb_tone tone)
{
    static const char *const names[] = {"muted", "info", "good", "warn", "bad"};
    if (tone < SB_TONE_SERIES)
        sb_buf_puts(b, names[tone]);
    else
        sb_buf_printf(b, "s%d", (int)(tone - SB_TONE_SERIES) % 8);
}

static void put_label(struct sb_buf *b, struct sb_str title)
{
    sb_buf_puts(b, " role=\"img\" aria-label=\"");
    sb_escape_html(b, title);
    sb_buf_puts(b, "\">\n");
}

void sb_chart_open(struct sb_buf *b, struct sb_str title, int width, int height)
{
    sb_buf_puts(b, "<figure class=\"chart\">");
    if (title.len) {
        sb_buf_puts(b, "<figcaption>");
        sb_escape_html(b, title);
        sb_buf_puts(b, "</figcaption>");
    }
    sb_buf_printf(b, "\n<svg viewBox=\"0 0 %d %d\"", width, height);
    put_label(b, title);
}

void sb_chart_close(struct sb_buf *b)
{
    sb_buf_puts(b, "</svg></figure>\n");
}

enum { STRIP_WIDTH = 1000, STRIP_HEIGHT = 20 };

static void put_span(struct sb_buf *b, const struct sb_strip *c, const struct sb_span *span)
{
    double from = fmax(span->from, c->from), to = fmin(span->to, c->to);
    if (!(from < to))
        return;
    double unit = STRIP_WIDTH / (c->to - c->from);
    sb_buf_puts(b, "<rect class=\"");
    sb_chart_class(b, span->tone);
    sb_buf_printf(b, "\" fill=\"currentColor\" x=\"%.2f\" width=\"%.2f\" height=\"%d\">",
                  (from - c->from) * unit, fmax((to - from) * unit, 1), STRIP_HEIGHT);
    if (span->text.len) {
        sb_buf_puts(b, "<title>");
        sb_escape_html(b, span->text);
        sb_buf_puts(b, "</title>");
    }
    sb_buf_puts(b, "</rect>\n");
}

void sb_chart_strip(struct sb_buf *b, const struct sb_strip *c)
{
    sb_buf_printf(b,
                  "<svg class=\"strip\" viewBox=\"0 0 %d %d\" height=\"%d\" "
                  "preserveAspectRatio=\"none\"",
                  STRIP_WIDTH, STRIP_HEIGHT, STRIP_HEIGHT);
    put_label(b, c->title);
    sb_buf_printf(b, "<rect class=\"axis\" width=\"%d\" height=\"%d\"/>\n", STRIP_WIDTH,
                  STRIP_HEIGHT);
    for (size_t i = 0; c->from < c->to && i < c->n; i++)
        put_span(b, c, &c->spans[i]);
    sb_buf_puts(b, "</svg>\n");
}
