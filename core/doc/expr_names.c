/* Words of expr, and messages for what is no word of it: names from other languages, near misses,
 * tokens in the wrong place. */
#include "core/doc/expr_private.h"

#include <stdio.h>

bool sb_expr_reserved(struct sb_str name)
{
    static const char *const words[] = {
        "as",     "break",  "const", "continue", "else", "for",     "function",
        "if",     "import", "in",    "let",      "loop", "package", "namespace",
        "return", "var",    "void",  "while",    "true", "false",   "null"};
    for (size_t i = 0; i < SB_LEN(words); i++)
        if (sb_str_is(name, words[i]))
            return true;
    return false;
}

const char *sb_expr_kind_name(enum expr_kind kind)
{
    static const char *const names[] = {
#define EXPR_KIND_NAME(kind, article, name) [EV_##kind] = name,
        EXPR_KINDS(EXPR_KIND_NAME)
#undef EXPR_KIND_NAME
    };
    return names[kind];
}

const char *sb_expr_a_kind(enum expr_kind kind)
{
    static const char *const names[] = {
#define EXPR_KIND_NAME(kind, article, name) [EV_##kind] = article name,
        EXPR_KINDS(EXPR_KIND_NAME)
#undef EXPR_KIND_NAME
    };
    return names[kind];
}

const char *sb_expr_mask_name(struct sb_arena *a, uint32_t mask)
{
    const char *text = NULL;
    if ((mask & EM_NUMERIC) == EM_NUMERIC)
        mask &= ~(uint32_t)(EM_INT | EM_DOUBLE); /* "number" says it all */
    else if (mask & EM_INT)
        mask &= ~(uint32_t)EM_NUMBER; /* data numbers pass where ints do */
    for (int kind = 0; kind < EV_KINDS; kind++)
        if (mask & 1u << kind) {
            const char *name = sb_expr_a_kind((enum expr_kind)kind);
            text = text ? sb_arena_printf(a, "%s or %s", text, name) : name;
        }
    return text ? text : "nothing";
}

/* What people write elsewhere, and what to write here. */
struct habit {
    const char *word, *hint;
};

static const char *find_habit(const struct habit *habits, size_t n, struct sb_str word)
{
    for (size_t i = 0; i < n; i++)
        if (sb_str_is(word, habits[i].word))
            return habits[i].hint;
    return NULL;
}

static const char *token_text(const struct expr_compiler *c, char *buf, size_t size)
{
    size_t len = SB_MIN(c->end - c->start, (size_t)40);
    while (len > 1 && ((unsigned char)c->program->text.p[c->start + len] & 0xc0) == 0x80 &&
           c->start + len < c->program->text.len)
        len--;
    snprintf(buf, size, "`%.*s`", (int)len, c->program->text.p + c->start);
    return buf;
}

struct expr_node *sb_expr_unexpected(struct expr_compiler *c)
{
    static const struct habit words[] = {
        {"and", "write && for and"},
        {"or", "write || for or"},
        {"not", "write !x for not; for not in: !(value in list)"},
        {"is", "write == to compare; null is compared with == too"},
        {"xor", "write a != b"},
        {"like", "write text.contains('part') or text.matches('pattern')"},
        {"contains", "write text.contains('part')"},
        {"matches", "write text.matches('pattern')"},
        {"startsWith", "write text.startsWith('part')"},
        {"endsWith", "write text.endsWith('part')"},
        {"eq", "write == to compare"},
        {"ne", "write != to compare"},
        {"then", "write condition ? a : b"},
    };
    char buf[64];
    const char *hint = c->token == T_IDENT ? find_habit(words, SB_LEN(words), c->text) : NULL;
    if (c->token == '=') {
        sb_expr_fail(c, c->start, "`=` is no operator here");
        sb_hint(c->e, "write == to compare");
        return NULL;
    }
    if (hint) {
        sb_expr_fail(c, c->start, "`%.*s` is no operator here", SB_STR_ARG(c->text));
        sb_hint(c->e, "%s", hint);
        return NULL;
    }
    if (c->token == T_END)
        sb_expr_fail(c, c->start,
                     c->start ? "the expression ends too early" : "the expression is empty");
    else
        sb_expr_fail(c, c->start, "unexpected %s", token_text(c, buf, sizeof buf));
    if (c->token == T_END)
        sb_hint(c->e, "a value or a closing bracket is missing here");
    else if (c->token == '!' || c->token == '-')
        sb_hint(c->e, "! and - do not mix: use parentheses");
    else if (c->token == '?')
        sb_hint(c->e, "put the inner choice in parentheses: a ? (b ? c : d) : e");
    else if (c->token == T_QUOTED)
        sb_hint(c->e, "back quotes belong after a dot: map.`content-type`; text is in '...'");
    else if (c->token == '>')
        sb_hint(c->e, "unequal is !=");
    return NULL;
}

