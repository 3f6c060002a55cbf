/* The YAML reader's rules: schema, tags, keys, anchors, merge keys, streams, positions, limits. */
#include "tests/unit/yaml_text.h"

START_TEST(test_core_schema)
{
    yaml_expect("[null, Null, NULL, ~, ]", "[null, null, null, null]");
    yaml_expect("a:", "{a: null}");
    yaml_expect("[true, True, TRUE, false, False, FALSE]",
                "[true, true, true, false, false, false]");
    yaml_expect("[010, 08, +1, -0, 0o17, 0x1fF]", "[#010, #08, #+1, #-0, #0o17, #0x1fF]");
    yaml_expect("[-0x1, 0X1F, 0o8, 0x, +0o7, 0xg]", "['-0x1', '0X1F', '0o8', '0x', '+0o7', '0xg']");
    yaml_expect("[1., .5, 1e3, 12e03, -1.5E-3, +.5]", "[#1., #.5, #1e3, #12e03, #-1.5E-3, #+.5]");
    yaml_expect("[., +, 1e, 1.2.3, e3, .e3, 1_000, 1e+, -., --1]",
                "['.', '+', '1e', '1.2.3', 'e3', '.e3', '1_000', '1e+', '-.', '--1']");
    yaml_expect("[.inf, -.Inf, +.INF, .nan, .NaN, .NAN]",
                "[#.inf, #-.Inf, #+.INF, #.nan, #.NaN, #.NAN]");
    yaml_expect("[-.nan, .iNF, inf, nan]", "['-.nan', '.iNF', 'inf', 'nan']");
    yaml_expect("[yes, No, on, OFF, y, n, tRUE, nULL, 2024-01-15, 1:30, =]",
                "['yes', 'No', 'on', 'OFF', 'y', 'n', 'tRUE', 'nULL', '2024-01-15', '1:30', '=']");
    yaml_expect("['1', \"true\", 'null', \"\", '~']", "['1', 'true', 'null', '', '~']");
    yaml_expect("a: |\n  1\nb: >-\n  true\n", "{a: '1\n', b: 'true'}");
}
END_TEST

START_TEST(test_flags)
{
    struct yaml_case c = yaml_read_text("[a, 'a', \"a\", .inf, -1, true, ~, |-\n a\n]", NULL);
    ck_assert_int_ne(c.rc, 0); /* a block scalar cannot stand in a flow */
    yaml_done(&c);
    c = yaml_read_text("- a\n- 'a'\n- \"a\"\n- .inf\n- -1\n- true\n- ~\n- |-\n  a\n- !!str a\n",
                       NULL);
    static const bool plain[] = {true, false, false, true, true, true, true, false, true};
    ck_assert_uint_eq(c.root->count, SB_LEN(plain));
    for (uint32_t i = 0; i < SB_LEN(plain); i++) {
        uint8_t flags = c.root->u.items[i]->flags;
        ck_assert_msg(!!(flags & SB_DOC_PLAIN) == plain[i], "item %u", i);
        ck_assert_msg(!!(flags & SB_DOC_NONFINITE) == (i == 3), "item %u", i);
    }
    yaml_done(&c);
}
END_TEST

START_TEST(test_yaml_1_1)
{
    struct sb_yaml_options o = {.yaml_1_1 = true};
    yaml_expect_opts("[yes, No, on, OFF, y, N, true, oN, yEs]", &o, false,
                     "[true, false, true, false, true, false, true, 'oN', 'yEs']");
    yaml_expect_opts("[017, 0644, -010, 08, 0o17, 00, 0]", &o, false,
                     "[#15, #420, #-8, '08', '0o17', #0, #0]");
    yaml_expect_opts("[0b101, -0b1, 0b, 0b2, 0x1F, -0x1F, 0x_f]", &o, false,
                     "[#5, #-1, '0b', '0b2', #0x1F, #-31, #15]");
    yaml_expect_opts("[1_000, 1__0, _1, 1_0.5_0, +12]", &o, false,
                     "[#1000, #10, '_1', #10.50, #+12]");
    yaml_expect_opts("[1:30, 12:30:45, -1:00, 1:60, 01:30, 1:30.5, 1:2:3:4]", &o, false,
                     "[#90, #45045, #-60, '1:60', '01:30', #90.5, #223384]");
    yaml_expect_opts("[1e3, 1.e3, 12e03, 1.5e+3, 1.5e-3, .5, ., -.5]", &o, false,
                     "['1e3', '1.e3', '12e03', #1.5e+3, #1.5e-3, #.5, '.', #-.5]");
    yaml_expect_opts("['yes', \"017\", !!str on, !!int 017]", &o, false,
                     "['yes', '017', 'on', #15]");
    yaml_expect_opts("on: on", &o, false, "{on: true}"); /* keys stay text */
    yaml_refused_opts("[01777777777777777777777777]", &o, 1, 2, "64 bits");
}
END_TEST

