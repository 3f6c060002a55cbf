/* Regular expressions: PCRE2 held to RE2's language (https://github.com/google/re2/wiki/Syntax).
 *
 * A pattern is scanned before PCRE2 sees it: what RE2 lacks is refused, and the few things both know
 * but mean differently are rewritten (\v is one character, \s has no VT). Matching backtracks, so it
 * is bounded in steps and memory; hitting a bound is an error. JIT stays off: it counts otherwise. */
#include "core/doc/regex.h"

#include "core/base/mem.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <stdlib.h>
#include <string.h>

#define MAX_PATTERN ((size_t)1000)
#define MAX_REPEAT 1000
#define MAX_NESTING 100
#define MATCH_LIMIT 100000
#define HEAP_LIMIT_KIB (16 * 1024)

struct sb_regex {
    pcre2_code *code;
    pcre2_match_data *data;
    pcre2_match_context *context;
};

struct scan {
    struct sb_str in;
    size_t at;
    bool in_class;
    struct sb_error *e;
    size_t len;
    char out[MAX_PATTERN * 12 + 1];
    uint16_t from[MAX_PATTERN * 12 + 1]; /* where each byte of out came from */
};

static int refuse(struct scan *s, size_t at, const char *what)
{
    return sb_fail_at(s->e, SB_EINPUT, "", 0, (uint32_t)at + 1, "%s", what);
}

static int peek(const struct scan *s, size_t ahead)
{
    return s->at + ahead < s->in.len ? (unsigned char)s->in.p[s->at + ahead] : -1;
}

static void put(struct scan *s, const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        s->from[s->len] = (uint16_t)s->at;
        s->out[s->len++] = text[i];
    }
}

static void copy(struct scan *s, size_t len)
{
    for (size_t i = 0; i < len && s->at < s->in.len; i++, s->at++)
        put(s, s->in.p + s->at, 1);
}

static void replace(struct scan *s, size_t len, const char *with)
{
    put(s, with, strlen(with));
    s->at += len;
}

/* \Q...\E is literal. */
static void scan_quoted(struct scan *s)
{
    const char *end = memmem(s->in.p + s->at, s->in.len - s->at, "\\E", 2);
    copy(s, end ? (size_t)(end - s->in.p) + 2 - s->at : s->in.len - s->at);
}

static int scan_escape(struct scan *s)
{
    int ch = peek(s, 1);
    if (ch == -1)
        return refuse(s, s->at, "a backslash stands at the end");
    if (ch >= '1' && ch <= '9')
        return refuse(s, s->at, "backreferences are not supported");
    bool word = (ch | 0x20) >= 'a' && (ch | 0x20) <= 'z' && ch < 0x80;
    if (word && !strchr("dDwWsSbBAzaftnrvpPQEx", ch))
        return refuse(s, s->at, "this escape is not supported");
    if (s->in_class && strchr("bBAz", ch) && word)
        return refuse(s, s->at, "this escape has no meaning inside [ ]");
    if (ch == 'Q')
        scan_quoted(s);
    else if (ch == 'v')
        replace(s, 2, "\\x0b");
    else if (ch == 's')
        replace(s, 2, s->in_class ? "\\t\\n\\f\\r " : "[\\t\\n\\f\\r ]");
    else if (ch == 'S' && !s->in_class)
        replace(s, 2, "[^\\t\\n\\f\\r ]");
    else
        copy(s, 2);
    return 0;
}

/* (?:  (?P<name>  (?<name>  (?flags)  (?flags: */
static int scan_group(struct scan *s)
{
    size_t start = s->at;
    if (peek(s, 1) == '*')
        return refuse(s, start, "verbs (*...) are not supported");
    if (peek(s, 1) != '?') {
        copy(s, 1);
        return 0;
    }
    int ch = peek(s, 2), next = peek(s, 3);
    if (ch == '=' || ch == '!' || (ch == '<' && (next == '=' || next == '!')))
        return refuse(s, start, "looking ahead or behind is not supported");
    if (ch == '>')
        return refuse(s, start, "atomic groups are not supported");
    if (ch == '#')
        return refuse(s, start, "comments (?# ) are not supported");
    if (ch == ':' || ch == '<' || (ch == 'P' && next == '<')) {
        copy(s, 3);
        return 0;
    }
    size_t i = 2;
    while (peek(s, i) != -1 && strchr("imsU-", peek(s, i)))
        i++;
    if (i == 2 || (peek(s, i) != ')' && peek(s, i) != ':'))
        return refuse(s, start, "this kind of group is not supported");
    copy(s, i);
    return 0;
}

/* {n} {n,} {n,m}: its length, or 0 when the brace is an ordinary character. */
static size_t scan_repeat(const struct scan *s, bool *ret_too_many)
{
    unsigned value = 0;
    size_t i = 1, digits = 0;
    bool comma = false;
    *ret_too_many = false;
    for (;; i++) {
        int ch = peek(s, i);
        if (ch >= '0' && ch <= '9') {
            value = SB_MIN(value * 10 + (unsigned)(ch - '0'), 100000u);
            *ret_too_many = *ret_too_many || value > MAX_REPEAT;
            digits++;
        } else if (ch == ',' && !comma && digits) {
            comma = true;
            value = 0;
        } else {
            return ch == '}' && digits ? i + 1 : 0;
        }
    }
}

