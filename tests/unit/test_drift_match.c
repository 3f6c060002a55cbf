/* Matching: what is paired with what, and what is reported of it. */
#include "tests/unit/drift_unit.h"

struct match_case {
    const char *name, *plan, *actual, *lines;
};

static void run_cases(const struct match_case *cases, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct drift_unit u;
        unit_open(&u);
        unit_compare(&u, cases[i].plan, cases[i].actual);
        char *got = unit_lines(&u);
        ck_assert_msg(!strcmp(got ? got : "", cases[i].lines), "%s: got\n%s", cases[i].name, got);
        free(got);
        unit_done(&u);
    }
}

START_TEST(test_maps)
{
    static const struct match_case cases[] = {
        {"equal, another order", "a: 1\nb: 2\n", "b: 2\na: 1\n", ""},
        {"changed", "a: 1\nb: {c: x}\n", "a: 2\nb: {c: y}\n", "changed /a\nchanged /b/c\n"},
        {"plan order, then actual order", "z: 1\na: 1\n", "m: 1\nb: 1\nz: 2\n",
         "changed /z\nmissing /a\nextra /m\nextra /b\n"},
        {"one finding for a whole map", "a: 1\n", "a: 1\nb: {c: {d: 1, e: 2}, f: 3}\n",
         "extra /b\n"},
        {"types", "a: x\nb: 1\nc: {d: 1}\ne: [1]\nf: true\n",
         "a: {x: 1}\nb: '1'\nc: [1]\ne: 1\nf: 'true'\n",
         "type /a\ntype /b\ntype /c\ntype /e\ntype /f\n"},
        {"keys with slashes", "m:\n  a/b: 1\n  c~d: 1\n", "m:\n  a/b: 2\n  c~d: 2\n",
         "changed /m/a~1b\nchanged /m/c~0d\n"},
        {"roots of different types", "a: 1\n", "- a\n", "type \n"},
        {"root lists", "- {name: a, v: 1}\n", "- {name: a, v: 2}\n", "changed /[name=a]/v\n"},
        {"root scalars", "x\n", "y\n", "changed \n"},
    };
    run_cases(cases, SB_LEN(cases));
}
END_TEST

START_TEST(test_sets)
{
    static const struct match_case cases[] = {
        {"order", "l: [a, b, c]\n", "l: [c, a, b]\n", ""},
        {"one each", "l: [a, b, c]\n", "l: [b, d]\n",
         "missing /l/[=a]\nmissing /l/[=c]\nextra /l/[=d]\n"},
        {"copies count", "l: [a, a, b]\n", "l: [a, b, b]\n", "missing /l/[=a]\nextra /l/[=b]\n"},
        {"numbers", "l: [1, 2.0]\n", "l: [2, 1.0]\n", ""},
        {"number and text differ", "l: [1]\n", "l: ['1']\n", "missing /l/[=1]\nextra /l/[=1]\n"},
        {"a whole set is missing", "l: [a, b]\nm: 1\n", "m: 1\n",
         "missing /l/[=a]\nmissing /l/[=b]\n"},
        {"a whole set is extra", "m: {x: 1}\n", "m: {x: 1, l: [a, b]}\n",
         "extra /m/l/[=a]\nextra /m/l/[=b]\n"},
        {"empty", "l: []\n", "l: [a]\n", "extra /l/[=a]\n"},
        {"settings pair by name", "env: [A=1, B=2, C=3]\n", "env: [C=3, B=4, A=1]\n",
         "changed /env/[=B=2]\n"},
        {"settings there twice do not", "env: [B=1, B=2]\n", "env: [B=3]\n",
         "missing /env/[=B=1]\nmissing /env/[=B=2]\nextra /env/[=B=3]\n"},
        {"the words of a command stay in order", "command: [a, b]\n", "command: [b, a]\n",
         "changed /command\n"},
        {"words that moved, and one that came", "command: [a, b]\n", "command: [b, a, c]\n",
         "missing /command/[0]\nextra /command/[1]\nextra /command/[2]\n"},
        {"remarks pair", "l: ['a (main)', b]\n", "l: [b, a]\n", ""},
        {"durations pair", "l: [60s, 2h]\n", "l: [120m, 1m]\n", ""},
    };
    run_cases(cases, SB_LEN(cases));
}
END_TEST

