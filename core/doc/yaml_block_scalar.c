/* Scalars and one-line lists of plain block YAML; see yaml_block.h.
 *
 * What a plain scalar means is decided by the resolvers of yaml_scalar.c; here is only a short cut
 * past them for text that no schema takes for anything but a string. */
#include "core/doc/number.h"
#include "core/doc/yaml_block.h"

#include <string.h>

#define ANY_LENGTH 255u
#define KEY_MAX 1000 /* libyaml takes keys up to 1,024 characters, quotes and colon included */

/* By first byte, the most bytes a plain scalar may have to be no string in YAML 1.2 or 1.1: null,
 * true, false, yes, on ... and numbers and dates of any length. */
static const unsigned char special[256] = {
    ['~'] = 1,          ['n'] = 4,          ['N'] = 4,          ['t'] = 4,
    ['T'] = 4,          ['f'] = 5,          ['F'] = 5,          ['y'] = 3,
    ['Y'] = 3,          ['o'] = 3,          ['O'] = 3,          ['0'] = ANY_LENGTH,
    ['1'] = ANY_LENGTH, ['2'] = ANY_LENGTH, ['3'] = ANY_LENGTH, ['4'] = ANY_LENGTH,
    ['5'] = ANY_LENGTH, ['6'] = ANY_LENGTH, ['7'] = ANY_LENGTH, ['8'] = ANY_LENGTH,
    ['9'] = ANY_LENGTH, ['.'] = ANY_LENGTH, ['+'] = ANY_LENGTH, ['-'] = ANY_LENGTH};

/* Those words, in any case; a schema knows some cases only, which the resolvers tell. */
static bool is_special_word(struct sb_str s)
{
    static const struct sb_str words[] = {{"null", 4}, {"true", 4}, {"false", 5}, {"no", 2},
                                          {"yes", 3},  {"on", 2},   {"off", 3},   {"n", 1},
                                          {"y", 1},    {"~", 1}};
    for (size_t i = 0; i < SB_LEN(words); i++) {
        if (words[i].len == s.len && sb_str_eq_nocase(s, words[i]))
            return true;
    }
    return false;
}

/* Numbers and dates end in a digit, a sign, one of `.:_`, a hexadecimal digit, .inf, .nan or Z: 512Mi,
 * 250m, 10s and 5GB are none. */
static bool ends_as_unit(struct sb_str s)
{
    char c = s.p[s.len - 1], letter = (char)(c | 0x20);
    return letter > 'f' && letter <= 'z' && letter != 'n' && c != 'Z';
}

static bool surely_string(struct sb_str s)
{
    unsigned most = special[(unsigned char)s.p[0]];
    if (most == ANY_LENGTH)
        return ends_as_unit(s);
    return s.len > most || !is_special_word(s);
}

/* Digits that mean the same number in every version of YAML. */
static bool surely_integer(struct sb_str s)
{
    size_t i = 0;
    while (i < s.len && s.p[i] >= '0' && s.p[i] <= '9')
        i++;
    return i == s.len && i <= SB_NUMBER_MAX_TEXT && (s.p[0] != '0' || i == 1);
}

/* --- tokens --- */

/* Where a plain scalar may end, or is left alone (a tab). */
static const bool may_end[256] = {
    ['\0'] = true, ['\t'] = true, ['\n'] = true, ['\r'] = true, [':'] = true, ['#'] = true};

/* First bytes that are something else than plain text, or that are better left alone. */
static const bool indicator[256] = {
    ['\0'] = true, ['\t'] = true, ['\n'] = true, ['\r'] = true, [' '] = true, ['-'] = true,
    ['?'] = true,  [':'] = true,  [','] = true,  ['['] = true,  [']'] = true, ['{'] = true,
    ['}'] = true,  ['#'] = true,  ['&'] = true,  ['*'] = true,  ['!'] = true, ['|'] = true,
    ['>'] = true,  ['\''] = true, ['"'] = true,  ['%'] = true,  ['@'] = true, ['`'] = true};

static bool starts_plain(const char *p)
{
    return !indicator[(unsigned char)p[0]] || (p[0] == '-' && !sb_yaml_blank_or_break(p[1]));
}

static enum sb_yaml_word plain_token(struct sb_yaml_block *b, struct sb_yaml_token *ret)
{
    const char *p = b->p;
    if (!starts_plain(p))
        return SB_YAML_ODD;
    for (;; p++) {
        while (!may_end[(unsigned char)*p])
            p++;
        if (*p == ':' ? sb_yaml_blank_or_break(p[1]) : *p != '#' || p[-1] == ' ')
            break;
    }
    const char *end = p;
    while (end[-1] == ' ')
        end--;
    ret->text = (struct sb_str){b->p, (size_t)(end - b->p)};
    ret->view = true;
    if (*p == '\t' || (*p == ':' && end != p))
        return SB_YAML_ODD;
    b->p = *p == ':' ? p + 1 : end;
    return *p == ':' ? SB_YAML_KEY : SB_YAML_VALUE;
}

