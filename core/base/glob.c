/* Globs. The pattern is cut into tokens, then all positions it could stand at are followed at once
 * through the text, so that no pattern can make matching slower than tokens x code points.
 *
 * Invariant of the two sets: only members from `low` to `high` can be set. */
#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/base/utf8.h"

#include <stdlib.h>

enum kind {
    LITERAL, /* code */
    ANY_ONE,
    ANY_RUN,    /* does not cross the separator */
    ANY_ACROSS, /* does */
    CLASS       /* members from, to */
};

struct token {
    uint8_t kind;
    bool negated;
    uint32_t code;
    const char *from, *to;
};

/* One code point, or an ill-formed byte as a value no code point has. */
static uint32_t take_unit(const char **p, const char *end)
{
    uint32_t code;
    size_t len = sb_utf8_decode(*p, (size_t)(end - *p), &code);
    if (len == 0) {
        code = 0x110000 + (unsigned char)**p;
        len = 1;
    }
    *p += len;
    return code;
}

/* As take_unit, after a backslash that quotes it; a lone one at the end stands for itself. */
static uint32_t take_quoted_unit(const char **p, const char *end)
{
    if (**p == '\\' && *p + 1 < end)
        (*p)++;
    return take_unit(p, end);
}

/* The class whose '[' stands before p, or false when nothing closes it. */
static bool read_class(const char **p, const char *end, struct token *t)
{
    const char *at = *p;
    t->kind = CLASS;
    t->negated = at < end && *at == '!';
    at += t->negated;
    t->from = at;
    while (at < end && (*at != ']' || at == t->from))
        (void)take_quoted_unit(&at, end);
    if (at >= end)
        return false;
    t->to = at;
    *p = at + 1;
    return true;
}

static size_t cut(struct sb_str pattern, char sep, struct token *tokens)
{
    const char *p = pattern.p, *end = p + pattern.len;
    size_t n = 0;
    bool classes = true; /* once a '[' is not closed, no later one is */
    while (p < end) {
        struct token *t = &tokens[n++];
        *t = (struct token){0};
        if (*p == '*') {
            const char *first = p;
            while (p < end && *p == '*')
                p++;
            t->kind = sep == '\0' || p - first > 1 ? ANY_ACROSS : ANY_RUN;
        } else if (*p == '?') {
            p++;
            t->kind = ANY_ONE;
        } else if (*p == '[' && classes) {
            p++;
            classes = read_class(&p, end, t);
            if (!classes)
                *t = (struct token){.kind = LITERAL, .code = '['};
        } else {
            t->kind = LITERAL;
            t->code = take_quoted_unit(&p, end);
        }
    }
    return n;
}

static bool in_class(const struct token *t, uint32_t code)
{
    const char *p = t->from;
    bool found = false;
    while (p < t->to && !found) {
        uint32_t first = take_quoted_unit(&p, t->to), last = first;
        if (t->to - p >= 2 && *p == '-') {
            p++;
            last = take_quoted_unit(&p, t->to);
        }
        found = first <= code && code <= last;
    }
    return found != t->negated;
}

static bool takes(const struct token *t, uint32_t code, bool is_sep)
{
    switch ((enum kind)t->kind) {
    case LITERAL: return t->code == code;
    case ANY_ACROSS: return true;
    case ANY_ONE:
    case ANY_RUN: return !is_sep;
    case CLASS: return !is_sep && in_class(t, code);
    }
    return false;
}

static bool is_run(const struct token *t)
{
    return t->kind == ANY_RUN || t->kind == ANY_ACROSS;
}

/* One code point further: from the positions in now to those in next, which starts empty; now ends
 * empty. Runs may also be left without taking anything. */
static void step(const struct token *tokens, size_t n, bool *now, bool *next, size_t *low,
                 size_t *high, uint32_t code, bool is_sep)
{
    size_t next_low = n + 1, next_high = 0;
    for (size_t i = *low; i <= *high; i++) {
        if (!now[i])
            continue;
        now[i] = false;
        if (i == n)
            continue;
        if (is_run(&tokens[i])) {
            now[i + 1] = true;
            *high = SB_MAX(*high, i + 1);
        }
        if (takes(&tokens[i], code, is_sep)) {
            size_t to = is_run(&tokens[i]) ? i : i + 1;
            next[to] = true;
            next_low = SB_MIN(next_low, to);
            next_high = SB_MAX(next_high, to);
        }
    }
    *low = next_low;
    *high = next_high;
}

