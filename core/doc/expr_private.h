/* What the files of expr share: syntax tree, values, the state of a compilation and of a run.
 *
 * Life of an expression: expr_lex.c cuts text into tokens; expr_parse.c makes a tree; expr_check.c
 * and expr_macro.c resolve names, compute which kinds each node can have and refuse what can never
 * work; expr_eval.c walks the tree. Trees live in the pool's arena, values of a run in the run's.
 *
 * Invariants: no tree is higher than EXPR_MAX_DEPTH, so walking it may recurse. A function that
 * returns false during a run has recorded a fault; `fatal` faults are never absorbed by && and ||. */
#ifndef SB_DOC_EXPR_PRIVATE_H
#define SB_DOC_EXPR_PRIVATE_H

#include "core/base/vec.h"
#include "core/doc/expr.h"
#include "core/doc/number.h"
#include "core/doc/regex.h"

enum {
    EXPR_MAX_SOURCE = 16 * 1024,
    EXPR_MAX_NODES = 1000,
    EXPR_MAX_DEPTH = 64,
    EXPR_MAX_LOOPS = 3,   /* comprehensions inside each other */
    EXPR_MAX_LOCALS = 16, /* macro variables visible at one place */
    EXPR_MAX_ARGS = 4,    /* of a function, with its receiver */
    EXPR_MAX_DATA_DEPTH = 1100
};
#define EXPR_MAX_RESULT ((size_t)1 << 20) /* bytes of one value built by a run */
#define EXPR_BUDGET UINT64_C(1000000)

/* --- values --- */

/* kind, article, name for people */
#define EXPR_KINDS(X)                                                                          \
    X(NULL, "", "null")                                                                        \
    X(BOOL, "a ", "bool")                                                                      \
    X(INT, "an ", "int")                                                                       \
    X(DOUBLE, "a ", "double")                                                                  \
    X(NUMBER, "a ", "number") /* from data, not int64: a fraction or a huge one; exact text */ \
    X(STRING, "a ", "string")                                                                  \
    X(LIST, "a ", "list")                                                                      \
    X(MAP, "a ", "map")                                                                        \
    X(TIMESTAMP, "a ", "timestamp")                                                            \
    X(DURATION, "a ", "duration")                                                              \
    X(QUANTITY, "a ", "quantity")                                                              \
    X(TYPE, "a ", "type")                                                                      \
    X(OPTIONAL, "an ", "optional")

enum expr_kind {
#define EXPR_KIND_ENUM(kind, article, name) EV_##kind,
    EXPR_KINDS(EXPR_KIND_ENUM)
#undef EXPR_KIND_ENUM
        EV_KINDS
};
/* Sets of kinds: what a node may turn out to be. In such a set NUMBER stands for any number out of
 * data, whatever kind it has at run time. */
enum {
#define EXPR_KIND_BIT(kind, article, name) EM_##kind = 1 << EV_##kind,
    EXPR_KINDS(EXPR_KIND_BIT)
#undef EXPR_KIND_BIT
        EM_ANY = (1 << EV_KINDS) - 1,
    EM_NUMERIC = EM_INT | EM_DOUBLE | EM_NUMBER,
    EM_KEY = EM_INT | EM_BOOL | EM_STRING | EM_NUMBER
};

struct expr_instant { /* years 0001 to 9999 */
    int64_t s;        /* since 1970-01-01T00:00:00Z */
    int32_t ns;       /* 0 .. 999,999,999 */
};

struct expr_list;
struct expr_map;
struct expr_val {
    uint8_t kind; /* enum expr_kind */
    bool data;    /* number: came from data, mixes freely; LIST, MAP: u.node, else u.list, u.map */
    uint16_t text_at, text_len; /* DOUBLE written in the source: there; 0 = computed */
    union {
        bool b;
        int64_t i; /* INT; DURATION in ns; TYPE: the kind it names */
        double d;
        struct sb_str s; /* STRING; NUMBER: its text */
        const struct expr_list *list;
        const struct expr_map *map;
        const struct sb_doc_node *node;
        struct expr_instant t;
        struct sb_quantity q;
        const struct expr_val *some; /* OPTIONAL: NULL = none */
    } u;
};
struct expr_list {
    size_t len;
    struct expr_val *items;
};
struct expr_entry {
    struct expr_val key, value;
};
struct expr_map {
    size_t len;
    struct expr_entry *entries;
};