START_TEST(test_tags)
{
    struct sb_yaml_options keep = {.keep_tags = true};
    yaml_expect("[!!str 1, !!str, ! 12, !!int 7, !!int '0x1f', !!float 1, !!float .inf]",
                "['1', '', '12', #7, #0x1f, #1, #.inf]");
    yaml_expect("[!!bool true, !!null ~, !!null '', !!seq [], !!map {}, ! []]",
                "[true, null, null, [], {}, []]");
    yaml_expect("!<tag:yaml.org,2002:str> 5", "'5'");
    yaml_refused("a: !!int abc", 1, 4, "does not fit its tag !!int");
    yaml_refused("a: !!int 1.5", 1, 4, "does not fit");
    yaml_refused("a: !!float 0x1", 1, 4, "does not fit");
    yaml_refused("a: !!bool yes", 1, 4, "does not fit");
    yaml_refused("a: !!null x", 1, 4, "does not fit");
    yaml_refused("a: !!map x", 1, 4, "does not fit");
    yaml_refused("a: !!seq {}", 1, 4, "a map does not fit its tag !!seq");
    yaml_refused("a: !!str []", 1, 4, "a list does not fit");
    yaml_refused("a: !!binary AA==", 1, 4, "tag !!binary is not supported");
    yaml_refused("a: !!set {x: }", 1, 4, "!!set");
    yaml_refused("a: !vault x", 1, 4, "tag !vault is not supported");
    yaml_refused("!reset a: b", 1, 1, "!reset");
    yaml_expect_opts("a: !vault 5\nb: !reset\nc: !!set {x: }\nd: !Ref 'y'\n!k e: !l []", &keep,
                     false, "{a: #5, b: null, c: {x: null}, d: 'y', e: []}");
    yaml_refused_opts("a: !!int x", &keep, 1, 4, "does not fit");
}
END_TEST

START_TEST(test_keys)
{
    yaml_expect("1: a\ntrue: b\n\"x y\": c\n1.50: d\n", "{1: 'a', true: 'b', x y: 'c', 1.50: 'd'}");
    yaml_expect("? a\n? b\n: c\n", "{a: null, b: 'c'}");
    yaml_refused("a: 1\nb: 2\na: 3\n", 3, 1, "already at line 1, column 1");
    yaml_refused("1: a\n'1': b\n", 2, 1, "key \"1\"");
    yaml_refused("{a: 1, \"\\u0061\": 2}", 1, 8, "line 1, column 2");
    yaml_refused("~: 1", 1, 1, "null cannot be a key");
    yaml_refused("null: 1", 1, 1, "quote it");
    yaml_refused("[a]: b", 1, 1, "list cannot be a key");
    yaml_refused("a: {{ x }}", 1, 5, "map cannot be a key");
    yaml_refused("a: &l [1]\n*l : b", 2, 1, "list cannot be a key");
    yaml_expect("&k key: 1\nb: *k\n", "{key: #1, b: 'key'}");
    yaml_expect("a: &k word\n*k : 2\n", "{a: 'word', word: #2}");
    yaml_expect("a: &k true\n*k : 2\n", "{a: true, true: #2}");
    yaml_refused("a: &k ~\n*k : 2\n", 2, 1, "null cannot be a key");
    yaml_refused("a: &k a\n*k : 2\n", 2, 1, "already");
}
END_TEST

