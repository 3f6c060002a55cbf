/* --help of an applet, made from its tables. Fits 80 columns. */
#ifndef SB_UI_HELP_H
#define SB_UI_HELP_H

#include "core/base/buf.h"
#include "core/ui/option.h"

/* Help of one verb, or of the whole applet when verb is NULL. */
void sb_help_applet(struct sb_buf *out, const struct sb_applet *applet, const struct sb_verb *verb);
/* The two lines that follow each help: exit status and where to read on. */
void sb_help_exit_status(struct sb_buf *out);
/* "  left", then `right` wrapped in its column. */
void sb_help_item(struct sb_buf *out, const char *left, const char *right);
/* What stands behind an option's name: " FILE", " low|high" ..., nothing for flags. */
void sb_help_option_left(struct sb_buf *out, const struct sb_option *o);

/* What -o takes: the formats of the verb, or of all verbs when it is NULL. */
void sb_help_formats(struct sb_buf *out, const struct sb_applet *applet, const struct sb_verb *verb,
                     const char *sep);

#endif
