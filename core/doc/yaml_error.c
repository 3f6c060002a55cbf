/* libyaml's complaints in our words: what is wrong, where, and what to do about it.
 *
 * libyaml names a grammar rule; people make a handful of mistakes. The table below turns each
 * complaint into a sentence; where one complaint has several usual causes, the source around the
 * place decides. */
#include "core/base/mem.h"
#include "core/doc/yaml_reader.h"

#include <string.h>

#define HINT_SPACES "indent with spaces; YAML allows no tabs there"
#define HINT_INDENT "check the indentation: members of one mapping or list start in one column"
#define HINT_PERCENT "remove the line that starts with %, or quote the value"
#define HINT_BANG "quote a value that starts with !"
#define HINT_ESCAPE "write \\\\ for a backslash, or use single quotes"

struct complaint {
    const char *problem; /* libyaml's text */
    const char *context; /* NULL = any; else a word in libyaml's context */
    const char *text, *hint;
    bool at_context; /* the place to look at is where the construct began */
};

static const struct complaint complaints[] = {
    {"found unexpected end of stream", "quoted", "this quote is never closed",
     "add the closing quote", true},
    {"found unexpected document indicator", NULL,
     "this quote is not closed before the next document", "add the closing quote", true},
    {"did not find expected ',' or ']'", NULL, "expected , or ] in this list",
     "close the list with ], separate items with commas, quote items that hold : or brackets",
     false},
    {"did not find expected ',' or '}'", NULL, "expected , or } in this mapping",
     "close the mapping with }, separate members with commas; write a space after each colon",
     false},
    {"did not find expected key", NULL, "expected a key here", HINT_INDENT "; close every quote",
     false},
    {"did not find expected '-' indicator", NULL, "expected the next `- ` item here", HINT_INDENT,
     false},
    {"did not find expected node content", NULL, "expected a value here",
     "quote a value that starts with a bracket, comma or other indicator", false},
    {"could not find expected ':'", NULL, "this line is no `key: value`",
     "write `key: value`; quote text that spans lines or starts with a quote", true},
    {"mapping keys are not allowed in this context", NULL, "a `? ` key cannot stand here",
     "quote a value that starts with ?", false},
    {"block sequence entries are not allowed in this context", NULL,
     "a `- ` item cannot start here", "start the list on a line of its own, or quote the value",
     false},
    {"found unknown escape character", NULL, "unknown escape in a double-quoted value", HINT_ESCAPE,
     false},
    {"found invalid Unicode character escape code", NULL, "this escape is no Unicode character",
     "write the character itself: YAML has no surrogate pairs", false},
    {"did not find expected hexdecimal number", NULL,
     "expected hexadecimal digits after \\x, \\u or \\U", HINT_ESCAPE, false},
    {"found a tab character where an indentation space is expected", NULL,
     "a tab stands where this text must be indented", HINT_SPACES, false},
    {"found a tab character that violates indentation", NULL,
     "a tab stands where this text must be indented", HINT_SPACES, false},
    {"did not find expected alphabetic or numeric character", NULL,
     "expected a name of letters, digits, - and _ after & or *",
     "quote a value that starts with * or &", false},
    {"found undefined tag handle", NULL, "this tag's !prefix! was not declared", HINT_BANG, false},
    {"did not find expected whitespace or line break", "tag", "this is no tag", HINT_BANG, false},
    {"did not find expected tag URI", NULL, "this is no tag", HINT_BANG, false},
    {"did not find expected '!'", NULL, "this is no tag", HINT_BANG, false},
    {"did not find the expected '>'", NULL, "this tag lacks its >", HINT_BANG, false},
    {"did not find URI escaped octet", NULL, "a % in this tag is no escape", HINT_BANG, false},
    {"found an indentation indicator equal to 0", NULL,
     "the indentation after | or > must be 1 to 9", "write | or > alone", false},
    {"did not find expected comment or line break", "block scalar",
     "nothing may follow | or > on its line",
     "start the text on the next line, or quote a value that starts with | or >", false},
    {"found unknown directive name", NULL, "unknown % directive", HINT_PERCENT, false},
    {"found incompatible YAML document", NULL, "only %YAML 1.1 and 1.2 can be read",
     "remove the %YAML line", false},
    {"found duplicate %YAML directive", NULL, "a second %YAML line", "remove it", false},
    {"found duplicate %TAG directive", NULL, "this %TAG handle is declared twice", "remove one",
     false},
    {"found unexpected ':'", NULL, "a `:` inside an unquoted value", "quote the value", false},
};

