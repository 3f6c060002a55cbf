/* The three standard streams: their state at the start, what the terminal is, and the last write. */
#ifndef SB_UI_TERMINAL_H
#define SB_UI_TERMINAL_H

#include "core/base/buf.h"
#include "core/base/error.h"
#include "core/ui/settings.h"

#include <stdbool.h>

/* Opens /dev/null in place of standard descriptors that are closed, so that no file opened later
 * takes their number. It is opened the wrong way round (stdin for writing, the others for reading):
 * using such a stream fails as on the closed one. Ignores SIGPIPE: a closed pipe is a write error. */
void sb_streams_start(void);

/* auto: stdout is a terminal, NO_COLOR is unset or empty, TERM is set and not "dumb". */
bool sb_terminal_color(enum sb_color when);
/* Columns of stdout's terminal, at least 40; 80 when it is none. */
int sb_terminal_width(void);

/* Writes the whole buffer to stdout and closes it, so that late errors (quota, network file systems)
 * are seen. -SB_EIO with the reason. */
int sb_stdout_write(const struct sb_buf *out, struct sb_error *e);

#endif
