/* From tokens to a syntax tree: recursive descent with precedence climbing (CEL langdef, "Syntax").
 *
 * Names are not looked up here. Depth of recursion and height of the tree are capped at
 * EXPR_MAX_DEPTH, nodes at EXPR_MAX_NODES. Chains of && and || become one node with many kids, so
 * that long conditions are not deep. */
#include "core/doc/expr_private.h"

#include <stdio.h>

static struct expr_node *parse_expr(struct expr_compiler *c);

static struct expr_node *fail_deep(struct expr_compiler *c, uint32_t at)
{
    sb_expr_fail(c, at, "the expression is nested deeper than %d levels", EXPR_MAX_DEPTH);
    sb_hint(c->e, "split it into several rules");
    return NULL;
}

static struct expr_node *make(struct expr_compiler *c, enum expr_op op, uint32_t start)
{
    if (++c->nodes > EXPR_MAX_NODES) {
        sb_expr_fail(c, start, "the expression has more than %d parts", EXPR_MAX_NODES);
        sb_hint(c->e, "split it into several rules, or compare with a list: x in ['a', 'b']");
        return NULL;
    }
    struct expr_node *n = sb_arena_new(c->arena, struct expr_node);
    n->op = (uint8_t)op;
    n->start = n->at = start;
    n->end = c->end;
    n->height = 1;
    return n;
}

/* Appends a kid; NULL when the kid is NULL (its failure is recorded) or the tree grows too high. */
static struct expr_node *add(struct expr_compiler *c, struct expr_node *n, struct expr_node *kid)
{
    if (!n || !kid)
        return NULL;
    if (n->n == n->cap) {
        uint16_t cap = n->cap ? (uint16_t)(n->cap * 2) : 2;
        struct expr_node **kids = sb_arena_alloc(c->arena, cap * sizeof *kids);
        if (n->n)
            memcpy(kids, n->kids, n->n * sizeof *kids);
        n->kids = kids;
        n->cap = cap;
    }
    n->kids[n->n++] = kid;
    if (kid->height >= n->height)
        n->height = (uint8_t)(kid->height + 1);
    if (n->height > EXPR_MAX_DEPTH)
        return fail_deep(c, n->at);
    n->end = c->previous_end;
    return n;
}

static bool accept(struct expr_compiler *c, int token, bool *ret)
{
    *ret = c->token == token;
    return *ret ? sb_expr_next(c) : true;
}

static bool expect(struct expr_compiler *c, int token)
{
    if (c->token != token) {
        sb_expr_unexpected(c);
        return false;
    }
    return sb_expr_next(c);
}

static struct expr_node *literal(struct expr_compiler *c, struct expr_val value)
{
    struct expr_node *n = make(c, X_LITERAL, c->start);
    if (!n || !sb_expr_next(c))
        return NULL;
    n->u.value = value;
    return n;
}

static struct expr_node *int_literal(struct expr_compiler *c, bool negative, uint32_t start)
{
    if (c->number > (uint64_t)INT64_MAX + negative) {
        sb_expr_fail(c, c->start, "the number does not fit an int (64 bits, signed)");
        sb_hint(c->e, "write it as a double: 1e19");
        return NULL;
    }
    int64_t value = negative ? (int64_t)(0 - c->number) : (int64_t)c->number;
    struct expr_node *n = literal(c, (struct expr_val){.kind = EV_INT, .u.i = value});
    if (n)
        n->start = n->at = start;
    return n;
}

/* kids up to the closing token, with a trailing comma allowed; optional: elements may start with ?. */
static struct expr_node *parse_items(struct expr_compiler *c, struct expr_node *n, int close,
                                     bool optional, bool trailing)
{
    while (n && c->token != close) {
        bool question = false, comma;
        if (optional && !accept(c, '?', &question))
            return NULL;
        struct expr_node *kid = parse_expr(c);
        if (kid && question) /* the mark belongs to this place, not to the value */
            kid->optional_item = true;
        n = add(c, n, kid);
        if (!n || !accept(c, ',', &comma))
            return NULL;
        if (!comma && c->token != close)
            return sb_expr_unexpected(c);
        if (comma && c->token == close && !trailing)
            return sb_expr_unexpected(c);
    }
    if (!n || !sb_expr_next(c))
        return NULL;
    n->end = c->previous_end;
    return n;
}

static struct expr_node *parse_list(struct expr_compiler *c)
{
    struct expr_node *n = make(c, X_LIST, c->start);
    return n && sb_expr_next(c) ? parse_items(c, n, ']', true, true) : NULL;
}