/* The quoted scalar's text with its escapes replaced, in the arena. A view all the same when the
 * bytes before the closing quote happen to read so, as in yaml.c. */
static void unescaped(struct sb_yaml_token *t, const char *text, size_t len, const char *close)
{
    t->text = (struct sb_str){text, len};
    t->view = len && memcmp(close - len, text, len) == 0;
    if (t->view)
        t->text.p = close - len;
}

/* Text in single quotes from p on; returns the closing quote, or NULL. */
static const char *single_quoted(struct sb_yaml_block *b, struct sb_yaml_token *t, const char *p)
{
    const char *from = p;
    size_t pairs = 0;
    for (;; p++) {
        if (sb_yaml_breaks(*p))
            return NULL;
        if (*p != '\'')
            continue;
        if (p[1] != '\'')
            break;
        pairs++;
        p++;
    }
    t->text = (struct sb_str){from, (size_t)(p - from)};
    t->view = t->text.len > 0;
    if (pairs) {
        char *out = sb_arena_alloc(b->r->arena, t->text.len - pairs + 1), *at = out;
        for (const char *q = from; q < p; q++) {
            *at++ = *q;
            q += *q == '\'';
        }
        *at = '\0';
        unescaped(t, out, (size_t)(at - out), p);
    }
    return p;
}

/* What a simple escape stands for; 0 for those left alone. */
static char escape(char c)
{
    switch (c) {
    case 'n': return '\n';
    case 't': return '\t';
    case 'r': return '\r';
    case '"':
    case '/':
    case '\\': return c;
    default: return 0;
    }
}

/* Text in double quotes from p on; returns the closing quote, or NULL. */
static const char *double_quoted(struct sb_yaml_block *b, struct sb_yaml_token *t, const char *p)
{
    const char *from = p;
    size_t escapes = 0;
    for (; *p != '"'; p++) {
        if (sb_yaml_breaks(*p))
            return NULL;
        if (*p != '\\')
            continue;
        if (!escape(*++p))
            return NULL;
        escapes++;
    }
    t->text = (struct sb_str){from, (size_t)(p - from)};
    t->view = t->text.len > 0;
    if (escapes) {
        char *out = sb_arena_alloc(b->r->arena, t->text.len - escapes + 1), *at = out;
        for (const char *q = from; q < p; q++)
            *at++ = *q == '\\' ? escape(*++q) : *q;
        *at = '\0';
        unescaped(t, out, (size_t)(at - out), p);
    }
    return p;
}

enum sb_yaml_word sb_yaml_block_token(struct sb_yaml_block *b, struct sb_yaml_token *ret)
{
    char quote = *b->p;
    *ret = (struct sb_yaml_token){.start = b->p, .plain = quote != '\'' && quote != '"'};
    if (ret->plain)
        return plain_token(b, ret);
    const char *close =
        quote == '"' ? double_quoted(b, ret, b->p + 1) : single_quoted(b, ret, b->p + 1);
    if (!close)
        return SB_YAML_ODD;
    bool key = close[1] == ':';
    b->p = close + 1 + key;
    return key ? SB_YAML_KEY : SB_YAML_VALUE;
}

/* --- values --- */

/* Long numbers with an exponent may be refused; see yaml_tag.c. */
static bool long_number(struct sb_str s, const struct sb_yaml_value *v)
{
    return v->type == SB_DOC_NUMBER &&
           (s.len > SB_NUMBER_MAX_TEXT ||
            (!v->integer && s.len > 18 && (memchr(s.p, 'e', s.len) || memchr(s.p, 'E', s.len))));
}

static bool resolve(struct sb_yaml_block *b, struct sb_str s, struct sb_yaml_value *ret)
{
    struct sb_yaml_reader *r = b->r;
    if (r->opts.yaml_1_1) {
        sb_buf_reset(&r->scratch);
        if (!sb_yaml_resolve_11(s, &r->scratch, ret))
            return false;
    } else {
        *ret = sb_yaml_resolve(s);
    }
    return !long_number(s, ret);
}

