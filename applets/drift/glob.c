/* Path globs: patterns over the steps of an identity.
 *
 * A pattern is split into steps once; matching backtracks to the last "**" only, so it costs at most
 * steps x steps, whatever the pattern. Invariant: a pattern without a leading "/" starts with "**". */
#include "applets/drift/path.h"

#include "core/base/mem.h"

#include <stdlib.h>

#define GLOB_MAX_TEXT 4096u

enum glob_kind { GLOB_ANY_RUN, GLOB_ANY_ONE, GLOB_KEY, GLOB_ELEMENT };
struct glob_step {
    enum glob_kind kind;
    bool literal;          /* nothing in the pattern is special */
    struct sb_str pattern; /* KEY, ELEMENT: a shell glob over the step's name */
};
struct drift_glob {
    struct glob_step *steps;
    size_t len;
};

/* Length of the first step: up to "/", or to the "]" that closes an element. */
static size_t step_length(struct sb_str text)
{
    if (text.len && text.p[0] == '[')
        for (size_t i = 1; i < text.len; i++)
            if (text.p[i] == ']' && (i + 1 == text.len || text.p[i + 1] == '/'))
                return i + 1;
    const char *slash = memchr(text.p, '/', text.len);
    return slash ? (size_t)(slash - text.p) : text.len;
}

/* ~1 and ~0 back to "/" and "~". Another "~" stands for itself. */
static struct sb_str unescape(struct sb_arena *a, struct sb_str s)
{
    char *out = sb_arena_dup(a, s.p, s.len);
    size_t len = 0;
    for (size_t i = 0; i < s.len; i++) {
        bool escape = s.p[i] == '~' && i + 1 < s.len && (s.p[i + 1] == '0' || s.p[i + 1] == '1');
        out[len++] = escape && s.p[i + 1] == '1' ? '/' : s.p[i];
        i += escape ? 1 : 0;
    }
    return (struct sb_str){out, len};
}

static struct glob_step named_step(enum glob_kind kind, struct sb_str pattern)
{
    struct glob_step step = {.kind = kind, .literal = true, .pattern = pattern};
    for (size_t i = 0; i < pattern.len; i++)
        step.literal = step.literal && !strchr("*?[\\", pattern.p[i]);
    return step;
}

static struct glob_step compile_step(struct sb_arena *a, struct sb_str text)
{
    if (sb_str_is(text, "**"))
        return (struct glob_step){.kind = GLOB_ANY_RUN};
    if (sb_str_is(text, "*"))
        return (struct glob_step){.kind = GLOB_ANY_ONE};
    if (text.len >= 2 && text.p[0] == '[' && text.p[text.len - 1] == ']') {
        struct sb_str inner = {text.p + 1, text.len - 2};
        return named_step(GLOB_ELEMENT, unescape(a, inner));
    }
    return named_step(GLOB_KEY, unescape(a, text));
}

int drift_glob_new(struct sb_doc_pool *pool, struct sb_str text, struct drift_glob **ret,
                   struct sb_error *e)
{
    if (!text.len)
        return sb_fail(e, SB_EINPUT, "an empty path pattern");
    if (text.len > GLOB_MAX_TEXT)
        return sb_fail(e, SB_ETOOBIG, "a path pattern longer than %u bytes", GLOB_MAX_TEXT);
    struct sb_arena *a = sb_doc_arena(pool);
    struct drift_glob *g = sb_arena_new(a, struct drift_glob);
    g->steps = sb_arena_alloc(a, (text.len + 2) * sizeof *g->steps);
    if (text.p[0] == '/') {
        text.p++;
        text.len--;
    } else {
        g->steps[g->len++] = (struct glob_step){.kind = GLOB_ANY_RUN};
    }
    while (text.len) {
        size_t len = step_length(text);
        if (!len) {
            sb_fail(e, SB_EINPUT, "an empty step in a path pattern");
            return sb_hint(e, "write one slash between steps; ** stands for any number of steps");
        }
        struct glob_step step = compile_step(a, (struct sb_str){text.p, len});
        bool again =
            step.kind == GLOB_ANY_RUN && g->len && g->steps[g->len - 1].kind == GLOB_ANY_RUN;
        if (!again)
            g->steps[g->len++] = step;
        len += len < text.len ? 1 : 0;
        text.p += len;
        text.len -= len;
    }
    *ret = g;
    return 0;
}

static bool step_matches(const struct glob_step *g, const struct drift_step *step)
{
    bool element = step->kind == DRIFT_STEP_ITEM ||
                   (step->kind == DRIFT_STEP_MEMBER && step->actual_index != DRIFT_NOWHERE);
    if (g->kind == GLOB_ANY_ONE)
        return true;
    if (element != (g->kind == GLOB_ELEMENT))
        return false;
    return g->literal ? sb_str_eq(g->pattern, step->name) : sb_str_glob(g->pattern, step->name, 0);
}

static bool match_steps(const struct drift_glob *g, const struct drift_step *const *path, size_t n,
                        bool prefix)
{
    size_t i = 0, at = 0, run = SIZE_MAX, run_at = 0; /* run: the last "**" seen, and its end */
    for (;;) {
        if (i == g->len && (prefix || at == n))
            return true;
        if (i < g->len && g->steps[i].kind == GLOB_ANY_RUN) {
            run = i++;
            run_at = at;
        } else if (i < g->len && at < n && step_matches(&g->steps[i], path[at])) {
            i++;
            at++;
        } else if (run != SIZE_MAX && run_at < n) {
            at = ++run_at;
            i = run + 1;
        } else {
            return false;
        }
    }
}

bool drift_glob_match(const struct drift_glob *glob, const struct drift_step *path, bool prefix)
{
    const struct drift_step *near[64], **steps = near;
    size_t n = 0;
    for (const struct drift_step *s = path; s; s = s->up)
        n++;
    if (n > SB_LEN(near))
        steps = sb_xcalloc(n, sizeof *steps);
    size_t at = n;
    for (const struct drift_step *s = path; s; s = s->up)
        steps[--at] = s;
    bool matches = match_steps(glob, steps, n, prefix);
    if (steps != near)
        free(steps);
    return matches;
}
