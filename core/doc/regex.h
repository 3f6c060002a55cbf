/* Regular expressions: PCRE2 held to what RE2 can do, with match limits (facts: documents, 4.4).
 *
 * Patterns are capped at 1,000 bytes; backreferences, lookaround, recursion and the like are refused
 * when compiled. A limit hit is an error, never "no match". */
#ifndef SB_DOC_REGEX_H
#define SB_DOC_REGEX_H

#include "core/base/error.h"
#include "core/base/str.h"

#include <stdbool.h>

struct sb_regex;

/* On failure the error's column is the 1-based position inside the pattern (no file). */
int sb_regex_new(struct sb_str pattern, struct sb_regex **ret, struct sb_error *e);
/* For texts that need not be UTF-8, such as logs: bytes that are none match nothing, where sb_regex_new()'s
 * make matching fail with -SB_EINPUT. */
int sb_regex_new_bytes(struct sb_str pattern, struct sb_regex **ret, struct sb_error *e);
void sb_regex_free(struct sb_regex *re); /* free(NULL) is fine */
/* Unanchored search. */
int sb_regex_match(const struct sb_regex *re, struct sb_str text, bool *ret, struct sb_error *e);

#endif
