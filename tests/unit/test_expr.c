/* Running expressions: results and run-time errors by table, then what needs more than a table:
 * places of errors, secrets, budgets, data of another pool. */
#include "core/doc/yaml.h"
#include "tests/unit/expr_env.h"

struct row {
    const char *source, *want; /* "error: part" matches a part of the message */
};

static void check_rows(const struct row *rows, size_t n)
{
    struct env env;
    struct sb_error e;
    env_init(&env);
    for (size_t i = 0; i < n; i++) {
        char *have = env_eval(&env, sb_str(rows[i].source), &e);
        if (strncmp(rows[i].want, "error: ", 7) == 0)
            ck_assert_msg(strncmp(have, "error: ", 7) == 0 && strstr(have, rows[i].want + 7),
                          "%s: have %s, want %s", rows[i].source, have, rows[i].want);
        else
            ck_assert_msg(strcmp(have, rows[i].want) == 0, "%s: have %s, want %s", rows[i].source,
                          have, rows[i].want);
        free(have);
    }
    env_done(&env);
}

/* expected is the whole document, actual the number 4. */
static const struct row numbers[] = {
    {"expected.n + 1", "5"},
    {"expected.n + 0.5", "4.5"},
    {"expected.half + 1", "5.5"},
    {"expected.half * 2", "9.0"},
    {"1.5 + expected.n", "5.5"},
    {"expected.half + expected.n", "8.5"},
    {"expected.half * 2 - 9", "0.0"},
    {"expected.whole / 3", "1"},
    {"expected.exp % 3", "1"},
    {"expected.half / 2", "2.25"},
    {"expected.n / 8", "0"},
    {"expected.n / 8.0", "0.5"},
    {"-expected.n", "-4"},
    {"-expected.half", "-4.5"},
    {"expected.n + count", "11"},
    {"expected.half + ratio", "5.0"},
    {"expected.n + ratio", "4.5"},
    {"expected.n == 4 && expected.whole == 4 && expected.exp == 4 && expected.n == 4.0", "true"},
    {"expected.half == 4.5 && 4.5 == expected.half && expected.half != 4", "true"},
    {"expected.third == 0.1 && expected.third < 0.2 && 0.05 < expected.third", "true"},
    {"expected.half > 4 && expected.half < 5 && expected.half >= 4.5", "true"},
    {"expected.big > expected.max && expected.big > 9223372036854775807", "true"},
    {"expected.big == 9223372036854775808.0 && expected.big != 9223372036854775809.0", "true"},
    {"expected.big > 9223372036854775807.5 && expected.half < 4.50000000000000000001", "true"},
    {"expected.third != -0.1 && -expected.third == -0.1", "true"},
    {"expected.huge > 1.7e308 && expected.huge > expected.big", "true"},
    {"expected.huge == expected.huge", "true"},
    {"expected.odd == 9007199254740993", "true"},
    {"expected.odd == 9007199254740992.0", "false"},
    {"expected.odd > 9007199254740992.0", "true"},
    {"expected.max + 0", "9223372036854775807"},
    {"expected.n in [4.0]", "true"},
    {"expected.half in [4.5]", "true"},
    {"expected.list == [1, 2.5, 'a', null, {'port': 8080}]", "true"},
    {"type(expected.n) == int && type(expected.half) == double && type(expected.whole) == int",
     "true"},
    {"string(expected.half) + string(expected.n)", "4.504"},
    {"int(expected.half)", "4"},
    {"double(expected.n)", "4.0"},
    {"double(expected.half)", "4.5"},
    {"{4: 'four'}[expected.n]", "four"},
    {"items[expected.zero]", "1"},
    {"'abcdef'.substring(expected.n)", "ef"},
    {"expected.ports.sum() + expected.list[1]", "8547.5"},
    {"expected.max + 1", "error: does not fit 64 bits"},
    {"expected.big + 1", "error: too large to calculate with"},
    {"expected.huge - expected.huge", "error: too large to calculate with"},
    {"expected.odd * 0.5", "error: too large to calculate with fractions"},
    {"expected.half % 2", "error: whole numbers only"},
    {"expected.half / expected.zero", "error: division by zero"},
    {"expected.n / expected.zero", "error: division by zero"},
    {"expected.n % expected.zero", "error: division by zero"},
    {"expected.half * 1e308", "error: the result is too large"},
    {"int(expected.huge)", "error: does not fit an int"},
    {"double(expected.huge)", "error: does not fit a double"},
    {"items[expected.half]", "error: must be a whole number, not a number"},
};

