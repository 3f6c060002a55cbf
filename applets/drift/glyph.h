/* Which code points people put behind values as notes, also after they went through a wrong code page.
 * Private to the annotated reader; the set is documented in annotated.h. */
#ifndef DRIFT_GLYPH_H
#define DRIFT_GLYPH_H

#include <stddef.h>

/* Bytes of the glyph at p with all its variation selectors and joiners, or 0 when none is there. */
size_t drift_glyph_len(const char *p, size_t len);

#endif