/* --- syntax tree --- */

enum expr_op {
    X_LITERAL,
    X_IDENT, /* only until checked */
    X_CALL,  /* only until checked */
    X_VARIABLE,
    X_LOCAL,
    X_NOW,
    X_LIST,
    X_MAP, /* kids: key, value, key, value ... */
    X_SELECT,
    X_HAS,
    X_INDEX,
    X_NOT,
    X_NEGATE,
    X_ADD,
    X_SUB,
    X_MUL,
    X_DIV,
    X_MOD,
    X_EQ,
    X_NE,
    X_LT,
    X_LE,
    X_GT,
    X_GE,
    X_IN,
    X_AND, /* any number of kids */
    X_OR,
    X_COND,
    X_FUNCTION,
    X_ALL, /* loops: kids range, body (map with a condition: range, condition, body) */
    X_EXISTS,
    X_EXISTS_ONE,
    X_FILTER,
    X_TRANSFORM,
    X_OPT_MAP, /* kids: optional, body */
    X_OPT_FLAT_MAP
};

struct expr_function;
struct expr_node {
    uint8_t op;          /* enum expr_op */
    bool optional;       /* .?f, [?i] */
    bool optional_item;  /* an element of a list or a key of a map: ?e */
    bool method;         /* X_CALL: kids[0] is the receiver */
    bool absolute;       /* X_IDENT: written .name */
    uint8_t slot, slot2; /* X_LOCAL; loops: variables (slot2 = EXPR_MAX_LOCALS: only one) */
    uint8_t height;
    uint16_t n, cap;     /* kids */
    uint32_t start, end; /* bytes of the source it covers */
    uint32_t at;         /* byte where messages point: the operator, the name */
    uint32_t mask;       /* kinds it may have, set by the check */
    struct expr_node **kids;
    struct sb_str name;           /* X_IDENT, X_CALL, X_SELECT, X_HAS */
    const struct sb_doc_key *key; /* X_SELECT, X_HAS: the name in the program's pool */
    union {
        struct expr_val value;                /* X_LITERAL */
        uint32_t index;                       /* X_VARIABLE */
        const struct expr_function *function; /* X_FUNCTION */
    } u;
    struct sb_regex *regex; /* of a constant pattern */
};

struct sb_expr {
    struct sb_doc_pool *pool;
    struct expr_node *root;
    struct sb_str text;
    struct sb_doc_place at;
    const struct sb_expr_variable *variables;
    size_t n_variables;
    SB_VEC(struct sb_regex *) regexes;
};

/* --- compiling --- */

enum expr_token {
    T_END,
    T_IDENT,
    T_QUOTED, /* `name` */
    T_INT,
    T_DOUBLE,
    T_STRING,
    T_EQ, /* two characters; every other token is its character */
    T_NE,
    T_LE,
    T_GE,
    T_AND,
    T_OR
};

struct expr_compiler {
    struct sb_expr *program;
    struct sb_doc_pool *pool;
    struct sb_arena *arena;
    struct sb_error *e;
    bool unchecked; /* leave what can never work to the run (conformance suite) */

    size_t offset; /* lexer */
    int token;     /* enum expr_token or a character */
    uint32_t start, end, previous_end;
    struct sb_str text; /* T_IDENT, T_QUOTED, T_STRING */
    uint64_t number;    /* T_INT: magnitude */
    double real;        /* T_DOUBLE */
    char scratch[EXPR_MAX_SOURCE];

    unsigned nodes, depth; /* parser */