static const struct row missing[] = {
    {"expected.s", "text"},
    {"expected.labels['content-type'] + expected.labels.`app.kubernetes.io/name`", "xw"},
    {"expected.nope", "error: `expected` (data.json:1:1) has no key \"nope\""},
    {"expected.labels.nope.deeper",
     "error: `expected.labels` (data.json:5:12) has no key \"nope\""},
    {"expected.labels['a-b']", "error: `expected.labels` (data.json:5:12) has no key \"a-b\""},
    {"{'a': 1}.b", "error: `{'a': 1}` has no key \"b\""},
    {"{1: 2}[3]", "error: the map has no such key"},
    {"{1: 2}[1.0]", "2"},
    {"{true: 2}[1 == 1]", "2"},
    {"expected.list[5]", "error: the index is outside the list"},
    {"expected.list[-1]", "error: the index is outside the list"},
    {"expected.list[1 + 3].port", "8080"},
    {"expected.list['a']", "error: must be a whole number, not a string"},
    {"expected.s.x", "error: a field is read from a map, but this is a string"},
    {"expected.nil.x", "error: but this is null"},
    {"expected.?nil.x", "error: but this is null"},
    {"expected.n[0]", "error: works on a list or a map, but this is an int"},
    {"has(expected.s) && !has(expected.nope) && has(expected.nil)", "true"},
    {"has(expected.nope.x)", "error: has no key \"nope\""},
    {"has(expected.s.x)", "error: but this is a string"},
    {"'app' in expected.labels && !('x' in expected.labels) && !(1 in expected.labels)", "true"},
    {"22 in expected.ports && !(23 in expected.ports)", "true"},
    {"expected.?nope.orValue('d')", "d"},
    {"expected.?s.orValue('d')", "text"},
    {"expected.?s.orValue(expected.nope)", "text"},
    {"expected.?nope.or(expected.?s).value()", "text"},
    {"expected.?nope.x.y.hasValue()", "false"},
    {"expected.?labels.app.orValue('d')", "web"},
    {"expected.labels[?'content-type'].value()", "x"},
    {"expected.list[?9].hasValue() || expected.list[?-1].hasValue()", "false"},
    {"expected.?nope.value()", "error: value() of an optional that has none"},
    {"optional.of(3).optMap(x, x * 2).value()", "6"},
    {"optional.of(3).optFlatMap(x, optional.none()).hasValue()", "false"},
    {"[optional.none(), optional.of('a'), optional.of(expected.half)]",
     "[optional.none(), optional.of(\"a\"), optional.of(4.50)]"},
    {"[?expected.?nope, ?expected.?n]", "[4]"},
    {"{?'a': expected.?nope, 'b': 1}", "{\"b\": 1}"},
    {"absent", "error: there is no such value here"},
    {"absent == null", "error: there is no such value here"},
    {"absent.x", "error: `absent`: there is no such value here"},
    {"has(absent.x)", "false"},
    {"absent.?x.hasValue() || absent[?0].hasValue()", "false"},
};

