/* Random trees, written by a naive emitter in block, flow, quoted, plain and literal styles, with
 * anchors for what is shared, must read back equal and at the places where they were written. Random
 * merges must agree with a plain model. The seed is fixed; SB_TEST_SEED changes it. */
#include "core/base/utf8.h"
#include "core/base/vec.h"
#include "tests/unit/yaml_text.h"

#define ROUNDS 3000
#define MAX_NODES 60

static uint64_t seed;

static uint32_t below(uint32_t n)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (uint32_t)((seed >> 16) % n);
}

static void seed_init(void)
{
    const char *s = getenv("SB_TEST_SEED");
    seed = (s ? strtoull(s, NULL, 10) : 0) * 2654435761u + 88172645463325252u;
}

struct world {
    struct sb_doc_pool *pool;
    SB_VEC(struct sb_doc_node *) made; /* finished: may be shared from now on */
    struct sb_buf out;
    bool shared[4096], written[4096]; /* by node id */
    uint32_t line[4096], column[4096];
    uint32_t first, nodes;
};

/* --- making trees --- */

static void put_random_text(struct sb_buf *b)
{
    static const char *const pieces[] = {"a",
                                         "b",
                                         "w",
                                         " ",
                                         "e",
                                         "'",
                                         "\"",
                                         "\\",
                                         "\n",
                                         "\t",
                                         ":",
                                         "#",
                                         "-",
                                         "{",
                                         "}",
                                         "[",
                                         "]",
                                         ",",
                                         "&",
                                         "*",
                                         "!",
                                         "|",
                                         ">",
                                         "%",
                                         "@",
                                         "`",
                                         "~",
                                         "?",
                                         "=",
                                         "\xc3\xa9",
                                         "\xc2\x85",
                                         "\xe2\x80\xa8",
                                         "\x01",
                                         "\r",
                                         "1",
                                         "0x",
                                         ".",
                                         "\n",
                                         "\n",
                                         ": ",
                                         " #",
                                         "- ",
                                         "...",
                                         "---",
                                         "\x7f",
                                         "\xf0\x9f\x98\x80",
                                         "\xe6\x97\xa5",
                                         "true",
                                         "null",
                                         "<<",
                                         "\xEF\xBB\xBF"};
    for (uint32_t n = below(8); n; n--)
        sb_buf_puts(b, pieces[below(below(2) ? 5 : (uint32_t)SB_LEN(pieces))]);
}

static struct sb_doc_node *random_scalar(struct world *w)
{
    static const char *const numbers[] = {
        "0", "-1", "+7", "010", "1.5e3", ".5", "1.", "-0", "0x1F", "0o17", "123456789012345678901"};
    switch (below(6)) {
    case 0: return sb_doc_node_new(w->pool, SB_DOC_NULL);
    case 1: return sb_doc_bool(w->pool, below(2));
    case 2: {
        struct sb_doc_node *n = sb_doc_node_new(w->pool, SB_DOC_NUMBER);
        n->u.text = numbers[below(SB_LEN(numbers))];
        n->count = (uint32_t)strlen(n->u.text);
        return n;
    }
    default: {
        struct sb_buf b = SB_BUF_INIT(4096);
        put_random_text(&b);
        struct sb_doc_node *n = sb_doc_string(w->pool, b.data ? b.data : "", b.len);
        sb_buf_done(&b);
        return n;
    }
    }
}

static bool has_key(const struct sb_doc_member *m, size_t n, const struct sb_doc_key *key)
{
    for (size_t i = 0; i < n; i++)
        if (m[i].key == key)
            return true;
    return false;
}

static struct sb_doc_node *random_tree(struct world *w, int depth);

static struct sb_doc_node *random_map(struct world *w, int depth)
{
    struct sb_doc_member members[12];
    size_t n = 0;
    for (uint32_t tries = below(12); tries; tries--) {
        struct sb_buf b = SB_BUF_INIT(4096);
        put_random_text(&b);
        const struct sb_doc_key *key = sb_doc_intern(w->pool, b.data ? b.data : "", b.len);
        sb_buf_done(&b);
        if (!has_key(members, n, key))
            members[n++] = (struct sb_doc_member){.key = key, .value = random_tree(w, depth + 1)};
    }
    return sb_doc_map(w->pool, members, n);
}

