/* What expr refuses when a rule is loaded: every kind of mistake with its exact place, what the
 * message says and what the hint offers. */
#include "tests/unit/expr_env.h"

/* Texts are compiled at line 10, column 5 of p.yaml. */
static const struct refusal {
    const char *source;
    uint32_t column;
    const char *text, *hint; /* parts of them; hint NULL: none */
} refusals[] = {
    {"kind = 'changed'", 10, "`=` is no operator here", "write == to compare"},
    {"kind == 'changed' and flag", 23, "`and` is no operator here", "write && for and"},
    {"not flag", 5, "`not` is no operator here", "write !x, or !(a == b)"},
    {"not (kind == 'x')", 5, "unknown function `not`", "write !x for not"},
    {"a.b", 5, "unknown name `a`", "known here: now, kind, path, expected,"},
    {"knd == 'x'", 5, "unknown name `knd`", "did you mean kind? Text is written in"},
    {"changed == kind", 5, "unknown name `changed`", "known here: now, kind, path, expected,"},
    {"kind == changed", 13, "unknown name `changed`", "known here: now, kind, path, expected,"},
    {"kind == 1", 10, "these are never equal: a string and an int",
     "convert with string(x) or int(x); true,"},
    {"count + 1.5", 11, "this arithmetic can never work: an int and a double",
     "write both with a point, or convert with"},
    {"has(kind)", 9, "has() takes one field: has(a.b)",
     "for keys that are no names write 'key' in"},
    {"has(expected['x'])", 9, "has() takes a field, a.b, not an index", "write 'key' in map"},
    {"has(expected.?n)", 9, "has() takes one field: has(a.b)", "write a.?b.hasValue()"},
    {"[1].all(kind, true)", 13, "the variable `kind` hides another of that name",
     "choose a name that is not in use"},
    {"[1].all(1, true)", 13, "the variable of all must be a plain name",
     "write list.all(x, condition)"},
    {"[1].all(x)", 9, "all does not take 1 argument", "write list.all(x, condition)"},
    {"kind.matches('a(b')", 22, "bad regular expression: missing closing parenthesis", NULL},
    {"kind.matches('a\\\\1b')", 18, "bad regular expression: backreferences are not supported",
     NULL},
    {"kind.matches(r'a\\1b')", 21, "bad regular expression: backreferences are not supported",
     NULL},
    {"kind.matches(r'ab(?=x)')", 22,
     "bad regular expression: looking ahead or behind is not supported", NULL},
    {"kind.matches(r'a++')", 22, "bad regular expression: possessive quantifiers are not supported",
     NULL},
    {"kind.matches(r'a{1001}')", 21, "bad regular expression: repeats over 1,000 are not supported",
     NULL},
    {"duration('1y')", 14, "bad duration: \"1y\" is no duration: years differ in length: say",
     "write it as in duration('1h30m') or"},
    {"timestamp('2023-02-29T00:00:00Z')", 15,
     "bad timestamp: \"2023-02-29T00:00:00Z\" is no RFC 3339 time: that", "write it as in"},
    {"timestamp('0000-01-01T00:00:00Z')", 15, "bad timestamp: the first year is 0001",
     "write it as in"},
    {"quantity('1K')", 14, "this is no Kubernetes quantity", "write it as in quantity('500m') or"},
    {"{'a': 1, 'a': 2}", 14, "the map has this key twice", NULL},
    {"count / 0", 13, "division by zero", NULL},
    {"count % 0", 13, "division by zero", NULL},
    {"1u", 5, "unsigned numbers are not part of expr", "drop the u: ints have 64 bits"},
    {"b'x'", 5, "byte strings are not part of expr", "drop the b: strings are Unicode text"},
    {"Foo{a: 1}", 5, "messages (Name{...}) are not part of expr",
     "a map is written {'key': value}"},
    {"if", 5, "`if` is a reserved word", "choose with condition ? a : b"},
    {"expected.in", 14, "`in` cannot follow a dot", "write map['in']"},
    {"'abc", 5, "the string is not closed", "close it on its line, or use three quotes"},
    {"'\\d'", 6, "unknown escape in a string", "for a regular expression write a raw"},
    {"\"\\ud800\"", 6, "the escape is no Unicode character", NULL},
    {"12abc", 5, "a letter follows a number", "write sizes as quantity('2Gi') and times"},
    {"9223372036854775808", 5, "the number does not fit an int (64 bits, signed)",
     "write it as a double: 1e19"},
    {"1e999", 5, "the number is too large for a double", "doubles end at 1.7e308"},
    {"“x”", 5, "unexpected character “", "use straight quotes: 'text'"},
    {"a & b", 7, "unexpected character &", "use && for and"},
    {"kind == 'x' & flag", 17, "unexpected character &", "use && for and"},
    {"kind === 'x'", 12, "`=` is no operator here", "write == to compare"},
    {"kind <> 'x'", 11, "unexpected `>`", "unequal is !="},
    {"!-1", 6, "unexpected `-`", "! and - do not mix: use parentheses"},
    {"true ? true ? 1 : 2 : 3", 17, "unexpected `?`", "put the inner choice in parentheses: a ?"},
    {"kind in 'changed'", 13, "`in` needs a list or a map on its right, not a string",
     "write text.contains('part')"},
    {"kind.startswith('c')", 10, "unknown method `startswith`", "did you mean startsWith?"},
    {"kind.lower()", 10, "unknown method `lower`", "write text.lowerAscii()"},
    {"len(kind)", 5, "unknown function `len`", "write size(x)"},
    {"size(1)", 10, "argument 1 of size is an int, never a string or a list or a map", NULL},
    {"count.size()", 11, "an int has no method size: that is for a string or a list or a", NULL},
    {"kind.charAt('a')", 17, "argument 1 of charAt is a string, never an int", NULL},
    {"kind.substring()", 10, "substring takes 1 to 2 arguments, not 0", NULL},
    {"-kind", 5, "`-` cannot turn round a string", NULL},
    {"!count", 6, "what ! turns round is an int, not a bool",
     "compare it with something: x == 'text', x"},
    {"count && flag", 5, "what && joins is an int, not a bool",
     "compare it with something: x == 'text', x"},
    {"count ? 1 : 2", 5, "what stands before ? is an int, not a bool",
     "compare it with something: x == 'text', x"},
    {"kind.foo", 10, "`.foo` needs a map, but this is a string", NULL},
    {"items.port", 11, "`.port` needs a map, but this is a list", NULL},
    {"kind not in ['a']", 10, "`not` is no operator here",
     "write !x for not; for not in: !(value in"},
    {"`abc`", 5, "unexpected ``abc``", "back quotes belong after a dot:"},
    {"expected.half / 0", 21, "division by zero", NULL},
    {"expected.n / 0", 18, "division by zero", NULL},
    {"'a' + 1", 9, "this arithmetic can never work: a string and an int",
     "convert with string(x) or int(x); true,"},
    {"[1,2", 9, "the expression ends too early", "a value or a closing bracket is missing"},
    {"{'a' 1}", 10, "unexpected `1`", NULL},
    {"f(", 7, "the expression ends too early", "a value or a closing bracket is missing"},
    {"x.all(y, z)", 5, "unknown name `x`", "known here: now, kind, path, expected,"},
    {"1 +", 8, "the expression ends too early", "a value or a closing bracket is missing"},
    {"(1", 7, "the expression ends too early", "a value or a closing bracket is missing"},
    {".5.5", 7, "unexpected `.5`", NULL},
    {"#", 5, "unexpected character #", "comments start with //"},
    {"a; b", 6, "unexpected `;`", NULL},
    {"kind == 'x' or flag", 17, "`or` is no operator here", "write || for or"},
    {"kind is null", 10, "`is` is no operator here", "write == to compare; null is compared"},
    {"kind == null", 10, "these are never equal: a string and null",
     "convert with string(x) or int(x); true,"},
    {"flag == 1", 10, "these are never equal: a bool and an int", NULL},
    {"if (flag) 1", 5, "`if` is a reserved word", "choose with condition ? a : b"},
    {"let x = 1", 5, "`let` is a reserved word", "a key of that name is read as map.let"},
    {"while", 5, "`while` is a reserved word", "a key of that name is read as map.while"},
    {"True", 5, "unknown name `True`", "write true"},
    {"None", 5, "unknown name `None`", "write null"},
    {"any(items)", 5, "unknown function `any`", "write list.exists(x, condition)"},
    {"string('a', 'b')", 5, "string takes 1 argument, not 2", NULL},
    {"optional.of()", 14, "optional.of takes 1 argument, not 0", NULL},
    {"optional.some(1)", 14, "unknown function `optional.some`", "did you mean optional.none?"},
    {"[1].map(x)", 9, "map does not take 1 argument", "write list.map(x, value)"},
    {"[1].filter(.x, true)", 16, "the variable of filter must be a plain name",
     "write list.filter(x, condition)"},
    {"[1].all(x, [1].all(x, true))", 24, "the variable `x` hides another of that name",
     "choose a name that is not in use"},
    {"[1].all(x, y > 1)", 16, "unknown name `y`", "known here: now, kind, path, expected,"},
    {"'a'.all(x, true)", 9, "all works on a list or a map, but this is a string", NULL},
    {"[1].filter(x, 'a')", 19, "filter needs a bool here, but this is a string", NULL},
    {"[1, 2].exists(x, x == 'a')", 24, "these are never equal: an int and a string",
     "convert with string(x) or int(x); true,"},
    {"[1].map(x, 1, x)", 16, "map needs a bool here, but this is an int", NULL},
    {"optional.of(1).optFlatMap(x, 1)", 34, "optFlatMap needs an optional here, but this is an int",
     NULL},
    {"{1.5: 2}", 6, "the key of a map is a double here, never a bool or an int or a", NULL},
    {"{null: 1}", 6, "the key of a map is null here, never a bool or an int or a", NULL},
    {"[?1]", 7, "an element marked ? is an int here, never an optional", NULL},
    {"{?'a': 1}", 12, "the value of a key marked ? is an int here, never an optional", NULL},
    {"items['a']", 11, "the index of a list is a string here, never a number", NULL},
    {"count[0]", 5, "what stands before [ ] is an int here, never a list or a map or", NULL},
    {"1 in 2", 10, "`in` needs a list or a map on its right, not an int", NULL},
    {"kind < 1", 10, "these cannot be put in order: a string and an int",
     "convert with string(x) or int(x); true,"},
    {"seen < age", 10, "these cannot be put in order: a timestamp and a duration", NULL},
    {"[1] < [2]", 9, "these cannot be put in order: a list and a list", NULL},
    {"seen + seen", 10, "this arithmetic can never work: a timestamp and a timestamp", NULL},
    {"age - seen", 9, "this arithmetic can never work: a duration and a timestamp", NULL},
    {"kind - 'a'", 10, "this arithmetic can never work: a string and a string",
     "convert with string(x) or int(x); true,"},
    {"true + true", 10, "this arithmetic can never work: a bool and a bool", NULL},
    {"timestamp('yesterday')", 15, "bad timestamp: it does not start with a year of four digits",
     "write it as in"},
    {"duration('abc')", 14, "bad duration: \"abc\" is no duration: a number must stand before",
     "write it as in duration('1h30m') or"},
    {"duration('')", 14, "bad duration: \"\" is no duration: it is empty",
     "write it as in duration('1h30m') or"},
    {"quantity('')", 14, "this is no Kubernetes quantity", "write it as in quantity('500m') or"},
    {"kind.matches('[a')", 19, "bad regular expression: a [ is not closed", NULL},
    {"kind.matches('*a')", 19, "bad regular expression: quantifier does not follow a repeatable",
     NULL},
    {"kind.matches('(?<=a)b')", 19,
     "bad regular expression: looking ahead or behind is not supported", NULL},
    {"kind.matches('(?>a)')", 19, "bad regular expression: atomic groups are not supported", NULL},
    {"kind.matches('(?#x)')", 19, "bad regular expression: comments (?# ) are not supported", NULL},
    {"kind.matches('(*LIMIT_MATCH=1)a')", 19,
     "bad regular expression: verbs (*...) are not supported", NULL},
    {"kind.matches(r'\\Kx')", 20, "bad regular expression: this escape is not supported", NULL},
    {"kind.matches(r'\\Z')", 20, "bad regular expression: this escape is not supported", NULL},
    {"kind.matches(r'\\h+')", 20, "bad regular expression: this escape is not supported", NULL},
    {"kind.matches(r'(?(1)a|b)')", 20,
     "bad regular expression: this kind of group is not supported", NULL},
    {"kind.matches(r'(?R)')", 20, "bad regular expression: this kind of group is not supported",
     NULL},
    {"kind.matches(r'\\pQ')", 23, "bad regular expression: unknown property after \\P or \\p",
     NULL},
    {"matches(kind)", 5, "matches takes 2 arguments, not 1", NULL},
    {"0x", 5, "hexadecimal digits are missing after 0x", "write for example 0xff"},
    {"0xfffffffffffffffff", 5, "the number does not fit 64 bits", "use a double: 1e19"},
    {"1.foo", 7, "`.foo` needs a map, but this is an int", NULL},
    {"'\\400'", 6, "an octal escape is three digits, 000 to 377", NULL},
    {"'\\x4'", 6, "the escape needs 2 hexadecimal digits", NULL},
    {"'\\u12'", 6, "the escape needs 4 hexadecimal digits", NULL},
    {"'\\U00110000'", 6, "the escape is no Unicode character", NULL},
    {"'''abc", 5, "the string is not closed", "close it with three quotes"},
    {"kind.`a b", 10, "a name in back quotes holds letters, digits, _ . - / and spaces",
     "for any other key write map['key']"},
    {"kind.``", 10, "the name in back quotes is empty", NULL},
    {"kind.`a$b`", 10, "a name in back quotes holds letters, digits, _ . - / and spaces",
     "for any other key write map['key']"},
    {"expected.true", 14, "`true` cannot follow a dot", "write map['true']"},
    {"{'a': 1,, }", 13, "unexpected `,`", NULL},
    {"[,]", 6, "unexpected `,`", NULL},
    {"f(1,)", 9, "unexpected `)`", NULL},
    {"size(kind,)", 15, "unexpected `)`", NULL},
    {"()", 6, "unexpected `)`", NULL},
    {"a ? b", 10, "the expression ends too early", "a value or a closing bracket is missing"},
    {"flag ? 1", 13, "the expression ends too early", "a value or a closing bracket is missing"},
    {"flag ? 1 :", 15, "the expression ends too early", "a value or a closing bracket is missing"},
    {"1 == ", 10, "the expression ends too early", "a value or a closing bracket is missing"},
    {"!", 6, "the expression ends too early", "a value or a closing bracket is missing"},
    {"- ", 7, "the expression ends too early", "a value or a closing bracket is missing"},
    {"1 < 2 < 3", 11, "these cannot be put in order: a bool and an int", NULL},
    {"~1", 5, "unexpected character ~", NULL},
    {"$x", 5, "unexpected character $", NULL},
    {"@", 5, "unexpected character @", NULL},
    {"kind → 1", 10, "unexpected character →", "put keys with such letters in quotes:"},
    {"é", 5, "unexpected character é", "put keys with such letters in quotes:"},
    {"{'a': 1}.b c", 16, "unexpected `c`", NULL},
    {"int()", 5, "int takes 1 argument, not 0", NULL},
    {"int(true)", 9, "argument 1 of int is a bool, never a number or a string or a", NULL},
    {"size()", 5, "size takes 1 argument, not 0", NULL},
    {"now()", 5, "unknown function `now`", "now is a variable: write it without ()"},
    {"kind(1)", 5, "unknown function `kind`", "the functions of expr are listed in the"},
    {"seen.getHours(1)", 19, "argument 1 of getHours is an int, never a string", NULL},
    {"age.getDate()", 9, "a duration has no method getDate: that is for a timestamp", NULL},
    {"kind.join()", 10, "a string has no method join: that is for a list", NULL},
};

