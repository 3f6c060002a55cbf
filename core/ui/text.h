/* Text for people: wrapping, cutting, and escaping for Markdown and XML.
 *
 * Widths are terminal cells (sb_utf8_width). Everything cuts on code points. */
#ifndef SB_UI_TEXT_H
#define SB_UI_TEXT_H

#include "core/base/buf.h"
#include "core/base/str.h"

/* Cells of text that is already fit to be shown (escaped, well-formed UTF-8). */
size_t sb_shown_width(struct sb_str s);
/* Appends `s` (already fit to be shown), cut to `cells` with an ellipsis when it is wider; returns
 * the cells written. */
size_t sb_text_cut(struct sb_buf *b, struct sb_str s, size_t cells);

/* Appends our own text (not data), broken at blanks so that no line passes `width` unless a word
 * does. `column` is where the cursor stands; lines after the first start with `indent` blanks.
 * "\n" in the text breaks the line. Writes no line end after the last line. */
void sb_text_wrap(struct sb_buf *b, const char *text, size_t column, size_t indent, size_t width);

/* Appends data as Markdown (GitHub's) text: punctuation with a meaning is escaped by a backslash,
 * "|" and "<" too, so that it is safe in tables; hostile code points as sb_escape() shows them. */
void sb_escape_markdown(struct sb_buf *b, struct sb_str s);

/* Appends data as XML 1.0 text or attribute value. Code points XML forbids and hostile ones are
 * shown as \u{NNNN}, invalid bytes as \xNN; with keep_lines, line feeds and tabs stay. */
void sb_escape_xml(struct sb_buf *b, struct sb_str s, bool keep_lines);

#endif
