/* Where in a line its time stands: the text that a stamp's reader is given. */
#ifndef LOGSORT_PLACE_H
#define LOGSORT_PLACE_H

#include "applets/logsort/format.h"

enum { LOGSORT_PLACE_SCRATCH = 64 };

/* False: the line has nothing at that place. *ret_text points into the line, or into scratch where the
 * line escapes its characters. JSON and CSV: it is all of a value (nothing may follow the stamp);
 * otherwise the stamp is at its start. JOURNAL is the scanner's own. */
bool logsort_place(const struct logsort_format *f, struct sb_str line,
                   char scratch[LOGSORT_PLACE_SCRATCH], struct sb_str *ret_text);
static inline bool logsort_place_is_value(const struct logsort_format *f)
{
    return f->shape == LOGSORT_JSON || f->shape == LOGSORT_CSV;
}

/* The start of a word's stamp: behind "[", "(", "*", quotes, "<34>", "<34>1 ", "key=", "audit(", colours. */
struct sb_str logsort_place_undress(struct sb_str word);

/* Is the text, which points into the line, behind "time=" or another name of a time, or "audit("? */
bool logsort_place_is_named(struct sb_str line, struct sb_str text);

/* --key for JSON: ".a.b", ".a[\"b.c\"]", ".list[0]", or one name without a dot. The parts are borrowed
 * from it. -SB_EUSAGE. */
int logsort_key_parse(const char *text, struct sb_str parts[LOGSORT_KEY_PARTS], size_t *ret_n,
                      struct sb_error *e);
/* The member, raw: a string without its quotes, or a number. False when there is none, or the line is
 * no object as far as it was read. Linear; no recursion. */
bool logsort_json_find(struct sb_str line, const struct sb_str *parts, size_t n,
                       struct sb_str *ret_value);

/* Column `n` (from 0) of a CSV record, without quotes; "" inside of one ends it. */
bool logsort_csv_cell(struct sb_str record, char delimiter, size_t n, struct sb_str *ret_cell);

#endif
