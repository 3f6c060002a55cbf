/* The quick reader of plain block YAML against libyaml's events: what it takes must come out the
 * same, over files that people wrote, a conformance suite, and random documents mutated at random.
 * The tables say what it must take, so that it does not silently fall out of use, and what it must
 * leave alone. SB_TEST_SEED changes the random documents. */
#include "core/base/buf.h"
#include "tests/unit/unit.h"
#include "tests/unit/yaml_same.h"

#include <dirent.h>

#define DOCUMENTS 30000
#define TEXT_MAX ((size_t)1 << 16)

static const struct sb_yaml_options plain_options;
static const struct sb_yaml_options options_11 = {.yaml_1_1 = true};

/* Compares both ways in all settings; true when the text is taken as YAML 1.2 stream. */
static bool compare(const char *text, size_t len, const char *name)
{
    static const struct sb_yaml_options limited = {
        .limits = {.nodes = 12, .depth = 3, .flow_depth = 1, .scalar = 6}};
    static const struct {
        const struct sb_yaml_options *opts;
        bool single;
    } settings[] = {
        {&plain_options, false}, {&plain_options, true}, {&options_11, false}, {&limited, false}};
    bool taken = false;
    for (size_t i = 0; i < SB_LEN(settings); i++) {
        char why[256];
        bool took =
            yaml_both_ways(text, len, settings[i].opts, settings[i].single, why, sizeof why);
        ck_assert_msg(!why[0], "%s, setting %zu: %s in\n%.*s", name, i, why, (int)len, text);
        taken = i == 0 ? took : taken;
    }
    return taken;
}

/* --- tables --- */

static const char *const taken[] = {
    "a: 1",
    "a: 1\n",
    "a:\n",
    "a: 1\nb: two words\nc:\n",
    "a:\n  b:\n    c: d\n  e: f\ng: h\n",
    "a:\n      b: 1\nc:\n  d: 2\n",
    "  a: 1\n  b: 2\n",
    "- a\n- b\n",
    "- a: 1\n  b: 2\n- c: 3\n",
    "-   a: 1\n    b: 2\n-\n  c: 3\n",
    "- - a\n  - b\n- - c\n",
    "- - - a: 1\n      b: 2\n    - c\n",
    "a:\n- b\n- c\nd: e\n",
    "a:\n  - b\n  - c\nd: e\n",
    "- a:\n  - b\n  - c: 1\n    d:\n    - 2\n- e\n",
    "a:\n-\n- \n-  # c\n- b\n",
    "-\n-\n",
    "a:\nb:\n  c:\nd:\n",
    "# c\n\na: 1 # c\n   # c\n\n  # c: d\nb: 2\n#\n",
    "a: x#y\nb#c: d\n",
    "a: # c\n  b: 1\n",
    "a: http://host:80/p?q=1#f\nb:c: d:e\nx::: y\n",
    "-a: -b\n--: ---\n",
    "'a b': 'it''s'\n\"c\": \"d # e: f\"\n'': \"\"\n",
    "a: '''' # c\nb: \"x\\ty\\\\z\\n\\\"\\/\"\n",
    "a: \"tab\there\"\nb: 'tab\there'\n",
    "a: []\nb: {}\nc: [ ] # c\nd: { }\n",
    "a: [1, -2, x/y, \"b, c\", 'd', ~]\n",
    "- [a,b]\n- []\n- - {}\n",
    "a: {b: 1}\nc: { \"d\": 'e', on: -x,f: yes } # g\n",
    "- {h: i}\n- k: {l:  m}\n  n: {\"<<\": o}\n",
    "---\na: 1\n",
    "--- # c\na: 1\n---\nb: 2\n---\n- c\n",
    "---\n---\n# c\n---\na: 1\n---",
    "---",
    "---\n# only\n",
    "a: |\n  one\n   two\n\n  three\nb: 1\n",
    "a: |-\n  x\n\n\nb: |+\n  y\n\n\nc: |\n\n\n  z\n   \n# c\n",
    "- |\n a\n b\n- - |-\n    c\n- k: |\n    d\n  l: e\n",
    "a: |\n  x: y\n  # no comment\n  - \"\n",
    "a: |  \n  x\n  \ty\n",
    "a: 1\r\nb:\r\n  - c\r\n\r\n  # d\r\n  - 'e'\r\n",
    "k\xc3\xa9y: \xe6\x97\xa5\xe6\x9c\xac\n\"\xc3\xa9\": '\xc3\xa9' # \xc3\xa9\n",
    "\xc3\xa9: [\xc3\xa9, b]\n",
    "a: \xc2\xa0x\n",
    "on: off\ny: 010\nt: 12:30\nd: 2001-01-01\nn: .nan\ni: -.inf\nx: 0x1F\no: 0o17\nu: 1_0\n",
    "a: 123456789012345678901234567890\nb: 1.234567890123456789012\n",
    "true: 1\n12: 2\n.inf: 3\n\"null\": 4\n'~': 5\n\"<<\": 6\n",
    "a: <b>\nb: =\nc: (d)\ne: $f\ng: \\h\ni: a - b, [c] {d} & *e !f | > % @ `\n",
    "a: \"\\\"\"\nb: 'c'\n",
    "...a: 1\n---b: 2\n",
    "a: 512Mi\nb: 250m\nc: 10s\nd: 1.5Gi\ne: 2001-01-01T00:00:00Z\nf: +1k\ng: -.5h\nh: .inf\n",
    "nULL: tRUE\nnon: off\noN: No\ny: n\nYES: nul\ntruely: trues\n",
};

