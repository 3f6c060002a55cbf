/* The frame of an HTML report: one self-contained page, no scripts, nothing loaded from elsewhere.
 *
 * The page carries one inline style sheet (light and dark by preference, usable on a phone, prints
 * well) and a Content-Security-Policy that allows inline style and nothing else. Classes for use in
 * the body: `bad` `warn` `good` `info` `muted` (colour of text; on <span class="badge bad"> a filled
 * badge), `num` (right-aligned cell), `cards` with `card` children (figures in a row), `scroll`
 * around a wide table, `verdict` (the first line), <code>, <pre>, <details>; `s0` to `s7` colour the
 * series of a chart (core/ui/chart.h). */
#ifndef SB_UI_HTML_H
#define SB_UI_HTML_H

#include "core/base/buf.h"
#include "core/base/str.h"

/* Doctype to <body><main>; the title is data and is escaped; it is not repeated as a heading. */
void sb_html_open(struct sb_buf *b, struct sb_str title);
/* The same for a page that a server keeps alive: `policy` is its Content-Security-Policy instead. */
void sb_html_open_live(struct sb_buf *b, struct sb_str title, const char *policy);
/* Footer (program and version) to </html>. */
void sb_html_close(struct sb_buf *b);
/* Data as text: escaped, isolated from its surroundings' writing direction by <bdi>. */
void sb_html_data(struct sb_buf *b, struct sb_str s);
/* As above inside <code>. */
void sb_html_code(struct sb_buf *b, struct sb_str s);

#endif