START_TEST(test_nul)
{
    struct yaml_case c = yaml_read_text("\"a\\0b\": \"c\\0d\"", NULL);
    ck_assert_int_eq(c.rc, 0);
    ck_assert_uint_eq(c.root->u.members[0].key->len, 3);
    ck_assert_uint_eq(c.root->u.members[0].value->count, 3);
    ck_assert_mem_eq(c.root->u.members[0].value->u.text, "c\0d", 3);
    yaml_done(&c);
}
END_TEST

/* Enough members for an index instead of pairwise comparison. */
START_TEST(test_many_keys)
{
    struct sb_buf b = SB_BUF_INIT((size_t)1 << 20);
    for (int i = 0; i < 5000; i++)
        sb_buf_printf(&b, "key%d: %d\n", i, i);
    struct yaml_case c = yaml_read_n(b.data, b.len, NULL, false);
    ck_assert_int_eq(c.rc, 0);
    ck_assert_uint_eq(c.root->count, 5000);
    ck_assert_str_eq(c.root->u.members[4321].key->text, "key4321");
    yaml_done(&c);
    sb_buf_puts(&b, "key77: again\n");
    c = yaml_read_n(b.data, b.len, NULL, false);
    ck_assert_int_eq(c.rc, -SB_EINPUT);
    ck_assert_uint_eq(c.e.line, 5001);
    ck_assert_ptr_nonnull(strstr(c.e.text, "line 78, column 1"));
    yaml_done(&c);
    sb_buf_done(&b);
}
END_TEST

START_TEST(test_aliases)
{
    struct yaml_case c = yaml_read_text("a: &x [1, {k: v}]\nb: *x\nc: [*x]\n", NULL);
    ck_assert_int_eq(c.rc, 0);
    const struct sb_doc_node *a = c.root->u.members[0].value;
    ck_assert_ptr_eq(c.root->u.members[1].value, a);
    ck_assert_ptr_eq(c.root->u.members[2].value->u.items[0], a);
    yaml_done(&c);
    yaml_expect("[&a 1, &a 2, *a, &b [*a], *b]", "[#1, #2, #2, [#2], [#2]]");
    yaml_expect("[&a [&a 1], *a]", "[[#1], #1]"); /* the latest before the alias */
    yaml_expect("- &a\n- *a\n", "[null, null]");
    yaml_refused("a: &a [*a]", 1, 8, "inside the value");
    yaml_refused("a: &a\n  b: *a", 2, 6, "inside the value");
    yaml_refused("a: *x", 1, 4, "no anchor &x before it");
    yaml_refused("a: *x\nb: &x 1", 1, 4, "no anchor &x");
    yaml_refused("db: &database 1\nx: *databse", 2, 4, "did you mean *database?");
    struct yaml_case two = yaml_read_n("&a 1\n--- \n*a\n", 12, NULL, true);
    ck_assert_int_eq(two.rc, -SB_EINPUT); /* anchors end with their document */
    ck_assert_uint_eq(two.e.line, 3);
    yaml_done(&two);
}
END_TEST

START_TEST(test_merge)
{
    yaml_expect("a: &a {x: 1, y: 2}\nb: {<<: *a, y: 3}\n",
                "{a: {x: #1, y: #2}, b: {y: #3, x: #1}}");
    yaml_expect("a: &a {x: 1}\nb: {x: 2, <<: *a}\n", "{a: {x: #1}, b: {x: #2}}");
    yaml_expect("<<: [{x: 1}, {x: 2, y: 2}]\n", "{x: #1, y: #2}"); /* earlier wins */
    yaml_expect("<<: {<<: {z: 1}}\n", "{z: #1}");
    yaml_expect("<<: {<<: {z: 1, w: 1}, z: 2}\n", "{z: #2, w: #1}");
    yaml_expect("<<: {a: {b: 1}}\na: {c: 2}\n", "{a: {c: #2}}"); /* shallow */
    yaml_expect("<<: []\nq: 1\n", "{q: #1}");
    yaml_expect("<<: {}\n", "{}");
    yaml_expect("\"<<\": {a: 1}\n'>>': 2\n", "{<<: {a: #1}, >>: #2}");
    yaml_expect("? <<\n: {a: 1}\n", "{a: #1}");
    yaml_expect("- <<\n", "['<<']");
    yaml_expect("a: &l [&m {x: 1}, {y: 2}]\nb: {<<: *l}\n",
                "{a: [{x: #1}, {y: #2}], b: {x: #1, y: #2}}");
    yaml_refused("<<: 5", 1, 1, "must be a mapping or a list of mappings");
    yaml_refused("<<:\na: 1", 1, 1, "must be a mapping");
    yaml_refused("<<: [{a: 1}, 2]", 1, 1, "must be a mapping");
    yaml_refused("<<: [[{a: 1}]]", 1, 1, "must be a mapping");
    yaml_refused("a: 1\n<<: {b: 1}\na: 2", 3, 1, "already"); /* own keys only */
}
END_TEST