START_TEST(test_taken)
{
    for (size_t i = 0; i < SB_LEN(taken); i++)
        ck_assert_msg(compare(taken[i], strlen(taken[i]), "taken"), "left alone:\n%s", taken[i]);
}
END_TEST

static const char *const left_alone[] = {
    "",
    "# c\n",
    "word\n",
    "two\nlines\n",
    "'quoted'\n",
    "[]\n",
    "{a: 1}\n",
    "\357\273\277a: 1\n",
    "\xEF\xBB\xBF\xc3\xa9: 1\n",
    "a: \xEF\xBB\xBF\xc3\xa9\n",
    "\ta: 1\n",
    "a:\n\tb: 1\n",
    "a:\t1\n",
    "a: 1\t\n",
    "a: 1\t# c\n",
    "a: x\ty\n",
    "-\ta\n",
    "a: 1\n\t\nb: 2\n",
    "a: &b c\n",
    "a: *b\n",
    "&a b: c\n",
    "a: !!str 1\n",
    "!a b: c\n",
    "%YAML 1.2\n---\na: 1\n",
    "? a\n: b\n",
    "?a: b\n",
    ": a\n",
    "<<: {}\n",
    "a: 1\n<<:\n",
    "a: b\n  c\n",
    "a: 'b\n  c'\n",
    "a: \"b\n  c\"\n",
    "a:\n  b\n",
    "a: b: c\n",
    "a: b:\n",
    "a: - b\n",
    "a: -\n",
    "a: % b\n",
    "a: @b\n",
    "a: `b\n",
    "a: ,b\n",
    "a: ]\n",
    "a: :b\n",
    "a: >\n  b\n",
    "a: |2\n   b\n",
    "a: |\nb: 1\n",
    "a: |\n",
    "a: |\n\n    \n  b\n",
    "a: |\n  b",
    "a: | # c\n  b\n",
    "a: |\r\n  b\r\n",
    "a: |\n\tb\n",
    "a: |\n  \tb\n",
    "a: |\n  b\n\tc\n",
    "a: {b: {c: 1}}\n",
    "a: {b: [c]}\n",
    "a: {b}\n",
    "a: {b:}\n",
    "a: {b: }\n",
    "a: {b:c}\n",
    "a: {\"b\":c}\n",
    "a: {b : c}\n",
    "a: {b: c: d}\n",
    "a: {b: c,}\n",
    "a: {<<: b}\n",
    "a: {~: b}\n",
    "a: {b: 1, b: 2}\n",
    "a: {b: 1\n}\n",
    "a: {b: 1}: c\n",
    "a: {b: 1]\n",
    "a: [b: 1]\n",
    "a: [[]]\n",
    "a: [a b]\n",
    "a: [a, ]\n",
    "a: [,]\n",
    "a: [-, b]\n",
    "a: [a\n]\n",
    "a: [] b\n",
    "a: []#c\n",
    "a: {}: b\n",
    "- []: b\n",
    "a: 'b' c\n",
    "a: 'b'#c\n",
    "a: 'b'x: y\n",
    "'a' : b\n",
    "a : b\n",
    "'a'b: c\n",
    "'a':b\n",
    "\"a\\x41\": b\n",
    "a: \"\\u0041\"\n",
    "a: \"\\\n  b\"\n",
    "a: \"b\n",
    "null: 1\n",
    "~: 1\n",
    "a: 1\na: 2\n",
    "a: 1\n'a': 2\n",
    "a:\n  b: 1\n  b: 2\n",
    "a: 1\n  b: 2\n",
    "a:\n  b: 1\n c: 2\n",
    "  a: 1\nb: 2\n",
    "- a\nb: 1\n",
    "- a\n  - b\n",
    "a: 1\n- b\n",
    "a:\n  - b\n - c\n",
    "a:\n  - b\n  c: 1\n",
    "a:\n- b\n  c: d\n",
    "- a: 1\n b: 2\n",
    "--- a: 1\n",
    "--- |\n a\n",
    "--- a\n",
    "---\ta\n",
    "a: 1\n...\n",
    "...\n",
    "a: 1\rb: 2\n",
    "a: 1\n# c\rb: 2\n",
    "a: 1\r\n\rb: 2\r\n",
    "a: 1e1234567890123456789\n",
};