static struct sb_doc_node *random_tree(struct world *w, int depth)
{
    struct sb_doc_node *node, *items[12];
    w->nodes++;
    if (w->made.len && below(12) == 0) {
        node = w->made.items[below((uint32_t)SB_MIN(w->made.len, (size_t)10))];
        w->shared[node->id - w->first] = true;
        return node;
    }
    uint32_t kind = depth > 5 || w->nodes > MAX_NODES ? 0 : below(4);
    if (kind < 2) {
        node = random_scalar(w);
    } else if (kind == 2) {
        node = random_map(w, depth);
    } else {
        size_t n = below(12);
        for (size_t i = 0; i < n; i++)
            items[i] = random_tree(w, depth + 1);
        node = sb_doc_list(w->pool, items, n);
    }
    sb_vec_push(&w->made, node);
    return node;
}

/* --- writing them --- */

static void indent(struct world *w, int level)
{
    sb_buf_fill(&w->out, ' ', (size_t)level * 2);
}

static void put_double(struct sb_buf *b, struct sb_str s)
{
    sb_buf_putc(b, '"');
    for (size_t i = 0, n; i < s.len; i += n) {
        uint32_t code = 0;
        n = sb_utf8_decode(s.p + i, s.len - i, &code);
        if (code == '"' || code == '\\')
            sb_buf_printf(b, "\\%c", (int)code);
        else if (code == '\n')
            sb_buf_puts(b, "\\n");
        else if (code < 0x20 || (code >= 0x7f && code < 0xa0))
            sb_buf_printf(b, "\\x%02x", (unsigned)code);
        else if (code == 0x2028 || code == 0xfeff)
            sb_buf_printf(b, "\\u%04X", (unsigned)code);
        else
            sb_buf_put(b, s.p + i, n);
    }
    sb_buf_putc(b, '"');
}

static bool printable(struct sb_str s)
{
    for (size_t i = 0, n; i < s.len; i += n) {
        uint32_t code = 0;
        n = sb_utf8_decode(s.p + i, s.len - i, &code);
        if (code < 0x20 || (code >= 0x7f && code < 0xa0) || code == 0x2028 || code == 0xfeff)
            return false;
    }
    return true;
}

/* Words that no schema takes for anything else. */
static bool plain(struct sb_str s)
{
    for (size_t i = 0; i < s.len; i++)
        if (!strchr("abew ", s.p[i]) || !s.p[i])
            return false;
    return s.len && s.p[0] != ' ' && s.p[s.len - 1] != ' ';
}

static void put_quoted(struct world *w, struct sb_str s)
{
    if (plain(s) && below(2)) {
        sb_buf_put(&w->out, s.p, s.len);
        return;
    }
    if (!printable(s) || below(2)) {
        put_double(&w->out, s);
        return;
    }
    sb_buf_putc(&w->out, '\'');
    for (size_t i = 0; i < s.len; i++) {
        sb_buf_putc(&w->out, s.p[i]);
        if (s.p[i] == '\'')
            sb_buf_putc(&w->out, '\'');
    }
    sb_buf_putc(&w->out, '\'');
}

/* Text of lines that hold more than blanks, for a literal block. */
static bool literal(struct sb_str s)
{
    bool start = true;
    if (!s.len || s.p[0] == '\n')
        return false;
    for (size_t i = 0; i < s.len; i++) {
        char c = s.p[i];
        if (c != '\n' && !printable((struct sb_str){&c, (unsigned char)c < 0x80}))
            return false;
        if ((unsigned char)c >= 0x80 || (start && c == ' '))
            return false;
        start = c == '\n';
    }
    return true;
}

static void put_literal(struct world *w, struct sb_str s, int level)
{
    bool newline = s.p[s.len - 1] == '\n';
    sb_buf_puts(&w->out, newline ? "|2+" : "|2-");
    for (size_t i = 0; i < s.len; i++) {
        if (i == 0 || s.p[i - 1] == '\n') {
            sb_buf_putc(&w->out, '\n');
            if (s.p[i] != '\n')
                indent(w, level);
        }
        if (s.p[i] != '\n')
            sb_buf_putc(&w->out, s.p[i]);
    }
}