    unsigned loops, n_locals; /* check */
    struct {
        struct sb_str name;
        uint32_t mask;
    } locals[EXPR_MAX_LOCALS];
};

/* Fails at a byte of the source; returns false. */
bool sb_expr_fail(struct expr_compiler *c, uint32_t offset, const char *fmt, ...) SB_PRINTF(3, 4);
void sb_expr_place(const struct sb_expr *program, uint32_t offset, uint32_t *line,
                   uint32_t *column);
bool sb_expr_next(struct expr_compiler *c); /* the next token; false = failed */
bool sb_expr_reserved(struct sb_str name);
/* Fails at the current token, which nobody expected; returns NULL. */
struct expr_node *sb_expr_unexpected(struct expr_compiler *c);
struct expr_node *sb_expr_parse(struct expr_compiler *c);
bool sb_expr_check(struct expr_compiler *c, struct expr_node *n);
/* Sets *is_macro when the call is one, and checks it. */
bool sb_expr_check_macro(struct expr_compiler *c, struct expr_node *n, bool *is_macro);
bool sb_expr_check_operator(struct expr_compiler *c, struct expr_node *n);
bool sb_expr_check_call(struct expr_compiler *c, struct expr_node *n);
bool sb_expr_unknown_variable(struct expr_compiler *c, const struct expr_node *n);
bool sb_expr_unknown_function(struct expr_compiler *c, const struct expr_node *n);
const char *sb_expr_kind_name(enum expr_kind kind);
const char *sb_expr_a_kind(enum expr_kind kind); /* with its article: "an int" */
/* "a string or a list", for messages */
const char *sb_expr_mask_name(struct sb_arena *a, uint32_t mask);
/* Kinds that compare equal to one of these. */
uint32_t sb_expr_comparable(uint32_t mask);
/* As sb_expr_compile; `unchecked` for the conformance suite. */
int sb_expr_compile_with(struct sb_doc_pool *pool, const struct sb_expr_source *source,
                         const struct sb_expr_variable *variables, size_t n_variables,
                         bool want_bool, bool unchecked, struct sb_expr **ret, struct sb_error *e);

/* --- running --- */

struct expr_fault {
    const struct expr_node *at;
    const char *what, *hint;       /* static texts */
    struct sb_str arg;             /* quoted after `what`; p NULL = none */
    struct sb_str detail;          /* after `what`: why; p NULL = none */
    const struct sb_doc_node *map; /* missing key: where it was looked up */
    bool missing;                  /* a missing key: arg */
    uint8_t kinds, kind_a, kind_b; /* that many kinds named after `what` */
};
struct expr_run {
    const struct sb_expr *program;
    const struct sb_expr_run *in;
    struct sb_arena arena; /* values; released after the run */
    uint64_t budget;
    bool fatal;  /* budget or size: not absorbed */
    bool secret; /* a value flagged SB_DOC_SECRET was read */
    bool same_pool;
    struct expr_fault fault;
    struct expr_val locals[EXPR_MAX_LOCALS];
};

bool sb_expr_eval(struct expr_run *r, const struct expr_node *n, struct expr_val *ret);
/* A condition: its value must be a bool. */
bool sb_expr_test(struct expr_run *r, const struct expr_node *n, bool *ret);

/* The sides of && and ||, all and exists. `decides` is the value that settles it: false for && and
 * all. Sides that fail count only when no other side decides, but for a fatal failure. */
struct expr_logic {
    bool decides, decided, failed;
    struct expr_fault first; /* when failed */
};
/* Takes a side: ok when it did not fail. False when the others need not be looked at. */
bool sb_expr_logic_side(struct expr_run *r, struct expr_logic *l, bool ok, bool yes);
bool sb_expr_logic_end(struct expr_run *r, const struct expr_logic *l, struct expr_val *ret);
bool sb_expr_loop(struct expr_run *r, const struct expr_node *n, struct expr_val *ret);
void sb_expr_run_init(struct expr_run *r, const struct sb_expr *program,
                      const struct sb_expr_run *in);
