/* CEL's conformance cases (https://github.com/google/cel-spec, tests/simple) where they lie: every
 * case inside our subset is run, one point a case. Speaks TAP by itself.
 *
 * What is outside the subset is counted by class and printed; where we differ on purpose stands in
 * `deviations`, and such a case must still differ. A case is compiled without the check of kinds, as
 * `disable_check` asks for; a case that is not marked so must give the same with the check, or be
 * refused by it when it expects an error. */
#include "core/base/vec.h"
#include "core/doc/expr_private.h"
#include "core/doc/json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const files[] = {"basic",   "comparisons",  "conversions", "fields",
                                    "fp_math", "integer_math", "lists",       "logic",
                                    "macros",  "macros2",      "namespace",   "optionals",
                                    "parse",   "string",       "string_ext",  "timestamps"};

static const char unknown_names[] = "names are resolved when loaded";
static const char exact_numbers[] =
    "int and double are compared exactly, not after rounding the int";
static const char zero_division[] = "a constant division by zero is refused when loaded";

/* file/section/case: why we differ */
static const struct {
    const char *name, *why;
} deviations[] = {
    {"basic/variables/unbound_is_runtime_error", unknown_names},
    {"basic/functions/unbound_is_runtime_error", unknown_names},
    {"comparisons/lt_literal/not_lt_dyn_int_big_lossy_double", exact_numbers},
    {"comparisons/gt_literal/not_gt_dyn_big_double_int", exact_numbers},
    {"comparisons/lte_literal/lte_dyn_big_double_int", exact_numbers},
    {"comparisons/gte_literal/gte_dyn_int_big_lossy_double", exact_numbers},
    {"logic/AND/short_circuit_error_left", zero_division},
    {"logic/AND/short_circuit_error_right", zero_division},
    {"logic/OR/short_circuit_error_left", zero_division},
    {"logic/OR/short_circuit_error_right", zero_division},
    {"parse/receiver_function_names/as", unknown_names},
    {"parse/receiver_function_names/break", unknown_names},
    {"parse/receiver_function_names/const", unknown_names},
    {"parse/receiver_function_names/continue", unknown_names},
    {"parse/receiver_function_names/else", unknown_names},
    {"parse/receiver_function_names/for", unknown_names},
    {"parse/receiver_function_names/function", unknown_names},
    {"parse/receiver_function_names/if", unknown_names},
    {"parse/receiver_function_names/import", unknown_names},
    {"parse/receiver_function_names/let", unknown_names},
    {"parse/receiver_function_names/loop", unknown_names},
    {"parse/receiver_function_names/package", unknown_names},
    {"parse/receiver_function_names/namespace", unknown_names},
    {"parse/receiver_function_names/return", unknown_names},
    {"parse/receiver_function_names/var", unknown_names},
    {"parse/receiver_function_names/void", unknown_names},
    {"parse/receiver_function_names/while", unknown_names},
};

enum class { IN, UINT, BYTES, MESSAGE, NAMESPACE, TEXT_FUNCTIONS, MACROS2, ZONES, KEYS, CLASSES };
static const char *const class_names[CLASSES] = {
    [UINT] = "uint values",
    [BYTES] = "bytes values",
    [MESSAGE] = "protobuf messages, enums and wrapper types",
    [NAMESPACE] = "containers and qualified names",
    [TEXT_FUNCTIONS] = "format, quote and reverse",
    [MACROS2] = "existsOne, transformList, transformMap",
    [ZONES] = "named time zones",
    [KEYS] = "data maps whose keys are no strings",
};

static int points, failures, deviations_seen;
static int excluded[CLASSES];

/* --- textproto --- */

struct field {
    struct sb_str name;
    struct sb_str text; /* scalar: decoded string or bare word */
    bool quoted, is_message;
    struct field *first, *next;
};

struct reader {
    struct sb_arena *arena;
    const char *p, *end;
};