static bool follow(const struct token *tokens, size_t n, bool *now, bool *next, struct sb_str text,
                   char sep)
{
    const char *p = text.p, *end = p + text.len;
    size_t low = 0, high = 0;
    now[0] = true;
    while (p < end && low <= high) {
        bool is_sep = sep != '\0' && *p == sep;
        step(tokens, n, now, next, &low, &high, take_unit(&p, end), is_sep);
        bool *other = now;
        now = next;
        next = other;
    }
    if (low > high)
        return false;
    for (size_t i = n; i >= low; i--) { /* the rest of the pattern must be able to be empty */
        if (now[i])
            return true;
        if (i == 0 || !is_run(&tokens[i - 1]))
            return false;
    }
    return false;
}

static bool is_plain(char c)
{
    return c != '*' && c != '?' && c != '[' && c != ']' && c != '\\';
}

/* Whether the plain bytes before the first special one, or, in a pattern whose only specials are
 * stars, those behind the last star, speak against the text: nearly always, and cheap to see. */
static bool ends_differ(struct sb_str pattern, struct sb_str text)
{
    size_t head = 0, tail = 0;
    while (head < pattern.len && is_plain(pattern.p[head]))
        head++;
    if (head > text.len || memcmp(pattern.p, text.p, head) != 0)
        return true;
    if (head == pattern.len)
        return text.len != head;
    if (memchr(pattern.p, '[', pattern.len) || memchr(pattern.p, '\\', pattern.len))
        return false;
    while (is_plain(pattern.p[pattern.len - 1 - tail]))
        tail++;
    return tail > text.len - head ||
           memcmp(pattern.p + pattern.len - tail, text.p + text.len - tail, tail) != 0;
}

static bool is_ascii_and_stars(struct sb_str pattern)
{
    for (size_t i = 0; i < pattern.len; i++)
        if ((!is_plain(pattern.p[i]) && pattern.p[i] != '*') || (unsigned char)pattern.p[i] > 0x7F)
            return false;
    return true;
}

/* The pieces between the stars, in order, each taken where it is first found. What stands before the
 * first star and behind the last one is known to fit. */
static bool has_pieces(struct sb_str pattern, struct sb_str text)
{
    const char *p = memchr(pattern.p, '*', pattern.len), *end = pattern.p + pattern.len;
    if (!p)
        return true;
    while (end[-1] != '*')
        end--;
    const char *at = text.p + (p - pattern.p);
    const char *stop = text.p + text.len - (pattern.p + pattern.len - end);
    while (++p < end) {
        const char *star = memchr(p, '*', (size_t)(end - p));
        struct sb_str piece = {p, (size_t)(star - p)};
        at = memmem(at, (size_t)(stop - at), piece.p, piece.len);
        if (!at)
            return false;
        at += piece.len;
        p = star;
    }
    return true;
}

bool sb_str_glob(struct sb_str pattern, struct sb_str text, char sep)
{
    if (pattern.len && text.len && ends_differ(pattern, text))
        return false;
    if (pattern.len && text.len && sep == '\0' && is_ascii_and_stars(pattern))
        return has_pieces(pattern, text);
    enum { SMALL = 64 };
    struct token small_tokens[SMALL];
    bool small_sets[2 * (SMALL + 1)];
    bool small = pattern.len <= SMALL, found = false;
    struct token *tokens =
        small ? small_tokens : sb_xrealloc_array(NULL, pattern.len, sizeof *tokens);
    size_t n = cut(pattern, sep, tokens), size = n + 1;
    bool *sets = small ? small_sets : sb_xrealloc_array(NULL, 2 * size, sizeof *sets);
    memset(sets, 0, 2 * size * sizeof *sets);
    found = follow(tokens, n, sets, sets + size, text, sep);
    if (!small) {
        free(tokens);
        free(sets);
    }
    return found;
}
