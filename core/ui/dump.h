/* srebox --dump-options [APPLET]: the option tables for tests and for writing man pages. */
#ifndef SB_UI_DUMP_H
#define SB_UI_DUMP_H

#include "core/ui/option.h"

/* argv: [APPLET] [mdoc]. Without APPLET: the options of every applet. One line an option, separated by
 * tabs: name, letter or -, type, placeholder or -, default or -, verbs or -. With "mdoc": the items of
 * an OPTIONS section, to start a man page from. */
int sb_dump_options(const struct sb_applet_entry *applets, int argc, char **argv,
                    struct sb_buf *out, struct sb_error *e);

#endif
