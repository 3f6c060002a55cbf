/* What the three completion generators share. Private to core/ui/complete*.c. */
#ifndef SB_UI_COMPLETE_SHELL_H
#define SB_UI_COMPLETE_SHELL_H

#include "core/base/buf.h"
#include "core/ui/option.h"

struct sb_complete {
    const struct sb_applet_entry *applets;
    char *const *names; /* further names of the program */
    int n_names;
    struct sb_buf *out;
};

void sb_complete_bash(const struct sb_complete *c);
void sb_complete_zsh(const struct sb_complete *c);
void sb_complete_fish(const struct sb_complete *c);

/* Appends " srebox srebox-NAME ..." and the further names. */
void sb_complete_names(const struct sb_complete *c);
/* An enum's choices, separated by blanks. */
void sb_complete_choices(struct sb_buf *out, const struct sb_option *o);
/* True for -o/--output, whose values depend on the verb. */
bool sb_complete_is_format(const struct sb_option *o);
/* True when the option has a --no- form. */
bool sb_complete_has_no(const struct sb_option *o);
/* True when the applet's first operand is a verb. */
bool sb_complete_has_verbs(const struct sb_applet *applet);

#endif
