/* UTF-8: validation, decoding, display width, and escaping of hostile text.
 *
 * Well-formed means RFC 3629: shortest form, no surrogates, up to U+10FFFF. */
#ifndef SB_BASE_UTF8_H
#define SB_BASE_UTF8_H

#include "core/base/buf.h"
#include "core/base/str.h"

#include <stdint.h>

/* Decodes one code point at p (len > 0). Returns its bytes (1..4), or 0 when ill-formed. */
size_t sb_utf8_decode(const char *p, size_t len, uint32_t *ret_code);
/* Appends code as UTF-8 to out (room for 4); returns the bytes. code must be a scalar value. */
size_t sb_utf8_encode(uint32_t code, char *out);
/* Offset of the first ill-formed byte, or len. ASCII runs go 8 bytes at a time. */
size_t sb_utf8_valid(const char *p, size_t len);
/* Code points that start in the range: right also where it cuts one in two. */
size_t sb_utf8_count(const char *p, size_t len);
/* Terminal cells of one code point: 0, 1 or 2 (controls count 0; they are escaped before). */
int sb_utf8_width(uint32_t code);
/* Terminal cells of a text as sb_escape would print it. */
size_t sb_text_width(struct sb_str s);

/* True for code points that must never reach a terminal raw: C0, DEL, C1, bidi controls, line
 * separators, and what shows as nothing, so that two texts may look equal and are not: zero-width
 * and format characters, fillers, variation selectors, tags (facts: documents, section 6); and
 * noncharacters, which HTML and XML forbid. */
bool sb_utf8_hostile(uint32_t code);

/* Appends s so that it can be shown on a terminal: hostile code points as \u{NNNN}, invalid bytes
 * as \xNN, and a backslash doubled when anything was escaped. Clean text is copied as it is; text
 * that looks like such an escape is not clean, so that different texts are shown differently. This
 * and sb_escape_json are the only ways data reaches an output. */
void sb_escape(struct sb_buf *b, struct sb_str s);
/* As above, in double quotes when anything was escaped, it is empty or starts with a quote. */
void sb_escape_name(struct sb_buf *b, struct sb_str s);
/* Appends s as a JSON string with its quotes. All hostile code points are written \uXXXX (RFC
 * 8259: a pair above U+FFFF); invalid bytes become U+FFFD. */
void sb_escape_json(struct sb_buf *b, struct sb_str s);
/* Appends s as HTML text or a quoted attribute value: < > & " ' as entities, hostile code points as
 * visible \u{NNNN}. */
void sb_escape_html(struct sb_buf *b, struct sb_str s);
/* Appends s as a label's value of Prometheus' text format (0.0.4), with its quotes: as sb_escape shows it,
 * then \\ and \" escaped. */
void sb_escape_label(struct sb_buf *b, struct sb_str s);

#endif