static struct expr_node *parse_map(struct expr_compiler *c)
{
    struct expr_node *n = make(c, X_MAP, c->start);
    if (!n || !sb_expr_next(c))
        return NULL;
    while (c->token != '}') {
        bool question, comma;
        if (!accept(c, '?', &question))
            return NULL;
        struct expr_node *key = parse_expr(c);
        if (key)
            key->optional_item = question;
        if (!add(c, n, key) || !expect(c, ':') || !add(c, n, parse_expr(c)) ||
            !accept(c, ',', &comma))
            return NULL;
        if (!comma && c->token != '}')
            return sb_expr_unexpected(c);
    }
    if (!sb_expr_next(c))
        return NULL;
    n->end = c->previous_end;
    return n;
}

/* `not x`, as a word before an operand. */
static bool starts_operand(int token)
{
    return token == T_IDENT || token == T_INT || token == T_DOUBLE || token == T_STRING ||
           token == T_QUOTED;
}

static struct expr_node *fail_reserved(struct expr_compiler *c)
{
    sb_expr_fail(c, c->start, "`%.*s` is a reserved word", SB_STR_ARG(c->text));
    if (sb_str_is(c->text, "if") || sb_str_is(c->text, "else"))
        sb_hint(c->e, "choose with condition ? a : b");
    else if (sb_str_is(c->text, "in"))
        sb_hint(c->e, "write value in list, or 'key' in map; for not in: !(value in list)");
    else
        sb_hint(c->e, "a key of that name is read as map.%.*s", SB_STR_ARG(c->text));
    return NULL;
}

static struct expr_node *parse_name(struct expr_compiler *c)
{
    static const struct {
        const char *name;
        struct expr_val value;
    } constants[] = {{"true", {.kind = EV_BOOL, .u.b = true}},
                     {"false", {.kind = EV_BOOL, .u.b = false}},
                     {"null", {.kind = EV_NULL}}};
    uint32_t start = c->start;
    bool absolute, call;
    if (!accept(c, '.', &absolute))
        return NULL;
    if (c->token != T_IDENT)
        return sb_expr_unexpected(c);
    for (size_t i = 0; i < SB_LEN(constants) && !absolute; i++)
        if (sb_str_is(c->text, constants[i].name))
            return literal(c, constants[i].value);
    if (sb_expr_reserved(c->text))
        return fail_reserved(c);
    struct expr_node *n = make(c, X_IDENT, start);
    if (!n)
        return NULL;
    n->name = c->text;
    n->at = c->start;
    n->absolute = absolute;
    if (!sb_expr_next(c))
        return NULL;
    if (sb_str_is(n->name, "not") && starts_operand(c->token)) {
        sb_expr_fail(c, n->at, "`not` is no operator here");
        sb_hint(c->e, "write !x, or !(a == b)");
        return NULL;
    }
    if (!accept(c, '(', &call))
        return NULL;
    if (!call)
        return n;
    n->op = X_CALL;
    return parse_items(c, n, ')', false, false);
}

static struct expr_node *parse_primary(struct expr_compiler *c)
{
    struct expr_node *n;
    switch (c->token) {
    case T_INT: return int_literal(c, false, c->start);
    case T_DOUBLE:
        return literal(c, (struct expr_val){.kind = EV_DOUBLE,
                                            .text_at = (uint16_t)c->start,
                                            .text_len = (uint16_t)(c->end - c->start),
                                            .u.d = c->real});
    case T_STRING: return literal(c, (struct expr_val){.kind = EV_STRING, .u.s = c->text});
    case '[': return parse_list(c);
    case '{': return parse_map(c);
    case '.':
    case T_IDENT: return parse_name(c);
    case '(':
        if (!sb_expr_next(c))
            return NULL;
        n = parse_expr(c);
        return n && expect(c, ')') ? n : NULL;
    default: return sb_expr_unexpected(c);
    }
}

static struct expr_node *parse_member(struct expr_compiler *c, struct expr_node *operand)
{
    bool question, call = false;
    struct expr_node *n = make(c, X_SELECT, operand->start);
    if (!n || !sb_expr_next(c) || !accept(c, '?', &question))
        return NULL;
    bool quoted = c->token == T_QUOTED;
    if (!quoted && c->token != T_IDENT)
        return sb_expr_unexpected(c);
    if (!quoted && (sb_str_is(c->text, "true") || sb_str_is(c->text, "false") ||
                    sb_str_is(c->text, "null") || sb_str_is(c->text, "in"))) {
        sb_expr_fail(c, c->start, "`%.*s` cannot follow a dot", SB_STR_ARG(c->text));
        sb_hint(c->e, "write map['%.*s']", SB_STR_ARG(c->text));
        return NULL;
    }
    n->name = c->text;
    n->at = c->start;
    n->optional = question;
    if (!sb_expr_next(c) || !add(c, n, operand))
        return NULL;
    if (!quoted && !question && !accept(c, '(', &call))
        return NULL;
    if (!call)
        return n;
    n->op = X_CALL;
    n->method = true;
    return parse_items(c, n, ')', false, false);
}

