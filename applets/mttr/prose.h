/* What the verbs of statistics share when they print: paragraphs for people, members of JSON. */
#ifndef MTTR_PROSE_H
#define MTTR_PROSE_H

#include "core/base/buf.h"
#include "core/doc/json_write.h"
#include "core/stat/quantile.h"

/* Appends a paragraph broken to `width` cells, each line after `indent` blanks, and a line end. What is data
 * is escaped by the caller. */
void mttr_say(struct sb_buf *out, size_t indent, int width, const char *fmt, ...) SB_PRINTF(4, 5);

/* Members; "key": value. NaN and infinities are null. */
void mttr_json_count(struct sb_json_writer *w, const char *key, size_t value);
void mttr_json_number(struct sb_json_writer *w, const char *key, double value);
void mttr_json_flag(struct sb_json_writer *w, const char *key, bool value);
void mttr_json_name(struct sb_json_writer *w, const char *key, const char *value); /* NULL: null */
void mttr_json_str(struct sb_json_writer *w, const char *key, struct sb_str value);
/* RFC 3339, UTC; MTTR_NO_TIME is null. */
void mttr_json_time(struct sb_json_writer *w, const char *key, int64_t at);
/* [low, high], null for a side without a limit; null for none at all. */
void mttr_json_interval(struct sb_json_writer *w, const char *key, const struct sb_interval *i);
/* {"schema": "srebox.mttr/1", "KEY": {, and the end of it with a line end. */
void mttr_json_begin(struct sb_json_writer *w, struct sb_buf *out, const char *key);
void mttr_json_end(struct sb_json_writer *w);

#endif