static void expect_at(struct env *env, struct sb_str source, bool want_bool, uint32_t line,
                      uint32_t column, const char *text, const char *hint)
{
    struct sb_expr *program = NULL;
    struct sb_error e = {.code = SB_OK};
    int err = env_compile(env, source, want_bool, &program, &e);
    ck_assert_msg(err == -SB_EINPUT, "accepted: %.*s", SB_STR_ARG(source));
    ck_assert_ptr_null(program);
    ck_assert_msg(e.line == line && e.column == column, "%.*s: at %u:%u, not %u:%u",
                  SB_STR_ARG(source), e.line, e.column, line, column);
    ck_assert_str_eq(e.file, "p.yaml");
    ck_assert_msg(strstr(e.text, text) != NULL, "%.*s: says: %s", SB_STR_ARG(source), e.text);
    ck_assert_msg(hint ? strstr(e.hint, hint) != NULL : e.hint[0] == '\0', "%.*s: hints: %s",
                  SB_STR_ARG(source), e.hint);
}

START_TEST(test_refusals)
{
    struct env env;
    env_init(&env);
    for (size_t i = 0; i < SB_LEN(refusals); i++)
        expect_at(&env, sb_str(refusals[i].source), false, 10, refusals[i].column, refusals[i].text,
                  refusals[i].hint);
    env_done(&env);
}
END_TEST

