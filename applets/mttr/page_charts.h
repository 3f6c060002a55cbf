/* The charts of the page. Private to page*.c. Each appends a heading and its drawings, or nothing where
 * there is too little to draw. */
#ifndef MTTR_PAGE_CHARTS_H
#define MTTR_PAGE_CHARTS_H

#include "applets/mttr/page.h"

void mttr_page_span(struct sb_buf *b, double seconds);
void mttr_page_waits(const struct mttr_page *p, struct sb_buf *out); /* where the time went */
void mttr_page_axis(const struct mttr_page *p, struct sb_buf *out);  /* who overlapped whom */
void mttr_page_distributions(const struct mttr_page *p,
                             struct sb_buf *out);                      /* shares over by then */
void mttr_page_control(const struct mttr_page *p, struct sb_buf *out); /* in their order */

#endif