/* The recorded fault as a text and a hint, without a place. */
void sb_expr_describe(struct expr_run *r, struct sb_error *e);
/* The recorded fault as an error at the user's place, with the sub-expression that failed. */
int sb_expr_run_fail(struct expr_run *r, struct sb_error *e);

/* Each records a fault and returns false. */
bool sb_expr_fault(struct expr_run *r, const struct expr_node *n, const char *what);
bool sb_expr_fault_hint(struct expr_run *r, const struct expr_node *n, const char *what,
                        const char *hint);
bool sb_expr_fault_arg(struct expr_run *r, const struct expr_node *n, const char *what,
                       struct sb_str arg);
/* detail: why, copied; its hint is dropped. */
bool sb_expr_fault_detail(struct expr_run *r, const struct expr_node *n, const char *what,
                          const struct sb_error *detail);
bool sb_expr_fault_kind(struct expr_run *r, const struct expr_node *n, const char *what,
                        const struct expr_val *a, const struct expr_val *b /* or NULL */);
bool sb_expr_fault_missing(struct expr_run *r, const struct expr_node *n,
                           const struct sb_doc_node *map /* or NULL */, struct sb_str key);
bool sb_expr_fault_budget(struct expr_run *r, const struct expr_node *n);

static inline bool sb_expr_spend(struct expr_run *r, const struct expr_node *n, uint64_t cost)
{
    if (SB_UNLIKELY(r->budget < cost))
        return sb_expr_fault_budget(r, n);
    r->budget -= cost;
    return true;
}
/* Walking a string of len bytes. */
static inline bool sb_expr_spend_text(struct expr_run *r, const struct expr_node *n, size_t len)
{
    return len < 16 || sb_expr_spend(r, n, len / 16);
}
/* Room for a result of len bytes, paid for; NULL = over the cap or the budget. */
char *sb_expr_room(struct expr_run *r, const struct expr_node *n, size_t len);
struct expr_list *sb_expr_list_room(struct expr_run *r, const struct expr_node *n, size_t len);

static inline bool sb_expr_ret_bool(struct expr_val *ret, bool b)
{
    *ret = (struct expr_val){.kind = EV_BOOL, .u.b = b};
    return true;
}
static inline bool sb_expr_ret_int(struct expr_val *ret, int64_t i)
{
    *ret = (struct expr_val){.kind = EV_INT, .u.i = i};
    return true;
}
static inline bool sb_expr_ret_str(struct expr_val *ret, struct sb_str s)
{
    *ret = (struct expr_val){.kind = EV_STRING, .u.s = s};
    return true;
}
static inline bool sb_expr_is_numeric(const struct expr_val *v)
{
    return (1u << v->kind) & EM_NUMERIC;
}

/* expr_value.c */
bool sb_expr_from_node(struct expr_run *r, const struct expr_node *n,
                       const struct sb_doc_node *node, struct expr_val *ret);
size_t sb_expr_len(const struct expr_val *v); /* of a LIST or MAP */
bool sb_expr_item(struct expr_run *r, const struct expr_node *n, const struct expr_val *list,
                  size_t i, struct expr_val *ret);
bool sb_expr_entry_at(struct expr_run *r, const struct expr_node *n, const struct expr_val *map,
                      size_t i, struct expr_val *ret_key, struct expr_val *ret_value);
/* Sets *ret_found; key may be of any kind. */
bool sb_expr_lookup(struct expr_run *r, const struct expr_node *n, const struct expr_val *map,
                    const struct expr_val *key, bool *ret_found, struct expr_val *ret);
bool sb_expr_some(struct expr_run *r, const struct expr_val *v, struct expr_val *ret);
void sb_expr_none(struct expr_val *ret);

/* expr_compare.c */
bool sb_expr_equal(struct expr_run *r, const struct expr_node *n, const struct expr_val *a,
                   const struct expr_val *b, bool *ret);