START_TEST(test_reserved)
{
    static const char *const words[] = {
        "as", "break", "const", "continue", "else",      "for",    "function", "if",   "import",
        "in", "let",   "loop",  "package",  "namespace", "return", "var",      "void", "while"};
    struct env env;
    struct sb_error e;
    env_init(&env);
    for (size_t i = 0; i < SB_LEN(words); i++) {
        char text[64];
        expect_at(&env, sb_str(words[i]), false, 10, 5, "is a reserved word", "");
        snprintf(text, sizeof text, "{'%s': 1}.%s", words[i], words[i]);
        char *have = env_eval(&env, sb_str(text), &e);
        ck_assert_str_eq(have,
                         strcmp(words[i], "in") == 0 ? "refused: `in` cannot follow a dot" : "1");
        free(have);
    }
    env_done(&env);
}
END_TEST

/* Later lines stand under the first one, as in a block scalar; columns count code points. */
START_TEST(test_places)
{
    struct env env;
    env_init(&env);
    expect_at(&env, SB_STR("flag &&\n  knd == 'x'"), false, 11, 7, "unknown name `knd`", "kind");
    expect_at(&env, SB_STR("flag && // a = b\n\n\tkind = 'x'"), false, 12, 11, "`=`", "==");
    expect_at(&env, SB_STR("'\xc3\xa9\xf0\x9f\x98\x80' == x"), false, 10, 13, "unknown name", "");
    expect_at(&env, SB_STR("'''a\nb''' == x"), false, 11, 13, "unknown name `x`", "");
    expect_at(&env, SB_STR("kind.matches('''a\n(''')"), false, 11, 6, "bad regular expression",
              NULL);
    expect_at(&env, SB_STR("kind == 'a\nb'"), false, 10, 13, "not closed", "its line");
    expect_at(&env, SB_STR("kind \0"), false, 10, 10, "control character (U+0000)", NULL);
    expect_at(&env, SB_STR("kind \xff"), false, 10, 5, "not UTF-8 at byte 5", NULL);
    expect_at(&env, SB_STR(""), false, 10, 5, "empty", "missing");
    expect_at(&env, SB_STR("  // nothing"), false, 10, 17, "ends too early", "missing");
    env_done(&env);
}
END_TEST