static const struct row logic[] = {
    {"absent && false", "false"},
    {"false && absent", "false"},
    {"true || absent", "true"},
    {"absent || true", "true"},
    {"absent || false", "error: there is no such value"},
    {"true && absent", "error: there is no such value"},
    {"expected.nope == 1 || absent == 1", "error: has no key \"nope\""}, /* the first one counts */
    {"expected.s && false", "false"},
    {"expected.s || true", "true"},
    {"expected.s && true", "error: a condition is wanted, but this is a string"},
    {"!expected.s", "error: a condition is wanted, but this is a string"},
    {"expected.s ? 1 : 2", "error: a condition is wanted, but this is a string"},
    {"true ? 1 : absent", "1"},
    {"false ? absent : 2", "2"},
    {"expected.list.all(x, x > 0)", "error: no order between a string and an int"},
    {"expected.list.all(x, x > 5)", "false"},
    {"expected.list.exists(x, x > 2)", "true"},
    {"expected.list.exists(x, x > 9)", "error: no order between a string and an int"},
    {"expected.list.exists_one(x, x == 1)", "true"},
    {"[1, 1].exists_one(x, x == 1) || [2].exists_one(x, x == 1)", "false"},
    {"expected.list.exists_one(x, x > 0)", "error: no order between"},
    {"expected.list.filter(x, type(x) == int)", "[1]"},
    {"expected.list.filter(x, x)", "error: a condition is wanted, but this is an int"},
    {"expected.ports.map(p, p > 100, p + 1)", "[444, 8081]"},
    {"expected.labels.map(k, k)", "[\"app\", \"content-type\", \"app.kubernetes.io/name\"]"},
    {"expected.labels.all(k, v, v.size() < 4) && expected.ports.exists(i, p, i == 2 && p == 8080)",
     "true"},
    {"[].all(x, absent) && ![].exists(x, absent)", "true"},
    {"expected.s.all(x, true)", "error: a loop goes over a list or a map, not over a string"},
    {"[1, 2].map(x, [3, 4].map(y, x * y))", "[[3, 4], [6, 8]]"},
    {"expected.n == 'x' || expected == 1 || expected.nil == 0 || expected.list == {}", "false"},
    {"expected.empty == {} && expected.nil == null && expected.yes == true", "true"},
    {"expected.labels == {'content-type': 'x', 'app.kubernetes.io/name': 'w', 'app': 'web'}",
     "true"},
    {"expected == root", "true"},
    {"double('NaN') == double('NaN')", "false"},
    {"expected.n < 'a'", "error: no order between an int and a string"},
    {"{expected.s: 1, 'text': 2}", "error: the map has this key twice"},
    {"{expected.half: 1}", "error: the key of a map cannot be a number"},
    {"{expected.n: 1}", "{4: 1}"},
    {"expected.s + 1", "error: does not work on a string and an int"},
    {"kind + ' ' + string(count)", "changed 7"},
    {"[1] + expected.ports", "[1, 22, 443, 8080]"},
};