static struct expr_node *parse_index(struct expr_compiler *c, struct expr_node *operand)
{
    bool question;
    struct expr_node *n = make(c, X_INDEX, operand->start);
    if (!n || !sb_expr_next(c) || !accept(c, '?', &question))
        return NULL;
    n->optional = question;
    n->at = c->start;
    if (!add(c, n, operand) || !add(c, n, parse_expr(c)) || !expect(c, ']'))
        return NULL;
    n->end = c->previous_end;
    return n;
}

static struct expr_node *parse_postfix(struct expr_compiler *c, struct expr_node *n)
{
    while (n && (c->token == '.' || c->token == '['))
        n = c->token == '.' ? parse_member(c, n) : parse_index(c, n);
    if (n && c->token == '{' && (n->op == X_IDENT || n->op == X_SELECT)) {
        sb_expr_fail(c, n->start, "messages (Name{...}) are not part of expr");
        sb_hint(c->e, "a map is written {'key': value}");
        return NULL;
    }
    return n;
}

/* A run of one kind of sign; they do not mix (`!-x`), as in CEL. A minus before an int is its own. */
static struct expr_node *parse_unary(struct expr_compiler *c)
{
    int sign = c->token;
    uint32_t starts[EXPR_MAX_DEPTH];
    size_t n_signs = 0;
    if (sign != '!' && sign != '-')
        return parse_postfix(c, parse_primary(c));
    while (c->token == sign) {
        if (n_signs == SB_LEN(starts))
            return fail_deep(c, c->start);
        starts[n_signs++] = c->start;
        if (!sb_expr_next(c))
            return NULL;
    }
    struct expr_node *n;
    if (sign == '-' && c->token == T_INT) {
        n_signs--;
        n = int_literal(c, true, starts[n_signs]);
    } else {
        n = parse_primary(c);
    }
    n = parse_postfix(c, n);
    while (n && n_signs > 0) {
        struct expr_node *outer = make(c, sign == '!' ? X_NOT : X_NEGATE, starts[--n_signs]);
        n = add(c, outer, n);
    }
    return n;
}

struct binary {
    int token, level;
    enum expr_op op;
};

static const struct binary *find_binary(const struct expr_compiler *c)
{
    static const struct binary table[] = {
        {T_OR, 1, X_OR}, {T_AND, 2, X_AND}, {T_EQ, 3, X_EQ}, {T_NE, 3, X_NE}, {'<', 3, X_LT},
        {T_LE, 3, X_LE}, {'>', 3, X_GT},    {T_GE, 3, X_GE}, {'+', 4, X_ADD}, {'-', 4, X_SUB},
        {'*', 5, X_MUL}, {'/', 5, X_DIV},   {'%', 5, X_MOD},
    };
    static const struct binary in = {T_IDENT, 3, X_IN};
    if (c->token == T_IDENT)
        return sb_str_is(c->text, "in") ? &in : NULL;
    for (size_t i = 0; i < SB_LEN(table); i++)
        if (table[i].token == c->token)
            return &table[i];
    return NULL;
}

static struct expr_node *parse_binary(struct expr_compiler *c, int level)
{
    struct expr_node *left = parse_unary(c);
    const struct binary *op;
    while (left && (op = find_binary(c)) && op->level >= level) {
        uint32_t at = c->start;
        if (!sb_expr_next(c))
            return NULL;
        struct expr_node *right = parse_binary(c, op->level + 1);
        bool chain = (op->op == X_AND || op->op == X_OR) && left->op == op->op;
        struct expr_node *n = chain ? left : make(c, op->op, left->start);
        if (!n)
            return NULL;
        if (!chain) {
            n->at = at;
            n = add(c, n, left);
        }
        left = add(c, n, right);
    }
    return left;
}

static struct expr_node *parse_choice(struct expr_compiler *c)
{
    bool question;
    struct expr_node *test = parse_binary(c, 1);
    if (!test || !accept(c, '?', &question))
        return NULL;
    if (!question)
        return test;
    struct expr_node *n = make(c, X_COND, test->start);
    if (!n || !add(c, n, test) || !add(c, n, parse_binary(c, 1)) || !expect(c, ':'))
        return NULL;
    return add(c, n, parse_expr(c));
}

static struct expr_node *parse_expr(struct expr_compiler *c)
{
    if (c->depth == EXPR_MAX_DEPTH)
        return fail_deep(c, c->start);
    c->depth++;
    struct expr_node *n = parse_choice(c);
    c->depth--;
    return n;
}

struct expr_node *sb_expr_parse(struct expr_compiler *c)
{
    if (!sb_expr_next(c))
        return NULL;
    struct expr_node *n = parse_expr(c);
    return n && c->token != T_END ? sb_expr_unexpected(c) : n;
}