START_TEST(test_unplaced)
{
    struct sb_doc_pool *pool = sb_doc_pool_new();
    const struct sb_expr_source source = {.text = SB_STR("1 ==\n x")};
    struct sb_expr *program = NULL;
    struct sb_error e = {.code = SB_OK};
    ck_assert_int_eq(sb_expr_compile(pool, &source, NULL, 0, true, &program, &e), -SB_EINPUT);
    ck_assert_uint_eq(e.line, 2);
    ck_assert_uint_eq(e.column, 2);
    ck_assert_str_eq(e.file, "");
    ck_assert_str_eq(e.hint, "known here: now. Text is written in quotes: 'x'");
    sb_doc_pool_free(pool);
}
END_TEST

START_TEST(test_want_bool)
{
    static const char *const never[] = {"kind", "1 + 2", "[true]", "now", "flag ? 1 : 2", "null"};
    static const char *const fine[] = {"flag",
                                       "actual",
                                       "expected.n",
                                       "flag ? actual : 2",
                                       "expected.?x.orValue(true)",
                                       "items.all(x, x == 1)"};
    struct env env;
    struct sb_expr *program;
    struct sb_error e = {.code = SB_OK};
    env_init(&env);
    for (size_t i = 0; i < SB_LEN(never); i++)
        expect_at(&env, sb_str(never[i]), true, 10, 5, "a condition is wanted, but this is",
                  "compare");
    for (size_t i = 0; i < SB_LEN(fine); i++) {
        ck_assert_msg(env_compile(&env, sb_str(fine[i]), true, &program, &e) == 0, "%s", fine[i]);
        sb_expr_done(program);
    }
    env_done(&env);
}
END_TEST

