/* Flips and their evidence as JSON: for the store, the journal, the API and whatever else is told. Stable
 * names; times RFC 3339 in UTC, durations in seconds; what is not known is left out. */
#ifndef HEARTBEAT_EVIDENCE_H
#define HEARTBEAT_EVIDENCE_H

#include "applets/heartbeat/tables.h"
#include "core/doc/json_write.h"

/* {"rule":"missed","missed":3,"interval":3,"slack":1,"allowed":10,"silence":10.2,"last_beat":"...", ...} */
void heartbeat_evidence_json(struct sb_json_writer *w, const struct heartbeat_evidence *e);
/* {"number","what","at","id","zone","from","to","alert","act","who","text","evidence"} */
void heartbeat_flip_json(struct sb_json_writer *w, const struct heartbeat_flip *flip);
/* The same of one in the store, whose evidence is JSON already. */
void heartbeat_flip_row_json(struct sb_json_writer *w, const struct heartbeat_flip_row *row);
/* "2026-11-23T17:00:00Z" */
void heartbeat_time_json(struct sb_json_writer *w, int64_t wall);

#endif