START_TEST(test_merge_details)
{
    struct sb_doc_traps traps = {.len = 0};
    struct sb_yaml_options o = {.traps = &traps};
    struct yaml_case c =
        yaml_read_text("a: &a\n  x: 1\nb:\n  y: 2\n  <<: *a\n  <<: {x: 3, z: 4}\n", &o);
    ck_assert_int_eq(c.rc, 0);
    const struct sb_doc_node *b = c.root->u.members[1].value;
    ck_assert_uint_eq(b->count, 3);
    const struct sb_doc_member *x = &b->u.members[1];
    ck_assert_str_eq(x->key->text, "x");
    ck_assert_uint_eq(x->line, 2); /* where it was written */
    ck_assert_uint_eq(x->column, 3);
    ck_assert_ptr_eq(x->value, c.root->u.members[0].value->u.members[0].value);
    ck_assert_str_eq(b->u.members[2].key->text, "z");
    ck_assert_uint_eq(traps.len, 1);
    ck_assert_uint_eq(traps.items[0].at.line, 6);
    ck_assert_ptr_nonnull(strstr(traps.items[0].text, "another <<"));
    yaml_done(&c);
}
END_TEST

/* Each link merges all before it: the work grows with the square of the text. */
START_TEST(test_merge_chain)
{
    struct sb_buf b = SB_BUF_INIT((size_t)1 << 20);
    sb_buf_puts(&b, "a0: &a0 {k0: 0}\n");
    for (int i = 1; i < 5000; i++)
        sb_buf_printf(&b, "a%d: &a%d {<<: *a%d, k%d: 0}\n", i, i, i - 1, i);
    struct yaml_case c = yaml_read_n(b.data, b.len, NULL, false);
    ck_assert_int_eq(c.rc, -SB_ETOOBIG);
    ck_assert_ptr_nonnull(strstr(c.e.text, "merge keys"));
    yaml_done(&c);
    sb_buf_done(&b);
}
END_TEST

START_TEST(test_bombs)
{
    yaml_refused("a: &a [x, x, x, x, x, x, x, x, x]\n"
                 "b: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a]\n"
                 "c: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b]\n"
                 "d: &d [*c, *c, *c, *c, *c, *c, *c, *c, *c]\n"
                 "e: &e [*d, *d, *d, *d, *d, *d, *d, *d, *d]\n"
                 "f: &f [*e, *e, *e, *e, *e, *e, *e, *e, *e]\n"
                 "g: &g [*f, *f, *f, *f, *f, *f, *f, *f, *f]\n",
                 6, 8, "aliases and merge keys");
    /* Many aliases to small things are no bomb. */
    struct sb_buf b = SB_BUF_INIT((size_t)4 << 20);
    sb_buf_puts(&b, "a: &a {x: 1}\nl:\n");
    for (int i = 0; i < 200000; i++)
        sb_buf_puts(&b, "- *a\n");
    struct yaml_case c = yaml_read_n(b.data, b.len, NULL, false);
    ck_assert_msg(c.rc == 0, "%s", c.e.text);
    yaml_done(&c);
    struct sb_yaml_options o = {.limits = {.expansion = 1000}};
    c = yaml_read_n(b.data, b.len, &o, false);
    ck_assert_int_eq(c.rc, -SB_ETOOBIG);
    yaml_done(&c);
    sb_buf_done(&b);
}
END_TEST

