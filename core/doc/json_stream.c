/* Where records begin and end in a stream of JSON.
 *
 * As in csv.c: what is looked for is found without touching it; where the window ends first, more is read
 * and the search starts anew. */
#include "core/doc/json_stream.h"

#include "core/base/utf8.h"

#include <string.h>

#define CAP ((size_t)16 << 20)

void sb_json_stream_init(struct sb_json_stream *s, struct sb_window *window,
                         const char *const *lists, size_t cap)
{
    *s = (struct sb_json_stream){
        .window = window, .lists = lists, .cap = cap ? cap : CAP, .line = 1, .column = 1};
}

static int fail(struct sb_json_stream *s, enum sb_err code, const char *text, struct sb_error *e)
{
    return sb_fail_at(e, code, s->window->name, (uint32_t)SB_MIN(s->line, (uint64_t)UINT32_MAX),
                      (uint32_t)SB_MIN(s->column, (uint64_t)UINT32_MAX), "%s", text);
}

static int over_cap(struct sb_json_stream *s, struct sb_error *e)
{
    sb_error_set(e, SB_ETOOBIG, "a record of more than %zu bytes begins here", s->cap);
    return sb_locate(e, s->window->name, (uint32_t)SB_MIN(s->line, (uint64_t)UINT32_MAX),
                     (uint32_t)SB_MIN(s->column, (uint64_t)UINT32_MAX));
}

static int more(struct sb_json_stream *s, struct sb_error *e)
{
    int code = sb_window_more(s->window, s->cap, e);
    return code == -SB_ETOOBIG ? over_cap(s, e) : code;
}

/* Moves begin by n bytes, counting lines and columns. */
static void pass(struct sb_json_stream *s, size_t n)
{
    struct sb_window *w = s->window;
    const char *p = w->data + w->begin, *end = p + n, *line = NULL;
    for (const char *at = p; (at = memchr(at, '\n', (size_t)(end - at))) != NULL; at++) {
        s->line++;
        line = at + 1;
    }
    s->column =
        line ? 1 + sb_utf8_count(line, (size_t)(end - line)) : s->column + sb_utf8_count(p, n);
    w->begin += n;
}