START_TEST(test_keys)
{
    static const struct match_case cases[] = {
        {"by name", "l: [{name: a, v: 1}, {name: b, v: 2}]\n",
         "l: [{name: b, v: 3}, {name: a, v: 1}]\n", "changed /l/[name=b]/v\n"},
        {"name before id made anew", "l: [{id: 11, name: a, v: 1}, {id: 12, name: b, v: 2}]\n",
         "l: [{id: 21, name: b, v: 2}, {id: 22, name: a, v: 9}]\n",
         "changed /l/[name=a]/id\nchanged /l/[name=a]/v\nchanged /l/[name=b]/id\n"},
        {"id that stayed before a name that changed",
         "l: [{id: 11, name: a, v: 1}, {id: 12, name: b, v: 2}]\n",
         "l: [{id: 12, name: c, v: 2}, {id: 11, name: a, v: 1}]\n", "changed /l/[id=12]/name\n"},
        {"port", "l: [{port: 443, c: x}]\n", "l: [{port: 80}, {port: 443, c: y}]\n",
         "changed /l/[port=443]/c\nextra /l/[port=80]\n"},
        {"port and protocol",
         "l: [{port: 53, protocol: TCP, v: 1}, {port: 53, protocol: UDP, v: 2}]\n",
         "l: [{port: 53, protocol: UDP, v: 3}, {port: 53, protocol: TCP, v: 1}]\n",
         "changed /l/[port=53,protocol=UDP]/v\n"},
        {"namespace and name",
         "l: [{namespace: a, name: x, v: 1}, {namespace: b, name: x, v: 1}]\n",
         "l: [{namespace: b, name: x, v: 2}, {namespace: a, name: x, v: 1}]\n",
         "changed /l/[namespace=b,name=x]/v\n"},
        {"any unique field", "l: [{zone: eu, n: 5}, {zone: us, n: 5}]\n",
         "l: [{zone: us, n: 6}, {zone: eu, n: 5}]\n", "changed /l/[zone=us]/n\n"},
        {"a key as text on one side", "l: [{port: 443, v: 1}]\n", "l: [{port: '443', v: 1}]\n",
         "type /l/[port=443]/port\n"},
        {"Kubernetes objects",
         "items:\n- {apiVersion: v1, kind: A, metadata: {name: x}, v: 1}\n"
         "- {apiVersion: v1, kind: B, metadata: {name: x}, v: 1}\n",
         "items:\n- {apiVersion: v1, kind: B, metadata: {name: x}, v: 2}\n"
         "- {apiVersion: v1, kind: A, metadata: {name: x}, v: 1}\n",
         "changed /items/[apiVersion=v1,kind=B,metadata.name=x]/v\n"},
        {"missing and extra", "l: [{name: a}, {name: b}]\n", "l: [{name: b}, {name: c}]\n",
         "missing /l/[name=a]\nextra /l/[name=c]\n"},
        {"a secret is no key", "m:\n  l: [{token: t1, v: 1}]\n", "m:\n  l: [{token: t1, v: 2}]\n",
         "changed /m/l/[0]/v\n"},
    };
    run_cases(cases, SB_LEN(cases));
}
END_TEST

START_TEST(test_unkeyed)
{
    static const struct match_case cases[] = {
        {"identical ones first", "m:\n  l: [{a: x, b: y}, {a: x, b: z}]\n",
         "m:\n  l: [{a: x, b: z}, {a: x, b: y}]\n", ""},
        {"cheapest",
         "m:\n  l: [{a: p, b: p, c: q, d: 1}, {a: p, b: r, c: r, d: 2}, {a: p, b: p, c: q, d: "
         "1}]\n",
         "m:\n  l: [{a: p, b: r, c: r, d: 7}, {a: p, b: p, c: q, d: 1}, {a: p, b: p, c: q, d: "
         "1}]\n",
         "changed /m/l/[1]/d\n"},
        {"one against one", "m:\n  l: [{on: true}]\n", "m:\n  l: [{on: false}]\n",
         "changed /m/l/[0]/on\n"},
        {"lists of lists", "m:\n  l: [[a, b], [c, d]]\n", "m:\n  l: [[d, c], [a, b, e]]\n",
         "extra /m/l/[0]/[=e]\n"},
        {"mixed", "m:\n  l: [x, {a: 1}, [y]]\n", "m:\n  l: [[y], z, {a: 2}]\n",
         "missing /m/l/[0]\nchanged /m/l/[1]/a\nextra /m/l/[1]\n"},
    };
    run_cases(cases, SB_LEN(cases));
}
END_TEST

