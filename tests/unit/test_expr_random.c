/* Random expressions over ints, bools and strings: printed from a tree with as few parentheses as
 * precedence allows (and some more), they must come out as a naive evaluation of the tree does,
 * errors included. */
#include "tests/unit/expr_env.h"

enum shape {
    LIT,
    VAR,
    NEG,
    NOT,
    ADD,
    SUB,
    MUL,
    DIV,
    MOD,
    EQ,
    NE,
    LT,
    LE,
    GT,
    GE,
    AND,
    OR,
    IF,
    SIZE
};
enum sort { INT, BOOL, TEXT };

struct tree {
    enum shape shape;
    enum sort sort;
    int var;
    int64_t num; /* INT, BOOL literal */
    char text[8];
    struct tree *kids[3];
};

struct result {
    bool failed;
    int64_t num;
    char text[600];
};

static uint64_t state = UINT64_C(0x9e3779b97f4a7c15);
static struct sb_arena arena;

static unsigned pick(unsigned n)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (unsigned)(state >> 33) % n;
}

static const struct sb_expr_variable variables[] = {
    {"zero", SB_EXPR_INT},    {"one", SB_EXPR_INT},      {"big", SB_EXPR_INT},
    {"low", SB_EXPR_INT},     {"yes", SB_EXPR_BOOL},     {"no", SB_EXPR_BOOL},
    {"name", SB_EXPR_STRING}, {"void_", SB_EXPR_STRING},
};
static const struct sb_expr_value values[] = {
    {.kind = SB_EXPR_INT, .num = 0},
    {.kind = SB_EXPR_INT, .num = 1},
    {.kind = SB_EXPR_INT, .num = INT64_MAX},
    {.kind = SB_EXPR_INT, .num = INT64_MIN},
    {.kind = SB_EXPR_BOOL, .num = 1},
    {.kind = SB_EXPR_BOOL, .num = 0},
    {.kind = SB_EXPR_STRING, .str = {"name", 4}},
    {.kind = SB_EXPR_STRING, .str = {"", 0}},
};

static struct tree *leaf(enum sort sort)
{
    static const int first[] = {0, 4, 6}, count[] = {4, 2, 2};
    struct tree *t = sb_arena_new(&arena, struct tree);
    t->sort = sort;
    t->shape = pick(2) ? LIT : VAR;
    t->var = first[sort] + (int)pick((unsigned)count[sort]);
    t->num = sort == BOOL ? pick(2) : pick(8) ? (int64_t)pick(9) - 4 : INT64_MIN;
    for (unsigned i = 0, n = pick(4); i < n; i++)
        t->text[i] = (char)('a' + pick(3));
    return t;
}

static struct tree *grow(enum sort sort, int depth);

static struct tree *node(enum sort sort, enum shape shape, enum sort kid, int kids, int depth)
{
    struct tree *t = sb_arena_new(&arena, struct tree);
    t->sort = sort;
    t->shape = shape;
    for (int i = 0; i < kids; i++)
        t->kids[i] = grow(kid, depth - 1);
    return t;
}

static struct tree *grow_int(int depth)
{
    unsigned p = pick(8);
    if (p == 0)
        return node(INT, NEG, INT, 1, depth);
    if (p == 1)
        return node(INT, SIZE, TEXT, 1, depth);
    struct tree *t = node(INT, (enum shape)(ADD + pick(5)), INT, 2, depth);
    if ((t->shape == DIV || t->shape == MOD) && t->kids[1]->shape == LIT && t->kids[1]->num == 0)
        t->kids[1]->num = 3; /* a constant zero is refused when loaded */
    return t;
}

static struct tree *grow(enum sort sort, int depth)
{
    if (depth <= 0 || pick(6) == 0)
        return leaf(sort);
    if (pick(8) == 0) {
        struct tree *t = node(sort, IF, sort, 3, depth);
        t->kids[0] = grow(BOOL, depth - 1);
        return t;
    }
    if (sort == INT)
        return grow_int(depth);
    if (sort == TEXT)
        return node(TEXT, ADD, TEXT, 2, depth);
    unsigned p = pick(6);
    if (p == 0)
        return node(BOOL, NOT, BOOL, 1, depth);
    if (p < 3)
        return node(BOOL, p == 1 ? AND : OR, BOOL, 2, depth);
    return node(BOOL, (enum shape)(EQ + pick(6)), (enum sort)pick(3), 2, depth);
}