static void warn(struct sb_yaml_block *b, const struct sb_yaml_token *t, bool is_key)
{
    struct sb_yaml_reader *r = b->r;
    if (!r->opts.traps || r->opts.yaml_1_1)
        return;
    sb_buf_reset(&r->scratch);
    sb_yaml_trap(t->text, is_key, &r->scratch);
    if (r->scratch.len)
        sb_yaml_warn(r, b->line, sb_yaml_block_column(b, t->start), "%s", r->scratch.data);
}

static bool can_be_key(struct sb_yaml_block *b, const struct sb_yaml_token *t)
{
    struct sb_yaml_value v;
    if (b->p - t->start > KEY_MAX || t->text.len > b->r->limits.scalar)
        return false;
    if (!t->plain)
        return true;
    if (sb_str_is(t->text, "<<"))
        return false;
    if (surely_string(t->text))
        return true;
    if (!resolve(b, t->text, &v) || v.type == SB_DOC_NULL)
        return false;
    warn(b, t, true);
    return true;
}

bool sb_yaml_block_key(struct sb_yaml_block *b, const struct sb_yaml_token *t,
                       struct sb_doc_member *ret)
{
    uint32_t column = sb_yaml_block_column(b, t->start);
    if (!sb_yaml_block_count(b) || !can_be_key(b, t))
        return false;
    const struct sb_doc_key *key = sb_doc_intern(b->r->pool, t->text.p, t->text.len);
    *ret = (struct sb_doc_member){key, NULL, b->line, column};
    return true;
}

static struct sb_doc_node *text_node(struct sb_yaml_block *b, const struct sb_yaml_token *t,
                                     enum sb_doc_type type)
{
    struct sb_doc_node *n = sb_yaml_block_node(b, type, t->start);
    if (!n)
        return NULL;
    n->flags = (uint8_t)((t->plain ? SB_DOC_PLAIN : 0) | (t->view ? SB_DOC_VIEW : 0));
    n->count = (uint32_t)t->text.len;
    if (t->text.len)
        n->u.text = t->text.p;
    return n;
}

struct sb_doc_node *sb_yaml_block_scalar(struct sb_yaml_block *b, const struct sb_yaml_token *t)
{
    struct sb_yaml_reader *r = b->r;
    struct sb_yaml_value v;
    if (t->text.len > r->limits.scalar)
        return NULL;
    if (!t->plain || surely_string(t->text))
        return text_node(b, t, SB_DOC_STRING);
    if (surely_integer(t->text))
        return text_node(b, t, SB_DOC_NUMBER);
    if (!resolve(b, t->text, &v))
        return NULL;
    struct sb_doc_node *n = text_node(b, t, (enum sb_doc_type)v.type);
    if (!n)
        return NULL;
    if (v.type == SB_DOC_NULL || v.type == SB_DOC_BOOL) {
        n->flags = SB_DOC_PLAIN;
        n->count = 0;
        n->u.text = NULL;
    } else if (v.changed) {
        n->flags = SB_DOC_PLAIN;
        n->count = (uint32_t)r->scratch.len;
        n->u.text = sb_arena_dup(r->arena, r->scratch.data, r->scratch.len);
    }
    n->flags |= v.flags;
    warn(b, t, false);
    return n;
}

/* --- one-line lists and mappings of scalars --- */

/* Bytes that mean nothing in a flow, so that a word of them is a whole scalar. */
static bool word_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '.' || c == '/' || c == '+' || c == '~' || (unsigned char)c >= 0x80;
}

/* As sb_yaml_block_token, in a flow. */
static enum sb_yaml_word flow_token(struct sb_yaml_block *b, struct sb_yaml_token *ret)
{
    if (*b->p == '"' || *b->p == '\'')
        return sb_yaml_block_token(b, ret);
    const char *p = b->p + (*b->p == '-');
    if (!word_byte(*p))
        return SB_YAML_ODD;
    while (word_byte(*p) || *p == '-')
        p++;
    *ret = (struct sb_yaml_token){.start = b->p, .plain = true, .view = true};
    ret->text = (struct sb_str){b->p, (size_t)(p - b->p)};
    bool key = *p == ':';
    b->p = p + key;
    return key ? SB_YAML_KEY : SB_YAML_VALUE;
}

static bool flow_item(struct sb_yaml_block *b, bool list)
{
    struct sb_yaml_token token;
    struct sb_doc_member member = {.key = NULL};
    if (!list) {
        if (flow_token(b, &token) != SB_YAML_KEY || *b->p != ' ' ||
            !sb_yaml_block_key(b, &token, &member))
            return false;
        sb_yaml_skip_spaces(b);
    }
    if (flow_token(b, &token) != SB_YAML_VALUE)
        return false;
    struct sb_doc_node *n = sb_yaml_block_scalar(b, &token);
    if (!n)
        return false;
    if (list) {
        sb_vec_push(&b->r->items, n);
    } else {
        member.value = n;
        sb_vec_push(&b->r->members, member);
    }
    return true;
}

