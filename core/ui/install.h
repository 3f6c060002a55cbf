/* srebox --install [-s] DIR: one link per applet, named like the applet. */
#ifndef SB_UI_INSTALL_H
#define SB_UI_INSTALL_H

#include "core/ui/option.h"

/* argv: the words after --install. self: argv[0], used where /proc is missing. All or nothing: what
 * stands in the way and is not srebox is reported before anything is made. Says in out what it did.
 * Returns an exit status or a negative enum sb_err. */
int sb_install(const struct sb_applet_entry *applets, int argc, char **argv, const char *self,
               struct sb_buf *out, struct sb_error *e);

#endif