static const struct row functions[] = {
    {"size('h\xc3\xa9\xf0\x9f\x98\x80') + size([1]) + size(expected.labels) + kind.size()", "14"},
    {"'abc'.contains('b') && 'abc'.startsWith('ab') && 'abc'.endsWith('bc')", "true"},
    {"'abc'.contains('') && !'abc'.startsWith('b') && !'abc'.endsWith('ab')", "true"},
    {"'h\xc3\xa9llo'.charAt(1) + 'abc'.charAt(3)", "\xc3\xa9"},
    {"'abc'.charAt(4)", "error: outside the text"},
    {"'abc'.charAt(-1)", "error: outside the text"},
    {"['\xc3\xa9"
     "a\xc3\xa9'.indexOf('\xc3\xa9', 1), 'a'.indexOf('b'), ''.indexOf('')]",
     "[2, -1, 0]"},
    {"['abab'.lastIndexOf('ab'), 'abab'.lastIndexOf('ab', 1), 'abab'.lastIndexOf('b', 0)]",
     "[2, 0, -1]"},
    {"'abc'.indexOf('a', 4)", "error: outside the text"},
    {"'abc'.lastIndexOf('a', -1)", "error: outside the text"},
    {"'AbC\xc3\x89[`{'.lowerAscii() + 'aZ\xc3\xa9'.upperAscii()", "abc\xc3\x89[`{AZ\xc3\xa9"},
    {"'a-b-c'.replace('-', '+') + 'a-b-c'.replace('-', '', 1) + 'ab'.replace('', '.')",
     "a+b+cab-c.a.b."},
    {"['aaa'.replace('a', 'bb', 0), 'aaa'.replace('aa', 'b'), 'ab'.replace('', '.', 2)]",
     "[\"aaa\", \"ba\", \".a.b\"]"},
    {"'a,b,,c'.split(',')", "[\"a\", \"b\", \"\", \"c\"]"},
    {"['a,b,c'.split(',', 2), 'a,b'.split(',', 1), 'a'.split(',', 0), ''.split(',')]",
     "[[\"a\", \"b,c\"], [\"a,b\"], [], [\"\"]]"},
    {"['h\xc3\xa9y'.split(''), ''.split(''), 'abc'.split('', 2)]",
     "[[\"h\", \"\xc3\xa9\", \"y\"], [], [\"a\", \"bc\"]]"},
    {"['a', 'b'].join('-') + ['c'].join() + [].join('x')", "a-bc"},
    {"['a', 1].join()", "error: join needs strings, but an element is an int"},
    {"'h\xc3\xa9llo'.substring(1, 3) + 'abc'.substring(3)", "\xc3\xa9l"},
    {"'abc'.substring(2, 1)", "error: lies before its start"},
    {"'abc'.substring(0, 4)", "error: outside the text"},
    {"'\\u2003 a b\\n\\u00a0'.trim() + '  '.trim()", "a b"},
    {"[int('-9223372036854775808'), int('+7'), int(2.9), int(-2.9), int(seen)]",
     "[-9223372036854775808, 7, 2, -2, 1705309200]"},
    {"int('9223372036854775808')", "error: the text is no int"},
    {"int('1.0')", "error: the text is no int"},
    {"int(kind + '')", "error: the text is no int"},
    {"int(1e19)", "error: does not fit an int"},
    {"[double('1e3'), double('-0'), double('NaN'), double('-Infinity')]",
     "[1000.0, -0.0, double(\"NaN\"), double(\"-Infinity\")]"},
    {"double('0x10')", "error: the text is no number"},
    {"double('1e999')", "error: the text is no number"},
    {"string(1.0) + string(0.1) + string(true) + string(-5)", "10.1true-5"},
    {"string(seen) + string(age) + string(duration('-1m1ms'))", "2024-01-15T09:00:00Z90s-60.001s"},
    {"[bool('1'), bool('False'), bool(true)]", "[true, false, true]"},
    {"bool('yes')", "error: the text is no bool"},
    {"[type(null) == null_type, type(1) == int, type('') == string, type([]) == list, "
     "type({}) == map, type(now) == timestamp, type(age) == duration, type(int) == type]",
     "[true, true, true, true, true, true, true, true]"},
    {"[[3, 1, 2].min(), [3, 1.5, 2].max(), ['b', 'a'].min(), [].sum(), [1.5, 2.5].sum()]",
     "[1, 3, \"a\", 0, 4.0]"},
    {"[duration('1m'), duration('1s')].sum() == duration('61s')", "true"},
    {"[].max()", "error: an empty list"},
    {"[1, 'a'].max()", "error: no order between"},
    {"['a'].sum()", "error: there is no sum over a string"},
    {"quantity('1.5Gi') == quantity('1536Mi') && quantity('500m') < quantity(1)", "true"},
    {"quantity(expected.half) > quantity('4499m') && quantity('-1') < quantity('0')", "true"},
    {"[quantity('-1500m'), quantity('1n'), quantity('0')]",
     "[quantity(\"-1.5\"), quantity(\"0.000000001\"), quantity(\"0\")]"},
    {"quantity(kind)", "error: no Kubernetes quantity"},
    {"kind.matches('^ch.*d$') && !kind.matches('CH') && matches(kind, '(?i)CHA')", "true"},
    {"kind.matches('^' + kind + '$')", "true"},
    {"kind.matches(kind + '(')", "error: bad regular expression: missing closing parenthesis"},
    {"'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!'.matches('(a+)+$')",
     "error: takes too many steps"},
};

