/* Counted byte strings: comparing, searching, and the nearest of some known words. */
#include "core/base/str.h"

#include <stdint.h>

int sb_str_cmp(struct sb_str a, struct sb_str b)
{
    size_t len = SB_MIN(a.len, b.len);
    int order = len ? memcmp(a.p, b.p, len) : 0;
    return order ? order : (a.len > b.len) - (a.len < b.len);
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

bool sb_str_eq_nocase(struct sb_str a, struct sb_str b)
{
    if (a.len != b.len)
        return false;
    for (size_t i = 0; i < a.len; i++)
        if (lower(a.p[i]) != lower(b.p[i]))
            return false;
    return true;
}

bool sb_str_has(struct sb_str s, struct sb_str part)
{
    return part.len == 0 || (s.len >= part.len && memmem(s.p, s.len, part.p, part.len) != NULL);
}

bool sb_str_starts(struct sb_str s, struct sb_str prefix)
{
    return s.len >= prefix.len && sb_str_eq((struct sb_str){s.p, prefix.len}, prefix);
}

bool sb_str_ends(struct sb_str s, struct sb_str suffix)
{
    if (s.len < suffix.len)
        return false;
    return suffix.len == 0 ||
           sb_str_eq((struct sb_str){s.p + (s.len - suffix.len), suffix.len}, suffix);
}

enum { LONGEST_WORD = 64 }; /* nobody is helped by a suggestion for a longer one */

/* Optimal string alignment (Damerau's four edits, no letter touched twice), letter case ignored. */
static size_t distance(const char *a, size_t a_len, const char *b, size_t b_len)
{
    size_t rows[3][LONGEST_WORD + 1];
    size_t *before = rows[0], *above = rows[1], *row = rows[2];
    memset(rows, 0, sizeof rows);
    for (size_t j = 0; j <= b_len; j++)
        above[j] = j;
    for (size_t i = 1; i <= a_len; i++) {
        row[0] = i;
        for (size_t j = 1; j <= b_len; j++) {
            char x = lower(a[i - 1]), y = lower(b[j - 1]);
            size_t best = SB_MIN(above[j], row[j - 1]) + 1;
            best = SB_MIN(best, above[j - 1] + (x != y));
            if (i > 1 && j > 1 && x == lower(b[j - 2]) && y == lower(a[i - 2]))
                best = SB_MIN(best, before[j - 2] + 1);
            row[j] = best;
        }
        size_t *free_row = before;
        before = above;
        above = row;
        row = free_row;
    }
    return above[b_len];
}

const char *sb_str_nearest(const char *word, const char *const *candidates)
{
    size_t len = strlen(word), best = SIZE_MAX;
    const char *nearest = NULL;
    if (len > LONGEST_WORD)
        return NULL;
    for (; *candidates; candidates++) {
        size_t other = strlen(*candidates);
        if (other > LONGEST_WORD)
            continue;
        size_t d = distance(word, len, *candidates, other);
        if (d < best && d * 3 <= SB_MAX(len, other)) {
            best = d;
            nearest = *candidates;
        }
    }
    return nearest;
}