START_TEST(test_left_alone)
{
    for (size_t i = 0; i < SB_LEN(left_alone); i++)
        ck_assert_msg(!compare(left_alone[i], strlen(left_alone[i]), "left alone"), "taken:\n%s",
                      left_alone[i]);
}
END_TEST

/* One document is wanted: a stream of two is libyaml's, which says where the second one starts. */
START_TEST(test_single)
{
    static const char *const streams[] = {"a: 1\n---\nb: 2\n", "---\n---\n", "a: 1\n---\n"};
    char why[256];
    for (size_t i = 0; i < SB_LEN(streams); i++) {
        size_t len = strlen(streams[i]);
        ck_assert(!yaml_both_ways(streams[i], len, &plain_options, true, why, sizeof why));
        ck_assert_str_eq(why, "");
        ck_assert(yaml_both_ways(streams[i], len, &plain_options, false, why, sizeof why));
        ck_assert_str_eq(why, "");
    }
}
END_TEST

/* --- limits --- */

/* At each limit in turn the text is taken; one below, it is libyaml's to refuse. */
static void check_limit(const char *text, struct sb_doc_limits fits, struct sb_doc_limits over)
{
    char why[256];
    size_t len = strlen(text);
    ck_assert_msg(
        yaml_both_ways(text, len, &(struct sb_yaml_options){.limits = fits}, true, why, sizeof why),
        "left alone: %s", text);
    ck_assert_str_eq(why, "");
    ck_assert_msg(!yaml_both_ways(text, len, &(struct sb_yaml_options){.limits = over}, true, why,
                                  sizeof why),
                  "taken: %s", text);
    ck_assert_str_eq(why, "");
}

START_TEST(test_limits)
{
    check_limit("a:\n- b: c\n", (struct sb_doc_limits){.depth = 3},
                (struct sb_doc_limits){.depth = 2});
    check_limit("a: []\n", (struct sb_doc_limits){.depth = 2}, (struct sb_doc_limits){.depth = 1});
    check_limit("a: b\n", (struct sb_doc_limits){.nodes = 3}, (struct sb_doc_limits){.nodes = 2});
    check_limit("- [a, b]\n-\n", (struct sb_doc_limits){.nodes = 5},
                (struct sb_doc_limits){.nodes = 4});
    check_limit("a: word\n", (struct sb_doc_limits){.scalar = 4},
                (struct sb_doc_limits){.scalar = 3});
    check_limit("word: a\n", (struct sb_doc_limits){.scalar = 4},
                (struct sb_doc_limits){.scalar = 3});
    check_limit("a: 'w''d'\n", (struct sb_doc_limits){.scalar = 3},
                (struct sb_doc_limits){.scalar = 2});
    check_limit("a: |\n  abc\n", (struct sb_doc_limits){.scalar = 4},
                (struct sb_doc_limits){.scalar = 3});
}
END_TEST

static void repeat(struct sb_buf *b, const char *s, size_t n)
{
    while (n--)
        sb_buf_puts(b, s);
}

