/* One incident as people read it: what it is, how long it took, what happened. Shared by show and timeline;
 * the JSON, by list and show. */
#ifndef MTTR_STORY_H
#define MTTR_STORY_H

#include "applets/mttr/incident.h"
#include "applets/mttr/metric.h"
#include "core/base/zone.h"
#include "core/doc/json_write.h"

struct mttr_story {
    const struct mttr_incident *incident;
    const struct sb_zone *zone;
    int64_t now;
    enum mttr_defs defs;
};

/* "work began", "beat lost": what an event says, without its words. */
void mttr_story_kind(struct sb_buf *b, enum sb_event_kind kind);
/* "closed after 30m", "open for 12m". */
void mttr_story_state(struct sb_buf *b, const struct mttr_story *s);
/* "users suffered 15m: 14:30:00 to 14:45:00", "at least ..."; nothing when there was no spell. */
void mttr_story_impact(struct sb_buf *b, const struct mttr_story *s);
/* "+3m", from the incident's start. */
void mttr_story_offset(struct sb_buf *b, const struct mttr_story *s, int64_t at);
/* Hours alone, "14:33:00", where a day is said before. */
void mttr_story_clock(struct sb_buf *b, const struct mttr_story *s, int64_t at);
/* True when the event is the first, or on another day than the one before it. */
bool mttr_story_new_day(const struct mttr_story *s, size_t event, struct sb_buf *ret_day);

/* The metrics of one incident: false where it does not have that one (mtbf and mttf are of several). */
bool mttr_story_measure(const struct mttr_story *s, enum mttr_metric m, struct mttr_measure *ret);
/* "2m", "at least 12m so far", "not known: nobody wrote fixed". */
void mttr_story_figure(struct sb_buf *b, const struct mttr_measure *m);

/* What was said, line by line: escape(b, line) and between them `between`, our own text. */
void mttr_story_lines(struct sb_buf *b, struct sb_str said,
                      void (*escape)(struct sb_buf *b, struct sb_str line), const char *between);

/* Sums of the incident as text, a line each: its name, state, impact. */
void mttr_story_head(struct sb_buf *b, const struct mttr_story *s);

/* The incident as a JSON map: with its events and metrics when `whole`. */
void mttr_story_json(struct sb_json_writer *w, const struct mttr_story *s, bool whole);

#endif
