/* Messages to people, on stderr: the one kind of I/O of core/base. Texts are escaped here.
 *
 *   srebox drift: plan.yaml:12:3: what is wrong
 *     hint: what to do
 *
 * Only the door and applets call this; library code returns errors. */
#ifndef SB_BASE_LOG_H
#define SB_BASE_LOG_H

#include "core/base/error.h"
#include "core/base/macros.h"

/* Borrowed; "srebox drift" once an applet runs, "srebox" before. */
void sb_log_name(const char *name);
void sb_log_error(const struct sb_error *e);
void sb_warn(const char *fmt, ...) SB_PRINTF(1, 2); /* "srebox drift: warning: ..." */
void sb_note(const char *fmt, ...) SB_PRINTF(1, 2); /* "srebox drift: ..." */

#endif