START_TEST(test_long)
{
    struct sb_buf b = SB_BUF_INIT(TEXT_MAX);
    for (size_t n = 960; n < 1100; n++) { /* across both readers' limits on keys */
        sb_buf_reset(&b);
        repeat(&b, n % 2 ? "k" : "\xc3\xa9", n);
        sb_buf_puts(&b, ": 1\n");
        bool took = compare(b.data, b.len, "long key");
        ck_assert_msg(took || n * (n % 2 ? 1 : 2) > 990, "a key of %zu", n);
    }
    for (size_t n = 4090; n < 4100; n++) { /* and on numbers */
        sb_buf_reset(&b);
        sb_buf_puts(&b, "a: ");
        repeat(&b, "7", n);
        sb_buf_puts(&b, "\n");
        ck_assert(compare(b.data, b.len, "long number") == (n <= 4096));
    }
    for (size_t n = 254; n < 259; n++) {
        sb_buf_reset(&b);
        repeat(&b, "- ", n);
        sb_buf_puts(&b, "a\n");
        ck_assert(compare(b.data, b.len, "deep") == (n <= 256));
    }
    sb_buf_reset(&b);
    sb_buf_puts(&b, "a: |\n");
    repeat(&b, "  line\n\n", 3000);
    ck_assert(compare(b.data, b.len, "long literal"));
    sb_buf_done(&b);
}
END_TEST

/* More warnings than a caller keeps, left alone at the end: none may be counted twice. */
START_TEST(test_many_warnings)
{
    struct sb_buf b = SB_BUF_INIT(TEXT_MAX);
    for (int i = 0; i < 130; i++)
        sb_buf_printf(&b, "k%d: yes\n", i);
    ck_assert(compare(b.data, b.len, "warnings"));
    sb_buf_puts(&b, "x: &a yes\n");
    ck_assert(!compare(b.data, b.len, "warnings and an anchor"));
    sb_buf_done(&b);
}
END_TEST

/* --- files --- */

static size_t files, files_taken;

static void compare_file(const char *path)
{
    static char bytes[(size_t)1 << 20];
    FILE *f = fopen(path, "rb");
    if (!f)
        return;
    size_t len = fread(bytes, 1, sizeof bytes, f);
    fclose(f);
    files++;
    files_taken += compare(bytes, len, path);
}

/* Every file of the folder, or the file `inner` of each of its folders. */
static void compare_folder(const char *folder, const char *inner)
{
    char path[4096];
    DIR *dir = opendir(folder);
    struct dirent *entry;
    while (dir && (entry = readdir(dir))) {
        if (entry->d_name[0] == '.')
            continue;
        snprintf(path, sizeof path, "%s/%s%s%s", folder, entry->d_name, inner ? "/" : "",
                 inner ? inner : "");
        compare_file(path);
    }
    if (dir)
        closedir(dir);
}

START_TEST(test_files)
{
    static const char *const folders[] = {"contrib/examples", "tests/fuzz/corpus/yaml",
                                          "tests/fuzz/corpus/yaml_block",
                                          "tests/fuzz/crashers/yaml_block"};
    const char *src = getenv("SB_SRC"), *suites = getenv("SB_SUITES");
    char path[2048];
    src = src ? src : ".";
    snprintf(path, sizeof path, "%s/../shared/suites", src);
    suites = suites ? suites : path;
    for (size_t i = 0; i < SB_LEN(folders); i++) {
        char folder[4096];
        snprintf(folder, sizeof folder, "%s/%s", src, folders[i]);
        compare_folder(folder, NULL);
    }
    ck_assert_uint_ge(files, 20);
    ck_assert_uint_ge(files_taken, 10);
    char suite[4096];
    snprintf(suite, sizeof suite, "%s/yaml", suites);
    compare_folder(suite, "in.yaml"); /* where it is */
}
END_TEST

/* --- random documents --- */

static uint64_t seed;

static uint32_t below(uint32_t n)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (uint32_t)((seed >> 16) % n);
}

#define PICK(table) ((table)[below((uint32_t)SB_LEN(table))])