static const struct row times[] = {
    {"now", "timestamp(\"2024-01-15T10:00:00Z\")"},
    {"now - seen", "duration(\"3600s\")"},
    {"now - duration('7d') > timestamp('2024-01-08T09:59:59Z')", "true"},
    {"seen + age == age + seen && seen - age < seen", "true"},
    {"age + duration('30s') - duration('1m') == duration('1m') && -age < age", "true"},
    {"timestamp('0001-01-01T00:00:00Z')", "timestamp(\"0001-01-01T00:00:00Z\")"},
    {"timestamp('9999-12-31T23:59:59.999999999Z')",
     "timestamp(\"9999-12-31T23:59:59.999999999Z\")"},
    {"timestamp('1600-02-29T12:00:00.5+02:00')", "timestamp(\"1600-02-29T10:00:00.5Z\")"},
    {"timestamp('0001-01-01T00:00:00Z') < timestamp('9999-12-31T23:59:59Z')", "true"},
    {"timestamp('9999-12-31T23:59:59Z') + duration('1s')", "error: out of range"},
    {"timestamp('0001-01-01T00:00:00Z') - duration('1ns')", "error: out of range"},
    {"timestamp('9999-12-31T23:59:59Z') - timestamp('0001-01-01T00:00:00Z')",
     "error: out of range"},
    {"duration('2562047h') + duration('2562047h')", "error: out of range"},
    {"timestamp(0) + duration('1.5s')", "timestamp(\"1970-01-01T00:00:01.5Z\")"},
    {"timestamp(-1) - duration('500ms')", "timestamp(\"1969-12-31T23:59:58.5Z\")"},
    {"timestamp(253402300800)", "error: outside the years 0001 to 9999"},
    {"timestamp(kind)", "error: bad timestamp"},
    {"duration(kind)", "error: bad duration"},
    {"[now.getFullYear(), now.getMonth(), now.getDate(), now.getDayOfMonth(), now.getDayOfWeek(), "
     "now.getDayOfYear(), now.getHours(), now.getMinutes(), now.getSeconds()]",
     "[2024, 0, 15, 14, 1, 14, 10, 0, 0]"},
    {"timestamp('1234-12-31T23:30:00.123Z').getFullYear('+01:00')", "1235"},
    {"timestamp('2024-01-01T00:30:00.987Z').getDate('-01:00')", "31"},
    {"timestamp('2024-01-01T00:30:00.987Z').getMilliseconds('UTC')", "987"},
    {"now.getHours('05:30')", "15"},
    {"now.getHours('Europe/Paris')", "error: the time zone is not known here"},
    {"now.getHours('+24:00')", "error: the time zone is not known here"},
    {"[duration('36h30m1.5s').getHours(), duration('90s').getMinutes(), "
     "duration('90.5s').getSeconds(), duration('90.5s').getMilliseconds()]",
     "[36, 1, 90, 500]"},
    {"age.getHours('UTC')", "error: a duration has no time zone"},
};

START_TEST(test_numbers)
{
    check_rows(numbers, SB_LEN(numbers));
}
END_TEST

START_TEST(test_missing)
{
    check_rows(missing, SB_LEN(missing));
}
END_TEST

START_TEST(test_logic)
{
    check_rows(logic, SB_LEN(logic));
}
END_TEST

START_TEST(test_functions)
{
    check_rows(functions, SB_LEN(functions));
}
END_TEST

START_TEST(test_times)
{
    check_rows(times, SB_LEN(times));
}
END_TEST