enum expr_order { ORDER_LESS, ORDER_EQUAL, ORDER_GREATER, ORDER_NONE };
bool sb_expr_order(struct expr_run *r, const struct expr_node *n, const struct expr_val *a,
                   const struct expr_val *b, enum expr_order *ret);
bool sb_expr_contains(struct expr_run *r, const struct expr_node *n, const struct expr_val *item,
                      const struct expr_val *where, bool *ret);

/* expr_arith.c */
bool sb_expr_arith(struct expr_run *r, const struct expr_node *n, enum expr_op op,
                   const struct expr_val *a, const struct expr_val *b, struct expr_val *ret);
bool sb_expr_negate(struct expr_run *r, const struct expr_node *n, const struct expr_val *a,
                    struct expr_val *ret);

/* expr_time.c */
bool sb_expr_instant_parse(struct sb_str s, struct expr_instant *ret, struct sb_error *e);
void sb_expr_instant_print(struct sb_buf *b, struct expr_instant t);
struct expr_instant sb_expr_instant_from_ns(int64_t ns);
bool sb_expr_instant_add(struct expr_instant t, int64_t ns, bool negate, struct expr_instant *ret);
bool sb_expr_instant_diff(struct expr_instant a, struct expr_instant b, int64_t *ret_ns);
bool sb_expr_instant_valid(int64_t s);
void sb_expr_duration_print(struct sb_buf *b, int64_t ns); /* CEL's form: 60.001s */

/* expr_print.c: v as an expr literal; raw: a string without quotes at the top */
bool sb_expr_print(struct expr_run *r, const struct expr_val *v, bool raw, struct sb_buf *b);

/* --- functions --- */

/* LAZY: the second argument is looked at only when the optional receiver has no value. */
enum { EXPR_GLOBAL = 1, EXPR_METHOD = 2, EXPR_LAZY = 4 };
struct expr_call {
    struct expr_run *r;
    const struct expr_node *n;
    const struct expr_val *args;
    size_t n_args;
};
struct expr_function {
    const char *name;
    uint8_t form, min, max; /* EXPR_GLOBAL | EXPR_METHOD; arguments with the receiver */
    uint32_t result;
    uint32_t args[EXPR_MAX_ARGS];
    bool (*call)(const struct expr_call *c, struct expr_val *ret);
};
extern const struct expr_function sb_expr_functions[]; /* ends with name NULL */

#define EXPR_FUNCTION(name) bool sb_expr_fn_##name(const struct expr_call *c, struct expr_val *ret)
EXPR_FUNCTION(contains); /* expr_string.c */
EXPR_FUNCTION(starts_with);
EXPR_FUNCTION(ends_with);
EXPR_FUNCTION(matches);
EXPR_FUNCTION(char_at);
EXPR_FUNCTION(index_of);
EXPR_FUNCTION(last_index_of);
EXPR_FUNCTION(lower);
EXPR_FUNCTION(upper);
EXPR_FUNCTION(substring);
EXPR_FUNCTION(trim);
EXPR_FUNCTION(join); /* expr_split.c */
EXPR_FUNCTION(split);
EXPR_FUNCTION(replace);
EXPR_FUNCTION(int); /* expr_convert.c */
EXPR_FUNCTION(double);
EXPR_FUNCTION(string);
EXPR_FUNCTION(bool);
EXPR_FUNCTION(timestamp);
EXPR_FUNCTION(duration);
EXPR_FUNCTION(quantity);
EXPR_FUNCTION(type);
EXPR_FUNCTION(dyn);
EXPR_FUNCTION(get_year); /* expr_time.c */
EXPR_FUNCTION(get_month);
EXPR_FUNCTION(get_date);
EXPR_FUNCTION(get_day_of_month);
EXPR_FUNCTION(get_day_of_week);
EXPR_FUNCTION(get_day_of_year);
EXPR_FUNCTION(get_hours);
EXPR_FUNCTION(get_minutes);
EXPR_FUNCTION(get_seconds);
EXPR_FUNCTION(get_milliseconds);

#endif
