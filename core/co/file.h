/* Reading files without stopping the loop. */
#ifndef SB_CO_FILE_H
#define SB_CO_FILE_H

#include "core/base/buf.h"
#include "core/co/work.h"

/* Awaitable: reads the whole regular file at `path` (which stays where it is) on the thread pool.
 * rc 0: `text` holds it (and a NUL behind it); -SB_ENOTFOUND, -SB_EIO, -SB_ETOOBIG (more than the cap)
 * with `error`; or as cancelled, and then text is empty. */
#define sb_co_file_read_SAVED(F)
#define sb_co_file_read_LIVE(F) \
    F(const char *, path)       \
    F(struct sb_buf, text) F(struct sb_co_work, work) F(struct sb_error, error)
#define sb_co_file_read_POINTS(P) P(reading)
CO_FRAME(sb_co_file_read);
void sb_co_file_read_init(struct sb_co_file_read *r, struct sb_loop *l, const char *path,
                          size_t cap);
/* Frees the text; for frames that are done, or were never run. */
void sb_co_file_read_free(struct sb_co_file_read *r);

#endif