/* The expanded tree may not be deeper than the written one may. */
START_TEST(test_alias_depth)
{
    struct sb_buf b = SB_BUF_INIT((size_t)1 << 20);
    sb_buf_puts(&b, "- &a0 [x]\n");
    for (int i = 1; i < 300; i++)
        sb_buf_printf(&b, "- &a%d [*a%d]\n", i, i - 1);
    struct yaml_case c = yaml_read_n(b.data, b.len, NULL, false);
    ck_assert_int_eq(c.rc, -SB_ETOOBIG);
    ck_assert_ptr_nonnull(strstr(c.e.text, "nested deeper than 256"));
    ck_assert_uint_eq(c.e.line, 256); /* the list, 255 around it */
    yaml_done(&c);
    sb_buf_done(&b);
}
END_TEST

START_TEST(test_streams)
{
    yaml_expect_opts("--- 1\n---\n--- {a: 2}\n...\n---\nb\n", NULL, true,
                     "[#1, null, {a: #2}, 'b']");
    yaml_expect("--- a\n...\n", "'a'");
    yaml_expect("---\n", "null");
    yaml_expect("# comment\n%YAML 1.2\n---\na: b # c\n", "{a: 'b'}");
    yaml_refused("a: 1\n---\nb: 2\n", 2, 1, "second document");
    yaml_refused("", 1, 1, "no document");
    yaml_refused("# only a comment\n\n", 1, 1, "no document");
    yaml_refused("a: 1\n...\nb: 2\n", 3, 1, "must start with `---`");
    yaml_refused("# c\n...\n", 2, 1, "---");
    struct yaml_case c = yaml_read_n("# none\n", 7, NULL, true);
    ck_assert_int_eq(c.rc, -SB_EINPUT);
    yaml_done(&c);
}
END_TEST

START_TEST(test_block_scalars)
{
    yaml_expect("a: |\n  x\n   y\n\nb: |+\n  x\n\nc: |-\n  x\n\nd: >\n  x\n  y\n\n  z\n",
                "{a: 'x\n y\n', b: 'x\n\n', c: 'x', d: 'x y\nz\n'}");
    yaml_expect("a: |2\n    x\n  y\n", "{a: '  x\ny\n'}");
    yaml_expect("a: |\n  x\ty\n  \tz\n", "{a: 'x\ty\n\tz\n'}"); /* tabs are content */
    yaml_expect("a: 'it''s'\nb: \"\\x41\\u00e9\\\\ \\\"\"\nc: two\n  words\n",
                "{a: 'it's', b: 'A\xc3\xa9\\ \"', c: 'two words'}");
}
END_TEST

static void place(const struct yaml_case *c, const struct sb_doc_node *n, uint32_t line,
                  uint32_t column)
{
    struct sb_doc_place at = sb_doc_where(c->pool, n);
    ck_assert_str_eq(at.file, "t.yaml");
    ck_assert_uint_eq(at.line, line);
    ck_assert_uint_eq(at.column, column);
}

START_TEST(test_positions)
{
    static const char *const prefixes[] = {"", "\xEF\xBB\xBF"};
    for (size_t i = 0; i < SB_LEN(prefixes); i++) {
        char text[200];
        snprintf(text, sizeof text,
                 "%s\xc3\xa9: \"\xe6\x97\xa5\xe6\x9c\xac\"\r\nlist:\n  - 1\n  -   two\n",
                 prefixes[i]);
        struct yaml_case c = yaml_read_text(text, NULL);
        ck_assert_int_eq(c.rc, 0);
        const struct sb_doc_node *first = c.root->u.members[0].value;
        const struct sb_doc_node *list = c.root->u.members[1].value;
        place(&c, c.root, 1, 1);
        place(&c, first, 1, 4);
        place(&c, list, 3, 3);
        place(&c, list->u.items[1], 4, 7);
        struct sb_doc_place key = sb_doc_where_key(c.pool, c.root, &c.root->u.members[1]);
        ck_assert_uint_eq(key.line, 2);
        ck_assert_uint_eq(key.column, 1);
        ck_assert_uint_eq(first->count, 6);
        ck_assert_mem_eq(first->u.text, "\xe6\x97\xa5\xe6\x9c\xac", 6);
        yaml_done(&c);
    }
}
END_TEST