/* `before` and `after` n times around the middle. */
static char *nest(const char *before, const char *middle, const char *after, size_t n)
{
    struct sb_buf b = SB_BUF_INIT((size_t)1 << 20);
    for (size_t i = 0; i < n; i++)
        sb_buf_puts(&b, before);
    sb_buf_puts(&b, middle);
    for (size_t i = 0; i < n; i++)
        sb_buf_puts(&b, after);
    return sb_buf_take(&b);
}

static bool compiles(struct env *env, const char *text, const char *refusal)
{
    struct sb_expr *program = NULL;
    struct sb_error e = {.code = SB_OK};
    bool ok = env_compile(env, sb_str(text), false, &program, &e) == 0;
    sb_expr_done(program);
    if (!ok)
        ck_assert_msg(strstr(e.text, refusal) != NULL, "%s", e.text);
    return ok;
}

/* Every way down is capped; chains of && and || do not count as depth. */
START_TEST(test_depth)
{
    static const struct {
        const char *before, *middle, *after;
    } ways[] = {{"(", "1", ")"},         {"[", "1", "]"},     {"{1: ", "1", "}"},
                {"!", "flag", ""},       {"-", "ratio", ""},  {"flag ? 1 : ", "1", ""},
                {"size([", "1", "])"},   {"", "1", " + 1"},   {"", "expected", ".a"},
                {"", "expected", "[0]"}, {"1 - (", "1", ")"}, {"", "kind", ".trim()"}};
    struct env env;
    env_init(&env);
    for (size_t i = 0; i < SB_LEN(ways); i++) {
        size_t deepest = 0;
        for (size_t n = 1; n < 80; n++) {
            char *text = nest(ways[i].before, ways[i].middle, ways[i].after, n);
            deepest = compiles(&env, text, "nested deeper than 64") ? n : deepest;
            free(text);
        }
        ck_assert_msg(deepest >= 31 && deepest <= 64, "%s: %zu", ways[i].before, deepest);
        char *text = nest(ways[i].before, ways[i].middle, ways[i].after, 1500);
        ck_assert_msg(!compiles(&env, text, "than"), "%s", text);
        free(text);
    }
    char *text = nest("flag && ", "flag", " || flag", 400);
    ck_assert(compiles(&env, text, ""));
    free(text);
    env_done(&env);
}
END_TEST

