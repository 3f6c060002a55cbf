/* Saving a suspended generator and going on elsewhere: another process, build or machine.
 *
 * What is written are names and values: the frame's name, its point's name, and the fields of
 * NAME_SAVED; never pointers, offsets or numbers of points. Reading matches by name. A field that the
 * text lacks keeps what the frame holds (its default); an unknown field, an unknown point, another
 * frame's name, a value that does not fit: refused, and the frame is left alone. So is a point that is
 * no CO_YIELD: a frame that waits is never saved, so only a body that has changed since has one, and the
 * event it would wait for is not there. Whoever has to go on after such a point saves before it, in a
 * yield, and waits anew. Fields of NAME_LIVE are zero after loading (those the caller set before it are
 * kept) and are the body's to rebuild.
 *
 * Format, all numbers big-endian: "sbco" 1, then texts as a 16-bit length and bytes: frame, point; a
 * 16-bit count of fields; each: name, kind (one byte, enum sb_co_kind), value: bool one byte 0 or 1;
 * int and uint 8 bytes; double 8 bytes IEEE 754 binary64; text as above, at most 63 bytes. Nothing
 * behind it. */
#ifndef SB_CO_SAVE_H
#define SB_CO_SAVE_H

#include "core/base/buf.h"
#include "core/base/str.h"
#include "core/co/co.h"

/* Appends co, which is new or yielded. -SB_EUNSURE: it waits, runs or is done; b is as before. */
int sb_co_save(const struct sb_co *co, struct sb_buf *b, struct sb_error *e);

/* Makes co, a new frame of its kind, what was saved. -SB_EINPUT with the reason otherwise; co is then
 * as before. Reading what sb_co_save wrote gives back the same bytes. */
int sb_co_load(struct sb_co *co, struct sb_str saved, struct sb_error *e);

#endif