START_TEST(test_renames)
{
    static const struct match_case cases[] = {
        {"member of a map", "old: {type: t3.medium, zone: eu-1, image: web-7, n: 3}\n",
         "new: {type: t3.medium, zone: eu-1, image: web-8, n: 3}\n",
         "renamed /new\nchanged /new/image\n"},
        {"too little in common", "old: {type: t3.medium, zone: eu-1}\n",
         "new: {type: t3.large, zone: eu-1}\n", "missing /old\nextra /new\n"},
        {"bools are no evidence", "old: {a: true, b: true, c: true}\n",
         "new: {a: true, b: true, c: true}\n", "missing /old\nextra /new\n"},
        {"scalars are not renamed", "old: some-long-value\n", "new: some-long-value\n",
         "missing /old\nextra /new\n"},
        {"element of a list",
         "l: [{name: a, type: t3.medium, zone: eu-1, v: 1}, {name: k, type: x, zone: y, v: 5}]\n",
         "l: [{name: b, type: t3.medium, zone: eu-1, v: 1}, {name: k, type: x, zone: y, v: 5}]\n",
         "renamed /l/[name=b]\n"},
        {"another host is a change, not a rename",
         "l: [{host: a, type: t3.medium, zone: eu-1, v: 1}]\n",
         "l: [{host: b, type: t3.medium, zone: eu-1, v: 1}]\n", "changed /l/[host=a]/host\n"},
        {"the only element", "l: [{name: a, type: t3.medium, zone: eu-1, v: 1}]\n",
         "l: [{name: b, type: t3.medium, zone: eu-1, v: 1}]\n", "renamed /l/[name=b]\n"},
    };
    run_cases(cases, SB_LEN(cases));
}
END_TEST

START_TEST(test_fleets)
{
    static const struct match_case cases[] = {
        {"as many as planned", "w: {count: 2, type: a}\n", "w: {x1: {type: a}, x2: {type: a}}\n",
         ""},
        {"too few", "w: {count: 3, type: a}\n", "w: {x1: {type: a}, x2: {type: b}}\n",
         "count /w/count\nchanged /w/x2/type\n"},
        {"a list of members", "w: {count: 1, type: a}\n",
         "w: [{name: x, type: b}, {name: y, type: a}]\n", "count /w/count\nextra /w/[name=x]\n"},
        {"ties go by the number", "w: {count: 2, type: a}\n",
         "w: {s10: {type: b}, s9: {type: b}, s2: {type: b}}\n",
         "count /w/count\nchanged /w/s9/type\nchanged /w/s2/type\nextra /w/s10\n"},
        {"shared evidence before few differences",
         "w: {count: 1, type: a, image: i, groups: [g, h]}\n",
         "w: {s1: {type: b}, s2: {type: c, image: j, groups: [g, k]}}\n",
         "count /w/count\nchanged /w/s2/type\nchanged /w/s2/image\nmissing /w/s2/groups/[=h]\n"
         "extra /w/s2/groups/[=k]\nextra /w/s1\n"},
        {"replicas with members", "w: {replicas: 1, type: a}\n",
         "w: {s1: {type: a}, s2: {type: b}}\n", "count /w/replicas\nextra /w/s2\n"},
        {"a number that is just an attribute", "w: {size: 2, tags: {a: 1}}\n",
         "w: {size: 3, tags: {a: 1}}\n", "changed /w/size\n"},
        {"attributes are no members", "w: {count: 2, tags: {a: x}}\n",
         "w: {tags: {a: y}, more: {b: z}}\n",
         "missing /w/count\nchanged /w/tags/a\nextra /w/more\n"},
        {"none wanted", "w: {count: 0, type: a}\n", "w: {s1: {type: a}}\n",
         "count /w/count\nextra /w/s1\n"},
        {"what tells members apart is in no template", "w: {count: 2, type: a}\n",
         "w: [{name: x, id: 1, type: a}, {name: y, id: 2, type: a, port: 9}]\n",
         "extra /w/[name=y]/port\n"},
        {"a template may name its members", "w: {count: 2, name: n, type: a}\n",
         "w: {s1: {name: n, type: a}, s2: {name: m, type: a}}\n", "changed /w/s2/name\n"},
        {"none wanted, none there", "w: {count: 0, type: a}\nv: 1\n", "v: 1\n", ""},
        {"none wanted, null there", "w: {count: 0, type: a}\n", "w: null\n", ""},
        {"a whole fleet is missing", "w: {count: 3, type: a}\nv: 1\n", "v: 1\n",
         "count /w/count\n"},
        {"a size counts nothing without members", "w: {size: 3, type: a}\nv: 1\n", "v: 1\n",
         "missing /w\n"},
        {"a wrapped template", "w: {count: 1, template: {type: a, image: i}}\n",
         "w: {s1: {type: b}, s2: {type: a, image: j}}\n",
         "count /w/count\nchanged /w/s2/image\nextra /w/s1\n"},
        {"the same wrapper on both sides", "w: {count: 1, template: {type: a}}\n",
         "w: {count: 2, template: {type: b}}\n", "changed /w/count\nchanged /w/template/type\n"},
    };
    run_cases(cases, SB_LEN(cases));
}
END_TEST

