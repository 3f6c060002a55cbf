/* One run of one applet: options, configuration, verb, exit status. */
#ifndef SB_UI_RUN_H
#define SB_UI_RUN_H

#include "core/ui/option.h"

/* argv without the applet's name. Fills out; returns an exit status, or a negative enum sb_err
 * with e, and then nothing of out is to be shown. */
int sb_run_applet(const struct sb_applet_entry *applets, const struct sb_applet *applet, int argc,
                  char **argv, struct sb_buf *out, struct sb_error *e);

#endif