static void blanks(struct reader *r)
{
    for (; r->p < r->end; r->p++) {
        if (*r->p == '#')
            while (r->p < r->end && *r->p != '\n')
                r->p++;
        if (r->p >= r->end || !strchr(" \t\r\n,;", *r->p))
            return;
    }
}

static char *unescape(struct reader *r, char *out)
{
    static const char from[] = "abfnrtv", to[] = "\a\b\f\n\r\t\v";
    const char *known = strchr(from, *r->p);
    unsigned code = 0;
    int digits = 0;
    if (*r->p && known) {
        *out++ = to[known - from];
        r->p++;
    } else if (*r->p >= '0' && *r->p <= '7') {
        for (; digits < 3 && *r->p >= '0' && *r->p <= '7'; digits++)
            code = code * 8 + (unsigned)(*r->p++ - '0');
        *out++ = (char)code;
    } else if (*r->p == 'x') {
        code = (unsigned)strtoul((char[]){r->p[1], r->p[2], 0}, NULL, 16);
        r->p += 3;
        *out++ = (char)code;
    } else if (*r->p == 'u' || *r->p == 'U') {
        int n = *r->p == 'u' ? 4 : 8;
        char hex[9] = {0};
        memcpy(hex, r->p + 1, (size_t)n);
        r->p += n + 1;
        code = (unsigned)strtoul(hex, NULL, 16);
        if (code < 0x80) {
            *out++ = (char)code;
        } else {
            if (code < 0x800) {
                *out++ = (char)(0xc0 | code >> 6);
            } else {
                if (code < 0x10000) {
                    *out++ = (char)(0xe0 | code >> 12);
                } else {
                    *out++ = (char)(0xf0 | code >> 18);
                    *out++ = (char)(0x80 | (code >> 12 & 0x3f));
                }
                *out++ = (char)(0x80 | (code >> 6 & 0x3f));
            }
            *out++ = (char)(0x80 | (code & 0x3f));
        }
    } else {
        *out++ = *r->p++;
    }
    return out;
}

/* Adjacent strings join. */
static struct sb_str read_string(struct reader *r)
{
    char *text = sb_arena_alloc(r->arena, (size_t)(r->end - r->p)), *out = text;
    while (r->p < r->end && (*r->p == '"' || *r->p == '\'')) {
        char quote = *r->p++;
        while (r->p < r->end && *r->p != quote) {
            if (*r->p == '\\') {
                r->p++;
                out = unescape(r, out);
            } else {
                *out++ = *r->p++;
            }
        }
        r->p++;
        blanks(r);
    }
    struct sb_str s = {sb_arena_dup(r->arena, text, (size_t)(out - text)), (size_t)(out - text)};
    return s;
}

static struct sb_str read_word(struct reader *r)
{
    const char *start = r->p;
    if (*r->p == '[')
        while (r->p < r->end && *r->p++ != ']')
            ;
    while (r->p < r->end && !strchr(" \t\r\n,;:{}#<>", *r->p))
        r->p++;
    return (struct sb_str){start, (size_t)(r->p - start)};
}

static struct field *read_fields(struct reader *r)
{
    struct field *first = NULL, **last = &first;
    for (blanks(r); r->p < r->end && *r->p != '}'; blanks(r)) {
        struct field *f = sb_arena_new(r->arena, struct field);
        f->name = read_word(r);
        blanks(r);
        if (r->p < r->end && *r->p == ':')
            r->p++;
        blanks(r);
        if (r->p < r->end && *r->p == '{') {
            r->p++;
            f->is_message = true;
            f->first = read_fields(r);
            r->p++;
        } else if (*r->p == '"' || *r->p == '\'') {
            f->quoted = true;
            f->text = read_string(r);
        } else {
            f->text = read_word(r);
        }
        *last = f;
        last = &f->next;
    }
    return first;
}

static const struct field *get(const struct field *f, const char *name)
{
    for (f = f ? f->first : NULL; f; f = f->next)
        if (sb_str_is(f->name, name))
            return f;
    return NULL;
}

/* --- what is outside --- */

