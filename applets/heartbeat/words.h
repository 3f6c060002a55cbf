/* A command line cut into words, without a shell: blanks separate; '...' and "..." hold them together;
 * a backslash makes the next character plain (within "..." only before " and \). Nothing is expanded. */
#ifndef HEARTBEAT_WORDS_H
#define HEARTBEAT_WORDS_H

#include "core/base/error.h"

#include <stddef.h>

struct heartbeat_words {
    char **argv; /* NULL at the end */
    size_t argc;
    char *bytes; /* what argv points into */
};

/* -SB_EUSAGE: an open quote, nothing at all, a final backslash. `what` names it in errors. */
int heartbeat_words_split(const char *line, const char *what, struct heartbeat_words *ret,
                          struct sb_error *e);
void heartbeat_words_done(struct heartbeat_words *w); /* {0} is fine */

#endif
