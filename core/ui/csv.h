/* CSV writer: RFC 4180 (comma, CRLF, quotes doubled), one record a line.
 *
 * Fields pass through sb_escape(), so a line break inside a value is written \u{a} and a record never
 * spans lines. Spreadsheets run a cell that starts with = + - @ as a formula; such a text field gets
 * a leading apostrophe, unless it is a plain number. Readers that need the exact text take JSON. */
#ifndef SB_UI_CSV_H
#define SB_UI_CSV_H

#include "core/base/buf.h"
#include "core/base/str.h"

#include <stdint.h>

struct sb_csv {
    struct sb_buf *out; /* borrowed */
    bool started;       /* the record has a field already */
};

void sb_csv_init(struct sb_csv *w, struct sb_buf *out);
void sb_csv_str(struct sb_csv *w, struct sb_str s);
void sb_csv_text(struct sb_csv *w, const char *s); /* NULL writes an empty field */
void sb_csv_int(struct sb_csv *w, int64_t value);
void sb_csv_end(struct sb_csv *w); /* ends the record */

#endif