/* --- the source around a place --- */

/* The line with 0-based number n, without its break. */
static struct sb_str line_at(const struct sb_yaml_reader *r, size_t n)
{
    const char *p = r->text->bytes + r->scan.start, *end = r->text->bytes + r->text->len;
    for (; n && p < end; p++) {
        if (*p == '\n' || (*p == '\r' && p[1] != '\n'))
            n--;
    }
    const char *stop = p;
    while (stop < end && *stop != '\n' && *stop != '\r')
        stop++;
    return (struct sb_str){p, (size_t)(stop - p)};
}

static size_t blanks(struct sb_str s)
{
    size_t n = 0;
    while (n < s.len && (s.p[n] == ' ' || s.p[n] == '\t'))
        n++;
    return n;
}

/* The last line before line n that holds more than blanks and a comment; its number in *ret_line. */
static struct sb_str line_before(const struct sb_yaml_reader *r, size_t n, size_t *ret_line)
{
    const char *first = r->text->bytes + r->scan.start, *p = line_at(r, n).p;
    while (n && p > first) {
        const char *stop = p;
        if (stop > first && stop[-1] == '\n')
            stop--;
        if (stop > first && stop[-1] == '\r')
            stop--;
        for (p = stop; p > first && p[-1] != '\n' && p[-1] != '\r';)
            p--;
        struct sb_str s = {p, (size_t)(stop - p)};
        size_t i = blanks(s);
        *ret_line = --n;
        if (i < s.len && s.p[i] != '#')
            return s;
    }
    return (struct sb_str){"", 0};
}

static bool tab_indented(struct sb_str line)
{
    return memchr(line.p, '\t', blanks(line)) != NULL;
}

/* key:value without a blank, and no `: ` anywhere: the usual slip. URLs are no such thing. */
static bool glued_colon(struct sb_str line)
{
    const char *colon = memchr(line.p, ':', line.len);
    const char *end = line.p + line.len;
    if (!colon || colon + 1 >= end || colon[1] == '/' || colon[1] == ' ')
        return false;
    for (const char *p = colon; p < end; p++) {
        if (*p == ':' && (p + 1 == end || p[1] == ' '))
            return false;
    }
    return true;
}

/* The bytes of the line before code point column. */
static struct sb_str head(struct sb_str line, size_t column)
{
    size_t i = 0;
    for (; i < line.len && column; i++) {
        if (i + 1 == line.len || ((unsigned char)line.p[i + 1] & 0xC0) != 0x80)
            column--;
    }
    return (struct sb_str){line.p, i};
}

/* --- complaints with several causes --- */

static int hint_glued(struct sb_yaml_reader *r, size_t line)
{
    return sb_hint(r->e, "line %zu: write a space after the colon", line + 1);
}

static int mapping_values(struct sb_yaml_reader *r, const yaml_mark_t *at)
{
    struct sb_str line = line_at(r, at->line), before = head(line, at->column);
    size_t above_line = 0;
    struct sb_str above = line_before(r, at->line, &above_line);
    sb_yaml_fail(r, at, SB_EINPUT, "a `: ` cannot stand here");
    if (sb_str_has(before, SB_STR(": ")))
        return sb_hint(r->e, "quote the value: an unquoted one cannot hold `: `");
    if (tab_indented(line) || tab_indented(above))
        return sb_hint(r->e, HINT_SPACES);
    if (glued_colon(above))
        return hint_glued(r, above_line);
    return sb_hint(r->e, "line %zu already has a value; " HINT_INDENT, above_line + 1);
}