/* An error carries the place of the sub-expression, its text, and what to write instead. */
START_TEST(test_error_text)
{
    struct env env;
    struct sb_expr *program;
    struct sb_error e = {.code = SB_OK};
    bool yes = true;
    env_init(&env);
    ck_assert_int_eq(env_compile(&env, SB_STR("flag &&\n  expected.labels.tier == 'web' &&\n flag"),
                                 true, &program, &e),
                     0);
    ck_assert_int_eq(sb_expr_eval_bool(program, &env.run, &yes, &e), -SB_EUNSURE);
    ck_assert(yes); /* untouched */
    ck_assert_str_eq(e.file, "p.yaml");
    ck_assert_uint_eq(e.line, 11);
    ck_assert_uint_eq(e.column, 7);
    ck_assert_str_eq(e.text, "`expected.labels` (data.json:5:12) has no key \"tier\"");
    ck_assert_str_eq(e.hint, "test with has(expected.labels.tier), or read "
                             "expected.labels.?tier.orValue(other)");
    sb_expr_done(program);
    char *text = env_eval(&env, SB_STR("expected.lables.app"), &e);
    ck_assert_ptr_nonnull(strstr(e.hint, "; it has \"labels\""));
    free(text);
    text = env_eval(&env, SB_STR("expected.labels['app-x']"), &e);
    ck_assert_ptr_nonnull(strstr(e.hint, "'app-x' in expected.labels, or read "
                                         "expected.labels[?'app-x'].orValue(other)"));
    free(text);
    ck_assert_int_eq(env_compile(&env, SB_STR("expected.s"), true, &program, &e), 0);
    ck_assert_int_eq(sb_expr_eval_bool(program, &env.run, &yes, &e), -SB_EUNSURE);
    ck_assert_str_eq(e.text, "`expected.s`: a condition is wanted, but the result is a string");
    sb_expr_done(program);
    env_done(&env);
}
END_TEST

START_TEST(test_secrets)
{
    struct env env;
    struct sb_error e;
    env_init(&env);
    sb_doc_get_str(env.pool, env.root, "s")->flags |= SB_DOC_SECRET;
    static const struct row rows[] = {
        {"expected.s", "(secret)"},
        {"'it is ' + expected.s", "(secret)"},
        {"expected.s == 'text'", "(secret)"},
        {"expected.list", "[1, 2.5, \"a\", null, {\"port\": 8080}]"},
        {"expected.labels[expected.s]",
         "error: `expected.labels[expected.s]`: the map has no such key"},
        {"duration(expected.s)", "error: `duration(expected.s)`: bad duration"},
        {"expected.list.map(x, expected)", "(secret)"},
    };
    for (size_t i = 0; i < SB_LEN(rows); i++) {
        char *have = env_eval(&env, sb_str(rows[i].source), &e);
        ck_assert_msg(strcmp(have, rows[i].want) == 0, "%s: %s", rows[i].source, have);
        ck_assert_msg(!strstr(e.text, "text") && !strstr(e.hint, "'text'"), "%s", e.text);
        free(have);
    }
    sb_doc_get_str(env.pool, env.root, "n")->flags |= SB_DOC_UNKNOWN;
    char *have = env_eval(&env, SB_STR("expected.n == 4"), &e);
    ck_assert_str_eq(have, "error: `expected.n`: the value is not known yet");
    free(have);
    env_done(&env);
}
END_TEST

/* Out of budget is never absorbed; what is within it does not depend on what is left. */
START_TEST(test_budget)
{
    struct env env;
    struct sb_error e;
    bool yes;
    env_init(&env);
    static const char *const costly[] = {
        "expected.ports.map(a, expected.ports.map(b, [a * b, a + b])).size() == 3",
        "expected.ports.all(a, expected.ports.all(b, expected.ports.all(c, a * b > c - 1)))",
        "expected.ports.all(a, expected.ports.all(b, expected.ports.all(c, a * b > 0))) || true",
        "false && true || expected.ports.exists(a, expected.ports.exists(b, a == 9 || b == 9))",
    };
    for (size_t i = 0; i < SB_LEN(costly); i++) {
        struct sb_expr *program = NULL;
        uint64_t least = 0;
        int err = env_compile(&env, sb_str(costly[i]), true, &program, &e);
        ck_assert_msg(err == 0, "%s", e.text);
        for (env.run.budget = 1; env.run.budget < 1000; env.run.budget++) {
            err = sb_expr_eval_bool(program, &env.run, &yes, &e);
            if (err < 0)
                ck_assert_msg(err == -SB_EUNSURE && strstr(e.text, "costs too much"), "%s", e.text);
            else if (!least)
                least = env.run.budget;
            ck_assert_msg(err == 0 || !least, "%s fails with more budget", costly[i]);
        }
        ck_assert_msg(least > 10, "%s: %llu", costly[i], (unsigned long long)least);
        sb_expr_done(program);
    }
    env_done(&env);
}
END_TEST