/* The expression with the insides of its strings blanked out. */
static char *skeleton(struct sb_arena *a, struct sb_str s)
{
    char *out = sb_arena_dup(a, s.p, s.len);
    for (size_t i = 0; i < s.len; i++) {
        char quote = out[i];
        if (quote != '"' && quote != '\'')
            continue;
        size_t n = i + 2 < s.len && out[i + 1] == quote && out[i + 2] == quote ? 3 : 1;
        bool raw = i > 0 && (out[i - 1] == 'r' || out[i - 1] == 'R');
        for (i += n; i < s.len; i++) {
            if (out[i] == quote &&
                (n == 1 || (i + 2 < s.len && out[i + 1] == quote && out[i + 2] == quote)))
                break;
            if (out[i] == '\\' && !raw && i + 1 < s.len)
                out[i++] = '_';
            out[i] = '_';
        }
        i += n - 1;
    }
    return out;
}

static bool has_uint(const char *s)
{
    if (strstr(s, "uint"))
        return true;
    for (const char *p = s; *p; p++) {
        if (*p < '0' || *p > '9' || (p > s && strchr("_abcdefghijklmnopqrstuvwxyz", p[-1] | 0x20)))
            continue;
        p += p[0] == '0' && (p[1] | 0x20) == 'x' ? 2 : 0;
        while ((*p >= '0' && *p <= '9') || ((*p | 0x20) >= 'a' && (*p | 0x20) <= 'f'))
            p++;
        if ((*p | 0x20) == 'u')
            return true;
        p--;
    }
    return false;
}

static bool has_bytes(const char *s)
{
    if (strstr(s, "bytes"))
        return true;
    for (const char *p = s; (p = strpbrk(p, "bB")); p++) {
        bool word = p > s && strchr("_abcdefghijklmnopqrstuvwxyz0123456789", p[-1] | 0x20) &&
                    (p[-1] | 0x20) != 'r';
        const char *q = (p[1] | 0x20) == 'r' ? p + 2 : p + 1;
        if (!word && (*q == '"' || *q == '\''))
            return true;
    }
    return false;
}

static enum class value_class(const struct field *f, bool binding) {
    for (; f; f = f->next){
        if (sb_str_is(f->name, "uint64_value") ||
            (sb_str_is(f->name, "type_value") && sb_str_is(f->text, "uint"))) return UINT;
        if (sb_str_is(f->name, "bytes_value") ||
            (sb_str_is(f->name, "type_value") && sb_str_is(f->text, "bytes"))) return BYTES;
        if (sb_str_is(f->name, "object_value") || sb_str_is(f->name, "enum_value") ||
            (sb_str_is(f->name, "type_value") && sb_str_has(f->text, SB_STR(".")))) return MESSAGE;
        if (binding && sb_str_is(f->name, "key") && f->is_message &&
            !get(f, "string_value")) return KEYS;
        enum class inner = value_class(f->first, binding); if (inner != IN) return inner;}
return IN;
}

static bool has_zone(struct sb_str expr)
{
    static const char *const zones[] = {"US/", "America/", "Asia/", "Australia/", "Europe/"};
    for (size_t i = 0; i < SB_LEN(zones); i++)
        if (sb_str_has(expr, sb_str(zones[i])))
            return true;
    return false;
}

static enum class env_class(const struct field *test) {
    for (const struct field *f = test->first; f; f = f->next){
        const struct field *name = sb_str_is(f->name, "type_env")   ? get(f, "name")
                                   : sb_str_is(f->name, "bindings") ? get(f, "key")
                                                                    : NULL;
        if (name && sb_str_has(name->text, SB_STR("."))) return NAMESPACE;
        if (sb_str_is(f->name, "bindings")){enum class c = value_class(get(f, "value"), true);
                                            if (c != IN) return c;}
}
return IN;
}