static bool is_space(char c)
{
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

/* 1: a byte that is no blank is at begin; 0: the end of the file. */
static int skip_space(struct sb_json_stream *s, struct sb_error *e)
{
    struct sb_window *w = s->window;
    for (;;) {
        size_t at = w->begin;
        while (at < w->end && is_space(w->data[at]))
            at++;
        pass(s, at - w->begin);
        if (w->begin < w->end)
            return 1;
        int code = more(s, e);
        if (code <= 0)
            return code;
    }
}

/* ---- inside the window; NULL: it goes on behind it ---- */

/* Behind the closing quote of the string that opens at p. */
static const char *string_end(const char *p, const char *end)
{
    for (p++; p < end; p++) {
        if (*p == '"')
            return p + 1;
        p += *p == '\\';
    }
    return NULL;
}

static const char *collection_end(const char *p, const char *end)
{
    size_t depth = 0;
    while (p && p < end) {
        if (*p == '"') {
            p = string_end(p, end);
            continue;
        }
        depth += *p == '{' || *p == '[';
        depth -= *p == '}' || *p == ']';
        p++;
        if (depth == 0)
            return p;
    }
    return NULL;
}

static const char *value_end(const char *p, const char *end)
{
    if (p == end)
        return NULL;
    if (*p == '"')
        return string_end(p, end);
    if (*p == '{' || *p == '[')
        return collection_end(p, end);
    for (; p < end; p++)
        if (*p == ',' || *p == ']' || *p == '}' || is_space(*p))
            return p;
    return NULL;
}

static const char *space_end(const char *p, const char *end)
{
    while (p < end && is_space(*p))
        p++;
    return p;
}

static bool is_list_name(const struct sb_json_stream *s, const char *p, size_t len)
{
    for (const char *const *name = s->lists; name && *name; name++)
        if (strlen(*name) == len && memcmp(*name, p, len) == 0)
            return true;
    return false;
}

/* The member whose name opens at p. Its value; *ret_list: it is the list of the records. */
static const char *member_value(const struct sb_json_stream *s, const char *p, const char *end,
                                bool *ret_list)
{
    const char *name = p + 1, *close = string_end(p, end);
    const char *colon = close ? space_end(close, end) : end;
    if (colon >= end)
        return NULL;
    const char *value = space_end(*colon == ':' ? colon + 1 : colon, end);
    if (value >= end)
        return NULL;
    *ret_list = *value == '[' && is_list_name(s, name, (size_t)(close - 1 - name));
    return value;
}

/* Whether the object at p is an envelope: *ret_end is then behind the bracket of its list, else behind
 * the object. False: it cannot be told, the window ends before. */
static bool judge_object(const struct sb_json_stream *s, const char *p, const char *end,
                         bool *ret_envelope, const char **ret_end)
{
    *ret_envelope = false;
    if (!s->lists)
        return (*ret_end = collection_end(p, end)) != NULL;
    for (const char *at = space_end(p + 1, end); at < end; at = space_end(at, end)) {
        bool list = false;
        if (*at == ',') {
            at++;
            continue;
        }
        if (*at != '"') { /* the end; or no JSON, which the reader will say */
            *ret_end = collection_end(p, end);
            return *ret_end != NULL;
        }
        const char *value = member_value(s, at, end, &list);
        if (value && list) {
            *ret_envelope = true;
            *ret_end = value + 1;
            return true;
        }
        at = value ? value_end(value, end) : NULL;
        if (!at)
            return false;
    }
    return false;
}

/* ---- the stream ---- */

static void give(struct sb_json_stream *s, size_t len, struct sb_json_piece *ret)
{
    *ret = (struct sb_json_piece){{s->window->data + s->window->begin, len}, s->line, s->column};
    pass(s, len);
}

/* A value at begin as a record, whole; what the file cuts off is given as it is: the reader of JSON says
 * what is missing. */
static int give_value(struct sb_json_stream *s, struct sb_json_piece *ret, struct sb_error *e)
{
    struct sb_window *w = s->window;
    for (;;) {
        const char *p = w->data + w->begin, *end = value_end(p, w->data + w->end);
        size_t len = end ? (size_t)(end - p) : w->end - w->begin;
        if ((end || w->eof) && len > s->cap)
            return over_cap(s, e);
        if (end || w->eof) {
            give(s, len, ret);
            return 1;
        }
        int code = more(s, e);
        if (code < 0)
            return code;
    }
}

/* An object that is no item of a list. 1: it was given as a record; 0: it is an envelope, and begin is in
 * its list. */
static int enter_object(struct sb_json_stream *s, struct sb_json_piece *ret, struct sb_error *e)
{
    struct sb_window *w = s->window;
    for (;;) {
        const char *p = w->data + w->begin, *end = NULL;
        bool envelope = false, known = judge_object(s, p, w->data + w->end, &envelope, &end);
        if (known && envelope) {
            pass(s, (size_t)(end - p));
            s->in_envelope = s->in_list = true;
            s->after_item = false;
            return 0;
        }
        if (known || w->eof) {
            give(s, known ? (size_t)(end - p) : w->end - w->begin, ret);
            return 1;
        }
        int code = more(s, e);
        if (code < 0)
            return code;
    }
}

/* A member of an envelope behind its list: another list, or passed over. */
static int pass_member(struct sb_json_stream *s, struct sb_error *e)
{
    struct sb_window *w = s->window;
    if (w->data[w->begin] != '"')
        return fail(s, SB_EINPUT, "expected the name of a member", e);
    for (;;) {
        bool list = false;
        const char *p = w->data + w->begin, *end = w->data + w->end;
        const char *value = member_value(s, p, end, &list);
        const char *behind = value ? (list ? value + 1 : value_end(value, end)) : NULL;
        if (behind) {
            pass(s, (size_t)(behind - p));
            s->in_list = list;
            s->after_item = !list;
            return 0;
        }
        int code = more(s, e);
        if (code < 0)
            return code;
        if (code == 0)
            return fail(s, SB_EINPUT, "the file ends inside this member", e);
    }
}

/* Inside a list or an envelope, at a byte that is no blank. 1: *ret is a record; 0: go on. */
static int step_inside(struct sb_json_stream *s, struct sb_json_piece *ret, struct sb_error *e)
{
    char c = s->window->data[s->window->begin];
    if (c == (s->in_list ? ']' : '}')) {
        pass(s, 1);
        s->after_item = s->in_list && s->in_envelope;
        if (s->in_list)
            s->in_list = false;
        else
            s->in_envelope = false;
        return 0;
    }
    if (s->after_item) {
        if (c != ',')
            return fail(s, SB_EINPUT,
                        s->in_list ? "expected \",\" or \"]\" after an item of the list"
                                   : "expected \",\" or \"}\" after a member",
                        e);
        pass(s, 1);
        s->after_item = false;
        return 0;
    }
    if (!s->in_list)
        return pass_member(s, e);
    if (c == ',' || c == ':' || c == '}')
        return fail(s, SB_EINPUT, "expected an item of the list", e);
    s->after_item = true;
    return give_value(s, ret, e);
}

static int step_outside(struct sb_json_stream *s, struct sb_json_piece *ret, struct sb_error *e)
{
    switch (s->window->data[s->window->begin]) {
    case '[':
        pass(s, 1);
        s->in_list = true;
        s->after_item = false;
        return 0;
    case '{': return enter_object(s, ret, e);
    default:
        fail(s, SB_EINPUT, "expected a list or an object of JSON", e);
        return sb_hint(e, "is this a JSON file?");
    }
}

static int start(struct sb_json_stream *s, struct sb_error *e)
{
    struct sb_window *w = s->window;
    int code = 1;
    while (w->end - w->begin < 3 && code > 0) /* a BOM, or what would be one */
        code = more(s, e);
    if (code < 0)
        return code;
    size_t len = w->end - w->begin;
    const char *p = w->data + w->begin;
    if (len >= 2 && (memcmp(p, "\xFF\xFE", 2) == 0 || memcmp(p, "\xFE\xFF", 2) == 0)) {
        fail(s, SB_EINPUT, "this is UTF-16 text", e);
        return sb_hint(e, "convert it: iconv -f UTF-16 -t UTF-8 FILE");
    }
    if (len >= 3 && memcmp(p, "\xEF\xBB\xBF", 3) == 0)
        w->begin += 3;
    code = skip_space(s, e);
    if (code == 0)
        return fail(s, SB_EINPUT, "there is nothing in it", e);
    s->started = code > 0;
    return SB_MIN(code, 0);
}

int sb_json_stream_next(struct sb_json_stream *s, struct sb_json_piece *ret, struct sb_error *e)
{
    int code = s->started ? 0 : start(s, e);
    while (code == 0) {
        code = skip_space(s, e);
        if (code == 0 && (s->in_list || s->in_envelope)) {
            fail(s, SB_EINPUT, "the file ends inside a list or an object", e);
            return sb_hint(e, "is it cut off?");
        }
        if (code <= 0)
            return code;
        code = s->in_list || s->in_envelope ? step_inside(s, ret, e) : step_outside(s, ret, e);
    }
    return code;
}