static void note_place(struct world *w, uint32_t slot)
{
    uint32_t line = 1, column = 1;
    for (size_t i = 0; i < w->out.len; i++) {
        if (w->out.data[i] == '\n') {
            line++;
            column = 1;
        } else {
            column += ((unsigned char)w->out.data[i] & 0xC0) != 0x80;
        }
    }
    w->line[slot] = line;
    w->column[slot] = column;
}

static void put_scalar(struct world *w, const struct sb_doc_node *n, int level, bool flow)
{
    switch ((enum sb_doc_type)n->type) {
    case SB_DOC_NULL: sb_buf_puts(&w->out, below(2) ? "null" : "~"); break;
    case SB_DOC_BOOL: sb_buf_puts(&w->out, sb_doc_is_true(n) ? "true" : "False"); break;
    case SB_DOC_NUMBER: sb_buf_put(&w->out, n->u.text, n->count); break;
    default:
        if (!flow && level > 0 && literal(sb_doc_str(n)) && below(2))
            put_literal(w, sb_doc_str(n), level);
        else
            put_quoted(w, sb_doc_str(n));
    }
}

static void put_tree(struct world *w, const struct sb_doc_node *n, int level, bool flow);

static void put_flow(struct world *w, const struct sb_doc_node *n, int level)
{
    bool map = n->type == SB_DOC_MAP;
    sb_buf_putc(&w->out, map ? '{' : '[');
    for (uint32_t i = 0; i < n->count; i++) {
        sb_buf_puts(&w->out, i ? ", " : "");
        if (map) {
            put_double(&w->out, sb_doc_key_str(n->u.members[i].key));
            sb_buf_puts(&w->out, ": ");
        }
        put_tree(w, map ? n->u.members[i].value : n->u.items[i], level, true);
    }
    sb_buf_putc(&w->out, map ? '}' : ']');
}

static void put_block(struct world *w, const struct sb_doc_node *n, int level)
{
    for (uint32_t i = 0; i < n->count; i++) {
        sb_buf_putc(&w->out, '\n');
        indent(w, level);
        if (n->type == SB_DOC_LIST) {
            sb_buf_puts(&w->out, "- ");
            put_tree(w, n->u.items[i], level + 1, false);
        } else {
            put_double(&w->out, sb_doc_key_str(n->u.members[i].key));
            sb_buf_puts(&w->out, ": ");
            put_tree(w, n->u.members[i].value, level + 1, false);
        }
    }
}

static void put_tree(struct world *w, const struct sb_doc_node *n, int level, bool flow)
{
    uint32_t slot = n->id - w->first;
    if (w->written[slot]) {
        sb_buf_printf(&w->out, "*n%u ", slot);
        return;
    }
    w->written[slot] = true;
    note_place(w, slot);
    if (w->shared[slot])
        sb_buf_printf(&w->out, "&n%u ", slot);
    if (n->type != SB_DOC_MAP && n->type != SB_DOC_LIST)
        put_scalar(w, n, level, flow);
    else if (flow || !n->count || below(4) == 0)
        put_flow(w, n, level);
    else
        put_block(w, n, level);
}

/* --- comparing --- */

static void compare_places(struct world *w, const struct sb_doc_node *a,
                           const struct sb_doc_node *b)
{
    uint32_t slot = a->id - w->first;
    bool scalar = a->type != SB_DOC_MAP && a->type != SB_DOC_LIST;
    if (scalar)
        ck_assert_msg(b->line == w->line[slot] && b->column == w->column[slot],
                      "%u:%u, wanted %u:%u in\n%s", b->line, b->column, w->line[slot],
                      w->column[slot], w->out.data);
    for (uint32_t i = 0; !scalar && i < a->count; i++) {
        if (a->type == SB_DOC_LIST)
            compare_places(w, a->u.items[i], b->u.items[i]);
        else
            compare_places(w, a->u.members[i].value, b->u.members[i].value);
    }
}