START_TEST(test_sizes)
{
    struct env env;
    env_init(&env);
    char *text = nest("", "[", "1,", 999);
    memcpy(text + strlen(text) - 1, "]", 1);
    ck_assert(compiles(&env, text, ""));
    free(text);
    text = nest("", "[1, ", "1,", 999);
    memcpy(text + strlen(text) - 1, "]", 1);
    ck_assert(!compiles(&env, text, "more than 1000 parts"));
    free(text);
    text = nest(" ", "1", "", 16 * 1024 - 1);
    ck_assert(compiles(&env, text, ""));
    free(text);
    text = nest(" ", "1", "", 16 * 1024);
    ck_assert(!compiles(&env, text, "longer than 16384 bytes"));
    free(text);
    ck_assert(compiles(&env, "[1].all(a, [1].all(b, [1].all(c, a == b && b == c)))", ""));
    ck_assert(!compiles(&env, "[1].all(a, [1].all(b, [1].all(c, [1].all(d, d == a))))",
                        "more than 3 loops inside each other"));
    ck_assert(
        compiles(&env, "[1].all(a, [1].all(b, [1].all(c, c == a)) && [2].all(d, d == a))", ""));
    env_done(&env);
}
END_TEST

/* A refused program holds nothing: the leak checker of the sanitizer build looks. */
START_TEST(test_regexes_released)
{
    struct env env;
    env_init(&env);
    ck_assert(!compiles(&env, "kind.matches('a') && kind.matches('b') && x", "unknown name"));
    ck_assert(!compiles(&env, "kind.matches('a') && kind.matches('(')", "bad regular expression"));
    ck_assert(compiles(&env, "kind.matches('a') && kind.matches('b')", ""));
    env_done(&env);
}
END_TEST

UNIT_MAIN("expr_load", test_refusals, test_reserved, test_places, test_unplaced, test_want_bool,
          test_depth, test_sizes, test_regexes_released)
