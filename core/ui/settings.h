/* The options of one run: their values and where each came from.
 *
 * Layers are laid over each other, lowest first: default, the system's file, the user's file, the
 * file of --config, environment, flags. A layer that sets an option replaces what stood there, lists too.
 * Owner of all texts: the arena. Invariant: slots are the applet's options, then the common ones. */
#ifndef SB_UI_SETTINGS_H
#define SB_UI_SETTINGS_H

#include "core/base/arena.h"
#include "core/ui/option.h"

enum sb_origin {
    SB_FROM_DEFAULT,
    SB_FROM_SYSTEM, /* SB_SYSCONFDIR/srebox/config.yaml */
    SB_FROM_USER,   /* $XDG_CONFIG_HOME/srebox/config.yaml */
    SB_FROM_FILE,   /* --config FILE */
    SB_FROM_ENV,
    SB_FROM_FLAG
};

/* One option of this run. */
struct sb_slot {
    const struct sb_option *option;
    void *value; /* where the applet reads it */
    enum sb_origin origin;
    bool by_all;       /* set by the file's `all:` */
    const char *where; /* file, variable or flag; NULL for defaults */
    uint32_t line, column;
};

/* What every applet has; the values behind sb_common_options. */
struct sb_common {
    int64_t output; /* enum sb_format */
    int64_t color;  /* enum sb_color */
    const char *config;
    bool show_config, help, version;
};
enum sb_color { SB_COLOR_AUTO, SB_COLOR_ALWAYS, SB_COLOR_NEVER };
extern const struct sb_option sb_common_options[]; /* ended by name == NULL */
/* Those of them that the applet has: one with an --output of its own, which names a file, prints text
 * and has no choice of reports. */
const struct sb_option *sb_common_options_of(const struct sb_applet *applet);

struct sb_settings {
    const struct sb_applet *applet;
    const struct sb_applet_entry *applets; /* all, to tell names apart */
    struct sb_slot *slots;
    size_t len, own; /* own: how many are the applet's */
    void *options;   /* of applet->options_size bytes */
    struct sb_common common;
    struct sb_arena arena;
};

/* Everything at its default. */
int sb_settings_init(struct sb_settings *s, const struct sb_applet *applet,
                     const struct sb_applet_entry *applets, struct sb_error *e);
void sb_settings_done(struct sb_settings *s);

/* By long name; NULL when there is none. */
struct sb_slot *sb_settings_find(struct sb_settings *s, const char *name);
/* The nearest option name, or NULL. */
const char *sb_settings_nearest(const struct sb_settings *s, const char *name);

/* Begins a new layer's value: clears the slot unless this very layer set it before (a list grows). */
void sb_slot_open(struct sb_slot *slot, enum sb_origin origin, const char *where);

/* SREBOX_<APPLET>_<OPTION> from `environment` (NAME=VALUE texts, ended by NULL). A variable that
 * begins like that and names no option is an error. */
int sb_settings_env(struct sb_settings *s, char *const *environment, struct sb_error *e);

/* Appends every value and where it came from, as text or JSON ("srebox.config/1"). */
void sb_settings_show_text(const struct sb_settings *s, struct sb_buf *out, int width);
void sb_settings_show_json(const struct sb_settings *s, struct sb_buf *out);

/* True for the common option that an option of the applet's own stands in for: `all:` means the other. */
bool sb_settings_is_hidden(const struct sb_settings *s, const char *name);

/* False for flags that act at once (help, version ...): they are not shown. */
bool sb_settings_is_setting(const struct sb_settings *s, size_t i);

/* How many options the applet has; for tables that may be NULL. */
size_t sb_option_count(const struct sb_option *options);

#endif
