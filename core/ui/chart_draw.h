/* Parts of drawings, for the files of core/ui/chart.h. */
#ifndef SB_UI_CHART_DRAW_H
#define SB_UI_CHART_DRAW_H

#include "core/ui/chart.h"

/* <figure> with the title as its caption, and an <svg> of that size in its own units. */
void sb_chart_open(struct sb_buf *b, struct sb_str title, int width, int height);
void sb_chart_close(struct sb_buf *b);
/* The class of core/ui/html.h that gives the tone's colour; drawn with fill="currentColor". */
void sb_chart_class(struct sb_buf *b, enum sb_tone tone);

#endif