/* What is said of a list of which only the order differs. */
START_TEST(test_order_note)
{
    static const char *const cases[][3] = {
        {"command: [run, -v, --fast]", "command: [--fast, run, -v]",
         "Only the order differs: --fast is number 1, not 3."},
        {"command: [a, b, c, d]", "command: [d, b, c, a]",
         "Only the order differs: 2 of 4 elements have moved."},
        {"command: [run, --password=x, b]", "command: [--password=x, run, b]",
         "Only the order differs: "}};
    for (size_t i = 0; i < SB_LEN(cases); i++) {
        struct drift_unit u;
        unit_open(&u);
        unit_compare(&u, cases[i][0], cases[i][1]);
        ck_assert_uint_eq(u.findings.list.len, 1);
        const struct drift_finding *f = &u.findings.list.items[0];
        ck_assert_msg(f->note && strncmp(f->note, cases[i][2], strlen(cases[i][2])) == 0, "%s",
                      f->note);
        ck_assert(!strstr(f->note, "=x"));
        ck_assert_int_eq(f->expected->type, SB_DOC_LIST);
        unit_done(&u);
    }
}
END_TEST

START_TEST(test_list_rules)
{
    static const struct {
        const char *rule, *plan, *actual, *lines;
    } cases[] = {
        {"/l=ordered", "l: [a, b, c]\n", "l: [b, a, c]\n", "changed /l\n"},
        {"/l=ordered", "l: [a, b, a, c]\n", "l: [c, a, a, b]\n", "changed /l\n"},
        {"/l=ordered", "l: [a, a, b]\n", "l: [b, b, a]\n",
         "missing /l/[0]\nmissing /l/[1]\nextra /l/[1]\nextra /l/[2]\n"},
        {"/l=ordered", "l: [a, b, c]\n", "l: [a, x, c]\n", "changed /l/[1]\n"},
        {"/l=ordered", "l: [a, b, c, d]\n", "l: [a, c, d, e]\n", "missing /l/[1]\nextra /l/[3]\n"},
        {"/l=ordered", "l: [{name: a}, {name: b}]\n", "l: [{name: b}, {name: a}]\n",
         "changed /l\n"},
        {"/l=key:zone", "l: [{name: a, zone: x}, {name: b, zone: y}]\n",
         "l: [{name: a, zone: y}, {name: b, zone: x}]\n",
         "changed /l/[zone=x]/name\nchanged /l/[zone=y]/name\n"},
        {"**/l=key:a,b", "m: {l: [{a: 1, b: 1, c: 1}, {a: 1, b: 2, c: 1}]}\n",
         "m: {l: [{a: 1, b: 2, c: 2}, {a: 1, b: 1, c: 1}]}\n", "changed /m/l/[a=1,b=2]/c\n"},
        {"l=set", "l: [{name: a, v: x}]\n", "l: [{name: a, v: x}]\n", ""},
    };
    for (size_t i = 0; i < SB_LEN(cases); i++) {
        struct drift_unit u;
        unit_open(&u);
        unit_rule(&u, cases[i].rule);
        unit_compare(&u, cases[i].plan, cases[i].actual);
        char *got = unit_lines(&u);
        ck_assert_msg(!strcmp(got ? got : "", cases[i].lines), "%zu %s: got\n%s", i, cases[i].rule,
                      got);
        ck_assert_uint_eq(u.findings.limits.len, 0);
        free(got);
        unit_done(&u);
    }
}
END_TEST

