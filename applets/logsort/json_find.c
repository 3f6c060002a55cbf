/* One member of a JSON object on one line, without building a tree: what is not on the way is
 * skipped, and is checked only as far as skipping it needs. */
#include "applets/logsort/place.h"

struct reader {
    const char *p, *end;
};

static void skip_blanks(struct reader *r)
{
    while (r->p < r->end && (*r->p == ' ' || *r->p == '\t' || *r->p == '\r' || *r->p == '\n'))
        r->p++;
}

static bool take(struct reader *r, char c)
{
    skip_blanks(r);
    if (r->p == r->end || *r->p != c)
        return false;
    r->p++;
    return true;
}

/* Behind the opening quote: raw text up to the closing one. */
static bool take_string(struct reader *r, struct sb_str *ret)
{
    const char *first = r->p;
    while (r->p < r->end) {
        const char *quote = memchr(r->p, '"', (size_t)(r->end - r->p));
        if (!quote)
            return false;
        size_t backslashes = 0;
        while (quote - backslashes > r->p && quote[-1 - (ptrdiff_t)backslashes] == '\\')
            backslashes++;
        r->p = quote + 1;
        if (backslashes % 2 == 0) {
            *ret = (struct sb_str){first, (size_t)(quote - first)};
            return true;
        }
    }
    return false;
}

/* A number, true, false or null. */
static struct sb_str take_word(struct reader *r)
{
    const char *first = r->p;
    while (r->p < r->end && *r->p != ',' && *r->p != '}' && *r->p != ']' && *r->p != ' ' &&
           *r->p != '\t' && *r->p != '\r')
        r->p++;
    return (struct sb_str){first, (size_t)(r->p - first)};
}

/* Behind its opening bracket: all of an object or list. */
static bool skip_nested(struct reader *r)
{
    struct sb_str ignored;
    for (uint64_t depth = 1; depth > 0;) {
        if (r->p == r->end)
            return false;
        char c = *r->p++;
        if (c == '"' && !take_string(r, &ignored))
            return false;
        if (c == '{' || c == '[')
            depth++;
        else if (c == '}' || c == ']')
            depth--;
    }
    return true;
}

static bool skip_value(struct reader *r)
{
    struct sb_str ignored;
    if (take(r, '"'))
        return take_string(r, &ignored);
    if (take(r, '{') || take(r, '['))
        return skip_nested(r);
    return take_word(r).len > 0;
}

/* Behind "{": goes to the value of `name`. */
static bool enter_member(struct reader *r, struct sb_str name)
{
    for (;;) {
        struct sb_str key;
        if (!take(r, '"') || !take_string(r, &key) || !take(r, ':'))
            return false;
        if (sb_str_eq(key, name))
            return true;
        if (!skip_value(r) || !take(r, ','))
            return false;
    }
}

/* Behind "[": goes to the element of that number. */
static bool enter_element(struct reader *r, struct sb_str number)
{
    size_t n = 0;
    if (number.len == 0 || number.len > 6)
        return false;
    for (size_t i = 0; i < number.len; i++) {
        if (number.p[i] < '0' || number.p[i] > '9')
            return false;
        n = n * 10 + (size_t)(number.p[i] - '0');
    }
    for (; n > 0; n--) {
        if (!skip_value(r) || !take(r, ','))
            return false;
    }
    return true;
}

bool logsort_json_find(struct sb_str line, const struct sb_str *parts, size_t n,
                       struct sb_str *ret_value)
{
    struct reader r = {line.p, line.p + line.len};
    for (size_t i = 0; i < n; i++) {
        bool found = take(&r, '{')   ? enter_member(&r, parts[i])
                     : take(&r, '[') ? enter_element(&r, parts[i])
                                     : false;
        if (!found)
            return false;
    }
    if (take(&r, '"'))
        return take_string(&r, ret_value);
    *ret_value = take_word(&r);
    return ret_value->len > 0 && ret_value->p[0] >= '0' && ret_value->p[0] <= '9';
}

/* --- --key --- */

/* Behind "[": "name"] or number]. */
static bool take_bracket(struct reader *r, struct sb_str *ret)
{
    bool quoted = r->p < r->end && *r->p == '"';
    const char *first = r->p + quoted, *stop;
    stop = first <= r->end ? memchr(first, quoted ? '"' : ']', (size_t)(r->end - first)) : NULL;
    if (!stop || stop == first)
        return false;
    *ret = (struct sb_str){first, (size_t)(stop - first)};
    r->p = stop + quoted;
    if (r->p == r->end || *r->p != ']')
        return false;
    r->p++;
    return true;
}

static bool take_part(struct reader *r, struct sb_str *ret)
{
    if (*r->p == '[') {
        r->p++;
        return take_bracket(r, ret);
    }
    if (*r->p != '.')
        return false;
    const char *first = ++r->p;
    while (r->p < r->end && *r->p != '.' && *r->p != '[')
        r->p++;
    *ret = (struct sb_str){first, (size_t)(r->p - first)};
    return ret->len > 0;
}

int logsort_key_parse(const char *text, struct sb_str parts[LOGSORT_KEY_PARTS], size_t *ret_n,
                      struct sb_error *e)
{
    struct reader r = {text, text + strlen(text)};
    size_t n = 0;
    if (text[0] != '.' && text[0] != '[' && text[0]) {
        parts[0] = sb_str(text);
        *ret_n = 1;
        return 0;
    }
    bool fits = r.p < r.end;
    while (fits && r.p < r.end) {
        fits = n < LOGSORT_KEY_PARTS && take_part(&r, &parts[n]);
        n++;
    }
    if (!fits) {
        sb_fail(e, SB_EUSAGE, "--key %.100s is no path to a member", text);
        return sb_hint(e,
                       "write it as .ts, .meta.time, .a[\"b.c\"] or .list[0], with at most %d "
                       "parts",
                       LOGSORT_KEY_PARTS);
    }
    *ret_n = n;
    return 0;
}
