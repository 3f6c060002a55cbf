/* The command line of an applet: options anywhere, verb first among the operands.
 *
 * --name VALUE, --name=VALUE, --flag, --no-flag, clusters of short flags (-xo json, -ojson), "--" ends
 * options, "-" is an operand. Names are never abbreviated. Scanning finds names; values are parsed by
 * sb_args_apply(), after the layers below are laid. */
#ifndef SB_UI_ARGS_H
#define SB_UI_ARGS_H

#include "core/base/vec.h"
#include "core/ui/settings.h"

struct sb_use {
    size_t slot;
    const char *value; /* NULL for a flag */
    bool negated;
};

struct sb_args {
    SB_VEC(struct sb_use) uses;
    SB_VEC(char *) operands;    /* ended by NULL, which is not counted */
    const struct sb_verb *verb; /* NULL when none was named */
};

/* argv without the program's name; texts are borrowed. -SB_EUSAGE for an unknown option. */
int sb_args_scan(struct sb_settings *s, int argc, char **argv, struct sb_args *args,
                 struct sb_error *e);
/* Takes the verb off the operands, or the applet's only entry. -SB_EUSAGE when it is missing or
 * unknown. */
int sb_args_verb(const struct sb_settings *s, struct sb_args *args, struct sb_error *e);
/* Parses the values into the slots. An option that the verb does not have is an error. */
int sb_args_apply(struct sb_settings *s, struct sb_args *args, struct sb_error *e);
/* How many operands there are against what the verb wants. */
int sb_args_check_operands(const struct sb_settings *s, const struct sb_args *args,
                           struct sb_error *e);
/* True when a flag of the common table (help, version ...) was given. */
bool sb_args_has(const struct sb_settings *s, const struct sb_args *args, const char *name);
/* The value of the last use of an option, or NULL. */
const char *sb_args_value(const struct sb_settings *s, const struct sb_args *args,
                          const char *name);
void sb_args_done(struct sb_args *args);

/* True when the option applies to the verb (index into applet->verbs). */
bool sb_option_of_verb(const struct sb_option *o, size_t verb);

#endif
