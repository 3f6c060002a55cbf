/* The table of applets, made from applets/applets.def. */
#ifndef SB_APPLET_H
#define SB_APPLET_H

#include "core/ui/option.h"

/* Libraries and state an applet asks the door to set up, lazily; a disabled library disables it. */
enum { SB_NEEDS_NOTHING = 0 };

extern const struct sb_applet_entry sb_applets[]; /* sorted by name, ended by name == NULL */

#endif