/* Scalars that stand in the input as they are cost no copy. */
START_TEST(test_views)
{
    static const struct {
        const char *text;
        bool view;
    } cases[] = {{"a: word", true},
                 {"a: 'word'", true},
                 {"a: \"word\" # c", true},
                 {"a: &x !!str word", true},
                 {"a: 'it''s'", false},
                 {"a: \"\\x41\"", false},
                 {"a: |\n  word\n", false},
                 {"a: two\n  lines\n", false},
                 {"\xc3\xa9: w\xc3\xb6rd", true},
                 {"\xEF\xBB\xBF"
                  "a: word",
                  true}};
    for (size_t i = 0; i < SB_LEN(cases); i++) {
        struct yaml_case c = yaml_read_text(cases[i].text, NULL);
        ck_assert_int_eq(c.rc, 0);
        const struct sb_doc_node *n = c.root->u.members[0].value;
        ck_assert_msg(!!(n->flags & SB_DOC_VIEW) == cases[i].view, "%s", cases[i].text);
        if (!cases[i].view)
            ck_assert_int_eq(n->u.text[n->count], '\0');
        yaml_done(&c);
    }
}
END_TEST

static void trap_is(const char *text, const char *want)
{
    struct sb_doc_traps traps = {.len = 0};
    struct sb_yaml_options o = {.traps = &traps};
    struct yaml_case c = yaml_read_text(text, &o);
    ck_assert_int_eq(c.rc, 0);
    ck_assert_msg(traps.len == (want != NULL), "%s: %zu traps", text, traps.len);
    if (want)
        ck_assert_msg(strstr(traps.items[0].text, want), "%s: %s", text, traps.items[0].text);
    yaml_done(&c);
}

START_TEST(test_traps)
{
    trap_is("a: on", "`on` is the string \"on\" here; Kubernetes and Ansible take it as true");
    trap_is("a: No", "as false");
    trap_is("a: y", "Kubernetes takes it as true");
    trap_is("a: 0644", "is the number 644 here; Kubernetes and Ansible take it as the number 420");
    trap_is("a: 08", "as the string");
    trap_is("a: 1:30", "Ansible takes it as the number 90");
    trap_is("a: 1_000", "as the number 1000");
    trap_is("a: 0b11", "as the number 3");
    trap_is("a: 0o17", "as the string");
    trap_is("a: 1e3", "as the string");
    trap_is("a: 2024-01-15", "as a date");
    trap_is("a: 2024-1-5T10:00:00Z", "as a date");
    trap_is("on: 1", "`on` is the string");
    static const char *const clean[] = {
        "a: 'on'", "a: 007",      "a: 00",       "a: 0x1F",     "a: 1.5",  "a: 12",     "y: 1",
        "x: word", "a: !!str on", "a: 10.0.0.1", "a: 2024-1-5", "0644: x", "a: |\n  on"};
    for (size_t i = 0; i < SB_LEN(clean); i++)
        trap_is(clean[i], NULL);
}
END_TEST

START_TEST(test_traps_cap)
{
    struct sb_buf b = SB_BUF_INIT((size_t)1 << 16);
    for (int i = 0; i < 130; i++)
        sb_buf_puts(&b, "- yes\n");
    struct sb_doc_traps traps = {.len = 0};
    struct sb_yaml_options o = {.traps = &traps};
    struct yaml_case c = yaml_read_n(b.data, b.len, &o, false);
    ck_assert_int_eq(c.rc, 0);
    ck_assert_uint_eq(traps.len, 100);
    ck_assert_uint_eq(traps.skipped, 30);
    ck_assert_uint_eq(traps.items[99].at.line, 100);
    ck_assert_uint_eq(traps.items[99].at.column, 3);
    ck_assert_str_eq(traps.items[99].at.file, "t.yaml");
    yaml_done(&c);
    sb_buf_done(&b);
}
END_TEST

UNIT_MAIN("yaml", test_core_schema, test_flags, test_yaml_1_1, test_tags, test_keys, test_nul,
          test_many_keys, test_aliases, test_merge, test_merge_details, test_merge_chain,
          test_bombs, test_alias_depth, test_streams, test_block_scalars, test_positions,
          test_views, test_traps, test_traps_cap)