/* --- printing --- */

static int level(const struct tree *t)
{
    static const int levels[] = {
        [LIT] = 7, [VAR] = 7, [NEG] = 6, [NOT] = 6, [ADD] = 4, [SUB] = 4, [MUL] = 5,
        [DIV] = 5, [MOD] = 5, [EQ] = 3,  [NE] = 3,  [LT] = 3,  [LE] = 3,  [GT] = 3,
        [GE] = 3,  [AND] = 2, [OR] = 1,  [IF] = 0,  [SIZE] = 7};
    return t->shape == LIT && t->sort == INT && t->num < 0 ? 6 : levels[t->shape];
}

static void print(const struct tree *t, int least, struct sb_buf *b);

static void print_leaf(const struct tree *t, struct sb_buf *b)
{
    if (t->shape == VAR)
        sb_buf_puts(b, variables[t->var].name);
    else if (t->sort == TEXT)
        sb_buf_printf(b, "'%s'", t->text);
    else if (t->sort == BOOL)
        sb_buf_puts(b, t->num ? "true" : "false");
    else
        sb_buf_printf(b, "%lld", (long long)t->num);
}

static void print_bare(const struct tree *t, struct sb_buf *b)
{
    static const char *const signs[] = {
        [NEG] = "-", [NOT] = "!", [ADD] = "+", [SUB] = "-",  [MUL] = "*",
        [DIV] = "/", [MOD] = "%", [EQ] = "==", [NE] = "!=",  [LT] = "<",
        [LE] = "<=", [GT] = ">",  [GE] = ">=", [AND] = "&&", [OR] = "||"};
    if (t->shape == LIT || t->shape == VAR) {
        print_leaf(t, b);
    } else if (t->shape == SIZE) {
        sb_buf_puts(b, "size(");
        print(t->kids[0], 0, b);
        sb_buf_putc(b, ')');
    } else if (t->shape == NEG || t->shape == NOT) {
        sb_buf_puts(b, signs[t->shape]);
        print(t->kids[0], 6, b);
    } else if (t->shape == IF) {
        print(t->kids[0], 1, b);
        sb_buf_puts(b, " ? ");
        print(t->kids[1], 1, b);
        sb_buf_puts(b, " : ");
        print(t->kids[2], 0, b);
    } else {
        print(t->kids[0], level(t), b);
        sb_buf_printf(b, pick(3) ? " %s " : "%s", signs[t->shape]);
        print(t->kids[1], level(t) + 1, b);
    }
}

static void print(const struct tree *t, int least, struct sb_buf *b)
{
    bool brackets = level(t) < least || pick(10) == 0;
    if (brackets)
        sb_buf_putc(b, '(');
    print_bare(t, b);
    if (brackets)
        sb_buf_putc(b, ')');
}

/* --- the naive evaluation --- */

static struct result eval(const struct tree *t);

static struct result eval_logic(const struct tree *t)
{
    struct result a = eval(t->kids[0]), b = eval(t->kids[1]), r = {0};
    bool decides = t->shape == OR;
    r.num = decides;
    if ((!a.failed && a.num == decides) || (!b.failed && b.num == decides))
        return r;
    r.failed = a.failed || b.failed;
    r.num = !decides;
    return r;
}

static int compare(const struct tree *kid, const struct result *a, const struct result *b)
{
    if (kid->sort == TEXT)
        return strcmp(a->text, b->text);
    return (a->num > b->num) - (a->num < b->num);
}

static struct result arith(enum shape shape, int64_t a, int64_t b)
{
    struct result r = {0};
    __extension__ typedef __int128 wide;
    if ((shape == DIV || shape == MOD) && (b == 0 || (a == INT64_MIN && b == -1))) {
        r.failed = true;
        return r;
    }
    wide x = a, y = b;
    wide z = shape == ADD   ? x + y
             : shape == SUB ? x - y
             : shape == MUL ? x * y
             : shape == DIV ? x / y
                            : x % y;
    r.failed = z > INT64_MAX || z < INT64_MIN;
    r.num = (int64_t)z;
    return r;
}

