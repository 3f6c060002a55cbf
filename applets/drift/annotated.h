/* People's notes in YAML: glyphs after values ("t3.medium ✅", "disabled ❌ (turned off)").
 *
 * A note is a blank, one or more glyphs, and then the end of the line, a comment, or blanks and "("
 * with whatever follows on that line. It is replaced by as many blanks as it has code points, so that
 * lines and columns of what remains are true. Never touched: quoted scalars, block scalars, comments,
 * and glyphs followed by more text.
 *
 * Glyphs: U+2300-23FF, U+2600-27BF, U+2B00-2BFF, U+1F000-1FAFF, each with variation selectors, joiners
 * and keycap marks behind; and the same where UTF-8 was read as Windows-1252 once too often ("âœ…"),
 * also with the bytes that code page does not have lost on the way ("âŒ"). */
#ifndef DRIFT_ANNOTATED_H
#define DRIFT_ANNOTATED_H

#include "core/base/buf.h"

/* Appends the text without notes to out and counts them. False when out's cap was hit. Linear. */
bool drift_annotated_strip(const char *text, size_t len, struct sb_buf *out, size_t *ret_notes);

#endif
