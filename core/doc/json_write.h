/* Writing JSON: a streaming writer for messages and reports, and trees as text. RFC 8259.
 *
 * The writer keeps commas, nesting and indentation; misuse (a value where a key must stand) is an
 * assertion. Everything goes through sb_escape_json. */
#ifndef SB_DOC_JSON_WRITE_H
#define SB_DOC_JSON_WRITE_H

#include "core/base/buf.h"
#include "core/doc/doc.h"

#define SB_JSON_MAX_DEPTH 64

struct sb_json_writer {
    struct sb_buf *out; /* borrowed */
    int indent;         /* spaces a level; 0 = compact, one line */
    int depth;
    bool after_key;
    unsigned char has_items[SB_JSON_MAX_DEPTH]; /* one a level: something was written */
    unsigned char is_map[SB_JSON_MAX_DEPTH];
};

void sb_json_writer_init(struct sb_json_writer *w, struct sb_buf *out, int indent);
void sb_json_open_map(struct sb_json_writer *w);
void sb_json_close_map(struct sb_json_writer *w);
void sb_json_open_list(struct sb_json_writer *w);
void sb_json_close_list(struct sb_json_writer *w);
void sb_json_key(struct sb_json_writer *w, const char *key);
void sb_json_key_str(struct sb_json_writer *w, struct sb_str key);
void sb_json_str(struct sb_json_writer *w, struct sb_str s);
void sb_json_text(struct sb_json_writer *w, const char *s); /* NULL writes null */
void sb_json_int(struct sb_json_writer *w, int64_t value);
/* Shortest text that reads back equal; NaN and infinities write null. */
void sb_json_double(struct sb_json_writer *w, double value);
void sb_json_bool(struct sb_json_writer *w, bool value);
void sb_json_null(struct sb_json_writer *w);
/* The comma, line break and indentation before a value: for writers of a kind of value, which append
 * it to w->out themselves. */
void sb_json_before_value(struct sb_json_writer *w);
/* A whole tree at this place; numbers keep their text when it is legal JSON, otherwise a JSON
 * spelling of the same value (+1, .5, 0x1F). -SB_EINPUT for .inf/.nan, -SB_ETOOBIG beyond budget
 * nodes (a DAG is written expanded); what was written so far then stays. Depth is not limited by
 * SB_JSON_MAX_DEPTH, nor does it use the stack. */
int sb_json_node(struct sb_json_writer *w, const struct sb_doc_node *node, uint64_t budget,
                 struct sb_error *e);

#endif