/* What is left of the budget may pay for the other side: the answer is an error all the same. */
START_TEST(test_budget_not_absorbed)
{
    static const char *const rows[] = {"path.size() > 3 || true",
                                       "true && path.size() < 3 && false",
                                       "[1, 2].exists(x, x == 2 || path.size() < 3) || true",
                                       "[1, 2].all(x, x == 1 && path.size() > 3)"};
    static char text[100000];
    struct env env;
    struct sb_error e;
    env_init(&env);
    env.values[1].str = (struct sb_str){text, sizeof text};
    env.run.budget = 60;
    for (size_t i = 0; i < SB_LEN(rows); i++) {
        char *have = env_eval(&env, sb_str(rows[i]), &e);
        ck_assert_msg(strstr(have, "costs too much") != NULL, "%s: %s", rows[i], have);
        free(have);
    }
    env_done(&env);
}
END_TEST

/* Matches that hit their limit are absorbed by exists(), but not for free. */
START_TEST(test_dear_matches)
{
    struct env env;
    struct sb_error e;
    env_init(&env);
    env.run.budget = 90000;
    char *have = env_eval(&env,
                          SB_STR("[1, 2, 3, 4, 5, 6, 7, 8].exists(x, ('aaaaaaaaaaaaaaaaaaaaaaaaaaaa"
                                 "aaaaaaaaaaaa!' + string(x)).matches('(a+)+$'))"),
                          &e);
    ck_assert_msg(strstr(have, "costs too much") != NULL, "%s", have);
    free(have);
    env_done(&env);
}
END_TEST

/* Texts and lists that double themselves end at the cap or the budget, as an error. */
START_TEST(test_growth)
{
    static const struct row rows[] = {
        {"[kind + kind + kind + kind].map(a, a + a + a + a + a + a + a + a + a + a)"
         ".map(b, b + b + b + b + b + b + b + b + b + b)"
         ".map(c, c + c + c + c + c + c + c + c + c + c)"
         ".map(d, d + d + d + d + d + d + d + d + d + d)"
         ".map(e, e + e + e + e + e + e + e + e + e + e)"
         ".map(f, f + f + f + f + f + f + f + f + f + f)",
         "error: larger than 1 MiB"},
        {"['aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'].map(a, a.replace('', a)).map(a, a.replace('', a))"
         ".map(a, a.replace('a', a))",
         "error: larger than 1 MiB"},
        {"['aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'].map(a, a.replace('a', a)).map(a, a.replace('a', a))"
         ".map(a, a.split('')).map(s, s + s + s + s + s + s + s + s)",
         "error: larger than 1 MiB"},
        {"[['a', 'a', 'a', 'a', 'a', 'a', 'a', 'a', 'a', 'a']]"
         ".map(a, a + a + a + a + a + a + a + a + a + a)"
         ".map(a, a + a + a + a + a + a + a + a + a + a)"
         ".map(a, a.join('bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb'))"
         ".map(a, [a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a].join())",
         "error: larger than 1 MiB"},
    };
    check_rows(rows, SB_LEN(rows));
}
END_TEST