static enum class classify(struct sb_arena *a, const struct field *test) {
    struct sb_str expr = get(test, "expr")->text; const char *s = skeleton(a, expr);
    const struct field *value = get(test, "value"), *container = get(test, "container");
    enum class c = value ? value_class(value->first, false) : IN;
    if (c != IN) return c;
    if (strstr(s, "TestAllTypes") || strstr(s, "google.") || strstr(s, "cel.expr") ||
        strstr(s, "proto") || strstr(s, "Global") || strstr(s, "Value{")) return MESSAGE;
    if (has_uint(s)) return UINT;
    if (has_bytes(s)) return BYTES;
    if (strstr(s, "format(") || strstr(s, "quote(") || strstr(s, "reverse(")) return TEXT_FUNCTIONS;
    if (strstr(s, "transform") || strstr(s, "existsOne")) return MACROS2;
    if (has_zone(expr)) return ZONES;
    if (container) return NAMESPACE;
    return env_class(test);
}

/* --- values --- */

/* A value as an expression, for the expected result. */
static void put_value(const struct field *f, struct sb_buf *b)
{
    if (sb_str_is(f->name, "string_value")) {
        sb_buf_putc(b, '"');
        for (size_t i = 0; i < f->text.len; i++)
            if ((unsigned char)f->text.p[i] < 0x20 || strchr("\"\\\x7f", f->text.p[i]))
                sb_buf_printf(b, "\\u%04x", (unsigned char)f->text.p[i]);
            else
                sb_buf_putc(b, f->text.p[i]);
        sb_buf_putc(b, '"');
    } else if (sb_str_is(f->name, "double_value")) {
        char *copy = strndup(f->text.p, f->text.len);
        double d = strtod(copy, NULL);
        if (d != d || d - d != 0)
            sb_buf_printf(b, "double('%s')", d != d ? "NaN" : d < 0 ? "-Infinity" : "Infinity");
        else
            sb_buf_printf(b, "%.17e", d);
        free(copy);
    } else if (sb_str_is(f->name, "null_value")) {
        sb_buf_puts(b, "null");
    } else if (sb_str_is(f->name, "list_value")) {
        sb_buf_putc(b, '[');
        for (const struct field *v = f->first; v; v = v->next) {
            put_value(v->first, b);
            sb_buf_puts(b, ", ");
        }
        sb_buf_putc(b, ']');
    } else if (sb_str_is(f->name, "map_value")) {
        sb_buf_putc(b, '{');
        for (const struct field *v = f->first; v; v = v->next) {
            put_value(get(v, "key")->first, b);
            sb_buf_puts(b, ": ");
            put_value(get(v, "value")->first, b);
            sb_buf_puts(b, ", ");
        }
        sb_buf_putc(b, '}');
    } else {
        sb_buf_put(b, f->text.p, f->text.len);
    }
}

static struct sb_doc_node *make_node(struct sb_doc_pool *pool, const struct field *f)
{
    SB_VEC(struct sb_doc_node *) items = {0};
    SB_VEC(struct sb_doc_member) members = {0};
    struct sb_doc_node *node;
    if (sb_str_is(f->name, "string_value"))
        return sb_doc_string(pool, f->text.p, f->text.len);
    if (sb_str_is(f->name, "bool_value"))
        return sb_doc_bool(pool, sb_str_is(f->text, "true"));
    if (sb_str_is(f->name, "null_value"))
        return sb_doc_node_new(pool, SB_DOC_NULL);
    if (sb_str_is(f->name, "list_value")) {
        for (const struct field *v = f->first; v; v = v->next)
            sb_vec_push(&items, make_node(pool, v->first));
        node = sb_doc_list(pool, items.items, items.len);
        sb_vec_done(&items);
        return node;
    }
    if (sb_str_is(f->name, "map_value")) {
        for (const struct field *v = f->first; v; v = v->next) {
            struct sb_str key = get(get(v, "key"), "string_value")->text;
            struct sb_doc_member m = {.key = sb_doc_intern(pool, key.p, key.len),
                                      .value = make_node(pool, get(v, "value")->first)};
            sb_vec_push(&members, m);
        }
        node = sb_doc_map(pool, members.items, members.len);
        sb_vec_done(&members);
        return node;
    }
    node = sb_doc_node_new(pool, SB_DOC_NUMBER);
    node->u.text = sb_arena_dup(sb_doc_arena(pool), f->text.p, f->text.len);
    node->count = (uint32_t)f->text.len;
    return node;
}