static int scan_quantifier(struct scan *s)
{
    bool too_many = false;
    size_t len = peek(s, 0) == '{' ? scan_repeat(s, &too_many) : 1;
    if (peek(s, 0) == '{' && len && too_many)
        return refuse(s, s->at, "repeats over 1,000 are not supported");
    if (len && peek(s, len) == '+')
        return refuse(s, s->at + len, "possessive quantifiers are not supported");
    copy(s, len ? len : 1);
    if (len && peek(s, 0) == '?')
        copy(s, 1);
    return 0;
}

static int scan_class(struct scan *s)
{
    size_t start = s->at;
    s->in_class = true;
    copy(s, peek(s, 1) == '^' ? 2 : 1);
    if (peek(s, 0) == ']')
        copy(s, 1);
    while (peek(s, 0) != ']') {
        int err = 0;
        if (peek(s, 0) == -1)
            return refuse(s, start, "a [ is not closed");
        const char *end = peek(s, 0) == '[' && peek(s, 1) == ':'
                              ? memmem(s->in.p + s->at, s->in.len - s->at, ":]", 2)
                              : NULL;
        if (end)
            copy(s, (size_t)(end - s->in.p) + 2 - s->at);
        else if (peek(s, 0) == '\\')
            err = scan_escape(s);
        else
            copy(s, 1);
        if (err)
            return err;
    }
    copy(s, 1);
    s->in_class = false;
    return 0;
}

static int scan(struct scan *s)
{
    while (s->at < s->in.len) {
        int err = 0;
        switch (peek(s, 0)) {
        case '\\': err = scan_escape(s); break;
        case '(': err = scan_group(s); break;
        case '[': err = scan_class(s); break;
        case '*':
        case '+':
        case '?':
        case '{': err = scan_quantifier(s); break;
        default: copy(s, 1);
        }
        if (err)
            return err;
    }
    s->from[s->len] = (uint16_t)s->in.len;
    return 0;
}

/* utf: PCRE2_UTF or PCRE2_MATCH_INVALID_UTF. */
static int compile(struct scan *s, uint32_t utf, pcre2_code **ret)
{
    int code;
    PCRE2_SIZE offset;
    PCRE2_UCHAR text[200];
    pcre2_compile_context *context = pcre2_compile_context_create(NULL);
    if (!context)
        sb_out_of_memory();
    pcre2_set_newline(context, PCRE2_NEWLINE_LF);
    pcre2_set_parens_nest_limit(context, MAX_NESTING);
    pcre2_code *re =
        pcre2_compile((PCRE2_SPTR)s->out, s->len,
                      utf | PCRE2_DOLLAR_ENDONLY | PCRE2_NEVER_BACKSLASH_C | PCRE2_NEVER_UCP, &code,
                      &offset, context);
    pcre2_compile_context_free(context);
    if (!re) {
        pcre2_get_error_message(code, text, sizeof text);
        return refuse(s, s->from[SB_MIN(offset, s->len)], (const char *)text);
    }
    *ret = re;
    return 0;
}

static int make(struct sb_str pattern, uint32_t utf, struct sb_regex **ret, struct sb_error *e)
{
    pcre2_code *code = NULL;
    if (pattern.len > MAX_PATTERN)
        return sb_fail(e, SB_EINPUT, "the pattern is longer than %zu bytes", MAX_PATTERN);
    struct scan *s = sb_xcalloc(1, sizeof *s);
    s->in = pattern;
    s->e = e;
    int err = scan(s);
    if (!err)
        err = compile(s, utf, &code);
    free(s);
    if (err)
        return err;
    struct sb_regex *re = sb_xcalloc(1, sizeof *re);
    re->code = code;
    re->data = pcre2_match_data_create(1, NULL);
    re->context = pcre2_match_context_create(NULL);
    if (!re->data || !re->context)
        sb_out_of_memory();
    pcre2_set_match_limit(re->context, MATCH_LIMIT);
    pcre2_set_heap_limit(re->context, HEAP_LIMIT_KIB);
    *ret = re;
    return 0;
}

int sb_regex_new(struct sb_str pattern, struct sb_regex **ret, struct sb_error *e)
{
    return make(pattern, PCRE2_UTF, ret, e);
}

int sb_regex_new_bytes(struct sb_str pattern, struct sb_regex **ret, struct sb_error *e)
{
    return make(pattern, PCRE2_MATCH_INVALID_UTF, ret, e);
}

void sb_regex_free(struct sb_regex *re)
{
    if (!re)
        return;
    pcre2_match_context_free(re->context);
    pcre2_match_data_free(re->data);
    pcre2_code_free(re->code);
    free(re);
}

int sb_regex_match(const struct sb_regex *re, struct sb_str text, bool *ret, struct sb_error *e)
{
    PCRE2_UCHAR reason[200];
    const char *p = text.p ? text.p : "";
    int n = pcre2_match(re->code, (PCRE2_SPTR)p, text.len, 0, 0, re->data, re->context);
    if (n >= 0 || n == PCRE2_ERROR_NOMATCH) {
        *ret = n >= 0;
        return 0;
    }
    if (n == PCRE2_ERROR_MATCHLIMIT || n == PCRE2_ERROR_DEPTHLIMIT || n == PCRE2_ERROR_HEAPLIMIT) {
        sb_fail(e, SB_ETOOBIG, "matching takes too many steps on this text");
        return sb_hint(e, "avoid repeats inside repeats, such as (a+)+");
    }
    pcre2_get_error_message(n, reason, sizeof reason);
    return sb_fail(e, SB_EINPUT, "%s", (const char *)reason);
}