static int no_token(struct sb_yaml_reader *r, const yaml_mark_t *at)
{
    struct sb_str line = line_at(r, at->line), before = head(line, at->column);
    char c = before.len < line.len ? line.p[before.len] : '\0';
    if (c == '\t') {
        sb_yaml_fail(r, at, SB_EINPUT, "a tab cannot stand here");
        return sb_hint(r->e, HINT_SPACES);
    }
    sb_yaml_fail(r, at, SB_EINPUT, "an unquoted value cannot start with `%c`", c);
    return sb_hint(r->e, "quote the value");
}

static int document_start(struct sb_yaml_reader *r, const yaml_mark_t *at)
{
    size_t above_line = 0;
    struct sb_str above = line_before(r, at->line, &above_line);
    struct sb_str line = line_at(r, at->line);
    if (sb_str_starts(above, SB_STR("...")) || sb_str_starts(line, SB_STR("..."))) {
        sb_yaml_fail(r, at, SB_EINPUT, "after `...` a new document must start with `---`");
        return sb_hint(r->e, "write --- before it, or remove the ...");
    }
    sb_yaml_fail(r, at, SB_EINPUT, "the document ends before this; nothing but `---` may follow");
    if (tab_indented(line) || tab_indented(above))
        return sb_hint(r->e, HINT_SPACES);
    if (glued_colon(above))
        return hint_glued(r, above_line);
    return sb_hint(r->e, "close quotes and brackets, and " HINT_INDENT);
}

static const struct complaint *complaint_of(const yaml_parser_t *p)
{
    for (size_t i = 0; i < SB_LEN(complaints); i++) {
        const struct complaint *c = &complaints[i];
        if (p->problem && strcmp(p->problem, c->problem) == 0 &&
            (!c->context || (p->context && strstr(p->context, c->context))))
            return c;
    }
    return NULL;
}

static int from_table(struct sb_yaml_reader *r, const struct complaint *c)
{
    const yaml_parser_t *p = &r->parser;
    const yaml_mark_t *at = c->at_context && p->context ? &p->context_mark : &p->problem_mark;
    struct sb_str line = line_at(r, at->line);
    bool bracket = strstr(c->problem, "',' or") != NULL;
    if (bracket)
        sb_yaml_fail(r, at, SB_EINPUT, "%s (opened at line %u, column %u)", c->text,
                     sb_yaml_line(&p->context_mark), sb_yaml_column(&p->context_mark));
    else
        sb_yaml_fail(r, at, SB_EINPUT, "%s", c->text);
    if (tab_indented(line))
        return sb_hint(r->e, HINT_SPACES);
    if (strcmp(c->problem, "could not find expected ':'") == 0 && glued_colon(line))
        return hint_glued(r, at->line);
    return sb_hint(r->e, "%s", c->hint);
}

int sb_yaml_parser_error(struct sb_yaml_reader *r)
{
    const yaml_parser_t *p = &r->parser;
    if (p->error == YAML_MEMORY_ERROR)
        sb_out_of_memory();
    const char *problem = p->problem ? p->problem : "unknown";
    if (p->error != YAML_SCANNER_ERROR && p->error != YAML_PARSER_ERROR)
        return sb_fail_at(r->e, SB_EINPUT, r->text->name, 0, 0, "no YAML: %s at byte %zu", problem,
                          p->problem_offset + r->scan.start);
    if (strcmp(problem, "mapping values are not allowed in this context") == 0)
        return mapping_values(r, &p->problem_mark);
    if (strcmp(problem, "found character that cannot start any token") == 0)
        return no_token(r, &p->problem_mark);
    bool lone_end = strcmp(problem, "did not find expected node content") == 0 &&
                    sb_str_starts(line_at(r, p->problem_mark.line), SB_STR("..."));
    if (lone_end || strcmp(problem, "did not find expected <document start>") == 0)
        return document_start(r, &p->problem_mark);
    const struct complaint *c = complaint_of(p);
    if (c)
        return from_table(r, c);
    sb_yaml_fail(r, &p->problem_mark, SB_EINPUT, "no YAML: %s", problem);
    return sb_hint(r->e, "%s",
                   tab_indented(line_at(r, p->problem_mark.line)) ? HINT_SPACES
                                                                  : "check quotes and indentation");
}