static void put_scalar(struct sb_buf *b, uint32_t indent)
{
    static const char *const plain[] = {
        "a",    "web-01", "t3.medium", "allow ssh",  "1",     "-7",         "0x1F",  "0o17",
        "010",  "1.5",    "1e3",       "750m",       "yes",   "off",        "true",  "False",
        "null", "~",      ".inf",      "2001-01-01", "12:30", "http://h/p", "a:b#c", "caf\xc3\xa9",
        "1_0",  "-x",     "a  b",      "y",          "N",     "$HOME/%d",   "+1",    "."};
    static const char *const quoted[] = {
        "''",       "\"\"",     "'it''s'", "\"a # b\"",      "'a: b'",
        "\"x\\n\"", "\"\\\\\"", "''''",    "'\xe6\x97\xa5'", "\"a\\tb\\\"\""};
    static const char *const flow[] = {
        "[]",    "{}",         "[a, b]", "[1,-2, 'x y']",
        "[ ~ ]", "[\"\", .5]", "{k: v}", "{\"k\": 'v', on: -1,yes: off}"};
    static const char *const literals[] = {"|", "|-", "|+"};
    uint32_t kind = below(12);
    if (kind == 0) {
        sb_buf_puts(b, PICK(flow));
    } else if (kind == 1) {
        sb_buf_puts(b, PICK(literals));
        for (uint32_t n = 1 + below(4), deep = indent + 1 + below(3); n; n--) {
            sb_buf_putc(b, '\n');
            if (below(4)) {
                sb_buf_fill(b, ' ', deep + (below(9) == 0));
                sb_buf_puts(b, PICK(plain));
            }
        }
    } else if (kind < 5) {
        sb_buf_puts(b, PICK(quoted));
    } else {
        sb_buf_puts(b, PICK(plain));
    }
}

static void put_key(struct sb_buf *b, uint32_t i)
{
    static const char *const starts[] = {"k", "k", "k", "key ", "\xc3\xa9", "", "a:"};
    static const char *const odd[] = {"yes", "null", "<<", "k0", "\"\"", "'it''s'", "~"};
    uint32_t kind = below(8);
    if (below(60) == 0)
        sb_buf_puts(b, PICK(odd));
    else if (kind == 0)
        sb_buf_printf(b, "\"q%u\"", i);
    else if (kind == 1)
        sb_buf_printf(b, "'s%u'", i);
    else
        sb_buf_printf(b, "%s%u", PICK(starts), i);
}

static void end_of_line(struct sb_buf *b)
{
    static const char *const ends[] = {"\n", "\n",     "\n",   "\n",   "\n",
                                       "\n", " # c\n", "  \n", "\n\n", "\n  # c: d\n"};
    sb_buf_puts(b, PICK(ends));
}

/* A collection whose first line stands at `indent`, the cursor being there already. */
static void put_block(struct sb_buf *b, uint32_t indent, bool list, int depth)
{
    uint32_t n = 1 + below(4);
    for (uint32_t i = 0; i < n; i++) {
        if (i)
            sb_buf_fill(b, ' ', indent);
        if (list)
            sb_buf_putc(b, '-');
        else {
            put_key(b, i);
            sb_buf_putc(b, ':');
        }
        uint32_t kind = depth > 4 ? below(4) : below(7), more = 1 + below(3);
        if (kind == 0) { /* nothing */
            end_of_line(b);
        } else if (kind < 4) {
            sb_buf_fill(b, ' ', below(8) ? 1 : 2);
            put_scalar(b, indent);
            end_of_line(b);
        } else if (list && kind == 4) { /* compact */
            sb_buf_fill(b, ' ', more);
            put_block(b, indent + 1 + more, below(3) == 0, depth + 1);
        } else {
            bool inner_list = below(3) == 0;
            uint32_t inner = indent + (inner_list && !list && below(2) ? 0 : more);
            end_of_line(b);
            sb_buf_fill(b, ' ', inner);
            put_block(b, inner, inner_list, depth + 1);
        }
    }
}

static void put_stream(struct sb_buf *b)
{
    for (uint32_t n = below(4) ? 1 : 1 + below(3), i = 0; i < n; i++) {
        if (i || below(4) == 0)
            sb_buf_puts(b, below(6) ? "---\n" : "--- # c\n");
        if (below(10) == 0)
            continue;
        uint32_t indent = below(8) ? 0 : below(4);
        sb_buf_fill(b, ' ', indent);
        put_block(b, indent, below(3) == 0, 0);
    }
}

/* --- mutations --- */

static void splice(struct sb_buf *b, size_t at, size_t drop, const char *put, size_t len)
{
    struct sb_buf out = SB_BUF_INIT(TEXT_MAX);
    sb_buf_put(&out, b->data, at);
    sb_buf_put(&out, put, len);
    sb_buf_put(&out, b->data + at + drop, b->len - at - drop);
    sb_buf_done(b);
    *b = out;
}

static size_t line_start(const struct sb_buf *b, size_t at)
{
    while (at && b->data[at - 1] != '\n')
        at--;
    return at;
}

static size_t line_end(const struct sb_buf *b, size_t at)
{
    while (at < b->len && b->data[at] != '\n')
        at++;
    return at < b->len ? at + 1 : at;
}