/* Runs leave nothing in the pool, and data may live in another one. */
START_TEST(test_pools)
{
    struct env env;
    struct sb_doc_pool *own = sb_doc_pool_new();
    struct sb_expr *program = NULL;
    struct sb_error e = {.code = SB_OK};
    bool yes = false;
    env_init(&env);
    const struct sb_expr_source source = {
        .text = SB_STR("expected.labels.app == 'web' && !has(expected.labels.tier) && 'app' in "
                       "expected.labels && expected.ports.map(p, string(p)).join(',').size() > 3")};
    int err =
        sb_expr_compile(own, &source, env_variables, SB_LEN(env_variables), true, &program, &e);
    ck_assert_msg(err == 0, "%s", e.text);
    size_t before = sb_doc_arena(env.pool)->total, before_own = sb_doc_arena(own)->total;
    const char *at = sb_doc_arena(env.pool)->at;
    for (int i = 0; i < 1000; i++) {
        ck_assert_int_eq(sb_expr_eval_bool(program, &env.run, &yes, &e), 0);
        ck_assert(yes);
    }
    ck_assert_uint_eq(sb_doc_arena(env.pool)->total, before);
    ck_assert_ptr_eq(sb_doc_arena(env.pool)->at, at);
    ck_assert_uint_eq(sb_doc_arena(own)->total, before_own);
    sb_expr_done(program);
    sb_expr_done(NULL);
    sb_doc_pool_free(own);
    env_done(&env);
}
END_TEST

/* YAML knows numbers that JSON does not. */
START_TEST(test_yaml_numbers)
{
    static const char yaml[] = "inf: .inf\nnan: .NaN\nneg: -.INF\nhex: 0x1F\noct: 0o17\n"
                               "plus: +5\npoint: 5.\n";
    static const struct row rows[] = {
        {"expected.inf > 1e308 && expected.neg < -1e308 && expected.inf > expected.hex", "true"},
        {"expected.nan == expected.nan || expected.nan < 1 || expected.nan >= 1", "false"},
        {"[expected.hex + 1, expected.oct + 1, expected.plus + 1, expected.point + 1]",
         "[32, 16, 6, 6]"},
        {"expected.inf + 1",
         "error: `expected.inf + 1`: there is no calculating with an infinite number"},
        {"-expected.nan * 2",
         "error: `-expected.nan * 2`: there is no calculating with an infinite number"},
    };
    struct env env;
    struct sb_error e = {.code = SB_OK};
    struct sb_doc_text text;
    struct sb_doc_node *root;
    env_init(&env);
    ck_assert_int_eq(sb_doc_text_copy(env.pool, "d.yaml", yaml, sizeof yaml - 1, &text, &e), 0);
    int err = sb_yaml_read(env.pool, &text, NULL, &root, &e);
    ck_assert_msg(err == 0, "%s", e.text);
    env.values[2].node = root;
    for (size_t i = 0; i < SB_LEN(rows); i++) {
        char *have = env_eval(&env, sb_str(rows[i].source), &e);
        ck_assert_msg(strcmp(have, rows[i].want) == 0, "%s: %s", rows[i].source, have);
        free(have);
    }
    env_done(&env);
}
END_TEST

/* Optional element marks are no part of the value; text of a variable may be empty or hold NUL. */
START_TEST(test_odd_values)
{
    struct env env;
    struct sb_error e;
    env_init(&env);
    env.values[0].str = (struct sb_str){NULL, 0};
    env.values[1].str = SB_STR("a\0b\x01\"");
    char *have =
        env_eval(&env, SB_STR("kind + '|' + string(size(path)) + string(double('1') == 1.0)"), &e);
    ck_assert_str_eq(have, "|5true");
    free(have);
    have = env_eval(&env, SB_STR("[kind, path, 'a\\nb\\\\']"), &e);
    ck_assert_str_eq(have, "[\"\", \"a\\x00b\\x01\\\"\", \"a\\nb\\\\\"]");
    free(have);
    env.values[1].str = SB_STR("\xff\xc3z");
    have = env_eval(&env, SB_STR("[path.size(), path.charAt(2).size(), path.trim().size()]"), &e);
    ck_assert_str_eq(have, "[3, 1, 3]");
    free(have);
    have = env_eval(&env, SB_STR("path.matches('z')"), &e);
    ck_assert_ptr_nonnull(
        strstr(have, "error: `path.matches('z')`: the regular expression failed"));
    free(have);
    env_done(&env);
}
END_TEST

UNIT_MAIN("expr", test_numbers, test_missing, test_logic, test_functions, test_times,
          test_error_text, test_secrets, test_budget, test_budget_not_absorbed, test_dear_matches,
          test_growth, test_pools, test_yaml_numbers, test_odd_values)
