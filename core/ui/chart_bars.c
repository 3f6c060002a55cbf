/* Bars, for terminals and as SVG. */
#include "core/ui/chart.h"

#include "core/base/utf8.h"
#include "core/ui/chart_draw.h"

#include <math.h>

void sb_chart_text_bar(struct sb_buf *b, double fraction, size_t cells)
{
    static const char *const parts[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
    if (!(fraction > 0) || cells == 0)
        return;
    size_t eighths = (size_t)(fmin(fraction, 1) * (double)cells * 8 + 0.5);
    if (eighths == 0)
        eighths = 1;
    for (size_t i = 0; i < eighths / 8; i++)
        sb_buf_puts(b, "█");
    sb_buf_puts(b, parts[eighths % 8]);
}

/* Where values lie on the drawing, from 0 (left) to 1. */
struct scale {
    double low, high;
    bool log;
};

static double place(const struct scale *s, double value)
{
    if (!isfinite(value) || (s->log && value <= 0))
        return 0;
    double at = s->log ? log(value / s->low) / log(s->high / s->low) : value / s->high;
    return fmin(fmax(at, 0), 1);
}

/* Logarithmic scales begin at half the least value, so that it has a bar too. */
static struct scale find_scale(const struct sb_bars *c)
{
    struct scale s = {(double)INFINITY, 0, c->log};
    for (size_t i = 0; i < c->n; i++) {
        const struct sb_bar *bar = &c->items[i];
        double most = isfinite(bar->high) ? fmax(bar->value, bar->high) : bar->value;
        if (isfinite(most))
            s.high = fmax(s.high, most);
        if (isfinite(bar->value) && bar->value > 0)
            s.low = fmin(s.low, bar->value);
    }
    if (isfinite(c->mark) && c->mark > 0) {
        s.high = fmax(s.high, c->mark);
        s.low = fmin(s.low, c->mark);
    }
    s.low = isfinite(s.low) ? s.low / 2 : 1;
    if (!(s.high > 0))
        s.high = 1;
    if (s.log && s.high <= s.low)
        s.high = 2 * s.low;
    return s;
}

enum { WIDTH = 480, ROW = 36, TEXT_AT = 13, BAR_AT = 19, BAR = 10 };

static void put_whisker(struct sb_buf *b, const struct scale *s, const struct sb_bar *bar, int top)
{
    if (!isfinite(bar->low) || !isfinite(bar->high))
        return;
    double from = WIDTH * place(s, bar->low), to = WIDTH * place(s, bar->high);
    int middle = top + BAR_AT + BAR / 2;
    sb_buf_printf(b,
                  "<path d=\"M%.1f %dH%.1fM%.1f %dv6M%.1f %dv6\" stroke=\"var(--fg)\" "
                  "fill=\"none\"/>\n",
                  from, middle, to, from, middle - 3, to, middle - 3);
}

static void put_bar(struct sb_buf *b, const struct scale *s, const struct sb_bar *bar, int top)
{
    sb_buf_puts(b, "<g>");
    sb_buf_printf(b, "<text x=\"0\" y=\"%d\">", top + TEXT_AT);
    sb_escape_html(b, bar->label);
    sb_buf_printf(b, "</text><text x=\"%d\" y=\"%d\" text-anchor=\"end\">", WIDTH, top + TEXT_AT);
    sb_escape_html(b, bar->text);
    sb_buf_printf(b, "</text><rect class=\"rail\" y=\"%d\" width=\"%d\" height=\"%d\"/>",
                  top + BAR_AT, WIDTH, BAR);
    sb_buf_puts(b, "<rect class=\"");
    sb_chart_class(b, bar->tone);
    sb_buf_printf(b, "\" fill=\"currentColor\" y=\"%d\" width=\"%.1f\" height=\"%d\"/>",
                  top + BAR_AT, WIDTH * place(s, bar->value), BAR);
    put_whisker(b, s, bar, top);
    sb_buf_puts(b, "</g>\n");
}

void sb_chart_bars(struct sb_buf *b, const struct sb_bars *c)
{
    struct scale s = find_scale(c);
    int height = ROW * (int)SB_MIN(c->n, (size_t)10000);
    sb_chart_open(b, c->title, WIDTH, SB_MAX(height, 1));
    for (size_t i = 0; i < c->n && i < 10000; i++)
        put_bar(b, &s, &c->items[i], ROW * (int)i);
    if (isfinite(c->mark))
        sb_buf_printf(b, "<path d=\"M%.1f 0V%d\" stroke=\"var(--fg)\" stroke-dasharray=\"3 3\"/>\n",
                      WIDTH * place(&s, c->mark), height);
    sb_chart_close(b);
}
