/* Counted byte strings: borrowed views, never owners. NUL bytes are data. */
#ifndef SB_BASE_STR_H
#define SB_BASE_STR_H

#include "core/base/macros.h"

#include <stdbool.h>
#include <string.h>

struct sb_str {
    const char *p;
    size_t len;
};

#define SB_STR(literal) ((struct sb_str){"" literal, sizeof(literal) - 1})
/* For printf("%.*s", SB_STR_ARG(s)); only for text known to be clean and short. */
#define SB_STR_ARG(s) (int)SB_MIN((s).len, (size_t)1 << 20), (s).p

static inline struct sb_str sb_str(const char *s)
{
    return (struct sb_str){s, strlen(s)};
}

static inline bool sb_str_eq(struct sb_str a, struct sb_str b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.p, b.p, a.len) == 0);
}

static inline bool sb_str_is(struct sb_str a, const char *s)
{
    return sb_str_eq(a, sb_str(s));
}

/* Of a hexadecimal digit; -1 of anything else. */
static inline int sb_hex_value(int c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

int sb_str_cmp(struct sb_str a, struct sb_str b);        /* by bytes = by code point in UTF-8 */
bool sb_str_eq_nocase(struct sb_str a, struct sb_str b); /* ASCII letters only */
bool sb_str_has(struct sb_str s, struct sb_str part);
bool sb_str_starts(struct sb_str s, struct sb_str prefix);
bool sb_str_ends(struct sb_str s, struct sb_str suffix);

/* Shell-like glob over the whole text: * (any run), ? (one code point), [abc] [a-z] [!x], \ quotes.
 * With `sep` not 0, only ** and a `sep` in the pattern match it: *, ? and classes do not. A [ that
 * nothing closes stands for itself. Linear in pattern x text. */
bool sb_str_glob(struct sb_str pattern, struct sb_str text, char sep);

/* The candidate nearest to `word` by edit distance (Damerau, restricted), or NULL when none is near
 * enough to suggest (more than a third of the letters differ). Candidates end with NULL. */
const char *sb_str_nearest(const char *word, const char *const *candidates);

#endif