static struct result eval_two(const struct tree *t)
{
    struct result a = eval(t->kids[0]), b = eval(t->kids[1]), r = {0};
    if (a.failed || b.failed) {
        r.failed = true;
        return r;
    }
    int c = compare(t->kids[0], &a, &b);
    switch (t->shape) {
    case EQ: r.num = c == 0; break;
    case NE: r.num = c != 0; break;
    case LT: r.num = c < 0; break;
    case LE: r.num = c <= 0; break;
    case GT: r.num = c > 0; break;
    case GE: r.num = c >= 0; break;
    default:
        if (t->sort == INT)
            return arith(t->shape, a.num, b.num);
        snprintf(r.text, sizeof r.text, "%.299s%.299s", a.text, b.text);
    }
    return r;
}

static struct result eval(const struct tree *t)
{
    struct result r = {0};
    if (t->shape == LIT) {
        r.num = t->num;
        memcpy(r.text, t->text, sizeof t->text);
    } else if (t->shape == VAR) {
        r.num = values[t->var].num;
        if (t->sort == TEXT)
            snprintf(r.text, sizeof r.text, "%s", values[t->var].str.p);
    } else if (t->shape == IF) {
        r = eval(t->kids[0]);
        if (!r.failed)
            r = eval(t->kids[r.num ? 1 : 2]);
    } else if (t->shape == AND || t->shape == OR) {
        r = eval_logic(t);
    } else if (t->shape == NOT) {
        r = eval(t->kids[0]);
        r.num = !r.num;
    } else if (t->shape == NEG) {
        r = eval(t->kids[0]);
        if (!r.failed)
            r = arith(SUB, 0, r.num);
    } else if (t->shape == SIZE) {
        r = eval(t->kids[0]);
        r.num = (int64_t)strlen(r.text);
    } else {
        r = eval_two(t);
    }
    return r;
}

static void check_one(struct sb_doc_pool *pool, int *runs, int *failures)
{
    struct tree *t = grow((enum sort)pick(3), 5);
    struct sb_buf text = SB_BUF_INIT(16 * 1024), out = SB_BUF_INIT(1 << 20);
    struct sb_expr *program = NULL;
    struct sb_error e = {.code = SB_OK};
    const struct sb_expr_run run = {.pool = pool, .values = values};
    struct result want = eval(t);
    print(t, 0, &text);
    const struct sb_expr_source source = {.text = {text.data, text.len}};
    int err = sb_expr_compile(pool, &source, variables, SB_LEN(variables), false, &program, &e);
    if (err < 0 && strcmp(e.text, "division by zero") == 0) { /* -0, printed as one literal */
        sb_buf_done(&text);
        return;
    }
    ck_assert_msg(err == 0, "%s: %s", text.data, e.text);
    ++*runs;
    err = sb_expr_eval_text(program, &run, &out, &e);
    char number[32];
    snprintf(number, sizeof number, "%lld", (long long)want.num);
    const char *expected = t->sort == TEXT  ? want.text
                           : t->sort == INT ? number
                           : want.num       ? "true"
                                            : "false";
    ck_assert_msg((err < 0) == want.failed, "%s: %s", text.data, err < 0 ? e.text : "no error");
    if (!want.failed)
        ck_assert_msg(strlen(expected) == out.len && memcmp(expected, out.data, out.len) == 0,
                      "%s: have %s, want %s", text.data, out.data, expected);
    *failures += want.failed;
    sb_expr_done(program);
    sb_buf_done(&text);
    sb_buf_done(&out);
}

START_TEST(test_random)
{
    int runs = 0, failures = 0;
    for (int round = 0; round < 100; round++) {
        struct sb_doc_pool *pool = sb_doc_pool_new();
        for (int i = 0; i < 100; i++)
            check_one(pool, &runs, &failures);
        sb_doc_pool_free(pool);
        sb_arena_done(&arena);
    }
    ck_assert_int_gt(runs, 9900);
    ck_assert_int_gt(failures, 500); /* both ways are exercised */
    ck_assert_int_lt(failures, 9000);
}
END_TEST

UNIT_MAIN("expr_random", test_random)
