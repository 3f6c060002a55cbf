/* The story of one incident, as text, as the beginning of a post-mortem, and as a page. Pure. */
#ifndef MTTR_TIMELINE_H
#define MTTR_TIMELINE_H

#include "applets/mttr/story.h"

void mttr_timeline_text(struct sb_buf *b, const struct mttr_story *s);
void mttr_timeline_markdown(struct sb_buf *b, const struct mttr_story *s);
void mttr_timeline_html(struct sb_buf *b, const struct mttr_story *s);

#endif
