/* What the JSON reader says when the text is no JSON: what was expected, what was found, and for the
 * popular mistakes what to do. Never on the way of a good document. */
#include "core/base/utf8.h"
#include "core/doc/json_reader.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define SHOWN_MAX ((size_t)60)

int sb_json_shown(const char *p, size_t len)
{
    if (len > SHOWN_MAX)
        len = SHOWN_MAX;
    while (len && ((unsigned char)p[len] & 0xC0u) == 0x80u)
        len++; /* at most three bytes more: the text is UTF-8 and ends with a zero */
    return (int)len;
}

int sb_json_fail(struct sb_json_reader *r, const char *at, enum sb_err code, const char *fmt, ...)
{
    char text[sizeof r->e->text];
    struct sb_doc_place place = sb_doc_text_place(r->text, sb_json_offset(r, at));
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    return sb_fail_at(r->e, code, place.file, place.line, place.column, "%s", text);
}

static const char *expected_text(enum sb_json_expect expect)
{
    switch (expect) {
    case SB_JSON_ROOT: return "a JSON value";
    case SB_JSON_FIRST_ITEM: return "a value or ']'";
    case SB_JSON_NEXT_ITEM:
    case SB_JSON_MEMBER_VALUE: return "a value";
    case SB_JSON_FIRST_NAME: return "a name in double quotes or '}'";
    case SB_JSON_NEXT_NAME: return "a name in double quotes";
    case SB_JSON_COLON: return "':' after the name";
    case SB_JSON_AFTER_ITEM: return "',' or ']'";
    case SB_JSON_AFTER_MEMBER: return "',' or '}'";
    case SB_JSON_END: break;
    }
    return "the end of the document";
}

static size_t word_len(const char *p)
{
    size_t len = 0;
    while (len < SHOWN_MAX && sb_json_is_word(p[len]))
        len++;
    return len;
}

static bool at_end(const struct sb_json_reader *r)
{
    return r->at == r->text->bytes + r->text->len;
}

/* What stands at r->at: a word, a character, or the end. */
static void describe(const struct sb_json_reader *r, char *out, size_t size)
{
    size_t len = word_len(r->at);
    unsigned char c = (unsigned char)*r->at;
    if (at_end(r))
        snprintf(out, size, "the end of the file");
    else if (c == '"')
        snprintf(out, size, "a string");
    else if (c == '\'')
        snprintf(out, size, "a single quote");
    else if (c < 0x20 || c == 0x7F)
        snprintf(out, size, "the control character U+%04X", c);
    else
        snprintf(out, size, "'%.*s'", sb_json_shown(r->at, len ? len : 1), r->at);
}

static bool word_is(const char *p, const char *const *words, size_t n)
{
    struct sb_str word = {p, word_len(p)};
    for (size_t i = 0; i < n; i++)
        if (sb_str_is(word, words[i]))
            return true;
    return false;
}

static const char *hint_for_word(const char *p, enum sb_json_expect expect)
{
    static const char *const not_numbers[] = {"NaN", "nan",  "Infinity", "+Infinity",
                                              "inf", ".inf", "+.inf",    ".nan"};
    static const char *const literals[] = {"True", "False", "None", "TRUE",     "FALSE",
                                           "NULL", "Null",  "nil",  "undefined"};
    if (expect == SB_JSON_FIRST_NAME || expect == SB_JSON_NEXT_NAME)
        return "names stand in double quotes";
    if (word_is(p, not_numbers, SB_LEN(not_numbers)))
        return "JSON has no infinities and no NaN: use null or a string";
    if (word_is(p, literals, SB_LEN(literals)))
        return "JSON has true, false and null, in lower case";
    if (*p == '+')
        return "a number has no plus sign";
    if (*p == '.')
        return "write a digit before the point: 0.5";
    if (expect == SB_JSON_ROOT)
        return "is this YAML, or a log?";
    return "text goes in double quotes";
}