static void round_trip(struct world *w)
{
    w->first = sb_doc_node_count(w->pool);
    struct sb_doc_node *tree = random_tree(w, 0), *back;
    if (below(8) == 0)
        sb_buf_puts(&w->out, "%YAML 1.2\n");
    sb_buf_puts(&w->out, "--- ");
    put_tree(w, tree, 0, false);
    sb_buf_puts(&w->out, below(2) ? "\n" : "\n...\n");
    struct sb_doc_text text;
    struct sb_error e;
    ck_assert_int_eq(sb_doc_text_copy(w->pool, "t", w->out.data, w->out.len, &text, &e), 0);
    int rc = sb_yaml_read(w->pool, &text, NULL, &back, &e);
    ck_assert_msg(rc == 0, "%u:%u %s in\n%s", e.line, e.column, e.text, w->out.data);
    ck_assert_msg(sb_doc_equal(w->pool, tree, back), "differs:\n%s", w->out.data);
    compare_places(w, tree, back);
}

START_TEST(test_round_trip)
{
    static struct world w;
    seed_init();
    for (int i = 0; i < ROUNDS; i++) {
        w = (struct world){.pool = sb_doc_pool_new(), .out = SB_BUF_INIT((size_t)1 << 22)};
        round_trip(&w);
        sb_doc_pool_free(w.pool);
        sb_buf_done(&w.out);
        sb_vec_done(&w.made);
    }
}
END_TEST

/* --- merges against a model --- */

#define KEYS 20u

/* Appends a flow mapping with random keys; model[k] is its value for key k, or 0. */
static void random_source(struct sb_buf *b, uint32_t source, uint32_t model[KEYS])
{
    memset(model, 0, KEYS * sizeof *model);
    sb_buf_printf(b, "s%u: &s%u {", source, source);
    for (uint32_t k = 0; k < KEYS; k++) {
        if (below(3) == 0) {
            model[k] = source * 100 + k + 1;
            sb_buf_printf(b, "k%u: %u, ", k, model[k]);
        }
    }
    sb_buf_puts(b, "}\n");
}

static void merge_into(uint32_t model[KEYS], const uint32_t source[KEYS])
{
    for (uint32_t k = 0; k < KEYS; k++)
        model[k] = model[k] ? model[k] : source[k];
}

static void check_merge(const char *yaml, const uint32_t model[KEYS])
{
    struct yaml_case c = yaml_read_text(yaml, NULL);
    ck_assert_msg(c.rc == 0, "%s in\n%s", c.e.text, yaml);
    const struct sb_doc_node *host = sb_doc_get_str(c.pool, c.root, "host");
    uint32_t want = 0;
    for (uint32_t k = 0; k < KEYS; k++) {
        char key[16], value[16];
        snprintf(key, sizeof key, "k%u", k);
        snprintf(value, sizeof value, "%u", model[k]);
        const struct sb_doc_node *n = sb_doc_get_str(c.pool, host, key);
        ck_assert_msg((n != NULL) == (model[k] != 0), "%s in\n%s", key, yaml);
        ck_assert_msg(!n || sb_str_is(sb_doc_str(n), value), "%s is not %s in\n%s", key, value,
                      yaml);
        want += model[k] != 0;
    }
    ck_assert_uint_eq(host->count, want);
    yaml_done(&c);
}

START_TEST(test_merge_model)
{
    seed_init();
    for (int i = 0; i < 500; i++) {
        uint32_t sources[5][KEYS], host[KEYS] = {0}, merged[KEYS] = {0};
        struct sb_buf b = SB_BUF_INIT((size_t)1 << 16);
        for (uint32_t s = 0; s < 5; s++)
            random_source(&b, s, sources[s]);
        sb_buf_puts(&b, "host:\n  <<: [");
        for (uint32_t n = below(4); n; n--) {
            uint32_t s = below(5);
            sb_buf_printf(&b, "*s%u, ", s);
            merge_into(merged, sources[s]);
        }
        sb_buf_puts(&b, "]\n");
        for (uint32_t k = below(KEYS); k < KEYS; k += 1 + below(4)) {
            host[k] = 7000 + k;
            sb_buf_printf(&b, "  k%u: %u\n", k, host[k]);
        }
        uint32_t last = below(5);
        sb_buf_printf(&b, "  <<: *s%u\n", last);
        merge_into(host, merged);
        merge_into(host, sources[last]);
        check_merge(b.data, host);
        sb_buf_done(&b);
    }
}
END_TEST

UNIT_MAIN("yaml_property", test_round_trip, test_merge_model)