START_TEST(test_bad_list_rules)
{
    static const char *const bad[] = {"",        "x",         "/l=",       "/l=sorted",
                                      "/l=key:", "/l=key:a,", "/l=key:,a", "/l=key:a,b,c,d,e",
                                      "=set",    "/a//b=set"};
    struct drift_unit u;
    unit_open(&u);
    for (size_t i = 0; i < SB_LEN(bad); i++)
        ck_assert_msg(drift_list_rule_parse(u.pool, bad[i], &u.rules[0], &u.error) < 0, "%s",
                      bad[i]);
    unit_done(&u);
}
END_TEST

START_TEST(test_unusable_key_rule)
{
    struct drift_unit u;
    unit_open(&u);
    unit_rule(&u, "/l=key:zone");
    unit_compare(&u, "l: [{name: a, zone: x, v: 1}, {name: b, v: 1}]\n",
                 "l: [{name: b, zone: x, v: 1}, {name: a, v: 1}]\n");
    ck_assert_uint_eq(u.findings.limits.len, 1);
    unit_done(&u);
}
END_TEST

START_TEST(test_coverage)
{
    static const struct {
        const char *plan, *actual;
        uint64_t managed, unmanaged, missing;
    } cases[] = {
        {"db: {type: a}\n", "db: {type: b}\n", 1, 0, 0},
        {"e: {r: x, db: {t: a}, b: [{name: p}, {name: q}]}\n",
         "e: {r: x, b: [{name: p}], lb: {t: 1}}\n", 1, 1, 2},
        {"e: {r: x, db: {t: a}}\n", "e: {r: x, db: {t: a}}\nf: {r: y, db: {t: a}, l: [a, b]}\n", 1,
         3, 0},
        {"w: {count: 3, t: a}\n", "w: {s1: {t: a}}\n", 1, 0, 2},
        {"users:\n  ann: {uid: 1}\n  bob: {uid: 2}\n", "users:\n  ann: {uid: 1}\n  eve: {uid: 9}\n",
         1, 1, 1},
    };
    for (size_t i = 0; i < SB_LEN(cases); i++) {
        struct drift_unit u;
        unit_open(&u);
        unit_compare(&u, cases[i].plan, cases[i].actual);
        const struct drift_coverage *c = &u.findings.coverage;
        ck_assert_msg(c->managed == cases[i].managed && c->unmanaged == cases[i].unmanaged &&
                          c->missing == cases[i].missing,
                      "%zu: managed %u unmanaged %u missing %u", i, (unsigned)c->managed,
                      (unsigned)c->unmanaged, (unsigned)c->missing);
        unit_done(&u);
    }
}
END_TEST

START_TEST(test_unknown_values)
{
    struct drift_unit u;
    unit_open(&u);
    struct sb_doc_node *plan = unit_read(u.pool, "plan", "a: {x: 1, y: 2}\nl: [p, q]\n");
    struct sb_doc_node *actual = unit_read(u.pool, "actual", "a: {x: 9, y: 2}\nl: [p, r, s]\n");
    sb_doc_get_str(u.pool, sb_doc_get_str(u.pool, plan, "a"), "x")->flags |= SB_DOC_UNKNOWN;
    sb_doc_get_str(u.pool, plan, "l")->u.items[1]->flags |= SB_DOC_UNKNOWN;
    unit_compare_roots(&u, plan, actual);
    unit_expect_lines(&u, "extra /l/[=s]\n");
    ck_assert_uint_eq(u.findings.coverage.unchecked, 2);
    unit_done(&u);
}
END_TEST

UNIT_MAIN("drift_match", test_maps, test_sets, test_keys, test_unkeyed, test_renames, test_fleets,
          test_order_note, test_list_rules, test_bad_list_rules, test_unusable_key_rule,
          test_coverage, test_unknown_values)