static struct sb_expr_value make_value(struct sb_doc_pool *pool, const struct field *f)
{
    struct sb_expr_value v = {.kind = SB_EXPR_DYN};
    if (sb_str_is(f->name, "int64_value")) {
        v.kind = SB_EXPR_INT;
        v.num = strtoll(f->text.p, NULL, 10);
    } else if (sb_str_is(f->name, "double_value")) {
        v.kind = SB_EXPR_DOUBLE;
        v.real = strtod(f->text.p, NULL);
    } else {
        v.node = make_node(pool, f);
    }
    return v;
}

/* --- running --- */

struct env {
    struct sb_expr_variable variables[16];
    struct sb_expr_value values[16];
    size_t n;
};

static size_t env_slot(struct env *env, struct sb_arena *a, struct sb_str name)
{
    for (size_t i = 0; i < env->n; i++)
        if (sb_str_is(name, env->variables[i].name))
            return i;
    env->variables[env->n] =
        (struct sb_expr_variable){sb_arena_dup(a, name.p, name.len), SB_EXPR_DYN};
    env->values[env->n] = (struct sb_expr_value){.kind = SB_EXPR_DYN};
    return env->n++;
}

static void make_env(struct sb_doc_pool *pool, const struct field *test, struct env *env)
{
    env->n = 0;
    for (const struct field *f = test->first; f && env->n < 16; f = f->next) {
        if (sb_str_is(f->name, "type_env"))
            env_slot(env, sb_doc_arena(pool), get(f, "name")->text);
        if (sb_str_is(f->name, "bindings")) {
            size_t i = env_slot(env, sb_doc_arena(pool), get(f, "key")->text);
            env->values[i] = make_value(pool, get(get(f, "value"), "value")->first);
        }
    }
}

/* The result as a literal in a list, or NULL with the reason in e. */
static char *evaluate(struct sb_doc_pool *pool, const struct env *env, struct sb_str expr,
                      bool unchecked, struct sb_error *e)
{
    struct sb_buf wrapped = SB_BUF_INIT(1 << 20), out = SB_BUF_INIT(1 << 20);
    struct sb_expr *program;
    char *text = NULL;
    sb_buf_puts(&wrapped, "[\n");
    sb_buf_put(&wrapped, expr.p, expr.len);
    sb_buf_puts(&wrapped, "\n]");
    struct sb_expr_source source = {.text = {wrapped.data, wrapped.len}};
    if (sb_expr_compile_with(pool, &source, env->variables, env->n, false, unchecked, &program,
                             e) == 0) {
        struct sb_expr_run run = {.pool = pool, .values = env->values};
        if (sb_expr_eval_text(program, &run, &out, e) == 0)
            text = sb_buf_take(&out);
        sb_expr_done(program);
    }
    sb_buf_done(&wrapped);
    sb_buf_done(&out);
    return text;
}

/* Maps have no order in CEL: compare with == when the texts differ. */
static bool same_value(struct sb_doc_pool *pool, const struct env *env, struct sb_str expr,
                       struct sb_str expected, const char *have, struct sb_error *e)
{
    char *want = evaluate(pool, env, expected, true, e), *both = NULL;
    bool same = want && strcmp(have, want) == 0;
    if (want && !same && strchr(want, '{')) {
        struct sb_buf b = SB_BUF_INIT(1 << 20);
        sb_buf_printf(&b, "(%.*s) == (%.*s)", SB_STR_ARG(expr), SB_STR_ARG(expected));
        both = evaluate(pool, env, (struct sb_str){b.data, b.len}, true, e);
        same = both && strcmp(both, "[true]") == 0;
        sb_buf_done(&b);
    }
    if (want && !same)
        sb_fail(e, SB_EINPUT, "have %s, want %s", have, want);
    free(want);
    free(both);
    return same;
}