static bool flow_items(struct sb_yaml_block *b, bool list)
{
    char close = list ? ']' : '}';
    sb_yaml_skip_spaces(b);
    for (bool first = true; !first || *b->p != close; first = false) {
        if (!flow_item(b, list))
            return false;
        sb_yaml_skip_spaces(b);
        if (*b->p == close)
            break;
        if (*b->p++ != ',')
            return false;
        sb_yaml_skip_spaces(b);
    }
    b->p++;
    return true;
}

struct sb_doc_node *sb_yaml_block_flow(struct sb_yaml_block *b)
{
    struct sb_yaml_reader *r = b->r;
    bool list = *b->p == '[';
    size_t base = list ? r->items.len : r->members.len;
    if (b->levels.len >= r->limits.depth)
        return NULL;
    struct sb_doc_node *n = sb_yaml_block_node(b, list ? SB_DOC_LIST : SB_DOC_MAP, b->p++);
    if (!n || !flow_items(b, list))
        return NULL;
    if (list)
        sb_yaml_block_list_close(r, n, base);
    else if (!sb_yaml_block_map_close(r, n, base))
        return NULL;
    return n;
}

/* --- literal scalars --- */

struct literal {
    const char *from, *to, *next; /* lines up to the last with text, then those left blank */
    size_t indent;                /* of the text */
    size_t len;                   /* of from..to without the indentation */
    size_t blank;                 /* lines between to and next */
    uint32_t lines;               /* between from and next */
};

static size_t spaces(const char *p, size_t most)
{
    size_t n = 0;
    while (n < most && p[n] == ' ')
        n++;
    return n;
}

/* The indentation of the first line with text; 0 when a line before it is indented more, when a tab
 * follows the indentation, or when there is no text. */
static size_t literal_indent(const char *p)
{
    size_t most = 0;
    for (;;) {
        size_t n = spaces(p, SIZE_MAX);
        if (p[n] != '\n')
            return n < most || p[n] == '\t' || p[n] == '\0' ? 0 : n;
        most = SB_MAX(most, n);
        p += n + 1;
    }
}

/* Finds the lines. False when the text ends inside or a tab stands where it should be indented. */
static bool literal_measure(struct literal *t, const char *end)
{
    t->to = t->next = t->from;
    for (const char *p = t->from;;) {
        size_t n = spaces(p, t->indent);
        if (p[n] == '\n') {
            p += n + 1;
            t->blank++;
        } else if (n < t->indent || p + n == end) {
            return p[n] != '\t';
        } else {
            const char *eol = memchr(p, '\n', (size_t)(end - p));
            if (!eol)
                return false;
            t->len += t->blank + (size_t)(eol + 1 - (p + n));
            t->blank = 0;
            p = t->to = eol + 1;
        }
        t->lines++;
        t->next = p;
    }
}

/* The lines' text, then `blank` empty ones. */
static void literal_copy(const struct literal *t, size_t blank, char *out)
{
    for (const char *p = t->from; p < t->to;) {
        p += spaces(p, t->indent);
        const char *eol = memchr(p, '\n', (size_t)(t->to - p));
        size_t len = eol ? (size_t)(eol + 1 - p) : 0;
        memcpy(out, p, len);
        out += len;
        p += len;
    }
    memset(out, '\n', blank);
    out[blank] = '\0';
}

struct sb_doc_node *sb_yaml_block_literal(struct sb_yaml_block *b, uint32_t indent)
{
    struct literal t = {.from = NULL};
    struct sb_doc_node *n = sb_yaml_block_node(b, SB_DOC_STRING, b->p++);
    char chomp = *b->p == '-' || *b->p == '+' ? *b->p++ : '\0';
    sb_yaml_skip_spaces(b);
    if (!n || b->crlf || *b->p != '\n')
        return NULL;
    t.from = b->p + 1;
    t.indent = literal_indent(t.from);
    if (t.indent <= indent || !literal_measure(&t, b->end))
        return NULL;
    size_t blank = chomp == '+' ? t.blank : 0, len = t.len + blank;
    if (len > b->r->limits.scalar)
        return NULL;
    char *out = sb_arena_alloc(b->r->arena, len + 1);
    literal_copy(&t, blank, out);
    if (chomp == '-')
        out[--len] = '\0';
    n->u.text = out;
    n->count = (uint32_t)len;
    b->line += t.lines;
    b->p = t.next;
    return n;
}