/* name as a C string in the compiler's scratch. */
static const char *name_text(struct expr_compiler *c, struct sb_str name)
{
    size_t len = SB_MIN(name.len, sizeof c->scratch - 1);
    memcpy(c->scratch, name.p, len);
    c->scratch[len] = '\0';
    return c->scratch;
}

static const char *nearest_variable(struct expr_compiler *c, struct sb_str name)
{
    const char *candidates[64 + EXPR_MAX_LOCALS + 2];
    size_t n = 0;
    for (unsigned i = 0; i < c->n_locals; i++)
        candidates[n++] = sb_arena_dup(c->arena, c->locals[i].name.p, c->locals[i].name.len);
    for (size_t i = 0; i < c->program->n_variables && i < 64; i++)
        candidates[n++] = c->program->variables[i].name;
    candidates[n++] = "now";
    candidates[n] = NULL;
    return sb_str_nearest(name_text(c, name), candidates);
}

/* "a, b, c", for the hint when nothing is near. */
static const char *list_variables(struct expr_compiler *c)
{
    const char *text = "now";
    for (size_t i = 0; i < c->program->n_variables && i < 16; i++)
        text = sb_arena_printf(c->arena, "%s, %s", text, c->program->variables[i].name);
    return text;
}

bool sb_expr_unknown_variable(struct expr_compiler *c, const struct expr_node *n)
{
    static const struct habit words[] = {
        {"True", "write true"},
        {"TRUE", "write true"},
        {"False", "write false"},
        {"FALSE", "write false"},
        {"None", "write null"},
        {"nil", "write null"},
        {"NULL", "write null"},
        {"undefined", "write null, or test with has(a.b)"},
        {"not", "write !x for not"},
        {"str", "the type is string"},
        {"float", "the type is double"},
        {"dict", "the type is map"},
        {"uint", "unsigned numbers are not part of expr: use int"},
        {"bytes", "byte strings are not part of expr: use string"},
    };
    sb_expr_fail(c, n->at, "unknown name `%.*s`", SB_STR_ARG(n->name));
    const char *hint = find_habit(words, SB_LEN(words), n->name);
    const char *near = hint ? NULL : nearest_variable(c, n->name);
    if (hint)
        sb_hint(c->e, "%s", hint);
    else if (near)
        sb_hint(c->e, "did you mean %s? Text is written in quotes: '%.*s'", near,
                SB_STR_ARG(n->name));
    else
        sb_hint(c->e, "known here: %s. Text is written in quotes: '%.*s'", list_variables(c),
                SB_STR_ARG(n->name));
    return false;
}

static const char *nearest_function(struct expr_compiler *c, struct sb_str name)
{
    static const char *const macros[] = {"has",    "all", "exists", "exists_one",
                                         "filter", "map", "optMap", "optFlatMap"};
    const char *candidates[80];
    size_t n = 0;
    for (; n < SB_LEN(macros); n++)
        candidates[n] = macros[n];
    for (const struct expr_function *f = sb_expr_functions; f->name && n < 79; f++)
        candidates[n++] = f->name;
    candidates[n] = NULL;
    return sb_str_nearest(name_text(c, name), candidates);
}

bool sb_expr_unknown_function(struct expr_compiler *c, const struct expr_node *n)
{
    static const struct habit words[] = {
        {"not", "write !x for not"},
        {"len", "write size(x)"},
        {"length", "write x.size()"},
        {"count", "write x.filter(i, condition).size()"},
        {"any", "write list.exists(x, condition)"},
        {"some", "write list.exists(x, condition)"},
        {"every", "write list.all(x, condition)"},
        {"lower", "write text.lowerAscii()"},
        {"toLowerCase", "write text.lowerAscii()"},
        {"upper", "write text.upperAscii()"},
        {"toUpperCase", "write text.upperAscii()"},
        {"includes", "write part in list, or text.contains('part')"},
        {"get", "write map.?key.orValue(other), or map[?'key'].orValue(other)"},
        {"exist", "write has(a.b), or list.exists(x, condition)"},
        {"now", "now is a variable: write it without ()"},
        {"uint", "unsigned numbers are not part of expr: use int"},
        {"bytes", "byte strings are not part of expr"},
        {"format", "join texts with +: 'a ' + string(n)"},
        {"isEmpty", "write size(x) == 0"},
        {"match", "write text.matches('pattern')"},
        {"float", "write double(x)"},
        {"str", "write string(x)"},
    };
    const char *what = n->method ? "method" : "function";
    sb_expr_fail(c, n->at, "unknown %s `%.*s`", what, SB_STR_ARG(n->name));
    const char *hint = find_habit(words, SB_LEN(words), n->name);
    const char *near = hint ? NULL : nearest_function(c, n->name);
    if (hint)
        sb_hint(c->e, "%s", hint);
    else if (near)
        sb_hint(c->e, "did you mean %s?", near);
    else
        sb_hint(c->e, "the functions of expr are listed in the manual");
    return false;
}