/* Hints that depend on the character alone, or NULL. */
static const char *hint_for_character(const char *p)
{
    if (*p == '\'' || *p == '`')
        return "JSON strings stand in double quotes";
    if (*p == '#' || (*p == '/' && (p[1] == '/' || p[1] == '*')))
        return "JSON has no comments: remove it";
    if (memcmp(p, "\xE2\x80\x9C", 3) == 0 || memcmp(p, "\xE2\x80\x9D", 3) == 0 ||
        memcmp(p, "\xE2\x80\x98", 3) == 0 || memcmp(p, "\xE2\x80\x99", 3) == 0)
        return "a word processor made typographic quotes: use \"";
    if (memcmp(p, "\xC2\xA0", 2) == 0 || memcmp(p, "\xEF\xBB\xBF", 3) == 0 || *p == '\f' ||
        *p == '\v')
        return "between values JSON allows only spaces, tabs and line breaks";
    return NULL;
}

static const char *hint_after_value(char c, enum sb_json_expect expect)
{
    if (expect == SB_JSON_END && (c == ']' || c == '}'))
        return "one closing bracket too many?";
    if (expect == SB_JSON_END && c == ',')
        return "several values need [ and ] around them";
    if (expect == SB_JSON_END)
        return "a JSON document is one value; is this JSON Lines? Then wrap the lines in [ ], with "
               "commas between";
    if (expect == SB_JSON_AFTER_ITEM && c == ':')
        return "pairs of name and value stand in { }";
    if (c == '"' || c == '{' || c == '[' || sb_json_is_word(c))
        return "is a comma missing before it?";
    return NULL;
}

static const char *hint_for(const struct sb_json_reader *r, enum sb_json_expect expect)
{
    char c = *r->at;
    const char *hint = hint_for_character(r->at);
    if (at_end(r))
        return expect == SB_JSON_ROOT ? "an empty file is no JSON; write {} or null"
                                      : "is the file cut short?";
    if (hint)
        return hint;
    if (expect == SB_JSON_NEXT_ITEM && c == ']')
        return "remove the comma before ']'";
    if (expect == SB_JSON_NEXT_NAME && c == '}')
        return "remove the comma before '}'";
    if ((expect == SB_JSON_NEXT_ITEM || expect == SB_JSON_NEXT_NAME) && c == ',')
        return "one comma too many?";
    if (expect == SB_JSON_COLON)
        return c == '=' ? "write ':' instead" : "each name needs a colon and a value";
    if (expect == SB_JSON_AFTER_ITEM || expect == SB_JSON_AFTER_MEMBER || expect == SB_JSON_END)
        return hint_after_value(c, expect);
    if (expect == SB_JSON_ROOT && c == '<')
        return "is this HTML or XML? A server may have sent an error page";
    return sb_json_is_word(c) ? hint_for_word(r->at, expect) : NULL;
}

int sb_json_unexpected(struct sb_json_reader *r, enum sb_json_expect expect)
{
    char found[SHOWN_MAX + 40], open[96] = "";
    describe(r, found, sizeof found);
    bool wrong_bracket = (*r->at == '}' && expect == SB_JSON_AFTER_ITEM) ||
                         (*r->at == ']' && expect == SB_JSON_AFTER_MEMBER);
    if (r->frames.len && (at_end(r) || wrong_bracket)) {
        const struct sb_doc_node *n = r->frames.items[r->frames.len - 1].node;
        struct sb_doc_place at = sb_doc_text_place(r->text, n->column);
        snprintf(open, sizeof open, "; the '%c' at line %" PRIu32 ", column %" PRIu32 " is open",
                 n->type == SB_DOC_LIST ? '[' : '{', at.line, at.column);
    }
    sb_json_fail(r, r->at, SB_EINPUT, "expected %s, found %s%s", expected_text(expect), found,
                 open);
    const char *hint = hint_for(r, expect);
    return hint ? sb_hint(r->e, "%s", hint) : -(int)SB_EINPUT;
}
