/* Typed option values: from text, to text.
 *
 * `value` points to where the applet reads the option, typed as enum sb_option_type says. Texts are
 * copied into the arena. Errors quote the value and say what would be right; the caller wraps them
 * with the option's name and place. */
#ifndef SB_UI_VALUE_H
#define SB_UI_VALUE_H

#include "core/base/arena.h"
#include "core/ui/option.h"

/* Parses one value. A LIST gets one more item; everything else is replaced. -SB_EUSAGE. */
int sb_value_parse(const struct sb_option *o, const char *text, void *value, struct sb_arena *a,
                   struct sb_error *e);
/* As above for a default or an environment variable, where a list stands in one text: items are
 * separated by commas, "\," is a comma inside an item, an empty text is the empty list. */
int sb_value_parse_whole(const struct sb_option *o, const char *text, void *value,
                         struct sb_arena *a, struct sb_error *e);
/* Checks the range of an INT, SIZE or DURATION and stores it; shown is what the user wrote. */
int sb_value_put_number(const struct sb_option *o, int64_t number, const char *shown, void *value,
                        struct sb_error *e);
/* Back to unset: zero, false, NULL, the empty list. */
void sb_value_clear(const struct sb_option *o, void *value);
/* Appends the value as one would type it (not escaped; lists with commas); nothing when unset. The
 * user part of a URL is shown as ***. */
void sb_value_print(const struct sb_option *o, const void *value, struct sb_buf *b);
/* Appends "from 1 to 64", "one of: a, b" and the like; nothing when every value is allowed. */
void sb_value_range(const struct sb_option *o, struct sb_buf *b);
/* Bytes that a value of this type takes in the options struct. */
size_t sb_value_size(enum sb_option_type type);
/* True when the option is followed by a value. */
bool sb_option_takes_value(const struct sb_option *o);
/* True for files, and for lists of them (placeholder FILE): completed and resolved as paths. */
bool sb_option_is_file(const struct sb_option *o);
/* "int", "size", ...: what `srebox --dump-options` and messages call the type. */
const char *sb_option_type_name(enum sb_option_type type);

#endif
