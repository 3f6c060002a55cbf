/* Configuration files: YAML, `applet: {option: value}`, and `all:` for every applet.
 *
 * Lowest first: SB_SYSCONFDIR/srebox/config.yaml, $XDG_CONFIG_HOME/srebox/config.yaml (default
 * ~/.config; relative values are ignored, as the XDG base directory specification asks), the file of
 * --config. The first two may be missing. Nothing is read from the working directory. */
#ifndef SB_UI_CONFIG_H
#define SB_UI_CONFIG_H

#include "core/ui/settings.h"

/* Lays the three layers; file: --config or NULL. Of sections for other applets only the names are
 * checked: they are read when those run. -SB_EUSAGE, -SB_EINPUT or -SB_EIO with the place. */
int sb_config_load(struct sb_settings *s, const char *file, struct sb_error *e);
/* One file as one layer. */
int sb_config_file(struct sb_settings *s, const char *path, enum sb_origin origin,
                   struct sb_error *e);

#endif