static void swap_lines(struct sb_buf *b, size_t at)
{
    size_t from = line_start(b, at), middle = line_end(b, at), end = line_end(b, middle);
    struct sb_buf lines = SB_BUF_INIT(TEXT_MAX);
    sb_buf_put(&lines, b->data + middle, end - middle);
    sb_buf_put(&lines, b->data + from, middle - from);
    splice(b, from, end - from, lines.data ? lines.data : "", lines.len);
    sb_buf_done(&lines);
}

static void mutate(struct sb_buf *b)
{
    static const char *const special[] = {" ",
                                          "  ",
                                          "\n",
                                          "\n ",
                                          "\t",
                                          "\r",
                                          "\r\n",
                                          ":",
                                          ": ",
                                          "- ",
                                          "-",
                                          "#",
                                          " #",
                                          "'",
                                          "\"",
                                          "|",
                                          ">",
                                          "&a",
                                          "*a",
                                          "!",
                                          "[",
                                          "]",
                                          "{",
                                          "}",
                                          ",",
                                          "?",
                                          "? ",
                                          "%",
                                          "@",
                                          "`",
                                          "~",
                                          "<<",
                                          "---",
                                          "\\",
                                          "...",
                                          "\\n",
                                          "...",
                                          "\n---\n",
                                          "a",
                                          "0",
                                          "e",
                                          "_",
                                          "\xc3\xa9",
                                          "\xef\xbb\xbf",
                                          "\xe2\x80\xa8",
                                          "\xff"};
    size_t at = below((uint32_t)b->len + 1), left = b->len - at;
    const char *put = PICK(special);
    size_t few = 1 + below(3), some = 1 + below(15);
    switch (below(7)) {
    case 0:
    case 1: splice(b, at, 0, put, strlen(put)); break;
    case 2: splice(b, at, SB_MIN(left, few), "", 0); break;
    case 3: splice(b, at, SB_MIN(left, (size_t)1), put, strlen(put)); break;
    case 4: {
        char copy[16];
        size_t n = SB_MIN(left, some);
        memcpy(copy, b->data + at, n);
        splice(b, at, 0, copy, n);
        break;
    }
    case 5: {
        size_t start = line_start(b, at);
        bool less = start < b->len && b->data[start] == ' ' && below(2);
        splice(b, start, less, " ", !less);
        break;
    }
    default: swap_lines(b, at); break;
    }
}

static void seed_init(void)
{
    const char *s = getenv("SB_TEST_SEED");
    seed = (s ? strtoull(s, NULL, 10) : 0) * 2654435761u + 88172645463325252u;
}

START_TEST(test_random)
{
    size_t whole = 0, whole_taken = 0, broken_taken = 0;
    seed_init();
    for (int i = 0; i < DOCUMENTS; i++) {
        struct sb_buf b = SB_BUF_INIT(TEXT_MAX);
        put_stream(&b);
        uint32_t mutations = b.len ? below(4) : 0;
        for (uint32_t n = mutations; n; n--)
            mutate(&b);
        bool took = compare(b.data ? b.data : "", b.len, "random");
        whole += mutations == 0;
        whole_taken += mutations == 0 && took;
        broken_taken += mutations && took;
        sb_buf_done(&b);
    }
    /* the comparison means something only while both kinds are often taken */
    ck_assert_msg(whole_taken * 2 > whole, "only %zu of %zu were taken", whole_taken, whole);
    ck_assert_uint_gt(broken_taken, DOCUMENTS / 10);
}
END_TEST

/* All words of up to three of these bytes: what they mean, and what is warned about, is the same. */
START_TEST(test_words)
{
    static const char bytes[] = "019.+-_:exfnZmy~";
    size_t n = sizeof bytes - 1, took = 0;
    for (size_t i = 0; i < n * n * n; i++) {
        char text[16];
        int len = snprintf(text, sizeof text, "- %c%c%c\n", bytes[i % n], bytes[i / n % n],
                           bytes[i / n / n]);
        took += compare(text, (size_t)len, "word");
        snprintf(text, sizeof text, "%c%c: %c\n", bytes[i % n], bytes[i / n % n], bytes[i / n / n]);
        took += compare(text, (size_t)len, "word");
    }
    ck_assert_uint_gt(took, n * n * n);
}
END_TEST

UNIT_MAIN("yaml_block", test_words, test_taken, test_left_alone, test_single, test_limits,
          test_long, test_many_warnings, test_files, test_random)