static bool run_case(const struct field *test, bool unchecked, struct sb_error *e)
{
    struct sb_doc_pool *pool = sb_doc_pool_new();
    struct sb_str expr = get(test, "expr")->text;
    const struct field *value = get(test, "value");
    struct env env;
    make_env(pool, test, &env);
    char *have = evaluate(pool, &env, expr, unchecked, e);
    bool ok;
    if (value || !get(test, "eval_error")) { /* no result given: true is meant */
        struct sb_buf want = SB_BUF_INIT(1 << 20);
        if (value)
            put_value(value->first, &want);
        else
            sb_buf_puts(&want, "true");
        ok = have && same_value(pool, &env, expr, (struct sb_str){want.data, want.len}, have, e);
        sb_buf_done(&want);
    } else {
        ok = !have;
        if (have)
            sb_fail(e, SB_EINPUT, "have %s, want an error", have);
    }
    free(have);
    sb_doc_pool_free(pool);
    return ok;
}

static const char *deviation(const char *name)
{
    for (size_t i = 0; i < SB_LEN(deviations); i++)
        if (strcmp(deviations[i].name, name) == 0) {
            deviations_seen++;
            return deviations[i].why;
        }
    return NULL;
}

static void point(bool ok, const char *name)
{
    printf("%sok %d - %s\n", ok ? "" : "not ", ++points, name);
    failures += !ok;
}

static void run_test(struct sb_arena *a, const char *file, struct sb_str section,
                     const struct field *test)
{
    char name[300];
    struct sb_error e = {0};
    enum class class = classify(a, test);
    if (class != IN) {
        excluded[class]++;
        return;
    }
    snprintf(name, sizeof name, "%s/%.*s/%.*s", file, SB_STR_ARG(section),
             SB_STR_ARG(get(test, "name")->text));
    const char *why = deviation(name);
    bool ok = run_case(test, true, &e);
    if (ok && !get(test, "disable_check"))
        ok = run_case(test, false, &e);
    point(ok != (why != NULL), name);
    if (!ok && !why)
        printf("# %.*s\n# %s\n", SB_STR_ARG(get(test, "expr")->text), e.text);
    if (ok && why)
        printf("# passes, though it is listed as a deviation: %s\n", why);
}

static bool run_file(const char *folder, const char *name)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s.textproto", folder, name);
    struct sb_doc_pool *pool = sb_doc_pool_new();
    struct sb_doc_text text;
    struct sb_error e = {0};
    bool ok = sb_doc_text_read(pool, path, NULL, &text, &e) == 0;
    if (ok) {
        struct reader r = {sb_doc_arena(pool), text.bytes, text.bytes + text.len};
        for (const struct field *s = read_fields(&r); s; s = s->next)
            for (const struct field *t = sb_str_is(s->name, "section") ? s->first : NULL; t;
                 t = t->next)
                if (sb_str_is(t->name, "test"))
                    run_test(r.arena, name, get(s, "name")->text, t);
    }
    sb_doc_pool_free(pool);
    return ok;
}

int main(void)
{
    const char *suites = getenv("SB_SUITES"), *src = getenv("SB_SRC");
    char folder[3000];
    if (suites)
        snprintf(folder, sizeof folder, "%s/cel", suites);
    else
        snprintf(folder, sizeof folder, "%s/../shared/suites/cel", src ? src : ".");
    for (size_t i = 0; i < SB_LEN(files); i++)
        if (!run_file(folder, files[i])) {
            printf("ok 1 # SKIP no CEL conformance cases in %s\n1..1\n", folder);
            return 0;
        }
    int run = points;
    for (int c = IN + 1; c < CLASSES; c++)
        printf("# outside the subset: %d with %s\n", excluded[c], class_names[c]);
    printf("# %d cases ran, %d of them known deviations\n", run, deviations_seen);
    point(deviations_seen == SB_LEN(deviations), "every deviation was met");
    point(run - deviations_seen >= 900, "at least 900 cases agree");
    printf("1..%d\n", points);
    return failures != 0;
}
