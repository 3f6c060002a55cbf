/* srebox --completion bash|zsh|fish: scripts that complete applets, verbs, options, values and paths.
 *
 * Everything in a script comes from the option tables; it does not call the program. */
#ifndef SB_UI_COMPLETE_H
#define SB_UI_COMPLETE_H

#include "core/ui/option.h"

/* argv: SHELL, then further names of the program (an applet's bare name completes that applet). */
int sb_complete(const struct sb_applet_entry *applets, int argc, char **argv, struct sb_buf *out,
                struct sb_error *e);

#endif
